/* SPDX-License-Identifier: Apache-2.0
 *
 * Trust roots to be handed out: the bundle, a manifest that describes it, a page for people and checksums. The manifest is
 * signed like the bundle in it.
 */
#ifndef CAVRA_EVIDENCE_DISTRIBUTION_H
#define CAVRA_EVIDENCE_DISTRIBUTION_H

#include <jansson.h>

#include "base/buf.h"
#include "evidence/signed.h"
#include "evidence/verify.h"

struct distribution {
	struct str id, environment;
	const char *created_at;
	const struct str *channels;
	size_t n_channels;
	const json_t *bundle;  /* of trust roots */
	struct signed_key key; /* of the root; none: nothing vouches for it */
};

enum { DISTRIBUTION_FILES = 4 };
/* evidence-trust-roots.json, trust-root-distribution-manifest.json, trust-root-distribution.md, checksums.txt */
extern const char *const distribution_files[DISTRIBUTION_FILES];
/* Adds the text of each to its buffer. Errors: CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY. */
int distribution_make(const struct distribution *distribution, struct buf out[DISTRIBUTION_FILES],
		      struct cavra_error *error);

/* Are the files in a directory, which is open, what the root has signed? root: NULL when nobody says who that is. Fills in
 * status, problems, what was not checked, manifest and claim; the caller has initialized the verification and releases it.
 * Errors only when there is no verdict: CAVRA_ERR_MEMORY.
 */
int distribution_verify(int directory, const struct key *root, struct verification *verification,
			struct cavra_error *error);

#endif
