/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls that can be made to fail, see inject.h.
 */
#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "base/arena.h"
#include "base/array.h"

enum { CALLERS = 8, SKIPPED = 2, SITES = 1 << 16 };

static struct {
	bool active, for_ever, failed, traced;
	enum fault kind;
	size_t n, count, max;
	unsigned char *worth;
	struct {
		uint64_t hash;
		unsigned seen;
	} sites[SITES];
	long live;
} inject;

void inject_start(enum fault kind, size_t n, bool for_ever)
{
	inject.kind = kind;
	inject.n = n;
	inject.for_ever = for_ever;
	inject.count = 0;
	inject.failed = false;
	inject.active = true;
}

void inject_trace(void)
{
	inject.traced = true;
}

size_t inject_stop(void)
{
	inject.active = false;
	inject.worth = NULL;
	return inject.count;
}

void inject_hold(bool hold)
{
	inject.active = !hold;
}

bool inject_has_failed(void)
{
	return inject.failed;
}

long inject_live_blocks(void)
{
	return inject.live;
}

void inject_note(unsigned char *worth, size_t max)
{
	void *prime[1];
	(void)backtrace(prime, 1); /* allocates when it is first called */
	memset(inject.sites, 0, sizeof inject.sites);
	memset(worth, 0, max);
	inject.worth = worth;
	inject.max = max;
}

static void note(size_t i)
{
	void *callers[SKIPPED + CALLERS];
	uint64_t hash = 1469598103934665603U;
	bool was = inject.active;
	inject.active = false;
	int n = backtrace(callers, SKIPPED + CALLERS);
	inject.active = was;
	for (int k = SKIPPED; k < n; k++)
		hash = (hash ^ (uintptr_t)callers[k]) * 1099511628211U;
	size_t at = (size_t)(hash % SITES);
	for (size_t tries = 0;
	     tries < SITES && inject.sites[at].seen && inject.sites[at].hash != hash; tries++)
		at = (at + 1) % SITES;
	inject.sites[at].hash = hash;
	if (i < inject.max)
		inject.worth[i] = inject.sites[at].seen < 2;
	inject.sites[at].seen++;
}

static void show_callers(void)
{
	void *callers[32];
	inject.active = false;
	backtrace_symbols_fd(callers + 1, backtrace(callers, ARRAY_SIZE(callers)) - 1, 2);
	inject.active = true;
}

static __attribute__((noinline)) bool fails(enum fault kind)
{
	if (!inject.active || kind != inject.kind)
		return false;
	inject.count++;
	if (inject.worth)
		note(inject.count - 1);
	bool now = inject.n &&
		   (inject.for_ever ? inject.count >= inject.n : inject.count == inject.n);
	if (now && inject.traced && !inject.failed)
		show_callers();
	inject.failed |= now;
	return now;
}

/* WRAP(type, name, parameters) { ... }: the real function is declared, and ours is defined. */
#define WRAP(type, name, ...)            \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

/* ---- memory ---- */

static void *counted(void *memory)
{
	inject.live += memory != NULL;
	return memory;
}

static bool no_memory(void)
{
	if (!fails(FAULT_MEMORY))
		return false;
	errno = ENOMEM;
	return true;
}

WRAP(void *, malloc, size_t size)
{
	return no_memory() ? NULL : counted(__real_malloc(size));
}

WRAP(void *, calloc, size_t n, size_t size)
{
	return no_memory() ? NULL : counted(__real_calloc(n, size));
}

WRAP(void *, realloc, void *old, size_t size)
{
	if (no_memory())
		return NULL;
	void *memory = __real_realloc(old, size);
	inject.live += !old && memory;
	return memory;
}

WRAP(void *, reallocarray, void *old, size_t n, size_t size)
{
	if (no_memory())
		return NULL;
	void *memory = __real_reallocarray(old, n, size);
	inject.live += !old && memory;
	return memory;
}

WRAP(char *, strdup, const char *text)
{
	return no_memory() ? NULL : counted(__real_strdup(text));
}

WRAP(char *, strndup, const char *text, size_t n)
{
	return no_memory() ? NULL : counted(__real_strndup(text, n));
}

WRAP(void, free, void *memory)
{
	inject.live -= memory != NULL;
	__real_free(memory);
}

/* ---- arenas ---- */

/* What is free of an arena is taken in line, where nothing can be injected. So between calls no arena shows that it has
 * something free, and each taking comes here. */
static struct hidden {
	const struct arena *arena;
	char *end;
} hidden[256];

static struct hidden *hidden_of(const struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		if (!hidden[i].arena || hidden[i].arena == arena)
			return &hidden[i];
	abort();
}

