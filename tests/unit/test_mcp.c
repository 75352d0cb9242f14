/* SPDX-License-Identifier: Apache-2.0 */
#include "decided.h"

#include "base/limits.h"
#include "decide/mcp.h"
#include "json/json.h"

static const char pack[] =
	"filesystem:\n"
	"  block_read: ['.env', '**/*.pem']\n"
	"  block_write: ['.github/workflows/**']\n"
	"commands:\n"
	"  block: ['terraform apply*', 'kubectl delete*']\n"
	"  readonly: allow\n"
	"git: {protected_branches: [main]}\n"
	"mcp:\n"
	"  allowed_servers: [fs, shell, github, git, kubernetes, db, py, web, terraform, other, memory]\n"
	"  blocked_servers: [evil, 'drive-*']\n";

/* ---- decisions ---- */

#define ALLOWED "allow low mcp.server.trust.allow"
#define ASKS "require_approval high mcp.tool.effect.require_approval"
#define SERVER "block high mcp.server.trust.block_unknown"
#define MALFORMED "block high mcp.arguments.malformed"
#define NO_READ "block high filesystem.read.block"
#define MAY_READ "require_approval high filesystem.read.block"
#define NO_WRITE "block high filesystem.write.block"
#define MAY_WRITE "require_approval high filesystem.write.block"
#define GUARDED "block critical self_protection.block"
#define NO_COMMAND "block critical commands.block"
#define UNALLOWED "require_approval medium commands.default.require_approval"
#define NO_PUSH "block high git.protected_branch.block_direct_push"
#define NO_FORCE "block critical git.protected_branch.block_force_push"
#define OPAQUE "require_approval medium commands.opaque.require_approval"

struct row {
	const char *server, *tool, *arguments, *want;
};

