/* SPDX-License-Identifier: Apache-2.0
 *
 * Inheritance, overlays, merging: what adds up, what replaces, and what a child cannot loosen.
 */
#include "packs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

static void assert_part(const struct policy *policy, const char *section, const char *key,
			const char *want)
{
	char *got = packs_part(policy, section, key);
	assert_non_null(got);
	if (strcmp(got, want) != 0)
		print_error("%s.%s: got %s, want %s\n", section, key ? key : "", got, want);
	assert_string_equal(got, want);
	free(got);
}

/* ---- merging, reference section 3.3 ---- */

static void test_lists_add_up(void **state)
{
	(void)state;
	packs_put_pack("cavra-a", "",
		       "commands: {block: [z, b]}\nmcp: {allowed_servers: [y]}\n"
		       "compliance: {maps_to: [z, b]}\n");
	packs_put_pack("cavra-b", "", "commands: {block: [b, y], allow: [q]}\n");
	packs_put_pack("cavra-c", ", inherits: [cavra-a, cavra-b]",
		       "commands: {block: [a, z]}\nmcp: {allowed_servers: [x, y]}\n"
		       "compliance: {maps_to: [a, b]}\n");
	struct policy *policy = packs_get("cavra-c");
	assert_part(policy, "commands", "block", "[\"a\",\"b\",\"y\",\"z\"]");
	assert_part(policy, "commands", "allow", "[\"q\"]");
	assert_part(policy, "mcp", "allowed_servers", "[\"x\",\"y\"]");
	assert_part(policy, "compliance", "maps_to", "[\"z\",\"b\",\"a\"]");
	assert_int_equal(pattern_list_length(policy->list[LIST_COMMANDS_BLOCK]), 4);
	policy_free(policy);
	/* As it is written when nothing is merged. */
	policy = packs_get("cavra-a");
	assert_part(policy, "commands", "block", "[\"z\",\"b\"]");
	policy_free(policy);
}

static void test_metadata(void **state)
{
	(void)state;
	packs_put("cavra-a",
		  "metadata: {id: cavra-a, title: A, description: a, version: 1.0.0, mode: "
		  "strict}\n");
	packs_put("cavra-b", "metadata: {id: cavra-b, title: B, description: b, version: 2.0.0, "
			     "inherits: cavra-a}\n");
	struct policy *policy = packs_get("cavra-b");
	assert_str(policy->id, "cavra-b");
	assert_str(policy->title, "B");
	assert_str(policy->description, "b");
	assert_str(policy->version, "2.0.0");
	assert_int_equal(policy->mode, MODE_STRICT);
	assert_part(policy, "metadata", "inherits", "\"cavra-a\"");
	policy_free(policy);
}

static void test_objects(void **state)
{
	(void)state;
	packs_put_pack("cavra-a", "",
		       "approvals: {x: {groups: [a], n: 1, deep: {k: [1, {p: q}]}}}\n");
	packs_put_pack("cavra-b", ", inherits: cavra-a",
		       "approvals: {x: {groups: [b, a], n: 2, deep: {k: [{p: q}, 2]}}, y: {}}\n");
	struct policy *policy = packs_get("cavra-b");
	char *got = packs_part(policy, "approvals", NULL);
	json_t *have = json_loads(got, 0, NULL);
	json_t *want =
		json_loads("{\"x\": {\"groups\": [\"a\", \"b\"], \"n\": 2, \"deep\": {\"k\": "
			   "[1, {\"p\": \"q\"}, 2]}}, \"y\": {}}",
			   0, NULL);
	assert_true(json_equal(have, want));
	json_decref(have);
	json_decref(want);
	free(got);
	policy_free(policy);
}

