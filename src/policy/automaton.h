/* SPDX-License-Identifier: Apache-2.0
 *
 * One pattern as a row of elements. A state stands in front of an element; a set of states is what a text read so
 * far leaves open. Paths, commands and names are all matched with this; what they call a word or a
 * component is decided by their elements.
 */
#ifndef CAVRA_POLICY_AUTOMATON_H
#define CAVRA_POLICY_AUTOMATON_H

#include <stdint.h>

#include "base/arena.h"

/* A set of bytes. */
struct byte_set {
	uint64_t bits[4];
};

static inline bool byte_set_has(const struct byte_set *set, unsigned char byte)
{
	return set->bits[byte >> 6] >> (byte & 63) & 1;
}

static inline void byte_set_add(struct byte_set *set, unsigned char byte)
{
	set->bits[byte >> 6] |= (uint64_t)1 << (byte & 63);
}

extern const struct byte_set byte_set_all;
extern const struct byte_set byte_set_no_slash; /* every byte but '/' */

enum element_kind {
	ELEMENT_BYTE,  /* this byte */
	ELEMENT_SET,   /* one byte of the set */
	ELEMENT_RUN,   /* bytes of the set, any number of them */
	ELEMENT_DEEP,  /* path components, any number of them, each with its '/' */
	ELEMENT_SPACE, /* between two words */
	ELEMENT_END,   /* behind the last word, or at the end of a name */
	ELEMENT_REST,  /* whatever follows; the pattern has matched */
};

/* Words of the input that ELEMENT_SPACE and ELEMENT_END may pass over. */
enum element_skip { SKIP_NONE, SKIP_OPTIONS, SKIP_ANY };

/* ELEMENT_SET_FOLLOWING: bytes of a UTF-8 character behind its first. */
enum element_set {
	ELEMENT_SET_ALL,
	ELEMENT_SET_NO_SLASH,
	ELEMENT_SET_FOLLOWING,
	ELEMENT_SETS /* and on: own sets, for ELEMENT_SET only */
};

struct element {
	uint8_t kind;
	uint8_t byte;        /* ELEMENT_BYTE */
	uint16_t set;        /* ELEMENT_SET, ELEMENT_RUN */
	uint8_t skip : 2;    /* enum element_skip */
	uint8_t crosses : 1; /* ELEMENT_RUN: also passes from word to word */
	uint8_t equals : 1;  /* ELEMENT_SPACE: '=' does too; ELEMENT_BYTE '=': a space does too */
	uint8_t joined : 1;  /* ELEMENT_SPACE: perhaps nothing at all does too (-X PUT, -XPUT) */
	uint8_t values : 1; /* ELEMENT_SPACE: the word behind may surely be the value of an option */
	uint8_t unused; /* so that there is no padding: elements are kept in files as they are */
};

enum {
	AUTOMATON_ELEMENTS = 1280, /* of one pattern */
	AUTOMATON_WORDS = AUTOMATON_ELEMENTS / 64,
};

/* States of one kind, as bits: what a byte does to all of them at once. */
enum automaton_mask {
	MASK_DEEP,
	MASK_REST,
	MASK_RUN,                           /* + enum element_set */
	MASK_ONE = MASK_RUN + ELEMENT_SETS, /* those that take one byte, looked at one by one */
	MASK_EMPTY,                         /* those that may stand for nothing when entered */
	MASK_JOINED,
	AUTOMATON_MASKS
};

struct automaton {
	const struct element *element;
	const struct byte_set *sets; /* own ones, n_sets */
	const uint64_t *masks;       /* AUTOMATON_MASKS times `words` */
	uint16_t n, n_sets;
	uint8_t words; /* of a state set that are in use */
	bool fold;     /* letters of the text count as small ones; the elements hold small ones */
	bool has_joined;
};

/* The byte as this automaton wants it. */
static inline unsigned char automaton_byte(const struct automaton *automaton, char byte)
{
	return (unsigned char)(automaton->fold ? ascii_lower(byte) : byte);
}

/* The bytes of an ELEMENT_SET or ELEMENT_RUN. */
const struct byte_set *automaton_set(const struct automaton *automaton,
				     const struct element *element);

/* Elements while a pattern is being read. */
struct automaton_builder {
	struct arena *arena;
	struct element *element;
	size_t n, cap;
	struct byte_set *sets;
	size_t n_sets, sets_cap;
};

void automaton_add(struct automaton_builder *builder, struct element element);
/* Index for element.set. */
uint16_t automaton_add_set(struct automaton_builder *builder, const struct byte_set *set);
/* False when there are too many elements. The arena keeps them. */
bool automaton_finish(const struct automaton_builder *builder, bool fold, struct automaton *ret);

#endif
