/* SPDX-License-Identifier: Apache-2.0
 *
 * Keywords that apply schemas: to the same value, to its members, to its items. See
 * schema_private.h.
 */
#include "base/buf.h"
#include "json/json.h"
#include "json/schema_private.h"

enum {
	NAMES_BYTES = 300, /* of allowed names shown in a message */
	NAMES_DEPTH = 4,   /* schemas behind each other in which allowed names are looked for */
	KEY_BYTES = 80,    /* of a key shown in a message */
};

/* ---- to the same value ---- */

static bool apply_here(struct run *run, const struct node *node, const struct frame *frame)
{
	return schema_apply(run, node, frame->value, frame->place, frame->seen);
}

static bool matches_here(struct run *run, const struct node *node, const struct frame *frame)
{
	return schema_matches(run, node, frame->value, frame->place, frame->seen);
}

bool check_ref(struct run *run, const struct rule *rule, const struct frame *frame)
{
	return apply_here(run, rule->node, frame);
}

bool check_all_of(struct run *run, const struct rule *rule, const struct frame *frame)
{
	bool valid = true;
	for (size_t i = 0; i < rule->n_children; i++)
		if (!apply_here(run, rule->children[i].node, frame))
			valid = false;
	return valid;
}

/* Does the value have a type that the node allows, as far as the node itself or what it refers to
 * says?
 */
static bool fits_type(struct run *run, const struct node *node, const struct frame *frame)
{
	for (int i = 0; i < NAMES_DEPTH; i++) {
		const struct rule *rule = node_rule(node, "type"), *ref = node_rule(node, "$ref");
		if (rule)
			return check_type(run, rule, frame);
		if (!ref)
			return !node->never;
		node = ref->node;
	}
	return true;
}

/* None of the alternatives holds. Complains about the one that was surely meant, if there is just
 * one of the type.
 */
static bool report_alternatives(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const struct node *meant = NULL;
	size_t fitting = 0;
	run->quiet++;
	for (size_t i = 0; i < rule->n_children; i++) {
		if (!fits_type(run, rule->children[i].node, frame))
			continue;
		fitting++;
		meant = rule->children[i].node;
	}
	run->quiet--;
	if (fitting == 1 && !apply_here(run, meant, frame))
		return false;
	return run_report(run, frame, rule->keyword->name,
			  "of none of the %zu forms that are allowed; see the schema",
			  rule->n_children);
}

bool check_any_of(struct run *run, const struct rule *rule, const struct frame *frame)
{
	bool valid = false;
	for (size_t i = 0; i < rule->n_children && (!valid || frame->seen); i++)
		if (matches_here(run, rule->children[i].node, frame))
			valid = true;
	return valid || run->quiet || run->failure ? valid : report_alternatives(run, rule, frame);
}

bool check_one_of(struct run *run, const struct rule *rule, const struct frame *frame)
{
	size_t matching = 0;
	for (size_t i = 0; i < rule->n_children && matching < 2; i++)
		if (matches_here(run, rule->children[i].node, frame))
			matching++;
	if (matching > 1)
		return run_report(run, frame, "oneOf",
				  "of more than one of the %zu forms; write what only one allows",
				  rule->n_children);
	return matching || run->quiet || run->failure ? matching == 1
						      : report_alternatives(run, rule, frame);
}

bool check_not(struct run *run, const struct rule *rule, const struct frame *frame)
{
	if (!schema_matches(run, rule->node, frame->value, frame->place, NULL))
		return true;
	return run_report(run, frame, "not", "of a form that is not allowed; see the schema");
}

bool check_if(struct run *run, const struct rule *rule, const struct frame *frame)
{
	bool holds = matches_here(run, rule->node, frame);
	const struct rule *branch = node_rule(frame->node, holds ? "then" : "else");
	return !branch || apply_here(run, branch->node, frame);
}

