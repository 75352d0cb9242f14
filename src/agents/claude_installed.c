/* SPDX-License-Identifier: Apache-2.0
 *
 * Installed hooks, see claude_installed.h.
 */
#include "agents/claude_installed.h"

#include <stdio.h>

#include "base/array.h"
#include "json/json.h"

/* What Claude Code waits for when an entry says nothing. */
enum { DEFAULT_TIMEOUT_SECONDS = 60 };

const struct claude_settings_file claude_settings_files[] = {
	{CLAUDE_MACHINE, "/etc/claude-code/managed-settings.json"},
	{CLAUDE_PROJECT, ".claude/settings.json"},
	{CLAUDE_PROJECT, ".claude/settings.local.json"},
	{CLAUDE_HOME, ".claude/settings.json"},
};
const size_t claude_settings_files_count = ARRAY_SIZE(claude_settings_files);

static bool is_ours(const struct claude_hook *hook)
{
	if (hook->args)
		return str_is(str_basename(hook->command), "cavra-hook") ||
		       (str_is(str_basename(hook->command), "cavra") &&
			str_is(json_str(json_array_get(hook->args, 0)), "hook"));
	return str_find(hook->command, STR("cavra-hook")) != STR_NPOS ||
	       str_find(hook->command, STR("cavra hook")) != STR_NPOS;
}

static bool read_entry(const struct document *settings, const char *pointer, const json_t *group,
		       const json_t *entry, struct claude_hook *ret)
{
	struct claude_hook hook = {
		.group = group, .entry = entry, .timeout = DEFAULT_TIMEOUT_SECONDS};
	const json_t *timeout = json_object_get(entry, "timeout");
	hook.command = STR("");
	(void)json_get_str(entry, "command", &hook.command);
	hook.args = json_get_array(entry, "args");
	if (json_is_number(timeout))
		hook.timeout = json_number_value(timeout);
	(void)document_position(settings, pointer, POSITION_VALUE, &hook.line, &hook.column);
	*ret = hook;
	return is_ours(&hook);
}

size_t claude_hooks_find(const struct document *settings, struct claude_hook *ret_hooks)
{
	size_t n = 0;
	const json_t *groups = json_get_array(json_get_object(settings->root, "hooks"),
					      "PreToolUse");
	for (size_t i = 0; i < json_array_size(groups); i++) {
		const json_t *group = json_array_get(groups, i);
		const json_t *entries = json_get_array(group, "hooks");
		for (size_t k = 0; k < json_array_size(entries) && n < CLAUDE_HOOKS_MAX; k++) {
			char pointer[96];
			(void)snprintf(pointer, sizeof pointer, "/hooks/PreToolUse/%zu/hooks/%zu",
				       i, k);
			if (read_entry(settings, pointer, group, json_array_get(entries, k),
				       &ret_hooks[n]))
				n++;
		}
	}
	return n;
}

/* ---- what is wrong ---- */

static bool is_narrow(const struct claude_hook *hook, double limit)
{
	struct str matcher = STR("");
	(void)limit;
	return json_get_str(hook->group, "matcher", &matcher) && matcher.n &&
	       !str_is(matcher, "*") && !str_is(matcher, ".*");
}

static bool fails_open(const struct claude_hook *hook, double limit)
{
	struct str what = STR("");
	(void)limit;
	return !json_get_str(hook->entry, "onFailure", &what) || !str_is(what, "block");
}

static bool is_background(const struct claude_hook *hook, double limit)
{
	(void)limit;
	return json_is_true(json_object_get(hook->entry, "async")) ||
	       json_is_true(json_object_get(hook->entry, "asyncRewake"));
}

static bool runs_once(const struct claude_hook *hook, double limit)
{
	(void)limit;
	return json_is_true(json_object_get(hook->entry, "once"));
}

static bool has_condition(const struct claude_hook *hook, double limit)
{
	(void)limit;
	return json_object_get(hook->entry, "if") != NULL;
}

static bool is_no_command(const struct claude_hook *hook, double limit)
{
	struct str type = STR("");
	(void)limit;
	return !json_get_str(hook->entry, "type", &type) || !str_is(type, "command");
}

static bool is_hurried(const struct claude_hook *hook, double limit)
{
	return hook->timeout < limit;
}

static bool uses_shell(const struct claude_hook *hook, double limit)
{
	(void)limit;
	return !hook->args;
}

#define AGAIN "run cavra init claude-code again, which replaces the entry"

/* clang-format off */
static const struct {
	bool (*holds)(const struct claude_hook *hook, double limit);
	struct claude_flaw flaw;
} flaws[] = {
	{is_no_command, {true, "the entry is not of type \"command\", so nothing is started", AGAIN}},
	{is_narrow,     {true, "the matcher does not cover every tool: calls of the others are not judged", "write \"matcher\": \"*\""}},
	{has_condition, {true, "\"if\" limits the hook to some calls: the others are not judged", "take \"if\" out"}},
	{fails_open,    {true, "onFailure is not \"block\": when the hook crashes, is missing or takes too long, the call runs", "write \"onFailure\": \"block\""}},
	{is_background, {true, "the hook runs in the background, so its answer comes too late", "take \"async\" and \"asyncRewake\" out"}},
	{runs_once,     {true, "\"once\" judges the first call only", "take \"once\" out"}},
	{is_hurried,    {false, "the timeout is shorter than the hook's own, so slow calls are cut off without a reason", AGAIN}},
	{uses_shell,    {false, "a shell starts the hook, which takes longer and reads the command line once more", "use the exec form: " AGAIN}},
};
/* clang-format on */

size_t claude_hook_flaws(const struct claude_hook *hook, double limit,
			 struct claude_flaw *ret_flaws)
{
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(flaws) && n < CLAUDE_FLAWS_MAX; i++)
		if (flaws[i].holds(hook, limit))
			ret_flaws[n++] = flaws[i].flaw;
	return n;
}
