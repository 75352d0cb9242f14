/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands between the watched Bash and the world: each function here replaces the one of the C library,
 * logs what Bash asked for, and answers as the world of this run would. No signal leaves the text's own
 * processes, and nothing outside the scratch tree is there to be opened.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inside.h"
#include "record.h"

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's headers use reserved names. */

static bool starts(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

/* Every program is installed; in WORLD_ALTERNATE every other file exists, too. A name with a dot is left
 * alone, so that `. script.sh` finds the one in the scratch tree.
 */
static bool pretend(const char *path)
{
	if (watched.in_exec || (errno != ENOENT && errno != ENOTDIR))
		return false;
	if (in_alternate() && !starts(path, "/usr/"))
		return *path != '\0';
	if (strchr(path, '.'))
		return false;
	return starts(path, "/usr/local/bin/") || starts(path, "/usr/bin/") ||
	       starts(path, "/bin/");
}

int stat(const char *restrict path, struct stat *restrict status)
{
	int result = fstatat(AT_FDCWD, path, status, 0);
	if (result == 0 || !watched.wire || !pretend(path))
		return result;
	memset(status, 0, sizeof *status);
	status->st_mode = S_IFREG | 0755;
	status->st_nlink = 1;
	status->st_size = 100;
	status->st_ino = 1000;
	return 0;
}

int eaccess(const char *path, int mode)
{
	int result = (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
	return result != 0 && watched.wire && pretend(path) ? 0 : result;
}

int access(const char *path, int mode)
{
	return eaccess(path, mode);
}

int faccessat(int dir, const char *path, int mode, int flags)
{
	(void)flags;
	int result = (int)syscall(SYS_faccessat, dir, path, mode);
	return result != 0 && watched.wire && pretend(path) ? 0 : result;
}

/* /dev/fd needs no /proc this way. -1: not a name of a descriptor. */
static int named_descriptor(const char *path)
{
	if (strcmp(path, "/dev/stdin") == 0)
		return 0;
	if (strcmp(path, "/dev/stdout") == 0)
		return 1;
	if (strcmp(path, "/dev/stderr") == 0)
		return 2;
	if (!starts(path, "/dev/fd/"))
		return -1;
	char *end;
	long number = strtol(path + 8, &end, 10);
	return *end || end == path + 8 || number < 0 || number > 1000 ? -1 : (int)number;
}

/* Bash's own files: the terminal at its start, here-documents that do not fit into a pipe, and the input
 * of background jobs.
 */
static bool is_internal(const char *path, int flags)
{
	const char *base = strrchr(path, '/');
	return (flags & O_NONBLOCK) || (base && starts(base, "/sh-thd")) ||
	       ((flags & O_ACCMODE) == O_RDONLY && strcmp(path, "/dev/null") == 0);
}

static int pretend_content(void)
{
	static const char text[] = "cmd_file word1\nword2 *.txt\n";
	int fd = memfd_create("content", 0);
	if (fd >= 0 && (write(fd, text, sizeof text - 1) < 0 || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

int open(const char *path, int flags, ...)
{
	va_list more;
	va_start(more, flags);
	mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	if (!watched.wire)
		return openat(AT_FDCWD, path, flags, mode);
	bool reads = (flags & O_ACCMODE) == O_RDONLY;
	bool sources = reads && watched.command_name && *watched.command_name &&
		       (strcmp(*watched.command_name, ".") == 0 ||
			strcmp(*watched.command_name, "source") == 0);
	int number = named_descriptor(path);
	if (number >= 0) {
		watched.sourced |= sources;
		return dup(number);
	}
	if (!watched.in_exec && !watched.in_builtin && !is_internal(path, flags)) {
		note_start(reads ? WIRE_READ : WIRE_WRITE);
		note_add(path);
		note_write();
		take_step();
	}
	watched.sourced |= sources; /* what comes now may come from the file */
	if (!reads)
		watched.wire->dirty = 1;
	int fd = openat(AT_FDCWD, path, flags, mode);
	/* In a directory that is mounted without devices. */
	if (fd < 0 && strcmp(path, "/dev/null") == 0)
		return memfd_create("null", 0);
	if (fd < 0 && reads && in_alternate() && pretend(path))
		fd = pretend_content();
	return fd;
}

void *dlopen(const char *path, int flags)
{
	static void *(*real)(const char *, int);
	if (!watched.wire) {
		if (!real)
			real = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
		return real(path, flags);
	}
	note_start(WIRE_READ);
	note_add(path ? path : "");
	note_write();
	return NULL;
}

void *__libc_malloc(size_t size);

void *malloc(size_t size)
{
	if (watched.wire)
		take_memory();
	return __libc_malloc(size);
}

/* The network, other processes, other users */

int getaddrinfo(const char *restrict host, const char *restrict service,
		const struct addrinfo *restrict hints, struct addrinfo **restrict ret_list)
{
	(void)hints;
	(void)ret_list;
	if (watched.wire) {
		note_start(WIRE_CONNECT);
		note_add(host ? host : "");
		note_add(service ? service : "");
		note_write();
	}
	return EAI_FAIL;
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	(void)fd;
	(void)address;
	(void)size;
	errno = ECONNREFUSED;
	return -1;
}

int kill(pid_t pid, int number)
{
	bool own = pid > 1 && syscall(SYS_getpgid, pid) == syscall(SYS_getpgid, 0);
	bool stops = number == SIGSTOP || number == SIGTSTP || number == SIGTTIN ||
		     number == SIGTTOU;
	if (watched.wire && (!own || stops))
		return 0;
	return (int)syscall(SYS_kill, pid, number);
}

int killpg(pid_t group, int number)
{
	(void)group;
	(void)number;
	return 0;
}

/* All processes of a text stay in one group, so that they can be ended together. */
int setpgid(pid_t pid, pid_t group)
{
	(void)pid;
	(void)group;
	return 0;
}

unsigned sleep(unsigned seconds)
{
	(void)seconds;
	return 0;
}

static struct passwd *pretend_user(const char *name)
{
	static char home[300], empty[] = "", user[256];
	static struct passwd entry;
	snprintf(user, sizeof user, "%s", name);
	snprintf(home, sizeof home, strcmp(name, "root") == 0 ? WIRE_HOME : "/home/%s", user);
	entry = (struct passwd){.pw_name = user,
				.pw_passwd = empty,
				.pw_gecos = empty,
				.pw_dir = home,
				.pw_shell = empty};
	return &entry;
}

struct passwd *getpwnam(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	if (!*name || name[strspn(name, plain)])
		return NULL;
	return strcmp(name, "root") == 0 || (watched.wire && in_alternate()) ? pretend_user(name)
									     : NULL;
}

struct passwd *getpwuid(uid_t uid)
{
	(void)uid;
	return pretend_user("root");
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
