/* SPDX-License-Identifier: Apache-2.0 */
#include "decided.h"

/* clang-format off */
static const struct {
	const char *action_type, *record, *want, *group;
} rows[] = {
	{"knowledge.search", "{}", "allow low generic_adapter.read.allow", ""},
	{"ticket.summarize", "{}", "allow low generic_adapter.read.allow", ""},
	{"crm.update_record", "{}", "require_approval medium generic_adapter.write.require_approval", "Revenue Operations"},
	{"customer.email_send", "{}", "require_approval medium generic_adapter.send.require_approval", "Customer Communications"},
	{"data.export_dataset", "{}", "require_approval high generic_adapter.export.require_approval", "Data Governance"},
	{"model.promote", "{}", "require_approval high generic_adapter.promote.require_approval", "Model Risk Governance"},
	{"identity.grant_role", "{}", "block critical generic_adapter.grant.critical.block", "Security Operations"},
	{"finance.release_payment", "{}", "block critical generic_adapter.approve.critical.block", "Security Operations"},
	{"workflow.close_control", "{}", "require_approval high generic_adapter.approve.require_approval", "Workflow Owners"},
	/* what the caller says of the risk tightens, and never loosens */
	{"knowledge.search", "{\"risk_level\": \"low\"}", "allow low generic_adapter.read.allow", ""},
	{"knowledge.search", "{\"risk_level\": null}", "allow low generic_adapter.read.allow", ""},
	{"knowledge.search", "{\"risk_level\": \" High \"}", "require_approval high generic_adapter.default.require_approval", "Data Governance"},
	{"ticket.summarize", "{\"risk_level\": \"critical\"}", "require_approval critical generic_adapter.default.require_approval", "Support Operations"},
	{"knowledge.search", "{\"risk_level\": \"harmless\"}", "require_approval high generic_adapter.default.require_approval", "Data Governance"},
	{"knowledge.search", "{\"risk_level\": 0}", "require_approval high generic_adapter.default.require_approval", "Data Governance"},
	{"crm.update_record", "{\"risk_level\": \"critical\"}", "require_approval critical generic_adapter.write.require_approval", "Revenue Operations"},
	{"crm.update_record", "{\"risk_level\": \"low\"}", "require_approval medium generic_adapter.write.require_approval", "Revenue Operations"},
	{"data.export_dataset", "{\"risk_level\": \"low\"}", "require_approval high generic_adapter.export.require_approval", "Data Governance"},
	{"identity.grant_role", "{\"risk_level\": \"low\"}", "block critical generic_adapter.grant.critical.block", "Security Operations"},
	/* not in the taxonomy */
	{"knowledge.delete", "{}", "require_approval medium runtime.default.require_approval", "Repository Owners"},
	{"Knowledge.Search", "{}", "require_approval medium runtime.default.require_approval", "Repository Owners"},
};
/* clang-format on */

static void test_taxonomy(void **state)
{
	(void)state;
	packs_put_pack("cavra-t", "", "");
	struct policy *policy = packs_get("cavra-t");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char request[512];
		(void)snprintf(request, sizeof request,
			       "{\"action_type\": \"%s\", \"target\": \"x\", \"record\": %s}",
			       rows[i].action_type, rows[i].record);
		struct decided got = decided(policy, request);
		if (strcmp(decided_text(&got), rows[i].want) != 0)
			print_error("got %s\n", decided_text(&got));
		assert_row(strcmp(decided_text(&got), rows[i].want) == 0, i);
		assert_row(strcmp(got.approver_group, rows[i].group) == 0, i);
	}
	policy_free(policy);
}

static void test_effect(void **state)
{
	(void)state;
	packs_put_pack("cavra-t", "", "");
	struct policy *policy = packs_get("cavra-t");
	struct decided got = decided(policy,
				     "{\"action_type\": \"model.promote\", \"target\": \"m-1\"}");
	assert_string_equal(got.effects, "adapter model.promote m-1");
	got = decided(policy, "{\"action_type\": \"model.promote\"}");
	assert_string_equal(got.effects, "adapter model.promote");
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taxonomy),
		cmocka_unit_test(test_effect),
	};
	return cmocka_run_group_tests_name("adapters", tests, packs_set_up, packs_tear_down);
}
