/* SPDX-License-Identifier: Apache-2.0
 *
 * Sed scripts, as GNU sed reads them. What other implementations read differently (labels up to the end of
 * the line, one-line forms of a, i and c) they either refuse or execute less of; the one thing in which they
 * could execute more, a delimiter inside a bracket expression, is read in both ways.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/code.h"

struct sed {
	struct code *code;
	struct cursor in;
	bool brackets; /* a delimiter inside [...] belongs to the regular expression */
	bool differs;  /* it depends on `brackets` how the script is read */
	bool pure;     /* what was added is all that it does */
	bool refused;  /* no implementation runs the script */
	size_t depth;  /* of open braces */
};

static char peek(const struct sed *sed)
{
	return cursor_peek(&sed->in, 0);
}

static bool at_end(const struct sed *sed)
{
	return cursor_end(&sed->in);
}

static void skip_blanks(struct sed *sed)
{
	while (peek(sed) == ' ' || peek(sed) == '\t')
		sed->in.at++;
}

static bool skip_number(struct sed *sed)
{
	size_t from = sed->in.at;
	while (ascii_is_digit(peek(sed)))
		sed->in.at++;
	return sed->in.at > from;
}

/* The rest of the line, which the cursor then is behind. */
static struct str rest_of_line(struct sed *sed)
{
	size_t from = sed->in.at;
	while (!at_end(sed) && peek(sed) != '\n')
		sed->in.at++;
	struct str rest = str_make(sed->in.text.p + from, sed->in.at - from);
	if (!at_end(sed))
		sed->in.at++;
	return rest;
}

/* ---- text between delimiters ---- */

/* Does a delimiter end the text, given where in a bracket expression it may stand? */
static bool delimiter_ends(struct sed *sed, unsigned where)
{
	if (where == BRACKET_OUTSIDE)
		return true;
	sed->differs = true;
	if (where & BRACKET_OUTSIDE)
		sed->pure = false;
	return !sed->brackets;
}

static bool delimited(struct sed *sed, char delimiter, bool is_regex)
{
	unsigned where = BRACKET_OUTSIDE;
	char before = '\0';
	for (; !at_end(sed); sed->in.at++) {
		char c = peek(sed);
		if (c == '\\') {
			sed->in.at++;
			if (at_end(sed) || (is_regex && peek(sed) == '\n'))
				return false;
			/* In brackets a backslash may be an ordinary character. */
			if (is_regex && where != BRACKET_OUTSIDE)
				where |= code_bracket_step(where, c, peek(sed));
			before = '\0';
			continue;
		}
		if (c == '\n')
			return false;
		if (c == delimiter && delimiter_ends(sed, where)) {
			sed->in.at++;
			return true;
		}
		if (is_regex)
			where = code_bracket_step(where, before, c);
		before = c;
	}
	return false;
}

/* The character that delimits. With some of them it is not clear what they are inside of the text. */
static bool read_delimiter(struct sed *sed, char *ret)
{
	char c = peek(sed);
	if (at_end(sed) || (unsigned char)c >= 0x80 || !c || strchr("\n\\[]^", c))
		return false;
	sed->in.at++;
	*ret = c;
	return true;
}

/* ---- addresses ---- */

static bool read_regex_address(struct sed *sed)
{
	char delimiter = '/';
	if (peek(sed) == '\\') {
		sed->in.at++;
		if (!read_delimiter(sed, &delimiter))
			return false;
	} else {
		sed->in.at++;
	}
	if (!delimited(sed, delimiter, true))
		return false;
	for (skip_blanks(sed); peek(sed) == 'I' || peek(sed) == 'M'; skip_blanks(sed))
		sed->in.at++;
	return true;
}

