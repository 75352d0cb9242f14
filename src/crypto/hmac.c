/* SPDX-License-Identifier: Apache-2.0
 *
 * HMAC, see hmac.h. Apart from digest.c, which cavra-hook links: this starts OpenSSL's providers.
 */
#include "crypto/hmac.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/hmac.h>

#include "crypto/library.h"

int hmac_sha256(struct str key, struct str data, uint8_t ret_mac[SHA256_BYTES],
		struct cavra_error *error)
{
	unsigned n = 0;
	/* OpenSSL takes a key without bytes for no key. */
	const char *bytes = key.n ? key.p : "";
	crypto_library_start();
	if (key.n <= INT_MAX && HMAC(EVP_sha256(), bytes, (int)key.n, (const unsigned char *)data.p,
				     data.n, ret_mac, &n))
		return 0;
	ERR_clear_error();
	return error_set(error, CAVRA_ERR_MEMORY, "cannot compute an HMAC");
}
