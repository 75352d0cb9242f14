/* SPDX-License-Identifier: Apache-2.0
 *
 * What a change of a rollout means, see rollout.h: a table of reasons, of which the gravest counts.
 */
#include "policy/rollout.h"

#include <stdlib.h>

#include "base/array.h"
#include "policy/load.h"
#include "json/json.h"

#define PLAN_SCHEMA "cavra.policy_rollout.change_plan.v1"
/* More changes than a person takes in at a glance. */
enum { MANY_CHANGES = 3 };

struct change {
	const json_t *before, *after; /* before: NULL for a new rollout */
	const json_t *list;           /* of changes */
};

static int no_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

/* ---- what is the case ---- */

static bool is(const json_t *record, const char *field, const char *value)
{
	return str_is(json_str(json_object_get(record, field)), value);
}

static bool differs(const struct change *change, const char *field)
{
	const json_t *one = json_object_get(change->before, field),
		     *two = json_object_get(change->after, field);
	return one != two && !(one && two && json_equal(one, two));
}

/* How much a mode protects. */
static int mode_rank(const json_t *record)
{
	static const char *const ranks[] = {"break_glass", "audit_only", "enforce", "strict"};
	for (size_t i = 0; i < ARRAY_SIZE(ranks); i++)
		if (is(record, "mode", ranks[i]))
			return (int)i;
	return 0;
}

static bool breaks_glass(const struct change *change)
{
	return is(change->after, "mode", "break_glass");
}

static bool weakens_mode(const struct change *change)
{
	return change->before && mode_rank(change->after) < mode_rank(change->before);
}

static bool ends(const struct change *change)
{
	return is(change->before, "state", "active") && !is(change->after, "state", "active");
}

static bool moves(const struct change *change)
{
	return change->before && differs(change, "repository");
}

static bool exchanges_policy(const struct change *change)
{
	return change->before &&
	       (differs(change, "policy_pack") || differs(change, "policy_version"));
}

static bool covers_less(const struct change *change)
{
	json_int_t before = 0, after = 0;
	(void)json_get_int(change->before, "coverage_percent", &before);
	(void)json_get_int(change->after, "coverage_percent", &after);
	return after < before;
}

static bool begins_to_enforce(const struct change *change)
{
	return is(change->before, "mode", "audit_only") && mode_rank(change->after) >= 2;
}

static bool is_strict(const struct change *change)
{
	return is(change->after, "mode", "strict");
}

static bool is_active(const struct change *change)
{
	return is(change->after, "state", "active");
}

static bool has_many_changes(const struct change *change)
{
	return json_array_size(change->list) > MANY_CHANGES;
}

/* clang-format off */
static const struct reason {
	bool (*holds)(const struct change *change);
	enum cavra_severity risk;
	const char *text;
} reasons[] = {
	{breaks_glass,      CAVRA_CRITICAL, "breaking the glass lets everything pass"},
	{weakens_mode,      CAVRA_HIGH,     "the mode protects less than before"},
	{ends,              CAVRA_HIGH,     "the rollout is no longer active: its policy is no longer in force"},
	{moves,             CAVRA_HIGH,     "it is for another repository: the one before loses it"},
	{exchanges_policy,  CAVRA_HIGH,     "another policy or version is in force, which may protect less"},
	{covers_less,       CAVRA_HIGH,     "it covers less than before"},
	{begins_to_enforce, CAVRA_HIGH,     "what was only recorded is enforced from now on"},
	{is_strict,         CAVRA_MEDIUM,   "the mode is strict"},
	{is_active,         CAVRA_MEDIUM,   "the rollout is active"},
	{has_many_changes,  CAVRA_MEDIUM,   "many fields change at once"},
};
/* clang-format on */

/* *ret_texts: the caller decrefs it; NULL without memory. */
static enum cavra_severity find_risk(const struct change *change, json_t **ret_texts)
{
	enum cavra_severity risk = CAVRA_LOW;
	json_t *texts = json_array();
	bool changes = json_array_size(change->list) > 0;
	for (size_t i = 0; texts && changes && i < ARRAY_SIZE(reasons); i++) {
		if (!reasons[i].holds(change))
			continue;
		if (reasons[i].risk > risk)
			risk = reasons[i].risk;
		if (json_array_append_new(texts, json_string(reasons[i].text)) < 0) {
			json_decref(texts);
			texts = NULL;
		}
	}
	*ret_texts = texts;
	return risk;
}

/* ---- the records ---- */

/* What a record was made as, nobody changes afterwards. */
static int check_fixed(const json_t *current, const json_t *request, struct cavra_error *error)
{
	static const char *const fixed[] = {"rollout_id", "created_at"};
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		const json_t *asked = json_object_get(request, fixed[i]);
		if (asked && !json_equal(asked, json_object_get(current, fixed[i])))
			return error_set(error, CAVRA_ERR_INPUT,
					 "%s of a rollout does not change; it is \"%.200s\"",
					 fixed[i],
					 json_string_value(json_object_get(current, fixed[i])));
	}
	return 0;
}

