/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of signatures: what signature.c (reading), signature_write.c and signature_verify.c share.
 */
#ifndef CAVRA_POLICY_SIGNATURE_PRIVATE_H
#define CAVRA_POLICY_SIGNATURE_PRIVATE_H

#include "policy/signature.h"

#define SIGNATURE_SCHEMA "cavra.policy-signature.v1"
#define STATEMENT_SCHEMA "cavra.policy-statement.v1"
#define STATEMENT_TYPE "application/vnd.cavra.policy-statement.v1+json"

const char *signature_algorithm_name(enum signature_algorithm algorithm);
/* Bytes of a signature. */
size_t signature_size(enum signature_algorithm algorithm);
enum signature_algorithm signature_key_algorithm(const struct signature_key *key);

/* The bytes that statement_signature covers. */
int statement_encode(const json_t *statement, struct buf *out, struct cavra_error *error);
/* HMAC-SHA-256 with the key or, without one, with the hexadecimal digest of the file. */
int signature_mac(const struct signature_key *key, const char *digest, struct str data,
		  uint8_t ret_mac[SHA256_BYTES], struct cavra_error *error);

/* The fields that stand both outside and in the statement, and must say the same. Ends with NULL. */
extern const char *const signature_common_fields[];

#endif
