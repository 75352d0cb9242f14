/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra explain: a decision as a tree.
 */
#include <stdio.h>

#include "base/limits.h"
#include "cli/guard.h"
#include "cli/request_args.h"
#include "decide/explain.h"
#include "decide/modes.h"

/* One bundled pack alone: then every rule is its. */
static bool is_plain_pack(const struct guard *guard)
{
	const struct policy *policy = guard->config.policies.policy[0];
	return guard->config.policies.n == 1 && policy->n_origins == 1;
}

/* "2 policies in force: managed cavra-org 1.0.0, project ...", for when there are several. */
static void add_policies(struct buf *out, const struct guard *guard)
{
	const struct config *config = &guard->config;
	buf_add_format(out, "mode %s, %zu policies in force:", runtime_mode_name(guard->mode),
		       config->policies.n);
	for (size_t i = 0; i < config->n; i++) {
		const struct config_layer *layer = &config->layer[i];
		if (layer->policy)
			buf_add_format(out, " %s %.*s %.*s,", config_place_name(layer->place),
				       STR_ARG(layer->policy->id), STR_ARG(layer->policy->version));
	}
	buf_add_format(out, " %.19s", config->digest);
}

static void add_shadow(struct buf *out, struct guard *guard, const struct request *request,
		       const struct decision *decision)
{
	struct record_shadow shadow;
	struct buf CLEANUP_BUF text;
	buf_init(&text, KiB(64));
	if (!guard_shadow(guard, request, guard->mode, decision, &shadow))
		return;
	explain_shadow(&text, &shadow);
	explain_wrap(out, buf_str(&text), "  on trial: ", "    ", output_width());
}

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
		struct buf CLEANUP_BUF policies;
		buf_init(&policies, KiB(16));
		add_policies(&policies, guard);
		struct explain_style style = {.colour = want_colour(),
					      .width = output_width(),
					      .root = str_from(guard->root_text),
					      .name_packs = !is_plain_pack(guard),
					      .name_policies = guard->config.policies.n > 1,
					      .in_force = guard->config.policies.n > 1 ? policies.p
										       : NULL};
		code = guard_decide(guard, request, guard->mode, &decision, error);
		if (code >= 0)
			explain_write(&out, &decision, decision.policy, &style);
		if (code >= 0)
			add_shadow(&out, guard, request, &decision);
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
