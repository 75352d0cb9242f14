/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules: section of a pack, for commands: by program, subcommand, flags and operands, or by model.
 */
#include "decide/command.h"

static enum match weaker(enum match a, enum match b)
{
	return a < b ? a : b;
}

static enum match match_program(const struct command *c, const struct rule_match *m)
{
	if (!m->program.n)
		return MATCH_MUST;
	if (!c->name.n)
		return MATCH_MAY;
	return str_eq(m->program, c->name) ? MATCH_MUST : MATCH_NO;
}

/* The words in order among the operands, from the first on. */
static enum match match_subcommand(struct decider *d, const struct command *c, const struct rule_match *m)
{
	size_t k = 0;
	for (size_t i = 1; i < c->arguments.n_words && k < m->n_subcommand; i++) {
		const struct command_word *word = &c->arguments.words[i];
		if (word->many)
			return MATCH_MAY;
		if (word->cls == CW_OPTION || word->cls == CW_OPTION_VALUE)
			continue;
		if (!value_is_known(word->value))
			return MATCH_MAY;
		if (!str_eq(value_text(d->arena, word->value), m->subcommand[k])) {
			if (word->cls == CW_MAYBE_VALUE)
				continue;
			return MATCH_NO;
		}
		k++;
	}
	return k == m->n_subcommand ? MATCH_MUST : MATCH_NO;
}

static enum match match_flags(const struct command *c, const struct rule_match *m)
{
	for (size_t i = 0; i < m->n_flags; i++) {
		bool seen = false;
		for (size_t k = 0; k < c->arguments.n_options && !seen; k++)
			seen = str_is(m->flags[i], knowledge_text(c->arguments.options[k].option->name));
		if (!seen)
			return c->arguments.imprecise ? MATCH_MAY : MATCH_NO;
	}
	return MATCH_MUST;
}

static enum match match_operands(struct decider *d, const struct command *c, const struct rule_match *m)
{
	enum match best = MATCH_NO;
	if (!m->operands)
		return MATCH_MUST;
	for (size_t i = 1; i < c->arguments.n_words; i++) {
		const struct command_word *word = &c->arguments.words[i];
		if (word->cls == CW_OPTION)
			continue;
		enum match here = word->many ? MATCH_MAY : name_match(m->operands, word->value, d->arena).match;
		if (here > best)
			best = here;
	}
	return best;
}

static enum match match_model(const struct command *c, const struct rule_match *m)
{
	if (!m->model.n)
		return MATCH_MUST;
	for (size_t i = 0; i < c->arguments.n_models; i++)
		if (str_is(m->model, c->arguments.models[i]))
			return m->model_argument ? MATCH_MAY : MATCH_MUST;
	/* An unknown subcommand of the model's program may be any of its models. */
	size_t dot = str_find_char(m->model, '.');
	bool same = dot != STR_NPOS && str_eq(str_first(m->model, dot), c->name);
	return same && c->arguments.imprecise && c->arguments.cls == CLASS_UNKNOWN ? MATCH_MAY : MATCH_NO;
}

static enum match match_rule(struct decider *d, const struct command *c, const struct rule_match *m)
{
	if (m->effect.n && !str_is(m->effect, "command"))
		return MATCH_NO;
	enum match result = match_program(c, m);
	if (result != MATCH_NO)
		result = weaker(result, match_model(c, m));
	if (result != MATCH_NO)
		result = weaker(result, match_subcommand(d, c, m));
	if (result != MATCH_NO)
		result = weaker(result, match_flags(c, m));
	if (result != MATCH_NO)
		result = weaker(result, match_operands(d, c, m));
	return result;
}

bool command_rules(struct decider *d, const struct command *c)
{
	bool allowed = false;
	for (size_t i = 0; i < d->policy->n_rules; i++) {
		const struct policy_rule *rule = &d->policy->rules[i];
		enum match hit = match_rule(d, c, &rule->match);
		bool allows = rule->decision == CAVRA_ALLOW;
		if (hit == MATCH_NO || (allows && (hit != MATCH_MUST || c->environment || c->arguments.imprecise)))
			continue;
		enum cavra_outcome decision = rule->decision;
		if (hit == MATCH_MAY && decision == CAVRA_BLOCK)
			decision = CAVRA_REQUIRE_APPROVAL;
		enum cavra_severity severity = rule->has_severity ? rule->severity : allows ? CAVRA_LOW : CAVRA_HIGH;
		struct finding *finding = finding_add(d, c->effect, decision, severity, arena_str(d->arena, rule->id).p);
		finding->certainty = hit;
		finding->approver_group = rule->approver_group;
		finding->instead = rule->instead;
		finding->reason = rule->reason.n ? rule->reason : arena_join(d->arena, STR("a rule of the pack: "), c->shown);
		allowed |= allows;
	}
	return allowed;
}
