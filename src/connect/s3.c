/* SPDX-License-Identifier: Apache-2.0
 *
 * Amazon S3 with Object Lock, and what speaks its language. See storage.h.
 */
#include <stdio.h>

#include "base/limits.h"
#include "base/when.h"
#include "connect/answers.h"
#include "connect/dates.h"
#include "connect/percent.h"
#include "connect/storage.h"
#include "crypto/base64.h"

enum { ANSWER_BYTES = 64 * 1024 };

/* One request: where it goes, what it says. */
struct call {
	const char *method;
	const char *parameter; /* "retention"; NULL: the object itself */
	const char *version;   /* empty: the newest */
	struct str body;
	struct buf headers, host, path, query, url;
};

static void call_init(struct call *call)
{
	buf_init(&call->headers, LIMIT_HTTP_HEADERS);
	buf_init(&call->host, LIMIT_HTTP_URL);
	buf_init(&call->path, LIMIT_HTTP_URL);
	buf_init(&call->query, LIMIT_HTTP_URL);
	buf_init(&call->url, LIMIT_HTTP_URL);
}

static void call_release(struct call *call)
{
	buf_release(&call->headers);
	buf_release(&call->host);
	buf_release(&call->path);
	buf_release(&call->query);
	buf_release(&call->url);
}
#define CLEANUP_CALL __attribute__((cleanup(call_release)))

static void locate(const struct storage *storage, const char *key, struct call *call)
{
	struct storage_endpoint at = storage_split_endpoint(storage->endpoint);
	if (!storage->path_style)
		buf_add_format(&call->host, "%s.", storage->place);
	buf_add(&call->host, at.authority);
	buf_add(&call->path, at.path);
	if (storage->path_style)
		buf_add_format(&call->path, "/%s", storage->place);
	buf_add_char(&call->path, '/');
	percent_add_path(&call->path, str_from(key));
	if (call->parameter)
		buf_add_format(&call->query, "%s=", call->parameter);
	if (call->version && call->version[0]) {
		buf_add_c(&call->query, call->query.n ? "&versionId=" : "versionId=");
		percent_add(&call->query, str_from(call->version));
	}
	buf_add_format(&call->url, "%.*s://%s%s%s%s", STR_ARG(at.scheme), call->host.p,
		       call->path.p, call->query.n ? "?" : "", call->query.p);
}

static int send_call(struct storage *storage, const char *key, struct call *call,
		     struct http_response *response, struct cavra_error *error)
{
	char payload[SHA256_HEX];
	uint8_t digest[SHA256_BYTES];
	sha256(call->body, digest);
	digest_hex(digest, payload);
	locate(storage, key, call);
	http_add_header(&call->headers, "host", buf_str(&call->host));
	if (call->url.failed || call->headers.failed)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "%.200s: the request is too long or holds control characters",
				 key);
	const struct sigv4_request to_sign = {
		.method = call->method,
		.path = buf_str(&call->path),
		.query = buf_str(&call->query),
		.region = storage->region,
		.service = "s3",
		.payload = payload,
		.when = when_now(),
	};
	int code = sigv4_sign(&to_sign, &storage->aws, &call->headers, error);
	const struct http_request request = {call->method, call->url.p, &call->headers, call->body};
	return code < 0 ? code : http_send(storage->http, &request, response, error);
}

static int fail_call(const struct http_response *response, const struct call *call, const char *key,
		     struct cavra_error *error)
{
	char doing[STORAGE_TEXT];
	(void)snprintf(doing, sizeof doing, "%s %.180s%s%s", call->method, key,
		       call->parameter ? "?" : "", call->parameter ? call->parameter : "");
	return answer_fail(response, doing, error);
}

/* ---- looking ---- */

static int read_bytes(struct storage *storage, const struct storage_object *object,
		      struct storage_state *state, struct cavra_error *error)
{
	struct call CLEANUP_CALL call = {.method = "GET", .version = state->version};
	struct http_response CLEANUP_HTTP_RESPONSE response;
	call_init(&call);
	http_response_init(&response,
			   object->bytes.n > ANSWER_BYTES ? object->bytes.n : ANSWER_BYTES);
	int code = send_call(storage, object->key, &call, &response, error);
	if (code < 0)
		return code;
	if (response.status != 200)
		return fail_call(&response, &call, object->key, error);
	state->same = str_eq(buf_str(&response.body), object->bytes);
	return 0;
}

