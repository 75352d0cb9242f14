/* SPDX-License-Identifier: Apache-2.0
 *
 * Runtime modes: which one is in force, and what an enforcement point then acts on. The decision
 * itself is made by decide(); only MODE_STRICT changes what it answers.
 */
#ifndef CAVRA_DECIDE_MODES_H
#define CAVRA_DECIDE_MODES_H

#include "base/buf.h"
#include "base/error.h"
#include "decide/decide.h"

/* "enforce", "audit_only", "strict", "break_glass". */
const char *runtime_mode_name(enum policy_mode mode);
/* As people write it: case and blanks around do not matter, '-' and ' ' are '_', "strict_regulated"
 * is "strict". CAVRA_ERR_USAGE lists the names.
 */
int runtime_mode_parse(struct str text, enum policy_mode *ret_mode, struct cavra_error *error);

/* The mode in force when somebody without authority asks for `asked` over the policy's own mode: a
 * command line may only tighten. CAVRA_ERR_USAGE when it would loosen.
 */
int runtime_mode_tighten(enum policy_mode own, enum policy_mode asked, enum policy_mode *ret_mode,
			 struct cavra_error *error);

/* The stricter one of two. */
enum policy_mode runtime_mode_stricter(enum policy_mode a, enum policy_mode b);

/* What to act on, given what was decided in this mode. */
struct mode_effect {
	enum cavra_outcome outcome;
	const char *reason; /* one sentence, static */
	bool evidence_required;
};
/* break_glass opens everything but what self-protection has a finding about, when somebody who may has broken the glass;
 * else nothing.
 */
struct mode_effect runtime_mode_apply(const struct decision *decision);

/* The mode summary object (`cavra.runtime-policy-mode-summary.v1`) on one line. */
struct mode_summary {
	enum policy_mode mode;
	struct mode_effect effect;
	struct str base_decision;      /* a decision record, JSON */
	struct str break_glass_actor;  /* empty: none given */
	bool break_glass_reason_given; /* its text goes nowhere */
};
void mode_summary_write(struct buf *out, const struct mode_summary *summary);

#endif
