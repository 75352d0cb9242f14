/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/required_cases.h"

#include "base/array.h"

#define CASE(id, input, decision)                               \
	{                                                       \
		id, "{\"case_id\":\"" id "\",\"input\":{" input \
		    "},\"expected_decision\":\"" decision "\"}" \
	}

/* clang-format off */
const struct required_case required_cases[] = {
	CASE("block_env_read",
	     "\"action_type\":\"read_file\",\"target\":\".env\"", "block"),
	CASE("approval_policy_write",
	     "\"action_type\":\"write_file\",\"target\":\"policies/cavra-ai-agent-baseline/policy.yaml\"", "require_approval"),
	CASE("allow_terraform_plan",
	     "\"action_type\":\"execute_command\",\"target\":\"terraform plan\"", "allow"),
	CASE("block_terraform_apply",
	     "\"action_type\":\"execute_command\",\"target\":\"terraform apply -auto-approve\"", "block"),
	CASE("block_protected_branch_push",
	     "\"action_type\":\"git_operation\",\"operation\":\"push\",\"target\":\"origin/main\"", "block"),
	CASE("block_unknown_mcp_server",
	     "\"action_type\":\"mcp_tool_call\",\"server\":\"unknown-filesystem\",\"tool\":\"read_file\","
	     "\"capability\":\"filesystem\"", "block"),
};
/* clang-format on */
const size_t required_cases_count = ARRAY_SIZE(required_cases);
