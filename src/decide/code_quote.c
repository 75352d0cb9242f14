/* SPDX-License-Identifier: Apache-2.0
 *
 * Strings of other languages: where they end, and what they stand for.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "decide/code_token.h"

/* A value under construction. */
struct pieces {
	struct arena *arena;
	char *bytes;
	size_t n, from; /* bytes so far, start of the piece that is not yet in segs */
	struct seg *segs;
	size_t n_segs, cap;
};

static void end_piece(struct pieces *pieces)
{
	if (pieces->n > pieces->from)
		ARENA_PUSH(pieces->arena, pieces->segs, pieces->n_segs, pieces->cap) = (struct seg){
			SEG_TEXT, str_make(pieces->bytes + pieces->from, pieces->n - pieces->from),
			NULL};
	pieces->from = pieces->n;
}

static void add_unknown(struct pieces *pieces)
{
	end_piece(pieces);
	ARENA_PUSH(pieces->arena, pieces->segs, pieces->n_segs,
		   pieces->cap) = (struct seg){SEG_ANY, STR(""), NULL};
}

/* Text that is looked at more than once costs. */
static void lexer_charge(struct lexer *lexer, size_t bytes)
{
	if (!code_charge(lexer->code, bytes / 8))
		lexer->spent = true;
}

/* ---- escapes ---- */

static int digit_value(char c, int base)
{
	c = ascii_lower(c);
	int value = ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
	return value < base ? value : -1;
}

static uint32_t read_digits(struct cursor *in, int base, int max)
{
	uint32_t number = 0;
	for (int i = 0; i < max && digit_value(cursor_peek(in, 0), base) >= 0; i++, in->at++)
		number = number * (uint32_t)base + (uint32_t)digit_value(cursor_peek(in, 0), base);
	return number;
}

static void add_code_point(struct pieces *pieces, uint32_t code_point, bool is_byte)
{
	char bytes[4];
	if (is_byte || code_point < 0x80) {
		pieces->bytes[pieces->n++] = (char)(unsigned char)code_point;
		return;
	}
	if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000)) {
		add_unknown(pieces);
		return;
	}
	/* No escape is shorter than what it stands for. */
	size_t n = utf8_put(code_point, bytes);
	memcpy(pieces->bytes + pieces->n, bytes, n);
	pieces->n += n;
}

/* \xHH, \uHHHH, \UHHHHHHHH, \x{H...}, \u{H...} */
static void add_hexadecimal(struct pieces *pieces, struct cursor *in, char letter)
{
	bool braces = cursor_peek(in, 0) == '{';
	in->at += braces;
	int max = braces || letter == 'U' ? 8 : letter == 'u' ? 4 : 2;
	uint32_t code_point = read_digits(in, 16, max);
	in->at += braces && cursor_peek(in, 0) == '}';
	add_code_point(pieces, code_point, letter == 'x' && !braces);
}

/* Behind a backslash. */
static void add_escape(struct pieces *pieces, struct cursor *in)
{
	static const char letters[] = "abefnrtv", bytes[] = "\a\b\033\f\n\r\t\v";
	char c = cursor_peek(in, 0);
	if (cursor_end(in))
		return;
	const char *letter = c ? strchr(letters, c) : NULL;
	if (c >= '0' && c <= '7') {
		add_code_point(pieces, read_digits(in, 8, 3) & 0xff, true);
		return;
	}
	in->at++;
	if (letter) {
		pieces->bytes[pieces->n++] = bytes[letter - letters];
	} else if (c == 'x' || c == 'u' || c == 'U') {
		add_hexadecimal(pieces, in, c);
	} else if (c == 'N' && cursor_peek(in, 0) == '{') {
		size_t end = str_find_char(str_from_at(in->text, in->at), '}');
		in->at = end == STR_NPOS ? in->text.n : in->at + end + 1;
		add_unknown(pieces);
	} else if (c != '\n') {
		pieces->bytes[pieces->n++] = c;
	}
}

/* ---- code inside strings ---- */

/* Behind the bracket that closes the one at the cursor; the end of the text when none does. */
static size_t behind_bracket(struct lexer *lexer, const struct cursor *in, char open, char close)
{
	size_t depth = 0, i = in->at;
	for (; i < in->text.n; i++) {
		if (in->text.p[i] == open)
			depth++;
		else if (in->text.p[i] == close && --depth == 0)
			break;
	}
	lexer_charge(lexer, i - in->at);
	return i < in->text.n ? i + 1 : i;
}

static void skip_variable(struct cursor *in)
{
	while (ascii_is_name(cursor_peek(in, 0)) ||
	       (cursor_starts(in, "::") && ascii_is_name(cursor_peek(in, 2))))
		in->at++;
}

/* "x" of "x!r:>10" */
static struct str field_expression(struct lexer *lexer, struct str field)
{
	size_t depth = 0, i = 0;
	for (; i < field.n; i++) {
		char c = field.p[i];
		if (c == '(' || c == '[' || c == '{')
			depth++;
		else if ((c == ')' || c == ']' || c == '}') && depth > 0)
			depth--;
		else if (depth == 0 && (c == ':' || c == '!') &&
			 !str_starts(str_from_at(field, i), STR("!=")))
			break;
	}
	if (str_find_char(str_from_at(field, i), '{') != STR_NPOS)
		lexer->tokens->exact = false;
	return str_first(field, i);
}

