/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence storage-plan, store: bundles where nobody can delete them before their time.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/when.h"
#include "cli/evidence.h"
#include "cli/recorder.h"
#include "cli/storage_place.h"
#include "evidence/document.h"
#include "evidence/storage_plan.h"
#include "json/json.h"

#define DEFAULT_DIRECTORY ".cavra/evidence/storage"
#define RECEIPT_SCHEMA "cavra.evidence.storage-receipt.v1"

/* What the bundle's own policy says, and what options add to it: longer, or a hold. Never less. */
static int read_retention(const struct args *args, const struct verification *verification,
			  struct retention *ret, struct cavra_error *error)
{
	int64_t days = 0;
	int code = retention_read(verification->document[BUNDLE_RETENTION], ret, error);
	if (code == 0)
		code = evidence_days(args, OPT_RETENTION_DAYS, ret->days, &days, error);
	if (code < 0)
		return code;
	if (days < ret->days)
		return error_set(
			error, CAVRA_ERR_INPUT,
			"the bundle is to be kept for %lld days, which can be extended and "
			"not shortened",
			(long long)ret->days);
	ret->days = days;
	ret->legal_hold |= args_has(args, OPT_LEGAL_HOLD);
	return 0;
}

static int read_mode(const struct args *args, bool *ret_governance, struct cavra_error *error)
{
	const char *mode = args->value[OPT_RETENTION_MODE];
	*ret_governance = mode && strcmp(mode, "governance") == 0;
	return !mode || *ret_governance || strcmp(mode, "compliance") == 0
		       ? 0
		       : error_set(error, CAVRA_ERR_USAGE,
				   "--retention-mode is compliance or governance, not %.40s", mode);
}

/* ---- storage-plan ---- */

static const char *option_or(const struct args *args, enum option_id option, const char *fallback)
{
	return args_has(args, option) ? args->value[option] : fallback;
}

static int write_plan(const struct args *args, const char *directory,
		      struct verification *verification, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text, CLEANUP_BUF page;
	json_t CLEANUP_JSON *document = NULL;
	struct storage_plan plan = {
		.s3_bucket = option_or(args, OPT_S3_BUCKET, "cavra-evidence"),
		.s3_prefix = option_or(args, OPT_S3_PREFIX, "evidence/"),
		.azure_account = option_or(args, OPT_AZURE_ACCOUNT, "cavraevidence"),
		.azure_container = option_or(args, OPT_AZURE_CONTAINER, "evidence"),
	};
	buf_init(&text, KiB(256));
	buf_init(&page, KiB(256));
	int code = read_mode(args, &plan.governance, error);
	if (code == 0)
		code = read_retention(args, verification, &plan.retention, error);
	if (code == 0)
		code = storage_plan_make(verification, &plan, &document, error);
	if (code == 0)
		code = evidence_write(document, &text, error);
	if (code == 0)
		code = storage_plan_markdown(document, &page, error);
	if (code == 0)
		code = evidence_store_in(directory, "immutable-storage-plan.json", buf_str(&text),
					 error);
	return code < 0 ? code
			: evidence_store_in(directory, "immutable-storage-plan.md", buf_str(&page),
					    error);
}

int cmd_evidence_storage_plan(const struct args *args)
{
	struct cavra_error error;
	struct evidence_keys CLEANUP_KEYS keys;
	struct verification CLEANUP_VERIFICATION verification;
	const char *directory = option_or(args, OPT_OUTPUT, DEFAULT_DIRECTORY);
	evidence_keys_init(&keys);
	verification_init(&verification);
	int code = evidence_keys_verify(args, &keys, &error);
	if (code == 0)
		code = evidence_verify(args->operand[0], &keys.with, &verification, &error);
	if (code == 0)
		code = evidence_need_verified(&verification, &error);
	if (code == 0)
		code = write_plan(args, directory, &verification, &error);
	if (code < 0)
		return fail(&error);
	(void)printf("%s\n", directory);
	return EXIT_ALLOWED;
}

/* ---- store ---- */

static const char *const outcome_names[] = {
	[STORAGE_UPLOADED] = "uploaded", [STORAGE_FOUND] = "found",
	[STORAGE_EXTENDED] = "extended", [STORAGE_OTHER] = "other",
	[STORAGE_LONGER] = "longer",
};

