/* SPDX-License-Identifier: Apache-2.0
 *
 * Trust roots: documents that say which public key counts, whose it is, and from when to when. Several stand in a bundle,
 * which a root key signs. docs/evidence.md lists their members.
 */
#ifndef CAVRA_EVIDENCE_TRUST_ROOT_H
#define CAVRA_EVIDENCE_TRUST_ROOT_H

#include <jansson.h>
#include <stdint.h>

#include "crypto/key.h"
#include "evidence/signed.h"

#define TRUST_ROOT_SCHEMA "cavra.evidence.trust-root.v1"
#define TRUST_BUNDLE_SCHEMA "cavra.evidence.trust-root-bundle.v1"

enum trust_status {
	TRUST_ACTIVE,
	TRUST_RETIRED, /* what it signed before still holds */
	TRUST_REVOKED, /* nothing it signed holds: when that was, only it says */
};
const char *trust_status_name(enum trust_status status);
bool trust_status_parse(struct str name, enum trust_status *ret_status);

/* Texts are borrowed. Times are microseconds since 1970, 0: not said. */
struct trust_root {
	struct str key_id, owner, fingerprint;
	enum trust_status status;
	int64_t valid_from, valid_until, retired_at, revoked_at;
	struct key *key; /* owned by who has read it */
};

/* Strict: the PEM must be what the fingerprints say, the times in order. Errors: CAVRA_ERR_INPUT. */
int trust_root_read(const json_t *document, struct trust_root *ret_root, struct cavra_error *error);
void trust_root_release(struct trust_root *root);
/* key_id empty: the first 16 digits of the fingerprint. root->fingerprint is not looked at. The caller decrefs it. */
int trust_root_make(const struct trust_root *root, json_t **ret_document,
		    struct cavra_error *error);

/* May it have signed something at that time? Errors: CAVRA_ERR_INPUT says why not. */
int trust_root_allows(const struct trust_root *root, int64_t signed_at, struct cavra_error *error);

/* Trust roots sorted by key id. key: of the root that vouches for them, or none. Errors: CAVRA_ERR_INPUT when there is none,
 * one is broken, or two have the same id or key.
 */
int trust_bundle_make(json_t *const *roots, size_t n, const char *created_at,
		      const struct signed_key *key, json_t **ret_bundle, struct cavra_error *error);

/* The trust root for a signature in a document that is one, or a bundle of them: with the id that is asked for (empty: that of
 * the signature) and the fingerprint of the signature. pinned: the root key that must have signed the bundle, or NULL.
 * Errors: CAVRA_ERR_INPUT, also when several are about that key; CAVRA_ERR_NOT_FOUND when none matches.
 */
int trust_roots_find(const json_t *document, const struct key *pinned, struct str key_id,
		     const struct signed_claim *claim, struct trust_root *ret_root,
		     struct cavra_error *error);

#define CLEANUP_TRUST_ROOT __attribute__((cleanup(trust_root_release)))

#endif
