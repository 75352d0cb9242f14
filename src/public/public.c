/* SPDX-License-Identifier: Apache-2.0
 *
 * The public interface, include/cavra/cavra.h, over the folders below. Holds no rule of its own.
 */
#include <cavra/cavra.h>

#include <stdlib.h>
#include <string.h>

#include "agents/workspace.h"
#include "base/limits.h"
#include "decide/explain.h"
#include "decide/facts.h"
#include "decide/modes.h"
#include "decide/record.h"
#include "decide/request.h"
#include "public/stamp.h"
#include "json/json.h"

struct cavra_policy {
	struct policy *policy;
	char *id;
};

struct cavra_facts {
	struct workspace *workspace; /* NULL: a table */
	struct arena arena;          /* of the table */
	struct resolver table;
};

struct cavra_decision {
	struct arena arena;
	struct decision decision;
	const char *rule, *reason, *approver_group;
	struct buf json, explanation;
};

/* ---- policies ---- */

static const struct policy_source bundled;

static int wrap_policy(struct policy *policy, cavra_policy **ret_policy, struct cavra_error *error)
{
	cavra_policy *wrapped = calloc(1, sizeof *wrapped);
	char *id = strndup(policy->id.p, policy->id.n);
	if (!wrapped || !id) {
		free(wrapped);
		free(id);
		policy_free(policy);
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	wrapped->policy = policy;
	wrapped->id = id;
	*ret_policy = wrapped;
	return 0;
}

int cavra_policy_load(const char *path, cavra_policy **ret_policy, struct cavra_error *error)
{
	struct policy *policy;
	int code = policy_load_file(&bundled, path, NULL, 0, &policy, error);
	return code < 0 ? code : wrap_policy(policy, ret_policy, error);
}

int cavra_policy_load_pack(const char *pack_id, cavra_policy **ret_policy,
			   struct cavra_error *error)
{
	struct policy *policy;
	int code = policy_load_pack(&bundled, pack_id, NULL, 0, &policy, error);
	return code < 0 ? code : wrap_policy(policy, ret_policy, error);
}

void cavra_policy_free(cavra_policy *policy)
{
	if (!policy)
		return;
	policy_free(policy->policy);
	free(policy->id);
	free(policy);
}

const char *cavra_policy_id(const cavra_policy *policy)
{
	return policy->id;
}

const char *cavra_policy_digest(const cavra_policy *policy)
{
	return policy->policy->digest;
}

/* ---- facts ---- */

static cavra_facts *new_facts(struct cavra_error *error)
{
	cavra_facts *facts = calloc(1, sizeof *facts);
	if (facts)
		arena_init(&facts->arena, LIMIT_DECISION_MEMORY);
	else
		error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	return facts;
}

int cavra_facts_from_directory(const char *workspace, cavra_facts **ret_facts,
			       struct cavra_error *error)
{
	cavra_facts *facts = new_facts(error);
	if (!facts)
		return CAVRA_ERR_MEMORY;
	int code = workspace_new(workspace, NULL, true, &facts->workspace, error);
	if (code < 0)
		cavra_facts_free(facts);
	else
		*ret_facts = facts;
	return code;
}

static int fill_table(const json_t *document, cavra_facts *facts, struct cavra_error *error)
{
	if (setjmp(facts->arena.on_full))
		return error_set(error, CAVRA_ERR_LIMIT, "the facts are too large");
	facts->arena.armed = true;
	int code = facts_resolver(document, &facts->arena, &facts->table, error);
	facts->arena.armed = false;
	return code;
}

int cavra_facts_from_json(const char *json, cavra_facts **ret_facts, struct cavra_error *error)
{
	json_t *document;
	int code = json_read(str_from(json), 0, &document, error);
	if (code < 0)
		return code;
	cavra_facts *facts = new_facts(error);
	code = facts ? fill_table(document, facts, error) : CAVRA_ERR_MEMORY;
	json_decref(document);
	if (code < 0)
		cavra_facts_free(facts);
	else
		*ret_facts = facts;
	return code;
}

void cavra_facts_free(cavra_facts *facts)
{
	if (!facts)
		return;
	workspace_free(facts->workspace);
	arena_release(&facts->arena);
	free(facts);
}

/* ---- deciding ---- */

static int read_request(const struct cavra_request *from, struct request_document *to,
			struct cavra_error *error)
{
	*to = (struct request_document){
		.request = {
			.action_type = str_from(from->action_type),
			.target = from->target_length ? str_make(from->target, from->target_length)
						      : str_from(from->target),
			.operation = str_from(from->operation),
			.destination = str_from(from->destination),
			.server = str_from(from->server),
			.tool = str_from(from->tool),
			.capability = str_from(from->capability),
			.cwd = str_from(from->cwd),
			.agent_id = str_from(from->agent_id),
			.session_id = str_from(from->session_id),
			.actor = str_from(from->actor),
			.repository = str_from(from->repository),
		}};
	int code = from->arguments ? request_set_arguments(to, str_from(from->arguments), error)
				   : 0;
	return code < 0 ? code : request_check(&to->request, error);
}

/* Texts that the caller may ask for later, when request and policy may be gone. */
static int keep_texts(cavra_decision *decision, const struct request *request,
		      const struct policy *policy, struct cavra_error *error)
{
	static const struct explain_style plain = {.colour = false, .width = 80};
	struct record_stamp stamp;
	int code = stamp_now(request->session_id, &stamp, error);
	if (code < 0)
		return code;
	struct record record = {.request = request,
				.decision = &decision->decision,
				.policy = policy,
				.stamp = &stamp};
	record_write(&decision->json, &record);
	explain_write(&decision->explanation, &decision->decision, policy, &plain);
	if (setjmp(decision->arena.on_full) || decision->json.failed ||
	    decision->explanation.failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the decision is too large to be told");
	decision->arena.armed = true;
	decision->rule = arena_str(&decision->arena, str_from(decision->decision.rule_id)).p;
	decision->reason = arena_str(&decision->arena, decision->decision.reason).p;
	if (decision->decision.approver_group.n)
		decision->approver_group =
			arena_str(&decision->arena, decision->decision.approver_group).p;
	decision->arena.armed = false;
	return 0;
}

static int decide_into(cavra_decision *decision, const struct policy *policy,
		       const struct cavra_request *from, const cavra_facts *facts,
		       struct cavra_error *error)
{
	static const struct resolver nothing = {
		.workspace = STR_INIT("/"), .home = STR_INIT(""), .tmpdir = STR_INIT("/tmp")};
	struct request_document document;
	struct decide_options options = {.mode = policy->mode};
	const struct resolver *resolver = &nothing;
	if (facts)
		resolver = facts->workspace ? workspace_resolver(facts->workspace) : &facts->table;
	int code = read_request(from, &document, error);
	if (code >= 0)
		code = decide(policy, &document.request, resolver, &options, &decision->arena,
			      &decision->decision, error);
	if (code >= 0)
		code = keep_texts(decision, &document.request, policy, error);
	request_document_release(&document);
	return code;
}

int cavra_decide(const cavra_policy *policy, const struct cavra_request *request,
		 const cavra_facts *facts, cavra_decision **ret_decision, struct cavra_error *error)
{
	cavra_decision *decision = calloc(1, sizeof *decision);
	if (!decision)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	arena_init(&decision->arena, LIMIT_DECISION_MEMORY);
	buf_init(&decision->json, 16 * LIMIT_REQUEST_BYTES);
	buf_init(&decision->explanation, 16 * LIMIT_REQUEST_BYTES);
	int code = decide_into(decision, policy->policy, request, facts, error);
	if (code < 0)
		cavra_decision_free(decision);
	else
		*ret_decision = decision;
	return code;
}

void cavra_decision_free(cavra_decision *decision)
{
	if (!decision)
		return;
	buf_release(&decision->json);
	buf_release(&decision->explanation);
	arena_release(&decision->arena);
	free(decision);
}

enum cavra_outcome cavra_decision_outcome(const cavra_decision *decision)
{
	return runtime_mode_apply(&decision->decision).outcome;
}

enum cavra_severity cavra_decision_severity(const cavra_decision *decision)
{
	return decision->decision.severity;
}

const char *cavra_decision_rule(const cavra_decision *decision)
{
	return decision->rule;
}

const char *cavra_decision_reason(const cavra_decision *decision)
{
	return decision->reason;
}

const char *cavra_decision_approver_group(const cavra_decision *decision)
{
	return decision->approver_group;
}

const char *cavra_decision_json(const cavra_decision *decision)
{
	return decision->json.p;
}

const char *cavra_decision_explain(const cavra_decision *decision)
{
	return decision->explanation.p;
}
