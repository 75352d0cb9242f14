/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence generate-keypair, trust-root, trust-bundle, trust-distribution.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/when.h"
#include "cli/evidence.h"
#include "cli/files.h"
#include "cli/keypair.h"
#include "cli/secrets.h"
#include "evidence/distribution.h"
#include "evidence/document.h"
#include "evidence/trust_root.h"

#define KEYS ".cavra/keys/"

static const char *value_or(const struct args *args, enum option_id option, const char *fallback)
{
	return args_has(args, option) ? args->value[option] : fallback;
}

/* ---- key pairs ---- */

int cmd_evidence_generate_keypair(const struct args *args)
{
	struct cavra_error error;
	struct keypair pair;
	const char *private = value_or(args, OPT_PRIVATE_KEY, KEYS "evidence-ed25519-private.pem"),
		   *public = value_or(args, OPT_PUBLIC_KEY, KEYS "evidence-ed25519-public.pem");
	if (args_has(args, OPT_PASSPHRASE) && args_has(args, OPT_PASSPHRASE_FILE))
		return fail_usage("--passphrase and --passphrase-file exclude each other");
	if (strcmp(private, public) == 0)
		return fail_usage("--private-key and --public-key are two files");
	int one = snprintf(pair.private_path, PATH_MAX, "%s", private),
	    two = snprintf(pair.public_path, PATH_MAX, "%s", public);
	if (one < 1 || one >= PATH_MAX || two < 1 || two >= PATH_MAX)
		return fail_usage("the path of a key is empty or too long");
	int code = keypair_make(args, &pair, &error);
	if (code == 0)
		code = keypair_write(&pair, "*private*.pem", &error);
	secret_wipe(&pair.private_pem);
	json_t CLEANUP_JSON *report =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s%}", "schema_version",
			  "cavra.evidence.keypair.v1", "algorithm", "Ed25519", "private_key_path",
			  pair.private_path, "public_key_path", pair.public_path,
			  "public_key_sha256", pair.fingerprint, "public_key_spki_sha256",
			  pair.fingerprint_der, "key_id", pair.fingerprint, (size_t)16);
	if (code == 0)
		code = output_report(report, &error);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

/* ---- one trust root ---- */

static int option_when(const struct args *args, enum option_id option, int64_t fallback,
		       int64_t *ret_when, struct cavra_error *error)
{
	const char *value = args->value[option];
	int64_t when = fallback;
	if (value && !when_parse(str_from(value), &when))
		return error_set(error, CAVRA_ERR_USAGE,
				 "a time is written as 2026-01-31T23:59:59Z, not %.60s", value);
	*ret_when = when;
	return 0;
}

static int read_times(const struct args *args, struct trust_root *root, struct cavra_error *error)
{
	int64_t now = when_now();
	bool ends = args_has(args, OPT_VALID_UNTIL);
	int code = option_when(args, OPT_VALID_FROM, now, &root->valid_from, error);
	if (code == 0)
		code = option_when(args, OPT_VALID_UNTIL, 0, &root->valid_until, error);
	if (code == 0)
		code = option_when(args, OPT_RETIRED_AT,
				   root->status == TRUST_RETIRED && !ends ? now : 0,
				   &root->retired_at, error);
	if (code == 0)
		code = option_when(args, OPT_REVOKED_AT, root->status == TRUST_REVOKED ? now : 0,
				   &root->revoked_at, error);
	return code;
}

int cmd_evidence_trust_root(const struct args *args)
{
	struct cavra_error error;
	struct trust_root CLEANUP_TRUST_ROOT root = {
		.key_id = str_from(args->value[OPT_KEY_ID]),
		.owner = str_from(value_or(args, OPT_OWNER, "platform-security"))};
	struct buf CLEANUP_BUF text;
	json_t CLEANUP_JSON *document = NULL;
	const char *path = value_or(args, OPT_OUTPUT, KEYS "evidence-trust-root.json");
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (!trust_status_parse(str_from(value_or(args, OPT_STATUS, "active")), &root.status))
		return fail_usage("--status is active, retired or revoked");
	int code = read_times(args, &root, &error);
	if (code == 0)
		code = secret_read_public_key(args->operand[0], &root.key, &error);
	if (code == 0)
		code = trust_root_make(&root, &document, &error);
	if (code == 0)
		code = evidence_write(document, &text, &error);
	if (code == 0)
		code = evidence_publish(path, buf_str(&text), &error);
	if (code < 0)
		return fail(&error);
	(void)printf("%s\n", path);
	return EXIT_ALLOWED;
}

/* ---- several ---- */

