/* SPDX-License-Identifier: Apache-2.0
 *
 * The section `exceptions`: what it takes away, from whom, and when it is refused.
 */
#include "packs.h"

#include <stdlib.h>

#include "base/when.h"
#include "policy/diff.h"
#include "json/json.h"

#define NOW "2026-01-31T12:00:00Z"
#define LATER "2026-02-01T12:00:00Z"

static int answer; /* of the check of every file */

static int check(void *context, const struct policy_file *file, struct cavra_error *error)
{
	(void)context, (void)file, (void)error;
	return answer;
}

static int load(const char *id, bool only_looks, bool checks, const char *now,
		struct policy **ret_policy, struct cavra_error *error)
{
	struct policy_source source = {.pack_dir = packs_directory(), .only_looks = only_looks};
	if (checks)
		source.check = check;
	if (now)
		assert_true(when_parse(str_from(now), &source.now));
	return policy_load_pack(&source, id, NULL, 0, ret_policy, error);
}

/* The compact text of a member of the compiled pack, or the complaint. */
static const char *try(const char *id, const char *section, const char *key)
{
	static char out[2048];
	struct policy *policy = NULL;
	struct cavra_error error;
	int code = load(id, true, false, NOW, &policy, &error);
	if (code < 0)
		return packs_complaint(code, &error);
	char *part = packs_part(policy, section, key);
	(void)snprintf(out, sizeof out, "%s", part);
	free(part);
	policy_free(policy);
	return out;
}

#define E(parent, path, what)                        \
	"{parent: " parent ", path: " path ", " what \
	", reason: r, approved_by: bob, expires: " LATER "}"
#define RULES                                                                                      \
	"rules: [{id: a.x, match: {program: x}, decision: block}, {id: a.y, match: {program: y}, " \
	"decision: block}]\n"

static void put_family(void)
{
	packs_put_pack("cavra-p", "",
		       "commands: {block: [a, b], opaque: block}\ngit: {force_push: block}\n"
		       "filesystem: {block_read: ['*.pem', '!x.pem', .env]}\n"
		       "mcp: {block_unknown_servers: true}\n" RULES);
	packs_put_pack("cavra-q", "", "commands: {block: [b, c], opaque: block}\n");
	packs_put_pack("cavra-r", ", inherits: cavra-p", "commands: {block: [d]}\n");
}

static const struct {
	const char *inherits, *text, *section, *key, *want;
} taken[] = {
	{"cavra-p", "exceptions: [" E("cavra-p", "commands.block", "remove: a") "]\n", "commands",
	 "block", "[\"b\"]"},
	{"cavra-p",
	 "exceptions: [" E("cavra-p", "commands.block", "remove: a") "]\n"
								     "commands: {block: [z]}\n",
	 "commands", "block", "[\"b\",\"z\"]"},
	/* through another pack, and what both of two say */
	{"cavra-r", "exceptions: [" E("cavra-p", "commands.block", "remove: a") "]\n", "commands",
	 "block", "[\"b\",\"d\"]"},
	{"[cavra-p, cavra-q]",
	 "exceptions: [" E("cavra-p", "commands.block",
			   "remove: b") ", " E("cavra-q", "commands.block", "remove: b") "]\n",
	 "commands", "block", "[\"a\",\"c\"]"},
	/* a list whose order counts, with the patterns of each pack apart */
	{"cavra-p",
	 "exceptions: [" E("cavra-p", "filesystem.block_read",
			   "remove: .env") "]\n"
					   "filesystem: {block_read: [k]}\n",
	 "filesystem", "block_read",
	 "[\"--- cavra-p\",\"*.pem\",\"!x.pem\",\"--- cavra-x\",\"k\"]"},
	/* values, and what holds without being written */
	{"cavra-p",
	 "exceptions: [" E("cavra-p", "commands.opaque", "value: require_approval") "]\n",
	 "commands", "opaque", "\"require_approval\""},
	{"cavra-p",
	 "exceptions: [" E("cavra-p", "git.force_push",
			   "value: allow") "]\n"
					   "git: {force_push: require_approval}\n",
	 "git", "force_push", "\"require_approval\""},
	{"cavra-q",
	 "exceptions: [" E("cavra-q", "git.force_push",
			   "value: allow") "]\n"
					   "git: {force_push: allow}\n",
	 "git", "force_push", "\"allow\""},
	{"cavra-p", "exceptions: [" E("cavra-p", "mcp.block_unknown_servers", "value: false") "]\n",
	 "mcp", "block_unknown_servers", "false"},
};

