/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions, see sessions.h.
 */
#include "evidence/sessions.h"

#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "evidence/attestation.h"
#include "ledger/entry.h"
#include "ledger/reader.h"
#include "json/json.h"

#define PRODUCT "CAVRA"

struct gathering {
	struct ledger_reader reader;
	struct ledger_head head;
	json_t *list;      /* of sessions, in their order */
	json_t *by_id;     /* the same by their ids */
	struct str wanted; /* empty: all */
	struct buf needle; /* how its lines say it */
	json_t *entries;   /* of the one that is wanted */
	size_t bytes;      /* of their lines */
};

static int out_of_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

/* ---- one session ---- */

static json_t *new_session(const struct ledger_entry *entry)
{
	return json_pack("{s:s, s:s, s:s#, s:s, s:s#, s:s#, s:i, s:i, s:i, s:I, s:[]}",
			 "schema_version", "cavra.session.v1", "product", PRODUCT, "session_id",
			 entry->session_id.p, (int)entry->session_id.n, "state", "active",
			 "started_at", entry->timestamp.p, (int)entry->timestamp.n, "updated_at",
			 entry->timestamp.p, (int)entry->timestamp.n, "decision_count", 0,
			 "blocked_count", 0, "approval_required_count", 0, "first_sequence",
			 (json_int_t)entry->link.sequence, "evidence_refs");
}

/* What was said last counts. */
static bool copy_text(json_t *session, const char *as, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);
	return !json_is_string(value) || json_object_set(session, as, value) == 0;
}

static bool count_one(json_t *session, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(session, key));
	return json_object_set_new(session, key, json_integer(n + 1)) == 0;
}

static bool add_decision(json_t *session, const json_t *decision)
{
	struct str outcome = STR("");
	json_t *refs = json_object_get(session, "evidence_refs"), *ref;
	size_t i;
	(void)json_get_str(decision, "decision", &outcome);
	bool whole = count_one(session, "decision_count") &&
		     (!str_is(outcome, "block") || count_one(session, "blocked_count")) &&
		     (!str_is(outcome, "require_approval") ||
		      count_one(session, "approval_required_count"));
	static const char *const texts[] = {"agent_id", "actor", "policy_pack", "policy_digest"};
	for (size_t k = 0; whole && k < ARRAY_SIZE(texts); k++)
		whole = copy_text(session, texts[k], decision, texts[k]);
	json_array_foreach (json_object_get(decision, "evidence_refs"), i, ref)
		whole = whole && (json_array_size(refs) < LIMIT_SESSION_REFS
					  ? json_array_append(refs, ref) == 0
					  : count_one(session, "evidence_refs_left_out"));
	return whole;
}

static bool add_context(json_t *session, const json_t *context)
{
	return copy_text(session, "tool", context, "agent") &&
	       copy_text(session, "repository", context, "repository") &&
	       copy_text(session, "branch", context, "branch") &&
	       copy_text(session, "commit", context, "commit");
}

static bool add_entry(json_t *session, const struct ledger_entry *entry)
{
	json_t *decision = json_get_object(entry->body, "decision");
	/* What a policy on trial said was not acted on. */
	if (decision && !str_is(entry->event_type, "cavra.shadow.decided") &&
	    !add_decision(session, decision))
		return false;
	if (str_is(entry->event_type, "cavra.session.ended") &&
	    json_object_set_new(session, "state", json_string("completed")) < 0)
		return false;
	if (str_is(entry->event_type, "cavra.session.started") &&
	    json_object_set_new(session, "state", json_string("active")) < 0)
		return false;
	return copy_text(session, "policy_digest", entry->body, "policy_digest") &&
	       add_context(session, json_get_object(entry->body, "context")) &&
	       json_object_set_new(session, "updated_at",
				   json_stringn(entry->timestamp.p, entry->timestamp.n)) == 0 &&
	       json_object_set_new(session, "last_sequence",
				   json_integer((json_int_t)entry->link.sequence)) == 0;
}

/* ---- all of them ---- */

