/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets every call that can fail do so, one at a time, in each scenario, and looks at how that ends: with what would
 * have come out anyway, or with an error, never with an action let through that is forbidden, never with a crash, with
 * half an output, or with memory or descriptors left behind.
 *
 *	faults [--runs N] [NAME]     N: at most so many calls of a kind in a scenario, evenly chosen
 *
 * With CAVRA_FAULTS_TRACE=KIND:N, a number of enum fault, only the N-th call of that kind fails, and its callers are shown
 * for addr2line.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "inject.h"
#include "scenario.h"

enum { CALLS_MAX = 1 << 20, OUTPUT_MAX = 1 << 16 };

/* What the process of a run tells. */
struct report {
	enum outcome outcome;
	bool ended;
	long blocks, descriptors;
	size_t calls;
	char why[200];
	unsigned char worth[CALLS_MAX];
};

static struct report *report;
static size_t runs_max = SIZE_MAX;
static char scratch[] = "/tmp/cavra-faults-XXXXXX";
static size_t n_tests;

static const char *const kind_names[FAULT_KINDS] = {
	[FAULT_MEMORY] = "no memory",
	[FAULT_IO] = "an error of the system",
	[FAULT_INTERRUPTED] = "an interruption",
	[FAULT_SHORT] = "one byte at a time",
};

