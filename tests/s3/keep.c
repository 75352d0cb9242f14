/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps one object, for tests of src/connect against services and stand-ins: reads what to do as JSON from standard input,
 * prints what became of it as JSON.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/when.h"
#include "connect/credentials.h"
#include "connect/dates.h"
#include "connect/storage.h"
#include "crypto/base64.h"

static const char *text(const json_t *wish, const char *name)
{
	return json_string_value(json_object_get(wish, name));
}

static bool is(const json_t *wish, const char *name)
{
	return json_is_true(json_object_get(wish, name));
}

static int fill_in(const json_t *wish, struct storage *storage, struct cavra_error *error)
{
	bool azure = strcmp(text(wish, "provider"), "azure") == 0;
	storage->provider = azure ? &storage_azure : &storage_s3;
	storage->place = text(wish, "place");
	storage->endpoint = text(wish, "endpoint");
	storage->region = text(wish, "region");
	storage->path_style = is(wish, "path_style");
	storage->kms_key = text(wish, "kms_key");
	storage->account = text(wish, "account");
	if (!azure)
		return credentials_set(str_from(text(wish, "id")), str_from(text(wish, "secret")),
				       str_from(text(wish, "token")), &storage->aws, error);
	(void)secret_set(&storage->sas, str_from(text(wish, "sas")));
	(void)base64_decode(str_from(text(wish, "account_key")), (uint8_t *)storage->account_key.p,
			    sizeof storage->account_key.p, &storage->account_key.n);
	return 0;
}

static void print(enum storage_outcome outcome, const struct storage_state *state)
{
	static const char *const outcomes[] = {"uploaded", "found", "extended", "other", "longer"};
	char until[DATE_TEXT];
	date_iso(state->lock.until, until);
	json_t *result = json_pack(
		"{s:s, s:b, s:b, s:s, s:b, s:b, s:s, s:s, s:s}", "outcome", outcomes[outcome],
		"there", state->there, "same", state->same, "until", state->lock.until ? until : "",
		"compliance", state->lock.compliance, "legal_hold", state->lock.legal_hold,
		"version", state->version, "etag", state->etag, "encryption", state->encryption);
	(void)json_dumpf(result, stdout, 0);
	(void)puts("");
	json_decref(result);
}

int main(void)
{
	struct cavra_error error;
	struct http_client CLEANUP_HTTP_CLIENT *http = NULL;
	static struct storage storage;
	struct storage_lock lock = {0};
	struct storage_state state;
	enum storage_outcome outcome;
	json_t *wish = json_loadf(stdin, 0, NULL);
	const struct http_options options = {
		.ca_file = text(wish, "ca_file"),
		.proxy = text(wish, "proxy"),
		.loopback = is(wish, "loopback"),
		.timeout_seconds = json_integer_value(json_object_get(wish, "timeout"))};
	const struct storage_object object = {text(wish, "key"), "application/json",
					      str_from(text(wish, "bytes"))};
	lock.compliance = is(wish, "compliance");
	lock.legal_hold = is(wish, "legal_hold");
	if (!when_parse(str_from(text(wish, "until")), &lock.until)) {
		(void)fprintf(stderr, "no date\n");
		return 2;
	}
	int code = http_client_new(&options, &http, &error);
	storage.http = http;
	if (code == 0)
		code = fill_in(wish, &storage, &error);
	if (code == 0)
		code = storage_keep(&storage, &object, &lock, &outcome, &state, &error);
	if (code == 0)
		print(outcome, &state);
	else
		(void)fprintf(stderr, "%s\n", error.text);
	json_decref(wish);
	return code == 0 ? 0 : 1;
}
