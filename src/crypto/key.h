/* SPDX-License-Identifier: Apache-2.0
 *
 * Ed25519 (RFC 8032): keys as PEM, signing, verifying.
 */
#ifndef CAVRA_CRYPTO_KEY_H
#define CAVRA_CRYPTO_KEY_H

#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/secret.h"

enum {
	KEY_PUBLIC_BYTES = 32,
	KEY_SIGNATURE_BYTES = 64,
	KEY_PUBLIC_PEM = 114, /* with its NUL */
};

/* A key pair, or a public key alone. The caller frees it. */
struct key;

/* Errors of all: CAVRA_ERR_INPUT says what the text is instead and what to give; CAVRA_ERR_MEMORY; without randomness
 * CAVRA_ERR_IO.
 */
int key_generate(struct key **ret_key, struct cavra_error *error);
/* PKCS#8 PEM, also encrypted; passphrase: NULL when there is none. Never asks at a terminal. */
int key_read_private(struct str pem, const struct secret *passphrase, struct key **ret_key,
		     struct cavra_error *error);
bool key_is_encrypted(struct str pem);
/* SubjectPublicKeyInfo PEM. A private key is refused: it has no business where public keys are read. */
int key_read_public(struct str pem, struct key **ret_key, struct cavra_error *error);
/* The bare public key of RFC 8032. */
int key_from_public_bytes(const uint8_t bytes[KEY_PUBLIC_BYTES], struct key **ret_key,
			  struct cavra_error *error);
void key_free(struct key *key);

/* PKCS#8 PEM; with a passphrase encrypted by AES-256 under scrypt. */
int key_write_private(const struct key *key, const struct secret *passphrase,
		      struct secret *ret_pem, struct cavra_error *error);
/* SubjectPublicKeyInfo PEM, the one spelling that OpenSSL writes. */
int key_write_public(const struct key *key, char ret_pem[KEY_PUBLIC_PEM],
		     struct cavra_error *error);
/* The bare public key of RFC 8032. */
int key_public_bytes(const struct key *key, uint8_t ret_bytes[KEY_PUBLIC_BYTES],
		     struct cavra_error *error);
/* Hexadecimal SHA-256 of that PEM text: however the file it was read from looks. */
int key_fingerprint(const struct key *key, char ret_hex[SHA256_HEX], struct cavra_error *error);
/* Hexadecimal SHA-256 of the SubjectPublicKeyInfo in DER, as openssl pkey -outform DER | sha256sum prints it. */
int key_fingerprint_der(const struct key *key, char ret_hex[SHA256_HEX], struct cavra_error *error);

int key_sign(const struct key *key, struct str data, uint8_t ret_signature[KEY_SIGNATURE_BYTES],
	     struct cavra_error *error);
/* False for every reason there is. */
bool key_verify(const struct key *key, struct str data, struct str signature);

static inline void key_freep(struct key **key)
{
	key_free(*key);
}
#define CLEANUP_KEY __attribute__((cleanup(key_freep)))

#endif
