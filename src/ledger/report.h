/* SPDX-License-Identifier: Apache-2.0
 *
 * What verifying a ledger has found, in the order in which it was found: as JSON of schema cavra.ledger.verification.v1.
 */
#ifndef CAVRA_LEDGER_REPORT_H
#define CAVRA_LEDGER_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define LEDGER_REPORT_SCHEMA "cavra.ledger.verification.v1"

/* Where something is; zero and NULL: does not apply. */
struct report_place {
	const char *file;  /* in the ledger */
	uint64_t line;     /* from 1 */
	uint64_t sequence; /* of the entry that stands there, or ought to */
};

enum report_list {
	REPORT_ERRORS,      /* what is wrong: the ledger is not valid */
	REPORT_FINDINGS,    /* what the ledger tells of itself: torn lines, lost entries */
	REPORT_CHECKPOINTS, /* that were compared */
	REPORT_NOT_CHECKED, /* what nobody can conclude from this report */
	REPORT_LISTS
};

struct ledger_report {
	json_t *list[REPORT_LISTS];
	uint64_t count
		[REPORT_LISTS]; /* also of those beyond LIMIT_LEDGER_REPORT, which are not listed */
	bool out_of_memory;
};

/* False without memory. */
bool report_init(struct ledger_report *report);
void report_release(struct ledger_report *report);

/* place may be NULL. For REPORT_ERRORS, REPORT_FINDINGS, REPORT_NOT_CHECKED. */
void report_add(struct ledger_report *report, enum report_list list,
		const struct report_place *place, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Takes the value over; NULL: there was no memory for it. */
void report_add_json(struct ledger_report *report, enum report_list list, json_t *value);

#endif
