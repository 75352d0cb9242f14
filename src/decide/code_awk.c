/* SPDX-License-Identifier: Apache-2.0
 *
 * Awk programs: gawk, mawk, the one true awk and busybox read them in the same way, or they are not
 * understood. Looks for everything with which a program can reach out of itself: system(), commands in
 * pipes, files behind > >> and getline <, the environment, and names that are only known when it runs.
 */
#include "decide/code_awk.h"
#include "base/limits.h"

static const struct awk_token *at(const struct awk *awk, size_t i)
{
	static const struct awk_token end = {.kind = AWK_END};
	return i < awk->n ? &awk->tokens[i] : &end;
}

static bool sign_is(const struct awk *awk, size_t i, const char *sign)
{
	return at(awk, i)->kind == AWK_SIGN && str_is(at(awk, i)->text, sign);
}

static bool name_is(const struct awk *awk, size_t i, const char *name)
{
	return at(awk, i)->kind == AWK_NAME && str_is(at(awk, i)->text, name);
}

static void unsure(struct awk *awk)
{
	awk->unsure = true;
}

/* ---- strings ---- */

/* The text of the strings from token i on, which awk would concatenate; *ret_next is what follows. False
 * when there is none, or when one has an escape that not every awk reads in the same way.
 */
static bool strings_at(struct awk *awk, size_t i, struct str *ret_text, size_t *ret_next)
{
	struct str text = STR("");
	size_t from = i;
	for (; at(awk, i)->kind == AWK_STRING; i++) {
		struct str part;
		if (!awk_decode(awk, at(awk, i)->text, &part))
			return false;
		text = i > from ? arena_join(awk->code->d->arena, text, part) : part;
	}
	*ret_text = text;
	*ret_next = i;
	return i > from;
}

static bool ends_statement(const struct awk *awk, size_t i)
{
	enum awk_kind kind = at(awk, i)->kind;
	return kind == AWK_END || kind == AWK_NEWLINE || sign_is(awk, i, ";") ||
	       sign_is(awk, i, "}");
}

/* ---- files ---- */

static void file_at(struct awk *awk, size_t i, bool writes)
{
	struct str path;
	size_t next;
	if (!strings_at(awk, i, &path, &next)) {
		unsure(awk);
		return;
	}
	bool whole = ends_statement(awk, next);
	if (!writes)
		whole |= sign_is(awk, next, ")") || sign_is(awk, next, ">") ||
			 sign_is(awk, next, "&&") || sign_is(awk, next, "||");
	/* gawk connects to /inet/tcp/0/host/port. */
	if (!whole || str_starts(path, STR("/inet")) || (!writes && next > i + 1))
		unsure(awk);
	struct value file = value_from(awk->code->d->arena, path);
	if (!whole)
		file = value_concat(awk->code->d->arena, file, value_any());
	if (writes || !str_is(path, "-"))
		code_touches(awk->code, writes ? EFFECT_FILE_WRITE : EFFECT_FILE_READ, file, false);
}

/* Steps over a parenthesis or index that starts at token i; what is in it is looked at in its turn. */
static size_t behind_bracket(const struct awk *awk, size_t i)
{
	size_t depth = 0;
	for (; i < awk->n; i++) {
		if (sign_is(awk, i, "(") || sign_is(awk, i, "["))
			depth++;
		else if ((sign_is(awk, i, ")") || sign_is(awk, i, "]")) && --depth == 0)
			return i + 1;
	}
	return i;
}

/* The variable, field or element behind getline, if there is one. */
static size_t behind_variable(const struct awk *awk, size_t i)
{
	bool field = false;
	while (sign_is(awk, i, "$")) {
		field = true;
		i++;
	}
	if (field && sign_is(awk, i, "("))
		return behind_bracket(awk, i);
	if (field && at(awk, i)->kind == AWK_NUMBER)
		return i + 1;
	if (at(awk, i)->kind != AWK_NAME)
		return i;
	return sign_is(awk, i + 1, "[") ? behind_bracket(awk, i + 1) : i + 1;
}

static void getline_at(struct awk *awk, size_t i)
{
	static const char *const followers[] = {
		")", ";", "}", ">", ">=", "==", "!=", "<=", "&&", "||", ",", NULL};
	size_t next = behind_variable(awk, i + 1);
	if (sign_is(awk, next, "<")) {
		file_at(awk, next + 1, false);
		return;
	}
	const struct awk_token *token = at(awk, next);
	bool plain = token->kind == AWK_END || token->kind == AWK_NEWLINE ||
		     (token->kind == AWK_SIGN && code_listed(followers, token->text));
	if (!plain)
		unsure(awk);
}

/* ---- commands ---- */

static void system_at(struct awk *awk, size_t i)
{
	struct str text;
	size_t next;
	if (!sign_is(awk, i + 1, "(") || !strings_at(awk, i + 2, &text, &next)) {
		unsure(awk);
		return;
	}
	if (!sign_is(awk, next, ")"))
		unsure(awk);
	code_runs_shell(awk->code, text, false);
}

