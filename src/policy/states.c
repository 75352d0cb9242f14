/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of states, see states.h.
 */
#include "policy/states.h"

static inline const uint64_t *mask_of(const struct automaton *automaton, unsigned mask)
{
	return automaton->masks + (size_t)mask * automaton->words;
}

void states_enter(const struct automaton *automaton, struct states *states, unsigned state)
{
	const uint64_t *empty = mask_of(automaton, MASK_EMPTY);
	states_add(states, state);
	while (empty[state / 64] >> (state % 64) & 1)
		states_add(states, ++state);
}

/* Adds what lies behind the states of *entered that may stand for nothing. */
static void enter_all(const struct automaton *automaton, struct states *entered)
{
	const uint64_t *empty = mask_of(automaton, MASK_EMPTY);
	uint64_t fresh;
	do {
		uint64_t carry = 0;
		fresh = 0;
		for (unsigned i = 0; i < automaton->words; i++) {
			uint64_t behind = entered->bits[i] & empty[i];
			uint64_t reached = behind << 1 | carry;
			carry = behind >> 63;
			fresh |= reached & ~entered->bits[i];
			entered->bits[i] |= reached;
		}
	} while (fresh);
}

static bool takes(const struct automaton *automaton, const struct element *element,
		  unsigned char byte)
{
	if (element->kind == ELEMENT_BYTE)
		return element->byte == byte;
	if (element->kind == ELEMENT_SET)
		return byte_set_has(automaton_set(automaton, element), byte);
	return byte == '='; /* ELEMENT_SPACE with equals */
}

/* The same for an automaton whose states are bits of one word. */
static uint64_t step_word(const struct automaton *automaton, uint64_t in, unsigned char byte)
{
	const uint64_t *mask = automaton->masks;
	uint64_t deep = in & mask[MASK_DEEP];
	uint64_t entered = in & mask[MASK_RUN + ELEMENT_SET_ALL];
	if (byte == '/')
		entered |= deep << 1;
	else
		entered |= in & mask[MASK_RUN + ELEMENT_SET_NO_SLASH];
	if ((byte & 0xc0) == 0x80)
		entered |= in & mask[MASK_RUN + ELEMENT_SET_FOLLOWING];
	for (uint64_t one = in & mask[MASK_ONE]; one; one &= one - 1) {
		unsigned state = (unsigned)__builtin_ctzll(one);
		if (takes(automaton, &automaton->element[state], byte))
			entered |= (uint64_t)2 << state;
	}
	for (uint64_t fresh = entered; fresh;) {
		fresh = (fresh & mask[MASK_EMPTY]) << 1 & ~entered;
		entered |= fresh;
	}
	return deep | (in & mask[MASK_REST]) | entered;
}

void states_step(const struct automaton *automaton, struct states *states, unsigned char byte)
{
	unsigned words = automaton->words;
	if (words == 1) {
		states->bits[0] = step_word(automaton, states->bits[0], byte);
		return;
	}
	const uint64_t *mask = automaton->masks;
	bool slash = byte == '/', following = (byte & 0xc0) == 0x80;
	struct states entered;
	uint64_t carry = 0;
	states_clear(automaton, &entered);
	for (unsigned i = 0; i < words; i++) {
		uint64_t in = states->bits[i];
		uint64_t deep = in & mask[MASK_DEEP * words + i];
		uint64_t stay = in & mask[(MASK_RUN + ELEMENT_SET_ALL) * words + i];
		if (!slash)
			stay |= in & mask[(MASK_RUN + ELEMENT_SET_NO_SLASH) * words + i];
		if (following)
			stay |= in & mask[(MASK_RUN + ELEMENT_SET_FOLLOWING) * words + i];
		if (slash) {
			stay |= deep << 1 | carry;
			carry = deep >> 63;
		}
		entered.bits[i] |= stay;
		states->bits[i] = deep | (in & mask[MASK_REST * words + i]);
		for (uint64_t one = in & mask[MASK_ONE * words + i]; one; one &= one - 1) {
			unsigned state = i * 64 + (unsigned)__builtin_ctzll(one);
			if (takes(automaton, &automaton->element[state], byte))
				states_add(&entered, state + 1);
		}
	}
	enter_all(automaton, &entered);
	states_join(automaton, states, &entered);
}

static bool sets_meet(const struct byte_set *a, const struct byte_set *b)
{
	return (a->bits[0] & b->bits[0]) || (a->bits[1] & b->bits[1]) ||
	       (a->bits[2] & b->bits[2]) || (a->bits[3] & b->bits[3]);
}

static bool set_covers(const struct byte_set *big, const struct byte_set *small)
{
	for (int i = 0; i < 4; i++)
		if (small->bits[i] & ~big->bits[i])
			return false;
	return true;
}

void states_step_set(const struct automaton *automaton, const struct states *states,
		     const struct byte_set *set, struct states *out)
{
	for (unsigned state = states_next(automaton, states, 0); state < automaton->n;
	     state = states_next(automaton, states, state + 1)) {
		const struct element *element = &automaton->element[state];
		switch ((enum element_kind)element->kind) {
		case ELEMENT_BYTE:
			if (byte_set_has(set, element->byte))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_SET:
			if (sets_meet(automaton_set(automaton, element), set))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_RUN:
			if (sets_meet(automaton_set(automaton, element), set))
				states_enter(automaton, out, state);
			break;
		case ELEMENT_DEEP:
			states_add(out, state);
			if (byte_set_has(set, '/'))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_SPACE:
			if (element->equals && byte_set_has(set, '='))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_END:
			break;
		case ELEMENT_REST:
			states_add(out, state);
			break;
		}
	}
}

/* Does this state, which follows ELEMENT_DEEP, hold for whatever the last component is? */
static bool is_any_component(const struct automaton *automaton, unsigned state,
			     const struct byte_set *set)
{
	const struct element *element = &automaton->element[state];
	struct byte_set rest = *set;
	rest.bits[0] &= byte_set_no_slash.bits[0];
	return element->kind == ELEMENT_RUN && set_covers(automaton_set(automaton, element), &rest);
}

void states_keep(const struct automaton *automaton, struct states *states,
		 const struct byte_set *set)
{
	struct states out;
	states_clear(automaton, &out);
	for (unsigned state = states_next(automaton, states, 0); state < automaton->n;
	     state = states_next(automaton, states, state + 1)) {
		const struct element *element = &automaton->element[state];
		if (element->kind == ELEMENT_RUN &&
		    set_covers(automaton_set(automaton, element), set))
			states_enter(automaton, &out, state);
		else if (element->kind == ELEMENT_DEEP || element->kind == ELEMENT_REST)
			states_add(&out, state);
		if (element->kind == ELEMENT_DEEP && is_any_component(automaton, state + 1, set))
			states_enter(automaton, &out, state + 1);
	}
	states_copy(automaton, states, &out);
}

void states_enter_joined(const struct automaton *automaton, struct states *states)
{
	const uint64_t *joined = mask_of(automaton, MASK_JOINED);
	struct states entered;
	uint64_t carry = 0;
	for (unsigned i = 0; i < automaton->words; i++) {
		uint64_t at = states->bits[i] & joined[i];
		entered.bits[i] = at << 1 | carry;
		carry = at >> 63;
	}
	enter_all(automaton, &entered);
	states_join(automaton, states, &entered);
}