struct storing {
	const struct args *args;
	struct storage_place place;
	struct verification verification;
	struct storage_files files;
	struct retention retention;
	struct storage_lock lock;
	json_t *receipts; /* of the files */
	size_t count[ARRAY_SIZE(outcome_names)];
	bool refused;
};

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static json_t *receipt_of(const struct storage_file *file, enum storage_outcome outcome,
			  const struct storage_state *state)
{
	char until[WHEN_TEXT];
	const struct storage_lock *lock = &state->lock;
	when_format(lock->until, until);
	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:s?, s:s?, s:s?, s:s?, s:{s:s?, s:s?, s:b}}",
			 "path", file->name, "key", file->key, "sha256", file->sha256, "bytes",
			 (json_int_t)file->bytes.n, "outcome", outcome_names[outcome], "version_id",
			 text_or_null(state->version), "etag", text_or_null(state->etag),
			 "encryption", text_or_null(state->encryption), "last_modified",
			 text_or_null(state->modified), "lock", "mode",
			 !lock->until       ? NULL
			 : lock->compliance ? "compliance"
					    : "governance",
			 "retain_until", lock->until ? until : NULL, "legal_hold",
			 lock->legal_hold);
}

static void tell_refusal(const struct storage_file *file, enum storage_outcome outcome,
			 const struct storage_state *state)
{
	char until[WHEN_TEXT];
	when_format(state->lock.until, until);
	if (outcome == STORAGE_OTHER)
		(void)fprintf(
			stderr,
			"cavra: %s holds something else, which was left alone; is this another "
			"bundle of the same session?\n",
			file->key);
	else
		(void)fprintf(
			stderr,
			"cavra: %s is locked until %s in %s mode, and a lock is not shortened "
			"or loosened; nothing was changed\n",
			file->key, until, state->lock.compliance ? "compliance" : "governance");
}

static int store_file(struct storing *storing, const struct storage_file *file,
		      struct cavra_error *error)
{
	struct storage_state state = {0};
	enum storage_outcome outcome = STORAGE_OTHER;
	const struct storage_object object = {file->key, file->media_type, file->bytes};
	int code = storage_keep(&storing->place.storage, &object, &storing->lock, &outcome, &state,
				error);
	if (code < 0)
		return code;
	storing->count[outcome]++;
	storing->refused = outcome == STORAGE_OTHER || outcome == STORAGE_LONGER;
	if (storing->refused)
		tell_refusal(file, outcome, &state);
	else if (json_array_append_new(storing->receipts, receipt_of(file, outcome, &state)) < 0)
		return evidence_no_memory(error);
	return 0;
}

static int open_all(struct storing *storing, struct evidence_keys *keys, struct cavra_error *error)
{
	const struct args *args = storing->args;
	bool governance = false;
	int code = read_mode(args, &governance, error);
	if (code == 0)
		code = evidence_keys_verify(args, keys, error);
	if (code == 0)
		code = storage_place_open(args, &storing->place, error);
	if (code == 0)
		code = evidence_days(args, OPT_MINIMUM_RETENTION_DAYS, 0, &keys->with.minimum_days,
				     error);
	if (code == 0)
		code = evidence_verify(args->operand[0], &keys->with, &storing->verification,
				       error);
	if (code == 0)
		code = evidence_need_verified(&storing->verification, error);
	if (code == 0)
		code = read_retention(args, &storing->verification, &storing->retention, error);
	storing->lock = (struct storage_lock){.until = retention_until(&storing->retention),
					      .compliance = !governance,
					      .legal_hold = storing->retention.legal_hold};
	return code;
}

static int check_future(const struct storing *storing, struct cavra_error *error)
{
	char until[WHEN_TEXT];
	if (storing->lock.until > when_now())
		return 0;
	when_format(storing->lock.until, until);
	return error_set(error, CAVRA_ERR_INPUT,
			 "the bundle was to be kept until %s, which is over; extend it with "
			 "--retention-days",
			 until);
}

