/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of languages that are not read completely. Good enough to find strings and calls; only where a
 * reader needs more does `exact` tell whether the language itself would split the text in this way.
 */
#include "decide/code_token.h"

#include "base/array.h"
#include "base/limits.h"

#define DOUBLE_QUOTE (QUOTE_ESCAPES | QUOTE_DOLLAR | QUOTE_LINES)

/* clang-format off */
static const struct syntax syntaxes[] = {
	{"python", {"#"}, {NULL}, {
		{"\"\"\"", "\"\"\"", QUOTE_ESCAPES | QUOTE_LINES}, {"'''", "'''", QUOTE_ESCAPES | QUOTE_LINES},
		{"\"", "\"", QUOTE_ESCAPES}, {"'", "'", QUOTE_ESCAPES}}, SYNTAX_PREFIXES, ""},
	{"javascript", {"//"}, {"/*", "*/"}, {
		{"\"", "\"", QUOTE_ESCAPES}, {"'", "'", QUOTE_ESCAPES},
		{"`", "`", QUOTE_ESCAPES | QUOTE_LINES | QUOTE_BRACE}}, SYNTAX_REGEX, "$"},
	{"perl", {"#"}, {NULL}, {
		{"\"", "\"", DOUBLE_QUOTE | QUOTE_AT}, {"'", "'", QUOTE_SINGLE | QUOTE_LINES},
		{"`", "`", DOUBLE_QUOTE | QUOTE_AT | QUOTE_COMMAND}},
		SYNTAX_Q | SYNTAX_HEREDOC | SYNTAX_REGEX, "$@%"},
	{"ruby", {"#"}, {NULL}, {
		{"\"", "\"", QUOTE_ESCAPES | QUOTE_HASH | QUOTE_LINES}, {"'", "'", QUOTE_SINGLE | QUOTE_LINES},
		{"`", "`", QUOTE_ESCAPES | QUOTE_HASH | QUOTE_LINES | QUOTE_COMMAND}},
		SYNTAX_PERCENT | SYNTAX_HEREDOC | SYNTAX_REGEX, "$@"},
	{"php", {"//", "#"}, {"/*", "*/"}, {
		{"\"", "\"", DOUBLE_QUOTE}, {"'", "'", QUOTE_SINGLE | QUOTE_LINES},
		{"`", "`", DOUBLE_QUOTE | QUOTE_COMMAND}}, SYNTAX_HEREDOC, "$"},
	{"lua", {"--"}, {"--[[", "]]"}, {
		{"\"", "\"", QUOTE_ESCAPES}, {"'", "'", QUOTE_ESCAPES}, {"[[", "]]", QUOTE_LINES}}, 0, ""},
	{"r", {"#"}, {NULL}, {
		{"\"", "\"", QUOTE_ESCAPES | QUOTE_LINES}, {"'", "'", QUOTE_ESCAPES | QUOTE_LINES},
		{"`", "`", QUOTE_NAME}}, SYNTAX_RAW_R | SYNTAX_DOTS, "."},
	{"julia", {"#"}, {"#=", "=#"}, {
		{"\"\"\"", "\"\"\"", DOUBLE_QUOTE}, {"\"", "\"", DOUBLE_QUOTE},
		{"`", "`", DOUBLE_QUOTE | QUOTE_COMMAND}}, 0, ""},
	{"groovy", {"//"}, {"/*", "*/"}, {
		{"\"\"\"", "\"\"\"", DOUBLE_QUOTE}, {"'''", "'''", QUOTE_ESCAPES | QUOTE_LINES},
		{"\"", "\"", QUOTE_ESCAPES | QUOTE_DOLLAR}, {"'", "'", QUOTE_ESCAPES}}, 0, "$"},
	{"java", {"//"}, {"/*", "*/"}, {
		{"\"\"\"", "\"\"\"", QUOTE_ESCAPES | QUOTE_LINES}, {"\"", "\"", QUOTE_ESCAPES},
		{"'", "'", QUOTE_ESCAPES}}, 0, "$"},
	{"powershell", {"#"}, {"<#", "#>"}, {
		{"@\"", "\"@", QUOTE_LINES | QUOTE_DOLLAR}, {"@'", "'@", QUOTE_LINES},
		{"\"", "\"", QUOTE_BACKTICK | QUOTE_DOUBLED | QUOTE_DOLLAR | QUOTE_LINES},
		{"'", "'", QUOTE_DOUBLED | QUOTE_LINES}}, SYNTAX_BARE, "$"},
	{"tcl", {NULL}, {NULL}, {{"\"", "\"", QUOTE_ESCAPES | QUOTE_DOLLAR | QUOTE_LINES}}, SYNTAX_BARE, "$"},
	{"applescript", {"--", "#"}, {"(*", "*)"}, {{"\"", "\"", QUOTE_ESCAPES | QUOTE_LINES}}, 0, ""},
	/* any other: what stands between quotes on one line */
	{"", {NULL}, {NULL}, {
		{"\"", "\"", QUOTE_ESCAPES}, {"'", "'", QUOTE_ESCAPES}, {"`", "`", QUOTE_ESCAPES}}, 0, "$"},
};
/* clang-format on */

