/* SPDX-License-Identifier: Apache-2.0
 *
 * Text that is only partly known. Shell analysis produces it, pattern matching consumes it.
 *
 * A value is a sequence of segments; the texts it may stand for are all concatenations of texts that its
 * segments may stand for. No segments at all is the empty text, which is known.
 */
#ifndef CAVRA_BASE_VALUE_H
#define CAVRA_BASE_VALUE_H

#include "base/arena.h"
#include "base/str.h"

enum seg_kind {
	SEG_TEXT,   /* exactly these bytes */
	SEG_ANY,    /* any bytes, also none */
	SEG_NUMBER, /* a decimal integer: an optional '-', then one or more digits */
	SEG_GLOB,   /* one unquoted shell pattern element, its source in text: "*" "?" "[a-z]" or an
		     * extglob "@(a|b)". Stands for itself, or for what a file name gives it (never a
		     * '/').
		     */
};

/* A line of digits, or nothing. */
#define SEG_TEXT_DIGITS "digits"
/* A part of a name: no blank and no sign of a pattern. */
#define SEG_TEXT_NAME "name"

struct seg {
	enum seg_kind kind;
	struct str text; /* SEG_TEXT, SEG_GLOB; of SEG_ANY empty, SEG_TEXT_DIGITS or SEG_TEXT_NAME;
			  * of a SEG_NUMBER only src/shell/ knows the meaning */
	/* SEG_ANY: the only command that wrote this text (a struct shell_command), as it is the text of
	 * one word or of several; NULL: nobody knows where the text is from.
	 */
	const void *source;
};

struct value {
	const struct seg *seg;
	size_t n;
};

/* Where something stands in the input that was analysed: bytes from, up to and without to. */
struct span {
	size_t from, to;
};

/* One argument word. A word with a SEG_GLOB may become several words, each fitting the pattern. */
struct word {
	struct value value;
	/* Any number of words of any content, also none; value is ignored, unless it is text with a dash in front and
	 * SEG_ANY: then there is a first word, which begins so.
	 */
	bool many;
	struct span span;
};

/* Known completely: no segments, or only text. */
static inline bool value_is_known(struct value v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.seg[i].kind != SEG_TEXT)
			return false;
	return true;
}

static inline bool word_is_known(const struct word *w)
{
	return !w->many && value_is_known(w->value);
}

/* What value_known_prefix() does with several segments. */
struct str value_join_prefix(struct arena *arena, struct value v);
/* The known text in front of the first segment that is not text; borrowed when that is one segment. */
static inline struct str value_known_prefix(struct arena *arena, struct value v)
{
	if (v.n == 0 || v.seg[0].kind != SEG_TEXT)
		return STR("");
	return v.n == 1 || v.seg[1].kind != SEG_TEXT ? v.seg[0].text : value_join_prefix(arena, v);
}

/* The text of a known value (joined into arena memory when it has several segments). For a value that is
 * not known: the known text in front of the first unknown segment.
 */
static inline struct str value_text(struct arena *arena, struct value v)
{
	return value_known_prefix(arena, v);
}

static inline struct value value_from(struct arena *arena, struct str text)
{
	struct seg *seg = NULL;
	if (text.n) {
		seg = ARENA_NEW(arena, struct seg);
		*seg = (struct seg){SEG_TEXT, text, NULL};
	}
	return (struct value){seg, seg ? 1 : 0};
}
struct value value_any(void);
/* Some number, which is not known. */
struct value value_number(void);
struct value value_concat(struct arena *arena, struct value a, struct value b);
/* For people: known text as it is, unknown parts as «?» and «number», globs as their pattern. */
struct str value_show(struct arena *arena, struct value v);
/* As shell text: a variable that nobody sets stands for each unknown part. What it does beyond that, nobody can tell; what
 * stands there is seen. Empty when nothing known stands in front.
 */
struct str value_as_script(struct arena *arena, struct value v);

/* May this value stand for exactly `text`? A glob matches as a file name would, or as its own text. */
bool value_covers(struct value v, struct str text);
bool value_eq(struct value a, struct value b);

/* Where a value that is unknown altogether comes from, see struct seg; NULL: nobody knows. */
static inline const void *value_source(struct value v)
{
	return v.n == 1 && v.seg[0].kind == SEG_ANY ? v.seg[0].source : NULL;
}

#endif
