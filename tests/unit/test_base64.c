/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/limits.h"
#include "crypto/base64.h"

/* RFC 4648 section 10, and bytes that need the last letters of the alphabet. */
static const struct {
	struct str bytes;
	const char *text;
} rows[] = {
	{STR_INIT(""), ""},
	{STR_INIT("f"), "Zg=="},
	{STR_INIT("fo"), "Zm8="},
	{STR_INIT("foo"), "Zm9v"},
	{STR_INIT("foob"), "Zm9vYg=="},
	{STR_INIT("fooba"), "Zm9vYmE="},
	{STR_INIT("foobar"), "Zm9vYmFy"},
	{STR_INIT("\xff\xef\xbe\x00"), "/+++AA=="},
};

static void test_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf CLEANUP_BUF out;
		uint8_t bytes[8];
		size_t n = 99;
		buf_init(&out, KiB(1));
		base64_encode(&out, rows[i].bytes);
		assert_str(buf_str(&out), rows[i].text);
		assert_row(base64_decode(str_from(rows[i].text), bytes, sizeof bytes, &n), i);
		assert_row(str_eq(str_make((char *)bytes, n), rows[i].bytes), i);
	}
}

static void test_every_other_spelling_is_refused(void **state)
{
	static const char *const wrong[] = {
		"Zg",      "Zg=",      "Zg===",    "Z===",   "====",  "=",    "==",   "Zh==",
		"Zm9=",    "Zm8=Zg==", "Zg==Zm8=", "Zm9v\n", " Zm9v", "Zm 9", "Zm9-", "Zm9_",
		"Zm\x80v", "Zg= =",    "Zm9v=",    "=m9v",   "Z=9v",  "Zm=v",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		uint8_t bytes[16];
		size_t n = 99;
		assert_row(!base64_decode(str_from(wrong[i]), bytes, sizeof bytes, &n), i);
		assert_row(n == 99, i);
	}
	uint8_t bytes[16];
	size_t n;
	assert_false(base64_decode(STR("Zm\0v"), bytes, sizeof bytes, &n));
}

static void test_either_alphabet(void **state)
{
	(void)state;
	uint8_t bytes[8];
	size_t n = 99;
	assert_true(base64_decode_either(STR("/+++AA=="), bytes, sizeof bytes, &n));
	assert_str(str_make((char *)bytes, 3), "\xff\xef\xbe");
	assert_true(base64_decode_either(STR("_---AA=="), bytes, sizeof bytes, &n));
	assert_str(str_make((char *)bytes, 3), "\xff\xef\xbe");
	assert_int_equal(n, 4);
	assert_false(base64_decode_either(STR("_+++AA=="), bytes, sizeof bytes, &n));
	assert_false(base64_decode_either(STR("_---AA"), bytes, sizeof bytes, &n));
}

static void test_room(void **state)
{
	uint8_t bytes[3];
	size_t n;
	(void)state;
	assert_true(base64_decode(STR("Zm9v"), bytes, 3, &n));
	assert_false(base64_decode(STR("Zm9v"), bytes, 2, &n));
	assert_true(base64_decode(STR("Zm8="), bytes, 2, &n));
	assert_false(base64_decode(STR("Zg=="), bytes, 0, &n));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_every_other_spelling_is_refused),
		cmocka_unit_test(test_either_alphabet),
		cmocka_unit_test(test_room),
	};
	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
