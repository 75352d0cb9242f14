/* SPDX-License-Identifier: Apache-2.0
 *
 * What matching costs, and that it does not grow with the number of patterns: the same names and commands
 * against 10, 30 and 10,000 patterns of the same mix. Prints nanoseconds and the ratio of 10,000 to 10; fails above
 * the bound of docs/policy.md.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/limits.h"
#include "policy/match.h"

enum { ROUNDS = 60, REPEATS = 5000, WORDS = 12 };

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
/* Some match in lists of every size, most do not. "?" is unknown text. */
static const char *const names[] = {"src/policy/match_path.c", "README.md", "/repo/config/.env0",
				    "docs/guide/setup.md", "area0/admin-role.tf"};
static const char *const partly_known_names[] = {"src/?.c", "?/main.c", "/repo/src/?", "?"};
static const char *const commands[] = {"git status --short", "terraform plan -out x",
				       "npm run build -- --watch", "kubectl get pods -n prod",
				       "git push remote0 main"};
static const char *const partly_known_commands[] = {"git commit -m ?", "npm run ?"};

struct list {
	struct arena arena;
	struct pattern_list *compiled;
};

static void fill(struct list *list, size_t n, bool paths)
{
	const char *const *mix = paths ? path_mix : command_mix;
	size_t n_mix = paths ? ARRAY_SIZE(path_mix) : ARRAY_SIZE(command_mix);
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

static void read_command(const char *text, struct command *command)
{
	struct str rest = str_from(text), piece;
	for (size_t i = 0; i < WORDS && str_split(&rest, ' ', &piece); i++, command->n++) {
		bool option = str_starts(piece, STR("-")), unknown = str_is(piece, "?");
		command->seg[i] = (struct seg){unknown ? SEG_ANY : SEG_TEXT, piece, NULL};
		command->word[i].value = (struct value){&command->seg[i], 1};
		command->word[i].cls = i == 0 ? CW_PROGRAM : option ? CW_OPTION : CW_OPERAND;
	}
}

struct name {
	struct seg seg[3];
	struct value value;
};

static void read_name(const char *text, struct name *name)
{
	struct str all = str_from(text);
	size_t unknown = str_find_char(all, '?'), n = 0;
	if (unknown != 0)
		name->seg[n++] = (struct seg){SEG_TEXT, str_first(all, unknown), NULL};
	if (unknown != STR_NPOS)
		name->seg[n++] = (struct seg){SEG_ANY, STR(""), NULL};
	if (unknown != STR_NPOS && unknown + 1 < all.n)
		name->seg[n++] = (struct seg){SEG_TEXT, str_from_at(all, unknown + 1), NULL};
	name->value = (struct value){name->seg, n};
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static unsigned sink; /* keeps the compiler from dropping the work */

/* What is matched. */
struct load {
	const char *what;
	const char *const *texts;
	size_t n;
	bool paths;
};

enum { LOAD_TEXTS = 8 };

static double time_paths(const struct load *load, const struct list *list, struct arena *scratch)
{
	struct name name[LOAD_TEXTS];
	assert(load->n > 0 && load->n <= LOAD_TEXTS);
	for (size_t i = 0; i < load->n; i++)
		read_name(load->texts[i], &name[i]);
	double start = now();
	for (size_t k = 0; k < REPEATS; k++) {
		const struct value *value = &name[k % load->n].value;
		sink += path_match(list->compiled, value, 1, false, scratch).match;
	}
	return (now() - start) / REPEATS;
}

static double time_commands(const struct load *load, const struct list *list, struct arena *scratch)
{
	struct command command[LOAD_TEXTS] = {{.n = 0}};
	assert(load->n > 0 && load->n <= LOAD_TEXTS);
	for (size_t i = 0; i < load->n; i++)
		read_command(load->texts[i], &command[i]);
	double start = now();
	for (size_t k = 0; k < REPEATS; k++) {
		const struct command *c = &command[k % load->n];
		sink += command_match(list->compiled, c->word, c->n, scratch).match;
		arena_reset(scratch);
	}
	return (now() - start) / REPEATS;
}

/* Sizes take turns, so that a busy machine is unfair to all of them alike; the quickest round counts. */
static bool report(const struct load *load)
{
	static const size_t sizes[] = {10, 30, 10000};
	struct list list[ARRAY_SIZE(sizes)];
	double cost[ARRAY_SIZE(sizes)];
	struct arena scratch;
	arena_init(&scratch, MiB(1));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill(&list[i], sizes[i], load->paths);
		cost[i] = 1e9;
	}
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			double once = load->paths ? time_paths(load, &list[i], &scratch)
						  : time_commands(load, &list[i], &scratch);
			if (once < cost[i])
				cost[i] = once;
		}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		arena_release(&list[i].arena);
	arena_release(&scratch);
	double ratio = cost[2] / cost[0];
	printf("%-20s %5.0f ns with 10 patterns, %5.0f with 30, %5.0f with 10000, ratio %.2f (bound "
	       "1.3)\n",
	       load->what, cost[0], cost[1], cost[2], ratio);
	return ratio <= 1.3;
}

int main(void)
{
	static const struct load loads[] = {
		{"path", names, ARRAY_SIZE(names), true},
		{"partly known path", partly_known_names, ARRAY_SIZE(partly_known_names), true},
		{"command", commands, ARRAY_SIZE(commands), false},
		{"partly known command", partly_known_commands, ARRAY_SIZE(partly_known_commands),
		 false},
	};
	bool good = true;
	for (size_t i = 0; i < ARRAY_SIZE(loads); i++)
		good &= report(&loads[i]);
	return good && sink ? 0 : 1;
}
