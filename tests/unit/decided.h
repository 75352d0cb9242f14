/* SPDX-License-Identifier: Apache-2.0
 *
 * Decisions about requests written as JSON, in a repository /repo with nothing in it.
 */
#ifndef CAVRA_TESTS_DECIDED_H
#define CAVRA_TESTS_DECIDED_H

#include "packs.h"

#include "decide/decide.h"

struct decided {
	enum cavra_outcome decision;
	enum cavra_severity severity;
	char rule_id[80];
	char approver_group[48];
	char effects[2048]; /* "kind shown", separated by " | " */
	char rules[2048];   /* the rules of all findings, each between bars */
};

/* The request must be possible. */
struct decided decided(const struct policy *policy, const char *request);
/* "block high rule" */
const char *decided_text(const struct decided *d);

#endif
