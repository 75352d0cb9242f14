/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts, publish plans and the decisions that approvals are asked for.
 */
#include "packs.h"

#include <stdlib.h>

#include "base/limits.h"
#include "policy/authoring.h"
#include "json/json.h"

#define TODAY "2026.01.31"
#define NOW "2026-01-31T12:00:00.000000+00:00"

static struct policy_source source;

static int set_up(void **state)
{
	int code = packs_set_up(state);
	source.pack_dir = packs_directory();
	return code;
}

/* The compact text of a member, in one of four buffers. */
static const char *member(const json_t *object, const char *key)
{
	static char texts[4][4096];
	static unsigned next;
	char *out = texts[next++ % ARRAY_SIZE(texts)];
	char *text = json_dumps(json_object_get(object, key), JSON_COMPACT | JSON_ENCODE_ANY);
	(void)snprintf(out, sizeof texts[0], "%s", text ? text : "absent");
	free(text);
	return out;
}

static int try_draft(const char *text, bool json, struct draft *ret, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *input = NULL;
	int code = json ? document_parse_json(text, strlen(text), &input, error)
			: document_parse_yaml(text, strlen(text), &input, error);
	assert_int_equal(code, 0);
	return draft_make(&source, input, TODAY, ret, error);
}

/* ---- drafts ---- */

#define META "metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\n"
#define FLAT "\"id\": \"cavra-x\", \"title\": \"t\", \"description\": \"d\""

static const struct {
	const char *input, *text, *errors;
} drafts[] = {
	/* a pack stays as it is, byte for byte */
	{META "commands: {block: [a]} # why\n", META "commands: {block: [a]} # why\n", "[]"},
	/* anything else is written anew */
	{"{" FLAT "}",
	 "metadata:\n  id: cavra-x\n  title: t\n  description: d\n  version: \"" TODAY "\"\n",
	 "[]"},
	{"{\"metadata\": {" FLAT ", \"version\": \"1.0.0\"}}",
	 "metadata:\n  id: cavra-x\n  title: t\n  description: d\n  version: \"1.0.0\"\n", "[]"},
	{"metadata: {id: cavra-x, title: t, description: d}\ncommands: {block: ['a*', 'no']}\n",
	 "metadata:\n  id: cavra-x\n  title: t\n  description: d\n  version: \"" TODAY "\"\n"
	 "commands:\n  block:\n  - a*\n  - \"no\"\n",
	 "[]"},
	{"{" FLAT
	 ", \"version\": \"2\", \"mode\": \"strict\", \"owner\": \"o\", \"tags\": [\"a\"], "
	 "\"inherits\": [\"cavra-pci-dss\"], \"network\": {\"default\": \"block\"}}",
	 "metadata:\n  id: cavra-x\n  title: t\n  description: d\n  version: \"2\"\n"
	 "  inherits:\n  - cavra-pci-dss\n  mode: strict\n  owner: o\n  tags:\n  - a\n"
	 "network:\n  default: block\n",
	 "[]"},
};

static void test_drafts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(drafts); i++) {
		struct draft draft;
		struct cavra_error error;
		bool json = drafts[i].input[0] == '{';
		int code = try_draft(drafts[i].input, json, &draft, &error);
		if (code < 0)
			print_error("row %zu: %s\n", i, error.text);
		assert_int_equal(code, 0);
		assert_string_equal(draft.text.p, drafts[i].text);
		json_t *report = draft_report(&draft);
		assert_string_equal(member(report, "errors"), drafts[i].errors);
		assert_string_equal(member(report, "valid"), "true");
		json_decref(report);
		draft_release(&draft);
	}
}

static const struct {
	const char *input, *errors;
} invalid[] = {
	{META "commands: {blok: [a]}\n", "2:12: unknown key \"blok\""},
	{META "comands: {block: [a]}\n", "2:1: unknown key \"comands\""},
	{META "exceptions: []\n", "2:13: "},
	/* no place in a text that nobody has written */
	{"{" FLAT ", \"comands\": {}}", "unknown key \"comands\""},
	{"{\"id\": \"cavra-x\", \"title\": \"t\"}", "\"description\" is missing"},
	{"{" FLAT ", \"inherits\": \"cavra-nobody\"}", "there is no pack \"cavra-nobody\""},
	{"{\"id\": \"../x\", \"title\": \"t\", \"description\": \"d\"}", "a pack id"},
	{"metadata: 7\n", ""},
	{"metadata: {id: cavra-x, title: t, description: d, version: 1.0.0, mode: 7}\n", ""},
	{"{}", ""},
};

