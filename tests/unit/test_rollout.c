/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of rollouts and repositories, and what a change of a rollout means.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "policy/rollout.h"
#include "json/json.h"

#define NOW "2026-01-31T12:00:00.000000+00:00"
#define THEN "2026-01-01T00:00:00Z"

static json_t *read(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	if (!value)
		print_error("%s\n", text);
	assert_non_null(value);
	return value;
}

typedef int (*normaliser)(const json_t *input, struct str now, json_t **ret_record,
			  struct cavra_error *error);

static void assert_record(normaliser normalise, const char *input, const char *want)
{
	struct cavra_error error;
	json_t *value = read(input), *record = NULL;
	int code = normalise(value, STR(NOW), &record, &error);
	if (code < 0)
		print_error("%s: %s\n", input, error.text);
	assert_int_equal(code, 0);
	char *got = json_dumps(record, JSON_COMPACT);
	assert_string_equal(got, want);
	free(got);
	json_decref(record);
	json_decref(value);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_record(
		rollout_normalise, "{\"repository\": \"a/b\", \"policy_pack\": \"cavra-x\"}",
		"{\"schema_version\":\"cavra.policy_rollout.v1\",\"rollout_id\":\"a/b:cavra-x\","
		"\"repository\":\"a/b\",\"policy_pack\":\"cavra-x\","
		"\"policy_version\":\"latest\",\"mode\":\"enforce\",\"state\":\"planned\","
		"\"owner\":\"platform-security\",\"coverage_percent\":0,"
		"\"last_evaluated_at\":null,\"created_at\":\"" NOW "\",\"updated_at\":\"" NOW
		"\",\"evidence_refs\":[]}");
	assert_record(
		repository_normalise, "{\"name\": \"a/b\"}",
		"{\"schema_version\":\"cavra.repository.v1\",\"repository_id\":\"a/b\","
		"\"repository\":\"a/b\",\"provider\":\"github\",\"default_branch\":\"main\","
		"\"owner\":\"unassigned\",\"business_unit\":\"engineering\","
		"\"environment\":\"development\",\"policy_pack\":\"cavra-ai-agent-baseline\","
		"\"risk_tier\":\"medium\",\"status\":\"active\",\"protected_branches\":[\"main\"],"
		"\"required_checks\":[],\"created_at\":\"" NOW "\",\"updated_at\":\"" NOW
		"\",\"evidence_refs\":[]}");
}

static void test_given(void **state)
{
	(void)state;
	assert_record(
		rollout_normalise,
		"{\"repository_id\": \" a/b \", \"policy_pack\": \"cavra-x\", "
		"\"rollout_id\": \"r1\", \"mode\": \" Strict-Regulated\", "
		"\"state\": \"ACTIVE\", \"coverage_percent\": 100, \"created_at\": \"" THEN
		"\", \"updated_at\": \"" THEN "\", \"last_evaluated_at\": \"" THEN
		"\", \"evidence_refs\": [\"e://1\"], \"tenant_id\": \"t\", "
		"\"workspace_id\": \"w\"}",
		"{\"schema_version\":\"cavra.policy_rollout.v1\",\"rollout_id\":\"r1\","
		"\"repository\":\"a/b\",\"policy_pack\":\"cavra-x\","
		"\"policy_version\":\"latest\",\"mode\":\"strict\",\"state\":\"active\","
		"\"owner\":\"platform-security\",\"coverage_percent\":100,"
		"\"last_evaluated_at\":\"" THEN "\",\"created_at\":\"" THEN
		"\",\"updated_at\":\"" NOW
		"\",\"evidence_refs\":[\"e://1\"],\"tenant_id\":\"t\",\"workspace_id\":\"w\"}");
	/* A record is what it is normalised to. */
	assert_record(rollout_read,
		      "{\"schema_version\": \"cavra.policy_rollout.v1\", \"repository\": \"a\", "
		      "\"policy_pack\": \"p\", \"updated_at\": \"" THEN
		      "\", \"created_at\": \"" THEN "\"}",
		      "{\"schema_version\":\"cavra.policy_rollout.v1\",\"rollout_id\":\"a:p\","
		      "\"repository\":\"a\",\"policy_pack\":\"p\",\"policy_version\":\"latest\","
		      "\"mode\":\"enforce\",\"state\":\"planned\",\"owner\":\"platform-security\","
		      "\"coverage_percent\":0,\"last_evaluated_at\":null,\"created_at\":\"" THEN
		      "\",\"updated_at\":\"" THEN "\",\"evidence_refs\":[]}");
	assert_record(
		repository_normalise,
		"{\"repository_id\": \"r\", \"repository\": \"a/b\", \"status\": \"Archived\", "
		"\"protected_branches\": []}",
		"{\"schema_version\":\"cavra.repository.v1\",\"repository_id\":\"r\","
		"\"repository\":\"a/b\",\"provider\":\"github\",\"default_branch\":\"main\","
		"\"owner\":\"unassigned\",\"business_unit\":\"engineering\","
		"\"environment\":\"development\",\"policy_pack\":\"cavra-ai-agent-baseline\","
		"\"risk_tier\":\"medium\",\"status\":\"archived\",\"protected_branches\":[],"
		"\"required_checks\":[],\"created_at\":\"" NOW "\",\"updated_at\":\"" NOW
		"\",\"evidence_refs\":[]}");
}

