/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy test: runs the cases that a policy ships, and those of CAVRA itself that apply to it.
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
#include "cli/dry_run.h"
#include "decide/coverage.h"
#include "decide/visible.h"
#include "policy/builtin_cases.h"
#include "json/json.h"

struct tally {
	bool json;
	size_t run, failed;
	json_t *results; /* owned; of the policy's own cases */
	bool out_of_memory;
	struct dry_run builtin;
	json_t *reached; /* owned; see decide/coverage.h */
	bool noted;      /* everything that was reached */
};

static void print_case(const char *verdict, const char *whose, const struct policy_case *test)
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
	(void)printf("%s %s%s\n", verdict, whose, shown.p);
}

static void print_difference(const struct policy_case *test, const struct decision *decision)
{
	(void)printf("     ");
	if (test->file)
		(void)printf("%s:%d: ", test->file, test->line);
	(void)printf("expected %s", cavra_outcome_name(test->decision));
	if (test->rule.n)
		(void)printf(" by %.*s", STR_ARG(str_first(test->rule, 100)));
	if (test->has_severity)
		(void)printf(" (%s)", cavra_severity_name(test->severity));
	(void)printf(", got %s by %s (%s)\n", cavra_outcome_name(decision->outcome),
		     decision->rule_id, cavra_severity_name(decision->severity));
}

/* error: why it could not be decided; NULL when it was. */
static void keep_result(struct tally *tally, const struct policy_case *test, bool passed,
			const struct decision *decision, const struct cavra_error *error)
{
	json_t *result = json_pack("{s:s%, s:s, s:i, s:O, s:s, s:b}", "case_id",
				   test->name.n ? test->name.p : "", test->name.n, "file",
				   test->file ? test->file : "", "line", test->line, "input",
				   test->input, "expected_decision",
				   cavra_outcome_name(test->decision), "passed", passed);
	int failed =
		error ? json_object_set_new(result, "error", json_string(error->text))
		      : json_object_set_new(result, "decision",
					    json_pack("{s:s, s:s, s:s}", "decision",
						      cavra_outcome_name(decision->outcome),
						      "rule_id", decision->rule_id, "severity",
						      cavra_severity_name(decision->severity)));
	tally->out_of_memory |= failed || json_array_append_new(tally->results, result) < 0;
}

static void run_case(const struct policy_case *test, struct guard *guard, struct tally *tally)
{
	struct decision decision;
	struct cavra_error error;
	tally->run++;
	int code = case_decide(test, guard, &decision, &error);
	bool passed = code >= 0 && case_is_met(test, &decision);
	if (code >= 0)
		tally->noted &= coverage_note(tally->reached, &decision);
	tally->failed += !passed;
	if (tally->json) {
		keep_result(tally, test, passed, &decision, code < 0 ? &error : NULL);
		return;
	}
	print_case(passed ? "PASS" : "FAIL", "", test);
	if (code < 0)
		(void)printf("     %s:%d: %s\n", test->file ? test->file : "", test->line,
			     error.text);
	else if (!passed)
		print_difference(test, &decision);
}

static void show_builtin(const struct scenario *scenario, bool passed,
			 const struct decision *decision)
{
	print_case(passed ? "PASS" : "FAIL", "built-in ", &scenario->test);
	if (!passed)
		print_difference(&scenario->test, decision);
}

static int run_builtin(struct tally *tally, const struct policy *policy, struct cavra_error *error)
{
	int code = 0;
	for (size_t i = 0; code >= 0 && i < builtin_cases_count; i++) {
		json_t *value = NULL;
		if (!builtin_case_applies(&builtin_cases[i], policy))
			continue;
		code = json_read(str_from(builtin_case_text(&builtin_cases[i])), JSON_READ_NUL,
				 &value, error);
		if (code >= 0)
			code = dry_run_add_value(&tally->builtin, value, error);
		json_decref(value);
	}
	return code;
}

