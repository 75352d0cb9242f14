/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the parts of words: quotes, expansions and everything that makes Bash's tokens depend on where they stand.
 */
#include <limits.h>

#include "shell/reader.h"

struct part_list {
	struct part *first;
	struct part **tail;
	bool text_quoted; /* what the text that is not a part yet is */
	struct str
		run; /* this text, as long as it stands in one piece; then the scratch text is empty */
};

static struct part *add_part(struct reader *r, struct part_list *list, enum part_kind kind,
			     bool quoted)
{
	struct part *part = ARENA_NEW(r->arena, struct part);
	part->kind = kind;
	part->quoted = quoted;
	*list->tail = part;
	list->tail = &part->next;
	return part;
}

static void flush_text(struct reader *r, struct part_list *list)
{
	struct str text = list->run;
	if (!text.n && !r->scratch_n)
		return;
	if (!text.n)
		text = arena_str(r->arena, str_make(r->scratch, r->scratch_n));
	r->scratch_n = list->run.n = 0;
	add_part(r, list, PART_TEXT, list->text_quoted)->text = text;
}

static void add_scratch(struct reader *r, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		ARENA_PUSH(r->arena, r->scratch, r->scratch_n, r->scratch_cap) = text.p[i];
}

/* Makes room for more text of the kind. */
static void open_text(struct reader *r, struct part_list *list, bool quoted)
{
	if (list->text_quoted != quoted)
		flush_text(r, list);
	list->text_quoted = quoted;
	add_scratch(r, list->run);
	list->run.n = 0;
}

static void add_char(struct reader *r, struct part_list *list, int c, bool quoted)
{
	open_text(r, list, quoted);
	ARENA_PUSH(r->arena, r->scratch, r->scratch_n, r->scratch_cap) = (char)c;
}

static void add_run(struct reader *r, struct part_list *list, struct str run, bool quoted)
{
	open_text(r, list, quoted);
	if (r->scratch_n)
		add_scratch(r, run);
	else
		list->run = run;
}

static void add_list(struct reader *r, struct part_list *list, struct part *parts, bool quoted)
{
	flush_text(r, list);
	if (!parts) {
		/* Empty quotes still make a word. */
		if (quoted)
			add_part(r, list, PART_TEXT, true)->text = STR("");
		return;
	}
	*list->tail = parts;
	while (parts->next)
		parts = parts->next;
	list->tail = &parts->next;
}

/* ---- quotes ---- */

static void single_quotes(struct reader *r, struct part_list *list)
{
	flush_text(r, list);
	(void)reader_next(r);
	size_t from = r->at;
	int c = reader_next_raw(r);
	while (c != '\'' && c != READER_END)
		c = reader_next_raw(r);
	if (c == READER_END) {
		reader_fail(r, "a single quote is never closed");
		return;
	}
	add_part(r, list, PART_TEXT, true)->text = str_make(r->text.p + from, r->at - 1 - from);
}

/* In arithmetic and subscripts Bash groups by single quotes and then expands what is inside them all the same. The quotes stay,
 * which makes it an error where it is a number.
 */
static void expanded_single_quotes(struct reader *r, struct part_list *list)
{
	struct part_list inner = {.tail = &inner.first};
	size_t from = r->at;
	flush_text(r, list);
	single_quotes(r, &inner);
	const char *error = NULL;
	struct part *parts = NULL;
	if (r->error || !inner.first)
		return;
	struct read_context context = reader_inner(r, from);
	shell_read_embedded(&context, inner.first->text, &parts, &error);
	if (error) {
		reader_fail(r, error);
		r->final = true;
	}
	add_part(r, list, PART_TEXT, true)->text = STR("'");
	add_list(r, list, parts, true);
	add_part(r, list, PART_TEXT, true)->text = STR("'");
}

/* Double quotes with quotes inside `...` or ${...}: Bash finds the end of the word in one way, and looks for braces to
 * expand in another.
 */
