/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept of a bundle to find it again: cavra.evidence.metadata.v1.
 */
#ifndef CAVRA_EVIDENCE_METADATA_H
#define CAVRA_EVIDENCE_METADATA_H

#include "evidence/verify.h"

#define METADATA_KIND_SESSION "session"

struct metadata {
	json_t *record; /* owned */
	/* Borrowed from the verification, or from the record. */
	struct str session_id, created_at, signer, key_id;
	int64_t created_us;
	size_t decisions, blocked, approval_required;
	enum verify_status status;
	char manifest_sha256[SHA256_HEX];
};

/* verification: of a bundle that is verified, or whose integrity alone is. directory: where it stands. now: when it was
 * verified. Release it, also after a failure. Errors: CAVRA_ERR_INPUT, CAVRA_ERR_MEMORY.
 */
int metadata_make(const struct verification *verification, const char *directory, int64_t now,
		  struct metadata *ret_metadata, struct cavra_error *error);
void metadata_release(struct metadata *metadata);
#define CLEANUP_METADATA __attribute__((cleanup(metadata_release)))

#endif
