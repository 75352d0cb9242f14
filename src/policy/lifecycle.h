/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan of a policy's release: seven parts, each a document of its own, and the packet of evidence that is made of them.
 * Pure: what was found out about the policy, and the time, are arguments. readiness.h judges a packet.
 */
#ifndef CAVRA_POLICY_LIFECYCLE_H
#define CAVRA_POLICY_LIFECYCLE_H

#include "policy/signature.h"

#define LIFECYCLE_PACKET_SCHEMA "cavra.policy-lifecycle.readiness.v1"
#define LIFECYCLE_LIVE "live"
#define LIFECYCLE_SAMPLE "sample"
#define LIFECYCLE_REVIEW_WORKFLOW "github://Huzefaaa2/cavra/actions/workflows/policy-lifecycle.yml"
#define LIFECYCLE_SOURCE "git://Huzefaaa2/cavra/main/policies"
#define LIFECYCLE_REQUESTED_BY "policy-owner@example.com"

/* The parts, which are also the capabilities that a packet must have: sorted names of members. */
enum { LIFECYCLE_PARTS = 7 };
struct lifecycle_part {
	const char *name; /* "lint_report" */
	const char *file; /* "policy-lint-report.json" */
};
extern const struct lifecycle_part lifecycle_parts[LIFECYCLE_PARTS];

/* What nobody can compute: somebody says so. NULL: nothing was said. */
struct lifecycle_claims {
	const char *generated_at, *requested_by, *source_ref, *review_workflow_ref;
	json_t *approver_groups; /* NULL: Platform Security and Repository Owners */
};

/* What a plan is about. All borrowed. */
struct lifecycle {
	const struct policy *policy;
	const struct policy *previous; /* the one that it takes the place of; NULL: none */
	struct str text;               /* of the policy's file */
	json_t *lint_report, *dry_run_report;
	struct lifecycle_claims claims;
};

/* "cavra.policy-lifecycle.plan.v1", which the caller decrefs. Errors: CAVRA_ERR_POLICY when the policy may not be published,
 * CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY.
 */
int lifecycle_plan(const struct lifecycle *lifecycle, json_t **ret_plan, struct cavra_error *error);

/* Where the evidence of operating the policy is. */
struct lifecycle_evidence {
	const char *mode; /* LIFECYCLE_LIVE or LIFECYCLE_SAMPLE */
	const char *ci_run_ref, *policy_review_ref, *ui_validation_ref;
};
/* The packet of a plan, which the caller decrefs; NULL without memory. */
json_t *lifecycle_packet(const json_t *plan, const struct lifecycle_evidence *evidence);

/* Is the document meant to be a packet? */
bool lifecycle_is_packet(const json_t *document);

/* What a signature of a packet is over: its bytes and, said once more, which policy it is about. */
struct lifecycle_signed {
	struct policy_file file; /* for signature_write() and signature_verify() */
	json_t *metadata;        /* owned */
};
/* compiled: digest of the policy that the packet is about; NULL: the one that it names. Errors: CAVRA_ERR_INPUT when it names
 * none, CAVRA_ERR_MEMORY. Release it in any case.
 */
int lifecycle_signed_init(const struct document *packet, const char *compiled,
			  struct lifecycle_signed *ret_signed, struct cavra_error *error);
void lifecycle_signed_release(struct lifecycle_signed *what);

#endif
