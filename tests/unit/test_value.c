/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/limits.h"
#include "base/value.h"

#define TEXT(lit)                             \
	{                                     \
		SEG_TEXT, STR_INIT(lit), NULL \
	}
#define GLOB(lit)                             \
	{                                     \
		SEG_GLOB, STR_INIT(lit), NULL \
	}
#define ANY                            \
	{                              \
		SEG_ANY, {"", 0}, NULL \
	}
#define NUMBER                            \
	{                                 \
		SEG_NUMBER, {"", 0}, NULL \
	}

struct example {
	size_t n;
	struct seg seg[6];
	const char *text;
	bool covers;
};

/* clang-format off */
static const struct example examples[] = {
	{0, {},                                          "",           true},
	{0, {},                                          "a",          false},
	{2, {TEXT("ab"), TEXT("cd")},                    "abcd",       true},
	{2, {TEXT("ab"), TEXT("cd")},                    "abcde",      false},
	{2, {TEXT("ab"), TEXT("")},                      "ab",         true},
	{1, {ANY},                                       "",           true},
	{1, {ANY},                                       "a/b",        true},
	{3, {TEXT("a"), ANY, TEXT("b")},                 "ab",         true},
	{3, {TEXT("a"), ANY, TEXT("b")},                 "axbxb",      true},
	{3, {TEXT("a"), ANY, TEXT("b")},                 "axbx",       false},
	{3, {TEXT("a"), ANY, TEXT("b")},                 "a",          false},
	{3, {ANY, TEXT("x"), ANY},                       "abc",        false},
	{3, {ANY, TEXT("x"), ANY},                       "axc",        true},
	{1, {NUMBER},                                    "",           false},
	{1, {NUMBER},                                    "-",          false},
	{1, {NUMBER},                                    "0",          true},
	{1, {NUMBER},                                    "-12",        true},
	{1, {NUMBER},                                    "--12",       false},
	{1, {NUMBER},                                    "+1",         false},
	{1, {NUMBER},                                    "1a",         false},
	{2, {NUMBER, TEXT("34")},                        "1234",       true},
	{2, {NUMBER, TEXT("34")},                        "34",         false},
	{2, {NUMBER, NUMBER},                            "12",         true},
	{2, {NUMBER, NUMBER},                            "1",          false},
	{2, {NUMBER, NUMBER},                            "1-2",        true},
	{3, {TEXT("/"), GLOB("*"), TEXT(".env")},        "/x.env",     true},
	{3, {TEXT("/"), GLOB("*"), TEXT(".env")},        "/*.env",     true},
	{3, {TEXT("/"), GLOB("*"), TEXT(".env")},        "/a/x.env",   false},
	{2, {GLOB("?"), TEXT("b")},                      "ab",         true},
	{2, {GLOB("?"), TEXT("b")},                      "?b",         true},
	{2, {GLOB("?"), TEXT("b")},                      "/b",         false},
	{2, {GLOB("?"), TEXT("b")},                      "b",          false},
	{1, {GLOB("[ab]")},                              "[ab]",       true},
	{1, {GLOB("[ab]")},                              "c",          false},
	{1, {GLOB("@(a/b|c)")},                          "@(a/b|c)",   true},
	{1, {GLOB("@(a/b|c)")},                          "a/b",        false},
	{2, {GLOB("*"), GLOB("*")},                      "",           true},
	{4, {GLOB("*"), TEXT("/"), GLOB("*"), TEXT("c")}, "ab/xc",     true},
	{4, {GLOB("*"), TEXT("/"), GLOB("*"), TEXT("c")}, "ab/x/c",    false},
};
/* clang-format on */

static void test_covers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		struct value v = {examples[i].seg, examples[i].n};
		assert_row(value_covers(v, str_from(examples[i].text)) == examples[i].covers, i);
	}
}

