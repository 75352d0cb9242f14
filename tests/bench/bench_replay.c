/* SPDX-License-Identifier: Apache-2.0
 *
 * Replaying a million recorded decisions: bench_replay CAVRA. The records are those that CAVRA itself writes about a
 * mix of what agents do, and go through a pipe. Prints decisions per second beside what jansson alone needs to read and
 * parse the same lines, and the peak of memory beside that of a hundredth of them. Fails above the bounds.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"

enum { KINDS = 10000, TIMES = 100, MIX = 100 };
#define RATIO_BOUND 3.0
#define MEMORY_BOUND_KIB (32 * 1024)
#define GROWTH_BOUND_KIB 2048

static const char pack[] = "cavra-ai-agent-baseline";
/* # is another number each time. */
static const struct {
	int of_100;
	const char *action_type, *target;
} actions[] = {
	{22, "read_file", "src/module#/index.ts"},
	{4, "read_file", "docs/page#.md"},
	{1, "read_file", "services/s#/.env"},
	{16, "write_file", "src/module#/index.ts"},
	{1, "write_file", ".github/workflows/w#.yml"},
	{9, "execute_command", "grep -rn needle# src | head -20"},
	{8, "execute_command", "npm test -- --grep case#"},
	{7, "execute_command", "git status && git diff HEAD -- src/m#.c"},
	{6, "execute_command", "cd packages/p# && ls -la && cat README.md"},
	{5, "execute_command", "git add -A && git commit -m 'change #'"},
	{4, "execute_command", "sed -n '1,#p' src/main.c"},
	{4, "execute_command", "for f in a b c; do wc -l src/$f#.c; done"},
	{3, "execute_command", "terraform plan -out=/tmp/plan#"},
	{2, "execute_command", "terraform apply -auto-approve -target=m.m#"},
	{2, "execute_command", "python3 -c 'print(#)'"},
	{2, "git_operation", "origin/feature-#"},
	{2, "network_request", "https://packages.example/package-#"},
	{2, "mcp_tool_call", "files:read_#"},
};

static size_t action_of(int i)
{
	int at = i * 37 % MIX; /* each of a hundred once, mixed */
	size_t k = 0;
	while (at >= actions[k].of_100)
		at -= actions[k++].of_100;
	return k;
}

static bool write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t written = write(fd, bytes, n);
		if (written <= 0)
			return false;
		bytes += written;
		n -= (size_t)written;
	}
	return true;
}

