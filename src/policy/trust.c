/* SPDX-License-Identifier: Apache-2.0
 *
 * Trusted keys, see trust.h.
 */
#include "policy/trust.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/regular.h"

struct trusted {
	struct key *key;
	char fingerprint[SHA256_HEX];
};

struct trust {
	uid_t owner; /* who may have written the keys, besides root */
	struct trusted trusted[LIMIT_TRUST_KEYS];
	size_t n;
};

void trust_free(struct trust *trust)
{
	for (size_t i = 0; trust && i < trust->n; i++)
		key_free(trust->trusted[i].key);
	free(trust);
}

const struct key *trust_find(const struct trust *trust, struct str fingerprint)
{
	for (size_t i = 0; i < trust->n; i++)
		if (str_is(fingerprint, trust->trusted[i].fingerprint))
			return trust->trusted[i].key;
	return NULL;
}

/* ---- reading the directory ---- */

/* Who may write here decides what is trusted. */
static int check_owner(const char *path, uid_t owner, struct cavra_error *error)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
				 "cannot look at it: %s", strerror(errno));
	if (st.st_uid != 0 && st.st_uid != owner)
		return error_set(error, CAVRA_ERR_INPUT,
				 "belongs to another user; give it to root (chown root)");
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(error, CAVRA_ERR_INPUT,
				 "others can write it; take that away (chmod go-w)");
	return 0;
}

static int add_key(struct trust *trust, const char *path, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	struct trusted *trusted = &trust->trusted[trust->n];
	buf_init(&text, LIMIT_SECRET_BYTES);
	if (trust->n == LIMIT_TRUST_KEYS)
		return error_set(error, CAVRA_ERR_LIMIT, "more than %d keys in one directory",
				 (int)LIMIT_TRUST_KEYS);
	int code = check_owner(path, trust->owner, error);
	if (code == 0)
		code = regular_file_read(path, &text, error);
	if (code == 0)
		code = key_read_public(buf_str(&text), &trusted->key, error);
	if (code < 0)
		return code;
	trust->n++;
	return key_fingerprint(trusted->key, trusted->fingerprint, error);
}

static int is_pem(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(str_from(entry->d_name), STR(".pem"));
}

static int add_keys(struct trust *trust, const char *directory, struct dirent **entries, int n,
		    struct cavra_error *error)
{
	int code = 0;
	for (int i = 0; code == 0 && i < n; i++) {
		char path[PATH_MAX];
		int length = snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
		code = length < 0 || (size_t)length >= sizeof path
			       ? error_set(error, CAVRA_ERR_LIMIT, "the path is too long")
			       : add_key(trust, path, error);
		if (code < 0)
			error_file(error, path);
	}
	if (code == 0 && !trust->n)
		code = error_set(error, CAVRA_ERR_INPUT,
				 "no key is trusted: put public keys here, as NAME.pem");
	return code;
}

int trust_load(const char *directory, uid_t owner, struct trust **ret_trust,
	       struct cavra_error *error)
{
	struct trust *trust = calloc(1, sizeof *trust);
	struct dirent **entries = NULL;
	if (!trust)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	trust->owner = owner;
	int code = check_owner(directory, owner, error);
	int n = code == 0 ? scandir(directory, &entries, is_pem, alphasort) : -1;
	if (code == 0 && n < 0)
		code = error_set(error, CAVRA_ERR_IO, "cannot list it: %s", strerror(errno));
	if (code == 0)
		code = add_keys(trust, directory, entries, n, error);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	if (code < 0) {
		error_file(error, directory);
		trust_free(trust);
	} else {
		*ret_trust = trust;
	}
	return code;
}

/* ---- checking a file ---- */

int trust_verify(const struct trust *trust, const struct signature *signature,
		 const struct policy_file *file, enum signature_verdict *ret_verdict,
		 struct cavra_error *error)
{
	struct signature_key key = {.ed25519 = trust_find(trust, signature->fingerprint)};
	if (signature->algorithm != SIGNATURE_ED25519) {
		*ret_verdict = SIGNATURE_WRONG_ALGORITHM;
		return error_set(
			error, CAVRA_ERR_POLICY,
			"not signed with a key pair, and only those are trusted here; sign "
			"it with cavra policy sign --private-key");
	}
	if (!key.ed25519) {
		*ret_verdict = SIGNATURE_WRONG_KEY;
		return error_set(error, CAVRA_ERR_POLICY,
				 "signed with the key %.16s... (%.60s), which is not trusted here",
				 signature->fingerprint.p, signature->key_id.p);
	}
	return signature_verify(signature, file, &key, ret_verdict, error);
}

int trust_check(void *trust, const struct policy_file *file, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct signature signature;
	enum signature_verdict verdict;
	int code = signature_find(file, NULL, &document, &signature, &verdict, error);
	if (code == 0)
		code = trust_verify(trust, &signature, file, &verdict, error);
	return code < 0 ? code : POLICY_VERIFIED;
}
