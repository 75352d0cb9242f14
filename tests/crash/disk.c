/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls, see disk.h. Names are found through /proc, so that no table of descriptors can be wrong.
 */
#include "disk.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static struct disk_log *disk_log;
static char disk_root[128];
static size_t calls_left;

void disk_record(struct disk_log *log, const char *root)
{
	(void)snprintf(disk_root, sizeof disk_root, "%s/", root);
	disk_log = log;
}

void disk_stop(void)
{
	disk_log = NULL;
}

void disk_die_at(size_t n)
{
	calls_left = n;
}

void disk_release(struct disk_log *log)
{
	for (size_t i = 0; i < log->n; i++)
		free(log->calls[i].bytes);
	free(log->calls);
	*log = (struct disk_log){0};
}

/* Is this the last call? */
static bool dies_now(void)
{
	return calls_left && --calls_left == 0;
}

static void may_die(void)
{
	if (dies_now())
		(void)kill(getpid(), SIGKILL);
}

static struct disk_call *add(enum disk_kind kind, const void *bytes, size_t n)
{
	if (disk_log->n == disk_log->cap) {
		disk_log->cap = disk_log->cap ? 2 * disk_log->cap : 256;
		disk_log->calls = realloc(disk_log->calls, disk_log->cap * sizeof *disk_log->calls);
	}
	char *copy = malloc(n + 1);
	if (!disk_log->calls || !copy)
		err(1, "recording");
	if (n)
		memcpy(copy, bytes, n);
	struct disk_call *call = &disk_log->calls[disk_log->n++];
	*call = (struct disk_call){.kind = kind, .bytes = copy, .n = n};
	return call;
}

void disk_note(const void *bytes, size_t n)
{
	if (disk_log)
		(void)add(DISK_NOTE, bytes, n);
}

/* False when it is not below the root. */
static bool find_path(int fd, char ret_path[DISK_PATH])
{
	char name[64], path[512];
	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(name, path, sizeof path - 1);
	size_t root = strlen(disk_root);
	if (n <= 0)
		return false;
	path[n] = '\0';
	if (strncmp(path, disk_root, root - 1) != 0 || (path[root - 1] && path[root - 1] != '/'))
		return false;
	(void)snprintf(ret_path, DISK_PATH, "%s", path[root - 1] ? path + root : "");
	return true;
}

static void note_call(int fd, enum disk_kind kind, uint64_t offset, const void *bytes, size_t n)
{
	char path[DISK_PATH];
	struct stat status;
	if (!disk_log || !find_path(fd, path) || fstat(fd, &status) < 0)
		return;
	struct disk_call *call = add(kind, bytes, n);
	memcpy(call->path, path, sizeof path);
	call->offset = offset;
	call->is_directory = S_ISDIR(status.st_mode);
}

#define WRAP(type, name, ...)            \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

WRAP(ssize_t, write, int fd, const void *bytes, size_t n)
{
	struct stat status;
	bool is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	if (is_file && dies_now()) {
		(void)__real_write(fd, bytes, n / 2);
		(void)kill(getpid(), SIGKILL);
	}
	ssize_t done = __real_write(fd, bytes, n);
	if (disk_log && done > 0 && is_file)
		note_call(fd, DISK_WRITE, (uint64_t)(lseek(fd, 0, SEEK_CUR) - done), bytes,
			  (size_t)done);
	return done;
}

WRAP(ssize_t, pwrite64, int fd, const void *bytes, size_t n, off64_t offset)
{
	if (dies_now()) {
		(void)__real_pwrite64(fd, bytes, n / 2, offset);
		(void)kill(getpid(), SIGKILL);
	}
	ssize_t done = __real_pwrite64(fd, bytes, n, offset);
	if (done > 0)
		note_call(fd, DISK_WRITE, (uint64_t)offset, bytes, (size_t)done);
	return done;
}

WRAP(int, ftruncate64, int fd, off64_t size)
{
	may_die();
	int code = __real_ftruncate64(fd, size);
	if (code == 0)
		note_call(fd, DISK_TRUNCATE, (uint64_t)size, NULL, 0);
	return code;
}

WRAP(int, fsync, int fd)
{
	may_die();
	int code = __real_fsync(fd);
	if (code == 0)
		note_call(fd, DISK_SYNC, 0, NULL, 0);
	return code;
}

WRAP(int, fdatasync, int fd)
{
	may_die();
	int code = __real_fdatasync(fd);
	if (code == 0)
		note_call(fd, DISK_SYNC, 0, NULL, 0);
	return code;
}

WRAP(int, flock, int fd, int operation)
{
	may_die();
	return __real_flock(fd, operation);
}

int __real_openat64(int place, const char *path, int flags, ...);
int __wrap_openat64(int place, const char *path, int flags, mode_t mode);
int __wrap_openat64(int place, const char *path, int flags, mode_t mode)
{
	may_die();
	bool was = !(flags & O_CREAT) || faccessat(place, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	int fd = __real_openat64(place, path, flags, mode);
	if (fd >= 0 && !was)
		note_call(fd, DISK_MAKE, 0, NULL, 0);
	if (fd >= 0 && was && (flags & O_TRUNC))
		note_call(fd, DISK_TRUNCATE, 0, NULL, 0);
	return fd;
}

static void note_directory(int place, const char *path)
{
	int fd = disk_log ? __real_openat64(place, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	note_call(fd, DISK_MAKE, 0, NULL, 0);
	(void)close(fd);
}

WRAP(int, mkdirat, int place, const char *path, mode_t mode)
{
	may_die();
	int code = __real_mkdirat(place, path, mode);
	if (code == 0)
		note_directory(place, path);
	return code;
}

WRAP(int, mkdir, const char *path, mode_t mode)
{
	may_die();
	int code = __real_mkdir(path, mode);
	if (code == 0)
		note_directory(AT_FDCWD, path);
	return code;
}

WRAP(int, unlinkat, int place, const char *path, int flags)
{
	may_die();
	int fd = disk_log ? __real_openat64(place, path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		note_call(fd, DISK_REMOVE, 0, NULL, 0);
		(void)close(fd);
	}
	return __real_unlinkat(place, path, flags);
}
