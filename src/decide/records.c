/* SPDX-License-Identifier: Apache-2.0
 *
 * Release governance records and pull requests.
 *
 * A record comes from the caller, so everything in it is a claim. Bad news is believed: a failed
 * delivery, a critical signal, a denied approval. Good news is not: there is nothing here that an
 * approval could be looked up in, so the claim of one asks the people who could have given it. A claim
 * may therefore turn "missing" into "ask", and never into "allow".
 *
 * A pull request is where people review. To open one or to add to it is allowed with an attestation;
 * whatever ends the review (a merge, an approval, and every operation that is not known) needs a person
 * when the policy wants a human reviewer or an attestation, because neither can be seen from here.
 */
#include "base/array.h"
#include "decide/core.h"
#include "json/json.h"

/* ---- kinds of records ---- */

enum kind_flags {
	KIND_KNOWN = 1,
	KIND_NEEDS_APPROVAL = 2,
	KIND_EXECUTES = 4, /* nothing without an approval */
	KIND_DELIVERS = 8, /* must say that the delivery succeeded */
};

/* clang-format off */
static const struct {
	const char *name;
	unsigned flags;
} kinds[] = {
	{"release-channel-promotion-request",       KIND_KNOWN | KIND_NEEDS_APPROVAL},
	{"endpoint-reconciliation-automation",      KIND_KNOWN | KIND_NEEDS_APPROVAL},
	{"endpoint-drift-remediation-request",      KIND_KNOWN | KIND_NEEDS_APPROVAL},
	{"endpoint-drift-remediation-execution",    KIND_KNOWN | KIND_NEEDS_APPROVAL | KIND_EXECUTES},
	{"endpoint-remediation-handoff",            KIND_KNOWN | KIND_NEEDS_APPROVAL},
	{"rollout-promotion-execution",             KIND_KNOWN | KIND_NEEDS_APPROVAL | KIND_EXECUTES},
	{"rollout-rollback-execution",              KIND_KNOWN | KIND_NEEDS_APPROVAL | KIND_EXECUTES},
	{"endpoint-management-publication-delivery", KIND_KNOWN | KIND_DELIVERS},
	{"release-connector-delivery",              KIND_KNOWN | KIND_DELIVERS},
	{"endpoint-inventory-ingestion",            KIND_KNOWN},
	{"endpoint-inventory-freshness-report",     KIND_KNOWN},
	{"managed-endpoint-reconciliation",         KIND_KNOWN},
	{"endpoint-management-export",              KIND_KNOWN},
	{"endpoint-remediation-handoff-status",     KIND_KNOWN},
	{"endpoint-remediation-sla-report",         KIND_KNOWN},
	{"endpoint-remediation-sla-notification-plan", KIND_KNOWN},
	{"endpoint-remediation-sla-notification-ack", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-plan", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-review", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-recurrence-plan", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-suppression-audit", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-recurrence-retry-plan", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-owner-digest", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-suppression-trend", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-recurrence-automation-run", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-recurrence-automation-health-alert-plan", KIND_KNOWN},
	{"endpoint-remediation-sla-escalation-recurrence-automation-health-alert-ack", KIND_KNOWN},
	{"rollout-evidence-capture",                KIND_KNOWN},
	{"rollout-evidence-verification",           KIND_KNOWN},
	{"rollout-artifact-retrieval",              KIND_KNOWN},
	{"rollout-artifact-integrity",              KIND_KNOWN},
	{"rollout-promotion-audit-export",          KIND_KNOWN},
	{"rollout-rollback-audit-export",           KIND_KNOWN},
};

/* ---- signals ---- */

static const struct {
	const char *key;
	const char *words[4]; /* that are bad news */
} statuses[] = {
	{"alert_level",         {"critical", "blocked", "breached"}},
	{"drift_status",        {"drifted", "non_compliant", "drift_detected"}},
	{"handoff_status",      {"blocked", "failed"}},
	{"verification_status", {"failed", "blocked", "mismatch"}},
	{"integrity_status",    {"failed", "mismatch", "tampered"}},
	{"audit_export_status", {"failed", "blocked"}},
};

static const char *const counters[] = {
	"blocked_count", "critical_count", "breached_count", "failed_delivery_count",
	"connector_delivery_failure_count", "failed_verification_count", "integrity_failure_count",
};
/* clang-format on */

enum state { STATE_NONE, STATE_APPROVED, STATE_PENDING, STATE_DENIED, STATE_OTHER };

static const struct {
	const char *word;
	enum state state;
} states[] = {
	{"approved", STATE_APPROVED}, {"pending", STATE_PENDING}, {"denied", STATE_DENIED},
	{"rejected", STATE_DENIED},   {"expired", STATE_DENIED},  {"cancelled", STATE_DENIED},
	{"canceled", STATE_DENIED},
};

/* What a record says, read once. */
struct release_record {
	unsigned kind; /* enum kind_flags */
	struct str kind_name;
	bool claims[STATE_OTHER + 1]; /* by enum state */
	bool has_id;
	bool needs_approval;
	bool delivered;
	const char *signal;     /* member that is bad news; NULL: none */
	const char *unreadable; /* member that is not what it must be; NULL: none */
};

/* ---- reading ---- */

/* Lower case, without blanks around, `from` spelled `to`. */
static struct str normalised(struct arena *arena, struct str text, char from, char to)
{
	text = str_trim(text);
	char *copy = arena_alloc(arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		copy[i] = text.p[i] == from ? to : ascii_lower(text.p[i]);
	return str_make(copy, text.n);
}

/* A string member; anything else that is there makes the record unreadable. */
static bool text_member(const json_t *object, const char *key, struct release_record *record,
			struct str *ret)
{
	const json_t *value = json_object_get(object, key);
	if (!value || json_is_null(value))
		return false;
	if (!json_is_string(value)) {
		record->unreadable = key;
		return false;
	}
	*ret = json_str(value);
	return str_trim(*ret).n > 0;
}

/* A count of something bad. "3", 3.0, true and -1 are not counts, and none of them is silently no count. */
static bool positive_counter(const json_t *object, const char *key, struct release_record *record)
{
	const json_t *value = json_object_get(object, key);
	if (!value || json_is_null(value))
		return false;
	if (!json_is_integer(value) || json_integer_value(value) < 0) {
		record->unreadable = key;
		return false;
	}
	return json_integer_value(value) > 0;
}

static void add_kind(struct arena *arena, struct release_record *record, struct str name)
{
	name = normalised(arena, name, '_', '-');
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_is(name, kinds[i].name))
			record->kind |= kinds[i].flags;
}

/* The record's own word and the request's target: what either of them calls for is asked. */
static void read_kind(struct decider *d, struct release_record *record)
{
	record->kind_name = STR("release-governance-record");
	if (d->request->target.n)
		record->kind_name = d->request->target;
	(void)text_member(d->request->record, "metadata_kind", record, &record->kind_name);
	record->kind_name = str_trim(record->kind_name);
	add_kind(d->arena, record, record->kind_name);
	add_kind(d->arena, record, d->request->target);
}

static void add_claim(struct decider *d, struct release_record *record, const json_t *object,
		      const char *state_key, const char *id_key)
{
	struct str text;
	record->has_id |= text_member(object, id_key, record, &text);
	if (!text_member(object, state_key, record, &text))
		return;
	text = normalised(d->arena, text, '-', '_');
	enum state state = STATE_OTHER;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (str_is(text, states[i].word))
			state = states[i].state;
	record->claims[state] = true;
}

static void read_claims(struct decider *d, struct release_record *record)
{
	const json_t *object = d->request->record;
	const json_t *approval = json_object_get(object, "approval");
	add_claim(d, record, object, "approval_state", "approval_id");
	if (approval && !json_is_object(approval) && !json_is_null(approval))
		record->unreadable = "approval";
	else
		add_claim(d, record, approval, "state", "approval_id");
	record->claims[STATE_NONE] = true;
	for (int i = STATE_NONE + 1; i <= STATE_OTHER; i++)
		if (record->claims[i])
			record->claims[STATE_NONE] = false;
	record->needs_approval = positive_counter(object, "approval_required_count", record) ||
				 (record->kind & KIND_NEEDS_APPROVAL) ||
				 !record->claims[STATE_NONE];
}

static void read_signals(struct decider *d, struct release_record *record)
{
	const json_t *object = d->request->record;
	struct str text;
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (!text_member(object, statuses[i].key, record, &text))
			continue;
		text = normalised(d->arena, text, '-', '_');
		for (const char *const *word = statuses[i].words; *word; word++)
			if (str_is(text, *word))
				record->signal = statuses[i].key;
	}
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (positive_counter(object, counters[i], record))
			record->signal = counters[i];
}

