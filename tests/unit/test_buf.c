/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "base/buf.h"

static void test_empty(void **state)
{
	struct buf buf;
	(void)state;
	buf_init(&buf, 0);
	assert_string_equal(buf.p, "");
	buf_add(&buf, str_make(NULL, 0));
	assert_false(buf.failed);
	char *text = buf_take(&buf);
	assert_string_equal(text, "");
	free(text);
	buf_add_char(&buf, 'x');
	assert_true(buf.failed);
	assert_null(buf_take(&buf));
	buf_release(&buf);
}

static void test_cap(void **state)
{
	CLEANUP_BUF struct buf buf;
	(void)state;
	buf_init(&buf, 5);
	buf_add(&buf, STR("abc"));
	buf_add(&buf, STR("de"));
	assert_false(buf.failed);
	assert_str(buf_str(&buf), "abcde");
	buf_add_char(&buf, 'f');
	assert_true(buf.failed);
	assert_str(buf_str(&buf), "abcde");
}

static void test_failure_sticks(void **state)
{
	CLEANUP_BUF struct buf buf;
	(void)state;
	buf_init(&buf, 5);
	buf_add(&buf, STR("abc"));
	buf_add_format(&buf, "%d", 1234);
	assert_true(buf.failed);
	/* It would fit, but text with a hole is worse than none. */
	buf_add(&buf, STR("x"));
	buf_add_c(&buf, "y");
	buf_add_format(&buf, "z");
	assert_str(buf_str(&buf), "abc");
	assert_null(buf_take(&buf));
	buf_clear(&buf);
	buf_add(&buf, STR("again"));
	assert_false(buf.failed);
	assert_string_equal(buf.p, "again");
}

static void test_format(void **state)
{
	CLEANUP_BUF struct buf buf;
	(void)state;
	buf_init(&buf, 1000);
	buf_add_format(&buf, "%s-%03d", "a", 7);
	assert_str(buf_str(&buf), "a-007");
	buf_clear(&buf);
	buf_add_format(&buf, "%0999d", 1);
	assert_int_equal(buf.n, 999);
	buf_add_format(&buf, "%c", 'x');
	assert_false(buf.failed);
	buf_add_format(&buf, "%c", 'x');
	assert_true(buf.failed);
	assert_int_equal(buf.n, 1000);
}

static void test_growth(void **state)
{
	CLEANUP_BUF struct buf buf;
	(void)state;
	buf_init(&buf, SIZE_MAX);
	for (int i = 0; i < 100000; i++) {
		buf_add_char(&buf, (char)('a' + i % 26));
		assert_int_equal(buf.p[buf.n], '\0');
	}
	assert_int_equal(buf.n, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buf.p[i], 'a' + i % 26);
	/* No size on earth makes room for this; it must not wrap around either. */
	buf_add(&buf, str_make("", SIZE_MAX - 10));
	assert_true(buf.failed);
}

static void test_take_and_reuse(void **state)
{
	struct buf buf;
	(void)state;
	buf_init(&buf, 10);
	buf_add(&buf, str_make("a\0b", 3));
	char *text = buf_take(&buf);
	assert_memory_equal(text, "a\0b", 4);
	assert_int_equal(buf.n, 0);
	assert_string_equal(buf.p, "");
	free(text);
	buf_add(&buf, STR("next"));
	assert_str(buf_str(&buf), "next");
	buf_release(&buf);
	buf_release(&buf);
}

static void test_json_string(void **state)
{
	static const struct {
		struct str text;
		const char *json;
	} rows[] = {
		{STR_INIT(""), "\"\""},
		{STR_INIT("plain /text\x7f"), "\"plain /text\x7f\""},
		{STR_INIT("\"\\"), "\"\\\"\\\\\""},
		{STR_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
		{STR_INIT("\x00\x01\x1f"), "\"\\u0000\\u0001\\u001f\""},
		{STR_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
		 "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
		/* Not UTF-8: lone continuation, overlong, surrogate, past U+10FFFF, cut short. */
		{STR_INIT("\x80"), "\"\xef\xbf\xbd\""},
		{STR_INIT("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{STR_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{STR_INIT("\xf4\x90\x80\x80"),
		 "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{STR_INIT("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{STR_INIT("a\xff\"b"), "\"a\xef\xbf\xbd\\\"b\""},
		{STR_INIT("\xc3\""), "\"\xef\xbf\xbd\\\"\""},
	};
	CLEANUP_BUF struct buf buf;
	(void)state;
	buf_init(&buf, 100);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		buf_clear(&buf);
		buf_add_json_string(&buf, rows[i].text);
		assert_str(buf_str(&buf), rows[i].json);
	}
	assert_false(buf.failed);
}

static void test_json_string_cap(void **state)
{
	struct buf buf;
	(void)state;
	for (size_t max = 0; max < 6; max++) {
		buf_init(&buf, max);
		buf_add_json_string(&buf, STR("a\nb"));
		assert_true(buf.failed == (max < 6));
		buf_release(&buf);
	}
	buf_init(&buf, 6);
	buf_add_json_string(&buf, STR("a\nb"));
	assert_false(buf.failed);
	buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),          cmocka_unit_test(test_cap),
		cmocka_unit_test(test_failure_sticks), cmocka_unit_test(test_format),
		cmocka_unit_test(test_growth),         cmocka_unit_test(test_take_and_reuse),
		cmocka_unit_test(test_json_string),    cmocka_unit_test(test_json_string_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
