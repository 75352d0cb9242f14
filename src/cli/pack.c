/* SPDX-License-Identifier: Apache-2.0
 *
 * Packs by themselves, see pack.h.
 */
#include "cli/pack.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/when.h"
#include "decide/lint_commands.h"
#include "policy/registry.h"
#include "json/json.h"

/* ---- finding ---- */

static int name_path(struct pack_place *place, int length, struct cavra_error *error)
{
	if (length < 0 || (size_t)length >= sizeof place->path)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long",
				 place->path);
	return 0;
}

int pack_find_file(const char *pack_dir, const char *path, struct pack_place *ret_place,
		   struct cavra_error *error)
{
	struct stat status;
	bool directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
	int n = (int)strnlen(path, PATH_MAX);
	*ret_place = (struct pack_place){.pack_dir = pack_dir};
	while (directory && n > 1 && path[n - 1] == '/')
		n--;
	return name_path(ret_place,
			 snprintf(ret_place->path, sizeof ret_place->path, "%.*s%s", n, path,
				  directory ? "/policy.yaml" : ""),
			 error);
}

int pack_find_id(const char *pack_dir, const char *id, struct pack_place *ret_place,
		 struct cavra_error *error)
{
	if (policy_id_check(str_from(id), error) < 0)
		return CAVRA_ERR_POLICY;
	*ret_place = (struct pack_place){.pack_dir = pack_dir};
	if (pack_dir) {
		int code = name_path(ret_place,
				     snprintf(ret_place->path, sizeof ret_place->path,
					      "%s/%s/policy.yaml", pack_dir, id),
				     error);
		if (code < 0 || access(ret_place->path, F_OK) == 0)
			return code;
	}
	ret_place->bundled = policy_pack_find(str_from(id));
	return ret_place->bundled ? 0 : policy_pack_unknown(str_from(id), error);
}

int pack_find(const char *pack_dir, const char *name, struct pack_place *ret_place,
	      struct cavra_error *error)
{
	if (policy_id_check(str_from(name), NULL) < 0)
		return pack_find_file(pack_dir, name, ret_place, error);
	return pack_find_id(pack_dir, name, ret_place, error);
}

/* ---- opening ---- */

static int open_document(const struct pack_place *place, struct document **ret_document,
			 struct cavra_error *error)
{
	if (place->bundled)
		return document_parse_yaml(place->bundled->text, place->bundled->length,
					   ret_document, error);
	return document_load(place->path, ret_document, error);
}

int pack_open(const struct pack_place *place, struct pack *ret_pack, struct cavra_error *error)
{
	struct policy_source source = {.pack_dir = place->pack_dir,
				       .want_cases = true,
				       .now = when_now(),
				       .only_looks = true};
	struct load_request request = {.path = place->bundled ? NULL : place->path,
				       .id = place->bundled ? place->bundled->id : NULL};
	*ret_pack = (struct pack){.document = NULL};
	int code = open_document(place, &ret_pack->document, error);
	return code < 0 ? code : policy_load(&source, &request, &ret_pack->policy, error);
}

void pack_close(struct pack *pack)
{
	document_free(pack->document);
	policy_free(pack->policy);
}

/* ---- linting ---- */

struct linting {
	bool bare;
	json_t *issues; /* owned */
	json_int_t blockers, warnings;
	bool failed; /* out of memory */
};

static void visit(void *context, const struct lint_issue *issue)
{
	struct linting *linting = context;
	const struct cavra_error *place = &issue->place;
	struct str file = str_from(place->file[0] ? place->file : "policy.yaml");
	if (linting->bare)
		file = str_basename(file);
	if (issue->blocks)
		linting->blockers++;
	else
		linting->warnings++;
	json_t *one = json_pack("{s:s, s:s, s:s, s:s%, s:i, s:i}", "severity",
				issue->blocks ? "blocker" : "warning", "code", issue->code,
				"message", place->text, "file", file.p, file.n, "line", place->line,
				"column", place->column);
	linting->failed |= json_array_append_new(linting->issues, one) < 0;
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

/* It can be loaded: what else is there to say? */
static int lint_more(const struct pack_place *place, struct linting *linting, json_t **ret_summary,
		     struct cavra_error *error)
{
	struct pack pack;
	struct arena arena;
	int code = pack_open(place, &pack, error);
	arena_init(&arena, LIMIT_POLICY_MEMORY);
	struct lint lint = {pack.document, pack.policy, &arena, visit, linting};
	if (code == 0)
		code = lint_policy(&lint, error);
	if (code == 0)
		*ret_summary = policy_summary(pack.policy->document);
	arena_release(&arena);
	pack_close(&pack);
	return code;
}

int pack_lint(const struct pack_place *place, bool bare, json_t **ret_report,
	      struct cavra_error *error)
{
	struct policy_source source = {
		.pack_dir = place->pack_dir, .now = when_now(), .only_looks = true};
	struct linting linting = {.bare = bare, .issues = json_array()};
	json_t *summary = NULL, *report = NULL;
	int code = place->bundled ? 0 : lint_file(&source, place->path, visit, &linting, error);
	if (code == 0)
		code = lint_more(place, &linting, &summary, error);
	if (code >= 0 && !linting.failed)
		report = json_pack("{s:s, s:b, s:I, s:I, s:I, s:O, s:O?}", "schema_version",
				   "cavra.policy-lifecycle.lint-report.v1", "valid",
				   linting.blockers == 0, "blocker_count", linting.blockers,
				   "warning_count", linting.warnings, "issue_count",
				   linting.blockers + linting.warnings, "issues", linting.issues,
				   "summary", summary);
	json_decref(summary);
	json_decref(linting.issues);
	if (code < 0)
		return code;
	if (!report)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	*ret_report = report;
	return 0;
}
