/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra ledger verify: a ledger, a copy or an export of one, or a proof.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/regular.h"
#include "cli/files.h"
#include "cli/ledger_args.h"
#include "ledger/proof.h"
#include "ledger/tiles.h"
#include "ledger/verify.h"
#include "json/json.h"

struct wanted {
	struct ledger_key key;
	struct ledger_checkpoint kept;
	bool has_kept;
	struct ledger_verification verification;
	char directory[PATH_MAX];
};

/* ---- what is wanted ---- */

static int read_kept(const char *path, struct wanted *wanted, struct cavra_error *error)
{
	struct buf CLEANUP_BUF bytes;
	buf_init(&bytes, LIMIT_NOTE_BYTES);
	int code = regular_file_read(path, &bytes, error);
	if (code == 0)
		code = ledger_checkpoint_parse(buf_str(&bytes), &wanted->kept, error);
	if (code < 0) {
		error_file(error, path);
		return code;
	}
	wanted->has_kept = true;
	wanted->verification.kept = &wanted->kept;
	wanted->verification.kept_name = path;
	return 0;
}

static int read_head(const char *text, struct wanted *wanted, struct cavra_error *error)
{
	if (strlen(text) != SHA256_HEX - 1 || strspn(text, "0123456789abcdef") != SHA256_HEX - 1)
		return error_set(error, CAVRA_ERR_USAGE,
				 "--expect-head is a record_hash of 64 hexadecimal digits");
	wanted->verification.expected_head = text;
	return 0;
}

static int read_directory(const struct args *args, struct wanted *wanted, struct cavra_error *error)
{
	int code = ledger_of(args, wanted->directory, error);
	if (code == 0 && args->n_operands) {
		int n = snprintf(wanted->directory, PATH_MAX, "%s", args->operand[0]);
		if (n < 0 || n >= PATH_MAX)
			code = error_set(error, CAVRA_ERR_LIMIT, "the path is too long");
	}
	wanted->verification.directory = wanted->directory;
	return code;
}

static int read_wanted(const struct args *args, struct wanted *wanted, struct cavra_error *error)
{
	const char *const *value = args->value;
	int code = 0;
	if (value[OPT_PUBLIC_KEY]) {
		code = ledger_key_read(value[OPT_PUBLIC_KEY], &wanted->key, error);
		wanted->verification.trust = &wanted->key.trust;
	}
	if (value[OPT_TRUST_ROOT]) {
		code = ledger_key_read_root(value[OPT_TRUST_ROOT], &wanted->key, error);
		wanted->verification.trust = &wanted->key.trust;
	}
	if (code == 0 && value[OPT_CHECKPOINT])
		code = read_kept(value[OPT_CHECKPOINT], wanted, error);
	if (code == 0 && value[OPT_EXPECT_HEAD])
		code = read_head(value[OPT_EXPECT_HEAD], wanted, error);
	if (code == 0 && value[OPT_EXPECT_SIZE])
		code = ledger_number(value[OPT_EXPECT_SIZE], "--expect-size",
				     &wanted->verification.expected_size, error);
	return code;
}

/* ---- telling ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static void print_place(const json_t *item)
{
	if (json_is_string(json_object_get(item, "file")))
		(void)printf("%s: ", text_of(item, "file"));
	if (number_of(item, "line"))
		(void)printf("line %lld: ", number_of(item, "line"));
	if (number_of(item, "sequence"))
		(void)printf("entry %lld: ", number_of(item, "sequence"));
}

static void print_list(const json_t *report, const char *key, const char *title)
{
	const json_t *list = json_object_get(report, key), *item;
	size_t i;
	if (json_array_size(list))
		(void)printf("%s\n", title);
	json_array_foreach ((json_t *)list, i, item) {
		(void)printf("  ");
		if (json_is_string(item))
			(void)printf("%s\n", json_string_value(item));
		else {
			print_place(item);
			(void)printf("%s\n", text_of(item, "what"));
		}
	}
}

static void print_verdict(const json_t *report, enum ledger_verdict verdict)
{
	static const char *const texts[] = {
		[LEDGER_FAILED] = "failed",
		[LEDGER_INTEGRITY_ONLY] =
			"integrity only: whole in itself, and nobody trusted vouches for it",
		[LEDGER_VERIFIED] = "verified",
	};
	(void)printf("%s: %s\n", text_of(report, "path"), texts[verdict]);
	(void)printf("  %lld entries in %lld segments, %lld checkpoints compared",
		     number_of(report, "entries"), number_of(report, "segments"),
		     number_of(report, "checkpoint_count"));
	if (verdict == LEDGER_VERIFIED)
		(void)printf(", signed up to entry %lld", number_of(report, "vouched_entries"));
	(void)printf("\n");
	if (number_of(report, "last_sequence"))
		(void)printf("  last entry %lld, record_hash %s\n",
			     number_of(report, "last_sequence"),
			     text_of(report, "last_record_hash"));
}

static int tell(const json_t *report, enum ledger_verdict verdict, bool json,
		struct cavra_error *error)
{
	if (json)
		return output_report(report, error);
	print_verdict(report, verdict);
	print_list(report, "errors", "Wrong, the first first:");
	long long more = number_of(report, "error_count") -
			 (long long)json_array_size(json_object_get(report, "errors"));
	if (more > 0)
		(void)printf("  ... and %lld more\n", more);
	print_list(report, "findings", "What the ledger tells of itself:");
	print_list(report, "not_checked", "Not checked:");
	return 0;
}

static int status_of(enum ledger_verdict verdict)
{
	return verdict == LEDGER_VERIFIED         ? EXIT_ALLOWED
	       : verdict == LEDGER_INTEGRITY_ONLY ? EXIT_INTEGRITY_ONLY
						  : EXIT_ERROR;
}

/* ---- a ledger ---- */

