/* SPDX-License-Identifier: Apache-2.0
 *
 * What a pack compiles to: switches, lists, rules, cases, digests; the packs that are built in.
 */
#include "packs.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "policy/registry.h"
#include "json/json.h"

static struct policy *compile(const char *text)
{
	packs_put_pack("cavra-x", "", text);
	return packs_get("cavra-x");
}

/* ---- switches ---- */

static void test_defaults(void **state)
{
	struct policy *policy = compile("");
	(void)state;
	assert_int_equal(policy->mode, MODE_ENFORCE);
	assert_int_equal(policy->outside_read, SWITCH_ALLOW);
	assert_int_equal(policy->outside_write, SWITCH_APPROVAL);
	assert_false(policy->commands_readonly);
	assert_false(policy->commands_workspace);
	assert_false(policy->opaque_blocks);
	assert_int_equal(policy->force_push, SWITCH_BLOCK);
	assert_true(policy->block_direct_push);
	assert_false(policy->require_pull_request);
	assert_false(policy->require_human_reviewer);
	assert_false(policy->require_ai_attestation);
	assert_true(policy->mcp_block_unknown);
	assert_false(policy->mcp_has_section);
	assert_int_equal(policy->network_default, SWITCH_UNSET);
	assert_int_equal(policy->in_place, CAVRA_MEDIUM);
	assert_false(policy->in_place_none);
	assert_false(policy->hook_authoritative);
	for (size_t i = 0; i < POLICY_LISTS; i++)
		assert_row((policy->list[i] != NULL) == (i == LIST_GIT_PROTECTED), i);
	policy_free(policy);
}

static void test_switches(void **state)
{
	struct policy *policy = compile(
		"filesystem: {outside_workspace: {read: require_approval, write: block}}\n"
		"commands: {readonly: allow, workspace: allow, opaque: block}\n"
		"git: {force_push: require_approval, block_direct_push_to_protected_branch: false,\n"
		"  require_pull_request: true, require_human_reviewer: true, require_ai_attestation: true}\n"
		"mcp: {block_unknown_servers: false}\nnetwork: {default: block}\n"
		"approvals: {in_place: high}\nhook: {authoritative: true}\n");
	(void)state;
	assert_int_equal(policy->outside_read, SWITCH_APPROVAL);
	assert_int_equal(policy->outside_write, SWITCH_BLOCK);
	assert_true(policy->commands_readonly);
	assert_true(policy->commands_workspace);
	assert_true(policy->opaque_blocks);
	assert_int_equal(policy->force_push, SWITCH_APPROVAL);
	assert_false(policy->block_direct_push);
	assert_true(policy->require_pull_request);
	assert_true(policy->require_human_reviewer);
	assert_true(policy->require_ai_attestation);
	assert_false(policy->mcp_block_unknown);
	assert_true(policy->mcp_has_section);
	assert_int_equal(policy->network_default, SWITCH_BLOCK);
	assert_int_equal(policy->in_place, CAVRA_HIGH);
	assert_true(policy->hook_authoritative);
	policy_free(policy);
	policy =
		compile("commands: {readonly: off, workspace: off}\napprovals: {in_place: none}\n");
	assert_false(policy->commands_readonly);
	assert_false(policy->commands_workspace);
	assert_true(policy->in_place_none);
	policy_free(policy);
}

/* ---- lists ---- */

static enum match path(const struct policy *policy, const char *text)
{
	struct arena arena;
	arena_init(&arena, MiB(1));
	struct value name = value_from(&arena, str_from(text));
	enum match match =
		path_match(policy->list[LIST_FILES_BLOCK_READ], &name, 1, false, &arena).match;
	arena_release(&arena);
	return match;
}

static void test_lists(void **state)
{
	struct policy *policy = compile(
		"filesystem: {block_read: [a], block_write: [b], require_approval_write: [c]}\n"
		"commands: {block: [d], require_approval: [e], allow: [f]}\n"
		"git: {protected_branches: [g]}\nmcp: {allowed_servers: [h], blocked_servers: [i]}\n"
		"network: {allow: [j.k], block: [l.m], require_approval: [n.o]}\n");
	(void)state;
	for (size_t i = 0; i < POLICY_LISTS; i++)
		assert_row(pattern_list_length(policy->list[i]) == 1, i);
	assert_int_equal(path(policy, "x/A"), MATCH_MUST);
	assert_int_equal(path(policy, "x/b"), MATCH_NO);
	policy_free(policy);
}

