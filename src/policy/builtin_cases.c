/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin_cases.h"

#include "base/array.h"
#include "policy/required_cases.h"
#include "json/json.h"

#define CASE(id, input, decision, rule)                                                        \
	"{\"case_id\":\"" id "\",\"input\":{" input "},\"expected_decision\":\"" decision "\"" \
	",\"rule\":\"" rule "\"}"
#define COMMAND(text) "\"action_type\":\"execute_command\",\"target\":\"" text "\""
#define WRITE(path) "\"action_type\":\"write_file\",\"target\":\"" path "\""

/* clang-format off */
const struct builtin_case builtin_cases[] = {
	/* Whatever a policy says. */
	{.text = CASE("guard_policy_write", WRITE(".cavra/policy.yaml"), "block", "self_protection.block")},
	{.text = CASE("guard_policy_delete", COMMAND("sh -c 'rm -rf .cavra'"), "block", "self_protection.block")},
	{.text = CASE("guard_agent_settings", COMMAND("echo {} > .claude/settings.json"), "block", "self_protection.block")},
	{.text = CASE("guard_git_hooks", WRITE(".git/hooks/pre-commit"), "block", "self_protection.block")},
	{.text = CASE("guard_shell_start", COMMAND("tee -a ~/.bashrc"), "block", "self_protection.block")},
	{.text = CASE("block_metadata_address", "\"action_type\":\"network_request\",\"target\":\"http://169.254.169.254/latest/meta-data/\"",
	      "block", "network.metadata.block")},
	{.text = CASE("block_name_with_nul", "\"action_type\":\"read_file\",\"target\":\"a\\u0000b\"", "block", "request.malformed.block")},

	/* What most policies are meant to answer in the same way. */
	{.required = "block_env_read", .section = "filesystem", .key = "block_read", .item = ".env"},
	{.required = "approval_policy_write", .section = "filesystem", .key = "require_approval_write", .item = "policies/"},
	{.required = "allow_terraform_plan", .section = "commands", .key = "allow", .item = "terraform plan"},
	{.required = "block_terraform_apply", .section = "commands", .key = "block", .item = "terraform apply"},
	{.required = "block_protected_branch_push", .section = "git", .key = "protected_branches", .item = "main", .by_default = true,
	 .unless = "block_direct_push_to_protected_branch"},
	{.required = "block_unknown_mcp_server", .section = "mcp", .unless = "block_unknown_servers"},
};
/* clang-format on */
const size_t builtin_cases_count = ARRAY_SIZE(builtin_cases);

const char *builtin_case_text(const struct builtin_case *test)
{
	for (size_t i = 0; test->required && i < required_cases_count; i++)
		if (strcmp(required_cases[i].id, test->required) == 0)
			return required_cases[i].text;
	return test->text;
}

static bool has_item(const json_t *list, const char *item)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_starts(json_str(json_array_get(list, i)), str_from(item)))
			return true;
	return false;
}

bool builtin_case_applies(const struct builtin_case *test, const struct policy *policy)
{
	const json_t *section = test->section ? json_object_get(policy->document, test->section)
					      : NULL;
	if (!test->section)
		return true;
	if (!section || (test->unless && json_is_false(json_object_get(section, test->unless))))
		return false;
	const json_t *list = test->key ? json_object_get(section, test->key) : NULL;
	return !test->key || (test->by_default && !list) || has_item(list, test->item);
}
