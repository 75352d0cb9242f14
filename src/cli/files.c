/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole files, see files.h.
 */
#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/regular.h"

static int io_error(struct cavra_error *error, const char *what, const char *path)
{
	int saved = errno;
	enum cavra_code code = saved == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO;
	return error_set(error, code, "%s %.300s: %s", what, path, strerror(saved));
}

int file_join(char ret_path[PATH_MAX], const char *directory, const char *name,
	      struct cavra_error *error)
{
	int n = snprintf(ret_path, PATH_MAX, "%s/%s", directory, name);
	return n < 0 || n >= PATH_MAX ? error_set(error, CAVRA_ERR_LIMIT,
						  "the path %.100s... is too long", directory)
				      : 0;
}

int file_read_fd(int fd, const char *name, struct buf *out, struct cavra_error *error)
{
	char bytes[4096]; /* small files are read by programs that live for a moment */
	for (;;) {
		ssize_t n = read(fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return io_error(error, "cannot read", name);
		if (n == 0)
			return 0;
		buf_add(out, str_make(bytes, (size_t)n));
		if (out->failed)
			return error_set(error, CAVRA_ERR_LIMIT, "%.300s is larger than %zu bytes",
					 name, out->max);
	}
}

int file_read(const char *path, struct buf *out, struct cavra_error *error)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", out, error);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return io_error(error, "cannot open", path);
	int code = file_read_fd(fd, path, out, error);
	(void)close(fd);
	return code;
}

bool file_write_fd(int fd, struct str text)
{
	return fd_write_all(fd, text);
}

static void directory_of(const char *path, char ret_directory[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	(void)snprintf(ret_directory, PATH_MAX, "%.*s", slash ? (n ? (int)n : 1) : 1,
		       slash ? (n ? path : "/") : ".");
}

int file_sync_directory(const char *directory, struct cavra_error *error)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return io_error(error, "cannot open", directory);
	int code = fsync(fd) < 0 ? io_error(error, "cannot write", directory) : 0;
	(void)close(fd);
	return code;
}

/* The rename is in force only when the directory is on disk. */
static void sync_directory(const char *path)
{
	char directory[PATH_MAX];
	directory_of(path, directory);
	(void)file_sync_directory(directory, NULL);
}

static int replace(const char *path, struct str text, mode_t mode, struct cavra_error *error)
{
	char temporary[PATH_MAX];
	struct stat st;
	if (stat(path, &st) == 0)
		mode = st.st_mode & 07777;
	int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof temporary)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return io_error(error, "cannot write", path);
	bool written = file_write_fd(fd, text) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	int failure = written ? 0 : errno;
	if (close(fd) < 0 && !failure)
		failure = errno;
	if (!failure && rename(temporary, path) < 0)
		failure = errno;
	if (failure) {
		(void)unlink(temporary);
		errno = failure;
		return io_error(error, "cannot write", path);
	}
	sync_directory(path);
	return 0;
}

int file_replace(const char *path, struct str text, struct cavra_error *error)
{
	return replace(path, text, 0644, error);
}

int file_replace_private(const char *path, struct str text, struct cavra_error *error)
{
	return replace(path, text, 0600, error);
}

int file_make_directory(const char *path, struct cavra_error *error)
{
	struct stat st;
	if (mkdir(path, 0755) == 0)
		return 0;
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return io_error(error, "cannot make the directory", path);
}

int file_make_directories(const char *path, mode_t mode, struct cavra_error *error)
{
	char part[PATH_MAX];
	int n = snprintf(part, sizeof part, "%s", path);
	if (n <= 0 || (size_t)n >= sizeof part)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long", path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int code = file_make_directory(part, error);
		if (code < 0)
			return code;
		*slash = '/';
	}
	if (mkdir(part, mode) == 0)
		return 0;
	return file_make_directory(part, error);
}

int file_create(const char *path, struct str text, mode_t mode, struct cavra_error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return io_error(error, "cannot make", path);
	bool written = fchmod(fd, mode) == 0 && file_write_fd(fd, text) && fsync(fd) == 0;
	int failure = written ? 0 : errno;
	if (close(fd) < 0 && !failure)
		failure = errno;
	if (!failure) {
		sync_directory(path);
		return 0;
	}
	(void)unlink(path);
	errno = failure;
	return io_error(error, "cannot write", path);
}

static bool is_below(const char *root, const char *path)
{
	size_t n = strlen(root);
	if (strcmp(root, "/") == 0)
		return true;
	return strncmp(root, path, n) == 0 && path[n] == '/';
}

int file_resolve_inside(const char *root, const char *relative, char *ret_path, size_t size,
			struct cavra_error *error)
{
	char path[PATH_MAX], directory[PATH_MAX], real[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", root, relative);
	if (n < 0 || (size_t)n >= sizeof path)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long",
				 relative);
	if (realpath(path, real)) {
		n = snprintf(ret_path, size, "%s", real);
	} else if (errno == ENOENT) {
		struct stat st;
		if (lstat(path, &st) == 0)
			return error_set(error, CAVRA_ERR_INPUT,
					 "%.300s is a link to nothing; remove it first", path);
		directory_of(path, directory);
		if (!realpath(directory, real))
			return io_error(error, "cannot find", directory);
		n = snprintf(ret_path, size, "%s/%s", real, strrchr(path, '/') + 1);
	} else {
		return io_error(error, "cannot find", path);
	}
	if (n < 0 || (size_t)n >= size)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long",
				 relative);
	if (!is_below(root, ret_path))
		return error_set(
			error, CAVRA_ERR_INPUT,
			"%.200s leads out of the repository to %.200s; nothing was written",
			relative, ret_path);
	return 0;
}
