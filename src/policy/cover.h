/* SPDX-License-Identifier: Apache-2.0
 *
 * Does one pattern add anything to a list? A pattern is turned back into the partly known text that it stands for, and
 * the list is asked about that.
 */
#ifndef CAVRA_POLICY_COVER_H
#define CAVRA_POLICY_COVER_H

#include "policy/lists.h"

/* The pattern of the list that surely matches whatever `pattern`, of the same type, matches; the first of several. Errs
 * towards MATCH_NO, which is also the answer for patterns that cannot be turned back (pipelines, exceptions, hosts with
 * wildcards). Memory from arena, which must be armed.
 */
struct match_result pattern_covered(const struct pattern_list *list, struct list_type type,
				    struct str pattern, struct arena *arena);

#endif