/* clang-format off */
static const struct row rows[] = {
	/* servers */
	{"unknown", "read_file", "{}", SERVER},
	{"evil", "read_file", "{}", SERVER},
	{"drive-x", "read_file", "{}", SERVER},
	{"FS", "read_file", "{}", SERVER},
	{"fs", "read_file", "{}", ALLOWED},
	/* arguments that nobody reads alike */
	{"fs", "read_file", "{\"path\": \"a\", \"path\": \".env\"}", MALFORMED},
	{"fs", "read_file", "{\"path\": ", MALFORMED},
	{"fs", "read_file", "[\"a\"]", MALFORMED},
	{"fs", "read_file", "\"a\"", MALFORMED},
	{"fs", "read_file", "null", ALLOWED},
	/* reading */
	{"fs", "read_file", "{\"path\": \"a.txt\"}", ALLOWED},
	{"fs", "read_file", "{\"path\": \".github/workflows/ci.yml\"}", ALLOWED},
	{"fs", "read_file", "{\"path\": \".env\"}", NO_READ},
	{"fs", "read_file", "{\"Path\": \"src/../.env\"}", NO_READ},
	{"fs", "read_file", "{\" file_path \": \".env\"}", NO_READ},
	{"fs", "readTextFile", "{\"filePath\": \".env\"}", NO_READ},
	{"fs", "read_multiple_files", "{\"paths\": [\"a.txt\", \".env\"]}", NO_READ},
	{"fs", "read_file", "{\"path\": {\"value\": \".env\"}}", NO_READ},
	{"fs", "read_file", "{\"files\": [{\"name\": \".env\", \"head\": 3}]}", NO_READ},
	{"fs", "read_file", "{\"root\": \"/repo/src\", \"path\": \"../.env\"}", NO_READ},
	{"fs", "read_file", "{\"uri\": \"file:///repo/%2eenv\"}", NO_READ},
	{"fs", "read_file", "{\"uri\": \"FILE://localhost/repo/.env?x#y\"}", NO_READ},
	{"fs", "anything", "{\"x\": \"file:///repo/.env\"}", NO_READ},
	{"fs", "read_file", "{\"x\": \".env\"}", MAY_READ},
	{"fs", "read_file", "{\".env\": true}", MAY_READ},
	{"other", "read_resource", "{\"uri\": \"repo://o/r/contents/.env\"}", MAY_READ},
	{"fs", "search_files", "{\"path\": \"src\", \"pattern\": \"*.c\"}", ALLOWED},
	{"fs", "search_files", "{\"path\": \".\", \"pattern\": \"x\"}", MAY_READ},
	{"fs", "list_directory", "{\"path\": \".\"}", ALLOWED},
	{"git", "git_show", "{\"repo_path\": \".\", \"revision\": \"HEAD:.env\"}", NO_READ},
	{"git", "git_log", "{\"repo_path\": \".\", \"max_count\": 5}", ALLOWED},
	/* writing */
	{"fs", "write_file", "{\"path\": \"docs/a.md\", \"content\": \"run terraform apply, see .env\"}", ALLOWED},
	{"fs", "write_file", "{\"path\": \".github/workflows/ci.yml\", \"content\": \"x\"}", NO_WRITE},
	{"fs", "write_file", "{\"path\": \".mcp.json\", \"content\": \"{}\"}", GUARDED},
	{"fs", "edit_file", "{\"path\": \"a.txt\", \"edits\": [{\"oldText\": \".env\", \"newText\": \"x\"}]}", ALLOWED},
	{"fs", "move_file", "{\"source\": \"a.txt\", \"destination\": \".github/workflows/ci.yml\"}", NO_WRITE},
	{"fs", "move_file", "{\"source\": \".env\", \"destination\": \"b\"}", NO_READ},
	{"fs", "move_file", "{\"source\": \"./a.txt\", \"destination\": \"./b.txt\"}", ALLOWED},
	{"fs", "copy_file", "{\"from\": \".env\", \"to\": \"b.txt\"}", NO_READ},
	{"fs", "delete_file", "{\"path\": \"a.txt\"}", ALLOWED},
	{"fs", "delete_file", "{\"path\": \".github/workflows/ci.yml\"}", NO_WRITE},
	{"fs", "delete_directory", "{\"path\": \"src\"}", ASKS},
	{"fs", "rm", "{\"path\": \"src\", \"recursive\": true}", ASKS},
	{"fs", "frobnicate", "{\"path\": \".github/workflows/ci.yml\"}", MAY_WRITE},
	{"fs", "get_or_create_file", "{\"path\": \".github/workflows/ci.yml\"}", NO_WRITE},
	{"fs", "convert", "{\"input\": \"a.txt\", \"outputPath\": \".github/workflows/x\"}", NO_WRITE},
	{"fs", "apply_patch", "{\"patch\": \"--- a/x\\n+++ b/.github/workflows/ci.yml\\n\"}", NO_WRITE},
	{"fs", "apply_patch", "{\"input\": \"*** Begin Patch\\n*** Update File: .github/workflows/x\\n\"}", NO_WRITE},
	{"git", "git_commit", "{\"repo_path\": \".\", \"message\": \"never git push origin main\"}", ALLOWED},
	{"git", "git_reset", "{\"repo_path\": \".\"}", ASKS},
	/* commands */
	{"shell", "run", "{\"command\": \"terraform apply -auto-approve\"}", NO_COMMAND},
	{"shell", "run", "{\"command\": \"terraform\", \"args\": [\"apply\"]}", NO_COMMAND},
	{"shell", "run", "{\"command\": \"terraform\", \"args\": \"apply -auto-approve\"}", NO_COMMAND},
	{"shell", "run", "{\"command\": [\"bash\", \"-lc\", \"terraform apply\"]}", NO_COMMAND},
	{"shell", "run", "{\"commands\": [\"ls -l\", \"terraform apply\"]}", NO_COMMAND},
	{"shell", "run", "{\"argv\": [\"terraform\", \"apply\"]}", NO_COMMAND},
	{"shell", "run", "{\"command\": \"echo\", \"args\": [\"x; terraform apply\"]}", NO_COMMAND},
	{"shell", "run", "{\"command\": \"bash\", \"stdin\": \"terraform apply\"}", NO_COMMAND},
	{"shell", "run", "{\"command\": \"cat .env\", \"cwd\": \"src\"}", NO_READ},
	{"shell", "run", "{\"command\": \"git fetch\", \"env\": {\"GIT_SSH_COMMAND\": \"terraform apply\"}}", NO_COMMAND},
	{"shell", "run", "{\"command\": \"ls\", \"shell\": \"/bin/bash\", \"description\": \"terraform apply\"}", ALLOWED},
	{"shell", "run", "{\"command\": \"make deploy\"}", UNALLOWED},
	{"shell", "run", "{}", ASKS},
	{"shell", "send_keys", "{\"keys\": \"terraform apply\\n\"}", ASKS},
	{"shell", "run", "{\"keys\": \"terraform apply\"}", NO_COMMAND},
	{"shell", "run_script", "{\"script\": \"terraform apply\"}", NO_COMMAND},
	{"terraform", "run", "{\"args\": [\"apply\"]}", NO_COMMAND},
	{"terraform", "execute", "{\"command\": \"apply -auto-approve\"}", NO_COMMAND},
	{"terraform", "apply", "{}", NO_COMMAND},
	{"kubernetes", "delete_resource", "{\"kind\": \"Namespace\", \"name\": \"prod\"}", NO_COMMAND},
	{"kubernetes", "get_pods", "{\"namespace\": \"x\"}", ALLOWED},
	/* program text */
	{"py", "run_python", "{\"code\": \"import os; os.system('terraform apply')\"}", NO_COMMAND},
	{"py", "run_python", "{\"code\": \"print(f())\"}", OPAQUE},
	{"py", "execute", "{\"language\": \"bash\", \"code\": \"terraform apply\"}", NO_COMMAND},
	{"db", "query", "{\"sql\": \"select * from users\"}", ALLOWED},
	{"db", "read_query", "{\"query\": \"select count(*) from t\"}", ALLOWED},
	{"db", "query", "{\"query\": \"drop table users\"}", ASKS},
	{"db", "execute", "{\"statement\": \"delete from t\"}", ASKS},
	{"db", "execute", "{}", ASKS},
	/* Git */
	{"git", "git_push", "{\"repo_path\": \".\", \"remote\": \"origin\", \"refspec\": \"HEAD:main\"}", NO_PUSH},
	{"git", "git_push", "{\"repo_path\": \".\", \"branch\": \"topic\"}", ALLOWED},
	{"git", "git_push", "{\"repo_path\": \".\"}", ALLOWED},
	{"git", "push", "{\"refspecs\": [\"topic\", \"+x:refs/heads/main\"]}", NO_FORCE},
	{"git", "push", "{\"branch\": \"main\", \"force\": true}", NO_FORCE},
	{"github", "push_files", "{\"owner\": \"o\", \"repo\": \"r\", \"branch\": \"main\", \"files\": []}", NO_PUSH},
	{"github", "push_files", "{\"owner\": \"o\", \"repo\": \"r\", \"branch\": \"x\", \"files\": [{\"path\": \".github/workflows/a.yml\", \"content\": \"\"}]}", NO_WRITE},
	{"github", "create_or_update_file", "{\"owner\": \"o\", \"repo\": \"r\", \"branch\": \"main\", \"path\": \"a\", \"content\": \"\"}", NO_PUSH},
	{"github", "delete_branch", "{\"owner\": \"o\", \"repo\": \"r\", \"branch\": \"main\"}", NO_FORCE},
	{"github", "merge_pull_request", "{\"owner\": \"o\", \"repo\": \"r\", \"pull_number\": 1}", ASKS},
	{"github", "create_pull_request", "{\"owner\": \"o\", \"repo\": \"r\", \"head\": \"x\", \"base\": \"main\"}", ASKS},
	{"github", "get_pull_request_status", "{\"owner\": \"o\", \"repo\": \"r\", \"pull_number\": 1}", ALLOWED},
	{"github", "delete_repository", "{\"owner\": \"o\", \"repo\": \"r\"}", ASKS},
	/* elsewhere */
	{"memory", "create_entities", "{\"entities\": [{\"name\": \"x\"}]}", ASKS},
	{"other", "send_email", "{\"to\": \"a@example.com\"}", ASKS},
	{"web", "fetch", "{\"url\": \"https://example.com/\"}", ALLOWED},
	{"web", "fetch", "{\"url\": \"http://169.254.169.254/latest/\"}", "block critical network.metadata.block"},
	{"web", "fetch", "{\"url\": \"file:///repo/.env\"}", NO_READ},
};
/* clang-format on */

