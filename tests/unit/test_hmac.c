/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "crypto/hmac.h"
#include "crypto/secret.h"

/* RFC 4231 (an 'x' stands for a byte of the RFC's runs), and a key without bytes. */
static const struct {
	char fill; /* the key is that many of these, or */
	size_t n;
	const char *key;
	const char *data;
	const char *hex;
} rows[] = {
	{0x0b, 20, NULL, "Hi There",
	 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
	{0, 0, "Jefe", "what do ya want for nothing?",
	 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	{(char)0xaa, 131, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
	 "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	{0, 0, "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};

static void test_known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char filled[200], hex[SHA256_HEX];
		uint8_t mac[SHA256_BYTES];
		struct cavra_error error;
		memset(filled, rows[i].fill, sizeof filled);
		struct str key = rows[i].key ? str_from(rows[i].key) : str_make(filled, rows[i].n);
		assert_row(hmac_sha256(key, str_from(rows[i].data), mac, &error) == 0, i);
		digest_hex(mac, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void test_secrets(void **state)
{
	static char long_text[LIMIT_SECRET_BYTES + 1];
	static const struct secret nothing;
	struct secret secret;
	(void)state;
	assert_true(secret_set(&secret, STR("abc")));
	assert_str(secret_str(&secret), "abc");
	assert_true(same_bytes("abc", secret.p, 3));
	assert_false(same_bytes("abd", secret.p, 3));
	assert_true(secret_set(&secret, str_make(long_text, sizeof long_text - 1)));
	assert_false(secret_set(&secret, str_make(long_text, sizeof long_text)));
	assert_memory_equal(&secret, &nothing, sizeof nothing);
	assert_true(secret_set(&secret, STR("abc")));
	secret_wipe(&secret);
	assert_memory_equal(&secret, &nothing, sizeof nothing);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_secrets),
	};
	return cmocka_run_group_tests_name("hmac", tests, NULL, NULL);
}