/* A pack that is reached twice counts once, where it was reached first. */
static void test_diamond(void **state)
{
	(void)state;
	packs_put_pack("cavra-d", "", "commands: {block: [d], opaque: require_approval}\n");
	packs_put_pack("cavra-b", ", inherits: cavra-d", "commands: {block: [b], opaque: block}\n");
	packs_put_pack("cavra-c", ", inherits: cavra-d", "commands: {block: [c]}\n");
	packs_put_pack("cavra-a", ", inherits: [cavra-b, cavra-c]", "commands: {block: [a]}\n");
	struct policy *policy = packs_get("cavra-a");
	assert_part(policy, "commands", "block", "[\"a\",\"b\",\"c\",\"d\"]");
	assert_true(policy->opaque_blocks);
	policy_free(policy);
}

/* Of parents side by side the stricter counts, whatever their order. */
static void test_siblings(void **state)
{
	(void)state;
	packs_put_pack("cavra-a", ", mode: strict",
		       "git: {force_push: block, require_pull_request: true}\n"
		       "mcp: {block_unknown_servers: false}\nnetwork: {default: allow}\n");
	packs_put_pack("cavra-b", ", mode: enforce",
		       "git: {force_push: allow, require_pull_request: false}\n"
		       "network: {default: block}\nhook: {authoritative: true}\n");
	packs_put_pack("cavra-c", ", inherits: [cavra-a, cavra-b]", "");
	packs_put_pack("cavra-d", ", inherits: [cavra-b, cavra-a]", "");
	for (int i = 0; i < 2; i++) {
		struct policy *policy = packs_get(i ? "cavra-c" : "cavra-d");
		assert_int_equal(policy->mode, MODE_STRICT);
		assert_int_equal(policy->force_push, SWITCH_BLOCK);
		assert_true(policy->require_pull_request);
		assert_int_equal(policy->network_default, SWITCH_BLOCK);
		policy_free(policy);
	}
	struct policy *policy = packs_get("cavra-d");
	assert_true(policy->mcp_block_unknown); /* cavra-b says nothing, which blocks */
	policy_free(policy);
}

static void test_protected_branches(void **state)
{
	(void)state;
	packs_put_pack("cavra-a", "", "git: {protected_branches: [trunk]}\n");
	packs_put_pack("cavra-b", "", "");
	packs_put_pack("cavra-c", ", inherits: cavra-b",
		       "git: {protected_branches: ['release/*']}\n");
	packs_put_pack("cavra-d", ", inherits: cavra-a",
		       "git: {protected_branches: ['release/*']}\n");
	static const struct {
		const char *id;
		size_t n;
	} rows[] = {{"cavra-a", 1}, {"cavra-b", 2}, {"cavra-c", 3}, {"cavra-d", 2}};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy *policy = packs_get(rows[i].id);
		assert_row(pattern_list_length(policy->list[LIST_GIT_PROTECTED]) == rows[i].n, i);
		policy_free(policy);
	}
}

/* ---- what a child cannot do: W26 ---- */