static void test_taken(void **state)
{
	(void)state;
	put_family();
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		char more[64];
		(void)snprintf(more, sizeof more, ", inherits: %s", taken[i].inherits);
		packs_put_pack("cavra-x", more, taken[i].text);
		const char *got = try("cavra-x", taken[i].section, taken[i].key);
		if (strcmp(got, taken[i].want) != 0)
			print_error("row %zu: %s\n", i, got);
		assert_string_equal(got, taken[i].want);
	}
}

/* What is compiled is what is told: a rule, and a pattern of a list whose order counts. */
static void test_compiled(void **state)
{
	struct policy *policy;
	struct cavra_error error;
	(void)state;
	put_family();
	packs_put_pack("cavra-x", ", inherits: cavra-p",
		       "exceptions: [" E("cavra-p", "rules", "remove: a.x") ", " E(
			       "cavra-p", "filesystem.block_read", "remove: .env") "]\n");
	assert_int_equal(load("cavra-x", true, false, NOW, &policy, &error), 0);
	assert_int_equal(policy->n_rules, 1);
	assert_str(policy->rules[0].id, "a.y");
	policy_free(policy);
	/* Its id is free for another one. */
	packs_put_pack(
		"cavra-x", ", inherits: cavra-p",
		"exceptions: [" E(
			"cavra-p", "rules",
			"remove: a.x") "]\n"
				       "rules: [{id: a.x, match: {program: x}, decision: require_approval}]\n");
	assert_int_equal(load("cavra-x", true, false, NOW, &policy, &error), 0);
	assert_int_equal(policy->n_rules, 2);
	policy_free(policy);
}

/* Whoever inherits the same protection by another way keeps it. */
static void test_others_keep_theirs(void **state)
{
	struct policy *policy;
	struct cavra_error error;
	(void)state;
	put_family();
	packs_put_pack("cavra-x", ", inherits: cavra-p",
		       "exceptions: [" E("cavra-p", "commands.block", "remove: a") ", " E(
			       "cavra-p", "rules", "remove: a.x") ", " E("cavra-p",
									 "filesystem.block_read",
									 "remove: .env") "]\n");
	packs_put_pack("cavra-top", ", inherits: [cavra-x, cavra-r]", "");
	assert_int_equal(load("cavra-top", true, false, NOW, &policy, &error), 0);
	char *block = packs_part(policy, "commands", "block");
	char *read = packs_part(policy, "filesystem", "block_read");
	assert_string_equal(block, "[\"a\",\"b\",\"d\"]");
	assert_string_equal(read, "[\"*.pem\",\"!x.pem\",\".env\"]");
	assert_int_equal(policy->n_rules, 2);
	free(block);
	free(read);
	policy_free(policy);
	packs_put_pack("cavra-top", ", inherits: cavra-x", "commands: {block: [t]}\n");
	assert_string_equal(try("cavra-top", "commands", "block"), "[\"b\",\"t\"]");
}

static const struct {
	const char *inherits, *text, *complaint;
} refused[] = {
	{"cavra-p", E("cavra-p", "commands.block", "remove: zz"),
	 "cavra-x/policy.yaml:2:38: cavra-p says no such thing at commands.block"},
	{"cavra-p", E("cavra-q", "commands.block", "remove: c"), "nothing that this pack inherits"},
	{"[cavra-p, cavra-q]", E("cavra-p", "commands.block", "remove: b"),
	 "cavra-q says the same; except it there as well"},
	{"[cavra-p, cavra-q]", E("cavra-p", "commands.opaque", "value: require_approval"),
	 "cavra-q says the same"},
	{"cavra-r", E("cavra-r", "commands.block", "remove: a"), "cavra-p says the same"},
	{"cavra-p", E("cavra-p", "commands.opaque", "value: allow"), "no value of commands.opaque"},
	{"cavra-p", E("cavra-p", "commands.block", "value: x"), "no value of commands.block"},
	{"cavra-p", E("cavra-p", "commands.opaque", "value: block"), "no such thing"},
	{"cavra-p", E("cavra-p", "rules", "remove: a.z"), "no such thing at rules"},
	{"cavra-p", E("cavra-p", "metadata.id", "value: x"), "a section and a key"},
	{"cavra-p", E("cavra-p", "exceptions", "remove: x"), "a section and a key"},
	{"cavra-p", "{parent: cavra-p, path: commands.block, remove: a}", "missing"},
	{"cavra-p",
	 "{parent: cavra-p, path: commands.block, remove: a, reason: r, approved_by: b, "
	 "expires: 2026-01-31T12:00:00Z}",
	 "the exception has ended"},
	{"cavra-p",
	 "{parent: cavra-p, path: commands.block, remove: a, reason: r, approved_by: b, "
	 "expires: tomorrow}",
	 "is no time in UTC"},
	{"cavra-p",
	 "{parent: cavra-p, path: commands.block, remove: a, value: b, reason: r, approved_by: b, "
	 "expires: " LATER "}",
	 "cavra-x/policy.yaml:2"},
};

