/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a command run over one form of a command pattern.
 */
#ifndef CAVRA_POLICY_COMMAND_RUN_H
#define CAVRA_POLICY_COMMAND_RUN_H

#include "policy/match.h"
#include "policy/run.h"

/* A word of the command, with what can be said of it in this arrangement. */
struct run_word {
	const struct command_word *word;
	bool sure_skip; /* it is an option or its value */
	bool may_skip;  /* it may be */
	bool has_glob;  /* it may become several words */
	bool unknown;   /* nobody can tell whether it is an option */
	bool optional;  /* it may stand in another place of this order */
};

/* The words in the orders in which they are matched. */
struct command_order {
	const struct run_word *word;
	size_t n;
	bool may_only; /* a match in this order is only a possible one */
};

enum { COMMAND_ORDERS = 3 };

struct command_orders {
	struct command_order order[COMMAND_ORDERS];
	size_t n;
};

/* deny: also with operands in front of the options. Arena memory. */
void command_orders_make(struct arena *arena, const struct command_word *words, size_t n, bool deny,
			 struct command_orders *ret);
enum match command_run(const struct automaton *automaton, const struct command_orders *orders);

#endif
