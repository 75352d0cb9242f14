/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy replay: what another policy would have decided about recorded decisions. Reads line by line and keeps
 * counts only, so a record of any length will do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "cli/cases.h"
#include "cli/lines.h"
#include "decide/request.h"
#include "decide/visible.h"
#include "policy/load.h"
#include "json/json.h"

/* What an enforcement point would do. */
enum answer { ANSWER_ALLOW, ANSWER_ASK, ANSWER_BLOCK, ANSWERS };

static const char *const answer_keys[ANSWERS] = {"would_allow", "would_ask", "would_block"};

struct replay {
	struct guard *guard;
	const struct policy *policy;
	size_t n, errors, changed[ANSWERS];
	json_t *rules, *repositories; /* owned; key to {would_allow, would_ask, would_block} */
	json_t *examples;             /* owned */
	struct cavra_error first_error;
	bool out_of_memory;
	/* progress */
	bool shows;
	off_t size; /* of the file; 0: unknown */
	struct timespec shown;
};

static enum answer answer_of(enum cavra_outcome outcome)
{
	if (outcome == CAVRA_BLOCK)
		return ANSWER_BLOCK;
	return outcome == CAVRA_REQUIRE_APPROVAL ? ANSWER_ASK : ANSWER_ALLOW;
}

/* ---- one decision ---- */

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

/* Counts under a key; when there are very many keys, the later ones are one. */
static void count(struct replay *replay, json_t *counts, struct str key, enum answer answer)
{
	char text[256];
	(void)snprintf(text, sizeof text, "%.*s", STR_ARG(key));
	if (!json_object_get(counts, text) && json_object_size(counts) >= LIMIT_REPLAY_KEYS)
		(void)snprintf(text, sizeof text, "(others)");
	json_t *entry = json_object_get(counts, text);
	if (!entry) {
		entry = json_pack("{s:i, s:i, s:i}", answer_keys[ANSWER_ALLOW], 0,
				  answer_keys[ANSWER_ASK], 0, answer_keys[ANSWER_BLOCK], 0);
		replay->out_of_memory |= json_object_set_new(counts, text, entry) < 0;
		entry = json_object_get(counts, text);
	}
	json_t *number = json_object_get(entry, answer_keys[answer]);
	(void)json_integer_set(number, json_integer_value(number) + 1);
}

static void add_example(struct replay *replay, const struct lines *lines, const json_t *record,
			const struct decision *decision)
{
	enum { EXAMPLES = 10 };
	if (json_array_size(replay->examples) == EXAMPLES)
		return;
	json_t *example = json_pack(
		"{s:I, s:O?, s:O?, s:O?, s:{s:O?, s:O?}, s:{s:s, s:s, s:s%}}", "line",
		(json_int_t)lines->number, "decision_id", json_object_get(record, "decision_id"),
		"action_type", json_object_get(record, "action_type"), "target",
		json_object_get(record, "target"), "recorded", "decision",
		json_object_get(record, "decision"), "rule_id", json_object_get(record, "rule_id"),
		"replayed", "decision", cavra_outcome_name(decision->outcome), "rule_id",
		decision->rule_id, "reason", decision->reason.p ? decision->reason.p : "",
		decision->reason.n);
	replay->out_of_memory |= json_array_append_new(replay->examples, example) < 0;
}

static int replay_record(struct replay *replay, const struct lines *lines, const json_t *record,
			 struct cavra_error *error)
{
	struct request_document document = {.arguments = NULL};
	struct decision decision;
	struct str recorded = STR(""), repository = STR("(none)");
	enum cavra_outcome before;
	(void)json_get_str(record, "decision", &recorded);
	(void)json_get_str(record, "repository", &repository);
	if (!outcome_parse(recorded, &before))
		return error_set(error, CAVRA_ERR_INPUT,
				 "this is no recorded decision: it has no \"decision\"");
	json_t *request = request_of(record);
	if (!request)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	int code = request_from_json(request, &document, error);
	if (code >= 0)
		code = guard_decide(replay->guard, &document.request, replay->guard->mode,
				    &decision, error);
	if (code >= 0) {
		enum answer answer = answer_of(decision.outcome);
		replay->n++;
		if (answer != answer_of(before)) {
			replay->changed[answer]++;
			count(replay, replay->rules, str_from(decision.rule_id), answer);
			count(replay, replay->repositories, repository, answer);
			add_example(replay, lines, record, &decision);
		}
	}
	request_document_release(&document);
	json_decref(request);
	return code;
}

/* ---- all of them ---- */

static void show_progress(struct replay *replay, const struct lines *lines)
{
	enum { BAR = 40, EVERY_NS = 200000000 };
	struct timespec now;
	if (!replay->shows || lines->number % 256)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == replay->shown.tv_sec && now.tv_nsec - replay->shown.tv_nsec < EVERY_NS)
		return;
	replay->shown = now;
	if (replay->size) {
		int full = (int)((double)lines->bytes / (double)replay->size * BAR);
		(void)fprintf(stderr, "\r[%.*s%*s] %zu decisions", full > BAR ? BAR : full,
			      "########################################",
			      full > BAR ? 0 : BAR - full, "", replay->n);
	} else {
		(void)fprintf(stderr, "\r%zu decisions", replay->n);
	}
}

