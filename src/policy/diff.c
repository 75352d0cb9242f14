/* SPDX-License-Identifier: Apache-2.0
 *
 * The walk over two compiled documents. What a change means is in diff_meaning.c.
 */
#include "policy/diff.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"
#include "policy/diff_meaning.h"
#include "json/json.h"
#include "json/pointer.h"

struct diff {
	struct arena arena;
	const struct policy *before, *after;
	json_t *report; /* owned */
	size_t count[3];
	enum policy_verdict verdict;
	enum cavra_severity risk;
};

static const char *const verdict_names[] = {
	[VERDICT_NEUTRAL] = "neutral",
	[VERDICT_TIGHTENS] = "tightens",
	[VERDICT_LOOSENS] = "loosens",
};

const char *policy_verdict_name(enum policy_verdict verdict)
{
	return verdict_names[verdict];
}

static json_t *must(struct diff *diff, json_t *value)
{
	if (!value)
		longjmp(diff->arena.on_full, 1);
	return value;
}

/* Keeps no reference of its own. */
static void append(struct diff *diff, const char *list, json_t *value)
{
	if (json_array_append_new(json_object_get(diff->report, list), must(diff, value)) < 0)
		(void)must(diff, NULL);
}

/* "/a/b" as "a.b" */
static const char *dotted(struct diff *diff, const char *pointer)
{
	struct str rest = str_from(pointer), step, path = STR("");
	while (pointer_next(&rest, &step)) {
		struct str key = str_from(pointer_step_key(&diff->arena, step));
		path = arena_join3(&diff->arena, path, path.n ? STR(".") : STR(""), key);
	}
	return path.p;
}

static const char *change_name(const struct diff_change *change)
{
	if (!change->before)
		return "added";
	return change->after ? "changed" : "removed";
}

/* One entry of `changes`. */
static void add_change(struct diff *diff, struct diff_change *change)
{
	struct diff_meaning meaning = diff_meaning(change);
	diff->count[meaning.verdict]++;
	if (meaning.verdict > diff->verdict)
		diff->verdict = meaning.verdict;
	if (meaning.risk > diff->risk)
		diff->risk = meaning.risk;
	json_t *entry = must(diff, json_pack("{s:s, s:s}", "path", dotted(diff, change->pointer),
					     "change", change_name(change)));
	append(diff, "changes", entry);
	int failed = 0;
	if (change->of == DIFF_ITEM)
		failed |= json_object_set(entry, "item",
					  change->before ? change->before : change->after);
	if (change->of == DIFF_RULE)
		failed |= json_object_set(
			entry, "rule",
			json_object_get(change->before ? change->before : change->after, "id"));
	if (change->of != DIFF_ITEM) {
		failed |= json_object_set(entry, "before",
					  change->before ? change->before : json_null());
		failed |= json_object_set(entry, "after",
					  change->after ? change->after : json_null());
	}
	failed |= json_object_set_new(entry, "verdict",
				      json_string(policy_verdict_name(meaning.verdict)));
	failed |= json_object_set_new(entry, "risk",
				      json_string(cavra_severity_name(meaning.risk)));
	failed |= json_object_set_new(entry, "reason",
				      json_stringn(meaning.reason.p, meaning.reason.n));
	if (failed)
		(void)must(diff, NULL);
}

static struct diff_change change_at(struct diff *diff, enum diff_of of, const char *pointer,
				    const json_t *before, const json_t *after)
{
	return (struct diff_change){
		.of = of,
		.pointer = pointer,
		/* Only jansson's counters are touched. */
		.before = (json_t *)before,
		.after = (json_t *)after,
		.left = diff->before,
		.right = diff->after,
		.arena = &diff->arena,
	};
}

/* The items of a list by their texts, in an object: items of two lists are then found in one step. */
static json_t *by_text(struct diff *diff, const json_t *list, const char *id_key)
{
	json_t *set = must(diff, json_object());
	append(diff, "kept", set);
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *item = json_array_get(list, i);
		const char *text = json_string_value(id_key ? json_object_get(item, id_key) : item);
		char *other = text ? NULL
				   : json_text(item,
					       JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
		int failed = !text && !other;
		/* A header of an ordered list is no item. */
		if (!failed && !(text && strncmp(text, "--- ", 4) == 0))
			failed = json_object_set(set, text ? text : other, item);
		free(other);
		if (failed)
			(void)must(diff, NULL);
	}
	return set;
}

static size_t diff_lists(struct diff *diff, const char *pointer, const json_t *before,
			 const json_t *after)
{
	bool rules = strcmp(pointer, "/rules") == 0;
	json_t *left = by_text(diff, before, rules ? "id" : NULL), *item;
	json_t *right = by_text(diff, after, rules ? "id" : NULL);
	enum diff_of of = rules ? DIFF_RULE : DIFF_ITEM;
	size_t n = 0;
	const char *key;
	json_object_foreach (left, key, item) {
		const json_t *other = json_object_get(right, key);
		if (other && (!rules || json_equal(item, other)))
			continue;
		struct diff_change change = change_at(diff, of, pointer, item, other);
		add_change(diff, &change);
		n++;
	}
	json_object_foreach (right, key, item) {
		if (json_object_get(left, key))
			continue;
		struct diff_change change = change_at(diff, of, pointer, NULL, item);
		add_change(diff, &change);
		n++;
	}
	return n;
}

static bool has_exceptions(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_starts(json_str(json_array_get(list, i)), STR("!")))
			return true;
	return false;
}

