/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules: section of a pack: commands by program, subcommand, flags and operands, or by model; other effects by
 * their paths, hosts and names.
 */
#include <stdlib.h>

#include "decide/command.h"
#include "policy/rule_index.h"

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
static enum match match_subcommand(struct decider *d, const struct command *c,
				   const struct rule_match *m)
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
			seen = str_is(m->flags[i],
				      knowledge_text(c->arguments.options[k].option->name));
		if (!seen)
			return c->arguments.imprecise ? MATCH_MAY : MATCH_NO;
	}
	return MATCH_MUST;
}

static enum match match_operands(struct decider *d, const struct command *c,
				 const struct rule_match *m)
{
	enum match best = MATCH_NO;
	if (!m->operands)
		return MATCH_MUST;
	for (size_t i = 1; i < c->arguments.n_words; i++) {
		const struct command_word *word = &c->arguments.words[i];
		if (word->cls == CW_OPTION)
			continue;
		enum match here = word->many ? MATCH_MAY
					     : name_match(m->operands, word->value, d->arena).match;
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
			return m->model_argument ? MATCH_NO : MATCH_MUST; /* see rules_for_push() */
	/* An unknown subcommand of the model's program may be any of its models. */
	size_t dot = str_find_char(m->model, '.');
	bool same = dot != STR_NPOS && str_eq(str_first(m->model, dot), c->name);
	return same && c->arguments.imprecise && c->arguments.cls == CLASS_UNKNOWN ? MATCH_MAY
										   : MATCH_NO;
}

static enum match match_rule(struct decider *d, const struct command *c, const struct rule_match *m)
{
	if (m->effect.n && !str_is(m->effect, "command"))
		return MATCH_NO;
	enum match result = match_program(c, m);
	if (m->effect_pattern)
		result = weaker(result, command_match(m->effect_pattern, c->arguments.words,
						      c->arguments.n_words, d->arena)
						.match);
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

/* One finding of a pack's rule. An allowing rule holds only surely. */
static struct finding *add_finding(struct decider *d, const struct effect *effect,
				   const struct policy_rule *rule, enum match hit)
{
	enum cavra_outcome decision = rule->decision;
	if (hit == MATCH_MAY && decision == CAVRA_BLOCK)
		decision = CAVRA_REQUIRE_APPROVAL;
	bool allows = decision == CAVRA_ALLOW;
	enum cavra_severity severity = rule->has_severity ? rule->severity
				       : allows           ? CAVRA_LOW
							  : CAVRA_HIGH;
	struct finding *finding = finding_add(d, effect, decision, severity,
					      arena_str(d->arena, rule->id).p);
	finding->certainty = hit;
	finding->approver_group = rule->approver_group;
	finding->instead = rule->instead;
	finding->reason = rule->reason.n ? rule->reason
					 : arena_join(d->arena, STR("a rule of the pack: "),
						      effect->shown);
	return finding;
}

/* Numbers of rules that may meet an effect. */
struct candidates {
	uint32_t *items;
	size_t n, cap;
};

static void add_span(struct decider *d, struct candidates *candidates, struct rule_span span)
{
	for (size_t i = 0; i < span.n; i++)
		ARENA_PUSH(d->arena, candidates->items, candidates->n,
			   candidates->cap) = span.key[i].rule;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;
	return *left < *right ? -1 : *left > *right;
}

/* In the order of the policy; one that is found in two ways stands there twice. */
static struct candidates command_candidates(struct decider *d, const struct command *c)
{
	const struct policy *policy = d->policy;
	const struct arguments *a = &c->arguments;
	struct candidates found = {.items = NULL};
	const struct pattern_list *filter = policy_rule_filter(policy, STR("command"));
	if (!c->name.n) {
		add_span(d, &found, (struct rule_span){policy->rule_keys, policy->n_rule_keys});
	} else {
		add_span(d, &found, policy_rules_of(policy, RULE_KEY_PROGRAM, c->name));
		for (size_t i = 0; i < a->n_models; i++)
			add_span(d, &found,
				 policy_rules_of(policy, RULE_KEY_MODEL, str_from(a->models[i])));
		if (a->imprecise)
			add_span(d, &found,
				 policy_rules_of_models(policy,
							arena_join(d->arena, c->name, STR("."))));
		if (!filter ||
		    command_match(filter, a->words, a->n_words, d->arena).match != MATCH_NO)
			add_span(d, &found,
				 policy_rules_of(policy, RULE_KEY_EFFECT, STR("command")));
	}
	if (found.n > 1)
		qsort(found.items, found.n, sizeof *found.items, by_number);
	return found;
}

bool command_rules(struct decider *d, const struct command *c)
{
	bool allowed = false;
	if (!d->policy->n_rules)
		return false;
	struct candidates found = command_candidates(d, c);
	for (size_t i = 0; i < found.n; i++) {
		if (i > 0 && found.items[i] == found.items[i - 1])
			continue;
		const struct policy_rule *rule = &d->policy->rules[found.items[i]];
		enum match hit = match_rule(d, c, &rule->match);
		bool allows = rule->decision == CAVRA_ALLOW;
		if (hit == MATCH_NO ||
		    (allows && (hit != MATCH_MUST || c->environment || c->arguments.imprecise)))
			continue;
		add_finding(d, c->effect, rule, hit);
		allowed |= allows;
	}
	return allowed;
}

/* ---- rules about other effects ---- */

/* What a rule of that effect is asked about. */
struct subject {
	enum effect_kind kind;
	const struct value *names;
	size_t n_names;
	bool tree, perhaps;
	unsigned port;
};

static enum match match_subject(struct decider *d, const struct pattern_list *list,
				const struct subject *s)
{
	if (!list)
		return MATCH_MUST;
	switch (s->kind) {
	case EFFECT_FILE_READ:
	case EFFECT_FILE_WRITE:
	case EFFECT_FILE_DELETE:
		return path_match(list, s->names, s->n_names, s->tree, d->arena).match;
	case EFFECT_NET:
		return host_match(list, s->names[0], s->port, d->arena).match;
	case EFFECT_COMMAND:
	case EFFECT_GIT:
	case EFFECT_MCP:
	case EFFECT_RECORD:
	case EFFECT_PULL_REQUEST:
	case EFFECT_ADAPTER:
		break;
	}
	return name_match(list, s->names[0], d->arena).match;
}

static bool judge_subject(struct decider *d, const struct effect *effect, const struct subject *s)
{
	struct str kind = str_from(effect_kind_name(s->kind));
	struct rule_span span = policy_rules_of(d->policy, RULE_KEY_EFFECT, kind);
	bool found = false;
	if (!span.n || match_subject(d, policy_rule_filter(d->policy, kind), s) == MATCH_NO)
		return false;
	for (size_t i = 0; i < span.n; i++) {
		const struct policy_rule *rule = &d->policy->rules[span.key[i].rule];
		enum match hit = match_subject(d, rule->match.effect_pattern, s);
		/* Which command it was is not known here. */
		bool narrower = rule->match.program.n || rule->match.model.n;
		if (hit == MATCH_MUST && (narrower || s->perhaps))
			hit = MATCH_MAY;
		if (hit == MATCH_NO || (rule->decision == CAVRA_ALLOW && hit != MATCH_MUST))
			continue;
		add_finding(d, effect, rule, hit);
		found |= rule->decision != CAVRA_ALLOW;
	}
	return found;
}

bool rules_for_file(struct decider *d, const struct effect *effect, const struct file_subject *file)
{
	struct subject s = {effect->kind, file->names, file->n_names, file->tree, file->perhaps, 0};
	return judge_subject(d, effect, &s);
}

bool rules_for_host(struct decider *d, const struct effect *effect, struct value host,
		    unsigned port)
{
	struct subject s = {EFFECT_NET, &host, 1, false, false, port};
	return judge_subject(d, effect, &s);
}

bool rules_for_name(struct decider *d, const struct effect *effect, struct value name)
{
	struct subject s = {effect->kind, &name, 1, false, false, 0};
	return judge_subject(d, effect, &s);
}

/* {model: {git.push: {dest: ...}}} */
bool rules_for_push(struct decider *d, const struct effect *effect, struct value branch)
{
	struct rule_span span = policy_rules_of(d->policy, RULE_KEY_MODEL, STR("git.push"));
	bool found = rules_for_name(d, effect, branch);
	for (size_t i = 0; i < span.n; i++) {
		const struct policy_rule *rule = &d->policy->rules[span.key[i].rule];
		if (!rule->match.model_argument)
			continue;
		enum match hit = name_match(rule->match.model_argument, branch, d->arena).match;
		if (hit == MATCH_NO || (rule->decision == CAVRA_ALLOW && hit != MATCH_MUST))
			continue;
		add_finding(d, effect, rule, hit);
		found |= rule->decision != CAVRA_ALLOW;
	}
	return found;
}