static bool braces_differ(struct str text)
{
	size_t quotes = 0, open = STR_NPOS;
	bool backquotes = str_find_char(text, '`') != STR_NPOS;
	bool inner = backquotes || str_find(text, STR("${")) != STR_NPOS;
	/* Looking for braces, Bash takes every second '"' for the end of a quote. */
	bool simple = !backquotes && str_find(text, STR("$(")) == STR_NPOS &&
		      str_find_char(text, '\'') == STR_NPOS;
	bool dollar = false;
	for (size_t i = 0; i < text.n; i++) {
		quotes += text.p[i] == '"';
		if (text.p[i] == '{' && !dollar && open == STR_NPOS && (!simple || quotes % 2 == 0))
			open = i;
		dollar = text.p[i] == '$';
		i += text.p[i] == '\\';
	}
	if (!inner || quotes < 3 || open == STR_NPOS)
		return false;
	/* In `...` the brace may close behind all quotes. */
	if (simple || backquotes)
		return true;
	struct str rest = str_from_at(text, open);
	return str_find_char(rest, '}') != STR_NPOS &&
	       (str_find_char(rest, ',') != STR_NPOS || str_find(rest, STR("..")) != STR_NPOS);
}

/* "${x+"$y"z}": Bash takes the inner quotes away before it reads the name, which is then another one. at: a quote. Far
 * from where the name would have to begin and end it is not looked for.
 */
static bool joins_name(struct str text, size_t at)
{
	enum { FAR = 256 };
	size_t from = at, to = at;
	while (from > 0 && at - from < FAR &&
	       (strchr("\"\\\n", text.p[from - 1]) || ascii_is_name(text.p[from - 1])))
		from--;
	while (to < text.n && to - at < FAR && strchr("\"\\\n", text.p[to]))
		to++;
	if (at - from == FAR || to - at == FAR)
		return true;
	return from > 0 && text.p[from - 1] == '$' && to < text.n && ascii_is_name(text.p[to]);
}

static void double_quotes(struct reader *r, struct part_list *list, enum word_mode mode)
{
	bool inner = mode == WORD_BRACE_QUOTED;
	flush_text(r, list);
	size_t from = r->at;
	(void)reader_next(r);
	if (!reader_enter(r))
		return;
	struct part *parts = read_parts(r, inner ? WORD_BRACE_DQUOTE : WORD_DQUOTE, true);
	reader_leave(r);
	reader_expect(r, '"', "a double quote is never closed");
	if (!r->error && braces_differ(str_make(r->text.p + from, r->at - from)))
		reader_fail(r, "braces between quotes inside quotes");
	if (inner && !r->error && (joins_name(r->text, from) || joins_name(r->text, r->at - 1)))
		reader_fail(r, "a name up to a quote in ${ } in double quotes");
	add_list(r, list, parts, true);
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = c >= 0 && c < 128 ? ascii_lower((char)c) : 0;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* At most `most` digits of the base; *ret_digits tells how many there were. */
static unsigned read_number(struct reader *r, unsigned base, int most, int *ret_digits)
{
	unsigned value = 0;
	int n = 0;
	while (n < most && r->at < r->text.n) {
		int digit = hex_digit((unsigned char)r->text.p[r->at]);
		if (digit < 0 || (unsigned)digit >= base)
			break;
		value = value * base + (unsigned)digit;
		(void)reader_next_raw(r);
		n++;
	}
	*ret_digits = n;
	return value;
}

static const char ansi_from[] = "abeEfnrtv\\'\"?";
static const char ansi_to[] = "\a\b\033\033\f\n\r\t\v\\'\"?";

enum { ANSI_LITERAL = 256, ANSI_UNKNOWN = 257 };

/* The byte that the escape stands for; ANSI_LITERAL: none, keep the backslash; ANSI_UNKNOWN: depends on the locale. */
static unsigned ansi_escape(struct reader *r)
{
	int c = r->at < r->text.n ? (unsigned char)r->text.p[r->at] : READER_END;
	const char *plain = c > 0 ? strchr(ansi_from, c) : NULL;
	int digits;
	if (plain) {
		(void)reader_next_raw(r);
		return (unsigned char)ansi_to[plain - ansi_from];
	}
	if (c >= '0' && c <= '7')
		return read_number(r, 8, 3, &digits) & 0xff;
	if (c == 'x' || c == 'u' || c == 'U') {
		(void)reader_next_raw(r);
		bool brace = c == 'x' && r->at < r->text.n && r->text.p[r->at] == '{';
		if (brace)
			(void)reader_next_raw(r);
		unsigned value = read_number(r, 16,
					     brace      ? INT_MAX
					     : c == 'x' ? 2
					     : c == 'u' ? 4
							: 8,
					     &digits);
		if (digits == 0 && !brace)
			return ANSI_UNKNOWN;
		if (brace && r->at < r->text.n && r->text.p[r->at] == '}')
			(void)reader_next_raw(r);
		if (brace)
			value &= 0xff;
		return c == 'x' || value < 128 ? value : (unsigned)ANSI_UNKNOWN;
	}
	if (c == 'c') {
		(void)reader_next_raw(r);
		if (r->at < r->text.n && r->text.p[r->at] == '\'')
			return ANSI_UNKNOWN; /* which ends the quote */
		int control = reader_next_raw(r);
		int next = r->at < r->text.n ? (unsigned char)r->text.p[r->at] : READER_END;
		if (control == '\\' && next == '\'')
			reader_fail(r, "\\c\\' in a $' quote"); /* which does not end it */
		if (control == '\\' && next == '\\')
			(void)reader_next_raw(r);
		if (control >= 0x80)
			return ANSI_UNKNOWN;
		return control == '?' ? 0x7f : (unsigned)control & 0x1f;
	}
	return ANSI_LITERAL;
}

static bool is_harmless(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_name(text.p[i]) && !strchr("./,:%+-", text.p[i]))
			return false;
	return true;
}

