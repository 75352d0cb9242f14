/* SPDX-License-Identifier: Apache-2.0
 *
 * A policy on trial (policy.shadow): what it would have answered in the place of the policy of its layer is recorded, and
 * nothing is acted on. Whatever is wrong with it is told in the record, never by an error.
 */
#ifndef CAVRA_CLI_SHADOW_H
#define CAVRA_CLI_SHADOW_H

#include "cli/config.h"
#include "decide/record.h"

struct shadow {
	const struct config_layer *layer; /* that names it; NULL: none does */
	struct policy *policy;            /* owned; NULL: it cannot be used */
	struct cavra_error error;         /* why not */
	struct policy_layers layers; /* those in force, and this one in the place of its layer's */
	struct decision decision;    /* the last one */
	struct arena arena;          /* of it */
};

/* Loads it, when the configuration names one. The configuration must stay. The caller closes it. */
void shadow_open(const struct config *config, const char *pack_dir, struct shadow *ret_shadow);
void shadow_close(struct shadow *shadow);

/* What it would have decided beside `decision`, as a record tells it; false: there is no shadow. Lives until the next
 * call. */
bool shadow_decide(struct shadow *shadow, const struct request *request,
		   const struct resolver *resolver, const struct decide_options *options,
		   const struct decision *decision, struct record_shadow *ret_record);

#endif
