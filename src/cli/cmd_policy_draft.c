/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy draft, publish-plan, publish-request: on the way to publishing a pack. None of them writes anything.
 */
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "cli/cli.h"
#include "cli/diff_print.h"
#include "cli/planned.h"
#include "policy/approval.h"
#include "json/json.h"

#define APPROVAL_HOURS 24

/* The functions below print about this. */
struct subject {
	const struct args *args;
	struct planned planned;
};

/* Takes the value over. */
static int print_json(json_t *value, struct cavra_error *error)
{
	int code = output_report(value, error);
	json_decref(value);
	return code;
}

/* An invalid draft is told where it does not hurt: standard output is for what can be used. */
static int complain(const struct planned *planned, struct cavra_error *error)
{
	planned_complain(planned);
	return error_set(error, CAVRA_ERR_POLICY, "the draft is not valid");
}

/* ---- one function each ---- */

static int show_draft(const struct subject *subject, struct cavra_error *error)
{
	const struct draft *draft = &subject->planned.draft;
	if (args_has(subject->args, OPT_JSON))
		return print_json(draft_report(draft), error);
	if (!draft->policy)
		return complain(&subject->planned, error);
	(void)fputs(draft->text.p, stdout);
	return 0;
}

static void print_digest(const json_t *plan, const char *key, const char *name)
{
	const char *digest = json_string_value(json_object_get(plan, key));
	(void)printf("%-9s %s\n", name, digest ? digest : "nothing");
}

static int show_plan(const struct subject *subject, struct cavra_error *error)
{
	const json_t *plan = subject->planned.plan;
	if (args_has(subject->args, OPT_JSON))
		return print_json(json_incref(subject->planned.plan), error);
	if (!subject->planned.draft.policy)
		return complain(&subject->planned, error);
	(void)printf("%s %s: risk %s, needs an approval\n",
		     json_string_value(json_object_get(plan, "operation")),
		     json_string_value(json_object_get(plan, "policy_id")),
		     json_string_value(json_object_get(plan, "risk")));
	print_digest(plan, "previous_policy_digest", "replaces");
	print_digest(plan, "policy_digest", "policy");
	print_digest(plan, "file_digest", "file");
	if (subject->planned.current_error.code != CAVRA_OK)
		(void)printf("what is published now cannot be loaded: %s\n",
			     subject->planned.current_error.text);
	if (json_is_object(json_object_get(plan, "diff")))
		diff_print(json_object_get(plan, "diff"));
	return 0;
}

/* dec_ and digits: the same for an approval. */
static void make_approval_id(const struct record_stamp *stamp, char ret_id[20])
{
	(void)snprintf(ret_id, 20, "apr_%s", stamp->decision_id + strlen("dec_"));
}

static int show_request(const struct subject *subject, struct cavra_error *error)
{
	const struct args *args = subject->args;
	const struct record_stamp *stamp = &subject->planned.stamp;
	struct publish_request request = {
		.requested_by = str_from(args->value[OPT_REQUESTED_BY]),
		.repository = str_from(args->value[OPT_REPOSITORY]),
		.approver_group = str_from(args->value[OPT_APPROVER_GROUP]),
	};
	char id[20], until[WHEN_TEXT];
	int64_t now = 0;
	json_t *decision = NULL;
	if (!subject->planned.draft.policy)
		return complain(&subject->planned, error);
	int code = policy_publish_decision(subject->planned.plan, &request, &decision, error);
	if (code < 0)
		return code;
	make_approval_id(stamp, id);
	(void)when_parse(str_from(stamp->timestamp), &now);
	when_format(now + (int64_t)APPROVAL_HOURS * 3600 * 1000000, until);
	struct approval_request about = {str_from(id), str_from(stamp->timestamp), str_from(until)};
	code = print_json(approval_ask(decision, &about), error);
	json_decref(decision);
	return code;
}

/* ---- the commands ---- */

static int run(const struct args *args,
	       int (*make)(const struct policy_source *source, const struct document *input,
			   struct planned *ret_planned, struct cavra_error *error),
	       int (*show)(const struct subject *subject, struct cavra_error *error))
{
	struct policy_source source = {
		.pack_dir = args->value[OPT_PACK_DIR], .now = when_now(), .only_looks = true};
	struct document CLEANUP_DOCUMENT *input = NULL;
	struct subject subject = {.args = args};
	struct cavra_error error;
	if (document_load(args->operand[0], &input, &error) < 0)
		return fail(&error);
	int code = make(&source, input, &subject.planned, &error);
	if (code == 0)
		code = show(&subject, &error);
	bool valid = subject.planned.draft.policy != NULL;
	planned_release(&subject.planned);
	if (code < 0)
		return fail(&error);
	return valid ? EXIT_ALLOWED : EXIT_ERROR;
}

int cmd_policy_draft(const struct args *args)
{
	return run(args, planned_draft, show_draft);
}

int cmd_policy_publish_plan(const struct args *args)
{
	return run(args, planned_make, show_plan);
}

int cmd_policy_publish_request(const struct args *args)
{
	if (!args_has(args, OPT_REQUESTED_BY))
		return fail_usage("--requested-by is missing: say who asks for the approval");
	return run(args, planned_make, show_request);
}