/* clang-format off */
static const struct loosening {
	const char *parent, *child;
	const char *want; /* behind "cavra-c/policy.yaml:" */
} loosenings[] = {
	{"commands: {block: [x]}", "commands: {block: null}", "2:19: this is null; write a list; cavra-p/policy.yaml says something here, which this cannot take away"},
	{"commands: {block: [x]}", "commands: {block: y}", "2:19: this is a string; write a list; cavra-p/policy.yaml says something here"},
	{"commands: {block: [x]}", "commands: {block: false}", "2:19: "},
	{"commands: {block: [x]}", "commands: {block: {}}", "2:19: "},
	{"commands: {block: [x]}", "commands: {block: []}", "2:19: an empty array cannot take away the array in cavra-p/policy.yaml; add to it or leave block out"},
	{"commands: {block: [x]}", "commands: null", "2:11: this is null; write an object; cavra-p/policy.yaml says something here"},
	{"commands: {block: [x]}", "commands: []", "2:11: "},
	{"filesystem: {block_read: [x]}", "filesystem: {block_read: []}", "2:26: an empty array"},
	{"filesystem: {require_approval_write: [x]}", "filesystem: {require_approval_write: }", "2:14: this is null"},
	{"git: {protected_branches: [x]}", "git: {protected_branches: []}", "2:27: an empty array"},
	{"", "git: {protected_branches: []}", "2:27: an empty array cannot take away the array by default"},
	{"git: {require_pull_request: true}", "git: {require_pull_request: false}", "2:29: \"false\" is weaker than \"true\" in cavra-p/policy.yaml, and a pack can only tighten what it inherits; leave require_pull_request out"},
	{"git: {require_human_reviewer: true}", "git: {require_human_reviewer: false}", "2:31: "},
	{"git: {require_ai_attestation: true}", "git: {require_ai_attestation: false}", "2:31: "},
	{"git: {block_direct_push_to_protected_branch: true}", "git: {block_direct_push_to_protected_branch: false}", "2:46: "},
	{"", "git: {block_direct_push_to_protected_branch: false}", "2:46: \"false\" is weaker than \"true\" by default"},
	{"git: {force_push: block}", "git: {force_push: require_approval}", "2:19: "},
	{"git: {force_push: require_approval}", "git: {force_push: allow}", "2:19: "},
	{"", "git: {force_push: allow}", "2:19: \"allow\" is weaker than \"block\" by default"},
	{"mcp: {block_unknown_servers: true}", "mcp: {block_unknown_servers: false}", "2:30: "},
	{"", "mcp: {block_unknown_servers: false}", "2:30: "},
	{"mcp: {allowlist_enabled: true}", "mcp: {allowlist_enabled: false}", "2:26: "},
	{"filesystem: {outside_workspace: {write: block}}", "filesystem: {outside_workspace: {write: require_approval}}", "2:41: "},
	{"filesystem: {outside_workspace: {write: require_approval}}", "filesystem: {outside_workspace: {write: allow}}", "2:41: "},
	{"filesystem: {outside_workspace: {read: block}}", "filesystem: {outside_workspace: {read: allow}}", "2:40: "},
	{"commands: {opaque: block}", "commands: {opaque: require_approval}", "2:20: "},
	{"commands: {readonly: off}", "commands: {readonly: allow}", "2:22: "},
	{"commands: {workspace: off}", "commands: {workspace: allow}", "2:23: "},
	{"network: {default: block}", "network: {default: allow}", "2:20: "},
	{"network: {default: require_approval}", "network: {default: allow}", "2:20: "},
	{"network: {block: [a.b]}", "network: {block: []}", "2:18: "},
	{"approvals: {in_place: low}", "approvals: {in_place: medium}", "2:23: "},
	{"approvals: {in_place: none}", "approvals: {in_place: low}", "2:23: "},
	{"hook: {authoritative: false}", "hook: {authoritative: true}", "2:23: "},
	{"evidence: {require_agent_manifest: true}", "evidence: {require_agent_manifest: false}", "2:36: "},
	{"approvals: {x: {groups: [a]}}", "approvals: {x: null}", "2:16: this null cannot take away the object in cavra-p/policy.yaml"},
	{"approvals: {x: {groups: [a]}}", "approvals: {x: {groups: a}}", "2:25: this string cannot take away the array"},
	{"rules: [{id: a.b, match: {program: x}, decision: block}]", "rules: [{id: a.b, match: {program: x}, decision: allow}]", "2:14: another rule, here or in a parent, has this id; choose another"},
	{"rules: [{id: a.b, match: {program: x}, decision: block}]", "rules: []", "2:8: an empty array"},
};

static const struct tightening {
	const char *parent, *child;
} tightenings[] = {
	{"commands: {block: [x]}", "commands: {block: [x, y]}"},
	{"commands: {block: [x]}", "commands: {}"},
	{"commands: {block: []}", "commands: {block: []}"},
	{"commands: {block: [x]}", "commands: {allow: [x, '*']}"},
	{"git: {require_pull_request: false}", "git: {require_pull_request: true}"},
	{"git: {require_pull_request: true}", "git: {require_pull_request: true}"},
	{"git: {force_push: allow}", "git: {force_push: block}"},
	{"git: {force_push: allow}", "git: {force_push: allow}"},
	{"", "git: {force_push: block, block_direct_push_to_protected_branch: true}"},
	{"mcp: {block_unknown_servers: false}", "mcp: {block_unknown_servers: false, allowed_servers: [a]}"},
	{"commands: {readonly: allow, workspace: allow}", "commands: {readonly: off, workspace: off, opaque: block}"},
	{"", "commands: {readonly: allow}"},
	{"", "filesystem: {outside_workspace: {write: allow}}"},
	{"", "network: {default: allow}"},
	{"hook: {authoritative: true}", "hook: {authoritative: false}"},
	{"approvals: {in_place: medium}", "approvals: {in_place: none}"},
	{"rules: [{id: a.b, match: {program: x}, decision: block}]", "rules: [{id: a.b, match: {program: x}, decision: block}]"},
};
/* clang-format on */

