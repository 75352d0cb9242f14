/* SPDX-License-Identifier: Apache-2.0
 *
 * The proof that src/shell/ is sound: runs texts in real Bash (see sandbox.h) and fails on everything that
 * Bash did and the analysis did not foresee. Texts come from seed files, from a grammar and from mutation.
 * A failing text is made small and printed with its seed. Prints TAP.
 */
#include <assert.h>
#include <getopt.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../number.h"
#include "base/array.h"
#include "base/limits.h"
#include "check.h"
#include "generate.h"
#include "seeds.h"
#include "shfmt.h"
#include "shrink.h"

enum {
	JOBS_MAX = 64,
	TEXTS_FOR_A_DEATH = 10000,
	GROUP_TEXTS = 1000,
	MAX_GROUPS = 4096,
	SHRINK_TRIES = 400,
	SHRUNK_FAILURES = 300, /* of a worker; what is left of them is shown once */
	SHOWN_FAILURES = 60,
	SHOWN_SURELY = 1
};

struct options {
	uint64_t seed;
	unsigned count, jobs;
	bool forever, list, reasons;
	const char *text;
	const char *bash, *library;
	const char **files;
	size_t n_files;
};

/* One line of TAP: a seed file, or texts of the generator. */
struct group {
	const char *file; /* NULL: generated */
	size_t from, n;   /* texts in all_seeds, or the numbers of generated texts */
	bool harmless;    /* must not be opaque */
	/* results, in memory shared with the workers */
	struct counts counts;
	bool passed;
	atomic_bool done;
	long output_from, output_size; /* in the output of its worker */
};

struct run {
	const struct options *options;
	struct checker checker;
	struct seeds seeds; /* of all files, one after the other */
	struct arena seeds_arena;
	struct group *groups;
	size_t n_groups;
	FILE *out;          /* of this worker */
	const char *wanted; /* while shrinking */
	uint32_t world_seed;
	struct buf shown[SHOWN_FAILURES]; /* smallest texts */
	size_t n_shown;
};

static bool is_shown(struct run *run, struct str text)
{
	for (size_t i = 0; i < run->n_shown; i++)
		if (str_eq(buf_str(&run->shown[i]), text))
			return true;
	if (run->n_shown == SHOWN_FAILURES)
		return true;
	buf_init(&run->shown[run->n_shown], WIRE_TEXT);
	buf_add(&run->shown[run->n_shown++], text);
	return false;
}

static bool still_fails(void *context, struct str text)
{
	struct run *run = context;
	struct failure failure;
	struct counts before = run->checker.counts;
	bool fails = check_text(&run->checker, text, text, run->world_seed, &failure) == 0 &&
		     failure.what == run->wanted;
	run->checker.counts = before;
	return fails;
}

static void report(struct run *run, struct str text, const struct failure *failure, uint64_t seed)
{
	static const char *const worlds[] = {"all succeed", "all fail", "alternating"};
	struct failure smaller = *failure;
	struct buf small;
	buf_init(&small, WIRE_TEXT);
	buf_add(&small, text);
	run->wanted = failure->what;
	run->world_seed = failure->seed;
	shrink_text(&small, still_fails, run, SHRINK_TRIES);
	if (strcmp(failure->what, "surely") != 0 && is_shown(run, buf_str(&small))) {
		buf_release(&small);
		return;
	}
	struct counts before = run->checker.counts;
	check_text(&run->checker, buf_str(&small), buf_str(&small), failure->seed, &smaller);
	run->checker.counts = before;
	fprintf(run->out, "# NOT COVERED: %s (programs: %s; seed %llu)\n#   text: ", failure->what,
		worlds[smaller.world], (unsigned long long)seed);
	print_quoted(run->out, buf_str(&small));
	fprintf(run->out, "\n#   bash: %s\n#   analysis:\n", smaller.event);
	check_explain(&run->checker, buf_str(&small), run->out);
	buf_release(&small);
}

/* false: there is no sandbox any more. */
static bool check_one(struct run *run, struct group *group, struct str text, uint64_t seed)
{
	struct failure failure;
	unsigned long opaque = run->checker.counts.opaque;
	int result = check_text(&run->checker, text, text, (uint32_t)seed, &failure);
	if (result < 0) {
		fprintf(run->out, "# the sandbox died on: ");
		print_quoted(run->out, text);
		fputc('\n', run->out);
		run->checker.counts.died++;
		return checker_restart(&run->checker) == 0;
	}
	if (group->harmless && run->checker.counts.opaque != opaque) {
		group->passed = false;
		fputs("# OPAQUE: ", run->out);
		print_quoted(run->out, text);
		fputc('\n', run->out);
		check_explain(&run->checker, text, run->out);
	}
	if (result == 1)
		return true;
	bool surely = strcmp(failure.what, "surely") == 0;
	group->passed = group->passed && surely;
	if (surely ? run->checker.counts.not_surely <= SHOWN_SURELY
		   : run->checker.counts.uncovered <= SHRUNK_FAILURES)
		report(run, text, &failure, seed);
	return true;
}