static void read_delivery(struct decider *d, struct release_record *record)
{
	static const char *const words[] = {"true", "yes", "success", "succeeded"};
	const json_t *value = json_object_get(d->request->record, "delivery_success");
	record->delivered = json_is_true(value);
	for (size_t i = 0; json_is_string(value) && i < ARRAY_SIZE(words); i++)
		if (str_eq_nocase(str_trim(json_str(value)), str_from(words[i])))
			record->delivered = true;
}

/* ---- judging ---- */

struct judge {
	struct decider *d;
	const struct effect *effect;
	const struct release_record *record;
};

static void say(const struct judge *j, enum cavra_outcome decision, enum cavra_severity severity,
		const char *rule_id, struct str reason)
{
	struct finding *finding = finding_add(j->d, j->effect, decision, severity, rule_id);
	finding->reason = reason;
	if (decision != CAVRA_ALLOW)
		finding->approver_group = STR("Release Governance");
}

static void ask(const struct judge *j, enum cavra_severity severity, const char *rule_id,
		const char *reason)
{
	say(j, CAVRA_REQUIRE_APPROVAL, severity, rule_id, str_from(reason));
}

static void judge_approved(const struct judge *j)
{
	if (j->record->signal)
		say(j, CAVRA_BLOCK, CAVRA_CRITICAL, "release_governance.signal.critical",
		    arena_printf(j->d->arena, "%s is critical, whatever was approved",
				 j->record->signal));
	if (!j->record->has_id)
		say(j, CAVRA_BLOCK, CAVRA_CRITICAL, "release_governance.approval.missing",
		    STR("says that it was approved, but names no approval"));
	else
		ask(j, CAVRA_HIGH, "release_governance.approval.unknown",
		    "names an approval that cannot be verified here");
}

