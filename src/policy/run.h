/* SPDX-License-Identifier: Apache-2.0
 *
 * Partly known text running over a pattern.
 *
 * A run holds two sets of states. `may` has every state that some concrete text leads to, `sure` only
 * states that every concrete text leads to. Unknown text widens the first and thins out the second, so
 * the one never misses a match and the other never invents one.
 */
#ifndef CAVRA_POLICY_RUN_H
#define CAVRA_POLICY_RUN_H

#include "base/value.h"
#include "policy/states.h"

struct run {
	const struct automaton *automaton;
	struct states may;
	struct states sure; /* the same as may, and not kept, as long as !split */
	struct states held; /* those where shell patterns so far stand for nothing in a name */
	bool split;
	bool paths;    /* a shell pattern at the start of a component does not stand for a '.' */
	bool at_start; /* of a component, surely */
	bool holding;  /* held is in use */
};

void run_start(struct run *run, const struct automaton *automaton, bool paths);
/* From here on, may and sure differ. */
void run_split(struct run *run);
void run_text(struct run *run, struct str text);
void run_value(struct run *run, struct value value);
/* Any text at all. */
void run_any(struct run *run);

static inline const struct states *run_sure(const struct run *run)
{
	return run->split ? &run->sure : &run->may;
}

#endif
