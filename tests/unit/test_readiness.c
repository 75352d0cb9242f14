/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging packets: what each check wants, what counts as forged, and how much of it is told.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "policy/readiness.h"
#include "policy/required_cases.h"
#include "json/json.h"

static const char packet_text[] =
	"{'schema_version':'cavra.policy-lifecycle.readiness.v1','product':'CAVRA',"
	"'evidence_mode':'live','lifecycle_capabilities':['approval_workflow',"
	"'authoring_ui_contract','dry_run_report','lint_report','rollback_plan',"
	"'shadow_mode_plan','version_manifest'],"
	"'authoring_ui_contract':{'review_workflow_ref':'github://a/b',"
	"'required_surfaces':[1,2,3,4,5,6]},"
	"'lint_report':{'valid':true,'blocker_count':0},"
	"'version_manifest':{'policy_digest':'x','policy_version':'1','source_ref':'git://a/b',"
	"'git_versioned':true,'generated_at':'2026-01-31T12:00:00Z'},"
	"'shadow_mode_plan':{'mode':'shadow','non_enforcing':true,'evidence_refs':['x'],"
	"'promotion_criteria':{'approval_required':true}},"
	"'dry_run_report':{'case_count':6,'failed_count':0,'results':[]},"
	"'rollback_plan':{'rollback_ref':'policy-rollback://a/b','approval_required':true,"
	"'requested_by':'a','steps':[1,2,3,4]},"
	"'approval_workflow':{'approval_required':true,'review_workflow_ref':'https://a/b',"
	"'approver_groups':['a'],'required_evidence':['dry_run_report']},"
	"'operating_evidence':{'ci_run_ref':'ci-run://a','policy_review_ref':'file:a',"
	"'ui_validation_ref':'ui-validation://a'}}";

static json_t *read_quoted(const char *text)
{
	char *copy = strdup(text);
	json_t *value = NULL;
	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	assert_int_equal(json_read(str_from(copy), 0, &value, NULL), 0);
	free(copy);
	return value;
}

/* With all required cases, which need a loop. */
static json_t *make_packet(void)
{
	json_t *packet = read_quoted(packet_text);
	json_t *results = json_object_get(json_object_get(packet, "dry_run_report"), "results");
	for (size_t i = 0; i < required_cases_count; i++)
		assert_int_equal(json_array_append_new(results, json_pack("{s:s}", "case_id",
									  required_cases[i].id)),
				 0);
	return packet;
}

/* Of a packet that was computed as it is, live and signed. */
static json_t *judge(const struct readiness *readiness)
{
	struct cavra_error error;
	json_t *result = NULL;
	assert_int_equal(readiness_judge(readiness, &result, &error), 0);
	return result;
}

/* The names of the checks that block, with a space behind each. */
static void blockers(const json_t *result, char *ret, size_t size)
{
	const json_t *check;
	size_t i, n = 0;
	ret[0] = '\0';
	json_array_foreach (json_object_get(result, "checks"), i, check)
		if (str_is(json_str(json_object_get(check, "status")), "blocker"))
			n += (size_t)snprintf(ret + n, size - n, "%s ",
					      json_string_value(json_object_get(check, "name")));
}

/* value: NULL takes the member away. */
static void set_member(json_t *packet, const char *part, const char *key, const char *value)
{
	json_t *object = part ? json_object_get(packet, part) : packet;
	if (value)
		assert_int_equal(json_object_set_new(object, key, read_quoted(value)), 0);
	else
		assert_int_equal(json_object_del(object, key), 0);
}

