/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests, see request.h.
 */
#include "decide/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "json/json.h"

/* clang-format off */
static const struct {
	const char *key;
	size_t offset;
	bool judged; /* what a NUL in it means is the decision's business */
} text_fields[] = {
	{"action_type",         offsetof(struct request, action_type),    false},
	{"target",              offsetof(struct request, target),         true },
	{"operation",           offsetof(struct request, operation),      false},
	{"requested_operation", offsetof(struct request, operation),      false},
	{"destination",         offsetof(struct request, destination),    true },
	{"server",              offsetof(struct request, server),         false},
	{"tool",                offsetof(struct request, tool),           false},
	{"capability",          offsetof(struct request, capability),     false},
	{"cwd",                 offsetof(struct request, cwd),            false},
	{"agent_id",            offsetof(struct request, agent_id),       false},
	{"session_id",          offsetof(struct request, session_id),     false},
	{"actor",               offsetof(struct request, actor),          false},
	{"repository",          offsetof(struct request, repository),     false},
	{"correlation_id",      offsetof(struct request, correlation_id), false},
};

/* What else a request may hold. */
static const char *const other_fields[] = {"id", "arguments", "record"};

/* Operations that an action type knows; the first is the one that its name says. */
static const struct {
	const char *action_type;
	const char *operations[6];
} known_operations[] = {
	{"read_file",  {"read", "search", "list"}},
	{"write_file", {"write", "edit", "create", "delete", "rename"}},
};
/* clang-format on */

static struct str *field_of(struct request *request, size_t offset)
{
	return (struct str *)((char *)request + offset);
}

static int read_text_field(struct request *request, size_t offset, const char *key,
			   const json_t *value, struct cavra_error *error)
{
	if (json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return error_set(error, CAVRA_ERR_INPUT, "%s must be a string, not %s %s", key,
				 json_is_array(value) || json_is_object(value) ||
						 json_is_integer(value)
					 ? "an"
					 : "a",
				 json_type_name(value));
	struct str text = json_str(value);
	struct str *field = field_of(request, offset);
	if (field->n && !str_eq(*field, text))
		return error_set(error, CAVRA_ERR_INPUT,
				 "operation and requested_operation disagree; give one");
	*field = text;
	return 0;
}

int request_set_arguments(struct request_document *document, struct str text,
			  struct cavra_error *error)
{
	struct cavra_error malformed;
	document->request.arguments_text = text;
	int code = json_read(text, 0, &document->arguments, &malformed);
	if (code == CAVRA_ERR_MEMORY) {
		if (error)
			*error = malformed;
		return code;
	}
	document->request.arguments = code == 0 ? document->arguments : NULL;
	document->request.arguments_malformed = code != 0;
	return 0;
}

/* No path, command or name can hold a NUL, and what handles C strings would judge half of it. */
static bool holds_nul(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;
	if (json_is_string(value))
		return str_find_char(json_str(value), '\0') != STR_NPOS;
	json_object_foreach ((json_t *)value, key, member)
		if (holds_nul(member))
			return true;
	json_array_foreach (value, i, member)
		if (holds_nul(member))
			return true;
	return false;
}

static int read_arguments(struct request_document *document, const json_t *value,
			  struct cavra_error *error)
{
	if (json_is_null(value))
		return 0;
	if (json_is_string(value))
		return request_set_arguments(document, json_str(value), error);
	if (!json_is_object(value))
		return error_set(error, CAVRA_ERR_INPUT,
				 "arguments must be an object, or a string with its JSON text");
	document->request.arguments_malformed = holds_nul(value);
	if (document->request.arguments_malformed)
		return 0;
	document->arguments_text = json_text(value, JSON_COMPACT);
	if (!document->arguments_text)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	document->request.arguments = value;
	document->request.arguments_text = str_from(document->arguments_text);
	return 0;
}

static int read_other_field(struct request_document *document, const char *key, const json_t *value,
			    struct cavra_error *error)
{
	if (strcmp(key, "arguments") == 0)
		return read_arguments(document, value, error);
	if (strcmp(key, "id") == 0) {
		if (!json_is_string(value) && !json_is_integer(value) && !json_is_null(value))
			return error_set(error, CAVRA_ERR_INPUT,
					 "id must be a string or an integer");
		document->id = json_is_null(value) ? NULL : value;
		return 0;
	}
	if (!json_is_object(value) && !json_is_null(value))
		return error_set(error, CAVRA_ERR_INPUT, "record must be an object");
	document->request.record = json_is_null(value) ? NULL : value;
	return 0;
}

static int read_field(struct request_document *document, const char *key, const json_t *value,
		      struct cavra_error *error)
{
	/* These may, and are then blocked: that is an answer an enforcement point can act on. */
	bool judged = strcmp(key, "target") == 0 || strcmp(key, "destination") == 0 ||
		      strcmp(key, "arguments") == 0;
	if (!judged && holds_nul(value))
		return error_set(error, CAVRA_ERR_INPUT,
				 "%.40s holds a NUL character, which nothing can act on", key);
	for (size_t i = 0; i < ARRAY_SIZE(text_fields); i++)
		if (strcmp(key, text_fields[i].key) == 0)
			return read_text_field(&document->request, text_fields[i].offset, key,
					       value, error);
	for (size_t i = 0; i < ARRAY_SIZE(other_fields); i++)
		if (strcmp(key, other_fields[i]) == 0)
			return read_other_field(document, key, value, error);
	return error_set(
		error, CAVRA_ERR_INPUT,
		"no field \"%.40s\" in a request; docs/decisions.md lists them (action_type, target, operation, ...)",
		key);
}

/* The record's own spelling of an MCP call, server:tool. */
static void split_mcp_target(struct request *request)
{
	size_t colon = str_find_char(request->target, ':');
	if (!str_is(request->action_type, "mcp_tool_call") || request->server.n ||
	    request->tool.n || colon == STR_NPOS)
		return;
	request->server = str_first(request->target, colon);
	request->tool = str_from_at(request->target, colon + 1);
}

int request_from_json(const json_t *object, struct request_document *ret_document,
		      struct cavra_error *error)
{
	*ret_document = (struct request_document){.id = NULL};
	if (!json_is_object(object))
		return error_set(error, CAVRA_ERR_INPUT, "a request must be a JSON object");
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)object, key, value) {
		int code = read_field(ret_document, key, value, error);
		if (code < 0)
			return code;
	}
	split_mcp_target(&ret_document->request);
	return request_check(&ret_document->request, error);
}

