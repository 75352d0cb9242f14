/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases that a policy is tested with beside its own: what holds for every policy, and what is expected of one that is about
 * such things.
 */
#ifndef CAVRA_POLICY_BUILTIN_CASES_H
#define CAVRA_POLICY_BUILTIN_CASES_H

#include "policy/policy.h"

struct builtin_case {
	const char *text;     /* as in struct required_case; or */
	const char *required; /* the id of one of those */
	/* Applies to a policy that has the section, and in it, when the key is given, an item that begins so. Where the
	 * key has a default, it may also be absent; NULL: any policy, or any with the section.
	 */
	const char *section, *key, *item;
	bool by_default;
	const char *unless; /* a key of the section that must not be false; NULL: none */
};
extern const struct builtin_case builtin_cases[];
extern const size_t builtin_cases_count;

const char *builtin_case_text(const struct builtin_case *test);
/* The policy must have its document. */
bool builtin_case_applies(const struct builtin_case *test, const struct policy *policy);

#endif
