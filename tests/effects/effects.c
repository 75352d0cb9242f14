/* SPDX-License-Identifier: Apache-2.0
 *
 * The proof that decisions foresee effects: command lines really run, in a room of their own (room.h), watched call
 * by call (watch.h), and what was allowed must not have had an effect that the policy protects from. Prints TAP.
 *
 * Two policies decide. The first is cavra-ai-agent-baseline. The second allows many programs by name on top of that,
 * so that nothing but what the analysis found of files and hosts stands between a command and an allow.
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cavra/cavra.h>

#include "../number.h"
#include "base/array.h"
#include "base/limits.h"
#include "generate.h"
#include "judge.h"
#include "room.h"

enum {
	GROUP = 500,
	MAX_GROUPS = 2000,
	RUN_MS = 1500,
	SHOWN = 400,
	OTHERS_RUN_ONE_IN = 12,
	OUTPUT = 8 << 20,
};

struct options {
	uint64_t seed;
	unsigned count, jobs;
	bool forever, list, all, verbose;
	const char *text, *directory, *program;
	const char *script, *templates, *policy;
};

struct counts {
	unsigned long generated, executed, allowed, allowed_by_name, with_effects, unforeseen,
		timed_out, happenings;
};

/* One line of TAP; in memory shared with the workers. */
struct group {
	size_t from;
	struct counts counts;
	bool done, passed;
};

struct shared {
	struct group groups[MAX_GROUPS];
	size_t n_groups;
	bool controls[64], controls_done;
	size_t output[2]; /* used bytes of each worker's output */
	char text[2][OUTPUT];
};

struct run {
	const struct options *options;
	struct shared *shared;
	unsigned worker;
	struct str templates;
	char *script, *template_text;
	cavra_policy *policies[2];
	struct generator *generator;
	struct watch *watch;
	bool dirty;
	bool no_room; /* namespaces are not allowed here */
	FILE *out;
};

/* ---- deciding ---- */

struct ruling {
	bool allowed, only_looks, understood;
};

/* Everything that was found is a look. */
static bool all_look(const cavra_decision *decision)
{
	const char *json = cavra_decision_json(decision);
	return strstr(json, "commands.readonly.allow") &&
	       !strstr(json, "commands.workspace.allow") && !strstr(json, "commands.allow") &&
	       !strstr(json, "filesystem.write.allow") && !strstr(json, "network.allow");
}

static bool is_allow(enum cavra_outcome outcome)
{
	return outcome < CAVRA_REQUIRE_APPROVAL;
}

/* 0: how each policy rules. An error is no allow. */
static int rule(struct run *run, struct str text, const char *directory, struct ruling rulings[2])
{
	struct cavra_error error;
	cavra_facts *facts = NULL;
	if (cavra_facts_from_directory(WORKSPACE, &facts, &error) < 0) {
		fprintf(run->out, "# no facts: %s\n", error.text);
		return -1;
	}
	struct cavra_request request = {.action_type = "execute_command",
					.target = text.p,
					.target_length = text.n,
					.cwd = directory};
	for (size_t i = 0; i < 2; i++) {
		cavra_decision *decision;
		rulings[i] = (struct ruling){0};
		if (cavra_decide(run->policies[i], &request, facts, &decision, &error) < 0)
			continue;
		rulings[i].allowed = is_allow(cavra_decision_outcome(decision));
		rulings[i].only_looks = all_look(decision);
		rulings[i].understood = !strstr(cavra_decision_json(decision), "not understood") &&
					!strstr(cavra_decision_json(decision),
						"nothing allows this") &&
					!strstr(cavra_decision_json(decision), "commands.opaque");
		cavra_decision_free(decision);
	}
	cavra_facts_free(facts);
	return 0;
}

/* ---- one command ---- */

static int clean(struct run *run)
{
	if (!run->dirty)
		return 0;
	run->dirty = false;
	return world_reset();
}

/* Runs it and says what protected effect it had. -1: the room is broken. */
static int observe(struct run *run, const char *text, const char *directory, bool only_looks,
		   unsigned *ret_n, struct unforeseen *ret_first)
{
	if (watch_run(run->watch, text, directory, RUN_MS) != 0) {
		fprintf(run->out, "# could not be run: %s\n", text);
		return -1;
	}
	*ret_n = judge_happenings(run->watch, only_looks, ret_first);
	run->dirty = judge_changed(run->watch) || *ret_n;
	return 0;
}

static void print_text(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			fputs("\\n", out);
		else
			fputc(*text, out);
	fputc('\n', out);
}

