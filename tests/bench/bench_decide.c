/* SPDX-License-Identifier: Apache-2.0
 *
 * What one decision costs with a compiled policy, beside baselines of the same run: a system call, and reading the request
 * as JSON, which takes turns with deciding, so that a busy machine is unfair to both alike. Also that it does not grow with
 * the number of rules, that what is too long costs no more than looking at it, and what is allocated: blocks of the arena,
 * and nothing else. Fails above the bounds, which are ratios. How cost grows with hostile input is in `instructions`.
 *
 * For tools that count instructions, and printing nothing: bench_decide NAME COUNT decides about one input COUNT times;
 * bench_decide hostile I SIZE once about the I-th hostile text, repeated to SIZE bytes. bench_decide hostile lists them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "decide/decide.h"
#include "decide/facts.h"
#include "json/json.h"

enum { ROUNDS = 100, BATCH = 50 };
#define WARM_UP 1e8 /* ns; a processor that slept is slow at first */

/* Of about 500 characters; in the second one nobody knows where it happens. */
#define SCRIPT                                                                                \
	"for name in src/app.py src/model.py src/view.py; do\n"                               \
	"  if grep -n 'TODO' \"$name\" > /dev/null; then\n    echo \"$name has work left\"\n" \
	"  fi\ndone\ncount=$(ls src | wc -l)\nif [ \"$count\" -gt 10 ]; then\n"               \
	"  echo many | tee build/count.txt\nelse\n  printf '%s\\n' few\nfi\n"                 \
	"git diff --stat HEAD~1 -- src tests | sort -k3 -n | tail -5\n"                       \
	"find . -name '*.orig' -not -path './.git/*' -print | sort | head -20\n"              \
	"python3 -m pytest -q tests/test_app.py && git log --oneline -5 && echo done with it\n"

/* The aim is what the design asks for, in nanoseconds, 0: nothing. Above the bound, times reading it as JSON, it fails. */
static const struct input {
	const char *name, *action_type, *target;
	double aim, bound;
} inputs[] = {
	{"file", "read_file", "src/app.py", 500, 1.5},
	{"protected file", "write_file", ".github/workflows/ci.yml", 0, 3},
	{"simple command", "execute_command", "git status --short", 3000, 4},
	{"blocked command", "execute_command", "terraform apply -auto-approve", 0, 4},
	{"wrapped command", "execute_command", "cd infra && sudo sh -c 'terraform apply'", 0, 9},
	{"script", "execute_command", SCRIPT, 30000, 15},
	{"script elsewhere", "execute_command", "cd \"$(git rev-parse --show-toplevel)\"\n" SCRIPT,
	 0, 25},
};

/* ---- what is allocated ---- */

static size_t n_allocations;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the names of the C library are its own */
void *malloc(size_t n)
{
	n_allocations++;
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	n_allocations++;
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	n_allocations++;
	return __libc_realloc(p, n);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* ---- deciding ---- */

static struct arena world, arena;
static struct resolver resolver;

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench_decide: %s\n", what);
	exit(1);
}

static void make_world(void)
{
	static const char facts[] =
		"{\"workspace\": \"/repo\", \"home\": \"/home/user\", \"branch\": \"work\","
		" \"remotes\": [\"origin\"], \"links\": {}, \"hardlinks\": {}, \"git_config\": {}}";
	json_t *table;
	struct cavra_error error;
	arena_init(&world, MiB(1));
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	if (setjmp(world.on_full))
		fail("out of memory");
	world.armed = true;
	if (json_read(str_from(facts), 0, &table, &error) < 0 ||
	    facts_resolver(table, &world, &resolver, &error) < 0)
		fail(error.text);
	json_decref(table);
}

static enum cavra_outcome decide_once(const struct policy *policy, const char *action_type,
				      struct str target)
{
	struct request request = {.action_type = str_from(action_type), .target = target};
	struct decide_options options = {.mode = policy->mode};
	struct decision decision;
	struct cavra_error error;
	arena_reset(&arena);
	if (decide(policy, &request, &resolver, &options, &arena, &decision, &error) < 0)
		fail(error.text);
	return decision.outcome;
}

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

struct cost {
	double least, median;
};

static struct cost summarise(double *cost, size_t n)
{
	qsort(cost, n, sizeof *cost, compare);
	return (struct cost){cost[0], cost[n / 2]};
}

