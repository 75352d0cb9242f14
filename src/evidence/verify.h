/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying a bundle of evidence. The signature comes first: nothing in the manifest is believed before. Then the directory
 * must hold exactly the files that the manifest lists, each a regular file with that size and digest, and their contents
 * must agree with each other.
 */
#ifndef CAVRA_EVIDENCE_VERIFY_H
#define CAVRA_EVIDENCE_VERIFY_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/files.h"
#include "evidence/signed.h"
#include "evidence/trust_root.h"
#include "ledger/checkpoint_file.h"

/* What the one who verifies relies on. At most one of the keys and trust. */
struct verify_with {
	struct signed_key key;
	const json_t *trust;      /* a trust root, or a bundle of them */
	const struct key *pinned; /* the root key that must have signed that bundle; or NULL */
	const struct ledger_trust *ledger; /* whose checkpoints of the ledger count; or NULL */
	int64_t minimum_days;              /* of retention; 0: any */
};

enum verify_status { VERIFY_FAILED, VERIFY_VERIFIED, VERIFY_INTEGRITY_ONLY };
const char *verify_status_name(enum verify_status status);

enum { VERIFY_PROBLEMS = 32 };
struct verify_problem {
	char file[64]; /* which file of the bundle; empty: all of it */
	char text[512];
};

struct verification {
	enum verify_status status;
	size_t n_problems; /* the first is the one to look at; none after VERIFY_PROBLEMS */
	struct verify_problem problems[VERIFY_PROBLEMS];
	size_t n_unchecked;
	const char *unchecked[8]; /* what could not be looked at, and what it takes */
	bool has_claim;
	struct signed_claim claim; /* borrows from manifest */
	enum trust_status trust_status;
	bool has_trust;
	bool attested;       /* the attestation is what the decisions give */
	struct key *trusted; /* the one of the trust root that signed; owned */
	struct buf manifest_text;
	json_t *manifest, *document[BUNDLE_FILES]; /* those that could be read; of JSON files */
	bool has[BUNDLE_FILES];
	struct buf file[BUNDLE_FILES];
};

/* directory: open. Errors only when there is no verdict: CAVRA_ERR_MEMORY, CAVRA_ERR_IO. Release it also then. */
int verify_bundle(int directory, const struct verify_with *with, struct verification *verification,
		  struct cavra_error *error);
void verification_init(struct verification *verification);
void verification_release(struct verification *verification);
/* cavra.evidence.verification.v1; the caller decrefs it, NULL without memory. bundle: its path, for the report. */
json_t *verification_report(const struct verification *verification, const char *bundle);
/* Notes a problem; file NULL: of the whole bundle. */
void verification_problem(struct verification *verification, const char *file, const char *format,
			  ...) __attribute__((format(printf, 3, 4)));
void verification_unchecked(struct verification *verification, const char *what);

#define CLEANUP_VERIFICATION __attribute__((cleanup(verification_release)))

#endif
