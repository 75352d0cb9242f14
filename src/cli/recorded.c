/* SPDX-License-Identifier: Apache-2.0
 *
 * Recorded decisions, see recorded.h.
 */
#include "cli/recorded.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/lines.h"
#include "decide/request.h"
#include "ledger/entry.h"
#include "policy/load.h"
#include "json/json.h"

const struct recorded_gap_info recorded_gaps[RECORDED_GAPS] = {
	[GAP_RENAME] = {"rename", "where a rename ends"},
	[GAP_ARGUMENTS] = {"mcp_arguments", "the arguments of a tool call"},
	[GAP_RECORD] = {"record", "the record that an action is about"},
};

struct reading {
	struct guard *guard;
	recorded_visitor visit;
	void *context;
	struct recording *recording;
	/* progress */
	bool shows;
	off_t size; /* of the file; 0: unknown */
	struct timespec shown;
};

size_t recording_gaps(const struct recording *recording)
{
	size_t n = 0;
	for (size_t i = 0; i < RECORDED_GAPS; i++)
		n += recording->gaps[i];
	return n;
}

/* ---- one record ---- */

/* The request that a record is about; what else it holds was the answer. */
static json_t *request_of(const json_t *record)
{
	static const char *const fields[] = {"action_type", "target",     "requested_operation",
					     "agent_id",    "session_id", "actor",
					     "repository",  "cwd"};
	json_t *request = json_object();
	for (size_t i = 0; request && i < ARRAY_SIZE(fields); i++) {
		json_t *value = json_object_get(record, fields[i]);
		if (json_is_string(value) && json_object_set(request, fields[i], value) < 0) {
			json_decref(request);
			request = NULL;
		}
	}
	return request;
}

static bool is_rename(const json_t *record)
{
	struct str type = STR(""), operation = STR("");
	(void)json_get_str(record, "action_type", &type);
	(void)json_get_str(record, "requested_operation", &operation);
	return str_is(type, "write_file") && str_is(operation, "rename");
}

/* What is missing could only have made the answer stricter, so a block for what the record does say stands. */
static bool has_gap(const struct decision *decision, enum recorded_gap *ret_gap)
{
	const struct effect *about = decision->effects;
	if (!about || (decision->outcome == CAVRA_BLOCK && decision->deciding->effect == about))
		return false;
	*ret_gap = about->kind == EFFECT_MCP ? GAP_ARGUMENTS : GAP_RECORD;
	return about->kind == EFFECT_MCP || about->kind == EFFECT_RECORD ||
	       about->kind == EFFECT_ADAPTER;
}

static int decide_again(struct reading *reading, struct recorded *recorded,
			struct cavra_error *error)
{
	struct request_document document = {.arguments = NULL};
	struct decision decision;
	enum recorded_gap gap;
	json_t *request = request_of(recorded->json);
	if (!request)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	int code = request_from_json(request, &document, error);
	if (code >= 0)
		code = guard_decide(reading->guard, &document.request, reading->guard->mode,
				    &decision, error);
	recorded->request = &document.request;
	recorded->decision = &decision;
	if (code >= 0 && has_gap(&decision, &gap)) {
		reading->recording->gaps[gap]++;
	} else if (code >= 0) {
		reading->recording->decided++;
		code = reading->visit(reading->context, recorded, error);
	}
	recorded->request = NULL;
	recorded->decision = NULL;
	request_document_release(&document);
	json_decref(request);
	return code;
}

/* Where it happened: below the repository's root, wherever that is now. */
static void add_directory(json_t *decision, const json_t *context)
{
	struct str cwd = STR(""), root = STR("");
	(void)json_get_str(context, "cwd", &cwd);
	(void)json_get_str(context, "repository", &root);
	if (!cwd.n || json_object_get(decision, "cwd"))
		return;
	bool inside = root.n && str_starts(cwd, root) && (cwd.n == root.n || cwd.p[root.n] == '/');
	struct str place = inside ? str_from_at(cwd, root.n + (cwd.n > root.n)) : cwd;
	if (place.n)
		(void)json_object_set_new(decision, "cwd", json_stringn(place.p, place.n));
}

