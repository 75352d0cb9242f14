/* SPDX-License-Identifier: Apache-2.0
 *
 * Building the elements of one pattern, see automaton.h.
 */
#include "policy/automaton.h"

const struct byte_set byte_set_all = {{~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0}};
const struct byte_set byte_set_no_slash = {
	{~((uint64_t)1 << '/'), ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0}};
static const struct byte_set byte_set_following = {{0, 0, ~(uint64_t)0, 0}};

const struct byte_set *automaton_set(const struct automaton *automaton,
				     const struct element *element)
{
	static const struct byte_set *const common[ELEMENT_SETS] = {
		[ELEMENT_SET_ALL] = &byte_set_all,
		[ELEMENT_SET_NO_SLASH] = &byte_set_no_slash,
		[ELEMENT_SET_FOLLOWING] = &byte_set_following,
	};
	return element->set < ELEMENT_SETS ? common[element->set]
					   : &automaton->sets[element->set - ELEMENT_SETS];
}

void automaton_add(struct automaton_builder *builder, struct element element)
{
	ARENA_PUSH(builder->arena, builder->element, builder->n, builder->cap) = element;
}

uint16_t automaton_add_set(struct automaton_builder *builder, const struct byte_set *set)
{
	ARENA_PUSH(builder->arena, builder->sets, builder->n_sets, builder->sets_cap) = *set;
	return (uint16_t)(ELEMENT_SETS + builder->n_sets - 1);
}

/* The masks that this element's state belongs to, as bits. */
static unsigned masks_of(const struct element *element)
{
	switch ((enum element_kind)element->kind) {
	case ELEMENT_BYTE:
	case ELEMENT_SET:
		return 1u << MASK_ONE;
	case ELEMENT_RUN:
		return 1u << (MASK_RUN + element->set) | 1u << MASK_EMPTY;
	case ELEMENT_DEEP:
		return 1u << MASK_DEEP | 1u << MASK_EMPTY;
	case ELEMENT_SPACE:
		return (element->equals ? 1u << MASK_ONE : 0) |
		       (element->joined ? 1u << MASK_JOINED : 0);
	case ELEMENT_END:
		return 0;
	case ELEMENT_REST:
		return 1u << MASK_REST;
	}
	return 0;
}

bool automaton_finish(const struct automaton_builder *builder, bool fold, struct automaton *ret)
{
	size_t words = (builder->n + 63) / 64;
	if (builder->n == 0 || builder->n > AUTOMATON_ELEMENTS)
		return false;
	uint64_t *masks = ARENA_ARRAY(builder->arena, AUTOMATON_MASKS * words, uint64_t);
	*ret = (struct automaton){
		.element = builder->element,
		.sets = builder->sets,
		.masks = masks,
		.n = (uint16_t)builder->n,
		.n_sets = (uint16_t)builder->n_sets,
		.words = (uint8_t)words,
		.fold = fold,
	};
	for (size_t i = 0; i < builder->n; i++) {
		unsigned in = masks_of(&builder->element[i]);
		for (unsigned mask = 0; mask < AUTOMATON_MASKS; mask++)
			if (in >> mask & 1)
				masks[mask * words + i / 64] |= (uint64_t)1 << (i % 64);
		ret->has_joined |= builder->element[i].joined;
	}
	return true;
}
