/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared Key authorization, see sharedkey.h. What is signed is laid down in Azure's documentation, "Authorize with Shared
 * Key".
 */
#include "connect/sharedkey.h"

#include "base/array.h"
#include "base/limits.h"
#include "connect/http.h"
#include "crypto/base64.h"
#include "crypto/hmac.h"

/* The lines behind the method, each empty when the request has no such header. */
static const char *const standard[] = {
	"content-encoding",
	"content-language",
	"content-length",
	"content-md5",
	"content-type",
	"date",
	"if-modified-since",
	"if-match",
	"if-none-match",
	"if-unmodified-since",
	"range",
};

static void add_standard(struct buf *out, const struct buf *headers, size_t body_bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(standard); i++) {
		struct str rest = buf_str(headers), name, value;
		while (http_next_header(&rest, &name, &value))
			if (str_is(name, standard[i]))
				buf_add(out, str_trim(value));
		/* libcurl adds this one; a length of nothing is written as nothing. */
		if (body_bytes && strcmp(standard[i], "content-length") == 0)
			buf_add_format(out, "%zu", body_bytes);
		buf_add_char(out, '\n');
	}
}

static bool add_extensions(struct buf *out, const struct buf *headers)
{
	struct header_line lines[HEADERS_MAX];
	size_t n;
	if (!headers_sorted(headers, "x-ms-", lines, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		buf_add_format(out, "%.*s:%.*s\n", STR_ARG(lines[i].name),
			       STR_ARG(str_trim(lines[i].value)));
	return true;
}

static void add_resource(struct buf *out, const struct sharedkey_request *request)
{
	buf_add_format(out, "/%s%.*s", request->account, STR_ARG(request->path));
	for (size_t i = 0; i < request->n_query; i++)
		buf_add_format(out, "\n%.*s:%.*s", STR_ARG(request->query[i].name),
			       STR_ARG(request->query[i].value));
}

int sharedkey_sign(const struct sharedkey_request *request, struct str key, struct buf *headers,
		   struct cavra_error *error)
{
	struct buf CLEANUP_BUF text, authorization;
	uint8_t mac[SHA256_BYTES];
	buf_init(&text, LIMIT_HTTP_HEADERS);
	buf_init(&authorization, LIMIT_HTTP_HEADER);
	buf_add_format(&text, "%s\n", request->method);
	add_standard(&text, headers, request->body_bytes);
	bool sorted = add_extensions(&text, headers);
	add_resource(&text, request);
	if (!sorted || text.failed || headers->failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the request is too long to be signed");
	int code = hmac_sha256(key, buf_str(&text), mac, error);
	if (code < 0)
		return code;
	buf_add_format(&authorization, "SharedKey %s:", request->account);
	base64_encode(&authorization, str_make((const char *)mac, sizeof mac));
	http_add_header(headers, "authorization", buf_str(&authorization));
	return authorization.failed || headers->failed
		       ? error_set(error, CAVRA_ERR_LIMIT, "the request is too long to be signed")
		       : 0;
}
