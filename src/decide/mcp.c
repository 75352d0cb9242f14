/* SPDX-License-Identifier: Apache-2.0
 *
 * MCP tool calls: is the server trusted, what do the arguments name, and what does the tool do with it. A server
 * that is trusted is trusted to do what its tools say, not to open what the policy protects: files, hosts,
 * commands and branches that the arguments name are judged whatever the server. What the caller claims about
 * itself, its capability, loosens nothing.
 */
#include "decide/mcp.h"

/* ---- the server ---- */

static struct match_result listed(struct decider *d, enum policy_list_id list)
{
	return name_match(d->policy->list[list], value_from(d->arena, d->request->server),
			  d->arena);
}

static void judge_server(struct decider *d, const struct effect *effect)
{
	struct str server = d->request->server;
	struct match_result block = listed(d, LIST_MCP_BLOCKED),
			    allow = listed(d, LIST_MCP_ALLOWED);
	bool blocked = block.match != MATCH_NO, allowed = allow.match == MATCH_MUST;
	struct finding *finding;
	if (blocked || (!allowed && d->policy->mcp_block_unknown)) {
		finding = finding_add(d, effect, CAVRA_BLOCK, CAVRA_HIGH,
				      "mcp.server.trust.block_unknown");
		finding->reason = arena_printf(d->arena, "the MCP server %.*s is %s",
					       STR_ARG(server),
					       blocked ? "blocked" : "not among the allowed ones");
		finding->by_default = !blocked && !d->policy->mcp_has_section;
		finding->pattern = block.pattern;
		if (!blocked)
			finding->instead = STR(
				"a person adds the server to mcp.allowed_servers of the policy");
	} else if (!allowed) {
		finding = finding_add(d, effect, CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM,
				      "mcp.server.trust.require_approval");
		finding->approver_group = STR("AI Governance");
		finding->reason = arena_printf(d->arena, "the MCP server %.*s is not known",
					       STR_ARG(server));
	} else {
		finding = finding_add(d, effect, CAVRA_ALLOW, CAVRA_LOW, "mcp.server.trust.allow");
		finding->pattern = allow.pattern;
		finding->reason = arena_printf(d->arena, "the MCP server %.*s is allowed",
					       STR_ARG(server));
	}
}

/* ---- the tool ---- */

/* Works on files of this machine, which file rules judge, and on nothing else. */
static bool stays_here(const struct mcp_call *call)
{
	return call->files && !call->elsewhere;
}

/* Why a person must agree to what the tool does; NULL when the arguments alone decide. */
static const char *reason_to_ask(const struct mcp_call *call)
{
	if (call->changes_data)
		return "changes a database, or may";
	switch (call->tool.verb) {
	case VERB_READ:
	case VERB_SEARCH:
	case VERB_PUSH: /* the branch decides */
		return NULL;
	case VERB_UNKNOWN:
		return call->tool.runs && !call->understood ? "runs something that is not known"
							    : NULL;
	case VERB_RUN:
		return call->understood ? NULL : "runs something that is not known";
	case VERB_WRITE:
	case VERB_COPY:
	case VERB_MOVE:
		return stays_here(call) ? NULL : "changes something on another system";
	case VERB_LOCAL:
		return call->elsewhere ? "changes something on another system" : NULL;
	case VERB_DELETE:
		if (stays_here(call) && !call->tool.whole_trees && !call->recursive)
			return NULL;
		return "deletes more than a file";
	case VERB_DISCARD:
		return "loses work";
	case VERB_CHANGE:
		return "changes something on another system";
	case VERB_DESTROY:
		return "destroys something";
	case VERBS:
		break;
	}
	return NULL;
}

static void judge_tool(struct mcp_call *call)
{
	struct decider *d = call->d;
	const char *reason = reason_to_ask(call);
	if (!reason)
		return;
	struct finding *finding = finding_add(d, call->effect, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH,
					      "mcp.tool.effect.require_approval");
	finding->approver_group = STR("AI Governance");
	finding->reason = arena_printf(d->arena, "the tool %.*s %s", STR_ARG(d->request->tool),
				       reason);
}

static void judge_arguments(struct mcp_call *call)
{
	const struct request *request = call->d->request;
	bool malformed = request->arguments_malformed;
	if (request->arguments && !json_is_object(request->arguments))
		malformed = !json_is_null(request->arguments);
	if (!malformed) {
		if (request->arguments)
			mcp_walk(call, request->arguments);
		mcp_act(call);
		return;
	}
	struct finding *finding = finding_add(call->d, call->effect, CAVRA_BLOCK, CAVRA_HIGH,
					      "mcp.arguments.malformed");
	finding->reason = STR("the arguments are no JSON object that everybody reads alike");
	finding->instead = STR("send one JSON object that names every key once");
}

void mcp_request(struct decider *d)
{
	const struct request *request = d->request;
	struct mcp_call call = {
		.d = d,
		.scope = scope_of_request(d),
		.tool = mcp_tool(request->server, request->tool),
		.remote = STR(""),
	};
	struct str shown = arena_join3(d->arena, request->server, STR(":"), request->tool);
	call.effect = effect_add(d, EFFECT_MCP, shown, &call.scope);
	judge_server(d, call.effect);
	(void)rules_for_name(d, call.effect, value_from(d->arena, shown));
	judge_arguments(&call);
	judge_tool(&call);
}
