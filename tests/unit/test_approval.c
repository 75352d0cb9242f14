/* SPDX-License-Identifier: Apache-2.0
 *
 * Which approvals count: a good one, and the same with one thing forged.
 */
#include "packs.h"

#include "base/when.h"
#include "policy/approval.h"
#include "policy/authoring.h"
#include "json/json.h"

#define AT "2026-01-31T12:00:00.000000+00:00"
#define UNTIL "2026-02-01T12:00:00.000000+00:00"
#define LATER "2026-01-31T13:00:00.000000+00:00" /* when it is handed in */

static json_t *make_plan(void)
{
	struct cavra_error error;
	json_t *plan = NULL;
	packs_put_pack("cavra-x", "", "commands: {block: [a]}\n");
	struct policy *current = packs_get("cavra-x");
	packs_put_pack("cavra-x", "", "");
	struct policy *policy = packs_get("cavra-x");
	struct publishing publishing = {
		.policy = policy, .current = current, .at = STR(AT), .text = STR("abc")};
	assert_int_equal(policy_publish_plan(&publishing, &plan, &error), 0);
	policy_free(policy);
	policy_free(current);
	return plan;
}

static void set(json_t *object, const char *key, const char *value)
{
	assert_int_equal(json_object_set_new(object, key, json_string(value)), 0);
}

/* Asked for by ann, approved by bob. */
static json_t *make_approval(const json_t *plan)
{
	struct cavra_error error;
	json_t *decision = NULL;
	struct publish_request request = {.requested_by = STR("ann")};
	struct approval_request about = {STR("apr_1"), STR(AT), STR(UNTIL)};
	assert_int_equal(policy_publish_decision(plan, &request, &decision, &error), 0);
	json_t *approval = approval_ask(decision, &about);
	assert_non_null(approval);
	json_decref(decision);
	assert_string_equal(json_string_value(json_object_get(approval, "state")), "pending");
	set(approval, "state", "approved");
	set(approval, "decided_by", "bob");
	set(approval, "decided_at", AT);
	set(approval, "decision_reason", "looked at it");
	return approval;
}

static void break_glass(json_t *approval)
{
	set(approval, "state", "break_glass");
	assert_int_equal(json_object_set_new(approval, "break_glass", json_true()), 0);
	set(approval, "break_glass_reason", "production is down");
	set(approval, "approver_group", "Change Advisory Board");
	set(approval, "expires_at", "2026-01-31T16:00:00Z");
}

static int check(const json_t *approval, const json_t *plan, const char *now,
		 struct cavra_error *error)
{
	struct approval_gate gate = {.plan = plan, .approver_group = STR("Platform Security")};
	assert_true(when_parse(str_from(now), &gate.now));
	return approval_check(approval, &gate, error);
}

static void test_good(void **state)
{
	struct cavra_error error = {.code = CAVRA_OK};
	json_t *plan = make_plan(), *approval = make_approval(plan);
	(void)state;
	int code = check(approval, plan, LATER, &error);
	if (code < 0)
		print_error("%s\n", error.text);
	assert_int_equal(code, 0);
	/* decided in the same second, which is written without fractions */
	set(approval, "requested_at", "2026-01-31T12:00:00.999999+00:00");
	assert_int_equal(check(approval, plan, LATER, &error), 0);
	break_glass(approval);
	assert_int_equal(check(approval, plan, LATER, &error), 0);
	json_decref(approval);
	json_decref(plan);
}

/* key "d.x": of the decision. value: JSON, NULL: the member is gone. */
struct forgery {
	const char *key, *value, *complaint;
};

