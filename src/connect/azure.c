/* SPDX-License-Identifier: Apache-2.0
 *
 * Azure Blob Storage with immutability policies of versions. See storage.h.
 */
#include <stdio.h>

#include "base/limits.h"
#include "base/when.h"
#include "connect/answers.h"
#include "connect/dates.h"
#include "connect/percent.h"
#include "connect/sharedkey.h"
#include "connect/storage.h"

enum { ANSWER_BYTES = 64 * 1024, QUERY_MAX = 2 };

/* The first version of the service that knows immutability policies is 2020-06-12. */
static const char service_version[] = "2021-12-02";

struct call {
	const char *method;
	struct header_line query[QUERY_MAX]; /* sorted by name */
	size_t n_query;
	struct str body;
	struct buf headers, path, url;
};

static void call_init(struct call *call, const char *method)
{
	*call = (struct call){.method = method};
	buf_init(&call->headers, LIMIT_HTTP_HEADERS);
	buf_init(&call->path, LIMIT_HTTP_URL);
	buf_init(&call->url, LIMIT_HTTP_URL);
}

static void call_release(struct call *call)
{
	buf_release(&call->headers);
	buf_release(&call->path);
	buf_release(&call->url);
}
#define CLEANUP_CALL __attribute__((cleanup(call_release)))

static void add_query(struct call *call, const char *name, const char *value)
{
	if (value[0])
		call->query[call->n_query++] = (struct header_line){str_from(name),
								    str_from(value)};
}

static void locate(const struct storage *storage, const char *key, struct call *call)
{
	struct storage_endpoint at = storage_split_endpoint(storage->endpoint);
	buf_add_format(&call->path, "%.*s/%s/", STR_ARG(at.path), storage->place);
	percent_add_path(&call->path, str_from(key));
	buf_add_format(&call->url, "%.*s://%.*s%s", STR_ARG(at.scheme), STR_ARG(at.authority),
		       call->path.p);
	for (size_t i = 0; i < call->n_query; i++) {
		buf_add_format(&call->url, "%c%.*s=", i ? '&' : '?', STR_ARG(call->query[i].name));
		percent_add(&call->url, call->query[i].value);
	}
	if (storage->sas.n)
		buf_add_format(&call->url, "%c%.*s", call->n_query ? '&' : '?',
			       STR_ARG(secret_str(&storage->sas)));
}

static int send_call(struct storage *storage, const char *key, struct call *call,
		     struct http_response *response, struct cavra_error *error)
{
	char now[DATE_TEXT];
	date_http(when_now(), now);
	locate(storage, key, call);
	http_add_header_c(&call->headers, "x-ms-date", now);
	http_add_header_c(&call->headers, "x-ms-version", service_version);
	if (call->url.failed || call->headers.failed)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "%.200s: the request is too long or holds control characters",
				 key);
	const struct sharedkey_request to_sign = {
		.method = call->method,
		.account = storage->account,
		.path = buf_str(&call->path),
		.query = call->query,
		.n_query = call->n_query,
		.body_bytes = call->body.n,
	};
	int code = storage->sas.n ? 0
				  : sharedkey_sign(&to_sign, secret_str(&storage->account_key),
						   &call->headers, error);
	const struct http_request request = {call->method, call->url.p, &call->headers, call->body};
	if (code == 0)
		code = http_send(storage->http, &request, response, error);
	wipe(call->url.p, call->url.n); /* it may hold a shared access signature */
	return code;
}

static int fail_call(const struct http_response *response, const struct call *call, const char *key,
		     struct cavra_error *error)
{
	char doing[STORAGE_TEXT];
	struct str parameter = call->n_query ? call->query[0].value : STR("");
	(void)snprintf(doing, sizeof doing, "%s %.180s%s%.*s", call->method, key,
		       parameter.n ? "?" : "", STR_ARG(parameter));
	return answer_fail(response, doing, error);
}

/* ---- looking ---- */

static int read_lock(const struct http_response *response, struct storage_lock *lock)
{
	struct str until = http_response_header(response, "x-ms-immutability-policy-until-date");
	struct str mode = http_response_header(response, "x-ms-immutability-policy-mode");
	struct str hold = http_response_header(response, "x-ms-legal-hold");
	if (until.n && !date_parse_http(until, &lock->until))
		return -1;
	lock->compliance = until.n && str_eq_nocase(mode, STR("locked"));
	lock->legal_hold = str_is(hold, "true");
	return !until.n || lock->compliance || str_eq_nocase(mode, STR("unlocked")) ? 0 : -1;
}

