/* SPDX-License-Identifier: Apache-2.0
 *
 * One pattern as a row of elements, and what becomes of it when partly known text runs over it.
 *
 * A run holds two sets of states. `may` has every state that some concrete text leads to, `sure` only
 * states that every concrete text leads to. Unknown text widens the first and thins out the second, so
 * the one never misses a match and the other never invents one. Paths, commands and names are all
 * matched with this; what they call a word or a component is decided by their elements.
 */
#ifndef CAVRA_POLICY_AUTOMATON_H
#define CAVRA_POLICY_AUTOMATON_H

#include <stdint.h>

#include "base/arena.h"
#include "base/value.h"

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

extern const struct byte_set byte_set_all;      /* every byte */
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

enum element_set { ELEMENT_SET_ALL, ELEMENT_SET_NO_SLASH, ELEMENT_SET_FOLLOWING, ELEMENT_SETS };

struct element {
	uint8_t kind;
	uint8_t byte; /* ELEMENT_BYTE */
	uint16_t
		set; /* ELEMENT_SET, ELEMENT_RUN: enum element_set, or ELEMENT_SETS + index of an own set */
	uint8_t skip; /* enum element_skip */
	bool crosses; /* ELEMENT_RUN: also passes from word to word */
	bool equals;  /* ELEMENT_SPACE: '=' does too; ELEMENT_BYTE '=': a space does too */
	bool joined;  /* ELEMENT_SPACE: perhaps nothing at all does too (-X PUT, -XPUT) */
};

enum {
	AUTOMATON_ELEMENTS = 1280, /* of one pattern */
	AUTOMATON_WORDS = AUTOMATON_ELEMENTS / 64,
};

struct automaton {
	const struct element *element;
	const struct byte_set *sets; /* own ones */
	uint16_t n;
	uint8_t words; /* of a state set that are in use */
	bool fold; /* ASCII letters of the text count as small ones; the elements hold small ones */
	bool has_joined;
};

struct states {
	uint64_t bits[AUTOMATON_WORDS];
};

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

/* The byte as this automaton wants it. */
static inline unsigned char automaton_byte(const struct automaton *automaton, char byte)
{
	return (unsigned char)(automaton->fold ? ascii_lower(byte) : byte);
}

struct run {
	const struct automaton *automaton;
	struct states may;
	struct states sure; /* the same as may, and not kept, as long as !split */
	struct states
		held; /* those of may where a shell pattern stands for nothing at the start of a name */
	bool split;
	bool paths; /* a shell pattern at the start of a component does not stand for a leading '.' */
	bool at_start; /* of a component, surely */
	bool holding;  /* held is in use */
};

void run_start(struct run *run, const struct automaton *automaton, bool paths);
/* The states from here on differ in may and sure. */
void run_split(struct run *run);
void run_text(struct run *run, struct str text);
void run_value(struct run *run, struct value value);
/* Any text at all. */
void run_any(struct run *run);
/* No text can lead to a match any more. */
bool run_is_dead(const struct run *run);

bool states_have(const struct states *states, unsigned state);
bool states_are_empty(const struct automaton *automaton, const struct states *states);
/* Adds a state and those that lie behind elements which may stand for nothing. */
void states_enter(const struct automaton *automaton, struct states *states, unsigned state);
/* Smallest state, automaton->n when there is none. */
unsigned states_first(const struct automaton *automaton, const struct states *states);

static inline const struct states *run_sure(const struct run *run)
{
	return run->split ? &run->sure : &run->may;
}

/* for (STATES_EACH(state, automaton, states)) */
unsigned states_next(const struct automaton *automaton, const struct states *states, unsigned from);
#define STATES_EACH(state, automaton, states)                   \
	unsigned state = states_next((automaton), (states), 0); \
	(state) < (automaton)->n;                               \
	state = states_next((automaton), (states), (state) + 1)

#endif
