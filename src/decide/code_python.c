/* SPDX-License-Identifier: Apache-2.0
 *
 * Python programs so plain that they can only compute and print: "import json, sys; print(json.load(sys.stdin))".
 *
 * Why that is so. A program acts on the world through what it can name, and names are of three kinds.
 *
 *   Names that it binds itself hold what expressions gave. Names that the interpreter gives are either in
 *   python_builtins, which compute, or in python_forbidden, which may not occur at all, bound or not; those
 *   with "__" may not either. Any other name is an error in the program.
 *
 *   Attributes must be in python_attributes, whatever object they belong to, so none leads from the
 *   modules that may be imported to anything that opens or runs. There is no way from a string to a name: getattr,
 *   eval, vars, str.format and string.Formatter are not in the lists.
 *
 *   Modules must be in python_modules, and must be those of the library: a file json.py where the program is
 *   started would be loaded in its place (code_import.c).
 *
 *   A file may be opened to be read, when its name stands there: open("x.json"). That is then an effect.
 *
 * So every value is made of builtins, functions of these modules, data, and functions the program defines of
 * the same. Statements with a syntax of their own (class, match, async, decorators) are left out.
 */
#include "decide/code_python.h"

#include "base/limits.h"

enum { BOUND_MAX = 64, OPENED_MAX = 16 };

struct program {
	struct code *code;
	struct tokens tokens;
	struct str bound[BOUND_MAX];
	size_t n_bound;
	const struct token *opened[OPENED_MAX]; /* names of files */
	size_t n_opened;
	bool overflow;
};

static bool is_bound(const struct program *program, struct str name)
{
	for (size_t i = 0; i < program->n_bound; i++)
		if (str_eq(name, program->bound[i]))
			return true;
	return false;
}

static void bind(struct program *program, struct str name)
{
	if (is_bound(program, name))
		return;
	if (program->n_bound < BOUND_MAX)
		program->bound[program->n_bound++] = name;
	else
		program->overflow = true;
}

static bool is(const struct program *program, size_t i, const char *name)
{
	return token_is_name(&program->tokens, i, name);
}

static bool is_name(const struct program *program, size_t i)
{
	return token_at(&program->tokens, i)->kind == TOKEN_NAME;
}

static bool sign(const struct program *program, size_t i, char c)
{
	return token_is(&program->tokens, i, c);
}

static struct str text(const struct program *program, size_t i)
{
	return token_at(&program->tokens, i)->text;
}

/* ---- names that the program binds ---- */

/* "a =", "a, b =", also of keyword arguments */
static bool is_assigned(const struct program *program, size_t i)
{
	for (int n = 0; n < BOUND_MAX && sign(program, i + 1, ',') && is_name(program, i + 2); n++)
		i += 2;
	bool walrus = sign(program, i + 1, ':') && sign(program, i + 2, '=');
	return walrus || (sign(program, i + 1, '=') && !sign(program, i + 2, '='));
}

static bool is_attribute(const struct program *program, size_t i)
{
	return i > 0 && sign(program, i - 1, '.');
}

/* Names from token i on up to the sign or word that ends them. */
static size_t bind_until(struct program *program, size_t i, char end, const char *word)
{
	for (; i < program->tokens.n && !sign(program, i, end) && !(word && is(program, i, word));
	     i++)
		if (is_name(program, i))
			bind(program, text(program, i));
	return i;
}

static void find_bound(struct program *program)
{
	for (size_t i = 0; i < program->tokens.n; i++) {
		if (is(program, i, "for"))
			i = bind_until(program, i + 1, '\n', "in");
		else if (is(program, i, "lambda"))
			i = bind_until(program, i + 1, ':', NULL);
		else if (is(program, i, "def"))
			i = bind_until(program, i + 1, ')', NULL);
		else if (is(program, i, "as") && is_name(program, i + 1))
			bind(program, text(program, i + 1));
		else if (is_name(program, i) && !is_attribute(program, i) &&
			 is_assigned(program, i))
			bind(program, text(program, i));
	}
}

