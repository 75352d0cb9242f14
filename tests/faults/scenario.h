/* SPDX-License-Identifier: Apache-2.0
 *
 * What is tried while something fails. A scenario runs in a process of its own, in a fresh directory.
 */
#ifndef CAVRA_TESTS_SCENARIO_H
#define CAVRA_TESTS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

enum outcome {
	OUTCOME_BROKEN, /* crashed, lied, or said nothing */
	OUTCOME_OPEN,   /* the action would be let through */
	OUTCOME_CLOSED, /* blocked, or a person is asked */
	OUTCOME_ERROR,  /* an error with a text; nothing is let through */
	OUTCOME_DONE,   /* not about an action: it worked, and as it should */
};

struct scenario {
	const char *name;
	/* Runs in the parent, once, without faults. May be NULL. */
	void (*prepare)(const struct scenario *scenario);
	/* A call of the library, which must leave no memory and no descriptor behind. why: 200 bytes. */
	enum outcome (*run)(const struct scenario *scenario, char *why);
	/* Or a program: its arguments behind the name, and its input. */
	int (*program)(int argc, char **argv);
	const char *arguments[8];
	const char *input; /* @ stands for the directory */
	/* Looks at the directory afterwards; false when it is in disorder. May be NULL. */
	bool (*in_order)(bool succeeded);
	const char *action_type, *target, *detail; /* of a decision */
	enum outcome expected;                     /* when nothing fails */
};

/* With a ledger, see scenario_ledger.c. */
enum outcome run_append(const struct scenario *s, char *why);
enum outcome run_settle(const struct scenario *s, char *why);
enum outcome run_index(const struct scenario *s, char *why);
enum outcome run_salt(const struct scenario *s, char *why);
bool is_recorded(bool succeeded);

extern const struct scenario scenarios[];
extern const size_t scenarios_count;

#endif
