/* SPDX-License-Identifier: Apache-2.0
 *
 * Placeholders, see words.h.
 */
#include "cli/words.h"

#include "agents/agents.h"
#include "base/array.h"
#include "cli/dump.h"
#include "policy/policy.h"

static void add_packs(struct buf *out)
{
	for (size_t i = 0; i < policy_packs_count; i++)
		buf_add_format(out, "%s%s", i ? " " : "", policy_packs[i].id);
}

static void add_agents(struct buf *out)
{
	for (size_t i = 0; i < agent_adapters_count; i++)
		buf_add_format(out, "%s%s", i ? " " : "", agent_adapters[i]->name);
}

static void add_documents(struct buf *out)
{
	for (size_t i = 0; i < dumps_count; i++)
		buf_add_format(out, "%s%s", i ? " " : "", dumps[i].name);
}

/* clang-format off */
static const struct {
	const char *placeholder;
	enum word_kind kind;
	const char *words;              /* or */
	void (*add)(struct buf *out);
} rows[] = {
	{"PATH",        WORD_FILE,      NULL, NULL},
	{"FILE",        WORD_FILE,      NULL, NULL},
	{"LEFT",        WORD_FILE,      NULL, NULL},
	{"RIGHT",       WORD_FILE,      NULL, NULL},
	{"TARGET",      WORD_FILE,      NULL, NULL},
	{"DIR",         WORD_DIRECTORY, NULL, NULL},
	{"PACK_ID",     WORD_LISTED,    NULL, add_packs},
	{"AGENT",       WORD_LISTED,    NULL, add_agents},
	{"DOCUMENT",    WORD_LISTED,    NULL, add_documents},
	{"MODE",        WORD_LISTED,    "audit_only enforce strict break_glass", NULL},
	{"DEMO",        WORD_LISTED,    "before-the-agent-acts", NULL},
	{"ACTION_TYPE", WORD_LISTED,    "read_file write_file execute_command git_operation mcp_tool_call "
					"network_request pull_request release_governance_record", NULL},
};
/* clang-format on */

enum word_kind word_kind(struct str placeholder)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_is(placeholder, rows[i].placeholder))
			return rows[i].kind;
	return WORD_FREE;
}

void words_add(struct buf *out, struct str placeholder)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!str_is(placeholder, rows[i].placeholder))
			continue;
		if (rows[i].add)
			rows[i].add(out);
		else if (rows[i].words)
			buf_add_c(out, rows[i].words);
	}
}
