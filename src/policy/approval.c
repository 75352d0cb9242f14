/* SPDX-License-Identifier: Apache-2.0
 *
 * Approvals, see approval.h. The decision in an approval is not believed: it is made again from the plan, and every field
 * must be the same.
 */
#include "policy/approval.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/array.h"
#include "base/when.h"
#include "policy/authoring.h"
#include "json/json.h"

#define APPROVAL_SCHEMA "cavra.approval.v1"
#define BREAK_GLASS_HOURS 4
#define SECOND ((int64_t)1000000)
#define HOUR (3600 * SECOND)

/* ---- asking ---- */

static json_t *evidence_refs(const json_t *decision, struct str id)
{
	json_t *refs = json_pack("[o]", json_sprintf("approval://%.*s", STR_ARG(id)));
	if (refs && json_array_extend(refs, json_object_get(decision, "evidence_refs")) == 0)
		return refs;
	json_decref(refs);
	return NULL;
}

json_t *approval_ask(const json_t *decision, const struct approval_request *request)
{
	const json_t *actor = json_object_get(decision, "actor");
	struct str id = request->id, at = request->at, until = request->until;
	json_t *asked = json_pack("{s:s, s:O, s:s%, s:O}", "event", "requested", "actor", actor,
				  "timestamp", at.p, at.n, "reason",
				  json_object_get(decision, "reason"));
	return json_pack(
		"{s:s, s:s, s:s%, s:O, s:O, s:s, s:O, s:O, s:s%, s:s%, s:O, s:[o], s:o, s:n, s:n, s:n}",
		"schema_version", APPROVAL_SCHEMA, "product", "CAVRA", "approval_id", id.p, id.n,
		"decision_id", json_object_get(decision, "decision_id"), "session_id",
		json_object_get(decision, "session_id"), "state", "pending", "approver_group",
		json_object_get(decision, "approver_group"), "requested_by", actor, "requested_at",
		at.p, at.n, "expires_at", until.p, until.n, "decision", decision, "history", asked,
		"evidence_refs", evidence_refs(decision, id), "decided_by", "decided_at",
		"decision_reason");
}

json_t *approval_summary(const json_t *approval)
{
	static const char *const keys[] = {
		"approval_id",  "decision_id",  "session_id",   "state",      "approver_group",
		"requested_by", "requested_at", "expires_at",   "decided_by", "decided_at",
		"external_ref", "break_glass",  "evidence_refs"};
	json_t *summary = json_object();
	for (size_t i = 0; summary && i < ARRAY_SIZE(keys); i++) {
		json_t *value = json_object_get(approval, keys[i]);
		if (value && json_object_set(summary, keys[i], value) < 0) {
			json_decref(summary);
			return NULL;
		}
	}
	return summary;
}

/* ---- checking ---- */

struct checking {
	const json_t *approval, *decision;
	const struct approval_gate *gate;
	bool breaks_glass;
	struct cavra_error *error;
};

static int refuse(const struct checking *checking, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct checking *checking, const char *format, ...)
{
	char text[sizeof checking->error->text];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return error_set(checking->error, CAVRA_ERR_POLICY, "%s", text);
}

/* Without blanks around it; empty when it is no text. */
static struct str get(const struct checking *checking, const char *key)
{
	return str_trim(json_str(json_object_get(checking->approval, key)));
}

static int check_form(struct checking *checking)
{
	if (!json_is_object(checking->approval) ||
	    !str_is(get(checking, "schema_version"), APPROVAL_SCHEMA))
		return refuse(checking,
			      "this is no approval: its schema_version must be " APPROVAL_SCHEMA);
	if (!get(checking, "approval_id").n)
		return refuse(checking, "the approval has no approval_id");
	return 0;
}

static int check_state(struct checking *checking)
{
	struct str state = get(checking, "state");
	bool says_so = json_is_true(json_object_get(checking->approval, "break_glass"));
	checking->breaks_glass = str_is(state, "break_glass");
	if (!checking->breaks_glass && !str_is(state, "approved"))
		return refuse(
			checking,
			"the approval is not approved: its state is \"%.*s\"; have it decided",
			STR_ARG(str_first(state, 40)));
	if (says_so != checking->breaks_glass)
		return refuse(checking, "the approval's state and its break_glass contradict each "
					"other");
	return 0;
}

/* ---- what was decided about ---- */

/* In this order, so that the first complaint is the one that explains the others. */
static const struct {
	const char *key, *complaint;
} decision_fields[] = {
	{"action_type", "the approval is about another action than publishing a policy"},
	{"policy_id", "the approval is about another policy"},
	{"policy_digest", "the policy is not the one that was approved; ask for a new approval"},
	{"file_digest", "the file is not the one that was approved; ask for a new approval"},
	{"previous_policy_digest",
	 "what is published now is not what the approval was asked for to replace: something else "
	 "was published since; make a new plan"},
	{"operation", "the approval is about another operation, create or update"},
	{"severity", "the approval was asked for with another risk than this change has"},
	{"target", "the approval is about another file"},
	{"approver_group", "the decision names another group than the one that may approve this"},
	{"policy_pack", "the approval names another policy pack"},
	{"decision", "the approval's decision is not the one that needs an approval"},
	{"rule_id", "the approval is about another rule"},
	{"decision_id", "the decision_id is not that of this change"},
	{"session_id", "the approval comes from another session than policy-authoring"},
	{"agent_id", "the approval was asked for by another agent than policy-authoring-console"},
	{"reason", "the reason of the decision was changed"},
	{"evidence_refs", "the evidence of the decision was changed"},
};

