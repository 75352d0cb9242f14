/* SPDX-License-Identifier: Apache-2.0
 *
 * A draft in a file, what is published now, and the plan that follows: what cavra policy draft, publish-plan, publish-request
 * and publish have in common.
 */
#ifndef CAVRA_CLI_PLANNED_H
#define CAVRA_CLI_PLANNED_H

#include "policy/authoring.h"
#include "public/stamp.h"

struct planned {
	struct draft draft;
	struct policy *current;           /* NULL: there is none, or it cannot be loaded */
	struct cavra_error current_error; /* why; CAVRA_OK when it can, or there is none */
	char current_digest[SHA256_NAMED];
	struct record_stamp stamp; /* now */
	json_t *plan;
};

/* The id that the document of a draft gives itself; empty: none. */
struct str planned_id(const struct document *input);
/* The time and the draft alone. */
int planned_draft(const struct policy_source *source, const struct document *input,
		  struct planned *ret_planned, struct cavra_error *error);
/* All of it. Release *ret_planned in any case. */
int planned_make(const struct policy_source *source, const struct document *input,
		 struct planned *ret_planned, struct cavra_error *error);
void planned_release(struct planned *planned);

/* Each error of an invalid draft, to standard error. */
void planned_complain(const struct planned *planned);

#endif
