/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy suggest: allow rules that would have answered what a recorded time has asked, for a person to look at. What
 * it suggests it tries: on top of the policy, over the same records, which it therefore reads twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/cases.h"
#include "cli/files.h"
#include "cli/recorded.h"
#include "cli/suggestions.h"
#include "decide/lint_commands.h"
#include "decide/visible.h"
#include "json/json.h"

struct suggest {
	const struct args *args;
	struct guard guard; /* as it is */
	struct guard trial; /* with the suggestions on top */
	bool has_trial;
	struct suggestions all;
	struct recording recording;
	json_t *warnings;           /* owned; what lint says of the suggestions */
	size_t answered;            /* questions that they answer */
	size_t others;              /* answers that changed otherwise: there must be none */
	struct cavra_error trouble; /* of the first pattern that could not be tried */
};

/* ---- a policy with patterns on top ---- */

static size_t count_chosen(const struct suggestions *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n_patterns; i++)
		n += all->pattern[i].chosen;
	return n;
}

static void write_list(struct buf *out, const struct suggestions *all, struct str only)
{
	buf_add_c(out, "metadata: {id: cavra-suggested, title: Suggestions, description: To be "
		       "looked at., version: 0.0.1}\ncommands:\n  allow:\n");
	if (only.n) {
		buf_add_c(out, "    - ");
		buf_add_json_string(out, only);
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; !only.n && i < all->n_patterns; i++) {
		if (!all->pattern[i].chosen)
			continue;
		buf_add_c(out, "    - ");
		buf_add_json_string(out, all->pattern[i].pattern);
		buf_add_char(out, '\n');
	}
}

static int open_world(struct suggest *suggest, struct guard *guard, struct cavra_error *error)
{
	case_guard(guard, config_main_policy(&guard->config));
	return args_has(suggest->args, OPT_FACTS) ? 0 : case_world(guard, NULL, error);
}

static int run_lint(const struct lint *lint, struct cavra_error *error)
{
	if (setjmp(lint->arena->on_full))
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	lint->arena->armed = true;
	lint_commands(lint);
	return 0;
}

static int lint(const char *path, struct guard *guard, lint_visitor visit, void *context,
		struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct arena arena;
	int code = document_load(path, &document, error);
	if (code < 0)
		return code;
	arena_init(&arena, LIMIT_POLICY_MEMORY);
	struct lint run = {document, config_main_policy(&guard->config), &arena, visit, context};
	code = run_lint(&run, error);
	arena_release(&arena);
	return code;
}

/* The caller closes the guard, also after a failure. only: this pattern alone; empty: all that are chosen. */
static int open_trial(struct suggest *suggest, struct str only, struct guard *ret_guard,
		      lint_visitor visit, void *context, struct cavra_error *error)
{
	struct args args = *suggest->args;
	char path[] = "/tmp/cavra-suggest-XXXXXX.yaml";
	struct buf CLEANUP_BUF text;
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	*ret_guard = (struct guard){.resolver = NULL};
	if (args.n_overlays == ARGS_MAX_REPEATS)
		return error_set(error, CAVRA_ERR_USAGE, "give one overlay less");
	write_list(&text, &suggest->all, only);
	int fd = mkstemps(path, 5);
	if (fd < 0 || text.failed || !file_write_fd(fd, buf_str(&text))) {
		if (fd >= 0)
			(void)close(fd);
		return error_set(error, CAVRA_ERR_IO, "cannot write %s", path);
	}
	(void)close(fd);
	args.overlays[args.n_overlays++] = path;
	int code = guard_open(&args, ret_guard, error);
	if (code >= 0)
		code = open_world(suggest, ret_guard, error);
	if (code >= 0)
		code = lint(path, ret_guard, visit, context, error);
	(void)unlink(path);
	return code;
}

/* ---- the first reading: what was asked ---- */

static void note_warning(void *context, const struct lint_issue *issue)
{
	bool *warned = context;
	(void)issue;
	*warned = true;
}

/* What cannot be tried is not suggested. */
static bool is_unsafe(void *context, struct str pattern)
{
	struct suggest *suggest = context;
	struct guard CLEANUP_GUARD guard;
	struct cavra_error error;
	bool warned = false;
	return open_trial(suggest, pattern, &guard, note_warning, &warned, &error) < 0 || warned;
}

