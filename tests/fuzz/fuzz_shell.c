/* SPDX-License-Identifier: Apache-2.0
 *
 * shell_analyse() and shell_split_words(). The first byte chooses the environment, the rest is the text.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "shell/shell.h"

static bool span_is_inside(struct span span, struct span whole)
{
	return span.from <= span.to && span.from >= whole.from && span.to <= whole.to;
}

static void check_redirects(const struct shell_command *command, struct span whole)
{
	for (const struct shell_redirect *r = command->redirects; r; r = r->next) {
		FUZZ_CHECK(r->fd >= -1);
		FUZZ_CHECK(r->kind <= REDIRECT_READ_WRITE);
		FUZZ_CHECK(span_is_inside(r->span, whole));
	}
}

static void check_command(struct arena *arena, const struct shell_command *command,
			  struct span whole)
{
	FUZZ_CHECK(command->kind <= SHELL_OPAQUE);
	FUZZ_CHECK(span_is_inside(command->span, whole));
	FUZZ_CHECK(command->pipeline >= 0);
	FUZZ_CHECK(command->depth >= 0);
	FUZZ_CHECK(command->n_cwds > 0);
	FUZZ_CHECK((command->kind == SHELL_OPAQUE) == (command->reason.n > 0));
	FUZZ_CHECK(command->kind != SHELL_COMMAND || command->argc > 0);
	FUZZ_CHECK(command->kind != SHELL_SOURCE || command->argc > 1);
	FUZZ_CHECK(command->kind != SHELL_REDIRECT || (command->argc == 0 && command->redirects));
	for (size_t i = 0; i < command->argc; i++) {
		FUZZ_CHECK(span_is_inside(command->argv[i].span, whole));
		(void)value_show(arena, command->argv[i].value);
	}
	for (size_t i = 0; i < command->n_cwds; i++)
		(void)value_show(arena, command->cwds[i]);
	for (const struct shell_assign *a = command->assigns; a; a = a->next)
		FUZZ_CHECK(a->name.n > 0);
	check_redirects(command, whole);
}

/* A command covers its own words when they are all known. */
static void check_covers(struct arena *arena, const struct shell_command *command)
{
	struct str argv[64];
	size_t n = 0;
	if (command->kind != SHELL_COMMAND || command->argc == 0 || command->argc > 64)
		return;
	for (; n < command->argc && word_is_known(&command->argv[n]); n++)
		argv[n] = value_text(arena, command->argv[n].value);
	if (n < command->argc)
		return;
	FUZZ_CHECK(shell_covers(command, argv, n));
	argv[n - 1] = arena_join(arena, argv[n - 1], STR("x"));
	FUZZ_CHECK(!shell_covers(command, argv, n));
}

static void check_result(struct arena *arena, const struct shell_result *result, struct span whole)
{
	size_t n = 0;
	bool opaque = false;
	for (const struct shell_command *command = result->commands; command;
	     command = command->next) {
		n++;
		opaque = opaque || command->kind == SHELL_OPAQUE;
		check_command(arena, command, whole);
		check_covers(arena, command);
	}
	FUZZ_CHECK(n == result->n);
	FUZZ_CHECK(opaque == result->opaque);
}

static void analyse(struct arena *arena, struct str text, unsigned choice)
{
	struct value positional[] = {value_from(arena, STR("a b")), value_any()};
	struct shell_env env = {.name = value_any()};
	env.cwd = choice & 1 ? STR("/repo") : STR("");
	env.home = choice & 2 ? STR("/root") : STR("");
	env.positional = positional;
	env.n_positional = choice & 4 ? 2 : 0;
	env.base = choice & 8 ? 100 : 0;
	env.literal_spans = !(choice & 16);
	env.whole = (struct span){7, 9};
	env.depth = choice & 32 ? LIMIT_SHELL_DEPTH - 2 : 0;
	struct span whole = {env.base, env.base + text.n};
	if (!env.literal_spans)
		whole = env.whole;
	struct shell_budget budget = {.work = choice & 64 ? 200 : LIMIT_SHELL_WORK};
	size_t work = budget.work;
	struct shell_result result;
	shell_analyse(arena, text, &env, &budget, &result);
	FUZZ_CHECK(budget.work <= work);
	check_result(arena, &result, whole);
	struct word *words;
	size_t n;
	if (shell_split_words(arena, text, &words, &n))
		for (size_t i = 0; i < n; i++)
			FUZZ_CHECK(word_is_known(&words[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	if (size == 0 || size > KiB(64))
		return 0;
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	if (!setjmp(arena.on_full)) {
		arena.armed = true;
		analyse(&arena, str_make((const char *)data + 1, size - 1), data[0]);
	}
	arena.armed = false;
	FUZZ_CHECK(arena.total <= arena.max);
	arena_release(&arena);
	return 0;
}
