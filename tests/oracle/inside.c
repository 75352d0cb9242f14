/* SPDX-License-Identifier: Apache-2.0
 *
 * A server inside Bash. Before main() runs, this library moves Bash into a root that holds nothing but a
 * small scratch tree. When Bash is ready to run the text of its `-c`, it forks once per text instead: the
 * child goes on as an ordinary `bash -c text`, except that it cost a fork instead of a program start, and
 * that hooks.c logs what it would do.
 */
#include "inside.h"
#include "fork.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_MS = 25 }; /* for background jobs that outlive the text */

/* The scratch tree. Names that are awkward when a glob finds them are there on purpose. */
static const struct {
	const char *path;
	const char *content; /* NULL: a directory */
} scratch[] = {
	{"/dev", NULL},          {"/tmp", NULL},
	{"/root", NULL},         {"/root/note.txt", "home_word\n"},
	{"/repo", NULL},         {"/repo/a.txt", "file_a1 file_a2\nfile_a3\n"},
	{"/repo/b.txt", ""},     {"/repo/.env", "SECRET=1\n"},
	{"/repo/-rf", ""},       {"/repo/file one", ""},
	{"/repo/[x]", ""},       {"/repo/script.sh", "cmd_sourced arg\n"},
	{"/repo/dir", NULL},     {"/repo/dir/c.txt", "c\n"},
	{"/repo/dir/sub", NULL}, {"/repo/dir/sub/d.sh", ""},
};

static struct wire *wire;
static int control, input;
char inside_text[WIRE_TEXT + 1] = ":";

/* kill and setpgid are hooked in this library, so these two go to the kernel. */
static void end_group(pid_t leader)
{
	syscall(SYS_kill, -leader, SIGKILL);
}

static void move_to_group(pid_t pid, pid_t leader)
{
	syscall(SYS_setpgid, pid, leader);
}

static void die(const char *what)
{
	dprintf(2, "oracle: inside bash: %s: %s\n", what, strerror(errno));
	_exit(99);
}

/* /dev/null, which may be a mount point or a device of ours. */
static bool is_device(int dir, const char *name)
{
	struct stat status;
	return fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(status.st_mode);
}

static void wipe_at(int dir, int depth)
{
	DIR *stream = fdopendir(dir);
	if (!stream) {
		close(dir);
		return;
	}
	/* cppcheck-suppress readdirCalled ; glibc has deprecated the other one */
	for (struct dirent *entry; (entry = readdir(stream));) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || depth > 64)
			continue;
		if (is_device(dirfd(stream), name) || unlinkat(dirfd(stream), name, 0) == 0)
			continue;
		int sub = openat(dirfd(stream), name,
				 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0)
			continue;
		wipe_at(sub, depth + 1);
		unlinkat(dirfd(stream), name, AT_REMOVEDIR);
	}
	closedir(stream);
}

static void make_scratch(void)
{
	for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++) {
		const char *path = scratch[i].path, *content = scratch[i].content;
		if (!content) {
			if (mkdir(path, 0755) != 0 && errno != EEXIST)
				die(path);
			continue;
		}
		int fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, content, strlen(content)) < 0)
			die(path);
		close(fd);
	}
}

static void remake_scratch(void)
{
	int root = openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		die("/");
	wipe_at(root, 0);
	make_scratch();
	if (chdir(WIRE_CWD) != 0)
		die(WIRE_CWD);
}

static void limit(int resource, rlim_t value)
{
	struct rlimit limits = {value, value};
	setrlimit((__rlimit_resource_t)resource, &limits);
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The child: everything that `bash -c text` would find. */
static void become_bash(void)
{
	memcpy(inside_text, wire->text, wire->text_size);
	inside_text[wire->text_size] = '\0';
	move_to_group(0, 0);
	wire->started_ms = now_ms();
	wire->leader = (int32_t)getpid();
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_AS, 512 << 20);
	limit(RLIMIT_STACK, 4 << 20);
	limit(RLIMIT_NOFILE, 256);
	if (lseek(input, 0, SEEK_SET) < 0 || dup2(input, 0) < 0)
		die("standard input");
	close_range(3, ~0U, 0);
	sigset_t chld;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &chld, NULL);
	hooks_start(wire);
}

/* Waits for the text and its background jobs, and ends what is still there after its time. */
static void wait_for_all(pid_t child)
{
	sigset_t chld;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	int64_t deadline = now_ms() + wire->wall_ms;
	bool killed = false;
	for (;;) {
		int status;
		pid_t pid = waitpid(-child, &status, WNOHANG);
		if (pid < 0)
			break;
		if (pid == child && !killed && now_ms() + GRACE_MS < deadline)
			deadline = now_ms() + GRACE_MS;
		if (pid > 0)
			continue;
		int64_t left = deadline - now_ms();
		if (left <= 0) {
			wire->timed_out = !killed || wire->timed_out;
			killed = true;
			end_group(child);
			deadline = now_ms() + 1000;
			continue;
		}
		struct timespec wait = {left / 1000, left % 1000 * 1000000};
		sigtimedwait(&chld, NULL, &wait);
	}
	end_group(child);
}