static void make_text(struct run *run, struct buf *text, size_t number)
{
	enum { EVERY = 5, FROM_GRAMMARS = 2, TRIES = 6, BROKEN_OF = 8 };
	uint64_t seed = run->options->seed + number;
	buf_clear(text);
	if (number % EVERY < FROM_GRAMMARS && run->seeds.n_grammars) {
		size_t which = number / EVERY % run->seeds.n_grammars;
		grammar_make(&run->seeds.grammars[which], text, seed);
		return;
	}
	if (number % EVERY != EVERY - 1 || !run->seeds.n) {
		generate_text(text, seed);
		return;
	}
	/* Damage mostly makes what Bash refuses at once; some of it is enough. */
	for (unsigned i = 0; i < TRIES; i++) {
		buf_clear(text);
		mutate_text(text, run->seeds.texts, run->seeds.n, seed + ((uint64_t)i << 48));
		if (seed % BROKEN_OF == 0 || check_reads(&run->checker, buf_str(text)))
			return;
	}
}

static bool check_generated(struct run *run, struct group *group)
{
	struct buf text;
	buf_init(&text, GENERATE_MAX);
	bool alive = true;
	for (size_t i = group->from; alive && i < group->from + group->n; i++) {
		make_text(run, &text, i);
		alive = check_one(run, group, buf_str(&text), run->options->seed + i);
		if (i % 100 == 99)
			checker_switch(&run->checker);
	}
	buf_release(&text);
	return alive;
}

/* In one locale, then in the other at the next call. */
static bool check_seeds(struct run *run, struct group *group)
{
	bool alive = true;
	for (size_t i = 0; alive && i < group->n; i++)
		alive = check_one(run, group, run->seeds.texts[group->from + i], i);
	checker_switch(&run->checker);
	return alive;
}

static bool run_group(struct run *run, struct group *group)
{
	memset(&run->checker.counts, 0, sizeof run->checker.counts);
	group->passed = true;
	group->output_from = ftell(run->out);
	bool alive = true;
	if (!group->file)
		alive = check_generated(run, group);
	else
		for (int locale = 0; alive && locale < 2; locale++)
			alive = check_seeds(run, group);
	group->counts = run->checker.counts;
	fflush(run->out);
	group->output_size = ftell(run->out) - group->output_from;
	group->done = true;
	return alive;
}

/* The set-up itself: what must pass, and what must be reported, each with the log of a real run. */
static const struct control {
	const char *name, *analysed, *run;
	const char *what; /* NULL: must pass */
	unsigned long argv, files;
} controls[] = {
	{"a covered text passes and its log arrives", "cmd_a b && /usr/bin/x c > out; cmd_d",
	 "cmd_a b && /usr/bin/x c > out; cmd_d", NULL, 7, 2},
	{"a command that was not foreseen is reported", "cmd_a b", "cmd_a b; cmd_c d", "argv", 2,
	 0},
	{"a path that was not foreseen is reported", "cmd_a b", "/usr/bin/cmd_a b", "argv", 1, 0},
	{"a wrong word is reported", "cmd_a b", "cmd_a c", "argv", 1, 0},
	{"a word too many is reported", "cmd_a b", "cmd_a b c", "argv", 1, 0},
	{"a builtin that acts on the world is reported", ":", "kill -9 1", "argv", 1, 0},
	{"a file that was not foreseen is reported", "cmd_a", "cmd_a > out", "write", 0, 1},
	{"reading counts apart from writing", "cmd_a < out", "cmd_a > out", "write", 0, 1},
	{"a file that is read is reported", "cmd_a", "cmd_a < a.txt", "read", 0, 1},
	{"a connection is reported", "cmd_a", "cmd_a > /dev/tcp/h/80", "connection", 0, 1},
	{"another directory is reported", "cmd_a", "cd dir; cmd_a", "directory", 1, 0},
	{"an environment that was not foreseen is reported", "cmd_a", "LD_PRELOAD=x cmd_a",
	 "environment", 1, 0},
	{"another input is reported", "cmd_a <<< x", "cmd_a <<< y", "input", 1, 0},
	{"a pipe that was not foreseen is reported", "cmd_b; cmd_a", "cmd_b | cmd_a", "pipe", 2, 0},
	{"failure is tried, too", "cmd_a", "cmd_a || cmd_b", "argv", 3, 0},
	{"what programs print is unknown", "cmd_a; cmd_b", "cmd_b $(cmd_a)", "argv", 6, 0},
};

