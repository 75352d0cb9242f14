/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls in other languages: the name that is called, and the arguments as far as they are literal.
 */
#include "decide/code_call.h"

#include "base/array.h"
#include "base/limits.h"

enum { VALUE_DEPTH = 6, NAME_PARTS = 8 };

struct reader {
	struct code *code;
	const struct tokens *tokens;
	size_t at;
	bool newlines; /* end the arguments */
	int depth;
};

static struct arena *arena_of(const struct reader *reader)
{
	return reader->code->d->arena;
}

/* ---- names ---- */

/* ".", "::", "->", "?." between the parts of a name. Returns how many tokens it takes, 0: none. */
static size_t connector(const struct tokens *tokens, size_t i)
{
	if (token_is(tokens, i, '.'))
		return 1;
	bool two = (token_is(tokens, i, ':') && token_is(tokens, i + 1, ':')) ||
		   (token_is(tokens, i, '-') && token_is(tokens, i + 1, '>')) ||
		   (token_is(tokens, i, '?') && token_is(tokens, i + 1, '.'));
	return two ? 2 : 0;
}

static size_t connector_before(const struct tokens *tokens, size_t i)
{
	if (i >= 2 && connector(tokens, i - 2) == 2)
		return 2;
	return i >= 1 ? connector(tokens, i - 1) == 1 : 0;
}

bool call_name_read(struct code *code, const struct tokens *tokens, size_t i, struct call_name *ret)
{
	struct arena *arena = code->d->arena;
	size_t before = connector_before(tokens, i);
	if (token_at(tokens, i)->kind != TOKEN_NAME)
		return false;
	/* The middle of a name that was read before. */
	if (before && i > before && token_at(tokens, i - before - 1)->kind == TOKEN_NAME)
		return false;
	struct str full = token_at(tokens, i)->text, last = full;
	if (before)
		full = arena_join(arena, STR("."), full);
	size_t next = i + 1;
	for (int parts = 1; parts < NAME_PARTS; parts++) {
		size_t skip = connector(tokens, next);
		if (!skip || token_at(tokens, next + skip)->kind != TOKEN_NAME)
			break;
		last = token_at(tokens, next + skip)->text;
		full = arena_join3(arena, full, STR("."), last);
		next += skip + 1;
	}
	*ret = (struct call_name){.full = full, .last = last, .next = next};
	return true;
}

/* ---- values ---- */

static bool ends_argument(const struct reader *reader)
{
	const struct token *token = token_at(reader->tokens, reader->at);
	if (token->kind == TOKEN_END || (token->kind == TOKEN_NEWLINE && reader->newlines))
		return true;
	return token->kind == TOKEN_SIGN && strchr(",)]};", token->text.p[0]);
}

static void skip_newlines(struct reader *reader)
{
	while (!reader->newlines && token_at(reader->tokens, reader->at)->kind == TOKEN_NEWLINE)
		reader->at++;
}

/* Is there another element, behind commas and newlines? */
static bool next_element(struct reader *reader)
{
	for (;;) {
		skip_newlines(reader);
		if (!token_is(reader->tokens, reader->at, ','))
			return !ends_argument(reader);
		reader->at++;
	}
}

/* Steps over one token, or over a bracket with all that is in it. */
static void skip_token(struct reader *reader)
{
	size_t depth = 0;
	do {
		const struct token *token = token_at(reader->tokens, reader->at);
		char sign = token->kind == TOKEN_SIGN ? token->text.p[0] : '\0';
		if (token->kind == TOKEN_END)
			return;
		if (sign && strchr("([{", sign))
			depth++;
		else if (sign && strchr(")]}", sign) && depth > 0)
			depth--;
		reader->at++;
	} while (depth > 0);
}

static struct value read_value(struct reader *reader, bool *ret_known);

/* Functions whose result is their arguments, put together as a path. */
static const char *const path_functions[] = {
	"join",     "resolve",   "expanduser",  "abspath",  "normpath",  "Path",
	"PurePath", "realpath",  "fspath",      "fsencode", "str",       "String",
	"Pathname", "File",      "URL",         "joinpath", "normalize", "expand_path",
	"catfile",  "file.path", "path.expand", NULL};

static struct value join_parts(struct reader *reader, struct value a, struct value b)
{
	struct value slash = value_from(arena_of(reader), STR("/"));
	if (!a.n)
		return b;
	return value_concat(arena_of(reader), value_concat(arena_of(reader), a, slash), b);
}

/* A name, and what it is called with when it makes a path. */
static struct value read_named(struct reader *reader, bool *ret_known)
{
	struct call_name name;
	if (!call_name_read(reader->code, reader->tokens, reader->at, &name)) {
		reader->at++;
		return value_any();
	}
	reader->at = name.next;
	bool joins = code_listed(path_functions, name.last) ||
		     code_listed(path_functions, name.full);
	if (!joins || !token_is(reader->tokens, reader->at, '('))
		return value_any();
	struct value path = {NULL, 0};
	reader->at++;
	while (next_element(reader))
		path = join_parts(reader, path, read_value(reader, ret_known));
	if (token_is(reader->tokens, reader->at, ')'))
		reader->at++;
	return path;
}

static struct value read_primary(struct reader *reader, bool *ret_known)
{
	const struct token *token = token_at(reader->tokens, reader->at);
	struct value value;
	switch (token->kind) {
	case TOKEN_STRING:
		reader->at++;
		*ret_known = true;
		return token->value;
	case TOKEN_NAME:
		return read_named(reader, ret_known);
	case TOKEN_SIGN:
		if (token->text.p[0] != '(') {
			skip_token(reader);
			return value_any();
		}
		reader->at++;
		value = read_value(reader, ret_known);
		while (!ends_argument(reader))
			skip_token(reader);
		if (token_is(reader->tokens, reader->at, ')'))
			reader->at++;
		return value;
	case TOKEN_END:
	case TOKEN_NUMBER:
	case TOKEN_WORDS:
	case TOKEN_COMMAND:
	case TOKEN_NEWLINE:
		break;
	}
	skip_token(reader);
	return value_any();
}

