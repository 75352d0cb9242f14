/* SPDX-License-Identifier: Apache-2.0
 *
 * See shell_show.h.
 */
#include "shell_show.h"

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

static void add_word(struct buf *out, struct str word)
{
	bool plain = word.n > 0;
	for (size_t i = 0; i < word.n; i++)
		plain = plain && !strchr(" \t\n'\";", word.p[i]);
	if (!plain)
		buf_add_char(out, '\'');
	buf_add(out, word);
	if (!plain)
		buf_add_char(out, '\'');
}

static void add_directories(struct arena *arena, struct buf *out,
			    const struct shell_command *command)
{
	if (command->n_cwds == 1 && str_is(value_show(arena, command->cwds[0]), "/repo"))
		return;
	buf_add_char(out, '{');
	for (size_t i = 0; i < command->n_cwds; i++) {
		if (i)
			buf_add_char(out, ',');
		buf_add(out, value_show(arena, command->cwds[i]));
	}
	buf_add_c(out, "} ");
}

static void add_redirects(struct arena *arena, struct buf *out,
			  const struct shell_redirect *redirect)
{
	static const char *const operators[] = {" < ", " > ", " >> ", " <> "};
	for (; redirect; redirect = redirect->next) {
		buf_add_c(out, operators[redirect->kind]);
		add_word(out, value_show(arena, redirect->target));
	}
}

static void add_command(struct arena *arena, struct buf *out, const struct shell_command *command)
{
	if (!command->surely)
		buf_add_c(out, "? ");
	add_directories(arena, out, command);
	for (const struct shell_assign *a = command->assigns; a; a = a->next) {
		if (!a->prefix)
			continue;
		buf_add(out, a->name);
		buf_add_char(out, '=');
		add_word(out, value_show(arena, a->value));
		buf_add_char(out, ' ');
	}
	size_t first = command->kind == SHELL_SOURCE ? 1 : 0;
	if (command->kind == SHELL_SOURCE)
		buf_add_c(out, ". ");
	for (size_t i = first; i < command->argc; i++) {
		if (i > first)
			buf_add_char(out, ' ');
		if (command->argv[i].many)
			buf_add_c(out, "...");
		else
			add_word(out, value_show(arena, command->argv[i].value));
	}
	add_redirects(arena, out, command->redirects);
	if (command->input) {
		buf_add_c(out, " <<< ");
		add_word(out, value_show(arena, *command->input));
	}
}

/* Is `shown` one of the commands that `out` already lists? */
static bool is_listed(struct str out, struct str shown)
{
	for (size_t at = 0; out.n; out = str_from_at(out, at + 3)) {
		at = str_find(out, STR(" ; "));
		if (str_eq(str_first(out, at), shown))
			return true;
		if (at == STR_NPOS)
			return false;
	}
	return false;
}

struct str shell_show(struct arena *arena, struct str text)
{
	struct shell_env env = {.cwd = STR_INIT("/repo"),
				.home = STR_INIT("/root"),
				.name = value_any(),
				.literal_spans = true};
	struct shell_budget budget = {.work = LIMIT_SHELL_WORK};
	struct shell_result result;
	shell_analyse(arena, text, &env, &budget, &result);
	struct buf all, one;
	buf_init(&all, KiB(256));
	buf_init(&one, KiB(64));
	for (const struct shell_command *command = result.commands; command;
	     command = command->next) {
		buf_clear(&one);
		if (command->kind == SHELL_OPAQUE)
			buf_add_char(&one, '!');
		else
			add_command(arena, &one, command);
		if (all.n && is_listed(buf_str(&all), buf_str(&one)))
			continue;
		if (all.n)
			buf_add_c(&all, " ; ");
		buf_add(&all, buf_str(&one));
	}
	struct str shown = arena_str(arena, buf_str(&all));
	buf_release(&all);
	buf_release(&one);
	return shown;
}

void shell_cases(const struct shell_case *cases, size_t n)
{
	struct arena arena;
	volatile size_t wrong = 0;
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	for (volatile size_t i = 0; i < n; i++) {
		arena_reset(&arena);
		if (setjmp(arena.on_full))
			fail_msg("arena full: %s", cases[i].text);
		arena.armed = true;
		struct str shown = shell_show(&arena, str_from(cases[i].text));
		bool opaque = strcmp(cases[i].shown, "!") == 0 && is_listed(shown, STR("!"));
		if (opaque || str_is(shown, cases[i].shown))
			continue;
		wrong++;
		print_error("text: %s\n got: %.*s\nwant: %s\n", cases[i].text, STR_ARG(shown),
			    cases[i].shown);
	}
	arena.armed = false;
	arena_release(&arena);
	assert_int_equal(wrong, 0);
}