static int replay_lines(struct replay *replay, struct lines *lines, struct cavra_error *error)
{
	for (;;) {
		json_t *record = NULL;
		struct cavra_error here = {.code = CAVRA_OK};
		int code = lines_next(lines, &record, &here);
		if (code == 0)
			return 0;
		if (code > 0)
			code = replay_record(replay, lines, record, &here);
		json_decref(record);
		if (code == CAVRA_ERR_IO || code == CAVRA_ERR_MEMORY || replay->out_of_memory) {
			*error = here;
			return code < 0 ? code
					: error_set(error, CAVRA_ERR_MEMORY, "out of memory");
		}
		if (code < 0 && !replay->errors++) {
			here.line = (int)lines->number;
			here.column = here.column ? here.column : 1;
			error_file(&here, lines->name);
			replay->first_error = here;
		}
		show_progress(replay, lines);
	}
}

/* ---- the report ---- */

static void print_counts(const char *what, json_t *counts)
{
	const char *key;
	json_t *entry;
	if (json_object_size(counts))
		(void)printf("\n%-52s %8s %8s %8s\n", what, "allow", "ask", "block");
	json_object_foreach (counts, key, entry) {
		struct buf CLEANUP_BUF shown;
		buf_init(&shown, KiB(4));
		visible_add(&shown, str_from(key), 0);
		(void)printf("%-52.52s", shown.p);
		for (size_t i = 0; i < ANSWERS; i++)
			(void)printf(" %8lld",
				     json_integer_value(json_object_get(entry, answer_keys[i])));
		(void)printf("\n");
	}
}

static void print_examples(const json_t *examples)
{
	size_t i;
	json_t *example;
	if (json_array_size(examples))
		(void)printf("\nfor example\n");
	json_array_foreach (examples, i, example) {
		const json_t *before = json_object_get(example, "recorded");
		const json_t *after = json_object_get(example, "replayed");
		struct buf CLEANUP_BUF shown;
		buf_init(&shown, KiB(4));
		visible_add(&shown, str_first(json_str(json_object_get(example, "target")), 60), 0);
		(void)printf("  line %lld  %s\n      %s -> %s by %s\n",
			     json_integer_value(json_object_get(example, "line")), shown.p,
			     json_string_value(json_object_get(before, "decision")),
			     json_string_value(json_object_get(after, "decision")),
			     json_string_value(json_object_get(after, "rule_id")));
	}
}

static void print_table(const struct replay *replay)
{
	(void)printf("would block %zu, ask %zu and allow %zu of %zu, where it was decided "
		     "differently\n",
		     replay->changed[ANSWER_BLOCK], replay->changed[ANSWER_ASK],
		     replay->changed[ANSWER_ALLOW], replay->n);
	print_counts("rule", replay->rules);
	print_counts("repository", replay->repositories);
	print_examples(replay->examples);
}

static int print_json(const struct replay *replay)
{
	size_t changed = 0;
	for (size_t i = 0; i < ANSWERS; i++)
		changed += replay->changed[i];
	json_t *report = json_pack(
		"{s:s, s:s%, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:O, s:O}", "schema_version",
		"cavra.policy-replay.v1", "policy_pack", replay->policy->id.p, replay->policy->id.n,
		"policy_digest", replay->policy->digest, "decision_count", (json_int_t)replay->n,
		"error_count", (json_int_t)replay->errors, "unchanged_count",
		(json_int_t)(replay->n - changed), answer_keys[ANSWER_BLOCK],
		(json_int_t)replay->changed[ANSWER_BLOCK], answer_keys[ANSWER_ASK],
		(json_int_t)replay->changed[ANSWER_ASK], answer_keys[ANSWER_ALLOW],
		(json_int_t)replay->changed[ANSWER_ALLOW], "rules", replay->rules, "repositories",
		replay->repositories, "examples", replay->examples);
	char *text = report ? json_text(report, JSON_INDENT(2)) : NULL;
	json_decref(report);
	if (!text)
		return CAVRA_ERR_MEMORY;
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

static int run(struct replay *replay, const struct args *args, struct cavra_error *error)
{
	static struct lines lines;
	struct stat status;
	int code = guard_open(args, replay->guard, error);
	if (code < 0)
		return code;
	replay->policy = config_main_policy(&replay->guard->config);
	case_guard(replay->guard, replay->policy);
	if (!args_has(args, OPT_FACTS))
		code = case_world(replay->guard, NULL, error);
	if (code >= 0)
		code = lines_open(&lines, args->operand[0], error);
	if (code >= 0) {
		replay->size = fstat(fileno(lines.in), &status) == 0 ? status.st_size : 0;
		replay->shows = isatty(STDERR_FILENO) == 1;
		code = replay_lines(replay, &lines, error);
		if (replay->shows)
			(void)fprintf(stderr, "\r\x1b[K");
	}
	lines_close(&lines);
	return code;
}

int cmd_policy_replay(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct guard CLEANUP_GUARD guard = {.resolver = NULL};
	struct replay replay = {.guard = &guard,
				.rules = json_object(),
				.repositories = json_object(),
				.examples = json_array()};
	int code = run(&replay, args, &error);
	if (code >= 0 && args_has(args, OPT_JSON) && print_json(&replay) < 0)
		code = error_set(&error, CAVRA_ERR_MEMORY, "out of memory");
	else if (code >= 0 && !args_has(args, OPT_JSON))
		print_table(&replay);
	bool changed = json_object_size(replay.rules) > 0;
	json_decref(replay.rules);
	json_decref(replay.repositories);
	json_decref(replay.examples);
	if (code < 0)
		return fail(&error);
	if (replay.errors) {
		(void)fail(&replay.first_error);
		(void)fprintf(stderr, "cavra: %zu lines could not be replayed\n", replay.errors);
		return EXIT_ERROR;
	}
	return changed ? EXIT_DIFFERENT : EXIT_ALLOWED;
}
