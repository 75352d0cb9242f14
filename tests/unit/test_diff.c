/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing policies: what differs, and which way it goes.
 */
#include "packs.h"

#include <stdlib.h>

#include "policy/diff.h"
#include "json/json.h"

static json_t *diff(const char *before, const char *after)
{
	struct cavra_error error;
	json_t *report = NULL;
	packs_put_pack("cavra-left", "", before);
	packs_put_pack("cavra-right", "", after);
	struct policy *left = packs_get("cavra-left"), *right = packs_get("cavra-right");
	assert_int_equal(policy_diff(left, right, &report, &error), 0);
	policy_free(left);
	policy_free(right);
	return report;
}

/* The packs' own names, which always differ. */
static bool is_about_id(const json_t *change)
{
	return str_is(json_str(json_object_get(change, "path")), "metadata.id");
}

/* "path change item verdict risk" of the first change but that of the id; "" when there is none. */
static void describe(const json_t *report, char *out, size_t size)
{
	size_t i;
	const json_t *change;
	out[0] = '\0';
	json_array_foreach (json_object_get(report, "changes"), i, change) {
		if (is_about_id(change))
			continue;
		const json_t *item = json_object_get(change, "item");
		if (!item)
			item = json_object_get(change, "rule");
		(void)snprintf(out, size, "%s %s%s%s: %s, %s",
			       json_string_value(json_object_get(change, "path")),
			       json_string_value(json_object_get(change, "change")),
			       item ? " " : "", item ? json_string_value(item) : "",
			       json_string_value(json_object_get(change, "verdict")),
			       json_string_value(json_object_get(change, "risk")));
		return;
	}
}

#define RULE(decision, rest) \
	"rules: [{id: a.b, match: {program: x}, decision: " decision rest "}]\n"

static const struct {
	const char *before, *after, *want;
} meanings[] = {
	/* lists */
	{"commands: {block: [a, 'terraform apply*']}\n", "commands: {block: [a]}\n",
	 "commands.block removed terraform apply*: loosens, critical"},
	{"commands: {block: [a]}\n", "commands: {block: [a, b]}\n",
	 "commands.block added b: tightens, medium"},
	{"commands: {block: [a]}\n", "", "commands.block removed a: loosens, critical"},
	{"commands: {block: [a, b]}\n", "commands: {block: [b, a]}\n", ""},
	{"commands: {block: ['a x']}\n", "commands: {block: ['a*']}\n",
	 "commands.block removed a x: neutral, medium"},
	{"commands: {allow: [a]}\n", "commands: {allow: [a, b]}\n",
	 "commands.allow added b: loosens, high"},
	{"commands: {allow: ['a*']}\n", "commands: {allow: ['a*', 'a b']}\n",
	 "commands.allow added a b: neutral, medium"},
	{"commands: {require_approval: [a]}\n", "commands: {}\n",
	 "commands.require_approval removed a: loosens, high"},
	{"filesystem: {block_read: [.env]}\n", "filesystem: {block_read: [.env, '!.env.x']}\n",
	 "filesystem.block_read added !.env.x: loosens, critical"},
	{"filesystem: {block_read: ['a*', '!ab', ab]}\n",
	 "filesystem: {block_read: ['a*', ab, '!ab']}\n",
	 "filesystem.block_read changed: loosens, critical"},
	{"git: {protected_branches: [main, master]}\n", "",
	 "git.protected_branches removed main: neutral, high"},
	{"git: {protected_branches: [main, master, prod]}\n", "",
	 "git.protected_branches removed main: neutral, high"},
	{"git: {protected_branches: [prod]}\n", "",
	 "git.protected_branches removed prod: loosens, critical"},
	{"mcp: {allowed_servers: [a]}\n", "mcp: {allowed_servers: [a, b]}\n",
	 "mcp.allowed_servers added b: loosens, high"},
	{"compliance: {maps_to: [a]}\n", "compliance: {maps_to: [b]}\n",
	 "compliance.maps_to removed a: neutral, high"},
	/* switches */
	{"git: {force_push: block}\n", "", "git.force_push removed: neutral, high"},
	{"", "git: {force_push: allow}\n", "git.force_push added: loosens, critical"},
	{"commands: {opaque: block}\n", "commands: {}\n",
	 "commands.opaque removed: loosens, critical"},
	{"", "commands: {readonly: allow}\n", "commands.readonly added: loosens, high"},
	{"mcp: {block_unknown_servers: true}\n", "mcp: {block_unknown_servers: false}\n",
	 "mcp.block_unknown_servers changed: loosens, critical"},
	{"git: {require_pull_request: true}\n", "git: {}\n",
	 "git.require_pull_request removed: loosens, critical"},
	{"", "git: {require_pull_request: true}\n",
	 "git.require_pull_request added: tightens, high"},
	{"mcp: {risk_scoring: {a: high}}\n", "mcp: {risk_scoring: {a: low}}\n",
	 "mcp.risk_scoring.a changed: loosens, high"},
	{"approvals: {ttl: 1h}\n", "approvals: {ttl: 8h}\n",
	 "approvals.ttl changed: loosens, high"},
	{"approvals: {in_place: none}\n", "approvals: {in_place: high}\n",
	 "approvals.in_place changed: loosens, high"},
	{"", "approvals: {x: {y: z}}\n", "approvals.x.y added: neutral, high"},
	/* rules */
	{RULE("block", ""), "", "rules removed a.b: loosens, critical"},
	{"", RULE("block", ""), "rules added a.b: tightens, medium"},
	{"", RULE("allow", ""), "rules added a.b: loosens, high"},
	{RULE("allow", ""), "", "rules removed a.b: tightens, medium"},
	{RULE("block", ""), RULE("require_approval", ""), "rules changed a.b: loosens, critical"},
	{RULE("require_approval", ""), RULE("block", ""), "rules changed a.b: tightens, medium"},
	{RULE("block", ""), RULE("block", ", reason: because"),
	 "rules changed a.b: neutral, medium"},
	{RULE("require_approval", ", approver_group: A"),
	 RULE("require_approval", ", approver_group: B"), "rules changed a.b: loosens, high"},
	{RULE("block", ""),
	 "rules: [{id: a.b, match: {program: x, subcommand: [y]}, decision: block}]\n",
	 "rules changed a.b: loosens, critical"},
};

