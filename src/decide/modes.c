/* SPDX-License-Identifier: Apache-2.0
 *
 * Runtime modes, see modes.h.
 */
#include "decide/modes.h"

#include <string.h>

#include "base/array.h"

/* clang-format off */
static const struct mode_info {
	enum policy_mode mode;
	const char *name;
	int rank;             /* a higher one may be asked for over a lower one */
	bool fixed;           /* the outcome is the same whatever was decided */
	enum cavra_outcome outcome;
	bool always_evidence;
	const char *reason;
} infos[] = {
	{MODE_AUDIT_ONLY,  "audit_only",  0, true,  CAVRA_AUDIT_ONLY, true,
	 "audit_only records what would have been decided and stops nothing"},
	{MODE_ENFORCE,     "enforce",     1, false, CAVRA_ALLOW,      false,
	 "enforce acts on the policy's decision"},
	{MODE_STRICT,      "strict",      2, false, CAVRA_ALLOW,      false,
	 "strict blocks what is not understood and trusts no effect rule for commands"},
	{MODE_BREAK_GLASS, "break_glass", 3, true,  CAVRA_BLOCK,      true,
	 "break_glass needs an authenticated actor, and only the managed configuration can name one: blocked"},
};
/* clang-format on */

static const struct mode_info *info_of(enum policy_mode mode)
{
	for (size_t i = 0; i < ARRAY_SIZE(infos); i++)
		if (infos[i].mode == mode)
			return &infos[i];
	return &infos[ARRAY_SIZE(infos) - 1];
}

const char *runtime_mode_name(enum policy_mode mode)
{
	return info_of(mode)->name;
}

static bool name_fits(struct str text, const char *name)
{
	if (text.n != strlen(name))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i] == '-' || text.p[i] == ' ' ? '_' : ascii_lower(text.p[i]);
		if (c != name[i])
			return false;
	}
	return true;
}

int runtime_mode_parse(struct str text, enum policy_mode *ret_mode, struct cavra_error *error)
{
	text = str_trim(text);
	if (name_fits(text, "strict_regulated")) {
		*ret_mode = MODE_STRICT;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		if (name_fits(text, infos[i].name)) {
			*ret_mode = infos[i].mode;
			return 0;
		}
	}
	return error_set(error, CAVRA_ERR_USAGE,
			 "no mode \"%.*s\"; modes are audit_only, break_glass, enforce and strict",
			 STR_ARG(str_first(text, 40)));
}

enum policy_mode runtime_mode_stricter(enum policy_mode a, enum policy_mode b)
{
	return info_of(a)->rank < info_of(b)->rank ? b : a;
}

int runtime_mode_tighten(enum policy_mode own, enum policy_mode asked, enum policy_mode *ret_mode,
			 struct cavra_error *error)
{
	if (info_of(asked)->rank < info_of(own)->rank)
		return error_set(
			error, CAVRA_ERR_USAGE,
			"the policy's own mode is %s; mode %s would loosen it, and only the policy may",
			runtime_mode_name(own), runtime_mode_name(asked));
	*ret_mode = asked;
	return 0;
}

/* Who breaks the glass wants the work done, not the guard changed. */
static bool is_about_the_guard(const struct decision *decision)
{
	for (size_t i = 0; i < decision->n_findings; i++)
		if (str_starts(str_from(decision->findings[i].rule_id), STR("self_protection.")))
			return true;
	return false;
}

static const struct mode_info *info_for(const struct decision *decision)
{
	static const struct mode_info broken = {
		.fixed = true,
		.outcome = CAVRA_ALLOW_WITH_ATTESTATION,
		.always_evidence = true,
		.reason = "break_glass lets pass what the policy would not, with an attestation"};
	static const struct mode_info guarded = {
		.always_evidence = true,
		.reason = "break_glass does not reach what CAVRA itself is made of"};
	if (decision->mode != MODE_BREAK_GLASS || !decision->glass_broken)
		return info_of(decision->mode);
	return is_about_the_guard(decision) ? &guarded : &broken;
}

struct mode_effect runtime_mode_apply(const struct decision *decision)
{
	const struct mode_info *info = info_for(decision);
	struct mode_effect effect = {.outcome = info->fixed ? info->outcome : decision->outcome,
				     .reason = info->reason};
	effect.evidence_required = info->always_evidence || effect.outcome != CAVRA_ALLOW;
	return effect;
}

void mode_summary_write(struct buf *out, const struct mode_summary *summary)
{
	bool break_glass = summary->mode == MODE_BREAK_GLASS;
	buf_add_format(
		out,
		"{\"schema_version\":\"cavra.runtime-policy-mode-summary.v1\",\"mode\":\"%s\",\"base_decision\":",
		runtime_mode_name(summary->mode));
	buf_add(out, summary->base_decision);
	buf_add_format(out, ",\"effective_decision\":\"%s\",\"mode_reason\":",
		       cavra_outcome_name(summary->effect.outcome));
	buf_add_json_string(out, str_from(summary->effect.reason));
	buf_add_format(out, ",\"evidence_required\":%s,\"break_glass_actor\":",
		       summary->effect.evidence_required ? "true" : "false");
	if (break_glass && summary->break_glass_actor.n)
		buf_add_json_string(out, summary->break_glass_actor);
	else
		buf_add_c(out, "null");
	buf_add_format(out, ",\"break_glass_reason_present\":%s}",
		       !break_glass                        ? "null"
		       : summary->break_glass_reason_given ? "true"
							   : "false");
}