static double time_input(const struct policy *policy, const struct input *input)
{
	struct str target = str_from(input->target);
	double from = now();
	for (size_t k = 0; k < BATCH; k++)
		(void)decide_once(policy, input->action_type, target);
	return (now() - from) / BATCH;
}

static struct cost measure(const struct policy *policy, const struct input *input)
{
	double cost[ROUNDS];
	for (size_t i = 0; i < ROUNDS; i++)
		cost[i] = time_input(policy, input);
	return summarise(cost, ROUNDS);
}

/* ---- baselines ---- */

static double measure_system_call(void)
{
	double cost[ROUNDS];
	for (size_t i = 0; i < ROUNDS; i++) {
		double from = now();
		for (size_t k = 0; k < BATCH; k++)
			(void)getppid();
		cost[i] = (now() - from) / BATCH;
	}
	return summarise(cost, ROUNDS).least;
}

/* What any guard must do to see the request at all. */
static double time_json(const char *text)
{
	double from = now();
	for (size_t k = 0; k < BATCH; k++)
		json_decref(json_loads(text, JSON_REJECT_DUPLICATES, NULL));
	return (now() - from) / BATCH;
}

static bool report_input(const struct policy *policy, const struct input *input, double call)
{
	double deciding[ROUNDS], reading[ROUNDS];
	size_t allocations = 0;
	json_t *request = json_pack("{s:s, s:s}", "action_type", input->action_type, "target",
				    input->target);
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	if (!text)
		fail("out of memory");
	(void)time_input(policy, input);
	for (size_t i = 0; i < ROUNDS; i++) {
		size_t before = n_allocations;
		deciding[i] = time_input(policy, input);
		allocations += n_allocations - before;
		reading[i] = time_json(text);
	}
	free(text);
	json_decref(request);
	struct cost cost = summarise(deciding, ROUNDS), json = summarise(reading, ROUNDS);
	double ratio = cost.least / json.least;
	(void)printf(
		"%-16s %4zu bytes  median %6.0f ns, least %6.0f ns, %5.1f system calls, %5.2f times "
		"reading it as JSON (bound %.1f), %.2f allocations",
		input->name, strlen(input->target), cost.median, cost.least, cost.least / call,
		ratio, input->bound, (double)allocations / (ROUNDS * BATCH));
	if (input->aim > 0)
		(void)printf(", aim %.0f ns", input->aim);
	(void)printf("\n");
	return ratio <= input->bound && allocations == 0;
}

static bool report_inputs(const struct policy *policy)
{
	double from = now();
	while (now() - from < WARM_UP)
		(void)time_input(policy, &inputs[0]);
	double call = measure_system_call();
	bool good = true;
	(void)printf("one system call (getppid)  %5.0f ns\n", call);
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++)
		good &= report_input(policy, &inputs[i], call);
	return good;
}

/* ---- many rules ---- */

static struct policy *load_rules(size_t n)
{
	static const struct policy_source source;
	char path[] = "/tmp/cavra-bench-XXXXXX.yaml";
	struct policy *policy;
	struct cavra_error error;
	int fd = mkstemps(path, 5);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file)
		fail("cannot write a policy");
	(void)fputs("metadata: {id: cavra-bench, title: t, description: d, version: 1.0.0}\n"
		    "filesystem:\n  block_read:\n",
		    file);
	for (size_t i = 0; i < n / 2; i++)
		(void)fprintf(file, "    - '**/secret%zu/*.key%zu'\n", i % 97, i);
	(void)fputs("commands:\n  readonly: allow\n  block:\n", file);
	for (size_t i = 0; i < n - n / 2; i++)
		(void)fprintf(file, "    - tool%zu apply%zu*\n", i % 131, i);
	if (fclose(file) != 0)
		fail("cannot write a policy");
	int code = policy_load_file(&source, path, NULL, 0, &policy, &error);
	(void)unlink(path);
	if (code < 0)
		fail(error.text);
	return policy;
}

static bool report_rules(void)
{
	struct policy *few = load_rules(10), *many = load_rules(10000);
	bool good = true;
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		struct cost a = measure(few, &inputs[i]), b = measure(many, &inputs[i]);
		struct cost again = measure(few, &inputs[i]), other = measure(many, &inputs[i]);
		double with_few = a.least < again.least ? a.least : again.least;
		double with_many = b.least < other.least ? b.least : other.least;
		double ratio = with_many / with_few;
		(void)printf(
			"%-16s 10 rules %6.0f ns, 10000 rules %6.0f ns, ratio %.2f (bound 1.3)\n",
			inputs[i].name, with_few, with_many, ratio);
		good &= ratio <= 1.3;
	}
	policy_free(few);
	policy_free(many);
	return good;
}

