/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision record, see record.h.
 */
#include "decide/record.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "decide/modes.h"
#include "json/json.h"

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

static bool add(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new_nocheck(object, key, value) == 0;
}

static bool add_text(json_t *object, const char *key, struct str value)
{
	return add(object, key, json_new_str(value));
}

static bool add_name(json_t *object, const char *key, const char *value)
{
	return add_text(object, key, str_from(value));
}

static bool add_text_or_null(json_t *object, const char *key, struct str value)
{
	return value.n ? add_text(object, key, value) : add(object, key, json_null());
}

static json_t *only_whole(json_t *value, bool whole)
{
	if (whole)
		return value;
	json_decref(value);
	return NULL;
}

static struct str or_default(struct str value, const char *fallback)
{
	return value.n ? value : str_from(fallback);
}

static json_t *effect_json(const struct effect *effect)
{
	if (!effect)
		return json_null();
	json_t *object = json_object();
	return only_whole(object, add_name(object, "kind", effect_kind_name(effect->kind)) &&
					  add_text(object, "shown", effect->shown));
}

static json_t *finding_json(const struct finding *finding)
{
	json_t *object = json_object();
	bool whole = add_name(object, "decision", cavra_outcome_name(finding->decision)) &&
		     add_name(object, "severity", cavra_severity_name(finding->severity)) &&
		     add_name(object, "rule_id", finding->rule_id) &&
		     add_text_or_null(object, "approver_group", finding->approver_group) &&
		     add_text(object, "reason", finding->reason) &&
		     add_text_or_null(object, "instead", finding->instead) &&
		     add_text_or_null(object, "pattern", finding->pattern) &&
		     add_name(object, "certainty",
			      finding->certainty == MATCH_MAY ? "may" : "must") &&
		     add(object, "effect", effect_json(finding->effect)) &&
		     add(object, "span",
			 json_pack("[I, I]", (json_int_t)finding->span.from,
				   (json_int_t)finding->span.to));
	return only_whole(object, whole);
}

static json_t *findings_json(const struct decision *decision)
{
	json_t *array = json_array();
	bool whole = true;
	for (size_t i = 0; i < decision->n_findings; i++)
		whole &= json_array_append_new(array, finding_json(&decision->findings[i])) == 0;
	return only_whole(array, whole);
}

static json_t *shadow_json(const struct record_shadow *shadow)
{
	json_t *object = json_object();
	bool whole = add_text(object, "policy_pack", shadow->policy_pack);
	if (shadow->error)
		whole = whole && add_name(object, "error", shadow->error->text);
	else
		whole = whole && add_name(object, "policy_digest", shadow->policy_digest) &&
			add_name(object, "decision",
				 cavra_outcome_name(shadow->decision->outcome)) &&
			add_name(object, "rule_id", shadow->decision->rule_id) &&
			add(object, "changed", json_boolean(shadow->changed));
	return only_whole(object, whole);
}

static json_t *glass_json(const struct record_glass *glass)
{
	json_t *object = json_object();
	return only_whole(object, add_text(object, "actor", glass->actor) &&
					  add_text(object, "expires", glass->expires));
}

static json_t *evidence_refs(struct str session, struct str id)
{
	struct buf CLEANUP_BUF place;
	json_t *array = json_array();
	buf_init(&place, session.n + 64);
	buf_add_c(&place, "evidence://");
	buf_add(&place, session);
	buf_add_char(&place, '/');
	buf_add(&place, id);
	bool whole = !place.failed &&
		     json_array_append_new(array, json_new_str(buf_str(&place))) == 0;
	return only_whole(array, whole);
}

/* The fields of the contract, in their order. */
static bool add_contract(json_t *object, const struct record *record)
{
	const struct request *request = record->request;
	const struct decision *decision = record->decision;
	const struct record_stamp *stamp = record->stamp;
	struct str session = or_default(request->session_id, "local");
	return add_name(object, "decision_id", stamp->decision_id) &&
	       add_text(object, "session_id", session) &&
	       add_text(object, "agent_id", or_default(request->agent_id, "unknown-agent")) &&
	       add_text(object, "actor", or_default(request->actor, "ai-agent")) &&
	       add_text(object, "action_type", decision->action_type) &&
	       add_text(object, "target", decision->target) &&
	       add_text(object, "requested_operation", decision->requested_operation) &&
	       add_text(object, "policy_pack",
			record->policy_pack.n ? record->policy_pack : record->policy->id) &&
	       add_text(object, "policy_id", record->policy->id) &&
	       add_name(object, "rule_id", decision->rule_id) &&
	       add_name(object, "decision", cavra_outcome_name(decision->outcome)) &&
	       add_name(object, "severity", cavra_severity_name(decision->severity)) &&
	       add_text_or_null(object, "reason", decision->reason) &&
	       add(object, "evidence_refs", evidence_refs(session, str_from(stamp->decision_id))) &&
	       add_text_or_null(object, "approver_group", decision->approver_group) &&
	       add_name(object, "timestamp", stamp->timestamp) &&
	       add_text(object, "correlation_id",
			or_default(request->correlation_id, stamp->correlation_id));
}

json_t *record_json(const struct record *record)
{
	const struct policy *policy = record->policy;
	json_t *object = json_object();
	bool whole =
		add_contract(object, record) &&
		add_name(object, "mode", runtime_mode_name(record->decision->mode)) &&
		add_name(object, "policy_digest",
			 record->policy_digest ? record->policy_digest : policy->digest) &&
		add_name(object, "policy_signature",
			 record->policy_signature ? record->policy_signature
						  : policy_signature_name(policy->signature)) &&
		add(object, "findings", findings_json(record->decision)) &&
		(!record->shadow || add(object, "shadow", shadow_json(record->shadow))) &&
		(!record->glass || add(object, "break_glass", glass_json(record->glass))) &&
		(!record->echo_id || add(object, "id", json_incref((json_t *)record->echo_id)));
	return only_whole(object, whole);
}

void record_write(struct buf *out, const struct record *record)
{
	json_t *value = record_json(record);
	if (!value || json_write_compact(value, out) < 0)
		out->failed = true;
	json_decref(value);
}
