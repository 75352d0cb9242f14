/* SPDX-License-Identifier: Apache-2.0
 *
 * libcavra: before an AI agent acts, CAVRA decides.
 *
 * Load a policy once, ask it about each action, read the decision, free it:
 *
 *	struct cavra_error error;
 *	cavra_policy *policy;
 *	cavra_decision *decision;
 *	if (cavra_policy_load("policy.yaml", &policy, &error) < 0)
 *		errx(1, "%s", error.text);
 *	struct cavra_request request = {.action_type = "execute_command", .target = "terraform apply"};
 *	if (cavra_decide(policy, &request, NULL, &decision, &error) < 0)
 *		errx(1, "%s", error.text);      // fail closed: no decision is not an allow
 *	puts(cavra_outcome_name(cavra_decision_outcome(decision)));
 *	cavra_decision_free(decision);
 *	cavra_policy_free(policy);
 *
 * All strings are UTF-8 and NUL-terminated unless a length stands beside them. Functions that act return
 * 0, or a negative enum cavra_code with *error filled in; their outputs are untouched on failure. A policy
 * is immutable once loaded and may be used by many threads at once; facts and a decision belong to one thread at
 * a time. The library writes no output, keeps no global state, never ends the process, and neither sets nor
 * depends on locale, umask and signal handlers.
 *
 * Tour 1 of 9: this header. Continue in src/decide/decide.c.
 */
#ifndef CAVRA_CAVRA_H
#define CAVRA_CAVRA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAVRA_VERSION "0.2.0"

/* What went wrong. base/error.c maps each to exit status, HTTP status and JSON-RPC code. */
enum cavra_code {
	CAVRA_OK = 0,
	CAVRA_ERR_USAGE = -1,  /* the caller's arguments make no sense */
	CAVRA_ERR_INPUT = -2,  /* a document or request is malformed */
	CAVRA_ERR_POLICY = -3, /* a policy is invalid */
	CAVRA_ERR_NOT_FOUND = -4,
	CAVRA_ERR_IO = -5,    /* the operating system said no */
	CAVRA_ERR_LIMIT = -6, /* over a documented cap */
	CAVRA_ERR_MEMORY = -7,
	CAVRA_ERR_INTERNAL = -8,
};

/* One line for a person: what is wrong and what to do instead. Position is 1-based, 0 when there is none. */
struct cavra_error {
	enum cavra_code code;
	int line, column;
	char file[256];
	char text[512];
};

/* Decisions, from the weakest to the strictest. */
enum cavra_outcome {
	CAVRA_ALLOW,
	CAVRA_AUDIT_ONLY,
	CAVRA_ALLOW_WITH_ATTESTATION,
	CAVRA_WARN,
	CAVRA_REQUIRE_APPROVAL,
	CAVRA_BLOCK,
};

enum cavra_severity { CAVRA_LOW, CAVRA_MEDIUM, CAVRA_HIGH, CAVRA_CRITICAL };

const char *cavra_outcome_name(enum cavra_outcome outcome);
const char *cavra_severity_name(enum cavra_severity severity);
const char *cavra_version(void);

typedef struct cavra_policy cavra_policy;
typedef struct cavra_decision cavra_decision;

/* path: a policy file, or a directory with policy.yaml. What it inherits are bundled packs. The policy is validated, inherited and compiled; the caller frees it.
 */
int cavra_policy_load(const char *path, cavra_policy **ret_policy, struct cavra_error *error);
/* A bundled pack by id, such as "cavra-ai-agent-baseline". */
int cavra_policy_load_pack(const char *pack_id, cavra_policy **ret_policy,
			   struct cavra_error *error);
void cavra_policy_free(cavra_policy *policy);
const char *cavra_policy_id(const cavra_policy *policy);
/* "sha256:<hex>" of the compiled policy. */
const char *cavra_policy_digest(const cavra_policy *policy);

/* An action about to happen. Absent members are NULL. */
struct cavra_request {
	const char *action_type; /* "read_file", "execute_command", "mcp_tool_call", ... */
	const char *target;
	size_t target_length; /* 0: target is NUL-terminated */
	const char *operation;
	const char *destination;                /* of a rename */
	const char *server, *tool, *capability; /* MCP */
	const char *arguments;                  /* MCP: JSON text as the client sent it */
	const char *cwd;                        /* default: the workspace */
	const char *agent_id, *session_id, *actor, *repository;
};

/* What the core may know of the world. Absent members are unknown. The library itself does no I/O while it
 * decides: pass cavra_facts_from_directory() to let it see a real workspace.
 */
typedef struct cavra_facts cavra_facts;
int cavra_facts_from_directory(const char *workspace, cavra_facts **ret_facts,
			       struct cavra_error *error);
/* JSON: {"workspace": "/repo", "home": "/root", "branch": "main", "remotes": [...], "links": {...}, "hardlinks": {...}} */
int cavra_facts_from_json(const char *json, cavra_facts **ret_facts, struct cavra_error *error);
void cavra_facts_free(cavra_facts *facts);

/* facts may be NULL: then nothing is known of the file system and paths count from "/". */
int cavra_decide(const cavra_policy *policy, const struct cavra_request *request,
		 const cavra_facts *facts, cavra_decision **ret_decision,
		 struct cavra_error *error);
void cavra_decision_free(cavra_decision *decision);

/* What to act on: the decision after the policy's runtime mode. All returned strings live as long as the decision. */
enum cavra_outcome cavra_decision_outcome(const cavra_decision *decision);
enum cavra_severity cavra_decision_severity(const cavra_decision *decision);
const char *cavra_decision_rule(const cavra_decision *decision);
const char *cavra_decision_reason(const cavra_decision *decision);
const char *cavra_decision_approver_group(const cavra_decision *decision); /* NULL when none */
/* The whole record with all findings, one line of JSON. */
const char *cavra_decision_json(const cavra_decision *decision);
/* For a person: what really runs, which rule met what, what would be allowed instead. Many lines. */
const char *cavra_decision_explain(const cavra_decision *decision);

#ifdef __cplusplus
}
#endif

#endif