void request_document_release(struct request_document *document)
{
	json_decref(document->arguments);
	free(document->arguments_text);
	*document = (struct request_document){.id = NULL};
}

static int check_operation(const struct request *request, struct cavra_error *error)
{
	if (!request->operation.n)
		return 0;
	if (str_is(request->action_type, "execute_command")) {
		/* The command is the operation, so a second command would be judged or run in its
		 * place. */
		if (str_is(request->operation, "execute") ||
		    str_eq(request->operation, request->target))
			return 0;
		return error_set(
			error, CAVRA_ERR_INPUT,
			"operation and target name two commands; put the command in target");
	}
	for (size_t i = 0; i < ARRAY_SIZE(known_operations); i++) {
		if (!str_is(request->action_type, known_operations[i].action_type))
			continue;
		for (const char *const *name = known_operations[i].operations; *name; name++)
			if (str_is(request->operation, *name))
				return 0;
		return error_set(error, CAVRA_ERR_INPUT,
				 "%.*s has no operation \"%.*s\"; see docs/decisions.md",
				 STR_ARG(request->action_type),
				 STR_ARG(str_first(request->operation, 40)));
	}
	return 0;
}

static int check_mcp(const struct request *request, struct cavra_error *error)
{
	if (!request->server.n || !request->tool.n)
		return error_set(error, CAVRA_ERR_INPUT, "an mcp_tool_call needs server and tool");
	size_t n = request->server.n;
	struct str target = request->target;
	bool same = !target.n ||
		    (target.n == n + 1 + request->tool.n && str_starts(target, request->server) &&
		     target.p[n] == ':' && str_ends(target, request->tool));
	if (!same)
		return error_set(error, CAVRA_ERR_INPUT, "target is not server:tool; leave it out");
	return 0;
}

int request_check(const struct request *request, struct cavra_error *error)
{
	if (!request->action_type.n)
		return error_set(error, CAVRA_ERR_INPUT, "action_type is missing");
	bool rename = str_is(request->action_type, "write_file") &&
		      str_is(request->operation, "rename");
	if (rename != (request->destination.n > 0))
		return error_set(error, CAVRA_ERR_INPUT,
				 rename ? "a rename needs a destination"
					: "only a write_file rename has a destination");
	for (size_t i = 0; i < ARRAY_SIZE(text_fields); i++) {
		struct str text = *field_of((struct request *)request, text_fields[i].offset);
		if (!text_fields[i].judged && str_find_char(text, '\0') != STR_NPOS)
			return error_set(error, CAVRA_ERR_INPUT,
					 "%s holds a NUL character, which nothing can act on",
					 text_fields[i].key);
	}
	if (str_is(request->action_type, "mcp_tool_call"))
		return check_mcp(request, error);
	static const char *const need_target[] = {"read_file", "write_file", "execute_command",
						  "network_request"};
	for (size_t i = 0; i < ARRAY_SIZE(need_target); i++)
		if (str_is(request->action_type, need_target[i]) && !str_trim(request->target).n)
			return error_set(error, CAVRA_ERR_INPUT, "target is missing");
	return check_operation(request, error);
}
