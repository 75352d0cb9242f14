/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON documents that are signed: manifests of bundles, bundles of trust roots, their distributions. The member "signature"
 * covers all the others, written as existing tools write them: sorted, ", " and ": " between them, ASCII. Ours also have
 * "signed_with", which repeats algorithm and key inside of what is signed.
 */
#ifndef CAVRA_EVIDENCE_SIGNED_H
#define CAVRA_EVIDENCE_SIGNED_H

#include <jansson.h>

#include "base/buf.h"
#include "crypto/key.h"

enum signed_algorithm {
	SIGNED_ED25519,
	SIGNED_HS256,  /* HMAC-SHA-256: who can verify can sign */
	SIGNED_SHA256, /* a digest, which anybody can write */
};
const char *signed_algorithm_name(enum signed_algorithm algorithm);

/* Neither: no key. */
struct signed_key {
	const struct key *ed25519;
	const struct secret *hmac;
	struct str id; /* empty: the first 16 digits of the fingerprint; of an HMAC key: none */
};

/* The bytes that are signed. */
int signed_bytes(const json_t *document, struct buf *out, struct cavra_error *error);
/* Sets "signature" and "signed_with". Errors: CAVRA_ERR_INPUT, CAVRA_ERR_MEMORY. */
int signed_add(json_t *document, const struct signed_key *key, struct cavra_error *error);

/* What a document says about its signature. Borrows from it. */
struct signed_claim {
	enum signed_algorithm algorithm;
	struct str key_id, fingerprint; /* empty: it does not say */
	struct str value;
};
/* Errors: CAVRA_ERR_INPUT for a signature of another form, or one that "signed_with" contradicts. */
int signed_claim(const json_t *document, struct signed_claim *ret_claim, struct cavra_error *error);

/* Does it hold, with the key of who verifies? That alone says which algorithm counts. Without a key only what anybody could
 * have computed is looked at. Errors: CAVRA_ERR_INPUT says what is wrong.
 */
int signed_check(const json_t *document, const struct signed_claim *claim,
		 const struct signed_key *key, struct cavra_error *error);

#endif
