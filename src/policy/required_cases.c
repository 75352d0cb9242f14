/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/required_cases.h"

#include <stdlib.h>

#include "base/array.h"
#include "json/json.h"

#define CASE(id, section, word, input, decision)                    \
	{                                                           \
		id, section, word,                                  \
			"{\"case_id\":\"" id "\",\"input\":{" input \
			"},\"expected_decision\":\"" decision "\"}" \
	}

/* clang-format off */
const struct required_case required_cases[] = {
	CASE("block_env_read", NULL, NULL,
	     "\"action_type\":\"read_file\",\"target\":\".env\"", "block"),
	CASE("approval_policy_write", "filesystem", "policies/",
	     "\"action_type\":\"write_file\",\"target\":\"policies/cavra-ai-agent-baseline/policy.yaml\"", "require_approval"),
	CASE("allow_terraform_plan", "commands", "terraform plan",
	     "\"action_type\":\"execute_command\",\"target\":\"terraform plan\"", "allow"),
	CASE("block_terraform_apply", "commands", "terraform apply",
	     "\"action_type\":\"execute_command\",\"target\":\"terraform apply -auto-approve\"", "block"),
	CASE("block_protected_branch_push", NULL, NULL,
	     "\"action_type\":\"git_operation\",\"operation\":\"push\",\"target\":\"origin/main\"", "block"),
	CASE("block_unknown_mcp_server", NULL, NULL,
	     "\"action_type\":\"mcp_tool_call\",\"server\":\"unknown-filesystem\",\"tool\":\"read_file\","
	     "\"capability\":\"filesystem\"", "block"),
};
/* clang-format on */
const size_t required_cases_count = ARRAY_SIZE(required_cases);

static bool has_word(const json_t *section, const char *word)
{
	char *text = section ? json_text(section, JSON_COMPACT) : NULL;
	bool found = text && strstr(text, word);
	free(text);
	return found;
}

bool required_case_applies(const struct required_case *one, const struct policy *policy)
{
	return !one->word || has_word(json_object_get(policy->document, one->section), one->word) ||
	       has_word(json_object_get(policy->document, "rules"), one->word);
}
