/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision: a request is taken apart into effects (requests.c), effects meet rules and become findings, and the
 * strictest finding is the decision. Whatever goes wrong on the way is an
 * error, and an error is not an allow.
 *
 * Tour 2 of 9: this file, then src/shell/reader.c.
 */
#include "decide/decide.h"

#include "base/limits.h"
#include "decide/core.h"
#include "decide/later.h"
#include "decide/paths.h"
#include "decide/request.h"
#include "decide/requests.h"

struct scope scope_of_request(struct decider *d)
{
	struct value *cwd = ARENA_NEW(d->arena, struct value);
	struct str base = d->workspace.n ? d->workspace : STR("/");
	struct str path = d->request->cwd.n ? path_canonical_text(d->arena, d->request->cwd, base)
					    : base;
	*cwd = value_from(d->arena, path);
	return (struct scope){
		.cwds = cwd,
		.n_cwds = 1,
		.surely = true,
		.span = {0, d->request->target.n},
	};
}

/* ---- from findings to the decision ---- */

/* Strictest first, equal ones in order of the input. */
static void sort_findings(struct decider *d, struct decision *decision)
{
	size_t n = 0;
	for (const struct finding_node *node = d->findings; node; node = node->next)
		n++;
	struct finding *sorted = arena_take(d->arena, n * sizeof *sorted);
	size_t used = 0;
	for (const struct finding_node *node = d->findings; node; node = node->next) {
		size_t at = used++;
		while (at > 0 && finding_stricter(&node->finding, &sorted[at - 1])) {
			sorted[at] = sorted[at - 1];
			at--;
		}
		sorted[at] = node->finding;
	}
	decision->findings = sorted;
	decision->n_findings = n;
}

/* Rules that allow, as opposed to the mere absence of one that forbids. */
bool allows_by_rule(const char *rule_id)
{
	static const char *const defaults[] = {"filesystem.read.allow", "filesystem.write.allow",
					       "git.allow", "network.default.allow"};
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		if (strcmp(rule_id, defaults[i]) == 0)
			return false;
	return true;
}

static struct str requested_operation(const struct request *request)
{
	static const struct {
		const char *action_type, *otherwise;
	} defaults[] = {
		{"read_file", "read"},
		{"write_file", "write"},
		{"git_operation", "push"},
		{"pull_request", "create"},
		{"release_governance_record", "verify"},
		{"network_request", "fetch"},
	};
	if (str_is(request->action_type, "execute_command"))
		return str_trim(request->target);
	if (str_is(request->action_type, "mcp_tool_call"))
		return request->capability.n ? request->capability : request->tool;
	if (request->operation.n)
		return request->operation;
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		if (str_is(request->action_type, defaults[i].action_type))
			return str_from(defaults[i].otherwise);
	return request->target;
}

static struct str shown_target(struct decider *d)
{
	const struct request *request = d->request;
	if (str_is(request->action_type, "mcp_tool_call"))
		return arena_join3(d->arena, request->server, STR(":"), request->tool);
	struct str target = str_is(request->action_type, "execute_command")
				    ? str_trim(request->target)
				    : request->target;
	if (target.n)
		return target;
	return str_is(request->action_type, "pull_request") ? STR("pull_request")
							    : request->operation;
}

void decision_take(struct decision *decision, const struct finding *first)
{
	decision->deciding = first;
	decision->policy = first->policy;
	decision->outcome = first->decision;
	decision->severity = first->severity;
	decision->rule_id = first->rule_id;
	decision->approver_group = first->approver_group;
	decision->reason = first->reason;
	decision->instead = first->instead;
	decision->by_rule = first->decision != CAVRA_ALLOW || allows_by_rule(first->rule_id);
}

static void conclude(struct decider *d, struct decision *decision)
{
	sort_findings(d, decision);
	decision_take(decision, &decision->findings[0]);
	decision->action_type = d->request->action_type;
	decision->target = shown_target(d);
	decision->requested_operation = requested_operation(d->request);
	decision->effects = d->effects;
	decision->n_effects = d->n_effects;
	decision->mode = d->mode;
	decision->glass_broken = d->glass_broken;
}

/* ---- entry ---- */

static void decide_armed(struct decider *d, struct decision *decision)
{
	if (d->resolver->workspace.n)
		d->workspace = path_canonical_text(d->arena, d->resolver->workspace, STR(""));
	decide_request(d);
	later_finish(d);
	code_finish(d);
	conclude(d, decision);
}

int decide(const struct policy *policy, const struct request *request,
	   const struct resolver *resolver, const struct decide_options *options,
	   struct arena *arena, struct decision *ret_decision, struct cavra_error *error)
{
	static const struct resolver nothing_known = {.context = NULL};
	int code = request_check(request, error);
	if (code < 0)
		return code;
	struct decider d = {
		.policy = policy,
		.request = request,
		.resolver = resolver ? resolver : &nothing_known,
		.mode = options ? options->mode : policy->mode,
		.glass_broken = options && options->glass_broken,
		.arena = arena,
		.budget = {LIMIT_SHELL_WORK},
	};
	d.effects_tail = &d.effects;
	d.findings_tail = &d.findings;
	struct decision decision = {.outcome = CAVRA_BLOCK};
	if (setjmp(arena->on_full)) {
		arena->armed = false;
		return error_set(error, CAVRA_ERR_MEMORY,
				 "not enough memory to decide; the action is not allowed");
	}
	arena->armed = true;
	decide_armed(&d, &decision);
	arena->armed = false;
	*ret_decision = decision;
	return 0;
}