static const struct forgery forgeries[] = {
	{"schema_version", "\"x\"", "this is no approval"},
	{"approval_id", "\" \"", "no approval_id"},
	{"approval_id", NULL, "no approval_id"},
	{"state", "\"pending\"", "its state is \"pending\""},
	{"state", "\"denied\"", "its state is \"denied\""},
	{"state", "\"expired\"", "its state is \"expired\""},
	{"state", "\"APPROVED\"", "its state is"},
	{"state", "true", "its state is \"\""},
	{"state", "\"break_glass\"", "contradict"},
	{"break_glass", "true", "contradict"},
	{"decision", NULL, "no decision"},
	{"decision", "\"yes\"", "no decision"},
	{"d.action_type", "\"execute_command\"", "another action"},
	{"d.policy_id", "\"cavra-y\"", "about another policy"},
	{"d.policy_digest", "\"sha256:00\"", "the policy is not the one"},
	{"d.policy_digest", NULL, "the policy is not the one"},
	{"d.file_digest", "\"sha256:00\"", "the file is not the one"},
	{"d.file_digest", NULL, "the file is not the one"},
	{"d.previous_policy_digest", "\"sha256:00\"", "something else was published since"},
	{"d.previous_policy_digest", "null", "something else was published since"},
	{"d.previous_policy_digest", NULL, "something else was published since"},
	{"d.operation", "\"create\"", "another operation"},
	{"d.severity", "\"low\"", "another risk"},
	{"d.target", "\"policies/cavra-y/policy.yaml\"", "another file"},
	{"d.approver_group", "\"Interns\"", "decision names another group"},
	{"d.policy_pack", "\"cavra-y\"", "another policy pack"},
	{"d.decision", "\"allow\"", "not the one that needs an approval"},
	{"d.rule_id", "\"x\"", "another rule"},
	{"d.decision_id", "\"policy_publish:cavra-x:000000000000\"", "not that of this change"},
	{"d.session_id", "\"local\"", "another session"},
	{"d.agent_id", "\"claude\"", "another agent"},
	{"d.reason", "\"harmless\"", "the reason of the decision"},
	{"d.evidence_refs", "[]", "the evidence of the decision"},
	{"d.actor", "\" \"", "does not say who asked"},
	{"d.actor", "\"eve\"", "requested_by is not who asked"},
	{"d.repository", NULL, "in which repository"},
	{"decision_id", "\"x\"", "decision_id is not that of its decision"},
	{"requested_by", "\"eve\"", "requested_by is not who asked"},
	{"requested_by", NULL, "requested_by is not who asked"},
	{"approver_group", "\"Interns\"", "another group has approved"},
	{"approver_group", "\"Change Advisory Board\"", "another group has approved"},
	{"approver_group", NULL, "another group has approved"},
	{"decided_by", "\"ann\"", "cannot give it"},
	{"decided_by", "\" Ann \"", "cannot give it"},
	{"decided_by", "\"\"", "which person decided"},
	{"decided_by", "null", "which person decided"},
	{"decided_by", "\"AI-agent\"", "which person decided"},
	{"decided_by", "\"approver\"", "which person decided"},
	{"decision_reason", "\" \"", "gives no reason"},
	{"decision_reason", NULL, "gives no reason"},
	{"requested_at", "\"yesterday\"", "requested_at is no time"},
	{"decided_at", NULL, "decided_at is no time"},
	{"expires_at", NULL, "expires_at is no time"},
	{"expires_at", "\"never\"", "expires_at is no time"},
	{"expires_at", "253402300799", "expires_at is no time"},
	{"requested_at", "\"2026-01-31T12:00:01Z\"", "before it was asked for"},
	{"decided_at", "\"2026-01-31T13:00:01Z\"", "in the future"},
	{"expires_at", "\"2026-01-31T12:59:59Z\"", "has ended"},
	{"expires_at", "\"2026-01-31T13:00:00Z\"", "has ended"},
};

static const struct forgery broken_glass[] = {
	{"break_glass", "false", "contradict"},
	{"break_glass_reason", "\"\"", "needs a reason"},
	{"break_glass_reason", NULL, "needs a reason"},
	{"expires_at", "\"2026-01-31T16:00:01Z\"", "at most 4 hours"},
	{"expires_at", "\"2026-01-31T12:59:59Z\"", "has ended"},
	{"decided_by", "\"ann\"", "cannot give it"},
	{"approver_group", "\"Interns\"", "another group has approved"},
	{"d.policy_digest", "\"sha256:00\"", "the policy is not the one"},
};

static void forge(json_t *approval, const struct forgery *forgery)
{
	bool inside = strncmp(forgery->key, "d.", 2) == 0;
	json_t *object = inside ? json_object_get(approval, "decision") : approval;
	const char *key = inside ? forgery->key + 2 : forgery->key;
	if (forgery->value)
		assert_int_equal(
			json_object_set_new(object, key,
					    json_loads(forgery->value, JSON_DECODE_ANY, NULL)),
			0);
	else
		assert_int_equal(json_object_del(object, key), 0);
}

static void try_all(const struct forgery *rows, size_t n, bool breaks_glass)
{
	json_t *plan = make_plan();
	for (size_t i = 0; i < n; i++) {
		struct cavra_error error = {.code = CAVRA_OK};
		json_t *approval = make_approval(plan);
		if (breaks_glass)
			break_glass(approval);
		forge(approval, &rows[i]);
		int code = check(approval, plan, LATER, &error);
		if (code != CAVRA_ERR_POLICY || !strstr(error.text, rows[i].complaint))
			print_error("row %zu, %s: %d \"%s\"\n", i, rows[i].key, code, error.text);
		assert_row(code == CAVRA_ERR_POLICY && strstr(error.text, rows[i].complaint), i);
		json_decref(approval);
	}
	json_decref(plan);
}

static void test_forgeries(void **state)
{
	(void)state;
	try_all(forgeries, ARRAY_SIZE(forgeries), false);
}

static void test_broken_glass(void **state)
{
	(void)state;
	try_all(broken_glass, ARRAY_SIZE(broken_glass), true);
}

/* Every member of a good decision counts: whichever is changed, the approval does not. */
static void test_every_member(void **state)
{
	json_t *plan = make_plan(), *model = make_approval(plan), *value;
	const char *key;
	(void)state;
	json_object_foreach (json_object_get(model, "decision"), key, value) {
		struct cavra_error error;
		json_t *approval = make_approval(plan);
		if (strcmp(key, "repository") == 0) { /* for people */
			json_decref(approval);
			continue;
		}
		set(json_object_get(approval, "decision"), key, "forged");
		if (check(approval, plan, LATER, &error) == 0)
			print_error("%s\n", key);
		assert_int_equal(check(approval, plan, LATER, &error), CAVRA_ERR_POLICY);
		json_decref(approval);
	}
	json_decref(model);
	json_decref(plan);
}

static void test_no_objects(void **state)
{
	struct cavra_error error;
	json_t *plan = make_plan(), *list = json_array();
	(void)state;
	assert_int_equal(check(list, plan, LATER, &error), CAVRA_ERR_POLICY);
	json_decref(list);
	json_decref(plan);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_forgeries, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_broken_glass, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_every_member, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_no_objects, packs_set_up, packs_tear_down),
	};
	return cmocka_run_group_tests_name("approval", tests, NULL, NULL);
}
