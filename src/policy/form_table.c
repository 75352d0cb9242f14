/* SPDX-License-Identifier: Apache-2.0
 *
 * Filling a table of forms, see form_table.h.
 */
#include "policy/form_table.h"

#include "policy/pattern_list.h"

/* The tables while they are filled. */
struct rows {
	struct form_row *row;
	struct element *element;
	struct byte_set *set;
	uint64_t *mask;
};

static size_t n_masks(const struct automaton *automaton)
{
	return (size_t)AUTOMATON_MASKS * automaton->words;
}

static void count(const struct command_form *form, size_t n, struct form_table *table)
{
	table->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		table->n_elements += form[i].automaton.n;
		table->n_sets += form[i].automaton.n_sets;
		table->n_masks += (uint32_t)n_masks(&form[i].automaton);
	}
}

static struct form_row describe(const struct command_form *form, const struct form_row *before)
{
	const struct automaton *automaton = &form->automaton;
	struct form_row row = {
		.n = automaton->n,
		.n_sets = automaton->n_sets,
		.words = automaton->words,
		.fold = automaton->fold,
		.has_joined = automaton->has_joined,
		.index = form->index,
	};
	if (before) {
		row.element = before->element + before->n;
		row.set = before->set + before->n_sets;
		row.mask = before->mask + (uint32_t)AUTOMATON_MASKS * before->words;
	}
	return row;
}

static void fill(const struct rows *rows, const struct command_form *form, size_t i)
{
	const struct automaton *automaton = &form->automaton;
	rows->row[i] = describe(form, i ? &rows->row[i - 1] : NULL);
	const struct form_row *row = &rows->row[i];
	memcpy(rows->element + row->element, automaton->element,
	       automaton->n * sizeof *automaton->element);
	if (automaton->n_sets)
		memcpy(rows->set + row->set, automaton->sets,
		       automaton->n_sets * sizeof *automaton->sets);
	memcpy(rows->mask + row->mask, automaton->masks,
	       n_masks(automaton) * sizeof *automaton->masks);
}

void form_table_build(struct arena *arena, const struct command_form *form, size_t n,
		      struct form_table *ret)
{
	*ret = (struct form_table){.n = 0};
	count(form, n, ret);
	struct rows rows = {
		.row = ARENA_ARRAY(arena, n, struct form_row),
		.element = ARENA_ARRAY(arena, ret->n_elements, struct element),
		.set = ARENA_ARRAY(arena, ret->n_sets, struct byte_set),
		.mask = ARENA_ARRAY(arena, ret->n_masks, uint64_t),
	};
	for (size_t i = 0; i < n; i++)
		fill(&rows, &form[i], i);
	ret->row = rows.row;
	ret->element = rows.element;
	ret->set = rows.set;
	ret->mask = rows.mask;
}
