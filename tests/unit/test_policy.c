/* SPDX-License-Identifier: Apache-2.0
 *
 * Every mistake that the author of a pack can make is answered with the place, what is wrong and what to write
 * instead.
 */
#include "packs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

#define META "metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\n"
#define META_AND(more) \
	"metadata: {id: cavra-x, title: t, description: d, version: 1.0.0, " more "}\n"

/* clang-format off */
static const struct mistake {
	const char *text;
	const char *want; /* behind "cavra-x/policy.yaml:" */
} mistakes[] = {
	/* YAML */
	{META "commands:\n\tblock: [x]\n", "3:1: a tab where only spaces may stand; indent with spaces"},
	{META "commands: &a {block: [x]}\n", "2:11: anchors (&name) are not read here; "},
	{META "commands: *a\n", "2:11: aliases (*name) are not read here; "},
	{META "commands: !!map {}\n", "2:11: tags (!name) are not read here; "},
	{META "commands:\n  block: [x]\n  block: [y]\n", "4:3: duplicate key \"block\"; keep one of them"},
	{META "commands: {block: [x]}\ncommands: {block: [y]}\n", "3:1: duplicate key \"commands\"; keep one of them"},
	{META "commands: {block: [x}\n", "2:21: expected ',' or ']' here; close the list, or put the text in quotes"},
	{META "---\n" META, "2:1: a second document starts here; "},
	{META "<<: {a: b}\n", "2:1: merge keys (<<) are not read here; "},
	{"", "1:1: the document is empty; "},
	{"- a\n", "1:1: this is a list; write an object"},
	{"text\n", "1:1: this is a string; write an object"},
	/* metadata */
	{"commands: {}\n", "1:1: the key \"metadata\" is missing; add it"},
	{"metadata:\n", "1:1: this is null; write an object"},
	{"metadata: {title: t, description: d, version: 1.0.0}\n", "1:11: the key \"id\" is missing; add it"},
	{"metadata: {id: cavra-x, title: t, description: d, version: 1}\n", "1:60: this is a number; write a string"},
	{"metadata: {id: Cavra, title: t, description: d, version: 1.0.0}\n", "1:16: not of the form that is expected; write a pack id: cavra- and small letters, digits and dashes"},
	{"metadata: {id: cavra-y, title: t, description: d, version: 1.0.0}\n", "1:16: this pack was asked for as cavra-x"},
	{META_AND("mode: lax"), "1:73: unknown value; write one of: \"audit_only\", \"enforce\", "},
	{META_AND("inherits: [cavra-p, cavra-p]"), "1:77: items 0 and 1 (from 0) are the same; keep one"},
	{META_AND("inherits: ../cavra-y"), "1:77: not of the form that is expected; write a pack id: cavra- and small letters, digits and dashes"},
	{META_AND("inherits: cavra-nowhere"), "1:77: there is no pack \"cavra-nowhere\"; there are: "},
	{META_AND("inherits: 3"), "1:77: this is a number; write one of: a string, a list"},
	{META_AND("inherits: []"), "1:77: too few items; write at least 1"},
	{META_AND("inherit: cavra-y"), "1:67: unknown key \"inherit\"; did you mean \"inherits\"?"},
	/* unknown keys */
	{META "command: {}\n", "2:1: unknown key \"command\"; did you mean \"commands\"?"},
	{META "commands: {blok: [x]}\n", "2:12: unknown key \"blok\"; did you mean \"block\"?"},
	{META "filesystem: {read: [x]}\n", "2:14: unknown key \"read\""},
	{META "git: {require_pull_requests: true}\n", "2:7: unknown key \"require_pull_requests\"; did you mean \"require_pull_request\"?"},
	{META "rules: [{id: a.b, match: {program: x}, decision: block, severty: low}]\n", "2:57: unknown key \"severty\"; did you mean \"severity\"?"},
	/* wrong types and values */
	{META "commands: []\n", "2:11: this is a list; write an object"},
	{META "commands: {block: rm}\n", "2:19: this is a string; write a list"},
	{META "commands: {block: [3]}\n", "2:20: this is a number; write a string"},
	{META "commands: {block: ['']}\n", "2:20: too few characters; write at least 1"},
	{META "commands: {block: [x, x]}\n", "2:19: items 0 and 1 (from 0) are the same; keep one"},
	{META "commands:\n  block:\n    -\n", "4:6: this is null; write a string"},
	{META "commands: {readonly: true}\n", "2:22: unknown value; write one of: \"allow\", \"off\""},
	{META "commands: {opaque: allow}\n", "2:20: unknown value; write one of: \"require_approval\", \"block\""},
	{META "git: {force_push: never}\n", "2:19: unknown value; write one of: \"allow\", \"require_approval\", \"block\""},
	{META "mcp: {block_unknown_servers: yes}\n", "2:30: this is a string; write true or false"},
	{META "rules: [{id: a.b, match: {program: x}, decision: blok}]\n", "2:50: unknown value; did you mean \"block\"?"},
	{META "rules: [{id: a.b, match: {}, decision: block}]\n", "2:26: write a program, a model, or an effect with its patterns"},
	{META "exceptions: {}\n", "2:13: "},
	{META "exceptions: [{parent: cavra-x, path: commands.block, remove: a, reason: r, approved_by: b, "
	      "expires: 2999-01-01T00:00:00Z}]\n",
	 "2:1: exceptions count only where signatures are required"},
	/* patterns */
	{META "filesystem: {block_read: [.env, 'a/{b,c}']}\n", "2:33: {a,b} is not expanded"},
	{META "filesystem:\n  block_write:\n    - /\n", "4:7: '/' names no file; write ** for everything"},
	{META "commands: {block: ['!rm']}\n", "2:20: '!' exceptions are for paths"},
	{META "network: {block: ['10.0.0.0/99']}\n", "2:19: '10.0.0.0/99' is no address range; write "},
	{META "rules: [{id: a.b, match: {effect: file.read, patterns: [a, 'b{c,d}']}, decision: block}]\n", "2:60: {a,b} is not expanded"},
	{META "rules: [{id: a.b, match: {effect: net, patterns: ['1.2.3.4/40']}, decision: block}]\n", "2:51: '1.2.3.4/40' is no address range; write "},
	{META "rules:\n- {id: a.b, match: {program: x}, decision: block}\n- {id: a.b, match: {program: y}, decision: block}\n", "4:8: another rule, here or in a parent, has this id"},
	/* tests */
	{META "tests: [{input: {action_type: read_file, target: a}}]\n", "2:9: the key \"decision\" is missing; add it"},
	{META "tests: [{input: {action: read_file}, decision: block}]\n", "2:17: the key \"action_type\" is missing; add it"},
};
/* clang-format on */

