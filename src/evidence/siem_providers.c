/* SPDX-License-Identifier: Apache-2.0
 *
 * The files for each provider, see siem.h. Those with the names and the form that existing installations know are one
 * JSON document; beside them stands what the provider's interface takes as it is.
 */
#include <stdint.h>
#include <stdio.h>

#include "base/limits.h"
#include "evidence/siem.h"
#include "evidence/siem_private.h"

/* Numbers with a fraction are points in time: ten digits, and six behind the point. */
#define WRITTEN (JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(16))

struct export
{
	const json_t *event;
	struct siem_options options;
	siem_put put;
	void *context;
};

static int no_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

/* ---- one entry ---- */

static json_t *epoch(int64_t when)
{
	return json_real((double)when / 1e6);
}

/* The event without its decisions, which have entries of their own. */
static json_t *summary(const json_t *event)
{
	json_t *copy = json_copy_whole((json_t *)event);
	if (copy)
		(void)json_object_del(copy, "decisions");
	return copy;
}

static json_t *splunk(const struct export *export, int64_t when, const char *sourcetype,
		      json_t *event)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:o}", "time", epoch(when), "host", "cavra",
			 "source", "cavra:evidence", "sourcetype", sourcetype, "index",
			 export->options.splunk_index, "event", event);
}

static json_t *splunk_item(const struct export *export)
{
	return splunk(export, siem_time(export->event, NULL), "cavra:evidence:json",
		      json_incref((json_t *)export->event));
}

static json_t *splunk_summary(const struct export *export)
{
	return splunk(export, siem_time(export->event, NULL), "cavra:evidence:json",
		      summary(export->event));
}

static json_t *splunk_decision(const struct export *export, const json_t *decision)
{
	return splunk(export, siem_time(export->event, decision), "cavra:decision:json",
		      json_incref((json_t *)decision));
}

static const struct severity_names *severity(const json_t *object, const char *key)
{
	return &severities[severity_of(siem_text(object, key))];
}

static json_t *sentinel(const struct export *export, json_t *raw)
{
	const json_t *event = export->event;
	return json_pack("{s:O, s:s, s:O, s:O, s:O, s:O, s:O, s:O, s:s, s:o}", "TimeGenerated",
			 json_object_get(event, "timestamp"), "SourceSystem", "CAVRA", "EventName",
			 json_object_get(event, "event_type"), "ProductName",
			 json_object_get(event, "product"), "SessionId",
			 json_object_get(event, "session_id"), "DecisionCount",
			 json_object_get(event, "decision_count"), "BlockedCount",
			 json_object_get(event, "blocked_count"), "ApprovalRequiredCount",
			 json_object_get(event, "approval_required_count"), "Severity",
			 severity(event, "max_severity")->sentinel, "RawEvent", raw);
}

static json_t *sentinel_item(const struct export *export)
{
	return sentinel(export, json_incref((json_t *)export->event));
}

static json_t *sentinel_summary(const struct export *export)
{
	return sentinel(export, summary(export->event));
}

static json_t *text_of(const json_t *decision, const char *key)
{
	return siem_string(siem_text(decision, key));
}

static json_t *timestamp_of(const struct export *export, const json_t *decision)
{
	struct str own = siem_text(decision, "timestamp");
	return siem_string(own.n ? own : siem_text(export->event, "timestamp"));
}

static json_t *sentinel_decision(const struct export *export, const json_t *decision)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:O}",
			 "TimeGenerated", timestamp_of(export, decision), "SourceSystem", "CAVRA",
			 "EventName", "cavra.decision", "ProductName", "CAVRA", "SessionId",
			 json_object_get(export->event, "session_id"), "DecisionId",
			 text_of(decision, "decision_id"), "Decision",
			 text_of(decision, "decision"), "ActionType",
			 text_of(decision, "action_type"), "Target", text_of(decision, "target"),
			 "RuleId", text_of(decision, "rule_id"), "Reason",
			 text_of(decision, "reason"), "Severity",
			 severity(decision, "severity")->sentinel, "RawEvent", decision);
}

/* A tag's value: a comma would begin another one. */
static void add_tag(struct buf *out, const char *name, struct str value)
{
	buf_add_format(out, "%s%s:", out->n ? "," : "", name);
	for (size_t i = 0; i < value.n && i < 200; i++) {
		char c = value.p[i];
		bool plain = ascii_is_name(c) || c == '-' || c == '.' || c == '/';
		buf_add_char(out, plain ? ascii_lower(c) : '_');
	}
}

static void datadog_message(const json_t *event, struct buf *out)
{
	json_int_t all = 0, blocked = 0, asked = 0;
	struct str session = siem_text(event, "session_id");
	(void)json_get_int(event, "decision_count", &all);
	(void)json_get_int(event, "blocked_count", &blocked);
	(void)json_get_int(event, "approval_required_count", &asked);
	buf_add_format(
		out,
		"CAVRA evidence of session %.*s: %lld decisions, %lld blocked, %lld approval required",
		STR_ARG(session), (long long)all, (long long)blocked, (long long)asked);
}

