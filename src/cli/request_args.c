/* SPDX-License-Identifier: Apache-2.0
 *
 * A request from the command line, see request_args.h.
 */
#include "cli/request_args.h"

#include "base/array.h"
#include "cli/options.h"

/* clang-format off */
static const struct {
	enum option_id option;
	size_t offset;
} fields[] = {
	{OPT_OPERATION,   offsetof(struct request, operation)},
	{OPT_DESTINATION, offsetof(struct request, destination)},
	{OPT_SERVER,      offsetof(struct request, server)},
	{OPT_TOOL,        offsetof(struct request, tool)},
	{OPT_CAPABILITY,  offsetof(struct request, capability)},
	{OPT_AGENT_ID,    offsetof(struct request, agent_id)},
	{OPT_ACTOR,       offsetof(struct request, actor)},
	{OPT_SESSION_ID,  offsetof(struct request, session_id)},
	{OPT_REPOSITORY,  offsetof(struct request, repository)},
};
/* clang-format on */

const char *request_option_given(const struct args *args)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (args_has(args, fields[i].option))
			return option_row(fields[i].option)->name;
	return args_has(args, OPT_ARGUMENTS) ? option_row(OPT_ARGUMENTS)->name : NULL;
}

/* TARGET is server:tool, or the server of a tool that another option names, or nobody names. */
static void place_mcp(struct request *request)
{
	struct str target = request->target;
	size_t colon = str_find_char(target, ':');
	if (!request->server.n) {
		bool both = !request->tool.n && colon != STR_NPOS;
		request->server = both ? str_first(target, colon) : target;
		if (both)
			request->tool = str_from_at(target, colon + 1);
		request->target = STR("");
	}
	if (!request->tool.n)
		request->tool = STR("unknown");
}

int request_from_args(const struct args *args, struct request_document *ret_document,
		      struct cavra_error *error)
{
	*ret_document = (struct request_document){.id = NULL};
	struct request *request = &ret_document->request;
	if (args->n_operands < 1)
		return error_set(error, CAVRA_ERR_USAGE, "ACTION_TYPE is missing: cavra %s %s",
				 args->command->name, args->command->operands);
	request->action_type = str_from(args->operand[0]);
	request->target = str_from(args->n_operands > 1 ? args->operand[1] : NULL);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (args_has(args, fields[i].option))
			*(struct str *)((char *)request + fields[i].offset) =
				str_from(args->value[fields[i].option]);
	if (str_is(request->action_type, "mcp_tool_call"))
		place_mcp(request);
	if (str_is(request->action_type, "git_operation") && !request->operation.n)
		request->operation = STR("push");
	int code = 0;
	if (args_has(args, OPT_ARGUMENTS))
		code = request_set_arguments(ret_document, str_from(args->value[OPT_ARGUMENTS]),
					     error);
	if (code >= 0)
		code = request_check(request, error);
	if (code == CAVRA_ERR_INPUT)
		error->code = CAVRA_ERR_USAGE;
	return code < 0 ? (int)error->code : 0;
}