static int gather_entry(struct gathering *all, const struct ledger_entry *entry, size_t bytes,
			struct cavra_error *error)
{
	json_t *session = json_object_getn(all->by_id, entry->session_id.p, entry->session_id.n);
	if (all->wanted.n && !str_eq(entry->session_id, all->wanted))
		return 0;
	/* What the ledger tells of itself is nobody's session. */
	if (str_is(entry->session_id, "ledger") &&
	    (str_starts(entry->event_type, STR("cavra.ledger.")) ||
	     str_starts(entry->event_type, STR("cavra.evidence."))))
		return 0;
	if (!session) {
		if (json_array_size(all->list) == LIMIT_SESSIONS)
			return error_set(error, CAVRA_ERR_LIMIT, "more than %d sessions",
					 (int)LIMIT_SESSIONS);
		session = new_session(entry);
		if (!session || json_array_append_new(all->list, session) < 0 ||
		    json_object_setn(all->by_id, entry->session_id.p, entry->session_id.n,
				     session) < 0)
			return out_of_memory(error);
	}
	all->bytes += all->wanted.n ? bytes : 0;
	if (all->bytes > LIMIT_SESSION_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the entries of the session are more than %zu bytes; cavra ledger "
				 "show prints them, and cavra evidence bundle takes some of them",
				 LIMIT_SESSION_BYTES);
	if (!add_entry(session, entry) ||
	    (all->wanted.n && json_array_append(all->entries, entry->json) < 0))
		return out_of_memory(error);
	return 0;
}

/* An entry of another session need not be read whole. */
static bool may_matter(const struct gathering *all, struct str line)
{
	return !all->wanted.n || str_find(line, buf_str(&all->needle)) != STR_NPOS;
}

static int check_link(struct gathering *all, struct str line, struct cavra_error *error)
{
	struct entry_link link;
	const char *wrong = NULL;
	if (entry_link(line, &link, &wrong) &&
	    (link.sequence != all->head.sequence + 1 ||
	     strcmp(link.previous_hash, all->head.record_hash) != 0))
		wrong = "it is not chained to the entry before";
	if (wrong)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the ledger is damaged at line %" PRIu64 " of segment %" PRIu64
				 ": %s; cavra ledger verify tells more",
				 all->reader.number, all->reader.first, wrong);
	all->head.sequence = link.sequence;
	memcpy(all->head.record_hash, link.record_hash, sizeof link.record_hash);
	return 0;
}

static int gather(struct gathering *all, struct cavra_error *error)
{
	struct str line;
	int code;
	while ((code = ledger_reader_next(&all->reader, &line, error)) == 1) {
		struct ledger_entry CLEANUP_ENTRY entry = {0};
		code = check_link(all, line, error);
		if (code == 0 && may_matter(all, line))
			code = entry_read(line, &entry, error);
		if (code == 0 && entry.json)
			code = gather_entry(all, &entry, line.n, error);
		if (code < 0)
			return code;
	}
	return code;
}

static int gather_from(const char *directory, struct gathering *all, struct cavra_error *error)
{
	buf_init(&all->needle, 0);
	int code = ledger_reader_open(directory, &all->reader, error);
	if (code < 0)
		return code;
	buf_init(&all->needle, KiB(8));
	buf_add_c(&all->needle, "\"session_id\":");
	buf_add_json_string(&all->needle, all->wanted);
	all->list = json_array();
	all->by_id = json_object();
	all->entries = json_array();
	code = all->list && all->by_id && all->entries ? gather(all, error) : out_of_memory(error);
	ledger_reader_close(&all->reader);
	json_decref(all->by_id);
	buf_release(&all->needle);
	return code;
}

int sessions_list(const char *directory, json_t **ret_sessions, struct cavra_error *error)
{
	struct gathering all = {.wanted = STR("")};
	int code = gather_from(directory, &all, error);
	json_decref(all.entries);
	if (code < 0)
		json_decref(all.list);
	else
		*ret_sessions = all.list;
	return code;
}

int session_read(const char *directory, struct str session_id, json_t **ret_session,
		 struct cavra_error *error)
{
	struct gathering all = {.wanted = session_id};
	json_t *session = NULL;
	int code = session_id.n ? gather_from(directory, &all, error) : 0;
	if (code == 0 && json_array_size(all.list) == 0)
		code = error_set(error, CAVRA_ERR_NOT_FOUND,
				 "nothing was recorded of a session %.100s; cavra agent list names "
				 "those there are",
				 session_id.p);
	if (code == 0) {
		session = json_pack("{s:O, s:O}", "session", json_array_get(all.list, 0), "entries",
				    all.entries);
		code = session ? 0 : out_of_memory(error);
	}
	json_decref(all.list);
	json_decref(all.entries);
	if (code == 0)
		*ret_session = session;
	return code;
}

/* ---- the audit file ---- */

