/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evaluate: one decision, or a batch of them.
 */
#include <stdio.h>

#include "base/limits.h"
#include "cli/batch.h"
#include "cli/guard.h"
#include "cli/request_args.h"
#include "decide/explain.h"
#include "decide/visible.h"

static void print_labelled(const char *label, struct str text)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, MiB(8));
	if (!text.n)
		return;
	visible_add(&out, text, 0);
	(void)printf("  %s%s\n", label, out.p);
}

static void print_shadow(const struct record_shadow *shadow)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, KiB(64));
	explain_shadow(&out, shadow);
	print_labelled("on trial: ", buf_str(&out));
}

static void print_text(struct guard *guard, const struct request *request,
		       const struct decision *decision, const struct mode_effect *effect)
{
	struct record_shadow shadow;
	struct buf CLEANUP_BUF reason;
	bool colour = want_colour();
	buf_init(&reason, MiB(8));
	visible_add(&reason, decision->reason, 0);
	(void)printf("%s%s%s: %s\n", explain_colour(effect->outcome, colour),
		     cavra_outcome_name(effect->outcome), explain_colour_end(colour), reason.p);
	(void)printf("  rule: %s (%s)\n", decision->rule_id,
		     cavra_severity_name(decision->severity));
	print_labelled("instead: ", decision->instead);
	print_labelled("who can approve: ", decision->approver_group);
	print_labelled("policy: ", decision->policy->id);
	if (effect->outcome != decision->outcome)
		(void)printf("  without the mode: %s\n", cavra_outcome_name(decision->outcome));
	if (guard->mode != MODE_ENFORCE)
		(void)printf("  mode: %s\n", effect->reason);
	if (guard_shadow(guard, request, guard->mode, decision, &shadow))
		print_shadow(&shadow);
}

static int print_summary(const struct args *args, const struct guard *guard,
			 const struct mode_effect *effect, struct str record,
			 struct cavra_error *error)
{
	struct buf CLEANUP_BUF out;
	struct mode_summary summary = {
		.mode = guard->mode,
		.effect = *effect,
		.base_decision = record,
		.break_glass_actor = guard->config.glass_broken
					     ? config_glass(&guard->config).actor
					     : str_from(args->value[OPT_BREAK_GLASS_ACTOR]),
		.break_glass_reason_given = guard->config.glass_broken ||
					    args_has(args, OPT_BREAK_GLASS_REASON)};
	buf_init(&out, 32 * LIMIT_REQUEST_BYTES);
	mode_summary_write(&out, &summary);
	if (out.failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the mode summary is too large");
	(void)printf("%s\n", out.p);
	return 0;
}

static int keep(struct guard *guard, const struct request *request, struct cavra_error *error)
{
	struct buf CLEANUP_BUF record;
	struct decision decision;
	buf_init(&record, 16 * LIMIT_REQUEST_BYTES);
	int code = guard_record(guard, request, guard->mode, NULL, &decision, &record, error);
	return code < 0 ? code : guard_keep(guard, buf_str(&record), error);
}

/* The base decision of a summary is what the policy says without the mode that was asked for. */
static int evaluate(const struct args *args, struct guard *guard, const struct request *request,
		    struct cavra_error *error)
{
	struct buf CLEANUP_BUF record;
	struct decision decision;
	struct mode_effect effect;
	buf_init(&record, 16 * LIMIT_REQUEST_BYTES);
	bool json = args_has(args, OPT_JSON), summary = guard->mode_asked && json;
	int code = guard->records && !json ? keep(guard, request, error) : 0;
	if (code >= 0)
		code = guard_decide(guard, request, guard->mode, &decision, error);
	if (code < 0)
		return code;
	effect = runtime_mode_apply(&decision);
	if (!json) {
		print_text(guard, request, &decision, &effect);
		return (int)guard_status(effect.outcome);
	}
	enum policy_mode recorded = summary ? guard->config.mode : guard->mode;
	code = guard_record(guard, request, recorded, NULL, &decision, &record, error);
	if (code >= 0)
		code = guard_keep(guard, buf_str(&record), error);
	if (code >= 0 && summary)
		code = print_summary(args, guard, &effect, buf_str(&record), error);
	else if (code >= 0)
		(void)printf("%s\n", record.p);
	return code < 0 ? code : (int)guard_status(effect.outcome);
}

static int run_batch(const struct args *args, struct guard *guard)
{
	const char *option = request_option_given(args);
	if (args->n_operands || option)
		return fail_usage("with --batch the requests come from the file; leave out %s",
				  option ? option : args->operand[0]);
	if (guard->mode_asked && guard->mode != MODE_STRICT)
		return fail_usage(
			"--batch prints decisions, not what mode %s makes of them; leave out --policy-mode",
			runtime_mode_name(guard->mode));
	return batch_run(guard, args->value[OPT_BATCH]);
}

int cmd_evaluate(const struct args *args)
{
	struct cavra_error error;
	struct guard CLEANUP_GUARD guard = {.resolver = NULL};
	struct request_document document = {.id = NULL};
	bool batch = args_has(args, OPT_BATCH);
	int code = batch ? 0 : request_from_args(args, &document, &error);
	if (code >= 0)
		code = guard_open(args, &guard, &error);
	if (code >= 0)
		code = batch ? run_batch(args, &guard)
			     : evaluate(args, &guard, &document.request, &error);
	request_document_release(&document);
	(void)fflush(stdout);
	if (code >= 0 && guard_settle(&guard, &error) < 0)
		code = error.code;
	return code < 0 ? fail(&error) : code;
}
