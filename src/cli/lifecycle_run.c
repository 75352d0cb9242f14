/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans from packs, see lifecycle_run.h.
 */
#include "cli/lifecycle_run.h"

#include <stdio.h>

#include "base/limits.h"
#include "cli/dry_run.h"
#include "policy/required_cases.h"

/* Decides by this policy alone, in no project. */
static void open_guard(struct guard *guard, const struct policy *policy)
{
	*guard = (struct guard){.resolver = NULL};
	arena_init(&guard->arena, LIMIT_DECISION_MEMORY);
	arena_init(&guard->facts, LIMIT_DECISION_MEMORY);
	case_guard(guard, policy);
}

static int dry_run(const struct lifecycle_request *request, const struct policy *policy,
		   json_t **ret_report, struct cavra_error *error)
{
	struct guard CLEANUP_GUARD guard;
	struct dry_run run;
	size_t known = required_cases_count + policy->n_cases;
	open_guard(&guard, policy);
	dry_run_init(&run, &guard, true);
	int code = dry_run_add_required(&run, policy, error);
	if (code == 0)
		code = dry_run_add_own(&run, policy, error);
	if (code == 0)
		code = dry_run_add_list(&run, request->scenarios, request->results ? known : 0,
					error);
	if (code == 0) {
		*ret_report = dry_run_report(&run, policy);
		if (!*ret_report)
			code = error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	dry_run_release(&run);
	return code;
}

static bool has_place(const struct pack_place *place)
{
	return place->bundled || place->path[0];
}

static int make_plan(const struct lifecycle_request *request, const struct pack *pack,
		     const struct pack *previous, json_t **ret_plan, struct cavra_error *error)
{
	struct lifecycle lifecycle = {.policy = pack->policy,
				      .previous = previous->policy,
				      .text = pack->document->text,
				      .claims = request->claims};
	int code = pack_lint(&request->place, true, &lifecycle.lint_report, error);
	if (code == 0)
		code = dry_run(request, pack->policy, &lifecycle.dry_run_report, error);
	if (code == 0)
		code = lifecycle_plan(&lifecycle, ret_plan, error);
	json_decref(lifecycle.lint_report);
	json_decref(lifecycle.dry_run_report);
	return code;
}

int lifecycle_run(const struct lifecycle_request *request, json_t **ret_plan, char ret_digest[72],
		  struct cavra_error *error)
{
	struct pack pack = {.document = NULL}, previous = {.document = NULL};
	int code = pack_open(&request->place, &pack, error);
	if (code == 0 && has_place(&request->previous)) {
		code = pack_open(&request->previous, &previous, error);
		if (code < 0)
			error_prefix(error, "the previous policy");
	}
	if (code == 0)
		code = make_plan(request, &pack, &previous, ret_plan, error);
	if (code == 0)
		(void)snprintf(ret_digest, sizeof pack.policy->digest, "%s", pack.policy->digest);
	pack_close(&pack);
	pack_close(&previous);
	return code;
}
