/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy lint: what is wrong with a pack, or probably not meant.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "decide/lint_commands.h"
#include "json/json.h"

struct report {
	bool json;
	json_t *issues; /* owned */
	size_t blockers, warnings;
	bool failed; /* out of memory */
};

static json_t *issue_json(const struct lint_issue *issue)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "severity",
			 issue->blocks ? "blocker" : "warning", "code", issue->code, "message",
			 issue->place.text, "file", issue->place.file, "line", issue->place.line,
			 "column", issue->place.column);
}

static void visit(void *context, const struct lint_issue *issue)
{
	struct report *report = context;
	if (issue->blocks)
		report->blockers++;
	else
		report->warnings++;
	if (report->json)
		report->failed |= json_array_append_new(report->issues, issue_json(issue)) < 0;
	else
		(void)printf("%s:%d:%d: %s: %s [%s]\n", issue->place.file, issue->place.line,
			     issue->place.column, issue->blocks ? "blocker" : "warning",
			     issue->place.text, issue->code);
}

static int lint_policy(const struct lint *lint, struct cavra_error *error)
{
	if (setjmp(lint->arena->on_full))
		return error_set(error, CAVRA_ERR_LIMIT, "linting needs more than %zu bytes",
				 LIMIT_POLICY_MEMORY);
	lint->arena->armed = true;
	lint_loaded(lint);
	lint_commands(lint);
	return 0;
}

/* The file can be loaded: what else is there to say? *ret_summary: the caller decrefs it. */
static int lint_more(const struct policy_source *source, const char *path, struct report *report,
		     json_t **ret_summary, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct policy *policy = NULL;
	struct arena arena;
	arena_init(&arena, LIMIT_POLICY_MEMORY);
	int code = document_load(path, &document, error);
	if (code == 0)
		code = policy_load_file(source, path, NULL, 0, &policy, error);
	struct lint lint = {document, policy, &arena, visit, report};
	if (code == 0)
		code = lint_policy(&lint, error);
	if (code == 0)
		*ret_summary = policy_summary(policy->document);
	arena_release(&arena);
	policy_free(policy);
	return code;
}

static int print_report(struct report *report, json_t *summary)
{
	char *text = NULL;
	if (!report->json) {
		(void)printf("%zu blockers, %zu warnings\n", report->blockers, report->warnings);
		return 0;
	}
	json_t *whole = json_pack("{s:s, s:b, s:I, s:I, s:I, s:O, s:O?}", "schema_version",
				  "cavra.policy-lifecycle.lint-report.v1", "valid",
				  report->blockers == 0, "blocker_count",
				  (json_int_t)report->blockers, "warning_count",
				  (json_int_t)report->warnings, "issue_count",
				  (json_int_t)report->blockers + (json_int_t)report->warnings,
				  "issues", report->issues, "summary", summary);
	if (whole && !report->failed)
		text = json_text(whole, JSON_INDENT(2));
	json_decref(whole);
	if (!text)
		return CAVRA_ERR_MEMORY;
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

/* A directory means its policy.yaml. */
static void file_of(const char *operand, char *ret_path, size_t size)
{
	struct stat status;
	bool directory = stat(operand, &status) == 0 && S_ISDIR(status.st_mode);
	int n = (int)strnlen(operand, size / 2);
	while (directory && n > 1 && operand[n - 1] == '/')
		n--;
	(void)snprintf(ret_path, size, "%.*s%s", n, operand, directory ? "/policy.yaml" : "");
}

int cmd_policy_lint(const struct args *args)
{
	struct policy_source source = {.pack_dir = args->value[OPT_PACK_DIR]};
	struct report report = {.json = args_has(args, OPT_JSON), .issues = json_array()};
	struct cavra_error error = {.code = CAVRA_OK};
	json_t *summary = NULL;
	char path[4096];
	file_of(args->operand[0], path, sizeof path);
	int code = lint_file(&source, path, visit, &report, &error);
	if (code == 0)
		code = lint_more(&source, path, &report, &summary, &error);
	if (code >= 0 && (!report.issues || print_report(&report, summary) < 0))
		code = error_set(&error, CAVRA_ERR_MEMORY, "out of memory");
	json_decref(summary);
	json_decref(report.issues);
	if (code < 0)
		return fail(&error);
	return report.blockers ? EXIT_ERROR : EXIT_ALLOWED;
}