/* With what is in the files that the operands name; trust roots or bundles of them. */
static int load_roots(const struct args *args, json_t *ret_roots, struct cavra_error *error)
{
	for (size_t i = 0; i < args->n_operands; i++) {
		json_t CLEANUP_JSON *document = NULL;
		int code = evidence_load(args->operand[i], &document, error);
		if (code < 0)
			return code;
		json_t *list = json_object_get(document, "trust_roots");
		int failed = json_is_array(list) ? json_array_extend(ret_roots, list)
						 : json_array_append(ret_roots, document);
		if (failed)
			return evidence_no_memory(error);
		if (json_array_size(ret_roots) > LIMIT_TRUST_KEYS)
			return error_set(error, CAVRA_ERR_LIMIT,
					 "at most %d trust roots in one bundle", LIMIT_TRUST_KEYS);
	}
	return 0;
}

static int make_bundle(const struct args *args, const struct evidence_keys *keys,
		       const char *created_at, json_t **ret_bundle, struct cavra_error *error)
{
	json_t *roots[LIMIT_TRUST_KEYS];
	json_t CLEANUP_JSON *list = json_array();
	if (!list)
		return evidence_no_memory(error);
	int code = load_roots(args, list, error);
	if (code < 0)
		return code;
	for (size_t i = 0; i < json_array_size(list); i++)
		roots[i] = json_array_get(list, i);
	return trust_bundle_make(roots, json_array_size(list), created_at,
				 keys->key ? &keys->with.key : NULL, ret_bundle, error);
}

static void print_signed(const struct evidence_keys *keys)
{
	(void)printf("%s\n", keys->key ? "signed with the root key"
				       : "not signed: nothing vouches for these trust roots; give "
					 "--private-key");
}

int cmd_evidence_trust_bundle(const struct args *args)
{
	struct cavra_error error;
	struct evidence_keys CLEANUP_KEYS keys;
	struct buf CLEANUP_BUF text;
	json_t CLEANUP_JSON *bundle = NULL;
	char now[WHEN_TEXT];
	const char *path = value_or(args, OPT_OUTPUT, KEYS "evidence-trust-roots.json");
	evidence_keys_init(&keys);
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	when_format(when_now(), now);
	int code = evidence_keys_sign(args, &keys, &error);
	if (code == 0)
		code = make_bundle(args, &keys, now, &bundle, &error);
	if (code == 0)
		code = evidence_write(bundle, &text, &error);
	if (code == 0)
		code = evidence_publish(path, buf_str(&text), &error);
	if (code < 0)
		return fail(&error);
	(void)printf("%s\n", path);
	print_signed(&keys);
	return EXIT_ALLOWED;
}

/* trust-roots-20260131235959 */
static void default_id(const char *now, char *ret_id, size_t size)
{
	(void)snprintf(ret_id, size, "trust-roots-%.4s%.2s%.2s%.2s%.2s%.2s", now, now + 5, now + 8,
		       now + 11, now + 14, now + 17);
}

static int distribute(const struct args *args, const struct evidence_keys *keys,
		      struct buf out[DISTRIBUTION_FILES], struct cavra_error *error)
{
	static const struct str usual[] = {STR_INIT("source-control"), STR_INIT("secure-portal"),
					   STR_INIT("offline-transfer")};
	struct str channels[ARGS_MAX_REPEATS];
	json_t CLEANUP_JSON *bundle = NULL;
	char now[WHEN_TEXT], id[64];
	when_format(when_now(), now);
	default_id(now, id, sizeof id);
	int code = make_bundle(args, keys, now, &bundle, error);
	if (code < 0)
		return code;
	for (size_t i = 0; i < args->n_channels; i++)
		channels[i] = str_from(args->channels[i]);
	const struct distribution distribution = {
		.id = str_from(value_or(args, OPT_DISTRIBUTION_ID, id)),
		.environment = str_from(value_or(args, OPT_ENVIRONMENT, "production")),
		.created_at = now,
		.channels = args->n_channels ? channels : usual,
		.n_channels = args->n_channels ? args->n_channels : ARRAY_SIZE(usual),
		.bundle = bundle,
		.key = keys->with.key,
	};
	return distribution_make(&distribution, out, error);
}

int cmd_evidence_trust_distribution(const struct args *args)
{
	struct cavra_error error;
	struct evidence_keys CLEANUP_KEYS keys;
	struct buf out[DISTRIBUTION_FILES];
	char path[PATH_MAX];
	const char *directory = value_or(args, OPT_OUTPUT, KEYS "trust-root-distribution");
	evidence_keys_init(&keys);
	for (size_t i = 0; i < DISTRIBUTION_FILES; i++)
		buf_init(&out[i], LIMIT_DOCUMENT_BYTES);
	int code = evidence_keys_sign(args, &keys, &error);
	if (code == 0)
		code = distribute(args, &keys, out, &error);
	for (size_t i = 0; i < DISTRIBUTION_FILES; i++) {
		if (code == 0)
			code = file_join(path, directory, distribution_files[i], &error);
		if (code == 0)
			code = evidence_publish(path, buf_str(&out[i]), &error);
		buf_release(&out[i]);
	}
	if (code < 0)
		return fail(&error);
	(void)printf("%s\n", directory);
	print_signed(&keys);
	return EXIT_ALLOWED;
}
