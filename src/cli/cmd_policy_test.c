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
#include <string.h>

#include "base/limits.h"
#include "cli/cases.h"
#include "decide/coverage.h"
#include "decide/visible.h"
#include "json/json.h"

struct tally {
	size_t run, failed;
	json_t *reached; /* owned; see decide/coverage.h */
	bool noted;      /* everything that was reached */
};

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
	int code = case_decide(test, guard, &decision, &error);
	if (code >= 0)
		tally->noted &= coverage_note(tally->reached, &decision);
	if (code >= 0 && case_is_met(test, &decision)) {
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

struct coverage {
	bool list; /* also print what is not reached */
	size_t n, reached;
};

static void count_rule(void *context, const char *rule, struct str pattern, bool reached)
{
	struct coverage *coverage = context;
	struct buf CLEANUP_BUF shown;
	buf_init(&shown, KiB(64));
	visible_add(&shown, pattern, 0);
	coverage->n++;
	coverage->reached += reached;
	if (!reached && coverage->list)
		(void)printf("not reached: %s%s%s\n", rule, pattern.n ? " " : "", shown.p);
}

static void print_coverage(const struct args *args, const struct policy *policy,
			   const struct tally *tally)
{
	struct coverage coverage = {.list = args_has(args, OPT_COVERAGE)};
	coverage_visit(tally->reached, policy->own, count_rule, &coverage);
	if (tally->noted && coverage.n)
		(void)printf("%zu of its %zu rules are reached by a case\n", coverage.reached,
			     coverage.n);
}

int cmd_policy_test(const struct args *args)
{
	struct cavra_error error;
	struct guard CLEANUP_GUARD guard;
	struct tally tally = {.reached = json_object(), .noted = true};
	if (guard_open(args, &guard, &error) < 0) {
		json_decref(tally.reached);
		return fail(&error);
	}
	const struct policy *policy = config_main_policy(&guard.config);
	/* A policy's cases are about the policy alone. */
	case_guard(&guard, policy);
	for (size_t i = 0; i < policy->n_cases; i++)
		run_case(&policy->cases[i], &guard, &tally);
	print_coverage(args, policy, &tally);
	if (tally.run == 0)
		(void)fprintf(
			stderr,
			"cavra: warning: %.*s has no cases in tests:, so nothing was tested\n",
			STR_ARG(policy->id));
	else
		(void)printf("%zu of %zu cases pass\n", tally.run - tally.failed, tally.run);
	json_decref(tally.reached);
	return tally.failed ? EXIT_ERROR : EXIT_ALLOWED;
}
