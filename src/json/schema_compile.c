/* SPDX-License-Identifier: Apache-2.0
 *
 * Schema documents to nodes with rules, see schema_private.h. First all schemas of the document are
 * found, with their base URIs and anchors; then each becomes a node, and references find theirs.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"
#include "json/json.h"
#include "json/pointer.h"
#include "json/schema_private.h"
#include "json/uri.h"

/* A URI with a name behind it that a reference may use: "" for the resource itself, an anchor. */
struct target {
	struct str base, anchor;
	const json_t *json;
};

struct compiler {
	struct schema *schema;
	struct arena *arena;
	struct node *nodes;
	size_t n_nodes, cap_nodes;
	struct target *targets;
	size_t n_targets, cap_targets;
	struct cavra_error *error;
};

static int fail(struct compiler *compiler, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int fail(struct compiler *compiler, const char *pointer, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return error_set(compiler->error, CAVRA_ERR_INPUT, "%s: %s", *pointer ? pointer : "/",
			 text);
}

/* ---- the values of keywords ---- */

static bool is_count(const json_t *value)
{
	return number_is_whole(value) && json_number_value(value) >= 0;
}

static bool is_names(const json_t *value)
{
	const json_t *name;
	size_t i;
	if (!json_is_array(value))
		return false;
	json_t *names = json_object();
	json_array_foreach (value, i, name)
		if (!json_is_string(name) ||
		    json_object_set_new(names, json_string_value(name), json_true()) < 0)
			break;
	bool unique = json_object_size(names) == json_array_size(value);
	json_decref(names);
	return unique;
}

static bool is_name_lists(const json_t *value)
{
	const char *key;
	json_t *names;
	if (!json_is_object(value))
		return false;
	json_object_foreach ((json_t *)value, key, names)
		if (!is_names(names))
			return false;
	return true;
}

static bool is_type_name(const json_t *value)
{
	static const char *const types[] = {"null",   "boolean", "integer", "number",
					    "string", "array",   "object"};
	for (size_t i = 0; json_is_string(value) && i < ARRAY_SIZE(types); i++)
		if (str_is(json_str(value), types[i]))
			return true;
	return false;
}

static bool is_types(const json_t *value)
{
	const json_t *name;
	size_t i;
	json_array_foreach (value, i, name)
		if (!is_type_name(name))
			return false;
	return is_type_name(value) || (is_names(value) && json_array_size(value) > 0);
}

static bool is_dialect(const json_t *value)
{
	return json_is_string(value) &&
	       (str_is(json_str(value), "https://json-schema.org/draft/2020-12/schema") ||
		str_is(json_str(value), "https://json-schema.org/draft/2020-12/schema#"));
}

static bool is_positive(const json_t *value)
{
	return json_is_number(value) && json_number_value(value) > 0;
}

static bool is_any(const json_t *value)
{
	return value != NULL;
}

static bool is_text(const json_t *value)
{
	return json_is_string(value);
}

static bool is_flag(const json_t *value)
{
	return json_is_boolean(value);
}

static bool is_number(const json_t *value)
{
	return json_is_number(value);
}

static bool is_list(const json_t *value)
{
	return json_is_array(value);
}

static bool is_filled_list(const json_t *value)
{
	return json_array_size(value) > 0;
}

static bool is_object(const json_t *value)
{
	return json_is_object(value);
}

static const struct {
	bool (*is)(const json_t *value);
	const char *wanted;
} operands[OPERANDS] = {
	[OPERAND_ANY] = {is_any, "any value"},
	[OPERAND_TEXT] = {is_text, "a string"},
	[OPERAND_FLAG] = {is_flag, "true or false"},
	[OPERAND_NUMBER] = {is_number, "a number"},
	[OPERAND_POSITIVE] = {is_positive, "a number over 0"},
	[OPERAND_COUNT] = {is_count, "a whole number from 0"},
	[OPERAND_LIST] = {is_list, "a list"},
	[OPERAND_TYPES] =
		{is_types,
		 "a type or a list of different ones: null boolean integer number string array object"},
	[OPERAND_NAMES] = {is_names, "a list of different strings"},
	[OPERAND_NAME_LISTS] = {is_name_lists,
				"an object whose values are lists of different strings"},
	[OPERAND_PATTERN] = {is_text, "a regular expression"},
	[OPERAND_REFERENCE] = {is_text, "a reference"},
	[OPERAND_DIALECT] =
		{is_dialect,
		 "https://json-schema.org/draft/2020-12/schema, which is the one implemented"},
	[OPERAND_SCHEMA] = {is_any, "a schema"},
	[OPERAND_SCHEMAS] = {is_filled_list, "a list of schemas that is not empty"},
	[OPERAND_NAMED] = {is_object, "an object of schemas"},
	[OPERAND_PATTERNS] = {is_object, "an object of schemas"},
};

/* ---- finding all schemas ---- */

static int collect(struct compiler *compiler, const json_t *json, struct str base,
		   const char *pointer);

static const struct keyword *keyword_find(const char *name)
{
	for (size_t i = 0; i < schema_keywords_count; i++)
		if (strcmp(schema_keywords[i].name, name) == 0)
			return &schema_keywords[i];
	return NULL;
}

static int fail_keyword(struct compiler *compiler, const char *pointer, const char *name)
{
	struct guess guess = guess_start(str_from(name));
	for (size_t i = 0; i < schema_keywords_count; i++)
		guess_try(&guess, str_from(schema_keywords[i].name));
	if (guess_found(&guess))
		return fail(compiler, pointer,
			    "the keyword \"%s\" is not implemented; did you mean \"%.*s\"?", name,
			    STR_ARG(guess.best));
	return fail(compiler, pointer, "the keyword \"%s\" is not implemented; remove it", name);
}

static int add_target(struct compiler *compiler, const char *pointer, struct str base,
		      struct str anchor, const json_t *json)
{
	for (size_t i = 0; i < compiler->n_targets; i++) {
		const struct target *target = &compiler->targets[i];
		if (str_eq(target->base, base) && str_eq(target->anchor, anchor) &&
		    target->json != json)
			return fail(compiler, pointer,
				    "two schemas have the same $id or $anchor; rename one");
	}
	if (compiler->n_targets >= LIMIT_SCHEMA_NAMES)
		return fail(compiler, pointer,
			    "too many $id and $anchor; use references like #/$defs/name");
	ARENA_PUSH(compiler->arena, compiler->targets, compiler->n_targets,
		   compiler->cap_targets) = (struct target){base, anchor, json};
	return 0;
}

/* $id and $anchor. */
static int collect_names(struct compiler *compiler, const json_t *json, struct str *base,
			 const char *pointer)
{
	struct str id, anchor;
	int code = 0;
	if (json_get_str(json, "$id", &id)) {
		*base = uri_resolve(compiler->arena, *base, id);
		if (uri_cut_fragment(compiler->arena, base).n)
			return fail(compiler, pointer, "$id has a fragment; use $anchor");
		code = add_target(compiler, pointer, *base, STR(""), json);
	}
	if (code == 0 && json_get_str(json, "$anchor", &anchor))
		code = add_target(compiler, pointer, *base, anchor, json);
	return code;
}

static int collect_below(struct compiler *compiler, enum operand operand, const json_t *value,
			 struct str base, const char *pointer)
{
	const char *key;
	json_t *below;
	size_t i;
	int code = 0;
	if (operand == OPERAND_SCHEMA)
		return collect(compiler, value, base, pointer);
	if (operand == OPERAND_SCHEMAS)
		json_array_foreach (value, i, below)
			if (code == 0)
				code = collect(compiler, below, base,
					       pointer_index(compiler->arena, pointer, i));
	if (operand == OPERAND_NAMED || operand == OPERAND_PATTERNS)
		json_object_foreach ((json_t *)value, key, below)
			if (code == 0)
				code = collect(
					compiler, below, base,
					pointer_join(compiler->arena, pointer, str_from(key)));
	return code;
}

static int collect(struct compiler *compiler, const json_t *json, struct str base,
		   const char *pointer)
{
	const char *name;
	json_t *value;
	if (json_is_boolean(json))
		return 0;
	if (!json_is_object(json))
		return fail(compiler, pointer, "a schema is an object, true or false");
	int code = collect_names(compiler, json, &base, pointer);
	if (code < 0)
		return code;
	ARENA_PUSH(compiler->arena, compiler->nodes, compiler->n_nodes, compiler->cap_nodes) =
		(struct node){.json = json, .base = base, .pointer = pointer};
	json_object_foreach ((json_t *)json, name, value) {
		const struct keyword *keyword = keyword_find(name);
		const char *at = pointer_join(compiler->arena, pointer, str_from(name));
		if (!keyword)
			return fail_keyword(compiler, pointer, name);
		if (!operands[keyword->operand].is(value))
			return fail(compiler, at, "this is not %s",
				    operands[keyword->operand].wanted);
		code = collect_below(compiler, keyword->operand, value, base, at);
		if (code < 0)
			return code;
	}
	return 0;
}

/* ---- nodes ---- */

static int compare_nodes(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct node *)a)->json,
		  y = (uintptr_t)((const struct node *)b)->json;
	return x < y ? -1 : x > y;
}

