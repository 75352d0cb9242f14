/* SPDX-License-Identifier: Apache-2.0
 *
 * The observer, see watch.h.
 */
#include "watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "room.h"
#include "world.h"

#if defined __x86_64__
#define AUDIT_ARCH_HERE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define AUDIT_ARCH_HERE AUDIT_ARCH_AARCH64
#else
/* cppcheck-suppress preprocessorErrorDirective ; it knows no architecture */
#error "tell the observer the audit architecture of this machine"
#endif

enum { PATH_SIZE = 4096, MAX_WORDS = 40, GRACE_MS = 150, NOBODY_AT = -1 };

/* Besides acts: what the kernel refuses, so that it has no effect. */
enum {
	ACT_ONLY_OPENS = 1 << 16, /* what is not there yet */
	ACT_ONLY_MAKES = 1 << 17, /* what is there already */
	ACT_ONLY_FILES = 1 << 18, /* directories */
	ACT_ONLY_DIRECTORIES = 1 << 19,
	ACT_REFUSALS = ACT_ONLY_OPENS | ACT_ONLY_MAKES | ACT_ONLY_FILES | ACT_ONLY_DIRECTORIES
};

/* ---- system calls ---- */

/* How a call names its file: the argument with the directory descriptor (NOBODY_AT: the working directory),
 * the one with the path, and the one with flags.
 */
enum shape {
	SHAPE_OPEN,
	SHAPE_OPEN2,
	SHAPE_PATH,
	SHAPE_TWO,
	SHAPE_FD,
	SHAPE_RUN,
	SHAPE_ADDRESS,
	SHAPE_MESSAGE
};

struct call {
	int number;
	enum shape shape;
	int at, path, flags; /* arguments */
	unsigned acts;
	bool follows; /* symbolic links in the last component */
};

/* clang-format off */
static const struct call calls[] = {
	{SYS_openat,     SHAPE_OPEN,    0, 1, 2, 0, true},
	{SYS_openat2,    SHAPE_OPEN2,   0, 1, 2, 0, true},
	{SYS_execve,     SHAPE_RUN,     NOBODY_AT, 0, 1, ACT_RUN, true},
	{SYS_execveat,   SHAPE_RUN,     0, 1, 2, ACT_RUN, true},
	{SYS_unlinkat,   SHAPE_PATH,    0, 1, -1, ACT_REMOVE, false},
	{SYS_mkdirat,    SHAPE_PATH,    0, 1, -1, ACT_WRITE | ACT_ONLY_MAKES, false},
	{SYS_mknodat,    SHAPE_PATH,    0, 1, -1, ACT_WRITE | ACT_ONLY_MAKES, false},
	{SYS_fchmodat,   SHAPE_PATH,    0, 1, -1, ACT_CHANGE, true},
	{SYS_fchownat,   SHAPE_PATH,    0, 1, -1, ACT_CHANGE, true},
	{SYS_utimensat,  SHAPE_PATH,    0, 1, -1, ACT_CHANGE, true},
	{SYS_truncate,   SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, true},
	{SYS_setxattr,   SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, true},
	{SYS_lsetxattr,  SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, false},
	{SYS_fchmod,     SHAPE_FD,      0, -1, -1, ACT_CHANGE, true},
	{SYS_fchown,     SHAPE_FD,      0, -1, -1, ACT_CHANGE, true},
	{SYS_renameat2,  SHAPE_TWO,     0, 1, -1, ACT_REMOVE | ACT_NAME, false},
	{SYS_linkat,     SHAPE_TWO,     0, 1, -1, ACT_NAME, false},
	{SYS_symlinkat,  SHAPE_TWO,     -2, 0, -1, ACT_NAME, false},
	{SYS_connect,    SHAPE_ADDRESS, 0, 1, 2, ACT_CONNECT, false},
	{SYS_sendto,     SHAPE_ADDRESS, 0, 4, 5, ACT_CONNECT, false},
	{SYS_sendmsg,    SHAPE_MESSAGE, 0, 1, -1, ACT_CONNECT, false},
#ifdef SYS_open
	{SYS_open,       SHAPE_OPEN,    NOBODY_AT, 0, 1, 0, true},
	{SYS_creat,      SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_WRITE, true},
	{SYS_unlink,     SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_REMOVE, false},
	{SYS_rmdir,      SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_REMOVE, false},
	{SYS_mkdir,      SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_WRITE | ACT_ONLY_MAKES, false},
	{SYS_mknod,      SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_WRITE | ACT_ONLY_MAKES, false},
	{SYS_chmod,      SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, true},
	{SYS_chown,      SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, true},
	{SYS_lchown,     SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, false},
	{SYS_utime,      SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, true},
	{SYS_utimes,     SHAPE_PATH,    NOBODY_AT, 0, -1, ACT_CHANGE, true},
	{SYS_futimesat,  SHAPE_PATH,    0, 1, -1, ACT_CHANGE, true},
	{SYS_rename,     SHAPE_TWO,     NOBODY_AT, 0, -1, ACT_REMOVE | ACT_NAME, false},
	{SYS_link,       SHAPE_TWO,     NOBODY_AT, 0, -1, ACT_NAME, false},
	{SYS_symlink,    SHAPE_TWO,     -2, 0, -1, ACT_NAME, false},
#endif
#ifdef SYS_renameat
	{SYS_renameat,   SHAPE_TWO,     0, 1, -1, ACT_REMOVE | ACT_NAME, false},
#endif
#ifdef SYS_fchmodat2
	{SYS_fchmodat2,  SHAPE_PATH,    0, 1, -1, ACT_CHANGE, true},
#endif
};

