/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy keygen: a key pair to sign policies with.
 */
#include <stdio.h>
#include <string.h>

#include "cli/keypair.h"
#include "json/json.h"

#define DEFAULT_DIRECTORY ".cavra/policy-signing"
#define DEFAULT_KEY_ID "local-policy-signing-key"

/* It becomes the name of two files. */
static bool is_key_id(const char *id)
{
	static const char good[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strlen(id);
	return n > 0 && n <= 100 && id[0] != '.' && id[0] != '-' && strspn(id, good) == n;
}

static int name_files(struct keypair *pair, const char *directory, const char *key_id,
		      struct cavra_error *error)
{
	int one = snprintf(pair->private_path, PATH_MAX, "%s/%s.private.pem", directory, key_id);
	int two = snprintf(pair->public_path, PATH_MAX, "%s/%s.public.pem", directory, key_id);
	if (one < 0 || one >= PATH_MAX || two < 0 || two >= PATH_MAX)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long",
				 directory);
	return 0;
}

static int print_result(const struct keypair *pair, const char *key_id, struct cavra_error *error)
{
	json_t *result = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "schema_version",
				   "cavra.policy-signing-keypair.v1", "algorithm", "Ed25519",
				   "key_id", key_id, "private_key_path", pair->private_path,
				   "public_key_path", pair->public_path, "public_key_sha256",
				   pair->fingerprint);
	int code = output_report(result, NULL);
	json_decref(result);
	if (code < 0)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the key pair is written, but its path is no UTF-8 to print");
	return 0;
}

int cmd_policy_keygen(const struct args *args)
{
	struct cavra_error error;
	struct keypair pair;
	const char *directory = args->value[OPT_OUTPUT], *key_id = args->value[OPT_KEY_ID];
	if (!directory)
		directory = DEFAULT_DIRECTORY;
	if (!key_id)
		key_id = DEFAULT_KEY_ID;
	if (!is_key_id(key_id))
		return fail_usage("--key-id %.60s: write letters, digits, dots, dashes and "
				  "underscores, at most 100, beginning with a letter or digit",
				  key_id);
	if (args_has(args, OPT_PASSPHRASE) && args_has(args, OPT_PASSPHRASE_FILE))
		return fail_usage("--passphrase and --passphrase-file exclude each other");
	int code = name_files(&pair, directory, key_id, &error);
	if (code == 0)
		code = keypair_make(args, &pair, &error);
	if (code == 0)
		code = keypair_write(&pair, "*.private.pem", &error);
	secret_wipe(&pair.private_pem);
	if (code == 0)
		code = print_result(&pair, key_id, &error);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
