/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the room, see room.h. Works as root and, where user namespaces are allowed, as anybody.
 */
#include "room.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const host_trees[] = {"/usr", "/etc/alternatives"};
static const char *const host_files[] = {
	"/etc/ld.so.cache", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
};
/* Symbolic links of a merged /usr, directories elsewhere. */
static const char *const host_roots[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

static const char *const directories[] = {
	"/dev",  "/etc",  "/home",      "/home/user", "/opt",     "/opt/stubs",
	"/proc", "/repo", "/root",      "/run",       "/srv",     "/srv/origin.git",
	"/tmp",  "/var",  "/var/cache", "/var/lib",   "/var/log", "/var/tmp",
};

static const struct {
	const char *path, *text;
} texts[] = {
	{"/etc/passwd",
	 "root:x:0:0:root:/home/user:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n"},
	{"/etc/group", "root:x:0:\nnogroup:x:65534:\n"},
	{"/etc/hosts", "127.0.0.1 localhost room\n::1 localhost\n"},
	{"/etc/hostname", "room\n"},
	{"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"},
	{"/etc/shadow", "root:CANARY-shadow:19000:0:99999:7:::\n"},
};

static const struct {
	const char *path, *target;
} links[] = {
	{"/dev/fd", "/proc/self/fd"},
	{"/dev/stdin", "/proc/self/fd/0"},
	{"/dev/stdout", "/proc/self/fd/1"},
	{"/dev/stderr", "/proc/self/fd/2"},
	{"/var/run", "/run"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool fail(const char *what)
{
	fprintf(stderr, "effects: no room: %s: %s\n", what, strerror(errno));
	return false;
}

static bool write_text(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	if (fd < 0)
		return fail(path);
	bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok || fail(path);
}

static bool bind_read_only(const char *from, const char *to)
{
	static const struct {
		unsigned long given, flag;
	} kept[] = {{ST_NODEV, MS_NODEV}, {ST_NOEXEC, MS_NOEXEC}, {ST_RELATIME, MS_RELATIME}};
	struct statvfs at;
	unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID;
	if (mount(from, to, NULL, MS_BIND, NULL) != 0 || statvfs(to, &at) != 0)
		return fail(from);
	for (size_t i = 0; i < COUNT(kept); i++)
		flags |= at.f_flag & kept[i].given ? kept[i].flag : 0;
	return mount(NULL, to, NULL, flags, NULL) == 0 || fail(to);
}

static void inside_path(char *to, size_t size, const char *root, const char *path)
{
	(void)snprintf(to, size, "%s%s", root, path);
}

static bool bind_host(const char *root)
{
	char to[256], target[256];
	for (size_t i = 0; i < COUNT(host_trees); i++) {
		inside_path(to, sizeof to, root, host_trees[i]);
		if (mkdir(to, 0755) != 0 || !bind_read_only(host_trees[i], to))
			return fail(to);
	}
	for (size_t i = 0; i < COUNT(host_files); i++) {
		inside_path(to, sizeof to, root, host_files[i]);
		if (!write_text(to, "", 0644) || mount(host_files[i], to, NULL, MS_BIND, NULL) != 0)
			return fail(to);
	}
	for (size_t i = 0; i < COUNT(host_roots); i++) {
		inside_path(to, sizeof to, root, host_roots[i]);
		ssize_t n = readlink(host_roots[i], target, sizeof target - 1);
		if (n > 0) {
			target[n] = '\0';
			if (symlink(target, to) != 0)
				return fail(to);
		} else if (access(host_roots[i], F_OK) == 0) {
			if (mkdir(to, 0755) != 0 || !bind_read_only(host_roots[i], to))
				return fail(to);
		}
	}
	return true;
}

/* What runs others must really do so, as the ones on the machine might not be there. */
static const char stub_text[] =
	"#!/bin/sh\n"
	"case ${0##*/} in\n"
	"sudo|doas)\n"
	"	while :; do case ${1-} in -[ugCD]) shift 2 ;; -*|*=*) shift ;; *) break ;; esac; done\n"
	"	exec \"$@\" ;;\n"
	"esac\n";

static bool make_stubs(const char *root, const char *stubs)
{
	char path[256];
	for (const char *at = stubs; *at;) {
		size_t n = strcspn(at, " ");
		(void)snprintf(path, sizeof path, "%s/opt/stubs/%.*s", root, (int)n, at);
		if (!write_text(path, stub_text, 0755))
			return false;
		at += n + (at[n] == ' ');
	}
	return true;
}

static bool make_root(const char *root, const char *stubs)
{
	char path[256];
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("room", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=256m") != 0)
		return fail("mount");
	for (size_t i = 0; i < COUNT(directories); i++) {
		inside_path(path, sizeof path, root, directories[i]);
		if (mkdir(path, 0755) != 0)
			return fail(path);
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		inside_path(path, sizeof path, root, texts[i].path);
		if (!write_text(path, texts[i].text, 0644))
			return false;
	}
	for (size_t i = 0; i < COUNT(links); i++) {
		inside_path(path, sizeof path, root, links[i].path);
		if (symlink(links[i].target, path) != 0)
			return fail(path);
	}
	inside_path(path, sizeof path, root, "/proc");
	if (mount("proc", path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
		return fail("/proc");
	return bind_host(root) && make_stubs(root, stubs);
}

static bool map_user(uid_t uid, gid_t gid)
{
	char map[64];
	if (!write_text("/proc/self/setgroups", "deny", 0))
		return false;
	(void)snprintf(map, sizeof map, "0 %u 1", uid);
	if (!write_text("/proc/self/uid_map", map, 0))
		return false;
	(void)snprintf(map, sizeof map, "0 %u 1", gid);
	return write_text("/proc/self/gid_map", map, 0);
}

static bool separate(void)
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	if (uid == 0)
		return unshare(flags) == 0 || fail("unshare");
	return (unshare(flags | CLONE_NEWUSER) == 0 || fail("user namespace")) &&
	       map_user(uid, gid);
}

static int become_first(const char *root, const char *stubs, int (*inside)(void *), void *context)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (!make_root(root, stubs))
		return ROOM_FAILED;
	if (chroot(root) != 0 || chdir("/") != 0 || sethostname("room", 4) != 0) {
		fail("chroot");
		return ROOM_FAILED;
	}
	return inside(context);
}

static int be_outside(const char *root, const char *stubs, int (*inside)(void *), void *context)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (!separate())
		return ROOM_FAILED;
	pid_t pid = fork();
	if (pid == 0)
		_exit(become_first(root, stubs, inside, context));
	int status = 0;
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return ROOM_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int room_run(const char *stubs, int (*inside)(void *context), void *context)
{
	/* Mounted over in another namespace only: here it stays empty. */
	static const char root[] = "/tmp/effects-room";
	(void)mkdir(root, 0700);
	pid_t pid = fork();
	if (pid == 0)
		_exit(be_outside(root, stubs, inside, context));
	return pid;
}

void room_drop_privileges(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};
	for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
		;
	if (syscall(SYS_capset, &header, none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		_exit(ROOM_FAILED);
}
