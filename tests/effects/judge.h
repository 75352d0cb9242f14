/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened, held against what was decided.
 */
#ifndef TESTS_EFFECTS_JUDGE_H
#define TESTS_EFFECTS_JUDGE_H

#include "world.h"

enum { SEEN_MAX = 512 };

struct unforeseen {
	const char *what; /* "read", "write", "outside", ...; NULL: nothing */
	char seen[SEEN_MAX];
};

/* Names of the programs that stand in for dangerous ones, separated by spaces. */
extern const char stub_programs[];

/* The protected effects of what was run. only_looks: it was allowed because it changes nothing. Returns how many there
 * were, and the first of them. 0: a decision to allow was right.
 */
unsigned judge_happenings(const struct watch *watch, bool only_looks, struct unforeseen *ret_first);

/* Something was changed, so that the world must be put back. */
bool judge_changed(const struct watch *watch);

#endif
