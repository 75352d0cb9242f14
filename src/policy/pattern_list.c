/* SPDX-License-Identifier: Apache-2.0
 *
 * What all kinds of pattern lists share.
 */
#include "policy/pattern_list.h"

#include "base/limits.h"

int pattern_list_new(struct arena *arena, enum pattern_kind kind, const struct str *patterns,
		     size_t n, struct pattern_list **ret_list, size_t *ret_bad,
		     struct cavra_error *error)
{
	*ret_bad = 0;
	if (n > LIMIT_POLICY_RULES)
		return error_set(error, CAVRA_ERR_LIMIT, "more than %d patterns in one list",
				 (int)LIMIT_POLICY_RULES);
	struct str *source = ARENA_ARRAY(arena, n, struct str);
	for (size_t i = 0; i < n; i++) {
		*ret_bad = i;
		if (patterns[i].n > LIMIT_PATTERN_BYTES)
			return error_set(error, CAVRA_ERR_LIMIT,
					 "pattern of %zu bytes; at most %d are allowed",
					 patterns[i].n, (int)LIMIT_PATTERN_BYTES);
		source[i] = arena_str(arena, patterns[i]);
	}
	*ret_bad = 0;
	struct pattern_list *list = ARENA_NEW(arena, struct pattern_list);
	list->kind = kind;
	list->n = n;
	list->source = source;
	*ret_list = list;
	return 0;
}

size_t pattern_list_length(const struct pattern_list *list)
{
	return list ? list->n : 0;
}

/* Printable ASCII, so that other bytes may stand for the edges of a text. */
static bool is_plain(const struct element *element)
{
	return element->kind == ELEMENT_BYTE && element->byte >= ' ' && element->byte < 127;
}

bool next_stretch(const struct automaton *automaton, unsigned from, struct byte_stretch *ret)
{
	unsigned n = automaton->n;
	while (from < n && !is_plain(&automaton->element[from]))
		from++;
	unsigned to = from;
	while (to < n && to - from < LITERAL_BYTES - 2 && is_plain(&automaton->element[to]))
		to++;
	*ret = (struct byte_stretch){from, to};
	return from < to;
}

struct str stretch_text(struct arena *arena, const struct automaton *automaton,
			struct byte_stretch stretch, char before, char behind)
{
	size_t n = 0;
	char *text = arena_alloc(arena, stretch.to - stretch.from + 2);
	if (before)
		text[n++] = before;
	for (unsigned i = stretch.from; i < stretch.to; i++)
		text[n++] = (char)automaton->element[i].byte;
	if (behind)
		text[n++] = behind;
	return str_make(text, n);
}
