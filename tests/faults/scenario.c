/* SPDX-License-Identifier: Apache-2.0
 *
 * The scenarios, see scenario.h: loading policies, deciding about actions that a policy forbids, the hook, the command
 * line.
 */
#include "scenario.h"

#include <cavra/cavra.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/hook.h"
#include "crypto/key.h"
#include "inject.h"
#include "policy/approval.h"
#include "policy/authoring.h"
#include "store/migrations.h"

int __real_main(int argc, char **argv);

#define BASELINE "cavra-ai-agent-baseline"

static cavra_policy *policy;
static char digest[80];

static enum outcome failed(const struct cavra_error *error, const void *output, char *why)
{
	if (error->text[0] && !output)
		return OUTCOME_ERROR;
	(void)snprintf(why, 200, "%s", output ? "an output was set" : "an error without a text");
	return OUTCOME_BROKEN;
}

/* ---- loading ---- */

static int load(const struct scenario *s, cavra_policy **ret_policy, struct cavra_error *error)
{
	return s->detail ? cavra_policy_load(s->detail, ret_policy, error)
			 : cavra_policy_load_pack(s->target, ret_policy, error);
}

static void prepare_load(const struct scenario *s)
{
	struct cavra_error error;
	cavra_policy *loaded;
	if (load(s, &loaded, &error) < 0) {
		(void)fprintf(stderr, "%s: %s\n", s->name, error.text);
		exit(1);
	}
	(void)snprintf(digest, sizeof digest, "%s", cavra_policy_digest(loaded));
	cavra_policy_free(loaded);
}

/* A policy that could be loaded is the whole policy. */
static bool is_whole(const cavra_policy *loaded)
{
	struct cavra_request request = {.action_type = "execute_command",
					.target = "sudo terraform apply"};
	struct cavra_error error;
	cavra_decision *decision;
	if (strcmp(cavra_policy_digest(loaded), digest) != 0 ||
	    cavra_decide(loaded, &request, NULL, &decision, &error) < 0)
		return false;
	bool blocks = cavra_decision_outcome(decision) == CAVRA_BLOCK;
	cavra_decision_free(decision);
	return blocks;
}

static enum outcome run_load(const struct scenario *s, char *why)
{
	struct cavra_error error = {.text = ""};
	cavra_policy *loaded = NULL;
	if (load(s, &loaded, &error) < 0)
		return failed(&error, loaded, why);
	(void)inject_stop();
	bool whole = is_whole(loaded);
	cavra_policy_free(loaded);
	(void)snprintf(why, 200, "the policy is not the whole policy");
	return whole ? OUTCOME_DONE : OUTCOME_BROKEN;
}

/* ---- deciding ---- */

static void prepare_policy(const struct scenario *s)
{
	struct cavra_error error;
	if (!policy && cavra_policy_load_pack(BASELINE, &policy, &error) < 0) {
		(void)fprintf(stderr, "%s: %s\n", s->name, error.text);
		exit(1);
	}
}

static enum outcome decide(const struct cavra_request *request, const cavra_facts *facts, char *why)
{
	struct cavra_error error = {.text = ""};
	cavra_decision *decision = NULL;
	if (cavra_decide(policy, request, facts, &decision, &error) < 0)
		return failed(&error, decision, why);
	enum cavra_outcome outcome = cavra_decision_outcome(decision);
	(void)inject_stop();
	json_t *record = json_loads(cavra_decision_json(decision), 0, NULL);
	const char *told = json_string_value(json_object_get(record, "decision"));
	bool agrees = told &&
		      strcmp(told, cavra_outcome_name(outcome)) == 0; /* json_loads() itself */
	json_decref(record);
	bool complete = cavra_decision_reason(decision)[0] && cavra_decision_rule(decision)[0] &&
			cavra_decision_explain(decision)[0];
	cavra_decision_free(decision);
	(void)snprintf(why, 200, "a decision that is incomplete or contradicts itself");
	if (!agrees || !complete)
		return OUTCOME_BROKEN;
	return outcome >= CAVRA_REQUIRE_APPROVAL ? OUTCOME_CLOSED : OUTCOME_OPEN;
}

/* With the directory as workspace, or with the facts of a table, or none. */
static enum outcome run_decide(const struct scenario *s, char *why)
{
	struct cavra_error error = {.text = ""};
	cavra_facts *facts = NULL;
	int code = s->detail && s->detail[0] == '{'
			   ? cavra_facts_from_json(s->detail, &facts, &error)
			   : cavra_facts_from_directory(".", &facts, &error);
	if (code < 0)
		return failed(&error, facts, why);
	struct cavra_request request = {.action_type = s->action_type, .target = s->target};
	if (strcmp(s->action_type, "git_operation") == 0)
		request.operation = s->detail;
	if (strcmp(s->action_type, "mcp_tool_call") == 0) {
		request.server = "files";
		request.tool = s->target;
		request.target = NULL;
		request.arguments = s->detail + 1;
	}
	enum outcome outcome = decide(&request, facts, why);
	cavra_facts_free(facts);
	return outcome;
}

