/* SPDX-License-Identifier: Apache-2.0
 *
 * Coding agents and their hook protocols: what the agent says it is about to do becomes requests,
 * what was decided becomes an answer in the agent's own words. One adapter per agent, one table of
 * adapters. No I/O.
 */
#ifndef CAVRA_AGENTS_AGENTS_H
#define CAVRA_AGENTS_AGENTS_H

#include "base/buf.h"
#include "decide/decide.h"

enum { AGENT_MAX_REQUESTS = 64 };

/* Action type of a request about a tool as such: one that no rule knows, so it needs approval. */
#define AGENT_TOOL_ACTION "agent_tool"

/* One hook call. */
struct agent_event {
	json_t *payload; /* owned; everything below borrows from it or from the arena */
	struct arena *arena;
	const char
		*records; /* event of the ledger that is to be recorded; NULL: none but decisions */
	bool acts;        /* a tool is about to run; otherwise there is nothing to decide */
	bool can_ask;     /* a question would reach a person */
	bool plans;       /* the agent has promised to change nothing for now */
	struct str mode;  /* the agent's own permission mode, for messages */
	struct str tool, cwd, session_id, agent_id;
	struct request *requests; /* none: the tool touches nothing that a policy is about */
	size_t n_requests, cap_requests;
	bool searches; /* the request reads what ripgrep would open, selected by glob */
	struct str glob;
	struct str ask; /* not empty: a person must say yes whatever is decided, and why */
};

enum agent_answer {
	ANSWER_ALLOW,  /* the agent need not ask */
	ANSWER_SILENT, /* nothing forbids it; the agent's own guards apply */
	ANSWER_ASK,    /* a person at the agent decides */
	ANSWER_DENY,
};

/* What CAVRA says to one event. */
struct agent_verdict {
	enum agent_answer answer;
	struct buf reason; /* for the agent and the person; visible characters only */
	struct buf note;   /* for the person alone; empty: none */
};

struct agent_adapter {
	const char *name;          /* as on the command line: "claude-code" */
	const char *title;         /* "Claude Code" */
	const char *root_variable; /* environment variable in which the agent names its project;
				      NULL: none */
	/* Reads a payload. Every failure must end the call closed. The caller releases the event
	 * also after one. */
	int (*read)(struct str payload, struct arena *arena, struct agent_event *ret_event,
		    struct cavra_error *error);
	/* The agent's JSON; nothing when silence says it. */
	void (*write)(const struct agent_verdict *verdict, struct buf *out);
};

/* NULL when there is no such agent. */
const struct agent_adapter *agent_find(struct str name);
extern const struct agent_adapter *const agent_adapters[];
extern const size_t agent_adapters_count;

void agent_event_release(struct agent_event *event);
/* Adds a request about this event's session and directory. */
struct request *agent_event_add(struct agent_event *event, const char *action_type,
				struct str target, const char *operation);

/* How answers are given, which policies say. */
struct agent_manner {
	bool stops_nothing;           /* the mode in force does not even ask */
	enum cavra_severity in_place; /* the highest that a person at the agent may approve ... */
	bool in_place_none;           /* ... unless none */
	bool authoritative;           /* say allow also where merely nothing forbids */
};

/* Joins the decisions about an event's requests; decisions[i] is about requests[i]. The caller
 * releases the verdict. */
void agent_judge(const struct agent_event *event, const struct decision *decisions,
		 const struct agent_manner *manner, struct agent_verdict *ret_verdict);
void agent_verdict_release(struct agent_verdict *verdict);

#endif