static void show(struct arena *arena)
{
	const struct hidden *entry = hidden_of(arena);
	if (entry->arena && arena->at && arena->end == arena->at)
		arena->end = entry->end;
}

static void hide(struct arena *arena)
{
	*hidden_of(arena) = (struct hidden){arena, arena->end};
	arena->end = arena->at;
}

/* An arena that is asked for more than there can be does what it does when it is full. */
WRAP(void *, arena_take_slowly, struct arena *arena, size_t size)
{
	if (no_memory())
		return __real_arena_take_slowly(arena, SIZE_MAX);
	show(arena);
	void *memory = __real_arena_take_slowly(arena, size);
	hide(arena);
	return memory;
}

WRAP(void *, arena_array, struct arena *arena, size_t count, size_t size)
{
	if (no_memory())
		return __real_arena_take_slowly(arena, SIZE_MAX);
	show(arena);
	void *memory = __real_arena_array(arena, count, size);
	hide(arena);
	return memory;
}

WRAP(void, arena_grow_array, struct arena *arena, void *array, size_t used, size_t *cap,
     size_t size)
{
	if (no_memory())
		(void)__real_arena_take_slowly(arena, SIZE_MAX);
	show(arena);
	__real_arena_grow_array(arena, array, used, cap, size);
	hide(arena);
}

WRAP(struct str, arena_join3, struct arena *arena, struct str a, struct str b, struct str c)
{
	if (no_memory())
		return str_make(__real_arena_take_slowly(arena, SIZE_MAX), 0);
	show(arena);
	struct str joined = __real_arena_join3(arena, a, b, c);
	hide(arena);
	return joined;
}

WRAP(struct str, arena_str, struct arena *arena, struct str s)
{
	return __wrap_arena_join3(arena, s, str_make("", 0), str_make("", 0));
}

WRAP(struct str, arena_join, struct arena *arena, struct str a, struct str b)
{
	return __wrap_arena_join3(arena, a, b, str_make("", 0));
}

WRAP(void, arena_reset, struct arena *arena)
{
	show(arena);
	__real_arena_reset(arena);
	hide(arena);
}

/* ---- the operating system ---- */

static bool no_system(int number)
{
	if (!fails(FAULT_IO))
		return false;
	errno = number;
	return true;
}

static bool interrupted(void)
{
	if (!fails(FAULT_INTERRUPTED))
		return false;
	errno = EINTR;
	return true;
}

static size_t shortened(size_t size)
{
	return size > 1 && fails(FAULT_SHORT) ? 1 : size;
}

WRAP(ssize_t, read, int fd, void *bytes, size_t size)
{
	if (no_system(EIO) || interrupted())
		return -1;
	return __real_read(fd, bytes, shortened(size));
}

WRAP(ssize_t, __read_chk, int fd, void *bytes, size_t size, size_t room)
{
	if (no_system(EIO) || interrupted())
		return -1;
	return __real___read_chk(fd, bytes, shortened(size), room);
}

WRAP(ssize_t, write, int fd, const void *bytes, size_t size)
{
	if (no_system(ENOSPC) || interrupted())
		return -1;
	return __real_write(fd, bytes, shortened(size));
}

WRAP(ssize_t, pread64, int fd, void *bytes, size_t size, off64_t offset)
{
	if (no_system(EIO) || interrupted())
		return -1;
	return __real_pread64(fd, bytes, shortened(size), offset);
}

WRAP(ssize_t, __pread64_chk, int fd, void *bytes, size_t size, off64_t offset, size_t room)
{
	if (no_system(EIO) || interrupted())
		return -1;
	return __real___pread64_chk(fd, bytes, shortened(size), offset, room);
}

WRAP(ssize_t, pwrite64, int fd, const void *bytes, size_t size, off64_t offset)
{
	if (no_system(ENOSPC) || interrupted())
		return -1;
	return __real_pwrite64(fd, bytes, shortened(size), offset);
}

WRAP(size_t, fwrite, const void *bytes, size_t size, size_t n, FILE *file)
{
	return no_system(ENOSPC) ? 0 : __real_fwrite(bytes, size, n, file);
}

WRAP(int, fflush, FILE *file)
{
	return no_system(ENOSPC) ? EOF : __real_fflush(file);
}

/* The variable argument is a mode or, without one, whatever is there and not looked at. */
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, mode_t mode);
int __wrap_open64(const char *path, int flags, mode_t mode)
{
	return no_system(EIO) ? -1 : __real_open64(path, flags, mode);
}

int __real_openat64(int directory, const char *path, int flags, ...);
int __wrap_openat64(int directory, const char *path, int flags, mode_t mode);
int __wrap_openat64(int directory, const char *path, int flags, mode_t mode)
{
	return no_system(EIO) ? -1 : __real_openat64(directory, path, flags, mode);
}

