/* SPDX-License-Identifier: Apache-2.0
 *
 * Name tables, also used for the names of hosts.
 */
#ifndef CAVRA_POLICY_MATCH_NAME_H
#define CAVRA_POLICY_MATCH_NAME_H

#include "policy/pattern_list.h"

/* Fills the name table of a fresh list from its name_text, or from its source when that is NULL. */
int name_list_fill(struct arena *arena, struct pattern_list *list, bool ignore_case,
		   size_t *ret_bad, struct cavra_error *error);

/* What remains of the match of pattern `index`. */
typedef enum match name_match_filter(const struct pattern_list *list, uint32_t index,
				     enum match match, const void *context);
/* Joins the matches of the name into *best. filter may be NULL. */
void name_list_match(const struct pattern_list *list, struct value name, name_match_filter *filter,
		     const void *context, struct match_result *best);

#endif
