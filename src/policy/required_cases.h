/* SPDX-License-Identifier: Apache-2.0
 *
 * The cases that a policy is tried with before it is released, whoever wrote it.
 */
#ifndef CAVRA_POLICY_REQUIRED_CASES_H
#define CAVRA_POLICY_REQUIRED_CASES_H

#include <stddef.h>

struct required_case {
	const char *id;
	const char *text; /* the whole case as JSON: case_id, input, expected_decision */
};
extern const struct required_case required_cases[];
extern const size_t required_cases_count;

#endif