/* $'...' */
static void ansi_quotes(struct reader *r, struct part_list *list)
{
	flush_text(r, list);
	(void)reader_next(r);
	size_t from = r->at;
	add_part(r, list, PART_TEXT, true)->text = STR("");
	bool cut = false; /* a NUL ends the string that Bash makes of it */
	for (;;) {
		int c = reader_next_raw(r);
		if (c == READER_END) {
			reader_fail(r, "a $' quote is never closed");
			return;
		}
		if (c == '\'')
			break;
		unsigned byte = (unsigned)c;
		if (c == '\\')
			byte = ansi_escape(r);
		cut |= byte == 0;
		if (cut)
			continue;
		/* Bash marks its own quotes with these two, and then doubles or loses them. */
		if (byte == 1 || byte == 0x7f)
			reader_fail(r, "a byte in a $' quote that Bash marks quotes with");
		if (byte == ANSI_UNKNOWN) {
			flush_text(r, list);
			add_part(r, list, PART_UNKNOWN, true);
		} else {
			add_char(r, list, byte == ANSI_LITERAL ? '\\' : (int)byte, true);
		}
	}
	flush_text(r, list);
	/* Bash prints such text, and not every quote survives that. */
	if (r->substitutions > 1 && !is_harmless(str_make(r->text.p + from, r->at - 1 - from)))
		reader_fail(r, "a $' quote in substitutions inside each other");
}

/* ---- substitutions ---- */

static void command_substitution(struct reader *r, struct part_list *list, bool quoted)
{
	struct node *body = read_substitution(r);
	add_part(r, list, PART_COMMAND, quoted)->list = body;
}

/* `...`: the text is unescaped first and read afterwards. */
static void backticks(struct reader *r, struct part_list *list, bool quoted)
{
	flush_text(r, list);
	size_t from = r->at;
	(void)reader_next(r);
	for (;;) {
		int c = reader_next_raw(r);
		if (c == READER_END) {
			reader_fail(r, "a backquote is never closed");
			return;
		}
		if (c == '`')
			break;
		if (c == '\\' && r->at < r->text.n) {
			char escaped = r->text.p[r->at];
			if (escaped == '"' && r->embedded)
				reader_fail(r, "an escaped quote in backquotes in a here-document");
			if (escaped == '\n') {
				(void)reader_next_raw(r);
				continue;
			}
			if (escaped == '$' || escaped == '`' || escaped == '\\' ||
			    (quoted && escaped == '"'))
				c = reader_next_raw(r);
		}
		ARENA_PUSH(r->arena, r->scratch, r->scratch_n, r->scratch_cap) = (char)c;
	}
	struct str text = arena_str(r->arena, str_make(r->scratch, r->scratch_n));
	r->scratch_n = 0;
	struct read_result inner;
	struct read_context context = reader_inner(r, from);
	shell_read(&context, text, &inner);
	if (inner.error)
		reader_fail(r, inner.error);
	struct part *part = add_part(r, list, PART_COMMAND, quoted);
	part->list = inner.list;
	part->backquotes = true;
}

/* As Bash counts them when it decides whether $(( is arithmetic: also in substitutions and comments inside. */
static bool parentheses_match(struct str text)
{
	int open = 0;
	for (size_t i = 0; i < text.n && open >= 0; i++) {
		char c = text.p[i];
		if (c == '\\') {
			i++;
		} else if (c == '\'' || c == '"') {
			while (++i < text.n && text.p[i] != c)
				i += text.p[i] == '\\' && c == '"';
		} else {
			open += c == '(';
			open -= c == ')';
		}
	}
	return open == 0;
}

