/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules: section of a pack.
 */
#include "policy/load.h"
#include "policy/registry.h"
#include "policy/rule_index.h"
#include "json/json.h"
#include "json/pointer.h"

/* Where a rule stands. */
struct place {
	struct loader *loader;
	const struct layer *layer;
	const char *pointer;
};

static int complain(const struct place *place, const char *key, const char *text)
{
	const char *pointer = place->pointer;
	if (key)
		pointer = arena_printf(&place->loader->scratch, "%s%s", pointer, key).p;
	return loader_mistake(place->loader, place->layer, pointer, POSITION_VALUE, "%s", text);
}

static struct str get_text(const struct place *place, const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return arena_str(place->loader->arena, text);
}

static void get_words(const struct place *place, const json_t *object, const char *key,
		      const struct str **ret, size_t *ret_n)
{
	const json_t *list = json_get_array(object, key);
	struct arena *arena = place->loader->arena;
	size_t n = json_array_size(list);
	struct str *words = ARENA_ARRAY(arena, n, struct str);
	for (size_t i = 0; i < n; i++)
		words[i] = arena_str(arena, json_str(json_array_get(list, i)));
	*ret = words;
	*ret_n = n;
}

static int compile_patterns(const struct place *place, const json_t *match, const char *key,
			    struct list_type type, struct pattern_list **ret)
{
	struct loader *loader = place->loader;
	const json_t *list = json_get_array(match, key);
	struct items items = {.items = NULL};
	size_t bad;
	for (size_t i = 0; i < json_array_size(list); i++)
		ARENA_PUSH(&loader->scratch, items.items, items.n,
			   items.cap) = json_str(json_array_get(list, i));
	int code = items_compile(loader->arena, &items, type, ret, &bad, loader->error);
	if (code == CAVRA_ERR_POLICY || code == CAVRA_ERR_LIMIT) {
		const char *text = arena_str(&loader->scratch, str_from(loader->error->text)).p;
		return complain(place, arena_printf(&loader->scratch, "/match/%s/%zu", key, bad).p,
				text);
	}
	return code < 0 ? loader_report(loader, code) : 0;
}

static int compile_effect(const struct place *place, const json_t *match, enum pattern_mood mood,
			  struct rule_match *ret)
{
	ret->effect = get_text(place, match, "effect");
	if (!ret->effect.n)
		return 0;
	struct list_type type = {.mood = mood};
	if (!policy_effect_patterns(ret->effect, &type.kind))
		return complain(place, "/match/effect", "no such effect");
	return compile_patterns(place, match, "patterns", type, &ret->effect_pattern);
}

static int check_model(const struct place *place, struct str model)
{
	struct arena *scratch = &place->loader->scratch;
	struct str near = STR("");
	struct str program = str_first(model, str_find_char(model, '.') + 1);
	for (size_t i = 0; i < policy_models_count; i++) {
		struct str known = str_from(policy_models[i]);
		if (str_eq(known, model))
			return 0;
		if (str_starts(known, program))
			near = arena_join3(scratch, near, near.n ? STR(", ") : STR(""), known);
	}
	if (!near.n)
		return complain(
			place, "/match/model",
			"nothing is known about that program; write program and subcommand");
	return complain(place, "/match/model",
			arena_join(scratch, STR("there is no such model; there are: "), near).p);
}

static int compile_match(const struct place *place, const json_t *match, enum pattern_mood mood,
			 struct rule_match *ret)
{
	struct list_type names = {LIST_NAMES, mood};
	ret->program = get_text(place, match, "program");
	ret->model = get_text(place, match, "model");
	get_words(place, match, "subcommand", &ret->subcommand, &ret->n_subcommand);
	get_words(place, match, "flags", &ret->flags, &ret->n_flags);
	int code = ret->model.n ? check_model(place, ret->model) : 0;
	if (code == 0)
		code = compile_patterns(place, match, "operands", names, &ret->operands);
	if (code == 0)
		code = compile_patterns(place, match, "dest", names, &ret->model_argument);
	if (code == 0)
		code = compile_effect(place, match, mood, ret);
	return code;
}

static int compile_rule(const struct place *place, const json_t *object, struct policy_rule *rule)
{
	struct str decision = STR(""), severity = STR("");
	rule->id = get_text(place, object, "id");
	rule->approver_group = get_text(place, object, "approver_group");
	rule->reason = get_text(place, object, "reason");
	rule->instead = get_text(place, object, "instead");
	(void)json_get_str(object, "decision", &decision);
	if (!outcome_parse(decision, &rule->decision))
		return complain(place, "/decision", "no such decision");
	rule->has_severity = json_get_str(object, "severity", &severity);
	if (rule->has_severity && !severity_parse(severity, &rule->severity))
		return complain(place, "/severity", "no such severity");
	return compile_match(place, json_get_object(object, "match"),
			     rule->decision == CAVRA_ALLOW ? PATTERN_ALLOW : PATTERN_DENY,
			     &rule->match);
}

/* 1: the same rule was there before, through two ways of inheritance. */
static int check_id(const struct place *place, json_t *seen, json_t *object)
{
	const char *id = json_string_value(json_object_get(object, "id"));
	const json_t *before = id ? json_object_get(seen, id) : NULL;
	if (!id)
		return complain(place, NULL, "a rule without an id");
	if (before && json_equal(before, object))
		return 1;
	if (before)
		return complain(place, "/id",
				"another rule, here or in a parent, has this id; choose another");
	if (json_object_set(seen, id, object) < 0)
		(void)loader_must(place->loader, NULL);
	return 0;
}

static int add_rule(const struct place *place, json_t *seen, json_t *object, struct policy *policy,
		    size_t *cap)
{
	int code = check_id(place, seen, object);
	if (code)
		return code < 0 ? code : 0;
	if (policy->n_rules == LIMIT_POLICY_RULES)
		return complain(place, NULL,
				arena_printf(&place->loader->scratch, "more than %d rules",
					     (int)LIMIT_POLICY_RULES)
					.p);
	ARENA_PUSH(place->loader->arena, policy->rules, policy->n_rules,
		   *cap) = (struct policy_rule){.id = STR("")};
	return compile_rule(place, object, &policy->rules[policy->n_rules - 1]);
}

int loader_compile_rules(struct loader *loader, struct policy *policy)
{
	json_t *seen = loader_keep(loader, json_object());
	const json_t *merged = json_get_array(loader->merged, "rules");
	size_t cap = 0;
	for (size_t i = 0; i < loader->n_layers; i++) {
		const json_t *list = json_get_array(loader->layer[i]->root, "rules");
		for (size_t k = 0; k < json_array_size(list); k++) {
			if (!loader_holds(loader, "/rules", merged, json_array_get(list, k)))
				continue;
			struct place place = {loader, loader->layer[i],
					      pointer_index(&loader->scratch, "/rules", k)};
			int code = add_rule(&place, seen, json_array_get(list, k), policy, &cap);
			if (code < 0)
				return code;
		}
	}
	policy_index_rules(policy);
	return 0;
}
