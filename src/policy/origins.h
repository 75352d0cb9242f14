/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the rules of a policy are written down, for those who explain decisions.
 */
#ifndef CAVRA_POLICY_ORIGINS_H
#define CAVRA_POLICY_ORIGINS_H

#include "policy/policy.h"

struct policy_place {
	const char
		*file; /* path, or "pack cavra-x" of a bundled one; lives as long as the policy */
	int line;      /* 0: not known, of a bundled pack */
	bool bundled;
};

/* The rule or list item behind a finding. pattern: what matched, empty when the rule has none. False when nothing is
 * written down (a default), or the policy was loaded without want_origins. Where several packs say the same, the one
 * that comes last counts.
 */
bool policy_find_place(const struct policy *policy, const char *rule_id, struct str pattern,
		       struct policy_place *ret_place);

#endif
