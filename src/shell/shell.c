/* SPDX-License-Identifier: Apache-2.0
 *
 * The front of shell analysis, see shell.h: sets up the evaluator, runs what was put off, and answers the questions
 * that tests and unwrapping ask.
 */
#include "shell/shell.h"

#include "shell/eval.h"
#include "shell/reader.h"

static struct value known_or_any(struct arena *arena, struct str text)
{
	return text.n ? value_from(arena, text) : value_any();
}

/* Something between may have taken it away again. What Bash sets when it starts, another shell may not. */
static void initial_variable(struct eval *ev, struct state *st, const struct shell_assign *given)
{
	bool own = special_traits(given->name) || str_is(given->name, "PWD") ||
		   str_is(given->name, "OLDPWD");
	if (!given->prefix) {
		state_assign_value(ev, st, given->name, given->value);
		return;
	}
	if (own) {
		state_assign(ev, st, given->name, &variable_tainted);
		return;
	}
	struct variable *variable = ARENA_NEW(ev->arena, struct variable);
	struct value *alt = ARENA_NEW(ev->arena, struct value);
	*alt = given->value;
	*variable = (struct variable){
		.kind = VARIABLE_SCALAR, .alt = alt, .n_alt = 1, .maybe_unset = true};
	state_assign(ev, st, given->name, variable);
}

static void initial_state(struct eval *ev, struct state *st)
{
	const struct shell_env *env = ev->env;
	struct value *cwd = ARENA_NEW(ev->arena, struct value);
	*cwd = known_or_any(ev->arena, env->cwd);
	*st = (struct state){.cwds = cwd,
			     .n_cwds = 1,
			     .oldpwd = value_any(),
			     .errexit = env->errexit,
			     .surely = true};
	if (env->home.n)
		state_assign_value(ev, st, STR("HOME"), value_from(ev->arena, env->home));
	state_assign_value(ev, st, STR("IFS"), value_from(ev->arena, STR(" \t\n")));
	for (const struct shell_assign *a = env->variables; a; a = a->next)
		initial_variable(ev, st, a);
	st->assigns = env->variables;
	ev->path = state_variable(ev, st, STR("PATH"));
	struct word *positional = ARENA_ARRAY(ev->arena, env->n_positional, struct word);
	for (size_t i = 0; i < env->n_positional; i++)
		positional[i].value = env->positional[i];
	st->positional = positional;
	st->n_positional = env->n_positional;
}

/* A function or an alias that may be there by then. */
static void bind_perhaps(struct eval *ev, struct state *st, const struct binding *named)
{
	for (const struct function *f = named->functions; f; f = f->next)
		state_bind_function(ev, st, named->name, f->body);
	if (named->kind != BINDING_ALIAS)
		return;
	const struct binding *other = state_find(ev, st, BINDING_ALIAS, named->name);
	bool same = !other || value_eq(other->alias, named->alias);
	state_bind_alias(ev, st, named->name, same ? named->alias : value_any());
}

/* Traps run at some other time, with whatever holds then: nothing is known, every function and alias may be there. */
static void run_deferred(struct eval *ev, const struct state *last)
{
	enum { ROUNDS_MAX = 32 };
	for (int round = 0; ev->deferred && round < ROUNDS_MAX && !ev->exhausted; round++) {
		struct deferred *deferred = ev->deferred;
		ev->deferred = deferred->next;
		struct state st;
		ev->keeps_late = false; /* what a shell begins with was not assigned by anybody */
		initial_state(ev, &st);
		ev->keeps_late = true;
		if (ev->moves || round > 0 || ev->deferred)
			state_unknown_cwd(ev, &st);
		state_add_late(ev, &st);
		struct state end = {.assigns = last->assigns};
		state_join_assigns(ev, &st, &end);
		struct state then = {.assigns = deferred->assigns};
		state_join_assigns(ev, &st, &then);
		st.bindings = NULL;
		st.weak = 1;
		for (const struct binding *b = ev->all_named; b && eval_charge(ev, 1); b = b->next)
			bind_perhaps(ev, &st, b);
		st.weak = 0;
		st.havoc = st.positional_unknown = st.globs_unknown = true;
		st.surely = false;
		ev->span = deferred->span;
		/* In a part of a pipeline that an error ends it runs as well. */
		ev->piped_in = deferred->piped_in || ev->pipelines > 0 || ev->result->moves_input;
		ev->branches++;
		eval_text(ev, &st, deferred->text);
		ev->branches--;
	}
	if (ev->deferred)
		eval_opaque(ev, last, "more traps than are looked at");
}