/* An end that was set for another mode does not stay. The caller decrefs it; NULL without memory. */
static json_t *overlay(json_t *current, json_t *request)
{
	static const char *const of_glass[] = {"reason", "expires_at"};
	json_t *both = json_copy_whole(current), *alias = json_object_get(request, "repository_id");
	bool failed = !both || json_object_update(both, request) < 0;
	for (size_t i = 0; !failed && i < ARRAY_SIZE(of_glass); i++)
		if (!json_object_get(request, of_glass[i]))
			(void)json_object_del(both, of_glass[i]);
	if (!failed && alias && !json_object_get(request, "repository"))
		failed = json_object_set(both, "repository", alias) < 0;
	if (!failed)
		return both;
	json_decref(both);
	return NULL;
}

static int make_after(json_t *before, json_t *request, struct str now, json_t **ret,
		      struct cavra_error *error)
{
	if (!json_is_object(request))
		return error_set(error, CAVRA_ERR_INPUT, "a request is an object with fields");
	if (!before)
		return rollout_normalise(request, now, ret, error);
	int code = check_fixed(before, request, error);
	json_t *both = code == 0 ? overlay(before, request) : NULL;
	if (code == 0)
		code = both ? rollout_normalise(both, now, ret, error) : no_memory(error);
	json_decref(both);
	return code;
}

static int by_string(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;
	return strcmp(*left, *right);
}

static int add_change(json_t *list, const char *field, const json_t *before, const json_t *after)
{
	json_t *one = json_object_get(before, field), *two = json_object_get(after, field);
	return json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "field", field, "before",
						     one ? one : json_null(), "after",
						     two ? two : json_null()));
}

/* Fields of either record, sorted; the caller decrefs the list. NULL without memory. */
static json_t *list_changes(json_t *before, json_t *after)
{
	const char *names[64] = {NULL};
	size_t n = 0;
	const char *key;
	json_t *list = json_array(), *all = json_copy_whole(after), *ignored;
	bool failed = !list || !all || (before && json_object_update_missing(all, before) < 0);
	json_object_foreach (all, key, ignored)
		if (n < ARRAY_SIZE(names))
			names[n++] = key;
	qsort(names, n, sizeof *names, by_string);
	struct change change = {.before = before, .after = after};
	for (size_t i = 0; !failed && i < n; i++)
		if ((!before || strcmp(names[i], "updated_at") != 0) && differs(&change, names[i]))
			failed = add_change(list, names[i], before, after) < 0;
	json_decref(all);
	if (!failed)
		return list;
	json_decref(list);
	return NULL;
}

/* ---- the plan ---- */

/* Of a record without the time of its last change. The caller decrefs it; NULL without memory. */
static json_t *digest_of(json_t *record)
{
	char digest[72];
	if (!record)
		return json_null();
	json_t *copy = json_copy_whole(record);
	if (copy)
		(void)json_object_del(copy, "updated_at");
	int code = copy ? policy_digest(copy, digest, NULL) : CAVRA_ERR_MEMORY;
	json_decref(copy);
	return code < 0 ? NULL : json_string(digest);
}

static json_t *make_notes(bool approval)
{
	return json_pack("[s, s]",
			 approval ? "This change needs an approval that names before_digest and "
				    "after_digest."
				  : "This change needs no approval.",
			 "When the rollout is changed by anybody else first, this plan is void.");
}

static json_t *make_plan(json_t *before, json_t *after, json_t *list, struct str now)
{
	struct change change = {before, after, list};
	json_t *texts;
	enum cavra_severity risk = find_risk(&change, &texts);
	bool changes = json_array_size(list) > 0;
	bool approval = changes && (risk >= CAVRA_HIGH || is_strict(&change));
	return json_pack("{s:s, s:s, s:s%, s:s, s:s, s:o, s:b, s:o, s:o, s:O?, s:O, s:O, s:o}",
			 "schema_version", PLAN_SCHEMA, "product", "CAVRA", "generated_at", now.p,
			 now.n, "operation", before ? "update" : "create", "risk",
			 cavra_severity_name(risk), "reasons", texts, "approval_required", approval,
			 "before_digest", digest_of(before), "after_digest", digest_of(after),
			 "before", before, "after", after, "changes", list, "operator_notes",
			 make_notes(approval));
}

int rollout_change_plan(const json_t *current, const json_t *request, struct str now,
			json_t **ret_plan, struct cavra_error *error)
{
	json_t *before = NULL, *after = NULL, *list = NULL, *plan = NULL;
	int code = current ? rollout_read(current, now, &before, error) : 0;
	if (code < 0)
		return error_prefix(error, "the current record");
	code = make_after(before, (json_t *)request, now, &after, error);
	if (code == 0) {
		list = list_changes(before, after);
		plan = list ? make_plan(before, after, list, now) : NULL;
		code = plan ? 0 : no_memory(error);
	}
	json_decref(before);
	json_decref(after);
	json_decref(list);
	if (code == 0)
		*ret_plan = plan;
	return code;
}