WRAP(FILE *, fopen64, const char *path, const char *mode)
{
	return no_system(EIO) ? NULL : __real_fopen64(path, mode);
}

WRAP(DIR *, fdopendir, int fd)
{
	return no_system(ENOMEM) ? NULL : __real_fdopendir(fd);
}

WRAP(struct dirent64 *, readdir64, DIR *directory)
{
	return no_system(EIO) ? NULL : __real_readdir64(directory);
}

WRAP(int, stat64, const char *path, struct stat64 *st)
{
	return no_system(EIO) ? -1 : __real_stat64(path, st);
}

WRAP(int, lstat64, const char *path, struct stat64 *st)
{
	return no_system(EIO) ? -1 : __real_lstat64(path, st);
}

WRAP(int, fstat64, int fd, struct stat64 *st)
{
	return no_system(EIO) ? -1 : __real_fstat64(fd, st);
}

WRAP(int, fstatat64, int directory, const char *path, struct stat64 *st, int flags)
{
	return no_system(EIO) ? -1 : __real_fstatat64(directory, path, st, flags);
}

WRAP(ssize_t, readlink, const char *path, char *text, size_t size)
{
	return no_system(EIO) ? -1 : __real_readlink(path, text, size);
}

WRAP(char *, realpath, const char *path, char *real)
{
	return no_system(EIO) ? NULL : __real_realpath(path, real);
}

WRAP(char *, __realpath_chk, const char *path, char *real, size_t room)
{
	return no_system(EIO) ? NULL : __real___realpath_chk(path, real, room);
}

WRAP(int, access, const char *path, int mode)
{
	return no_system(EIO) ? -1 : __real_access(path, mode);
}

WRAP(int, mkdir, const char *path, mode_t mode)
{
	return no_system(ENOSPC) ? -1 : __real_mkdir(path, mode);
}

WRAP(int, mkostemp64, char *path, int flags)
{
	return no_system(ENOSPC) ? -1 : __real_mkostemp64(path, flags);
}

WRAP(char *, mkdtemp, char *path)
{
	return no_system(ENOSPC) ? NULL : __real_mkdtemp(path);
}

WRAP(int, symlink, const char *target, const char *path)
{
	return no_system(ENOSPC) ? -1 : __real_symlink(target, path);
}

WRAP(int, flock, int fd, int operation)
{
	return no_system(EIO) ? -1 : __real_flock(fd, operation);
}

WRAP(int, chmod, const char *path, mode_t mode)
{
	return no_system(EIO) ? -1 : __real_chmod(path, mode);
}

WRAP(int, fchmod, int fd, mode_t mode)
{
	return no_system(EIO) ? -1 : __real_fchmod(fd, mode);
}

WRAP(int, fsync, int fd)
{
	return no_system(EIO) ? -1 : __real_fsync(fd);
}

WRAP(int, fdatasync, int fd)
{
	return no_system(EIO) ? -1 : __real_fdatasync(fd);
}

WRAP(int, ftruncate64, int fd, off64_t size)
{
	return no_system(EIO) ? -1 : __real_ftruncate64(fd, size);
}

WRAP(int, faccessat, int directory, const char *path, int mode, int flags)
{
	return no_system(EIO) ? -1 : __real_faccessat(directory, path, mode, flags);
}

WRAP(int, mkdirat, int directory, const char *path, mode_t mode)
{
	return no_system(ENOSPC) ? -1 : __real_mkdirat(directory, path, mode);
}

WRAP(int, unlinkat, int directory, const char *path, int flags)
{
	return no_system(EIO) ? -1 : __real_unlinkat(directory, path, flags);
}

WRAP(int, link, const char *from, const char *to)
{
	return no_system(ENOSPC) ? -1 : __real_link(from, to);
}

WRAP(pid_t, fork, void)
{
	return no_system(EAGAIN) ? -1 : __real_fork();
}

WRAP(int, rename, const char *from, const char *to)
{
	return no_system(ENOSPC) ? -1 : __real_rename(from, to);
}

/* What close() says is what it could not write; the descriptor is gone. */
WRAP(int, close, int fd)
{
	int result = __real_close(fd);
	return no_system(EIO) ? -1 : result;
}

WRAP(ssize_t, getrandom, void *bytes, size_t size, unsigned flags)
{
	return no_system(EIO) ? -1 : __real_getrandom(bytes, size, flags);
}

WRAP(int, clock_gettime, clockid_t clock, struct timespec *now)
{
	return no_system(EINVAL) ? -1 : __real_clock_gettime(clock, now);
}
