/* SPDX-License-Identifier: Apache-2.0
 *
 * Any other language: its text is never understood, but strings in it that name protected files, and literal
 * commands given to functions that run them, are seen.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/code_call.h"

/* ---- strings ---- */

enum { JOINED_MAX = 8, MENTION_COST = 40, JOINED_COST = 80, CALL_COST = 40 };

/* Strings with unknown parts say something only where they end. */
static bool worth_mentioning(struct value value)
{
	if (value.n == 0)
		return false;
	const struct seg *last = &value.seg[value.n - 1];
	return value_is_known(value) || (last->kind == SEG_TEXT && last->text.n >= 2);
}

static void mention(struct code *code, struct value value)
{
	if (worth_mentioning(value) && code_charge(code, MENTION_COST))
		code_suspects(code, value);
}

enum between { BETWEEN_OTHER, BETWEEN_NOTHING, BETWEEN_COMMA };

/* What stands between the string at token i and the next string? *ret_next: that one. */
static enum between string_behind(const struct tokens *tokens, size_t i, size_t *ret_next)
{
	size_t at = i + 1;
	enum between between = BETWEEN_NOTHING;
	while (token_at(tokens, at)->kind == TOKEN_NEWLINE || token_is(tokens, at, '+') ||
	       token_is(tokens, at, '.') || token_is(tokens, at, ',') ||
	       token_is(tokens, at, '/')) {
		if (token_is(tokens, at, ',') || token_is(tokens, at, '/'))
			between = BETWEEN_COMMA;
		at++;
	}
	*ret_next = at;
	return token_at(tokens, at)->kind == TOKEN_STRING ? between : BETWEEN_OTHER;
}

/* A name may be put together: "." + "env", join("a", ".env"). */
static void mention_joined(struct code *code, const struct tokens *tokens, size_t i)
{
	struct arena *arena = code->d->arena;
	struct value slash = value_from(arena, STR("/"));
	struct value joined = token_at(tokens, i)->value, path = joined;
	bool commas = false;
	size_t next;
	enum between between = string_behind(tokens, i, &next);
	if (between == BETWEEN_OTHER || !code_charge(code, JOINED_COST))
		return;
	for (int n = 1; n < JOINED_MAX && between != BETWEEN_OTHER; n++) {
		struct value value = token_at(tokens, next)->value;
		joined = value_concat(arena, joined, value);
		commas |= between == BETWEEN_COMMA;
		if (between == BETWEEN_COMMA)
			path = value_concat(arena, path, slash);
		path = value_concat(arena, path, value);
		between = string_behind(tokens, next, &next);
	}
	mention(code, joined);
	if (commas)
		mention(code, path);
}

static void mention_words(struct code *code, struct str text)
{
	struct str rest = text, line, word;
	while (str_split(&rest, '\n', &line))
		while (str_split(&line, ' ', &word))
			mention(code, value_from(code->d->arena, word));
}

static void look_at_strings(struct code *code, const struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *token = &tokens->items[i];
		if (token->kind == TOKEN_WORDS)
			mention_words(code, token->text);
		if (token->kind != TOKEN_STRING)
			continue;
		mention(code, token->value);
		mention_joined(code, tokens, i);
	}
}

/* ---- calls ---- */

/* Languages in which arguments need no parentheses. */
static bool calls_without_parens(const char *language)
{
	static const char *const languages[] = {"perl", "ruby", "php", "lua", "groovy", NULL};
	return code_listed(languages, str_from(language));
}

static bool starts_argument(const struct tokens *tokens, size_t i)
{
	enum token_kind kind = token_at(tokens, i)->kind;
	return kind == TOKEN_STRING || kind == TOKEN_WORDS || kind == TOKEN_NAME ||
	       token_is(tokens, i, '[');
}

static void look_at_call(struct code *code, const struct tokens *tokens, size_t i)
{
	struct call_name name;
	struct call_arguments arguments;
	if (!call_name_read(code, tokens, i, &name))
		return;
	const struct known_call *known = call_find(code, tokens, &name);
	bool paren = token_is(tokens, name.next, '(');
	if (!known || (!paren && !(calls_without_parens(code->language) &&
				   starts_argument(tokens, name.next))))
		return;
	if (!code_charge(code, CALL_COST) ||
	    !call_arguments_read(code, tokens, name.next + paren, paren, &arguments))
		return;
	size_t next = arguments.next;
	if (token_is(tokens, next, '.') && call_only_looks(&name, token_at(tokens, next + 1)->text))
		return;
	call_judge(code, known, &name, &arguments);
	if (strcmp(knowledge_text(known->takes), "read") == 0 && token_is(tokens, next, '.'))
		call_judge_method(code, token_at(tokens, next + 1)->text, &arguments);
}

/* "command".execute() */
static bool is_executed(const struct tokens *tokens, size_t i)
{
	return token_is(tokens, i + 1, '.') && token_is_name(tokens, i + 2, "execute") &&
	       token_is(tokens, i + 3, '(');
}

static void look_at_calls(struct code *code, const struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *token = &tokens->items[i];
		bool runs = token->kind == TOKEN_COMMAND ||
			    (token->kind == TOKEN_STRING && is_executed(tokens, i));
		if (token->kind == TOKEN_NAME)
			look_at_call(code, tokens, i);
		else if (runs && value_is_known(token->value))
			code_runs_shell(code, value_text(code->d->arena, token->value), false);
	}
}