static int read_bytes(struct storage *storage, const struct storage_object *object,
		      struct storage_state *state, struct cavra_error *error)
{
	struct call CLEANUP_CALL call;
	struct http_response CLEANUP_HTTP_RESPONSE response;
	call_init(&call, "GET");
	add_query(&call, "versionid", state->version);
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

static const struct storage_head_names head_names = {"x-ms-version-id",
						     "x-ms-encryption-key-sha256"};

static int look(struct storage *storage, const struct storage_object *object, const char *version,
		struct storage_state *ret, struct cavra_error *error)
{
	struct call CLEANUP_CALL call;
	struct http_response CLEANUP_HTTP_RESPONSE response;
	struct storage_state state = {0};
	size_t length = 0;
	call_init(&call, "HEAD");
	add_query(&call, "versionid", version);
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
	if (read_lock(&response, &state.lock) < 0)
		return error_set(error, CAVRA_ERR_IO,
				 "%.200s: the service says of its immutability policy what nobody "
				 "understands",
				 object->key);
	if (str_to_size(http_response_header(&response, "content-length"), &length) &&
	    length == object->bytes.n)
		code = read_bytes(storage, object, &state, error);
	if (code == 0)
		*ret = state;
	return code;
}

/* ---- uploading, and locking for longer ---- */

static void add_policy(const struct storage_lock *lock, struct buf *headers)
{
	char until[DATE_TEXT];
	date_http(lock->until, until);
	http_add_header_c(headers, "x-ms-immutability-policy-until-date", until);
	http_add_header_c(headers, "x-ms-immutability-policy-mode",
			  lock->compliance ? "Locked" : "Unlocked");
}

static int put(struct storage *storage, const struct storage_object *object,
	       const struct storage_lock *lock, bool *ret_exists, char ret_version[STORAGE_TEXT],
	       struct cavra_error *error)
{
	struct call CLEANUP_CALL call;
	struct http_response CLEANUP_HTTP_RESPONSE response;
	call_init(&call, "PUT");
	http_response_init(&response, ANSWER_BYTES);
	call.body = object->bytes;
	http_add_header_c(&call.headers, "content-type", object->media_type);
	http_add_header_c(&call.headers, "x-ms-blob-type", "BlockBlob");
	http_add_header_c(&call.headers, "if-none-match", "*");
	storage_add_md5(&call.headers, object->bytes);
	add_policy(lock, &call.headers);
	if (lock->legal_hold)
		http_add_header_c(&call.headers, "x-ms-legal-hold", "true");
	int code = send_call(storage, object->key, &call, &response, error);
	if (code < 0)
		return code;
	*ret_exists = response.status == 409 || response.status == 412;
	if (*ret_exists)
		return 0;
	if (response.status != 201)
		return fail_call(&response, &call, object->key, error);
	storage_keep_header(&response, "x-ms-version-id", ret_version);
	return 0;
}

static int put_property(struct storage *storage, const struct storage_object *object,
			const char *component, const struct storage_state *state,
			const struct storage_lock *lock, struct cavra_error *error)
{
	struct call CLEANUP_CALL call;
	struct http_response CLEANUP_HTTP_RESPONSE response;
	bool hold = strcmp(component, "legalhold") == 0;
	call_init(&call, "PUT");
	http_response_init(&response, ANSWER_BYTES);
	add_query(&call, "comp", component);
	add_query(&call, "versionid", state->version);
	if (hold)
		http_add_header_c(&call.headers, "x-ms-legal-hold", "true");
	else
		add_policy(lock, &call.headers);
	int code = send_call(storage, object->key, &call, &response, error);
	if (code == 0 && response.status != 200)
		code = fail_call(&response, &call, object->key, error);
	return code;
}

static int extend(struct storage *storage, const struct storage_object *object,
		  const struct storage_state *state, const struct storage_lock *lock,
		  struct cavra_error *error)
{
	int code = 0;
	if (state->lock.until < lock->until || (lock->compliance && !state->lock.compliance))
		code = put_property(storage, object, "immutabilityPolicies", state, lock, error);
	if (code == 0 && lock->legal_hold && !state->lock.legal_hold)
		code = put_property(storage, object, "legalhold", state, lock, error);
	return code;
}

const struct storage_provider storage_azure = {"azure", look, put, extend};
