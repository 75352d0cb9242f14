/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy simulate, dry-run: what a policy would decide about actions that somebody thought of. Writes nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cases.h"
#include "cli/lines.h"
#include "decide/visible.h"
#include "policy/load.h"
#include "policy/required_cases.h"
#include "json/json.h"

struct simulation {
	struct guard *guard;
	bool json;
	json_t *results;  /* owned; only for json */
	json_t *required; /* owned; ids of required cases that were there */
	size_t n, failed;
	bool out_of_memory;
};

/* A scenario is a request, or an object with one under `input`. */
static int read_scenario(const json_t *line, struct policy_case *ret, bool *ret_expects,
			 struct cavra_error *error)
{
	const json_t *input = json_object_get(line, "input");
	struct str decision = STR("");
	*ret = (struct policy_case){.input = input ? input : line};
	*ret_expects = false;
	if (!input)
		return 0;
	(void)json_get_str(line, "case_id", &ret->name);
	(void)json_get_str(line, "rule", &ret->rule);
	ret->facts = json_get_object(line, "facts");
	*ret_expects = json_get_str(line, "expected_decision", &decision) ||
		       json_get_str(line, "decision", &decision);
	if (*ret_expects && !outcome_parse(decision, &ret->decision))
		return error_set(error, CAVRA_ERR_INPUT,
				 "expected_decision: write allow, audit_only, "
				 "allow_with_attestation, warn, require_approval or block");
	return 0;
}

static void print_scenario(const struct policy_case *scenario, const char *verdict,
			   const struct decision *decision)
{
	struct str target = STR(""), type = STR("?");
	struct buf CLEANUP_BUF shown;
	buf_init(&shown, KiB(64));
	(void)json_get_str(scenario->input, "action_type", &type);
	(void)json_get_str(scenario->input, "target", &target);
	visible_add(&shown, scenario->name.n ? scenario->name : type, 0);
	buf_add_char(&shown, ' ');
	visible_add(&shown, str_first(target, 200), 0);
	(void)printf("%-4s %-16s %s  %s\n", verdict, cavra_outcome_name(decision->outcome), shown.p,
		     decision->rule_id);
}

static json_t *result_json(const struct policy_case *scenario, const char *id, bool expects,
			   bool passed, const struct decision *decision)
{
	return json_pack(
		"{s:s, s:O, s:o, s:{s:s, s:s, s:s, s:s%}, s:b}", "case_id", id, "input",
		scenario->input, "expected_decision",
		expects ? json_string(cavra_outcome_name(scenario->decision)) : json_null(),
		"decision", "decision", cavra_outcome_name(decision->outcome), "rule_id",
		decision->rule_id, "severity", cavra_severity_name(decision->severity), "reason",
		decision->reason.p ? decision->reason.p : "", decision->reason.n, "passed", passed);
}

static int run_scenario(struct simulation *simulation, const json_t *line,
			struct cavra_error *error)
{
	struct policy_case scenario;
	struct decision decision = {.outcome = CAVRA_BLOCK, .rule_id = ""};
	bool expects;
	char id[128];
	int code = read_scenario(line, &scenario, &expects, error);
	if (code == 0)
		code = case_decide(&scenario, simulation->guard, &decision, error);
	if (code < 0)
		return code;
	simulation->n++;
	bool passed = !expects || case_is_met(&scenario, &decision);
	simulation->failed += !passed;
	if (scenario.name.n)
		(void)snprintf(id, sizeof id, "%.*s", STR_ARG(scenario.name));
	else
		(void)snprintf(id, sizeof id, "case_%zu", simulation->n);
	for (size_t i = 0; i < required_cases_count; i++)
		if (strcmp(required_cases[i].id, id) == 0)
			simulation->out_of_memory |= json_object_set_new(simulation->required, id,
									 json_true()) < 0;
	if (!simulation->json)
		print_scenario(&scenario, !expects ? "" : passed ? "PASS" : "FAIL", &decision);
	else
		simulation->out_of_memory |= json_array_append_new(simulation->results,
								   result_json(&scenario, id,
									       expects, passed,
									       &decision)) < 0;
	return 0;
}

static int run_required(struct simulation *simulation, struct cavra_error *error)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < required_cases_count; i++) {
		json_t *line = NULL;
		code = json_read(str_from(required_cases[i].text), 0, &line, error);
		if (code == 0)
			code = run_scenario(simulation, line, error);
		json_decref(line);
	}
	return code;
}

static int run_file(struct simulation *simulation, const char *path, struct cavra_error *error)
{
	struct lines lines;
	json_t *line = NULL;
	int code = lines_open(&lines, path, error);
	if (code == 0)
		while ((code = lines_next(&lines, &line, error)) > 0) {
			code = run_scenario(simulation, line, error);
			json_decref(line);
			if (code < 0) {
				error->line = (int)lines.number;
				error->column = error->column ? error->column : 1;
				error_file(error, lines.name);
				break;
			}
		}
	lines_close(&lines);
	return code;
}

static int print_report(struct simulation *simulation, const struct policy *policy)
{
	bool required = json_object_size(simulation->required) == required_cases_count;
	if (!simulation->json) {
		(void)printf("%zu scenarios, %zu expectations not met\n", simulation->n,
			     simulation->failed);
		return 0;
	}
	json_t *report =
		json_pack("{s:s, s:s%, s:I, s:I, s:I, s:b, s:b, s:O}", "schema_version",
			  "cavra.policy-lifecycle.dry-run-report.v1", "policy_pack", policy->id.p,
			  policy->id.n, "case_count", (json_int_t)simulation->n, "passed_count",
			  (json_int_t)(simulation->n - simulation->failed), "failed_count",
			  (json_int_t)simulation->failed, "required_cases_present", required,
			  "passed", simulation->failed == 0, "results", simulation->results);
	char *text = simulation->out_of_memory || !report ? NULL
							  : json_text(report, JSON_INDENT(2));
	json_decref(report);
	if (!text)
		return CAVRA_ERR_MEMORY;
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

int cmd_policy_simulate(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct guard CLEANUP_GUARD guard;
	struct simulation simulation = {.guard = &guard,
					.json = args_has(args, OPT_JSON),
					.results = json_array(),
					.required = json_object()};
	int code = guard_open(args, &guard, &error);
	if (code >= 0) {
		const struct policy *policy = config_main_policy(&guard.config);
		case_guard(&guard, policy);
		code = args->n_operands ? run_file(&simulation, args->operand[0], &error)
					: run_required(&simulation, &error);
		if (code >= 0 && print_report(&simulation, policy) < 0)
			code = error_set(&error, CAVRA_ERR_MEMORY, "out of memory");
	}
	json_decref(simulation.results);
	json_decref(simulation.required);
	if (code < 0)
		return fail(&error);
	return simulation.failed ? EXIT_ERROR : EXIT_ALLOWED;
}