static const struct {
	const char *part, *key, *value, *blocked;
} needs[] = {
	{NULL, "product", "'CAVRA'", ""},
	{NULL, "product", "'X'", "schema_version "},
	{NULL, "schema_version", "'cavra.policy-lifecycle.readiness.v2'", "schema_version "},
	{NULL, "evidence_mode", "'sample'", "evidence_mode "},
	{NULL, "evidence_mode", "'LIVE'", "evidence_mode "},
	{NULL, "evidence_mode", NULL, "evidence_mode "},
	{NULL, "lifecycle_capabilities", "['lint_report']", "lifecycle_capabilities "},
	{NULL, "lifecycle_capabilities", "7", "lifecycle_capabilities "},
	{NULL, "lint_report", NULL, "lint_report "},
	{NULL, "lint_report", "[]", "lint_report "},
	{"authoring_ui_contract", "required_surfaces", "[1,2,3,4,5]", "authoring_ui_contract "},
	{"authoring_ui_contract", "required_surfaces", "6", "authoring_ui_contract "},
	{"authoring_ui_contract", "review_workflow_ref", "'git://a'", "authoring_ui_contract "},
	{"lint_report", "valid", "1", "lint_report "},
	{"lint_report", "valid", "'true'", "lint_report "},
	{"lint_report", "blocker_count", "false", "lint_report "},
	{"lint_report", "blocker_count", "1", "lint_report "},
	{"lint_report", "blocker_count", "0.0", "lint_report "},
	{"version_manifest", "policy_digest", "''", "version_manifest "},
	{"version_manifest", "policy_version", "1", "version_manifest "},
	{"version_manifest", "git_versioned", NULL, "version_manifest "},
	{"version_manifest", "generated_at", "'yesterday'", "version_manifest "},
	{"version_manifest", "generated_at", "'2026-02-30T12:00:00Z'", "version_manifest "},
	{"version_manifest", "source_ref", "'svn://a'", "version_manifest "},
	{"shadow_mode_plan", "mode", "'enforce'", "shadow_mode_plan "},
	{"shadow_mode_plan", "non_enforcing", "false", "shadow_mode_plan "},
	{"shadow_mode_plan", "evidence_refs", "[]", "shadow_mode_plan "},
	{"shadow_mode_plan", "promotion_criteria", "{}", "shadow_mode_plan "},
	{"dry_run_report", "case_count", "5", "dry_run_report "},
	{"dry_run_report", "case_count", "7", ""},
	{"dry_run_report", "failed_count", "-1", "dry_run_report "},
	{"dry_run_report", "results", "[{'case_id':'block_env_read'}]", "dry_run_report "},
	{"rollback_plan", "rollback_ref", "'policy-rollback://'", "rollback_plan "},
	{"rollback_plan", "approval_required", "false", "rollback_plan "},
	{"rollback_plan", "steps", "[1,2,3]", "rollback_plan "},
	{"approval_workflow", "approval_required", NULL, "approval_workflow "},
	{"approval_workflow", "approver_groups", "[]", "approval_workflow "},
	{"approval_workflow", "required_evidence", "['lint_report']", "approval_workflow "},
	{"operating_evidence", "ci_run_ref", NULL, "operating_evidence "},
	{"operating_evidence", "ci_run_ref", "'file:/etc/passwd'", "operating_evidence "},
	{"operating_evidence", "policy_review_ref", "'ci-run://a'", "operating_evidence "},
	{"operating_evidence", "ui_validation_ref", "'ui-validation:'", "operating_evidence "},
};

static void what_each_check_wants(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		char blocked[400];
		json_t *packet = make_packet();
		set_member(packet, needs[i].part, needs[i].key, needs[i].value);
		struct readiness readiness = {.packet = packet,
					      .require_live = true,
					      .computed = packet,
					      .is_signed = true,
					      .signature = ""};
		json_t *result = judge(&readiness);
		blockers(result, blocked, sizeof blocked);
		if (strcmp(blocked, needs[i].blocked) != 0)
			print_error("row %zu: %s\n", i, blocked);
		assert_row(strcmp(blocked, needs[i].blocked) == 0, i);
		assert_row(readiness_is_met(result, true) == (blocked[0] == '\0'), i);
		json_decref(result);
		json_decref(packet);
	}
}

