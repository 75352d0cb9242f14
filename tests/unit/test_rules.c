/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules: section: with any number of rules the same ones meet an action as when each stands alone.
 */
#include "decided.h"

#include <stdio.h>

static const char *const matches[] = {
	"{program: terraform}",
	"{program: terraform, subcommand: [apply]}",
	"{program: git, flags: [--force]}",
	"{program: cat, operands: [a.txt]}",
	"{model: terraform.mutates}",
	"{model: kubectl.destroys}",
	"{model: git.push, dest: [main]}",
	"{program: git, model: git.push}",
	"{effect: command, patterns: ['terraform a*']}",
	"{effect: command, patterns: ['make *', 'curl *']}",
	"{program: cat, effect: command, patterns: ['cat *']}",
	"{effect: file.read, patterns: [a.txt]}",
	"{effect: file.read, patterns: ['*.txt', '!a.txt']}",
	"{effect: file.read, patterns: [A.TXT]}",
	"{program: cat, effect: file.read, patterns: [src/**]}",
	"{effect: file.write, patterns: ['**']}",
	"{effect: file.delete, patterns: [src]}",
	"{effect: net, patterns: ['*.example.com']}",
	"{effect: git, patterns: [main]}",
	"{effect: mcp, patterns: ['a:*']}",
};

#define COMMAND(text) "{\"action_type\": \"execute_command\", \"target\": \"" text "\"}"
static const char *const requests[] = {
	COMMAND("terraform apply"),
	COMMAND("terraform frobnicate"),
	COMMAND("terraform $x"),
	COMMAND("$x apply"),
	COMMAND("git push --force origin main"),
	COMMAND("git push origin $x"),
	COMMAND("kubectl delete pod x; cat a.txt"),
	COMMAND("cat src/b.c > out.txt"),
	COMMAND("cat *"),
	COMMAND("rm -r src"),
	COMMAND("curl https://a.example.com/x"),
	COMMAND("make all"),
	COMMAND("ls"),
	"{\"action_type\": \"read_file\", \"target\": \"a.txt\"}",
	"{\"action_type\": \"write_file\", \"target\": \"src/b.c\"}",
	"{\"action_type\": \"git_operation\", \"operation\": \"push\", \"target\": \"origin main\"}",
	"{\"action_type\": \"mcp_tool_call\", \"server\": \"a\", \"tool\": \"b\"}",
};

static const char *const decisions[] = {"block", "allow"};

/* The i-th rule under the id of its number. */
static void add_rule(char *text, size_t size, size_t i, const char *decision)
{
	size_t n = strlen(text);
	(void)snprintf(text + n, size - n, "- {id: r.n%zu, match: %s, decision: %s}\n", i,
		       matches[i], decision);
}

/* Is the rule among those that met the request? */
static bool has_met(const struct decided *d, size_t i)
{
	char id[32];
	(void)snprintf(id, sizeof id, "|r.n%zu|", i);
	return strstr(d->rules, id) != NULL;
}

static bool meets_alone(size_t i, const char *decision, const char *request)
{
	char text[512] = "rules:\n";
	add_rule(text, sizeof text, i, decision);
	packs_put_pack("cavra-alone", "", text);
	struct policy *policy = packs_get("cavra-alone");
	struct decided d = decided(policy, request);
	policy_free(policy);
	return has_met(&d, i);
}

/* fillers: rules of each kind that meet nothing, so that there are many. */
static struct policy *all_together(const char *decision, size_t fillers)
{
	static char text[4096 + 400 * 300];
	(void)snprintf(text, sizeof text, "rules:\n");
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++)
		add_rule(text, sizeof text, i, decision);
	for (size_t i = 0; i < fillers; i++) {
		size_t n = strlen(text);
		(void)snprintf(
			text + n, sizeof text - n,
			"- {id: f.p%zu, match: {program: x%zu}, decision: block}\n"
			"- {id: f.c%zu, match: {effect: command, patterns: ['x%zu *']}, decision: block}\n"
			"- {id: f.f%zu, match: {effect: file.read, patterns: ['x%zu', '!x']}, decision: allow}\n"
			"- {id: f.n%zu, match: {effect: net, patterns: ['x%zu.org']}, decision: block}\n",
			i, i, i, i, i, i, i, i);
	}
	packs_put_pack("cavra-all", "", text);
	return packs_get("cavra-all");
}

static void test_any_number_of_rules(void **state)
{
	size_t met = 0;
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(decisions); k++)
		for (size_t fillers = 0; fillers <= 300; fillers += 300) {
			struct policy *policy = all_together(decisions[k], fillers);
			for (size_t r = 0; r < ARRAY_SIZE(requests); r++) {
				struct decided d = decided(policy, requests[r]);
				for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
					bool alone = meets_alone(i, decisions[k], requests[r]);
					if (alone != has_met(&d, i))
						print_error("%s: %s\n", requests[r], matches[i]);
					assert_int_equal(alone, has_met(&d, i));
					met += alone;
				}
			}
			policy_free(policy);
		}
	assert_true(met > 100);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_any_number_of_rules, packs_set_up,
						packs_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
