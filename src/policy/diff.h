/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing two policies as they are in force: what was added, removed and changed, and for each change whether it
 * tightens or loosens.
 */
#ifndef CAVRA_POLICY_DIFF_H
#define CAVRA_POLICY_DIFF_H

#include "policy/policy.h"

enum policy_verdict { VERDICT_NEUTRAL, VERDICT_TIGHTENS, VERDICT_LOOSENS };
const char *policy_verdict_name(enum policy_verdict verdict);

/* The report, which the caller decrefs:
 *
 *	schema_version   cavra.policy-diff.v1
 *	left, right      {policy_id, version, digest}
 *	added, removed, changed   sorted dotted paths of keys; a list is one key
 *	changes          one for each value, list item and rule: {path, change, item | rule | before and after, verdict,
 *	                 risk, reason}
 *	counts           {tightens, loosens, neutral}
 *	verdict          loosens when any change does, else tightens when any does, else neutral
 *	risk             the highest of all; low when nothing differs
 *
 * What cannot be shown to be at least as strict loosens. A loosening is of high risk, and critical where something was
 * blocked. CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY.
 */
int policy_diff(const struct policy *before, const struct policy *after, json_t **ret_report,
		struct cavra_error *error);
/* Nothing differs. */
bool policy_diff_is_empty(const json_t *report);

#endif