static void test_loosening(void **state)
{
	static const char file[] = "cavra-c/policy.yaml:";
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(loosenings); i++) {
		packs_put_pack("cavra-p", "", loosenings[i].parent);
		packs_put_pack("cavra-c", ", inherits: cavra-p", loosenings[i].child);
		const char *got = packs_try("cavra-c");
		bool right = strncmp(got, file, sizeof file - 1) == 0 &&
			     strncmp(got + sizeof file - 1, loosenings[i].want,
				     strlen(loosenings[i].want)) == 0;
		if (!right)
			print_error("%s -> %s\ngot %s\nwant %s%s\n", loosenings[i].parent,
				    loosenings[i].child, got, file, loosenings[i].want);
		assert_row(right, i);
	}
}

static void test_tightening(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tightenings); i++) {
		packs_put_pack("cavra-p", "", tightenings[i].parent);
		packs_put_pack("cavra-c", ", inherits: cavra-p", tightenings[i].child);
		const char *got = packs_try("cavra-c");
		if (got[0])
			print_error("%s -> %s\n", tightenings[i].child, got);
		assert_row(!got[0], i);
	}
}

static void test_modes(void **state)
{
	static const struct {
		const char *parent, *child, *want;
		enum policy_mode mode;
	} rows[] = {
		{"", "", "", MODE_ENFORCE},
		{"", ", mode: audit_only", "", MODE_AUDIT_ONLY},
		{", mode: audit_only", ", mode: enforce", "", MODE_ENFORCE},
		{", mode: strict", "", "", MODE_STRICT},
		{", mode: strict", ", mode: strict_regulated", "", MODE_STRICT},
		{", mode: enforce", ", mode: audit_only",
		 "\"audit_only\" is weaker than \"enforce\" in", MODE_ENFORCE},
		{", mode: strict_regulated", ", mode: enforce", "is weaker than", MODE_ENFORCE},
		{", mode: break_glass", ", mode: strict", "is weaker than", MODE_ENFORCE},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char more[64];
		packs_put_pack("cavra-p", rows[i].parent, "");
		(void)snprintf(more, sizeof more, ", inherits: cavra-p%s", rows[i].child);
		packs_put_pack("cavra-c", more, "");
		const char *got = packs_try("cavra-c");
		assert_row(rows[i].want[0] ? strstr(got, rows[i].want) != NULL : !got[0], i);
		if (rows[i].want[0])
			continue;
		struct policy *policy = packs_get("cavra-c");
		assert_row(policy->mode == rows[i].mode, i);
		policy_free(policy);
	}
}

/* ---- circles and caps: W27 ---- */

static void count(void *context, const struct cavra_error *mistake)
{
	assert_true(mistake->text[0]);
	++*(size_t *)context;
}