/* Ways around the observer, and what could hurt the room: they fail. */
static const int refused[] = {
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, SYS_ptrace, SYS_bpf,
	SYS_open_by_handle_at, SYS_io_uring_setup, SYS_process_vm_writev, SYS_fsopen, SYS_open_tree,
	SYS_move_mount, SYS_reboot, SYS_keyctl, SYS_add_key,
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct call *find_call(int number)
{
	for (size_t i = 0; i < COUNT(calls); i++)
		if (calls[i].number == number)
			return &calls[i];
	return NULL;
}

static int install_filter(void)
{
	struct sock_filter code[2 * (COUNT(calls) + COUNT(refused)) + 8];
	size_t n = 0;
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_HERE, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < COUNT(calls); i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 (unsigned)calls[i].number, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 (unsigned)refused[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							 SECCOMP_RET_ERRNO | EPERM);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {.len = (unsigned short)n, .filter = code};
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program);
}

/* ---- writing down ---- */

static const char *keep(struct watch *watch, const char *text)
{
	size_t n = strlen(text) + 1;
	if (watch->text_used + n > WATCH_TEXT) {
		watch->overflow = true;
		return "";
	}
	char *to = memcpy(watch->text + watch->text_used, text, n);
	watch->text_used += n;
	return to;
}

static void note(struct watch *watch, struct happening happening)
{
	if (watch->n == WATCH_MAX) {
		watch->overflow = true;
		return;
	}
	happening.path = keep(watch, happening.path ? happening.path : "");
	happening.text = keep(watch, happening.text ? happening.text : "");
	happening.program = keep(watch, happening.program ? happening.program : "");
	watch->happenings[watch->n++] = happening;
}

/* ---- looking into the process ---- */

static bool read_bytes(pid_t pid, uint64_t address, void *to, size_t size)
{
	struct iovec local = {to, size},
		     /* NOLINTNEXTLINE(performance-no-int-to-ptr): an address of another process */
		remote = {(void *)(uintptr_t)address, size};
	return address && process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* Up to its NUL; a text may end just in front of a page that is not there. */
static bool read_text(pid_t pid, uint64_t address, char *to, size_t size)
{
	for (size_t n = 0; address && n < size - 1;) {
		size_t page = 4096 - (address + n) % 4096;
		size_t part = page < size - 1 - n ? page : size - 1 - n;
		if (!read_bytes(pid, address + n, to + n, part))
			return false;
		if (memchr(to + n, '\0', part))
			return true;
		n += part;
		to[n] = '\0';
	}
	return address != 0;
}

/* Names that mean something else in the observer's own process. */
static void as_seen_by(pid_t pid, const char *path, char *to, size_t size)
{
	static const struct {
		const char *prefix, *below;
	} own[] = {
		{"/proc/self/", ""},    {"/proc/thread-self/", ""}, {"/dev/fd/", "fd/"},
		{"/dev/stdin", "fd/0"}, {"/dev/stdout", "fd/1"},    {"/dev/stderr", "fd/2"},
	};
	for (size_t i = 0; i < COUNT(own); i++) {
		size_t n = strlen(own[i].prefix);
		if (strncmp(path, own[i].prefix, n) != 0)
			continue;
		(void)snprintf(to, size, "/proc/%d/%s%s", pid, own[i].below, path + n);
		return;
	}
	(void)snprintf(to, size, "%s", path);
}

/* Says little of programs that other programs interpret. */
static void program_name(pid_t pid, char *to, size_t size)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, to, size - 1);
	to[n > 1 ? n - 1 : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static int open_base(pid_t pid, int at)
{
	char path[64];
	if (at == AT_FDCWD)
		(void)snprintf(path, sizeof path, "/proc/%d/cwd", pid);
	else
		(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, at);
	return open(path, O_PATH | O_CLOEXEC);
}

static void real_name(int fd, char *to, size_t size)
{
	char link[64];
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, to, size - 1);
	to[n > 0 ? n : 0] = '\0';
}

