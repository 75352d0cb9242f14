/* SPDX-License-Identifier: Apache-2.0
 *
 * Pattern lists in an image, and the checks that keep matching inside its tables: indices, and that what is
 * followed from one to the next comes to an end.
 */
#include <assert.h>

#include "base/limits.h"
#include "policy/image_walk.h"

/* A new member is to be walked too; then this changes. */
static_assert(sizeof(struct automaton) == 32 && sizeof(struct literals) == 48 &&
		      sizeof(struct path_pattern) == 64 && sizeof(struct command_form) == 80 &&
		      sizeof(struct program_forms) == 32 && sizeof(struct pipeline_pattern) == 32 &&
		      sizeof(struct name_pattern) == 40 && sizeof(struct form_row) == 24 &&
		      sizeof(struct form_table) == 48 && sizeof(struct host_range) == 24 &&
		      sizeof(struct pattern_list) == 264,
	      "what image_list.c knows");

/* ---- one pattern ---- */

static bool elements_are_sound(const struct automaton *automaton)
{
	unsigned wrong = 0, sets = ELEMENT_SETS + automaton->n_sets;
	for (size_t i = 0; i < automaton->n; i++)
		wrong |= (automaton->element[i].kind > ELEMENT_REST) |
			 (automaton->element[i].set >= sets);
	return !wrong;
}

/* The last state takes nothing and stands for something, so that no set of states ever has one behind it. */
static bool ends(const struct automaton *automaton)
{
	size_t last = automaton->n - 1u, word = last / 64;
	enum element_kind kind = (enum element_kind)automaton->element[last].kind;
	const uint64_t *one = automaton->masks + (size_t)MASK_ONE * automaton->words;
	const uint64_t *empty = automaton->masks + (size_t)MASK_EMPTY * automaton->words;
	uint64_t behind = ~(uint64_t)0 << (last % 64);
	return (kind == ELEMENT_END || kind == ELEMENT_REST) && !(one[word] & behind) &&
	       !(empty[word] & behind);
}

static void walk_automaton(struct walk *walk, struct automaton *automaton)
{
	WALK_NUMBER(walk, automaton->n, AUTOMATON_ELEMENTS);
	if (automaton->n == 0)
		return;
	WALK_NUMBER(walk, automaton->n_sets, AUTOMATON_ELEMENTS);
	WALK_NUMBER(walk, automaton->words, AUTOMATON_WORDS);
	WALK_NUMBER(walk, automaton->fold, 1);
	WALK_NUMBER(walk, automaton->has_joined, 1);
	walk_check(walk, automaton->words == (automaton->n + 63u) / 64);
	WALK_ROW(walk, automaton->element, automaton->n);
	WALK_ROW(walk, automaton->sets, automaton->n_sets);
	WALK_ROW(walk, automaton->masks, (size_t)AUTOMATON_MASKS * automaton->words);
	walk_check(walk, elements_are_sound(automaton) && ends(automaton));
}

/* ---- forms of commands ---- */

static bool form_is_sound(const struct form_table *table, const struct form_row *row)
{
	size_t masks = (size_t)AUTOMATON_MASKS * row->words;
	bool inside = (uint64_t)row->element + row->n <= table->n_elements &&
		      (uint64_t)row->set + row->n_sets <= table->n_sets &&
		      row->mask + masks <= table->n_masks;
	if (!inside || row->n == 0 || row->n > AUTOMATON_ELEMENTS ||
	    row->words != (row->n + 63u) / 64)
		return false;
	const struct automaton automaton = form_automaton(table, row);
	return elements_are_sound(&automaton) && ends(&automaton);
}

static void walk_forms(struct walk *walk, struct form_table *table, size_t n_indices)
{
	WALK_NUMBER(walk, table->n, LIMIT_POLICY_RULES * COMMAND_FORMS);
	if (table->n == 0)
		return;
	WALK_NUMBER(walk, table->n_elements, UINT32_MAX);
	WALK_NUMBER(walk, table->n_sets, UINT32_MAX);
	WALK_NUMBER(walk, table->n_masks, UINT32_MAX);
	WALK_ROW(walk, table->row, table->n);
	WALK_ROW(walk, table->element, table->n_elements);
	WALK_ROW(walk, table->set, table->n_sets);
	WALK_ROW(walk, table->mask, table->n_masks);
	for (size_t i = 0; i < table->n; i++)
		walk_check(walk,
			   table->row[i].index < n_indices && form_is_sound(table, &table->row[i]));
}

/* ---- literal texts ---- */

/* Below n, or LITERAL_NONE. */
static bool is_index(uint32_t index, uint32_t n)
{
	return (uint32_t)(index + 1) <= n;
}