/* What an object that is not locked answers. */
static bool says_no_lock(const struct http_response *response)
{
	struct str code;
	return (response->status == 404 || response->status == 400) &&
	       answer_element(buf_str(&response->body), "Code", &code) &&
	       (str_is(code, "NoSuchObjectLockConfiguration") ||
		str_is(code, "ObjectLockConfigurationNotFoundError") ||
		str_is(code, "InvalidRequest"));
}

static int read_retention(const struct http_response *response, struct storage_lock *lock)
{
	struct str mode, until, xml = buf_str(&response->body);
	if (!answer_element(xml, "Mode", &mode) ||
	    !answer_element(xml, "RetainUntilDate", &until) || !when_parse(until, &lock->until))
		return -1;
	lock->compliance = str_is(mode, "COMPLIANCE");
	return lock->compliance || str_is(mode, "GOVERNANCE") ? 0 : -1;
}

static int read_hold(const struct http_response *response, struct storage_lock *lock)
{
	struct str status;
	if (!answer_element(buf_str(&response->body), "Status", &status))
		return -1;
	lock->legal_hold = str_is(status, "ON");
	return lock->legal_hold || str_is(status, "OFF") ? 0 : -1;
}

static int read_lock(struct storage *storage, const struct storage_object *object,
		     const char *parameter,
		     int (*read)(const struct http_response *, struct storage_lock *),
		     struct storage_state *state, struct cavra_error *error)
{
	struct call CLEANUP_CALL call = {
		.method = "GET", .parameter = parameter, .version = state->version};
	struct http_response CLEANUP_HTTP_RESPONSE response;
	call_init(&call);
	http_response_init(&response, ANSWER_BYTES);
	int code = send_call(storage, object->key, &call, &response, error);
	if (code < 0 || says_no_lock(&response))
		return code;
	if (response.status != 200)
		return fail_call(&response, &call, object->key, error);
	if (read(&response, &state->lock) < 0)
		return error_set(error, CAVRA_ERR_IO,
				 "%.200s: the service says of ?%s what nobody understands",
				 object->key, parameter);
	return 0;
}

static const struct storage_head_names head_names = {"x-amz-version-id",
						     "x-amz-server-side-encryption"};

static int look(struct storage *storage, const struct storage_object *object, const char *version,
		struct storage_state *ret, struct cavra_error *error)
{
	struct call CLEANUP_CALL call = {.method = "HEAD", .version = version};
	struct http_response CLEANUP_HTTP_RESPONSE response;
	struct storage_state state = {0};
	size_t length = 0;
	call_init(&call);
	http_response_init(&response, ANSWER_BYTES);
	int code = send_call(storage, object->key, &call, &response, error);
	if (code == 0 && response.status == 404) {
		*ret = state;
		return 0;
	}
	if (code == 0 && response.status != 200)
		code = fail_call(&response, &call, object->key, error);
	if (code < 0)
		return code;
	storage_keep_head(&response, &head_names, version, &state);
	if (str_to_size(http_response_header(&response, "content-length"), &length) &&
	    length == object->bytes.n)
		code = read_bytes(storage, object, &state, error);
	if (code == 0)
		code = read_lock(storage, object, "retention", read_retention, &state, error);
	if (code == 0)
		code = read_lock(storage, object, "legal-hold", read_hold, &state, error);
	if (code == 0)
		*ret = state;
	return code;
}

/* ---- uploading ---- */

static void add_checksum(struct buf *headers, struct str body)
{
	struct buf CLEANUP_BUF text;
	uint8_t digest[SHA256_BYTES];
	buf_init(&text, 64);
	sha256(body, digest);
	base64_encode(&text, str_make((const char *)digest, sizeof digest));
	http_add_header_c(headers, "x-amz-sdk-checksum-algorithm", "SHA256");
	http_add_header(headers, "x-amz-checksum-sha256", buf_str(&text));
	storage_add_md5(headers, body);
}

