/* SPDX-License-Identifier: Apache-2.0
 *
 * Partly known text, see value.h.
 */
#include "base/value.h"

#include "base/glob.h"

static const struct seg any_seg = {SEG_ANY, {"", 0}};

struct value value_any(void)
{
	return (struct value){&any_seg, 1};
}

struct value value_from(struct arena *arena, struct str text)
{
	if (text.n == 0)
		return (struct value){NULL, 0};
	struct seg *seg = ARENA_NEW(arena, struct seg);
	*seg = (struct seg){SEG_TEXT, text};
	return (struct value){seg, 1};
}

struct value value_concat(struct arena *arena, struct value a, struct value b)
{
	if (a.n == 0)
		return b;
	if (b.n == 0)
		return a;
	struct seg *seg = ARENA_ARRAY(arena, a.n + b.n, struct seg);
	memcpy(seg, a.seg, a.n * sizeof *seg);
	memcpy(seg + a.n, b.seg, b.n * sizeof *seg);
	return (struct value){seg, a.n + b.n};
}

struct str value_known_prefix(struct arena *arena, struct value v)
{
	size_t n = 0, bytes = 0;
	while (n < v.n && v.seg[n].kind == SEG_TEXT)
		bytes += v.seg[n++].text.n;
	if (n == 0)
		return STR("");
	if (n == 1)
		return v.seg[0].text;
	char *text = arena_alloc(arena, bytes + 1);
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		if (v.seg[i].text.n)
			memcpy(text + at, v.seg[i].text.p, v.seg[i].text.n);
		at += v.seg[i].text.n;
	}
	return str_make(text, bytes);
}

struct str value_text(struct arena *arena, struct value v)
{
	return value_known_prefix(arena, v);
}

struct str value_show(struct arena *arena, struct value v)
{
	struct str shown = STR("");
	for (size_t i = 0; i < v.n; i++) {
		struct str part = v.seg[i].text;
		if (v.seg[i].kind == SEG_ANY)
			part = STR("\xc2\xab?\xc2\xbb");
		else if (v.seg[i].kind == SEG_NUMBER)
			part = STR("\xc2\xabnumber\xc2\xbb");
		shown = i == 0 ? part : arena_join(arena, shown, part);
	}
	return shown;
}

bool value_eq(struct value a, struct value b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.seg[i].kind != b.seg[i].kind || !str_eq(a.seg[i].text, b.seg[i].text))
			return false;
	return true;
}

/* Length of the longest number at the start of text, 0 when there is none. */
static size_t number_length(struct str text)
{
	size_t n = text.n && text.p[0] == '-' ? 1 : 0;
	size_t digits = n;
	while (digits < text.n && ascii_is_digit(text.p[digits]))
		digits++;
	return digits > n ? digits : 0;
}

static bool covers_from(const struct value *v, size_t i, struct str text, unsigned *budget)
{
	if (*budget == 0)
		return true; /* undecided counts as covered by a value with unknown parts */
	--*budget;
	if (i == v->n)
		return text.n == 0;
	const struct seg *seg = &v->seg[i];
	switch (seg->kind) {
	case SEG_TEXT:
		return str_starts(text, seg->text) && covers_from(v, i + 1, str_from_at(text, seg->text.n), budget);
	case SEG_NUMBER:
		for (size_t n = number_length(text); n > 0; n--)
			if (ascii_is_digit(text.p[n - 1]) && covers_from(v, i + 1, str_from_at(text, n), budget))
				return true;
		return false;
	case SEG_ANY:
		for (size_t n = 0; n <= text.n; n++)
			if (covers_from(v, i + 1, str_from_at(text, n), budget))
				return true;
		return false;
	case SEG_GLOB:
		if (str_starts(text, seg->text) && covers_from(v, i + 1, str_from_at(text, seg->text.n), budget))
			return true;
		for (size_t n = 0; n <= text.n; n++) {
			if (n && text.p[n - 1] == '/')
				break;
			if (glob_element_matches(seg->text, str_first(text, n)) &&
			    covers_from(v, i + 1, str_from_at(text, n), budget))
				return true;
		}
		return false;
	}
	return false;
}

bool value_covers(struct value v, struct str text)
{
	unsigned budget = 20000;
	return covers_from(&v, 0, text, &budget);
}
