/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy lint: what is wrong with a pack, or probably not meant.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/pack.h"
#include "json/json.h"

static const char *text_of(const json_t *issue, const char *key)
{
	return json_string_value(json_object_get(issue, key));
}

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_issues(const json_t *report)
{
	const json_t *issue;
	size_t i;
	json_array_foreach (json_object_get(report, "issues"), i, issue)
		(void)printf("%s:%lld:%lld: %s: %s [%s]\n", text_of(issue, "file"),
			     number_of(issue, "line"), number_of(issue, "column"),
			     text_of(issue, "severity"), text_of(issue, "message"),
			     text_of(issue, "code"));
	(void)printf("%lld blockers, %lld warnings\n", number_of(report, "blocker_count"),
		     number_of(report, "warning_count"));
}

int cmd_policy_lint(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct pack_place place;
	json_t *report = NULL;
	int code = pack_find(args->value[OPT_PACK_DIR], args->operand[0], &place, &error);
	if (code == 0)
		code = pack_lint(&place, false, &report, &error);
	if (code == 0 && args_has(args, OPT_JSON))
		code = output_report(report, &error);
	else if (code == 0)
		print_issues(report);
	bool valid = json_is_true(json_object_get(report, "valid"));
	json_decref(report);
	if (code < 0)
		return fail(&error);
	return valid ? EXIT_ALLOWED : EXIT_ERROR;
}
