/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision record, see record.h.
 */
#include "decide/record.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "decide/modes.h"

static void add_hex_id(char *id, size_t size, const char *prefix, const unsigned char bytes[6])
{
	(void)snprintf(id, size, "%s%02x%02x%02x%02x%02x%02x", prefix, bytes[0], bytes[1], bytes[2],
		       bytes[3], bytes[4], bytes[5]);
}

void record_stamp_make(struct record_stamp *ret_stamp,
		       const unsigned char random[RECORD_RANDOM_BYTES], int64_t seconds,
		       unsigned microseconds, struct str session_id)
{
	unsigned char correlation[6];
	unsigned long long hash = str_hash(session_id);
	for (size_t i = 0; i < sizeof correlation; i++)
		correlation[i] = session_id.n ? (unsigned char)(hash >> (8 * i)) : random[6 + i];
	add_hex_id(ret_stamp->decision_id, sizeof ret_stamp->decision_id, "dec_", random);
	add_hex_id(ret_stamp->correlation_id, sizeof ret_stamp->correlation_id, "corr_",
		   correlation);
	when_format(seconds * 1000000 + microseconds % 1000000, ret_stamp->timestamp);
}

static void add_member(struct buf *out, const char *key, struct str value)
{
	buf_add_format(out, ",\"%s\":", key);
	buf_add_json_string(out, value);
}

static void add_member_or_null(struct buf *out, const char *key, struct str value)
{
	if (value.n)
		add_member(out, key, value);
	else
		buf_add_format(out, ",\"%s\":null", key);
}

static struct str or_default(struct str value, const char *fallback)
{
	return value.n ? value : str_from(fallback);
}

static void add_finding(struct buf *out, const struct finding *finding)
{
	buf_add_format(out, "{\"decision\":\"%s\",\"severity\":\"%s\"",
		       cavra_outcome_name(finding->decision),
		       cavra_severity_name(finding->severity));
	add_member(out, "rule_id", str_from(finding->rule_id));
	add_member_or_null(out, "approver_group", finding->approver_group);
	add_member(out, "reason", finding->reason);
	add_member_or_null(out, "instead", finding->instead);
	add_member_or_null(out, "pattern", finding->pattern);
	buf_add_format(out, ",\"certainty\":\"%s\"",
		       finding->certainty == MATCH_MAY ? "may" : "must");
	if (finding->effect) {
		buf_add_format(out, ",\"effect\":{\"kind\":\"%s\"",
			       effect_kind_name(finding->effect->kind));
		add_member(out, "shown", finding->effect->shown);
		buf_add_char(out, '}');
	} else {
		buf_add_c(out, ",\"effect\":null");
	}
	buf_add_format(out, ",\"span\":[%zu,%zu]}", finding->span.from, finding->span.to);
}

static void add_findings(struct buf *out, const struct decision *decision)
{
	buf_add_c(out, ",\"findings\":[");
	for (size_t i = 0; i < decision->n_findings; i++) {
		if (i)
			buf_add_char(out, ',');
		add_finding(out, &decision->findings[i]);
	}
	buf_add_char(out, ']');
}

static void add_shadow(struct buf *out, const struct record_shadow *shadow)
{
	buf_add_c(out, ",\"shadow\":{\"policy_pack\":");
	buf_add_json_string(out, shadow->policy_pack);
	if (shadow->error) {
		add_member(out, "error", str_from(shadow->error->text));
	} else {
		add_member(out, "policy_digest", str_from(shadow->policy_digest));
		add_member(out, "decision",
			   str_from(cavra_outcome_name(shadow->decision->outcome)));
		add_member(out, "rule_id", str_from(shadow->decision->rule_id));
		buf_add_format(out, ",\"changed\":%s", shadow->changed ? "true" : "false");
	}
	buf_add_char(out, '}');
}

static void add_glass(struct buf *out, const struct record_glass *glass)
{
	buf_add_c(out, ",\"break_glass\":{\"actor\":");
	buf_add_json_string(out, glass->actor);
	add_member(out, "expires", glass->expires);
	buf_add_char(out, '}');
}

static void add_echo(struct buf *out, const json_t *id)
{
	if (json_is_string(id))
		add_member(out, "id", str_make(json_string_value(id), json_string_length(id)));
	else if (json_is_integer(id))
		buf_add_format(out, ",\"id\":%" JSON_INTEGER_FORMAT, json_integer_value(id));
}

void record_write(struct buf *out, const struct record *record)
{
	const struct request *request = record->request;
	const struct decision *decision = record->decision;
	const struct record_stamp *stamp = record->stamp;
	struct str session = or_default(request->session_id, "local");
	struct str id = str_from(stamp->decision_id);

	buf_add_c(out, "{\"decision_id\":");
	buf_add_json_string(out, id);
	add_member(out, "session_id", session);
	add_member(out, "agent_id", or_default(request->agent_id, "unknown-agent"));
	add_member(out, "actor", or_default(request->actor, "ai-agent"));
	add_member(out, "action_type", decision->action_type);
	add_member(out, "target", decision->target);
	add_member(out, "requested_operation", decision->requested_operation);
	add_member(out, "policy_pack",
		   record->policy_pack.n ? record->policy_pack : record->policy->id);
	add_member(out, "policy_id", record->policy->id);
	add_member(out, "rule_id", str_from(decision->rule_id));
	buf_add_format(out, ",\"decision\":\"%s\",\"severity\":\"%s\"",
		       cavra_outcome_name(decision->outcome),
		       cavra_severity_name(decision->severity));
	add_member_or_null(out, "reason", decision->reason);

	struct buf CLEANUP_BUF evidence;
	buf_init(&evidence, out->max);
	buf_add_c(&evidence, "evidence://");
	buf_add(&evidence, session);
	buf_add_char(&evidence, '/');
	buf_add(&evidence, id);
	buf_add_c(out, ",\"evidence_refs\":[");
	buf_add_json_string(out, buf_str(&evidence));
	buf_add_char(out, ']');

	add_member_or_null(out, "approver_group", decision->approver_group);
	add_member(out, "timestamp", str_from(stamp->timestamp));
	add_member(out, "correlation_id",
		   or_default(request->correlation_id, stamp->correlation_id));
	add_member(out, "mode", str_from(runtime_mode_name(decision->mode)));
	add_member(
		out, "policy_digest",
		str_from(record->policy_digest ? record->policy_digest : record->policy->digest));
	add_member(out, "policy_signature",
		   str_from(record->policy_signature
				    ? record->policy_signature
				    : policy_signature_name(record->policy->signature)));
	add_findings(out, decision);
	if (record->shadow)
		add_shadow(out, record->shadow);
	if (record->glass)
		add_glass(out, record->glass);
	add_echo(out, record->echo_id);
	buf_add_char(out, '}');
	if (evidence.failed)
		out->failed = true;
}
