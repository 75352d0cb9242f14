/* SPDX-License-Identifier: Apache-2.0
 *
 * Where rules are written down.
 */
#include "unit.h"

#include "packs.h"
#include "policy/origins.h"

static struct policy *load(bool want)
{
	struct policy_source source = {.pack_dir = packs_directory(), .want_origins = want};
	struct policy *policy;
	struct cavra_error error;
	packs_put_pack("cavra-parent", "",
		       "commands:\n"
		       "  block:\n"
		       "    - deploy*\n"
		       "    - ship*\n"
		       "filesystem: {block_read: [secret]}\n");
	packs_put_pack("cavra-child", ", inherits: [cavra-parent, cavra-ai-agent-baseline]",
		       "commands:\n"
		       "  block: [ship*]\n"
		       "git:\n"
		       "  protected_branches: [live]\n"
		       "rules:\n"
		       "  - id: my.rule\n"
		       "    match: {program: x}\n"
		       "    decision: block\n");
	assert_int_equal(policy_load_pack(&source, "cavra-child", NULL, 0, &policy, &error), 0);
	return policy;
}

/* clang-format off */
static const struct {
	const char *rule_id, *pattern;
	const char *file; /* its end; NULL: nothing is written down */
	int line;
} rows[] = {
	{"commands.block",                           "deploy*",          "cavra-parent/policy.yaml", 4},
	{"commands.block",                           "ship*",            "cavra-child/policy.yaml",  3},
	{"filesystem.read.block",                    "secret",           "cavra-parent/policy.yaml", 6},
	{"filesystem.write.block",                   "secret",           NULL, 0},
	{"git.protected_branch.block_direct_push",   "live",             "cavra-child/policy.yaml",  5},
	{"my.rule",                                  "",                 "cavra-child/policy.yaml",  7},
	{"commands.block",                           "terraform apply*", "pack cavra-ai-agent-baseline", 0},
	{"commands.default.require_approval",        "",                 NULL, 0},
	{"commands.block",                           "unheard of",       NULL, 0},
};
/* clang-format on */

static void every_rule_has_its_place(void **state)
{
	struct policy *policy = load(true);
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy_place place;
		bool found = policy_find_place(policy, rows[i].rule_id, str_from(rows[i].pattern),
					       &place);
		assert_row(found == (rows[i].file != NULL), i);
		if (!found)
			continue;
		assert_row(str_ends(str_from(place.file), str_from(rows[i].file)), i);
		assert_row(place.line == rows[i].line, i);
		assert_row(place.bundled == (place.line == 0), i);
	}
	policy_free(policy);
}

static void only_when_asked_for(void **state)
{
	struct policy *policy = load(false);
	struct policy_place place;
	(void)state;
	assert_false(policy_find_place(policy, "my.rule", STR(""), &place));
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_its_place),
		cmocka_unit_test(only_when_asked_for),
	};
	return cmocka_run_group_tests(tests, packs_set_up, packs_tear_down);
}
