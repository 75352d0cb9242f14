/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy rollout-plan: what a change of a rollout means. Writes nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "decide/visible.h"
#include "policy/rollout.h"
#include "public/stamp.h"
#include "json/document.h"
#include "json/json.h"

static int load(const char *path, struct document **ret_document, struct cavra_error *error)
{
	return path ? document_load(path, ret_document, error) : 0;
}

static void print_value(const json_t *value)
{
	struct buf CLEANUP_BUF out;
	char *text = json_is_string(value) ? NULL
					   : json_text(value, JSON_COMPACT | JSON_ENCODE_ANY);
	buf_init(&out, LIMIT_DOCUMENT_BYTES);
	visible_add(&out, text ? str_from(text) : json_str(value), 0);
	(void)fputs(out.p, stdout);
	free(text);
}

static void print_changes(const json_t *list)
{
	const json_t *change;
	size_t i;
	json_array_foreach (list, i, change) {
		(void)printf("    %s: ", json_string_value(json_object_get(change, "field")));
		print_value(json_object_get(change, "before"));
		(void)printf(" -> ");
		print_value(json_object_get(change, "after"));
		(void)printf("\n");
	}
}

static void print_plan(const json_t *plan)
{
	const json_t *reasons = json_object_get(plan, "reasons"), *reason;
	size_t i;
	(void)printf("%s ", json_string_value(json_object_get(plan, "operation")));
	print_value(json_object_get(json_object_get(plan, "after"), "rollout_id"));
	(void)printf(": risk %s, %s\n", json_string_value(json_object_get(plan, "risk")),
		     json_is_true(json_object_get(plan, "approval_required"))
			     ? "needs an approval"
			     : "needs no approval");
	json_array_foreach (reasons, i, reason)
		(void)printf("  %s\n", json_string_value(reason));
	print_changes(json_object_get(plan, "changes"));
}

static int make(const struct document *current, const struct document *request, json_t **ret_plan,
		struct cavra_error *error)
{
	struct record_stamp stamp;
	int code = stamp_now(STR(""), &stamp, error);
	if (code == 0)
		code = rollout_change_plan(current ? current->root : NULL, request->root,
					   str_from(stamp.timestamp), ret_plan, error);
	return code;
}

int cmd_policy_rollout_plan(const struct args *args)
{
	struct document CLEANUP_DOCUMENT *current = NULL, CLEANUP_DOCUMENT *request = NULL;
	struct cavra_error error;
	json_t *plan = NULL;
	if (!args_has(args, OPT_REQUEST))
		return fail_usage("--request is missing: say what is to change");
	int code = load(args->value[OPT_CURRENT], &current, &error);
	if (code == 0)
		code = load(args->value[OPT_REQUEST], &request, &error);
	if (code == 0)
		code = make(current, request, &plan, &error);
	if (code == 0 && args_has(args, OPT_JSON))
		code = output_report(plan, &error);
	else if (code == 0)
		print_plan(plan);
	json_decref(plan);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