static void test_mistakes(void **state)
{
	static const char file[] = "cavra-x/policy.yaml:";
	(void)state;
	packs_put_pack("cavra-p", "", "");
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		packs_put("cavra-x", mistakes[i].text);
		const char *got = packs_try("cavra-x");
		bool right = strncmp(got, file, sizeof file - 1) == 0 &&
			     strncmp(got + sizeof file - 1, mistakes[i].want,
				     strlen(mistakes[i].want)) == 0;
		if (!right)
			print_error("%sgot  \"%s\"\nwant \"%s%s\"\n", mistakes[i].text, got, file,
				    mistakes[i].want);
		assert_row(right, i);
	}
}

static void test_right(void **state)
{
	static const char *const rows[] = {
		META,
		META "commands: {}\n",
		META "commands: {block: []}\n",
		META "rules: []\ntests: []\n",
		META_AND("mode: strict_regulated"),
		META "approvals: {protected_actions: {approvers: [a]}, in_place: low}\n",
		META "evidence: {require_agent_manifest: true, required_fields: [a]}\n",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		packs_put("cavra-x", rows[i]);
		const char *got = packs_try("cavra-x");
		if (got[0])
			print_error("%s -> %s\n", rows[i], got);
		assert_row(!got[0], i);
	}
}

/* ---- finding files ---- */

static void test_sources(void **state)
{
	struct policy_source nothing = {.pack_dir = NULL},
			     missing = {.pack_dir = "/nowhere/at/all"};
	struct policy *policy = NULL;
	struct cavra_error error;
	(void)state;
	packs_put("cavra-x", META);
	assert_int_equal(
		policy_load_file(&nothing, packs_path("cavra-x"), NULL, 0, &policy, &error), 0);
	assert_str(policy->id, "cavra-x");
	policy_free(policy);
	assert_int_equal(policy_load_file(&nothing, packs_path("cavra-x/policy.yaml"), NULL, 0,
					  &policy, &error),
			 0);
	policy_free(policy);
	packs_put("x.json",
		  "{\"metadata\": {\"id\": \"cavra-x\", \"title\": \"t\", \"description\": "
		  "\"d\",\n \"version\": 1}}");
	assert_int_equal(policy_load_file(&nothing, packs_path("x.json"), NULL, 0, &policy, &error),
			 CAVRA_ERR_POLICY);
	assert_int_equal(error.line, 2);
	assert_int_equal(error.column, 13);
	assert_int_equal(
		policy_load_file(&nothing, packs_path("no.yaml"), NULL, 0, &policy, &error),
		CAVRA_ERR_NOT_FOUND);
	assert_int_equal(policy_load_pack(&nothing, "cavra-x", NULL, 0, &policy, &error),
			 CAVRA_ERR_NOT_FOUND);
	assert_int_equal(policy_load_pack(&missing, "cavra-x", NULL, 0, &policy, &error),
			 CAVRA_ERR_NOT_FOUND);
	/* W24: nothing in the environment or the working directory chooses packs. */
	assert_int_equal(setenv("CAVRA_POLICY_DIR", packs_directory(), 1), 0);
	assert_int_equal(policy_load_pack(&nothing, "cavra-x", NULL, 0, &policy, &error),
			 CAVRA_ERR_NOT_FOUND);
	assert_int_equal(unsetenv("CAVRA_POLICY_DIR"), 0);
}

