/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/signed.h"
#include "json/json.h"

/* The private key of the bytes 00 to 1f. */
static const char counting_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
	"-----END PRIVATE KEY-----\n";
static const char counting_fingerprint[] =
	"f0ff50dacf109dea7f716d7c03eb7a821aa3a283fd3fa02f4c14dbba7d3c3322";

/* A manifest as existing tools write it, and what they sign it with. */
static const char manifest_text[] =
	"{\"schema_version\": \"cavra.evidence.bundle.v1\", \"product\": \"CAVRA\","
	" \"created_at\": \"2026-01-02T03:04:05.000006+00:00\", \"signer\": \"\xc3\xa9quipe\","
	" \"files\": [{\"path\": \"evidence.json\", \"sha256\":"
	" \"0000000000000000000000000000000000000000000000000000000000000000\", \"bytes\": 2}]}";
static const char digest_value[] =
	"4cadb62674fb97570151801b284fcd0ab79c09d9d85060d4bab78ba7714fcbff";
static const char hmac_value[] = "eeHYe/ygDP4zCZF1d639DFMmpq9UszrrQaRuLK69Psk=";
static const char ed25519_value[] =
	"6c23Olnvjv62J1ptDsu6VkuPSp8fAzKc6SI6UQnQJOK5YAS5GPqQWuEPWqQC7sjofbfY+FPTQzwEcb+ngv4ECw==";

static json_t *manifest(void)
{
	struct cavra_error error;
	json_t *root = NULL;
	assert_int_equal(json_read(str_from(manifest_text), 0, &root, &error), 0);
	return root;
}

static json_t *signed_manifest(const char *algorithm, const char *value, bool with_key)
{
	json_t *root = manifest();
	json_t *signature = json_pack("{s:s, s:s}", "algorithm", algorithm, "value", value);
	if (with_key) {
		json_object_set_new(signature, "key_id", json_stringn(counting_fingerprint, 16));
		json_object_set_new(signature, "public_key_sha256",
				    json_string(counting_fingerprint));
	}
	json_object_set_new(root, "signature", signature);
	return root;
}

struct keys {
	struct key *key;
	struct secret hmac;
	struct signed_key none, ed25519, hs256;
};

static void make_keys(struct keys *keys)
{
	struct cavra_error error;
	memset(keys, 0, sizeof *keys);
	assert_int_equal(key_read_private(str_from(counting_pem), NULL, &keys->key, &error), 0);
	assert_true(secret_set(&keys->hmac, STR("test-key")));
	keys->ed25519.ed25519 = keys->key;
	keys->hs256.hmac = &keys->hmac;
}

static int check(const json_t *document, const struct signed_key *key)
{
	struct signed_claim claim;
	struct cavra_error error;
	int code = signed_claim(document, &claim, &error);
	return code < 0 ? code : signed_check(document, &claim, key, &error);
}

static void test_bytes(void **state)
{
	struct buf CLEANUP_BUF bytes;
	struct cavra_error error;
	buf_init(&bytes, KiB(4));
	(void)state;
	json_t CLEANUP_JSON *document = signed_manifest("SHA256", digest_value, false);
	assert_int_equal(signed_bytes(document, &bytes, &error), 0);
	assert_int_equal(bytes.n, 269);
	assert_true(str_starts(buf_str(&bytes),
			       STR("{\"created_at\": \"2026-01-02T03:04:05.000006+00:00\", "
				   "\"files\": [{\"bytes\": 2, \"path\": ")));
	assert_true(str_find(buf_str(&bytes), STR("\"signer\": \"\\u00e9quipe\"")) != STR_NPOS);
}

static void test_of_existing_tools(void **state)
{
	static const struct {
		const char *algorithm, *value;
		bool with_key;
	} rows[] = {
		{"SHA256", digest_value, false},
		{"HS256", hmac_value, false},
		{"Ed25519", ed25519_value, true},
	};
	struct keys keys;
	(void)state;
	make_keys(&keys);
	const struct signed_key *all[] = {&keys.none, &keys.hs256, &keys.ed25519};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t CLEANUP_JSON *document = signed_manifest(rows[i].algorithm, rows[i].value,
								rows[i].with_key);
		for (size_t k = 0; k < ARRAY_SIZE(all); k++)
			assert_row((check(document, all[k]) == 0) == (k == i || k == 0),
				   10 * i + k);
	}
	key_free(keys.key);
}

