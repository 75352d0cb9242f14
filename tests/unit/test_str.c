/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

static void test_equality(void **state)
{
	(void)state;
	assert_true(str_eq(STR(""), str_make(NULL, 0)));
	assert_true(str_eq(str_make("a\0b", 3), str_make("a\0b", 3)));
	assert_false(str_eq(str_make("a\0b", 3), str_make("a\0c", 3)));
	assert_false(str_eq(STR("a"), STR("ab")));
	assert_true(str_is(str_from(NULL), ""));
	assert_true(str_is(STR("x"), "x"));
	assert_false(str_is(str_make("x\0", 2), "x"));
	static const char *const names[] = {"a", "b", NULL, "c"};
	assert_true(str_is_one_of(STR("b"), names, 4));
	assert_false(str_is_one_of(STR("b"), names, 1));
	assert_false(str_is_one_of(STR("c"), names, 4));
	assert_true(str_eq_nocase(STR("Host"), STR("hOST")));
	assert_false(str_eq_nocase(STR("Host"), STR("Hosts")));
	/* The Kelvin sign and the like are no letters here, and '@' is not '`'. */
	assert_false(str_eq_nocase(STR("\xe2\x84\xaa"), STR("k")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
}

static void test_order(void **state)
{
	static const struct {
		struct str a, b;
		int order;
	} rows[] = {
		{STR_INIT(""), STR_INIT(""), 0},      {STR_INIT(""), STR_INIT("a"), -1},
		{STR_INIT("ab"), STR_INIT("a"), 1},   {STR_INIT("a"), STR_INIT("b"), -1},
		{STR_INIT("\xff"), STR_INIT("a"), 1}, {{NULL, 0}, {NULL, 0}, 0},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int order = str_compare(rows[i].a, rows[i].b);
		assert_row((order > 0) - (order < 0) == rows[i].order, i);
		order = str_compare(rows[i].b, rows[i].a);
		assert_row((order > 0) - (order < 0) == -rows[i].order, i);
	}
}

static void test_starts_and_ends(void **state)
{
	struct str none = {NULL, 0};
	(void)state;
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_false(str_ends(STR("bc"), STR("abc")));
	assert_false(str_ends(STR("abc"), STR("ab")));
	assert_true(str_starts(none, none) && str_ends(none, none));
	assert_true(str_starts(STR("a"), none) && str_ends(STR("a"), none));
}

static void test_parts(void **state)
{
	struct str none = {NULL, 0};
	(void)state;
	assert_str(str_from_at(STR("abc"), 0), "abc");
	assert_str(str_from_at(STR("abc"), 2), "c");
	assert_str(str_from_at(STR("abc"), 3), "");
	assert_str(str_from_at(STR("abc"), SIZE_MAX), "");
	assert_null(str_from_at(none, 0).p);
	assert_null(str_from_at(none, 5).p);
	assert_str(str_first(STR("abc"), 2), "ab");
	assert_str(str_first(STR("abc"), SIZE_MAX), "abc");
	assert_str(str_basename(STR("/usr/bin/env")), "env");
	assert_str(str_basename(STR("env")), "env");
	assert_str(str_basename(STR("dir/")), "");
	assert_str(str_basename(none), "");
}

static void test_find(void **state)
{
	(void)state;
	assert_int_equal(str_find_char(STR("abca"), 'a'), 0);
	assert_int_equal(str_find_last_char(STR("abca"), 'a'), 3);
	assert_true(str_find_char(STR("abc"), 'd') == STR_NPOS);
	assert_true(str_find_char(str_make(NULL, 0), 'd') == STR_NPOS);
	assert_true(str_find_last_char(str_make(NULL, 0), 'd') == STR_NPOS);
	assert_int_equal(str_find(STR("abcabd"), STR("abd")), 3);
	assert_int_equal(str_find(STR("abc"), STR("")), 0);
	assert_int_equal(str_find(str_make(NULL, 0), STR("")), 0);
	assert_true(str_find(STR("ab"), STR("abc")) == STR_NPOS);
	assert_int_equal(str_find(str_make("a\0b", 3), str_make("\0b", 2)), 1);
}

static void test_trim(void **state)
{
	(void)state;
	assert_str(str_trim(STR(" \t\r\n a b \n")), "a b");
	assert_str(str_trim(STR(" \n ")), "");
	assert_str(str_trim(str_make(NULL, 0)), "");
	/* A form feed is not white space to a shell, and neither is a no-break space. */
	assert_str(str_trim(STR("\fa\xc2\xa0")), "\fa\xc2\xa0");
}

static void test_split(void **state)
{
	struct str rest = STR("a::b:"), piece;
	(void)state;
	assert_true(str_split(&rest, ':', &piece));
	assert_str(piece, "a");
	assert_true(str_split(&rest, ':', &piece));
	assert_str(piece, "");
	assert_true(str_split(&rest, ':', &piece));
	assert_str(piece, "b");
	assert_true(str_split(&rest, ':', &piece));
	assert_str(piece, "");
	assert_false(str_split(&rest, ':', &piece));

	rest = STR("");
	assert_true(str_split(&rest, ':', &piece));
	assert_str(piece, "");
	assert_false(str_split(&rest, ':', &piece));
}

static void test_numbers(void **state)
{
	static const char *const bad[] = {
		"",
		" 1",
		"1 ",
		"+1",
		"-1",
		"0x1",
		"1e3",
		"18446744073709551616",
		"99999999999999999999999",
	};
	size_t number = 7;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_row(!str_to_size(str_from(bad[i]), &number) && number == 7, i);
	assert_true(str_to_size(STR("0"), &number) && number == 0);
	assert_true(str_to_size(STR("007"), &number) && number == 7);
	assert_true(str_to_size(STR("18446744073709551615"), &number) && number == SIZE_MAX);
}

static void test_hash(void **state)
{
	(void)state;
	/* Published FNV-1a vectors. */
	assert_true(str_hash(STR("")) == 0xcbf29ce484222325ULL);
	assert_true(str_hash(STR("a")) == 0xaf63dc4c8601ec8cULL);
	assert_true(str_hash(STR("foobar")) == 0x85944171f73967e8ULL);
}

static void test_ascii(void **state)
{
	size_t lower = 0, digits = 0, letters = 0, names = 0;
	(void)state;
	for (int c = -128; c < 128; c++) {
		lower += ascii_lower((char)c) != (char)c;
		digits += ascii_is_digit((char)c);
		letters += ascii_is_alpha((char)c);
		names += ascii_is_name((char)c);
	}
	assert_int_equal(lower, 26);
	assert_int_equal(digits, 10);
	assert_int_equal(letters, 52);
	assert_int_equal(names, 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equality),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_starts_and_ends),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
