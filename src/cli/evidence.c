/* SPDX-License-Identifier: Apache-2.0
 *
 * What the evidence commands share, see evidence.h.
 */
#include "cli/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/regular.h"
#include "cli/files.h"
#include "cli/secrets.h"
#include "evidence/retention.h"
#include "json/json.h"

/* ---- keys ---- */

void evidence_keys_init(struct evidence_keys *keys)
{
	memset(keys, 0, sizeof *keys);
	ledger_key_init(&keys->ledger);
}

void evidence_keys_release(struct evidence_keys *keys)
{
	key_free(keys->key);
	key_free(keys->root);
	ledger_key_release(&keys->ledger);
	json_decref(keys->trust);
	secret_wipe(&keys->hmac);
	evidence_keys_init(keys);
}

/* At most one of these options says which key counts. */
static int check_one(const struct args *args, const enum option_id *options, size_t n,
		     const char *names, struct cavra_error *error)
{
	size_t given = 0;
	for (size_t i = 0; i < n; i++)
		given += args_has(args, options[i]);
	return given <= 1 ? 0
			  : error_set(error, CAVRA_ERR_USAGE,
				      "%s exclude each other: one key decides", names);
}

static int read_hmac(const struct args *args, struct evidence_keys *keys, struct cavra_error *error)
{
	bool given = false;
	int code = secret_read_hmac_key(args, &keys->hmac, &given, error);
	keys->with.key.hmac = given ? &keys->hmac : NULL;
	return code;
}

int evidence_keys_verify(const struct args *args, struct evidence_keys *keys,
			 struct cavra_error *error)
{
	static const enum option_id options[] = {OPT_PUBLIC_KEY, OPT_TRUST_ROOT, OPT_KEY_FILE,
						 OPT_KEY_ENV};
	const char *public = args->value[OPT_PUBLIC_KEY], *trust = args->value[OPT_TRUST_ROOT],
		   *root = args->value[OPT_ROOT_KEY];
	int code = check_one(args, options, sizeof options / sizeof *options,
			     "--public-key, --trust-root, --key-file and --key-env", error);
	if (code == 0 && root && !trust)
		code = error_set(error, CAVRA_ERR_USAGE,
				 "--root-key is for the trust roots of --trust-root");
	if (code == 0)
		code = read_hmac(args, keys, error);
	if (code == 0 && public)
		code = secret_read_public_key(public, &keys->key, error);
	if (code == 0 && root)
		code = secret_read_public_key(root, &keys->root, error);
	if (code == 0 && args_has(args, OPT_LEDGER_KEY))
		code = ledger_key_read(args->value[OPT_LEDGER_KEY], &keys->ledger, error);
	keys->with.ledger = args_has(args, OPT_LEDGER_KEY) ? &keys->ledger.trust : NULL;
	if (code == 0 && trust)
		code = evidence_load(trust, &keys->trust, error);
	keys->with.key.ed25519 = keys->key;
	keys->with.key.id = str_from(args->value[OPT_KEY_ID]);
	keys->with.trust = keys->trust;
	keys->with.pinned = keys->root;
	return code;
}

int evidence_keys_sign(const struct args *args, struct evidence_keys *keys,
		       struct cavra_error *error)
{
	static const enum option_id options[] = {OPT_PRIVATE_KEY, OPT_KEY_FILE, OPT_KEY_ENV};
	const char *private = args->value[OPT_PRIVATE_KEY];
	int code = check_one(args, options, sizeof options / sizeof *options,
			     "--private-key, --key-file and --key-env", error);
	if (code == 0)
		code = read_hmac(args, keys, error);
	if (code == 0 && private)
		code = secret_read_private_key(args, private, &keys->key, error);
	keys->with.key.ed25519 = keys->key;
	keys->with.key.id = str_from(args->value[OPT_KEY_ID]);
	if (code == 0 && keys->with.key.id.n && !private && !keys->with.key.hmac)
		code = error_set(error, CAVRA_ERR_USAGE, "--key-id names a key; give one too");
	return code;
}

/* ---- bundles ---- */

int evidence_open(const char *path, struct cavra_error *error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		(void)error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
				"cannot open the bundle %.300s: %s", path, strerror(errno));
	return fd;
}

int evidence_verify(const char *path, const struct verify_with *with,
		    struct verification *verification, struct cavra_error *error)
{
	int fd = evidence_open(path, error);
	if (fd < 0)
		return error->code;
	int code = verify_bundle(fd, with, verification, error);
	(void)close(fd);
	return code;
}

int evidence_need_verified(const struct verification *verification, struct cavra_error *error)
{
	if (verification->status != VERIFY_FAILED)
		return 0;
	return error_set(error, CAVRA_ERR_INPUT, "the bundle is broken: %.50s%s%.300s",
			 verification->problems[0].file,
			 verification->problems[0].file[0] ? ": " : "",
			 verification->problems[0].text);
}

void evidence_print_problems(const struct verification *verification)
{
	for (size_t i = 0; i < verification->n_problems; i++) {
		const struct verify_problem *problem = &verification->problems[i];
		(void)printf("%s%s%s\n", problem->file, problem->file[0] ? ": " : "",
			     problem->text);
	}
}

/* ---- files ---- */

int evidence_load(const char *path, json_t **ret_document, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	json_t *root = NULL;
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	int code = regular_file_read(path, &text, error);
	if (code == 0)
		code = json_read(buf_str(&text), 0, &root, error);
	if (code == 0 && !json_is_object(root)) {
		json_decref(root);
		code = error_set(error, CAVRA_ERR_INPUT, "this is no JSON object");
	}
	if (code < 0)
		error_file(error, path);
	else
		*ret_document = root;
	return code;
}

static int make_place(const char *path, mode_t mode, struct cavra_error *error)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	if (!slash || slash == path)
		return 0;
	(void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
	return file_make_directories(directory, mode, error);
}

int evidence_store(const char *path, struct str text, struct cavra_error *error)
{
	int code = make_place(path, 0700, error);
	return code < 0 ? code : file_replace_private(path, text, error);
}

int evidence_publish(const char *path, struct str text, struct cavra_error *error)
{
	int code = make_place(path, 0755, error);
	return code < 0 ? code : file_replace(path, text, error);
}

int evidence_store_in(const char *directory, const char *name, struct str text,
		      struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = file_join(path, directory, name, error);
	return code < 0 ? code : evidence_store(path, text, error);
}

int evidence_days(const struct args *args, enum option_id option, int64_t fallback,
		  int64_t *ret_days, struct cavra_error *error)
{
	const char *value = args->value[option];
	size_t days = 0;
	if (value &&
	    (!str_to_size(str_from(value), &days) || days < 1 || days > RETENTION_MAX_DAYS))
		return error_set(error, CAVRA_ERR_USAGE, "a number of days is 1 to %d, not %.40s",
				 RETENTION_MAX_DAYS, value);
	*ret_days = value ? (int64_t)days : fallback;
	return 0;
}
