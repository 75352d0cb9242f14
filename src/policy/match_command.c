/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands against a compiled list, see match.h.
 *
 * The words are scanned once for the texts that the patterns offered; a pattern whose text was found is run.
 * When words are unknown and nothing must match, the patterns of the program are run one by one.
 */
#include "policy/command_heads.h"
#include "policy/command_run.h"

#include <assert.h>

struct forms {
	struct arena *arena;
	struct command_form *form;
	size_t n, cap;
};

static int add_command(struct forms *forms, struct str text, enum pattern_mood mood, uint32_t index,
		       struct cavra_error *error)
{
	struct command_form fresh[COMMAND_FORMS];
	size_t n;
	int code = command_pattern_parse(forms->arena, text, mood, fresh, &n, error);
	for (size_t i = 0; i < n && code == 0; i++) {
		fresh[i].index = index;
		ARENA_PUSH(forms->arena, forms->form, forms->n, forms->cap) = fresh[i];
	}
	return code;
}

/* "a | b": each stage is a command pattern; its number is kept as the form's index. */
static int add_pipeline(struct arena *arena, struct str text, enum pattern_mood mood,
			struct pipeline_pattern *ret, struct cavra_error *error)
{
	struct forms forms = {.arena = arena};
	struct str stage;
	if (mood == PATTERN_ALLOW)
		return error_set(error, CAVRA_ERR_POLICY,
				 "a pipeline cannot be allowed as a whole; write a pattern for "
				 "each of its commands");
	for (; str_split(&text, '|', &stage); ret->n_stages++) {
		int code = add_command(&forms, stage, mood, (uint32_t)ret->n_stages, error);
		if (code < 0)
			return code;
	}
	ret->form = forms.form;
	ret->n_forms = forms.n;
	return 0;
}

static void index_commands(struct arena *arena, struct pattern_list *list,
			   const struct forms *forms)
{
	struct literal *offers = NULL, *chosen = ARENA_ARRAY(arena, forms->n, struct literal);
	size_t n = 0, cap = 0, used = 0;
	for (size_t i = 0; i < forms->n; i++) {
		size_t before = n;
		command_pattern_offer(arena, &forms->form[i].automaton, (uint32_t)i, &offers, &n,
				      &cap);
		if (n == before) /* every command has one in front */
			ARENA_PUSH(arena, offers, n, cap) = (struct literal){STR(" "), (uint32_t)i};
	}
	literals_choose(offers, n, chosen, forms->n);
	for (size_t i = 0; i < forms->n; i++)
		if (chosen[i].text.n)
			chosen[used++] = chosen[i];
	literals_build(arena, chosen, used, &list->literals);
	form_table_build(arena, forms->form, forms->n, &list->forms);
	command_heads_build(arena, list, forms->form);
}

int command_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			     enum pattern_mood mood, struct pattern_list **ret_list,
			     size_t *ret_bad, struct cavra_error *error)
{
	struct pattern_list *list;
	int code = pattern_list_new(arena, PATTERN_COMMANDS, patterns, n, &list, ret_bad, error);
	if (code < 0)
		return code;
	list->mood = mood;
	struct forms forms = {.arena = arena};
	struct pipeline_pattern *pipeline = ARENA_ARRAY(arena, n, struct pipeline_pattern);
	for (size_t i = 0; i < n && code == 0; i++) {
		*ret_bad = i;
		if (str_find_char(list->source[i], '|') == STR_NPOS) {
			code = add_command(&forms, list->source[i], mood, (uint32_t)i, error);
			continue;
		}
		pipeline[list->n_pipelines].index = (uint32_t)i;
		code = add_pipeline(arena, list->source[i], mood, &pipeline[list->n_pipelines++],
				    error);
	}
	if (code < 0)
		return code;
	*ret_bad = 0;
	list->pipeline = pipeline;
	index_commands(arena, list, &forms);
	*ret_list = list;
	return 0;
}

struct scan {
	const struct pattern_list *list;
	const struct command_word *words;
	size_t n;
	struct arena *arena;
	struct command_orders orders; /* made when first needed: n == 0 */
	struct match_result *best;
	const struct match_filter *filter; /* may be NULL */
	uint32_t node;
};

static const struct command_orders *orders_of(struct scan *scan)
{
	if (scan->orders.n == 0)
		command_orders_make(scan->arena, scan->words, scan->n,
				    scan->list->mood == PATTERN_DENY, &scan->orders);
	return &scan->orders;
}

static void try_form(struct scan *scan, const struct form_row *form)
{
	if (match_is_settled(scan->best, form->index))
		return;
	struct automaton automaton = form_automaton(&scan->list->forms, form);
	enum match match = command_run(&automaton, orders_of(scan));
	const struct match_filter *filter = scan->filter;
	if (filter && match == MATCH_MUST &&
	    !filter->accepts(filter->context, scan->list->source[form->index]))
		return;
	match_join(scan->list, scan->best, match, form->index);
}

static void try_hits(struct scan *scan, uint32_t first)
{
	const struct literals *literals = &scan->list->literals;
	for (uint32_t i = first; i != LITERAL_NONE; i = literals->hit[i].next)
		try_form(scan, &scan->list->forms.row[literals->hit[i].id]);
}

