/* SPDX-License-Identifier: Apache-2.0
 *
 * The packs and the schema that are built in, and how packs are named.
 */
#ifndef CAVRA_POLICY_REGISTRY_H
#define CAVRA_POLICY_REGISTRY_H

#include "policy/policy.h"

/* data/policy.schema.json */
extern const struct str policy_schema_text;

/* What a rule's model may name, sorted: the models of data/commands/. */
extern const char *const policy_models[];
extern const size_t policy_models_count;

/* "cavra-" and lower-case letters, digits and dashes: what can be no path. Errors: CAVRA_ERR_POLICY. */
int policy_id_check(struct str id, struct cavra_error *error);
/* NULL when no embedded pack has that id. */
const struct policy_pack *policy_pack_find(struct str id);
/* CAVRA_ERR_NOT_FOUND that names the packs there are. */
int policy_pack_unknown(struct str id, struct cavra_error *error);

#endif
