/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that a hook leaves behind, see keep.h.
 */
#include "cli/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cli/files.h"
#include "cli/project.h"

static int fail_io(const char *path, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot keep a record in %.300s: %s", path,
			 strerror(errno));
}

static int below_home(const char *name, char path[PATH_MAX], struct cavra_error *error)
{
	const char *home = getenv("HOME");
	if (!home || home[0] != '/')
		return error_set(error, CAVRA_ERR_IO,
				 "cannot keep a record: HOME names no directory");
	int n = snprintf(path, PATH_MAX, "%s/%s", home, name);
	if (n < 0 || n >= PATH_MAX)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the path of the home directory is too long");
	return 0;
}

static int open_end(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
		    0600);
}

/* The file with room in it. */
static int open_file(const char *path)
{
	char old[PATH_MAX + 4];
	struct stat st;
	int fd = open_end(path);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size < (off_t)LIMIT_KEPT_BYTES)
		return fd;
	(void)snprintf(old, sizeof old, "%s.old", path);
	(void)rename(path, old);
	(void)close(fd);
	return open_end(path);
}

int keep_line(const char *file, struct str line, struct cavra_error *error)
{
	char path[PATH_MAX];
	struct buf CLEANUP_BUF whole;
	buf_init(&whole, line.n + 2);
	int code = below_home(PROJECT_DIRECTORY, path, error);
	if (code < 0)
		return code;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fail_io(path, error);
	code = below_home(file, path, error);
	if (code < 0)
		return code;
	/* One write, so that lines of several hooks do not mix. */
	buf_add(&whole, line);
	buf_add_char(&whole, '\n');
	if (whole.failed)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	int fd = open_file(path);
	if (fd < 0 || !file_write_fd(fd, buf_str(&whole)))
		code = fail_io(path, error);
	if (fd >= 0)
		(void)close(fd);
	return code;
}