static json_t *request_of(const struct row *row)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "action_type", "mcp_tool_call", "server",
			 row->server, "tool", row->tool, "arguments", row->arguments);
}

static struct decided decide_row(const struct policy *policy, const struct row *row)
{
	json_t *request = request_of(row);
	char *text = json_dumps(request, JSON_COMPACT);
	assert_non_null(text);
	struct decided got = decided(policy, text);
	free(text);
	json_decref(request);
	return got;
}

static void test_decisions(void **state)
{
	size_t failed = 0;
	(void)state;
	packs_put_pack("cavra-t", "", pack);
	struct policy *policy = packs_get("cavra-t");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct decided got = decide_row(policy, &rows[i]);
		if (strcmp(decided_text(&got), rows[i].want) == 0)
			continue;
		print_error("row %zu: %s:%s %s\n  got %s, want %s\n  %s\n", i, rows[i].server,
			    rows[i].tool, rows[i].arguments, decided_text(&got), rows[i].want,
			    got.effects);
		failed++;
	}
	policy_free(policy);
	assert_int_equal(failed, 0);
}

static void test_without_section(void **state)
{
	static const struct row row = {"fs", "read_file", "{}", NULL};
	(void)state;
	packs_put_pack("cavra-t", "", "");
	struct policy *policy = packs_get("cavra-t");
	struct decided got = decide_row(policy, &row);
	assert_string_equal(decided_text(&got), SERVER);
	policy_free(policy);
	packs_put_pack("cavra-t", "",
		       "mcp: {block_unknown_servers: false, blocked_servers: [evil]}");
	policy = packs_get("cavra-t");
	got = decide_row(policy, &row);
	assert_string_equal(decided_text(&got),
			    "require_approval medium mcp.server.trust.require_approval");
	assert_string_equal(got.approver_group, "AI Governance");
	got = decide_row(policy, &(struct row){"evil", "x", "{}", NULL});
	assert_string_equal(decided_text(&got), SERVER);
	policy_free(policy);
}