/* A line of the ledger has the record in it, and where it was made; one about something else holds none. */
static const json_t *unwrap(json_t *line)
{
	struct str schema = STR(""), event = STR("");
	if (!json_get_str(line, "schema_version", &schema) || !str_is(schema, ENTRY_SCHEMA))
		return line;
	(void)json_get_str(line, "event_type", &event);
	const json_t *body = json_get_object(line, "body");
	json_t *decision = json_get_object(body, "decision");
	const json_t *context = json_get_object(body, "context");
	/* What a policy on trial has said stands beside what was acted on, which has an entry of its own. */
	if (!decision || str_is(event, "cavra.shadow.decided"))
		return NULL;
	add_directory(decision, context);
	return decision;
}

static int read_record(struct reading *reading, struct recorded *recorded,
		       struct cavra_error *error)
{
	struct str decision = STR("");
	(void)json_get_str(recorded->json, "decision", &decision);
	if (!outcome_parse(decision, &recorded->before))
		return error_set(error, CAVRA_ERR_INPUT,
				 "this is no recorded decision: it has no \"decision\"");
	if (!is_rename(recorded->json))
		return decide_again(reading, recorded, error);
	reading->recording->gaps[GAP_RENAME]++;
	return 0;
}

/* ---- all of them ---- */

static void show_progress(struct reading *reading, const struct lines *lines)
{
	enum { BAR = 40, EVERY_NS = 200000000 };
	struct timespec now;
	if (!reading->shows || lines->number % 256)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == reading->shown.tv_sec && now.tv_nsec - reading->shown.tv_nsec < EVERY_NS)
		return;
	reading->shown = now;
	if (reading->size) {
		int full = (int)((double)lines->bytes / (double)reading->size * BAR);
		(void)fprintf(stderr, "\r[%.*s%*s] %zu decisions", full > BAR ? BAR : full,
			      "########################################",
			      full > BAR ? 0 : BAR - full, "", reading->recording->decided);
	} else {
		(void)fprintf(stderr, "\r%zu decisions", reading->recording->decided);
	}
}

/* A line in error is counted, unless nothing can be read any more. */
static int note_error(struct recording *recording, const struct lines *lines,
		      struct cavra_error *here, struct cavra_error *error)
{
	if (here->code == CAVRA_ERR_IO || here->code == CAVRA_ERR_MEMORY) {
		*error = *here;
		return here->code;
	}
	if (!recording->errors++) {
		here->line = (int)lines->number;
		here->column = here->column ? here->column : 1;
		error_file(here, lines->name);
		recording->first_error = *here;
	}
	return 0;
}

static int read_lines(struct reading *reading, struct lines *lines, struct cavra_error *error)
{
	for (;;) {
		json_t *record = NULL;
		struct cavra_error here = {.code = CAVRA_OK};
		int code = lines_next(lines, &record, &here);
		if (code == 0)
			return 0;
		struct recorded recorded = {.json = record, .line = lines->number};
		if (code > 0)
			recorded.json = unwrap(record);
		if (code > 0 && recorded.json)
			code = read_record(reading, &recorded, &here);
		json_decref(record);
		if (code < 0)
			code = note_error(reading->recording, lines, &here, error);
		if (code < 0)
			return code;
		show_progress(reading, lines);
	}
}

int recorded_visit(struct guard *guard, const char *path, recorded_visitor visit, void *context,
		   struct recording *ret_recording, struct cavra_error *error)
{
	static struct lines lines;
	struct stat status;
	struct reading reading = {.guard = guard,
				  .visit = visit,
				  .context = context,
				  .recording = ret_recording,
				  .shows = isatty(STDERR_FILENO) == 1};
	*ret_recording = (struct recording){.decided = 0};
	int code = lines_open(&lines, path, error);
	if (code >= 0) {
		reading.size = fstat(fileno(lines.in), &status) == 0 ? status.st_size : 0;
		code = read_lines(&reading, &lines, error);
		if (reading.shows)
			(void)fprintf(stderr, "\r\x1b[K");
	}
	lines_close(&lines);
	return code;
}
