/* SPDX-License-Identifier: Apache-2.0
 *
 * HMAC-SHA-256 (RFC 2104, FIPS 198-1).
 */
#ifndef CAVRA_CRYPTO_HMAC_H
#define CAVRA_CRYPTO_HMAC_H

#include "base/error.h"
#include "crypto/digest.h"

/* Compare with same_bytes(). Errors: CAVRA_ERR_MEMORY. */
int hmac_sha256(struct str key, struct str data, uint8_t ret_mac[SHA256_BYTES],
		struct cavra_error *error);

#endif
