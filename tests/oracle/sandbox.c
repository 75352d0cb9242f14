/* SPDX-License-Identifier: Apache-2.0
 *
 * The outer side of the watched Bash: namespaces, the start of the server, requests and answers.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fork.h"
#include "inside.h"

enum { NOBODY = 65534, ENVIRONMENT_SLOTS = 60, WALL_MS = 500, MAX_EXECS = 16, MAX_STEPS = 120 };

struct isolation {
	const char *name;
	int flags; /* of unshare(); 0: none */
	bool needs_root;
};

static const struct isolation isolations[] = {
	{"user namespace", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC,
	 false},
	{"namespaces as root", CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC, true},
	{"chroot only", 0, true},
};

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

static bool map_user(uid_t uid, gid_t gid)
{
	char map[64];
	snprintf(map, sizeof map, "0 %u 1", uid);
	if (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof map, "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

/* The root directory: an own tmpfs where mounting is possible, with the host's /dev/null. */
static bool make_root(const char *root, bool may_mount)
{
	char null[128];
	if (may_mount &&
	    (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	     mount("scratch", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0777,size=64m") != 0))
		return false;
	snprintf(null, sizeof null, "%s/dev", root);
	if (chmod(root, 0777) != 0 || mkdir(null, 0777) != 0 || chmod(null, 0777) != 0)
		return false;
	snprintf(null, sizeof null, "%s/dev/null", root);
	if (!may_mount)
		return mknod(null, S_IFCHR | 0666, makedev(1, 3)) == 0 && chmod(null, 0666) == 0;
	int fd = open(null, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	close(fd);
	return mount("/dev/null", null, NULL, MS_BIND, NULL) == 0;
}

struct start {
	const char *bash, *library, *locale, *root;
	int pages, control;
	uid_t uid;
	gid_t gid;
};

/* Becomes the server. Returns only when this isolation is not possible. */
static void exec_bash(const struct start *start, bool own_user)
{
	static char slot[] = "UNUSED=";
	char inside[256], preload[4096];
	static char now[] = "LD_BIND_NOW=1", real_forks[] = FORK_VARIABLE "=1";
	char *environment[ENVIRONMENT_SLOTS + 5] = {preload, inside, now, slot};
	if (getenv(FORK_VARIABLE))
		environment[3] = real_forks;
	for (size_t i = 4; i < ENVIRONMENT_SLOTS + 4; i++)
		environment[i] = slot;
	snprintf(preload, sizeof preload, "LD_PRELOAD=%s", start->library);
	snprintf(inside, sizeof inside, "%s=%d,%d,%d,%s,%s", INSIDE_VARIABLE, start->pages,
		 start->control, own_user ? NOBODY : 0, start->locale, start->root);
	fcntl(start->pages, F_SETFD, 0);
	fcntl(start->control, F_SETFD, 0);
	execle(start->bash, "bash", "--norc", "--noprofile", "-c", ":", NULL, environment);
}

/* In a child. One byte on the control socket says that it worked. */
static void try_isolation(const struct isolation *isolation, const struct start *start)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (isolation->needs_root && geteuid() != 0)
		return;
	if (isolation->flags && unshare(isolation->flags) != 0)
		return;
	if ((isolation->flags & CLONE_NEWUSER) && !map_user(start->uid, start->gid))
		return;
	pid_t pid = isolation->flags ? fork() : 0;
	if (pid < 0)
		return;
	if (pid > 0) {
		int status;
		close(start->control);
		waitpid(pid, &status, 0);
		_exit(0);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (make_root(start->root, isolation->flags != 0))
		exec_bash(start, !(isolation->flags & CLONE_NEWUSER));
}

static bool start_with(struct sandbox *sandbox, const struct isolation *isolation,
		       struct start *start)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	start->control = pair[1];
	sandbox->pid = fork();
	if (sandbox->pid == 0) {
		close(pair[0]);
		try_isolation(isolation, start);
		_exit(1);
	}
	close(pair[1]);
	sandbox->control = pair[0];
	char byte;
	if (sandbox->pid > 0 && read(pair[0], &byte, 1) == 1) {
		sandbox->how = isolation->name;
		return true;
	}
	close(pair[0]);
	if (sandbox->pid > 0)
		waitpid(sandbox->pid, NULL, 0);
	return false;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *position)
{
	(void)status;
	(void)kind;
	(void)position;
	return remove(path);
}

static void remove_root(struct sandbox *sandbox)
{
	if (*sandbox->root)
		nftw(sandbox->root, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	*sandbox->root = '\0';
}

int sandbox_start(struct sandbox *sandbox, const char *bash, const char *library,
		  const char *locale)
{
	*sandbox = (struct sandbox){.pid = -1, .control = -1};
	struct start start = {.bash = bash,
			      .library = library,
			      .locale = locale,
			      .uid = geteuid(),
			      .gid = getegid()};
	start.pages = memfd_create("wire", MFD_CLOEXEC);
	if (start.pages < 0 || ftruncate(start.pages, sizeof *sandbox->wire) != 0)
		return -1;
	sandbox->wire = mmap(NULL, sizeof *sandbox->wire, PROT_READ | PROT_WRITE, MAP_SHARED,
			     start.pages, 0);
	if (sandbox->wire == MAP_FAILED)
		return -1;
	const char *first = getenv("ORACLE_ISOLATION");
	for (size_t i = first ? strtoul(first, NULL, 10) : 0;
	     i < sizeof isolations / sizeof *isolations; i++) {
		snprintf(sandbox->root, sizeof sandbox->root, "/tmp/oracle.XXXXXX");
		if (!mkdtemp(sandbox->root))
			break;
		start.root = sandbox->root;
		if (start_with(sandbox, &isolations[i], &start)) {
			close(start.pages);
			return 0;
		}
		remove_root(sandbox);
	}
	fprintf(stderr, "oracle: cannot isolate %s: needs user namespaces or root\n", bash);
	return -1;
}

void sandbox_stop(struct sandbox *sandbox)
{
	if (sandbox->control >= 0)
		close(sandbox->control);
	if (sandbox->pid > 0) {
		kill(sandbox->pid, SIGKILL);
		waitpid(sandbox->pid, NULL, 0);
	}
	if (sandbox->wire)
		munmap(sandbox->wire, sizeof *sandbox->wire);
	remove_root(sandbox);
	*sandbox = (struct sandbox){.pid = -1, .control = -1};
}

int sandbox_run(struct sandbox *sandbox, const char *text, size_t size, enum wire_world world,
		uint32_t seed)
{
	struct wire *wire = sandbox->wire;
	if (size > WIRE_TEXT)
		return -1;
	memcpy(wire->text, text, size);
	wire->text_size = (uint32_t)size;
	wire->world = (uint32_t)world;
	wire->seed = seed;
	wire->wall_ms = WALL_MS;
	wire->max_execs = MAX_EXECS;
	wire->max_steps = MAX_STEPS;
	char byte = 'g';
	if (write(sandbox->control, &byte, 1) != 1 || read(sandbox->control, &byte, 1) != 1)
		return -1;
	return 0;
}

bool sandbox_next(const struct sandbox *sandbox, size_t *at, struct event *ret_event)
{
	static const char *strings[WIRE_STRINGS + 2];
	const struct wire *wire = sandbox->wire;
	if (*at + sizeof(struct wire_record) > WIRE_LOG || *at >= wire->log_used)
		return false;
	const struct wire_record *record =
		(const struct wire_record *)(const void *)(wire->log + *at);
	if (record->size == 0 || *at + record->size > WIRE_LOG)
		return false; /* its writer was ended in the middle */
	const char *text = (const char *)(record + 1);
	size_t n = 2 + (size_t)record->argc + record->environment;
	if (record->kind == WIRE_CONNECT)
		n = 3;
	for (size_t i = 0; i < n && i < WIRE_STRINGS; i++) {
		strings[i] = text;
		text += strlen(text) + 1;
	}
	*ret_event = (struct event){
		.kind = (enum wire_kind)record->kind,
		.sourced = record->sourced,
		.cwd = strings[0],
		.path = strings[1],
		.argv = strings + 2,
		.argc = record->argc,
		.environment = strings + 2 + record->argc,
		.n_environment = record->environment,
		.moved = record->moved,
		.has_input = record->has_input,
		.input = text,
		.input_size = record->input_size,
	};
	*at += record->size;
	return true;
}
