/* SPDX-License-Identifier: Apache-2.0
 *
 * Command patterns by how they start, see command_heads.h.
 */
#include "policy/command_heads.h"

#include <stdlib.h>

/* By program; of one program those without an operand first. */
static int compare_forms(const void *a, const void *b)
{
	const struct command_form *x = *(const struct command_form *const *)a;
	const struct command_form *y = *(const struct command_form *const *)b;
	int order = str_compare(x->program, y->program);
	if (order == 0)
		order = (x->operand.n != 0) - (y->operand.n != 0);
	return order ? order : (x > y) - (x < y);
}

/* Notes where each program's forms stand. */
static void find_programs(struct arena *arena, struct pattern_list *list,
			  const struct command_form *const *order)
{
	struct program_forms *programs = ARENA_ARRAY(arena, list->forms.n, struct program_forms);
	for (uint32_t i = 0; i < list->forms.n; i++) {
		const struct command_form *form = order[i];
		struct program_forms *last = &programs[list->n_programs - (list->n_programs > 0)];
		if (list->n_programs == 0 || !str_eq(last->program, form->program)) {
			last = &programs[list->n_programs++];
			*last = (struct program_forms){form->program, i, i, i};
		}
		last->operands += form->operand.n == 0;
		last->to = i + 1;
	}
	list->programs = programs;
}

static void sort_forms(struct arena *arena, struct pattern_list *list,
		       const struct command_form *form)
{
	size_t n = list->forms.n;
	const struct command_form **order = ARENA_ARRAY(arena, n, const struct command_form *);
	uint32_t *by_program = ARENA_ARRAY(arena, n, uint32_t);
	for (size_t i = 0; i < n; i++)
		order[i] = &form[i];
	if (n)
		qsort(order, n, sizeof *order, compare_forms);
	for (size_t i = 0; i < n; i++)
		by_program[i] = (uint32_t)(order[i] - form);
	list->by_program = by_program;
	find_programs(arena, list, order);
}

static bool is_printable(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = (unsigned char)text.p[i];
		if (byte <= ' ' || byte >= 127)
			return false;
	}
	return text.n > 0;
}

/* " program operand", with a space behind when the operand is a whole word. */
static struct str head_of(struct arena *arena, const struct command_form *form)
{
	struct str head = arena_join3(arena, STR(" "), form->program, STR(" "));
	return arena_join3(arena, head, form->operand, form->operand_open ? STR("") : STR(" "));
}

void command_heads_build(struct arena *arena, struct pattern_list *list, struct command_form *form)
{
	struct literal *heads = ARENA_ARRAY(arena, list->forms.n, struct literal);
	size_t n = 0;
	for (size_t i = 0; i < list->forms.n; i++) {
		struct str head = head_of(arena, &form[i]);
		if (!is_printable(form[i].program) || !is_printable(form[i].operand) ||
		    head.n > LITERAL_BYTES)
			form[i].operand = STR("");
		if (form[i].operand.n)
			heads[n++] = (struct literal){head, (uint32_t)i};
	}
	literals_build(arena, heads, n, &list->heads);
	sort_forms(arena, list, form);
}

/* NULL when no pattern names this program. */
static const struct program_forms *find_program(const struct pattern_list *list, struct str program)
{
	size_t from = 0, to = list->n_programs;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = str_compare(list->programs[middle].program, program);
		if (order == 0)
			return &list->programs[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

struct visit {
	const struct pattern_list *list;
	command_heads_visitor *visit;
	void *context;
};

static void visit_range(const struct visit *visit, size_t from, size_t to)
{
	const struct pattern_list *list = visit->list;
	while (from < to && visit->visit(visit->context, &list->forms.row[list->by_program[from]]))
		from++;
}

/* Is this word known text? Then *ret is it. */
static bool is_plain(const struct command_word *word, struct str *ret)
{
	if (word->many || word->value.n != 1 || word->value.seg[0].kind != SEG_TEXT)
		return false;
	*ret = word->value.seg[0].text;
	return true;
}

static void visit_hits(const struct visit *visit, uint32_t node)
{
	const struct literals *heads = &visit->list->heads;
	uint32_t i = heads->node[node].hits;
	while (i != LITERAL_NONE &&
	       visit->visit(visit->context, &visit->list->forms.row[heads->hit[i].id]))
		i = heads->hit[i].next;
}

static uint32_t scan_text(const struct visit *visit, uint32_t node, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		/* A space inside a word is not one between words. */
		unsigned char byte = text.p[i] == ' ' ? 0xff : (unsigned char)text.p[i];
		node = literals_step(&visit->list->heads, node, byte);
		visit_hits(visit, node);
	}
	return node;
}

/* Forms that start with the program and this word. */
static void visit_head(const struct visit *visit, struct str program, struct str word)
{
	uint32_t node = 0;
	if (!visit->list->heads.node)
		return;
	node = scan_text(visit, literals_step(&visit->list->heads, node, ' '), program);
	node = scan_text(visit, literals_step(&visit->list->heads, node, ' '), word);
	node = literals_step(&visit->list->heads, node, ' ');
	visit_hits(visit, node);
}

/* Forms of the program that have an operand: by the command's first one, or by what stands in front of it. */
static void visit_operands(const struct visit *visit, const struct program_forms *forms,
			   const struct command_word *words, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct str word;
		if (!is_plain(&words[i], &word)) {
			visit_range(visit, forms->operands, forms->to);
			return;
		}
		visit_head(visit, forms->program, word);
		if (words[i].cls == CW_OPERAND)
			return;
	}
}

bool command_heads_lack(const struct pattern_list *list, const struct command_word *words)
{
	struct str program;
	bool any = list->n_programs && list->programs->program.n == 0;
	return !any && is_plain(&words[0], &program) && program.n && !find_program(list, program);
}

void command_heads_visit(const struct pattern_list *list, const struct command_word *words,
			 size_t n, command_heads_visitor *visitor, void *context)
{
	const struct visit visit = {list, visitor, context};
	const struct program_forms *forms = list->programs;
	struct str program;
	if (!is_plain(&words[0], &program)) {
		for (size_t i = 0; i < list->forms.n; i++)
			if (!visitor(context, &list->forms.row[i]))
				return;
		return;
	}
	if (list->n_programs && forms->program.n == 0) /* any program's */
		visit_range(&visit, forms->from, forms->to);
	forms = program.n ? find_program(list, program) : NULL;
	if (!forms)
		return;
	visit_range(&visit, forms->from, forms->operands);
	visit_operands(&visit, forms, words, n);
}
