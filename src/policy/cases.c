/* SPDX-License-Identifier: Apache-2.0
 *
 * The tests: section of a pack: what its author expects of it.
 */
#include "policy/load.h"
#include "json/json.h"
#include "json/pointer.h"

static void add_case(struct loader *loader, const struct layer *layer, const json_t *object,
		     struct policy_case *ret)
{
	struct str text = STR("");
	(void)json_get_str(object, "decision", &text);
	(void)outcome_parse(text, &ret->decision);
	ret->has_severity = json_get_str(object, "severity", &text) &&
			    severity_parse(text, &ret->severity);
	(void)json_get_str(object, "name", &ret->name);
	(void)json_get_str(object, "rule", &ret->rule);
	ret->input = json_get_object(object, "input");
	ret->facts = json_get_object(object, "facts");
	ret->file = arena_str(loader->arena, str_from(layer->name)).p;
}

int loader_compile_cases(struct loader *loader, struct policy *policy)
{
	size_t cap = 0;
	for (size_t i = 0; i < loader->n_layers; i++) {
		const struct layer *layer = loader->layer[i];
		if (layer->is_top && !policy->own)
			policy->own = json_incref(layer->root);
		json_t *list = json_get_array(layer->root, "tests");
		if (!layer->is_top || !list)
			continue;
		if (json_array_append(policy->cases_json, list) < 0)
			(void)loader_must(loader, NULL);
		for (size_t k = 0; k < json_array_size(list); k++) {
			struct policy_case one = {.name = STR(""), .rule = STR("")};
			add_case(loader, layer, json_array_get(list, k), &one);
			if (layer->document)
				(void)document_position(
					layer->document,
					pointer_index(&loader->scratch, "/tests", k),
					POSITION_VALUE, &one.line, &one.column);
			ARENA_PUSH(loader->arena, policy->cases, policy->n_cases, cap) = one;
		}
	}
	return 0;
}
