/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

#include "base/limits.h"
#include "json/pattern.h"

/* clang-format off */
static const struct {
	const char *pattern, *text;
	int matches;
} rows[] = {
	{"",                "",          1}, {"",               "x",         1},
	{"abc",             "xabcx",     1}, {"abc",            "xabx",      0},
	{"^abc$",           "abc",       1}, {"^abc$",          "abcd",      0},
	{"^abc$",           "abc\n",     0}, {"^",              "",          1},
	{"a|b|cd",          "xcdx",      1}, {"^(a|b|cd)$",     "c",         0},
	{"^(a|)$",          "",          1}, {"|x",             "",          1},
	{"^a*$",            "aaa",       1}, {"^a*$",           "aab",       0},
	{"^a+$",            "",          0}, {"^a?b$",          "aab",       0},
	{"^a{2}$",          "aa",        1}, {"^a{2}$",         "aaa",       0},
	{"^a{2,}$",         "aaaa",      1}, {"^a{2,}$",        "a",         0},
	{"^a{1,2}$",        "aa",        1}, {"^a{1,2}$",       "aaa",       0},
	{"^a{0}b$",         "b",         1}, {"^(ab){0,2}$",    "abab",      1},
	{"^a*?b+?c??$",     "aabbc",     1}, {"^(a*)*$",        "aaa",       1},
	{"^(a*)+b$",        "aaab",      1}, {"^(|a)+$",        "aaa",       1},
	{"^[a-c]+$",        "abc",       1}, {"^[a-c]+$",       "abd",       0},
	{"^[^a-c]$",        "d",         1}, {"^[^a-c]$",       "a",         0},
	{"[]",              "a",         0}, {"^[^]$",          "\n",        1},
	{"^[a-]+$",         "a-",        1}, {"^[-a]+$",        "-",         1},
	{"^[\\]\\\\]+$",    "]\\",       1}, {"^[\\b]$",        "\b",        1},
	{"^[\\d_]+$",       "1_",        1}, {"^[^\\d]$",       "1",         0},
	{"^[\\D]$",         "1",         0}, {"^[\\s\\S]$",     "\n",        1},
	{"^.$",             "\n",        0}, {"^.$",            "\xe2\x80\xa8", 0},
	{"^.$",             "\xc3\xa4",  1}, {"^..$",           "\xf0\x9f\x90\xb2", 0},
	{"^\\d\\D$",        "1a",        1}, {"^\\d$",          "\xd9\xa1",  0},
	{"^\\w\\W$",        "_-",        1}, {"^\\w$",          "\xc3\xa4",  0},
	{"^\\s\\S$",        "\xc2\xa0x", 1}, {"^\\s$",          "\xef\xbb\xbf", 1},
	{"^\\t\\n\\r\\f\\v$", "\t\n\r\f\v", 1}, {"^\\x41\\u0042\\u{43}$", "ABC", 1},
	{"^\\ud83d\\udc32$", "\xf0\x9f\x90\xb2", 1}, {"^\\u{1f432}$", "\xf0\x9f\x90\xb2", 1},
	{"^\xf0\x9f\x90\xb2*$", "\xf0\x9f\x90\xb2\xf0\x9f\x90\xb2", 1}, {"^[\xf0\x9f\x90\xb0-\xf0\x9f\x90\xbf]$", "\xf0\x9f\x90\xb2", 1},
	{"^\\cA$",          "\x01",      1}, {"^\\.\\*\\/\\-$", ".*/-",      1},
	{"\\bfoo\\b",       "a foo b",   1}, {"\\bfoo\\b",      "afoo",      0},
	{"\\Boo",           "foo",       1}, {"\\Bfoo",         "foo",       0},
	{"(?:ab)+$",        "xabab",     1}, {"^(a(b(c)))$",    "abc",       1},
	{"a^b",             "a^b",       0}, {"x*",             "",          1},
};

