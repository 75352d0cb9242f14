/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths against a compiled list, see match.h.
 *
 * A name is scanned once for the texts that the patterns offered; most of them are the whole pattern. Only when a
 * partly known name has no sure match are the patterns looked at one by one.
 */
#include "policy/path_name.h"

#include <assert.h>

static void chain_exceptions(struct path_pattern *pattern, size_t n)
{
	uint32_t next = PATTERN_NONE;
	for (size_t i = n; i > 0; i--) {
		pattern[i - 1].exception = next;
		if (pattern[i - 1].is_header)
			next = PATTERN_NONE;
		else if (pattern[i - 1].is_exception)
			next = (uint32_t)(i - 1);
	}
}

static void index_paths(struct arena *arena, struct pattern_list *list, struct path_pattern *path)
{
	struct literal *offers = NULL, *chosen = ARENA_ARRAY(arena, list->n, struct literal);
	size_t n = 0, cap = 0, used = 0;
	for (size_t i = 0; i < list->n; i++) {
		size_t before = n;
		if (!path[i].is_header)
			path_pattern_offer(arena, &path[i], (uint32_t)i, &offers, &n, &cap);
		if (path[i].is_exception)
			n = before; /* it is asked for by the patterns in front of it */
	}
	literals_choose(offers, n, chosen, list->n);
	for (size_t i = 0; i < list->n; i++)
		if (chosen[i].text.n)
			chosen[used++] = chosen[i];
	literals_build(arena, chosen, used, &list->literals);
}

int path_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			  enum pattern_mood mood, struct pattern_list **ret_list, size_t *ret_bad,
			  struct cavra_error *error)
{
	struct pattern_list *list;
	int code = pattern_list_new(arena, PATTERN_PATHS, patterns, n, &list, ret_bad, error);
	if (code < 0)
		return code;
	list->mood = mood;
	list->ignore_case = mood == PATTERN_DENY;
	struct path_pattern *path = ARENA_ARRAY(arena, n, struct path_pattern);
	for (size_t i = 0; i < n; i++) {
		*ret_bad = i;
		/* An exception loosens what the list says, so it is read the other way. */
		bool exception = str_starts(list->source[i], STR("!"));
		code = path_pattern_parse(arena, list->source[i], list->ignore_case != exception,
					  &path[i], error);
		if (code < 0)
			return code;
	}
	*ret_bad = 0;
	chain_exceptions(path, n);
	index_paths(arena, list, path);
	list->path = path;
	*ret_list = list;
	return 0;
}

static void take_match(const struct pattern_list *list, uint32_t index, enum match match,
		       const struct path_name *name, struct match_result *best)
{
	if (list->path[index].exception != PATTERN_NONE)
		match = path_name_except(name, list->path, index, match);
	match_join(list, best, match, index);
}

struct scan {
	const struct pattern_list *list;
	const struct path_name *name;
	struct match_result *best;
	uint32_t node;
	size_t at; /* bytes so far, with the '/' in front; BEHIND_UNKNOWN and more: nobody knows */
};
#define BEHIND_UNKNOWN (SIZE_MAX / 2)

static void take_hit(struct scan *scan, const struct literal_hit *hit)
{
	const struct path_pattern *pattern = &scan->list->path[hit->id];
	enum match match = MATCH_MUST;
	if (match_is_settled(scan->best, hit->id))
		return;
	if (pattern->at_front &&
	    (hit->length != scan->at || (scan->name->absolute && !pattern->absolute)))
		return;
	if (!pattern->exact)
		match = path_name_run(scan->name, pattern, false);
	if (match == MATCH_MUST)
		take_match(scan->list, hit->id, match, scan->name, scan->best);
}

static void take_hits(struct scan *scan, size_t at, uint32_t first)
{
	const struct literals *literals = &scan->list->literals;
	scan->at = at;
	for (uint32_t i = first; i != LITERAL_NONE; i = literals->hit[i].next)
		take_hit(scan, &literals->hit[i]);
}