/* Fail links lead back to the first node, which has a row, so that following them comes to an end. */
static bool nodes_are_sound(const struct literals *set)
{
	unsigned wrong = set->n_nodes != 0 &&
			 (set->node[0].fail != 0 || set->node[0].row == LITERAL_NONE);
	for (uint32_t i = 0; i < set->n_nodes; i++) {
		const struct literal_node *node = &set->node[i];
		wrong |= (i > 0) & (node->fail >= i);
		wrong |= (uint64_t)node->first + node->n > set->n_nodes;
		wrong |= !is_index(node->hits, set->n_hits);
		wrong |= !is_index(node->row, set->n_rows);
	}
	return !wrong;
}

/* Each next hit is of a shorter text, or of the same text and a later pattern. */
static bool hit_is_sound(const struct literals *set, uint32_t at, size_t n_ids)
{
	const struct literal_hit *hit = &set->hit[at];
	if (hit->id >= n_ids || !is_index(hit->next, set->n_hits))
		return false;
	if (hit->next == LITERAL_NONE)
		return true;
	const struct literal_hit *next = &set->hit[hit->next];
	return next->length < hit->length || (next->length == hit->length && next->id > hit->id);
}

static bool row_is_sound(const struct literals *set, const uint32_t *row)
{
	uint32_t wrong = 0;
	for (size_t i = 0; i < LITERAL_ROW; i++)
		wrong |= row[i] >= set->n_nodes;
	return !wrong;
}

static bool literals_are_sound(const struct literals *set, size_t n_ids)
{
	bool sound = nodes_are_sound(set);
	for (size_t i = 0; i < set->n_rows; i++)
		sound &= row_is_sound(set, set->rows + i * LITERAL_ROW);
	for (uint32_t i = 0; sound && i < set->n_hits; i++)
		sound = hit_is_sound(set, i, n_ids);
	return sound;
}

static void walk_literals(struct walk *walk, struct literals *set, size_t n_ids)
{
	WALK_NUMBER(walk, set->n_nodes, LITERAL_NONE - 1);
	WALK_NUMBER(walk, set->n_rows, LITERAL_NONE - 1);
	WALK_NUMBER(walk, set->n_hits, LITERAL_NONE - 1);
	WALK_ROW(walk, set->node, set->n_nodes);
	WALK_ROW(walk, set->label, set->n_nodes);
	WALK_ROW(walk, set->rows, (size_t)set->n_rows * LITERAL_ROW);
	WALK_ROW(walk, set->hit, set->n_hits);
	walk_check(walk, literals_are_sound(set, n_ids));
}

/* What is found must have something to run. */
static bool hits_can_run(const struct literals *set, const struct automaton *first, size_t stride)
{
	for (uint32_t i = 0; i < set->n_hits; i++) {
		const char *at = (const char *)first + set->hit[i].id * stride;
		if (((const struct automaton *)(const void *)at)->n == 0)
			return false;
	}
	return true;
}

/* ---- kinds of lists ---- */

static void walk_path(struct walk *walk, struct path_pattern *path, size_t i, size_t n)
{
	walk_automaton(walk, &path->automaton);
	WALK_NUMBER(walk, path->exception, PATTERN_NONE);
	WALK_NUMBER(walk, path->is_exception, 1);
	WALK_NUMBER(walk, path->is_header, 1);
	WALK_NUMBER(walk, path->floating, 1);
	WALK_NUMBER(walk, path->absolute, 1);
	WALK_NUMBER(walk, path->exact, 1);
	WALK_NUMBER(walk, path->at_front, 1);
	WALK_NUMBER(walk, path->simple, 1);
	WALK_NUMBER(walk, path->star_front, 1);
	WALK_NUMBER(walk, path->star_end, 1);
	WALK_TEXT(walk, path->core);
	bool chained = path->exception == PATTERN_NONE ||
		       (path->exception > i && path->exception < n);
	walk_check(walk, chained && (path->automaton.n || path->is_header) &&
				 (path->core.n || !path->simple));
}

static void walk_paths(struct walk *walk, struct pattern_list *list)
{
	struct path_pattern *path = walk_structs(walk, list->path, list->n, sizeof *path);
	for (size_t i = 0; i < list->n; i++)
		walk_path(walk, &path[i], i, list->n);
	for (size_t i = 0; i < list->n; i++)
		walk_check(walk, path[i].exception == PATTERN_NONE ||
					 path[path[i].exception].automaton.n);
	if (list->n)
		walk_check(walk, hits_can_run(&list->literals, &path->automaton, sizeof *path));
	if (!walk->out)
		list->path = path;
}

static void walk_stages(struct walk *walk, struct pipeline_pattern *pipeline)
{
	struct command_form *form = walk_structs(walk, pipeline->form, pipeline->n_forms,
						 sizeof *form);
	for (size_t i = 0; i < pipeline->n_forms; i++) {
		walk_automaton(walk, &form[i].automaton);
		WALK_NUMBER(walk, form[i].index, pipeline->n_stages - 1);
		walk_check(walk, form[i].automaton.n != 0);
	}
	if (!walk->out)
		pipeline->form = form;
}