static struct str without_continuations(struct reader *r, struct str text)
{
	if (str_find(text, STR("\\\n")) == STR_NPOS)
		return text;
	char *copy = arena_alloc(r->arena, text.n);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == '\n')
			i++;
		else
			copy[n++] = text.p[i];
	}
	return str_make(copy, n);
}

/* $(( ... )) when it is one; otherwise nothing was read. */
static bool arithmetic(struct reader *r, struct part_list *list, bool quoted)
{
	size_t at = r->at;
	(void)reader_next(r);
	(void)reader_next(r);
	struct part *parts = read_parts(r, WORD_ARITH, true);
	if (!r->error && reader_accept(r, ')') && reader_accept(r, ')')) {
		add_part(r, list, PART_ARITH, quoted)->arith = parts;
		struct str text = str_make(r->text.p + at + 1, r->at - at - 2);
		/* What Bash pairs inside `...` when it looks for the end is not what it runs. */
		bool quotes = str_find_char(text, '`') != STR_NPOS &&
			      (str_find_char(text, '\'') != STR_NPOS ||
			       str_find_char(text, '#') != STR_NPOS);
		/* What it prints of a case has other parentheses. */
		quotes |= str_find(text, STR("$(")) != STR_NPOS &&
			  str_find(without_continuations(r, text), STR("case")) != STR_NPOS;
		if (quotes || !parentheses_match(text)) {
			reader_fail(r, "parentheses in $(( )) that do not match");
			r->final = true;
		}
		return true;
	}
	if (*r->work && !r->final) {
		reader_retry(r, at);
	}
	return false;
}

/* "((...)" behind a '$', which is no arithmetic to us. */
static void check_doubled(struct reader *r, struct str text)
{
	text = without_continuations(r, text);
	/* Where Bash ends it, a ")" of a case may decide, and what is a comment to us may be none. */
	if (str_find(text, STR("case")) != STR_NPOS || str_find_char(text, '#') != STR_NPOS)
		reader_fail(r, "$(( that is no arithmetic, with a case or a '#' inside");
	if (str_ends(text, STR("))")) && text.n >= 4 &&
	    parentheses_match(str_make(text.p + 2, text.n - 4)))
		reader_fail(r, "$(( that is arithmetic to Bash, and not understood");
}

static bool is_expression(enum word_mode mode)
{
	return mode == WORD_ARITH || mode == WORD_FOR || mode == WORD_SUBSCRIPT ||
	       mode == WORD_OFFSET;
}

static bool quotes_with_single(enum word_mode mode)
{
	return mode != WORD_DQUOTE && mode != WORD_HEREDOC && mode != WORD_BRACE_QUOTED &&
	       mode != WORD_BRACE_DQUOTE;
}

