/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a bundle of evidence: the files and a signed manifest that lists them with their sizes and digests.
 * docs/evidence.md describes them.
 */
#ifndef CAVRA_EVIDENCE_BUNDLE_H
#define CAVRA_EVIDENCE_BUNDLE_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/files.h"
#include "evidence/signed.h"

/* What a bundle is made of. Everything is borrowed. */
struct evidence_input {
	struct str session_id, signer;
	int64_t created_at;
	json_t *decisions; /* records of decisions, in their order */
	json_t *subject; /* "repository", "branch", "commit", "tree": those that are known; or NULL */
	json_t *ledger; /* ledger.json, see evidence/entries.h; or NULL */
	int64_t retention_days;
	struct str classification;
	bool legal_hold;
	struct signed_key key;
};

struct bundle {
	bool has[BUNDLE_FILES];
	struct buf file[BUNDLE_FILES];
	struct buf manifest;
};

void bundle_init(struct bundle *bundle);
void bundle_release(struct bundle *bundle);
/* Makes all of it in memory. Errors: CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT when a file would be larger than LIMIT_DOCUMENT_BYTES,
 * CAVRA_ERR_MEMORY.
 */
int bundle_make(const struct evidence_input *input, struct bundle *bundle,
		struct cavra_error *error);

#define CLEANUP_BUNDLE __attribute__((cleanup(bundle_release)))

#endif