/* Starts a program with a pipe to its standard input, its output in a file. */
static pid_t start(const char *const argv[], int out, int *ret_in)
{
	int ends[2];
	if (pipe(ends) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		(void)dup2(ends[0], STDIN_FILENO);
		(void)dup2(out, STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		execv(argv[0], (char **)argv);
		_exit(127);
	}
	(void)close(ends[0]);
	*ret_in = ends[1];
	return pid;
}

/* ---- the records ---- */

static void add_request(struct buf *lines, int i)
{
	struct str target = str_from(actions[action_of(i)].target);
	size_t number = str_find_char(target, '#');
	buf_add_format(lines, "{\"action_type\":\"%s\",\"repository\":\"%s\",\"target\":\"",
		       actions[action_of(i)].action_type, i % 3 ? "shop" : "site");
	buf_add(lines, str_first(target, number));
	buf_add_format(lines, "%d", i);
	buf_add(lines, str_from_at(target, number + 1));
	buf_add_c(lines, "\"}\n");
}

static bool write_requests(int fd)
{
	struct buf CLEANUP_BUF lines;
	buf_init(&lines, MiB(16));
	for (int i = 0; i < KINDS; i++)
		add_request(&lines, i);
	return !lines.failed && write_all(fd, lines.p, lines.n);
}

/* Has CAVRA decide about the mix; its records, in a file. */
static FILE *make_records(const char *cavra)
{
	const char *const argv[] = {cavra, "evaluate", "--batch", "-", "--policy-pack", pack, NULL};
	FILE *records = tmpfile();
	int in = -1, status = 1;
	pid_t pid = records ? start(argv, fileno(records), &in) : -1;
	bool written = pid > 0 && write_requests(in);
	if (in >= 0)
		(void)close(in);
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	if (written && status == 0)
		return records;
	if (records)
		(void)fclose(records);
	return NULL;
}

static bool read_records(FILE *from, struct buf *records)
{
	char chunk[65536];
	size_t n;
	rewind(from);
	while ((n = fread(chunk, 1, sizeof chunk, from)) > 0)
		buf_add(records, str_make(chunk, n));
	return !records->failed && records->n > 0;
}

/* ---- measuring ---- */

struct run {
	double seconds; /* of one core; waiting for others on a busy machine does not count */
	long peak_kib;
	int status;
};

static double of_core(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static bool feed(const char *const argv[], int out, const struct buf *records, int times,
		 struct run *ret)
{
	struct rusage usage;
	int in, status;
	pid_t pid = start(argv, out, &in);
	bool fed = pid > 0;
	for (int i = 0; fed && i < times; i++)
		fed = write_all(in, records->p, records->n);
	if (pid <= 0)
		return false;
	(void)close(in);
	if (wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status))
		return false;
	*ret = (struct run){of_core(usage.ru_utime) + of_core(usage.ru_stime), usage.ru_maxrss,
			    WEXITSTATUS(status)};
	return fed;
}

/* The baseline, in a process of its own. */
static int parse_lines(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	long parsed = 0;
	while ((n = getline(&line, &size, stdin)) > 0) {
		json_t *record = json_loadb(line, (size_t)n, JSON_REJECT_DUPLICATES, NULL);
		parsed += json_is_object(record);
		json_decref(record);
	}
	free(line);
	return parsed == (long)KINDS * TIMES ? 0 : 1;
}

/* The world it was decided in was this one, and is now an empty one: some answers may differ. */
static bool has_replayed(const struct run *run)
{
	return run->status == 0 || run->status == 5;
}

static bool counted(FILE *out, long wanted)
{
	rewind(out);
	json_t *report = json_loadf(out, 0, NULL);
	json_int_t n = json_integer_value(json_object_get(report, "decision_count")) +
		       json_integer_value(json_object_get(report, "not_replayable_count"));
	json_int_t errors = json_integer_value(json_object_get(report, "error_count"));
	json_decref(report);
	return n == wanted && errors == 0;
}

static bool measure(const char *self, const char *cavra, const struct buf *records)
{
	const char *const replay[] = {cavra,    "policy",        "replay", "-",
				      "--json", "--policy-pack", pack,     NULL};
	const char *const parse[] = {self, "--parse", NULL};
	struct run few, many, parsed;
	FILE *out = tmpfile(), *other = tmpfile();
	if (!out || !other || !feed(parse, fileno(other), records, TIMES, &parsed) ||
	    parsed.status != 0 || !feed(replay, fileno(other), records, 1, &few) ||
	    !has_replayed(&few) || !feed(replay, fileno(out), records, TIMES, &many) ||
	    !has_replayed(&many) || !counted(out, (long)KINDS * TIMES))
		return false;
	(void)fclose(out);
	(void)fclose(other);
	double ratio = many.seconds / parsed.seconds;
	printf("replay of %d decisions       %.1f s, %.0f a second, %.1f times reading and parsing their lines (bound "
	       "%.0f)\n",
	       KINDS * TIMES, many.seconds, KINDS * TIMES / many.seconds, ratio, RATIO_BOUND);
	printf("peak memory                  %.1f MiB (bound %d), %.1f MiB for a hundredth\n",
	       (double)many.peak_kib / 1024, MEMORY_BOUND_KIB / 1024, (double)few.peak_kib / 1024);
	return ratio <= RATIO_BOUND && many.peak_kib <= MEMORY_BOUND_KIB &&
	       many.peak_kib <= few.peak_kib + GROWTH_BOUND_KIB;
}

int main(int argc, char **argv)
{
	struct buf CLEANUP_BUF records;
	buf_init(&records, MiB(64));
	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "--parse") == 0)
		return parse_lines();
	FILE *file = make_records(argv[1]);
	bool good = file && read_records(file, &records) && measure(argv[0], argv[1], &records);
	if (file)
		(void)fclose(file);
	return good ? 0 : 1;
}
