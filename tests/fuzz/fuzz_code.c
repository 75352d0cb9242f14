/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of program text. The first line names the language, the rest is the program. Whatever a reader hands on
 * lies inside what it was given, silent readings add nothing, and a text is read twice in the same way.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "base/value.h"
#include "decide/core.h"
#include "decide/paths.h"

static size_t handed_on;

static void hand_on(struct str text)
{
	handed_on++;
	for (size_t i = 0; i < text.n; i++)
		handed_on += (unsigned char)text.p[i];
}

static void hand_on_value(struct value value)
{
	for (size_t i = 0; i < value.n; i++)
		hand_on(value.seg[i].text);
}

unsigned file_effect(struct decider *d, enum effect_kind kind, struct value path, bool tree,
		     const struct scope *scope)
{
	(void)d;
	(void)tree;
	FUZZ_CHECK(kind == EFFECT_FILE_READ || kind == EFFECT_FILE_WRITE ||
		   kind == EFFECT_FILE_DELETE);
	FUZZ_CHECK(scope->n_cwds == 1 && !scope->literal_spans && !scope->surely);
	hand_on_value(path);
	return 0;
}

void file_suspicion(struct decider *d, struct value path, const struct scope *scope)
{
	(void)d;
	(void)scope;
	hand_on_value(path);
}

void shell_text(struct decider *d, struct str text, const struct scope *scope)
{
	(void)d;
	FUZZ_CHECK(!scope->literal_spans && !scope->surely);
	hand_on(text);
}

void run_words(struct decider *d, const struct word *words, size_t n, const struct scope *scope)
{
	(void)d;
	(void)scope;
	FUZZ_CHECK(n > 0 && value_is_known(words[0].value));
	for (size_t i = 0; i < n; i++)
		hand_on_value(words[i].value);
}

void finding_opaque(struct decider *d, const struct effect *effect, struct str reason,
		    struct span span)
{
	(void)d;
	(void)effect;
	(void)span;
	hand_on(reason);
}

struct str path_resolve(struct decider *d, struct str path)
{
	(void)d;
	return path;
}

static enum resolved answer_tree(void *context, struct arena *arena, struct str path, size_t max,
				 bool recursive, struct str **ret_names, size_t *ret_n)
{
	(void)context;
	(void)path;
	(void)max;
	(void)recursive;
	*ret_names = ARENA_ARRAY(arena, 1, struct str);
	*ret_n = 0;
	return RESOLVED_YES;
}

static bool read_once(const char *language, struct str text, size_t *ret_handed_on)
{
	static const struct request request = {.action_type = STR_INIT("execute_command")};
	static const struct resolver resolver = {.tree = answer_tree};
	struct arena arena;
	volatile bool understood = false;
	handed_on = 0;
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	if (setjmp(arena.on_full)) {
		handed_on = 0;
	} else {
		arena.armed = true;
		struct value cwd = value_from(&arena, STR("/repo"));
		struct scope scope = {
			.cwds = &cwd, .n_cwds = 1, .surely = true, .literal_spans = true};
		struct touched touched = {0, false};
		struct decider d = {
			.resolver = &resolver,
			.request = &request,
			.arena = &arena,
			.budget = {LIMIT_SHELL_WORK},
		};
		understood = code_text(&d, language, text, &scope, &touched);
	}
	arena_release(&arena);
	*ret_handed_on = handed_on;
	return understood;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), line;
	char language[16];
	size_t first, second;
	if (size > KiB(64) || !str_split(&rest, '\n', &line) || line.n >= sizeof language ||
	    !rest.p)
		return 0;
	if (line.n)
		memcpy(language, line.p, line.n);
	language[line.n] = '\0';
	/* A copy of exactly this length, so that a step too far is seen. */
	char *copy = malloc(rest.n + 1);
	FUZZ_CHECK(copy);
	if (rest.n)
		memcpy(copy, rest.p, rest.n);
	struct str text = str_make(realloc(copy, rest.n ? rest.n : 1), rest.n);
	FUZZ_CHECK(text.p);
	bool understood = read_once(language, text, &first);
	FUZZ_CHECK(read_once(language, text, &second) == understood && first == second);
	free((char *)text.p);
	return 0;
}
