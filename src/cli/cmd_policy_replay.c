/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy replay: what another policy would have decided about recorded decisions.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/cases.h"
#include "cli/recorded.h"
#include "decide/visible.h"
#include "json/json.h"

/* What an enforcement point would do. */
enum answer { ANSWER_ALLOW, ANSWER_ASK, ANSWER_BLOCK, ANSWERS };

static const char *const answer_keys[ANSWERS] = {"would_allow", "would_ask", "would_block"};

struct replay {
	struct guard *guard;
	const struct policy *policy;
	struct recording recording;
	size_t changed[ANSWERS];
	json_t *rules, *repositories; /* owned; key to {would_allow, would_ask, would_block} */
	json_t *examples;             /* owned */
	bool out_of_memory;
};

static enum answer answer_of(enum cavra_outcome outcome)
{
	if (outcome == CAVRA_BLOCK)
		return ANSWER_BLOCK;
	return outcome == CAVRA_REQUIRE_APPROVAL ? ANSWER_ASK : ANSWER_ALLOW;
}

/* ---- counting ---- */

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

static void add_example(struct replay *replay, const struct recorded *recorded)
{
	enum { EXAMPLES = 10 };
	const json_t *record = recorded->json;
	const struct decision *decision = recorded->decision;
	if (json_array_size(replay->examples) == EXAMPLES)
		return;
	json_t *example = json_pack(
		"{s:I, s:O?, s:O?, s:O?, s:{s:O?, s:O?}, s:{s:s, s:s, s:s%}}", "line",
		(json_int_t)recorded->line, "decision_id", json_object_get(record, "decision_id"),
		"action_type", json_object_get(record, "action_type"), "target",
		json_object_get(record, "target"), "recorded", "decision",
		json_object_get(record, "decision"), "rule_id", json_object_get(record, "rule_id"),
		"replayed", "decision", cavra_outcome_name(decision->outcome), "rule_id",
		decision->rule_id, "reason", decision->reason.p ? decision->reason.p : "",
		decision->reason.n);
	replay->out_of_memory |= json_array_append_new(replay->examples, example) < 0;
}

static int note(void *context, const struct recorded *recorded, struct cavra_error *error)
{
	struct replay *replay = context;
	struct str repository = STR("(none)");
	enum answer answer = answer_of(recorded->decision->outcome);
	if (answer == answer_of(recorded->before))
		return 0;
	(void)json_get_str(recorded->json, "repository", &repository);
	replay->changed[answer]++;
	count(replay, replay->rules, str_from(recorded->decision->rule_id), answer);
	count(replay, replay->repositories, repository, answer);
	add_example(replay, recorded);
	return replay->out_of_memory ? error_set(error, CAVRA_ERR_MEMORY, "out of memory") : 0;
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

static void print_gaps(const struct recording *recording)
{
	for (size_t i = 0; i < RECORDED_GAPS; i++)
		if (recording->gaps[i])
			(void)printf("%zu cannot be replayed: the record does not say %s\n",
				     recording->gaps[i], recorded_gaps[i].meaning);
}

static json_t *gaps_json(const struct recording *recording)
{
	json_t *gaps = json_object();
	for (size_t i = 0; i < RECORDED_GAPS; i++)
		if (json_object_set_new(gaps, recorded_gaps[i].key,
					json_integer((json_int_t)recording->gaps[i])) < 0) {
			json_decref(gaps);
			return NULL;
		}
	return gaps;
}

static void print_table(const struct replay *replay)
{
	(void)printf("would block %zu, ask %zu and allow %zu of %zu, where it was decided "
		     "differently\n",
		     replay->changed[ANSWER_BLOCK], replay->changed[ANSWER_ASK],
		     replay->changed[ANSWER_ALLOW], replay->recording.decided);
	print_gaps(&replay->recording);
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
		"{s:s, s:s%, s:s, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:O, s:O, s:O}",
		"schema_version", "cavra.policy-replay.v1", "policy_pack", replay->policy->id.p,
		replay->policy->id.n, "policy_digest", replay->policy->digest, "decision_count",
		(json_int_t)replay->recording.decided, "error_count",
		(json_int_t)replay->recording.errors, "not_replayable_count",
		(json_int_t)recording_gaps(&replay->recording), "not_replayable",
		gaps_json(&replay->recording), "unchanged_count",
		(json_int_t)(replay->recording.decided - changed), answer_keys[ANSWER_BLOCK],
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
	int code = guard_open(args, replay->guard, error);
	if (code < 0)
		return code;
	replay->policy = config_main_policy(&replay->guard->config);
	case_guard(replay->guard, replay->policy);
	if (!args_has(args, OPT_FACTS))
		code = case_world(replay->guard, NULL, error);
	if (code < 0)
		return code;
	return recorded_visit(replay->guard, args->operand[0], note, replay, &replay->recording,
			      error);
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
	if (replay.recording.errors) {
		(void)fail(&replay.recording.first_error);
		(void)fprintf(stderr, "cavra: %zu lines could not be replayed\n",
			      replay.recording.errors);
		return EXIT_ERROR;
	}
	return changed ? EXIT_DIFFERENT : EXIT_ALLOWED;
}