/* ---- programs ---- */

static int run_hook(int argc, char **argv)
{
	return argc == 2 ? hook_run(argv[1], NULL) : 2;
}

static bool is_nothing(const char *pattern)
{
	glob_t found;
	int code = glob(pattern, 0, NULL, &found);
	if (code == 0)
		globfree(&found);
	return code == GLOB_NOMATCH;
}

/* The settings are the old ones or the new ones, and nothing else is left in the directory. */
static bool settings_in_order(bool succeeded)
{
	json_error_t error;
	json_t *settings = json_load_file(".claude/settings.json", JSON_REJECT_DUPLICATES, &error);
	bool kept = json_is_true(json_object_get(settings, "mine"));
	bool hooked = json_object_get(settings, "hooks") != NULL;
	json_decref(settings);
	return kept && (hooked || !succeeded) &&
	       (!succeeded || access(".cavra/policy.yaml", R_OK) == 0) &&
	       is_nothing(".claude/*.json.*") && is_nothing(".cavra/*.yaml.*");
}

/* ---- publishing ---- */

#define DECIDED "2020-01-01T00:00:00Z"

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "publishing: %s\n", what);
	exit(1);
}

static void put_private(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	must(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && close(fd) == 0, path);
}

/* Bob agrees that child.yaml is published where nothing is. */
static json_t *make_approval(void)
{
	struct cavra_error error = {.text = ""};
	struct policy_source source = {.pack_dir = "."};
	struct document *input;
	struct draft draft;
	json_t *plan, *decision;
	must(document_load("child.yaml", &input, &error) == 0, error.text);
	must(draft_make(&source, input, "1", &draft, &error) == 0 && draft.policy, error.text);
	struct publishing publishing = {
		.policy = draft.policy, .text = buf_str(&draft.text), .at = STR(DECIDED)};
	struct publish_request request = {.requested_by = STR("ann")};
	struct approval_request about = {STR("apr_1"), STR(DECIDED), STR("2999-01-01T00:00:00Z")};
	must(policy_publish_plan(&publishing, &plan, &error) == 0, error.text);
	must(policy_publish_decision(plan, &request, &decision, &error) == 0, error.text);
	json_t *approval = approval_ask(decision, &about);
	json_t *decided = json_pack("{s:s, s:s, s:s, s:s}", "state", "approved", "decided_by",
				    "bob", "decided_at", DECIDED, "decision_reason", "fine");
	must(json_object_update(approval, decided) == 0, "no memory");
	json_decref(decided);
	json_decref(decision);
	json_decref(plan);
	draft_release(&draft);
	document_free(input);
	return approval;
}

static void prepare_publish(const struct scenario *s)
{
	struct cavra_error error = {.text = ""};
	struct key *key;
	struct secret pem;
	json_t *approval = make_approval();
	(void)s;
	must(key_generate(&key, &error) == 0, error.text);
	must(key_write_private(key, NULL, &pem, &error) == 0, error.text);
	put_private("../key.pem", secret_str(&pem));
	must(json_dump_file(approval, "../approval.json", 0) == 0, "no approval");
	json_decref(approval);
	secret_wipe(&pem);
	key_free(key);
}

/* Nothing was published, or all of it, and nothing is left aside. */
static bool is_published_whole(bool succeeded)
{
	bool there = access("cavra-child/policy.yaml", R_OK) == 0;
	bool whole = access("cavra-child/policy.yaml.sig.json", R_OK) == 0 &&
		     access("cavra-child/current/publish.json", R_OK) == 0;
	return (there ? whole : !succeeded) && is_nothing("cavra-child/versions/.new*") &&
	       is_nothing("cavra-child/.new*");
}

/* ---- the index of evidence ---- */

#define DATABASE "../index.db"

static void prepare_index(const struct scenario *s)
{
	struct cavra_error error = {.text = ""};
	struct store *store;
	(void)s;
	must(store_open(DATABASE, STORE_CREATE, &store, &error) == 0, error.text);
	must(migrations_apply(store, migrations, migrations_count, NULL, &error) == 0, error.text);
	store_close(store);
}

