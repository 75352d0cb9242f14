/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking references up, see references.h.
 */
#include "cli/references.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/regular.h"
#include "base/when.h"
#include "cli/files.h"
#include "cli/probe.h"
#include "crypto/digest.h"
#include "policy/approval.h"
#include "json/json.h"

enum { GIT_SECONDS = 30 };

static bool is_commit(struct str text)
{
	bool good = text.n == 40 || text.n == 64;
	for (size_t i = 0; good && i < text.n; i++)
		good = ascii_is_digit(text.p[i]) || (text.p[i] >= 'a' && text.p[i] <= 'f');
	return good;
}

/* The part behind '#'; empty when there is none. */
static struct str fragment_of(struct str reference)
{
	size_t hash = str_find_char(reference, '#');
	return hash == STR_NPOS ? STR("") : str_from_at(reference, hash + 1);
}

static bool complain(char *ret_problem, size_t size, const char *text)
{
	(void)snprintf(ret_problem, size, "%s", text);
	return false;
}

static bool look_up_commit(const struct references *references, struct str commit,
			   char *ret_problem, size_t size)
{
	char object[80];
	const char *const argv[] = {"git", "cat-file", "-e", object, NULL};
	struct probe probe = {.argv = argv,
			      .directory = references->clone,
			      .input = STR(""),
			      .seconds = GIT_SECONDS};
	struct probe_result result;
	(void)snprintf(object, sizeof object, "%.*s^{commit}", STR_ARG(commit));
	probe_run(&probe, &result);
	bool found = result.status == 0;
	if (!found)
		(void)snprintf(ret_problem, size, "the commit %.12s... is not in %.100s%s%.100s",
			       commit.p, references->clone, result.problem[0] ? ": git " : "",
			       result.problem);
	probe_result_release(&result);
	return found;
}

static bool look_up_source(const struct references *references, struct str reference,
			   char *ret_problem, size_t size)
{
	struct str commit = fragment_of(reference);
	if (!commit.n && !references->live)
		return true;
	if (!is_commit(commit))
		return complain(ret_problem, size,
				"names no commit; write #, and the whole id of the commit, at its "
				"end");
	return !references->clone || look_up_commit(references, commit, ret_problem, size);
}

static void directory_of(const char *path, char ret_directory[PATH_MAX])
{
	struct str base = str_basename(str_from(path));
	size_t n = strlen(path) - base.n;
	(void)snprintf(ret_directory, PATH_MAX, "%.*s", n ? (int)n : 1, n ? path : ".");
}

static int read_beside(const struct references *references, struct str name, struct buf *out,
		       struct cavra_error *error)
{
	char directory[PATH_MAX], root[PATH_MAX], relative[PATH_MAX], path[PATH_MAX];
	directory_of(references->packet, directory);
	(void)snprintf(relative, sizeof relative, "%.*s", STR_ARG(name));
	if (!realpath(directory, root))
		return error_set(error, CAVRA_ERR_NOT_FOUND, "its directory is not there");
	int code = file_resolve_inside(root, relative, path, sizeof path, error);
	return code < 0 ? code : regular_file_read(path, out, error);
}

/* Whether it has ended since does not matter: it is what was decided then. */
static bool check_approval(const json_t *plan, const json_t *approval, struct cavra_error *error)
{
	const json_t *workflow = json_object_get(plan, "approval_workflow");
	const json_t *decision = json_object_get(workflow, "publish_decision");
	struct approval_gate gate = {
		.plan = json_object_get(workflow, "publish_plan"),
		.approver_group = json_str(json_object_get(decision, "approver_group"))};
	(void)when_parse(json_str(json_object_get(approval, "decided_at")), &gate.now);
	return approval_check(approval, &gate, error) == 0;
}

/* Anything else may be a review, too. */
static bool look_at_review(const struct references *references, struct str text, char *ret_problem,
			   size_t size)
{
	struct cavra_error error = {.code = CAVRA_OK};
	json_t *review = NULL;
	if (!references->plan || json_read(text, 0, &review, &error) < 0)
		return true;
	struct str schema = json_str(json_object_get(review, "schema_version"));
	bool good = !str_starts(schema, STR("cavra.approval.")) ||
		    check_approval(references->plan, review, &error);
	if (!good)
		(void)snprintf(ret_problem, size, "%.250s", error.text);
	json_decref(review);
	return good;
}

static bool look_up_file(const struct references *references, const char *what,
			 struct str reference, char *ret_problem, size_t size)
{
	struct buf CLEANUP_BUF text;
	struct cavra_error error = {.code = CAVRA_OK};
	struct str stated = fragment_of(reference);
	struct str name = str_from_at(reference, sizeof "file:" - 1);
	char digest[SHA256_NAMED];
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (!stated.n)
		return complain(ret_problem, size,
				"says nothing of what is in the file; write #sha256: and its "
				"digest at the end");
	name.n -= stated.n + 1;
	if (read_beside(references, name, &text, &error) < 0) {
		(void)snprintf(ret_problem, size, "%.100s: %.150s", reference.p, error.text);
		return false;
	}
	sha256_named(buf_str(&text), digest);
	if (str_is(stated, digest))
		return strcmp(what, "policy_review_ref") != 0 ||
		       look_at_review(references, buf_str(&text), ret_problem, size);
	(void)snprintf(ret_problem, size, "stated is %.23s..., the file has %.23s...", stated.p,
		       digest);
	return false;
}

bool references_lookup(void *context, const char *what, struct str reference, char *ret_problem,
		       size_t size)
{
	const struct references *references = context;
	if (strcmp(what, "source_ref") == 0)
		return look_up_source(references, reference, ret_problem, size);
	if (str_starts(reference, STR("file:")))
		return look_up_file(references, what, reference, ret_problem, size);
	return true;
}