/* NULL when the value is no schema of the document. */
static const struct node *node_of(struct compiler *compiler, const json_t *json)
{
	struct node key = {.json = json};
	if (json_is_boolean(json))
		return json_is_true(json) ? &compiler->schema->always : &compiler->schema->never;
	return bsearch(&key, compiler->nodes, compiler->n_nodes, sizeof key, compare_nodes);
}

static const json_t *follow_pointer(struct compiler *compiler, const json_t *json,
				    struct str pointer)
{
	struct str step;
	size_t index;
	while (json && pointer_next(&pointer, &step)) {
		if (json_is_object(json))
			json = json_object_get(json, pointer_step_key(compiler->arena, step));
		else
			json = str_to_size(step, &index) ? json_array_get(json, index) : NULL;
	}
	return pointer.n ? NULL : json;
}

static int resolve(struct compiler *compiler, const struct node *node, const char *pointer,
		   struct rule *rule)
{
	struct str uri = uri_resolve(compiler->arena, node->base, json_str(rule->value));
	struct str fragment = uri_cut_fragment(compiler->arena, &uri);
	bool is_pointer = fragment.n == 0 || fragment.p[0] == '/';
	const json_t *found = NULL;
	for (size_t i = 0; !found && i < compiler->n_targets; i++) {
		const struct target *target = &compiler->targets[i];
		if (str_eq(target->base, uri) &&
		    str_eq(target->anchor, is_pointer ? STR("") : fragment))
			found = target->json;
	}
	if (!found)
		return fail(compiler, pointer,
			    "the reference leads nowhere in this document; others are not read");
	if (is_pointer)
		found = follow_pointer(compiler, found, fragment);
	rule->node = found ? node_of(compiler, found) : NULL;
	if (!rule->node)
		return fail(compiler, pointer,
			    "the reference leads to no schema; point it into $defs");
	return 0;
}

