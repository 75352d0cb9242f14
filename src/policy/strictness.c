/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of what is stricter: decision-model section 8.
 */
#include "policy/strictness.h"

#include <string.h>

#include "base/array.h"
#include "json/json.h"

/* clang-format off */
const struct strictness strictness_table[] = {
	{"/metadata/mode",                        {"audit_only", "enforce", "strict", "break_glass"}, "enforce", false},
	{"/filesystem/outside_workspace/read",    {"allow", "require_approval", "block"},  "allow",            false},
	{"/filesystem/outside_workspace/write",   {"allow", "require_approval", "block"},  "require_approval", false},
	{"/commands/readonly",                    {"allow", "off"},                        "off",              false},
	{"/commands/workspace",                   {"allow", "off"},                        "off",              false},
	{"/commands/opaque",                      {"require_approval", "block"},           "require_approval", false},
	{"/git/force_push",                       {"allow", "require_approval", "block"},  "block",            true},
	{"/git/block_direct_push_to_protected_branch", {"false", "true"},                  "true",             true},
	{"/mcp/block_unknown_servers",            {"false", "true"},                       "true",             true},
	{"/mcp/allowlist_enabled",                {"false", "true"},                       "false",            false},
	{"/network/default",                      {"allow", "require_approval", "block"},  "allow",            false},
	{"/approvals/in_place",                   {"critical", "high", "medium", "low", "none"}, "medium",     false},
	{"/hook/authoritative",                   {"true", "false"},                       "false",            false},
};
/* clang-format on */
const size_t strictness_count = ARRAY_SIZE(strictness_table);

const struct strictness *strictness_find(const char *pointer)
{
	for (size_t i = 0; i < strictness_count; i++)
		if (strcmp(strictness_table[i].pointer, pointer) == 0)
			return &strictness_table[i];
	return NULL;
}

const char *strictness_text(const json_t *value)
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	return json_type_name(value);
}

int strictness_rank(const struct strictness *entry, const json_t *value)
{
	const char *text = value ? strictness_text(value) : entry->otherwise;
	if (strcmp(text, "strict_regulated") == 0)
		text = "strict";
	for (int i = 0; i < STRICTNESS_RANKS && entry->rank[i]; i++)
		if (strcmp(entry->rank[i], text) == 0)
			return i;
	return -1;
}

bool strictness_is_guard(const char *key)
{
	return strncmp(key, "require_", strlen("require_")) == 0 ||
	       strncmp(key, "block_", strlen("block_")) == 0;
}