/* Strings beside each other, or with a sign between them that puts them together. *ret_slash: as a path. */
static bool reads_on(struct reader *reader, bool *ret_slash)
{
	const struct tokens *tokens = reader->tokens;
	size_t at = reader->at;
	*ret_slash = token_is(tokens, at, '/');
	if (token_at(tokens, at)->kind == TOKEN_STRING)
		return true;
	if (token_is(tokens, at, '+') || *ret_slash) {
		reader->at++;
		return true;
	}
	size_t dots = token_is(tokens, at, '.') ? token_is(tokens, at + 1, '.') ? 2 : 1 : 0;
	if (dots == 0 || (token_at(tokens, at + dots)->kind != TOKEN_STRING && dots == 1))
		return false;
	reader->at += dots;
	return true;
}

static struct value read_value(struct reader *reader, bool *ret_known)
{
	bool slash;
	skip_newlines(reader);
	if (++reader->depth > VALUE_DEPTH) {
		skip_token(reader);
		reader->depth--;
		return value_any();
	}
	struct value value = read_primary(reader, ret_known);
	while (!ends_argument(reader)) {
		if (!reads_on(reader, &slash)) {
			skip_token(
				reader); /* a method, an operator: what it makes of the string nobody knows */
			continue;
		}
		struct value next = ends_argument(reader) ? value_any()
							  : read_primary(reader, ret_known);
		value = slash ? join_parts(reader, value, next)
			      : value_concat(arena_of(reader), value, next);
	}
	reader->depth--;
	return value;
}

/* ---- arguments ---- */

static void add_word(struct reader *reader, struct call_argument *argument, size_t *cap,
		     struct value value)
{
	ARENA_PUSH(arena_of(reader), argument->words, argument->n_words,
		   *cap) = (struct word){.value = value, .span = reader->code->scope.span};
}

/* ["a", "b"], ("a", "b"), {"a", "b"}. False, and nothing is read, when it is no list. */
static bool read_list(struct reader *reader, struct call_argument *argument)
{
	struct reader inner = *reader;
	size_t cap = 0;
	bool paren = token_is(reader->tokens, reader->at, '(');
	if (!paren && !token_is(reader->tokens, reader->at, '['))
		return false;
	inner.at++;
	inner.newlines = false;
	while (next_element(&inner)) {
		bool known = false;
		add_word(&inner, argument, &cap, read_value(&inner, &known));
	}
	if (paren && argument->n_words < 2) {
		*argument = (struct call_argument){.known = false};
		return false;
	}
	inner.at += token_is(inner.tokens, inner.at, ']') || token_is(inner.tokens, inner.at, ')');
	reader->at = inner.at;
	argument->list = true;
	return true;
}

static void read_words(struct reader *reader, struct call_argument *argument)
{
	struct str rest = token_at(reader->tokens, reader->at)->text;
	size_t cap = 0;
	argument->list = true;
	reader->at++;
	while (rest.n) {
		size_t n = 0;
		while (n < rest.n && !strchr(" \t\n", rest.p[n]))
			n++;
		if (n)
			add_word(reader, argument, &cap,
				 value_from(arena_of(reader), str_first(rest, n)));
		rest = str_from_at(rest, n + 1);
	}
}

/* "name=" or "name:" in front of a value */
static void read_argument_name(struct reader *reader, struct call_argument *argument)
{
	const struct tokens *tokens = reader->tokens;
	const struct token *token = token_at(tokens, reader->at);
	bool equals = token_is(tokens, reader->at + 1, '=') &&
		      !token_is(tokens, reader->at + 2, '=') &&
		      !token_is(tokens, reader->at + 2, '~');
	bool colon = token_is(tokens, reader->at + 1, ':') &&
		     !token_is(tokens, reader->at + 2, ':');
	if (token->kind != TOKEN_NAME || (!equals && !colon))
		return;
	argument->name = token->text;
	reader->at += 2;
}

static void read_argument(struct reader *reader, struct call_arguments *arguments)
{
	struct call_argument argument = {.value = value_any()};
	read_argument_name(reader, &argument);
	if (token_at(reader->tokens, reader->at)->kind == TOKEN_WORDS)
		read_words(reader, &argument);
	else if (!read_list(reader, &argument))
		argument.value = read_value(reader, &argument.known);
	while (!ends_argument(reader))
		skip_token(reader);
	if (arguments->n < CALL_MAX_ARGS)
		arguments->items[arguments->n++] = argument;
}

bool call_arguments_read(struct code *code, const struct tokens *tokens, size_t i, bool paren,
			 struct call_arguments *ret)
{
	struct reader reader = {.code = code, .tokens = tokens, .at = i, .newlines = !paren};
	*ret = (struct call_arguments){.n = 0};
	while (next_element(&reader))
		read_argument(&reader, ret);
	if (paren && token_is(tokens, reader.at, ')'))
		reader.at++;
	ret->next = reader.at;
	/* Arguments of calls inside arguments are read again. */
	return code_charge(code, reader.at - i);
}

const struct call_argument *call_positional(const struct call_arguments *arguments, size_t i)
{
	for (size_t k = 0; k < arguments->n; k++)
		if (!arguments->items[k].name.n && i-- == 0)
			return &arguments->items[k];
	return NULL;
}