static int compile_pattern(struct compiler *compiler, const char *pointer, struct str source,
			   struct pattern **ret)
{
	int code = pattern_compile(compiler->arena, source, ret, compiler->error);
	if (code < 0)
		(void)error_prefix(compiler->error, "%s: regular expression", pointer);
	return code;
}

static int compile_children(struct compiler *compiler, const char *pointer, struct rule *rule)
{
	bool list = json_is_array(rule->value);
	size_t n = list ? json_array_size(rule->value) : json_object_size(rule->value), i = 0;
	const char *key;
	json_t *value;
	int code = 0;
	rule->children = ARENA_ARRAY(compiler->arena, n, struct child);
	rule->n_children = n;
	for (; list && i < n; i++)
		rule->children[i].node = node_of(compiler, json_array_get(rule->value, i));
	json_object_foreach ((json_t *)rule->value, key, value) {
		struct child *child = &rule->children[i++];
		child->name = str_from(key);
		child->node = node_of(compiler, value);
		if (code == 0 && rule->keyword->operand == OPERAND_PATTERNS)
			code = compile_pattern(compiler, pointer, child->name, &child->pattern);
	}
	return code;
}

static int compile_rule(struct compiler *compiler, const struct node *node, struct rule *rule)
{
	const char *pointer = pointer_join(compiler->arena, node->pointer,
					   str_from(rule->keyword->name));
	enum operand operand = rule->keyword->operand;
	if (operand == OPERAND_SCHEMA)
		rule->node = node_of(compiler, rule->value);
	if (operand == OPERAND_REFERENCE)
		return resolve(compiler, node, pointer, rule);
	if (operand == OPERAND_PATTERN)
		return compile_pattern(compiler, pointer, json_str(rule->value), &rule->pattern);
	if (operand == OPERAND_SCHEMAS || operand == OPERAND_NAMED || operand == OPERAND_PATTERNS)
		return compile_children(compiler, pointer, rule);
	return 0;
}

