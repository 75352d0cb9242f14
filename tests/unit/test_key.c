/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and signatures. What OpenSSL's own program makes of them stands in the integration tests.
 */
#include "unit.h"

#include <stdio.h>

#include "crypto/key.h"

/* RFC 8032 section 7.1, TEST 2 */
static const char private_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
	"-----END PRIVATE KEY-----\n";
static const uint8_t public_bytes[KEY_PUBLIC_BYTES] = {
	0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a,
	0xa7, 0x4d, 0x1b, 0x7e, 0xbc, 0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4,
	0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
static const uint8_t signature_of_r[KEY_SIGNATURE_BYTES] = {
	0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f,
	0x64, 0x25, 0x40, 0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76,
	0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99,
	0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e, 0xae,
	0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};

/* The private key of the bytes 00 to 1f, whose fingerprint existing installations have on record. */
static const char counting_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
	"-----END PRIVATE KEY-----\n";
static const char counting_fingerprint[] =
	"f0ff50dacf109dea7f716d7c03eb7a821aa3a283fd3fa02f4c14dbba7d3c3322";

static const char rsa_public_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALzDrXOpOCRGGdaySs40iCCo8FMmv4V5\n"
	"zwtH5x+QdUv1yelkGNR6E0BRgrp49nfzWIDxgC24wUMwsPfGkS7GrC8CAwEAAQ==\n"
	"-----END PUBLIC KEY-----\n";

static struct key *read_private(const char *pem, const char *passphrase)
{
	struct key *key = NULL;
	struct cavra_error error;
	struct secret CLEANUP_SECRET secret;
	assert_true(secret_set(&secret, str_from(passphrase)));
	if (key_read_private(str_from(pem), passphrase ? &secret : NULL, &key, &error) < 0)
		print_error("%s\n", error.text);
	assert_non_null(key);
	return key;
}

static struct str signature_str(const uint8_t *bytes)
{
	return str_make((const char *)bytes, KEY_SIGNATURE_BYTES);
}

static void test_known_answer(void **state)
{
	(void)state;
	struct cavra_error error;
	uint8_t signature[KEY_SIGNATURE_BYTES];
	struct key CLEANUP_KEY *pair = read_private(private_pem, NULL);
	struct key CLEANUP_KEY *public = NULL;
	assert_int_equal(key_sign(pair, STR("r"), signature, &error), 0);
	assert_memory_equal(signature, signature_of_r, sizeof signature);
	assert_int_equal(key_from_public_bytes(public_bytes, &public, &error), 0);
	assert_true(key_verify(public, STR("r"), signature_str(signature)));
	assert_true(key_verify(pair, STR("r"), signature_str(signature)));
	/* Nothing but the private key signs. */
	assert_int_equal(key_sign(public, STR("r"), signature, &error), CAVRA_ERR_INPUT);
}

static void test_whatever_differs_is_refused(void **state)
{
	(void)state;
	struct cavra_error error;
	uint8_t signature[KEY_SIGNATURE_BYTES + 1] = {0};
	struct key CLEANUP_KEY *key = read_private(private_pem, NULL);
	struct key CLEANUP_KEY *other = read_private(counting_pem, NULL);
	assert_int_equal(key_sign(key, STR("text"), signature, &error), 0);
	struct str good = signature_str(signature);
	assert_true(key_verify(key, STR("text"), good));
	assert_false(key_verify(other, STR("text"), good));
	assert_false(key_verify(key, STR("texu"), good));
	assert_false(key_verify(key, STR("text "), good));
	assert_false(key_verify(key, STR(""), good));
	assert_false(key_verify(key, STR("text"), STR("")));
	assert_false(key_verify(key, STR("text"), str_first(good, good.n - 1)));
	assert_false(key_verify(key, STR("text"), str_make(good.p, good.n + 1)));
	for (size_t i = 0; i < 8 * KEY_SIGNATURE_BYTES; i++) {
		signature[i / 8] ^= (uint8_t)(1U << (i % 8));
		assert_row(!key_verify(key, STR("text"), good), i);
		signature[i / 8] ^= (uint8_t)(1U << (i % 8));
	}
	assert_true(key_verify(key, STR("text"), good));
}

static void test_fingerprint(void **state)
{
	(void)state;
	char hex[SHA256_HEX], pem[KEY_PUBLIC_PEM], windows[KEY_PUBLIC_PEM + 100];
	struct cavra_error error;
	struct key CLEANUP_KEY *key = read_private(counting_pem, NULL);
	struct key CLEANUP_KEY *again = NULL;
	assert_int_equal(key_fingerprint(key, hex, &error), 0);
	assert_string_equal(hex, counting_fingerprint);
	/* The same for a file with other line ends and a remark in front. */
	assert_int_equal(key_write_public(key, pem, &error), 0);
	(void)snprintf(windows, sizeof windows, "of the platform team\r\n%s\r\n", pem);
	assert_int_equal(key_read_public(str_from(windows), &again, &error), 0);
	assert_int_equal(key_fingerprint(again, hex, &error), 0);
	assert_string_equal(hex, counting_fingerprint);
}

static void test_fingerprint_of_der(void **state)
{
	(void)state;
	static const char header[] =
		"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21"; /* RFC 8410, with its NUL */
	char hex[SHA256_HEX], want[SHA256_HEX];
	uint8_t bytes[KEY_PUBLIC_BYTES], digest[SHA256_BYTES];
	struct sha256 sha;
	struct cavra_error error;
	struct key CLEANUP_KEY *key = read_private(private_pem, NULL);
	assert_int_equal(key_public_bytes(key, bytes, &error), 0);
	assert_memory_equal(bytes, public_bytes, sizeof bytes);
	sha256_init(&sha);
	sha256_add(&sha, str_make(header, sizeof header));
	sha256_add(&sha, str_make((const char *)bytes, sizeof bytes));
	sha256_finish(&sha, digest);
	digest_hex(digest, want);
	assert_int_equal(key_fingerprint_der(key, hex, &error), 0);
	assert_string_equal(hex, want);
}

static void test_private_keys_survive_writing(void **state)
{
	static const char *const passphrases[] = {NULL, "p",
						  "correct horse battery staple \xc3\xa9"};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(passphrases); i++) {
		struct cavra_error error;
		struct secret CLEANUP_SECRET pem, passphrase;
		char before[SHA256_HEX], after[SHA256_HEX], text[LIMIT_SECRET_BYTES + 1];
		struct key CLEANUP_KEY *key = NULL;
		assert_int_equal(key_generate(&key, &error), 0);
		assert_true(secret_set(&passphrase, str_from(passphrases[i])));
		assert_int_equal(
			key_write_private(key, passphrases[i] ? &passphrase : NULL, &pem, &error),
			0);
		assert_row(key_is_encrypted(secret_str(&pem)) == (passphrases[i] != NULL), i);
		(void)snprintf(text, sizeof text, "%.*s", (int)pem.n, pem.p);
		struct key CLEANUP_KEY *again = read_private(text, passphrases[i]);
		assert_int_equal(key_fingerprint(key, before, &error), 0);
		assert_int_equal(key_fingerprint(again, after, &error), 0);
		assert_string_equal(before, after);
	}
}