/* ---- large inputs ---- */

static const char *const hostile[] = {
	"$(",   "{",  ";",    "'\"",   "<<E\n",   "a;",  "a|",         "`",     "${x",
	"x=1 ", "((", "\\\n", "{a,b}", "f(){ :;", "&& ", "case x in ", "a b\n", "cat .env;"};

static struct str make_hostile(const char *piece, size_t size)
{
	char *text = malloc(size + 1);
	size_t n = strlen(piece);
	if (!text)
		fail("out of memory");
	for (size_t i = 0; i < size; i++)
		text[i] = piece[i % n];
	return str_make(text, size);
}

static double time_hostile(const struct policy *policy, struct str text)
{
	double from = now();
	(void)decide_once(policy, "execute_command", text);
	return now() - from;
}

/* Looking at every byte once. */
static double time_look(struct str text)
{
	double from = now();
	if (memchr(text.p, 0, text.n))
		fail("a hostile text with a NUL");
	return now() - from;
}

/* Over the limit of a command line, nothing but looking at it may cost; up to there, the cap on work bounds it. */
static bool report_hostile_text(const struct policy *policy, const char *piece)
{
	enum { SECONDS = 2, LONG_ROUNDS = 20 };
	const double bound = 4;
	struct str limit = make_hostile(piece, LIMIT_COMMAND_BYTES),
		   longer = make_hostile(piece, MiB(1));
	double cost = time_hostile(policy, limit), refused = 1e9, look = 1e9;
	size_t memory = arena.total;
	for (size_t i = 0; i < LONG_ROUNDS; i++) {
		double once = time_look(longer), decided = time_hostile(policy, longer);
		look = once < look ? once : look;
		refused = decided < refused ? decided : refused;
	}
	free((char *)limit.p);
	free((char *)longer.p);
	(void)printf(
		"hostile %-10.*s 128 KiB %7.0f us (bound 2 s), %5zu KiB of memory; 1 MiB %3.0f us, "
		"%.1f times looking at it (bound %.0f)\n",
		(int)strcspn(piece, "\n"), piece, cost / 1e3, memory / 1024, refused / 1e3,
		refused / look, bound);
	return cost < SECONDS * 1e9 && refused <= bound * look;
}

static bool report_hostile(const struct policy *policy)
{
	bool good = true;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++)
		good &= report_hostile_text(policy, hostile[i]);
	return good;
}

/* ---- */

static int count_only(const struct policy *policy, const char *name, const char *number)
{
	size_t n;
	if (!str_to_size(str_from(number), &n))
		return 2;
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++)
		for (size_t k = 0; strcmp(inputs[i].name, name) == 0 && k < n; k++)
			(void)decide_once(policy, inputs[i].action_type,
					  str_from(inputs[i].target));
	return 0;
}

static int count_hostile(const struct policy *policy, const char *number, const char *bytes)
{
	size_t i, size;
	if (!str_to_size(str_from(number), &i) || i >= ARRAY_SIZE(hostile) ||
	    !str_to_size(str_from(bytes), &size) || size > MiB(1))
		return 2;
	struct str text = make_hostile(hostile[i], size);
	(void)decide_once(policy, "execute_command", text);
	free((char *)text.p);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct policy_source bundled;
	struct policy *policy;
	struct cavra_error error;
	if (policy_load_pack(&bundled, "cavra-ai-agent-baseline", NULL, 0, &policy, &error) < 0)
		fail(error.text);
	make_world();
	int status = 0;
	if (argc == 2) {
		for (size_t i = 0; i < ARRAY_SIZE(hostile); i++)
			(void)printf("%.*s\n", (int)strcspn(hostile[i], "\n"), hostile[i]);
	} else if (argc == 4) {
		status = count_hostile(policy, argv[2], argv[3]);
	} else if (argc == 3) {
		status = count_only(policy, argv[1], argv[2]);
	} else {
		bool good = report_inputs(policy);
		good &= report_rules();
		good &= report_hostile(policy);
		status = good ? 0 : 1;
	}
	policy_free(policy);
	arena_release(&arena);
	arena_release(&world);
	return status;
}
