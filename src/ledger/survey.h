/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files there are in a ledger's directory, and whether they may be there. Inside of verification; see verify.h.
 */
#ifndef CAVRA_LEDGER_SURVEY_H
#define CAVRA_LEDGER_SURVEY_H

#include "ledger/report.h"

struct survey_numbers {
	uint64_t *number; /* in order; owned */
	size_t n;
};
struct survey {
	struct survey_numbers segments, checkpoints, torn;
};

/* Tells the report of files that are none of a ledger, and of those that are no regular files. CAVRA_ERR_IO,
 * CAVRA_ERR_MEMORY.
 */
int survey_make(int place, struct ledger_report *report, struct survey *ret_survey,
		struct cavra_error *error);
void survey_release(struct survey *survey);

#endif
