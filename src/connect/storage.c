/* SPDX-License-Identifier: Apache-2.0
 *
 * Locked objects, see storage.h: what all providers have in common.
 */
#include "connect/storage.h"

#include <stdio.h>

#include "connect/dates.h"
#include "crypto/base64.h"
#include "crypto/md5.h"

static bool is_weaker(const struct storage_lock *have, const struct storage_lock *want)
{
	return have->until < want->until || (want->compliance && !have->compliance) ||
	       (want->legal_hold && !have->legal_hold);
}

/* A hold that is there and not asked for stays, and is no reason to refuse: it may have been laid by somebody else. */
static bool would_loosen(const struct storage_lock *have, const struct storage_lock *want)
{
	return have->until > want->until || (have->until && have->compliance && !want->compliance);
}

static int check_read_back(const struct storage_object *object, const struct storage_state *state,
			   const struct storage_lock *want, struct cavra_error *error)
{
	char asked[DATE_TEXT], got[DATE_TEXT];
	if (!state->there || !state->same)
		return error_set(error, CAVRA_ERR_IO,
				 "%.200s: what the service gives back is not what was sent",
				 object->key);
	if (!is_weaker(&state->lock, want))
		return 0;
	date_iso(want->until, asked);
	date_iso(state->lock.until, got);
	return error_set(error, CAVRA_ERR_IO,
			 "%.200s: the service holds it, but %s%s%s, not %s until %s%s; is locking "
			 "switched on?",
			 object->key, state->lock.until ? "locked until " : "not locked",
			 state->lock.until ? got : "", state->lock.legal_hold ? " with a hold" : "",
			 want->compliance ? "in compliance mode" : "locked", asked,
			 want->legal_hold ? " with a legal hold" : "");
}

static int look_again(struct storage *storage, const struct storage_object *object,
		      const char *version, const struct storage_lock *want,
		      struct storage_state *ret_state, struct cavra_error *error)
{
	int code = storage->provider->look(storage, object, version, ret_state, error);
	return code < 0 ? code : check_read_back(object, ret_state, want, error);
}

static int upload(struct storage *storage, const struct storage_object *object,
		  const struct storage_lock *want, enum storage_outcome *ret_outcome,
		  struct storage_state *state, struct cavra_error *error)
{
	char version[STORAGE_TEXT] = "";
	bool exists = false;
	int code = storage->provider->put(storage, object, want, &exists, version, error);
	if (code < 0)
		return code;
	if (exists)
		return storage->provider->look(storage, object, "", state, error);
	*ret_outcome = STORAGE_UPLOADED;
	return look_again(storage, object, version, want, state, error);
}

static int judge_found(struct storage *storage, const struct storage_object *object,
		       const struct storage_lock *want, enum storage_outcome *ret_outcome,
		       struct storage_state *state, struct cavra_error *error)
{
	const struct storage_state found = *state;
	if (!found.there)
		return error_set(
			error, CAVRA_ERR_IO,
			"%.200s: the service says both that it is there and that it is not",
			object->key);
	*ret_outcome = !found.same                       ? STORAGE_OTHER
		       : would_loosen(&found.lock, want) ? STORAGE_LONGER
		       : is_weaker(&found.lock, want)    ? STORAGE_EXTENDED
							 : STORAGE_FOUND;
	if (*ret_outcome != STORAGE_EXTENDED)
		return 0;
	int code = storage->provider->extend(storage, object, &found, want, error);
	return code < 0 ? code : look_again(storage, object, found.version, want, state, error);
}

int storage_keep(struct storage *storage, const struct storage_object *object,
		 const struct storage_lock *lock, enum storage_outcome *ret_outcome,
		 struct storage_state *ret_state, struct cavra_error *error)
{
	enum storage_outcome outcome = STORAGE_FOUND;
	struct storage_state state = {0};
	struct storage_lock want = *lock;
	want.until = date_round_up(want.until);
	int code = storage->provider->look(storage, object, "", &state, error);
	if (code == 0 && !state.there)
		code = upload(storage, object, &want, &outcome, &state, error);
	if (code == 0 && outcome != STORAGE_UPLOADED)
		code = judge_found(storage, object, &want, &outcome, &state, error);
	if (code < 0)
		return code;
	*ret_outcome = outcome;
	*ret_state = state;
	return 0;
}

/* ---- for the providers ---- */

struct storage_endpoint storage_split_endpoint(const char *endpoint)
{
	struct storage_endpoint parts = {.authority = str_from(endpoint)};
	size_t scheme = str_find(parts.authority, STR("://"));
	if (scheme != STR_NPOS) {
		parts.scheme = str_first(parts.authority, scheme);
		parts.authority = str_from_at(parts.authority, scheme + 3);
	}
	size_t slash = str_find_char(parts.authority, '/');
	parts.path = str_from_at(parts.authority, slash);
	parts.authority = str_first(parts.authority, slash);
	while (str_ends(parts.path, STR("/")))
		parts.path.n--;
	return parts;
}

void storage_keep_header(const struct http_response *response, const char *name,
			 char ret_text[STORAGE_TEXT])
{
	(void)snprintf(ret_text, STORAGE_TEXT, "%.*s",
		       STR_ARG(http_response_header(response, name)));
}

void storage_keep_head(const struct http_response *response, const struct storage_head_names *names,
		       const char *version, struct storage_state *state)
{
	const struct {
		const char *name;
		char *text;
	} rows[] = {
		{names->version, state->version},
		{"etag", state->etag},
		{names->encryption, state->encryption},
		{"last-modified", state->modified},
	};
	state->there = true;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		storage_keep_header(response, rows[i].name, rows[i].text);
	if (!state->version[0])
		(void)snprintf(state->version, sizeof state->version, "%s", version);
}

void storage_add_md5(struct buf *headers, struct str body)
{
	struct buf CLEANUP_BUF text;
	uint8_t digest[MD5_BYTES];
	buf_init(&text, 64);
	if (!md5(body, digest))
		return;
	base64_encode(&text, str_make((const char *)digest, sizeof digest));
	http_add_header(headers, "content-md5", buf_str(&text));
}
