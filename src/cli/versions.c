/* SPDX-License-Identifier: Apache-2.0
 *
 * Published packs on disk, see versions.h. A process may die between any two lines of this file: then the old version is in
 * force whole, or the new one is. What it leaves behind is removed by who publishes next.
 */
#include "cli/versions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/regular.h"
#include "cli/files.h"
#include "crypto/digest.h"
#include "policy/signature.h"

#define POLICY_NAME "policy.yaml"
#define SIGNATURE_NAME POLICY_NAME SIGNATURE_ENDING
#define RECORD_NAME "publish.json"
#define ADOPTED_RECORD "{\"status\": \"adopted\"}\n"
#define NEW_START ".new-"
/* Of the digest, in the name of a version. */
enum { NAME_DIGITS = 12 };

static int io_error(struct cavra_error *error, const char *what, const char *path)
{
	int saved = errno;
	return error_set(error, saved == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
			 "cannot %s %.300s: %s", what, path, strerror(saved));
}

/* ---- names ---- */

/* 0 for a name that is no version's. */
static size_t version_number(struct str name)
{
	struct str digits;
	size_t number = 0;
	if (!str_split(&name, '-', &digits) || !digits.n || digits.p[0] == '0' || digits.n > 9 ||
	    !str_to_size(digits, &number) || name.n != NAME_DIGITS)
		return 0;
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_digit(name.p[i]) && !(name.p[i] >= 'a' && name.p[i] <= 'f'))
			return 0;
	return number;
}

