/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS Signature Version 4, see sigv4.h. The names of its parts are Amazon's.
 */
#include "connect/sigv4.h"

#include "base/limits.h"
#include "connect/dates.h"
#include "connect/headers.h"
#include "connect/http.h"
#include "crypto/hmac.h"

static const char algorithm[] = "AWS4-HMAC-SHA256";

struct signing {
	const struct sigv4_request *request;
	struct header_line lines[HEADERS_MAX];
	size_t n;
	char date[DATE_TEXT];
	char scope[256]; /* "20130524/us-east-1/s3/aws4_request" */
};

static void add_signed_headers(struct buf *out, const struct signing *signing)
{
	for (size_t i = 0; i < signing->n; i++) {
		buf_add_c(out, i ? ";" : "");
		buf_add(out, signing->lines[i].name);
	}
}

static void hash_canonical_request(const struct signing *signing, struct buf *text,
				   char ret_hex[SHA256_HEX])
{
	const struct sigv4_request *request = signing->request;
	uint8_t digest[SHA256_BYTES];
	buf_add_format(text, "%s\n%.*s\n%.*s\n", request->method, STR_ARG(request->path),
		       STR_ARG(request->query));
	for (size_t i = 0; i < signing->n; i++)
		buf_add_format(text, "%.*s:%.*s\n", STR_ARG(signing->lines[i].name),
			       STR_ARG(str_trim(signing->lines[i].value)));
	buf_add_char(text, '\n');
	add_signed_headers(text, signing);
	buf_add_format(text, "\n%s", request->payload);
	sha256(buf_str(text), digest);
	digest_hex(digest, ret_hex);
}

/* Each part of the scope turns the key of the one before into its own. */
static int derive_key(const struct signing *signing, const struct sigv4_key *key,
		      uint8_t ret_key[SHA256_BYTES], struct cavra_error *error)
{
	struct secret CLEANUP_SECRET first = {.n = 4, .p = "AWS4"};
	struct str rest = str_from(signing->scope), part;
	if (key->secret.n > sizeof first.p - first.n)
		return error_set(error, CAVRA_ERR_LIMIT, "the secret key is too long");
	memcpy(first.p + first.n, key->secret.p, key->secret.n);
	first.n += key->secret.n;
	struct str with = secret_str(&first);
	int code = 0;
	while (code == 0 && str_split(&rest, '/', &part)) {
		code = hmac_sha256(with, part, ret_key, error);
		with = str_make((const char *)ret_key, SHA256_BYTES);
	}
	return code;
}

static int sign(const struct signing *signing, const struct sigv4_key *key, struct buf *canonical,
		char ret_hex[SHA256_HEX], struct cavra_error *error)
{
	char hash[SHA256_HEX], to_sign[512];
	uint8_t derived[SHA256_BYTES], mac[SHA256_BYTES];
	hash_canonical_request(signing, canonical, hash);
	if (canonical->failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the request is too long to be signed");
	(void)snprintf(to_sign, sizeof to_sign, "%s\n%s\n%s\n%s", algorithm, signing->date,
		       signing->scope, hash);
	int code = derive_key(signing, key, derived, error);
	if (code == 0)
		code = hmac_sha256(str_make((const char *)derived, sizeof derived),
				   str_from(to_sign), mac, error);
	wipe(derived, sizeof derived);
	if (code == 0)
		digest_hex(mac, ret_hex);
	return code;
}

int sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key,
	       struct buf *headers, struct cavra_error *error)
{
	struct buf CLEANUP_BUF canonical, authorization;
	struct signing signing = {.request = request};
	char signature[SHA256_HEX];
	buf_init(&canonical, LIMIT_HTTP_HEADERS);
	buf_init(&authorization, LIMIT_HTTP_HEADER);
	date_basic(request->when, signing.date);
	int n = snprintf(signing.scope, sizeof signing.scope, "%.8s/%s/%s/aws4_request",
			 signing.date, request->region, request->service);
	http_add_header_c(headers, "x-amz-date", signing.date);
	http_add_header_c(headers, "x-amz-content-sha256", request->payload);
	if (key->token.n)
		http_add_header(headers, "x-amz-security-token", secret_str(&key->token));
	if (n < 0 || (size_t)n >= sizeof signing.scope || headers->failed ||
	    !headers_sorted(headers, "", signing.lines, &signing.n))
		return error_set(error, CAVRA_ERR_LIMIT, "the request is too long to be signed");
	int code = sign(&signing, key, &canonical, signature, error);
	if (code < 0)
		return code;
	buf_add_format(&authorization, "%s Credential=%s/%s,SignedHeaders=", algorithm, key->id,
		       signing.scope);
	add_signed_headers(&authorization, &signing);
	buf_add_format(&authorization, ",Signature=%s", signature);
	http_add_header(headers, "authorization", buf_str(&authorization));
	return authorization.failed || headers->failed
		       ? error_set(error, CAVRA_ERR_LIMIT, "the request is too long to be signed")
		       : 0;
}
