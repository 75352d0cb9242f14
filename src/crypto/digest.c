/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256, see digest.h.
 *
 * Uses the SHA256_* functions that OpenSSL 3 calls deprecated, and only this file may: the EVP
 * interface starts OpenSSL's providers, which costs a process that lives for one decision more than
 * the decision and links most of libcrypto into a static program. These are the same code
 * underneath.
 */
#define OPENSSL_API_COMPAT 10100

#include "crypto/digest.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

static_assert(sizeof(struct sha256) >= sizeof(SHA256_CTX), "room for OpenSSL's state");
static_assert(_Alignof(struct sha256) >= _Alignof(SHA256_CTX), "alignment of OpenSSL's state");

void sha256_init(struct sha256 *state)
{
	SHA256_Init((SHA256_CTX *)state);
}

void sha256_add(struct sha256 *state, struct str data)
{
	if (data.n)
		SHA256_Update((SHA256_CTX *)state, data.p, data.n);
}

void sha256_finish(struct sha256 *state, uint8_t ret_digest[SHA256_BYTES])
{
	SHA256_Final(ret_digest, (SHA256_CTX *)state);
	OPENSSL_cleanse(state, sizeof *state);
}

void sha256(struct str data, uint8_t ret_digest[SHA256_BYTES])
{
	struct sha256 state;
	sha256_init(&state);
	sha256_add(&state, data);
	sha256_finish(&state, ret_digest);
}

void digest_hex(const uint8_t digest[SHA256_BYTES], char ret_hex[SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		ret_hex[2 * i] = digits[digest[i] >> 4];
		ret_hex[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_hex[2 * SHA256_BYTES] = '\0';
}

void sha256_named(struct str data, char ret_name[SHA256_NAMED])
{
	uint8_t digest[SHA256_BYTES];
	sha256(data, digest);
	memcpy(ret_name, "sha256:", sizeof "sha256:" - 1);
	digest_hex(digest, ret_name + sizeof "sha256:" - 1);
}