static int run_control(struct run *run, const struct control *control)
{
	struct failure failure = {.what = NULL};
	memset(&run->checker.counts, 0, sizeof run->checker.counts);
	int result = check_text(&run->checker, str_from(control->analysed), str_from(control->run),
				0, &failure);
	const struct counts *counts = &run->checker.counts;
	bool as_wanted = control->what ? result == 0 && strcmp(failure.what, control->what) == 0
				       : result == 1;
	bool logged = counts->argv >= control->argv && counts->files >= control->files;
	if (!as_wanted || !logged)
		printf("# got %s, %lu argv, %lu files; expected %s, %lu, %lu\n",
		       result == 1 ? "covered" : failure.what, counts->argv, counts->files,
		       control->what ? control->what : "covered", control->argv, control->files);
	return as_wanted && logged ? 0 : -1;
}

static int run_controls(struct run *run)
{
	int failed = 0;
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++) {
		bool ok = run_control(run, &controls[i]) == 0;
		printf("%sok %zu - control: %s\n", ok ? "" : "not ", i + 1, controls[i].name);
		failed += !ok;
	}
	return failed;
}

static void print_counts(const char *name, const struct counts *c)
{
	double texts = c->texts ? (double)c->texts : 1;
	double argv = c->argv ? (double)c->argv : 1;
	printf("# %s: %lu texts, %lu runs (%lu ended by a cap, %lu ended the sandbox), %lu argv and %lu files checked, "
	       "%lu uncovered, %lu not surely; opaque %.1f %%, ",
	       name, c->texts, c->runs, c->timed_out, c->died, c->argv, c->files, c->uncovered,
	       c->not_surely, 100 * (double)c->opaque / texts);
	printf("covered by an unknown program only %.1f %%; %.1f commands a text, "
	       "analysis %.0f us, longest %.0f us\n",
	       100 * (double)c->by_unknown / argv, (double)c->commands / texts,
	       1e6 * c->analysis_seconds / texts, 1e6 * c->longest_analysis);
}

/* Workers */

static int work(struct run *run, size_t worker, FILE *out)
{
	run->out = out;
	if (checker_start(&run->checker, run->options->bash, run->options->library) != 0)
		return 1;
	int status = 0;
	for (size_t i = worker; i < run->n_groups && status == 0; i += run->options->jobs)
		status = run_group(run, &run->groups[i]) ? 0 : 1;
	checker_stop(&run->checker);
	return status;
}

/* The worker goes on writing behind it through the same open file. */
static void copy_output(FILE *from, const struct group *group)
{
	char bytes[4096];
	for (long at = 0; at < group->output_size;) {
		long left = group->output_size - at;
		ssize_t n = pread(fileno(from), bytes,
				  left < (long)sizeof bytes ? (size_t)left : sizeof bytes,
				  group->output_from + at);
		if (n <= 0)
			return;
		fwrite(bytes, 1, (size_t)n, stdout);
		at += n;
	}
}

struct worker {
	pid_t pid; /* 0: it has ended */
	FILE *output;
	bool failed;
};

/* Until the group is done, or its worker has ended. */
static void wait_for_group(const struct group *group, struct worker *worker)
{
	enum { LOOK_MS = 20 };
	while (!group->done && worker->pid) {
		struct timespec wait = {0, LOOK_MS * 1000000};
		int status;
		if (waitpid(worker->pid, &status, WNOHANG) == worker->pid) {
			worker->pid = 0;
			worker->failed = status != 0;
		} else {
			nanosleep(&wait, NULL);
		}
	}
}

