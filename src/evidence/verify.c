/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying a bundle, see verify.h: the manifest and the files. What the files say is for verify_contents.c.
 */
#include "evidence/verify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "crypto/digest.h"
#include "evidence/document.h"
#include "evidence/verify_private.h"
#include "json/json.h"

const char *verify_status_name(enum verify_status status)
{
	static const char *const names[] = {
		[VERIFY_FAILED] = "failed",
		[VERIFY_VERIFIED] = "verified",
		[VERIFY_INTEGRITY_ONLY] = "integrity_only",
	};
	return names[status];
}

void verification_init(struct verification *verification)
{
	*verification = (struct verification){.status = VERIFY_FAILED};
	buf_init(&verification->manifest_text, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < BUNDLE_FILES; i++)
		buf_init(&verification->file[i], LIMIT_DOCUMENT_BYTES);
}

void verification_release(struct verification *verification)
{
	key_free(verification->trusted);
	verification->trusted = NULL;
	json_decref(verification->manifest);
	verification->manifest = NULL;
	buf_release(&verification->manifest_text);
	for (size_t i = 0; i < BUNDLE_FILES; i++) {
		json_decref(verification->document[i]);
		verification->document[i] = NULL;
		buf_release(&verification->file[i]);
	}
}

void verification_problem(struct verification *verification, const char *file, const char *format,
			  ...)
{
	struct verify_problem *problem;
	va_list args;
	if (verification->n_problems == VERIFY_PROBLEMS)
		return;
	problem = &verification->problems[verification->n_problems++];
	va_start(args, format);
	(void)vsnprintf(problem->text, sizeof problem->text, format, args);
	va_end(args);
	(void)snprintf(problem->file, sizeof problem->file, "%s", file ? file : "");
	/* Whatever the names and values in them are. */
	utf8_make_plain(problem->text);
	utf8_make_plain(problem->file);
}

void verification_unchecked(struct verification *verification, const char *what)
{
	if (verification->n_unchecked < sizeof verification->unchecked / sizeof(char *))
		verification->unchecked[verification->n_unchecked++] = what;
}

/* ---- reading files ---- */

bool verify_read_file(int directory, const char *name, struct buf *out, char *ret_wrong,
		      size_t size)
{
	struct stat st;
	char piece[16384];
	ssize_t n = 0;
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		(void)snprintf(ret_wrong, size, "%s",
			       errno == ENOENT  ? "missing file"
			       : errno == ELOOP ? "this is a symbolic link, not a file"
						: strerror(errno));
		return false;
	}
	bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	while (regular && !out->failed && (n = read(fd, piece, sizeof piece)) > 0)
		buf_add(out, str_make(piece, (size_t)n));
	(void)close(fd);
	if (regular && n == 0 && !out->failed)
		return true;
	(void)snprintf(ret_wrong, size, "%s",
		       !regular      ? "this is no regular file"
		       : out->failed ? "larger than any file of a bundle"
				     : "cannot be read");
	return false;
}

json_t *verify_read_json(struct verification *verification, const char *name, struct str text)
{
	struct cavra_error error = {.line = 0};
	json_t *root = NULL;
	if (json_read(text, 0, &root, &error) < 0)
		verification_problem(verification, name, "no JSON: line %d: %s", error.line,
				     error.text);
	else if (!json_is_object(root)) {
		verification_problem(verification, name, "this is no JSON object");
		json_decref(root);
		root = NULL;
	}
	return root;
}

/* ---- the signature ---- */

static bool has_key(const struct verify_with *with)
{
	return with->key.ed25519 || with->key.hmac || with->trust;
}

static int check_with_trust(struct verification *verification, const struct verify_with *with,
			    struct cavra_error *error)
{
	struct trust_root root;
	struct signed_key key = {.id = with->key.id};
	int64_t signed_at = 0;
	if (verification->claim.algorithm != SIGNED_ED25519)
		return error_set(error, CAVRA_ERR_INPUT,
				 "trust roots are for Ed25519, but the signature says %s",
				 signed_algorithm_name(verification->claim.algorithm));
	int code = trust_roots_find(with->trust, with->pinned, with->key.id, &verification->claim,
				    &root, error);
	if (code < 0)
		return code;
	key.ed25519 = root.key;
	verification->trusted = root.key;
	verification->has_trust = true;
	verification->trust_status = root.status;
	code = signed_check(verification->manifest, &verification->claim, &key, error);
	if (code == 0)
		code = evidence_need_when(verification->manifest, "created_at", false, &signed_at,
					  error);
	return code < 0 ? code : trust_root_allows(&root, signed_at, error);
}

static bool check_signature(struct verification *verification, const struct verify_with *with)
{
	struct cavra_error error = {.text = ""};
	int code = signed_claim(verification->manifest, &verification->claim, &error);
	verification->has_claim = code == 0;
	if (code == 0)
		code = with->trust ? check_with_trust(verification, with, &error)
				   : signed_check(verification->manifest, &verification->claim,
						  &with->key, &error);
	if (code < 0)
		verification_problem(verification, BUNDLE_MANIFEST, "%s", error.text);
	return code == 0;
}

/* ---- the manifest ---- */

static int check_entry(const json_t *entry, bool *seen, struct cavra_error *error)
{
	struct str name = STR(""), digest = STR("");
	json_int_t bytes = -1;
	int code = evidence_need_text(entry, "path", &name, error);
	if (code == 0)
		code = json_need_str(entry, "sha256", &digest, error);
	if (code < 0)
		return code;
	int which = bundle_file_find(name);
	if (which < 0)
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"%.60s\" is the name of no file of a bundle", name.p);
	if (seen[which])
		return error_set(error, CAVRA_ERR_INPUT, "%.60s is listed twice", name.p);
	if (!evidence_is_sha256(digest))
		return error_set(error, CAVRA_ERR_INPUT, "the digest of %.60s is no SHA-256",
				 name.p);
	if (!json_get_int(entry, "bytes", &bytes) || bytes < 0)
		return error_set(error, CAVRA_ERR_INPUT, "the size of %.60s is no number", name.p);
	seen[which] = true;
	return 0;
}

