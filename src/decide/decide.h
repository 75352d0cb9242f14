/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision core: request in, effects, findings, decision out. Pure; see docs/decisions.md.
 */
#ifndef CAVRA_DECIDE_DECIDE_H
#define CAVRA_DECIDE_DECIDE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "decide/resolver.h"
#include "policy/policy.h"

/* One action about to happen. Absent text is empty. All borrowed. */
struct request {
	struct str action_type, target, operation, destination;
	struct str server, tool, capability;
	struct str arguments_text; /* MCP arguments as the client sent them */
	const json_t *arguments;   /* the same, parsed; NULL when absent or malformed */
	bool arguments_malformed;
	const json_t *record; /* release governance record, adapter action */
	struct str cwd;       /* absolute or relative to the workspace; empty: the workspace */
	struct str agent_id, session_id, actor, repository, correlation_id;
};

enum effect_kind {
	EFFECT_FILE_READ,
	EFFECT_FILE_WRITE,
	EFFECT_FILE_DELETE,
	EFFECT_COMMAND,
	EFFECT_GIT,
	EFFECT_NET,
	EFFECT_MCP,
	EFFECT_RECORD,
	EFFECT_PULL_REQUEST,
	EFFECT_ADAPTER,
};
const char *effect_kind_name(enum effect_kind kind); /* "file.read", "command" ... */

/* One atom of what the action does, in order of the input. */
struct effect {
	enum effect_kind kind;
	struct str
		shown; /* for people: the canonical command, the path, "push origin main -> main" */
	bool known;    /* fully known */
	bool surely;   /* happens whenever the action happens */
	struct span span; /* in request.target */
	struct effect *next;
};

/* One effect meeting one rule. */
struct finding {
	enum cavra_outcome decision;
	enum cavra_severity severity;
	const char *rule_id;         /* static or arena */
	struct str approver_group;   /* empty: none */
	struct str reason;           /* for the agent and the person; no secrets */
	struct str instead;          /* what would be allowed; may be empty */
	struct str pattern;          /* that matched; may be empty */
	const struct effect *effect; /* NULL: about the request as a whole */
	enum match certainty;        /* MATCH_MUST or MATCH_MAY */
	struct span span;
	const struct policy *policy; /* whose rule it is */
	bool by_default;             /* no rule met the effect, and this is what then holds */
	/* Of a command that nothing allows: its enum command_class (knowledge.h), and nothing else is odd about it. */
	unsigned char command_class;
	bool plain_command;
};

struct decision {
	enum cavra_outcome outcome;
	enum cavra_severity severity;
	const char *rule_id;
	struct str approver_group; /* empty: none */
	struct str reason;
	struct str instead;
	struct str action_type, target, requested_operation; /* as they go into the record */
	const struct policy *policy;                         /* whose rule decided */
	const struct finding *deciding;                      /* the strictest finding */
	struct finding *findings;                            /* strictest first */
	size_t n_findings;
	const struct effect *effects;
	size_t n_effects;
	enum policy_mode mode; /* in force */
	bool glass_broken;     /* with MODE_BREAK_GLASS: by somebody who may */
	bool by_rule; /* an allow that a rule says, not just the absence of one that forbids */
};

struct decide_options {
	enum policy_mode
		mode; /* already joined with the policy's; strict tightens the core's answers */
	bool glass_broken; /* with MODE_BREAK_GLASS: by somebody who is known and may */
};

/* Decides. Fails only on exhausted memory or an impossible request (CAVRA_ERR_*); a failure must be treated as a
 * block. Results live in arena (the function arms it itself).
 */
int decide(const struct policy *policy, const struct request *request,
	   const struct resolver *resolver, const struct decide_options *options,
	   struct arena *arena, struct decision *ret_decision, struct cavra_error *error);

#endif