static int run_groups(struct run *run, size_t line)
{
	unsigned jobs = run->options->jobs;
	assert(jobs > 0);
	struct worker workers[JOBS_MAX] = {0};
	struct counts total = {0};
	int failed = 0;
	fflush(stdout);
	for (size_t i = 0; i < jobs; i++) {
		workers[i].output = tmpfile();
		workers[i].pid = workers[i].output ? fork() : -1;
		if (workers[i].pid < 0)
			return -1;
		if (workers[i].pid == 0)
			_exit(work(run, i, workers[i].output));
	}
	for (size_t i = 0; i < run->n_groups; i++) {
		const struct group *group = &run->groups[i];
		char name[256];
		wait_for_group(group, &workers[i % jobs]);
		copy_output(workers[i % jobs].output, group);
		if (group->file)
			snprintf(name, sizeof name, "seeds %s", group->file);
		else
			snprintf(name, sizeof name, "generated %zu to %zu", group->from,
				 group->from + group->n - 1);
		print_counts(name, &group->counts);
		printf("%sok %zu - %s\n", group->passed ? "" : "not ", line + i, name);
		failed += !group->passed;
		counts_add(&total, &group->counts);
		fflush(stdout);
	}
	print_counts("all", &total);
	/* A text may be such that nothing can be said; many are a fault of the sandbox. */
	failed += total.died * TEXTS_FOR_A_DEATH > total.texts;
	for (size_t i = 0; i < jobs; i++) {
		int status;
		if (workers[i].pid && (waitpid(workers[i].pid, &status, 0) < 0 || status != 0))
			workers[i].failed = true;
		failed += workers[i].failed;
		fclose(workers[i].output);
	}
	return failed;
}

/* All seeds through the other reader. */
static int run_shfmt_line(struct run *run, size_t line)
{
	unsigned long calls = 0;
	unsigned missing = 0;
	if (!shfmt_exists()) {
		printf("ok %zu - shfmt reads the same # SKIP shfmt is not installed\n", line);
		return 0;
	}
	for (size_t i = 0; i < run->seeds.n; i++)
		missing += shfmt_compare(&run->checker, run->seeds.texts[i], stdout, &calls);
	bool ok = missing == 0 && (calls > 0 || run->seeds.n == 0);
	printf("# shfmt: %lu calls with literal words compared, %u missing\n", calls, missing);
	printf("%sok %zu - shfmt reads the same\n", ok ? "" : "not ", line);
	return !ok;
}

static void add_group(struct run *run, struct group group)
{
	if (run->n_groups < MAX_GROUPS)
		run->groups[run->n_groups++] = group;
}

static void add_generated(struct run *run, size_t from, size_t count)
{
	for (size_t at = 0; at < count; at += GROUP_TEXTS)
		add_group(run,
			  (struct group){.from = from + at,
					 .n = count - at < GROUP_TEXTS ? count - at : GROUP_TEXTS});
}

static int run_suite(struct run *run, const struct options *options)
{
	for (size_t i = 0; i < options->n_files; i++) {
		size_t from = run->seeds.n;
		if (seeds_load(&run->seeds_arena, options->files[i], &run->seeds) != 0)
			return 1;
		if (run->seeds.n == from)
			continue;
		const char *base = strrchr(options->files[i], '/');
		base = base ? base + 1 : options->files[i];
		add_group(run, (struct group){.file = base,
					      .from = from,
					      .n = run->seeds.n - from,
					      .harmless = strncmp(base, "harmless", 8) == 0});
	}
	add_generated(run, 0, options->count);
	printf("1..%zu\n", ARRAY_SIZE(controls) + run->n_groups + 1);
	struct run control = {.options = options};
	if (checker_start(&control.checker, options->bash, options->library) != 0) {
		printf("Bail out! no sandbox\n");
		return 1;
	}
	printf("# isolation: %s; seed %llu\n", control.checker.sandbox.how,
	       (unsigned long long)options->seed);
	int failed = run_controls(&control);
	control.seeds = run->seeds;
	failed += run_shfmt_line(&control, ARRAY_SIZE(controls) + 1);
	checker_stop(&control.checker);
	failed += run_groups(run, ARRAY_SIZE(controls) + 2);
	for (size_t from = options->count; options->forever && failed == 0;
	     from += options->count) {
		run->n_groups = 0;
		add_generated(run, from, options->count);
		failed += run_groups(run, 1);
	}
	return failed != 0;
}

static int run_text(const struct options *options)
{
	struct run run = {.options = options, .out = stdout};
	struct group group = {.passed = true};
	if (checker_start(&run.checker, options->bash, options->library) != 0)
		return 1;
	check_explain(&run.checker, str_from(options->text), stdout);
	check_one(&run, &group, str_from(options->text), options->seed);
	printf("1..1\n%sok 1 - text\n", group.passed ? "" : "not ");
	checker_stop(&run.checker);
	return !group.passed;
}

static void print_reason(struct run *run, struct str text)
{
	struct shell_result result;
	struct str why = STR("memory");
	if (check_analysis(&run->checker, text, &result)) {
		const struct shell_command *command = result.commands;
		while (command && command->kind != SHELL_OPAQUE)
			command = command->next;
		why = command ? command->reason : STR("");
	}
	printf("%.*s\t", STR_ARG(why));
	print_quoted(stdout, text);
	putchar('\n');
}