static void test_refused(void **state)
{
	(void)state;
	put_family();
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		char more[64], text[512];
		(void)snprintf(more, sizeof more, ", inherits: %s", refused[i].inherits);
		(void)snprintf(text, sizeof text, "exceptions: [%s]\n", refused[i].text);
		packs_put_pack("cavra-x", more, text);
		const char *got = try("cavra-x", "commands", "block");
		if (!strstr(got, refused[i].complaint))
			print_error("row %zu: %s\n", i, got);
		assert_non_null(strstr(got, refused[i].complaint));
	}
}

/* Exceptions count for who only looks, and where somebody trusted has signed; else the error names the key. */
static void test_signed(void **state)
{
	static const struct {
		bool only_looks, checks;
		int answer;
		const char *now;
		const char *complaint; /* NULL: it loads */
	} rows[] = {
		{false, false, 0, NOW, ":2:1: exceptions count only"},
		{false, true, POLICY_UNSIGNED, NOW, ":2:1: exceptions count only"},
		{false, true, POLICY_VERIFIED, NOW, NULL},
		{true, false, 0, NOW, NULL},
		{true, true, POLICY_UNSIGNED, NOW, NULL},
		{false, true, POLICY_VERIFIED, LATER, "has ended"},
		{true, false, 0, LATER, "has ended"},
		{false, true, POLICY_VERIFIED, NULL, "has ended"},
	};
	(void)state;
	put_family();
	packs_put_pack("cavra-x", ", inherits: cavra-p",
		       "exceptions: [" E("cavra-p", "commands.block", "remove: a") "]\n");
	packs_put_pack("cavra-child", ", inherits: cavra-x", "");
	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		const char *id = i % 2 ? "cavra-child" : "cavra-x";
		struct policy *policy = NULL;
		struct cavra_error error;
		answer = rows[i / 2].answer;
		int code = load(id, rows[i / 2].only_looks, rows[i / 2].checks, rows[i / 2].now,
				&policy, &error);
		const char *got = packs_complaint(code, &error);
		bool good = rows[i / 2].complaint
				    ? code == CAVRA_ERR_POLICY && strstr(got, rows[i / 2].complaint)
				    : code == 0;
		if (!good)
			print_error("row %zu, %s: %s\n", i / 2, id, got);
		assert_row(good, i);
		policy_free(policy);
	}
}

static void test_diff(void **state)
{
	struct policy *before, *after;
	struct cavra_error error;
	json_t *report;
	(void)state;
	put_family();
	packs_put_pack("cavra-x", ", inherits: cavra-p", "");
	assert_int_equal(load("cavra-x", true, false, NOW, &before, &error), 0);
	packs_put_pack("cavra-x", ", inherits: cavra-p",
		       "exceptions: [" E("cavra-p", "commands.block", "remove: a") "]\n");
	assert_int_equal(load("cavra-x", true, false, NOW, &after, &error), 0);
	assert_int_equal(policy_diff(before, after, &report, &error), 0);
	assert_str(json_str(json_object_get(report, "verdict")), "loosens");
	assert_str(json_str(json_object_get(report, "risk")), "critical");
	json_decref(report);
	policy_free(before);
	policy_free(after);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_taken, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_compiled, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_others_keep_theirs, packs_set_up,
						packs_tear_down),
		cmocka_unit_test_setup_teardown(test_refused, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_signed, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_diff, packs_set_up, packs_tear_down),
	};
	return cmocka_run_group_tests_name("exceptions", tests, NULL, NULL);
}