static void report(struct run *run, struct group *group, const char *text, const char *directory,
		   const struct unforeseen *first, uint64_t seed, bool by_name)
{
	group->passed = false;
	fprintf(run->out, "# UNFORESEEN %s%s (seed %llu, in %s)\n#   command: ", first->what,
		by_name ? ", program allowed by name" : "", (unsigned long long)seed, directory);
	print_text(run->out, text);
	fprintf(run->out, "#   seen: %s\n", first->seen);
}

static int check(struct run *run, struct group *group, const char *text, const char *directory,
		 uint64_t seed)
{
	struct ruling rulings[2];
	struct unforeseen first;
	unsigned n = 0;
	if (clean(run) != 0 || rule(run, str_from(text), directory, rulings) != 0)
		return -1;
	group->counts.generated++;
	/* Who allows a program by its name answers for options that nobody knows. */
	bool by_name = !rulings[0].allowed && rulings[0].understood && rulings[1].allowed;
	bool allowed = rulings[0].allowed || by_name;
	if (!allowed && !run->options->all && seed % OTHERS_RUN_ONE_IN != 0)
		return 0;
	if (observe(run, text, directory, rulings[0].allowed && rulings[0].only_looks, &n,
		    &first) != 0)
		return -1;
	group->counts.executed++;
	group->counts.allowed += rulings[0].allowed;
	group->counts.allowed_by_name += by_name;
	group->counts.timed_out += run->watch->timed_out;
	group->counts.happenings += run->watch->n;
	group->counts.with_effects += n > 0;
	if (!n || !allowed)
		return 0;
	group->counts.unforeseen++;
	report(run, group, text, directory, &first, seed, by_name);
	return 0;
}

/* ---- controls ---- */

static const struct control {
	const char *name, *analysed, *run, *what; /* what: NULL must pass */
} controls[] = {
	{"reading a plain file passes", "cat src/a.c", "cat src/a.c", NULL},
	{"writing a plain file passes", "echo x > src/new", "echo x > src/new", NULL},
	{"making a directory that is there passes", "mkdir -p src/new",
	 "mkdir -p src/new /home/user .github/workflows", NULL},
	{"pushing another branch passes", "true", "git push -q origin work:other", NULL},
	{"looking at a secret's name passes", "ls -la .env", "ls -la .env; stat .env; test -s .env",
	 NULL},
	{"a connection to this machine passes", "true", "exec 3<>/dev/tcp/127.0.0.1/80", NULL},
	{"a secret that is read is reported", "true", "cat .env", "read"},
	{"a secret behind a symbolic link is reported", "true", "cat link-env", "read"},
	{"a secret behind a hard link is reported", "true", "cat hard-env", "read"},
	{"a secret behind a directory link is reported", "true", "cat slash/repo/src/../.env",
	 "read"},
	{"a secret of the home directory is reported", "true", "cd; head -1 .ssh/id_rsa", "read"},
	{"a secret by its process directory is reported", "true", "cat /proc/self/cwd/.env",
	 "read"},
	{"a secret behind a descriptor is reported", "true", "exec 3<.env; cat /dev/fd/3", "read"},
	{"a secret read in the background is reported", "true", "(sleep 0.05; cat .env) &", "read"},
	{"a secret read by a copy is reported", "true", "cp .env src/x", "read"},
	{"a secret that gets another name is reported", "true", "ln .env src/x", "name"},
	{"a secret that is renamed is reported", "true", "mv .env src/x", "name"},
	{"a secret out of the repository is reported", "true", "git show leak:config/.env",
	 "shown"},
	{"a secret taken into a file is reported", "true", "git show leak:config/.env > src/x",
	 "copied"},
	{"the environment of a process is reported", "true", "cat /proc/self/environ", "process"},
	{"a protected file that is written is reported", "true",
	 "echo x > .github/workflows/ci.yml", "write"},
	{"a protected file that is made is reported", "true",
	 "cd .github; echo x > workflows/new.yml", "write"},
	{"a protected directory that is made is reported", "true",
	 "mkdir -p /repo/.github/workflows/x", "write"},
	{"a protected file that is removed is reported", "true", "rm -r .github", "write"},
	{"a protected file that is replaced is reported", "true", "mv docs/main.tf.new main.tf",
	 "write"},
	{"a protected file that is changed is reported", "true", "chmod 600 main.tf", "write"},
	{"a protected file behind a link is reported", "true", "echo x > link-tf", "write"},
	{"a protected file behind a hard link is reported", "true", "echo x >> hard-tf", "write"},
	{"a protected directory that moves is reported", "true", "mv infra other", "name"},
	{"a file outside the workspace is reported", "true", "touch /home/user/x", "outside"},
	{"a file outside behind a link is reported", "true", "echo x > dangling", "outside"},
	{"a push to a protected branch is reported", "true", "git push -q origin HEAD:master",
	 "push"},
	{"the end of a protected branch is reported", "true", "git push -q origin :master", "push"},
	{"a connection is reported", "true", "exec 3<>/dev/tcp/192.0.2.1/80", "connection"},
	{"a datagram is reported", "true", "echo x > /dev/udp/192.0.2.1/99", "connection"},
	{"a question for a name is reported", "true", "getent hosts example.com", "connection"},
	{"a dangerous program is reported", "true", "env kubectl -n x delete pod y", "stub"},
	{"a dangerous program with a path is reported", "true", "/opt/stubs/terraform apply",
	 "stub"},
	{"a harmless use of it passes", "true", "kubectl get pods", NULL},
	{"a change by what only looks is reported", "ls", "touch src/new", "changed"},
};
_Static_assert(ARRAY_SIZE(controls) <= 64, "room for the results");

