/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding out what a lifecycle plan says: the pack is loaded, linted, compared with the one before it, and decides its cases.
 */
#ifndef CAVRA_CLI_LIFECYCLE_RUN_H
#define CAVRA_CLI_LIFECYCLE_RUN_H

#include "cli/pack.h"
#include "policy/lifecycle.h"

struct lifecycle_request {
	struct pack_place place;
	struct pack_place previous; /* without a path and a bundled pack: there is none */
	/* More scenarios than the required ones and the pack's own; NULL: none. results: the list begins with those, as the one
	 * in a report does.
	 */
	const json_t *scenarios;
	bool results;
	struct lifecycle_claims claims;
};
/* *ret_plan is the caller's. ret_digest: what the pack compiles to. Errors: of loading and linting, and those of
 * lifecycle_plan().
 */
int lifecycle_run(const struct lifecycle_request *request, json_t **ret_plan, char ret_digest[72],
		  struct cavra_error *error);

#endif
