/* SPDX-License-Identifier: Apache-2.0
 *
 * The strictest of several decisions, see layers.h.
 */
#include "decide/layers.h"

#include "decide/core.h"

struct joined {
	const struct policy_layers *layers;
	const struct decision *decision; /* one per layer */
	bool all_defer;
	struct finding *findings; /* strictest first */
	size_t n;
};

/* The same effect as the base decision lists it: taking a request apart does not depend on the policy,
 * but for caps, which is why this looks.
 */
static const struct effect *same_effect(const struct decision *base, const struct decision *other,
					const struct effect *effect)
{
	const struct effect *a = base->effects, *b = other->effects;
	while (b && b != effect && a) {
		a = a->next;
		b = b->next;
	}
	bool same = a && b && a->kind == b->kind && str_eq(a->shown, b->shown);
	return same ? a : NULL;
}

static bool says_the_same(const struct finding *a, const struct finding *b)
{
	return a->decision == b->decision && a->severity == b->severity && a->effect == b->effect &&
	       strcmp(a->rule_id, b->rule_id) == 0 && str_eq(a->pattern, b->pattern) &&
	       str_eq(a->reason, b->reason) && a->certainty == b->certainty;
}

static bool is_listed(const struct joined *joined, const struct finding *finding)
{
	for (size_t i = 0; i < joined->n; i++)
		if (says_the_same(&joined->findings[i], finding))
			return true;
	return false;
}

static void insert(struct joined *joined, const struct finding *finding)
{
	size_t at = joined->n++;
	while (at > 0 && finding_stricter(finding, &joined->findings[at - 1])) {
		joined->findings[at] = joined->findings[at - 1];
		at--;
	}
	joined->findings[at] = *finding;
}

static void join_layer(struct joined *joined, size_t layer)
{
	const struct decision *from = &joined->decision[layer];
	/* A list that is full may miss a finding that is no default. */
	bool defers = joined->layers->defers[layer] && !joined->all_defer &&
		      from->n_findings < LIMIT_FINDINGS;
	for (size_t i = 0; i < from->n_findings; i++) {
		struct finding finding = from->findings[i];
		if (defers && finding.by_default)
			continue;
		if (finding.effect)
			finding.effect = same_effect(&joined->decision[0], from, finding.effect);
		if (!is_listed(joined, &finding))
			insert(joined, &finding);
	}
}

static bool all_defer(const struct policy_layers *layers)
{
	for (size_t i = 0; i < layers->n; i++)
		if (!layers->defers[i])
			return false;
	return true;
}

/* Allowed by rule: wherever a layer has a say. */
static bool by_rule(const struct joined *joined, enum cavra_outcome outcome)
{
	for (size_t i = 0; i < joined->layers->n; i++)
		if (outcome == CAVRA_ALLOW && !joined->decision[i].by_rule &&
		    (joined->all_defer || !joined->layers->defers[i]))
			return false;
	return true;
}

static void conclude(const struct joined *joined, struct decision *ret_decision)
{
	const struct finding *first = &joined->findings[0];
	struct decision decision = joined->decision[0];
	decision.findings = joined->findings;
	decision.n_findings = joined->n < LIMIT_FINDINGS ? joined->n : LIMIT_FINDINGS;
	decision_take(&decision, first);
	decision.by_rule = by_rule(joined, first->decision);
	*ret_decision = decision;
}

static size_t count_findings(const struct policy_layers *layers, const struct decision *decisions)
{
	size_t n = 0;
	for (size_t i = 0; i < layers->n; i++)
		n += decisions[i].n_findings;
	return n;
}

static int join(const struct policy_layers *layers, const struct decision *decisions,
		struct arena *arena, struct decision *ret_decision, struct cavra_error *error)
{
	struct joined joined = {
		.layers = layers, .decision = decisions, .all_defer = all_defer(layers)};
	if (setjmp(arena->on_full)) {
		arena->armed = false;
		return error_set(error, CAVRA_ERR_MEMORY,
				 "not enough memory to decide; the action is not allowed");
	}
	arena->armed = true;
	joined.findings = ARENA_ARRAY(arena, count_findings(layers, decisions), struct finding);
	for (size_t i = 0; i < layers->n; i++)
		join_layer(&joined, i);
	conclude(&joined, ret_decision);
	arena->armed = false;
	return 0;
}

int decide_layers(const struct policy_layers *layers, const struct request *request,
		  const struct resolver *resolver, const struct decide_options *options,
		  struct arena *arena, struct decision *ret_decision, struct cavra_error *error)
{
	struct decision decisions[LIMIT_POLICY_LAYERS];
	if (layers->n > LIMIT_POLICY_LAYERS)
		return error_set(error, CAVRA_ERR_LIMIT, "more than %d policies at once",
				 (int)LIMIT_POLICY_LAYERS);
	if (layers->n == 1)
		return decide(layers->policy[0], request, resolver, options, arena, ret_decision,
			      error);
	for (size_t i = 0; i < layers->n; i++) {
		int code = decide(layers->policy[i], request, resolver, options, arena,
				  &decisions[i], error);
		if (code < 0)
			return code;
	}
	return join(layers, decisions, arena, ret_decision, error);
}