static void scan_text(struct scan *scan, struct str text)
{
	const struct literals literals = scan->list->literals;
	bool fold = scan->list->ignore_case;
	uint32_t node = scan->node;
	size_t from = scan->at;
	for (size_t k = 0; k < text.n; k++) {
		if (!node && (k = literals_skip(&literals, text, k, fold)) == text.n)
			break;
		char c = fold ? ascii_lower(text.p[k]) : text.p[k];
		node = literals_step(&literals, node, (unsigned char)c);
		if (literals.node[node].hits != LITERAL_NONE)
			take_hits(scan, from + k + 1, literals.node[node].hits);
	}
	scan->node = node;
	scan->at = from + text.n;
}

/* Finds what must match. Every text that a pattern offered must stand in known text for that. */
static void scan_name(const struct pattern_list *list, const struct path_name *name,
		      struct match_result *best)
{
	struct scan scan = {.list = list, .name = name, .best = best};
	char last = '/';
	if (!list->literals.node)
		return;
	if (!name->absolute)
		scan_text(&scan, STR("/"));
	for (size_t i = 0; i < name->value.n; i++) {
		const struct seg *seg = &name->value.seg[i];
		if (seg->kind != SEG_TEXT) {
			scan.node = 0;
			scan.at = BEHIND_UNKNOWN;
			last = 0;
		} else if (seg->text.n) {
			last = seg->text.p[seg->text.n - 1];
			scan_text(&scan, seg->text);
		}
	}
	if (last != '/')
		scan_text(&scan, STR("/"));
}

/* Finds the first pattern that may match. */
static void find_possible(const struct pattern_list *list, const struct path_name *name,
			  bool is_tree, struct match_result *best)
{
	for (uint32_t i = 0; i < list->n && best->match == MATCH_NO; i++) {
		const struct path_pattern *pattern = &list->path[i];
		if (pattern->is_header || pattern->is_exception)
			continue;
		enum match match = path_name_may(name, pattern, is_tree);
		if (match != MATCH_NO)
			take_match(list, i, match, name, best);
	}
}

static bool was_seen(const struct value *names, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (value_eq(names[i], names[which]))
			return true;
	return false;
}

static struct match_result match_name(const struct pattern_list *list, const struct path_name *name,
				      bool is_tree)
{
	struct match_result best = MATCH_NOTHING;
	scan_name(list, name, &best);
	if (best.match == MATCH_MUST)
		return best;
	best = MATCH_NOTHING;
	if (!name->known || is_tree)
		find_possible(list, name, is_tree, &best);
	return best;
}

struct match_result path_match(const struct pattern_list *list, const struct value *names,
			       size_t n_names, bool is_tree, struct arena *arena)
{
	struct match_result total = MATCH_NOTHING;
	(void)arena;
	if (!list)
		return total;
	assert(list->kind == PATTERN_PATHS);
	for (size_t i = 0; i < n_names; i++) {
		struct path_name name;
		if (was_seen(names, i))
			continue;
		path_name_describe(names, n_names, i, &name);
		struct match_result one = match_name(list, &name, is_tree);
		if (list->mood == PATTERN_DENY)
			match_join(list, &total, one.match, one.index);
		else if (i == 0 || one.match < total.match)
			total = one;
	}
	return total;
}

struct match_result path_match_below(const struct pattern_list *list, const struct value *names,
				     size_t n_names)
{
	struct match_result best = MATCH_NOTHING;
	for (size_t i = 0; list && i < n_names && best.match == MATCH_NO; i++) {
		struct path_name name;
		path_name_describe(names, n_names, i, &name);
		for (uint32_t k = 0; k < list->n && best.match == MATCH_NO; k++) {
			const struct path_pattern *pattern = &list->path[k];
			if (!pattern->is_header && !pattern->is_exception && !pattern->floating &&
			    path_name_may(&name, pattern, true) != MATCH_NO)
				take_match(list, k, MATCH_MAY, &name, &best);
		}
	}
	return best;
}

struct match_result path_match_surely(const struct pattern_list *list, const struct value *name)
{
	struct match_result best = MATCH_NOTHING;
	struct path_name described;
	path_name_describe(name, 1, 0, &described);
	scan_name(list, &described, &best);
	return best.match == MATCH_MUST ? best : MATCH_NOTHING;
}
