/* SPDX-License-Identifier: Apache-2.0
 *
 * From decisions to an answer. A guard must not weaken the
 * agent's own guards, so an allow is said only where a rule says it.
 */
#include "agents/agents.h"

#include "base/limits.h"
#include "decide/modes.h"
#include "decide/visible.h"

/* Agents cut strings at 10,000 characters: what is shown of each part keeps the whole below. */
enum { REASON_PART_MAX = 1200, REASON_MORE = 3 };

static bool is_in_place(const struct agent_event *event, const struct agent_manner *manner,
			const struct decision *decision)
{
	return event->can_ask && !manner->in_place_none && decision->severity <= manner->in_place;
}

static enum agent_answer answer_of(const struct agent_event *event,
				   const struct agent_manner *manner,
				   const struct decision *decision)
{
	switch (runtime_mode_apply(decision).outcome) {
	case CAVRA_ALLOW:
		return decision->by_rule || manner->authoritative ? ANSWER_ALLOW : ANSWER_SILENT;
	case CAVRA_AUDIT_ONLY:
	case CAVRA_ALLOW_WITH_ATTESTATION:
	case CAVRA_WARN:
		return ANSWER_SILENT;
	case CAVRA_REQUIRE_APPROVAL:
		return is_in_place(event, manner, decision) ? ANSWER_ASK : ANSWER_DENY;
	case CAVRA_BLOCK:
		return ANSWER_DENY;
	}
	return ANSWER_DENY;
}

static void add_part(struct buf *out, struct str text)
{
	visible_add(out, str_first(text, REASON_PART_MAX), 0);
	if (text.n > REASON_PART_MAX)
		buf_add_c(out, " ...");
}

static void add_rule(struct buf *out, const char *rule_id, enum cavra_severity severity)
{
	buf_add_format(out, " [%s, %s]", rule_id, cavra_severity_name(severity));
}

/* Why an approval cannot be had here. */
static void add_approval(struct buf *out, const struct agent_event *event,
			 const struct agent_manner *manner, const struct decision *decision)
{
	buf_add_c(out, ". Approval by ");
	add_part(out, decision->approver_group.n ? decision->approver_group : STR("a person"));
	if (manner->in_place_none || decision->severity > manner->in_place)
		buf_add_format(
			out,
			" is needed, and one of severity %s cannot be given from within the agent",
			cavra_severity_name(decision->severity));
	else
		buf_add_format(out,
			       " is needed, and permission mode %.*s puts the question to nobody",
			       STR_ARG(str_first(event->mode, 40)));
}

/* The other findings that would each have been enough to ask or deny. */
static void add_more(struct buf *out, const struct decision *decision)
{
	size_t more = 0;
	for (size_t i = 0; i < decision->n_findings; i++) {
		const struct finding *finding = &decision->findings[i];
		if (finding == decision->deciding || finding->decision < CAVRA_REQUIRE_APPROVAL ||
		    str_eq(finding->reason, decision->reason))
			continue;
		if (more++ == REASON_MORE) {
			buf_add_c(out, " And more.");
			return;
		}
		buf_add_c(out, " Also: ");
		add_part(out, finding->reason);
		add_rule(out, finding->rule_id, finding->severity);
		buf_add_char(out, '.');
	}
}

/* The tool as such is asked about: why, the adapter knows better than the core. */
static bool is_about_tool(const struct agent_event *event, const struct decision *decision)
{
	return event->ask.n && str_is(decision->action_type, AGENT_TOOL_ACTION);
}

static void explain(struct buf *out, const struct agent_event *event,
		    const struct agent_manner *manner, const struct decision *decision,
		    enum agent_answer answer)
{
	struct mode_effect effect = runtime_mode_apply(decision);
	buf_add_c(out, answer == ANSWER_DENY ? "CAVRA does not allow this: " : "CAVRA asks: ");
	if (effect.outcome != decision->outcome) {
		add_part(out, str_from(effect.reason));
	} else {
		add_part(out, is_about_tool(event, decision) ? event->ask : decision->reason);
		add_rule(out, decision->rule_id, decision->severity);
		if (answer == ANSWER_DENY && decision->outcome == CAVRA_REQUIRE_APPROVAL)
			add_approval(out, event, manner, decision);
	}
	buf_add_char(out, '.');
	if (decision->instead.n) {
		buf_add_c(out, " Instead: ");
		add_part(out, decision->instead);
		buf_add_char(out, '.');
	}
	add_more(out, decision);
}

static void add_note(struct buf *out, const struct decision *decision)
{
	enum cavra_outcome outcome = runtime_mode_apply(decision).outcome;
	bool by_mode = outcome != decision->outcome;
	if (out->n || outcome == CAVRA_ALLOW || outcome > CAVRA_WARN ||
	    (by_mode && decision->outcome < CAVRA_WARN))
		return;
	buf_add_format(out, "CAVRA (%s): %s, ", cavra_outcome_name(outcome),
		       cavra_outcome_name(decision->outcome));
	add_part(out, decision->reason);
	add_rule(out, decision->rule_id, decision->severity);
}

/* A question of the adapter's own comes on top of whatever was decided. */
static void demand_question(struct agent_verdict *verdict, const struct agent_event *event,
			    const struct agent_manner *manner, const struct decision *deciding)
{
	if (!event->ask.n || verdict->answer == ANSWER_DENY || manner->stops_nothing ||
	    (deciding && is_about_tool(event, deciding)))
		return;
	enum agent_answer answer = event->can_ask ? ANSWER_ASK : ANSWER_DENY;
	if (answer != verdict->answer) {
		buf_clear(&verdict->reason);
		buf_add_c(&verdict->reason,
			  event->can_ask ? "CAVRA asks:" : "CAVRA does not allow this:");
	}
	verdict->answer = answer;
	buf_add_char(&verdict->reason, ' ');
	add_part(&verdict->reason, event->ask);
	if (!event->can_ask) {
		buf_add_c(&verdict->reason, "; a person must agree, and permission mode ");
		add_part(&verdict->reason, event->mode);
		buf_add_c(&verdict->reason, " asks nobody");
	}
	buf_add_char(&verdict->reason, '.');
}

void agent_judge(const struct agent_event *event, const struct decision *decisions,
		 const struct agent_manner *manner, struct agent_verdict *ret_verdict)
{
	struct agent_verdict verdict = {.answer = event->n_requests ? ANSWER_ALLOW : ANSWER_SILENT};
	const struct decision *deciding = NULL;
	buf_init(&verdict.reason, KiB(64));
	buf_init(&verdict.note, KiB(64));
	for (size_t i = 0; i < event->n_requests; i++) {
		enum agent_answer answer = answer_of(event, manner, &decisions[i]);
		add_note(&verdict.note, &decisions[i]);
		if (answer < verdict.answer || (answer == verdict.answer && deciding))
			continue;
		verdict.answer = answer;
		deciding = &decisions[i];
	}
	if (deciding && verdict.answer >= ANSWER_ASK)
		explain(&verdict.reason, event, manner, deciding, verdict.answer);
	else if (deciding && verdict.answer == ANSWER_ALLOW)
		buf_add_format(&verdict.reason, "CAVRA allows this [%s]", deciding->rule_id);
	demand_question(&verdict, event, manner, deciding);
	if (event->plans && verdict.answer == ANSWER_ALLOW)
		verdict.answer = ANSWER_SILENT;
	*ret_verdict = verdict;
}

void agent_verdict_release(struct agent_verdict *verdict)
{
	buf_release(&verdict->reason);
	buf_release(&verdict->note);
}