/* *ret_number is 0 when nothing is in force. */
static int read_current(const char *pack, size_t *ret_number, struct cavra_error *error)
{
	char path[PATH_MAX], target[PATH_MAX];
	static const struct str start = STR_INIT("versions/");
	struct stat st;
	int code = file_join(path, pack, "current", error);
	if (code < 0)
		return code;
	*ret_number = 0;
	ssize_t n = readlink(path, target, sizeof target - 1);
	if (n < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	struct str name = str_make(target, n < 0 ? 0 : (size_t)n);
	if (str_starts(name, start))
		*ret_number = version_number(str_from_at(name, start.n));
	if (!*ret_number || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return error_set(error, CAVRA_ERR_INPUT,
				 "%.300s is no link to a published version; put it right by hand",
				 path);
	return 0;
}

/* ---- the lock ---- */

static int check_directory(const char *path, struct cavra_error *error)
{
	struct stat st;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : io_error(error, "look at", path);
	if (S_ISDIR(st.st_mode))
		return 0;
	return error_set(error, CAVRA_ERR_INPUT,
			 "%.300s is no directory, and nothing is published through a link", path);
}

static int take_lock(const char *pack_dir, struct pack_store *store, struct cavra_error *error)
{
	store->lock = open(pack_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->lock < 0)
		return io_error(error, "open", pack_dir);
	while (flock(store->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return io_error(error, "lock", pack_dir);
	return 0;
}

int pack_store_lock(const char *pack_dir, struct str id, struct pack_store *ret_store,
		    struct cavra_error *error)
{
	char name[LIMIT_POLICY_ID + 1], versions[PATH_MAX];
	*ret_store = (struct pack_store){.lock = -1};
	(void)snprintf(name, sizeof name, "%.*s", STR_ARG(id));
	int code = file_join(ret_store->directory, pack_dir, name, error);
	if (code == 0)
		code = file_join(versions, ret_store->directory, "versions", error);
	if (code == 0)
		code = take_lock(pack_dir, ret_store, error);
	if (code == 0)
		code = check_directory(ret_store->directory, error);
	if (code == 0)
		code = check_directory(versions, error);
	return code < 0 ? code : read_current(ret_store->directory, &ret_store->current, error);
}

/* A version that nobody sees, whole or half written. */
static void remove_version(const char *directory)
{
	static const char *const names[] = {POLICY_NAME, SIGNATURE_NAME, RECORD_NAME};
	char path[PATH_MAX];
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (file_join(path, directory, names[i], NULL) == 0)
			(void)unlink(path);
	(void)rmdir(directory);
}

void pack_store_unlock(struct pack_store *store)
{
	if (store->added[0])
		remove_version(store->added);
	store->added[0] = '\0';
	if (store->lock >= 0)
		(void)close(store->lock);
	store->lock = -1;
}

/* ---- writing a version ---- */

static int write_texts(const char *directory, const struct version_texts *texts,
		       struct cavra_error *error)
{
	const struct {
		const char *name;
		struct str text;
	} files[] = {
		{POLICY_NAME, texts->policy},
		{SIGNATURE_NAME, texts->signature},
		{RECORD_NAME, texts->record},
	};
	int code = chmod(directory, 0755) < 0 ? io_error(error, "set the mode of", directory) : 0;
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(files); i++) {
		char path[PATH_MAX];
		if (!files[i].text.n)
			continue;
		code = file_join(path, directory, files[i].name, error);
		if (code == 0)
			code = file_create(path, files[i].text, 0644, error);
	}
	return code < 0 ? code : file_sync_directory(directory, error);
}

static int write_version(struct pack_store *store, size_t number, const struct version_texts *texts,
			 struct cavra_error *error)
{
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX], directory[PATH_MAX];
	sha256(texts->policy, digest);
	digest_hex(digest, hex);
	(void)snprintf(store->name, sizeof store->name, "%zu-%.*s", number, NAME_DIGITS, hex);
	int code = file_join(directory, store->directory, "versions/" NEW_START "XXXXXX", error);
	if (code < 0)
		return code;
	if (!mkdtemp(directory))
		return io_error(error, "make", directory);
	(void)snprintf(store->added, sizeof store->added, "%s", directory);
	return write_texts(directory, texts, error);
}

/* ---- links ---- */

static int replace_link(const struct pack_store *store, const char *name, const char *target,
			struct cavra_error *error)
{
	char path[PATH_MAX], temporary[PATH_MAX];
	int code = file_join(path, store->directory, name, error);
	if (code == 0)
		code = file_join(temporary, store->directory, ".new-link", error);
	if (code < 0)
		return code;
	(void)unlink(temporary); /* of somebody who died here */
	if (symlink(target, temporary) < 0)
		return io_error(error, "make the link", path);
	if (rename(temporary, path) == 0)
		return 0;
	code = io_error(error, "replace", path);
	(void)unlink(temporary);
	return code;
}

enum beside { NOTHING, OURS, FOREIGN };

/* What stands at policy.yaml or its signature: the link to the version in force, or what somebody else has put there. */
static int look_at(const struct pack_store *store, const char *name, enum beside *ret,
		   struct cavra_error *error)
{
	char path[PATH_MAX], target[64], wanted[64];
	struct stat st;
	int code = file_join(path, store->directory, name, error);
	if (code < 0)
		return code;
	*ret = NOTHING;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : io_error(error, "look at", path);
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return error_set(error, CAVRA_ERR_INPUT, "%.300s is neither a file nor a link",
				 path);
	(void)snprintf(wanted, sizeof wanted, "current/%s", name);
	ssize_t n = readlink(path, target, sizeof target);
	*ret = n > 0 && str_is(str_make(target, (size_t)n), wanted) ? OURS : FOREIGN;
	return 0;
}

/* The signature first: a policy.yaml that leads to its version finds it there anyway. */
static int make_links(const struct pack_store *store, struct cavra_error *error)
{
	static const char *const names[] = {SIGNATURE_NAME, POLICY_NAME};
	int code = 0;
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(names); i++) {
		char target[64];
		enum beside beside = OURS;
		(void)snprintf(target, sizeof target, "current/%s", names[i]);
		code = look_at(store, names[i], &beside, error);
		if (code == 0 && beside != OURS)
			code = replace_link(store, names[i], target, error);
	}
	return code;
}

/* Gives the version its name and lets `current` lead to it. */
static int point_to_added(struct pack_store *store, struct cavra_error *error)
{
	char final[PATH_MAX], versions[PATH_MAX], target[64];
	(void)snprintf(target, sizeof target, "versions/%s", store->name);
	int code = file_join(final, store->directory, target, error);
	if (code == 0)
		code = file_join(versions, store->directory, "versions", error);
	if (code == 0 && rename(store->added, final) < 0)
		code = io_error(error, "make", final);
	if (code < 0)
		return code;
	(void)snprintf(store->added, sizeof store->added, "%s", final);
	code = file_sync_directory(versions, error);
	if (code == 0)
		code = replace_link(store, "current", target, error);
	if (code < 0)
		return code;
	store->added[0] = '\0';
	store->current = version_number(str_from(store->name));
	return file_sync_directory(store->directory, error);
}

/* ---- what was there before ---- */

static int is_leftover(const struct dirent *entry)
{
	return str_starts(str_from(entry->d_name), STR(NEW_START));
}

static int is_version(const struct dirent *entry)
{
	return version_number(str_from(entry->d_name)) != 0;
}

static void free_entries(struct dirent **entries, int n)
{
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
}

/* Versions behind the one in force were never put in force. Before the first one nobody knows. */
static int remove_leftovers(const struct pack_store *store, const char *versions, size_t *ret_next,
			    struct cavra_error *error)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	int n = scandir(versions, &entries, is_leftover, alphasort);
	for (int i = 0; i < n; i++)
		if (file_join(path, versions, entries[i]->d_name, NULL) == 0)
			remove_version(path);
	free_entries(entries, n);
	entries = NULL;
	n = scandir(versions, &entries, is_version, alphasort);
	if (n < 0)
		return io_error(error, "list", versions);
	*ret_next = store->current + 1;
	for (int i = 0; i < n; i++) {
		size_t number = version_number(str_from(entries[i]->d_name));
		if (store->current && number > store->current &&
		    file_join(path, versions, entries[i]->d_name, NULL) == 0)
			remove_version(path);
		if (number >= *ret_next)
			*ret_next = number + 1;
	}
	free_entries(entries, n);
	return 0;
}

