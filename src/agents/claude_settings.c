/* SPDX-License-Identifier: Apache-2.0
 *
 * The hook's entry in Claude Code's settings. Always in exec form (no shell between) and with
 * "onFailure": "block": without it a hook that crashes or is missing lets the call run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/claude_code.h"
#include "base/array.h"
#include "base/limits.h"
#include "json/document.h"
#include "json/json.h"

enum { HOOK_TIMEOUT_SECONDS = 10 };

#define HOOK_PROGRAM "cavra-hook"
#define HOOK_AGENT "claude-code"

/* What the hook is called for: every action, which it decides about, and both ends of a session, which it records. */
static const char *const events[] = {"PreToolUse", "SessionStart", "SessionEnd"};

/* Is this hook one that an earlier installation wrote? */
static bool is_ours(const json_t *hook)
{
	struct str command = STR("");
	const json_t *args = json_get_array(hook, "args");
	(void)json_get_str(hook, "command", &command);
	const char *first = json_string_value(json_array_get(args, 0));
	return str_is(str_basename(command), HOOK_PROGRAM) && first &&
	       strcmp(first, HOOK_AGENT) == 0;
}

static json_t *our_group(const char *hook_path)
{
	return json_pack("{s:s, s:[{s:s, s:s, s:[s], s:i, s:s}]}", "matcher", "*", "hooks", "type",
			 "command", "command", hook_path, "args", HOOK_AGENT, "timeout",
			 (int)HOOK_TIMEOUT_SECONDS, "onFailure", "block");
}

/* Removes our hooks from a list of groups, and groups that are empty then. */
static bool remove_ours(json_t *groups)
{
	bool found = false;
	for (size_t i = json_array_size(groups); i > 0; i--) {
		json_t *hooks = json_get_array(json_array_get(groups, i - 1), "hooks");
		size_t before = json_array_size(hooks);
		for (size_t j = before; j > 0; j--)
			if (is_ours(json_array_get(hooks, j - 1)))
				json_array_remove(hooks, j - 1);
		if (json_array_size(hooks) == before)
			continue;
		found = true;
		if (json_array_size(hooks) == 0)
			json_array_remove(groups, i - 1);
	}
	return found;
}

static int check_event(const struct document *document, const json_t *hooks, const char *event,
		       struct cavra_error *error)
{
	char pointer[64];
	if (!json_object_get(hooks, event) || json_get_array(hooks, event))
		return 0;
	(void)snprintf(pointer, sizeof pointer, "/hooks/%s", event);
	return document_error(document, pointer, POSITION_VALUE, error, CAVRA_ERR_INPUT,
			      "%s must be a list of matchers", event);
}

/* The settings as a document whose shape is what we are going to change. */
static int read_settings(struct str text, struct document **ret, struct cavra_error *error)
{
	struct document *document;
	if (!str_trim(text).n)
		text = STR("{}");
	int code = document_parse_json(text.p, text.n, &document, error);
	if (code < 0)
		return code;
	const json_t *hooks = json_object_get(document->root, "hooks");
	if (!json_is_object(document->root))
		code = document_error(document, "", POSITION_VALUE, error, CAVRA_ERR_INPUT,
				      "settings must be an object");
	else if (hooks && !json_is_object(hooks))
		code = document_error(document, "/hooks", POSITION_VALUE, error, CAVRA_ERR_INPUT,
				      "hooks must be an object of events");
	for (size_t i = 0; code >= 0 && i < ARRAY_SIZE(events); i++)
		code = check_event(document, hooks, events[i], error);
	if (code < 0)
		document_free(document);
	else
		*ret = document;
	return code;
}

/* Spaces in front of the first indented line, so that a file keeps the width it has. */
static size_t indent_of(struct str text)
{
	size_t newline = str_find_char(text, '\n');
	size_t n = 0;
	if (newline == STR_NPOS)
		return 2;
	struct str line = str_from_at(text, newline + 1);
	while (n < line.n && line.p[n] == ' ')
		n++;
	return n >= 1 && n <= 8 ? n : 2;
}

static int write_settings(const json_t *root, struct str before, char **ret_after,
			  struct cavra_error *error)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, LIMIT_DOCUMENT_BYTES);
	char *text = json_text(root, JSON_INDENT(indent_of(before)));
	if (text) {
		buf_add_c(&out, text);
		buf_add_char(&out, '\n');
		free(text);
	} else {
		out.failed = true;
	}
	char *after = buf_take(&out);
	if (!after)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	*ret_after = after;
	return 0;
}

/* The member, made when it is absent. */
static json_t *member(json_t *object, const char *key, json_t *fresh)
{
	json_t *there = json_object_get(object, key);
	if (there) {
		json_decref(fresh);
		return there;
	}
	return json_object_set_new(object, key, fresh) == 0 ? fresh : NULL;
}

int claude_settings_add(struct str before, const char *hook_path, char **ret_after,
			struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	int code = read_settings(before, &document, error);
	if (code < 0)
		return code;
	if (json_is_true(json_object_get(document->root, "disableAllHooks")))
		return document_error(
			document, "/disableAllHooks", POSITION_KEY, error, CAVRA_ERR_INPUT,
			"disableAllHooks is true, so no hook would run; remove it first");
	json_t *hooks = member(document->root, "hooks", json_object());
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		json_t *groups = hooks ? member(hooks, events[i], json_array()) : NULL;
		if (groups)
			remove_ours(groups);
		if (!groups || json_array_append_new(groups, our_group(hook_path)) < 0)
			return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	return write_settings(document->root, before, ret_after, error);
}

int claude_settings_remove(struct str before, char **ret_after, bool *ret_found,
			   struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	int code = read_settings(before, &document, error);
	if (code < 0)
		return code;
	json_t *hooks = json_object_get(document->root, "hooks");
	*ret_found = false;
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		json_t *groups = json_object_get(hooks, events[i]);
		if (!remove_ours(groups))
			continue;
		*ret_found = true;
		if (json_array_size(groups) == 0)
			json_object_del(hooks, events[i]);
	}
	if (*ret_found && json_object_size(hooks) == 0)
		json_object_del(document->root, "hooks");
	*ret_after = NULL;
	if (*ret_found && json_object_size(document->root) == 0)
		return 0;
	return write_settings(document->root, before, ret_after, error);
}