/* Of a version that there is. */
static bool is_a_database(bool succeeded)
{
	struct cavra_error error;
	struct store *store;
	if (access("new.db", F_OK) < 0)
		return !succeeded;
	if (store_open("new.db", STORE_CREATE, &store, &error) < 0)
		return false;
	int code = succeeded ? migrations_check(store, migrations, migrations_count, &error)
			     : migrations_apply(store, migrations, migrations_count, NULL, &error);
	store_close(store);
	return code == 0;
}

static bool explains_block(bool succeeded)
{
	char line[512];
	bool found = !succeeded;
	FILE *out = fopen("../out", "r");
	while (out && fgets(line, sizeof line, out))
		found = found ||
			(strncmp(line, "block ", 6) == 0 && strstr(line, "commands.block"));
	if (out)
		(void)fclose(out);
	return found;
}

#define FACTS                                                                                               \
	"{\"workspace\": \"/repo\", \"home\": \"/root\", \"branch\": \"main\", \"remotes\": [\"origin\"], " \
	"\"links\": {\"/repo/notes\": \".env\"}, \"hardlinks\": {\"/repo/hard\": \"/repo/.env\"}}"
#define PAYLOAD(tool, input)                                                                            \
	"{\"session_id\": \"s\", \"transcript_path\": \"/t\", \"cwd\": \"@\", "                         \
	"\"hook_event_name\": \"PreToolUse\", \"permission_mode\": \"default\", \"tool_name\": \"" tool \
	"\", \"tool_input\": " input ", \"tool_use_id\": \"t\"}"
#define COMMAND "terraform plan; x=app; bash -c \\\"terra\\\"\\\"form ${x}ly\\\""

