/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets, see secret.h.
 */
#include "crypto/secret.h"

#include <openssl/crypto.h>

void wipe(void *bytes, size_t n)
{
	OPENSSL_cleanse(bytes, n);
}

void secret_wipe(struct secret *secret)
{
	wipe(secret, sizeof *secret);
}

bool secret_set(struct secret *secret, struct str bytes)
{
	secret_wipe(secret);
	if (bytes.n > sizeof secret->p)
		return false;
	if (bytes.n)
		memcpy(secret->p, bytes.p, bytes.n);
	secret->n = bytes.n;
	return true;
}

bool same_bytes(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
