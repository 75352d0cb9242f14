/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/glob.h"

static void test_brackets(void **state)
{
	/* clang-format off */
	static const struct {
		const char *bracket;
		const char *in, *out; /* characters that match and that do not */
		size_t length;
	} rows[] = {
		{"[abc]",        "abc",  "dA[]-", 5},
		{"[a-c]x",       "abc",  "dx-",   5},
		{"[!a-c]",       "dA-",  "abc",   6},
		{"[^a]",         "b^",   "a",     4},
		{"[a^]",         "a^",   "b",     4},
		{"[]a]",         "]a",   "b[",    4},
		{"[!]a]",        "b[",   "]a",    5},
		{"[a-]",         "a-",   "b",     4},
		{"[-a]",         "a-",   "b",     4},
		{"[c-a]",        "",     "abc-",  5},
		{"[a\\]b]",      "a]b",  "\\c",   6},
		{"[\\!a]",       "!a",   "\\b",   5},
		{"[a-\\c]",      "abc",  "\\d-",  6},
		{"[[]",          "[",    "]a",    3},
		{"[[:digit:]_]", "059_", "a:[]d", 12},
		{"[![:alpha:]]", "0_-",  "azAZ",  12},
		{"[[:upper:][:digit:]]", "A9", "a-", 20},
		{"[[:alpha]",    "[:alph", "]z",  9},
		/* Only the locale knows. */
		{"[[=e=]]",      "ex",   "",      7},
		{"[![=e=]]",     "ex",   "",      8},
		{"[[.hyphen.]]", "-x",   "",      12},
		{"[a-[.z.]]",    "amz0", "",      9},
		{"[![:nosuch:]]", "ax",  "",      13},
		{"[\xc3\xa9]",   "ax",   "",      4},
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str bracket = str_from(rows[i].bracket);
		size_t length;
		for (const char *c = rows[i].in; *c; c++) {
			assert_row(glob_bracket_matches(bracket, *c, &length), i);
			assert_row(length == rows[i].length, i);
		}
		for (const char *c = rows[i].out; *c; c++) {
			assert_row(!glob_bracket_matches(bracket, *c, &length), i);
			assert_row(length == rows[i].length, i);
		}
	}
}

static void test_sure_brackets(void **state)
{
	(void)state;
	assert_true(glob_bracket_is_sure(STR("[!a-c[:digit:]]"), 'a'));
	assert_false(glob_bracket_is_sure(STR("[a-c]"), '\xe9'));
	assert_false(glob_bracket_is_sure(STR("[\xc3\xa9]"), 'a'));
	assert_false(glob_bracket_is_sure(STR("[[=e=]]"), 'a'));
	assert_false(glob_bracket_is_sure(STR("[a"), 'a'));
}

static void test_not_brackets(void **state)
{
	static const char *const texts[] = {
		"[", "[]", "[!", "[!]", "[^]", "[a", "[a-", "[a\\]", "[\\", "[[:alpha:]", "[a-\\",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t length = 1;
		assert_row(!glob_bracket_matches(str_from(texts[i]), 'a', &length), i);
		assert_row(length == 0, i);
	}
}

static void test_elements(void **state)
{
	/* clang-format off */
	static const struct {
		const char *element, *text;
		bool matches;
	} rows[] = {
		{"*", "", true},      {"*", "anything", true},
		{"?", "", false},     {"?", "a", true},       {"?", "ab", false},
		{"?", "\xc3\xa9", true},                      {"?", "\xf0\x9f\x98\x80", true},
		{"[ab]", "a", true},  {"[ab]", "c", false},   {"[ab]", "", false},
		{"[ab]", "ab", false}, {"[ab]", "\xc3\xa9", true},
		{"[!ab]", "c", true}, {"[!ab]", "a", false},
		/* Not understood: may be anything. */
		{"[", "x", true},     {"[ab", "xyz", true},   {"[ab]c", "xyz", true},
		{"@(a|b)", "zzz", true}, {"?(a)", "zzz", true}, {"", "zzz", true},
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(glob_element_matches(str_from(rows[i].element),
						str_from(rows[i].text)) == rows[i].matches,
			   i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brackets),
		cmocka_unit_test(test_sure_brackets),
		cmocka_unit_test(test_not_brackets),
		cmocka_unit_test(test_elements),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