static void test_covers_is_bounded(void **state)
{
	enum { SEGMENTS = 100000 };
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(16));
	struct seg *seg = ARENA_ARRAY(&arena, SEGMENTS, struct seg);
	char *text = arena_alloc(&arena, SEGMENTS);
	memset(text, 'a', SEGMENTS);

	/* Known text is exact, however many segments it has. */
	for (size_t i = 0; i < SEGMENTS; i++)
		seg[i] = (struct seg){SEG_TEXT, STR("a"), NULL};
	struct value v = {seg, SEGMENTS};
	assert_true(value_covers(v, str_make(text, SEGMENTS)));
	assert_false(value_covers(v, str_make(text, SEGMENTS - 1)));
	seg[SEGMENTS - 1].text = STR("b");
	assert_false(value_covers(v, str_make(text, SEGMENTS)));

	/* A search that would take for ever ends with "may be", unless the end already tells. */
	for (size_t i = 0; i < SEGMENTS; i += 2)
		seg[i] = (struct seg){SEG_ANY, STR(""), NULL};
	assert_false(value_covers(v, str_make(text, SEGMENTS)));
	seg[SEGMENTS - 3].text = STR("b");
	seg[SEGMENTS - 1].text = STR("a");
	assert_true(value_covers(v, str_make(text, SEGMENTS)));
	for (size_t i = 0; i < SEGMENTS; i++)
		seg[i] = (struct seg){SEG_GLOB, STR("*"), NULL};
	assert_true(value_covers(v, str_make(text, SEGMENTS)));
	arena_release(&arena);
}

static void test_text(void **state)
{
	static const struct seg seg[] = {TEXT("ab"), TEXT("c"), ANY,
					 TEXT("d"),  NUMBER,    GLOB("[x]")};
	struct arena arena;
	struct value v = {seg, ARRAY_SIZE(seg)}, known = {seg, 2}, one = {seg, 1}, none = {NULL, 0};
	(void)state;
	arena_init(&arena, KiB(64));
	assert_true(value_is_known(none) && value_is_known(known) && !value_is_known(v));
	assert_str(value_text(&arena, none), "");
	assert_str(value_text(&arena, known), "abc");
	assert_str(value_known_prefix(&arena, v), "abc");
	assert_ptr_equal(value_text(&arena, one).p, seg[0].text.p);
	assert_str(value_known_prefix(&arena, (struct value){seg + 2, 2}), "");
	assert_str(value_show(&arena, none), "");
	assert_str(value_show(&arena, v), "abc\xc2\xab?\xc2\xbb"
					  "d\xc2\xabnumber\xc2\xbb[x]");
	arena_release(&arena);
}

static void test_words(void **state)
{
	static const struct seg seg[] = {TEXT("a"), ANY};
	struct word word = {.value = {seg, 1}};
	(void)state;
	assert_true(word_is_known(&word));
	word.many = true;
	assert_false(word_is_known(&word));
	word = (struct word){.value = {seg, 2}};
	assert_false(word_is_known(&word));
}

static void test_concat(void **state)
{
	struct arena arena;
	struct value none = {NULL, 0};
	(void)state;
	arena_init(&arena, KiB(64));
	struct value a = value_from(&arena, STR("a")), any = value_any();
	assert_int_equal(value_from(&arena, STR("")).n, 0);
	assert_int_equal(value_concat(&arena, none, none).n, 0);
	assert_true(value_eq(value_concat(&arena, a, none), a));
	assert_true(value_eq(value_concat(&arena, none, a), a));
	struct value both = value_concat(&arena, a, any);
	assert_int_equal(both.n, 2);
	assert_str(value_show(&arena, both), "a\xc2\xab?\xc2\xbb");
	arena_release(&arena);
}

static void test_eq(void **state)
{
	static const struct seg text[] = {TEXT("*")}, glob[] = {GLOB("*")},
				ab[] = {TEXT("a"), TEXT("b")};
	struct value t = {text, 1}, g = {glob, 1}, two = {ab, 2}, none = {NULL, 0};
	(void)state;
	assert_true(value_eq(none, none) && value_eq(t, t) && value_eq(two, two));
	assert_true(value_eq(value_any(), value_any()));
	assert_false(value_eq(t, g));
	assert_false(value_eq(t, none));
	assert_false(value_eq(two, t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covers), cmocka_unit_test(test_covers_is_bounded),
		cmocka_unit_test(test_text),   cmocka_unit_test(test_words),
		cmocka_unit_test(test_concat), cmocka_unit_test(test_eq),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