static void dollar(struct reader *r, struct part_list *list, enum word_mode mode, bool quoted)
{
	bool in_quotes = !quotes_with_single(mode);
	(void)reader_next(r);
	size_t behind = r->at;
	int c = reader_peek(r);
	/* Bash expands braces before it joins the lines. */
	if (c == '{' && str_starts(str_from_at(r->text, behind), STR("\\\n")))
		reader_fail(r, "a line continued between '$' and a brace");
	if (c == '\'' && is_expression(mode)) {
		reader_fail(r, "a quote behind a '$' in arithmetic");
		r->final = true; /* where $(( ends, Bash decides with it read as a quote */
	}
	/* Bash puts in what it stands for and reads that once more, but not in a here-document. */
	if (c == '\'' && mode == WORD_BRACE_QUOTED)
		reader_fail(r, "a $' quote in ${ } in double quotes");
	if (c == '"' && (mode == WORD_BRACE_QUOTED || mode == WORD_BRACE_DQUOTE))
		reader_fail(r, "a $\" quote in ${ } in double quotes");
	if (c == '\'' && !in_quotes) {
		ansi_quotes(r, list);
		return;
	}
	if (c == '"' && !in_quotes) {
		double_quotes(r, list, mode);
		return;
	}
	if (c != '(' && c != '{' && c != '[' && !starts_parameter(c)) {
		/* "${x+"$\(y)"}": Bash takes the backslash away with the inner quotes, before it looks. */
		if (c == '\\' && mode == WORD_BRACE_DQUOTE)
			reader_fail(r, "a backslash behind '$' in quotes inside quotes");
		flush_text(r, list);
		struct part *part = add_part(r, list, PART_TEXT, quoted);
		part->text = STR("$");
		part->lone_dollar = !quoted;
		return;
	}
	flush_text(r, list);
	if (!reader_enter(r))
		return;
	if (c == '(') {
		size_t from = r->at;
		bool doubled = reader_peek_second(r) == '(';
		if (!doubled || !arithmetic(r, list, quoted)) {
			command_substitution(r, list, quoted);
			if (doubled)
				check_doubled(r, str_make(r->text.p + from, r->at - from));
		}
	} else if (c == '[') {
		size_t from = r->at;
		(void)reader_next(r);
		struct part *parts = read_parts(r, WORD_SUBSCRIPT, true);
		reader_expect(r, ']', "$[ is never closed");
		/* Inside double quotes the next one ends them, whatever it is in. */
		if (quoted &&
		    str_find_char(str_make(r->text.p + from, r->at - from), '"') != STR_NPOS)
			reader_fail(r, "a double quote in $[ ] in double quotes");
		/* Braces are expanded first, also here. */
		if (!quoted &&
		    str_find_char(str_make(r->text.p + from, r->at - from), '{') != STR_NPOS)
			reader_fail(r, "a brace in $[ ]");
		add_part(r, list, PART_ARITH, quoted)->arith = parts;
	} else if (c == '{') {
		(void)reader_next(r);
		struct param *param = read_braced(r, quoted);
		add_part(r, list, PART_PARAM, quoted)->param = param;
	} else {
		struct param *param = ARENA_NEW(r->arena, struct param);
		param->name = read_parameter_name(r, false);
		/* Looking for the end of what it is in, Bash may take "$${" for the start of ${ }. */
		if (str_is(param->name, "$") && (reader_peek(r) == '{' || reader_peek(r) == '('))
			reader_fail(r, "$$ in front of a brace or a parenthesis");
		add_part(r, list, PART_PARAM, quoted)->param = param;
	}
	reader_leave(r);
}

static void process_substitution(struct reader *r, struct part_list *list)
{
	flush_text(r, list);
	bool writes = reader_next(r) == '>';
	if (!reader_enter(r))
		return;
	size_t from = r->at;
	r->processes++;
	struct node *body = read_substitution(r);
	r->processes--;
	struct str text = str_make(r->text.p + from, r->at - from);
	if (str_starts(text, STR("((")) &&
	    (str_find(text, STR("case")) != STR_NPOS || str_find_char(text, '#') != STR_NPOS))
		reader_fail(r,
			    "a parenthesis at the start of a substitution, with a case or a '#'");
	struct part *part = add_part(r, list, PART_PROCESS, true);
	part->list = body;
	part->writes = writes;
	reader_leave(r);
}

/* ---- the loop ---- */

static void backslash(struct reader *r, struct part_list *list, enum word_mode mode, bool quoted)
{
	if (mode == WORD_BRACE_DQUOTE && joins_name(r->text, r->at))
		reader_fail(r, "a backslash behind a name in quotes inside quotes");
	(void)reader_next(r);
	int c = reader_next_raw(r);
	if (c == READER_END) {
		/* Whether it stays depends on what else is in the word, and on what the line began in. */
		if (str_find_char(r->text, '\n') != STR_NPOS)
			reader_fail(r, "a backslash at the end of several lines");
		flush_text(r, list);
		add_part(r, list, PART_UNKNOWN, true);
		return;
	}
	bool keeps;
	if (mode == WORD_DQUOTE)
		keeps = !strchr("$`\"\\\n", c);
	else if (mode == WORD_HEREDOC)
		keeps = !strchr("$`\\\n", c);
	else if (mode == WORD_BRACE_QUOTED)
		keeps = !strchr("$`\"\\\n}", c);
	else
		keeps = false;
	if (keeps)
		add_char(r, list, '\\', quoted);
	add_char(r, list, c, true);
}

/* How deep we are in the brackets that a mode counts. */
struct nesting {
	int open;
	int ternary;
};