static int check_decision(struct checking *checking)
{
	struct publish_request request = {
		.requested_by = json_str(json_object_get(checking->decision, "actor")),
		.repository = json_str(json_object_get(checking->decision, "repository")),
		.approver_group = checking->gate->approver_group,
	};
	json_t *wanted = NULL;
	int code = 0;
	if (!json_is_object(checking->decision))
		return refuse(checking, "the approval has no decision: nobody can tell what was "
					"approved");
	if (!str_trim(request.requested_by).n)
		return refuse(checking, "the decision does not say who asked (actor)");
	if (!request.repository.n)
		return refuse(checking, "the decision does not say in which repository");
	code = policy_publish_decision(checking->gate->plan, &request, &wanted, checking->error);
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(decision_fields); i++) {
		const char *key = decision_fields[i].key;
		json_t *got = json_object_get(checking->decision, key);
		if (!got || !json_equal(got, json_object_get(wanted, key)))
			code = refuse(checking, "%s", decision_fields[i].complaint);
	}
	json_decref(wanted);
	return code;
}

static bool is_same(const struct checking *checking, const char *key, const char *decision_key)
{
	return str_eq(json_str(json_object_get(checking->approval, key)),
		      json_str(json_object_get(checking->decision, decision_key)));
}

static int check_bound(struct checking *checking)
{
	if (!is_same(checking, "decision_id", "decision_id"))
		return refuse(checking, "the approval's decision_id is not that of its decision");
	if (!is_same(checking, "requested_by", "actor"))
		return refuse(checking, "requested_by is not who asked for the decision (actor)");
	/* Breaking the glass is for one more group to decide. */
	bool board = checking->breaks_glass &&
		     str_is(get(checking, "approver_group"), APPROVAL_BREAK_GLASS_GROUP);
	if (!board && !is_same(checking, "approver_group", "approver_group"))
		return refuse(checking, "another group has approved than the one that may "
					"(approver_group)");
	return 0;
}

/* ---- who, when and why ---- */

/* What stands where nobody has written a name. */
static const char *const nobody[] = {"ai-agent",
				     "unknown-agent",
				     "unknown",
				     "local",
				     "system",
				     "none",
				     "null",
				     "todo",
				     "tbd",
				     "approver",
				     "someone",
				     "anonymous",
				     "policy-publisher",
				     "policy-authoring-console",
				     "placeholder"};

static bool is_nobody(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(nobody); i++)
		if (str_eq_nocase(name, str_from(nobody[i])))
			return true;
	return name.n == 0;
}

static int check_people(struct checking *checking)
{
	struct str by = get(checking, "decided_by"), asked = get(checking, "requested_by");
	if (is_nobody(by))
		return refuse(checking, "the approval does not say which person decided "
					"(decided_by)");
	if (str_eq_nocase(by, asked))
		return refuse(checking,
			      "%.*s has asked for the approval and cannot give it; "
			      "somebody else must",
			      STR_ARG(str_first(by, 100)));
	if (!get(checking, "decision_reason").n)
		return refuse(checking, "the approval gives no reason (decision_reason)");
	return 0;
}

static int read_time(struct checking *checking, const char *key, int64_t *ret)
{
	return when_parse(get(checking, key), ret)
		       ? 0
		       : refuse(checking, "%s is no time in UTC, such as 2026-01-31T12:00:00Z",
				key);
}

static int check_times(struct checking *checking)
{
	int64_t requested, decided, expires;
	if (read_time(checking, "requested_at", &requested) < 0 ||
	    read_time(checking, "decided_at", &decided) < 0 ||
	    read_time(checking, "expires_at", &expires) < 0)
		return CAVRA_ERR_POLICY;
	/* Who writes a time by hand writes seconds. */
	if (decided < requested - requested % SECOND)
		return refuse(checking, "the approval was decided before it was asked for");
	if (decided > checking->gate->now)
		return refuse(checking, "the approval is decided in the future (decided_at)");
	if (expires <= checking->gate->now)
		return refuse(checking, "the approval has ended (expires_at); ask for a new one");
	if (checking->breaks_glass && expires - decided > BREAK_GLASS_HOURS * HOUR)
		return refuse(checking,
			      "breaking the glass holds for at most %d hours "
			      "(expires_at)",
			      BREAK_GLASS_HOURS);
	return 0;
}

static int check_break_glass(struct checking *checking)
{
	if (checking->breaks_glass && !get(checking, "break_glass_reason").n)
		return refuse(checking, "breaking the glass needs a reason (break_glass_reason)");
	return 0;
}

static int (*const checks[])(struct checking *checking) = {
	check_form,   check_state, check_decision,    check_bound,
	check_people, check_times, check_break_glass,
};

int approval_check(const json_t *approval, const struct approval_gate *gate,
		   struct cavra_error *error)
{
	struct checking checking = {.approval = approval,
				    .decision = json_object_get(approval, "decision"),
				    .gate = gate,
				    .error = error};
	int code = 0;
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(checks); i++)
		code = checks[i](&checking);
	return code;
}