struct coverage {
	bool list;         /* also print what is not reached */
	json_t *unreached; /* or kept here; NULL: no */
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
	if (!reached && coverage->unreached)
		(void)json_array_append_new(coverage->unreached,
					    json_pack("{s:s, s:s%}", "rule_id", rule, "pattern",
						      pattern.n ? pattern.p : "", pattern.n));
}

static json_t *suite_json(size_t n, size_t failed, json_t *results)
{
	return json_pack("{s:I, s:I, s:I, s:O}", "case_count", (json_int_t)n, "passed_count",
			 (json_int_t)(n - failed), "failed_count", (json_int_t)failed, "results",
			 results);
}

static int print_json(const struct tally *tally, const struct policy *policy,
		      struct cavra_error *error)
{
	const struct dry_run *builtin = &tally->builtin;
	struct coverage coverage = {.unreached = json_array()};
	coverage_visit(tally->reached, policy->own, count_rule, &coverage);
	json_t *report = json_pack(
		"{s:s, s:s%, s:s, s:b, s:o, s:o, s:{s:I, s:I, s:o}}", "schema_version",
		"cavra.policy-test.v1", "policy_pack", policy->id.p, policy->id.n, "policy_digest",
		policy->digest, "passed", !tally->failed && !builtin->failed, "own",
		suite_json(tally->run, tally->failed, tally->results), "builtin",
		suite_json(builtin->n, builtin->failed, builtin->results), "coverage", "rule_count",
		(json_int_t)coverage.n, "reached_count", (json_int_t)coverage.reached,
		"not_reached", coverage.unreached);
	bool whole = report && tally->noted && !tally->out_of_memory && !builtin->out_of_memory;
	char *text = whole ? json_text(report, JSON_INDENT(2)) : NULL;
	json_decref(report);
	if (!text)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

static void print_text(const struct args *args, const struct policy *policy,
		       const struct tally *tally)
{
	struct coverage coverage = {.list = args_has(args, OPT_COVERAGE)};
	coverage_visit(tally->reached, policy->own, count_rule, &coverage);
	if (tally->noted && coverage.n)
		(void)printf("%zu of its %zu rules are reached by a case\n", coverage.reached,
			     coverage.n);
	(void)printf("%zu of %zu built-in cases pass\n", tally->builtin.n - tally->builtin.failed,
		     tally->builtin.n);
	if (tally->run)
		(void)printf("%zu of %zu cases pass\n", tally->run - tally->failed, tally->run);
}

static int run(struct tally *tally, const struct args *args, struct guard *guard,
	       struct cavra_error *error)
{
	int code = guard_open(args, guard, error);
	if (code < 0)
		return code;
	const struct policy *policy = config_main_policy(&guard->config);
	/* A policy's cases are about the policy alone. */
	case_guard(guard, policy);
	dry_run_init(&tally->builtin, guard, tally->json);
	tally->builtin.show = tally->json ? NULL : show_builtin;
	for (size_t i = 0; i < policy->n_cases; i++)
		run_case(&policy->cases[i], guard, tally);
	code = run_builtin(tally, policy, error);
	if (code >= 0 && tally->json)
		code = print_json(tally, policy, error);
	else if (code >= 0)
		print_text(args, policy, tally);
	if (code >= 0 && tally->run == 0)
		(void)fprintf(stderr,
			      "cavra: warning: %.*s has no cases in tests:, so nothing of its own "
			      "was tested\n",
			      STR_ARG(policy->id));
	return code;
}

int cmd_policy_test(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct guard CLEANUP_GUARD guard = {.resolver = NULL};
	struct tally tally = {.json = args_has(args, OPT_JSON),
			      .results = json_array(),
			      .reached = json_object(),
			      .noted = true};
	int code = run(&tally, args, &guard, &error);
	json_decref(tally.results);
	json_decref(tally.reached);
	dry_run_release(&tally.builtin);
	if (code < 0)
		return fail(&error);
	return tally.failed || tally.builtin.failed ? EXIT_ERROR : EXIT_ALLOWED;
}
