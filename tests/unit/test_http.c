/* SPDX-License-Identifier: Apache-2.0
 *
 * What is not sent. Whatever needs a service is in tests/integration/storage.test.mjs.
 */
#include "unit.h"

#include <stdio.h>

#include "base/limits.h"
#include "connect/http.h"

static struct cavra_error error;

static int send_to(const char *url, const char *header)
{
	static const struct http_options options = {.loopback = true};
	struct http_client CLEANUP_HTTP_CLIENT *client = NULL;
	struct http_response CLEANUP_HTTP_RESPONSE response;
	struct buf CLEANUP_BUF headers;
	http_response_init(&response, KiB(1));
	buf_init(&headers, LIMIT_HTTP_HEADERS);
	http_add_header_c(&headers, "x-a", header);
	assert_int_equal(http_client_new(&options, &client, &error), 0);
	return http_send(client, &(struct http_request){"GET", url, &headers, STR("")}, &response,
			 &error);
}

/* Nobody listens on port 1 of this machine: what would be sent ends as CAVRA_ERR_IO. */
static void test_urls(void **state)
{
	static const struct {
		const char *url;
		int code;
	} rows[] = {
		{"http://127.0.0.1:1/", CAVRA_ERR_IO},
		{"http://[::1]:1/", CAVRA_ERR_IO},
		{"HTTP://LOCALHOST:1/", CAVRA_ERR_IO},
		{"https://127.0.0.1:1/", CAVRA_ERR_IO},
		{"http://127.0.0.2:1/", CAVRA_ERR_INPUT},
		{"http://127.0.0.1.example:1/", CAVRA_ERR_INPUT},
		{"http://127.0.0.1@example.com/", CAVRA_ERR_INPUT},
		{"http://0x7f000001:1/", CAVRA_ERR_IO}, /* the same address, read as such */
		{"http://user@127.0.0.1:1/", CAVRA_ERR_INPUT},
		{"file:///etc/passwd", CAVRA_ERR_INPUT},
		{"gopher://127.0.0.1:1/", CAVRA_ERR_INPUT},
		{"//127.0.0.1:1/", CAVRA_ERR_INPUT},
		{"", CAVRA_ERR_INPUT},
		{"https://", CAVRA_ERR_INPUT},
		{"https://a b/", CAVRA_ERR_INPUT},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int code = send_to(rows[i].url, "a");
		if (code != rows[i].code)
			print_error("%s: %d %s\n", rows[i].url, code, error.text);
		assert_row(code == rows[i].code, i);
	}
}

static void test_sizes(void **state)
{
	char url[LIMIT_HTTP_URL + 2], header[LIMIT_HTTP_HEADER + 1];
	(void)state;
	memset(url, 'a', sizeof url);
	memcpy(url, "http://127.0.0.1:1/", 19);
	url[LIMIT_HTTP_URL] = '\0';
	assert_int_equal(send_to(url, "a"), CAVRA_ERR_IO);
	url[LIMIT_HTTP_URL] = 'a';
	url[LIMIT_HTTP_URL + 1] = '\0';
	assert_int_equal(send_to(url, "a"), CAVRA_ERR_INPUT);
	memset(header, 'a', sizeof header);
	header[LIMIT_HTTP_HEADER - sizeof "x-a: "] = '\0';
	assert_int_equal(send_to("http://127.0.0.1:1/", header), CAVRA_ERR_IO);
	header[LIMIT_HTTP_HEADER - sizeof "x-a: "] = 'a';
	header[LIMIT_HTTP_HEADER - sizeof "x-a: " + 1] = '\0';
	assert_int_equal(send_to("http://127.0.0.1:1/", header), CAVRA_ERR_INPUT);
	assert_int_equal(send_to("http://127.0.0.1:1/", "a\r\nb: c"), CAVRA_ERR_INPUT);
	assert_int_equal(send_to("http://127.0.0.1:1/", ""), CAVRA_ERR_IO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
