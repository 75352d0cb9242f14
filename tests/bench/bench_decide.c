/* SPDX-License-Identifier: Apache-2.0
 *
 * What one decision costs with a compiled policy, beside baselines of the same run: a system call, and reading the request
 * as JSON. Also that it does not grow with the number of rules, that large hostile inputs cost what their size says, and what
 * is allocated: blocks of the arena, and nothing else. Fails above the bounds.
 *
 * bench_decide NAME COUNT decides about one input COUNT times and prints nothing, for tools that count instructions.
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

/* BLOCKS: of the arena behind its first one, which a large decision takes and gives back. */
enum { ROUNDS = 100, BATCH = 50, BLOCKS = 4 };

/* Of about 500 characters; in the second one nobody knows where it happens. */
#define SCRIPT                                                                                \
	"for name in src/app.py src/model.py src/view.py; do\n"                               \
	"  if grep -n 'TODO' \"$name\" > /dev/null; then\n    echo \"$name has work left\"\n" \
	"  fi\ndone\ncount=$(ls src | wc -l)\nif [ \"$count\" -gt 10 ]; then\n"               \
	"  echo many | tee build/count.txt\nelse\n  printf '%s\\n' few\nfi\n"                 \
	"git diff --stat HEAD~1 -- src tests | sort -k3 -n | tail -5\n"                       \
	"find . -name '*.orig' -not -path './.git/*' -print | sort | head -20\n"              \
	"python3 -m pytest -q tests/test_app.py && git log --oneline -5 && echo done with it\n"

/* In nanoseconds. The aim is what the design asks for; what is above the bound fails. */
static const struct input {
	const char *name, *action_type, *target;
	double aim, bound;
} inputs[] = {
	{"file", "read_file", "src/app.py", 500, 2000},
	{"protected file", "write_file", ".github/workflows/ci.yml", 0, 8000},
	{"simple command", "execute_command", "git status --short", 3000, 12000},
	{"blocked command", "execute_command", "terraform apply -auto-approve", 0, 20000},
	{"wrapped command", "execute_command", "cd infra && sudo sh -c 'terraform apply'", 0,
	 40000},
	{"script", "execute_command", SCRIPT, 30000, 1e6},
	{"script elsewhere", "execute_command", "cd \"$(git rev-parse --show-toplevel)\"\n" SCRIPT,
	 0, 2e6},
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

static struct cost measure(const struct policy *policy, const struct input *input)
{
	double cost[ROUNDS];
	struct str target = str_from(input->target);
	for (size_t i = 0; i < ROUNDS; i++) {
		double from = now();
		for (size_t k = 0; k < BATCH; k++)
			(void)decide_once(policy, input->action_type, target);
		cost[i] = (now() - from) / BATCH;
	}
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
	return summarise(cost, ROUNDS).median;
}

/* What any guard must do to see the request at all. */
static double measure_json(const struct input *input)
{
	double cost[ROUNDS];
	json_t *request = json_pack("{s:s, s:s}", "action_type", input->action_type, "target",
				    input->target);
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	if (!text)
		fail("out of memory");
	for (size_t i = 0; i < ROUNDS; i++) {
		double from = now();
		for (size_t k = 0; k < BATCH; k++)
			json_decref(json_loads(text, JSON_REJECT_DUPLICATES, NULL));
		cost[i] = (now() - from) / BATCH;
	}
	free(text);
	json_decref(request);
	return summarise(cost, ROUNDS).median;
}

static bool report_inputs(const struct policy *policy)
{
	double call = measure_system_call();
	bool good = true;
	(void)printf("one system call (getppid)  %5.0f ns\n", call);
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		const struct input *input = &inputs[i];
		(void)measure(policy, input);
		size_t before = n_allocations;
		struct cost cost = measure(policy, input);
		size_t allocations = n_allocations - before; /* one is the summary's */
		double json = measure_json(input);
		(void)printf(
			"%-16s %4zu bytes  median %6.0f ns, least %6.0f ns, %5.1f system calls, "
			"%5.1f times reading it as JSON",
			input->name, strlen(input->target), cost.median, cost.least,
			cost.median / call, cost.median / json);
		if (input->aim > 0)
			(void)printf(", aim %.0f ns", input->aim);
		(void)printf(", bound %.0f ns, %.2f allocations\n", input->bound,
			     (double)allocations / (ROUNDS * BATCH));
		good &= cost.least <= input->bound;
		good &= allocations <= (size_t)ROUNDS * BATCH * BLOCKS;
	}
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

static double time_hostile(const struct policy *policy, const char *piece, size_t size)
{
	char *text = malloc(size + 1);
	double best = 0;
	size_t n = strlen(piece);
	if (!text)
		fail("out of memory");
	for (size_t i = 0; i < size; i++)
		text[i] = piece[i % n];
	for (size_t i = 0; i < 3; i++) {
		double from = now();
		(void)decide_once(policy, "execute_command", str_make(text, size));
		double cost = now() - from;
		best = i == 0 || cost < best ? cost : best;
	}
	free(text);
	return best;
}

/* Over the limit of a command line, nothing but reading it may cost; up to there, the cap on work bounds it. */
static bool report_hostile(const struct policy *policy)
{
	enum { SECONDS = 2 };
	bool good = true;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		double inside = time_hostile(policy, hostile[i], LIMIT_COMMAND_BYTES / 4);
		double limit = time_hostile(policy, hostile[i], LIMIT_COMMAND_BYTES);
		double quarter = time_hostile(policy, hostile[i], KiB(256));
		double whole = time_hostile(policy, hostile[i], MiB(1));
		/* Below half a millisecond it is the machine that is measured. */
		bool grows = whole > 4.5 * quarter && whole > 5e5;
		(void)printf("hostile %-10.*s 32 KiB %7.0f us, 128 KiB %7.0f us, ratio %5.2f; "
			     "256 KiB %3.0f us, 1 MiB %3.0f us, ratio %.2f (bound 4.5)\n",
			     (int)strcspn(hostile[i], "\n"), hostile[i], inside / 1e3, limit / 1e3,
			     limit / inside, quarter / 1e3, whole / 1e3, whole / quarter);
		good &= !grows && limit < SECONDS * 1e9;
	}
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

int main(int argc, char **argv)
{
	static const struct policy_source bundled;
	struct policy *policy;
	struct cavra_error error;
	if (policy_load_pack(&bundled, "cavra-ai-agent-baseline", NULL, 0, &policy, &error) < 0)
		fail(error.text);
	make_world();
	int status = 0;
	if (argc == 3) {
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
