/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy simulate, dry-run: what a policy would decide about actions that somebody thought of. Writes nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/dry_run.h"
#include "cli/lines.h"
#include "decide/visible.h"
#include "json/json.h"

static void print_scenario(const struct scenario *scenario, bool passed,
			   const struct decision *decision)
{
	const struct policy_case *test = &scenario->test;
	const char *verdict = passed ? "PASS" : "FAIL";
	struct str target = STR(""), type = STR("?");
	struct buf CLEANUP_BUF shown;
	buf_init(&shown, KiB(64));
	(void)json_get_str(test->input, "action_type", &type);
	(void)json_get_str(test->input, "target", &target);
	visible_add(&shown, test->name.n ? test->name : type, 0);
	buf_add_char(&shown, ' ');
	visible_add(&shown, str_first(target, 200), 0);
	(void)printf("%-4s %-16s %s  %s\n", scenario->expects ? verdict : "",
		     cavra_outcome_name(decision->outcome), shown.p, decision->rule_id);
}

static int run_file(struct dry_run *run, const char *path, struct cavra_error *error)
{
	struct lines lines;
	json_t *line = NULL;
	int code = lines_open(&lines, path, error);
	if (code == 0)
		while ((code = lines_next(&lines, &line, error)) > 0) {
			code = dry_run_add_value(run, line, error);
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

static int tell(const struct args *args, const struct dry_run *run, const struct policy *policy,
		struct cavra_error *error)
{
	if (!args_has(args, OPT_JSON)) {
		(void)printf("%zu scenarios, %zu expectations not met\n", run->n, run->failed);
		return 0;
	}
	json_t *report = dry_run_report(run, policy);
	int code = output_report(report, error);
	json_decref(report);
	return code;
}

int cmd_policy_simulate(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct guard CLEANUP_GUARD guard;
	struct dry_run run;
	int code = guard_open(args, &guard, &error);
	dry_run_init(&run, &guard, args_has(args, OPT_JSON));
	run.show = args_has(args, OPT_JSON) ? NULL : print_scenario;
	if (code >= 0) {
		const struct policy *policy = config_main_policy(&guard.config);
		case_guard(&guard, policy);
		code = args->n_operands ? run_file(&run, args->operand[0], &error)
					: dry_run_add_required(&run, policy, &error);
		if (code >= 0)
			code = tell(args, &run, policy, &error);
	}
	dry_run_release(&run);
	if (code < 0)
		return fail(&error);
	return run.failed ? EXIT_ERROR : EXIT_ALLOWED;
}
