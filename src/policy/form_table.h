/* SPDX-License-Identifier: Apache-2.0
 *
 * The forms of a list of command patterns as rows without pointers and without padding: they lie close together in
 * memory, and images are read in place. A form is run after its automaton was put together, which costs a few
 * instructions.
 */
#ifndef CAVRA_POLICY_FORM_TABLE_H
#define CAVRA_POLICY_FORM_TABLE_H

#include "policy/automaton.h"

struct form_row {
	uint32_t element, set, mask; /* where those of its automaton start */
	uint16_t n, n_sets;          /* of elements, of own sets */
	uint8_t words, fold, has_joined, unused;
	uint32_t index; /* of the pattern */
};

struct form_table {
	const struct form_row *row; /* in order of their patterns */
	const struct element *element;
	const struct byte_set *set;
	const uint64_t *mask;
	uint32_t n, n_elements, n_sets, n_masks;
};

struct command_form;

void form_table_build(struct arena *arena, const struct command_form *form, size_t n,
		      struct form_table *ret);

static inline struct automaton form_automaton(const struct form_table *table,
					      const struct form_row *row)
{
	return (struct automaton){
		.element = table->element + row->element,
		.sets = table->set + row->set,
		.masks = table->mask + row->mask,
		.n = row->n,
		.n_sets = row->n_sets,
		.words = row->words,
		.fold = row->fold != 0,
		.has_joined = row->has_joined != 0,
	};
}

#endif
