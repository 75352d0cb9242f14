/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that must not stay behind in memory: private keys, passphrases, HMAC keys. The room is fixed, so
 * that growing leaves no copies; CLEANUP_SECRET wipes it.
 */
#ifndef CAVRA_CRYPTO_SECRET_H
#define CAVRA_CRYPTO_SECRET_H

#include "base/limits.h"
#include "base/str.h"

struct secret {
	size_t n;
	char p[LIMIT_SECRET_BYTES];
};

/* False, with the secret wiped, when it does not fit. */
bool secret_set(struct secret *secret, struct str bytes);
void secret_wipe(struct secret *secret);
/* For other places that held secret bytes; no compiler leaves it out. */
void wipe(void *bytes, size_t n);
/* In a time that does not depend on where they differ. */
bool same_bytes(const void *a, const void *b, size_t n);

static inline struct str secret_str(const struct secret *secret)
{
	return str_make(secret->p, secret->n);
}

#define CLEANUP_SECRET __attribute__((cleanup(secret_wipe)))

#endif
