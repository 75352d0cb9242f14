/* SPDX-License-Identifier: Apache-2.0
 *
 * Collecting and choosing, see suggestions.h.
 */
#include "cli/suggestions.h"

#include <stdlib.h>

#include "base/limits.h"

int suggestions_init(struct suggestions *s, struct cavra_error *error)
{
	*s = (struct suggestions){
		.index = json_object(),
		.need_index = json_object(),
		.pattern = calloc(LIMIT_SUGGESTIONS, sizeof *s->pattern),
		.need = calloc(LIMIT_SUGGESTIONS, sizeof *s->need),
	};
	arena_init(&s->arena, LIMIT_DECISION_MEMORY);
	if (s->index && s->need_index && s->pattern && s->need)
		return 0;
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

void suggestions_release(struct suggestions *s)
{
	json_decref(s->index);
	json_decref(s->need_index);
	free(s->pattern);
	free(s->need);
	arena_release(&s->arena);
}

/* ---- collecting ---- */

/* Its number; LIMIT_SUGGESTIONS when there is no room for another one. */
static size_t number_of(json_t *index, struct str text, size_t next, bool *ret_new)
{
	json_t *known = json_object_getn(index, text.p, text.n);
	*ret_new = !known;
	if (known)
		return (size_t)json_integer_value(known);
	if (next == LIMIT_SUGGESTIONS ||
	    json_object_setn_new(index, text.p, text.n, json_integer((json_int_t)next)) < 0)
		return LIMIT_SUGGESTIONS;
	return next;
}

static size_t pattern_number(struct suggestions *s, struct str text, bool general)
{
	bool is_new;
	size_t i = number_of(s->index, text, s->n_patterns, &is_new);
	if (i == LIMIT_SUGGESTIONS || !is_new)
		return i;
	struct suggestion *pattern = &s->pattern[s->n_patterns++];
	pattern->pattern = arena_printf(&s->arena, "%.*s", STR_ARG(text));
	pattern->general = general;
	pattern->unsafe = general && s->is_unsafe(s->context, pattern->pattern);
	return i;
}

/* The safe general ones, else the command itself. False: no room. */
static bool find_patterns(struct suggestions *s, const struct str *text, size_t n,
			  struct suggestion_need *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < n; i++) {
		bool general = i + 1 < n;
		if (!general && ret->n)
			return true;
		size_t number = pattern_number(s, text[i], general);
		if (number == LIMIT_SUGGESTIONS)
			return false;
		if (!s->pattern[number].unsafe)
			ret->pattern[ret->n++] = (unsigned)number;
	}
	return ret->n > 0;
}

static void add_example(struct arena *arena, struct suggestion_need *need, struct str text)
{
	if (need->n_examples == SUGGESTION_EXAMPLES)
		return;
	for (size_t i = 0; i < need->n_examples; i++)
		if (str_eq(need->example[i], text))
			return;
	need->example[need->n_examples++] = arena_printf(arena, "%.*s", STR_ARG(text));
}

/* False: there is no room. */
static bool note_need(struct suggestions *s, const struct finding *finding, const struct str *text,
		      size_t n)
{
	struct suggestion_need found = {.n = 0};
	bool is_new;
	if (!find_patterns(s, text, n, &found))
		return false;
	/* The narrowest names it. */
	struct str key = s->pattern[found.pattern[found.n - 1]].pattern;
	size_t i = number_of(s->need_index, key, s->n_needs, &is_new);
	if (i == LIMIT_SUGGESTIONS)
		return false;
	if (is_new) {
		s->need[i] = found;
		s->n_needs++;
	}
	struct suggestion_need *need = &s->need[i];
	need->count += need->last != s->asked;
	need->last = s->asked;
	add_example(&s->arena, need, finding->effect->shown);
	return true;
}

static void note(struct suggestions *s, const struct decision *decision)
{
	enum suggest_bar bar = suggest_bar_of(decision);
	bool room = true;
	s->asked++;
	for (size_t i = 0; i < decision->n_findings && bar == SUGGEST_NONE && room; i++) {
		struct str text[SUGGEST_PATTERNS];
		if (!suggest_is_question(&decision->findings[i]))
			continue;
		size_t n = suggest_patterns(&s->arena, &decision->findings[i], text);
		if (n)
			room = note_need(s, &decision->findings[i], text, n);
		else
			bar = SUGGEST_WORDS;
	}
	s->bars[bar] += room;
	s->others += !room;
}

int suggestions_note(struct suggestions *s, const struct decision *decision,
		     struct cavra_error *error)
{
	if (setjmp(s->arena.on_full)) {
		s->arena.armed = false;
		return error_set(error, CAVRA_ERR_MEMORY, "not enough memory for suggestions");
	}
	s->arena.armed = true;
	note(s, decision);
	s->arena.armed = false;
	return 0;
}

/* ---- choosing ---- */

static void count_unmet(struct suggestions *s)
{
	for (size_t i = 0; i < s->n_patterns; i++)
		if (!s->pattern[i].chosen)
			s->pattern[i].count = 0;
	for (size_t i = 0; i < s->n_needs; i++)
		for (size_t k = 0; k < s->need[i].n && !s->need[i].met; k++)
			s->pattern[s->need[i].pattern[k]].count += s->need[i].count;
}

/* NULL: nothing is left. */
static struct suggestion *best_of(struct suggestions *s)
{
	struct suggestion *best = NULL;
	for (size_t i = 0; i < s->n_patterns; i++) {
		struct suggestion *one = &s->pattern[i];
		if (one->chosen || !one->count)
			continue;
		if (!best || one->count > best->count ||
		    (one->count == best->count && one->pattern.n > best->pattern.n))
			best = one;
	}
	return best;
}

static void meet(struct suggestions *s, struct suggestion *chosen)
{
	chosen->chosen = true;
	for (size_t i = 0; i < s->n_needs; i++) {
		struct suggestion_need *need = &s->need[i];
		bool meets = false;
		for (size_t k = 0; k < need->n && !need->met; k++)
			meets |= &s->pattern[need->pattern[k]] == chosen;
		need->met |= meets;
		for (size_t k = 0;
		     meets && k < need->n_examples && chosen->n_examples < SUGGESTION_EXAMPLES; k++)
			chosen->example[chosen->n_examples++] = need->example[k];
	}
}

void suggestions_choose(struct suggestions *s)
{
	for (;;) {
		count_unmet(s);
		struct suggestion *best = best_of(s);
		if (!best)
			return;
		meet(s, best);
	}
}

/* ---- what they did ---- */

void suggestions_note_answer(struct suggestions *s, const struct decision *decision)
{
	for (size_t i = 0; i < decision->n_findings; i++) {
		struct str pattern = decision->findings[i].pattern;
		json_t *number = pattern.n ? json_object_getn(s->index, pattern.p, pattern.n)
					   : NULL;
		if (number)
			s->pattern[json_integer_value(number)].answers = true;
	}
}

void suggestions_drop_idle(struct suggestions *s)
{
	for (size_t i = 0; i < s->n_patterns; i++) {
		struct suggestion *one = &s->pattern[i];
		if (!one->chosen || one->answers)
			continue;
		one->chosen = false;
		s->unanswered += one->count;
	}
}