static int check_manifest(const json_t *manifest, bool *seen, struct cavra_error *error)
{
	struct str signer;
	int64_t created;
	const json_t *files = json_object_get(manifest, "files"), *entry;
	size_t i;
	int code = evidence_need_word(manifest, "schema_version", BUNDLE_SCHEMA, error);
	if (code == 0)
		code = evidence_need_word(manifest, "product", EVIDENCE_PRODUCT, error);
	if (code == 0)
		code = evidence_need_when(manifest, "created_at", false, &created, error);
	if (code == 0)
		code = evidence_need_text(manifest, "signer", &signer, error);
	if (code == 0 && !json_is_array(files))
		code = error_set(error, CAVRA_ERR_INPUT, "\"files\" is a list");
	if (code < 0)
		return code;
	json_array_foreach (files, i, entry) {
		code = check_entry(entry, seen, error);
		if (code < 0)
			return code;
	}
	for (i = 0; i < BUNDLE_FILES; i++)
		if (bundle_files[i].required && !seen[i])
			return error_set(error, CAVRA_ERR_INPUT, "it does not list %s",
					 bundle_files[i].name);
	return 0;
}

/* Ours is written in one way, so that also what the signature does not cover cannot be changed. */
static bool is_as_written(const json_t *manifest, struct str text)
{
	struct buf CLEANUP_BUF again;
	struct cavra_error error;
	buf_init(&again, LIMIT_DOCUMENT_BYTES);
	return !json_object_get(manifest, "signed_with") ||
	       (evidence_write(manifest, &again, &error) == 0 && str_eq(buf_str(&again), text));
}

static bool read_manifest(struct verification *verification, int directory,
			  const struct verify_with *with)
{
	struct buf *text = &verification->manifest_text;
	struct cavra_error error = {.text = ""};
	char wrong[128];
	if (!verify_read_file(directory, BUNDLE_MANIFEST, text, wrong, sizeof wrong)) {
		verification_problem(verification, BUNDLE_MANIFEST, "%s", wrong);
		return false;
	}
	verification->manifest = verify_read_json(verification, BUNDLE_MANIFEST, buf_str(text));
	if (!verification->manifest || !check_signature(verification, with))
		return false;
	int code = check_manifest(verification->manifest, verification->has, &error);
	if (code < 0)
		verification_problem(verification, BUNDLE_MANIFEST, "%s", error.text);
	else if (!is_as_written(verification->manifest, buf_str(text)))
		verification_problem(verification, BUNDLE_MANIFEST,
				     "not written as it was when it was signed");
	return verification->n_problems == 0;
}

/* ---- the files ---- */

static void check_file(struct verification *verification, int directory, const json_t *entry)
{
	struct str name = STR(""), digest = STR("");
	json_int_t bytes = 0;
	uint8_t hash[SHA256_BYTES];
	char hex[SHA256_HEX], wrong[128];
	(void)json_get_str(entry, "path", &name);
	(void)json_get_str(entry, "sha256", &digest);
	(void)json_get_int(entry, "bytes", &bytes);
	int which = bundle_file_find(name);
	struct buf *text = &verification->file[which];
	if (!verify_read_file(directory, name.p, text, wrong, sizeof wrong)) {
		verification_problem(verification, name.p, "%s", wrong);
		return;
	}
	sha256(buf_str(text), hash);
	digest_hex(hash, hex);
	if ((json_int_t)text->n != bytes)
		verification_problem(verification, name.p, "%zu bytes, but %lld were signed",
				     text->n, (long long)bytes);
	else if (!str_is(digest, hex))
		verification_problem(verification, name.p,
				     "checksum mismatch: this is %.16s..., signed was %.16s...",
				     hex, digest.p);
	else if (strcmp(bundle_files[which].media_type, "application/json") == 0)
		verification->document[which] = verify_read_json(verification, name.p,
								 buf_str(text));
}

/* In a fixed order, whatever the directory's is. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int check_directory(struct verification *verification, int directory,
			   struct cavra_error *error)
{
	struct dirent **names = NULL;
	int n = scandirat(directory, ".", &names, NULL, compare_names);
	if (n < 0)
		return error_set(error, CAVRA_ERR_IO, "cannot list the bundle: %s",
				 strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		int which = bundle_file_find(str_from(name));
		bool known = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
			     strcmp(name, BUNDLE_MANIFEST) == 0 ||
			     (which >= 0 && verification->has[which]);
		if (!known)
			verification_problem(verification, name,
					     "this file is not listed in the manifest");
		free(names[i]);
	}
	free(names);
	return 0;
}

int verify_bundle(int directory, const struct verify_with *with, struct verification *verification,
		  struct cavra_error *error)
{
	const json_t *entry;
	size_t i;
	if (!read_manifest(verification, directory, with))
		return 0;
	json_array_foreach (json_object_get(verification->manifest, "files"), i, entry)
		check_file(verification, directory, entry);
	int code = check_directory(verification, directory, error);
	if (code < 0)
		return code;
	if (verification->n_problems == 0)
		verify_contents(verification, with);
	if (verification->n_problems == 0)
		verification->status = has_key(with) ? VERIFY_VERIFIED : VERIFY_INTEGRITY_ONLY;
	if (!has_key(with))
		verification_unchecked(verification, "who signed it: give a key or a trust root");
	return 0;
}