#define R "\"repository\": \"a\", \"policy_pack\": \"p\""
#define GLASS(more) "{" R ", \"mode\": \"break_glass\"" more "}"

static const struct {
	normaliser normalise;
	const char *input, *complaint;
} wrong[] = {
	{rollout_normalise, "[]", "a rollout is an object"},
	{rollout_normalise, "{}", "repository of a rollout is missing"},
	{rollout_normalise, "{\"repository\": \"a\"}", "policy_pack of a rollout is missing"},
	{rollout_normalise, "{" R ", \"colour\": 1}", "no field \"colour\""},
	{rollout_normalise, "{" R ", \"name\": \"a\"}", "no field \"name\""},
	{rollout_normalise, "{" R ", \"schema_version\": \"x\"}", "another record's"},
	{rollout_normalise, "{\"repository\": \" \", \"policy_pack\": \"p\"}", "neither empty"},
	{rollout_normalise, "{" R ", \"owner\": 7}", "neither empty"},
	{rollout_normalise, "{" R ", \"mode\": \"off\"}",
	 "is one of audit_only, enforce, strict, break_glass"},
	{rollout_normalise, "{" R ", \"mode\": null}", "is one of"},
	{rollout_normalise, "{" R ", \"state\": \"gone\"}",
	 "is one of planned, active, paused, retired"},
	{rollout_normalise, "{" R ", \"coverage_percent\": 101}", "from 0 to 100"},
	{rollout_normalise, "{" R ", \"coverage_percent\": -1}", "from 0 to 100"},
	{rollout_normalise, "{" R ", \"coverage_percent\": 1.5}", "from 0 to 100"},
	{rollout_normalise, "{" R ", \"coverage_percent\": \"1\"}", "from 0 to 100"},
	{rollout_normalise, "{" R ", \"created_at\": \"now\"}", "a time in UTC"},
	{rollout_normalise, "{" R ", \"created_at\": null}", "a time in UTC"},
	{rollout_normalise, "{" R ", \"evidence_refs\": \"x\"}", "a list of texts"},
	{rollout_normalise, "{" R ", \"evidence_refs\": [\"\"]}", "a list of texts"},
	{rollout_normalise, GLASS(""), "breaking the glass needs one"},
	{rollout_normalise, GLASS(", \"reason\": \"x\""), "breaking the glass has an end"},
	{rollout_normalise, GLASS(", \"reason\": \"x\", \"expires_at\": \"2026-01-31T16:00:01Z\""),
	 "four hours"},
	{rollout_normalise, GLASS(", \"reason\": \"x\", \"expires_at\": \"2026-01-31T12:00:00Z\""),
	 "four hours"},
	{repository_normalise, "{}", "repository of a repository is missing"},
	{repository_normalise, "{\"name\": \"a\", \"mode\": \"strict\"}", "no field \"mode\""},
	{repository_normalise, "{\"name\": \"a\", \"status\": \"x\"}",
	 "is one of active, archived, disabled"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct cavra_error error = {.text = ""};
		json_t *value = read(wrong[i].input), *record = NULL;
		int code = wrong[i].normalise(value, STR(NOW), &record, &error);
		if (code != CAVRA_ERR_INPUT || !strstr(error.text, wrong[i].complaint))
			print_error("row %zu: %d \"%s\"\n", i, code, error.text);
		assert_row(code == CAVRA_ERR_INPUT && strstr(error.text, wrong[i].complaint), i);
		assert_null(record);
		json_decref(value);
	}
}

