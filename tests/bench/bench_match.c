/* SPDX-License-Identifier: Apache-2.0
 *
 * What matching costs, and that it does not grow with the number of patterns: the same names and commands
 * against 10, 30 and 10,000 patterns of the same mix. Prints nanoseconds and the ratio of 10,000 to 10; fails above
 * the bound of docs/policy.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/limits.h"
#include "policy/match.h"

enum { ROUNDS = 21, REPEATS = 20000, WORDS = 12 };

/* Patterns by kind; "%zu" is a number, so that there can be any number of them. */
static const char *const path_mix[] = {
	"**/*.key%zu",        "**/credential%zu.*", "area%zu/**",
	"**/generated%zu/**", "src/mod%zu/*.conf",  ".env%zu",
	"**/x%zu/**/y%zu",    "**/*token%zu*",      "/etc/app%zu/**",
	"docs/[0-9]v%zu",
};
static const char *const command_mix[] = {
	"terraform sub%zu*",        "kubectl verb%zu*",        "git push remote%zu main",
	"tool%zu apply*",           "gh pr merge%zu*--admin*", "aws service%zu create*",
	"npm run task%zu",          "az role%zu create*",      "make target%zu*",
	"helm upgrade release%zu*",
};
static const char *const names[] = {"src/policy/match_path.c", "README.md", "/repo/config/.env",
				    "docs/guide/setup.md", "iam/admin-role.tf"};
static const char *const commands[] = {"git status --short", "terraform plan -out x",
				       "npm run build -- --watch", "kubectl get pods -n prod",
				       "git push origin main"};

struct list {
	struct arena arena;
	struct pattern_list *compiled;
};

static void fill(struct list *list, const char *const *mix, size_t n_mix, size_t n, bool paths)
{
	size_t bad;
	struct cavra_error error = {.text = ""};
	arena_init(&list->arena, LIMIT_POLICY_MEMORY);
	struct str *pattern = ARENA_ARRAY(&list->arena, n, struct str);
	for (size_t i = 0; i < n; i++) {
		char text[96];
		size_t number = i / n_mix;
		struct str format = str_from(mix[i % n_mix]);
		size_t used = 0;
		for (size_t k = 0; k < format.n; k++) {
			if (format.p[k] != '%') {
				text[used++] = format.p[k];
				continue;
			}
			used += (size_t)snprintf(text + used, sizeof text - used, "%zu", number);
			k += 2;
		}
		pattern[i] = arena_str(&list->arena, str_make(text, used));
	}
	int code = paths ? path_patterns_compile(&list->arena, pattern, n, PATTERN_DENY,
						 &list->compiled, &bad, &error)
			 : command_patterns_compile(&list->arena, pattern, n, PATTERN_DENY,
						    &list->compiled, &bad, &error);
	if (code < 0) {
		fprintf(stderr, "bench_match: %s\n", error.text);
		exit(1);
	}
}

struct command {
	struct seg seg[WORDS];
	struct command_word word[WORDS];
	size_t n;
};

static struct command read_command(const char *text)
{
	struct command command = {.n = 0};
	struct str rest = str_from(text), piece;
	while (command.n < WORDS && str_split(&rest, ' ', &piece))
		command.seg[command.n++] = (struct seg){SEG_TEXT, piece};
	return command;
}

static void link_words(struct command *command)
{
	for (size_t i = 0; i < command->n; i++) {
		bool option = str_starts(command->seg[i].text, STR("-"));
		command->word[i].value = (struct value){&command->seg[i], 1};
		command->word[i].cls = i == 0 ? CW_PROGRAM : option ? CW_OPTION : CW_OPERAND;
	}
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static unsigned sink; /* keeps the compiler from dropping the work */

static double time_paths(const struct list *list, struct arena *scratch)
{
	struct seg seg[ARRAY_SIZE(names)];
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		seg[i] = (struct seg){SEG_TEXT, str_from(names[i])};
	double start = now();
	for (size_t k = 0; k < REPEATS; k++) {
		struct value name = {&seg[k % ARRAY_SIZE(names)], 1};
		sink += path_match(list->compiled, &name, 1, false, scratch).match;
	}
	return (now() - start) / REPEATS;
}

static double time_commands(const struct list *list, struct arena *scratch)
{
	struct command command[ARRAY_SIZE(commands)];
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		command[i] = read_command(commands[i]);
		link_words(&command[i]);
	}
	double start = now();
	for (size_t k = 0; k < REPEATS; k++) {
		const struct command *c = &command[k % ARRAY_SIZE(commands)];
		sink += command_match(list->compiled, c->word, c->n, scratch).match;
		arena_reset(scratch);
	}
	return (now() - start) / REPEATS;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

typedef double timer(const struct list *list, struct arena *scratch);

static double median(timer *time_it, const struct list *list)
{
	double rounds[ROUNDS];
	struct arena scratch;
	arena_init(&scratch, MiB(1));
	for (size_t i = 0; i < ROUNDS; i++)
		rounds[i] = time_it(list, &scratch);
	arena_release(&scratch);
	qsort(rounds, ROUNDS, sizeof *rounds, compare);
	return rounds[ROUNDS / 2];
}

static bool report(const char *what, const char *const *mix, size_t n_mix, bool paths)
{
	static const size_t sizes[] = {10, 30, 10000};
	double cost[ARRAY_SIZE(sizes)];
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct list list;
		fill(&list, mix, n_mix, sizes[i], paths);
		cost[i] = median(paths ? time_paths : time_commands, &list);
		arena_release(&list.arena);
	}
	double ratio = cost[2] / cost[0];
	printf("%s: %.0f ns with 10 patterns, %.0f with 30, %.0f with 10000, ratio %.2f (bound "
	       "1.3)\n",
	       what, cost[0], cost[1], cost[2], ratio);
	return ratio <= 1.3;
}

int main(void)
{
	bool paths = report("path", path_mix, ARRAY_SIZE(path_mix), true);
	bool all = report("command", command_mix, ARRAY_SIZE(command_mix), false);
	return paths && all && sink ? 0 : 1;
}