static int compile_node(struct compiler *compiler, struct node *node)
{
	int code = 0;
	node->rules = ARENA_ARRAY(compiler->arena, json_object_size(node->json), struct rule);
	for (size_t i = 0; code == 0 && i < schema_keywords_count; i++) {
		const json_t *value = json_object_get(node->json, schema_keywords[i].name);
		if (!value)
			continue;
		struct rule *rule = &node->rules[node->n_rules++];
		*rule = (struct rule){.keyword = &schema_keywords[i], .value = value};
		code = compile_rule(compiler, node, rule);
	}
	node->unevaluated = node_rule(node, "unevaluatedItems") ||
			    node_rule(node, "unevaluatedProperties");
	return code;
}

static int compile(struct compiler *compiler, const json_t *document)
{
	int code = 0;
	if (json_is_object(document))
		code = add_target(compiler, "", STR(""), STR(""), document);
	if (code == 0)
		code = collect(compiler, document, STR(""), "");
	if (code == 0 && compiler->n_nodes)
		qsort(compiler->nodes, compiler->n_nodes, sizeof *compiler->nodes, compare_nodes);
	for (size_t i = 0; code == 0 && i < compiler->n_nodes; i++)
		code = compile_node(compiler, &compiler->nodes[i]);
	if (code == 0)
		compiler->schema->root = node_of(compiler, document);
	return code;
}

int schema_compile(json_t *document, struct schema **ret, struct cavra_error *error)
{
	struct schema *schema = calloc(1, sizeof *schema);
	if (!schema)
		return error_set(error, CAVRA_ERR_MEMORY,
				 "out of memory while reading a schema; make it smaller");
	arena_init(&schema->arena, LIMIT_SCHEMA_MEMORY);
	schema->document = json_incref(document);
	schema->never = (struct node){.never = true, .pointer = ""};
	schema->always = (struct node){.pointer = ""};
	if (setjmp(schema->arena.on_full)) {
		schema_free(schema);
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the schema is too large; make it smaller");
	}
	schema->arena.armed = true;
	struct compiler compiler = {.schema = schema, .arena = &schema->arena, .error = error};
	int code = compile(&compiler, document);
	schema->arena.armed = false;
	if (code < 0)
		schema_free(schema);
	else
		*ret = schema;
	return code;
}

void schema_free(struct schema *schema)
{
	if (!schema)
		return;
	json_decref(schema->document);
	arena_release(&schema->arena);
	free(schema);
}
