/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of states of one automaton. Only the first automaton->words words of a set are in use.
 */
#ifndef CAVRA_POLICY_STATES_H
#define CAVRA_POLICY_STATES_H

#include "policy/automaton.h"

struct states {
	uint64_t bits[AUTOMATON_WORDS];
};

static inline bool states_have(const struct states *states, unsigned state)
{
	return states->bits[state / 64] >> (state % 64) & 1;
}

static inline void states_add(struct states *states, unsigned state)
{
	states->bits[state / 64] |= (uint64_t)1 << (state % 64);
}

static inline void states_clear(const struct automaton *automaton, struct states *states)
{
	for (unsigned i = 0; i < automaton->words; i++)
		states->bits[i] = 0;
}

static inline void states_copy(const struct automaton *automaton, struct states *to,
			       const struct states *from)
{
	for (unsigned i = 0; i < automaton->words; i++)
		to->bits[i] = from->bits[i];
}

static inline void states_join(const struct automaton *automaton, struct states *to,
			       const struct states *from)
{
	for (unsigned i = 0; i < automaton->words; i++)
		to->bits[i] |= from->bits[i];
}

static inline bool states_are_empty(const struct automaton *automaton, const struct states *states)
{
	uint64_t any = 0;
	for (unsigned i = 0; i < automaton->words; i++)
		any |= states->bits[i];
	return any == 0;
}

/* The next state at or behind `from`, automaton->n when there is none. A loop over it meets states that are added behind
 * the current one, too.
 */
static inline unsigned states_next(const struct automaton *automaton, const struct states *states,
				   unsigned from)
{
	unsigned word = from / 64;
	if (word >= automaton->words)
		return automaton->n;
	uint64_t bits = states->bits[word] & (~(uint64_t)0 << (from % 64));
	while (bits == 0) {
		if (++word >= automaton->words)
			return automaton->n;
		bits = states->bits[word];
	}
	return word * 64 + (unsigned)__builtin_ctzll(bits);
}

/* Adds a state and those that lie behind elements which may stand for nothing. */
void states_enter(const struct automaton *automaton, struct states *states, unsigned state);
/* One byte, as automaton_byte() gives it. */
void states_step(const struct automaton *automaton, struct states *states, unsigned char byte);
/* Adds to *out where one byte of the set may lead; when out is states, where any number of them may. */
void states_step_set(const struct automaton *automaton, const struct states *states,
		     const struct byte_set *set, struct states *out);
/* Keeps the states that stay whatever bytes of the set follow, however many. */
void states_keep(const struct automaton *automaton, struct states *states,
		 const struct byte_set *set);
/* Adds the states behind spaces that perhaps stand for nothing. */
void states_enter_joined(const struct automaton *automaton, struct states *states);

#endif
