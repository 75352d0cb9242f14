/* SPDX-License-Identifier: Apache-2.0
 *
 * Recorded decisions, read one by one and decided again. Keeps none of them, so a file of any length will do.
 */
#ifndef CAVRA_CLI_RECORDED_H
#define CAVRA_CLI_RECORDED_H

#include "cli/guard.h"

/* What a record does not say, without which nobody can tell what would be decided about the action. */
enum recorded_gap {
	GAP_RENAME,    /* where a rename ends */
	GAP_ARGUMENTS, /* the arguments of a tool call */
	GAP_RECORD,    /* the record that was to be released, or that an action is about */
	RECORDED_GAPS
};
struct recorded_gap_info {
	const char *key;     /* "rename" */
	const char *meaning; /* "where a rename ends" */
};
extern const struct recorded_gap_info recorded_gaps[RECORDED_GAPS];

/* One record. All of it lives until the visitor returns. */
struct recorded {
	const json_t *json;
	size_t line;
	enum cavra_outcome before;       /* what was decided then */
	const struct request *request;   /* what it is about */
	const struct decision *decision; /* what is decided now */
};

/* What was read. */
struct recording {
	size_t decided, errors, gaps[RECORDED_GAPS];
	struct cavra_error first_error; /* of the errors, with file and line */
};
size_t recording_gaps(const struct recording *recording);

/* CAVRA_ERR_MEMORY ends the reading. */
typedef int (*recorded_visitor)(void *context, const struct recorded *recorded,
				struct cavra_error *error);

/* Decides about every record of a file ("-": standard input), one JSON object a line, with the guard, and visits those
 * that can be decided again; of the others it counts why. A line that holds no record is counted, and does not end it.
 * Shows how far it is when standard error is a terminal. CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int recorded_visit(struct guard *guard, const char *path, recorded_visitor visit, void *context,
		   struct recording *ret_recording, struct cavra_error *error);

#endif
