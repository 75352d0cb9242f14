/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of src/evidence: the parts of a distribution of trust roots, for who makes one and who makes it again.
 */
#ifndef CAVRA_EVIDENCE_DISTRIBUTION_PRIVATE_H
#define CAVRA_EVIDENCE_DISTRIBUTION_PRIVATE_H

#include "evidence/distribution.h"

#define DISTRIBUTION_SCHEMA "cavra.evidence.trust-root-distribution.v1"

enum { DISTRIBUTION_BUNDLE, DISTRIBUTION_MANIFEST, DISTRIBUTION_PAGE, DISTRIBUTION_CHECKSUMS };

/* What the manifest says of the bundle, whose text this is, and of the keys in it. NULL without memory; the caller decrefs. */
json_t *distribution_describe(const json_t *bundle, struct str text);
json_t *distribution_keys(const json_t *roots);
/* What a manifest gives. */
void distribution_page(const json_t *manifest, struct buf *out);
/* Of the files in front of it. */
void distribution_checksums(struct buf out[DISTRIBUTION_FILES]);

#endif