static json_t *datadog_item(const struct export *export)
{
	const json_t *event = export->event;
	struct buf CLEANUP_BUF message, session, most;
	buf_init(&message, KiB(64));
	buf_init(&session, KiB(64));
	buf_init(&most, KiB(1));
	datadog_message(event, &message);
	buf_add_c(&session, "session_id:");
	buf_add(&session, siem_text(event, "session_id"));
	buf_add_c(&most, "max_severity:");
	buf_add(&most, siem_text(event, "max_severity"));
	return json_pack("{s:s, s:s, s:s, s:s%, s:[s, s%, s%], s:O}", "ddsource", "cavra",
			 "service", export->options.datadog_service, "status",
			 severity(event, "max_severity")->datadog, "message", message.p, message.n,
			 "tags", "product:cavra", session.p, session.n, most.p, most.n,
			 "attributes", event);
}

static json_t *datadog(const struct export *export, const json_t *about, const char *severity_key,
		       struct str message, json_t *attributes)
{
	struct buf CLEANUP_BUF tags;
	struct str rule = siem_text(about, "rule_id");
	buf_init(&tags, KiB(4));
	add_tag(&tags, "product", STR("cavra"));
	add_tag(&tags, "session_id", siem_text(export->event, "session_id"));
	add_tag(&tags, "max_severity", str_from(severity(about, severity_key)->name));
	if (rule.n)
		add_tag(&tags, "rule_id", rule);
	return json_pack("{s:s, s:s%, s:s, s:s, s:s, s:s%, s:o, s:o}", "ddsource", "cavra",
			 "ddtags", tags.p, tags.n, "hostname", "cavra", "service",
			 export->options.datadog_service, "status",
			 severity(about, severity_key)->datadog, "message", message.p, message.n,
			 "timestamp", timestamp_of(export, about), "cavra", attributes);
}

static json_t *datadog_summary(const struct export *export)
{
	struct buf CLEANUP_BUF message;
	buf_init(&message, KiB(64));
	datadog_message(export->event, &message);
	return datadog(export, export->event, "max_severity", buf_str(&message),
		       summary(export->event));
}

static json_t *datadog_decision(const struct export *export, const json_t *decision)
{
	struct buf CLEANUP_BUF message;
	struct str what = siem_text(decision, "decision");
	buf_init(&message, MiB(8));
	buf_add_format(&message, "%.*s: ", STR_ARG(what));
	buf_add(&message, siem_text(decision, "reason"));
	return datadog(export, decision, "severity", buf_str(&message),
		       json_incref((json_t *)decision));
}

static json_t *webhook_item(const struct export *export)
{
	const json_t *event = export->event;
	return json_pack("{s:s, s:O, s:O, s:O, s:O}", "schema_version", "cavra.webhook.evidence.v1",
			 "product", json_object_get(event, "product"), "event_type",
			 json_object_get(event, "event_type"), "timestamp",
			 json_object_get(event, "timestamp"), "payload", event);
}

static json_t *ocsf_decision(const struct export *export, const json_t *decision)
{
	return siem_ocsf(export->event, decision);
}

/* ---- files ---- */

enum body {
	BODY_DOCUMENT, /* one item, perhaps in a list that is the member of an object */
	BODY_LIST,     /* a JSON array */
	BODY_LINES,    /* a JSON text a line */
	BODY_CEF,
};

static const struct file {
	const char *provider, *name, *ending;
	enum body body;
	const char *list; /* BODY_DOCUMENT: the member */
	json_t *(*first)(const struct export *export);
	json_t *(*each)(const struct export *export, const json_t *decision);
	size_t most,
		most_bytes; /* entries and bytes of what the provider takes at once; 0: any number */
} files[] = {
	{"splunk", "splunk-hec-events", ".json", BODY_DOCUMENT, "events", splunk_item, NULL, 0, 0},
	{"splunk", "splunk-hec-body", ".ndjson", BODY_LINES, NULL, splunk_summary, splunk_decision,
	 0, 0},
	{"sentinel", "sentinel-log-analytics", ".json", BODY_DOCUMENT, "records", sentinel_item,
	 NULL, 0, 0},
	{"sentinel", "sentinel-logs-ingestion", ".json", BODY_LIST, NULL, sentinel_summary,
	 sentinel_decision, 0, 1000000},
	{"datadog", "datadog-events", ".json", BODY_DOCUMENT, "events", datadog_item, NULL, 0, 0},
	{"datadog", "datadog-logs", ".json", BODY_LIST, NULL, datadog_summary, datadog_decision,
	 1000, 5000000},
	{"webhook", "webhook-payload", ".json", BODY_DOCUMENT, NULL, webhook_item, NULL, 0, 0},
	{"ocsf", "ocsf-events", ".ndjson", BODY_LINES, NULL, NULL, ocsf_decision, 0, 0},
	{"cef", "cef-events", ".log", BODY_CEF, NULL, NULL, NULL, 0, 0},
};