/* clang-format off */
const struct scenario scenarios[] = {
	{.name = "load a bundled pack", .prepare = prepare_load, .run = run_load,
	 .target = BASELINE, .expected = OUTCOME_DONE},
	{.name = "load a policy file", .prepare = prepare_load, .run = run_load,
	 .detail = "child.yaml", .expected = OUTCOME_DONE},

	{.name = "decide: a hidden command", .prepare = prepare_policy, .run = run_decide, .action_type = "execute_command",
	 .target = "terraform plan; x=app; bash -c \"terra\"\"form ${x}ly\"", .expected = OUTCOME_CLOSED},
	{.name = "decide: nested commands", .prepare = prepare_policy, .run = run_decide, .action_type = "execute_command",
	 .target = "f() { sudo env -u X xargs -I{} sh -c 'kubectl delete ns {}'; }; for i in {a..c} $(ls); do f <<<$i; done",
	 .expected = OUTCOME_CLOSED},
	{.name = "decide: program text", .prepare = prepare_policy, .run = run_decide, .action_type = "execute_command",
	 .target = "python3 - <<'E'\nimport os, subprocess\nsubprocess.run(['terraform', 'apply'])\nE\n"
		   "sed -i s/a/b/e x; awk '{ system(\"terraform apply\") }' y; psql -c 'drop table t'", .expected = OUTCOME_CLOSED},
	{.name = "decide: a link to a secret", .prepare = prepare_policy, .run = run_decide, .action_type = "read_file",
	 .target = "notes", .expected = OUTCOME_CLOSED},
	{.name = "decide: another name of a secret", .prepare = prepare_policy, .run = run_decide, .action_type = "read_file",
	 .target = "deep/hard", .expected = OUTCOME_CLOSED},
	{.name = "decide: a link in a table", .prepare = prepare_policy, .run = run_decide, .action_type = "read_file",
	 .target = "notes", .detail = FACTS, .expected = OUTCOME_CLOSED},
	{.name = "decide: a command that reads a link", .prepare = prepare_policy, .run = run_decide,
	 .action_type = "execute_command", .target = "cd deep && cat ../no*s | head -3", .expected = OUTCOME_CLOSED},
	{.name = "decide: a whole tree", .prepare = prepare_policy, .run = run_decide,
	 .action_type = "execute_command", .target = "grep -r password .", .expected = OUTCOME_CLOSED},
	{.name = "decide: a script of the workspace", .prepare = prepare_policy, .run = run_decide,
	 .action_type = "execute_command", .target = "sh ./deep/script.sh", .expected = OUTCOME_CLOSED},
	{.name = "decide: an alias of Git", .prepare = prepare_policy, .run = run_decide,
	 .action_type = "execute_command", .target = "git st", .expected = OUTCOME_CLOSED},
	{.name = "decide: a push", .prepare = prepare_policy, .run = run_decide, .action_type = "git_operation",
	 .target = "--force origin HEAD:main", .detail = "push", .expected = OUTCOME_CLOSED},
	{.name = "decide: a tool call", .prepare = prepare_policy, .run = run_decide, .action_type = "mcp_tool_call",
	 .target = "read_file", .detail = " {\"path\": \"deep/../.env\", \"more\": [1, {\"a\": null}]}", .expected = OUTCOME_CLOSED},
	{.name = "decide: something harmless", .prepare = prepare_policy, .run = run_decide,
	 .action_type = "execute_command", .target = "git status; ls -l deep", .expected = OUTCOME_OPEN},

	{.name = "hook: a hidden command", .program = run_hook, .arguments = {"claude-code"},
	 .input = PAYLOAD("Bash", "{\"command\": \"" COMMAND "\"}"), .in_order = is_recorded,
	 .expected = OUTCOME_CLOSED},
	{.name = "hook: a link to a secret", .program = run_hook, .arguments = {"claude-code"},
	 .input = PAYLOAD("Read", "{\"file_path\": \"@/notes\"}"), .in_order = is_recorded,
	 .expected = OUTCOME_CLOSED},
	{.name = "hook: a search", .program = run_hook, .arguments = {"claude-code"},
	 .input = PAYLOAD("Grep", "{\"pattern\": \"x\", \"path\": \"@\", \"output_mode\": \"content\"}"), .in_order = is_recorded,
	 .expected = OUTCOME_CLOSED},
	{.name = "hook: an edit", .program = run_hook, .arguments = {"claude-code"},
	 .input = PAYLOAD("Edit", "{\"file_path\": \"@/.cavra/policy.yaml\", \"old_string\": \"a\", \"new_string\": \"b\"}"),
	 .in_order = is_recorded,
	 .expected = OUTCOME_CLOSED},
	{.name = "hook: a tool call", .program = run_hook, .arguments = {"claude-code"},
	 .input = PAYLOAD("mcp__files__read_file", "{\"path\": \"deep/../.env\"}"), .in_order = is_recorded,
	 .expected = OUTCOME_CLOSED},
	{.name = "hook: something harmless", .program = run_hook, .arguments = {"claude-code"},
	 .input = PAYLOAD("Bash", "{\"command\": \"ls -l deep\"}"), .in_order = is_recorded, .expected = OUTCOME_OPEN},

	{.name = "ledger: the first entry", .run = run_append, .target = "first", .detail = "sync", .expected = OUTCOME_DONE},
	{.name = "ledger: an entry, sync", .run = run_append, .target = "next", .detail = "sync", .expected = OUTCOME_DONE},
	{.name = "ledger: an entry, batch", .run = run_append, .target = "next", .detail = "batch", .expected = OUTCOME_DONE},
	{.name = "ledger: behind a torn line", .run = run_append, .target = "torn", .detail = "sync", .expected = OUTCOME_DONE},
	{.name = "ledger: settling", .run = run_settle, .target = "next", .expected = OUTCOME_DONE},
	{.name = "ledger: the index", .run = run_index, .target = "next", .expected = OUTCOME_DONE},
	{.name = "ledger: the salt", .run = run_salt, .target = "next", .expected = OUTCOME_DONE},

	{.name = "cavra evaluate", .program = __real_main, .arguments = {"evaluate", "execute_command", "sudo terraform apply", "--json"},
	 .expected = OUTCOME_CLOSED},
	{.name = "cavra evaluate with facts", .program = __real_main,
	 .arguments = {"evaluate", "read_file", "notes", "--facts", "facts.json", "--policy-file", "child.yaml"},
	 .expected = OUTCOME_CLOSED},
	{.name = "cavra policy explain", .program = __real_main,
	 .arguments = {"policy", "explain", "execute_command", "sudo terraform apply"}, .in_order = explains_block,
	 .expected = OUTCOME_OPEN},
	{.name = "cavra policy validate", .program = __real_main, .arguments = {"policy", "validate", "wrong.yaml"},
	 .expected = OUTCOME_ERROR},
	{.name = "cavra policy publish", .prepare = prepare_publish, .program = __real_main,
	 .arguments = {"policy", "publish", "child.yaml", "--pack-dir=.", "--approval=../approval.json", "--private-key=../key.pem"},
	 .in_order = is_published_whole, .expected = OUTCOME_OPEN},
	{.name = "cavra init", .program = __real_main, .arguments = {"init", "claude-code", "--hook", "/bin/true"},
	 .in_order = settings_in_order, .expected = OUTCOME_OPEN},
	{.name = "cavra evidence migrate", .program = __real_main, .arguments = {"evidence", "migrate", "--sqlite", "new.db", "--json"},
	 .in_order = is_a_database, .expected = OUTCOME_OPEN},
	{.name = "cavra evidence search", .prepare = prepare_index, .program = __real_main,
	 .arguments = {"evidence", "search", "--sqlite", DATABASE, "--json"}, .expected = OUTCOME_OPEN},
};
/* clang-format on */

const size_t scenarios_count = ARRAY_SIZE(scenarios);