/* ---- imports ---- */

static bool starts_statement(const struct program *program, size_t i)
{
	return i == 0 || token_at(&program->tokens, i - 1)->kind == TOKEN_NEWLINE ||
	       sign(program, i - 1, ';') || sign(program, i - 1, ':');
}

static bool ends_statement(const struct program *program, size_t i)
{
	enum token_kind kind = token_at(&program->tokens, i)->kind;
	return kind == TOKEN_END || kind == TOKEN_NEWLINE || sign(program, i, ';');
}

/* A module's name; *i is then behind it. */
static bool read_module(struct program *program, size_t *i)
{
	if (!is_name(program, *i))
		return false;
	struct str first = text(program, *i), module = first;
	for ((*i)++; sign(program, *i, '.') && is_name(program, *i + 1); *i += 2)
		module = arena_join3(program->code->d->arena, module, STR("."),
				     text(program, *i + 1));
	bind(program, first);
	return code_listed(python_modules, module);
}

/* "as name"; what it binds was found before */
static void read_alias(struct program *program, size_t *i)
{
	if (is(program, *i, "as") && is_name(program, *i + 1))
		*i += 2;
}

static bool may_bind(struct str name)
{
	return !code_listed(python_forbidden, name) && str_find(name, STR("__")) == STR_NPOS;
}

/* import a, b.c as d */
static bool read_import(struct program *program, size_t *i)
{
	do {
		(*i)++;
		if (!read_module(program, i))
			return false;
		read_alias(program, i);
	} while (sign(program, *i, ','));
	return ends_statement(program, *i);
}

/* from a import b, c as d */
static bool read_from(struct program *program, size_t *i)
{
	(*i)++;
	if (!read_module(program, i) || !is(program, *i, "import"))
		return false;
	do {
		(*i)++;
		if (!is_name(program, *i) || !code_listed(python_attributes, text(program, *i)) ||
		    !may_bind(text(program, *i)))
			return false;
		bind(program, text(program, *i));
		(*i)++;
		read_alias(program, i);
	} while (sign(program, *i, ','));
	return ends_statement(program, *i);
}

/* ---- tokens ---- */

static bool plain_name(const struct program *program, size_t i)
{
	struct str name = text(program, i);
	if (!may_bind(name))
		/* "compile" and "match" are fine as attributes: re.compile */
		return is_attribute(program, i) && code_listed(python_attributes, name);
	if (is_attribute(program, i))
		return code_listed(python_attributes, name);
	return code_listed(python_keywords, name) || code_listed(python_builtins, name) ||
	       is_bound(program, name);
}

static bool plain_number(struct str number)
{
	for (size_t i = 0; i < number.n; i++)
		if (!ascii_is_digit(number.p[i]) && number.p[i] != '.' && number.p[i] != '_')
			return false;
	return true;
}

static bool plain_sign(const struct program *program, size_t i)
{
	char c = text(program, i).p[0];
	if (c == '!')
		return sign(program, i + 1, '=');
	return c && strchr("()[]{},:;.+-*/%<>=&|^~", c);
}

static bool is_literal(const struct program *program, size_t i)
{
	const struct token *token = token_at(&program->tokens, i);
	return token->kind == TOKEN_STRING && !token->computed && value_is_known(token->value);
}

/* , "r", encoding="utf-8" */
static bool read_mode(const struct program *program, size_t *i)
{
	static const char *const modes[] = {"r", "rt", "rb", NULL};
	static const char *const words[] = {"encoding", "errors", "newline", NULL};
	(*i)++;
	bool named = is_name(program, *i) && sign(program, *i + 1, '=');
	if (named && is(program, *i, "mode"))
		*i += 2;
	else if (named && code_listed(words, text(program, *i)) && is_literal(program, *i + 2))
		return *i += 3, true;
	return is_literal(program, *i) && code_listed(modes, text(program, (*i)++));
}