/* The server may be waiting for the end of the text when its time is over. */
static void start_watchdog(void)
{
	enum { LOOK_MS = 20 };
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (;;) {
		struct timespec wait = {0, LOOK_MS * 1000000};
		nanosleep(&wait, NULL);
		pid_t leader = wire->leader;
		if (leader > 0 && now_ms() - wire->started_ms > wire->wall_ms) {
			wire->timed_out = 1;
			end_group(leader);
		}
	}
}

void inside_serve(void)
{
	start_watchdog();
	sigset_t chld;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	wire->ready = 1;
	if (write(control, "r", 1) != 1)
		die("socket");
	char byte;
	while (read(control, &byte, 1) == 1) {
		if (atomic_exchange(&wire->dirty, 0))
			remake_scratch();
		memset(wire->log, 0, wire->log_used < WIRE_LOG ? wire->log_used : WIRE_LOG);
		wire->log_used = wire->log_full = wire->execs = wire->steps = wire->timed_out = 0;
		pid_t child = fork_text();
		if (child < 0)
			die("fork");
		if (child == 0) {
			become_bash();
			return;
		}
		wire->leader = 0;
		move_to_group(child, child);
		wait_for_all(child);
		if (write(control, &byte, 1) != 1)
			break;
	}
	_exit(0);
}

/* Bash has not looked at its environment yet: nothing of ours stays in it. */
static void start_environment(char **environment, const char *name)
{
	static char home[] = "HOME=" WIRE_HOME, pwd[] = "PWD=" WIRE_CWD, locale[64];
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	snprintf(locale, sizeof locale, "LC_ALL=%s", name);
	environment[0] = home;
	environment[1] = pwd;
	environment[2] = locale;
	environment[3] = path;
	environment[4] = NULL;
}

static void make_input(void)
{
	static const char lines[] = "in_a in_b\nin_c\n\n-in *.txt\n";
	input = memfd_create("input", MFD_CLOEXEC);
	if (input < 0 || write(input, lines, sizeof lines - 1) < 0)
		die("standard input");
	int null = openat(AT_FDCWD, "/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		die("/dev/null");
}

struct start {
	int pages;
	uid_t user;
	char locale[32], root[256];
};

static bool read_field(const char **from, char *to, size_t size)
{
	size_t n = strcspn(*from, ",");
	if (n == 0 || n >= size)
		return false;
	memcpy(to, *from, n);
	to[n] = '\0';
	*from += n + ((*from)[n] == ',');
	return true;
}

static bool read_arguments(const char *text, struct start *ret_start)
{
	char number[3][16];
	for (size_t i = 0; i < 3; i++)
		if (!read_field(&text, number[i], sizeof number[i]))
			return false;
	ret_start->pages = (int)strtol(number[0], NULL, 10);
	control = (int)strtol(number[1], NULL, 10);
	ret_start->user = (uid_t)strtoul(number[2], NULL, 10);
	return read_field(&text, ret_start->locale, sizeof ret_start->locale) &&
	       read_field(&text, ret_start->root, sizeof ret_start->root);
}

__attribute__((constructor)) static void enter(int argc, char **argv, char **environment)
{
	const char *arguments = getenv(INSIDE_VARIABLE);
	size_t room = 0;
	while (environment[room])
		room++;
	if (!arguments || argc != 5 || room < 4)
		return;
	struct start start;
	if (!read_arguments(arguments, &start))
		die(INSIDE_VARIABLE);
	fork_prepare();
	wire = mmap(NULL, sizeof *wire, PROT_READ | PROT_WRITE, MAP_SHARED, start.pages, 0);
	if (wire == MAP_FAILED)
		die("shared pages");
	close(start.pages);
	fcntl(control, F_SETFD, FD_CLOEXEC);
	/* Loaded now, it is found again when its files are out of reach. */
	(void)setlocale(LC_ALL, start.locale);
	if (chdir(start.root) != 0 || chroot(".") != 0)
		die(start.root);
	if (start.user != getuid() && (setresgid(start.user, start.user, start.user) != 0 ||
				       setresuid(start.user, start.user, start.user) != 0))
		die("user");
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	make_scratch();
	if (!hooks_install())
		die("this bash hides its table of builtins");

	make_input();
	if (chdir(WIRE_CWD) != 0)
		die(WIRE_CWD);
	start_environment(environment, start.locale);
	argv[4] = inside_text;
}