/* The generated texts; with --reasons why they are opaque, one line each, for sort | uniq -c. */
static int print_generated(const struct options *options)
{
	struct run run = {.options = options};
	struct buf text;
	arena_init(&run.seeds_arena, MiB(512));
	for (size_t i = 0; i < options->n_files; i++)
		if (seeds_load(&run.seeds_arena, options->files[i], &run.seeds) != 0)
			return 1;
	arena_init(&run.checker.arena, LIMIT_DECISION_MEMORY);
	buf_init(&text, GENERATE_MAX);
	for (unsigned i = 0; i < options->count; i++) {
		make_text(&run, &text, i);
		if (options->reasons)
			print_reason(&run, buf_str(&text));
		else
			printf("%s\n%%%%\n", text.p);
	}
	buf_release(&text);
	arena_release(&run.checker.arena);
	arena_release(&run.seeds_arena);
	return 0;
}

static int usage(void)
{
	fputs("usage: oracle [--seed N|random] [--count N] [--forever] [--jobs N] [--bash PATH] [--inside LIBRARY]\n"
	      "              [--corpus FILE]... [--text STRING] [--list] [--reasons] [FILE]...\n",
	      stderr);
	return 2;
}

static uint64_t parse_seed(const char *text)
{
	uint64_t seed = 0;
	if (strcmp(text, "random") == 0) {
		if (getentropy(&seed, sizeof seed) != 0)
			exit(1);
		return seed >> 16;
	}
	return parse_number(text, 0, UINT64_MAX);
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{"seed", required_argument, NULL, 's'},
		{"count", required_argument, NULL, 'n'},
		{"forever", no_argument, NULL, 'f'},
		{"corpus", required_argument, NULL, 'c'},
		{"text", required_argument, NULL, 't'},
		{"jobs", required_argument, NULL, 'j'},
		{"bash", required_argument, NULL, 'b'},
		{"inside", required_argument, NULL, 'i'},
		{"list", no_argument, NULL, 'l'},
		{"reasons", no_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
		switch (c) {
		case 's':
			options->seed = parse_seed(optarg);
			break;
		case 'n':
			options->count = (unsigned)parse_number(optarg, 1, UINT32_MAX);
			break;
		case 'f':
			options->forever = true;
			break;
		case 'c':
			options->files[options->n_files++] = optarg;
			break;
		case 't':
			options->text = optarg;
			break;
		case 'j':
			options->jobs = (unsigned)parse_number(optarg, 1, JOBS_MAX);
			break;
		case 'b':
			options->bash = optarg;
			break;
		case 'i':
			options->library = optarg;
			break;
		case 'l':
			options->list = true;
			break;
		case 'r':
			options->reasons = true;
			break;
		default:
			return -1;
		}
	}
	while (optind < argc)
		options->files[options->n_files++] = argv[optind++];
	return 0;
}

/* The library stands beside the program. */
static const char *find_library(void)
{
	static char path[4096];
	static const char name[] = "oracle-inside.so";
	const char *given = getenv("ORACLE_LIBRARY");
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof name);
	if (given || n < 0)
		return given;
	path[n] = '\0';
	char *slash = strrchr(path, '/');
	memcpy(slash ? slash + 1 : path, name, sizeof name);
	return path;
}

int main(int argc, char **argv)
{
	const char *files[256];
	struct options options = {.seed = 1,
				  .count = 20000,
				  .jobs = 1,
				  .bash = "/bin/bash",
				  .library = find_library(),
				  .files = files};
	if (argc > (int)ARRAY_SIZE(files) || parse_options(argc, argv, &options) != 0)
		return usage();
	if (options.list || options.reasons)
		return print_generated(&options);
	if (!options.library) {
		fputs("oracle: --inside names the library that is loaded into Bash\n", stderr);
		return 2;
	}
	if (options.text)
		return run_text(&options);
	struct run run = {.options = &options};
	run.groups = mmap(NULL, MAX_GROUPS * sizeof *run.groups, PROT_READ | PROT_WRITE,
			  /* cppcheck-suppress invalidFunctionArg ; -1 is what the manual says */
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.groups == MAP_FAILED)
		/* cppcheck-suppress memleak ; nothing was mapped */
		return 1;
	arena_init(&run.seeds_arena, MiB(512));
	int status = run_suite(&run, &options);
	arena_release(&run.seeds_arena);
	return status;
}
