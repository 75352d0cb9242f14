/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "decide/explain.h"
#include "decide/visible.h"

static void test_visible(void **state)
{
	static const struct {
		struct str text;
		unsigned flags;
		const char *shown;
	} rows[] = {
		{STR_INIT("plain text"), 0, "plain text"},
		{STR_INIT(""), 0, ""},
		{STR_INIT("a\nb\tc\rd"), 0, "a\\nb\\tc\\rd"},
		{STR_INIT("a\nb"), VISIBLE_KEEP_NEWLINES, "a\nb"},
		{STR_INIT("\x1b[2J\x07\x7f"), 0, "\\x1b[2J\\x07\\x7f"},
		{STR_INIT("a\0b"), 0, "a\\x00b"},
		/* NOLINTNEXTLINE(misc-misleading-bidirectional): this is what it is about */
		{STR_INIT("\xe2\x80\xaetxt"), 0, "\\u{202e}txt"},
		{STR_INIT("a\xe2\x80\x8b"
			  "b\xef\xbb\xbf"),
		 0, "a\\u{200b}b\\u{feff}"},
		{STR_INIT("\xc2\x85\xc2\xa0\xc2\xad"), 0, "\\u{0085}\\u{00a0}\\u{00ad}"},
		{STR_INIT("\xf3\xa0\x80\xa1"), 0, "\\u{e0021}"},
		{STR_INIT("Gr\xc3\xbc\xc3\x9f"
			  "e \xe6\xbc\xa2"),
		 0,
		 "Gr\xc3\xbc\xc3\x9f"
		 "e \xe6\xbc\xa2"},
		{STR_INIT("\xff\xc3(\xe2\x80"), 0, "\\xff\\xc3(\\xe2\\x80"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf CLEANUP_BUF out;
		buf_init(&out, 1024);
		visible_add(&out, rows[i].text, rows[i].flags);
		assert_row(str_is(buf_str(&out), rows[i].shown), i);
	}
}

static void test_wrap(void **state)
{
	static const struct {
		const char *text;
		size_t width;
		const char *lines;
	} rows[] = {
		{"", 20, "> \n"},
		{"one two", 20, "> one two\n"},
		{"one two three four five", 14, "> one two\n. three four\n. five\n"},
		{"0123456789abcdefghij", 14, "> 0123456789ab\n. cdefghij\n"},
		{"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6 x",
		 14,
		 "> \xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\n. x\n"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf CLEANUP_BUF out;
		buf_init(&out, 1024);
		explain_wrap(&out, str_from(rows[i].text), "> ", ". ", rows[i].width);
		assert_row(str_is(buf_str(&out), rows[i].lines), i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visible),
		cmocka_unit_test(test_wrap),
	};
	return cmocka_run_group_tests_name("visible", tests, NULL, NULL);
}
