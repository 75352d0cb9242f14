/* SPDX-License-Identifier: Apache-2.0
 *
 * The event about a bundle of evidence, and what all forms of it need; see siem.h.
 */
#include "evidence/siem.h"

#include "base/when.h"
#include "evidence/siem_private.h"

const struct severity_names severities[SEVERITIES] = {
	[SEVERITY_NONE] = {"informational", "Informational", "info", 1, 0, 6, "Informational"},
	[SEVERITY_LOW] = {"low", "Low", "info", 2, 3, 6, "Low"},
	[SEVERITY_MEDIUM] = {"medium", "Medium", "warning", 3, 5, 4, "Medium"},
	[SEVERITY_HIGH] = {"high", "High", "error", 4, 8, 3, "High"},
	[SEVERITY_CRITICAL] = {"critical", "High", "error", 5, 10, 2, "Critical"},
};

enum severity severity_of(struct str name)
{
	for (unsigned i = 0; i < SEVERITIES; i++)
		if (str_is(name, severities[i].name))
			return (enum severity)i;
	return SEVERITY_CRITICAL;
}

int64_t siem_time(const json_t *event, const json_t *decision)
{
	int64_t when = 0;
	if (!when_parse(siem_text(decision, "timestamp"), &when))
		(void)when_parse(siem_text(event, "timestamp"), &when);
	return when;
}

/* ---- the event ---- */

struct counts {
	json_int_t blocked, approval_required;
	enum severity severity;
};

static int count(const json_t *decisions, struct counts *counts, struct cavra_error *error)
{
	for (size_t i = 0; i < json_array_size(decisions); i++) {
		const json_t *decision = json_array_get(decisions, i);
		struct str what = siem_text(decision, "decision");
		enum severity severity = severity_of(siem_text(decision, "severity"));
		if (!json_is_object(decision) || !what.n)
			return error_set(error, CAVRA_ERR_INPUT,
					 "decision %zu of the evidence is no decision record",
					 i + 1);
		counts->blocked += str_is(what, "block");
		counts->approval_required += str_is(what, "require_approval");
		if (severity > counts->severity)
			counts->severity = severity;
	}
	return 0;
}

int siem_event(const json_t *evidence, const char *timestamp, json_t **ret,
	       struct cavra_error *error)
{
	struct counts counts = {.severity = SEVERITY_NONE};
	json_t *decisions = json_get_array(evidence, "decisions");
	struct str session = siem_text(evidence, "session_id");
	if (!decisions || !session.n)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the evidence has no session_id or no list of decisions");
	int code = count(decisions, &counts, error);
	if (code < 0)
		return code;
	json_t *event = json_pack(
		"{s:s, s:s, s:s%, s:I, s:I, s:I, s:s, s:s, s:O}", "event_type",
		"cavra.evidence_bundle", "product", "CAVRA", "session_id", session.p, session.n,
		"decision_count", (json_int_t)json_array_size(decisions), "blocked_count",
		counts.blocked, "approval_required_count", counts.approval_required, "max_severity",
		severities[counts.severity].name, "timestamp", timestamp, "decisions", decisions);
	if (!event)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	*ret = event;
	return 0;
}

/* ---- what a decision is about ---- */

static const struct {
	const char *name;
	enum siem_kind kind;
} effects[] =
	{
		{"file.read", KIND_FILE_READ},
		{"file.write", KIND_FILE_WRITE},
		{"file.delete", KIND_FILE_DELETE},
		{"command", KIND_PROCESS},
		{"git", KIND_PROCESS},
		{"net", KIND_NETWORK},
		{"network", KIND_NETWORK},
},
  actions[] = {
	  {"read_file", KIND_FILE_READ},     {"write_file", KIND_FILE_WRITE},
	  {"execute_command", KIND_PROCESS}, {"git_operation", KIND_PROCESS},
	  {"network_request", KIND_NETWORK},
};

static enum siem_kind action_kind(const json_t *decision)
{
	struct str action = siem_text(decision, "action_type");
	struct str operation = siem_text(decision, "requested_operation");
	if (str_is(action, "write_file") && str_is(operation, "delete"))
		return KIND_FILE_DELETE;
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_is(action, actions[i].name))
			return actions[i].kind;
	return KIND_API;
}

struct siem_subject siem_subject(const json_t *decision)
{
	/* The first finding is the strictest. */
	const json_t *finding = json_array_get(json_get_array(decision, "findings"), 0);
	const json_t *effect = json_get_object(finding, "effect");
	struct str kind = siem_text(effect, "kind"), shown = siem_text(effect, "shown");
	struct str outcome = siem_text(finding, "decision");
	bool decided = str_eq(outcome, siem_text(decision, "decision")) &&
		       !str_is(outcome, "allow");
	for (size_t i = 0; decided && shown.n && i < sizeof effects / sizeof *effects; i++)
		if (str_is(kind, effects[i].name))
			return (struct siem_subject){effects[i].kind, shown};
	return (struct siem_subject){action_kind(decision), siem_text(decision, "target")};
}

struct str siem_host(struct str target)
{
	size_t scheme = str_find(target, STR("://"));
	struct str rest = scheme == STR_NPOS ? target : str_from_at(target, scheme + 3);
	size_t n = 0;
	while (n < rest.n && !strchr("/?# \t\r\n", rest.p[n]))
		n++;
	rest.n = n;
	size_t at = str_find_last_char(rest, '@');
	if (at != STR_NPOS)
		rest = str_from_at(rest, at + 1);
	if (rest.n && rest.p[0] == '[') {
		size_t close = str_find_char(rest, ']');
		return close == STR_NPOS ? STR("") : str_make(rest.p + 1, close - 1);
	}
	size_t colon = str_find_char(rest, ':');
	return colon == STR_NPOS ? rest : str_first(rest, colon);
}
