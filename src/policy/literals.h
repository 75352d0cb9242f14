/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding many literal texts in one pass (Aho and Corasick, "Efficient string matching", 1975): what keeps the
 * cost of a match from growing with the number of patterns. A pattern gives one text that every match of it
 * must contain; only patterns whose text was found are looked at.
 *
 * Texts are ASCII, without NUL. Immutable once built. The rows have no padding, so that they can be kept in files.
 */
#ifndef CAVRA_POLICY_LITERALS_H
#define CAVRA_POLICY_LITERALS_H

#include <stdint.h>

#include "base/arena.h"

struct literal {
	struct str text; /* 1 to LITERAL_BYTES bytes */
	uint32_t id;     /* of its pattern */
};

enum { LITERAL_BYTES = 255 };

struct literal_hit {
	uint32_t id;
	uint32_t length; /* of the text that was found */
	uint32_t next;   /* index of the next hit that ends here, LITERAL_NONE at the end */
};
#define LITERAL_NONE UINT32_MAX
enum { LITERAL_ROW = 128 }; /* entries of a dense table */

struct literal_node {
	uint32_t first; /* child; the others follow it */
	uint32_t fail;  /* longest proper suffix that is a node */
	uint32_t hits;  /* index of the first hit that ends here, also those of suffixes */
	uint32_t row;   /* of a dense table of the nodes that follow, LITERAL_NONE: none */
	uint32_t n;     /* children */
};

struct literals {
	const struct literal_node *node; /* [0] is the root; NULL: no texts */
	const uint8_t *label;            /* of the edge to each node */
	const uint32_t *rows;            /* LITERAL_ROW each */
	const struct literal_hit *hit;
	uint32_t n_nodes, n_rows, n_hits;
};

/* The ids of one text come in ascending order. */
void literals_build(struct arena *arena, const struct literal *literals, size_t n,
		    struct literals *ret);

/* Of several texts that each match of a pattern contains, one for each of the ids 0 to n_ids - 1: the one that fewest
 * patterns offer, of equal ones the longest. Sorts `offers`. ret[id].text is empty when there is none.
 */
void literals_choose(struct literal *offers, size_t n_offers, struct literal *ret, size_t n_ids);

/* The node after one more byte; 0, which has a row, is the node of nothing. */
static inline uint32_t literals_step(const struct literals *set, uint32_t node, unsigned char byte)
{
	if (byte >= LITERAL_ROW)
		return 0;
	for (;;) {
		const struct literal_node *at = &set->node[node];
		if (at->row != LITERAL_NONE)
			return set->rows[(size_t)at->row * LITERAL_ROW + byte];
		for (uint32_t i = at->first; i < at->first + at->n; i++)
			if (set->label[i] == byte)
				return i;
		node = at->fail;
	}
}

/* The first byte from `from` on that begins a text; most begin none. fold: letters are taken as small ones. */
static inline size_t literals_skip(const struct literals *set, struct str text, size_t from,
				   bool fold)
{
	const uint32_t *root = set->rows + (size_t)set->node[0].row * LITERAL_ROW;
	for (; from < text.n; from++) {
		unsigned char byte = (unsigned char)(fold ? ascii_lower(text.p[from])
							  : text.p[from]);
		if (byte < LITERAL_ROW && root[byte])
			break;
	}
	return from;
}

#endif
