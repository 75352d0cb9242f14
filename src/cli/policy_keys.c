/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of policy keys, see policy_keys.h.
 */
#include "cli/policy_keys.h"

#include "base/array.h"

/* clang-format off */
const struct policy_key policy_keys[] = {
	{"metadata", "", "What the policy is, and what it inherits"},
	{"metadata", "id", "The name of the policy: cavra- and small letters, digits, dashes"},
	{"metadata", "title", "One line about it"},
	{"metadata", "description", "What it is for"},
	{"metadata", "version", "Its version, as text"},
	{"metadata", "inherits", "The id of a pack, or a list of them, which this policy adds to and can only tighten"},
	{"metadata", "mode", "The runtime mode; enforce when absent"},
	{"metadata", "owner", "Who looks after it"},
	{"metadata", "tags", "Words for people"},

	{"filesystem", "", "Rules about files, whatever tool or command names them. Patterns are those of gitignore"},
	{"filesystem", "block_read", "Files that are not read"},
	{"filesystem", "block_write", "Files that are not written, deleted or renamed"},
	{"filesystem", "require_approval_write", "Files that are written only after a person agreed"},
	{"filesystem", "outside_workspace", "What holds outside of the workspace and the temporary directory, as read and write; by default allow and require_approval"},

	{"commands", "", "Rules about commands, matched with what really runs"},
	{"commands", "block", "Commands that are not run"},
	{"commands", "require_approval", "Commands that are run only after a person agreed"},
	{"commands", "allow", "Commands that are run without asking"},
	{"commands", "readonly", "Whether commands that only look are allowed; off when absent"},
	{"commands", "workspace", "Whether commands that change nothing but unprotected files of the workspace are allowed; off when absent"},
	{"commands", "opaque", "What holds for text of which nobody can tell what it runs; require_approval when absent"},

	{"git", "", "Rules about Git, in commands and in Git tools"},
	{"git", "protected_branches", "Branches that are reached by pull requests only; main and master when absent"},
	{"git", "block_direct_push_to_protected_branch", "Whether pushes to them are blocked; true when absent"},
	{"git", "force_push", "What holds for rewriting or deleting one of them; block when absent"},
	{"git", "require_pull_request", "Nothing reaches a protected branch by a push"},
	{"git", "require_human_reviewer", "Merging and approving pull requests asks first"},
	{"git", "require_ai_attestation", "The same, for attestation"},

	{"mcp", "", "Rules about tool servers"},
	{"mcp", "allowlist_enabled", "Kept with the policy for people and reports"},
	{"mcp", "block_unknown_servers", "Whether a server that no list names is blocked; true when absent"},
	{"mcp", "allowed_servers", "Servers whose tools may be called"},
	{"mcp", "blocked_servers", "Servers whose tools may not"},
	{"mcp", "risk_scoring", "Kept with the policy for people and reports"},

	{"network", "", "Rules about hosts: names, *.names, addresses and ranges, with an optional port"},
	{"network", "allow", "Hosts that may be talked to"},
	{"network", "block", "Hosts that may not"},
	{"network", "require_approval", "Hosts that are talked to only after a person agreed"},
	{"network", "default", "What holds for all others; without it a host alone is no reason to ask"},

	{"rules", "", "Rules of the policy's own, each with an id, a match and a decision"},

	{"approvals", "", "Who approves what. Other keys are kept for the processes around"},
	{"approvals", "in_place", "The highest severity that the person at the agent may approve; medium when absent"},
	{"approvals", "groups", "Groups that can approve"},
	{"approvals", "ttl", "How long an approval holds: a number and s, m, h or d"},
	{"approvals", "scope", "What an approval covers"},
	{"approvals", "severity", "The three keys above, by severity"},
	{"approvals", "rules", "The same, by rule id"},

	{"evidence", "", "What a record must have, for the processes around"},
	{"evidence", "required_fields", "Fields that are not empty"},
	{"evidence", "require_branch_pattern", "How branches are named"},

	{"compliance", "", "What the policy serves"},
	{"compliance", "maps_to", "Names of controls"},

	{"hook", "", "How agents are answered"},
	{"hook", "authoritative", "Say allow also where merely nothing forbids; false when absent"},

	{"exceptions", "", "What of a parent no longer holds, each with parent, path, remove or value, reason, approved_by and expires. Counts only in a signed policy, and is refused otherwise"},

	{"tests", "", "Cases: a request (input), what must be decided about it (decision), and if wanted the rule, the severity, a name and the facts of the world"},
};
/* clang-format on */
const size_t policy_keys_count = ARRAY_SIZE(policy_keys);
