/* SPDX-License-Identifier: Apache-2.0
 *
 * What one difference between two policies means.
 */
#ifndef CAVRA_POLICY_DIFF_MEANING_H
#define CAVRA_POLICY_DIFF_MEANING_H

#include "policy/diff.h"

enum diff_of {
	DIFF_VALUE, /* of a key; also lists that only differ in their order */
	DIFF_ITEM,  /* of a list */
	DIFF_RULE,  /* of the rules: section */
};

struct diff_change {
	enum diff_of of;
	const char *pointer;    /* of the key */
	json_t *before, *after; /* borrowed; NULL: not there */
	const struct policy *left, *right;
	struct arena *arena; /* armed */
};

struct diff_meaning {
	enum policy_verdict verdict;
	enum cavra_severity risk;
	struct str reason; /* in the arena or static */
};

struct diff_meaning diff_meaning(const struct diff_change *change);

#endif