bool check_dependent_schemas(struct run *run, const struct rule *rule, const struct frame *frame)
{
	bool valid = true;
	if (!json_is_object(frame->value))
		return true;
	for (size_t i = 0; i < rule->n_children; i++)
		if (json_object_get(frame->value, rule->children[i].name.p) &&
		    !apply_here(run, rule->children[i].node, frame))
			valid = false;
	return valid;
}

/* ---- to members ---- */

static bool apply_member(struct run *run, const struct node *node, const struct frame *frame,
			 const char *key, const json_t *value)
{
	struct place place = {.parent = frame->place, .key = key, .of = POSITION_VALUE};
	seen_key(run, frame->seen, key);
	return schema_apply(run, node, value, &place, NULL);
}

bool check_properties(struct run *run, const struct rule *rule, const struct frame *frame)
{
	bool valid = true;
	for (size_t i = 0; i < rule->n_children; i++) {
		const char *key = rule->children[i].name.p;
		const json_t *value = json_object_get(frame->value, key);
		if (value && !apply_member(run, rule->children[i].node, frame, key, value))
			valid = false;
	}
	return valid;
}

bool check_pattern_properties(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const char *key;
	json_t *value;
	bool valid = true;
	json_object_foreach ((json_t *)frame->value, key, value)
		for (size_t i = 0; i < rule->n_children; i++)
			if (run_matches_pattern(run, rule->children[i].pattern, str_from(key)) &&
			    !apply_member(run, rule->children[i].node, frame, key, value))
				valid = false;
	return valid;
}

/* Names that a node allows, also through the schemas that it applies to the same value. */
static void try_names(const struct node *node, int depth, struct guess *guess, struct buf *names)
{
	for (size_t i = 0; i < node->n_rules && depth > 0; i++) {
		const struct rule *rule = &node->rules[i];
		bool properties = strcmp(rule->keyword->name, "properties") == 0;
		bool here = properties || strcmp(rule->keyword->name, "$ref") == 0 ||
			    rule->keyword->operand == OPERAND_SCHEMAS;
		if (here && rule->node)
			try_names(rule->node, depth - 1, guess, names);
		for (size_t k = 0; here && k < rule->n_children; k++) {
			const struct child *child = &rule->children[k];
			if (!properties) {
				try_names(child->node, depth - 1, guess, names);
				continue;
			}
			guess_try(guess, child->name);
			buf_add_c(names, names->n ? ", " : "");
			buf_add(names, child->name);
		}
	}
}

static bool report_unknown(struct run *run, const struct frame *frame, const char *keyword,
			   const char *key, int depth)
{
	struct place place = {.parent = frame->place, .key = key, .of = POSITION_KEY};
	struct frame there = {.node = frame->node, .place = &place};
	struct guess guess = guess_start(str_from(key));
	CLEANUP_BUF struct buf names, shown;
	buf_init(&names, NAMES_BYTES);
	buf_init(&shown, 6 * KEY_BYTES + 2);
	if (run->quiet)
		return false;
	buf_add_json_string(&shown, str_first(str_from(key), KEY_BYTES));
	try_names(frame->node, depth, &guess, &names);
	if (guess_found(&guess))
		return run_report(run, &there, keyword, "unknown key %s; did you mean \"%.*s\"?",
				  shown.p, STR_ARG(guess.best));
	if (names.n && !names.failed)
		return run_report(run, &there, keyword, "unknown key %s; allowed are %s", shown.p,
				  names.p);
	return run_report(run, &there, keyword, "unknown key %s; remove it", shown.p);
}

/* A member that no other keyword speaks of. */
static bool apply_other_member(struct run *run, const struct rule *rule, const struct frame *frame,
			       const char *key, const json_t *value)
{
	if (rule->node->never)
		return report_unknown(
			run, frame, rule->keyword->name, key,
			strcmp(rule->keyword->name, "additionalProperties") == 0 ? 1 : NAMES_DEPTH);
	return apply_member(run, rule->node, frame, key, value);
}

