/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/arena.h"
#include "base/limits.h"

static bool is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void test_alignment_and_zeroes(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(8));
	for (size_t size = 0; size < 300; size++) {
		char *p = arena_alloc(&arena, size);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_true(is_zero(p, size));
		memset(p, 0xff, size);
	}
	/* What was used before a reset is zero again behind it. */
	arena_reset(&arena);
	assert_true(is_zero(arena_alloc(&arena, KiB(32)), KiB(32)));
	arena_release(&arena);
}

static void test_size_zero_is_unique(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, KiB(64));
	assert_ptr_not_equal(arena_alloc(&arena, 0), arena_alloc(&arena, 0));
	assert_ptr_not_equal(arena_array(&arena, 0, 8), arena_array(&arena, 8, 0));
	arena_release(&arena);
}

static void test_maximum(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(2));
	assert_null(arena_alloc(&arena, MiB(2) + 1));
	assert_null(arena_take(&arena, SIZE_MAX));
	assert_null(arena_take(&arena, SIZE_MAX - 20));
	assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
	assert_int_equal(arena.total, 0);
	/* The gap that AddressSanitizer builds leave behind an allocation counts. */
	assert_non_null(arena_alloc(&arena, MiB(2) - 16));
	assert_null(arena_alloc(&arena, 32));
	assert_true(arena.total <= MiB(2));
	arena_release(&arena);
	assert_int_equal(arena.total, 0);
}

static void test_small_steps_stay_under_the_maximum(void **state)
{
	struct arena arena;
	size_t taken = 0;
	(void)state;
	arena_init(&arena, KiB(500));
	while (arena_alloc(&arena, 1000))
		taken += 1000;
	assert_true(arena.total <= KiB(500));
	/* Blocks do not waste more than their last allocation. */
	assert_true(taken > KiB(450));
	arena_release(&arena);
}

static void test_full_jumps(void **state)
{
	struct arena arena;
	volatile size_t n = 0;
	(void)state;
	arena_init(&arena, KiB(256));
	if (setjmp(arena.on_full) == 0) {
		arena.armed = true;
		for (;;) {
			assert_non_null(arena_alloc(&arena, 4096));
			n++;
		}
	}
	assert_in_range(n, 48, 64);
	arena_release(&arena);
}

static void test_overflow_jumps(void **state)
{
	struct arena arena;
	volatile int jumps = 0;
	(void)state;
	arena_init(&arena, KiB(256));
	if (setjmp(arena.on_full))
		jumps++;
	arena.armed = true;
	if (jumps == 0)
		(void)arena_array(&arena, SIZE_MAX / 8 + 1, 8);
	if (jumps == 1)
		(void)arena_join(&arena, str_make("", SIZE_MAX / 2), STR(""));
	assert_int_equal(jumps, 2);
	arena_release(&arena);
}

static void test_reset_keeps_one_block(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(64));
	for (int i = 0; i < 1000; i++)
		assert_non_null(arena_alloc(&arena, 10000));
	assert_true(arena.total > MiB(8));
	arena_reset(&arena);
	assert_int_equal(arena.total, KiB(512));
	void *first = arena_alloc(&arena, 100);
	arena_reset(&arena);
	assert_ptr_equal(arena_alloc(&arena, 100), first);
	arena_release(&arena);
	arena_reset(&arena);
	assert_non_null(arena_alloc(&arena, 1));
	arena_release(&arena);
}

static void test_push(void **state)
{
	struct arena arena;
	struct {
		int *items;
		size_t n, cap;
	} list = {NULL, 0, 0};
	(void)state;
	arena_init(&arena, MiB(1));
	for (int i = 0; i < 1000; i++)
		ARENA_PUSH(&arena, list.items, list.n, list.cap) = i;
	assert_int_equal(list.n, 1000);
	assert_int_equal(list.cap, 1024);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list.items[i], i);
	arena_release(&arena);
}

static void test_text(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(1));
	struct str joined = arena_join3(&arena, str_make("a\0", 2), str_make(NULL, 0), STR("b"));
	assert_int_equal(joined.n, 3);
	assert_memory_equal(joined.p, "a\0b", 4);
	struct str copy = arena_str(&arena, str_make(NULL, 0));
	assert_int_equal(copy.n, 0);
	assert_int_equal(copy.p[0], '\0');
	assert_str(arena_join(&arena, STR("x"), STR("y")), "xy");
	assert_str(arena_printf(&arena, "%d%%", 42), "42%");
	arena_release(&arena);
}

static void test_printf_is_cut(void **state)
{
	static char wide[KiB(64) + 2];
	struct arena arena;
	(void)state;
	memset(wide, 'x', sizeof wide - 1);
	arena_init(&arena, MiB(1));
	struct str whole = arena_printf(&arena, "%.*s", (int)KiB(64), wide);
	struct str cut = arena_printf(&arena, "%s", wide);
	assert_int_equal(whole.n, KiB(64));
	assert_int_equal(cut.n, KiB(64));
	assert_int_equal(cut.p[cut.n], '\0');
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alignment_and_zeroes),
		cmocka_unit_test(test_size_zero_is_unique),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_small_steps_stay_under_the_maximum),
		cmocka_unit_test(test_full_jumps),
		cmocka_unit_test(test_overflow_jumps),
		cmocka_unit_test(test_reset_keeps_one_block),
		cmocka_unit_test(test_push),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_printf_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
