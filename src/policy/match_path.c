/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths against a compiled list, see match.h.
 *
 * A name that is fully known is scanned once for the texts that the patterns offered; most of them are the
 * whole pattern. A partly known name is run over every pattern.
 */
#include "policy/pattern_list.h"

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
	for (size_t i = 0; i < list->n; i++)
		if (!path[i].is_header && !path[i].is_exception)
			path_pattern_offer(arena, &path[i], (uint32_t)i, &offers, &n, &cap);
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

/* One name of the path that is being matched. */
struct path_name {
	struct value value;
	bool known;
	bool absolute;
	const struct value
		*place; /* a relative name of the same place as this absolute one, or NULL */
};

/* Runs the name over the pattern. */
static enum match run_name(const struct path_pattern *pattern, const struct path_name *name,
			   bool is_tree)
{
	const struct automaton *automaton = &pattern->automaton;
	unsigned rest = automaton->n - 1u;
	struct value value = name->value;
	struct run run;
	if (name->absolute && !pattern->floating && !pattern->absolute)
		return MATCH_NO;
	run_start(&run, automaton, true);
	if (name->absolute) {
		run_text(&run, str_from_at(value.seg[0].text, 1));
		value = (struct value){value.seg + 1, value.n - 1};
	}
	run_value(&run, value);
	if (!run.at_start)
		run_text(&run, STR("/"));
	if (states_have(run_sure(&run), rest))
		return MATCH_MUST;
	if (states_have(&run.may, rest))
		return MATCH_MAY;
	if (!is_tree)
		return MATCH_NO;
	run_any(&run);
	return states_have(&run.may, rest) ? MATCH_MAY : MATCH_NO;
}

/* What an anchored exception would see of an absolute name. */
static enum match run_exception(const struct path_pattern *pattern, const struct path_name *name)
{
	if (pattern->floating || !name->place)
		return run_name(pattern, name, false);
	struct path_name relative = {.value = *name->place};
	return run_name(pattern, &relative, false);
}

/* The match of pattern `index` after the exceptions behind it. */
static enum match excepted(const struct pattern_list *list, uint32_t index, enum match match,
			   const struct path_name *name)
{
	for (uint32_t next = list->path[index].exception; next != PATTERN_NONE && match != MATCH_NO;
	     next = list->path[next].exception) {
		enum match exception = run_exception(&list->path[next], name);
		if (exception == MATCH_MUST)
			return MATCH_NO;
		if (exception == MATCH_MAY)
			match = MATCH_MAY;
	}
	return match;
}

static void take_match(const struct pattern_list *list, uint32_t index, enum match match,
		       const struct path_name *name, struct match_result *best)
{
	if (list->path[index].exception != PATTERN_NONE)
		match = excepted(list, index, match, name);
	match_join(list, best, match, index);
}

struct scan {
	const struct pattern_list *list;
	const struct path_name *name;
	struct match_result *best;
	uint32_t node;
	size_t at; /* bytes so far, with the '/' in front */
};

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
		match = run_name(pattern, scan->name, false);
	take_match(scan->list, hit->id, match, scan->name, scan->best);
}

static inline void scan_byte(struct scan *scan, unsigned char byte)
{
	const struct literals *literals = &scan->list->literals;
	scan->node = literals_step(literals, scan->node, byte);
	scan->at++;
	for (uint32_t i = literals->node[scan->node].hits; i != LITERAL_NONE;
	     i = literals->hit[i].next)
		take_hit(scan, &literals->hit[i]);
}

/* A fully known name. */
static void scan_name(const struct pattern_list *list, const struct path_name *name,
		      struct match_result *best)
{
	struct scan scan = {.list = list, .name = name, .best = best};
	bool fold = list->ignore_case;
	char last = '/';
	if (!list->literals.node)
		return;
	if (!name->absolute)
		scan_byte(&scan, '/');
	for (size_t i = 0; i < name->value.n; i++) {
		struct str text = name->value.seg[i].text;
		for (size_t k = 0; k < text.n; k++)
			scan_byte(&scan,
				  (unsigned char)(fold ? ascii_lower(text.p[k]) : text.p[k]));
		if (text.n)
			last = text.p[text.n - 1];
	}
	if (last != '/')
		scan_byte(&scan, '/');
}

/* A partly known name, or what lies below one. */
static void run_patterns(const struct pattern_list *list, const struct path_name *name,
			 bool is_tree, struct match_result *best)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct path_pattern *pattern = &list->path[i];
		if (pattern->is_header || pattern->is_exception)
			continue;
		if (match_is_settled(best, i))
			return;
		enum match match = run_name(pattern, name, is_tree);
		if (match != MATCH_NO)
			take_match(list, i, match, name, best);
		if (name->known && best->match != MATCH_NO)
			return; /* a tree: the scan has found what must match */
	}
}

/* Do the absolute and the relative value name the same place, as far as anybody can see? */
static bool ends_in(struct value absolute, struct value relative)
{
	if (relative.n == 0 || absolute.n == 0 || absolute.seg[0].kind != SEG_TEXT)
		return false;
	struct str head = absolute.seg[0].text;
	size_t skip = 1;
	if (relative.seg[0].kind == SEG_TEXT) {
		struct str tail = relative.seg[0].text;
		if (!str_ends(head, tail) || head.n == tail.n || head.p[head.n - tail.n - 1] != '/')
			return false;
		skip = 0;
	} else if (!str_ends(head, STR("/"))) {
		return false;
	}
	struct value rest = {absolute.seg + 1, absolute.n - 1};
	struct value other = {relative.seg + 1 - skip, relative.n - 1 + skip};
	return value_eq(rest, other);
}

static struct path_name describe(const struct value *names, size_t n_names, size_t which)
{
	struct path_name name = {.value = names[which], .known = value_is_known(names[which])};
	struct str head = name.value.n && name.value.seg[0].kind == SEG_TEXT
				  ? name.value.seg[0].text
				  : STR("");
	name.absolute = str_starts(head, STR("/"));
	for (size_t i = 0; i < n_names && name.absolute && !name.place; i++)
		if (i != which && ends_in(name.value, names[i]))
			name.place = &names[i];
	return name;
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
	if (name->known)
		scan_name(list, name, &best);
	if (!name->known || (is_tree && best.match == MATCH_NO))
		run_patterns(list, name, is_tree, &best);
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
		if (was_seen(names, i))
			continue;
		struct path_name name = describe(names, n_names, i);
		struct match_result one = match_name(list, &name, is_tree);
		if (list->mood == PATTERN_DENY)
			match_join(list, &total, one.match, one.index);
		else if (i == 0 || one.match < total.match)
			total = one;
	}
	return total;
}