/* open("x.json") */
static bool read_open(struct program *program, size_t *i)
{
	size_t name = *i + 2, at = *i + 3;
	if (!sign(program, *i + 1, '(') || !is_literal(program, name) ||
	    program->n_opened == OPENED_MAX)
		return false;
	while (sign(program, at, ','))
		if (!read_mode(program, &at))
			return false;
	if (!sign(program, at, ')'))
		return false;
	program->opened[program->n_opened++] = token_at(&program->tokens, name);
	*i = at + 1;
	return true;
}

static bool plain_token(struct program *program, size_t *i)
{
	const struct token *token = token_at(&program->tokens, *i);
	switch (token->kind) {
	case TOKEN_NAME:
		if (str_is(token->text, "import"))
			return starts_statement(program, *i) && read_import(program, i);
		if (str_is(token->text, "from"))
			return starts_statement(program, *i) && read_from(program, i);
		if (str_is(token->text, "open") && !is_attribute(program, *i))
			return read_open(program, i);
		return plain_name(program, (*i)++);
	case TOKEN_NUMBER:
		(*i)++;
		return plain_number(token->text);
	case TOKEN_SIGN:
		return plain_sign(program, (*i)++);
	case TOKEN_STRING:
	case TOKEN_NEWLINE:
		(*i)++;
		return true;
	case TOKEN_WORDS:
	case TOKEN_COMMAND:
	case TOKEN_END:
		break;
	}
	return false;
}

/* A comment at the top may say that all of the rest means something else. */
static bool declares_encoding(struct str program)
{
	struct str rest = program, line;
	for (int i = 0; i < 2 && str_split(&rest, '\n', &line); i++)
		if (str_find_char(line, '#') != STR_NPOS &&
		    str_find(line, STR("coding")) != STR_NPOS)
			return true;
	return false;
}

/* Text or a number that is printed as it stands, whatever the encoding. */
static bool prints_surely(const struct program *program, size_t i)
{
	enum { DIGITS = 18 };
	const struct token *token = token_at(&program->tokens, i);
	if (token->kind == TOKEN_NUMBER)
		return token->text.n <= DIGITS;
	if (!is_literal(program, i))
		return false;
	for (size_t k = 0; k < token->text.n; k++)
		if (token->text.p[k] == '\\' || (unsigned char)token->text.p[k] > '~')
			return false;
	/* Bytes may be an error. */
	const char *front = token->text.p;
	while (front > program->code->text.p && strchr("'\"", front[-1]))
		front--;
	return front > program->code->text.p && !ascii_is_alpha(front[-1]);
}

/* print("a", 1) and no more loads nothing: the report of an error would, and there is none. */
static bool only_prints(const struct program *program)
{
	size_t n = program->tokens.n;
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 || token_at(&program->tokens, i - 1)->kind == TOKEN_NEWLINE;
		if (first && token_at(&program->tokens, i)->kind == TOKEN_NEWLINE)
			continue;
		if ((first && token_at(&program->tokens, i)->spaced) || !is(program, i, "print") ||
		    !sign(program, i + 1, '('))
			return false;
		i += 2;
		while (prints_surely(program, i) && sign(program, i + 1, ','))
			i += 2;
		if (!prints_surely(program, i) || !sign(program, i + 1, ')'))
			return false;
		i += 2;
		if (i < n && !sign(program, i, ';') &&
		    token_at(&program->tokens, i)->kind != TOKEN_NEWLINE)
			return false;
	}
	return n > 0;
}

bool code_python(struct code *code)
{
	struct program program = {.code = code};
	if (declares_encoding(code->text) || str_find_char(code->text, '\0') != STR_NPOS)
		return false;
	tokens_read(code, syntax_find(code->language), &program.tokens);
	if (!program.tokens.exact)
		return false;
	find_bound(&program);
	for (size_t i = 0; i < program.tokens.n;)
		if (program.overflow || !plain_token(&program, &i))
			return false;
	if (!only_prints(&program) && !python_library_is_safe(code))
		return false;
	for (size_t i = 0; i < program.n_opened; i++)
		code_touches(code, EFFECT_FILE_READ, program.opened[i]->value, false);
	return true;
}