/* One address. *ret_found: there is one. */
static bool read_address(struct sed *sed, bool second, bool *ret_found)
{
	char c = peek(sed);
	*ret_found = true;
	if (c == '/' || c == '\\')
		return read_regex_address(sed);
	if (c == '$') {
		sed->in.at++;
		return true;
	}
	if (second && (c == '+' || c == '~')) {
		sed->in.at++;
		return skip_number(sed);
	}
	*ret_found = skip_number(sed);
	if (*ret_found && peek(sed) == '~') {
		sed->in.at++;
		return skip_number(sed);
	}
	return true;
}

static bool read_addresses(struct sed *sed)
{
	bool found;
	if (!read_address(sed, false, &found))
		return false;
	skip_blanks(sed);
	if (found && peek(sed) == ',') {
		sed->in.at++;
		skip_blanks(sed);
		if (!read_address(sed, true, &found) || !found)
			return false;
		skip_blanks(sed);
	}
	if (peek(sed) == '!') {
		sed->in.at++;
		skip_blanks(sed);
	}
	return true;
}

/* ---- ends of commands ---- */

static bool read_end(struct sed *sed)
{
	skip_blanks(sed);
	if (at_end(sed) || peek(sed) == '}' || peek(sed) == '#')
		return true;
	if (peek(sed) != '\n' && peek(sed) != ';')
		return false;
	sed->in.at++;
	return true;
}

/* ---- commands ---- */

typedef bool sed_command(struct sed *sed);

static bool command_plain(struct sed *sed)
{
	return read_end(sed);
}

static bool command_number(struct sed *sed)
{
	skip_blanks(sed);
	(void)skip_number(sed);
	return read_end(sed);
}

static bool command_comment(struct sed *sed)
{
	(void)rest_of_line(sed);
	return true;
}

static bool command_open(struct sed *sed)
{
	sed->depth++;
	return true;
}

static bool command_close(struct sed *sed)
{
	if (sed->depth == 0)
		return false;
	sed->depth--;
	return read_end(sed);
}

/* Label characters on which all implementations agree. To some a "#" is one of them, and so is a "}" with all that stands
 * directly behind it.
 */
static bool command_label(struct sed *sed)
{
	skip_blanks(sed);
	while (ascii_is_name(peek(sed)) || peek(sed) == '-' || peek(sed) == '.')
		sed->in.at++;
	if (!read_end(sed) || peek(sed) == '#')
		return false;
	size_t brackets = 0;
	while (cursor_peek(&sed->in, brackets) == '}')
		brackets++;
	return !brackets || cursor_peek(&sed->in, brackets) != '#';
}

/* Lines up to one that does not end in a backslash. */
static bool read_text(struct sed *sed, struct str *ret_text)
{
	size_t from = sed->in.at;
	for (; !at_end(sed) && peek(sed) != '\n'; sed->in.at++) {
		if (peek(sed) != '\\')
			continue;
		/* Behind a last backslash the next -e goes on. */
		if (++sed->in.at >= sed->in.text.n)
			return false;
	}
	*ret_text = str_make(sed->in.text.p + from, sed->in.at - from);
	if (!at_end(sed))
		sed->in.at++;
	return true;
}

/* "a text", "a\" and the text on the next line. With blanks or another backslash behind the first it is
 * not clear which.
 */
static bool command_text(struct sed *sed)
{
	struct str text;
	skip_blanks(sed);
	if (peek(sed) == '\\') {
		sed->in.at++;
		if (peek(sed) == '\n') {
			sed->in.at++;
		} else {
			skip_blanks(sed);
			if (peek(sed) == '\n' || peek(sed) == '\\')
				return false;
		}
	} else if (peek(sed) == '\n') {
		return false;
	}
	return !at_end(sed) && read_text(sed, &text);
}

static bool command_execute(struct sed *sed)
{
	struct str text;
	skip_blanks(sed);
	if (at_end(sed) || peek(sed) == '\n' || !read_text(sed, &text)) {
		sed->pure = false; /* runs what it reads */
		return read_end(sed);
	}
	if (str_find_char(text, '\\') != STR_NPOS)
		sed->pure = false;
	code_runs_shell(sed->code, text, false);
	return true;
}