static bool run_control(struct run *run, const struct control *control)
{
	struct ruling rulings[2];
	struct unforeseen first;
	unsigned n;
	run->dirty = true;
	if (clean(run) != 0 || rule(run, str_from(control->analysed), WORKSPACE, rulings) != 0 ||
	    observe(run, control->run, WORKSPACE,
		    rulings[0].only_looks && strcmp(control->analysed, "ls") == 0, &n, &first) != 0)
		return false;
	bool seen = control->what ? first.what && strcmp(first.what, control->what) == 0 : n == 0;
	bool ok = rulings[0].allowed && seen && run->watch->n > 0;
	if (!ok)
		fprintf(run->out, "# control \"%s\": %s, saw %s %s of %zu\n", control->name,
			rulings[0].allowed ? "allowed" : "not allowed",
			first.what ? first.what : "nothing", first.what ? first.seen : "",
			run->watch->n);
	return ok;
}

/* ---- workers ---- */

static bool run_group(struct run *run, struct group *group)
{
	struct buf text;
	buf_init(&text, GENERATE_MAX);
	group->passed = true;
	bool alive = true;
	for (size_t i = group->from; alive && i < group->from + GROUP; i++) {
		const char *directory;
		uint64_t seed = run->options->seed * 1000003 + i;
		buf_clear(&text);
		generator_make(run->generator, seed, &text, &directory);
		if (!text.failed && text.n)
			alive = check(run, group, text.p, directory, seed) == 0;
	}
	buf_release(&text);
	group->done = alive;
	return alive;
}

static int start_worker(struct run *run)
{
	run->watch = malloc(sizeof *run->watch);
	if (!run->watch || watch_init(run->watch) != 0 || world_start(run->script) != 0)
		return -1;
	(void)setenv("HOME", "/home/user", 1);
	(void)unsetenv("TMPDIR");
	if (chdir(WORKSPACE) != 0)
		return -1;
	run->generator = generator_new(run->templates);
	return run->generator && generator_only(run->generator, run->options->program) ? 0 : -1;
}

static int work(void *context)
{
	struct run *run = context;
	struct shared *shared = run->shared;
	run->out = fmemopen(shared->text[run->worker], OUTPUT, "w");
	if (!run->out || start_worker(run) != 0)
		return 1;
	for (size_t i = 0; run->worker == 0 && !shared->controls_done && i < ARRAY_SIZE(controls);
	     i++)
		shared->controls[i] = run_control(run, &controls[i]);
	if (run->worker == 0)
		fprintf(run->out, "# %zu described programs are installed\n",
			generator_programs(run->generator));
	run->dirty = true;
	bool alive = true;
	for (size_t i = run->worker; alive && i < shared->n_groups; i += run->options->jobs)
		alive = run_group(run, &shared->groups[i]);
	fflush(run->out);
	watch_release(run->watch);
	return alive ? 0 : 1;
}

static bool run_workers(struct run *run)
{
	pid_t pids[2];
	bool ok = true;
	fflush(stdout);
	for (unsigned i = 0; i < run->options->jobs; i++) {
		run->worker = i;
		run->shared->text[i][0] = '\0';
		pids[i] = room_run(stub_programs, work, run);
	}
	for (unsigned i = 0; i < run->options->jobs; i++) {
		int status = 1;
		ok = pids[i] > 0 && waitpid(pids[i], &status, 0) == pids[i] && status == 0 && ok;
		run->no_room |= WIFEXITED(status) && WEXITSTATUS(status) == ROOM_FAILED;
		fputs(run->shared->text[i], stdout);
	}
	return ok;
}