static void test_invalid_drafts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(invalid); i++) {
		struct draft draft;
		struct cavra_error error;
		bool json = invalid[i].input[0] == '{';
		assert_int_equal(try_draft(invalid[i].input, json, &draft, &error), 0);
		json_t *report = draft_report(&draft);
		assert_non_null(report);
		assert_string_equal(member(report, "valid"), "false");
		const json_t *first = json_array_get(json_object_get(report, "errors"), 0);
		struct str text = json_str(first);
		bool found = json ? str_find(text, str_from(invalid[i].errors)) != STR_NPOS
				  : str_starts(text, str_from(invalid[i].errors));
		if (!first || !found)
			print_error("row %zu: %.*s\n", i, STR_ARG(text));
		assert_true(first && found);
		json_decref(report);
		draft_release(&draft);
	}
}

static void test_no_drafts(void **state)
{
	static const struct {
		const char *input, *error;
	} rows[] = {
		{"[]", "a draft is an object"},
		{"{\"metadata\": {}, \"id\": \"cavra-x\"}", "write each once"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct draft draft;
		struct cavra_error error;
		assert_int_equal(try_draft(rows[i].input, true, &draft, &error), CAVRA_ERR_INPUT);
		assert_true(str_find(str_from(error.text), str_from(rows[i].error)) != STR_NPOS);
		draft_release(&draft);
	}
}

/* Parents are looked for where the source says. */
static void test_draft_with_parent(void **state)
{
	struct draft draft;
	struct cavra_error error;
	(void)state;
	packs_put_pack("cavra-parent", "", "commands: {block: [a, b]}\n");
	int code = try_draft("{" FLAT ", \"inherits\": \"cavra-parent\", "
			     "\"commands\": {\"block\": [\"c\"]}}",
			     true, &draft, &error);
	assert_int_equal(code, 0);
	json_t *report = draft_report(&draft);
	assert_string_equal(
		member(json_object_get(json_object_get(report, "summary"), "rule_counts"),
		       "commands"),
		"3");
	assert_string_equal(member(json_object_get(report, "policy_pack"), "commands"),
			    "{\"block\":[\"c\"]}");
	json_decref(report);
	draft_release(&draft);
}

/* ---- plans ---- */

static json_t *plan(const char *before, const char *after)
{
	struct cavra_error error;
	json_t *ret = NULL;
	struct policy *current = NULL;
	if (before) {
		packs_put_pack("cavra-x", "", before);
		current = packs_get("cavra-x");
	}
	packs_put_pack("cavra-x", "", after);
	struct policy *policy = packs_get("cavra-x");
	struct publishing publishing = {
		.policy = policy, .current = current, .at = STR(NOW), .text = STR("abc")};
	assert_int_equal(policy_publish_plan(&publishing, &ret, &error), 0);
	assert_string_equal(json_string_value(json_object_get(ret, "policy_digest")),
			    policy->digest);
	if (current)
		assert_string_equal(
			json_string_value(json_object_get(ret, "previous_policy_digest")),
			current->digest);
	policy_free(policy);
	policy_free(current);
	return ret;
}

static const struct {
	const char *before, *after, *risk;
} risks[] = {
	{NULL, "commands: {block: [a]}\n", "\"high\""},
	{"commands: {block: [a]}\n", "commands: {block: [a]}\n", "\"low\""},
	{"commands: {block: [a]}\n", "commands: {block: [a, b]}\n", "\"medium\""},
	{"commands: {allow: [a]}\n", "commands: {allow: [a, b]}\n", "\"high\""},
	{"commands: {block: ['terraform apply*', a]}\n", "commands: {block: [a]}\n",
	 "\"critical\""},
	{"filesystem: {block_read: [.env, a]}\n", "filesystem: {block_read: [a]}\n",
	 "\"critical\""},
	{"", "git: {require_pull_request: true}\n", "\"high\""},
	{"", "compliance: {maps_to: [a]}\n", "\"high\""},
};

static void test_risks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(risks); i++) {
		json_t *got = plan(risks[i].before, risks[i].after);
		if (strcmp(member(got, "risk"), risks[i].risk) != 0)
			print_error("row %zu: %s\n", i, member(got, "risk"));
		assert_string_equal(member(got, "risk"), risks[i].risk);
		assert_string_equal(member(got, "approval_required"), "true");
		assert_string_equal(member(got, "operation"),
				    risks[i].before ? "\"update\"" : "\"create\"");
		json_decref(got);
	}
}

