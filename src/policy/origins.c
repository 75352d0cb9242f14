/* SPDX-License-Identifier: Apache-2.0
 *
 * Origins of rules, see origins.h. The documents of a policy are kept, and looked through only when asked.
 */
#include "policy/origins.h"

#include <stdio.h>

#include "base/array.h"
#include "policy/load.h"
#include "json/json.h"

struct policy_origin {
	const char *name;
	bool bundled;
	json_t *root;              /* owned */
	struct document *document; /* owned; NULL: an embedded pack */
};

/* Which list a built-in rule is about; ids that begin so. */
/* clang-format off */
static const struct {
	const char *rule_id, *section, *key;
} rule_lists[] = {
	{"filesystem.read.block",             "filesystem", "block_read"},
	{"filesystem.write.block",            "filesystem", "block_write"},
	{"filesystem.write.require_approval", "filesystem", "require_approval_write"},
	{"commands.block",                    "commands",   "block"},
	{"commands.require_approval",         "commands",   "require_approval"},
	{"commands.allow",                    "commands",   "allow"},
	{"git.protected_branch.",             "git",        "protected_branches"},
	{"mcp.server.trust.allow",            "mcp",        "allowed_servers"},
	{"mcp.server.trust.block_unknown",    "mcp",        "blocked_servers"},
	{"network.allow",                     "network",    "allow"},
	{"network.block",                     "network",    "block"},
	{"network.require_approval",          "network",    "require_approval"},
};
/* clang-format on */

void loader_keep_origins(struct loader *loader, struct policy *policy)
{
	if (!loader->source->want_origins)
		return;
	policy->origins = ARENA_ARRAY(loader->arena, loader->n_layers, struct policy_origin);
	for (size_t i = 0; i < loader->n_layers; i++) {
		struct layer *layer = loader->layer[i];
		policy->origins[i] = (struct policy_origin){
			.name = layer->name,
			.bundled = !layer->document || !layer->document->name,
			.root = json_incref(layer->root),
			.document = layer->document,
		};
		layer->document = NULL;
		policy->n_origins++;
	}
}

void policy_release_origins(struct policy *policy)
{
	for (size_t i = 0; i < policy->n_origins; i++) {
		json_decref(policy->origins[i].root);
		document_free(policy->origins[i].document);
	}
	policy->n_origins = 0;
}

static bool place_at(const struct policy_origin *origin, const char *pointer,
		     struct policy_place *ret_place)
{
	int column;
	*ret_place = (struct policy_place){.file = origin->name, .bundled = origin->bundled};
	if (!origin->bundled)
		(void)document_position(origin->document, pointer, POSITION_VALUE, &ret_place->line,
					&column);
	return true;
}

static bool find_rule(const struct policy_origin *origin, const char *rule_id,
		      struct policy_place *ret_place)
{
	const json_t *rules = json_get_array(origin->root, "rules");
	for (size_t i = 0; i < json_array_size(rules); i++) {
		struct str id = STR("");
		char pointer[48];
		if (!json_get_str(json_array_get(rules, i), "id", &id) || !str_is(id, rule_id))
			continue;
		(void)snprintf(pointer, sizeof pointer, "/rules/%zu", i);
		return place_at(origin, pointer, ret_place);
	}
	return false;
}

static bool find_item(const struct policy_origin *origin, const char *section, const char *key,
		      struct str pattern, struct policy_place *ret_place)
{
	const json_t *list = json_get_array(json_get_object(origin->root, section), key);
	for (size_t i = 0; i < json_array_size(list); i++) {
		char pointer[96];
		const json_t *item = json_array_get(list, i);
		if (!json_is_string(item) || !str_eq(json_str(item), pattern))
			continue;
		(void)snprintf(pointer, sizeof pointer, "/%s/%s/%zu", section, key, i);
		return place_at(origin, pointer, ret_place);
	}
	return false;
}

static bool find_in(const struct policy_origin *origin, const char *rule_id, struct str pattern,
		    struct policy_place *ret_place)
{
	if (find_rule(origin, rule_id, ret_place))
		return true;
	for (size_t i = 0; pattern.n && i < ARRAY_SIZE(rule_lists); i++)
		if (strncmp(rule_lists[i].rule_id, rule_id, strlen(rule_lists[i].rule_id)) == 0 &&
		    find_item(origin, rule_lists[i].section, rule_lists[i].key, pattern, ret_place))
			return true;
	return false;
}

bool policy_find_place(const struct policy *policy, const char *rule_id, struct str pattern,
		       struct policy_place *ret_place)
{
	for (size_t i = policy->n_origins; i > 0; i--)
		if (find_in(&policy->origins[i - 1], rule_id, pattern, ret_place))
			return true;
	return false;
}