/* An exception reaches earlier patterns of its own pack and nothing else. */
static void test_exceptions(void **state)
{
	static const struct {
		const char *path;
		enum match parent, child;
	} rows[] = {
		{"a.pem", MATCH_MUST, MATCH_MUST},     {"parent.pem", MATCH_NO, MATCH_NO},
		{"child.pem", MATCH_MUST, MATCH_MUST}, {"a.key", MATCH_NO, MATCH_MUST},
		{"child.key", MATCH_NO, MATCH_NO},     {"parent.key", MATCH_NO, MATCH_MUST},
		{"late.key", MATCH_NO, MATCH_MUST},    {"other.key", MATCH_NO, MATCH_MUST},
	};
	(void)state;
	packs_put_pack("cavra-p", "",
		       "filesystem: {block_read: ['*.pem', '!parent.*', '!other.*']}\n");
	packs_put_pack("cavra-c", ", inherits: cavra-p",
		       "filesystem: {block_read: ['*.key', '!child.*', late.key]}\n");
	struct policy *parent = packs_get("cavra-p"), *child = packs_get("cavra-c");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(path(parent, rows[i].path) == rows[i].parent, i);
		assert_row(path(child, rows[i].path) == rows[i].child, i);
	}
	char *list = packs_part(child, "filesystem", "block_read");
	assert_string_equal(list, "[\"--- cavra-p\",\"*.pem\",\"!parent.*\",\"!other.*\",\"--- "
				  "cavra-c\",\"*.key\",\"!child.*\",\"late.key\"]");
	free(list);
	/* The compiled document is a pack that means the same. */
	char *text = json_dumps(child->document, 0);
	packs_put("compiled.json", text);
	free(text);
	struct policy_source source = {.pack_dir = packs_directory()};
	struct policy *again = NULL;
	assert_int_equal(
		policy_load_file(&source, packs_path("compiled.json"), NULL, 0, &again, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(path(again, rows[i].path) == rows[i].child, i);
	policy_free(again);
	policy_free(parent);
	policy_free(child);
}

/* The same pattern in two packs is not the same once one of them has exceptions. */
static void test_exception_of_a_repetition(void **state)
{
	(void)state;
	packs_put_pack("cavra-p", "", "filesystem: {block_read: ['*.pem']}\n");
	packs_put_pack("cavra-c", ", inherits: cavra-p",
		       "filesystem: {block_read: ['*.pem', '!a.pem']}\n");
	struct policy *policy = packs_get("cavra-c");
	assert_int_equal(path(policy, "a.pem"), MATCH_MUST);
	policy_free(policy);
}

/* ---- rules ---- */

static void test_rules(void **state)
{
	struct policy *policy = compile(
		"rules:\n"
		"- id: a.one\n"
		"  match: {program: make, subcommand: [x, y], flags: [-f, --keep-going], operands: ['d*']}\n"
		"  decision: require_approval\n"
		"  severity: critical\n"
		"  approver_group: g\n"
		"  reason: r\n"
		"  instead: i\n"
		"- {id: a.two, match: {model: git.push, dest: [main]}, decision: block}\n"
		"- {id: a.three, match: {effect: net, patterns: ['*.a.b']}, decision: warn}\n");
	(void)state;
	assert_int_equal(policy->n_rules, 3);
	const struct policy_rule *one = &policy->rules[0], *two = &policy->rules[1];
	assert_str(one->id, "a.one");
	assert_str(one->match.program, "make");
	assert_int_equal(one->match.n_subcommand, 2);
	assert_str(one->match.subcommand[1], "y");
	assert_int_equal(one->match.n_flags, 2);
	assert_str(one->match.flags[1], "--keep-going");
	assert_int_equal(pattern_list_length(one->match.operands), 1);
	assert_int_equal(one->decision, CAVRA_REQUIRE_APPROVAL);
	assert_true(one->has_severity);
	assert_int_equal(one->severity, CAVRA_CRITICAL);
	assert_str(one->approver_group, "g");
	assert_str(one->reason, "r");
	assert_str(one->instead, "i");
	assert_str(two->match.model, "git.push");
	assert_int_equal(pattern_list_length(two->match.model_argument), 1);
	assert_int_equal(two->decision, CAVRA_BLOCK);
	assert_false(two->has_severity);
	assert_int_equal(two->reason.n, 0);
	assert_str(policy->rules[2].match.effect, "net");
	assert_int_equal(pattern_list_length(policy->rules[2].match.effect_pattern), 1);
	policy_free(policy);
}

static void test_unknown_model(void **state)
{
	(void)state;
	packs_put_pack("cavra-x", "",
		       "rules: [{id: a.b, match: {model: terraform.mutats}, decision: block}]\n");
	assert_non_null(strstr(packs_try("cavra-x"), ":2:34: there is no such model; there are: "
						     "terraform."));
	packs_put_pack("cavra-x", "",
		       "rules: [{id: a.b, match: {model: unheard.of}, decision: block}]\n");
	assert_non_null(strstr(packs_try("cavra-x"), ":2:34: nothing is known about that program; "
						     "write program and subcommand"));
}

static void test_inherited_rules(void **state)
{
	(void)state;
	packs_put_pack("cavra-p", "", "rules: [{id: a.p, match: {program: p}, decision: block}]\n");
	packs_put_pack("cavra-c", ", inherits: cavra-p",
		       "rules:\n- {id: a.c, match: {program: c}, decision: warn}\n"
		       "- {id: a.p, match: {program: p}, decision: block}\n");
	struct policy *policy = packs_get("cavra-c");
	assert_int_equal(policy->n_rules, 2);
	assert_str(policy->rules[0].id, "a.p");
	assert_str(policy->rules[1].id, "a.c");
	assert_int_equal(json_array_size(json_object_get(policy->document, "rules")), 2);
	policy_free(policy);
}

/* ---- cases ---- */

static void test_cases(void **state)
{
	static const char meta[] =
		"metadata: {id: cavra-c, title: t, description: d, version: 1.0.0, "
		"inherits: cavra-p}\n";
	char text[1024];
	(void)state;
	packs_put_pack("cavra-p", "",
		       "tests: [{input: {action_type: read_file, target: p}, decision: allow}]\n");
	(void)snprintf(
		text, sizeof text,
		"%stests:\n- {input: {action_type: read_file, target: .env}, decision: block, rule: "
		"a.b, name: n, severity: high}\n"
		"- input: {action_type: read_file, target: a}\n  facts: {branch: main}\n  "
		"decision: allow\n",
		meta);
	packs_put("cavra-c", text);
	struct policy *policy = packs_get("cavra-c");
	assert_int_equal(policy->n_cases, 2);
	const struct policy_case *one = &policy->cases[0];
	assert_string_equal(json_string_value(json_object_get(one->input, "target")), ".env");
	assert_null(one->facts);
	assert_int_equal(one->decision, CAVRA_BLOCK);
	assert_str(one->rule, "a.b");
	assert_str(one->name, "n");
	assert_true(one->has_severity);
	assert_int_equal(one->severity, CAVRA_HIGH);
	assert_string_equal(one->file, packs_path("cavra-c/policy.yaml"));
	assert_int_equal(one->line, 3);
	assert_int_equal(one->column, 3);
	assert_int_equal(policy->cases[1].line, 4);
	assert_non_null(policy->cases[1].facts);
	assert_false(policy->cases[1].has_severity);
	/* Cases say something about the policy and are no part of it. */
	assert_null(json_object_get(policy->document, "tests"));
	char digest[sizeof policy->digest];
	memcpy(digest, policy->digest, sizeof digest);
	policy_free(policy);
	packs_put("cavra-c", meta);
	policy = packs_get("cavra-c");
	assert_int_equal(policy->n_cases, 0);
	assert_string_equal(policy->digest, digest);
	policy_free(policy);
}

/* ---- digests ---- */

static const char reference_baseline[] =
	"metadata:\n"
	"  id: cavra-ai-agent-baseline\n"
	"  title: CAVRA AI Agent Baseline\n"
	"  description: Baseline rules for AI agent runtime governance.\n"
	"  version: 0.1.0\n"
	"filesystem:\n"
	"  block_read: ['.env', '**/secrets.*', '**/*.pem', '**/*.pfx', '**/id_rsa',\n"
	"    '**/kubeconfig', '**/terraform.tfstate', '**/terraform.tfvars']\n"
	"  block_write: ['.github/workflows/**', '**/main.tf', '**/providers.tf', '**/backend.tf']\n"
	"  require_approval_write: ['iam/**', 'security/**', 'policies/**']\n"
	"commands:\n"
	"  block: ['terraform apply*', 'kubectl delete*', 'az role assignment create*',\n"
	"    'aws iam create-access-key*', 'gcloud projects add-iam-policy-binding*',\n"
	"    'git push origin main', 'git push origin master']\n"
	"  allow: ['terraform fmt*', 'terraform validate*', 'terraform plan*', 'pytest*', 'npm test*']\n";

static void test_reference_digest(void **state)
{
	(void)state;
	packs_put("cavra-ai-agent-baseline", reference_baseline);
	struct policy *policy = packs_get("cavra-ai-agent-baseline");
	assert_string_equal(
		policy->digest,
		"sha256:6a79faa218f8bf77abb5f878c0c822c610ebaff71a4a9736ffbe3fa1ec27f45e");
	policy_free(policy);
}

/* Whoever has the compiled document can tell whether the digest is right. */
static void test_digest_is_of_the_document(void **state)
{
	(void)state;
	packs_put_pack("cavra-p", "", "commands: {block: [\"caf\\u00e9*\", a]}\n");
	packs_put_pack("cavra-c", ", inherits: cavra-p", "commands: {block: [b, a]}\n");
	struct policy *policy = packs_get("cavra-c");
	char *text = json_dumps(policy->document,
				JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
	char digest[SHA256_NAMED];
	for (char *at = text; (at = strstr(at, "\\u")) != NULL; at += 2)
		for (int i = 2; i < 6; i++)
			at[i] = ascii_lower(at[i]);
	sha256_named(str_from(text), digest);
	assert_string_equal(policy->digest, digest);
	free(text);
	policy_free(policy);
	packs_put_pack("cavra-c", ", inherits: cavra-p", "commands: {block: [a, b]}\n");
	policy = packs_get("cavra-c");
	assert_string_equal(policy->digest, digest);
	policy_free(policy);
}

/* ---- built in ---- */

/* Embedded packs are loaded without validation, so it happens here. */
static void test_embedded_packs(void **state)
{
	struct policy_source source = {.want_cases = true};
	struct cavra_error error;
	(void)state;
	assert_true(policy_packs_count > 0);
	for (size_t i = 0; i < policy_packs_count; i++) {
		const struct policy_pack *pack = &policy_packs[i];
		struct policy *embedded = NULL, *file = NULL;
		int code = policy_load_pack(&source, pack->id, NULL, 0, &embedded, &error);
		if (code < 0)
			print_error("%s:%d:%d: %s\n", error.file, error.line, error.column,
				    error.text);
		assert_row(code == 0, i);
		packs_put("pack.yaml", pack->text);
		code = policy_load_file(&source, packs_path("pack.yaml"), NULL, 0, &file, &error);
		if (code < 0)
			print_error("%s: %s:%d:%d: %s\n", pack->id, error.file, error.line,
				    error.column, error.text);
		assert_row(code == 0, i);
		assert_str(embedded->id, pack->id);
		assert_string_equal(embedded->digest, file->digest);
		assert_row(i == 0 || strcmp(policy_packs[i - 1].id, pack->id) < 0, i);
		assert_ptr_equal(policy_pack_find(str_from(pack->id)), pack);
		policy_free(embedded);
		policy_free(file);
	}
	assert_null(policy_pack_find(STR("cavra-")));
	assert_null(policy_pack_find(STR("zzz")));
}

/* Any of them can stand beside any other, in any order. */
static void test_embedded_packs_together(void **state)
{
	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		char more[2048] = ", inherits: [";
		for (size_t i = 0; i < policy_packs_count; i++) {
			size_t k = backwards ? policy_packs_count - 1 - i : i, used = strlen(more);
			(void)snprintf(more + used, sizeof more - used, "%s%s", policy_packs[k].id,
				       i + 1 < policy_packs_count ? ", " : "]");
		}
		packs_put_pack("cavra-x", more, "");
		assert_string_equal(packs_try("cavra-x"), "");
	}
}

/* ---- threads ---- */

static void *read_policy(void *argument)
{
	const struct policy *policy = argument;
	for (int i = 0; i < 200; i++) {
		struct policy_source source = {.pack_dir = NULL};
		struct policy *own = NULL;
		if (path(policy, "x/.env") != MATCH_MUST || path(policy, "x/y") != MATCH_NO)
			return argument;
		if (i % 50 == 0 &&
		    policy_load_pack(&source, policy_packs[0].id, NULL, 0, &own, NULL) < 0)
			return argument;
		policy_free(own);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct policy *policy = compile("filesystem: {block_read: [.env, '*.pem', '!a.pem']}\n");
	pthread_t threads[4];
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_policy, policy), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *wrong = policy;
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_switches, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_lists, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_exceptions, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_exception_of_a_repetition, packs_set_up,
						packs_tear_down),
		cmocka_unit_test_setup_teardown(test_rules, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_unknown_model, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_inherited_rules, packs_set_up,
						packs_tear_down),
		cmocka_unit_test_setup_teardown(test_cases, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_reference_digest, packs_set_up,
						packs_tear_down),
		cmocka_unit_test_setup_teardown(test_digest_is_of_the_document, packs_set_up,
						packs_tear_down),
		cmocka_unit_test_setup_teardown(test_embedded_packs, packs_set_up, packs_tear_down),
		cmocka_unit_test_setup_teardown(test_embedded_packs_together, packs_set_up,
						packs_tear_down),
		cmocka_unit_test_setup_teardown(test_threads, packs_set_up, packs_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
