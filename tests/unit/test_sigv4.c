/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures of Amazon's own examples: "Authenticating Requests (AWS Signature Version 4)" of the S3 API reference.
 */
#include "unit.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/when.h"
#include "connect/http.h"
#include "connect/sigv4.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct {
	const char *method, *path, *query;
	const char *headers[3][2];
	const char *payload;
	const char *signed_headers, *signature;
} rows[] = {
	{"GET",
	 "/test.txt",
	 "",
	 {{"range", "bytes=0-9"}},
	 EMPTY,
	 "host;range;x-amz-content-sha256;x-amz-date",
	 "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
	{"PUT",
	 "/test%24file.text",
	 "",
	 {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
	 "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
	 "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
	 "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
	{"GET",
	 "/",
	 "lifecycle=",
	 {{NULL}},
	 EMPTY,
	 "host;x-amz-content-sha256;x-amz-date",
	 "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
	{"GET",
	 "/",
	 "max-keys=2&prefix=J",
	 {{NULL}},
	 EMPTY,
	 "host;x-amz-content-sha256;x-amz-date",
	 "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

static struct sigv4_key example_key(void)
{
	struct sigv4_key key = {.id = "AKIAIOSFODNN7EXAMPLE"};
	assert_true(secret_set(&key.secret, STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")));
	return key;
}

static const char *header(const struct buf *headers, const char *wanted)
{
	static char text[LIMIT_HTTP_HEADER];
	struct str rest = buf_str(headers), name, value;
	text[0] = '\0';
	while (http_next_header(&rest, &name, &value))
		if (str_is(name, wanted))
			(void)snprintf(text, sizeof text, "%.*s", STR_ARG(value));
	return text;
}

static int sign(size_t row, const struct sigv4_key *key, struct buf *headers,
		struct cavra_error *error)
{
	struct sigv4_request request = {
		.method = rows[row].method,
		.path = str_from(rows[row].path),
		.query = str_from(rows[row].query),
		.region = "us-east-1",
		.service = "s3",
		.payload = rows[row].payload,
	};
	assert_true(when_parse(STR("2013-05-24T00:00:00Z"), &request.when));
	http_add_header_c(headers, "host", "examplebucket.s3.amazonaws.com");
	for (size_t i = 0; i < 3 && rows[row].headers[i][0]; i++)
		http_add_header_c(headers, rows[row].headers[i][0], rows[row].headers[i][1]);
	return sigv4_sign(&request, key, headers, error);
}

static void test_examples(void **state)
{
	struct sigv4_key key = example_key();
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf CLEANUP_BUF headers;
		struct cavra_error error;
		char want[512];
		buf_init(&headers, LIMIT_HTTP_HEADERS);
		assert_row(sign(i, &key, &headers, &error) == 0, i);
		(void)snprintf(
			want, sizeof want,
			"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
			"aws4_request,SignedHeaders=%s,Signature=%s",
			rows[i].signed_headers, rows[i].signature);
		assert_string_equal(header(&headers, "authorization"), want);
		assert_string_equal(header(&headers, "x-amz-date"), "20130524T000000Z");
		assert_string_equal(header(&headers, "x-amz-security-token"), "");
	}
}

static void test_token(void **state)
{
	struct sigv4_key key = example_key();
	struct buf CLEANUP_BUF headers;
	struct cavra_error error;
	(void)state;
	buf_init(&headers, LIMIT_HTTP_HEADERS);
	assert_true(secret_set(&key.token, STR("token")));
	assert_int_equal(sign(0, &key, &headers, &error), 0);
	assert_string_equal(header(&headers, "x-amz-security-token"), "token");
	assert_non_null(
		strstr(header(&headers, "authorization"), "x-amz-date;x-amz-security-token,"));
}

/* A header at the limit, and one above; and what no header holds. */
static void test_refused(void **state)
{
	static char text[LIMIT_HTTP_HEADERS];
	struct sigv4_key key = example_key();
	(void)state;
	memset(text, 'a', sizeof text - 1);
	for (size_t i = 0; i < 3; i++) {
		struct buf CLEANUP_BUF headers;
		struct cavra_error error;
		buf_init(&headers, LIMIT_HTTP_HEADERS);
		if (i == 1)
			http_add_header_c(&headers, "x-amz-meta-a", text);
		if (i == 2)
			http_add_header_c(&headers, "x-amz-meta-a", "1\r\nx-amz-acl: public-read");
		assert_row(sign(0, &key, &headers, &error) == (i ? CAVRA_ERR_LIMIT : 0), i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
