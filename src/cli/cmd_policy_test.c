/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy test: runs the cases that a policy ships.
 *
 *	tests:
 *	  - input: {action_type: execute_command, target: terraform apply}
 *	    decision: block
 *	    rule: commands.block      # optional, as are severity, name
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
	"\"remotes\":[\"origin\"],\"links\":{},\"hardlinks\":{},\"files\":[],\"directories\":[],"
	"\"git_config\":{}}";

struct tally {
	size_t run, failed;
};

static int load_world(const struct policy_case *test, struct guard *guard,
		      struct cavra_error *error)
{
	char *text = test->facts ? json_dumps(test->facts, JSON_COMPACT) : NULL;
	arena_reset(&guard->facts);
	int code = guard_load_facts(str_from(text ? text : empty_world), &guard->facts,
				    &guard->facts_resolver, error);
	free(text);
	guard->resolver = &guard->facts_resolver;
	guard->cwd = STR(""); /* where the tests are run from does not matter */
	return code;
}

static int decide_case(const struct policy_case *test, struct guard *guard,
		       struct decision *ret_decision, struct cavra_error *error)
{
	struct request_document document;
	int code = load_world(test, guard, error);
	if (code < 0)
		return code;
	code = request_from_json(test->input, &document, error);
	if (code >= 0)
		code = guard_decide(guard, &document.request, guard->mode, ret_decision, error);
	request_document_release(&document);
	return code;
}

static bool is_met(const struct policy_case *test, const struct decision *decision)
{
	return decision->outcome == test->decision &&
	       (!test->rule.n || str_is(test->rule, decision->rule_id)) &&
	       (!test->has_severity || test->severity == decision->severity);
}

static void print_case(const char *verdict, const struct policy_case *test)
{
	struct str target = STR(""), type = STR("?");
	struct buf CLEANUP_BUF shown;
	buf_init(&shown, KiB(64));
	(void)json_get_str(test->input, "action_type", &type);
	(void)json_get_str(test->input, "target", &target);
	visible_add(&shown, test->name.n ? test->name : type, 0);
	if (!test->name.n && target.n) {
		buf_add_char(&shown, ' ');
		visible_add(&shown, str_first(target, 200), 0);
	}
	(void)printf("%s %s\n", verdict, shown.p);
}

static void print_difference(const struct policy_case *test, const struct decision *decision)
{
	(void)printf("     %s:%d: expected %s", test->file ? test->file : "", test->line,
		     cavra_outcome_name(test->decision));
	if (test->rule.n)
		(void)printf(" by %.*s", STR_ARG(str_first(test->rule, 100)));
	if (test->has_severity)
		(void)printf(" (%s)", cavra_severity_name(test->severity));
	(void)printf(", got %s by %s (%s)\n", cavra_outcome_name(decision->outcome),
		     decision->rule_id, cavra_severity_name(decision->severity));
}

static void run_case(const struct policy_case *test, struct guard *guard, struct tally *tally)
{
	struct decision decision;
	struct cavra_error error;
	tally->run++;
	int code = decide_case(test, guard, &decision, &error);
	if (code >= 0 && is_met(test, &decision)) {
		print_case("PASS", test);
		return;
	}
	tally->failed++;
	print_case("FAIL", test);
	if (code < 0)
		(void)printf("     %s:%d: %s\n", test->file ? test->file : "", test->line,
			     error.text);
	else
		print_difference(test, &decision);
}

int cmd_policy_test(const struct args *args)
{
	struct cavra_error error;
	struct guard CLEANUP_GUARD guard;
	struct tally tally = {0, 0};
	if (guard_open(args, &guard, &error) < 0)
		return fail(&error);
	const struct policy *policy = config_main_policy(&guard.config);
	/* A policy's cases are about the policy alone. */
	guard.config.policies = (struct policy_layers){.policy = {policy}, .n = 1};
	guard.mode = policy->mode;
	for (size_t i = 0; i < policy->n_cases; i++)
		run_case(&policy->cases[i], &guard, &tally);
	if (tally.run == 0)
		(void)fprintf(
			stderr,
			"cavra: warning: %.*s has no cases in tests:, so nothing was tested\n",
			STR_ARG(policy->id));
	else
		(void)printf("%zu of %zu cases pass\n", tally.run - tally.failed, tally.run);
	return tally.failed ? EXIT_ERROR : EXIT_ALLOWED;
}