static int read_beside(const struct pack_store *store, const char *name, struct buf *out,
		       struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = file_join(path, store->directory, name, error);
	if (code == 0)
		code = regular_file_read(path, out, error);
	if (code < 0)
		error_file(error, path);
	return code;
}

static int adopt(struct pack_store *store, size_t number, struct cavra_error *error)
{
	struct buf CLEANUP_BUF policy, CLEANUP_BUF signature;
	buf_init(&policy, LIMIT_DOCUMENT_BYTES);
	buf_init(&signature, LIMIT_SIGNATURE_BYTES);
	int code = read_beside(store, POLICY_NAME, &policy, error);
	if (code == 0) {
		code = read_beside(store, SIGNATURE_NAME, &signature, error);
		code = code == CAVRA_ERR_NOT_FOUND ? 0 : code;
	}
	struct version_texts texts = {buf_str(&policy), buf_str(&signature), STR(ADOPTED_RECORD)};
	if (code == 0)
		code = write_version(store, number, &texts, error);
	if (code == 0)
		code = point_to_added(store, error);
	return code < 0 ? code : make_links(store, error);
}

/* Somebody has put a file where a link was, or there never was one. */
static int adopt_files(struct pack_store *store, size_t *next, struct cavra_error *error)
{
	enum beside policy = NOTHING, signature = NOTHING;
	int code = look_at(store, POLICY_NAME, &policy, error);
	if (code == 0)
		code = look_at(store, SIGNATURE_NAME, &signature, error);
	if (code < 0 || policy == NOTHING || (policy == OURS && signature != FOREIGN))
		return code;
	return adopt(store, (*next)++, error);
}

/* ---- both ---- */

int pack_store_add(struct pack_store *store, const struct version_texts *texts,
		   struct cavra_error *error)
{
	char versions[PATH_MAX];
	size_t next = 0;
	int code = file_make_directory(store->directory, error);
	if (code == 0)
		code = file_join(versions, store->directory, "versions", error);
	if (code == 0)
		code = file_make_directory(versions, error);
	if (code == 0)
		code = remove_leftovers(store, versions, &next, error);
	if (code == 0)
		code = adopt_files(store, &next, error);
	return code < 0 ? code : write_version(store, next, texts, error);
}

int pack_store_switch(struct pack_store *store, struct cavra_error *error)
{
	int code = make_links(store, error);
	return code < 0 ? code : point_to_added(store, error);
}

/* ---- looking ---- */

static int by_number(const struct dirent **a, const struct dirent **b)
{
	size_t one = version_number(str_from((*a)->d_name)),
	       two = version_number(str_from((*b)->d_name));
	return one < two ? -1 : one > two;
}

int versions_visit(const char *pack, version_visitor visit, void *context,
		   struct cavra_error *error)
{
	struct dirent **entries = NULL;
	struct version version;
	char versions[PATH_MAX];
	size_t current;
	int code = read_current(pack, &current, error);
	if (code == 0)
		code = file_join(versions, pack, "versions", error);
	if (code < 0 || !current)
		return code;
	int n = scandir(versions, &entries, is_version, by_number);
	if (n < 0)
		return io_error(error, "list", versions);
	for (int i = 0; code == 0 && i < n; i++) {
		version.number = version_number(str_from(entries[i]->d_name));
		code = file_join(version.directory, versions, entries[i]->d_name, error);
		if (code == 0 && version.number <= current)
			code = visit(context, &version, error);
	}
	free_entries(entries, n);
	return code;
}