/* W25: a pack is named by its id and never by a path. */
static void test_ids(void **state)
{
	static const char *const rows[] = {
		"",
		".",
		"..",
		"../cavra-x",
		"cavra-x/../cavra-x",
		"/cavra-x",
		"cavra-",
		"cavra-X",
		"cavra-x ",
		"cavra-x\n",
		"cavra_x",
		"cavra-x.yaml",
		"cavra-\xc3\xa9",
		"evil",
	};
	(void)state;
	packs_put("cavra-x", META);
	assert_string_equal(packs_try("cavra-x"), "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy *policy = NULL;
		struct cavra_error error;
		int code = packs_load(rows[i], &policy, &error);
		assert_row(code == CAVRA_ERR_POLICY && strstr(error.text, "is no pack id"), i);
	}
	char id[LIMIT_POLICY_ID + 2];
	struct policy *policy = NULL;
	struct cavra_error error;
	memset(id, 'a', sizeof id - 1);
	id[sizeof id - 1] = '\0';
	memcpy(id, "cavra-", 6);
	assert_int_equal(packs_load(id, &policy, &error), CAVRA_ERR_POLICY);
	id[LIMIT_POLICY_ID] = '\0';
	assert_int_equal(packs_load(id, &policy, &error), CAVRA_ERR_NOT_FOUND);
}

/* ---- all mistakes of a file ---- */

struct collected {
	char text[4096];
	size_t n;
};

static void collect(void *context, const struct cavra_error *mistake)
{
	struct collected *collected = context;
	size_t used = strlen(collected->text);
	(void)snprintf(collected->text + used, sizeof collected->text - used, "%d:%d ",
		       mistake->line, mistake->column);
	collected->n++;
}

static const char *check(const char *text, struct collected *collected)
{
	struct policy_source source = {.pack_dir = packs_directory()};
	struct cavra_error error;
	*collected = (struct collected){.n = 0};
	packs_put("cavra-x", text);
	int code = policy_check_file(&source, packs_path("cavra-x"), collect, collected, &error);
	assert_true((code == 0) == (collected->n == 0));
	return collected->text;
}

static void test_collecting(void **state)
{
	static struct collected collected;
	(void)state;
	assert_string_equal(check(META, &collected), "");
	assert_string_equal(
		check(META "commands: {blok: [x], block: 3}\ngit: {force_push: x}\n", &collected),
		"2:12 2:30 3:19 ");
	assert_string_equal(check(META "filesystem: {block_read: [a, 'b{c,d}', e, 'f{g,h}']}\n"
				       "commands: {block: ['!x']}\n",
				  &collected),
			    "2:30 2:43 3:20 ");
	packs_put_pack("cavra-p", "", "commands: {opaque: block}\ngit: {force_push: block}\n");
	assert_string_equal(
		check(META_AND(
			      "inherits: [cavra-p, cavra-q, evil]") "commands: {opaque: require_approval}\ngit: {force_push: allow}\n",
		      &collected),
		"1:87 1:96 ");
	assert_string_equal(
		check(META_AND(
			      "inherits: [cavra-p]") "commands: {opaque: require_approval}\ngit: {force_push: allow}\n",
		      &collected),
		"2:20 3:19 ");
	assert_string_equal(check("metadata: [\n", &collected), "2:1 ");
}

/* ---- caps ---- */

static void test_caps(void **state)
{
	static struct collected collected;
	size_t n = LIMIT_POLICY_RULES + 1, size = n * 16 + 1024, used;
	char *text = malloc(size);
	(void)state;
	assert_non_null(text);
	/* one pattern */
	used = (size_t)snprintf(text, size, META "commands:\n  block: [a, ");
	memset(text + used, 'x', LIMIT_PATTERN_BYTES);
	memcpy(text + used + LIMIT_PATTERN_BYTES, "]\n", 3);
	packs_put("cavra-x", text);
	assert_string_equal(packs_try("cavra-x"), "");
	memcpy(text + used + LIMIT_PATTERN_BYTES, "x]\n", 4);
	packs_put("cavra-x", text);
	assert_string_equal(
		packs_try("cavra-x"),
		"cavra-x/policy.yaml:3:14: pattern of 1025 bytes; at most 1024 are allowed");
	/* mistakes that are told */
	used = (size_t)snprintf(text, size, META "commands:\n  block:\n");
	for (int i = 0; i < LIMIT_POLICY_MISTAKES + 10; i++)
		used += (size_t)snprintf(text + used, size - used, "  - '!%d'\n", i);
	(void)check(text, &collected);
	assert_int_equal(collected.n, LIMIT_POLICY_MISTAKES);
	/* patterns in a list, with one too many */
	used = (size_t)snprintf(text, size, META "commands:\n  block:\n");
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, size - used, "  - x%zu\n", i);
	packs_put("cavra-x", text);
	assert_string_equal(packs_try("cavra-x"),
			    "cavra-x/policy.yaml:4:3: more than 100000 patterns in one list");
	*strrchr(text, '-') = '#';
	packs_put("cavra-x", text);
	assert_string_equal(packs_try("cavra-x"), "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mistakes, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_right, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_sources, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_ids, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_collecting, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_caps, packs_set_up, packs_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