const struct syntax *syntax_find(const char *language)
{
	size_t i = 0;
	while (i + 1 < ARRAY_SIZE(syntaxes) && strcmp(syntaxes[i].language, language) != 0)
		i++;
	return &syntaxes[i];
}

const struct token *token_at(const struct tokens *tokens, size_t i)
{
	static const struct token end = {.kind = TOKEN_END};
	return i < tokens->n ? &tokens->items[i] : &end;
}

bool token_is(const struct tokens *tokens, size_t i, char sign)
{
	const struct token *token = token_at(tokens, i);
	return token->kind == TOKEN_SIGN && token->text.p[0] == sign;
}

bool token_is_name(const struct tokens *tokens, size_t i, const char *name)
{
	return token_at(tokens, i)->kind == TOKEN_NAME && str_is(token_at(tokens, i)->text, name);
}

void token_add(struct lexer *lexer, enum token_kind kind, struct str text, struct value value)
{
	struct tokens *tokens = lexer->tokens;
	ARENA_PUSH(lexer->code->d->arena, tokens->items, tokens->n, tokens->cap) =
		(struct token){.kind = kind, .spaced = lexer->spaced, .text = text, .value = value};
	lexer->spaced = false;
}

static void add_plain(struct lexer *lexer, enum token_kind kind, size_t from)
{
	struct str text = str_make(lexer->in.text.p + from, lexer->in.at - from);
	token_add(lexer, kind, text, (struct value){NULL, 0});
}

/* ---- names and numbers ---- */

static bool in_name(const struct lexer *lexer, char c)
{
	if (lexer->syntax->flags & SYNTAX_BARE)
		return c && !strchr(" \t\r\n;|&(){}[]<>,\"'", c);
	return ascii_is_name(c) || (unsigned char)c >= 0x80 ||
	       (c == '.' && (lexer->syntax->flags & SYNTAX_DOTS));
}

static void skip_name(struct lexer *lexer)
{
	for (; in_name(lexer, cursor_peek(&lexer->in, 0)); lexer->in.at++)
		if ((unsigned char)cursor_peek(&lexer->in, 0) >= 0x80)
			lexer->tokens->exact = false;
}

static bool starts_name(const struct lexer *lexer)
{
	char c = cursor_peek(&lexer->in, 0);
	bool sigil = c && strchr(lexer->syntax->sigils, c);
	return in_name(lexer, sigil ? cursor_peek(&lexer->in, 1) : c);
}

static void read_number(struct lexer *lexer)
{
	struct cursor *in = &lexer->in;
	size_t from = in->at;
	while (ascii_is_name(cursor_peek(in, 0)) ||
	       (cursor_peek(in, 0) == '.' && ascii_is_digit(cursor_peek(in, 1))))
		in->at++;
	add_plain(lexer, TOKEN_NUMBER, from);
}

/* ---- strings that start with a name ---- */

/* r"..." of Python; false when the name is none of its prefixes. */
static bool prefix_flags(struct str name, unsigned *flags)
{
	bool raw = false, fields = false;
	for (size_t i = 0; i < name.n; i++) {
		char c = ascii_lower(name.p[i]);
		if (!strchr("rbuf", c))
			return false;
		raw |= c == 'r';
		fields |= c == 'f';
	}
	if (raw)
		*flags = (*flags & ~(unsigned)QUOTE_ESCAPES) | QUOTE_RAW;
	if (fields)
		*flags |= QUOTE_FIELDS;
	return name.n <= 2;
}

static const struct quote *quote_at(const struct lexer *lexer)
{
	const struct syntax *syntax = lexer->syntax;
	for (size_t i = 0; i < ARRAY_SIZE(syntax->quotes) && syntax->quotes[i].open; i++)
		if (cursor_starts(&lexer->in, syntax->quotes[i].open))
			return &syntax->quotes[i];
	return NULL;
}

