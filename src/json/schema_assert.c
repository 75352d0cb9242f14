/* SPDX-License-Identifier: Apache-2.0
 *
 * Keywords that look at a value by itself: types, values, lengths, names. See schema_private.h.
 */
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/schema_private.h"

enum { LIST_BYTES = 300 }; /* of alternatives shown in a message */

/* "a, b, c", cut with "..." where it grows too long. */
struct listing {
	struct buf text;
	bool cut;
};

static void listing_add(struct listing *list, struct str item)
{
	if (list->cut)
		return;
	list->cut = list->text.n + item.n > LIST_BYTES;
	buf_add_c(&list->text, list->text.n ? ", " : "");
	buf_add(&list->text, list->cut ? STR("...") : item);
}

static const struct {
	const char *type, *shown;
	json_type kind;
} types[] = {
	{"null", "null", JSON_NULL},       {"boolean", "true or false", JSON_TRUE},
	{"boolean", "", JSON_FALSE},       {"integer", "a whole number", JSON_INTEGER},
	{"number", "a number", JSON_REAL}, {"string", "a string", JSON_STRING},
	{"array", "a list", JSON_ARRAY},   {"object", "an object", JSON_OBJECT},
};

bool json_is_type(const json_t *value, struct str type)
{
	if (json_is_number(value))
		return str_is(type, "number") ||
		       (str_is(type, "integer") && number_is_whole(value));
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].kind == json_typeof(value))
			return str_is(type, types[i].type);
	return false;
}

static const char *shown_type(struct str type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (str_is(type, types[i].type))
			return types[i].shown;
	return "";
}

static const char *shown_kind(const json_t *value)
{
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	return json_is_number(value) ? "a number" : shown_type(str_from(json_type_name(value)));
}

bool check_type(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const json_t *type;
	size_t i;
	if (json_is_string(rule->value) && json_is_type(frame->value, json_str(rule->value)))
		return true;
	json_array_foreach (rule->value, i, type)
		if (json_is_type(frame->value, json_str(type)))
			return true;
	if (run->quiet)
		return false;
	struct listing list = {.cut = false};
	buf_init(&list.text, 2 * LIST_BYTES);
	if (json_is_string(rule->value))
		listing_add(&list, str_from(shown_type(json_str(rule->value))));
	json_array_foreach (rule->value, i, type)
		listing_add(&list, str_from(shown_type(json_str(type))));
	(void)run_report(run, frame, "type", "this is %s; write %s%s", shown_kind(frame->value),
			 json_array_size(rule->value) > 1 ? "one of: " : "", list.text.p);
	buf_release(&list.text);
	return false;
}

/* A value of the schema, as it would be written. */
static void show_value(struct buf *out, const json_t *value)
{
	struct cavra_error ignored;
	if (json_write_canonical(value, out, &ignored) < 0)
		buf_add_c(out, json_type_name(value));
}

bool check_enum(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const json_t *value;
	size_t i;
	json_array_foreach (rule->value, i, value)
		if (json_same(run, value, frame->value))
			return true;
	if (run->quiet)
		return false;
	struct guess guess = guess_start(json_is_string(frame->value) ? json_str(frame->value)
								      : STR(""));
	struct listing list = {.cut = false};
	buf_init(&list.text, 2 * LIST_BYTES);
	json_array_foreach (rule->value, i, value) {
		CLEANUP_BUF struct buf shown;
		buf_init(&shown, LIST_BYTES);
		show_value(&shown, value);
		listing_add(&list, buf_str(&shown));
		if (json_is_string(value))
			guess_try(&guess, json_str(value));
	}
	if (guess_found(&guess))
		(void)run_report(run, frame, "enum",
				 "unknown value; did you mean \"%.*s\"? Allowed are %s",
				 STR_ARG(guess.best), list.text.p);
	else
		(void)run_report(run, frame, "enum", "unknown value; write one of: %s",
				 list.text.p);
	buf_release(&list.text);
	return false;
}

bool check_const(struct run *run, const struct rule *rule, const struct frame *frame)
{
	if (json_same(run, rule->value, frame->value))
		return true;
	CLEANUP_BUF struct buf shown;
	buf_init(&shown, LIST_BYTES);
	show_value(&shown, rule->value);
	return run_report(run, frame, "const", "another value is expected; write %s", shown.p);
}

bool check_multiple_of(struct run *run, const struct rule *rule, const struct frame *frame)
{
	if (!json_is_number(frame->value) || number_is_multiple(frame->value, rule->value))
		return true;
	CLEANUP_BUF struct buf shown;
	buf_init(&shown, LIST_BYTES);
	show_value(&shown, rule->value);
	return run_report(run, frame, "multipleOf", "no multiple of %s; write one", shown.p);
}

bool check_bound(struct run *run, const struct rule *rule, const struct frame *frame)
{
	static const struct {
		const char *keyword;
		bool less, equal, greater; /* what may be, compared with the bound */
		const char *what;
	} bounds[] = {
		{"maximum", true, true, false, "too large; write at most"},
		{"exclusiveMaximum", true, false, false, "too large; write less than"},
		{"minimum", false, true, true, "too small; write at least"},
		{"exclusiveMinimum", false, false, true, "too small; write more than"},
	};
	if (!json_is_number(frame->value))
		return true;
	size_t i = 0;
	while (strcmp(bounds[i].keyword, rule->keyword->name) != 0)
		i++;
	int order = number_compare(frame->value, rule->value);
	if (order < 0 ? bounds[i].less : order > 0 ? bounds[i].greater : bounds[i].equal)
		return true;
	CLEANUP_BUF struct buf shown;
	buf_init(&shown, LIST_BYTES);
	show_value(&shown, rule->value);
	return run_report(run, frame, rule->keyword->name, "%s %s", bounds[i].what, shown.p);
}