/* What was said of an approval. */
static void judge_claims(const struct judge *j)
{
	const bool *claims = j->record->claims;
	if (claims[STATE_APPROVED])
		judge_approved(j);
	if (claims[STATE_PENDING])
		ask(j, CAVRA_HIGH, "release_governance.approval.pending",
		    "its approval is still pending");
	if (claims[STATE_DENIED])
		say(j, CAVRA_BLOCK, CAVRA_CRITICAL, "release_governance.approval.denied",
		    STR("its approval was denied, or does not hold any more"));
	if (claims[STATE_OTHER])
		ask(j, CAVRA_MEDIUM, "release_governance.approval.unknown",
		    "has an approval state that nobody knows");
}

/* Nothing was said of an approval: is one needed? */
static void judge_unapproved(const struct judge *j)
{
	if (j->record->needs_approval && (j->record->kind & KIND_EXECUTES))
		say(j, CAVRA_BLOCK, CAVRA_CRITICAL, "release_governance.approval.missing",
		    STR("is carried out only with an approval, and there is none"));
	else if (j->record->needs_approval)
		ask(j, CAVRA_HIGH, "release_governance.approval.required", "needs an approval");
}

static void judge_content(const struct judge *j)
{
	const struct release_record *record = j->record;
	if ((record->kind & KIND_DELIVERS) && !record->delivered)
		say(j, CAVRA_BLOCK, CAVRA_HIGH, "release_governance.delivery.failed",
		    STR("does not say that the delivery succeeded"));
	if (record->signal)
		say(j, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH, "release_governance.signal.critical",
		    arena_printf(j->d->arena, "%s is critical", record->signal));
	if (record->unreadable)
		say(j, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH, "release_governance.record.malformed",
		    arena_printf(j->d->arena, "%s is not of the type that it must be",
				 record->unreadable));
}

void release_record_request(struct decider *d)
{
	struct release_record record = {.kind = 0};
	struct scope scope = scope_of_request(d);
	struct judge j = {.d = d, .record = &record};
	read_kind(d, &record);
	j.effect = effect_add(d, EFFECT_RECORD, record.kind_name, &scope);
	if (json_object_size(d->request->record) == 0) {
		ask(&j, CAVRA_MEDIUM, "release_governance.record.missing", "there is no record");
		return;
	}
	read_claims(d, &record);
	read_signals(d, &record);
	read_delivery(d, &record);
	size_t before = d->n_findings;
	judge_claims(&j);
	judge_content(&j);
	if (record.claims[STATE_NONE])
		judge_unapproved(&j);
	if (d->n_findings == before)
		say(&j, CAVRA_ALLOW, CAVRA_LOW,
		    record.kind & KIND_KNOWN ? "release_governance.record.verified"
					     : "release_governance.approval.not_required",
		    STR("needs no approval and reports nothing critical"));
}

/* ---- pull requests ---- */

/* Operations that leave the review to people. */
static const char *const before_review[] = {
	"create", "open",  "update", "edit",           "comment",          "draft",
	"ready",  "close", "reopen", "request_review", "ready_for_review", "view",
	"read",   "list",
};

static const struct {
	size_t wanted; /* offset of the policy's switch */
	const char *rule_id;
	const char *reason;
} review_rules[] = {
	{offsetof(struct policy, require_human_reviewer), "git.pull_request.require_human_reviewer",
	 "ends a review that a person must make"},
	{offsetof(struct policy, require_ai_attestation), "git.pull_request.require_ai_attestation",
	 "needs an attestation of the session, which nobody has checked"},
};

static bool leaves_review(struct decider *d)
{
	struct str operation = normalised(d->arena, d->request->operation, '-', '_');
	for (size_t i = 0; i < ARRAY_SIZE(before_review); i++)
		if (str_is(operation, before_review[i]))
			return true;
	return operation.n == 0;
}

void pull_request_request(struct decider *d)
{
	struct scope scope = scope_of_request(d);
	struct str target = d->request->target.n ? d->request->target : STR("pull_request");
	struct effect *effect = effect_add(d, EFFECT_PULL_REQUEST, target, &scope);
	struct finding *finding = finding_add(d, effect, CAVRA_ALLOW_WITH_ATTESTATION, CAVRA_MEDIUM,
					      "git.pull_request.allow_with_attestation");
	finding->reason = STR("a pull request carries an attestation of how it was made");
	if (leaves_review(d))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(review_rules); i++) {
		if (!*(const bool *)((const char *)d->policy + review_rules[i].wanted))
			continue;
		finding = finding_add(d, effect, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH,
				      review_rules[i].rule_id);
		finding->approver_group = STR("Repository Owners");
		finding->reason = str_from(review_rules[i].reason);
		finding->instead = STR("open the pull request and leave it to its reviewers");
	}
}