static void scan_space(struct scan *scan)
{
	const struct literals *literals = &scan->list->literals;
	scan->node = literals_step(literals, scan->node, ' ');
	try_hits(scan, literals->node[scan->node].hits);
}

static void scan_text(struct scan *scan, struct str text)
{
	const struct literals literals = scan->list->literals;
	uint32_t node = scan->node;
	for (size_t i = 0; i < text.n; i++) {
		if (!node && (i = literals_skip(&literals, text, i, false)) == text.n)
			break;
		/* A space inside a word is not one between words. */
		unsigned char byte = text.p[i] == ' ' ? 0xff : (unsigned char)text.p[i];
		node = literals_step(&literals, node, byte);
		if (literals.node[node].hits != LITERAL_NONE)
			try_hits(scan, literals.node[node].hits);
	}
	scan->node = node;
}

/* Finds what must match. Every text that a pattern offered must stand in known text for that. */
static void scan_words(struct scan *scan)
{
	for (size_t i = 0; i < scan->n; i++) {
		if (scan->words[i].many)
			scan->node = 0;
		scan_space(scan);
		struct value value = scan->words[i].value;
		for (size_t k = 0; k < value.n; k++) {
			if (value.seg[k].kind == SEG_TEXT)
				scan_text(scan, value.seg[k].text);
			else
				scan->node = 0;
		}
	}
	scan_space(scan);
}

static bool are_known(const struct command_word *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].many || !value_is_known(words[i].value))
			return false;
	return true;
}

/* Only the first pattern that may match is wanted. */
static bool try_possible(void *context, const struct form_row *form)
{
	struct scan *scan = context;
	if (scan->best->match != MATCH_NO && form->index >= scan->best->index)
		return false;
	try_form(scan, form);
	return true;
}

static struct match_result match_words(const struct pattern_list *list,
				       const struct command_word *words, size_t n, bool surely,
				       struct arena *arena, const struct match_filter *filter)
{
	struct match_result best = MATCH_NOTHING;
	if (!list || n == 0 || !list->literals.node || command_heads_lack(list, words))
		return best;
	assert(list->kind == PATTERN_COMMANDS);
	struct scan scan = {.list = list,
			    .words = words,
			    .n = n,
			    .arena = arena,
			    .best = &best,
			    .filter = filter};
	scan_words(&scan);
	if (best.match == MATCH_MUST || surely || are_known(words, n))
		return best;
	best = MATCH_NOTHING;
	command_heads_visit(list, words, n, try_possible, &scan);
	return best;
}

struct match_result command_match(const struct pattern_list *list, const struct command_word *words,
				  size_t n, struct arena *arena)
{
	return match_words(list, words, n, false, arena, NULL);
}

struct match_result command_match_surely(const struct pattern_list *list,
					 const struct command_word *words, size_t n,
					 struct arena *arena, const struct match_filter *filter)
{
	struct match_result best = match_words(list, words, n, true, arena, filter);
	return best.match == MATCH_MUST ? best : MATCH_NOTHING;
}

bool pattern_list_has_pipelines(const struct pattern_list *list)
{
	return list && list->n_pipelines > 0;
}

/* The best match of any form of a pattern's stage. */
static enum match match_stage(const struct pipeline_pattern *pattern, size_t stage,
			      const struct command_orders *orders)
{
	enum match best = MATCH_NO;
	for (size_t i = 0; i < pattern->n_forms && best != MATCH_MUST; i++) {
		if (pattern->form[i].index != stage)
			continue;
		enum match match = command_run(&pattern->form[i].automaton, orders);
		if (match > best)
			best = match;
	}
	return best;
}

/* Do the pattern's stages match stages of the pipeline in order, each at least so surely? */
static bool match_in_order(const struct pipeline_pattern *pattern,
			   const struct command_orders *orders, size_t n, enum match least)
{
	size_t stage = 0;
	for (size_t i = 0; i < n && stage < pattern->n_stages; i++)
		if (match_stage(pattern, stage, &orders[i]) >= least)
			stage++;
	return stage == pattern->n_stages;
}

struct match_result pipeline_match(const struct pattern_list *list,
				   const struct pipeline_stage *stages, size_t n,
				   struct arena *arena)
{
	struct match_result best = MATCH_NOTHING;
	if (!pattern_list_has_pipelines(list))
		return best;
	struct command_orders *orders = ARENA_ARRAY(arena, n, struct command_orders);
	for (size_t i = 0; i < n; i++)
		command_orders_make(arena, stages[i].words, stages[i].n, true, &orders[i]);
	for (size_t i = 0; i < list->n_pipelines; i++) {
		const struct pipeline_pattern *pattern = &list->pipeline[i];
		if (match_is_settled(&best, pattern->index))
			continue;
		if (match_in_order(pattern, orders, n, MATCH_MUST))
			match_join(list, &best, MATCH_MUST, pattern->index);
		else if (match_in_order(pattern, orders, n, MATCH_MAY))
			match_join(list, &best, MATCH_MAY, pattern->index);
	}
	return best;
}