/* A name that does not exist yet: its directory is real, its last component is new. */
static void new_name(int base, const char *path, char *to, size_t size)
{
	char parent[PATH_SIZE];
	(void)snprintf(parent, sizeof parent, "%s", path);
	size_t n = strlen(parent);
	while (n > 1 && parent[n - 1] == '/')
		parent[--n] = '\0';
	char *slash = strrchr(parent, '/');
	const char *last = slash ? slash + 1 : parent;
	char directory[PATH_SIZE] = ".";
	if (slash)
		(void)snprintf(directory, sizeof directory, "%.*s",
			       (int)(slash - parent) + (slash == parent), parent);
	int fd = openat(base, directory, O_PATH | O_CLOEXEC);
	to[0] = '\0';
	if (fd < 0)
		return;
	real_name(fd, to, size);
	n = strlen(to);
	(void)snprintf(to + n, size - n, "%s%s", n > 1 ? "/" : "", last);
	close(fd);
}

/* A link to what is not there yet: the kernel would make it there. */
static bool dangling(int base, const char *path, char *to, size_t size)
{
	char target[PATH_SIZE];
	ssize_t n = readlinkat(base, path, target, sizeof target - 1);
	if (n <= 0)
		return false;
	target[n] = '\0';
	const char *slash = strrchr(path, '/');
	int above = *target == '/' || !slash ? 0 : (int)(slash - path) + 1;
	(void)snprintf(to, size, "%.*s%s", above, path, target);
	return true;
}

/* Looks at one name and writes it down. */
static void note_file(struct watch *watch, pid_t pid, int at, const char *path, unsigned acts,
		      bool follows)
{
	unsigned refusals = acts & ACT_REFUSALS;
	acts &= ~(unsigned)ACT_REFUSALS;
	bool makes = !(refusals & ACT_ONLY_OPENS) && acts != ACT_READ;
	char seen[PATH_SIZE], real[PATH_SIZE], program[32], further[2 * PATH_SIZE];
	struct stat status;
	int base = open_base(pid, at);
	if (base < 0)
		return;
	as_seen_by(pid, path, seen, sizeof seen);
	int fd = *seen ? openat(base, seen, O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW))
		       : dup(base);
	for (int hops = 0;
	     fd < 0 && follows && hops < 8 && dangling(base, seen, further, sizeof further);
	     hops++) {
		(void)snprintf(seen, sizeof seen, "%.4000s", further);
		fd = openat(base, seen, O_PATH | O_CLOEXEC);
	}
	struct happening happening = {.acts = acts, .path = real, .program = program};
	program_name(pid, program, sizeof program);
	if (fd >= 0 && fstat(fd, &status) == 0) {
		real_name(fd, real, sizeof real);
		happening.existed = true;
		happening.device = status.st_dev;
		happening.inode = status.st_ino;
		if (refusals & (S_ISDIR(status.st_mode) ? ACT_ONLY_FILES : ACT_ONLY_DIRECTORIES))
			happening.acts = 0;
	} else {
		new_name(base, seen, real, sizeof real);
	}
	if (fd >= 0)
		close(fd);
	close(base);
	bool matters = happening.existed ? !(refusals & ACT_ONLY_MAKES) : makes;
	if (happening.acts && matters && *real)
		note(watch, happening);
}

