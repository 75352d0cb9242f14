/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers of services: what is found of one lies between its own tags, once; a date comes out as it went in.
 */
#include "fuzz.h"

#include "connect/answers.h"
#include "connect/dates.h"

static void check_element(struct str text)
{
	struct str got, again;
	if (!answer_element(text, "Mode", &got))
		return;
	FUZZ_CHECK(got.p >= text.p && got.p + got.n <= text.p + text.n);
	FUZZ_CHECK(str_find_char(got, '<') == STR_NPOS);
	FUZZ_CHECK(answer_element(text, "Mode", &again) && str_eq(got, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	char date[DATE_TEXT];
	int64_t when;
	check_element(text);
	if (date_parse_http(text, &when)) {
		date_http(when, date);
		FUZZ_CHECK(str_is(text, date));
	}
	return 0;
}
