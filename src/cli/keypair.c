/* SPDX-License-Identifier: Apache-2.0
 *
 * Key pairs in files, see keypair.h.
 */
#include "cli/keypair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/secrets.h"

int keypair_make(const struct args *args, struct keypair *pair, struct cavra_error *error)
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
	if (code == 0)
		code = key_fingerprint(key, pair->fingerprint, error);
	return code < 0 ? code : key_fingerprint_der(key, pair->fingerprint_der, error);
}

/* A directory of our own making keeps the private key out of Git. */
static int make_directory(const char *file, const char *ignored, struct cavra_error *error)
{
	char directory[PATH_MAX], path[PATH_MAX], line[64];
	struct stat st;
	const char *slash = strrchr(file, '/');
	if (!slash || slash == file)
		return 0;
	(void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - file), file);
	if (stat(directory, &st) == 0)
		return 0;
	int code = file_make_directories(directory, 0700, error);
	if (code == 0)
		code = file_join(path, directory, ".gitignore", error);
	(void)snprintf(line, sizeof line, "%s\n", ignored);
	return code < 0 ? code : file_create(path, str_from(line), 0644, error);
}

static int check_absent(const char *path, struct cavra_error *error)
{
	struct stat st;
	if (lstat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	return error_set(error, CAVRA_ERR_IO,
			 "%.300s exists, and a key is never overwritten; choose another name",
			 path);
}

int keypair_write(const struct keypair *pair, const char *ignored, struct cavra_error *error)
{
	int code = check_absent(pair->public_path, error);
	if (code == 0)
		code = check_absent(pair->private_path, error);
	if (code == 0)
		code = make_directory(pair->private_path, ignored, error);
	if (code == 0)
		code = make_directory(pair->public_path, ignored, error);
	if (code == 0)
		code = file_create(pair->private_path, secret_str(&pair->private_pem), 0600, error);
	if (code < 0)
		return code;
	code = file_create(pair->public_path, str_from(pair->public_pem), 0644, error);
	if (code < 0)
		(void)unlink(pair->private_path);
	return code;
}