static void add_counts(struct counts *to, const struct counts *from)
{
	to->generated += from->generated;
	to->executed += from->executed;
	to->allowed += from->allowed;
	to->allowed_by_name += from->allowed_by_name;
	to->with_effects += from->with_effects;
	to->unforeseen += from->unforeseen;
	to->timed_out += from->timed_out;
	to->happenings += from->happenings;
}

static void print_counts(const char *name, const struct counts *c)
{
	printf("# %s: %lu generated, %lu executed (%lu allowed, %lu more by program), %lu happenings, %lu with protected "
	       "effects, %lu ended by the clock, %lu UNFORESEEN\n",
	       name, c->generated, c->executed, c->allowed, c->allowed_by_name, c->happenings,
	       c->with_effects, c->timed_out, c->unforeseen);
}

static size_t add_groups(struct shared *shared, size_t from, size_t generated)
{
	shared->n_groups = 0;
	memset(shared->groups, 0, sizeof shared->groups);
	for (size_t at = 0; at < generated && shared->n_groups < MAX_GROUPS; at += GROUP)
		shared->groups[shared->n_groups++].from = from + at;
	return from + shared->n_groups * GROUP;
}

/* How many were generated and executed is not the same: what asks is mostly not run. */
static int run_suite(struct run *run)
{
	const struct options *options = run->options;
	struct shared *shared = run->shared;
	struct counts total = {0};
	size_t next = 0, line = 0;
	int failed = 0;
	do {
		size_t left = options->count -
			      (total.executed < options->count ? total.executed : options->count);
		next = add_groups(shared, next, options->forever ? 20 * GROUP : left + GROUP);
		bool ok = run_workers(run);
		if (run->no_room && line == 0) {
			printf("ok 1 - effects # SKIP needs user namespaces or root\n1..1\n");
			return 0;
		}
		for (size_t i = 0; !shared->controls_done && i < ARRAY_SIZE(controls);
		     i++, line++) {
			printf("%sok %zu - control: %s\n", shared->controls[i] ? "" : "not ",
			       line + 1, controls[i].name);
			failed += !shared->controls[i];
		}
		shared->controls_done = true;
		for (size_t i = 0; i < shared->n_groups; i++, line++) {
			struct group *group = &shared->groups[i];
			bool passed = group->done && group->passed;
			printf("%sok %zu - commands %zu to %zu\n", passed ? "" : "not ", line + 1,
			       group->from, group->from + GROUP - 1);
			failed += !passed;
			add_counts(&total, &group->counts);
		}
		print_counts("all", &total);
		fflush(stdout);
		if (!ok) {
			printf("Bail out! no room for the commands\n");
			return 1;
		}
	} while (options->forever || total.executed < options->count);
	printf("1..%zu\n", line);
	return failed != 0;
}

/* ---- one text, and lists ---- */

static const char *act_names(unsigned acts)
{
	static char text[64];
	static const char letters[] = "RWXCNEP";
	size_t n = 0;
	for (size_t i = 0; i < sizeof letters - 1; i++)
		if (acts & 1u << i)
			text[n++] = letters[i];
	text[n] = '\0';
	return text;
}

static int show_text(void *context)
{
	struct run *run = context;
	struct ruling rulings[2];
	struct unforeseen first;
	unsigned n;
	const char *directory = run->options->directory ? run->options->directory : WORKSPACE;
	run->out = stdout;
	if (start_worker(run) != 0 ||
	    rule(run, str_from(run->options->text), directory, rulings) != 0 ||
	    observe(run, run->options->text, directory, rulings[0].only_looks, &n, &first) != 0)
		return 1;
	for (size_t i = 0; i < run->watch->n; i++)
		printf("# %-4s %s %s\n", act_names(run->watch->happenings[i].acts),
		       run->watch->happenings[i].path, run->watch->happenings[i].text);
	char output[4096];
	ssize_t size = pread(run->watch->output, output, sizeof output - 1, 0);
	output[size > 0 ? size : 0] = '\0';
	printf("# output: ");
	print_text(stdout, output);
	printf("# %s under the baseline, %s with its program allowed; %u protected effects: %s %s\n",
	       rulings[0].allowed ? "allowed" : "not allowed",
	       rulings[1].allowed ? "allowed" : "not allowed", n, first.what ? first.what : "",
	       first.seen);
	bool unforeseen = n && (rulings[0].allowed || rulings[1].allowed);
	printf("1..1\n%sok 1 - text\n", unforeseen ? "not " : "");
	fflush(stdout);
	return unforeseen;
}