static bool read_prefixed(struct lexer *lexer, struct str name)
{
	const struct quote *found = quote_at(lexer);
	if (!found)
		return false;
	struct quote quote = *found;
	if (!prefix_flags(name, &quote.flags)) {
		lexer->tokens->exact = false;
		return false;
	}
	size_t from = lexer->in.at;
	lexer->in.at += strlen(quote.open);
	if (quote_read(lexer, &quote))
		return true;
	lexer->in.at = from;
	lexer->tokens->exact = false;
	return false;
}

/* r"(...)" of R, also with dashes and other brackets. */
static bool read_raw_r(struct lexer *lexer, struct str name)
{
	char c = cursor_peek(&lexer->in, 0), open = cursor_peek(&lexer->in, 1);
	if (!str_eq_nocase(name, STR("r")) || (c != '"' && c != '\'') || !open ||
	    !strchr("([{", open))
		return false;
	char close[3] = {open == '(' ? ')' : open == '[' ? ']' : '}', c, '\0'};
	struct quote quote = {"", close, QUOTE_LINES};
	lexer->in.at += 2;
	if (quote_read(lexer, &quote))
		return true;
	lexer->in.at -= 2;
	return false;
}

/* ---- strings with a delimiter of one's choice ---- */

static char closing(char open)
{
	static const char opens[] = "([{<", closes[] = ")]}>";
	const char *at = strchr(opens, open);
	return at ? closes[at - opens] : open;
}

/* At the opening delimiter. */
static bool read_delimited(struct lexer *lexer, unsigned flags)
{
	char open[2] = {cursor_peek(&lexer->in, 0), '\0'};
	char close[2] = {closing(open[0]), '\0'};
	struct quote quote = {open, close, flags | QUOTE_LINES};
	if (open[0] != close[0])
		quote.flags |= QUOTE_NESTS;
	lexer->in.at++;
	if (quote_read(lexer, &quote))
		return true;
	lexer->in.at--;
	return false;
}

static bool is_delimiter(char c)
{
	return c > ' ' && c < 0x7f && !ascii_is_name(c);
}

/* clang-format off */
static const struct {
	const char *name;
	unsigned flags;
	bool two; /* s/// has two parts */
} perl_quotes[] = {
	{"q",  QUOTE_SINGLE,                           false},
	{"qq", QUOTE_ESCAPES | QUOTE_DOLLAR | QUOTE_AT, false},
	{"qw", QUOTE_WORDS,                            false},
	{"qx", QUOTE_ESCAPES | QUOTE_DOLLAR | QUOTE_AT | QUOTE_COMMAND, false},
	{"m",  QUOTE_RAW,                              false},
	{"qr", QUOTE_RAW,                              false},
	{"s",  QUOTE_RAW,                              true},
	{"tr", QUOTE_RAW,                              true},
	{"y",  QUOTE_RAW,                              true},
};

static const struct {
	char letter; /* '\0': none */
	unsigned flags;
} ruby_quotes[] = {
	{'q', QUOTE_SINGLE}, {'Q', QUOTE_ESCAPES | QUOTE_HASH}, {'\0', QUOTE_ESCAPES | QUOTE_HASH},
	{'w', QUOTE_WORDS}, {'W', QUOTE_WORDS}, {'i', QUOTE_WORDS}, {'I', QUOTE_WORDS},
	{'x', QUOTE_ESCAPES | QUOTE_HASH | QUOTE_COMMAND}, {'r', QUOTE_RAW}, {'s', QUOTE_SINGLE},
};
/* clang-format on */

static bool read_perl_quote(struct lexer *lexer, struct str name)
{
	struct cursor *in = &lexer->in;
	size_t blanks = 0;
	for (size_t i = 0; i < ARRAY_SIZE(perl_quotes); i++) {
		if (!str_is(name, perl_quotes[i].name))
			continue;
		while (cursor_peek(in, blanks) == ' ')
			blanks++;
		char delimiter = cursor_peek(in, blanks);
		/* "s =>" and "y = 1" are no quotes. */
		if (!is_delimiter(delimiter) || strchr(",;)", delimiter) ||
		    (delimiter == '=' && (blanks || cursor_peek(in, 1) == '>')) ||
		    (delimiter == '#' && blanks))
			return false;
		in->at += blanks;
		if (!read_delimited(lexer, perl_quotes[i].flags))
			return false;
		if (perl_quotes[i].two) {
			if (closing(delimiter) == delimiter)
				in->at--;
			(void)read_delimited(lexer, perl_quotes[i].flags);
		}
		return true;
	}
	return false;
}