/* AppleScript's commands are words: do shell script "ls". */
static void look_at_phrases(struct code *code, const struct tokens *tokens)
{
	for (size_t k = 0; k < known_calls_count; k++) {
		struct str rest = str_from(knowledge_text(known_calls[k].name)), word;
		if (strcmp(knowledge_text(known_calls[k].language), code->language) != 0 ||
		    str_find_char(rest, ' ') == STR_NPOS || !code_charge(code, tokens->n))
			continue;
		for (size_t i = 0; i < tokens->n; i++) {
			size_t at = i;
			struct str left = rest;
			while (str_split(&left, ' ', &word) &&
			       token_at(tokens, at)->kind == TOKEN_NAME &&
			       str_eq_nocase(token_at(tokens, at)->text, word))
				at++;
			struct call_arguments arguments;
			bool whole = !left.p && at > i &&
				     token_at(tokens, at)->kind == TOKEN_STRING;
			if (whole && call_arguments_read(code, tokens, at, false, &arguments))
				call_judge(code, &known_calls[k],
					   &(struct call_name){.full = rest, .last = rest},
					   &arguments);
		}
	}
}

/* ---- languages whose statements are words ---- */

static bool ends_words(const struct token *token)
{
	return token->kind == TOKEN_END || token->kind == TOKEN_NEWLINE ||
	       (token->kind == TOKEN_SIGN && strchr(";|&(){}[]", token->text.p[0]));
}

static struct value word_value(struct code *code, const struct token *token)
{
	bool variable = token->text.n && token->text.p[0] == '$';
	if (token->kind == TOKEN_STRING)
		return token->value;
	return variable ? value_any() : value_from(code->d->arena, token->text);
}

static void add_words(struct code *code, const struct tokens *tokens, size_t from, size_t to,
		      struct call_arguments *arguments, struct call_name *name)
{
	for (size_t i = from; i < to; i++) {
		const struct token *token = token_at(tokens, i);
		if (i == from)
			name->full = name->last = token->text;
		else if (arguments->n < CALL_MAX_ARGS &&
			 !(token->text.n && token->text.p[0] == '-'))
			arguments->items[arguments->n++] = (struct call_argument){
				.value = word_value(code, token), .known = true};
	}
}

static const struct known_call *find_word(const struct code *code, struct str word)
{
	for (size_t i = 0; i < known_calls_count; i++)
		if (strcmp(knowledge_text(known_calls[i].language), code->language) == 0 &&
		    str_eq_nocase(word, str_from(knowledge_text(known_calls[i].name))))
			return &known_calls[i];
	return NULL;
}

/* The tokens of one statement: a function that is known, or a program. */
static void look_at_statement(struct code *code, const struct tokens *tokens, size_t from,
			      size_t to)
{
	struct call_arguments arguments = {.n = 0};
	struct call_name name = {.full = STR("")};
	add_words(code, tokens, from, to, &arguments, &name);
	const struct known_call *known = find_word(code, name.full);
	if (known) {
		call_judge(code, known, &name, &arguments);
		return;
	}
	/* Tcl runs programs with exec alone. */
	if (strcmp(code->language, "powershell") != 0 || !knowledge_find(str_basename(name.full)) ||
	    !code_charge(code, to - from))
		return;
	struct word *words = ARENA_ARRAY(code->d->arena, to - from, struct word);
	for (size_t i = from; i < to; i++)
		words[i - from] = (struct word){.value = word_value(code, token_at(tokens, i)),
						.span = code->scope.span};
	code_runs_words(code, words, to - from);
}

/* What stands in braces behind these is text to them. */
static bool takes_text(const struct token *token)
{
	static const char *const words[] = {"puts",   "set",  "append",     "lappend",     "list",
					    "string", "echo", "write-host", "write-output"};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (token->kind == TOKEN_NAME && str_eq_nocase(token->text, str_from(words[i])))
			return true;
	return false;
}

/* Of the braces that open at token i: the end, or i itself when they do not close. */
static size_t braces_end(struct code *code, const struct tokens *tokens, size_t i)
{
	int depth = 0;
	for (size_t at = i; at < tokens->n && code_charge(code, 1); at++) {
		depth += token_is(tokens, at, '{');
		depth -= token_is(tokens, at, '}');
		if (depth == 0)
			return at;
	}
	return i;
}

static void look_at_statements(struct code *code, const struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++) {
		size_t from = i;
		while (!ends_words(token_at(tokens, i)))
			i++;
		if (i > from)
			look_at_statement(code, tokens, from, i);
		if (token_is(tokens, i, '{') && takes_text(token_at(tokens, from)))
			i = braces_end(code, tokens, i);
	}
	for (size_t i = 0; i < tokens->n; i++)
		if (tokens->items[i].kind == TOKEN_NAME)
			mention(code, word_value(code, &tokens->items[i]));
}

bool code_general(struct code *code)
{
	static const char *const shells[] = {"fish", "csh", NULL};
	const struct syntax *syntax = syntax_find(code->language);
	struct tokens tokens;
	if (code_listed(shells, str_from(code->language))) {
		/* Near enough to see what a shell would run; not near enough to be sure. */
		code_runs_shell(code, code->text, false);
		return false;
	}
	tokens_read(code, syntax, &tokens);
	look_at_strings(code, &tokens);
	if (syntax->flags & SYNTAX_BARE)
		look_at_statements(code, &tokens);
	else
		look_at_calls(code, &tokens);
	look_at_phrases(code, &tokens);
	return false;
}