static int print_list(void *context)
{
	struct run *run = context;
	struct buf text;
	buf_init(&text, GENERATE_MAX);
	run->out = stdout;
	if (start_worker(run) != 0)
		return 1;
	for (size_t i = 0; i < run->options->count; i++) {
		const char *directory;
		buf_clear(&text);
		generator_make(run->generator, run->options->seed * 1000003 + i, &text, &directory);
		printf("%s: ", directory);
		print_text(stdout, text.p);
	}
	buf_release(&text);
	fflush(stdout);
	return 0;
}

static int run_alone(struct run *run, int (*inside)(void *))
{
	int status = 1;
	pid_t pid = room_run(stub_programs, inside, run);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

/* ---- starting ---- */

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 18);
	size_t n = file && text ? fread(text, 1, (1 << 18) - 1, file) : 0;
	if (file)
		fclose(file);
	if (n)
		return text;
	fprintf(stderr, "effects: cannot read %s\n", path);
	free(text);
	return NULL;
}

static int load(struct run *run)
{
	struct cavra_error error;
	run->script = read_file(run->options->script);
	run->template_text = read_file(run->options->templates);
	if (!run->script || !run->template_text)
		return -1;
	run->templates = str_from(run->template_text);
	if (cavra_policy_load_pack("cavra-ai-agent-baseline", &run->policies[0], &error) < 0 ||
	    cavra_policy_load(run->options->policy, &run->policies[1], &error) < 0) {
		fprintf(stderr, "effects: %s:%d: %s\n", error.file, error.line, error.text);
		return -1;
	}
	run->shared = mmap(NULL, sizeof *run->shared, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS,
			   /* cppcheck-suppress invalidFunctionArg ; -1 is what the manual says */
			   -1, 0);
	return run->shared == MAP_FAILED ? -1 : 0;
}

static void unload(struct run *run)
{
	for (size_t i = 0; i < ARRAY_SIZE(run->policies); i++)
		cavra_policy_free(run->policies[i]);
	free(run->script);
	free(run->template_text);
}

static int usage(void)
{
	fputs("usage: effects --script FILE --templates FILE --policy FILE [--seed N] [--count N] [--jobs 1|2] [--forever]\n"
	      "               [--all] [--program NAME] [--list] [--text COMMAND [--directory DIR]]\n",
	      stderr);
	return 2;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{"seed", required_argument, NULL, 's'},
		{"count", required_argument, NULL, 'n'},
		{"jobs", required_argument, NULL, 'j'},
		{"forever", no_argument, NULL, 'f'},
		{"all", no_argument, NULL, 'a'},
		{"list", no_argument, NULL, 'l'},
		{"text", required_argument, NULL, 't'},
		{"directory", required_argument, NULL, 'd'},
		{"script", required_argument, NULL, 'S'},
		{"templates", required_argument, NULL, 'T'},
		{"policy", required_argument, NULL, 'P'},
		{"program", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
		switch (c) {
		case 's':
			options->seed = parse_number(optarg, 0, UINT64_MAX);
			break;
		case 'n':
			options->count = (unsigned)parse_number(optarg, 1, UINT32_MAX);
			break;
		case 'j':
			options->jobs = (unsigned)parse_number(optarg, 1, 2);
			break;
		case 'f':
			options->forever = true;
			break;
		case 'a':
			options->all = true;
			break;
		case 'l':
			options->list = true;
			break;
		case 't':
			options->text = optarg;
			break;
		case 'd':
			options->directory = optarg;
			break;
		case 'S':
			options->script = optarg;
			break;
		case 'T':
			options->templates = optarg;
			break;
		case 'P':
			options->policy = optarg;
			break;
		case 'p':
			options->program = optarg;
			break;
		default:
			return -1;
		}
	}
	return optind == argc && options->script && options->templates && options->policy &&
			       options->jobs >= 1 && options->jobs <= 2
		       ? 0
		       : -1;
}

static int start(struct run *run)
{
	if (run->options->text)
		return run_alone(run, show_text);
	if (run->options->list)
		return run_alone(run, print_list);
	return run_suite(run);
}

int main(int argc, char **argv)
{
	struct options options = {.seed = 1, .count = 1000, .jobs = 1};
	if (parse_options(argc, argv, &options) != 0)
		return usage();
	struct run run = {.options = &options};
	int status = load(&run) == 0 ? start(&run) : 1;
	unload(&run);
	return status;
}