static void test_two_keys_differ(void **state)
{
	(void)state;
	struct cavra_error error;
	char one[KEY_PUBLIC_PEM], two[KEY_PUBLIC_PEM];
	struct key CLEANUP_KEY *first = NULL, CLEANUP_KEY *second = NULL;
	assert_int_equal(key_generate(&first, &error), 0);
	assert_int_equal(key_generate(&second, &error), 0);
	assert_int_equal(key_write_public(first, one, &error), 0);
	assert_int_equal(key_write_public(second, two, &error), 0);
	assert_string_not_equal(one, two);
}

static const char *try_private(const char *pem, const char *passphrase)
{
	static struct cavra_error error;
	struct key *key = NULL;
	struct secret CLEANUP_SECRET secret;
	assert_true(secret_set(&secret, str_from(passphrase)));
	error.text[0] = '\0';
	int code = key_read_private(str_from(pem), passphrase ? &secret : NULL, &key, &error);
	assert_true((code < 0) == (key == NULL));
	key_free(key);
	return error.text;
}

static void test_what_is_no_private_key(void **state)
{
	(void)state;
	struct cavra_error error;
	struct secret CLEANUP_SECRET pem, passphrase;
	char text[LIMIT_SECRET_BYTES + 1], public[KEY_PUBLIC_PEM];
	struct key CLEANUP_KEY *key = read_private(counting_pem, NULL);
	assert_true(secret_set(&passphrase, STR("right")));
	assert_int_equal(key_write_private(key, &passphrase, &pem, &error), 0);
	(void)snprintf(text, sizeof text, "%.*s", (int)pem.n, pem.p);
	assert_string_equal(try_private(text, NULL), "the key is encrypted; give its passphrase");
	assert_string_equal(try_private(text, "wrong"), "the passphrase does not open this key");
	assert_string_equal(try_private(text, "right"), "");
	assert_int_equal(key_write_public(key, public, &error), 0);
	assert_string_equal(try_private(public, NULL),
			    "this is a public key; name the private one");
	assert_string_equal(try_private("", NULL), "this is no private key in PEM (PKCS#8)");
	assert_string_equal(try_private("-----BEGIN PRIVATE KEY-----\nAAAA\n", "x"),
			    "this is no private key in PEM (PKCS#8)");
}