/* ---- kinds of calls ---- */

struct stop {
	struct watch *watch;
	pid_t pid;
	const struct call *call;
	const uint64_t *args;
};

static int directory_of(const struct stop *stop, int argument)
{
	return argument < 0 ? AT_FDCWD : (int)stop->args[argument];
}

/* Programs load their own parts: thousands of calls that say nothing. */
static bool is_installed(const char *path)
{
	return strncmp(path, "/usr/", 5) == 0 || strncmp(path, "/lib", 4) == 0 ||
	       strcmp(path, "/etc/ld.so.cache") == 0;
}

static void on_open(const struct stop *stop, const char *path, uint64_t flags)
{
	unsigned acts = (flags & O_ACCMODE) == O_RDONLY ? ACT_READ
			: (flags & O_ACCMODE) == O_RDWR ? ACT_READ | ACT_WRITE
							: ACT_WRITE;
	if (flags & O_PATH)
		return;
	if (flags & (O_CREAT | O_TRUNC) || (flags & O_TMPFILE) == O_TMPFILE)
		acts |= ACT_WRITE;
	if (!(flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))))
		acts |= ACT_ONLY_OPENS;
	/* Reading one lists it. */
	if ((flags & O_TMPFILE) != O_TMPFILE)
		acts |= ACT_ONLY_FILES;
	if (flags & O_DIRECTORY)
		acts |= ACT_ONLY_DIRECTORIES;
	if (!(acts & ACT_WRITE) && is_installed(path))
		return;
	note_file(stop->watch, stop->pid, directory_of(stop, stop->call->at), path, acts,
		  !(flags & O_NOFOLLOW));
}

static void on_open2(const struct stop *stop, const char *path)
{
	uint64_t flags;
	if (read_bytes(stop->pid, stop->args[2], &flags, sizeof flags))
		on_open(stop, path, flags);
}

/* rename, link and symlink: the old name, then the new one. */
static void on_two(const struct stop *stop, const char *path)
{
	const struct call *call = stop->call;
	bool symbolic = call->at == -2, by_directory = call->at == 0;
	char other[PATH_SIZE];
	int number = call->number;
	bool only_new = symbolic && number == SYS_symlinkat;
	int to_at = by_directory ? 2 : only_new ? 1 : -1;
	if (!read_text(stop->pid,
		       stop->args[by_directory ? 3
				  : only_new   ? 2
					       : 1],
		       other, sizeof other))
		return;
	if (strcmp(path, other) == 0)
		return; /* is refused */
	if (!symbolic) {
		note_file(stop->watch, stop->pid, directory_of(stop, call->at), path, call->acts,
			  false);
	} else if (*path) {
		char target[2 * PATH_SIZE];
		const char *slash = strrchr(other, '/');
		(void)snprintf(target, sizeof target, "%.*s%s",
			       *path == '/' || !slash ? 0 : (int)(slash - other + 1), other, path);
		note_file(stop->watch, stop->pid, directory_of(stop, to_at), target, ACT_NAME,
			  true);
	}
	/* A link replaces nothing. */
	bool renames = call->acts & ACT_REMOVE;
	note_file(stop->watch, stop->pid, directory_of(stop, to_at), other,
		  renames ? ACT_WRITE | ACT_REMOVE : ACT_WRITE | ACT_ONLY_MAKES, false);
}

static void on_run(const struct stop *stop, const char *path)
{
	char words[PATH_SIZE] = "", word[512];
	uint64_t at = stop->args[stop->call->number == SYS_execveat ? 2 : 1], address = 0;
	size_t n = 0;
	for (size_t i = 0; i < MAX_WORDS && n + 2 < sizeof words; i++) {
		if (!read_bytes(stop->pid, at + 8 * i, &address, sizeof address) || !address ||
		    !read_text(stop->pid, address, word, sizeof word))
			break;
		int more = snprintf(words + n, sizeof words - n, "%s%s", i ? " " : "", word);
		n += (size_t)more < sizeof words - n ? (size_t)more : sizeof words - n - 1;
	}
	char seen[PATH_SIZE];
	as_seen_by(stop->pid, path, seen, sizeof seen);
	int base = open_base(stop->pid, directory_of(stop, stop->call->at));
	int fd = base < 0 ? -1 : openat(base, seen, O_PATH | O_CLOEXEC);
	if (fd >= 0) {
		char real[PATH_SIZE];
		struct stat status = {0};
		real_name(fd, real, sizeof real);
		(void)fstat(fd, &status);
		note(stop->watch, (struct happening){.acts = ACT_RUN,
						     .existed = true,
						     .device = status.st_dev,
						     .inode = status.st_ino,
						     .path = real,
						     .text = words});
		close(fd);
	}
	if (base >= 0)
		close(base);
}

