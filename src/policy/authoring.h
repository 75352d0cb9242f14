/* SPDX-License-Identifier: Apache-2.0
 *
 * From somebody's draft to a pack that may be published: the draft, the plan (what would change, how risky that is), and the
 * decision that an approval is asked for. Pure: no file is written, time is an argument. approval.h says whether an approval
 * is one; publishing itself is src/cli/publish.h.
 */
#ifndef CAVRA_POLICY_AUTHORING_H
#define CAVRA_POLICY_AUTHORING_H

#include "base/buf.h"
#include "policy/policy.h"
#include "json/document.h"

/* A pack that somebody would like to publish. */
struct draft {
	const char *name;      /* for messages; borrowed */
	json_t *document;      /* the pack; owned */
	struct buf text;       /* the bytes of its policy.yaml; owned */
	bool rewritten;        /* they are not those that came in */
	json_t *errors;        /* what is wrong with it, as texts; owned */
	struct policy *policy; /* owned; NULL: something is wrong */
};

/* input is a pack as it is, or a flat object: id, title, description, version, inherits, mode, owner and tags beside the
 * sections. today, "2026.01.31", is the version of a draft that says none. What no pack may have is among the errors of the
 * draft, which is none of this function. Errors: CAVRA_ERR_INPUT when input is no object, or has metadata twice;
 * CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY. Release *ret_draft in any case.
 */
int draft_make(const struct policy_source *source, const struct document *input, const char *today,
	       struct draft *ret_draft, struct cavra_error *error);
void draft_release(struct draft *draft);
/* "cavra.policy_pack.draft.v1", which the caller decrefs; NULL without memory. */
json_t *draft_report(const struct draft *draft);

/* What is to be published, and what stands there now. All borrowed. */
struct publishing {
	const struct policy *policy;  /* NULL: it is not valid, then ... */
	const json_t *document;       /* ... as it is written, ... */
	json_t *errors;               /* ... and what is wrong; NULL: nothing */
	struct str text;              /* of its policy.yaml; empty: not known */
	const struct policy *current; /* NULL: there is none, or it cannot be loaded: then ... */
	struct str current_digest;    /* ... the digest of its bytes, ... */
	struct str current_error;     /* ... and why */
	struct str at;                /* now */
};

/* "cavra.policy_pack.publish_plan.v1", which the caller decrefs:
 *
 *	operation               create, or update when there is a current policy
 *	valid, errors           of the draft
 *	approval_required       true
 *	risk                    create: high. A current policy that cannot be loaded: critical. Else that of the difference: a
 *	                        loosening is at least high
 *	policy_id, target_path  policies/<id>/policy.yaml
 *	policy_digest           of what it compiles to; null when it is not valid
 *	file_digest             of the bytes of its policy.yaml; null when they are not known
 *	previous_policy_digest  of what stands there now; null for create
 *	summary, diff           of policy_summary() and policy_diff(); diff is null without two policies
 *
 * Errors: CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY.
 */
int policy_publish_plan(const struct publishing *publishing, json_t **ret_plan,
			struct cavra_error *error);

struct publish_request {
	struct str requested_by;
	struct str repository;     /* empty: policy-catalog */
	struct str approver_group; /* empty: Platform Security */
};
/* The decision of a plan that an approval is asked for; the caller decrefs it. Errors: CAVRA_ERR_POLICY when the plan is not
 * valid, CAVRA_ERR_INPUT without a name of who asks, CAVRA_ERR_MEMORY.
 */
int policy_publish_decision(const json_t *plan, const struct publish_request *request,
			    json_t **ret_decision, struct cavra_error *error);

#endif