static int verify_directory(const struct args *args, struct wanted *wanted,
			    struct cavra_error *error)
{
	enum ledger_verdict verdict = LEDGER_FAILED;
	json_t *report = NULL;
	int code = read_directory(args, wanted, error);
	if (code == 0)
		code = ledger_is_export(wanted->directory)
			       ? ledger_verify_export(&wanted->verification, &verdict, &report,
						      error)
			       : ledger_verify(&wanted->verification, &verdict, &report, error);
	if (code == 0)
		code = tell(report, verdict, args_has(args, OPT_JSON), error);
	json_decref(report);
	return code < 0 ? code : status_of(verdict);
}

/* ---- a proof ---- */

static int tell_proof(const struct ledger_proof *proof, bool vouched, bool json,
		      struct cavra_error *error)
{
	const char *status = vouched ? "verified" : "integrity_only";
	if (json) {
		json_t *report = json_pack(
			"{s:s, s:s, s:b, s:s, s:s%, s:I, s:I, s:I}", "schema_version",
			"cavra.ledger.proof-verification.v1", "status", status, "valid", 1, "kind",
			proof->is_consistency ? "consistency" : "inclusion", "origin",
			proof->origin.p, proof->origin.n, "sequence", (json_int_t)proof->sequence,
			"from", (json_int_t)proof->from, "size", (json_int_t)proof->size);
		int code = output_report(report, error);
		json_decref(report);
		return code;
	}
	if (!proof->is_consistency) {
		int code = ledger_print_entry(proof->entry, false, error);
		if (code < 0)
			return code;
		(void)printf("%s: the entry is in the first %llu entries of %.*s", status,
			     (unsigned long long)proof->size, STR_ARG(proof->origin));
	} else {
		(void)printf("%s: the first %llu entries of %.*s begin with the %llu of before",
			     status, (unsigned long long)proof->size, STR_ARG(proof->origin),
			     (unsigned long long)proof->from);
	}
	(void)printf("%s\n", vouched ? ""
				     : "; the signature was not checked, give the key with "
				       "--public-key");
	return 0;
}

static int verify_proof(const struct args *args, const struct wanted *wanted,
			struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	struct ledger_proof proof;
	json_t *json = NULL;
	const struct ledger_trust *trust = wanted->verification.trust;
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	int code = file_read(args->value[OPT_PROOF], &text, error);
	if (code == 0)
		code = ledger_proof_verify(buf_str(&text), trust, &json, &proof, error);
	if (code == 0)
		code = tell_proof(&proof, trust, args_has(args, OPT_JSON), error);
	json_decref(json);
	return code < 0 ? code : trust ? EXIT_ALLOWED : EXIT_INTEGRITY_ONLY;
}

int cmd_ledger_verify(const struct args *args)
{
	static const enum option_id others[] = {OPT_LEDGER, OPT_CHECKPOINT, OPT_EXPECT_HEAD,
						OPT_EXPECT_SIZE};
	struct cavra_error error;
	struct wanted wanted = {.has_kept = false};
	size_t given = args->n_operands;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		given += args_has(args, others[i]);
	if (args_has(args, OPT_PROOF) && given)
		return fail_usage("--proof needs the proof and the key, and nothing else");
	if (args->n_operands && args_has(args, OPT_LEDGER))
		return fail_usage("name the directory once");
	if (args_has(args, OPT_PUBLIC_KEY) && args_has(args, OPT_TRUST_ROOT))
		return fail_usage("--public-key and --trust-root exclude each other");
	ledger_key_init(&wanted.key);
	int code = read_wanted(args, &wanted, &error);
	if (code == 0)
		code = args_has(args, OPT_PROOF) ? verify_proof(args, &wanted, &error)
						 : verify_directory(args, &wanted, &error);
	if (wanted.has_kept)
		ledger_checkpoint_release(&wanted.kept);
	ledger_key_release(&wanted.key);
	return code < 0 ? fail(&error) : code;
}
