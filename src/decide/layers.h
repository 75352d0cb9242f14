/* SPDX-License-Identifier: Apache-2.0
 *
 * Several policies in force at once: the machine's, the project's, the user's. Each decides for itself and
 * the strictest answer of all counts, so that a policy that is added can only tighten. Pure.
 */
#ifndef CAVRA_DECIDE_LAYERS_H
#define CAVRA_DECIDE_LAYERS_H

#include "base/limits.h"
#include "decide/decide.h"

struct policy_layers {
	const struct policy *policy[LIMIT_POLICY_LAYERS]; /* borrowed, the first in command first */
	/* What none of its rules meets it leaves to the others; without effect when all do so. */
	bool defers[LIMIT_POLICY_LAYERS];
	size_t n; /* at least one; more than LIMIT_POLICY_LAYERS are CAVRA_ERR_LIMIT */
};

/* As decide(), with a decision->policy that is one of the layers'. An action that one layer may allow by rule and
 * another merely does not forbid is not allowed by rule.
 */
int decide_layers(const struct policy_layers *layers, const struct request *request,
		  const struct resolver *resolver, const struct decide_options *options,
		  struct arena *arena, struct decision *ret_decision, struct cavra_error *error);

#endif
