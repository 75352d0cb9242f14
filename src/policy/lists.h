/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern lists of the policy language: where each stands and how its patterns are read.
 */
#ifndef CAVRA_POLICY_LISTS_H
#define CAVRA_POLICY_LISTS_H

#include "policy/policy.h"

enum list_kind { LIST_PATHS, LIST_COMMANDS, LIST_NAMES, LIST_NAMES_NOCASE, LIST_HOSTS };
struct list_type {
	enum list_kind kind;
	enum pattern_mood mood;
};
struct list_info {
	const char *section, *key;
	struct list_type type;
};
extern const struct list_info list_infos[POLICY_LISTS];

struct items {
	struct str *items;
	size_t n, cap;
};
/* NULL when there are no items. *ret_bad gets the index of the bad one. */
int items_compile(struct arena *arena, const struct items *items, struct list_type type,
		  struct pattern_list **ret_list, size_t *ret_bad, struct cavra_error *error);

#endif
