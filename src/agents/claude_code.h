/* SPDX-License-Identifier: Apache-2.0
 *
 * Claude Code: its PreToolUse hook, and the entry in its settings that installs it.
 */
#ifndef CAVRA_AGENTS_CLAUDE_CODE_H
#define CAVRA_AGENTS_CLAUDE_CODE_H

#include "agents/agents.h"

extern const struct agent_adapter claude_code_adapter;

/* Turns a tool call into requests. CAVRA_ERR_INPUT when the input is not what the tool takes. */
int claude_tool_expand(struct agent_event *event, const json_t *input, const json_t *payload,
		       struct cavra_error *error);

/* Settings text with the hook in it. before: the settings as they are, empty when there is no file.
 * Everything else in them and its order is kept. The caller frees *ret_after. Errors:
 * CAVRA_ERR_INPUT with a position.
 */
int claude_settings_add(struct str before, const char *hook_path, char **ret_after,
			struct cavra_error *error);
/* Settings text without any hook of ours. *ret_after is NULL when nothing is left; *ret_found tells
 * whether there was one. */
int claude_settings_remove(struct str before, char **ret_after, bool *ret_found,
			   struct cavra_error *error);

#endif