void shell_analyse(struct arena *arena, struct str text, const struct shell_env *env,
		   struct shell_budget *budget, struct shell_result *ret_result)
{
	enum { READ_FACTOR = 4, READ_EXTRA = 65536 };
	*ret_result = (struct shell_result){.tail = &ret_result->commands};
	size_t read_work = text.n * READ_FACTOR + READ_EXTRA;
	struct eval ev = {
		.arena = arena,
		.budget = budget,
		.read_work = &read_work,
		.result = ret_result,
		.env = env,
		.depth = env->depth,
		.span = env->literal_spans ? (struct span){env->base, env->base + text.n}
					   : env->whole,
	};
	struct state st;
	initial_state(&ev, &st);
	if (text.n > LIMIT_COMMAND_BYTES) {
		eval_opaque(&ev, &st, "longer than what is analysed");
		return;
	}
	struct read_context context = {
		.arena = arena,
		.work = &read_work,
		.depth = env->depth,
		.origin = {.literal = env->literal_spans, .base = env->base, .whole = env->whole},
	};
	struct read_result read;
	shell_read(&context, text, &read);
	struct span whole = ev.span;
	if (read.list)
		eval_node(&ev, &st, read.list);
	run_deferred(&ev, &st);
	ev.span = whole;
	ev.branches = 0;
	struct shell_command **last = ret_result->tail;
	if (read.error)
		eval_opaque(&ev, &st, read.error);
	if (read.error && *last)
		(*last)->refused = read.refused;
	if (ev.exhausted) {
		ret_result->opaque = false; /* this reason must stand, however many there were */
		eval_opaque(&ev, &st, "too much to analyse");
	}
}

/* ---- covering ---- */

static bool covers_words(const struct word *words, size_t n, const struct str *argv, size_t argc)
{
	if (n == 0)
		return argc == 0;
	if (words[0].many) {
		for (size_t skip = 0; skip <= argc; skip++)
			if (covers_words(words + 1, n - 1, argv + skip, argc - skip))
				return true;
		return false;
	}
	bool glob = false;
	for (size_t i = 0; i < words[0].value.n; i++)
		glob |= words[0].value.seg[i].kind == SEG_GLOB;
	for (size_t used = 1; used <= argc; used++) {
		if (!value_covers(words[0].value, argv[used - 1]))
			return false;
		if (covers_words(words + 1, n - 1, argv + used, argc - used))
			return true;
		if (!glob)
			return false;
	}
	return false;
}

bool shell_covers(const struct shell_command *command, const struct str *argv, size_t argc)
{
	switch (command->kind) {
	case SHELL_OPAQUE:
	case SHELL_SOURCE:
		return true;
	case SHELL_REDIRECT:
		return false;
	case SHELL_COMMAND:
		return covers_words(command->argv, command->argc, argv, argc);
	}
	return false;
}

/* ---- splitting ---- */

static bool plain_words(struct reader *r, struct word **ret_words, size_t *ret_n)
{
	struct word *words = NULL;
	size_t n = 0, cap = 0;
	for (;;) {
		reader_skip_blanks(r);
		if (reader_peek(r) == READER_END)
			break;
		struct word_node *node = read_word(r, ASSIGN_NEVER, WORD_PLAIN);
		if (!node)
			return false;
		struct value v = {NULL, 0};
		for (const struct part *part = node->parts; part; part = part->next) {
			if (part->kind != PART_TEXT)
				return false;
			v = value_concat(r->arena, v, value_from(r->arena, part->text));
		}
		ARENA_PUSH(r->arena, words, n, cap) = (struct word){.value = v, .span = node->span};
	}
	*ret_words = words;
	*ret_n = n;
	return !r->error;
}

bool shell_split_words(struct arena *arena, struct str text, struct word **ret_words, size_t *ret_n)
{
	size_t work = text.n * 4 + 64;
	struct read_context context = {.arena = arena, .work = &work};
	struct reader r;
	reader_init(&r, &context, text);
	return plain_words(&r, ret_words, ret_n);
}
