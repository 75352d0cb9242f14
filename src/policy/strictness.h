/* SPDX-License-Identifier: Apache-2.0
 *
 * What is stricter: the keys of the policy language whose values have an order. Merging and comparing packs share
 * this one table.
 */
#ifndef CAVRA_POLICY_STRICTNESS_H
#define CAVRA_POLICY_STRICTNESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { STRICTNESS_RANKS = 5 };

struct strictness {
	const char *pointer;                /* JSON pointer into a pack */
	const char *rank[STRICTNESS_RANKS]; /* values as texts, the weakest first */
	const char *otherwise;              /* what a pack without the key means */
	bool holds; /* that is a block, which holds like one that is written down */
};
extern const struct strictness strictness_table[];
extern const size_t strictness_count;

/* NULL: the values of this key have no order. */
const struct strictness *strictness_find(const char *pointer);
/* 0 is the weakest; -1: none of its values. */
int strictness_rank(const struct strictness *entry, const json_t *value);
/* A value as messages and the table spell it; anything but a text or a boolean is named by its type. */
const char *strictness_text(const json_t *value);
/* A switch that guards wherever it stands: require_..., block_... */
bool strictness_is_guard(const char *key);

#endif