static void test_meanings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		char got[512];
		json_t *report = diff(meanings[i].before, meanings[i].after);
		describe(report, got, sizeof got);
		if (strcmp(got, meanings[i].want) != 0)
			print_error("row %zu: got \"%s\", want \"%s\"\n", i, got, meanings[i].want);
		assert_string_equal(got, meanings[i].want);
		json_decref(report);
	}
}

static void test_modes(void **state)
{
	static const struct {
		const char *before, *after, *verdict;
	} rows[] = {
		{"", ", mode: enforce", "neutral"},
		{", mode: enforce", ", mode: audit_only", "loosens"},
		{", mode: audit_only", ", mode: strict", "tightens"},
		{", mode: strict", ", mode: strict_regulated", "neutral"},
		{", mode: strict", ", mode: break_glass", "loosens"},
		{", mode: break_glass", ", mode: enforce", "loosens"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cavra_error error;
		json_t *report;
		packs_put_pack("cavra-left", rows[i].before, "");
		packs_put_pack("cavra-right", rows[i].after, "");
		struct policy *left = packs_get("cavra-left"), *right = packs_get("cavra-right");
		assert_int_equal(policy_diff(left, right, &report, &error), 0);
		assert_row(str_is(json_str(json_object_get(report, "verdict")), rows[i].verdict),
			   i);
		json_decref(report);
		policy_free(left);
		policy_free(right);
	}
}

static void assert_member(const json_t *report, const char *key, const char *want)
{
	char *text = json_dumps(json_object_get(report, key), JSON_COMPACT | JSON_ENCODE_ANY);
	assert_string_equal(text, want);
	free(text);
}

/* The three lists of paths are what existing users of the report read. */
static void test_report(void **state)
{
	(void)state;
	json_t *report = diff("commands: {block: [a, b], allow: [c]}\ngit: {force_push: block}\n",
			      "commands: {block: [a, d], opaque: block}\n");
	assert_member(report, "added", "[\"commands.opaque\"]");
	assert_member(report, "removed", "[\"commands.allow\",\"git.force_push\"]");
	assert_member(report, "changed", "[\"commands.block\",\"metadata.id\"]");
	assert_member(report, "counts", "{\"tightens\":3,\"loosens\":1,\"neutral\":2}");
	assert_member(report, "verdict", "\"loosens\"");
	assert_member(report, "risk", "\"critical\"");
	assert_false(policy_diff_is_empty(report));
	json_decref(report);
}

/* What is inherited counts as if it were written. */
static void test_inheritance(void **state)
{
	struct cavra_error error;
	json_t *report;
	(void)state;
	packs_put_pack("cavra-parent", "", "commands: {block: [a]}\n");
	packs_put_pack("cavra-child", ", inherits: cavra-parent", "");
	struct policy *left = packs_get("cavra-parent"), *right = packs_get("cavra-child");
	assert_int_equal(policy_diff(left, right, &report, &error), 0);
	assert_member(report, "changed", "[\"metadata.id\"]");
	assert_member(report, "added", "[\"metadata.inherits\"]");
	assert_member(report, "verdict", "\"neutral\"");
	json_decref(report);
	assert_int_equal(policy_diff(left, left, &report, &error), 0);
	assert_true(policy_diff_is_empty(report));
	assert_member(report, "risk", "\"low\"");
	json_decref(report);
	policy_free(left);
	policy_free(right);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_meanings, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_modes, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_report, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_inheritance, packs_set_up, packs_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