static int try_sizes(size_t text, size_t texts)
{
	static char long_text[LIMIT_RECORD_TEXT + 2];
	struct cavra_error error;
	json_t *record = NULL, *list = json_array();
	memset(long_text, 'x', text);
	long_text[text] = '\0';
	for (size_t i = 0; i < texts; i++)
		assert_int_equal(json_array_append_new(list, json_string(i ? "y" : long_text)), 0);
	json_t *value = json_pack("{s:s, s:s, s:o}", "repository", long_text, "policy_pack", "p",
				  "evidence_refs", list);
	int code = rollout_normalise(value, STR(NOW), &record, &error);
	json_decref(record);
	json_decref(value);
	return code;
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(try_sizes(LIMIT_RECORD_TEXT, LIMIT_RECORD_TEXTS), 0);
	assert_int_equal(try_sizes(LIMIT_RECORD_TEXT + 1, 1), CAVRA_ERR_INPUT);
	assert_int_equal(try_sizes(1, LIMIT_RECORD_TEXTS + 1), CAVRA_ERR_INPUT);
}

/* ---- plans ---- */

/* before: fields beside R; NULL: a new rollout. request: all fields. */
static json_t *plan(const char *before, const char *request, struct cavra_error *error)
{
	char text[1024];
	json_t *current = NULL, *asked = read(request), *ret = NULL;
	(void)snprintf(text, sizeof text, "{" R ", \"created_at\": \"" THEN "\"%s%s}",
		       before && before[0] ? ", " : "", before ? before : "");
	if (before)
		current = read(text);
	int code = rollout_change_plan(current, asked, STR(NOW), &ret, error);
	assert_true((code == 0) == (ret != NULL));
	json_decref(current);
	json_decref(asked);
	return ret;
}

#define GLASS_UNTIL "\"reason\": \"x\", \"expires_at\": \"2026-01-31T16:00:00Z\""

static const struct {
	const char *before, *request, *risk;
	bool approval;
	const char *reason;
} risks[] = {
	/* new ones */
	{NULL, "{" R "}", "medium", false, "many fields"},
	{NULL, "{" R ", \"state\": \"active\"}", "medium", false, "is active"},
	{NULL, "{" R ", \"mode\": \"strict\"}", "medium", true, "is strict"},
	{NULL, "{" R ", \"mode\": \"break_glass\", " GLASS_UNTIL "}", "critical", true,
	 "breaking the glass"},
	/* nothing, and little */
	{"", "{}", "low", false, NULL},
	{"", "{" R "}", "low", false, NULL},
	{"\"state\": \"active\"", "{\"state\": \"active\"}", "low", false, NULL},
	{"", "{\"owner\": \"o\"}", "low", false, NULL},
	{"", "{\"owner\": \"o\", \"coverage_percent\": 1, \"tenant_id\": \"t\"}", "low", false,
	 NULL},
	{"",
	 "{\"owner\": \"o\", \"coverage_percent\": 1, \"tenant_id\": \"t\", \"workspace_id\": "
	 "\"w\"}",
	 "medium", false, "many fields"},
	/* more protection */
	{"", "{\"state\": \"active\"}", "medium", false, "is active"},
	{"", "{\"mode\": \"strict\"}", "medium", true, "is strict"},
	{"\"mode\": \"audit_only\"", "{\"mode\": \"enforce\"}", "high", true, "only recorded"},
	{"\"mode\": \"audit_only\"", "{\"mode\": \"strict\"}", "high", true, "only recorded"},
	{"\"coverage_percent\": 10", "{\"coverage_percent\": 20}", "low", false, NULL},
	/* less */
	{"", "{\"mode\": \"break_glass\", " GLASS_UNTIL "}", "critical", true,
	 "breaking the glass"},
	{"", "{\"mode\": \"audit_only\"}", "high", true, "protects less"},
	{"\"state\": \"active\"", "{\"mode\": \"audit_only\"}", "high", true, "protects less"},
	{"\"mode\": \"strict\"", "{\"mode\": \"enforce\"}", "high", true, "protects less"},
	{"\"mode\": \"strict\"", "{\"mode\": \"audit_only\"}", "high", true, "protects less"},
	{"\"state\": \"active\"", "{\"state\": \"retired\"}", "high", true, "no longer active"},
	{"\"state\": \"active\"", "{\"state\": \"paused\"}", "high", true, "no longer active"},
	{"\"state\": \"active\"", "{\"state\": \"planned\"}", "high", true, "no longer active"},
	{"\"state\": \"planned\"", "{\"state\": \"retired\"}", "low", false, NULL},
	{"\"coverage_percent\": 10", "{\"coverage_percent\": 9}", "high", true, "covers less"},
	{"", "{\"policy_pack\": \"q\"}", "high", true, "another policy"},
	{"", "{\"policy_version\": \"1\"}", "high", true, "another policy"},
	{"", "{\"repository\": \"b\"}", "high", true, "another repository"},
	{"", "{\"repository_id\": \"b\"}", "high", true, "another repository"},
	/* a broken glass that is over is mended */
	{"\"mode\": \"break_glass\", \"state\": \"active\", \"reason\": \"x\", "
	 "\"expires_at\": \"2026-01-01T00:00:00Z\"",
	 "{\"mode\": \"enforce\"}", "medium", false, "is active"},
};