/* Is there code at the cursor? Then it is split, too, and the cursor stands behind it. */
static bool skip_code(struct lexer *lexer, struct cursor *in, unsigned flags)
{
	char c = cursor_peek(in, 0), next = cursor_peek(in, 1);
	bool opens = next == '{' || (next == '(' && (flags & QUOTE_DOLLAR));
	bool variable = ascii_is_name(next) || next == '$';
	size_t sign = 1;
	if (c == '{' && (flags & QUOTE_FIELDS) && next != '{')
		sign = 0;
	else if ((c == '$' && (flags & (QUOTE_DOLLAR | QUOTE_BRACE)) && opens) ||
		 (c == '#' && (flags & QUOTE_HASH) && next == '{') ||
		 (c == '@' && (flags & QUOTE_AT) && next == '{'))
		sign = 1;
	else if ((c == '$' && (flags & QUOTE_DOLLAR) && variable) ||
		 (c == '@' && (flags & QUOTE_AT) && variable)) {
		in->at++;
		skip_variable(in);
		return true;
	} else {
		return false;
	}
	struct cursor bracket = *in;
	bracket.at += sign;
	char open = cursor_peek(&bracket, 0);
	size_t end = behind_bracket(lexer, &bracket, open, open == '{' ? '}' : ')');
	struct str code = STR("");
	if (end > bracket.at + 2)
		code = str_make(in->text.p + bracket.at + 1, end - bracket.at - 2);
	tokens_read_part(lexer, sign ? code : field_expression(lexer, code));
	in->at = end;
	return true;
}

/* ---- content ---- */

/* Takes one character or escape of the content; code in it becomes unknown. */
static void read_piece(struct lexer *lexer, struct pieces *pieces, struct cursor *in,
		       unsigned flags)
{
	char c = cursor_peek(in, 0);
	if (skip_code(lexer, in, flags)) {
		add_unknown(pieces);
		return;
	}
	in->at++;
	char next = cursor_peek(in, 0);
	if (c == '\\' && (flags & QUOTE_ESCAPES)) {
		add_escape(pieces, in);
		return;
	}
	bool skips = (c == '\\' && (flags & QUOTE_SINGLE) && (next == '\\' || next == '\'')) ||
		     (c == '`' && (flags & QUOTE_BACKTICK)) ||
		     ((c == '{' || c == '}') && (flags & QUOTE_FIELDS) && next == c) ||
		     ((flags & QUOTE_DOUBLED) && (c == '"' || c == '\'') && next == c);
	if (skips && !cursor_end(in)) {
		c = next;
		in->at++;
	}
	pieces->bytes[pieces->n++] = c;
}

void quote_content(struct lexer *lexer, struct str raw, unsigned flags)
{
	struct arena *arena = lexer->code->d->arena;
	struct pieces pieces = {.arena = arena, .bytes = arena_alloc(arena, raw.n + 1)};
	struct cursor in = {.text = raw};
	struct token *token;
	enum token_kind kind = flags & QUOTE_COMMAND ? TOKEN_COMMAND
			       : flags & QUOTE_WORDS ? TOKEN_WORDS
			       : flags & QUOTE_NAME  ? TOKEN_NAME
						     : TOKEN_STRING;
	token_add(lexer, kind, raw, (struct value){NULL, 0});
	size_t index = lexer->tokens->n - 1;
	size_t before = lexer->tokens->n;
	while (!cursor_end(&in))
		read_piece(lexer, &pieces, &in, flags);
	end_piece(&pieces);
	token = &lexer->tokens->items[index];
	token->value = (struct value){pieces.segs, pieces.n_segs};
	token->computed = !value_is_known(token->value) || lexer->tokens->n > before;
}

/* Bytes that belong to the string whatever follows: an escape, a doubled quote. */
static size_t protected_bytes(const struct lexer *lexer, const struct quote *quote,
			      const char *close)
{
	const struct cursor *in = &lexer->in;
	char c = cursor_peek(in, 0);
	if (c == '\\' && (quote->flags & (QUOTE_ESCAPES | QUOTE_RAW | QUOTE_SINGLE)))
		return 2;
	if (c == '`' && (quote->flags & QUOTE_BACKTICK))
		return 2;
	if ((quote->flags & QUOTE_DOUBLED) && c == close[0] && cursor_peek(in, 1) == c)
		return 2;
	return 0;
}

/* In what may hold code, brackets keep quotes inside them from ending the string. */
static size_t code_bytes(struct lexer *lexer, unsigned flags)
{
	const struct cursor *in = &lexer->in;
	bool dollar = cursor_peek(in, 0) == '$' && (flags & (QUOTE_DOLLAR | QUOTE_BRACE));
	bool hash = cursor_peek(in, 0) == '#' && (flags & QUOTE_HASH);
	if ((!dollar && !hash) || cursor_peek(in, 1) != '{')
		return 0;
	struct cursor bracket = *in;
	bracket.at++;
	size_t end = behind_bracket(lexer, &bracket, '{', '}');
	return end < in->text.n ? end - in->at : 0;
}

bool quote_read(struct lexer *lexer, const struct quote *quote)
{
	struct cursor *in = &lexer->in;
	size_t from = in->at, depth = 0;
	while (!cursor_end(in)) {
		size_t skip = protected_bytes(lexer, quote, quote->close);
		if (!skip)
			skip = code_bytes(lexer, quote->flags);
		if (skip) {
			in->at = in->at + skip < in->text.n ? in->at + skip : in->text.n;
			continue;
		}
		if (cursor_starts(in, quote->close) && depth-- == 0) {
			struct str raw = str_make(in->text.p + from, in->at - from);
			in->at += strlen(quote->close);
			quote_content(lexer, raw, quote->flags);
			return true;
		}
		if ((quote->flags & QUOTE_NESTS) && cursor_starts(in, quote->open))
			depth++;
		if (cursor_peek(in, 0) == '\n' && !(quote->flags & QUOTE_LINES))
			break;
		in->at++;
	}
	lexer_charge(lexer, in->at - from);
	in->at = from;
	return false;
}