static int note_question(void *context, const struct recorded *recorded, struct cavra_error *error)
{
	struct suggest *suggest = context;
	if (recorded->before != CAVRA_REQUIRE_APPROVAL ||
	    recorded->decision->outcome != CAVRA_REQUIRE_APPROVAL)
		return 0;
	return suggestions_note(&suggest->all, recorded->decision, error);
}

/* ---- the second: what would then be answered ---- */

static void keep_warning(void *context, const struct lint_issue *issue)
{
	struct suggest *suggest = context;
	(void)json_array_append_new(suggest->warnings, json_string(issue->place.text));
}

static int compare(void *context, const struct recorded *recorded, struct cavra_error *error)
{
	struct suggest *suggest = context;
	struct decision now;
	int code = guard_decide(&suggest->guard, recorded->request, suggest->guard.mode, &now,
				error);
	if (code < 0 || now.outcome == recorded->decision->outcome)
		return code;
	bool answers = now.outcome == CAVRA_REQUIRE_APPROVAL &&
		       recorded->decision->outcome == CAVRA_ALLOW &&
		       recorded->before == CAVRA_REQUIRE_APPROVAL &&
		       suggest_bar_of(&now) == SUGGEST_NONE;
	if (answers)
		suggestions_note_answer(&suggest->all, recorded->decision);
	suggest->answered += answers;
	suggest->others += !answers;
	return 0;
}

static int run(struct suggest *suggest, struct cavra_error *error)
{
	const char *path = suggest->args->operand[0];
	struct recording again;
	if (strcmp(path, "-") == 0)
		return error_set(error, CAVRA_ERR_USAGE,
				 "the records are read twice, which standard input does not allow; "
				 "name a file");
	int code = guard_open(suggest->args, &suggest->guard, error);
	if (code >= 0)
		code = open_world(suggest, &suggest->guard, error);
	if (code >= 0)
		code = recorded_visit(&suggest->guard, path, note_question, suggest,
				      &suggest->recording, error);
	if (code < 0)
		return code;
	suggestions_choose(&suggest->all);
	if (!count_chosen(&suggest->all))
		return 0;
	suggest->has_trial = true;
	code = open_trial(suggest, STR(""), &suggest->trial, keep_warning, suggest, error);
	if (code >= 0)
		code = recorded_visit(&suggest->trial, path, compare, suggest, &again, error);
	if (code >= 0)
		suggestions_drop_idle(&suggest->all);
	return code;
}

/* ---- the report ---- */

static int by_count(const void *a, const void *b)
{
	const struct suggestion *left = a, *right = b;
	if (left->chosen != right->chosen)
		return left->chosen ? -1 : 1;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return str_compare(left->pattern, right->pattern);
}

static void add_reasons(struct buf *out, const struct suggestions *all)
{
	for (size_t i = SUGGEST_NONE + 1; i < SUGGEST_BARS; i++)
		if (all->bars[i])
			buf_add_format(out, "# %zu left: %s.\n", all->bars[i],
				       suggest_bars[i].meaning);
	if (all->unanswered)
		buf_add_format(out, "# %zu left: no pattern answers it.\n", all->unanswered);
	if (all->others)
		buf_add_format(out, "# %zu left: more different commands than can be counted.\n",
			       all->others);
}

/* Comments and all; nothing to merge when nothing is suggested. */
static void write_fragment(struct buf *out, const struct suggest *suggest)
{
	const struct suggestions *all = &suggest->all;
	size_t n = count_chosen(all);
	buf_add_format(out, "# %zu of %zu questions would be answered by %zu rule%s.\n",
		       suggest->answered, all->asked, n, n == 1 ? "" : "s");
	add_reasons(out, all);
	if (n)
		buf_add_c(out, "commands:\n  allow:\n");
	for (size_t i = 0; i < n; i++) {
		const struct suggestion *one = &all->pattern[i];
		buf_add_format(out, "    # %zu time%s, such as: ", one->count,
			       one->count == 1 ? "" : "s");
		visible_add(out, str_first(one->example[0], 200), 0);
		buf_add_c(out, "\n    - ");
		buf_add_json_string(out, one->pattern);
		buf_add_char(out, '\n');
	}
}

