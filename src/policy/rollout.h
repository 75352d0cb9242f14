/* SPDX-License-Identifier: Apache-2.0
 *
 * Which pack is in force for which repository, and in which mode: records of repositories and rollouts, and what a change of a
 * rollout means. Pure: records come and go as values, time is an argument.
 */
#ifndef CAVRA_POLICY_ROLLOUT_H
#define CAVRA_POLICY_ROLLOUT_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"

/* A whole record with every default filled in ("cavra.policy_rollout.v1", "cavra.repository.v1"), which the caller decrefs.
 * docs/rollouts.md lists the fields. now: RFC 3339. Modes and states are read in whatever case. Errors: CAVRA_ERR_INPUT names
 * the field: one that nobody knows, that is missing, or not of its form; a rollout in mode break_glass needs a reason, and an
 * end within four hours. CAVRA_ERR_MEMORY.
 */
int rollout_normalise(const json_t *input, struct str now, json_t **ret_record,
		      struct cavra_error *error);
/* The same of a record that is kept: updated_at stays, and a broken glass may be over. */
int rollout_read(const json_t *record, struct str now, json_t **ret_record,
		 struct cavra_error *error);
int repository_normalise(const json_t *input, struct str now, json_t **ret_record,
			 struct cavra_error *error);

/* "cavra.policy_rollout.change_plan.v1", which the caller decrefs:
 *
 *	operation            create, or update when there is a current record (else NULL)
 *	before, after        the records; after is the current one with what the request says on top
 *	before_digest, after_digest   of both, for an approval to name; null for create
 *	changes              {field, before, after} of each field that differs, sorted; updated_at is no change
 *	risk, reasons        the highest of all reasons, and each in words
 *	approval_required    at high and critical risk, and for the modes strict and break_glass
 *
 * Whatever may protect less than before is of high risk: a weaker mode, leaving the state active, another pack or version, less
 * coverage. Errors as above, also for another rollout_id or created_at than the current record's.
 */
int rollout_change_plan(const json_t *current, const json_t *request, struct str now,
			json_t **ret_plan, struct cavra_error *error);

#endif
