/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy verify: what is behind the signature of a policy file.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/regular.h"
#include "base/when.h"
#include "cli/secrets.h"
#include "policy/trust.h"
#include "json/json.h"

struct verification {
	const char *signature_path; /* NULL: beside the file */
	struct trust *trust;
	struct key *public_key;
	struct secret hmac;
	struct signature_key key;
	/* what was found */
	bool judged; /* the file was seen, so verdict says something */
	enum signature_verdict verdict;
	struct document *document;
	struct signature signature;
	bool legacy;
	char digest[SHA256_NAMED];
};

static bool has_key(const struct verification *verification)
{
	return verification->trust || verification->key.ed25519 || verification->key.hmac;
}

/* ---- verifying ---- */

static int verify_legacy(struct verification *verification, const struct policy_file *file,
			 struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	char path[PATH_MAX];
	buf_init(&text, KiB(4));
	int n = snprintf(path, sizeof path, "%s" SIGNATURE_LEGACY_ENDING, file->path);
	/* Then what was wrong with the real one stays the answer. */
	if (n < 0 || (size_t)n >= sizeof path || regular_file_read(path, &text, NULL) < 0)
		return CAVRA_ERR_POLICY;
	verification->legacy = signature_legacy_holds(buf_str(&text), file);
	verification->verdict = verification->legacy ? SIGNATURE_INTEGRITY_ONLY
						     : SIGNATURE_FILE_CHANGED;
	if (verification->legacy)
		return POLICY_UNSIGNED;
	return error_set(error, CAVRA_ERR_POLICY, "the file is not what %.200s says", path);
}

static int verify_file(void *context, const struct policy_file *file, struct cavra_error *error)
{
	struct verification *verification = context;
	if (file->is_parent)
		return POLICY_UNSIGNED;
	verification->judged = true;
	sha256_named(file->text, verification->digest);
	int code = signature_find(file, verification->signature_path, &verification->document,
				  &verification->signature, &verification->verdict, error);
	if (code < 0 && verification->verdict == SIGNATURE_MISSING && !has_key(verification) &&
	    !verification->signature_path)
		return verify_legacy(verification, file, error);
	if (code == 0 && verification->trust)
		code = trust_verify(verification->trust, &verification->signature, file,
				    &verification->verdict, error);
	else if (code == 0)
		code = signature_verify(&verification->signature, file, &verification->key,
					&verification->verdict, error);
	return code < 0 ? code : POLICY_VERIFIED;
}

static int read_keys(const struct args *args, struct verification *verification,
		     struct cavra_error *error)
{
	const char *public_path = args->value[OPT_PUBLIC_KEY],
		   *directory = args->value[OPT_TRUST_DIR];
	bool hmac = false;
	int code = secret_read_hmac_key(args, &verification->hmac, &hmac, error);
	if (code == 0 && public_path)
		code = secret_read_public_key(public_path, &verification->public_key, error);
	if (code == 0 && directory)
		code = trust_load(directory, geteuid(), &verification->trust, error);
	verification->key.ed25519 = verification->public_key;
	verification->key.hmac = hmac ? &verification->hmac : NULL;
	return code;
}

static int verify(const struct args *args, struct verification *verification,
		  struct cavra_error *error)
{
	struct policy_source source = {.pack_dir = args->value[OPT_PACK_DIR],
				       .check = verify_file,
				       .check_context = verification,
				       .now = when_now()};
	struct policy *policy = NULL;
	int code = read_keys(args, verification, error);
	if (code == 0)
		code = policy_load_file(&source, args->operand[0], NULL, 0, &policy, error);
	policy_free(policy);
	return code;
}

/* ---- telling ---- */

static const char *status_name(const struct verification *verification, int code)
{
	if (code < 0)
		return "failed";
	return signature_verdict_name(verification->verdict);
}

/* Only what a key vouches for: the rest is what somebody wrote into a file. NULL without memory. */
static json_t *make_signature(const struct verification *verification)
{
	if (!verification->judged || verification->verdict != SIGNATURE_VERIFIED)
		return json_null();
	const json_t *root = verification->document->root;
	return json_pack(
		"{s:O, s:O, s:O, s:O?, s:O?}", "algorithm", json_object_get(root, "algorithm"),
		"signer", json_object_get(root, "signer"), "signed_at",
		json_object_get(root, "signed_at"), "key_id", json_object_get(root, "key_id"),
		"public_key_sha256", json_object_get(root, "public_key_sha256"));
}

static int print_json(const struct verification *verification, const struct args *args, int code,
		      const struct cavra_error *error)
{
	const char *verdict = verification->judged ? signature_verdict_name(verification->verdict)
						   : NULL;
	json_t *report = json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:s?, s:o}", "schema_version",
				   "cavra.policy-verification.v1", "status",
				   status_name(verification, code), "verdict", verdict, "message",
				   code < 0 ? error->text : NULL, "policy_file", args->operand[0],
				   "digest", verification->judged ? verification->digest : NULL,
				   "signature", make_signature(verification));
	char *text = report ? json_text(report, JSON_INDENT(2)) : NULL;
	json_decref(report);
	if (!text)
		return CAVRA_ERR_MEMORY;
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

static void print_text(const struct verification *verification)
{
	const struct signature *signature = &verification->signature;
	if (verification->verdict == SIGNATURE_VERIFIED && signature->key_id.n)
		(void)printf(
			"verified: signed by %.*s at %.*s with the Ed25519 key %.*s (%.16s...)\n",
			STR_ARG(signature->signer), STR_ARG(signature->signed_at),
			STR_ARG(signature->key_id), signature->fingerprint.p);
	else if (verification->verdict == SIGNATURE_VERIFIED)
		(void)printf("verified: signed by %.*s at %.*s with the HMAC key\n",
			     STR_ARG(signature->signer), STR_ARG(signature->signed_at));
	else
		(void)printf(
			"integrity only: the file is what its %s says, which anybody can write%s\n",
			verification->legacy ? "digest" : "signature",
			verification->legacy ? "" : "; give a key to verify it");
}

static int tell(const struct args *args, const struct verification *verification, int code,
		struct cavra_error *error)
{
	if (args_has(args, OPT_JSON)) {
		if (print_json(verification, args, code, error) < 0) {
			error_set(error, CAVRA_ERR_MEMORY, "out of memory");
			return fail(error);
		}
		if (code < 0)
			return code_info(error->code)->exit_status;
	} else if (code < 0) {
		return fail(error);
	} else {
		print_text(verification);
	}
	return verification->verdict == SIGNATURE_VERIFIED ? EXIT_ALLOWED : EXIT_INTEGRITY_ONLY;
}

int cmd_policy_verify(const struct args *args)
{
	static const enum option_id keys[] = {OPT_PUBLIC_KEY, OPT_TRUST_DIR, OPT_KEY_FILE,
					      OPT_KEY_ENV};
	struct cavra_error error;
	struct verification verification = {.signature_path = args->value[OPT_SIGNATURE]};
	size_t given = 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		given += args_has(args, keys[i]);
	if (given > 1)
		return fail_usage(
			"--public-key, --trust-dir, --key-file and --key-env exclude each "
			"other: one key decides");
	int code = verify(args, &verification, &error);
	int status = tell(args, &verification, code, &error);
	document_free(verification.document);
	trust_free(verification.trust);
	key_free(verification.public_key);
	secret_wipe(&verification.hmac);
	return status;
}