static void test_plan_members(void **state)
{
	static const char *const members[] = {
		"schema_version",    "product",     "generated_at",
		"operation",         "valid",       "errors",
		"approval_required", "risk",        "policy_id",
		"policy_digest",     "file_digest", "previous_policy_digest",
		"target_path",       "summary",     "diff",
		"operator_notes"};
	json_t *got = plan("", "commands: {block: [a]}\n"), *value;
	const char *key;
	size_t n = 0;
	(void)state;
	json_object_foreach (got, key, value) {
		assert_true(n < ARRAY_SIZE(members));
		assert_string_equal(key, members[n++]);
	}
	assert_int_equal(n, ARRAY_SIZE(members));
	assert_string_equal(member(got, "schema_version"), "\"cavra.policy_pack.publish_plan.v1\"");
	assert_string_equal(member(got, "generated_at"), "\"" NOW "\"");
	assert_string_equal(member(got, "target_path"), "\"policies/cavra-x/policy.yaml\"");
	assert_string_equal(
		member(got, "file_digest"),
		"\"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"");
	json_decref(got);
}

/* What stands there cannot be loaded: nothing can be compared, so the worst is assumed. */
static void test_broken_current(void **state)
{
	struct cavra_error error;
	json_t *got = NULL;
	(void)state;
	packs_put_pack("cavra-x", "", "commands: {block: [a]}\n");
	struct policy *policy = packs_get("cavra-x");
	struct publishing publishing = {.policy = policy,
					.current_digest = STR("sha256:00"),
					.current_error = STR("it is broken"),
					.at = STR(NOW)};
	assert_int_equal(policy_publish_plan(&publishing, &got, &error), 0);
	assert_string_equal(member(got, "risk"), "\"critical\"");
	assert_string_equal(member(got, "operation"), "\"update\"");
	assert_string_equal(member(got, "previous_policy_digest"), "\"sha256:00\"");
	assert_string_equal(member(got, "diff"), "null");
	assert_string_equal(member(got, "file_digest"), "null");
	assert_non_null(strstr(member(got, "operator_notes"), "it is broken"));
	json_decref(got);
	policy_free(policy);
}

/* ---- decisions ---- */

static void test_decision(void **state)
{
	static const struct {
		const char *key, *value;
	} members[] = {
		{"session_id", "\"policy-authoring\""},
		{"agent_id", "\"policy-authoring-console\""},
		{"actor", "\"ann\""},
		{"repository", "\"policy-catalog\""},
		{"action_type", "\"policy_publish\""},
		{"target", "\"policies/cavra-x/policy.yaml\""},
		{"decision", "\"require_approval\""},
		{"severity", "\"critical\""},
		{"policy_pack", "\"cavra-x\""},
		{"rule_id", "\"policy.publish.requires_approval\""},
		{"approver_group", "\"Platform Security\""},
		{"policy_id", "\"cavra-x\""},
		{"operation", "\"update\""},
	};
	struct cavra_error error;
	json_t *decision = NULL;
	json_t *got = plan("commands: {block: [a]}\n", "");
	struct publish_request request = {.requested_by = STR("ann")};
	(void)state;
	assert_int_equal(policy_publish_decision(got, &request, &decision, &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		assert_string_equal(member(decision, members[i].key), members[i].value);
	const char *digest = json_string_value(json_object_get(got, "policy_digest"));
	char want[64];
	(void)snprintf(want, sizeof want, "\"policy_publish:cavra-x:%.12s\"", digest + 7);
	assert_string_equal(member(decision, "decision_id"), want);
	(void)snprintf(want, sizeof want, "[\"policy-draft://cavra-x/%.12s\"]", digest + 7);
	assert_string_equal(member(decision, "evidence_refs"), want);
	static const char *const same[] = {"policy_digest", "file_digest",
					   "previous_policy_digest"};
	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		assert_string_equal(member(decision, same[i]), member(got, same[i]));
	json_decref(decision);
	request.requested_by = STR("  ");
	assert_int_equal(policy_publish_decision(got, &request, &decision, &error),
			 CAVRA_ERR_INPUT);
	json_decref(got);
}

static void test_no_decision_about_an_invalid_draft(void **state)
{
	struct draft draft;
	struct cavra_error error;
	json_t *got = NULL, *decision = NULL;
	struct publish_request request = {.requested_by = STR("ann")};
	(void)state;
	assert_int_equal(try_draft(META "commands: {blok: [a]}\n", false, &draft, &error), 0);
	struct publishing publishing = {.document = draft.document,
					.errors = draft.errors,
					.text = buf_str(&draft.text),
					.at = STR(NOW)};
	assert_int_equal(policy_publish_plan(&publishing, &got, &error), 0);
	assert_string_equal(member(got, "valid"), "false");
	assert_string_equal(member(got, "policy_digest"), "null");
	assert_string_equal(member(got, "policy_id"), "\"cavra-x\"");
	assert_int_equal(policy_publish_decision(got, &request, &decision, &error),
			 CAVRA_ERR_POLICY);
	assert_non_null(strstr(error.text, "blok"));
	json_decref(got);
	draft_release(&draft);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_drafts, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_invalid_drafts, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_no_drafts, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_draft_with_parent, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_risks, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_plan_members, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_broken_current, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_decision, set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_no_decision_about_an_invalid_draft, set_up,
						packs_tear_down),
	};
	return cmocka_run_group_tests_name("authoring", tests, NULL, NULL);
}