static json_t *make_receipt(struct storing *storing)
{
	char now[WHEN_TEXT], until[WHEN_TEXT];
	const struct verification *verification = &storing->verification;
	const struct storage_file *manifest = &storing->files.file[storing->files.n - 1];
	const struct signed_claim *claim = &verification->claim;
	when_format(when_now(), now);
	when_format(storing->lock.until, until);
	return json_pack(
		"{s:s, s:s, s:O, s:s, s:o, s:{s:s, s:s, s:s?}, s:{s:s, s:s, s:I, s:b}, s:s, s:O}",
		"schema_version", RECEIPT_SCHEMA, "product", EVIDENCE_PRODUCT, "session_id",
		json_object_get(verification->document[BUNDLE_EVIDENCE], "session_id"), "stored_at",
		now, "place", storage_place_describe(&storing->place), "verification", "status",
		verify_status_name(verification->status), "algorithm",
		signed_algorithm_name(claim->algorithm), "key_id",
		claim->key_id.n ? claim->key_id.p : NULL, "retention", "mode",
		storing->lock.compliance ? "compliance" : "governance", "retain_until", until,
		"retention_days", (json_int_t)storing->retention.days, "legal_hold",
		storing->lock.legal_hold, "manifest_sha256", manifest->sha256, "files",
		storing->receipts);
}

/* Of the ledger itself, not of the session: a bundle of that stays the same. */
static int tell_ledger(const struct storing *storing, json_t *receipt, struct str text,
		       struct cavra_error *error)
{
	static struct recorder recorder; /* large */
	char digest[SHA256_NAMED];
	sha256_named(text, digest);
	int code = ledger_of(storing->args, recorder.directory, error);
	if (code < 0)
		return code;
	code = recorder_open_there(&recorder, LEDGER_SYNC, error);
	if (code == 0)
		code = recorder_add(
			&recorder, "cavra.evidence.stored", STR("ledger"),
			json_pack("{s:O, s:s}", "receipt", receipt, "receipt_digest", digest),
			error);
	if (code == 0)
		code = recorder_write(&recorder, error);
	if (code == 0)
		code = recorder_finish(&recorder, error);
	recorder_close(&recorder);
	return code;
}

static int write_receipt(struct storing *storing, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	char path[PATH_MAX];
	json_t CLEANUP_JSON *receipt = make_receipt(storing);
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	const char *output = storing->args->value[OPT_OUTPUT];
	(void)snprintf(path, sizeof path, DEFAULT_DIRECTORY "/%.*s-%s-receipt.json",
		       STR_ARG(storing->retention.session_id),
		       storing->place.storage.provider->name);
	if (!receipt)
		return error_set(error, CAVRA_ERR_INPUT,
				 "stored, but the receipt cannot be written: out of memory, or a "
				 "name in the options is no UTF-8");
	int code = evidence_write(receipt, &text, error);
	if (code == 0)
		code = evidence_store(output ? output : path, buf_str(&text), error);
	if (code < 0)
		return error_prefix(error, "stored, but the receipt is not written");
	if (tell_ledger(storing, receipt, buf_str(&text), error) < 0)
		return error_prefix(error, "stored, but the ledger does not tell of it");
	(void)printf("%zu uploaded, %zu found, %zu extended; receipt: %s\n",
		     storing->count[STORAGE_UPLOADED], storing->count[STORAGE_FOUND],
		     storing->count[STORAGE_EXTENDED], output ? output : path);
	return 0;
}

static int store_all(struct storing *storing, struct cavra_error *error)
{
	struct evidence_keys CLEANUP_KEYS keys;
	evidence_keys_init(&keys);
	int code = open_all(storing, &keys, error);
	if (code == 0)
		code = check_future(storing, error);
	if (code == 0)
		code = storage_files_list(&storing->verification, storing->place.prefix,
					  &storing->files, error);
	for (size_t i = 0; code == 0 && !storing->refused && i < storing->files.n; i++)
		code = store_file(storing, &storing->files.file[i], error);
	return code < 0 || storing->refused ? code : write_receipt(storing, error);
}

static int status_of(const struct storing *storing)
{
	if (storing->refused)
		return EXIT_DIFFERENT;
	return storing->verification.status == VERIFY_VERIFIED ? EXIT_ALLOWED : EXIT_INTEGRITY_ONLY;
}

int cmd_evidence_store(const struct args *args)
{
	static struct storing storing; /* holds credentials: one copy */
	struct cavra_error error;
	storing = (struct storing){.args = args, .receipts = json_array()};
	verification_init(&storing.verification);
	int code = storing.receipts ? store_all(&storing, &error) : evidence_no_memory(&error);
	int status = code < 0 ? fail(&error) : status_of(&storing);
	json_decref(storing.receipts);
	storage_files_release(&storing.files);
	storage_place_release(&storing.place);
	verification_release(&storing.verification);
	return status;
}
