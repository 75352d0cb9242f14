/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls of functions, which may call themselves.
 */
#include "shell/eval.h"

const struct word *positional_words(struct eval *ev, const struct word *items, size_t n)
{
	struct word *copy = NULL;
	for (size_t i = 0; i < n && eval_charge(ev, 1); i++) {
		bool glob = false;
		for (size_t k = 0; k < items[i].value.n; k++)
			glob |= items[i].value.seg[k].kind == SEG_GLOB;
		if (!glob || items[i].many)
			continue;
		if (!copy) {
			copy = ARENA_ARRAY(ev->arena, n, struct word);
			memcpy(copy, items, n * sizeof *copy);
		}
		copy[i].many = true;
		copy[i].value = value_any();
	}
	return copy ? copy : items;
}

static bool on_stack(const struct eval *ev, const struct node *body, bool unknown)
{
	for (const struct frame *frame = ev->frame; frame; frame = frame->caller)
		if (frame->body == body && (frame->unknown || !unknown))
			return true;
	return false;
}

/* ":(){ :|:& };:" makes ever more processes. */
static bool multiplies(const struct eval *ev, const struct node *body)
{
	for (const struct frame *frame = ev->frame; frame; frame = frame->caller)
		if (frame->body == body)
			return (ev->pipeline && ev->pipeline != frame->pipeline) ||
			       ev->backgrounds > frame->backgrounds;
	return false;
}

static void restore_locals(struct eval *ev, struct state *st, const struct frame *frame)
{
	for (const struct local *local = frame->locals; local; local = local->next) {
		unsigned weak = st->weak;
		st->weak = local->surely ? 0 : 1;
		state_assign(ev, st, local->name, local->before);
		st->weak = weak;
	}
}

static void call_body(struct eval *ev, struct state *st, const struct node *body, bool unknown)
{
	struct frame frame = {.body = body,
			      .unknown = unknown,
			      .caller = ev->frame,
			      .branches = ev->branches,
			      .pipeline = ev->pipeline,
			      .backgrounds = ev->backgrounds,
			      .prefixed = ev->prefixed};
	ev->frame = &frame;
	ev->prefixed = false;
	ev->calls++;
	ev->depth++;
	eval_node(ev, st, body);
	ev->depth--;
	ev->calls--;
	restore_locals(ev, st, &frame);
	ev->frame = frame.caller;
}

/* A function that calls itself is analysed once with nothing known; deeper calls add nothing to that but what they write. */
static void call_recursive(struct eval *ev, struct state *st, const struct node *body)
{
	if (multiplies(ev, body))
		eval_opaque(ev, st, "a function that starts itself again and again");
	capture_unknown(ev);
	state_havoc(ev, st);
	state_unknown_cwd(ev, st);
	st->positional_unknown = true;
	st->globs_unknown = true;
	st->surely = false;
	/* Twice, since a deeper call finds in its environment what this one has assigned. */
	ev->keeps_late = true;
	for (int pass = 0; pass < 2 && !on_stack(ev, body, true); pass++) {
		const struct shell_assign *late = ev->late;
		call_body(ev, st, body, true);
		state_havoc(ev, st);
		state_unknown_cwd(ev, st);
		if (ev->late == late)
			break;
		state_add_late(ev, st);
	}
	state_havoc(ev, st);
	state_unknown_cwd(ev, st);
}

void eval_function(struct eval *ev, struct state *st, const struct function *function,
		   const struct word *args, size_t n)
{
	const struct word *positional = st->positional;
	size_t n_positional = st->n_positional;
	bool unknown = st->positional_unknown;
	unsigned weak = st->weak, jump = st->jump;
	if (ev->depth >= LIMIT_SHELL_DEPTH) {
		eval_opaque(ev, st, "functions nested too deeply");
		return;
	}
	bool several = function->next != NULL, prefixed = ev->prefixed;
	args = positional_words(ev, args, n);
	struct state entry = *st, result = *st;
	for (bool first = true; function && !ev->exhausted;
	     function = function->next, first = false) {
		if (!function->body)
			continue;
		struct state inner = entry;
		inner.positional = args;
		inner.n_positional = n;
		inner.positional_unknown = false;
		ev->branches += several;
		ev->prefixed = prefixed;
		if (ev->calls >= LIMIT_SHELL_CALL_DEPTH || on_stack(ev, function->body, false))
			call_recursive(ev, &inner, function->body);
		else
			call_body(ev, &inner, function->body, false);
		ev->branches -= several;
		if (first && !several)
			result = inner;
		else
			state_join(ev, &result, &inner, false);
	}
	*st = result;
	st->positional = positional;
	st->n_positional = n_positional;
	st->positional_unknown = unknown;
	st->weak = weak;
	st->jump = jump;
}
