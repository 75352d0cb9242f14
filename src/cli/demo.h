/* SPDX-License-Identifier: Apache-2.0
 *
 * The demonstration: typical actions of an agent, decided live against a repository that exists only as a table.
 */
#ifndef CAVRA_CLI_DEMO_H
#define CAVRA_CLI_DEMO_H

#include "cli/cli.h"
#include "decide/decide.h"

/* One action. heading: of a part that begins with it, or NULL. record: of the decision, as JSON. */
typedef int (*demo_see)(void *context, const char *heading, const struct decision *decision,
			struct str record, struct cavra_error *error);
/* Decides about each, by the policy that the options name. session_id: NULL for none. Nothing is run or written. */
int demo_play(const struct args *args, const char *session_id, demo_see see, void *context,
	      struct cavra_error *error);

#endif