/* Is the count within a max... or min... keyword? unit: "characters". */
static bool check_count(struct run *run, const struct rule *rule, const struct frame *frame,
			size_t count, const char *unit)
{
	double limit = json_number_value(rule->value);
	bool max = str_starts(str_from(rule->keyword->name), STR("max"));
	if (max ? (double)count <= limit : (double)count >= limit)
		return true;
	return run_report(run, frame, rule->keyword->name, "%s %s; write at %s %.0f",
			  max ? "too many" : "too few", unit, max ? "most" : "least", limit);
}

bool check_length(struct run *run, const struct rule *rule, const struct frame *frame)
{
	return !json_is_string(frame->value) ||
	       check_count(run, rule, frame, utf8_count(json_str(frame->value)), "characters");
}

bool check_items_count(struct run *run, const struct rule *rule, const struct frame *frame)
{
	return !json_is_array(frame->value) ||
	       check_count(run, rule, frame, json_array_size(frame->value), "items");
}

bool check_properties_count(struct run *run, const struct rule *rule, const struct frame *frame)
{
	return !json_is_object(frame->value) ||
	       check_count(run, rule, frame, json_object_size(frame->value), "keys");
}

bool check_pattern(struct run *run, const struct rule *rule, const struct frame *frame)
{
	if (!json_is_string(frame->value) ||
	    run_matches_pattern(run, rule->pattern, json_str(frame->value)))
		return true;
	const struct rule *description = node_rule(frame->node, "description");
	if (description)
		return run_report(run, frame, "pattern",
				  "not of the form that is expected; write %s",
				  json_string_value(description->value));
	return run_report(run, frame, "pattern",
			  "not of the form that is expected; write what matches %s",
			  json_string_value(rule->value));
}

struct text_item {
	struct str text;
	size_t index;
};

static int compare_text_items(const void *a, const void *b)
{
	const struct text_item *x = a, *y = b;
	int order = str_compare(x->text, y->text);
	return order ? order : x->index < y->index ? -1 : 1;
}

/* Long lists are lists of texts, and comparing each with each takes too long: equal ones are neighbours
 * once they are sorted. False when that is not such a list, or there is no memory.
 */
static bool find_equal_texts(const json_t *list, size_t *ret_first, size_t *ret_second)
{
	size_t n = json_array_size(list);
	struct text_item *items = calloc(n ? n : 1, sizeof *items);
	bool texts = items != NULL;
	*ret_first = *ret_second = 0;
	for (size_t i = 0; texts && i < n; i++) {
		texts = json_is_string(json_array_get(list, i));
		if (texts)
			items[i] = (struct text_item){json_str(json_array_get(list, i)), i};
	}
	if (texts)
		qsort(items, n, sizeof *items, compare_text_items);
	for (size_t i = 1; texts && i < n && !*ret_second; i++) {
		if (!str_eq(items[i - 1].text, items[i].text))
			continue;
		*ret_first = items[i - 1].index;
		*ret_second = items[i].index;
	}
	free(items);
	return texts;
}

bool check_unique_items(struct run *run, const struct rule *rule, const struct frame *frame)
{
	size_t n = json_array_size(frame->value), first, second;
	if (!json_is_true(rule->value) || n < 2)
		return true;
	if (find_equal_texts(frame->value, &first, &second))
		return !second || run_report(run, frame, "uniqueItems",
					     "items %zu and %zu (from 0) are the same; keep one",
					     first, second);
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i && run->failure == 0; k++)
			if (json_same(run, json_array_get(frame->value, k),
				      json_array_get(frame->value, i)))
				return run_report(
					run, frame, "uniqueItems",
					"items %zu and %zu (from 0) are the same; keep one", k, i);
	return true;
}

static bool check_names(struct run *run, const struct frame *frame, const char *keyword,
			const json_t *names, const char *because)
{
	const json_t *name;
	size_t i;
	bool valid = true;
	json_array_foreach (names, i, name) {
		if (json_object_get(frame->value, json_string_value(name)))
			continue;
		valid = because ? run_report(
					  run, frame, keyword,
					  "the key \"%s\" is missing, which \"%s\" needs; add it",
					  json_string_value(name), because)
				: run_report(run, frame, keyword,
					     "the key \"%s\" is missing; add it",
					     json_string_value(name));
	}
	return valid;
}

bool check_required(struct run *run, const struct rule *rule, const struct frame *frame)
{
	return !json_is_object(frame->value) ||
	       check_names(run, frame, "required", rule->value, NULL);
}

bool check_dependent_required(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const char *key;
	json_t *names;
	bool valid = true;
	if (!json_is_object(frame->value))
		return true;
	json_object_foreach ((json_t *)rule->value, key, names)
		if (json_object_get(frame->value, key) &&
		    !check_names(run, frame, "dependentRequired", names, key))
			valid = false;
	return valid;
}
