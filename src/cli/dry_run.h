/* SPDX-License-Identifier: Apache-2.0
 *
 * Deciding about scenarios without doing anything, and the report of it.
 */
#ifndef CAVRA_CLI_DRY_RUN_H
#define CAVRA_CLI_DRY_RUN_H

#include "cli/cases.h"

/* A request and, perhaps, what must be decided about it. Borrows from the JSON it was read from. */
struct scenario {
	struct policy_case test; /* its name is the case id */
	bool expects;
};
struct dry_run {
	struct guard *guard;
	json_t *results;  /* owned; NULL: nobody wants them */
	json_t *required; /* owned; ids of the required cases that were there */
	size_t n, failed;
	bool out_of_memory;
	/* What is told of each; NULL: nothing. passed: as expected, or nothing was. */
	void (*show)(const struct scenario *scenario, bool passed, const struct decision *decision);
};
/* keep: with results. The caller releases it. */
void dry_run_init(struct dry_run *run, struct guard *guard, bool keep);
void dry_run_release(struct dry_run *run);

/* Decides about one: a request as it is, or an object with one under `input`, and `case_id`, `expected_decision` (or
 * `decision`), `rule` and `facts`. Errors: CAVRA_ERR_INPUT, and those of deciding. The same for ...
 */
int dry_run_add_value(struct dry_run *run, const json_t *value, struct cavra_error *error);
/* ... the items of a list from one on, ... */
int dry_run_add_list(struct dry_run *run, const json_t *list, size_t from,
		     struct cavra_error *error);
/* ... the required cases, without an expectation where the policy is about something else, ... */
int dry_run_add_required(struct dry_run *run, const struct policy *policy,
			 struct cavra_error *error);
/* ... and the cases of the policy itself. */
int dry_run_add_own(struct dry_run *run, const struct policy *policy, struct cavra_error *error);

/* Are all required cases there? */
bool dry_run_is_complete(const struct dry_run *run);
/* "cavra.policy-lifecycle.dry-run-report.v1", which the caller decrefs; NULL without memory. */
json_t *dry_run_report(const struct dry_run *run, const struct policy *policy);

#endif
