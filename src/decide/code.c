/* SPDX-License-Identifier: Apache-2.0
 *
 * Program text in other languages: which reader takes it, and how what a reader finds becomes effects.
 */
#include "decide/code.h"

#include "base/array.h"
#include "base/limits.h"

/* clang-format off */
static const struct {
	const char *language;
	code_reader *reader; /* the first that understands the text */
	code_reader *otherwise;
} readers[] = {
	{"awk",        code_awk,    NULL},
	{"sed",        code_sed,    NULL},
	{"jq",         code_jq,     NULL},
	{"sql",        code_sql,    NULL},
	{"python",     code_python, code_general},
	{"javascript", code_node,   code_general},
	{"perl",       code_perl,   code_general},
	{"ruby",       code_ruby,   code_general},
	{"mongo",      code_mongo,  code_general},
};
/* clang-format on */

bool code_listed(const char *const *list, struct str word)
{
	for (; *list; list++)
		if (str_is(word, *list))
			return true;
	return false;
}

static bool is_class_sign(char c)
{
	return c == ':' || c == '.' || c == '=';
}

unsigned code_bracket_step(unsigned where, char before, char c)
{
	unsigned next = 0;
	if (where & BRACKET_OUTSIDE)
		next |= c == '[' ? BRACKET_START : BRACKET_OUTSIDE;
	if (where & BRACKET_START)
		next |= c == ']'   ? BRACKET_OUTSIDE | BRACKET_INSIDE
			: c == '^' ? BRACKET_START
				   : BRACKET_INSIDE;
	if (where & BRACKET_INSIDE)
		next |= c == ']' ? BRACKET_OUTSIDE : BRACKET_INSIDE;
	if ((where & BRACKET_INSIDE) && before == '[' && is_class_sign(c))
		next |= BRACKET_CLASS;
	if (where & BRACKET_CLASS)
		next |= c == ']' && is_class_sign(before) ? BRACKET_INSIDE : BRACKET_CLASS;
	return next;
}

bool code_charge(struct code *code, size_t n)
{
	size_t *work = &code->d->budget.work;
	bool enough = *work > n;
	*work = enough ? *work - n : 0;
	return enough;
}

void code_runs_shell(struct code *code, struct str text, bool piped)
{
	struct scope scope = code->scope;
	code->acts = true;
	if (code->silent)
		return;
	if (piped) {
		scope.piped_in = true;
		scope.input = NULL;
	}
	system_text(code->d, text, &scope);
}

void code_runs_words(struct code *code, const struct word *words, size_t n)
{
	code->acts = true;
	if (!code->silent)
		run_words(code->d, words, n, &code->scope);
}

/* Writing to one of these changes no file. */
static bool is_terminal(struct code *code, struct value path)
{
	static const char *const names[] = {"/dev/stdout", "/dev/stderr", "/dev/null", "/dev/tty",
					    NULL};
	return value_is_known(path) && code_listed(names, value_text(code->d->arena, path));
}

void code_touches(struct code *code, enum effect_kind kind, struct value path, bool tree)
{
	code->acts = true;
	if (code->silent)
		return;
	code->touched->files |= file_effect(code->d, kind, path, tree, &code->scope);
	code->touched->writes |= kind != EFFECT_FILE_READ && !is_terminal(code, path);
}

void code_suspects(struct code *code, struct value path)
{
	code->acts = true;
	if (!code->silent)
		file_suspicion(code->d, path, &code->scope);
}

static bool read_code(struct code *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (strcmp(code->language, readers[i].language) == 0)
			return readers[i].reader(code) ||
			       (readers[i].otherwise && readers[i].otherwise(code));
	return code_general(code);
}

void code_nested(struct code *code, struct str text)
{
	struct code inner = *code;
	inner.text = text;
	inner.depth++;
	if (inner.depth <= LIMIT_CODE_DEPTH)
		(void)read_code(&inner);
}

bool code_text(struct decider *d, const char *language, struct str text, const struct scope *scope,
	       struct touched *touched)
{
	struct code code = {
		.d = d,
		.language = language,
		.text = str_first(text, LIMIT_CODE_BYTES),
		.scope = *scope,
		.touched = touched,
	};
	/* Where in the text something stands says nothing about where in the request it does. */
	code.scope.literal_spans = false;
	code.scope.surely = false;
	code.scope.pipeline = 0;
	return read_code(&code) && text.n <= LIMIT_CODE_BYTES;
}