static void test_circles(void **state)
{
	(void)state;
	packs_put_pack("cavra-a", ", inherits: cavra-a", "");
	assert_string_equal(
		packs_try("cavra-a"),
		"cavra-a/policy.yaml:1:77: packs inherit each other in a circle: cavra-a "
		"-> cavra-a; remove one of them");
	/* Also under a wrong id of its own. */
	packs_put("cavra-a", "metadata: {id: cavra-z, title: t, description: d, version: 1.0.0, "
			     "inherits: cavra-a}\n");
	assert_non_null(strstr(packs_try("cavra-a"), "cavra-a"));
	size_t mistakes = 0;
	struct policy_source source = {.pack_dir = packs_directory()};
	assert_int_equal(policy_check_file(&source, packs_path("cavra-a"), count, &mistakes, NULL),
			 CAVRA_ERR_POLICY);
	assert_int_equal(mistakes, 2);
	packs_put_pack("cavra-x", ", inherits: cavra-a", "");
	packs_put_pack("cavra-a", ", inherits: [cavra-b]", "");
	packs_put_pack("cavra-b", ", inherits: [cavra-ok, cavra-c]", "");
	packs_put_pack("cavra-c", ", inherits: cavra-a", "");
	packs_put_pack("cavra-ok", "", "");
	assert_string_equal(
		packs_try("cavra-x"),
		"cavra-c/policy.yaml:1:77: packs inherit each other in a circle: cavra-a "
		"-> cavra-b -> cavra-c -> cavra-a; remove one of them");
}

static void test_caps(void **state)
{
	char id[32], more[48];
	(void)state;
	for (int i = 0; i <= LIMIT_POLICY_PACKS; i++) {
		(void)snprintf(id, sizeof id, "cavra-n%d", i);
		(void)snprintf(more, sizeof more, ", inherits: cavra-n%d", i - 1);
		packs_put_pack(id, i ? more : "", "");
	}
	(void)snprintf(id, sizeof id, "cavra-n%d", LIMIT_POLICY_PACKS - 1);
	assert_string_equal(packs_try(id), "");
	(void)snprintf(id, sizeof id, "cavra-n%d", LIMIT_POLICY_PACKS);
	assert_non_null(strstr(packs_try(id), "more than 64 packs and overlays in one policy"));
	size_t mistakes = 0;
	struct policy_source source = {.pack_dir = packs_directory()};
	assert_int_equal(policy_check_file(&source, packs_path(id), count, &mistakes, NULL),
			 CAVRA_ERR_LIMIT);
	assert_int_equal(mistakes, 1);
}

/* ---- overlays ---- */

static const char *try_overlays(const char *id, const char *one, const char *two,
				struct policy **ret_policy)
{
	const char *overlays[2] = {packs_path(one), two ? packs_path(two) : NULL};
	struct policy_source source = {.pack_dir = packs_directory()};
	struct cavra_error error;
	return packs_complaint(
		policy_load_pack(&source, id, overlays, two ? 2 : 1, ret_policy, &error), &error);
}

static void test_overlays(void **state)
{
	struct policy *policy = NULL;
	(void)state;
	packs_put_pack("cavra-a", "",
		       "commands: {block: [a]}\ngit: {force_push: require_approval}\n");
	packs_put_pack("cavra-p", "", "commands: {block: [p]}\ngit: {force_push: allow}\n");
	packs_put("o.yaml", "metadata: {id: cavra-o, title: t, description: d, version: 1.0.0, "
			    "inherits: cavra-p}\ncommands: {block: [o]}\n");
	packs_put_pack("cavra-l", "", "git: {force_push: allow}\n");
	assert_string_equal(try_overlays("cavra-a", "o.yaml", NULL, &policy), "");
	assert_part(policy, "commands", "block", "[\"a\",\"o\",\"p\"]");
	assert_int_equal(policy->force_push, SWITCH_APPROVAL);
	assert_str(policy->id, "cavra-o");
	policy_free(policy);
	assert_string_equal(
		try_overlays("cavra-a", "o.yaml", "cavra-l", &policy),
		"cavra-l/policy.yaml:2:19: \"allow\" is weaker than \"require_approval\" in "
		"cavra-a/policy.yaml, and a pack can only tighten what it inherits; leave "
		"force_push out");
	assert_non_null(strstr(try_overlays("cavra-a", "no.yaml", NULL, &policy), "no.yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lists_add_up, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_metadata, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_objects, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_diamond, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_siblings, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_protected_branches, packs_set_up,
						packs_tear_down),
		cmocka_unit_test_setup_teardown(test_loosening, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_tightening, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_modes, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_circles, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_caps, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_overlays, packs_set_up, packs_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
