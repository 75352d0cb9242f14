/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of awk programs. The one difficulty is the slash: division, or the start of a regular
 * expression. Where implementations disagree the program is not understood.
 */
#include "base/limits.h"
#include "decide/code_awk.h"

enum { AWK_NESTING = 200 };

struct lexer {
	struct awk *awk;
	struct cursor in;
	bool conditions[AWK_NESTING]; /* open parentheses: those behind if, while, for, switch */
	size_t depth;
	size_t indexes; /* open "[" */
};

static struct awk_token last_token(const struct awk *awk)
{
	return awk->n ? awk->tokens[awk->n - 1] : (struct awk_token){.kind = AWK_NEWLINE};
}

static void add(struct lexer *lexer, enum awk_kind kind, size_t from, bool condition)
{
	struct awk *awk = lexer->awk;
	struct str text = str_make(awk->code->text.p + from, lexer->in.at - from);
	ARENA_PUSH(awk->code->d->arena, awk->tokens, awk->n, awk->cap) =
		(struct awk_token){.kind = kind, .condition = condition, .text = text};
}

/* ---- strings ---- */

static void read_string(struct lexer *lexer)
{
	size_t from = ++lexer->in.at;
	for (; !cursor_end(&lexer->in); lexer->in.at++) {
		char c = cursor_peek(&lexer->in, 0);
		if (c == '"')
			break;
		if (c == '\\')
			lexer->in.at++;
		/* gawk goes on behind an escaped newline, others do not. */
		if (cursor_end(&lexer->in) || cursor_peek(&lexer->in, 0) == '\n')
			break;
	}
	if (cursor_peek(&lexer->in, 0) != '"') {
		lexer->awk->unsure = true;
		return;
	}
	add(lexer, AWK_STRING, from, false);
	lexer->in.at++;
}

static bool decode_escape(struct cursor *in, char *ret)
{
	static const char letters[] = "\"\\/abfnrtv", bytes[] = "\"\\/\a\b\f\n\r\t\v";
	char c = cursor_peek(in, 0);
	const char *letter = c ? strchr(letters, c) : NULL;
	unsigned number = 0;
	if (letter) {
		*ret = bytes[letter - letters];
		in->at++;
		return true;
	}
	if (c < '0' || c > '7')
		return false;
	for (int i = 0; i < 3 && cursor_peek(in, 0) >= '0' && cursor_peek(in, 0) <= '7'; i++)
		number = number * 8 + (unsigned)(in->text.p[in->at++] - '0');
	*ret = (char)(unsigned char)number;
	return number > 0 && number < 256;
}

bool awk_decode(struct awk *awk, struct str raw, struct str *ret_text)
{
	char *text = arena_alloc(awk->code->d->arena, raw.n + 1);
	struct cursor in = {.text = raw};
	size_t n = 0;
	while (!cursor_end(&in)) {
		char c = raw.p[in.at++];
		if (c == '\\' && !decode_escape(&in, &c))
			return false;
		text[n++] = c;
	}
	*ret_text = str_make(text, n);
	return true;
}

/* ---- regular expressions ---- */

/* Does a slash end the expression? */
static bool slash_ends(struct lexer *lexer, unsigned where)
{
	if (where == BRACKET_OUTSIDE)
		return true;
	lexer->awk->differs = true;
	if (where & BRACKET_OUTSIDE)
		lexer->awk->unsure = true;
	return !lexer->awk->brackets;
}

static void read_regex(struct lexer *lexer)
{
	unsigned where = BRACKET_OUTSIDE;
	size_t from = ++lexer->in.at;
	char before = '\0';
	for (; !cursor_end(&lexer->in); lexer->in.at++) {
		char c = cursor_peek(&lexer->in, 0);
		if (c == '\n' || (c == '/' && slash_ends(lexer, where)))
			break;
		if (c == '\\') {
			lexer->in.at++;
			if (cursor_end(&lexer->in) || cursor_peek(&lexer->in, 0) == '\n')
				break;
			before = '\0';
			continue;
		}
		where = code_bracket_step(where, before, c);
		before = c;
	}
	if (cursor_peek(&lexer->in, 0) != '/') {
		lexer->awk->unsure = true;
		return;
	}
	add(lexer, AWK_REGEX, from, false);
	lexer->in.at++;
}

/* Behind these an expression starts, behind all other names it has ended, or nobody knows. */
static const char *const before_operand[] = {"else",  "do",     "exit", "return",
					     "print", "printf", "case", NULL};
static const char *const doubtful[] = {"in",        "getline", "length", "BEGIN",    "END",
				       "BEGINFILE", "ENDFILE", "break",  "continue", "next",
				       "nextfile",  "default", "delete", "function", "func",
				       "if",        "while",   "for",    "switch",   NULL};

/* Is the slash at the cursor a division? */
static bool slash_divides(struct lexer *lexer)
{
	struct awk_token last = last_token(lexer->awk);
	bool assigns = cursor_peek(&lexer->in, 1) == '=';
	switch (last.kind) {
	case AWK_NUMBER:
	case AWK_STRING:
	case AWK_REGEX:
		/* What cannot be assigned to is followed by the regular expression "=". */
		lexer->awk->unsure |= assigns;
		return true;
	case AWK_NAME:
		if (code_listed(doubtful, last.text))
			lexer->awk->unsure = true;
		return !code_listed(before_operand, last.text);
	case AWK_SIGN:
		if (last.condition || str_is(last.text, "$") ||
		    (assigns && strchr(")+-", last.text.p[0])))
			lexer->awk->unsure = true;
		return str_is(last.text, ")") || str_is(last.text, "]") ||
		       str_is(last.text, "++") || str_is(last.text, "--");
	case AWK_END:
	case AWK_NEWLINE:
		break;
	}
	return false;
}

