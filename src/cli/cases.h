/* SPDX-License-Identifier: Apache-2.0
 *
 * Deciding what a pack or a person expects, in a world that is the same everywhere.
 */
#ifndef CAVRA_CLI_CASES_H
#define CAVRA_CLI_CASES_H

#include "cli/guard.h"

/* Makes the guard decide by this policy alone, in its own mode. */
void case_guard(struct guard *guard, const struct policy *policy);
/* From now on it decides in the world of these facts; NULL: in an empty one. */
int case_world(struct guard *guard, const json_t *facts, struct cavra_error *error);
/* In the world of the case's facts, else in an empty one. The decision lives until the next call. */
int case_decide(const struct policy_case *test, struct guard *guard, struct decision *ret_decision,
		struct cavra_error *error);
/* Is it the decision, the rule and the severity that the case names? */
bool case_is_met(const struct policy_case *test, const struct decision *decision);

#endif