/* At the percent sign. */
static bool read_percent(struct lexer *lexer)
{
	struct cursor *in = &lexer->in;
	const struct token *last = token_at(lexer->tokens, lexer->tokens->n - 1);
	char letter = ascii_is_alpha(cursor_peek(in, 1)) ? cursor_peek(in, 1) : '\0';
	char delimiter = cursor_peek(in, letter ? 2 : 1);
	/* Behind an operand it is a remainder. */
	bool operand = last->kind == TOKEN_NUMBER || last->kind == TOKEN_STRING ||
		       token_is(lexer->tokens, lexer->tokens->n - 1, ')');
	if (!is_delimiter(delimiter) || (!letter && !strchr("([{<|!", delimiter)) || operand)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(ruby_quotes); i++) {
		if (letter != ruby_quotes[i].letter)
			continue;
		size_t from = in->at;
		in->at += letter ? 2 : 1;
		if (read_delimited(lexer, ruby_quotes[i].flags))
			return true;
		in->at = from;
	}
	return false;
}

/* ---- here-documents ---- */

/* The line that ends the body, from `at` on: its start and its end. */
static bool find_terminator(struct str text, size_t at, struct str tag, size_t *ret_start,
			    size_t *ret_end)
{
	while (at < text.n) {
		size_t end = str_find_char(str_from_at(text, at), '\n');
		end = end == STR_NPOS ? text.n : at + end;
		struct str line = str_trim(str_make(text.p + at, end - at));
		/* PHP lets the statement go on behind it. */
		if (str_starts(line, tag) && (line.n == tag.n || !ascii_is_name(line.p[tag.n]))) {
			*ret_start = at;
			*ret_end = end;
			return true;
		}
		at = end + 1;
	}
	return false;
}

/* At "<<". */
static bool read_heredoc(struct lexer *lexer)
{
	struct cursor *in = &lexer->in;
	size_t skip = cursor_starts(in, "<<<") ? 3 : 2, start, end;
	while (cursor_peek(in, skip) == '~' || cursor_peek(in, skip) == '-' ||
	       cursor_peek(in, skip) == ' ')
		skip++;
	char quote = cursor_peek(in, skip);
	bool quoted = quote == '"' || quote == '\'';
	size_t from = in->at + skip + quoted, n = 0;
	while (from + n < in->text.n && ascii_is_name(in->text.p[from + n]))
		n++;
	struct str tag = str_make(in->text.p + (from < in->text.n ? from : in->text.n), n);
	size_t line = str_find_char(str_from_at(in->text, from + n), '\n');
	if (n == 0 || ascii_is_digit(tag.p[0]) || line == STR_NPOS || lexer->heredoc_end)
		return false;
	/* A tag that nothing ends costs a look at all that follows. */
	lexer->spent |= !code_charge(lexer->code, (in->text.n - in->at) / 16);
	size_t body = from + n + line + 1;
	if (!find_terminator(in->text, body, tag, &start, &end))
		return false;
	in->at = from + n + quoted;
	quote_content(lexer, str_make(in->text.p + body, start - body),
		      quote == '\'' ? 0 : QUOTE_ESCAPES);
	lexer->heredoc_end = end;
	return true;
}

/* ---- regular expressions ---- */

/* Must an operand stand here, so that a slash is no division? */
static bool wants_operand(const struct lexer *lexer)
{
	static const char *const names[] = {"return", "and",    "or",   "not",   "if",
					    "unless", "while",  "when", "split", "grep",
					    "in",     "typeof", NULL};
	const struct token *last = token_at(lexer->tokens, lexer->tokens->n - 1);
	if (last->kind == TOKEN_NAME)
		return code_listed(names, last->text);
	return last->kind == TOKEN_END || last->kind == TOKEN_NEWLINE ||
	       (last->kind == TOKEN_SIGN && !strchr(")]}", last->text.p[0]));
}

static bool read_regex(struct lexer *lexer)
{
	static const struct quote slashes = {"/", "/", QUOTE_RAW};
	size_t from = lexer->in.at++;
	if (wants_operand(lexer) && quote_read(lexer, &slashes))
		return true;
	lexer->in.at = from;
	return false;
}

/* ---- comments ---- */

static void skip_to(struct lexer *lexer, const char *end)
{
	struct cursor *in = &lexer->in;
	size_t n = str_find(str_from_at(in->text, in->at), str_from(end));
	in->at = n == STR_NPOS ? in->text.n : in->at + n + (end[0] == '\n' ? 0 : strlen(end));
	if (n == STR_NPOS && end[0] != '\n')
		lexer->tokens->exact = false;
}

