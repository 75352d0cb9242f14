/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rule_index.h"

#include <stdlib.h>

#include "base/array.h"
#include "policy/pattern_list.h"

/* With fewer rules of an effect each is asked. */
enum { FILTER_FROM = 16 };

/* clang-format off */
static const struct {
	const char *effect;
	enum list_kind kind;
} effects[POLICY_RULE_EFFECTS] = {
	{"file.read",    LIST_PATHS},
	{"file.write",   LIST_PATHS},
	{"file.delete",  LIST_PATHS},
	{"command",      LIST_COMMANDS},
	{"net",          LIST_HOSTS},
	{"mcp",          LIST_NAMES},
	{"git",          LIST_NAMES},
	{"record",       LIST_NAMES},
	{"pull_request", LIST_NAMES},
};
/* clang-format on */

static size_t find_effect(struct str effect)
{
	size_t i = 0;
	while (i < ARRAY_SIZE(effects) && !str_is(effect, effects[i].effect))
		i++;
	return i;
}

bool policy_effect_patterns(struct str effect, enum list_kind *ret_kind)
{
	size_t i = find_effect(effect);
	if (i < ARRAY_SIZE(effects))
		*ret_kind = effects[i].kind;
	return i < ARRAY_SIZE(effects);
}

/* ---- keys ---- */

static int compare_keys(const struct rule_key *a, enum rule_key_kind kind, struct str key)
{
	if (a->kind != kind)
		return a->kind < kind ? -1 : 1;
	return str_compare(a->key, key);
}

static int by_key(const void *a, const void *b)
{
	const struct rule_key *left = a, *right = b;
	int order = compare_keys(left, right->kind, right->key);
	if (order)
		return order;
	return left->rule < right->rule ? -1 : left->rule > right->rule;
}

struct keys {
	struct rule_key *items;
	size_t n, cap;
};

static void add_key(struct policy *policy, struct keys *keys, enum rule_key_kind kind,
		    struct str key, size_t rule)
{
	ARENA_PUSH(policy->arena, keys->items, keys->n,
		   keys->cap) = (struct rule_key){key, (uint32_t)rule, kind};
}

static void add_keys(struct policy *policy, struct keys *keys, size_t rule)
{
	const struct rule_match *match = &policy->rules[rule].match;
	bool command = !match->effect.n || str_is(match->effect, "command");
	if (match->program.n && command)
		add_key(policy, keys, RULE_KEY_PROGRAM, match->program, rule);
	if (match->model.n)
		add_key(policy, keys, RULE_KEY_MODEL, match->model, rule);
	if (!command || (!match->program.n && !match->model.n))
		add_key(policy, keys, RULE_KEY_EFFECT, command ? STR("command") : match->effect,
			rule);
}

/* The first key that is not in front of this one, or, `behind`, the first one behind it. */
static size_t bound(const struct policy *policy, enum rule_key_kind kind, struct str key,
		    bool behind)
{
	size_t from = 0, to = policy->n_rule_keys;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare_keys(&policy->rule_keys[middle], kind, key) < behind)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct rule_span policy_rules_of(const struct policy *policy, enum rule_key_kind kind,
				 struct str key)
{
	size_t from = policy->n_rule_keys ? bound(policy, kind, key, false) : 0;
	if (from >= policy->n_rule_keys || compare_keys(&policy->rule_keys[from], kind, key) != 0)
		return (struct rule_span){.n = 0};
	return (struct rule_span){policy->rule_keys + from, bound(policy, kind, key, true) - from};
}

struct rule_span policy_rules_of_models(const struct policy *policy, struct str prefix)
{
	size_t from = bound(policy, RULE_KEY_MODEL, prefix, false), to = from;
	while (to < policy->n_rule_keys && policy->rule_keys[to].kind == RULE_KEY_MODEL &&
	       str_starts(policy->rule_keys[to].key, prefix))
		to++;
	if (from == to)
		return (struct rule_span){.n = 0};
	return (struct rule_span){policy->rule_keys + from, to - from};
}

/* ---- filters ---- */

/* A scope of its own for each rule's path patterns, so that exceptions stay where they are. */
static void add_patterns(struct policy *policy, struct items *items, const struct rule_match *match,
			 bool scopes)
{
	const struct pattern_list *list = match->effect_pattern;
	if (scopes)
		ARENA_PUSH(policy->arena, items->items, items->n, items->cap) = STR("--- rule");
	for (size_t i = 0; list && i < list->n; i++)
		ARENA_PUSH(policy->arena, items->items, items->n, items->cap) = list->source[i];
}

static struct pattern_list *make_filter(struct policy *policy, size_t effect)
{
	struct rule_span span = policy_rules_of(policy, RULE_KEY_EFFECT,
						str_from(effects[effect].effect));
	/* The mood that matches more. */
	struct list_type type = {effects[effect].kind, PATTERN_DENY};
	struct items items = {.items = NULL};
	struct pattern_list *filter = NULL;
	size_t bad;
	if (span.n < FILTER_FROM)
		return NULL;
	for (size_t i = 0; i < span.n; i++) {
		const struct rule_match *match = &policy->rules[span.key[i].rule].match;
		if (!match->effect_pattern)
			return NULL;
		add_patterns(policy, &items, match, type.kind == LIST_PATHS);
	}
	return items_compile(policy->arena, &items, type, &filter, &bad, NULL) < 0 ? NULL : filter;
}

const struct pattern_list *policy_rule_filter(const struct policy *policy, struct str effect)
{
	size_t i = find_effect(effect);
	return i < ARRAY_SIZE(effects) ? policy->rule_filters[i] : NULL;
}

void policy_index_rules(struct policy *policy)
{
	struct keys keys = {.items = NULL};
	for (size_t i = 0; i < policy->n_rules; i++)
		add_keys(policy, &keys, i);
	if (keys.n)
		qsort(keys.items, keys.n, sizeof *keys.items, by_key);
	policy->rule_keys = keys.items;
	policy->n_rule_keys = keys.n;
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
		policy->rule_filters[i] = make_filter(policy, i);
}