static void add_put_headers(const struct storage *storage, const struct storage_object *object,
			    const struct storage_lock *lock, bool only_new, struct buf *headers)
{
	char until[DATE_TEXT];
	date_iso(lock->until, until);
	http_add_header_c(headers, "content-type", object->media_type);
	add_checksum(headers, object->bytes);
	http_add_header_c(headers, "x-amz-object-lock-mode",
			  lock->compliance ? "COMPLIANCE" : "GOVERNANCE");
	http_add_header_c(headers, "x-amz-object-lock-retain-until-date", until);
	if (lock->legal_hold)
		http_add_header_c(headers, "x-amz-object-lock-legal-hold", "ON");
	if (storage->kms_key) {
		http_add_header_c(headers, "x-amz-server-side-encryption", "aws:kms");
		http_add_header_c(headers, "x-amz-server-side-encryption-aws-kms-key-id",
				  storage->kms_key);
	}
	if (only_new)
		http_add_header_c(headers, "if-none-match", "*");
}

static int put_once(struct storage *storage, const struct storage_object *object,
		    const struct storage_lock *lock, bool only_new, int *ret_status,
		    char ret_version[STORAGE_TEXT], struct cavra_error *error)
{
	struct call CLEANUP_CALL call = {.method = "PUT", .body = object->bytes};
	struct http_response CLEANUP_HTTP_RESPONSE response;
	call_init(&call);
	http_response_init(&response, ANSWER_BYTES);
	add_put_headers(storage, object, lock, only_new, &call.headers);
	int code = send_call(storage, object->key, &call, &response, error);
	if (code < 0)
		return code;
	*ret_status = response.status;
	if (response.status == 200)
		storage_keep_header(&response, "x-amz-version-id", ret_version);
	return response.status == 200 ? 0 : fail_call(&response, &call, object->key, error);
}

/* Services that do not know If-None-Match say so; what is locked is then at worst hidden by a newer version, which the
 * look in front of this makes unlikely.
 */
static int put(struct storage *storage, const struct storage_object *object,
	       const struct storage_lock *lock, bool *ret_exists, char ret_version[STORAGE_TEXT],
	       struct cavra_error *error)
{
	int status = 0;
	int code = put_once(storage, object, lock, true, &status, ret_version, error);
	if (code < 0 && status == 501)
		code = put_once(storage, object, lock, false, &status, ret_version, error);
	*ret_exists = status == 412 || status == 409;
	return *ret_exists ? 0 : code;
}

/* ---- locking for longer ---- */

static int put_document(struct storage *storage, const struct storage_object *object,
			const char *parameter, const struct storage_state *state, struct str body,
			struct cavra_error *error)
{
	struct call CLEANUP_CALL call = {
		.method = "PUT", .parameter = parameter, .version = state->version, .body = body};
	struct http_response CLEANUP_HTTP_RESPONSE response;
	call_init(&call);
	http_response_init(&response, ANSWER_BYTES);
	http_add_header_c(&call.headers, "content-type", "application/xml");
	add_checksum(&call.headers, body);
	int code = send_call(storage, object->key, &call, &response, error);
	if (code == 0 && response.status != 200)
		code = fail_call(&response, &call, object->key, error);
	return code;
}

static int extend(struct storage *storage, const struct storage_object *object,
		  const struct storage_state *state, const struct storage_lock *lock,
		  struct cavra_error *error)
{
	char until[DATE_TEXT], body[512];
	int code = 0;
	date_iso(lock->until, until);
	if (state->lock.until < lock->until || (lock->compliance && !state->lock.compliance)) {
		(void)snprintf(body, sizeof body,
			       "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
			       "<Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>",
			       lock->compliance ? "COMPLIANCE" : "GOVERNANCE", until);
		code = put_document(storage, object, "retention", state, str_from(body), error);
	}
	if (code == 0 && lock->legal_hold && !state->lock.legal_hold)
		code = put_document(storage, object, "legal-hold", state,
				    STR("<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/"
					"\"><Status>ON</Status></LegalHold>"),
				    error);
	return code;
}

const struct storage_provider storage_s3 = {"s3", look, put, extend};