static void test_both_ways(void **state)
{
	struct keys keys;
	struct cavra_error error;
	(void)state;
	make_keys(&keys);
	const struct signed_key *all[] = {&keys.none, &keys.hs256, &keys.ed25519};
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		json_t CLEANUP_JSON *document = manifest();
		assert_int_equal(signed_add(document, all[i], &error), 0);
		assert_row(check(document, all[i]) == 0, i);
		json_object_set_new(document, "signer", json_string("another"));
		assert_row(check(document, all[i]) == CAVRA_ERR_INPUT, i);
	}
	key_free(keys.key);
}

/* What is named outside of the signed bytes must be what is named inside. */
static void test_what_is_said_about_the_key(void **state)
{
	static const struct {
		const char *object, *name, *value;
	} rows[] = {
		{"signature", "key_id", "another"},
		{"signature", "more", "x"},
		{"signature", "algorithm", "HS256"},
		{"signature", "public_key_sha256",
		 "0000000000000000000000000000000000000000000000000000000000000000"},
		{"signed_with", "key_id", "another"},
		{"signed_with", "algorithm", "SHA256"},
		{"signed_with", "more", "x"}, /* which the signature covers */
	};
	struct keys keys;
	struct cavra_error error;
	(void)state;
	make_keys(&keys);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t CLEANUP_JSON *document = manifest();
		assert_int_equal(signed_add(document, &keys.ed25519, &error), 0);
		json_object_set_new(json_object_get(document, rows[i].object), rows[i].name,
				    json_string(rows[i].value));
		assert_row(check(document, &keys.ed25519) == CAVRA_ERR_INPUT, i);
	}
	keys.ed25519.id = STR("wanted");
	json_t CLEANUP_JSON *document = manifest();
	assert_int_equal(signed_add(document, &keys.ed25519, &error), 0);
	assert_int_equal(check(document, &keys.ed25519), 0);
	keys.ed25519.id = STR("other");
	assert_int_equal(check(document, &keys.ed25519), CAVRA_ERR_INPUT);
	key_free(keys.key);
}

static void test_no_signatures(void **state)
{
	static const char *const rows[] = {
		"null",
		"\"x\"",
		"{}",
		"{\"algorithm\": \"none\", \"value\": \"\"}",
		"{\"algorithm\": \"ed25519\", \"value\": \"\"}",
		"{\"algorithm\": \"SHA256\", \"value\": \"\"}",
		"{\"algorithm\": \"SHA256\"}",
		"{\"algorithm\": \"HS256\", \"value\": \"AAAA\"}",
		"{\"algorithm\": \"Ed25519\", \"value\": \"eeHYe/ygDP4zCZF1d639DFMmpq9UszrrQaRuLK69Psk=\"}",
		"{\"algorithm\": 1, \"value\": \"\"}",
		"{\"algorithm\": \"HS256\", \"value\": \"x\", \"key_id\": 7}",
	};
	const struct signed_key none = {.hmac = NULL};
	struct cavra_error error;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t CLEANUP_JSON *document = manifest();
		json_t *signature = NULL;
		assert_int_equal(json_read(str_from(rows[i]), 0, &signature, &error), 0);
		json_object_set_new(document, "signature", signature);
		assert_row(check(document, &none) == CAVRA_ERR_INPUT, i);
	}
	json_t CLEANUP_JSON *document = manifest();
	assert_int_equal(check(document, &none), CAVRA_ERR_INPUT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_of_existing_tools),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_what_is_said_about_the_key),
		cmocka_unit_test(test_no_signatures),
	};
	return cmocka_run_group_tests_name("signed", tests, NULL, NULL);
}
