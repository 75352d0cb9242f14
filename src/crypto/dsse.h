/* SPDX-License-Identifier: Apache-2.0
 *
 * DSSE envelopes (https://github.com/secure-systems-lab/dsse): a payload of a named type, and Ed25519 signatures over both.
 */
#ifndef CAVRA_CRYPTO_DSSE_H
#define CAVRA_CRYPTO_DSSE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/key.h"

/* Who signs or verifies. The id helps people to find the key; no program may rely on it. */
struct dsse_key {
	struct str id;
	const struct key *key;
};

struct dsse;

/* The envelope as JSON; members that the specification does not know are ignored, as it wants. The caller frees it. Errors:
 * CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY. Nothing has been verified then.
 */
int dsse_read(struct str text, struct dsse **ret_dsse, struct cavra_error *error);
void dsse_free(struct dsse *dsse);
/* Valid as long as the envelope. */
struct str dsse_payload(const struct dsse *dsse);
struct str dsse_payload_type(const struct dsse *dsse);
/* Of the first signature, empty when it has none: a hint which key to get. */
struct str dsse_key_hint(const struct dsse *dsse);

/* How many of the keys have signed it, each counted once, however often it stands in the list or under how many ids. */
int dsse_verify(const struct dsse *dsse, const struct dsse_key *keys, size_t n_keys,
		size_t *ret_verified, struct cavra_error *error);

/* Writes the envelope on one line, without a newline. Errors: CAVRA_ERR_INPUT for a type that is empty or no UTF-8, or without
 * the private key; CAVRA_ERR_LIMIT; CAVRA_ERR_MEMORY.
 */
int dsse_sign(struct str payload_type, struct str payload, const struct dsse_key *keys,
	      size_t n_keys, struct buf *out, struct cavra_error *error);

/* What is signed: the pre-authentication encoding. Check out->failed. */
void dsse_encode(struct str payload_type, struct str payload, struct buf *out);

static inline void dsse_freep(struct dsse **dsse)
{
	dsse_free(*dsse);
}
#define CLEANUP_DSSE __attribute__((cleanup(dsse_freep)))

#endif