/* ---- the directory ---- */

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) == EOF || fclose(file) != 0)
		err(1, "%s", path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void remove_project(void)
{
	if (chdir(scratch) != 0)
		err(1, "%s", scratch);
	(void)nftw("project", remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_project(void)
{
	static const char *const directories[] = {
		"project",      "project/.cavra",    "project/.claude",     "project/.git",
		"project/deep", "project/.git/refs", "project/.git/objects"};
	remove_project();
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		if (mkdir(directories[i], 0755) != 0)
			err(1, "%s", directories[i]);
	if (chdir("project") != 0)
		err(1, "project");
	put(".cavra/policy.yaml",
	    "metadata: {id: cavra-here, title: Here, description: A test, version: 1.0.0, inherits: cavra-ai-agent-baseline}\n");
	put("child.yaml",
	    "metadata: {id: cavra-child, title: Child, description: A test, version: 1.0.0, inherits: cavra-ai-agent-baseline}\n"
	    "filesystem:\n  block_read: ['**/secret-*.txt']\n");
	put("wrong.yaml",
	    "metadata: {id: cavra-wrong, title: Wrong, description: A test, version: 1.0.0}\nfilesystem: {raed: {}}\n");
	put("facts.json", "{\"workspace\": \"/repo\", \"links\": {\"/repo/notes\": \".env\"}}");
	put(".claude/settings.json", "{\"mine\": true}\n");
	put(".env", "SECRET=1\n");
	put("deep/script.sh", "cd ..\nterraform apply\n");
	put(".git/HEAD", "ref: refs/heads/main\n");
	put(".git/config",
	    "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://example.com/x.git\n"
	    "[alias]\n\tst = !terraform apply\n");
	if (symlink(".env", "notes") != 0 || link(".env", "deep/hard") != 0)
		err(1, "notes");
}

/* ---- one run ---- */

static long count_descriptors(void)
{
	long n = 0;
	for (int fd = 0; fd < 64; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void run_library(const struct scenario *s, enum fault kind, size_t n, bool for_ever)
{
	long blocks = inject_live_blocks(), descriptors = count_descriptors();
	inject_start(kind, n, for_ever);
	report->outcome = s->run(s, report->why);
	report->calls = inject_stop();
	report->blocks = inject_live_blocks() - blocks;
	report->descriptors = count_descriptors() - descriptors;
	report->ended = true;
	_exit(0);
}

static void put_input(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (!file)
		err(1, "%s", path);
	for (; *text; text++)
		if (*text == '@')
			(void)fprintf(file, "%s/project", scratch);
		else
			(void)fputc(*text, file);
	if (fclose(file) != 0)
		err(1, "%s", path);
}

static void note_calls(void)
{
	report->calls = inject_stop();
}

static void run_program(const struct scenario *s, enum fault kind, size_t n, bool for_ever)
{
	char *arguments[ARRAY_SIZE(s->arguments) + 2] = {(char *)"cavra"};
	int argc = 1;
	while (argc <= (int)ARRAY_SIZE(s->arguments) && s->arguments[argc - 1]) {
		arguments[argc] = strdup(s->arguments[argc - 1]);
		argc++;
	}
	static const char *const names[3] = {"../in", "../out", "../err"};
	put_input(names[0], s->input ? s->input : "");
	for (int fd = 0; fd < 3; fd++) {
		int file = open(names[fd], fd ? O_RDWR | O_CREAT | O_TRUNC : O_RDONLY, 0644);
		if (file < 0 || dup2(file, fd) != fd)
			_exit(99);
		if (file > 2)
			(void)close(file);
	}
	(void)atexit(note_calls);
	inject_start(kind, n, for_ever);
	int status = s->program(argc, arguments);
	report->ended = true;
	exit(status);
}

/* Returns the status of the process. worth: note the calls. */
static int run_once(const struct scenario *s, enum fault kind, size_t n, bool for_ever, bool worth)
{
	memset(report, 0, offsetof(struct report, worth));
	if (s->program)
		make_project();
	(void)fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		if (worth)
			inject_note(report->worth, CALLS_MAX);
		(s->program ? run_program : run_library)(s, kind, n, for_ever);
	}
	int status;
	if (waitpid(child, &status, 0) != child)
		err(1, "waitpid");
	return status;
}

/* ---- what came of it ---- */

static const char *contents(const char *path)
{
	static char text[OUTPUT_MAX];
	FILE *file = fopen(path, "r");
	size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
	if (file)
		(void)fclose(file);
	text[n] = '\0';
	return text;
}

/* What Claude Code would make of the hook's answer. */
static enum outcome hook_outcome(int status)
{
	if (status == 2)
		return contents("../err")[0] ? OUTCOME_ERROR : OUTCOME_BROKEN;
	json_t *answer = json_loads(contents("../out"), 0, NULL);
	json_t *specific = json_object_get(answer, "hookSpecificOutput");
	const char *word = json_string_value(json_object_get(specific, "permissionDecision"));
	bool closed = word && (strcmp(word, "deny") == 0 || strcmp(word, "ask") == 0);
	json_decref(answer);
	return closed && status == 0 ? OUTCOME_CLOSED : OUTCOME_OPEN;
}

static enum outcome command_outcome(int status)
{
	switch (status) {
	case 0:
		return OUTCOME_OPEN;
	case 1:
		return contents("../err")[0] ? OUTCOME_ERROR : OUTCOME_BROKEN;
	case 3:
	case 4:
		return OUTCOME_CLOSED;
	default:
		return OUTCOME_BROKEN;
	}
}

static enum outcome outcome_of(const struct scenario *s, int status)
{
	if (!WIFEXITED(status)) {
		(void)snprintf(report->why, sizeof report->why, "killed by signal %d",
			       WTERMSIG(status));
		return OUTCOME_BROKEN;
	}
	if (!s->program)
		return report->ended ? report->outcome : OUTCOME_BROKEN;
	bool hook = strncmp(s->name, "hook", 4) == 0;
	enum outcome outcome = (hook ? hook_outcome : command_outcome)(WEXITSTATUS(status));
	(void)snprintf(report->why, sizeof report->why, "status %d: %.150s", WEXITSTATUS(status),
		       contents("../err"));
	if (s->in_order && !s->in_order(WEXITSTATUS(status) == 0)) {
		(void)snprintf(report->why, sizeof report->why, "the directory is in disorder");
		return OUTCOME_BROKEN;
	}
	return outcome;
}

static bool acceptable(const struct scenario *s, enum fault kind, enum outcome outcome)
{
	if (report->blocks != 0 || report->descriptors != 0)
		return false;
	if (outcome == s->expected)
		return true;
	/* What was interrupted or came in pieces is tried again. */
	if (kind == FAULT_INTERRUPTED || kind == FAULT_SHORT)
		return false;
	return outcome == OUTCOME_ERROR ||
	       (outcome == OUTCOME_CLOSED && s->expected == OUTCOME_OPEN);
}

/* ---- all runs ---- */

static const char *const outcome_names[] = {"broken", "let through", "closed", "error", "done"};

static size_t try_one(const struct scenario *s, enum fault kind, size_t n, bool for_ever)
{
	enum outcome outcome = outcome_of(s, run_once(s, kind, n, for_ever, false));
	if (acceptable(s, kind, outcome))
		return 0;
	printf("# call %zu%s: %s, %ld blocks and %ld descriptors left%s%s\n", n,
	       for_ever ? " and all later ones" : "", outcome_names[outcome], report->blocks,
	       report->descriptors, outcome == OUTCOME_BROKEN ? ": " : "",
	       outcome == OUTCOME_BROKEN ? report->why : "");
	return 1;
}

static void result(bool good, const struct scenario *s, const char *what)
{
	printf("%sok %zu - %s: %s\n", good ? "" : "not ", ++n_tests, s->name, what);
}

static void try_kind(const struct scenario *s, enum fault kind)
{
	static unsigned char worth[CALLS_MAX];
	char what[160];
	size_t calls, chosen = 0, runs = 0, bad = 0;
	enum outcome outcome = outcome_of(s, run_once(s, kind, 0, false, true));
	calls = report->calls < CALLS_MAX ? report->calls : CALLS_MAX;
	memcpy(worth, report->worth, calls);
	if (outcome != s->expected || report->blocks || report->descriptors) {
		(void)snprintf(what, sizeof what, "without a fault: %s instead of %s",
			       outcome_names[outcome], outcome_names[s->expected]);
		printf("# %s, %ld blocks and %ld descriptors left\n", report->why, report->blocks,
		       report->descriptors);
		result(false, s, what);
		return;
	}
	for (size_t i = 0; i < calls; i++)
		chosen += worth[i];
	size_t stride = chosen > runs_max ? (chosen + runs_max - 1) / runs_max : 1, skip = 0;
	for (size_t i = 0; i < calls && bad < 10; i++) {
		if (!worth[i] || skip++ % stride)
			continue;
		bad += try_one(s, kind, i + 1, false);
		runs++;
		if (kind != FAULT_MEMORY || s->program)
			continue;
		bad += try_one(s, kind, i + 1, true);
		runs++;
	}
	(void)snprintf(what, sizeof what, "%s: %zu of %zu calls failed, %zu runs", kind_names[kind],
		       (chosen + stride - 1) / stride, calls, runs);
	result(bad == 0, s, what);
}

/* A shut eye would see nothing: a run that must be noticed. */
static void control(void)
{
	static const struct scenario nothing = {.name = "control", .expected = OUTCOME_CLOSED};
	report->blocks = 1;
	bool noticed = !acceptable(&nothing, FAULT_MEMORY, OUTCOME_CLOSED);
	report->blocks = 0;
	noticed = noticed && !acceptable(&nothing, FAULT_MEMORY, OUTCOME_OPEN) &&
		  !acceptable(&nothing, FAULT_IO, OUTCOME_BROKEN) &&
		  !acceptable(&nothing, FAULT_SHORT, OUTCOME_ERROR) &&
		  acceptable(&nothing, FAULT_MEMORY, OUTCOME_ERROR);
	result(noticed, &nothing, "what must not be is noticed");
}

static void clean_up(void)
{
	remove_project();
	(void)nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int trace_one(const char *name, const char *which)
{
	size_t kind = strtoul(which, NULL, 10), n = strtoul(strchrnul(which, ':') + 1, NULL, 10);
	inject_trace();
	for (size_t i = 0; i < scenarios_count; i++) {
		if (!name || strcmp(name, scenarios[i].name) != 0 || kind >= FAULT_KINDS)
			continue;
		make_project();
		if (scenarios[i].prepare)
			scenarios[i].prepare(&scenarios[i]);
		(void)try_one(&scenarios[i], (enum fault)kind, n, false);
	}
	if (chdir("/") == 0)
		clean_up();
	return 0;
}

int __wrap_main(int argc, char **argv);
int __wrap_main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--runs") == 0) {
		runs_max = strtoul(argv[2], NULL, 10);
		argc -= 2;
		argv += 2;
	}
	const char *only = argc > 1 ? argv[1] : NULL;
	report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      /* cppcheck-suppress invalidFunctionArg ; -1 is what the manual says */
		      -1, 0);
	if (report == MAP_FAILED || !mkdtemp(scratch))
		err(1, "set-up");
	/* What the caller's surroundings say must not matter. */
	(void)unsetenv("CLAUDE_PROJECT_DIR");
	(void)unsetenv("TMPDIR");
	(void)setenv("HOME", scratch, 1);
	const char *trace = getenv("CAVRA_FAULTS_TRACE");
	if (trace)
		return trace_one(only, trace);
	control();
	for (size_t i = 0; i < scenarios_count; i++) {
		const struct scenario *s = &scenarios[i];
		if (only && strcmp(only, s->name) != 0)
			continue;
		make_project();
		if (s->prepare)
			s->prepare(s);
		for (int kind = 0; kind < FAULT_KINDS; kind++)
			try_kind(s, (enum fault)kind);
	}
	printf("1..%zu\n", n_tests);
	clean_up();
	return 0;
}
