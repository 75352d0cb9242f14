/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of explanations: how wide text is, and where it is cut.
 */
#include "unit.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "decide/explain.h"

static void width_of_characters(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} rows[] = {
		{"", 0},
		{"abc", 3},
		{"\xc3\xa9", 1},                 /* é */
		{"e\xcc\x81", 1},                /* e and a combining acute */
		{"\xe6\x97\xa5\xe6\x9c\xac", 4}, /* 日本 */
		{"\xed\x95\x9c", 2},             /* 한 */
		{"\xf0\x9f\x98\x80", 2},         /* a smiley */
		{"\xe2\x94\x9c\xe2\x94\x80", 2}, /* ├─ */
		{"\xef\xbc\xa1", 2},             /* full-width A */
		{"\xff\xfe", 2},                 /* not UTF-8 */
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(utf8_width(str_from(rows[i].text)) == rows[i].width, i);
}

static void cut_lines(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", "- \n"},
		{"short", "- short\n"},
		{"one two three four", "- one two\n  three four\n"},
		{"aaaaaaaaaaaaaaaaaaaaaaa", "- aaaaaaaaaaaa\n  aaaaaaaaaaa\n"},
		/* a long word fills the line that a short one has begun */
		{"a bbbbbbbbbbbbbbbbbbb", "- a bbbbbbbbbb\n  bbbbbbbbb\n"},
		{"\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5",
		 "- \xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\n"
		 "  \xe6\x97\xa5\n"},
		/* a wide character does not stick out by half of it */
		{"a\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5",
		 "- a\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\n  \xe6\x97\xa5\n"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf CLEANUP_BUF out;
		buf_init(&out, KiB(4));
		explain_wrap(&out, str_from(rows[i].text), "- ", "  ", 14);
		if (strcmp(out.p, rows[i].expected) != 0)
			print_error("got:\n%s", out.p);
		assert_row(strcmp(out.p, rows[i].expected) == 0, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(width_of_characters),
		cmocka_unit_test(cut_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
