/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of the rules: could meet an effect, without asking each: by the program, the model or the kind of effect that
 * they name. A rule that is not found here does not match; one that is found may.
 */
#ifndef CAVRA_POLICY_RULE_INDEX_H
#define CAVRA_POLICY_RULE_INDEX_H

#include "policy/lists.h"

enum rule_key_kind { RULE_KEY_EFFECT, RULE_KEY_MODEL, RULE_KEY_PROGRAM };

/* Rules under one key, in the order of the policy; a rule may stand under several keys. */
struct rule_span {
	const struct rule_key *key;
	size_t n;
};

/* Fills in policy->rule_keys and rule_filters. Memory from policy->arena, which must be armed. */
void policy_index_rules(struct policy *policy);

/* RULE_KEY_EFFECT has only the rules that name neither program nor model, and those of other effects than commands. */
struct rule_span policy_rules_of(const struct policy *policy, enum rule_key_kind kind,
				 struct str key);
/* The rules of all models of a program: "terraform." */
struct rule_span policy_rules_of_models(const struct policy *policy, struct str prefix);
/* One list of all patterns of the rules of an effect, when there are many: what it does not match none of them does.
 * NULL: ask each.
 */
const struct pattern_list *policy_rule_filter(const struct policy *policy, struct str effect);

/* How the patterns of an effect are read; false when there is no such effect. */
bool policy_effect_patterns(struct str effect, enum list_kind *ret_kind);

#endif
