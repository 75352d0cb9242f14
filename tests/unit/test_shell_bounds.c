/* SPDX-License-Identifier: Apache-2.0
 *
 * Time and memory of shell analysis on hostile texts: as long as may be analysed, made of what nests or
 * repeats. Time must grow with the text and not faster.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "shell/shell.h"

static const char *const pieces[] = {
	"$(",          "{",         ";",           "\"",
	"'",           "`",         "(",           "<<A\n",
	"${",          "$((",       "a|",          "case x in ",
	"[[ ",         "f(){ ",     "if ",         "a ",
	"$x",          "x=$x;",     "\\",          "\n",
	"a;",          "{a,b}",     "$'",          "<(",
	"a[",          "${x:-",     "x=(",         "a&&",
	"!",           "*",         "while ",      "for x in a;do ",
	"eval ",       "a<<A;",     "\\\n",        "#",
	"a() ",        "~",         "=",           "@(",
	"\"$(",        "\"`",       "x=y ",        "$[",
	"((",          "[[ a =~ (", "coproc ",     "time ",
	"a=b;",        "${x[",      "\xc3\xa9",    "\r\n",
	"<",           "$\"",       "a>b ",        "x+=x;",
	"set -- a;",   "cd a;",     "f(){ f;};f;", "echo a|",
	"x=$(echo a;", "${x/",      "trap a 0;",   "alias a=a;",
	"shift;",      "(a)&",      "a\"b\"'c'",   "f(){ a;};",
	"\\`",         "}",
};

static double cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Fills the text with the piece; the rest that does not fit stays blank. */
static void repeat(char *text, size_t size, const char *piece)
{
	size_t n = strlen(piece);
	memset(text, ' ', size);
	for (size_t at = 0; at + n <= size; at += n)
		memcpy(text + at, piece, n);
}

/* The best of a few, since the machine does other things as well. A full arena ends the analysis early, which
 * is fine here: the caller fails closed.
 */
static double time_of(const char *text, size_t size)
{
	volatile double best = 1e9;
	for (volatile int round = 0; round < 3; round++) {
		struct shell_env env = {.cwd = STR("/repo"),
					.home = STR("/root"),
					.name = value_any(),
					.literal_spans = true};
		struct shell_budget budget = {.work = LIMIT_SHELL_WORK};
		struct shell_result result;
		struct arena arena;
		arena_init(&arena, LIMIT_DECISION_MEMORY);
		double before = cpu_seconds();
		if (!setjmp(arena.on_full)) {
			arena.armed = true;
			shell_analyse(&arena, str_make(text, size), &env, &budget, &result);
		}
		double took = cpu_seconds() - before;
		best = took < best ? took : best;
		arena_release(&arena);
		if (best > 2)
			break;
	}
	return best;
}

/* By valgrind or a sanitizer: then time says nothing, and shorter texts show the same errors. */
static bool is_watched(void)
{
#if defined(__SANITIZE_THREAD__)
	return true;
#else
	return getenv("CAVRA_TESTS_WATCHED") != NULL;
#endif
}

static void test_time_is_linear(void **state)
{
	const size_t whole_size = LIMIT_COMMAND_BYTES / (is_watched() ? 8 : 1);
	static const double small = 0.05; /* too short to be measured */
	char *text = malloc(whole_size);
	unsigned wrong = 0;
	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		repeat(text, whole_size / 2, pieces[i]);
		double half = time_of(text, whole_size / 2);
		repeat(text, whole_size, pieces[i]);
		double whole = time_of(text, whole_size);
		if (!is_watched() && (whole > 1 || whole > 3 * (half > small ? half : small))) {
			print_error("\"%s\": %.3f s for a half, %.3f s for the whole\n", pieces[i],
				    half, whole);
			wrong++;
		}
	}
	free(text);
	assert_int_equal(wrong, 0);
}

static void test_cap(void **state)
{
	char *text = malloc(LIMIT_COMMAND_BYTES + 1);
	(void)state;
	assert_non_null(text);
	memset(text, 'a', LIMIT_COMMAND_BYTES + 1);
	for (size_t more = 0; more < 2; more++) {
		struct shell_env env = {.name = value_any(), .literal_spans = true};
		struct shell_budget budget = {.work = LIMIT_SHELL_WORK};
		struct shell_result result;
		struct arena arena;
		arena_init(&arena, LIMIT_DECISION_MEMORY);
		if (setjmp(arena.on_full))
			fail_msg("arena full");
		arena.armed = true;
		shell_analyse(&arena, str_make(text, LIMIT_COMMAND_BYTES + more), &env, &budget,
			      &result);
		assert_int_equal(result.opaque, more);
		assert_int_equal(result.n, 1);
		arena_release(&arena);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_is_linear),
		cmocka_unit_test(test_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