static void walk_pipelines(struct walk *walk, struct pattern_list *list)
{
	WALK_NUMBER(walk, list->n_pipelines, list->n);
	struct pipeline_pattern *pipeline = walk_structs(walk, list->pipeline, list->n_pipelines,
							 sizeof *pipeline);
	for (size_t i = 0; i < list->n_pipelines; i++) {
		WALK_NUMBER(walk, pipeline[i].n_stages, LIMIT_PATTERN_BYTES + 1);
		WALK_NUMBER(walk, pipeline[i].n_forms, LIMIT_PATTERN_BYTES * COMMAND_FORMS);
		WALK_NUMBER(walk, pipeline[i].index, list->n - 1);
		walk_stages(walk, &pipeline[i]);
	}
	if (!walk->out)
		list->pipeline = pipeline;
}

static void walk_programs(struct walk *walk, struct pattern_list *list)
{
	WALK_ROW(walk, list->by_program, list->forms.n);
	for (size_t i = 0; i < list->forms.n; i++)
		walk_check(walk, list->by_program[i] < list->forms.n);
	WALK_NUMBER(walk, list->n_programs, list->forms.n);
	struct program_forms *program = walk_structs(walk, list->programs, list->n_programs,
						     sizeof *program);
	for (size_t i = 0; i < list->n_programs; i++) {
		WALK_TEXT(walk, program[i].program);
		WALK_NUMBER(walk, program[i].to, list->forms.n);
		WALK_NUMBER(walk, program[i].operands, program[i].to);
		WALK_NUMBER(walk, program[i].from, program[i].operands);
	}
	if (!walk->out)
		list->programs = program;
}

static void walk_commands(struct walk *walk, struct pattern_list *list)
{
	walk_programs(walk, list);
	walk_literals(walk, &list->heads, list->forms.n);
	walk_pipelines(walk, list);
}

static void walk_names(struct walk *walk, struct pattern_list *list)
{
	struct name_pattern *name = walk_structs(walk, list->name, list->n, sizeof *name);
	for (size_t i = 0; i < list->n; i++) {
		walk_automaton(walk, &name[i].automaton);
		WALK_NUMBER(walk, name[i].exact, 1);
	}
	if (list->n)
		walk_check(walk, hits_can_run(&list->literals, &name->automaton, sizeof *name));
	if (!walk->out)
		list->name = name;
}

static void walk_texts(struct walk *walk, const struct str **texts, size_t n)
{
	struct str *text = walk_structs(walk, *texts, n, sizeof *text);
	for (size_t i = 0; i < n; i++)
		WALK_TEXT(walk, text[i]);
	if (!walk->out)
		*texts = text;
}

static void walk_hosts(struct walk *walk, struct pattern_list *list)
{
	walk_names(walk, list);
	walk_texts(walk, &list->name_text, list->n);
	WALK_ROW(walk, list->port, list->n);
	WALK_NUMBER(walk, list->n_ranges, list->n);
	WALK_ROW(walk, list->range, list->n_ranges);
	for (size_t i = 0; i < list->n_ranges; i++)
		walk_check(walk, list->range[i].index < list->n &&
					 list->range[i].bits <= sizeof list->range[i].address * 8);
}

static void walk_present(struct walk *walk, struct pattern_list *list)
{
	WALK_NUMBER(walk, list->mood, PATTERN_ALLOW);
	WALK_NUMBER(walk, list->ignore_case, 1);
	WALK_NUMBER(walk, list->n, LIMIT_POLICY_RULES);
	walk_check(walk, list->n > 0);
	walk_forms(walk, &list->forms, list->n);
	walk_texts(walk, &list->source, list->n);
	walk_literals(walk, &list->literals,
		      list->kind == PATTERN_COMMANDS ? list->forms.n : list->n);
	switch (list->kind) {
	case PATTERN_PATHS:
		walk_paths(walk, list);
		break;
	case PATTERN_COMMANDS:
		walk_commands(walk, list);
		break;
	case PATTERN_NAMES:
		walk_names(walk, list);
		break;
	case PATTERN_HOSTS:
		walk_hosts(walk, list);
		break;
	}
}

void walk_list(struct walk *walk, struct pattern_list **list, int kind)
{
	bool present = walk_number(walk, *list != NULL, 1);
	if (present && !walk->out)
		*list = ARENA_NEW(walk->arena, struct pattern_list);
	if (!present || !*list)
		return;
	WALK_NUMBER(walk, (*list)->kind, PATTERN_HOSTS);
	walk_check(walk, kind == ANY_KIND || (int)(*list)->kind == kind);
	walk_present(walk, *list);
}
