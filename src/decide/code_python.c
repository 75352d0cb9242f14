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
 *   A file may be opened when its name stands there, or in a name that is given a value once: open("x.json"). That is then
 *   an effect. So may Path("x").read_text() and the like, but a Path may be nothing else's value, for it has methods that act.
 *   Of the module os only those functions may be called at once that look: os.path.exists(x).
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
	unsigned times[BOUND_MAX]; /* bound */
	size_t n_bound;
	struct opened {
		struct value path;
		bool writes;
	} opened[OPENED_MAX];
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
	size_t i = 0;
	while (i < program->n_bound && !str_eq(name, program->bound[i]))
		i++;
	if (i == BOUND_MAX) {
		program->overflow = true;
		return;
	}
	program->bound[i] = name;
	program->times[i]++;
	if (i == program->n_bound)
		program->n_bound++;
}

static unsigned times_bound(const struct program *program, struct str name)
{
	for (size_t i = 0; i < program->n_bound; i++)
		if (str_eq(name, program->bound[i]))
			return program->times[i];
	return 0;
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

/* "a =", "a, b =", also of keyword arguments, but not the first of f(a, b=1) */
static bool is_assigned(const struct program *program, size_t i)
{
	bool argument = i > 0 && sign(program, i - 1, '(');
	for (int n = 0;
	     n < BOUND_MAX && !argument && sign(program, i + 1, ',') && is_name(program, i + 2);
	     n++)
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
	/* Of these only what is called at once, see read_look() and read_path(). */
	return code_listed(python_modules, module) || str_is(module, "os") ||
	       str_is(module, "os.path") || str_is(module, "pathlib");
}

/* "as name"; what it binds was found before */
static void read_alias(struct program *program, size_t *i)
{
	if (is(program, *i, "as") && is_name(program, *i + 1))
		*i += 2;
}

/* A module of which not everything may be used: by its own name alone. */
static bool is_special_module(const struct program *program, size_t i)
{
	return is(program, i, "os") || is(program, i, "pathlib");
}

static bool may_bind(struct str name)
{
	return !code_listed(python_forbidden, name) && str_find(name, STR("__")) == STR_NPOS;
}

/* import a, b.c as d */
static bool read_import(struct program *program, size_t *i)
{
	do {
		bool special = is_special_module(program, ++*i);
		if (!read_module(program, i) || (special && is(program, *i, "as")))
			return false;
		read_alias(program, i);
	} while (sign(program, *i, ','));
	return ends_statement(program, *i);
}

/* from a import b, c as d */
static bool read_from(struct program *program, size_t *i)
{
	bool special = is_special_module(program, ++*i);
	if (!read_module(program, i) || !is(program, *i, "import"))
		return false;
	if (special)
		return *i += 2, is(program, *i - 3, "pathlib") && is(program, *i - 1, "Path") &&
					ends_statement(program, *i);
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

/* Is the name changed in place, or among the targets of an assignment in brackets? p += "x", [p] = x */
static bool is_changed(const struct program *program, size_t i)
{
	int depth = 0;
	bool next_to_it = true;
	for (size_t k = i + 1; !ends_statement(program, k); k++) {
		const struct token *token = token_at(&program->tokens, k);
		char c = token->kind == TOKEN_SIGN ? token->text.p[0] : '\0';
		if (c && strchr("([{", c))
			depth++;
		else if (c && strchr(")]}", c))
			depth--;
		else if (c == '=' && k > i + 1 && (depth < 0 || next_to_it))
			return true;
		next_to_it &= c && strchr("+-*/%&|^@<>", c);
	}
	return false;
}

/* What the name is given as a statement of its own, once and nowhere else. */
static const struct token *constant(const struct program *program, struct str name)
{
	const struct token *found = NULL;
	if (times_bound(program, name) != 1 || !code_charge(program->code, program->tokens.n))
		return NULL;
	for (size_t i = 0; i < program->tokens.n; i++) {
		/* with x as (p, q) */
		if (is(program, i, "as") && !is_name(program, i + 1))
			return NULL;
		if (!is_name(program, i) || is_attribute(program, i) ||
		    !str_eq(text(program, i), name))
			continue;
		if (is_changed(program, i))
			return NULL;
		if (starts_statement(program, i) && sign(program, i + 1, '=') &&
		    is_literal(program, i + 2) && ends_statement(program, i + 3))
			found = token_at(&program->tokens, i + 2);
	}
	return found;
}

/* "x.json", or a name for it; NULL when nobody knows. */
static const struct token *known_path(const struct program *program, size_t i)
{
	if (is_literal(program, i))
		return token_at(&program->tokens, i);
	return is_name(program, i) ? constant(program, text(program, i)) : NULL;
}

static bool opens(struct program *program, const struct token *path, bool writes)
{
	if (!path || program->n_opened == OPENED_MAX)
		return false;
	program->opened[program->n_opened++] = (struct opened){path->value, writes};
	return true;
}

/* , "w", encoding="utf-8" */
static bool read_mode(struct program *program, size_t *i, bool *ret_writes)
{
	static const char *const reads[] = {"r", "rt", "rb", NULL};
	static const char *const writes[] = {"w", "wt", "wb", "a", "at", "ab", "x", "w+", NULL};
	static const char *const words[] = {"encoding", "errors", "newline", NULL};
	(*i)++;
	bool named = is_name(program, *i) && sign(program, *i + 1, '=');
	if (named && is(program, *i, "mode"))
		*i += 2;
	else if (named && code_listed(words, text(program, *i)) && is_literal(program, *i + 2))
		return *i += 3, true;
	if (!is_literal(program, *i))
		return false;
	struct str mode = text(program, (*i)++);
	*ret_writes |= code_listed(writes, mode);
	return *ret_writes || code_listed(reads, mode);
}

/* open("x.json") */
static bool read_open(struct program *program, size_t *i)
{
	size_t name = *i + 2, at = *i + 3;
	bool writes = false;
	if (!sign(program, *i + 1, '('))
		return false;
	while (sign(program, at, ','))
		if (!read_mode(program, &at, &writes))
			return false;
	if (!sign(program, at, ')') || !opens(program, known_path(program, name), writes))
		return false;
	*i = at + 1;
	return true;
}

/* Path("x").read_text(): i is at the parenthesis. */
static bool read_path(struct program *program, size_t *i)
{
	static const char *const reads[] = {"read_text", "read_bytes", NULL};
	static const char *const writes[] = {"write_text", "write_bytes", NULL};
	size_t method = *i + 4;
	if (!sign(program, *i, '(') || !sign(program, *i + 2, ')') || !sign(program, *i + 3, '.') ||
	    !is_name(program, method) || !sign(program, method + 1, '('))
		return false;
	bool write = code_listed(writes, text(program, method));
	if ((!write && !code_listed(reads, text(program, method))) ||
	    !opens(program, known_path(program, *i + 1), write))
		return false;
	*i = method + 1;
	return true;
}

/* os.getcwd(, os.path.exists( */
static bool read_look(struct program *program, size_t *i)
{
	static const char *const calls[] = {"getcwd", "getpid", "cpu_count", NULL};
	static const char *const paths[] = {
		"exists",   "isfile",  "isdir",   "islink",  "basename", "dirname", "join",
		"splitext", "getsize", "abspath", "relpath", "normpath", NULL};
	size_t at = *i + 1;
	bool path = sign(program, at, '.') && is(program, at + 1, "path");
	at += path ? 2 : 0;
	if (!sign(program, at, '.') || !sign(program, at + 2, '(') ||
	    !code_listed(path ? paths : calls, text(program, at + 1)))
		return false;
	*i = at + 2;
	return true;
}

/* The names that are special: where one stands its call must follow. *ret_special: this was one of them. */
static bool read_special(struct program *program, size_t *i, bool *ret_special)
{
	bool attribute = is_attribute(program, *i);
	*ret_special = true;
	if (is(program, *i, "open") && !attribute)
		return read_open(program, i);
	if (is(program, *i, "os") && !attribute)
		return read_look(program, i);
	if (is(program, *i, "Path"))
		return (*i)++, read_path(program, i);
	/* pathlib.Path("x") */
	if (is(program, *i, "pathlib"))
		return sign(program, *i + 1, '.') && is(program, *i + 2, "Path") && (*i += 2);
	*ret_special = false;
	return true;
}

static bool plain_token(struct program *program, size_t *i)
{
	const struct token *token = token_at(&program->tokens, *i);
	bool special, known;
	switch (token->kind) {
	case TOKEN_NAME:
		if (str_is(token->text, "import"))
			return starts_statement(program, *i) && read_import(program, i);
		if (str_is(token->text, "from"))
			return starts_statement(program, *i) && read_from(program, i);
		special = false;
		known = read_special(program, i, &special);
		return special ? known : plain_name(program, (*i)++);
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
		code_touches(code, program.opened[i].writes ? EFFECT_FILE_WRITE : EFFECT_FILE_READ,
			     program.opened[i].path, false);
	return true;
}