/* The first one without a number. */
static int put(const struct export *export, const struct file *file, unsigned part,
	       const struct buf *text, struct cavra_error *error)
{
	char name[100];
	if (text->failed)
		return error_set(error, CAVRA_ERR_LIMIT, "%s%s would be larger than %zu bytes",
				 file->name, file->ending, text->max);
	if (part > 1)
		(void)snprintf(name, sizeof name, "%s-%u%s", file->name, part, file->ending);
	else
		(void)snprintf(name, sizeof name, "%s%s", file->name, file->ending);
	return export->put(export->context, name, buf_str(text), error);
}

static int put_document(const struct export *export, const struct file *file,
			struct cavra_error *error)
{
	struct buf CLEANUP_BUF out;
	json_t *item = file->first(export);
	json_t *whole = file->list ? json_pack("{s:[o]}", file->list, item) : item;
	char *text = whole ? json_text(whole, WRITTEN | JSON_INDENT(2)) : NULL;
	json_decref(whole);
	buf_init(&out, LIMIT_EXPORT_BYTES);
	if (!text)
		return no_memory(error);
	buf_add_c(&out, text);
	buf_add_char(&out, '\n');
	free(text);
	return put(export, file, 1, &out, error);
}

/* Entries until the provider takes no more at once. */
struct batch {
	const struct export *export;
	const struct file *file;
	struct buf out;
	size_t n;
	unsigned part;
};

static int batch_end(struct batch *batch, struct cavra_error *error)
{
	if (batch->file->body == BODY_LIST)
		buf_add_c(&batch->out, batch->n ? "\n]\n" : "[]\n");
	int code = put(batch->export, batch->file, ++batch->part, &batch->out, error);
	buf_clear(&batch->out);
	batch->n = 0;
	return code;
}

/* Takes the entry. */
static int batch_add(struct batch *batch, json_t *entry, struct cavra_error *error)
{
	const struct file *file = batch->file;
	char *text = entry ? json_text(entry, WRITTEN | JSON_COMPACT) : NULL;
	int code = text ? 0 : no_memory(error);
	json_decref(entry);
	size_t n = text ? strlen(text) : 0;
	bool full = (file->most && batch->n == file->most) ||
		    (file->most_bytes && batch->out.n + n + 8 > file->most_bytes);
	if (code == 0 && full && batch->n)
		code = batch_end(batch, error);
	if (code == 0 && file->body == BODY_LIST)
		buf_add_c(&batch->out, batch->n ? ",\n" : "[\n");
	if (code == 0)
		buf_add(&batch->out, str_make(text, n));
	if (code == 0 && file->body == BODY_LINES)
		buf_add_char(&batch->out, '\n');
	batch->n++;
	free(text);
	return code;
}

static int put_batches(const struct export *export, const struct file *file,
		       struct cavra_error *error)
{
	const json_t *decisions = json_get_array(export->event, "decisions");
	struct batch batch = {.export = export, .file = file};
	buf_init(&batch.out, LIMIT_EXPORT_BYTES);
	int code = file->first ? batch_add(&batch, file->first(export), error) : 0;
	for (size_t i = 0; code == 0 && i < json_array_size(decisions); i++)
		code = batch_add(&batch, file->each(export, json_array_get(decisions, i)), error);
	if (code == 0)
		code = batch_end(&batch, error);
	buf_release(&batch.out);
	return code;
}

static int put_cef(const struct export *export, const struct file *file, struct cavra_error *error)
{
	const json_t *decisions = json_get_array(export->event, "decisions");
	struct buf CLEANUP_BUF out;
	buf_init(&out, LIMIT_EXPORT_BYTES);
	for (size_t i = 0; i < json_array_size(decisions); i++)
		siem_cef(export->event, json_array_get(decisions, i), &out);
	return put(export, file, 1, &out, error);
}

static int put_file(const struct export *export, const struct file *file, struct cavra_error *error)
{
	switch (file->body) {
	case BODY_DOCUMENT:
		return put_document(export, file, error);
	case BODY_LIST:
	case BODY_LINES:
		return put_batches(export, file, error);
	case BODY_CEF:
		return put_cef(export, file, error);
	}
	return error_set(error, CAVRA_ERR_INTERNAL, "an unknown kind of file");
}

int siem_export(const json_t *event, const char *provider, const struct siem_options *options,
		siem_put put_one, void *context, struct cavra_error *error)
{
	struct export export = {event, *options, put_one, context};
	bool found = false;
	int code = 0;
	if (!export.options.splunk_index)
		export.options.splunk_index = "cavra";
	if (!export.options.datadog_service)
		export.options.datadog_service = "cavra";
	for (size_t i = 0; code == 0 && i < sizeof files / sizeof *files; i++) {
		if (strcmp(provider, "all") != 0 && strcmp(provider, files[i].provider) != 0)
			continue;
		found = true;
		code = put_file(&export, &files[i], error);
	}
	if (found || code < 0)
		return code;
	return error_set(
		error, CAVRA_ERR_USAGE,
		"there is no provider %.40s; it is all, splunk, sentinel, datadog, webhook, ocsf or cef",
		provider);
}