/* Does c end the mode here? */
static bool ends(struct reader *r, enum word_mode mode, int c, const struct nesting *nesting)
{
	switch (mode) {
	case WORD_PLAIN:
		return reader_is_meta(c) &&
		       !((c == '<' || c == '>') && reader_peek_second(r) == '(');
	case WORD_DQUOTE:
	case WORD_BRACE_DQUOTE:
		return c == '"';
	case WORD_HEREDOC:
		return false;
	case WORD_BRACE:
	case WORD_BRACE_QUOTED:
		return c == '}';
	case WORD_PATTERN:
		return c == '}' || c == '/';
	case WORD_OFFSET:
		return c == '}' || (c == ':' && !nesting->open && !nesting->ternary);
	case WORD_ARITH:
		return c == ')' && !nesting->open;
	case WORD_FOR:
		return c == ';' || (c == ')' && !nesting->open);
	case WORD_SUBSCRIPT:
		return c == ']' && !nesting->open;
	case WORD_TEST:
		return !nesting->open && reader_is_meta(c) && c != '(';
	case WORD_REGEX:
		return !nesting->open && reader_is_meta(c) && c != '(' && c != '|';
	}
	return true;
}

static void count_nesting(enum word_mode mode, int c, struct nesting *nesting)
{
	char open = mode == WORD_SUBSCRIPT ? '[' : '(';
	char close = mode == WORD_SUBSCRIPT ? ']' : ')';
	bool counts = is_expression(mode) || mode == WORD_TEST || mode == WORD_REGEX;
	if (!counts)
		return;
	nesting->open += c == open;
	nesting->open -= c == close && nesting->open;
	nesting->ternary += c == '?';
	nesting->ternary -= c == ':' && nesting->ternary;
}

/* The end of the quotes that start here, in ${ } inside double quotes: Bash finds the closing brace as if they were
 * quotes, and then takes them for plain characters.
 */
static size_t paired_quote(struct reader *r)
{
	size_t at = r->at + 1;
	while (at < r->text.n && !strchr("'\"}\\`\n", r->text.p[at]))
		at++;
	if (at >= r->text.n || r->text.p[at] != '\'')
		reader_fail(r, "a single quote in ${ } in double quotes");
	return at;
}

/* Bytes that stand for themselves in this mode, whatever stands around them. */
static unsigned plain_bytes(enum word_mode mode)
{
	if (mode == WORD_PATTERN || mode == WORD_OFFSET)
		return 0;
	return quotes_with_single(mode) || mode == WORD_BRACE_QUOTED ? BYTE_PLAIN : BYTE_QUOTED;
}

struct part *read_parts(struct reader *r, enum word_mode mode, bool quoted)
{
	struct part_list list = {.tail = &list.first};
	struct nesting nesting = {0, 0};
	size_t paired = 0;
	unsigned plain = plain_bytes(mode);
	for (bool first = true;; first = false) {
		struct str run = reader_run(r, plain);
		if (run.n)
			add_run(r, &list, run, quoted);
		int c = reader_peek(r);
		/* A slash right behind ${x/ or ${x// belongs to the pattern. */
		if (c == READER_END ||
		    (ends(r, mode, c, &nesting) && !(mode == WORD_PATTERN && first && c == '/')))
			break;
		if (c == '$') {
			size_t from = r->at;
			dollar(r, &list, mode, quoted);
			if (from < paired && r->at > paired)
				reader_fail(r, "a single quote in ${ } in double quotes");
		} else if (c == '`') {
			size_t from = r->at;
			backticks(r, &list, quoted);
			/* Whether the backslash stays there depends on the quotes around. */
			if (mode == WORD_BRACE_QUOTED &&
			    str_find(str_make(r->text.p + from, r->at - from), STR("\\\"")) !=
				    STR_NPOS)
				reader_fail(r, "a quote in backquotes in ${ } in double quotes");
			if (mode == WORD_BRACE_DQUOTE &&
			    memchr(r->text.p + from, '\\', r->at - from) != NULL)
				reader_fail(r, "a backslash in backquotes in \"${ \"...\" }\"");
		} else if (c == '\\') {
			backslash(r, &list, mode, quoted);
		} else if (c == '\'' && is_expression(mode)) {
			expanded_single_quotes(r, &list);
		} else if (c == '\'' && quotes_with_single(mode)) {
			single_quotes(r, &list);
		} else if (c == '"' && mode != WORD_HEREDOC) {
			double_quotes(r, &list, mode);
		} else if ((c == '<' || c == '>') && reader_peek_second(r) == '(' &&
			   (mode == WORD_PLAIN || mode == WORD_BRACE || mode == WORD_PATTERN)) {
			process_substitution(r, &list);
		} else {
			if (c == '\'' && mode == WORD_BRACE_QUOTED && r->at != paired)
				paired = paired_quote(r);
			count_nesting(mode, c, &nesting);
			add_char(r, &list, reader_next(r), quoted);
		}
	}
	flush_text(r, &list);
	return list.first;
}
