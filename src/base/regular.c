/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole regular files, see regular.h.
 */
#include "base/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_system(const char *doing, struct cavra_error *error)
{
	int number = errno;
	return error_set(error,
			 number == ENOENT || number == ENOTDIR ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
			 "cannot %s: %s", doing, strerror(number));
}

static int read_all(int fd, struct buf *out, struct cavra_error *error)
{
	char piece[4096]; /* each page of the stack costs a program that lives for a moment */
	for (;;) {
		ssize_t n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_system("read it", error);
		if (n == 0)
			return 0;
		buf_add(out, str_make(piece, (size_t)n));
		if (out->failed)
			return error_set(error, CAVRA_ERR_LIMIT, "larger than %zu bytes; split it",
					 out->max);
	}
}

int regular_file_read(const char *path, struct buf *out, struct cavra_error *error)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fail_system("open it", error);
	int code;
	if (fstat(fd, &st) < 0)
		code = fail_system("look at it", error);
	else if (!S_ISREG(st.st_mode))
		code = error_set(error, CAVRA_ERR_INPUT, "this is %s; name a regular file",
				 S_ISDIR(st.st_mode) ? "a directory" : "a device, pipe or socket");
	else
		code = read_all(fd, out, error);
	(void)close(fd);
	return code;
}

bool fd_write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_from_at(bytes, (size_t)n);
	}
	return true;
}
