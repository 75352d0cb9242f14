/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "agents/ignore.h"
#include "agents/search.h"

static void test_globs(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} rows[] = {
		{"a", "a", true},           {"a", "b", false},
		{"a", "a/b", false},        {"*", "a", true},
		{"*", "a/b", false},        {"*.c", "x.c", true},
		{"*.c", ".c", true},        {"*.c", "x.cc", false},
		{"a*b*c", "aXbYbZc", true}, {"a*b*c", "aXbYbZ", false},
		{"?", "a", true},           {"?", "", false},
		{"a/b", "a/b", true},       {"a/*", "a/b", true},
		{"a/*", "a/b/c", false},    {"**/b", "b", true},
		{"**/b", "a/c/b", true},    {"**/b", "ab", false},
		{"a/**", "a/b/c", true},    {"a/**", "a", false},
		{"a/**/b", "a/b", true},    {"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/xb", false},  {"**/a/**", "x/a/y", true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(ignore_glob(str_from(rows[i].pattern), str_from(rows[i].path)) ==
				   rows[i].matches,
			   i);
}

/* One file, one path: excluded, or kept, or anything kept because the file takes something back. */
static void test_lines(void **state)
{
	static const struct {
		const char *text, *path;
		bool directory, excluded;
	} rows[] = {
		{"x", "a/x", false, true},
		{"x", "a/xy", false, false},
		{"/x", "x", false, true},
		{"/x", "a/x", false, false},
		{"a/x", "a/x", false, true},
		{"a/x", "b/a/x", false, false},
		{"x/", "x", true, true},
		{"x/", "x", false, false},
		{"# x\n\n  \nx\r\n", "x", false, true},
		{"x  ", "x", false, true},
		{" x", "x", false, false},
		{"x\t", "x", false, false},
		{"[x]", "x", false, false},
		{"\\x", "x", false, false},
		{"a**b", "aXb", false, false},
		{"\xef\xbb\xbfx", "x", false, true},
		{"*.log\n!keep.log", "x.log", false, true},
	};
	struct ignore_file *file = test_malloc(sizeof *file);
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ignore_parse(file, str_from(rows[i].text), 0);
		assert_row(ignore_matches(file, str_from(rows[i].path), rows[i].directory) ==
				   rows[i].excluded,
			   i);
	}
	assert_true(file->takes_back);
	/* Patterns count from their own directory. */
	ignore_parse(file, STR("/x"), strlen("sub/"));
	assert_true(ignore_matches(file, STR("sub/x"), false));
	assert_false(ignore_matches(file, STR("sub/a/x"), false));
	test_free(file);
}

static void test_many_lines(void **state)
{
	enum { LINES = IGNORE_PATTERNS + 1 };
	struct ignore_file *file = test_malloc(sizeof *file);
	char *text = test_malloc(2 * LINES + 1);
	(void)state;
	for (size_t i = 0; i < LINES; i++)
		memcpy(text + 2 * i, "x\n", 2);
	ignore_parse(file, str_make(text, 2 * IGNORE_PATTERNS), 0);
	assert_int_equal(file->n, IGNORE_PATTERNS);
	assert_false(file->takes_back);
	ignore_parse(file, str_make(text, 2 * LINES), 0);
	assert_int_equal(file->n, IGNORE_PATTERNS);
	assert_true(file->takes_back);
	test_free(text);
	test_free(file);
}

static void test_selection(void **state)
{
	static const struct {
		const char *glob, *path;
		bool selects;
	} rows[] = {
		{"", "a/.env", true},
		{"*.ts", "a/b.ts", true},
		{"*.ts", "a/.env", false},
		{"*.{ts,tsx}", "b.tsx", true},
		{"*.{ts,tsx}", ".env", false},
		{"**/*.py", "a/b.py", true},
		{"**/*.py", ".env", false},
		{"!.env", "a/.env", false},
		{"!.env", "a/b", true},
		{"!*.{pem,key}", "k", true},
		{"!*.{pem,key}", "a.key", false},
		/* Not understood: everything. */
		{"*.ts *.env", ".env", true},
		{"*.ts,.env", ".env", true},
		{"src/*.ts", ".env", true},
		{"*.[t]s", ".env", true},
		{"{a,{b,c}}", ".env", true},
		{"-x", ".env", true},
		{"*.{ts", ".env", true},
		{"}{", ".env", true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(search_glob_selects(str_from(rows[i].glob), str_from(rows[i].path)) ==
				   rows[i].selects,
			   i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_selection),
	};
	return cmocka_run_group_tests_name("ignore", tests, NULL, NULL);
}