/* May an expression start behind token i, so that nothing in front of it belongs to it? */
static bool starts_expression(const struct awk *awk, size_t i)
{
	static const char *const signs[] = {"{", "}", ";", "(", "&&", "||", ",", "=", NULL};
	static const char *const names[] = {"print", "do", "else", "return", NULL};
	const struct awk_token *token = at(awk, i);
	if (token->kind == AWK_NEWLINE)
		return true;
	return (token->kind == AWK_SIGN && (code_listed(signs, token->text) || token->condition)) ||
	       (token->kind == AWK_NAME && code_listed(names, token->text));
}

/* cmd | getline: concatenation in the command binds differently in different implementations. */
static void command_before(struct awk *awk, size_t pipe)
{
	size_t from = pipe, next;
	struct str text;
	while (from > 0 && at(awk, from - 1)->kind == AWK_STRING)
		from--;
	if (!strings_at(awk, from, &text, &next)) {
		unsure(awk);
		return;
	}
	if (pipe - from > 1 || (from > 0 && !starts_expression(awk, from - 1)))
		unsure(awk);
	code_runs_shell(awk->code, text, false);
}

static void command_behind(struct awk *awk, size_t pipe)
{
	struct str text;
	size_t next;
	if (!strings_at(awk, pipe + 1, &text, &next)) {
		unsure(awk);
		return;
	}
	if (!ends_statement(awk, next))
		unsure(awk);
	code_runs_shell(awk->code, text, true);
}

static void pipe_at(struct awk *awk, size_t i)
{
	if (name_is(awk, i + 1, "getline"))
		command_before(awk, i);
	else
		command_behind(awk, i);
}

/* ---- the program ---- */

/* Where in the program the reader stands. */
struct place {
	size_t parens, braces;
	bool prints;         /* inside print or printf ... */
	size_t print_parens; /* ... which stands this deep */
};

/* Names that reach what the program text does not show. */
static const char *const reaching[] = {"ENVIRON", "ARGV", "SYMTAB", "FUNCTAB", "extension", NULL};

static void name_at(struct awk *awk, size_t i, struct place *place)
{
	struct str name = at(awk, i)->text;
	if (str_is(name, "print") || str_is(name, "printf")) {
		place->prints = true;
		place->print_parens = place->parens;
	} else if (str_is(name, "system")) {
		system_at(awk, i);
	} else if (str_is(name, "getline")) {
		getline_at(awk, i);
	} else if (code_listed(reaching, name)) {
		unsure(awk);
	}
}

/* Every bracket must close what it opened: otherwise the next -e would go on in the middle of this one. */
static void bracket_at(struct awk *awk, char sign, struct place *place)
{
	size_t *depth = sign == '(' || sign == ')' ? &place->parens : &place->braces;
	bool closes = sign == ')' || sign == '}';
	if (sign == '{' || sign == '}')
		place->prints = false;
	if (!closes)
		++*depth;
	else if (*depth > 0)
		--*depth;
	else
		unsure(awk);
}

static void sign_at(struct awk *awk, size_t i, struct place *place)
{
	struct str sign = at(awk, i)->text;
	if (sign.n == 1 && strchr("(){}", sign.p[0])) {
		bracket_at(awk, sign.p[0], place);
	} else if (str_is(sign, ";")) {
		place->prints = false;
	} else if (str_is(sign, "|")) {
		pipe_at(awk, i);
	} else if (str_is(sign, "|&")) {
		unsure(awk);
		pipe_at(awk, i);
	} else if (str_is(sign, "@")) {
		unsure(awk);
	} else if (str_is(sign, ">") || str_is(sign, ">>")) {
		if (place->prints && place->parens <= place->print_parens)
			file_at(awk, i + 1, true);
		else if (sign.n == 2)
			unsure(awk);
	}
}

static bool read_program(struct code *code, bool brackets, bool *ret_differs)
{
	struct awk awk = {.code = code, .brackets = brackets};
	struct place place = {0};
	awk_tokens(&awk);
	for (size_t i = 0; i < awk.n; i++) {
		enum awk_kind kind = awk.tokens[i].kind;
		if (kind == AWK_NEWLINE)
			place.prints = false;
		else if (kind == AWK_NAME)
			name_at(&awk, i, &place);
		else if (kind == AWK_SIGN)
			sign_at(&awk, i, &place);
	}
	*ret_differs = awk.differs;
	if (awk.refused) {
		code->acts = false;
		return !brackets;
	}
	return !awk.unsure && place.parens == 0 && place.braces == 0;
}

bool code_awk(struct code *code)
{
	bool differs, again;
	bool understood = read_program(code, true, &differs);
	if (!differs)
		return understood;
	/* Some implementations end /[/]/ at the second slash. Read so, it must be plain, too. */
	struct code other = *code;
	other.silent = true;
	other.acts = false;
	return read_program(&other, false, &again) && !other.acts && understood;
}
