/* SPDX-License-Identifier: Apache-2.0
 *
 * Dry runs, see dry_run.h.
 */
#include "cli/dry_run.h"

#include <stdio.h>

#include "policy/load.h"
#include "policy/required_cases.h"
#include "json/json.h"

static int read_scenario(const json_t *value, struct scenario *ret_scenario,
			 struct cavra_error *error)
{
	const json_t *input = json_object_get(value, "input");
	struct scenario scenario = {.test = {.input = input ? input : value}};
	struct policy_case *test = &scenario.test;
	struct str decision = STR("");
	if (input) {
		(void)json_get_str(value, "case_id", &test->name);
		(void)json_get_str(value, "rule", &test->rule);
		test->facts = json_get_object(value, "facts");
		scenario.expects = json_get_str(value, "expected_decision", &decision) ||
				   json_get_str(value, "decision", &decision);
	}
	if (scenario.expects && !outcome_parse(decision, &test->decision))
		return error_set(error, CAVRA_ERR_INPUT,
				 "expected_decision: write allow, audit_only, "
				 "allow_with_attestation, warn, require_approval or block");
	*ret_scenario = scenario;
	return 0;
}

void dry_run_init(struct dry_run *run, struct guard *guard, bool keep)
{
	*run = (struct dry_run){
		.guard = guard, .results = keep ? json_array() : NULL, .required = json_object()};
	run->out_of_memory = !run->required || (keep && !run->results);
}

void dry_run_release(struct dry_run *run)
{
	json_decref(run->results);
	json_decref(run->required);
}

static json_t *make_result(const struct scenario *scenario, const char *id, bool passed,
			   const struct decision *decision)
{
	const struct policy_case *test = &scenario->test;
	const char *expected = scenario->expects ? cavra_outcome_name(test->decision) : NULL;
	json_t *result = json_pack(
		"{s:s, s:O, s:s?, s:{s:s, s:s, s:s, s:s%}, s:b}", "case_id", id, "input",
		test->input, "expected_decision", expected, "decision", "decision",
		cavra_outcome_name(decision->outcome), "rule_id", decision->rule_id, "severity",
		cavra_severity_name(decision->severity), "reason",
		decision->reason.p ? decision->reason.p : "", decision->reason.n, "passed", passed);
	if (result && test->facts && json_object_set(result, "facts", (json_t *)test->facts) < 0) {
		json_decref(result);
		return NULL;
	}
	return result;
}

/* A required case by its name alone would be one that says what it likes. */
static bool is_required(const struct policy_case *test, const char *id)
{
	for (size_t i = 0; i < required_cases_count; i++) {
		json_t *whole = NULL;
		if (strcmp(required_cases[i].id, id) != 0 ||
		    json_read(str_from(required_cases[i].text), 0, &whole, NULL) < 0)
			continue;
		bool same = json_equal(json_object_get(whole, "input"), test->input) &&
			    !test->facts;
		json_decref(whole);
		return same;
	}
	return false;
}

static void note(struct dry_run *run, const struct scenario *scenario, bool passed,
		 const struct decision *decision)
{
	char id[128];
	if (scenario->test.name.n)
		(void)snprintf(id, sizeof id, "%.*s", STR_ARG(scenario->test.name));
	else
		(void)snprintf(id, sizeof id, "case_%zu", run->n);
	if (is_required(&scenario->test, id))
		run->out_of_memory |= json_object_set_new(run->required, id, json_true()) < 0;
	if (run->results)
		run->out_of_memory |=
			json_array_append_new(run->results,
					      make_result(scenario, id, passed, decision)) < 0;
}

static int add(struct dry_run *run, const struct scenario *scenario, struct cavra_error *error)
{
	struct decision decision;
	int code = case_decide(&scenario->test, run->guard, &decision, error);
	if (code < 0)
		return code;
	bool passed = !scenario->expects || case_is_met(&scenario->test, &decision);
	run->n++;
	run->failed += !passed;
	note(run, scenario, passed, &decision);
	if (run->show)
		run->show(scenario, passed, &decision);
	return 0;
}

int dry_run_add_value(struct dry_run *run, const json_t *value, struct cavra_error *error)
{
	struct scenario scenario = {.expects = false};
	int code = read_scenario(value, &scenario, error);
	return code < 0 ? code : add(run, &scenario, error);
}

int dry_run_add_list(struct dry_run *run, const json_t *list, size_t from,
		     struct cavra_error *error)
{
	int code = 0;
	for (size_t i = from; code == 0 && i < json_array_size(list); i++) {
		code = dry_run_add_value(run, json_array_get(list, i), error);
		if (code < 0)
			error_prefix(error, "scenario %zu", i + 1);
	}
	return code;
}

static int add_required(struct dry_run *run, const struct policy *policy,
			const struct required_case *one, struct cavra_error *error)
{
	struct scenario scenario = {.expects = false};
	json_t *value = NULL;
	int code = json_read(str_from(one->text), 0, &value, error);
	if (code == 0)
		code = read_scenario(value, &scenario, error);
	if (code == 0) {
		scenario.expects = required_case_applies(one, policy);
		code = add(run, &scenario, error);
	}
	json_decref(value);
	return code;
}

int dry_run_add_required(struct dry_run *run, const struct policy *policy,
			 struct cavra_error *error)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < required_cases_count; i++)
		code = add_required(run, policy, &required_cases[i], error);
	return code;
}

int dry_run_add_own(struct dry_run *run, const struct policy *policy, struct cavra_error *error)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < policy->n_cases; i++) {
		struct scenario scenario = {.test = policy->cases[i], .expects = true};
		code = add(run, &scenario, error);
	}
	return code;
}

bool dry_run_is_complete(const struct dry_run *run)
{
	return json_object_size(run->required) == required_cases_count;
}

json_t *dry_run_report(const struct dry_run *run, const struct policy *policy)
{
	if (run->out_of_memory)
		return NULL;
	return json_pack("{s:s, s:s%, s:I, s:I, s:I, s:b, s:b, s:O?}", "schema_version",
			 "cavra.policy-lifecycle.dry-run-report.v1", "policy_pack", policy->id.p,
			 policy->id.n, "case_count", (json_int_t)run->n, "passed_count",
			 (json_int_t)(run->n - run->failed), "failed_count",
			 (json_int_t)run->failed, "required_cases_present",
			 dry_run_is_complete(run), "passed", run->failed == 0, "results",
			 run->results);
}
