/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/limits.h"
#include "connect/answers.h"

static void test_elements(void **state)
{
	static const struct {
		const char *xml, *want; /* NULL: not understood */
	} rows[] = {
		{"<?xml version=\"1.0\"?><R xmlns=\"x\"><Mode>GOVERNANCE</Mode><D>2026</D></R>",
		 "GOVERNANCE"},
		{"<Mode> a \n</Mode>", "a"},
		{"<Mode></Mode>", ""},
		{"", NULL},
		{"<Mode>a", NULL},
		{"a</Mode>", NULL},
		{"<Mode/>", NULL},
		{"<Mode x=\"1\">a</Mode>", NULL},
		{"<Mode>a</Mode><Mode>b</Mode>", NULL},
		{"<Mode><Mode>a</Mode>", NULL},
		{"<Mode>a</Mode></Mode>", NULL},
		{"</Mode><Mode>a</Mode>", NULL},
		{"<Mode><b>a</b></Mode>", NULL},
		{"<Mode>&amp;</Mode>", NULL},
		{"<Mode><!-- a --></Mode>", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str got = STR("untouched");
		bool found = answer_element(str_from(rows[i].xml), "Mode", &got);
		assert_row(found == (rows[i].want != NULL), i);
		assert_row(str_is(got, rows[i].want ? rows[i].want : "untouched"), i);
	}
}

static void test_failures(void **state)
{
	struct http_response CLEANUP_HTTP_RESPONSE response;
	struct cavra_error error;
	(void)state;
	http_response_init(&response, KiB(1));
	response.status = 403;
	buf_add_c(&response.body,
		  "<Error><Code>AccessDenied</Code><Message>no\nway</Message></Error>");
	assert_int_equal(answer_fail(&response, "PUT x", &error), CAVRA_ERR_IO);
	assert_string_equal(error.text, "PUT x: the service answers 403 AccessDenied: no way");
	buf_clear(&response.body);
	buf_add_c(&response.headers,
		  "HTTP/1.1 404 Not Found\r\nX-MS-Error-Code: BlobNotFound\r\n\r\n");
	response.status = 404;
	assert_int_equal(answer_fail(&response, "HEAD x", &error), CAVRA_ERR_NOT_FOUND);
	assert_string_equal(error.text, "HEAD x: the service answers 404 BlobNotFound");
	assert_str(http_response_header(&response, "x-ms-error-CODE"), "BlobNotFound");
	assert_str(http_response_header(&response, "x-ms-error"), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_elements),
						  cmocka_unit_test(test_failures)};
	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
