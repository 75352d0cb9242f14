/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence index, search, migrate: bundles that can be found again.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "cli/evidence.h"
#include "cli/files.h"
#include "evidence/document.h"
#include "evidence/index.h"
#include "store/migrations.h"
#include "json/json.h"

#define DEFAULT_DATABASE ".cavra/evidence/metadata.db"

static const char *database_of(const struct args *args)
{
	return args_has(args, OPT_SQLITE) ? args->value[OPT_SQLITE] : DEFAULT_DATABASE;
}

/* To write: made when it is not there, and brought to the version of this program. */
static int open_to_write(const char *path, struct store **ret_store, struct migration_outcome *ret,
			 struct cavra_error *error)
{
	struct store CLEANUP_STORE *store = NULL;
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int code = 0;
	if (slash && slash != path) {
		(void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
		code = file_make_directories(directory, 0755, error);
	}
	if (code == 0)
		code = store_open(path, STORE_CREATE, &store, error);
	if (code == 0)
		code = migrations_apply(store, migrations, migrations_count, ret, error);
	if (code < 0)
		return code;
	*ret_store = store;
	store = NULL;
	return 0;
}

/* ---- index ---- */

struct indexing {
	struct verification verification;
	struct metadata metadata;
	enum index_outcome outcome;
	struct index_entry entry;
};

static int make_metadata(const struct args *args, struct indexing *indexing,
			 struct cavra_error *error)
{
	char directory[PATH_MAX];
	struct evidence_keys CLEANUP_KEYS keys;
	evidence_keys_init(&keys);
	int code = evidence_keys_verify(args, &keys, error);
	if (code == 0)
		code = evidence_verify(args->operand[0], &keys.with, &indexing->verification,
				       error);
	if (code == 0)
		code = evidence_need_verified(&indexing->verification, error);
	if (code == 0 && !realpath(args->operand[0], directory))
		code = error_set(error, CAVRA_ERR_IO, "cannot find %.300s: %s", args->operand[0],
				 strerror(errno));
	return code < 0 ? code
			: metadata_make(&indexing->verification, directory, when_now(),
					&indexing->metadata, error);
}

static int index_bundle(const struct args *args, struct indexing *indexing,
			struct cavra_error *error)
{
	struct store CLEANUP_STORE *store = NULL;
	struct migration_outcome migrated = {0};
	int code = make_metadata(args, indexing, error);
	if (code == 0)
		code = open_to_write(database_of(args), &store, &migrated, error);
	return code < 0 ? code
			: index_add(store, &indexing->metadata, when_now(), &indexing->outcome,
				    &indexing->entry, error);
}

static void tell_index(const struct indexing *indexing)
{
	const struct metadata *metadata = &indexing->metadata;
	const char *status = verify_status_name(metadata->status);
	switch (indexing->outcome) {
	case INDEX_ADDED:
		(void)printf("indexed: session %.*s, %s\n", STR_ARG(metadata->session_id), status);
		break;
	case INDEX_FOUND:
		(void)printf("on record since %s: session %.*s, %s\n", indexing->entry.indexed_at,
			     STR_ARG(metadata->session_id), indexing->entry.verification);
		break;
	case INDEX_CONFLICT:
		(void)fprintf(stderr,
			      "cavra: session %.*s is on record since %s with another manifest "
			      "(%.16s..., this is %.16s...); nothing was changed\n",
			      STR_ARG(metadata->session_id), indexing->entry.indexed_at,
			      indexing->entry.manifest_sha256, metadata->manifest_sha256);
		break;
	}
}

int cmd_evidence_index(const struct args *args)
{
	struct cavra_error error;
	struct indexing indexing = {.metadata = {.record = NULL}};
	int status;
	verification_init(&indexing.verification);
	int code = index_bundle(args, &indexing, &error);
	if (code < 0) {
		status = fail(&error);
	} else {
		tell_index(&indexing);
		status = indexing.outcome == INDEX_CONFLICT ? EXIT_DIFFERENT : EXIT_ALLOWED;
	}
	metadata_release(&indexing.metadata);
	verification_release(&indexing.verification);
	return status;
}

/* ---- search ---- */

static int read_number(const struct args *args, enum option_id option, int64_t least, int64_t most,
		       int64_t fallback, int64_t *ret, struct cavra_error *error)
{
	size_t number = 0;
	const char *value = args->value[option];
	if (value && (!str_to_size(str_from(value), &number) || number > (size_t)most ||
		      (int64_t)number < least))
		return error_set(error, CAVRA_ERR_USAGE,
				 "write a number from %lld to %lld, not %.40s", (long long)least,
				 (long long)most, value);
	*ret = value ? (int64_t)number : fallback;
	return 0;
}

static int read_time(const struct args *args, enum option_id option, int64_t *ret,
		     struct cavra_error *error)
{
	const char *value = args->value[option];
	char midnight[64];
	*ret = 0;
	if (!value)
		return 0;
	(void)snprintf(midnight, sizeof midnight, "%.40sT00:00:00Z", value);
	if (when_parse(str_from(value), ret) || when_parse(str_from(midnight), ret))
		return 0;
	return error_set(error, CAVRA_ERR_USAGE,
			 "write a time as 2026-01-31 or 2026-01-31T23:59:59Z, not %.40s", value);
}

static int read_word(const struct args *args, enum option_id option, const char *const words[2],
		     const char **ret, struct cavra_error *error)
{
	*ret = args->value[option];
	if (!*ret || strcmp(*ret, words[0]) == 0 || strcmp(*ret, words[1]) == 0)
		return 0;
	return error_set(error, CAVRA_ERR_USAGE, "write %s or %s, not %.40s", words[0], words[1],
			 *ret);
}

static int read_filter(const struct args *args, struct index_filter *filter,
		       struct cavra_error *error)
{
	static const char *const yes_or_no[] = {"yes", "no"}, *const results[] = {"verified",
										  "integrity_only"};
	const char *approvals = NULL;
	*filter = (struct index_filter){.session_id = args->value[OPT_SESSION_ID],
					.signer = args->value[OPT_SIGNER],
					.metadata_kind = args->value[OPT_METADATA_KIND]};
	int code = read_number(args, OPT_MIN_BLOCKED, 0, INT32_MAX, 0, &filter->min_blocked, error);
	if (code == 0)
		code = read_number(args, OPT_LIMIT, 1, INDEX_LIMIT_MAX, INDEX_LIMIT_DEFAULT,
				   &filter->limit, error);
	if (code == 0)
		code = read_number(args, OPT_OFFSET, 0, INT32_MAX, 0, &filter->offset, error);
	if (code == 0)
		code = read_time(args, OPT_CREATED_FROM, &filter->created_from, error);
	if (code == 0)
		code = read_time(args, OPT_CREATED_UNTIL, &filter->created_until, error);
	if (code == 0)
		code = read_word(args, OPT_VERIFICATION, results, &filter->verification, error);
	if (code == 0)
		code = read_word(args, OPT_HAS_APPROVALS, yes_or_no, &approvals, error);
	filter->has_approvals = !approvals ? -1 : strcmp(approvals, "yes") == 0;
	return code;
}

static struct str text_of(const json_t *record, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(record, key, &text);
	return text;
}

static long long count_of(const json_t *record, const char *key)
{
	json_int_t n = 0;
	(void)json_get_int(record, key, &n);
	return n;
}

static void print_found(const json_t *result)
{
	const json_t *record;
	size_t i;
	json_array_foreach (json_object_get(result, "items"), i, record) {
		struct str verified = text_of(json_object_get(record, "verification"), "status");
		(void)printf("%.*s  %.*s  %.*s  %lld decisions, %lld blocked, %lld asked  signer "
			     "%.*s\n",
			     STR_ARG(text_of(record, "created_at")),
			     STR_ARG(text_of(record, "session_id")), STR_ARG(verified),
			     count_of(record, "decision_count"), count_of(record, "blocked_count"),
			     count_of(record, "approval_required_count"),
			     STR_ARG(text_of(record, "signer")));
	}
	(void)printf("%zu of %lld, from %lld\n", i, count_of(result, "total"),
		     count_of(result, "offset"));
}

int cmd_evidence_search(const struct args *args)
{
	struct cavra_error error;
	struct store CLEANUP_STORE *store = NULL;
	struct index_filter filter;
	json_t CLEANUP_JSON *result = NULL;
	int code = read_filter(args, &filter, &error);
	if (code == 0)
		code = store_open(database_of(args), STORE_READ, &store, &error);
	if (code == 0)
		code = migrations_check(store, migrations, migrations_count, &error);
	if (code == 0)
		code = index_search(store, &filter, &result, &error);
	if (code == 0 && args_has(args, OPT_JSON))
		code = output_report(result, &error);
	else if (code == 0)
		print_found(result);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

/* ---- migrate ---- */

static json_t *list_migrations(int from, int to)
{
	json_t *list = json_array();
	for (int i = from; i < to; i++)
		if (list && json_array_append_new(list, json_string(migrations[i].name)) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

int cmd_evidence_migrate(const struct args *args)
{
	struct cavra_error error;
	struct store CLEANUP_STORE *store = NULL;
	struct migration_outcome outcome = {0};
	int code = open_to_write(database_of(args), &store, &outcome, &error);
	if (code == 0 && args_has(args, OPT_JSON)) {
		json_t CLEANUP_JSON *report = json_pack(
			"{s:s, s:i, s:o, s:o}", "database", database_of(args), "version",
			outcome.after, "applied", list_migrations(outcome.before, outcome.after),
			"skipped", list_migrations(0, outcome.before));
		code = output_report(report, &error);
	} else if (code == 0) {
		(void)printf("%s is at version %d, was at %d\n", database_of(args), outcome.after,
			     outcome.before);
	}
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
