/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging a packet of evidence. Nothing in it is believed: what can be computed is compared with what was computed, what
 * refers to something is looked up as far as the caller can, and the rest counts only when somebody has signed it.
 */
#ifndef CAVRA_POLICY_READINESS_H
#define CAVRA_POLICY_READINESS_H

#include "policy/lifecycle.h"

/* Looks a reference up. `what`: the member that it stands in. False: *ret_problem, up to `size` bytes, says what is wrong. */
typedef bool (*readiness_lookup)(void *context, const char *what, struct str reference,
				 char *ret_problem, size_t size);

struct readiness {
	const json_t *packet;
	bool require_live;
	/* The same packet, made again from the policy that it names and from its claims; NULL: that was not possible, ... */
	const json_t *computed;
	const char *problem;     /* ... and why */
	bool is_signed;          /* by a key that the caller trusts */
	bool is_forged;          /* there is a signature, and it does not hold */
	const char *signature;   /* what was found out about the signature */
	readiness_lookup lookup; /* NULL: nothing is looked up */
	void *context;
};

/* "cavra.policy-lifecycle.readiness-result.v1", which the caller decrefs:
 *
 *	evidence_mode                        as the packet says
 *	ready_for_policy_lifecycle_contract  no check blocks
 *	ready_for_live_policy_lifecycle      and the evidence is live
 *	status                               blocked, ready_with_warnings, ready
 *	blocker_count, warning_count         of the checks
 *	checks                               {name, status: pass, blocker or warn, message, problems}; problems, only of blockers:
 *	                                     {field, message} or {field, stated, computed, message}
 *
 * At most LIMIT_READINESS_PROBLEMS problems of a check are listed. Errors: CAVRA_ERR_MEMORY.
 */
int readiness_judge(const struct readiness *readiness, json_t **ret_result,
		    struct cavra_error *error);
/* Does the packet say that its evidence is live? */
bool readiness_is_live(const json_t *packet);
/* Is it as ready as is asked for? */
bool readiness_is_met(const json_t *result, bool require_live);

/* The claims of a packet; what it leaves out is as if it were the usual. Borrows from it. */
void readiness_claims(const json_t *packet, struct lifecycle_claims *ret_claims);

#endif