static void what_nobody_could_look_at_blocks(void **state)
{
	static const struct {
		bool live, computed, is_signed, is_forged;
		const char *blocked, *status;
	} rows[] = {
		{true, true, true, false, "", "ready"},
		{true, false, true, false, "policy_pack ", "blocked"},
		{true, true, false, false, "signature ", "blocked"},
		{true, true, false, true, "signature ", "blocked"},
		{false, true, false, false, "", "ready_with_warnings"},
		{false, true, false, true, "signature ", "blocked"},
		{false, false, false, false, "policy_pack ", "blocked"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char blocked[400];
		json_t *packet = make_packet();
		if (!rows[i].live)
			set_member(packet, NULL, "evidence_mode", "'sample'");
		struct readiness readiness = {.packet = packet,
					      .computed = rows[i].computed ? packet : NULL,
					      .problem = "there is no such pack",
					      .is_signed = rows[i].is_signed,
					      .is_forged = rows[i].is_forged,
					      .signature = "whatever"};
		json_t *result = judge(&readiness);
		blockers(result, blocked, sizeof blocked);
		assert_row(strcmp(blocked, rows[i].blocked) == 0, i);
		assert_row(str_is(json_str(json_object_get(result, "status")), rows[i].status), i);
		json_decref(result);
		json_decref(packet);
	}
}

static const json_t *problems_of(const json_t *result, const char *name)
{
	const json_t *check;
	size_t i;
	json_array_foreach (json_object_get(result, "checks"), i, check)
		if (str_is(json_str(json_object_get(check, "name")), name))
			return json_object_get(check, "problems");
	return NULL;
}

static void what_differs_is_told(void **state)
{
	static const struct {
		const char *stated, *computed, *field, *message;
	} rows[] = {
		{"{'a':1}", "{'a':2}", "/lint_report/a", "stated is 1, computed is 2"},
		{"{'a':1}", "{}", "/lint_report/a", "stated is 1, computed is nothing"},
		{"{}", "{'a':null}", "/lint_report/a", "stated is nothing, computed is null"},
		{"{'a':[1,2]}", "{'a':[1]}", "/lint_report/a/1",
		 "stated is 2, computed is nothing"},
		{"{'a':[]}", "{'a':{}}", "/lint_report/a", "stated is [], computed is {}"},
		{"{'a':1}", "{'a':1.0}", "/lint_report/a", "stated is 1, computed is 1.0"},
		{"{'a/~b':'x'}", "{'a/~b':'y'}", "/lint_report/a~1~0b",
		 "stated is \"x\", computed is \"y\""},
		{"{'reason':'x','a':{'message':1}}", "{'reason':'y','a':{}}",
		 "/lint_report/a/message", "stated is 1, computed is nothing"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *packet = make_packet(), *computed = make_packet();
		set_member(packet, NULL, "lint_report", rows[i].stated);
		set_member(computed, NULL, "lint_report", rows[i].computed);
		struct readiness readiness = {
			.packet = packet, .computed = computed, .is_signed = true, .signature = ""};
		json_t *result = judge(&readiness);
		/* Behind the two complaints of the check's own rows. */
		const json_t *problems = problems_of(result, "lint_report");
		const json_t *last = json_array_get(problems, json_array_size(problems) - 1);
		assert_int_equal(json_array_size(problems), 3);
		assert_str(json_str(json_object_get(last, "field")), rows[i].field);
		assert_str(json_str(json_object_get(last, "message")), rows[i].message);
		json_decref(result);
		json_decref(packet);
		json_decref(computed);
	}
}

static void problems_are_listed_up_to_a_cap(void **state)
{
	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		json_t *packet = make_packet(), *computed = make_packet();
		json_t *report = json_object_get(packet, "lint_report");
		for (size_t i = 0; i < LIMIT_READINESS_PROBLEMS + extra; i++) {
			char key[24];
			(void)snprintf(key, sizeof key, "k%zu", i);
			assert_int_equal(json_object_set_new(report, key, json_true()), 0);
		}
		struct readiness readiness = {
			.packet = packet, .computed = computed, .is_signed = true, .signature = ""};
		json_t *result = judge(&readiness);
		assert_int_equal(json_array_size(problems_of(result, "lint_report")),
				 LIMIT_READINESS_PROBLEMS);
		/* The message counts them all. */
		char *text = json_text(result, 0), more[40];
		(void)snprintf(more, sizeof more, "(and %zu more)",
			       LIMIT_READINESS_PROBLEMS + extra - 1);
		assert_non_null(text);
		assert_non_null(strstr(text, more));
		free(text);
		json_decref(result);
		json_decref(packet);
		json_decref(computed);
	}
}

static void references_end_at_a_cap(void **state)
{
	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		char text[LIMIT_REFERENCE_BYTES + 2], blocked[400];
		json_t *packet = make_packet();
		size_t n = LIMIT_REFERENCE_BYTES + extra;
		memset(text, 'x', n);
		memcpy(text, "ci-run://", sizeof "ci-run://" - 1);
		assert_int_equal(json_object_set_new(json_object_get(packet, "operating_evidence"),
						     "ci_run_ref", json_stringn(text, n)),
				 0);
		struct readiness readiness = {
			.packet = packet, .computed = packet, .is_signed = true, .signature = ""};
		json_t *result = judge(&readiness);
		blockers(result, blocked, sizeof blocked);
		assert_string_equal(blocked, extra ? "operating_evidence " : "");
		json_decref(result);
		json_decref(packet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_each_check_wants),
		cmocka_unit_test(what_nobody_could_look_at_blocks),
		cmocka_unit_test(what_differs_is_told),
		cmocka_unit_test(problems_are_listed_up_to_a_cap),
		cmocka_unit_test(references_end_at_a_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
