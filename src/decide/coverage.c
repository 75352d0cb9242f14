/* SPDX-License-Identifier: Apache-2.0 */
#include "decide/coverage.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"
#include "json/json.h"

/* clang-format off */
/* The rules whose findings name an item of each list. */
static const struct {
	const char *section, *key;
	const char *rule; /* its beginning */
} lists[] = {
	{"filesystem", "block_read",             "filesystem.read.block"},
	{"filesystem", "block_write",            "filesystem.write.block"},
	{"filesystem", "require_approval_write", "filesystem.write.require_approval"},
	{"commands",   "block",                  "commands.block"},
	{"commands",   "require_approval",       "commands.require_approval"},
	{"commands",   "allow",                  "commands.allow"},
	{"git",        "protected_branches",     "git.protected_branch"},
	{"mcp",        "allowed_servers",        "mcp.server.trust.allow"},
	{"mcp",        "blocked_servers",        "mcp.server.trust.block_unknown"},
	{"network",    "block",                  "network.block"},
	{"network",    "require_approval",       "network.require_approval"},
};
/* clang-format on */

static const char *entry(struct buf *key, const char *rule, struct str pattern)
{
	buf_clear(key);
	buf_add_c(key, rule);
	buf_add_char(key, ' ');
	buf_add(key, pattern);
	return key->p;
}

bool coverage_note(json_t *reached, const struct decision *decision)
{
	struct buf CLEANUP_BUF key;
	bool noted = reached != NULL;
	buf_init(&key, 2 * LIMIT_PATTERN_BYTES);
	for (size_t i = 0; noted && i < decision->n_findings; i++) {
		const struct finding *finding = &decision->findings[i];
		const char *rule = finding->rule_id;
		for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
			if (finding->pattern.n &&
			    str_starts(str_from(rule), str_from(lists[k].rule)))
				rule = lists[k].rule;
		noted = json_object_set_new(reached, entry(&key, rule, finding->pattern),
					    json_true()) == 0;
	}
	return noted;
}

void coverage_visit(const json_t *reached, const json_t *pack, coverage_visitor visit,
		    void *context)
{
	struct buf CLEANUP_BUF key;
	buf_init(&key, 2 * LIMIT_PATTERN_BYTES);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const json_t *list = json_get_array(json_object_get(pack, lists[i].section),
						    lists[i].key);
		for (size_t k = 0; k < json_array_size(list); k++) {
			struct str item = json_str(json_array_get(list, k));
			bool hit = json_object_get(reached, entry(&key, lists[i].rule, item));
			visit(context, lists[i].rule, item, hit);
		}
	}
	const json_t *rules = json_get_array(pack, "rules");
	for (size_t k = 0; k < json_array_size(rules); k++) {
		const char *id = json_string_value(json_object_get(json_array_get(rules, k), "id"));
		visit(context, id, STR(""), json_object_get(reached, entry(&key, id, STR(""))));
	}
}
