/* SPDX-License-Identifier: Apache-2.0
 *
 * The signature of a policy file: <file>.sig.json beside it. docs/policy.md lists its fields.
 *
 * Two things are signed with the same key. `signature` covers the bytes of the file, as existing tools expect. It says
 * nothing about who signed when, nor about what the file inherits; that stands in `statement`, whose canonical JSON
 * (RFC 8785) in DSSE's pre-authentication encoding `statement_signature` covers. A file is verified when both hold, and
 * when what they say is so.
 */
#ifndef CAVRA_POLICY_SIGNATURE_H
#define CAVRA_POLICY_SIGNATURE_H

#include "base/buf.h"
#include "crypto/key.h"
#include "policy/policy.h"
#include "json/document.h"

#define SIGNATURE_ENDING ".sig.json"
/* "sha256:<hex>" of the file and nothing else; what wrote it knew no keys. */
#define SIGNATURE_LEGACY_ENDING ".sig"

enum signature_algorithm {
	SIGNATURE_ED25519, /* "Ed25519" */
	SIGNATURE_HS256,   /* "HS256": HMAC-SHA-256, so that who can verify can sign */
	SIGNATURE_SHA256,  /* "SHA256": keyless, which anybody can write */
};

/* Borrows from the document. */
struct signature {
	const struct document *document;
	const json_t *statement; /* NULL: the file has none */
	enum signature_algorithm algorithm;
	struct str digest, signer, key_id, signed_at, fingerprint, file;
	uint8_t bytes[KEY_SIGNATURE_BYTES], statement_bytes[KEY_SIGNATURE_BYTES];
};

/* Errors: CAVRA_ERR_INPUT and CAVRA_ERR_LIMIT with the place. Every field is of its form afterwards; whether it is true is
 * for signature_verify() to say.
 */
int signature_read(const struct document *document, struct signature *ret_signature,
		   struct cavra_error *error);

/* The key in the hand of who signs or verifies. It alone decides which algorithm counts. Neither: no key. */
struct signature_key {
	const struct key *ed25519;
	const struct secret *hmac;
};

/* What is wrong, or what has been found out. docs/policy.md explains each. */
enum signature_verdict {
	SIGNATURE_VERIFIED,
	SIGNATURE_INTEGRITY_ONLY, /* without a key: the file is what the digest says */
	SIGNATURE_MISSING,
	SIGNATURE_MALFORMED,
	SIGNATURE_WRONG_ALGORITHM,
	SIGNATURE_WRONG_KEY,
	SIGNATURE_FILE_CHANGED,
	SIGNATURE_NAME_CHANGED,
	SIGNATURE_FORGED,
	SIGNATURE_NO_STATEMENT,
	SIGNATURE_STATEMENT_FORGED,
	SIGNATURE_FIELD_CHANGED,
	SIGNATURE_METADATA_CHANGED,
	SIGNATURE_PARENTS_CHANGED,
	SIGNATURE_COMPILED_CHANGED,
};
/* "verified", "integrity_only", "missing" ... */
const char *signature_verdict_name(enum signature_verdict verdict);

/* The signature that stands beside a file; the caller frees the document. path: another one, or NULL.
 * Errors: CAVRA_ERR_POLICY, with a verdict, for every kind of signature that cannot be used.
 */
int signature_find(const struct policy_file *file, const char *path, struct document **ret_document,
		   struct signature *ret_signature, enum signature_verdict *ret_verdict,
		   struct cavra_error *error);

/* 0 for the first two verdicts, else CAVRA_ERR_POLICY with what is wrong and what to do. */
int signature_verify(const struct signature *signature, const struct policy_file *file,
		     const struct signature_key *key, enum signature_verdict *ret_verdict,
		     struct cavra_error *error);

/* Without a key: is that what the file's legacy signature says? */
bool signature_legacy_holds(struct str text, const struct policy_file *file);

struct signing {
	struct signature_key key;             /* none: a keyless digest, which is no signature */
	struct str signer, key_id, signed_at; /* key_id: empty for the signer */
};
/* The text of a signature file. Errors: CAVRA_ERR_INPUT for texts that it may not hold. */
int signature_write(const struct policy_file *file, const struct signing *signing, struct buf *out,
		    struct cavra_error *error);

#endif
