/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cases.h"
#include "json/json.h"

#include <stdlib.h>

#include "decide/request.h"

/* A world with nothing in it, so that a case means the same everywhere. */
static const char empty_world[] =
	"{\"workspace\":\"/repo\",\"home\":\"/home/user\",\"branch\":\"work\","
	"\"remotes\":[\"origin\"],\"links\":{},\"hardlinks\":{},\"files\":[],\"directories\":[],"
	"\"git_config\":{}}";

int case_world(struct guard *guard, const json_t *facts, struct cavra_error *error)
{
	char *text = facts ? json_text(facts, JSON_COMPACT) : NULL;
	arena_reset(&guard->facts);
	int code = guard_load_facts(str_from(text ? text : empty_world), &guard->facts,
				    &guard->facts_resolver, error);
	free(text);
	guard->resolver = &guard->facts_resolver;
	guard->cwd = STR(""); /* where this is run from does not matter */
	return code;
}

int case_decide(const struct policy_case *test, struct guard *guard, struct decision *ret_decision,
		struct cavra_error *error)
{
	struct request_document document;
	int code = case_world(guard, test->facts, error);
	if (code < 0)
		return code;
	code = request_from_json(test->input, &document, error);
	if (code >= 0)
		code = guard_decide(guard, &document.request, guard->mode, ret_decision, error);
	request_document_release(&document);
	return code;
}

bool case_is_met(const struct policy_case *test, const struct decision *decision)
{
	return decision->outcome == test->decision &&
	       (!test->rule.n || str_is(test->rule, decision->rule_id)) &&
	       (!test->has_severity || test->severity == decision->severity);
}

void case_guard(struct guard *guard, const struct policy *policy)
{
	guard->config.policies = (struct policy_layers){.policy = {policy}, .n = 1};
	guard->mode = policy->mode;
}