/* The capability is the caller's claim. */
static void test_capability(void **state)
{
	(void)state;
	packs_put_pack("cavra-t", "", pack);
	struct policy *policy = packs_get("cavra-t");
	struct decided got = decided(
		policy, "{\"action_type\": \"mcp_tool_call\", \"server\": \"github\", \"tool\":"
			" \"delete_repository\", \"capability\": \"read\", \"arguments\": {}}");
	assert_string_equal(decided_text(&got), ASKS);
	policy_free(policy);
}

static void test_effects(void **state)
{
	(void)state;
	packs_put_pack("cavra-t", "", pack);
	struct policy *policy = packs_get("cavra-t");
	struct decided got = decide_row(
		policy, &(struct row){"fs", "move_file",
				      "{\"source\": \"./a\", \"destination\": \"./b\"}", NULL});
	assert_string_equal(got.effects,
			    "mcp fs:move_file | file.read a | file.delete a | file.write b");
	got = decide_row(policy,
			 &(struct row){"web", "get", "{\"url\": \"https://example.com/x\"}", NULL});
	assert_string_equal(got.effects, "mcp web:get | net example.com");
	policy_free(policy);
}

/* ---- limits ---- */

static void test_many_strings(void **state)
{
	(void)state;
	packs_put_pack("cavra-t", "", pack);
	struct policy *policy = packs_get("cavra-t");
	for (int more = 0; more < 2; more++) {
		json_t *paths = json_array(), *arguments = json_pack("{s:o}", "paths", paths);
		for (int i = 0; i < LIMIT_MCP_STRINGS + more; i++)
			json_array_append_new(paths, json_string("a.txt"));
		char *text = json_dumps(arguments, JSON_COMPACT);
		struct decided got = decide_row(policy, &(struct row){"fs", "read", text, NULL});
		assert_string_equal(decided_text(&got), more ? OPAQUE : ALLOWED);
		free(text);
		json_decref(arguments);
	}
	policy_free(policy);
}

/* ---- names ---- */

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum verb verb;
	} names[] = {
		{"read_file", VERB_READ},
		{"readFile", VERB_READ},
		{"git-push", VERB_PUSH},
		{"get_update_status", VERB_READ},
		{"list_deleted", VERB_READ},
		{"create_or_update", VERB_WRITE},
		{"get_or_create", VERB_WRITE},
		{"read_and_delete", VERB_DELETE},
		{"fs.delete", VERB_DELETE},
		{"mergePullRequest", VERB_CHANGE},
		{"DELETE_FILE", VERB_DELETE},
		{"", VERB_UNKNOWN},
		{"sequentialthinking", VERB_UNKNOWN},
		{"browser_evaluate", VERB_RUN},
		{"dropTable", VERB_DESTROY},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_row(mcp_tool(STR("s"), str_from(names[i].name)).verb == names[i].verb, i);
	assert_int_equal(mcp_meaning("file_path"), MEANS_PATH);
	assert_int_equal(mcp_meaning(" FilePath"), MEANS_PATH);
	assert_int_equal(mcp_meaning("nothing"), MEANS_UNKNOWN);
	assert_int_equal(mcp_meaning("a_key_that_is_longer_than_any_that_is_known_here"),
			 MEANS_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decisions),    cmocka_unit_test(test_without_section),
		cmocka_unit_test(test_capability),   cmocka_unit_test(test_effects),
		cmocka_unit_test(test_many_strings), cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests_name("mcp", tests, packs_set_up, packs_tear_down);
}
