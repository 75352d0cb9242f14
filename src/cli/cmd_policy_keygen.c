/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy keygen: a key pair to sign policies with.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/secrets.h"
#include "json/json.h"

#define DEFAULT_DIRECTORY ".cavra/policy-signing"
#define DEFAULT_KEY_ID "local-policy-signing-key"

struct pair {
	const char *directory, *key_id;
	char private_path[PATH_MAX], public_path[PATH_MAX];
	char public_pem[KEY_PUBLIC_PEM], fingerprint[SHA256_HEX];
	struct secret private_pem;
};

/* It becomes the name of two files. */
static bool is_key_id(const char *id)
{
	static const char good[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strlen(id);
	return n > 0 && n <= 100 && id[0] != '.' && id[0] != '-' && strspn(id, good) == n;
}

static int name_files(struct pair *pair, struct cavra_error *error)
{
	int one = snprintf(pair->private_path, PATH_MAX, "%s/%s.private.pem", pair->directory,
			   pair->key_id);
	int two = snprintf(pair->public_path, PATH_MAX, "%s/%s.public.pem", pair->directory,
			   pair->key_id);
	if (one < 0 || one >= PATH_MAX || two < 0 || two >= PATH_MAX)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long",
				 pair->directory);
	return 0;
}

static int make_key(const struct args *args, struct pair *pair, struct cavra_error *error)
{
	struct key CLEANUP_KEY *key = NULL;
	struct secret CLEANUP_SECRET passphrase;
	const char *file = args->value[OPT_PASSPHRASE_FILE];
	bool ask = args_has(args, OPT_PASSPHRASE);
	int code = 0;
	if (file)
		code = secret_read_line(file, &passphrase, error);
	else if (ask)
		code = secret_ask("Passphrase of the new key", true, &passphrase, error);
	if (code == 0)
		code = key_generate(&key, error);
	if (code == 0)
		code = key_write_private(key, file || ask ? &passphrase : NULL, &pair->private_pem,
					 error);
	if (code == 0)
		code = key_write_public(key, pair->public_pem, error);
	return code < 0 ? code : key_fingerprint(key, pair->fingerprint, error);
}

/* A directory of our own making keeps the private key out of Git. */
static int make_directory(const char *directory, struct cavra_error *error)
{
	static const char ignored[] = "*.private.pem\n";
	char path[PATH_MAX];
	struct stat st;
	if (stat(directory, &st) == 0)
		return 0;
	int code = file_make_directories(directory, 0700, error);
	int n = snprintf(path, sizeof path, "%s/.gitignore", directory);
	if (code < 0 || n < 0 || (size_t)n >= sizeof path)
		return code;
	return file_create(path, str_from(ignored), 0644, error);
}

static int check_absent(const char *path, struct cavra_error *error)
{
	struct stat st;
	if (lstat(path, &st) < 0 && errno == ENOENT)
		return 0;
	return error_set(error, CAVRA_ERR_IO,
			 "%.300s exists, and a key is never overwritten; choose another --key-id",
			 path);
}

/* Both or none. */
static int write_files(const struct pair *pair, struct cavra_error *error)
{
	int code = check_absent(pair->public_path, error);
	if (code == 0)
		code = check_absent(pair->private_path, error);
	if (code == 0)
		code = file_create(pair->private_path, secret_str(&pair->private_pem), 0600, error);
	if (code < 0)
		return code;
	code = file_create(pair->public_path, str_from(pair->public_pem), 0644, error);
	if (code < 0)
		(void)unlink(pair->private_path);
	return code;
}

static int print_result(const struct pair *pair, struct cavra_error *error)
{
	json_t *result = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "schema_version",
				   "cavra.policy-signing-keypair.v1", "algorithm", "Ed25519",
				   "key_id", pair->key_id, "private_key_path", pair->private_path,
				   "public_key_path", pair->public_path, "public_key_sha256",
				   pair->fingerprint);
	char *text = result ? json_text(result, JSON_INDENT(2)) : NULL;
	json_decref(result);
	if (!text)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the key pair is written, but its path is no UTF-8 to print");
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

int cmd_policy_keygen(const struct args *args)
{
	struct cavra_error error;
	struct pair pair = {.directory = args->value[OPT_OUTPUT],
			    .key_id = args->value[OPT_KEY_ID]};
	if (!pair.directory)
		pair.directory = DEFAULT_DIRECTORY;
	if (!pair.key_id)
		pair.key_id = DEFAULT_KEY_ID;
	if (!is_key_id(pair.key_id))
		return fail_usage("--key-id %.60s: write letters, digits, dots, dashes and "
				  "underscores, at most 100, beginning with a letter or digit",
				  pair.key_id);
	if (args_has(args, OPT_PASSPHRASE) && args_has(args, OPT_PASSPHRASE_FILE))
		return fail_usage("--passphrase and --passphrase-file exclude each other");
	int code = name_files(&pair, &error);
	if (code == 0)
		code = make_key(args, &pair, &error);
	if (code == 0)
		code = make_directory(pair.directory, &error);
	if (code == 0)
		code = write_files(&pair, &error);
	secret_wipe(&pair.private_pem);
	if (code == 0)
		code = print_result(&pair, &error);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