static void note_address(const struct stop *stop, uint64_t address, size_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
		struct sockaddr_un local;
	} peer = {0};
	char host[INET6_ADDRSTRLEN] = "", text[160];
	if (!address || size < sizeof(sa_family_t))
		return;
	if (size > sizeof peer)
		size = sizeof peer;
	if (!read_bytes(stop->pid, address, &peer, size))
		return;
	if (peer.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &peer.four.sin_addr, host, sizeof host);
		(void)snprintf(text, sizeof text, "%s %u", host, ntohs(peer.four.sin_port));
	} else if (peer.any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &peer.six.sin6_addr, host, sizeof host);
		(void)snprintf(text, sizeof text, "%s %u", host, ntohs(peer.six.sin6_port));
	} else if (peer.any.sa_family == AF_UNIX && peer.local.sun_path[0]) {
		(void)snprintf(text, sizeof text, "unix %.100s", peer.local.sun_path);
	} else {
		return;
	}
	note(stop->watch, (struct happening){.acts = ACT_CONNECT, .text = text});
}

static void on_message(const struct stop *stop)
{
	struct msghdr message;
	if (read_bytes(stop->pid, stop->args[1], &message, sizeof message))
		note_address(stop, (uint64_t)(uintptr_t)message.msg_name, message.msg_namelen);
}

static void on_path(const struct stop *stop, const char *path)
{
	const struct call *call = stop->call;
	bool follows = call->follows;
	/* utimensat(fd, NULL) and the like mean the descriptor itself. */
	if ((call->number == SYS_utimensat || call->number == SYS_fchownat) &&
	    stop->args[call->number == SYS_utimensat ? 3 : 4] & AT_SYMLINK_NOFOLLOW)
		follows = false;
	note_file(stop->watch, stop->pid, directory_of(stop, call->at), path, call->acts, follows);
}

static void on_stop(const struct stop *stop)
{
	const struct call *call = stop->call;
	char path[PATH_SIZE] = "";
	bool named = call->shape <= SHAPE_TWO || call->shape == SHAPE_RUN;
	if (named && (stop->args[call->path] || call->acts == ACT_REMOVE) &&
	    !read_text(stop->pid, stop->args[call->path], path, sizeof path))
		return;
	switch (call->shape) {
	case SHAPE_OPEN:
		on_open(stop, path, stop->args[call->flags]);
		break;
	case SHAPE_OPEN2:
		on_open2(stop, path);
		break;
	case SHAPE_PATH:
		on_path(stop, path);
		break;
	case SHAPE_TWO:
		on_two(stop, path);
		break;
	case SHAPE_FD:
		note_file(stop->watch, stop->pid, (int)stop->args[0], "", call->acts, true);
		break;
	case SHAPE_RUN:
		on_run(stop, path);
		break;
	case SHAPE_ADDRESS:
		note_address(stop, stop->args[call->path], stop->args[call->flags]);
		break;
	case SHAPE_MESSAGE:
		on_message(stop);
		break;
	}
}

/* One system call that waits; false when there was none. */
static bool answer_one(struct watch *watch, int listener)
{
	struct seccomp_notif request;
	memset(&request, 0, sizeof request);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0)
		return errno == EINTR || errno == ENOENT;
	uint64_t args[6];
	for (size_t i = 0; i < 6; i++)
		args[i] = request.data.args[i];
	struct stop stop = {watch, (pid_t)request.pid, find_call(request.data.nr), args};
	if (stop.call)
		on_stop(&stop);
	struct seccomp_notif_resp response = {.id = request.id,
					      .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	return true;
}

