/* SPDX-License-Identifier: Apache-2.0
 *
 * Visiting the parts of a compiled policy in a fixed order, to write them or to read them. One function per
 * struct does both, so that the two cannot differ. Nothing is changed while writing.
 */
#ifndef CAVRA_POLICY_IMAGE_WALK_H
#define CAVRA_POLICY_IMAGE_WALK_H

#include "base/buf.h"
#include "policy/pattern_list.h"

struct walk {
	struct buf *out; /* written to; NULL when reading */
	struct str in;   /* read from */
	size_t at;
	struct arena *arena; /* of what is read; armed: what is damaged jumps there */
};

/* What is read is damaged. */
void walk_fail(struct walk *walk) __attribute__((noreturn, cold));
/* What is read must be so. */
static inline void walk_check(struct walk *walk, bool sound)
{
	if (!sound)
		walk_fail(walk);
}

/* A number of at most max. Numbers always stand where a uint32_t may, because texts are padded. */
static inline uint32_t walk_number(struct walk *walk, uint32_t number, uint32_t max)
{
	if (walk->out) {
		buf_add(walk->out, str_make((const char *)&number, sizeof number));
		return number;
	}
	walk_check(walk, walk->in.n - walk->at >= sizeof number);
	memcpy(&number, walk->in.p + walk->at, sizeof number);
	walk->at += sizeof number;
	walk_check(walk, number <= max);
	return number;
}

struct str walk_text(struct walk *walk, struct str text);
/* A row of plain data without padding, read in place. */
const void *walk_row(struct walk *walk, const void *row, size_t n, size_t size);
/* Rows of structs whose members are visited next; read into the arena. */
void *walk_structs(struct walk *walk, const void *structs, size_t n, size_t size);
#define WALK_NUMBER(walk, place, max)                                                       \
	do {                                                                                \
		uint32_t number_ = walk_number((walk), (uint32_t)(place), (uint32_t)(max)); \
		if (!(walk)->out)                                                           \
			(place) = number_;                                                  \
	} while (0)
#define WALK_TEXT(walk, place)                                 \
	do {                                                   \
		struct str text_ = walk_text((walk), (place)); \
		if (!(walk)->out)                              \
			(place) = text_;                       \
	} while (0)
#define WALK_ROW(walk, place, n)                                                    \
	do {                                                                        \
		const void *row_ = walk_row((walk), (place), (n), sizeof *(place)); \
		if (!(walk)->out)                                                   \
			(place) = row_;                                             \
	} while (0)

/* image_list.c: a list of this kind, or NULL. */
enum { ANY_KIND = PATTERN_HOSTS + 1 };
void walk_list(struct walk *walk, struct pattern_list **list, int kind);

#endif
