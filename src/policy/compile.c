/* SPDX-License-Identifier: Apache-2.0
 *
 * A merged document into what src/decide/ asks: texts, switches, modes. Absent keys mean the stricter thing.
 */
#include "base/array.h"
#include "policy/load.h"
#include "json/json.h"

bool outcome_parse(struct str text, enum cavra_outcome *ret)
{
	for (int i = CAVRA_ALLOW; i <= CAVRA_BLOCK; i++)
		if (str_is(text, cavra_outcome_name((enum cavra_outcome)i))) {
			*ret = (enum cavra_outcome)i;
			return true;
		}
	return false;
}

bool severity_parse(struct str text, enum cavra_severity *ret)
{
	for (int i = CAVRA_LOW; i <= CAVRA_CRITICAL; i++)
		if (str_is(text, cavra_severity_name((enum cavra_severity)i))) {
			*ret = (enum cavra_severity)i;
			return true;
		}
	return false;
}

static const struct {
	const char *name;
	enum policy_switch value;
} switch_names[] = {
	{"allow", SWITCH_ALLOW},
	{"off", SWITCH_OFF},
	{"require_approval", SWITCH_APPROVAL},
	{"block", SWITCH_BLOCK},
};

static const struct {
	const char *name;
	enum policy_mode value;
} mode_names[] = {
	{"audit_only", MODE_AUDIT_ONLY},   {"enforce", MODE_ENFORCE},
	{"strict", MODE_STRICT},           {"strict_regulated", MODE_STRICT},
	{"break_glass", MODE_BREAK_GLASS},
};

static enum policy_switch get_switch(const json_t *section, const char *key,
				     enum policy_switch otherwise)
{
	struct str text = STR("");
	(void)json_get_str(section, key, &text);
	for (size_t i = 0; i < ARRAY_SIZE(switch_names); i++)
		if (str_is(text, switch_names[i].name))
			return switch_names[i].value;
	return otherwise;
}

static bool get_bool(const json_t *section, const char *key, bool otherwise)
{
	bool value = otherwise;
	(void)json_get_bool(section, key, &value);
	return value;
}

static enum policy_mode get_mode(const json_t *metadata, bool *ret_given)
{
	struct str text = STR("");
	*ret_given = json_get_str(metadata, "mode", &text);
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++)
		if (str_is(text, mode_names[i].name))
			return mode_names[i].value;
	return MODE_ENFORCE;
}

static struct str get_text(struct arena *arena, const json_t *section, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(section, key, &text);
	return arena_str(arena, text);
}

static void compile_metadata(const json_t *document, struct policy *policy)
{
	const json_t *metadata = json_get_object(document, "metadata");
	policy->id = get_text(policy->arena, metadata, "id");
	policy->title = get_text(policy->arena, metadata, "title");
	policy->version = get_text(policy->arena, metadata, "version");
	policy->description = get_text(policy->arena, metadata, "description");
	policy->mode = get_mode(metadata, &policy->mode_given);
}

static void compile_files(const json_t *document, struct policy *policy)
{
	const json_t *outside = json_get_object(json_get_object(document, "filesystem"),
						"outside_workspace");
	policy->outside_read = get_switch(outside, "read", SWITCH_ALLOW);
	policy->outside_write = get_switch(outside, "write", SWITCH_APPROVAL);
}

static void compile_commands(const json_t *document, struct policy *policy)
{
	const json_t *commands = json_get_object(document, "commands");
	policy->commands_readonly = get_switch(commands, "readonly", SWITCH_OFF) == SWITCH_ALLOW;
	policy->commands_workspace = get_switch(commands, "workspace", SWITCH_OFF) == SWITCH_ALLOW;
	policy->opaque_blocks = get_switch(commands, "opaque", SWITCH_APPROVAL) == SWITCH_BLOCK;
}

static void compile_git(const json_t *document, struct policy *policy)
{
	const json_t *git = json_get_object(document, "git");
	policy->force_push = get_switch(git, "force_push", SWITCH_BLOCK);
	policy->block_direct_push = get_bool(git, "block_direct_push_to_protected_branch", true);
	policy->require_pull_request = get_bool(git, "require_pull_request", false);
	policy->require_human_reviewer = get_bool(git, "require_human_reviewer", false);
	policy->require_ai_attestation = get_bool(git, "require_ai_attestation", false);
}

static void compile_rest(const json_t *document, struct policy *policy)
{
	const json_t *mcp = json_get_object(document, "mcp");
	struct str in_place = STR("");
	policy->mcp_has_section = mcp != NULL;
	policy->mcp_block_unknown = get_bool(mcp, "block_unknown_servers", true);
	policy->network_default = get_switch(json_get_object(document, "network"), "default",
					     SWITCH_UNSET);
	policy->in_place = CAVRA_MEDIUM;
	(void)json_get_str(json_get_object(document, "approvals"), "in_place", &in_place);
	(void)severity_parse(in_place, &policy->in_place);
	policy->in_place_none = str_is(in_place, "none");
	policy->hook_authoritative = get_bool(json_get_object(document, "hook"), "authoritative",
					      false);
}

int loader_compile(struct loader *loader, struct policy *policy)
{
	compile_metadata(loader->merged, policy);
	compile_files(loader->merged, policy);
	compile_commands(loader->merged, policy);
	compile_git(loader->merged, policy);
	compile_rest(loader->merged, policy);
	int code = loader_compile_lists(loader, policy);
	if (code == 0)
		code = loader_compile_rules(loader, policy);
	if (code == 0 && loader->source->want_cases)
		code = loader_compile_cases(loader, policy);
	return code;
}