static bool skip_comment(struct lexer *lexer)
{
	const struct syntax *syntax = lexer->syntax;
	if (syntax->block[0] && cursor_starts(&lexer->in, syntax->block[0])) {
		lexer->in.at += strlen(syntax->block[0]);
		skip_to(lexer, syntax->block[1]);
		lexer->spaced = true;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(syntax->comments) && syntax->comments[i]; i++) {
		if (!cursor_starts(&lexer->in, syntax->comments[i]))
			continue;
		skip_to(lexer, "\n");
		return true;
	}
	return false;
}

/* ---- tokens ---- */

static void read_name(struct lexer *lexer)
{
	size_t from = lexer->in.at;
	unsigned flags = lexer->syntax->flags;
	lexer->in.at++;
	skip_name(lexer);
	struct str name = str_make(lexer->in.text.p + from, lexer->in.at - from);
	if (((flags & SYNTAX_PREFIXES) && read_prefixed(lexer, name)) ||
	    ((flags & SYNTAX_RAW_R) && read_raw_r(lexer, name)) ||
	    ((flags & SYNTAX_Q) && read_perl_quote(lexer, name)))
		return;
	add_plain(lexer, TOKEN_NAME, from);
}

static void read_newline(struct lexer *lexer)
{
	size_t from = lexer->in.at++;
	add_plain(lexer, TOKEN_NEWLINE, from);
	if (lexer->heredoc_end)
		lexer->in.at = lexer->heredoc_end;
	lexer->heredoc_end = 0;
}

static bool read_string(struct lexer *lexer)
{
	const struct quote *quote = quote_at(lexer);
	size_t from = lexer->in.at;
	if (!quote)
		return false;
	lexer->in.at += strlen(quote->open);
	if (quote_read(lexer, quote))
		return true;
	lexer->in.at = from;
	lexer->tokens->exact = false;
	return false;
}

static bool read_special(struct lexer *lexer, char c)
{
	unsigned flags = lexer->syntax->flags;
	return (c == '%' && (flags & SYNTAX_PERCENT) && read_percent(lexer)) ||
	       (c == '<' && (flags & SYNTAX_HEREDOC) && cursor_starts(&lexer->in, "<<") &&
		read_heredoc(lexer)) ||
	       (c == '/' && (flags & SYNTAX_REGEX) && read_regex(lexer));
}

static void read_token(struct lexer *lexer)
{
	struct cursor *in = &lexer->in;
	char c = cursor_peek(in, 0);
	if (c == ' ' || c == '\t' || (c == '\\' && cursor_peek(in, 1) == '\n')) {
		in->at += c == '\\' ? 2 : 1;
		lexer->spaced = true;
		return;
	}
	if (c == '\n') {
		read_newline(lexer);
		return;
	}
	if (skip_comment(lexer) || read_string(lexer) || read_special(lexer, c))
		return;
	if (ascii_is_digit(c) && !(lexer->syntax->flags & SYNTAX_BARE)) {
		read_number(lexer);
	} else if (starts_name(lexer)) {
		read_name(lexer);
	} else {
		in->at++;
		if (c < ' ')
			lexer->tokens->exact = false;
		add_plain(lexer, TOKEN_SIGN, in->at - 1);
	}
}

static void read_all(struct lexer *lexer)
{
	while (!cursor_end(&lexer->in) && lexer->tokens->n < LIMIT_CODE_TOKENS && !lexer->spent)
		read_token(lexer);
	if (!cursor_end(&lexer->in))
		lexer->tokens->exact = false;
}

void tokens_read_part(struct lexer *lexer, struct str part)
{
	static const char separator[] = ";";
	if (lexer->depth >= LIMIT_CODE_DEPTH) {
		lexer->tokens->exact = false;
		return;
	}
	struct lexer inner = *lexer;
	inner.in = (struct cursor){.text = part};
	inner.heredoc_end = 0;
	inner.depth++;
	token_add(&inner, TOKEN_SIGN, str_make(separator, 1), (struct value){NULL, 0});
	read_all(&inner);
	token_add(&inner, TOKEN_SIGN, str_make(separator, 1), (struct value){NULL, 0});
	lexer->spent = inner.spent;
}

void tokens_read(struct code *code, const struct syntax *syntax, struct tokens *ret_tokens)
{
	*ret_tokens = (struct tokens){.exact = true};
	struct lexer lexer = {
		.code = code,
		.syntax = syntax,
		.tokens = ret_tokens,
		.in = {.text = code->text},
	};
	read_all(&lexer);
	if (!code_charge(code, ret_tokens->n))
		ret_tokens->exact = false;
}
