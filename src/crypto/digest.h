/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 (FIPS 180-4).
 */
#ifndef CAVRA_CRYPTO_DIGEST_H
#define CAVRA_CRYPTO_DIGEST_H

#include <stdint.h>

#include "base/str.h"

enum {
	SHA256_BYTES = 32,
	SHA256_HEX = 2 * SHA256_BYTES + 1,                /* with its NUL */
	SHA256_NAMED = sizeof "sha256:" - 1 + SHA256_HEX, /* with its NUL */
};

/* Opaque; sized and aligned for the library's state, checked in digest.c. */
struct sha256 {
	uint64_t state[16];
};

void sha256(struct str data, uint8_t ret_digest[SHA256_BYTES]);

void sha256_init(struct sha256 *state);
void sha256_add(struct sha256 *state, struct str data);
/* Also wipes the state. */
void sha256_finish(struct sha256 *state, uint8_t ret_digest[SHA256_BYTES]);

/* Lower-case hexadecimal. */
void digest_hex(const uint8_t digest[SHA256_BYTES], char ret_hex[SHA256_HEX]);
/* "sha256:<hex>" of data, the form that records hold. */
void sha256_named(struct str data, char ret_name[SHA256_NAMED]);

#endif
