/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy explain: a decision as a tree.
 */
#include <stdio.h>

#include "base/limits.h"
#include "cli/guard.h"
#include "cli/request_args.h"
#include "decide/explain.h"

static int explain(const struct args *args, struct guard *guard, const struct request *request,
		   struct cavra_error *error)
{
	struct decision decision;
	struct buf CLEANUP_BUF out;
	buf_init(&out, 16 * LIMIT_REQUEST_BYTES);
	int code;
	if (args_has(args, OPT_JSON)) {
		code = guard_record(guard, request, guard->mode, NULL, &decision, &out, error);
		buf_add_char(&out, '\n');
	} else {
		struct explain_style style = {.colour = want_colour(), .width = output_width()};
		code = guard_decide(guard, request, guard->mode, &decision, error);
		if (code >= 0)
			explain_write(&out, &decision, decision.policy, &style);
	}
	if (code < 0)
		return code;
	if (out.failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the explanation is too long to print");
	(void)fputs(out.p, stdout);
	return EXIT_ALLOWED;
}

int cmd_policy_explain(const struct args *args)
{
	struct cavra_error error;
	struct guard CLEANUP_GUARD guard = {.resolver = NULL};
	struct request_document document;
	int code = request_from_args(args, &document, &error);
	if (code >= 0)
		code = guard_open(args, &guard, &error);
	if (code >= 0)
		code = explain(args, &guard, &document.request, &error);
	request_document_release(&document);
	return code < 0 ? fail(&error) : code;
}
