/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared Key signatures. The texts to sign follow the examples of Azure's documentation; their signatures were computed
 * with openssl dgst -mac HMAC.
 */
#include "unit.h"

#include "base/limits.h"
#include "connect/http.h"
#include "connect/sharedkey.h"

static void sign(const struct sharedkey_request *request, struct buf *headers, const char *want)
{
	struct cavra_error error;
	struct str rest, name, value = STR("");
	assert_int_equal(
		sharedkey_sign(request, STR("0123456789abcdef0123456789abcdef"), headers, &error),
		0);
	rest = buf_str(headers);
	while (http_next_header(&rest, &name, &value))
		if (str_is(name, "authorization"))
			break;
	assert_str(value, want);
}

/* "PUT\n\n\n11\n...\n" and so on; see the texts in the comments. */
static void test_put(void **state)
{
	struct buf CLEANUP_BUF headers;
	(void)state;
	buf_init(&headers, LIMIT_HTTP_HEADERS);
	http_add_header_c(&headers, "x-ms-version", "2021-12-02");
	http_add_header_c(&headers, "content-type", "text/plain; charset=UTF-8");
	http_add_header_c(&headers, "if-none-match", "*");
	http_add_header_c(&headers, "x-ms-blob-type", "BlockBlob");
	http_add_header_c(&headers, "x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT");
	http_add_header_c(&headers, "content-md5", "XrY7u+Ae7tCTyyK7j1rNww==");
	/* PUT\n\n\n11\nXrY7u+Ae7tCTyyK7j1rNww==\ntext/plain; charset=UTF-8\n\n\n\n*\n\n\nx-ms-blob-type:BlockBlob\n
	 * x-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2021-12-02\n/myaccount/mycontainer/a%20b.txt
	 */
	sign(&(struct sharedkey_request){.method = "PUT",
					 .account = "myaccount",
					 .path = STR("/mycontainer/a%20b.txt"),
					 .body_bytes = 11},
	     &headers, "SharedKey myaccount:NVR47vh3efHQo8P7g2gXurnXE/hqJseQupLo/itSXE0=");
}

static void test_query(void **state)
{
	const struct header_line query[] = {{STR("comp"), STR("legalhold")},
					    {STR("versionid"), STR("2021-12-02T00:00:00.1Z")}};
	struct buf CLEANUP_BUF headers;
	(void)state;
	buf_init(&headers, LIMIT_HTTP_HEADERS);
	http_add_header_c(&headers, "x-ms-legal-hold", "true");
	http_add_header_c(&headers, "x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT");
	http_add_header_c(&headers, "x-ms-version", "2021-12-02");
	/* PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:...\nx-ms-legal-hold:true\nx-ms-version:2021-12-02\n/a/a/c/b\ncomp:legalhold\n
	 * versionid:2021-12-02T00:00:00.1Z, an account in the path as emulators have it
	 */
	sign(&(struct sharedkey_request){.method = "PUT",
					 .account = "a",
					 .path = STR("/a/c/b"),
					 .query = query,
					 .n_query = 2},
	     &headers, "SharedKey a:P9tgs4y1ucjlPKwwcZj/rmW706dNWiqkKwNzcEASwsA=");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_put),
						  cmocka_unit_test(test_query)};
	return cmocka_run_group_tests_name("sharedkey", tests, NULL, NULL);
}