static bool named_file(struct sed *sed, enum effect_kind kind)
{
	skip_blanks(sed);
	struct str name = rest_of_line(sed);
	if (!name.n)
		return false;
	code_touches(sed->code, kind, value_from(sed->code->d->arena, name), false);
	return true;
}

static bool command_read(struct sed *sed)
{
	return named_file(sed, EFFECT_FILE_READ);
}

static bool command_write(struct sed *sed)
{
	return named_file(sed, EFFECT_FILE_WRITE);
}

static bool substitute_flags(struct sed *sed)
{
	for (;; sed->in.at++) {
		char c = peek(sed);
		if (c == 'w') {
			sed->in.at++;
			return named_file(sed, EFFECT_FILE_WRITE);
		}
		if (c == 'e') {
			sed->pure = false; /* runs what it has put together */
		} else if (!c || (!strchr("gpiImM \t", c) && !ascii_is_digit(c))) {
			sed->refused = c && !strchr(";}#\n\r", c) && (unsigned char)c < 0x80;
			return read_end(sed);
		}
	}
}

static bool command_substitute(struct sed *sed)
{
	char delimiter;
	return read_delimiter(sed, &delimiter) && delimited(sed, delimiter, true) &&
	       delimited(sed, delimiter, false) && substitute_flags(sed);
}

static bool command_translate(struct sed *sed)
{
	char delimiter;
	return read_delimiter(sed, &delimiter) && delimited(sed, delimiter, false) &&
	       delimited(sed, delimiter, false) && read_end(sed);
}

static bool command_version(struct sed *sed)
{
	skip_blanks(sed);
	while (ascii_is_digit(peek(sed)) || peek(sed) == '.')
		sed->in.at++;
	return read_end(sed);
}

/* clang-format off */
static const struct {
	const char *letters;
	sed_command *read;
} commands[] = {
	{"=dDgGhHnNpPxzF", command_plain},
	{"lLqQ",           command_number},
	{"aic",            command_text},
	{":btT",           command_label},
	{"s",              command_substitute},
	{"y",              command_translate},
	{"rR",             command_read},
	{"wW",             command_write},
	{"e",              command_execute},
	{"{",              command_open},
	{"}",              command_close},
	{"#",              command_comment},
	{"v",              command_version},
};
/* clang-format on */

static bool read_command(struct sed *sed)
{
	if (!read_addresses(sed) || at_end(sed))
		return false;
	char letter = peek(sed);
	sed->in.at++;
	for (size_t i = 0; letter && i < ARRAY_SIZE(commands); i++)
		if (strchr(commands[i].letters, letter))
			return commands[i].read(sed);
	sed->refused = letter && strchr("]*^./,|&?()[+-<>@%\"'`~", letter);
	return false;
}

/* False when it is no script, or one that does more than what was added. */
static bool read_script(struct sed *sed)
{
	size_t count = 0;
	for (;;) {
		while (peek(sed) == ' ' || peek(sed) == '\t' || peek(sed) == '\n' ||
		       peek(sed) == ';')
			sed->in.at++;
		if (at_end(sed))
			return sed->depth == 0 && sed->pure;
		if (++count > LIMIT_CODE_TOKENS || !code_charge(sed->code, 1) || !read_command(sed))
			return false;
	}
}

bool code_sed(struct code *code)
{
	struct sed sed = {.code = code, .in = {.text = code->text}, .brackets = true, .pure = true};
	bool understood = read_script(&sed);
	if (!sed.differs)
		return understood;
	struct code other = *code;
	other.silent = true;
	other.acts = false;
	struct sed again = {.code = &other, .in = {.text = code->text}, .pure = true};
	bool plain = read_script(&again);
	return understood && !other.acts && (plain || (again.pure && again.refused));
}