static json_t *action_of(const json_t *decision)
{
	static const char *const names[][2] = {{"type", "action_type"},
					       {"target", "target"},
					       {"decision", "decision"},
					       {"reason", "reason"},
					       {"rule_id", "rule_id"},
					       {"severity", "severity"},
					       {"evidence_refs", "evidence_refs"}};
	json_t *action = json_object();
	bool whole = action;
	for (size_t i = 0; whole && i < ARRAY_SIZE(names); i++) {
		json_t *value = json_object_get(decision, names[i][1]);
		whole = !value || json_object_set(action, names[i][0], value) == 0;
	}
	if (whole)
		return action;
	json_decref(action);
	return NULL;
}

/* The decisions of a session that were acted on. The caller decrefs. */
static json_t *decisions_of(const json_t *session)
{
	json_t *list = json_array(), *entry;
	bool whole = list;
	size_t i;
	json_array_foreach (json_object_get(session, "entries"), i, entry) {
		struct str event = STR("");
		json_t *decision = json_object_get(json_object_get(entry, "body"), "decision");
		(void)json_get_str(entry, "event_type", &event);
		if (decision && !str_is(event, "cavra.shadow.decided"))
			whole = whole && json_array_append(list, decision) == 0;
	}
	if (whole)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *text_or_null(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return value ? json_incref(value) : json_null();
}

json_t *session_audit(const json_t *session)
{
	const json_t *about = json_object_get(session, "session");
	json_t *decisions = decisions_of(session), *actions = json_array(), *decision;
	bool whole = decisions && actions;
	size_t i;
	json_array_foreach (decisions, i, decision)
		whole = whole && json_array_append_new(actions, action_of(decision)) == 0;
	json_decref(decisions);
	if (!whole) {
		json_decref(actions);
		return NULL;
	}
	return json_pack("{s:O, s:o, s:o, s:O, s:o}", "session_id",
			 json_object_get(about, "session_id"), "tool", text_or_null(about, "tool"),
			 "repo", text_or_null(about, "repository"), "started_at",
			 json_object_get(about, "started_at"), "actions", actions);
}

/* ---- for people ---- */

static void add_line(struct buf *out, const char *label, const json_t *object, const char *key)
{
	struct str text = STR("");
	if (!json_get_str(object, key, &text) || !text.n)
		return;
	buf_add_format(out, "- %s: `", label);
	attestation_add_code(out, text);
	buf_add_c(out, "`\n");
}

static void add_stopped(struct buf *out, const json_t *decisions, const char *heading,
			const char *outcome)
{
	json_t *decision;
	size_t i, n = 0;
	json_array_foreach ((json_t *)decisions, i, decision) {
		struct str text = STR(""), target = STR(""), reason = STR("");
		if (!json_get_str(decision, "decision", &text) || !str_is(text, outcome))
			continue;
		(void)json_get_str(decision, "target", &target);
		(void)json_get_str(decision, "reason", &reason);
		if (!n++)
			buf_add_format(out, "\n## %s\n\n", heading);
		buf_add_c(out, "- `");
		attestation_add_code(out, target);
		buf_add_c(out, "`: `");
		attestation_add_code(out, reason);
		buf_add_c(out, "`\n");
	}
}

int session_markdown(const json_t *session, struct buf *out, struct cavra_error *error)
{
	const json_t *about = json_object_get(session, "session");
	json_t *decisions = decisions_of(session);
	if (!decisions)
		return out_of_memory(error);
	struct attestation_counts counts = attestation_count(decisions);
	buf_add_c(out,
		  "# CAVRA Session Attestation\n\nBefore an AI agent acts, CAVRA decides.\n\n");
	add_line(out, "Session", about, "session_id");
	add_line(out, "Agent", about, "tool");
	add_line(out, "Repository", about, "repository");
	add_line(out, "Branch", about, "branch");
	add_line(out, "Commit", about, "commit");
	add_line(out, "Policy", about, "policy_digest");
	add_line(out, "Started", about, "started_at");
	buf_add_format(out,
		       "\n## Summary\n\n- Allowed: %zu\n- Blocked: %zu\n- Approval required: %zu\n",
		       counts.allowed, counts.blocked, counts.approval_required);
	add_stopped(out, decisions, "Blocked", "block");
	add_stopped(out, decisions, "Approval required", "require_approval");
	json_decref(decisions);
	if (out->failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the session is too long to be told");
	return 0;
}