static const char *try_public(const char *pem)
{
	static struct cavra_error error;
	struct key *key = NULL;
	error.text[0] = '\0';
	int code = key_read_public(str_from(pem), &key, &error);
	assert_true((code < 0) == (key == NULL));
	key_free(key);
	return error.text;
}

static void test_what_is_no_public_key(void **state)
{
	(void)state;
	static char long_text[LIMIT_SECRET_BYTES + 2];
	assert_string_equal(try_public(private_pem),
			    "this is a private key, which must stay with who signs; name the "
			    "public one");
	assert_string_equal(try_public(rsa_public_pem),
			    "this is a key for RSA; only Ed25519 keys are used here");
	assert_string_equal(try_public(""), "this is no public key in PEM");
	assert_string_equal(
		try_public("-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n"),
		"this is no public key in PEM");
	memset(long_text, ' ', sizeof long_text - 1);
	assert_string_equal(try_public(long_text), "a key is at most 4096 bytes");
	long_text[LIMIT_SECRET_BYTES] = '\0';
	assert_string_equal(try_public(long_text), "this is no public key in PEM");
}

/* With the first, 64 bytes sign everything: R is the point itself, S is 0. */
static void test_weak_keys(void **state)
{
	/* Their first and their last byte; those between are the same. */
	static const struct {
		uint8_t first, middle, last;
	} rows[] = {
		{1, 0, 0},          {1, 0, 0x80},       {0, 0, 0},          {0, 0, 0x80},
		{0xec, 0xff, 0x7f}, {0xec, 0xff, 0xff}, {0xed, 0xff, 0x7f}, {0xee, 0xff, 0xff},
	};
	static const char identity_pem[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
		"-----END PUBLIC KEY-----\n";
	static const char order_of_eight_pem[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MCowBQYDK2VwAyEAxxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o=\n"
		"-----END PUBLIC KEY-----\n";
	struct cavra_error error;
	struct key *key = NULL;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t bytes[KEY_PUBLIC_BYTES];
		memset(bytes, rows[i].middle, sizeof bytes);
		bytes[0] = rows[i].first;
		bytes[KEY_PUBLIC_BYTES - 1] = rows[i].last;
		assert_row(key_from_public_bytes(bytes, &key, &error) == CAVRA_ERR_INPUT, i);
		assert_row(strstr(error.text, "this is a weak key"), i);
	}
	assert_non_null(strstr(try_public(identity_pem), "this is a weak key"));
	assert_non_null(strstr(try_public(order_of_eight_pem), "this is a weak key"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answer),
		cmocka_unit_test(test_whatever_differs_is_refused),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_fingerprint_of_der),
		cmocka_unit_test(test_private_keys_survive_writing),
		cmocka_unit_test(test_two_keys_differ),
		cmocka_unit_test(test_what_is_no_private_key),
		cmocka_unit_test(test_what_is_no_public_key),
		cmocka_unit_test(test_weak_keys),
	};
	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
