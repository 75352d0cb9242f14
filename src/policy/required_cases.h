/* SPDX-License-Identifier: Apache-2.0
 *
 * The cases that a policy is tried with before it is released, whoever wrote it.
 */
#ifndef CAVRA_POLICY_REQUIRED_CASES_H
#define CAVRA_POLICY_REQUIRED_CASES_H

#include <stddef.h>

#include "policy/policy.h"

struct required_case {
	const char *id;
	const char *section,
		*word; /* it is for policies whose section, or rules, has the word; NULL: for all */
	const char *text; /* the whole case as JSON: case_id, input, expected_decision */
};
extern const struct required_case required_cases[];
extern const size_t required_cases_count;

/* Is the policy about such things at all? What it would decide otherwise is its default, which is no promise. */
bool required_case_applies(const struct required_case *one, const struct policy *policy);

#endif
