/* SPDX-License-Identifier: Apache-2.0
 *
 * Ed25519 over OpenSSL's EVP interface, see key.h. OpenSSL's queue of errors is left empty: it belongs to whoever
 * uses the library.
 */
#include "crypto/key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "crypto/library.h"

/* What scrypt costs: 16 MiB, which stays below what OpenSSL accepts when it reads the key again. */
enum { SCRYPT_N = 16384, SCRYPT_R = 8, SCRYPT_P = 1, SALT_BYTES = 16 };

/* Never made: the functions below only pass OpenSSL's own handle through. */
static EVP_PKEY *handle(const struct key *key)
{
	return (EVP_PKEY *)key;
}

static void bio_freep(BIO **bio)
{
	BIO_free_all(*bio);
}
static void context_freep(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
}
static void info_freep(PKCS8_PRIV_KEY_INFO **info)
{
	PKCS8_PRIV_KEY_INFO_free(*info);
}
static void encrypted_freep(X509_SIG **encrypted)
{
	X509_SIG_free(*encrypted);
}
#define CLEANUP(function) __attribute__((cleanup(function)))

static int fail_library(const char *doing, struct cavra_error *error)
{
	ERR_clear_error();
	return error_set(error, CAVRA_ERR_MEMORY, "OpenSSL cannot %s", doing);
}

void key_free(struct key *key)
{
	EVP_PKEY_free(handle(key));
}

/* Points of small order: a signature that holds under one of them is made without any private key. Of each, the number
 * without its sign; also those that are written beyond the field's prime. libsodium refuses the same.
 */
static bool is_of_small_order(const uint8_t bytes[KEY_PUBLIC_BYTES])
{
	static const uint8_t points[][KEY_PUBLIC_BYTES] = {
		{0},
		{1},
		{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
		 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
		 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
		{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
		 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
		 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
		{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		{0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		{0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	};
	uint8_t number[KEY_PUBLIC_BYTES];
	memcpy(number, bytes, sizeof number);
	number[KEY_PUBLIC_BYTES - 1] &= 0x7f;
	for (size_t i = 0; i < sizeof points / sizeof *points; i++)
		if (memcmp(number, points[i], sizeof number) == 0)
			return true;
	return false;
}

static int check_public(const EVP_PKEY *pkey, struct cavra_error *error)
{
	uint8_t bytes[KEY_PUBLIC_BYTES];
	size_t n = sizeof bytes;
	if (EVP_PKEY_get_raw_public_key(pkey, bytes, &n) != 1 || n != sizeof bytes)
		return fail_library("give the bytes of a key", error);
	return is_of_small_order(bytes)
		       ? error_set(error, CAVRA_ERR_INPUT,
				   "this is a weak key, with which anybody can sign; make another")
		       : 0;
}

/* Takes the handle over. */
static int accept(EVP_PKEY *pkey, struct key **ret_key, struct cavra_error *error)
{
	if (!EVP_PKEY_is_a(pkey, "ED25519")) {
		const char *name = EVP_PKEY_get0_type_name(pkey);
		error_set(error, CAVRA_ERR_INPUT,
			  "this is a key for %.40s; only Ed25519 keys are used here",
			  name ? name : "another algorithm");
		EVP_PKEY_free(pkey);
		return CAVRA_ERR_INPUT;
	}
	int code = check_public(pkey, error);
	if (code < 0)
		EVP_PKEY_free(pkey);
	else
		*ret_key = (struct key *)pkey;
	return code;
}

int key_generate(struct key **ret_key, struct cavra_error *error)
{
	crypto_library_start();
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (pkey)
		return accept(pkey, ret_key, error);
	ERR_clear_error();
	return error_set(error, CAVRA_ERR_IO, "OpenSSL cannot make a key; is there randomness?");
}

/* ---- reading ---- */

struct asked {
	const struct secret *passphrase;
	bool was_asked;
};

/* OpenSSL's default would ask at the terminal. */
static int give_passphrase(char *buffer, int size, int writing, void *context)
{
	struct asked *asked = context;
	(void)writing;
	asked->was_asked = true;
	if (!asked->passphrase || size < 0 || asked->passphrase->n > (size_t)size)
		return -1;
	memcpy(buffer, asked->passphrase->p, asked->passphrase->n);
	return (int)asked->passphrase->n;
}

bool key_is_encrypted(struct str pem)
{
	return str_find(pem, STR("-----BEGIN ENCRYPTED PRIVATE KEY-----")) != STR_NPOS;
}

static int complain_private(struct str pem, const struct asked *asked, struct cavra_error *error)
{
	ERR_clear_error();
	if (key_is_encrypted(pem) || asked->was_asked)
		return error_set(error, CAVRA_ERR_INPUT, "%s",
				 asked->passphrase ? "the passphrase does not open this key"
						   : "the key is encrypted; give its passphrase");
	if (str_find(pem, STR("-----BEGIN PUBLIC KEY-----")) != STR_NPOS)
		return error_set(error, CAVRA_ERR_INPUT,
				 "this is a public key; name the private one");
	return error_set(error, CAVRA_ERR_INPUT, "this is no private key in PEM (PKCS#8)");
}

int key_read_private(struct str pem, const struct secret *passphrase, struct key **ret_key,
		     struct cavra_error *error)
{
	struct asked asked = {passphrase, false};
	crypto_library_start();
	if (pem.n > LIMIT_SECRET_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "a key is at most %d bytes",
				 LIMIT_SECRET_BYTES);
	CLEANUP(bio_freep) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (!bio)
		return fail_library("read a key", error);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &asked);
	return pkey ? accept(pkey, ret_key, error) : complain_private(pem, &asked, error);
}

int key_read_public(struct str pem, struct key **ret_key, struct cavra_error *error)
{
	struct asked nobody = {NULL, false};
	crypto_library_start();
	if (pem.n > LIMIT_SECRET_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "a key is at most %d bytes",
				 LIMIT_SECRET_BYTES);
	if (str_find(pem, STR("PRIVATE KEY-----")) != STR_NPOS)
		return error_set(error, CAVRA_ERR_INPUT,
				 "this is a private key, which must stay with who signs; name the "
				 "public one");
	CLEANUP(bio_freep) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (!bio)
		return fail_library("read a key", error);
	EVP_PKEY *pkey = PEM_read_bio_PUBKEY(bio, NULL, give_passphrase, &nobody);
	if (pkey)
		return accept(pkey, ret_key, error);
	ERR_clear_error();
	return error_set(error, CAVRA_ERR_INPUT, "this is no public key in PEM");
}

int key_from_public_bytes(const uint8_t bytes[KEY_PUBLIC_BYTES], struct key **ret_key,
			  struct cavra_error *error)
{
	crypto_library_start();
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes,
						     KEY_PUBLIC_BYTES);
	return pkey ? accept(pkey, ret_key, error) : fail_library("make a key", error);
}

/* ---- writing ---- */

/* NULL without memory or randomness. */
static X509_SIG *encrypt(PKCS8_PRIV_KEY_INFO *info, const struct secret *passphrase)
{
	unsigned char salt[SALT_BYTES];
	if (RAND_bytes(salt, sizeof salt) != 1)
		return NULL;
	X509_ALGOR *algorithm = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, sizeof salt, NULL,
						      SCRYPT_N, SCRYPT_R, SCRYPT_P);
	if (!algorithm)
		return NULL;
	X509_SIG *encrypted = PKCS8_set0_pbe(passphrase->p, (int)passphrase->n, info, algorithm);
	if (!encrypted)
		X509_ALGOR_free(algorithm);
	return encrypted;
}

int key_write_private(const struct key *key, const struct secret *passphrase,
		      struct secret *ret_pem, struct cavra_error *error)
{
	/* This kind of memory is wiped when it is given back. */
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_secmem());
	CLEANUP(info_freep) PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(handle(key));
	CLEANUP(encrypted_freep) X509_SIG *encrypted = NULL;
	char *text;
	if (info && passphrase)
		encrypted = encrypt(info, passphrase);
	bool written = bio && info &&
		       (passphrase ? encrypted && PEM_write_bio_PKCS8(bio, encrypted) == 1
				   : PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1);
	long n = written ? BIO_get_mem_data(bio, &text) : 0;
	if (n <= 0 || !secret_set(ret_pem, str_make(text, (size_t)n)))
		return fail_library("write a private key", error);
	return 0;
}

int key_write_public(const struct key *key, char ret_pem[KEY_PUBLIC_PEM], struct cavra_error *error)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	bool written = bio && PEM_write_bio_PUBKEY(bio, handle(key)) == 1;
	long n = written ? BIO_get_mem_data(bio, &text) : 0;
	if (n != KEY_PUBLIC_PEM - 1)
		return fail_library("write a public key", error);
	memcpy(ret_pem, text, (size_t)n);
	ret_pem[n] = '\0';
	return 0;
}

