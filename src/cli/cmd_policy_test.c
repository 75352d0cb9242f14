/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy test: runs the cases that a policy ships.
 *
 *	tests:
 *	  - input: {action_type: execute_command, target: terraform apply}
 *	    decision: block
 *	    rule: commands.block      # optional
 *	    facts: {workspace: /repo} # optional, as for evaluate --facts
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/guard.h"
#include "decide/facts.h"
#include "decide/request.h"
#include "decide/visible.h"
#include "json/json.h"

/* A world with nothing in it, so that a case means the same everywhere. */
static const char empty_world[] =
	"{\"workspace\":\"/repo\",\"home\":\"/home/user\",\"branch\":\"work\","
	"\"remotes\":[\"origin\"],\"links\":{},\"hardlinks\":{}}";

struct tally {
	size_t run, failed;
};

static int load_world(const json_t *test, struct guard *guard, struct cavra_error *error)
{
	const json_t *facts = json_get_object(test, "facts");
	char *text = facts ? json_dumps(facts, JSON_COMPACT) : NULL;
	arena_reset(&guard->facts);
	int code = guard_load_facts(str_from(text ? text : empty_world), &guard->facts,
				    &guard->facts_resolver, error);
	free(text);
	guard->resolver = &guard->facts_resolver;
	return code;
}

static int decide_test(const json_t *test, struct guard *guard, struct decision *ret_decision,
		       struct cavra_error *error)
{
	struct request_document document;
	int code = load_world(test, guard, error);
	if (code < 0)
		return code;
	code = request_from_json(json_get_object(test, "input"), &document, error);
	if (code >= 0)
		code = guard_decide(guard, &document.request, guard->policy->mode, ret_decision,
				    error);
	request_document_release(&document);
	return code;
}

static void print_case(const char *verdict, const json_t *test, const char *after)
{
	struct str target = STR(""), type = STR("?");
	struct buf CLEANUP_BUF shown;
	const json_t *input = json_get_object(test, "input");
	buf_init(&shown, KiB(64));
	(void)json_get_str(input, "action_type", &type);
	(void)json_get_str(input, "target", &target);
	visible_add(&shown, type, 0);
	buf_add_char(&shown, ' ');
	visible_add(&shown, str_first(target, 200), 0);
	(void)printf("%s %s%s\n", verdict, shown.p, after);
}

static void run_test(const json_t *test, struct guard *guard, struct tally *tally)
{
	struct decision decision;
	struct cavra_error error;
	struct str wanted = STR(""), rule = STR("");
	char after[768] = "";
	(void)json_get_str(test, "decision", &wanted);
	(void)json_get_str(test, "rule", &rule);
	tally->run++;
	if (decide_test(test, guard, &decision, &error) < 0)
		(void)snprintf(after, sizeof after, ": %s", error.text);
	else if (!str_is(wanted, cavra_outcome_name(decision.outcome)) ||
		 (rule.n && !str_is(rule, decision.rule_id)))
		(void)snprintf(after, sizeof after, ": %s by %s, expected %.*s%s%.*s",
			       cavra_outcome_name(decision.outcome), decision.rule_id,
			       STR_ARG(str_first(wanted, 40)), rule.n ? " by " : "",
			       STR_ARG(str_first(rule, 100)));
	tally->failed += after[0] != '\0';
	print_case(after[0] ? "FAIL" : "PASS", test, after);
}

int cmd_policy_test(const struct args *args)
{
	struct cavra_error error;
	struct guard CLEANUP_GUARD guard;
	struct tally tally = {0, 0};
	if (guard_open(args, &guard, &error) < 0)
		return fail(&error);
	const json_t *tests = json_get_array(guard.policy->document, "tests");
	for (size_t i = 0; i < json_array_size(tests); i++)
		run_test(json_array_get(tests, i), &guard, &tally);
	if (tally.run == 0)
		(void)fprintf(
			stderr,
			"cavra: warning: %.*s has no cases in tests:, so nothing was tested\n",
			STR_ARG(guard.policy->id));
	else
		(void)printf("%zu of %zu cases pass\n", tally.run - tally.failed, tally.run);
	return tally.failed ? EXIT_ERROR : EXIT_ALLOWED;
}