static bool is_named(struct run *run, const struct frame *frame, const char *key)
{
	const struct rule *properties = node_rule(frame->node, "properties");
	const struct rule *patterns = node_rule(frame->node, "patternProperties");
	if (properties && json_object_get(properties->value, key))
		return true;
	for (size_t i = 0; patterns && i < patterns->n_children; i++)
		if (run_matches_pattern(run, patterns->children[i].pattern, str_from(key)))
			return true;
	return false;
}

bool check_additional_properties(struct run *run, const struct rule *rule,
				 const struct frame *frame)
{
	const char *key;
	json_t *value;
	bool valid = true;
	json_object_foreach ((json_t *)frame->value, key, value)
		if (!is_named(run, frame, key) && !apply_other_member(run, rule, frame, key, value))
			valid = false;
	return valid;
}

bool check_unevaluated_properties(struct run *run, const struct rule *rule,
				  const struct frame *frame)
{
	const char *key;
	json_t *value;
	bool valid = true;
	json_object_foreach ((json_t *)frame->value, key, value)
		if (!seen_has_key(frame->seen, key) &&
		    !apply_other_member(run, rule, frame, key, value))
			valid = false;
	return valid;
}

bool check_property_names(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const char *key;
	json_t *value;
	bool valid = true;
	json_object_foreach ((json_t *)frame->value, key, value) {
		struct place place = {.parent = frame->place, .key = key, .of = POSITION_KEY};
		json_t *name = json_string(key);
		if (!name)
			run->failure = CAVRA_ERR_MEMORY;
		else if (!schema_apply(run, rule->node, name, &place, NULL))
			valid = false;
		json_decref(name);
	}
	return valid;
}

/* ---- to items ---- */

static bool apply_item(struct run *run, const struct node *node, const struct frame *frame,
		       size_t index)
{
	struct place place = {.parent = frame->place, .index = index, .of = POSITION_VALUE};
	seen_item(run, frame->seen, index, json_array_size(frame->value));
	return schema_apply(run, node, json_array_get(frame->value, index), &place, NULL);
}

bool check_prefix_items(struct run *run, const struct rule *rule, const struct frame *frame)
{
	bool valid = true;
	for (size_t i = 0; i < rule->n_children && i < json_array_size(frame->value); i++)
		if (!apply_item(run, rule->children[i].node, frame, i))
			valid = false;
	return valid;
}

bool check_items(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const struct rule *prefix = node_rule(frame->node, "prefixItems");
	bool valid = true;
	for (size_t i = prefix ? prefix->n_children : 0; i < json_array_size(frame->value); i++)
		if (!apply_item(run, rule->node, frame, i))
			valid = false;
	return valid;
}

bool check_contains(struct run *run, const struct rule *rule, const struct frame *frame)
{
	const struct rule *min = node_rule(frame->node, "minContains"),
			  *max = node_rule(frame->node, "maxContains");
	size_t n = json_array_size(frame->value);
	double found = 0;
	if (!json_is_array(frame->value))
		return true;
	for (size_t i = 0; i < n; i++) {
		struct place place = {.parent = frame->place, .index = i, .of = POSITION_VALUE};
		if (!schema_matches(run, rule->node, json_array_get(frame->value, i), &place, NULL))
			continue;
		seen_item(run, frame->seen, i, n);
		found++;
	}
	double least = min ? json_number_value(min->value) : 1;
	if (found < least)
		return run_report(
			run, frame, min ? "minContains" : "contains",
			"only %.0f items are as the schema wants; write at least %.0f of them",
			found, least);
	if (max && found > json_number_value(max->value))
		return run_report(run, frame, "maxContains",
				  "%.0f items are of a kind of which only %.0f may be; remove some",
				  found, json_number_value(max->value));
	return true;
}

bool check_unevaluated_items(struct run *run, const struct rule *rule, const struct frame *frame)
{
	bool valid = true;
	for (size_t i = 0; i < json_array_size(frame->value); i++)
		if (!seen_has_item(frame->seen, i) && !apply_item(run, rule->node, frame, i))
			valid = false;
	return valid;
}
