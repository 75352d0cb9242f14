/* SPDX-License-Identifier: Apache-2.0
 *
 * The salt of a ledger, see redact.h. It is written into a file of its own name and then linked to where it belongs, so that
 * nobody ever reads half of it, and of several who make it one wins.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/regular.h"
#include "ledger/place.h"
#include "ledger/redact.h"

static int fail_system(const char *doing, const char *path, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot %s %.300s: %s", doing, path, strerror(errno));
}

static int read_open(int fd, const char *path, struct redactor *ret, struct cavra_error *error)
{
	struct stat st;
	uint8_t salt[SALT_BYTES + 1];
	if (fstat(fd, &st) < 0)
		return fail_system("look at", path, error);
	if (!S_ISREG(st.st_mode) || st.st_size != SALT_BYTES)
		return error_set(
			error, CAVRA_ERR_INPUT,
			"%.300s is not the salt of a ledger, which has %d bytes; move it away",
			path, SALT_BYTES);
	if (st.st_mode & (S_IRWXG | S_IRWXO) || st.st_uid != geteuid())
		return error_set(error, CAVRA_ERR_INPUT,
				 "others can use the salt %.300s; it must be yours, with mode 0600",
				 path);
	size_t n;
	if (!place_read_at(fd, salt, sizeof salt, 0, &n))
		return fail_system("read", path, error);
	if (n != SALT_BYTES)
		return error_set(error, CAVRA_ERR_INPUT, "%.300s changes while it is read", path);
	memcpy(ret->salt, salt, SALT_BYTES);
	return 0;
}

/* 1 when there is none. */
static int read_salt(const char *path, struct redactor *ret, struct cavra_error *error)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0 && errno == ELOOP)
		return error_set(error, CAVRA_ERR_INPUT,
				 "%.300s is a symbolic link; a salt must be a file", path);
	if (fd < 0)
		return fail_system("open", path, error);
	int code = read_open(fd, path, ret, error);
	(void)close(fd);
	return code;
}

static int write_temporary(const char *path, struct cavra_error *error)
{
	uint8_t salt[SALT_BYTES];
	if (getrandom(salt, sizeof salt, 0) != SALT_BYTES)
		return fail_system("find random bytes for", path, error);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_system("make", path, error);
	bool written = fd_write_all(fd, str_make((const char *)salt, sizeof salt)) &&
		       fchmod(fd, 0600) == 0 && fsync(fd) == 0;
	int failure = errno;
	if (close(fd) == 0 && written)
		return 0;
	(void)unlink(path);
	errno = failure;
	return fail_system("write", path, error);
}

static int make_salt(const char *path, struct cavra_error *error)
{
	char temporary[PATH_MAX];
	unsigned random;
	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return fail_system("find random bytes for", path, error);
	int n = snprintf(temporary, sizeof temporary, "%s.%d.%08x", path, (int)getpid(), random);
	if (n < 0 || (size_t)n >= sizeof temporary)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long", path);
	int code = write_temporary(temporary, error);
	if (code == 0 && link(temporary, path) < 0 && errno != EEXIST)
		code = fail_system("make", path, error);
	(void)unlink(temporary);
	return code;
}

static void sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

int redactor_open(const char *directory, struct redactor *ret, struct cavra_error *error)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/salt", directory);
	if (n < 0 || (size_t)n >= sizeof path)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long",
				 directory);
	int code = read_salt(path, ret, error);
	if (code <= 0)
		return code;
	code = make_salt(path, error);
	if (code < 0)
		return code;
	sync_directory(directory);
	code = read_salt(path, ret, error);
	if (code > 0)
		return error_set(error, CAVRA_ERR_IO, "%.300s vanished while it was made", path);
	return code;
}