/* ---- running ---- */

static void limit(int resource, rlim_t value)
{
	struct rlimit limits = {value, value};
	setrlimit((__rlimit_resource_t)resource, &limits);
}

static char *const environment[] = {
	(char[]){"HOME=/home/user"},
	(char[]){"PATH=/opt/stubs:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
	(char[]){"LANG=C.UTF-8"},
	(char[]){"USER=root"},
	(char[]){"SHELL=/bin/bash"},
	(char[]){"TERM=dumb"},
	(char[]){"API_TOKEN=" CANARY "environment"},
	NULL,
};

/* In the child: nothing but memory between the filter and the first program. */
static void become_bash(const struct watch *watch, const char *text, const char *directory,
			_Atomic int *listener)
{
	char *argv[] = {(char[]){"bash"}, (char[]){"-c"}, (char *)text, NULL};
	int null = open("/dev/null", O_RDONLY);
	setsid();
	if (null < 0 || dup2(null, 0) < 0 || dup2(watch->output, 1) < 0 ||
	    dup2(watch->output, 2) < 0 || chdir(directory) != 0)
		_exit(ROOM_FAILED);
	close_range(3, ~0U, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 8 << 20);
	limit(RLIMIT_AS, (rlim_t)4 << 30);
	limit(RLIMIT_CPU, 4);
	room_drop_privileges();
	int fd = install_filter();
	atomic_store(listener, fd < 0 ? -2 : fd);
	if (fd >= 0)
		execve("/bin/bash", argv, environment);
	_exit(ROOM_FAILED);
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The child cannot send the descriptor: that would be a system call with nobody to answer. */
static int fetch_listener(pid_t child, _Atomic int *listener)
{
	int number;
	int64_t deadline = now_ms() + 5000;
	while ((number = atomic_load(listener)) == -1 && now_ms() < deadline)
		sched_yield();
	int process = number < 0 ? -1 : (int)syscall(SYS_pidfd_open, child, 0);
	int fd = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, number, 0);
	if (process >= 0)
		close(process);
	return fd;
}

/* Until nothing is left that could do something. */
static void follow(struct watch *watch, int listener, pid_t child, int milliseconds)
{
	int64_t deadline = now_ms() + milliseconds;
	bool ended = false;
	for (;;) {
		struct pollfd poller = {.fd = listener, .events = POLLIN};
		int64_t left = deadline - now_ms();
		if (left <= 0) {
			watch->timed_out = !ended;
			return;
		}
		int ready = poll(&poller, 1, left < 20 || ended ? (int)left : 20);
		if (ready > 0 && (poller.revents & POLLIN) && !answer_one(watch, listener))
			return;
		if (ready > 0 && (poller.revents & (POLLHUP | POLLERR)))
			return;
		if (ready == 0 && !ended && waitpid(child, &watch->status, WNOHANG) == child) {
			ended = true;
			if (now_ms() + GRACE_MS < deadline)
				deadline = now_ms() + GRACE_MS;
		}
	}
}

int watch_run(struct watch *watch, const char *text, const char *directory, int milliseconds)
{
	static _Atomic int *listener;
	watch->n = watch->text_used = 0;
	watch->overflow = watch->timed_out = false;
	if (!listener)
		listener = mmap(NULL, sizeof *listener, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (listener == MAP_FAILED || ftruncate(watch->output, 0) != 0 ||
	    lseek(watch->output, 0, SEEK_SET) < 0)
		return -1;
	atomic_store(listener, -1);
	pid_t child = fork();
	if (child == 0)
		become_bash(watch, text, directory, listener);
	int fd = child < 0 ? -1 : fetch_listener(child, listener);
	if (fd >= 0)
		follow(watch, fd, child, milliseconds);
	kill(-1, SIGKILL);
	if (fd >= 0)
		close(fd);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return fd < 0 ? -1 : 0;
}

int watch_init(struct watch *watch)
{
	memset(watch, 0, sizeof *watch);
	watch->text = malloc(WATCH_TEXT);
	watch->output = memfd_create("output", MFD_CLOEXEC);
	return watch->text && watch->output >= 0 ? 0 : -1;
}

void watch_release(struct watch *watch)
{
	free(watch->text);
	if (watch->output >= 0)
		close(watch->output);
}
