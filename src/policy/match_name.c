/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain names (servers, tools, branches, host names) against a compiled list, see match.h.
 */
#include "policy/match_name.h"

#include <assert.h>

/* Stands around a name, so that a literal can say where the name starts and ends. */
enum { NAME_EDGE = 1 };

static int parse_name(struct arena *arena, struct str text, bool fold, struct name_pattern *ret,
		      struct cavra_error *error)
{
	struct automaton_builder out = {.arena = arena};
	if (text.n == 0)
		return error_set(error, CAVRA_ERR_POLICY, "empty name; write * for every name");
	for (size_t i = 0; i < text.n; i++) {
		char c = fold ? ascii_lower(text.p[i]) : text.p[i];
		bool again = i && text.p[i - 1] == '*';
		if (c != '*')
			automaton_add(&out, (struct element){.kind = ELEMENT_BYTE,
							     .byte = (unsigned char)c});
		else if (!again)
			automaton_add(&out, (struct element){.kind = ELEMENT_RUN,
							     .set = ELEMENT_SET_ALL});
	}
	automaton_add(&out, (struct element){.kind = ELEMENT_END});
	if (!automaton_finish(&out, fold, &ret->automaton))
		return error_set(error, CAVRA_ERR_LIMIT, "name is too long to match");
	return 0;
}

/* The longest stretch between stars. */
static struct literal offer_name(struct arena *arena, struct name_pattern *pattern, uint32_t id)
{
	const struct automaton *automaton = &pattern->automaton;
	struct byte_stretch stretch, best = {0, 0};
	for (unsigned at = 0; next_stretch(automaton, at, &stretch); at = stretch.to)
		if (stretch.to - stretch.from > best.to - best.from)
			best = stretch;
	bool front = best.from == 0, end = best.to == automaton->n - 1u;
	pattern->exact = front && end;
	if (best.to == 0)
		return (struct literal){STR("\1"), id};
	return (struct literal){
		stretch_text(arena, automaton, best, front ? NAME_EDGE : 0, end ? NAME_EDGE : 0),
		id};
}

int name_list_fill(struct arena *arena, struct pattern_list *list, bool ignore_case,
		   size_t *ret_bad, struct cavra_error *error)
{
	struct name_pattern *name = ARENA_ARRAY(arena, list->n, struct name_pattern);
	struct literal *offers = ARENA_ARRAY(arena, list->n, struct literal);
	size_t n = 0;
	list->ignore_case = ignore_case;
	for (size_t i = 0; i < list->n; i++) {
		*ret_bad = i;
		struct str text = list->name_text ? list->name_text[i] : list->source[i];
		if (list->name_text && text.n == 0)
			continue; /* no name */
		int code = parse_name(arena, text, ignore_case, &name[i], error);
		if (code < 0)
			return code;
		offers[n++] = offer_name(arena, &name[i], (uint32_t)i);
	}
	*ret_bad = 0;
	literals_build(arena, offers, n, &list->literals);
	list->name = name;
	return 0;
}

int name_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			  bool ignore_case, struct pattern_list **ret_list, size_t *ret_bad,
			  struct cavra_error *error)
{
	struct pattern_list *list;
	int code = pattern_list_new(arena, PATTERN_NAMES, patterns, n, &list, ret_bad, error);
	if (code == 0)
		code = name_list_fill(arena, list, ignore_case, ret_bad, error);
	if (code == 0)
		*ret_list = list;
	return code;
}

static enum match run_name(const struct name_pattern *pattern, struct value name)
{
	struct run run;
	unsigned end = pattern->automaton.n - 1u;
	run_start(&run, &pattern->automaton, false);
	run_value(&run, name);
	if (states_have(run_sure(&run), end))
		return MATCH_MUST;
	return states_have(&run.may, end) ? MATCH_MAY : MATCH_NO;
}

struct scan {
	const struct pattern_list *list;
	struct value name;
	name_match_filter *filter;
	const void *context;
	struct match_result *best;
	uint32_t node;
};

static void take(struct scan *scan, uint32_t index, enum match match)
{
	if (scan->filter)
		match = scan->filter(scan->list, index, match, scan->context);
	match_join(scan->list, scan->best, match, index);
}

static void scan_byte(struct scan *scan, unsigned char byte)
{
	const struct pattern_list *list = scan->list;
	const struct literals *literals = &list->literals;
	scan->node = literals_step(literals, scan->node, byte);
	for (uint32_t i = literals->node[scan->node].hits; i != LITERAL_NONE;
	     i = literals->hit[i].next) {
		uint32_t id = literals->hit[i].id;
		if (match_is_settled(scan->best, id))
			continue;
		const struct name_pattern *pattern = &list->name[id];
		take(scan, id, pattern->exact ? MATCH_MUST : run_name(pattern, scan->name));
	}
}

static void scan_known(struct scan *scan)
{
	scan_byte(scan, NAME_EDGE);
	for (size_t i = 0; i < scan->name.n; i++) {
		struct str text = scan->name.seg[i].text;
		for (size_t k = 0; k < text.n; k++) {
			char c = scan->list->ignore_case ? ascii_lower(text.p[k]) : text.p[k];
			scan_byte(scan, c == NAME_EDGE ? 0xff : (unsigned char)c);
		}
	}
	scan_byte(scan, NAME_EDGE);
}

void name_list_match(const struct pattern_list *list, struct value name, name_match_filter *filter,
		     const void *context, struct match_result *best)
{
	struct scan scan = {list, name, filter, context, best, 0};
	if (!list->literals.node)
		return;
	if (value_is_known(name)) {
		scan_known(&scan);
		return;
	}
	for (uint32_t i = 0; i < list->n; i++)
		if (list->name[i].automaton.n && !match_is_settled(best, i))
			take(&scan, i, run_name(&list->name[i], name));
}

struct match_result name_match(const struct pattern_list *list, struct value name,
			       struct arena *arena)
{
	struct match_result best = MATCH_NOTHING;
	(void)arena;
	if (!list)
		return best;
	assert(list->kind == PATTERN_NAMES);
	name_list_match(list, name, NULL, NULL, &best);
	return best;
}
