/* SPDX-License-Identifier: Apache-2.0 */
#include "decided.h"

struct row {
	const char *record, *want;
};

static void check(const struct policy *policy, const char *target, const struct row *row, size_t i)
{
	char request[1024];
	(void)snprintf(
		request, sizeof request,
		"{\"action_type\": \"release_governance_record\", \"target\": \"%s\", \"record\": %s}",
		target, row->record);
	struct decided got = decided(policy, request);
	if (strcmp(decided_text(&got), row->want) != 0)
		print_error("%s: got %s\n", row->record, decided_text(&got));
	assert_row(strcmp(decided_text(&got), row->want) == 0, i);
	const char *group = got.decision == CAVRA_ALLOW ? "" : "Release Governance";
	assert_row(strcmp(got.approver_group, group) == 0, i);
}

static void check_all(const char *target, const struct row *rows, size_t n)
{
	packs_put_pack("cavra-t", "", "");
	struct policy *policy = packs_get("cavra-t");
	for (size_t i = 0; i < n; i++)
		check(policy, target, &rows[i], i);
	policy_free(policy);
}

#define MISSING "require_approval medium release_governance.record.missing"
#define NO_ID "block critical release_governance.approval.missing"
#define CLAIMED "require_approval high release_governance.approval.unknown"
#define PENDING "require_approval high release_governance.approval.pending"
#define DENIED "block critical release_governance.approval.denied"
#define OTHER_STATE "require_approval medium release_governance.approval.unknown"
#define UNDELIVERED "block high release_governance.delivery.failed"
#define SIGNAL "require_approval high release_governance.signal.critical"
#define SIGNAL_APPROVED "block critical release_governance.signal.critical"
#define REQUIRED "require_approval high release_governance.approval.required"
#define VERIFIED "allow low release_governance.record.verified"
#define NOT_REQUIRED "allow low release_governance.approval.not_required"
#define MALFORMED "require_approval high release_governance.record.malformed"

/* clang-format off */
static const struct row table[] = {
	{"null", MISSING},
	{"{}", MISSING},
	{"{\"approval_state\": \"approved\"}", NO_ID},
	{"{\"approval_state\": \"approved\", \"approval_id\": \" \"}", NO_ID},
	{"{\"approval_state\": \"approved\", \"approval_id\": \"a1\"}", CLAIMED},
	{"{\"approval\": {\"state\": \" Approved \", \"approval_id\": \"a1\"}}", CLAIMED},
	{"{\"approval_state\": \"approved\", \"approval_id\": \"a1\", \"metadata_kind\": \"rollout-promotion-execution\"}", CLAIMED},
	{"{\"approval_state\": \"pending\"}", PENDING},
	{"{\"approval_state\": \"denied\"}", DENIED},
	{"{\"approval_state\": \"Rejected\"}", DENIED},
	{"{\"approval\": {\"state\": \"expired\"}}", DENIED},
	{"{\"approval_state\": \"cancelled\"}", DENIED},
	{"{\"approval_state\": \"canceled\"}", DENIED},
	{"{\"approval_state\": \"break_glass\"}", OTHER_STATE},
	{"{\"approval_state\": \"approve\"}", OTHER_STATE},
	{"{\"metadata_kind\": \"release-connector-delivery\"}", UNDELIVERED},
	{"{\"metadata_kind\": \"endpoint-management-publication-delivery\", \"delivery_success\": false}", UNDELIVERED},
	{"{\"metadata_kind\": \"release-connector-delivery\", \"delivery_success\": \"no\"}", UNDELIVERED},
	{"{\"metadata_kind\": \"release-connector-delivery\", \"delivery_success\": 1}", UNDELIVERED},
	{"{\"metadata_kind\": \"release-connector-delivery\", \"delivery_success\": true}", VERIFIED},
	{"{\"metadata_kind\": \"release-connector-delivery\", \"delivery_success\": \"Succeeded\"}", VERIFIED},
	{"{\"metadata_kind\": \"release-connector-delivery\", \"delivery_success\": \"success\"}", VERIFIED},
	{"{\"metadata_kind\": \"release-connector-delivery\", \"delivery_success\": \"yes\"}", VERIFIED},
	{"{\"alert_level\": \"critical\"}", SIGNAL},
	{"{\"alert_level\": \"Breached\"}", SIGNAL},
	{"{\"alert_level\": \"blocked\"}", SIGNAL},
	{"{\"drift_status\": \"drifted\"}", SIGNAL},
	{"{\"drift_status\": \"non-compliant\"}", SIGNAL},
	{"{\"drift_status\": \"drift_detected\"}", SIGNAL},
	{"{\"handoff_status\": \"failed\"}", SIGNAL},
	{"{\"handoff_status\": \"blocked\"}", SIGNAL},
	{"{\"verification_status\": \"mismatch\"}", SIGNAL},
	{"{\"integrity_status\": \"tampered\"}", SIGNAL},
	{"{\"audit_export_status\": \"failed\"}", SIGNAL},
	{"{\"blocked_count\": 1}", SIGNAL},
	{"{\"critical_count\": 2}", SIGNAL},
	{"{\"breached_count\": 1}", SIGNAL},
	{"{\"failed_delivery_count\": 1}", SIGNAL},
	{"{\"connector_delivery_failure_count\": 1}", SIGNAL},
	{"{\"failed_verification_count\": 1}", SIGNAL},
	{"{\"integrity_failure_count\": 1}", SIGNAL},
	{"{\"alert_level\": \"warning\", \"critical_count\": 0, \"drifted_endpoint_count\": 3}", NOT_REQUIRED},
	{"{\"metadata_kind\": \"endpoint-drift-remediation-execution\"}", NO_ID},
	{"{\"metadata_kind\": \"rollout-promotion-execution\"}", NO_ID},
	{"{\"metadata_kind\": \"rollout-rollback-execution\"}", NO_ID},
	{"{\"metadata_kind\": \"release-channel-promotion-request\"}", REQUIRED},
	{"{\"metadata_kind\": \"endpoint-reconciliation-automation\"}", REQUIRED},
	{"{\"metadata_kind\": \"endpoint-drift-remediation-request\"}", REQUIRED},
	{"{\"metadata_kind\": \"endpoint-remediation-handoff\"}", REQUIRED},
	{"{\"approval_required_count\": 1}", REQUIRED},
	{"{\"metadata_kind\": \"endpoint-remediation-sla-report\"}", VERIFIED},
	{"{\"metadata_kind\": \"rollout-artifact-integrity\"}", VERIFIED},
	{"{\"metadata_kind\": \"managed-endpoint-rollout\"}", NOT_REQUIRED},
	{"{\"approval_required_count\": 0}", NOT_REQUIRED},
};

