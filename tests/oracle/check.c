/* SPDX-License-Identifier: Apache-2.0
 *
 * Compares the log of the watched Bash with the analysis.
 */
#include "check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "shell/tree.h"

struct comparison {
	struct checker *checker;
	struct str text;
	const struct shell_result *result;
	const struct event *event;
	struct str argv[WIRE_STRINGS];
	size_t argc;
};

/* A crash or a hang of the analysis is a failure like any other, with its text. */

enum { HANG_SECONDS = 10 };
static sigjmp_buf crashed;
static volatile sig_atomic_t analysing;

static void on_crash(int number)
{
	if (analysing) {
		analysing = 0;
		siglongjmp(crashed, number);
	}
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_crashes(void)
{
	/* Sanitizers have their own handlers, which report better. */
#ifdef __SANITIZE_ADDRESS__
	return;
#endif
	static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGALRM};
	static char stack[64 * 1024];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
	sigaltstack(&alternative, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

static const char *const locales[] = {"C", "C.UTF-8"};

int checker_start(struct checker *checker, const char *bash, const char *library)
{
	*checker = (struct checker){.bash = bash, .library = library};
	arena_init(&checker->arena, LIMIT_DECISION_MEMORY);
	catch_crashes();
	if (sandbox_start(&checker->sandbox, bash, library, locales[0]) != 0)
		return -1;
	return sandbox_start(&checker->other, bash, library, locales[1]);
}

int checker_restart(struct checker *checker)
{
	sandbox_stop(&checker->sandbox);
	return sandbox_start(&checker->sandbox, checker->bash, checker->library,
			     locales[checker->switched]);
}

void checker_switch(struct checker *checker)
{
	struct sandbox now = checker->sandbox;
	checker->sandbox = checker->other;
	checker->other = now;
	checker->switched = !checker->switched;
}

void checker_stop(struct checker *checker)
{
	sandbox_stop(&checker->sandbox);
	sandbox_stop(&checker->other);
	arena_release(&checker->arena);
}

enum analysis { ANALYSIS_DONE, ANALYSIS_FULL, ANALYSIS_CRASHED };

static enum analysis analyse(struct checker *checker, struct str text,
			     struct shell_result *ret_result)
{
	struct shell_env env = {.cwd = STR_INIT(WIRE_CWD),
				.home = STR_INIT(WIRE_HOME),
				.name = value_any(),
				.literal_spans = true};
	struct shell_budget budget = {.work = LIMIT_SHELL_WORK};
	arena_reset(&checker->arena);
	enum analysis how = ANALYSIS_DONE;
	if (sigsetjmp(crashed, 1)) {
		how = ANALYSIS_CRASHED;
	} else if (setjmp(checker->arena.on_full)) {
		how = ANALYSIS_FULL;
	} else {
		checker->arena.armed = true;
		analysing = 1;
		alarm(HANG_SECONDS);
		shell_analyse(&checker->arena, text, &env, &budget, ret_result);
	}
	analysing = 0;
	alarm(0);
	checker->arena.armed = false;
	return how;
}

bool check_analysis(struct checker *checker, struct str text, struct shell_result *ret_result)
{
	return analyse(checker, text, ret_result) == ANALYSIS_DONE;
}

bool check_reads(struct checker *checker, struct str text)
{
	size_t work = 8 * text.n + 65536;
	struct read_context context = {.arena = &checker->arena, .work = &work};
	struct read_result read;
	arena_reset(&checker->arena);
	if (setjmp(checker->arena.on_full))
		return false;
	checker->arena.armed = true;
	shell_read(&context, text, &read);
	checker->arena.armed = false;
	return !read.error;
}

/* Commands */

static bool covers_environment(const struct shell_command *command, const char *entry)
{
	struct str text = str_from(entry);
	size_t equals = str_find_char(text, '=');
	struct str name = str_first(text, equals);
	if (str_starts(name, STR("BASH_FUNC_")))
		return true;
	for (const struct shell_assign *assign = command->assigns; assign; assign = assign->next)
		if (str_eq(assign->name, name))
			return value_covers(assign->value, str_from_at(text, equals + 1));
	return false;
}

/* An absolute path without "", "." and ".." components, as Bash keeps its own directory. */
static struct str canonical(struct arena *arena, struct str path)
{
	struct str result = STR(""), part;
	while (str_split(&path, '/', &part)) {
		if (str_is(part, "..")) {
			size_t slash = str_find_last_char(result, '/');
			result = str_first(result, slash == STR_NPOS ? 0 : slash);
		} else if (part.n && !str_is(part, ".")) {
			result = arena_join3(arena, result, STR("/"), part);
		}
	}
	return result.n ? result : STR("/");
}

static bool covers_directory(struct checker *checker, const struct shell_command *command,
			     const char *cwd)
{
	for (size_t i = 0; i < command->n_cwds; i++) {
		struct value v = command->cwds[i];
		/* Nothing behind the last slash leaves it out. */
		if (value_covers(v, str_from(cwd)) ||
		    value_covers(v, arena_join(&checker->arena, str_from(cwd), STR("/"))) ||
		    value_covers(v, arena_join(&checker->arena, str_from(cwd), STR("//"))))
			return true;
		if (value_is_known(v) &&
		    str_is(canonical(&checker->arena, value_text(&checker->arena, v)), cwd))
			return true;
	}
	return false;
}

static bool opens_input(const struct shell_command *command)
{
	for (const struct shell_redirect *r = command->redirects; r; r = r->next)
		if (r->fd == 0)
			return true;
	return command->piped_in || command->input;
}

/* The most that is wrong about this command as a cover of the event; NULL: it covers. */
static const char *what_is_missing(const struct comparison *c, const struct shell_command *command)
{
	struct checker *checker = c->checker;
	const struct event *event = c->event;
	if (!covers_directory(checker, command, event->cwd))
		return "directory";
	for (size_t i = 0; i < event->n_environment; i++)
		if (!covers_environment(command, event->environment[i]))
			return "environment";
	if (event->has_input && command->input && event->input_size < WIRE_INPUT &&
	    !value_covers(*command->input, str_make(event->input, event->input_size)))
		return "input";
	if (event->moved && !opens_input(command))
		return "pipe";
	return NULL;
}

static bool names_program(const struct shell_command *command)
{
	return command->kind != SHELL_OPAQUE && command->argc > 0 &&
	       word_is_known(&command->argv[0]);
}

/* NULL: covered. */
static const char *compare_argv(struct comparison *c)
{
	const char *missing = "argv";
	bool unknown = false;
	for (const struct shell_command *command = c->result->commands; command;
	     command = command->next) {
		if (command->kind == SHELL_REDIRECT || command->kind == SHELL_SOURCE ||
		    !shell_covers(command, c->argv, c->argc))
			continue;
		const char *more = what_is_missing(c, command);
		if (!more && names_program(command))
			return NULL;
		unknown = unknown || !more;
		missing = more ? more : missing;
	}
	if (!unknown)
		return missing;
	c->checker->counts.by_unknown++;
	return NULL;
}

/* Bash found the name in PATH, or made a relative path absolute. */
static bool ends_with_name(struct str path, struct str name)
{
	return path.n > name.n && str_ends(path, name) && path.p[path.n - name.n - 1] == '/';
}

/* What ran is the file that was given to execve, whatever name it was told (exec -a, hash -p). */
static const char *compare_exec(struct comparison *c)
{
	struct str path = str_from(c->event->path);
	c->argc = c->event->argc;
	for (size_t i = 0; i < c->argc; i++)
		c->argv[i] = str_from(c->event->argv[i]);
	if (c->argc == 0)
		return NULL;
	if (str_eq(c->argv[0], path) || ends_with_name(path, c->argv[0]) ||
	    (str_starts(c->argv[0], STR("./")) && str_ends(path, str_from_at(c->argv[0], 1))))
		return compare_argv(c);
	c->argv[0] = path;
	const char *missing = compare_argv(c);
	size_t n = strlen(c->event->cwd);
	if (missing && str_starts(path, str_from(c->event->cwd)) && path.n > n + 1) {
		c->argv[0] = str_from_at(path, n + 1);
		missing = compare_argv(c);
	}
	if (missing && str_starts(path, str_from(c->event->cwd)) && path.n > n) {
		c->argv[0] = arena_join(&c->checker->arena, STR("."), str_from_at(path, n));
		missing = compare_argv(c);
	}
	if (missing) {
		c->argv[0] = str_basename(path);
		missing = compare_argv(c);
	}
	return missing;
}

static const char *compare_builtin(struct comparison *c)
{
	c->argc = c->event->argc;
	for (size_t i = 0; i < c->argc; i++)
		c->argv[i] = str_from(c->event->argv[i]);
	/* "%1" is short for "fg %1". */
	bool job = c->argc == 2 && str_starts(c->argv[1], STR("%"));
	return job || shell_is_harmless_builtin(c->argv[0]) ? NULL : compare_argv(c);
}

/* Files */

static bool redirect_covers(const struct shell_redirect *redirect, const struct event *event,
			    struct str path)
{
	bool reads = redirect->kind == REDIRECT_READ;
	if (event->kind == WIRE_READ ? !reads : (event->kind == WIRE_WRITE && reads))
		return false;
	return value_covers(redirect->target, path);
}

/* `source` looks for a name without a slash in PATH. */
static bool word_covers_file(const struct word *word, struct str path)
{
	return word->many || value_covers(word->value, path) ||
	       value_covers(word->value, str_basename(path));
}

static bool command_covers_file(struct checker *checker, const struct shell_command *command,
				const struct event *event, struct str path)
{
	if (command->kind == SHELL_OPAQUE)
		return true;
	if (!(path.n && path.p[0] == '/') && !covers_directory(checker, command, event->cwd))
		return false;
	for (const struct shell_redirect *r = command->redirects; r; r = r->next)
		if (redirect_covers(r, event, path))
			return true;
	for (size_t i = 1; event->kind == WIRE_READ && i < command->argc; i++)
		if (word_covers_file(&command->argv[i], path))
			return true;
	return false;
}

static const char *compare_file(struct comparison *c, struct str path)
{
	for (const struct shell_command *command = c->result->commands; command;
	     command = command->next)
		if (command_covers_file(c->checker, command, c->event, path))
			return NULL;
	return c->event->kind == WIRE_READ    ? "read"
	       : c->event->kind == WIRE_WRITE ? "write"
					      : "connection";
}

static const char *compare_connection(struct comparison *c)
{
	struct str place = arena_join3(&c->checker->arena, str_from(c->event->path), STR("/"),
				       str_from(c->event->argv[0]));
	struct str tcp = arena_join(&c->checker->arena, STR("/dev/tcp/"), place);
	if (!compare_file(c, tcp))
		return NULL;
	return compare_file(c, arena_join(&c->checker->arena, STR("/dev/udp/"), place));
}

static bool sources_files(const struct shell_result *result)
{
	for (const struct shell_command *command = result->commands; command;
	     command = command->next)
		if (command->kind == SHELL_SOURCE)
			return true;
	return false;
}

static const char *compare_event(struct comparison *c)
{
	struct counts *counts = &c->checker->counts;
	if (c->event->sourced && sources_files(c->result)) {
		counts->sourced++;
		return NULL;
	}
	switch (c->event->kind) {
	case WIRE_EXEC:
		counts->argv++;
		return compare_exec(c);
	case WIRE_BUILTIN:
		counts->argv++;
		return compare_builtin(c);
	case WIRE_READ:
	case WIRE_WRITE:
		counts->files++;
		return compare_file(c, str_from(c->event->path));
	case WIRE_CONNECT:
		counts->files++;
		return compare_connection(c);
	}
	return "argv";
}

/* Commands that surely run must show up in every complete run. Only programs with unmistakable names. */
static bool was_run(const struct checker *checker, const struct shell_command *command)
{
	struct event event;
	struct str argv[WIRE_STRINGS];
	for (size_t at = 0; sandbox_next(&checker->sandbox, &at, &event);) {
		if (event.kind != WIRE_EXEC)
			continue;
		for (size_t i = 0; i < event.argc; i++)
			argv[i] = str_from(event.argv[i]);
		if (shell_covers(command, argv, event.argc))
			return true;
	}
	return false;
}

static bool all_surely_ran(struct checker *checker, const struct shell_result *result,
			   struct failure *failure)
{
	if (checker->sandbox.wire->timed_out || result->opaque)
		return true;
	for (const struct shell_command *command = result->commands; command;
	     command = command->next) {
		if (!command->surely || command->kind != SHELL_COMMAND || !names_program(command))
			continue;
		struct str name = value_text(&checker->arena, command->argv[0].value);
		if (!str_starts(name, STR("cmd_")) || was_run(checker, command))
			continue;
		checker->counts.not_surely++;
		failure->what = "surely";
		snprintf(failure->event, sizeof failure->event, "%.*s did not run", STR_ARG(name));
		return false;
	}
	return true;
}

/* Reports */

void print_quoted(FILE *out, struct str text)
{
	fputs("$'", out);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '\n')
			fputs("\\n", out);
		else if (c == '\'' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f || c > 0x7f)
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fputc('\'', out);
}

static void describe_event(const struct event *event, struct failure *failure)
{
	FILE *out = fmemopen(failure->event, sizeof failure->event, "w");
	if (!out)
		return;
	fprintf(out, "in %s: ", event->cwd);
	for (size_t i = 0; i < event->n_environment; i++)
		fprintf(out, "%s ", event->environment[i]);
	fprintf(out, "[%s]", event->path);
	for (size_t i = 0; i < event->argc; i++) {
		fputc(' ', out);
		print_quoted(out, str_from(event->argv[i]));
	}
	if (event->has_input) {
		fputs(" <<< ", out);
		print_quoted(out, str_make(event->input, event->input_size));
	}
	fclose(out);
}

static void explain_command(struct arena *arena, const struct shell_command *command, FILE *out)
{
	static const char *const kinds[] = {"command", "redirect", "source", "opaque"};
	static const char *const redirects[] = {"<", ">", ">>", "<>"};
	fprintf(out, "# %s%s in", command->surely ? "surely " : "", kinds[command->kind]);
	for (size_t i = 0; i < command->n_cwds; i++)
		fprintf(out, " %.*s", STR_ARG(value_show(arena, command->cwds[i])));
	fputc(':', out);
	for (const struct shell_assign *a = command->assigns; a; a = a->next)
		fprintf(out, " %.*s=%.*s", STR_ARG(a->name), STR_ARG(value_show(arena, a->value)));
	for (size_t i = 0; i < command->argc; i++) {
		struct str word = command->argv[i].many ? STR("...")
							: value_show(arena, command->argv[i].value);
		fputc(' ', out);
		print_quoted(out, word);
	}
	for (const struct shell_redirect *r = command->redirects; r; r = r->next)
		fprintf(out, " %d%s %.*s", r->fd, redirects[r->kind],
			STR_ARG(value_show(arena, r->target)));
	if (command->input) {
		fputs(" <<< ", out);
		print_quoted(out, value_show(arena, *command->input));
	}
	fprintf(out, " %.*s\n", STR_ARG(command->reason));
}

void check_explain(struct checker *checker, struct str text, FILE *out)
{
	struct shell_result result;
	if (analyse(checker, text, &result) != ANALYSIS_DONE) {
		fputs("# no analysis: out of memory, crashed, or too slow\n", out);
		return;
	}
	for (const struct shell_command *command = result.commands; command;
	     command = command->next)
		explain_command(&checker->arena, command, out);
}

void counts_add(struct counts *to, const struct counts *from)
{
	to->texts += from->texts;
	to->opaque += from->opaque;
	to->runs += from->runs;
	to->timed_out += from->timed_out;
	to->argv += from->argv;
	to->by_unknown += from->by_unknown;
	to->files += from->files;
	to->sourced += from->sourced;
	to->uncovered += from->uncovered;
	to->not_surely += from->not_surely;
	to->commands += from->commands;
	to->died += from->died;
	to->analysis_seconds += from->analysis_seconds;
	if (from->longest_analysis > to->longest_analysis)
		to->longest_analysis = from->longest_analysis;
}

/* The whole */

static bool compare_log(struct checker *checker, struct str text, const struct shell_result *result,
			struct failure *failure)
{
	struct event event;
	struct comparison comparison = {
		.checker = checker, .text = text, .result = result, .event = &event};
	for (size_t at = 0; sandbox_next(&checker->sandbox, &at, &event);) {
		failure->what = compare_event(&comparison);
		if (failure->what) {
			describe_event(&event, failure);
			return false;
		}
	}
	return all_surely_ran(checker, result, failure);
}

static double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum analysis timed_analysis(struct checker *checker, struct str text,
				    struct shell_result *ret_result)
{
	struct counts *counts = &checker->counts;
	double before = seconds_now();
	enum analysis how = analyse(checker, text, ret_result);
	double took = seconds_now() - before;
	counts->texts++;
	counts->analysis_seconds += took;
	if (took > counts->longest_analysis)
		counts->longest_analysis = took;
	if (how == ANALYSIS_DONE)
		counts->commands += ret_result->n;
	if (how == ANALYSIS_FULL || (how == ANALYSIS_DONE && ret_result->opaque))
		counts->opaque++;
	return how;
}

int check_text(struct checker *checker, struct str text, struct str run, uint32_t seed,
	       struct failure *ret_failure)
{
	struct shell_result result;
	enum analysis how = timed_analysis(checker, text, &result);
	if (how == ANALYSIS_CRASHED) {
		*ret_failure = (struct failure){.what = "crash"};
		checker->counts.uncovered++;
		return 0;
	}
	if (how == ANALYSIS_FULL || result.opaque)
		return 1; /* an opaque command covers everything */
	for (int world = 0; world < WORLDS; world++) {
		/* Programs that do not exist or fail make no difference where none was started. */
		if (world == WORLD_FAILURE && checker->sandbox.wire->execs == 0)
			continue;
		*ret_failure = (struct failure){.world = (enum wire_world)world, .seed = seed};
		if (sandbox_run(&checker->sandbox, run.p, run.n, (enum wire_world)world, seed) != 0)
			return -1;
		checker->counts.runs++;
		checker->counts.timed_out += checker->sandbox.wire->timed_out;
		if (!compare_log(checker, text, &result, ret_failure)) {
			checker->counts.uncovered += strcmp(ret_failure->what, "surely") != 0;
			return 0;
		}
	}
	return 1;
}