/* ---- names, numbers, signs ---- */

static void read_name(struct lexer *lexer)
{
	size_t from = lexer->in.at;
	while (ascii_is_name(cursor_peek(&lexer->in, 0)))
		lexer->in.at++;
	/* gawk's namespaces: awk::system is system */
	if (cursor_starts(&lexer->in, "::"))
		lexer->awk->unsure = true;
	add(lexer, AWK_NAME, from, false);
}

static void skip_digits(struct cursor *in)
{
	while (ascii_is_digit(cursor_peek(in, 0)))
		in->at++;
}

static void read_number(struct lexer *lexer)
{
	struct cursor *in = &lexer->in;
	size_t from = in->at;
	skip_digits(in);
	if (cursor_peek(in, 0) == '.') {
		in->at++;
		skip_digits(in);
	}
	if (ascii_lower(cursor_peek(in, 0)) == 'e') {
		char sign = cursor_peek(in, 1);
		size_t skip = sign == '+' || sign == '-' ? 2 : 1;
		if (ascii_is_digit(cursor_peek(in, skip))) {
			in->at += skip;
			skip_digits(in);
		}
	}
	/* "0x1f", "1e", "2print": a number and a name to some, one number to others. */
	if (ascii_is_name(cursor_peek(in, 0)))
		lexer->awk->unsure = true;
	add(lexer, AWK_NUMBER, from, false);
}

static const char *const long_signs[] = {
	"**=", "||", "|&", "&&", ">>", ">=", "<=", "==", "!=", "!~",
	"++",  "--", "+=", "-=", "*=", "%=", "^=", "/=", "**", NULL};

/* Follows the parentheses; true for the one that ends a condition. */
static bool track_paren(struct lexer *lexer, char sign)
{
	static const char *const names[] = {"if", "while", "for", "switch", NULL};
	struct awk_token last = last_token(lexer->awk);
	if (sign == '(') {
		if (lexer->depth == AWK_NESTING) {
			lexer->awk->unsure = true;
			return false;
		}
		lexer->conditions[lexer->depth++] = last.kind == AWK_NAME &&
						    code_listed(names, last.text);
	} else if (sign == ')' && lexer->depth > 0) {
		return lexer->conditions[--lexer->depth];
	}
	return false;
}

/* A "]" too many: every implementation refuses the program before it does anything. */
static void track_index(struct lexer *lexer, char sign)
{
	if (sign == '[')
		lexer->indexes++;
	else if (sign == ']' && lexer->indexes > 0)
		lexer->indexes--;
	else if (sign == ']' && !lexer->awk->unsure)
		lexer->awk->refused = true;
}

static void read_sign(struct lexer *lexer)
{
	size_t from = lexer->in.at;
	char c = cursor_peek(&lexer->in, 0);
	for (const char *const *sign = long_signs; *sign; sign++) {
		if (cursor_starts(&lexer->in, *sign)) {
			lexer->in.at += strlen(*sign);
			add(lexer, AWK_SIGN, from, false);
			return;
		}
	}
	if (!c || !strchr("{}()[],;+-*/%^!<>|?:~$=@", c))
		lexer->awk->unsure = true;
	lexer->in.at++;
	track_index(lexer, c);
	add(lexer, AWK_SIGN, from, track_paren(lexer, c));
}

/* Where an operand must follow some implementations go on in the next line, though most end the statement. */
static bool newline_ends(const struct awk *awk)
{
	static const char *const enders[] = {")", "]", "}", ";", "++", "--", NULL};
	static const char *const names[] = {"else", "do", "print", "printf", "in", "return", NULL};
	struct awk_token last = last_token(awk);
	if (last.kind == AWK_SIGN)
		return code_listed(enders, last.text);
	return last.kind != AWK_NAME || !code_listed(names, last.text);
}

static void read_token(struct lexer *lexer)
{
	struct cursor *in = &lexer->in;
	char c = cursor_peek(in, 0);
	if (c == ' ' || c == '\t') {
		in->at++;
	} else if (c == '\\' && cursor_peek(in, 1) == '\n') {
		in->at += 2;
	} else if (c == '#') {
		while (!cursor_end(in) && cursor_peek(in, 0) != '\n')
			in->at++;
	} else if (c == '\n') {
		in->at++;
		if (newline_ends(lexer->awk))
			add(lexer, AWK_NEWLINE, in->at - 1, false);
	} else if (c == '"') {
		read_string(lexer);
	} else if (ascii_is_digit(c) || (c == '.' && ascii_is_digit(cursor_peek(in, 1)))) {
		read_number(lexer);
	} else if (ascii_is_name(c)) {
		read_name(lexer);
	} else if (c == '/' && !slash_divides(lexer)) {
		read_regex(lexer);
	} else {
		read_sign(lexer);
	}
}

void awk_tokens(struct awk *awk)
{
	struct lexer lexer = {.awk = awk, .in = {.text = awk->code->text}};
	while (!cursor_end(&lexer.in) && awk->n < LIMIT_CODE_TOKENS)
		read_token(&lexer);
	if (!cursor_end(&lexer.in) || !code_charge(awk->code, awk->n))
		awk->unsure = true;
}
