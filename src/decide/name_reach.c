/* SPDX-License-Identifier: Apache-2.0
 *
 * May a partly known name stand for a path? The path is the pattern of an automaton whose positions are its bytes; the parts of
 * the name move all positions at once.
 */
#include "decide/name_reach.h"

#include <string.h>

#include "base/glob.h"
#include "base/limits.h"

struct walk {
	struct str path; /* without a slash at its end */
	unsigned reach;
	bool *at;   /* path.n is its end, path.n + 1 below it */
	bool *next; /* as many */
};

static size_t positions(const struct walk *w)
{
	return w->path.n + 2;
}

static bool starts_component(const struct walk *w, size_t k)
{
	return k == 0 || w->path.p[k - 1] == '/';
}

/* A '*' of the path may be nothing. */
static void skip_stars(struct walk *w)
{
	for (size_t k = 0; k < w->path.n; k++)
		if (w->at[k] && w->path.p[k] == '*')
			w->at[k + 1] = true;
}

static void swap(struct walk *w)
{
	bool *at = w->at;
	w->at = w->next;
	w->next = at;
	memset(w->next, 0, positions(w));
	skip_stars(w);
}

static void take_byte(struct walk *w, char c)
{
	size_t n = w->path.n;
	for (size_t k = 0; k < n; k++) {
		if (!w->at[k])
			continue;
		if (w->path.p[k] == '*')
			w->next[k] |= c != '/';
		else if (ascii_lower(w->path.p[k]) == ascii_lower(c))
			w->next[k + 1] = true;
	}
	w->next[n + 1] = w->at[n + 1] || (w->at[n] && c == '/' && (w->reach & REACH_BELOW));
	w->next[0] |= (w->reach & REACH_DEEP) && c == '/';
	swap(w);
}

/* Any run of bytes inside a component, or (once) one that the element matches. */
static void take_element(struct walk *w, struct str element, bool once)
{
	size_t n = w->path.n;
	bool dots = str_is(element, "~");
	for (size_t k = 0; k < n; k++) {
		char c = w->path.p[k];
		if (!w->at[k])
			continue;
		w->next[k] |= !once || c == '*';
		if (c == '/' || (c == '.' && starts_component(w, k) && !dots))
			continue;
		char lower = ascii_lower(c);
		if (!once)
			w->at[k + 1] = true;
		else if (glob_element_matches(element, str_make(&c, 1)) ||
			 glob_element_matches(element, str_make(&lower, 1)))
			w->next[k + 1] = true;
	}
	w->next[n] |= w->at[n] && !once;
	w->next[n + 1] |= w->at[n + 1];
	swap(w);
}

/* Paths hold no digits that matter: only a '*' takes them. */
static void take_digits(struct walk *w)
{
	for (size_t k = 0; k < w->path.n; k++)
		w->next[k] = w->at[k] && w->path.p[k] == '*';
	w->next[w->path.n + 1] = w->at[w->path.n + 1];
	swap(w);
}

static void take_anything(struct walk *w)
{
	size_t first = 0, last = w->path.n + !!(w->reach & REACH_BELOW);
	while (first < last && !w->at[first])
		first++;
	if (w->reach & REACH_DEEP)
		first = 0;
	for (size_t k = first; k <= last; k++)
		w->at[k] = true;
}

static bool is_lost(const struct walk *w)
{
	return !(w->reach & REACH_DEEP) && !memchr(w->at, true, positions(w));
}

static void take(struct walk *w, const struct seg *seg)
{
	switch (seg->kind) {
	case SEG_TEXT:
		for (size_t i = 0; i < seg->text.n && !is_lost(w); i++)
			take_byte(w, seg->text.p[i]);
		break;
	case SEG_GLOB:
		take_element(w, seg->text,
			     str_is(seg->text, "?") || str_starts(seg->text, STR("[")));
		break;
	case SEG_NUMBER:
		take_digits(w);
		break;
	case SEG_ANY:
		take_anything(w);
		break;
	}
}

static bool arrived(const struct walk *w)
{
	size_t n = w->path.n;
	bool above = false;
	for (size_t k = 0; k < n; k++)
		above |= w->at[k] && w->path.p[k] == '/';
	return w->at[n] || w->at[n + 1] || (above && (w->reach & REACH_ABOVE));
}

bool name_may_reach(struct arena *arena, struct value name, struct str path, unsigned reach)
{
	struct walk w = {.path = path, .reach = reach};
	size_t length = name.n;
	for (size_t i = 0; i < name.n; i++)
		length += name.seg[i].text.n;
	if (length > LIMIT_PARTLY_NAME)
		return true;
	w.at = ARENA_ARRAY(arena, positions(&w), bool);
	w.next = ARENA_ARRAY(arena, positions(&w), bool);
	w.at[0] = true;
	skip_stars(&w);
	for (size_t i = 0; i < name.n && !is_lost(&w); i++)
		take(&w, &name.seg[i]);
	return arrived(&w);
}