static const char *const refused[] = {
	"(", ")", "(a", "a)", "[", "[a", "[b-a]", "[a-\\d]", "[\\d-z]", "*", "+a", "?", "a**", "a{", "a{1", "a{,2}", "a{2,1}", "{",
	"}", "]", "\\", "\\1", "\\k", "\\p{L}", "\\P{L}", "\\q", "\\u12", "\\u{}", "\\u{110000}", "\\ud800", "\\xg1", "\\c1",
	"\\01", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?<n>a)", "(?i)a", "^*", "$+", "\\b?", "\xff", "a{99999999999}",
};
/* clang-format on */

/* 1, 0, or the negative code of what went wrong. */
static int match_within(const char *source, struct str text, size_t work, struct cavra_error *error)
{
	struct arena arena;
	struct pattern *pattern;
	arena_init(&arena, MiB(16));
	if (setjmp(arena.on_full)) {
		arena_release(&arena);
		return CAVRA_ERR_MEMORY;
	}
	arena.armed = true;
	int result = pattern_compile(&arena, str_from(source), &pattern, error);
	if (result == 0)
		result = pattern_matches(pattern, text, &work);
	arena_release(&arena);
	return result;
}

static int match(const char *source, const char *text, struct cavra_error *error)
{
	return match_within(source, str_from(text), LIMIT_SCHEMA_WORK, error);
}

static void test_matches(void **state)
{
	struct cavra_error error;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int got = match(rows[i].pattern, rows[i].text, &error);
		if (got != rows[i].matches)
			print_error("%s on %s: %d\n", rows[i].pattern, rows[i].text, got);
		assert_row(got == rows[i].matches, i);
	}
}

static void test_refused(void **state)
{
	struct cavra_error error;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		int got = match(refused[i], "", &error);
		if (got != CAVRA_ERR_INPUT)
			print_error("%s: %d\n", refused[i], got);
		assert_row(got == CAVRA_ERR_INPUT, i);
	}
}

static void test_caps(void **state)
{
	struct cavra_error error;
	char source[LIMIT_PATTERN_BYTES + 2];
	(void)state;
	memset(source, 'a', sizeof source);
	source[LIMIT_PATTERN_BYTES] = '\0';
	assert_int_equal(match(source, "", &error), 0);
	source[LIMIT_PATTERN_BYTES] = 'a';
	source[LIMIT_PATTERN_BYTES + 1] = '\0';
	assert_int_equal(match(source, "", &error), CAVRA_ERR_LIMIT);
	/* An instruction for each letter, and a few around them. */
	int most = LIMIT_PATTERN_STATES - 10, code;
	do {
		(void)snprintf(source, sizeof source, "a{%d}", ++most);
		code = match(source, "", &error);
	} while (code == 0);
	assert_int_equal(code, CAVRA_ERR_LIMIT);
	assert_in_range(most, LIMIT_PATTERN_STATES - 9, LIMIT_PATTERN_STATES + 1);
	/* Neither may take long. */
	assert_int_equal(match("(((a{100}){100}){100}){100}", "", &error), CAVRA_ERR_LIMIT);
	assert_int_equal(match("((((){9999}){9999}){9999}){9999}", "", &error), CAVRA_ERR_LIMIT);
	memset(source, '(', 100);
	source[100] = '\0';
	assert_int_equal(match(source, "", &error), CAVRA_ERR_INPUT);
}

/* What takes a backtracking matcher for ever takes us a step per state and character. */
static void test_linear(void **state)
{
	struct cavra_error error;
	char text[4000];
	(void)state;
	memset(text, 'a', sizeof text);
	struct str long_text = str_make(text, sizeof text);
	assert_int_equal(match_within("^(a+)+$", long_text, 40 * sizeof text, &error), 1);
	assert_int_equal(match_within("^(a|aa|a*)*b", long_text, 60 * sizeof text, &error), 0);
	assert_int_equal(match_within("^(a+)+$", long_text, sizeof text, &error), CAVRA_ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
