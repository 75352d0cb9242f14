/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern lists of a policy: where they stand, what order they have, compiling them.
 */
#include <stdlib.h>

#include "base/array.h"
#include "policy/load.h"
#include "json/json.h"
#include "json/pointer.h"

/* clang-format off */
const struct list_info list_infos[POLICY_LISTS] = {
	[LIST_FILES_BLOCK_READ]    = {"filesystem", "block_read",             {LIST_PATHS,        PATTERN_DENY}},
	[LIST_FILES_BLOCK_WRITE]   = {"filesystem", "block_write",            {LIST_PATHS,        PATTERN_DENY}},
	[LIST_FILES_APPROVE_WRITE] = {"filesystem", "require_approval_write", {LIST_PATHS,        PATTERN_DENY}},
	[LIST_COMMANDS_BLOCK]      = {"commands",   "block",                  {LIST_COMMANDS,     PATTERN_DENY}},
	[LIST_COMMANDS_APPROVE]    = {"commands",   "require_approval",       {LIST_COMMANDS,     PATTERN_DENY}},
	[LIST_COMMANDS_ALLOW]      = {"commands",   "allow",                  {LIST_COMMANDS,     PATTERN_ALLOW}},
	[LIST_GIT_PROTECTED]       = {"git",        "protected_branches",     {LIST_NAMES,        PATTERN_DENY}},
	[LIST_MCP_ALLOWED]         = {"mcp",        "allowed_servers",        {LIST_NAMES,        PATTERN_ALLOW}},
	[LIST_MCP_BLOCKED]         = {"mcp",        "blocked_servers",        {LIST_NAMES_NOCASE, PATTERN_DENY}},
	[LIST_NETWORK_ALLOW]       = {"network",    "allow",                  {LIST_HOSTS,        PATTERN_ALLOW}},
	[LIST_NETWORK_BLOCK]       = {"network",    "block",                  {LIST_HOSTS,        PATTERN_DENY}},
	[LIST_NETWORK_APPROVE]     = {"network",    "require_approval",       {LIST_HOSTS,        PATTERN_DENY}},
};
/* clang-format on */

static const json_t *list_of(const json_t *document, const struct list_info *info)
{
	return json_get_array(json_get_object(document, info->section), info->key);
}

static void add_list(struct arena *arena, struct items *items, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		ARENA_PUSH(arena, items->items, items->n,
			   items->cap) = json_str(json_array_get(list, i));
}

static bool has_exceptions(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_starts(json_str(json_array_get(list, i)), STR("!")))
			return true;
	return false;
}

/* What exceptions took away stands in the layer's list still. */
static void add_held(struct loader *loader, const struct list_info *info, const json_t *merged,
		     const json_t *list, struct items *items)
{
	const char *pointer = arena_printf(&loader->scratch, "/%s/%s", info->section, info->key).p;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (loader_holds(loader, pointer, merged, json_array_get(list, i)))
			ARENA_PUSH(&loader->scratch, items->items, items->n,
				   items->cap) = json_str(json_array_get(list, i));
}

void loader_items(struct loader *loader, const struct list_info *info, struct items *ret_items,
		  bool *ret_ordered)
{
	const json_t *merged = list_of(loader->merged, info);
	size_t with_list = 0;
	*ret_items = (struct items){.items = NULL};
	*ret_ordered = info->type.kind == LIST_PATHS && has_exceptions(merged);
	if (!*ret_ordered) {
		add_list(&loader->scratch, ret_items, merged);
		return;
	}
	for (size_t i = 0; i < loader->n_layers; i++)
		with_list += list_of(loader->layer[i]->root, info) != NULL;
	for (size_t i = 0; i < loader->n_layers; i++) {
		const json_t *list = list_of(loader->layer[i]->root, info);
		if (list && with_list > 1)
			ARENA_PUSH(&loader->scratch, ret_items->items, ret_items->n,
				   ret_items->cap) = arena_join(&loader->scratch, STR("--- "),
								loader->layer[i]->id);
		add_held(loader, info, merged, list, ret_items);
	}
}

int items_compile(struct arena *arena, const struct items *items, struct list_type type,
		  struct pattern_list **ret_list, size_t *ret_bad, struct cavra_error *error)
{
	*ret_bad = 0;
	if (!items->n)
		return 0;
	switch (type.kind) {
	case LIST_PATHS:
		return path_patterns_compile(arena, items->items, items->n, type.mood, ret_list,
					     ret_bad, error);
	case LIST_COMMANDS:
		return command_patterns_compile(arena, items->items, items->n, type.mood, ret_list,
						ret_bad, error);
	case LIST_NAMES:
	case LIST_NAMES_NOCASE:
		return name_patterns_compile(arena, items->items, items->n,
					     type.kind == LIST_NAMES_NOCASE, ret_list, ret_bad,
					     error);
	case LIST_HOSTS:
		return host_patterns_compile(arena, items->items, items->n, ret_list, ret_bad,
					     error);
	}
	return error_set(error, CAVRA_ERR_INTERNAL, "a list of no kind");
}

/* The pattern came from some layer, the compiler only knows its text. */
static int complain_pattern(struct loader *loader, const struct list_info *info, struct str text)
{
	const char *what = arena_str(&loader->scratch, str_from(loader->error->text)).p;
	const char *list_pointer = pointer_join(
		&loader->scratch, pointer_join(&loader->scratch, "", str_from(info->section)),
		str_from(info->key));
	for (size_t i = loader->n_layers; i > 0; i--) {
		const json_t *list = list_of(loader->layer[i - 1]->root, info);
		for (size_t k = 0; k < json_array_size(list); k++)
			if (str_eq(json_str(json_array_get(list, k)), text))
				return loader_mistake(
					loader, loader->layer[i - 1],
					pointer_index(&loader->scratch, list_pointer, k),
					POSITION_VALUE, "%s", what);
	}
	return loader_mistake(loader, loader->layer[loader->n_layers - 1], list_pointer,
			      POSITION_VALUE, "%s", what);
}

static bool is_about_patterns(int code)
{
	return code == CAVRA_ERR_POLICY || code == CAVRA_ERR_LIMIT;
}

/* Goes on behind a bad pattern, to find the others. */
static int compile_list(struct loader *loader, const struct list_info *info, struct items items,
			struct pattern_list **ret_list)
{
	size_t bad;
	int code;
	while (is_about_patterns(code = items_compile(loader->arena, &items, info->type, ret_list,
						      &bad, loader->error))) {
		bool too_many = items.n > LIMIT_POLICY_RULES;
		code = complain_pattern(loader, info, too_many ? STR("") : items.items[bad]);
		if (code < 0 || too_many)
			return code;
		for (size_t i = bad + 1; i < items.n; i++)
			items.items[i - 1] = items.items[i];
		items.n--;
	}
	if (code < 0)
		code = loader_report(
			loader, error_prefix(loader->error, "%s.%s", info->section, info->key));
	return code;
}

int loader_compile_lists(struct loader *loader, struct policy *policy)
{
	for (size_t i = 0; i < POLICY_LISTS; i++) {
		struct items items;
		bool ordered;
		loader_items(loader, &list_infos[i], &items, &ordered);
		if (i == LIST_GIT_PROTECTED && !list_of(loader->merged, &list_infos[i])) {
			ARENA_PUSH(&loader->scratch, items.items, items.n, items.cap) = STR("main");
			ARENA_PUSH(&loader->scratch, items.items, items.n,
				   items.cap) = STR("master");
		}
		int code = compile_list(loader, &list_infos[i], items, &policy->list[i]);
		if (code < 0)
			return code;
	}
	return 0;
}