int key_fingerprint(const struct key *key, char ret_hex[SHA256_HEX], struct cavra_error *error)
{
	char pem[KEY_PUBLIC_PEM];
	uint8_t digest[SHA256_BYTES];
	int code = key_write_public(key, pem, error);
	if (code < 0)
		return code;
	sha256(str_from(pem), digest);
	digest_hex(digest, ret_hex);
	return 0;
}

int key_public_bytes(const struct key *key, uint8_t ret_bytes[KEY_PUBLIC_BYTES],
		     struct cavra_error *error)
{
	size_t n = KEY_PUBLIC_BYTES;
	return EVP_PKEY_get_raw_public_key(handle(key), ret_bytes, &n) == 1 && n == KEY_PUBLIC_BYTES
		       ? 0
		       : fail_library("give the bytes of a key", error);
}

int key_fingerprint_der(const struct key *key, char ret_hex[SHA256_HEX], struct cavra_error *error)
{
	unsigned char *der = NULL;
	uint8_t digest[SHA256_BYTES];
	int n = i2d_PUBKEY(handle(key), &der);
	if (n <= 0)
		return fail_library("write a public key", error);
	sha256(str_make((const char *)der, (size_t)n), digest);
	OPENSSL_free(der);
	digest_hex(digest, ret_hex);
	return 0;
}

/* ---- signing ---- */

int key_sign(const struct key *key, struct str data, uint8_t ret_signature[KEY_SIGNATURE_BYTES],
	     struct cavra_error *error)
{
	size_t n = KEY_SIGNATURE_BYTES;
	CLEANUP(context_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context && EVP_DigestSignInit(context, NULL, NULL, NULL, handle(key)) == 1 &&
	    EVP_DigestSign(context, ret_signature, &n, (const unsigned char *)data.p, data.n) ==
		    1 &&
	    n == KEY_SIGNATURE_BYTES)
		return 0;
	ERR_clear_error();
	return error_set(error, CAVRA_ERR_INPUT, "OpenSSL cannot sign with this key");
}

bool key_verify(const struct key *key, struct str data, struct str signature)
{
	CLEANUP(context_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && signature.n == KEY_SIGNATURE_BYTES &&
		    EVP_DigestVerifyInit(context, NULL, NULL, NULL, handle(key)) == 1 &&
		    EVP_DigestVerify(context, (const unsigned char *)signature.p, signature.n,
				     (const unsigned char *)data.p, data.n) == 1;
	ERR_clear_error();
	return good;
}
