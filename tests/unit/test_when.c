/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <time.h>

#include "base/when.h"

#define SECOND 1000000

static const struct {
	const char *text;
	int64_t want;
} good[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01T00:00:00+00:00", 0},
	{"1970-01-01T00:00:00.000001+00:00", 1},
	{"1970-01-01T00:00:00.5Z", 500000},
	{"1970-01-01T00:00:00.123456789Z", 123456},
	{"1969-12-31T23:59:59Z", -1 * (int64_t)SECOND},
	{"2000-02-29T12:00:00Z", 951825600 * (int64_t)SECOND},
	{"2026-01-31T23:59:59Z", 1769903999 * (int64_t)SECOND},
	{"9999-12-31T23:59:59Z", 253402300799 * (int64_t)SECOND},
};

static const char *const bad[] = {
	"",
	"2026-01-31",
	"2026-01-31T23:59:59",
	"2026-01-31T23:59:59+01:00",
	"2026-01-31T23:59:59-00:00",
	"2026-01-31 23:59:59Z",
	"2026-01-31t23:59:59z",
	"2026-1-31T23:59:59Z",
	"2026-13-01T00:00:00Z",
	"2026-00-01T00:00:00Z",
	"2026-02-29T00:00:00Z",
	"1900-02-29T00:00:00Z",
	"2026-04-31T00:00:00Z",
	"2026-01-00T00:00:00Z",
	"2026-01-31T24:00:00Z",
	"2026-01-31T23:60:00Z",
	"2026-01-31T23:59:60Z",
	"2026-01-31T23:59:59.Z",
	"2026-01-31T23:59:59.1234567890Z",
	"2026-01-31T23:59:59Zx",
	"0000-01-01T00:00:00Z",
	"-026-01-31T23:59:59Z",
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		int64_t got = -7;
		if (!when_parse(str_from(good[i].text), &got) || got != good[i].want)
			print_error("%s: %lld\n", good[i].text, (long long)got);
		assert_int_equal(got, good[i].want);
	}
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		int64_t got = -7;
		if (when_parse(str_from(bad[i]), &got))
			print_error("%s: %lld\n", bad[i], (long long)got);
		assert_int_equal(got, -7);
	}
}

/* Every day of 500 years, as the C library counts them. */
static void test_days(void **state)
{
	(void)state;
	for (int64_t day = -100000; day < 100000; day++) {
		time_t seconds = (time_t)(day * 86400);
		struct tm utc;
		char text[40], formatted[WHEN_TEXT];
		int64_t got = -7;
		assert_non_null(gmtime_r(&seconds, &utc));
		assert_true(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0);
		assert_true(when_parse(str_from(text), &got));
		assert_int_equal(got, day * 86400 * SECOND);
		when_format(got + 7, formatted);
		assert_memory_equal(formatted, text, strlen("2026-01-31T23:59:59"));
		assert_true(when_parse(str_from(formatted), &got));
		assert_int_equal(got, day * 86400 * SECOND + 7);
	}
}

/* Where years begin. */
static void test_years(void **state)
{
	(void)state;
	for (int year = 1; year <= 9999; year++) {
		char text[WHEN_TEXT], formatted[WHEN_TEXT];
		int64_t when;
		(void)snprintf(text, sizeof text, "%04d-01-01T00:00:00.000000+00:00", year);
		assert_true(when_parse(str_from(text), &when));
		when_format(when, formatted);
		assert_string_equal(formatted, text);
		if (year == 1)
			continue;
		(void)snprintf(text, sizeof text, "%04d-12-31T23:59:59.999999+00:00", year - 1);
		when_format(when - 1, formatted);
		assert_string_equal(formatted, text);
	}
}

static void test_format(void **state)
{
	static const struct {
		int64_t when;
		const char *want;
	} rows[] = {
		{0, "1970-01-01T00:00:00.000000+00:00"},
		{-1, "1969-12-31T23:59:59.999999+00:00"},
		{1769903999 * (int64_t)SECOND + 1, "2026-01-31T23:59:59.000001+00:00"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[WHEN_TEXT];
		when_format(rows[i].when, text);
		assert_string_equal(text, rows[i].want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),   cmocka_unit_test(test_bad),
		cmocka_unit_test(test_days),   cmocka_unit_test(test_years),
		cmocka_unit_test(test_format),
	};
	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
