/* SPDX-License-Identifier: Apache-2.0
 *
 * Recording, see recorder.h.
 */
#include "cli/recorder.h"

#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/ledger_place.h"
#include "ledger/place.h"
#include "json/json.h"

/* ---- opening ---- */

int recorder_open_there(struct recorder *recorder, enum ledger_durability durability,
			struct cavra_error *error)
{
	recorder->n = recorder->written = 0;
	ledger_writer_init(&recorder->writer, recorder->directory, durability);
	recorder->writer.signs = true;
	/* The salt stands in the directory, so that must be there first. */
	recorder->writer.place = place_open(recorder->directory, true, error);
	if (recorder->writer.place < 0)
		return error ? error->code : CAVRA_ERR_IO;
	return redactor_open(recorder->directory, &recorder->redactor, error);
}

int recorder_open(struct recorder *recorder, const struct config *config, struct cavra_error *error)
{
	recorder->n = recorder->written = 0;
	ledger_writer_init(&recorder->writer, recorder->directory, LEDGER_BATCH);
	int code = ledger_directory(config ? config_ledger_directory(config) : NULL,
				    recorder->directory, error);
	return code < 0 ? code
			: recorder_open_there(
				  recorder,
				  config ? config_ledger_durability(config) : LEDGER_BATCH, error);
}

static void forget(struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->n; i++)
		json_decref(recorder->draft[i].body);
	recorder->n = 0;
}

void recorder_close(struct recorder *recorder)
{
	forget(recorder);
	ledger_writer_release(&recorder->writer);
}

/* ---- taking ---- */

/* What no entry can hold as it is, is known by its digest. */
static struct str session_of(struct str session_id, char room[LIMIT_SESSION_ID_BYTES + 1])
{
	bool fits = session_id.n <= LIMIT_SESSION_ID_BYTES &&
		    utf8_find_invalid(session_id) == STR_NPOS;
	if (fits && session_id.n) {
		memcpy(room, session_id.p, session_id.n);
		return str_make(room, session_id.n);
	}
	if (fits)
		return STR("local");
	sha256_named(session_id, room);
	return str_from(room);
}

int recorder_add(struct recorder *recorder, const char *event_type, struct str session_id,
		 json_t *body, struct cavra_error *error)
{
	if (!body)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	if (recorder->n == LIMIT_LEDGER_GROUP) {
		json_decref(body);
		return error_set(error, CAVRA_ERR_LIMIT, "more than %d events at once",
				 (int)LIMIT_LEDGER_GROUP);
	}
	/* Before the body changes, which it may stand in. */
	struct str session = session_of(session_id, recorder->session[recorder->n]);
	int code = redact_json(&recorder->redactor, body, NULL, error);
	if (code < 0) {
		json_decref(body);
		return code;
	}
	recorder->draft[recorder->n++] = (struct ledger_draft){event_type, session, body};
	return 0;
}

static bool add_text(json_t *object, const char *key, struct str text)
{
	if (!text.n)
		return true;
	json_t *value = utf8_find_invalid(text) == STR_NPOS ? json_stringn_nocheck(text.p, text.n)
							    : json_string("(not UTF-8)");
	return json_object_set_new_nocheck(object, key, value) == 0;
}

static json_t *context_json(const struct record_context *context)
{
	json_t *object = json_object();
	bool whole = object && add_text(object, "agent", context->agent) &&
		     add_text(object, "tool", context->tool) &&
		     add_text(object, "cwd", context->cwd) &&
		     add_text(object, "repository", context->repository) &&
		     add_text(object, "branch", context->branch) &&
		     add_text(object, "commit", context->commit);
	if (whole)
		return object;
	json_decref(object);
	return NULL;
}

int recorder_add_decision(struct recorder *recorder, const char *event_type, json_t *record,
			  const struct record_context *context, struct cavra_error *error)
{
	struct str session = STR("");
	(void)json_get_str(record, "session_id", &session);
	json_incref(record); /* the session's name is in it */
	int code = recorder_add(
		recorder, event_type, session,
		json_pack("{s:o, s:o}", "decision", record, "context", context_json(context)),
		error);
	json_decref(record);
	return code;
}

int recorder_add_event(struct recorder *recorder, const char *event_type, struct str session_id,
		       const char *policy_digest, const struct record_context *context,
		       struct cavra_error *error)
{
	json_t *body = json_pack("{s:o, s:s}", "context", context_json(context), "policy_digest",
				 policy_digest);
	return recorder_add(recorder, event_type, session_id, body, error);
}

/* ---- writing ---- */

int recorder_write(struct recorder *recorder, struct cavra_error *error)
{
	int code = recorder->n
			   ? ledger_append(&recorder->writer, recorder->draft, recorder->n, error)
			   : 0;
	recorder->written = code < 0 ? 0 : recorder->n;
	forget(recorder);
	return code;
}

int recorder_settle(struct recorder *recorder, struct cavra_error *error)
{
	return recorder->writer.must_settle ? ledger_settle(&recorder->writer, error) : 0;
}
