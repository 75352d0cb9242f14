/* SPDX-License-Identifier: Apache-2.0
 *
 * Approvals of publishing ("cavra.approval.v1"): asking for one, and telling whether one that somebody hands in counts. Pure.
 */
#ifndef CAVRA_POLICY_APPROVAL_H
#define CAVRA_POLICY_APPROVAL_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* What is asked for, in state "pending"; the caller decrefs it. decision: of policy_publish_decision(). id, at and until are
 * the approval's id, now, and when it ends. NULL without memory.
 */
struct approval_request {
	struct str id, at, until;
};
json_t *approval_ask(const json_t *decision, const struct approval_request *request);

#define APPROVAL_GROUP "Platform Security"
#define APPROVAL_BREAK_GLASS_GROUP "Change Advisory Board"

/* What is about to be done. */
struct approval_gate {
	const json_t *plan;        /* made just now, of what stands there now */
	struct str approver_group; /* who may approve it */
	int64_t now;               /* microseconds since 1970 */
};
/* Does the approval allow it? It must be approved by that group, or break the glass with a reason and for at most four hours;
 * name this very change of this very policy (both digests, and the bytes); be decided by somebody, not by whoever asked; and
 * not have ended. Errors: CAVRA_ERR_POLICY, with a text of its own for each.
 */
int approval_check(const json_t *approval, const struct approval_gate *gate,
		   struct cavra_error *error);

/* What other records repeat of an approval; the caller decrefs it. NULL without memory. */
json_t *approval_summary(const json_t *approval);

#endif
