/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "connect/dates.h"

static void test_forms(void **state)
{
	static const struct {
		int64_t when;
		const char *iso, *basic, *http;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z", "19700101T000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
		{951782400000000, "2000-02-29T00:00:00Z", "20000229T000000Z",
		 "Tue, 29 Feb 2000 00:00:00 GMT"},
		{1769903999000000, "2026-01-31T23:59:59Z", "20260131T235959Z",
		 "Sat, 31 Jan 2026 23:59:59 GMT"},
		{253402300799000000, "9999-12-31T23:59:59Z", "99991231T235959Z",
		 "Fri, 31 Dec 9999 23:59:59 GMT"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[DATE_TEXT];
		int64_t again = -1;
		date_iso(rows[i].when, text);
		assert_string_equal(text, rows[i].iso);
		date_basic(rows[i].when, text);
		assert_string_equal(text, rows[i].basic);
		date_http(rows[i].when, text);
		assert_string_equal(text, rows[i].http);
		assert_row(date_parse_http(str_from(text), &again) && again == rows[i].when, i);
	}
}

static void test_no_dates(void **state)
{
	static const char *const texts[] = {
		"",
		"Sun, 31 Jan 2026 23:59:59 GMT",
		"Sat, 31 Jan 2026 23:59:60 GMT",
		"Sat, 31 Jan 2026 23:59:59 UTC",
		"Sat, 31 jan 2026 23:59:59 GMT",
		"Sat, 32 Jan 2026 23:59:59 GMT",
		"Sat, 31 Jan 2026 23:59:59 GMT ",
		"Saturday, 31-Jan-26 23:59:59 GMT",
		"2026-01-31T23:59:59.0000000Z",
		"Sat. 31 Jan 2026 23:59:59 GMT",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int64_t when = 7;
		assert_row(!date_parse_http(str_from(texts[i]), &when) && when == 7, i);
	}
}

static void test_round_up(void **state)
{
	(void)state;
	assert_true(date_round_up(5000000) == 5000000);
	assert_true(date_round_up(5000001) == 6000000);
	assert_true(date_round_up(5999999) == 6000000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms),
						  cmocka_unit_test(test_no_dates),
						  cmocka_unit_test(test_round_up)};
	return cmocka_run_group_tests_name("dates", tests, NULL, NULL);
}
