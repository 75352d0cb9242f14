/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of agents and what all of them share, see agents.h.
 */
#include "agents/agents.h"

#include "agents/claude_code.h"
#include "base/array.h"

const struct agent_adapter *const agent_adapters[] = {&claude_code_adapter};
const size_t agent_adapters_count = ARRAY_SIZE(agent_adapters);

const struct agent_adapter *agent_find(struct str name)
{
	for (size_t i = 0; i < agent_adapters_count; i++)
		if (str_is(name, agent_adapters[i]->name))
			return agent_adapters[i];
	return NULL;
}

void agent_event_release(struct agent_event *event)
{
	json_decref(event->payload);
	event->payload = NULL;
}

struct request *agent_event_add(struct agent_event *event, const char *action_type,
				struct str target, const char *operation)
{
	struct request *request = &ARENA_PUSH(event->arena, event->requests, event->n_requests,
					      event->cap_requests);
	*request = (struct request){
		.action_type = str_from(action_type),
		.target = target,
		.operation = str_from(operation),
		.cwd = event->cwd,
		.agent_id = event->agent_id,
		.session_id = event->session_id,
	};
	return request;
}