static json_t *suggestion_json(const struct suggestion *one)
{
	json_t *examples = json_array();
	for (size_t i = 0; i < one->n_examples; i++)
		(void)json_array_append_new(examples,
					    json_stringn(one->example[i].p, one->example[i].n));
	return json_pack("{s:s%, s:I, s:b, s:o}", "pattern", one->pattern.p, one->pattern.n,
			 "count", (json_int_t)one->count, "general", one->general, "examples",
			 examples);
}

static json_t *report(const struct suggest *suggest, struct str fragment)
{
	const struct suggestions *all = &suggest->all;
	const struct policy *policy = suggest->guard.config.policies.policy[0];
	json_t *list = json_array(), *left = json_object();
	for (size_t i = 0; i < count_chosen(all); i++)
		(void)json_array_append_new(list, suggestion_json(&all->pattern[i]));
	for (size_t i = SUGGEST_NONE + 1; i < SUGGEST_BARS; i++)
		(void)json_object_set_new(left, suggest_bars[i].key,
					  json_integer((json_int_t)all->bars[i]));
	(void)json_object_set_new(left, "unanswered", json_integer((json_int_t)all->unanswered));
	(void)json_object_set_new(left, "too_many", json_integer((json_int_t)all->others));
	return json_pack("{s:s, s:s%, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:O, s:s%}",
			 "schema_version", "cavra.policy-suggestion.v1", "policy_pack",
			 policy->id.p, policy->id.n, "policy_digest", policy->digest,
			 "decision_count", (json_int_t)suggest->recording.decided, "error_count",
			 (json_int_t)suggest->recording.errors, "asked_count",
			 (json_int_t)all->asked, "answered_count", (json_int_t)suggest->answered,
			 "otherwise_changed_count", (json_int_t)suggest->others, "suggestions",
			 list, "not_suggested", left, "lint_warnings", suggest->warnings,
			 "fragment", fragment.p, fragment.n);
}

static int print_report(struct suggest *suggest, struct cavra_error *error)
{
	struct suggestions *all = &suggest->all;
	struct buf CLEANUP_BUF fragment;
	buf_init(&fragment, LIMIT_DOCUMENT_BYTES);
	qsort(all->pattern, all->n_patterns, sizeof *all->pattern, by_count);
	write_fragment(&fragment, suggest);
	if (fragment.failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the suggestions are too long to print");
	if (!args_has(suggest->args, OPT_JSON)) {
		(void)fputs(fragment.p, stdout);
		return 0;
	}
	json_t *whole = report(suggest, buf_str(&fragment));
	char *text = whole ? json_text(whole, JSON_INDENT(2)) : NULL;
	json_decref(whole);
	if (!text)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

static int conclude(const struct suggest *suggest)
{
	if (suggest->others || json_array_size(suggest->warnings))
		(void)fprintf(stderr,
			      "cavra: the suggestions do not hold: %zu other answers would change, "
			      "and lint has %zu warnings\n",
			      suggest->others, json_array_size(suggest->warnings));
	if (suggest->recording.errors) {
		(void)fail(&suggest->recording.first_error);
		(void)fprintf(stderr, "cavra: %zu lines could not be read\n",
			      suggest->recording.errors);
	}
	bool good = !suggest->others && !json_array_size(suggest->warnings) &&
		    !suggest->recording.errors;
	return good ? EXIT_ALLOWED : EXIT_ERROR;
}

int cmd_policy_suggest(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	static struct suggest suggest;
	suggest.args = args;
	suggest.warnings = json_array();
	int code = suggestions_init(&suggest.all, &error);
	suggest.all.is_unsafe = is_unsafe;
	suggest.all.context = &suggest;
	if (code >= 0)
		code = run(&suggest, &error);
	if (code >= 0)
		code = print_report(&suggest, &error);
	int status = code < 0 ? fail(&error) : conclude(&suggest);
	guard_close(&suggest.guard);
	if (suggest.has_trial)
		guard_close(&suggest.trial);
	suggestions_release(&suggest.all);
	json_decref(suggest.warnings);
	return status;
}
