/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory of public keys, and the check of a policy's files against it.
 */
#ifndef CAVRA_POLICY_TRUST_H
#define CAVRA_POLICY_TRUST_H

#include <sys/types.h>

#include "policy/signature.h"

struct trust;

/* Every *.pem file of the directory, each with one public key; their names mean nothing. The directory and its keys must
 * belong to root or to `owner`, and nobody else may be able to write them. Errors, with the file: CAVRA_ERR_NOT_FOUND,
 * CAVRA_ERR_IO, CAVRA_ERR_INPUT also when there is no key, CAVRA_ERR_LIMIT.
 */
int trust_load(const char *directory, uid_t owner, struct trust **ret_trust,
	       struct cavra_error *error);
void trust_free(struct trust *trust);
/* NULL when no key has that fingerprint. */
const struct key *trust_find(const struct trust *trust, struct str fingerprint);

/* signature_verify() with the key that the signature names, which must be one of these. */
int trust_verify(const struct trust *trust, const struct signature *signature,
		 const struct policy_file *file, enum signature_verdict *ret_verdict,
		 struct cavra_error *error);
/* As policy_source.check, with a struct trust as its context: every file of the policy must have a signature beside it that
 * one of the keys verifies. Errors: CAVRA_ERR_POLICY.
 */
int trust_check(void *trust, const struct policy_file *file, struct cavra_error *error);

static inline void trust_freep(struct trust **trust)
{
	trust_free(*trust);
}
#define CLEANUP_TRUST __attribute__((cleanup(trust_freep)))

#endif
