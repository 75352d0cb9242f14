/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "crypto/digest.h"

/* FIPS 180-4 examples (NIST CSRC), and lengths around the block size. */
static const struct {
	const char *text;
	size_t repeat;
	const char *hex;
} rows[] = {
	{"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	{"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
	{"a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
	{"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
};

static void test_known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sha256 sha;
		uint8_t digest[SHA256_BYTES];
		char hex[SHA256_HEX];
		sha256_init(&sha);
		for (size_t k = 0; k < rows[i].repeat; k++)
			sha256_add(&sha, str_from(rows[i].text));
		sha256_finish(&sha, digest);
		digest_hex(digest, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void test_one_shot(void **state)
{
	(void)state;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX], name[SHA256_NAMED];
	sha256(str_make(NULL, 0), digest);
	digest_hex(digest, hex);
	assert_string_equal(hex, rows[0].hex);
	sha256_named(STR("abc"), name);
	assert_string_equal(
		name, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_state_is_wiped(void **state)
{
	static const struct sha256 zero;
	(void)state;
	struct sha256 sha = zero;
	uint8_t digest[SHA256_BYTES];
	sha256_init(&sha);
	sha256_add(&sha, STR("secret"));
	assert_memory_not_equal(&sha, &zero, sizeof zero);
	sha256_finish(&sha, digest);
	assert_memory_equal(&sha, &zero, sizeof zero);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_one_shot),
		cmocka_unit_test(test_state_is_wiped),
	};
	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
