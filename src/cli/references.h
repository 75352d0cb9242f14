/* SPDX-License-Identifier: Apache-2.0
 *
 * References of a packet that can be looked up on this machine:
 *
 *	file:<path>#sha256:<hex>    a file beside the packet, or below, with this content; a review that is an approval must be
 *	                            one of this very policy
 *	git://<repository>/...#<id> a commit, looked for in a clone that the caller names
 */
#ifndef CAVRA_CLI_REFERENCES_H
#define CAVRA_CLI_REFERENCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct references {
	const char *packet; /* its path */
	const char *clone;  /* NULL: commits are not looked for */
	bool live;          /* a source must name its commit */
	const json_t
		*plan; /* the lifecycle plan that an approval must be about; NULL: there is none */
};
/* As a readiness_lookup of policy/readiness.h; context is a struct references. */
bool references_lookup(void *context, const char *what, struct str reference, char *ret_problem,
		       size_t size);

#endif