static const struct row claims[] = {
	/* good news does not outweigh bad news */
	{"{\"approval_state\": \"approved\", \"approval_id\": \"x\", \"integrity_status\": \"tampered\"}", SIGNAL_APPROVED},
	{"{\"approval_state\": \"approved\", \"integrity_status\": \"tampered\"}", SIGNAL_APPROVED},
	{"{\"approval_state\": \"approved\", \"approval_id\": \"x\", \"metadata_kind\": \"release-connector-delivery\"}", UNDELIVERED},
	{"{\"approval_state\": \"pending\", \"critical_count\": 1}", PENDING},
	{"{\"approval_state\": \"approved\", \"approval_id\": \"x\", \"approval\": {\"state\": \"denied\"}}", DENIED},
	{"{\"metadata_kind\": \"rollout-rollback-execution\", \"critical_count\": 1}", NO_ID},
	/* other spellings of a kind are the kind */
	{"{\"metadata_kind\": \" Rollout_Promotion_Execution \"}", NO_ID},
	{"{\"metadata_kind\": \"anything\", \"note\": \"\"}", NOT_REQUIRED},
	/* what is not what it must be is not nothing */
	{"{\"critical_count\": \"3\"}", MALFORMED},
	{"{\"critical_count\": \"0\"}", MALFORMED},
	{"{\"critical_count\": 1.0}", MALFORMED},
	{"{\"critical_count\": 0.0}", MALFORMED},
	{"{\"critical_count\": true}", MALFORMED},
	{"{\"critical_count\": -1}", MALFORMED},
	{"{\"critical_count\": [1]}", MALFORMED},
	{"{\"critical_count\": null}", NOT_REQUIRED},
	{"{\"approval_required_count\": \"2\"}", MALFORMED},
	{"{\"alert_level\": [\"critical\"]}", MALFORMED},
	{"{\"approval_state\": true}", MALFORMED},
	{"{\"approval\": \"approved\"}", MALFORMED},
	{"{\"metadata_kind\": 7}", MALFORMED},
	{"{\"approval_state\": \"approved\", \"approval_id\": 7}", NO_ID},
};
/* clang-format on */

static void test_table(void **state)
{
	(void)state;
	check_all("", table, ARRAY_SIZE(table));
}

static void test_claims(void **state)
{
	(void)state;
	check_all("", claims, ARRAY_SIZE(claims));
}

/* The target says what kind it is when the record does not, and both are asked when they differ. */
static void test_kind_of_target(void **state)
{
	static const struct row rows[] = {
		{"{\"note\": \"\"}", NO_ID},
		{"{\"metadata_kind\": \"endpoint-inventory-ingestion\"}", NO_ID},
	};
	(void)state;
	check_all("rollout-promotion-execution", rows, ARRAY_SIZE(rows));
}

/* ---- pull requests ---- */

#define ATTESTED "allow_with_attestation medium git.pull_request.allow_with_attestation"
#define REVIEWER "require_approval high git.pull_request.require_human_reviewer"
#define ATTESTATION "require_approval high git.pull_request.require_ai_attestation"

static const struct {
	const char *git, *operation, *want;
} pulls[] = {
	{"", "", ATTESTED},
	{"", "create", ATTESTED},
	{"", "merge", ATTESTED},
	{"git: {require_human_reviewer: true, require_ai_attestation: true}", "", ATTESTED},
	{"git: {require_human_reviewer: true}", "create", ATTESTED},
	{"git: {require_human_reviewer: true}", "Request-Review", ATTESTED},
	{"git: {require_human_reviewer: true}", "merge", REVIEWER},
	{"git: {require_human_reviewer: true}", "approve", REVIEWER},
	{"git: {require_human_reviewer: true}", "whatever", REVIEWER},
	{"git: {require_ai_attestation: true}", "merge", ATTESTATION},
	{"git: {require_pull_request: true}", "create", ATTESTED},
};

static void test_pull_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pulls); i++) {
		char request[256];
		packs_put_pack("cavra-t", "", pulls[i].git);
		struct policy *policy = packs_get("cavra-t");
		(void)snprintf(request, sizeof request,
			       "{\"action_type\": \"pull_request\", \"operation\": \"%s\"}",
			       pulls[i].operation);
		struct decided got = decided(policy, request);
		if (strcmp(decided_text(&got), pulls[i].want) != 0)
			print_error("got %s\n", decided_text(&got));
		assert_row(strcmp(decided_text(&got), pulls[i].want) == 0, i);
		assert_row(strcmp(got.effects, "pull_request pull_request") == 0, i);
		policy_free(policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_kind_of_target),
		cmocka_unit_test(test_pull_requests),
	};
	return cmocka_run_group_tests_name("records", tests, packs_set_up, packs_tear_down);
}