/* Anything but two objects. */
static void diff_leaf(struct diff *diff, const char *pointer, const json_t *before,
		      const json_t *after)
{
	bool lists = (!before || json_is_array(before)) && (!after || json_is_array(after));
	size_t n = 0;
	if (before && after && json_equal(before, after))
		return;
	if (lists)
		n = diff_lists(diff, pointer, before, after);
	/* The same patterns in another order: only exceptions make that mean something. */
	if (!n && lists && before && after && !has_exceptions(before))
		return;
	if (!n) {
		struct diff_change change = change_at(diff, DIFF_VALUE, pointer, before, after);
		add_change(diff, &change);
	}
	append(diff, before ? after ? "changed" : "removed" : "added",
	       json_string(dotted(diff, pointer)));
}

static void diff_values(struct diff *diff, const char *pointer, const json_t *before,
			const json_t *after);

static void diff_objects(struct diff *diff, const char *pointer, const json_t *before,
			 const json_t *after)
{
	json_t *all = must(diff, json_object()), *ignored;
	const char *key;
	append(diff, "kept", all);
	if ((before && json_object_update(all, (json_t *)before) < 0) ||
	    (after && json_object_update(all, (json_t *)after) < 0))
		(void)must(diff, NULL);
	json_object_foreach (all, key, ignored)
		diff_values(diff, pointer_join(&diff->arena, pointer, str_from(key)),
			    json_object_get(before, key), json_object_get(after, key));
}

static void diff_values(struct diff *diff, const char *pointer, const json_t *before,
			const json_t *after)
{
	if ((json_is_object(before) || !before) && (json_is_object(after) || !after))
		diff_objects(diff, pointer, before, after);
	else
		diff_leaf(diff, pointer, before, after);
}

/* ---- the report ---- */

static int by_string(const void *a, const void *b)
{
	const json_t *const *left = a, *const *right = b;
	return str_compare(json_str(*left), json_str(*right));
}

static struct str change_item(const json_t *change)
{
	const json_t *item = json_object_get(change, "item");
	return json_str(item ? item : json_object_get(change, "rule"));
}

static int by_path(const void *a, const void *b)
{
	const json_t *const *left = a, *const *right = b;
	int order = str_compare(json_str(json_object_get(*left, "path")),
				json_str(json_object_get(*right, "path")));
	return order ? order : str_compare(change_item(*left), change_item(*right));
}

static void sort(struct diff *diff, const char *key, int (*compare)(const void *, const void *))
{
	json_t *list = json_object_get(diff->report, key);
	size_t n = json_array_size(list);
	json_t **items = ARENA_ARRAY(&diff->arena, n, json_t *);
	json_t *sorted = must(diff, json_array());
	for (size_t i = 0; i < n; i++)
		items[i] = json_array_get(list, i);
	qsort(items, n, sizeof(json_t *), compare);
	for (size_t i = 0; i < n; i++)
		if (json_array_append(sorted, items[i]) < 0) {
			json_decref(sorted);
			(void)must(diff, NULL);
		}
	if (json_object_set_new(diff->report, key, sorted) < 0)
		(void)must(diff, NULL);
}

static json_t *side(const struct policy *policy)
{
	return json_pack("{s:s%, s:s%, s:s}", "policy_id", policy->id.p, policy->id.n, "version",
			 policy->version.p, policy->version.n, "digest", policy->digest);
}

static void write_totals(struct diff *diff)
{
	json_t *counts = json_pack("{s:I, s:I, s:I}", "tightens",
				   (json_int_t)diff->count[VERDICT_TIGHTENS], "loosens",
				   (json_int_t)diff->count[VERDICT_LOOSENS], "neutral",
				   (json_int_t)diff->count[VERDICT_NEUTRAL]);
	if (json_object_set_new(diff->report, "counts", counts) < 0 ||
	    json_object_set_new(diff->report, "verdict",
				json_string(policy_verdict_name(diff->verdict))) < 0 ||
	    json_object_set_new(diff->report, "risk",
				json_string(cavra_severity_name(diff->risk))) < 0 ||
	    json_object_del(diff->report, "kept") < 0)
		(void)must(diff, NULL);
}

static int run(struct diff *diff, struct cavra_error *error)
{
	if (setjmp(diff->arena.on_full))
		return error_set(error, CAVRA_ERR_LIMIT,
				 "comparing the policies needs more than %zu bytes of memory, or "
				 "there is not enough",
				 LIMIT_POLICY_MEMORY);
	diff->arena.armed = true;
	diff->report = must(diff, json_pack("{s:s, s:o, s:o, s:[], s:[], s:[], s:[], s:[]}",
					    "schema_version", "cavra.policy-diff.v1", "left",
					    side(diff->before), "right", side(diff->after), "added",
					    "removed", "changed", "changes", "kept"));
	diff_values(diff, "", diff->before->document, diff->after->document);
	sort(diff, "added", by_string);
	sort(diff, "removed", by_string);
	sort(diff, "changed", by_string);
	sort(diff, "changes", by_path);
	write_totals(diff);
	return 0;
}

int policy_diff(const struct policy *before, const struct policy *after, json_t **ret_report,
		struct cavra_error *error)
{
	struct diff diff = {.before = before, .after = after};
	arena_init(&diff.arena, LIMIT_POLICY_MEMORY);
	int code = run(&diff, error);
	arena_release(&diff.arena);
	if (code < 0)
		json_decref(diff.report);
	else
		*ret_report = diff.report;
	return code;
}

bool policy_diff_is_empty(const json_t *report)
{
	return json_array_size(json_object_get(report, "changes")) == 0;
}