static bool has_reason(const json_t *got, const char *want)
{
	const json_t *reasons = json_object_get(got, "reasons"), *reason;
	size_t i;
	if (!want)
		return json_array_size(reasons) == 0;
	json_array_foreach (reasons, i, reason)
		if (strstr(json_string_value(reason), want))
			return true;
	return false;
}

static void test_risks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(risks); i++) {
		struct cavra_error error = {.text = ""};
		json_t *got = plan(risks[i].before, risks[i].request, &error);
		const char *risk = json_string_value(json_object_get(got, "risk"));
		bool approval = json_is_true(json_object_get(got, "approval_required"));
		if (!got || strcmp(risk, risks[i].risk) != 0)
			print_error("row %zu: %s %s\n", i, risk, error.text);
		assert_row(got && strcmp(risk, risks[i].risk) == 0, i);
		assert_row(approval == risks[i].approval, i);
		assert_row(has_reason(got, risks[i].reason), i);
		json_decref(got);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *before, *request, *complaint;
	} rows[] = {
		{"", "[]", "a request is an object"},
		{"", "{\"rollout_id\": \"x\"}", "rollout_id of a rollout does not change"},
		{"", "{\"created_at\": \"" NOW "\"}", "created_at of a rollout does not change"},
		{"", "{\"colour\": \"red\"}", "no field"},
		{"\"colour\": \"red\"", "{}", "the current record: a rollout has no field"},
		{"\"mode\": \"break_glass\", " GLASS_UNTIL, "{\"owner\": \"o\"}",
		 "breaking the glass needs one"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cavra_error error = {.text = ""};
		json_t *got = plan(rows[i].before, rows[i].request, &error);
		if (got || !strstr(error.text, rows[i].complaint))
			print_error("row %zu: \"%s\"\n", i, error.text);
		assert_row(!got && strstr(error.text, rows[i].complaint), i);
	}
}

static void assert_compact(const json_t *object, const char *key, const char *want)
{
	char *got = json_dumps(json_object_get(object, key), JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(got, want);
	free(got);
}

static void test_plan(void **state)
{
	static const char *const members[] = {
		"schema_version", "product",           "generated_at",  "operation",    "risk",
		"reasons",        "approval_required", "before_digest", "after_digest", "before",
		"after",          "changes",           "operator_notes"};
	struct cavra_error error;
	json_t *got = plan("", "{\"owner\": \"o\", \"state\": \"active\"}", &error), *value;
	const char *key;
	size_t n = 0;
	(void)state;
	json_object_foreach (got, key, value)
		assert_string_equal(key, members[n++]);
	assert_int_equal(n, ARRAY_SIZE(members));
	assert_compact(got, "changes",
		       "[{\"field\":\"owner\",\"before\":\"platform-security\",\"after\":\"o\"},"
		       "{\"field\":\"state\",\"before\":\"planned\",\"after\":\"active\"}]");
	assert_compact(got, "operation", "\"update\"");
	const json_t *after = json_object_get(got, "after");
	assert_compact(after, "created_at", "\"" THEN "\"");
	assert_compact(after, "updated_at", "\"" NOW "\"");
	/* Planning the next change begins where this one ends. */
	json_t *request = json_object(), *next = NULL;
	assert_int_equal(rollout_change_plan(after, request, STR(NOW), &next, &error), 0);
	assert_true(json_equal(json_object_get(got, "after_digest"),
			       json_object_get(next, "before_digest")));
	assert_compact(next, "changes", "[]");
	assert_true(json_equal(json_object_get(next, "before_digest"),
			       json_object_get(next, "after_digest")));
	json_decref(next);
	json_decref(request);
	json_decref(got);
	got = plan(NULL, "{" R "}", &error);
	assert_compact(got, "operation", "\"create\"");
	assert_compact(got, "before", "null");
	assert_compact(got, "before_digest", "null");
	assert_int_equal(json_array_size(json_object_get(got, "changes")), 13);
	json_decref(got);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_given),
		cmocka_unit_test(test_wrong),    cmocka_unit_test(test_limits),
		cmocka_unit_test(test_risks),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_plan),
	};
	return cmocka_run_group_tests_name("rollout", tests, NULL, NULL);
}
