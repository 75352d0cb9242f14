/* SPDX-License-Identifier: Apache-2.0
 *
 * Partly known text, see value.h.
 */
#include "base/value.h"

#include "base/glob.h"

static const struct seg any_seg = {SEG_ANY, {"", 0}, NULL};
static const struct seg number_seg = {SEG_NUMBER, {"", 0}, NULL};

struct value value_any(void)
{
	return (struct value){&any_seg, 1};
}

struct value value_number(void)
{
	return (struct value){&number_seg, 1};
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

/* Joins the first n segments, each as its text or, when it is unknown, as its sign. */
static struct str join_segments(struct arena *arena, struct value v, size_t n)
{
	static const struct str signs[] = {
		[SEG_ANY] = STR_INIT("\xc2\xab?\xc2\xbb"),
		[SEG_NUMBER] = STR_INIT("\xc2\xabnumber\xc2\xbb"),
		[SEG_GLOB] = {NULL, 0},
	};
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += signs[v.seg[i].kind].p ? signs[v.seg[i].kind].n : v.seg[i].text.n;
	char *text = arena_take(arena, bytes + 1);
	if (!text)
		return STR("");
	size_t at = 0;
	text[bytes] = '\0';
	for (size_t i = 0; i < n; i++) {
		struct str sign = signs[v.seg[i].kind], part = sign.p ? sign : v.seg[i].text;
		if (part.n)
			memcpy(text + at, part.p, part.n);
		at += part.n;
	}
	return str_make(text, bytes);
}

struct str value_join_prefix(struct arena *arena, struct value v)
{
	size_t n = 0;
	while (n < v.n && v.seg[n].kind == SEG_TEXT)
		n++;
	return join_segments(arena, v, n);
}

struct str value_show(struct arena *arena, struct value v)
{
	return v.n == 0 ? STR("") : join_segments(arena, v, v.n);
}

struct str value_as_script(struct arena *arena, struct value v)
{
	static const struct str unknown = STR_INIT("${CAVRA_UNKNOWN}");
	struct str text = STR("");
	if (v.n == 0 || v.seg[0].kind != SEG_TEXT)
		return text;
	for (size_t i = 0; i < v.n; i++)
		text = arena_join(arena, text, v.seg[i].kind == SEG_TEXT ? v.seg[i].text : unknown);
	return text;
}

bool value_eq(struct value a, struct value b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.seg[i].kind != b.seg[i].kind || a.seg[i].source != b.seg[i].source ||
		    !str_eq(a.seg[i].text, b.seg[i].text))
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

/* Bounds of a search that could take exponential time or eat the stack. Past them the answer is yes:
 * a value with unknown parts may be this text.
 */
struct search {
	unsigned steps;
	unsigned depth;
};

static bool covers_from(struct value v, struct str text, struct search *search);

/* May this segment, which is not text, stand for the first n bytes of text? */
static bool segment_takes(const struct seg *seg, struct str text, size_t n)
{
	struct str part = str_first(text, n);
	if (seg->kind == SEG_NUMBER)
		return number_length(part) == n;
	return seg->kind == SEG_ANY || str_eq(part, seg->text) ||
	       glob_element_matches(seg->text, part);
}

/* Tries every length for the first segment, which is not text. */
static bool covers_unknown(struct value v, struct str text, struct search *search)
{
	const struct seg *seg = v.seg;
	struct value rest = {v.seg + 1, v.n - 1};
	size_t most = text.n;
	if (seg->kind == SEG_ANY && rest.n == 0)
		return true;
	if (seg->kind == SEG_NUMBER)
		most = number_length(text);
	if (seg->kind == SEG_GLOB && str_find_char(text, '/') != STR_NPOS)
		most = str_find_char(text, '/');
	/* As its own text, which may hold a '/'. */
	if (seg->kind == SEG_GLOB && seg->text.n > most && str_starts(text, seg->text) &&
	    covers_from(rest, str_from_at(text, seg->text.n), search))
		return true;
	for (size_t n = seg->kind == SEG_NUMBER; n <= most; n++) {
		if (search->steps == 0)
			return true;
		search->steps--;
		if (segment_takes(seg, text, n) && covers_from(rest, str_from_at(text, n), search))
			return true;
	}
	return false;
}

static bool covers_from(struct value v, struct str text, struct search *search)
{
	while (v.n && v.seg->kind == SEG_TEXT) {
		if (!str_starts(text, v.seg->text))
			return false;
		text = str_from_at(text, v.seg->text.n);
		v = (struct value){v.seg + 1, v.n - 1};
	}
	if (v.n == 0)
		return text.n == 0;
	if (search->depth == 0)
		return true;
	search->depth--;
	bool covered = covers_unknown(v, text, search);
	search->depth++;
	return covered;
}

bool value_covers(struct value v, struct str text)
{
	struct search search = {.steps = 20000, .depth = 100};
	/* Most texts already end otherwise. */
	if (v.n && v.seg[v.n - 1].kind == SEG_TEXT && !str_ends(text, v.seg[v.n - 1].text))
		return false;
	return covers_from(v, text, &search);
}
