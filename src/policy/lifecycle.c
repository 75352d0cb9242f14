/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lifecycle.h"

#include <stdio.h>

#include "base/array.h"
#include "policy/authoring.h"
#include "policy/diff.h"
#include "policy/required_cases.h"
#include "json/json.h"

#define SCHEMA(name) "cavra.policy-lifecycle." name ".v1"

const struct lifecycle_part lifecycle_parts[LIFECYCLE_PARTS] = {
	{"approval_workflow", "policy-approval-workflow.json"},
	{"authoring_ui_contract", "policy-authoring-ui-contract.json"},
	{"dry_run_report", "policy-dry-run-report.json"},
	{"lint_report", "policy-lint-report.json"},
	{"rollback_plan", "policy-rollback-plan.json"},
	{"shadow_mode_plan", "policy-shadow-mode-plan.json"},
	{"version_manifest", "policy-version-manifest.json"},
};

/* What several parts say. */
struct making {
	const struct lifecycle *lifecycle;
	json_t *diff; /* owned; JSON null without a previous policy */
	struct cavra_error *error;
};

/* A digest's first twelve digits tell it from others well enough for a name. */
enum { SHORT_DIGEST = 12 };

static const char *digest_start(const struct policy *policy)
{
	return policy->digest + sizeof "sha256:" - 1;
}

static json_t *make_texts(const char *const *texts, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < n; i++)
		if (json_array_append_new(list, json_string(texts[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

/* "policy-shadow://cavra-x/0123456789ab" */
static json_t *make_reference(const char *scheme, struct str id, const struct policy *policy)
{
	char text[LIMIT_POLICY_ID + 100];
	(void)snprintf(text, sizeof text, "%s://%.*s/%.*s", scheme, STR_ARG(id), SHORT_DIGEST,
		       digest_start(policy));
	return json_string(text);
}

/* ---- the parts ---- */

static int make_authoring_ui_contract(struct making *making, json_t **ret)
{
	static const char *const surfaces[] = {
		"draft_editor",      "schema_lint",        "semantic_diff",
		"dry_run_simulator", "shadow_mode_toggle", "approval_workflow_builder",
		"rollback_picker",
	};
	static const char *const endpoints[] = {
		"/policy-packs/draft",           "/policy-packs/publish-plan",
		"/policy-packs/publish-request", "/policy-rollouts/change-plan",
		"/policy-rollouts/apply-change",
	};
	static const char *const notes[] = {
		"Whoever edits a policy sees its lint report and its difference before asking for "
		"approval.",
		"A surface shows what these end points answer; it decides nothing itself.",
	};
	const struct lifecycle *lifecycle = making->lifecycle;
	json_t *list = json_array();
	for (size_t i = 0; list && i < ARRAY_SIZE(endpoints); i++)
		if (json_array_append_new(list, json_pack("{s:s, s:s}", "method", "POST", "path",
							  endpoints[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	*ret = json_pack("{s:s, s:s%, s:o, s:o, s:s?, s:o}", "schema_version",
			 SCHEMA("authoring-ui-contract"), "policy_id", lifecycle->policy->id.p,
			 lifecycle->policy->id.n, "required_surfaces",
			 make_texts(surfaces, ARRAY_SIZE(surfaces)), "api_endpoints", list,
			 "review_workflow_ref", lifecycle->claims.review_workflow_ref,
			 "operator_notes", make_texts(notes, ARRAY_SIZE(notes)));
	return 0;
}

static int make_lint_report(struct making *making, json_t **ret)
{
	*ret = json_incref(making->lifecycle->lint_report);
	return 0;
}

static int make_version_manifest(struct making *making, json_t **ret)
{
	const struct lifecycle *lifecycle = making->lifecycle;
	const struct policy *policy = lifecycle->policy, *previous = lifecycle->previous;
	const char *source = lifecycle->claims.source_ref;
	*ret = json_pack("{s:s, s:s%, s:s%, s:s, s:s?, s:s?, s:b, s:s?, s:O}", "schema_version",
			 SCHEMA("version-manifest"), "policy_id", policy->id.p, policy->id.n,
			 "policy_version", policy->version.p, policy->version.n, "policy_digest",
			 policy->digest, "previous_policy_digest",
			 previous ? previous->digest : NULL, "source_ref", source, "git_versioned",
			 str_starts(str_from(source), STR("git://")), "generated_at",
			 lifecycle->claims.generated_at, "diff", making->diff);
	return 0;
}

static int make_shadow_mode_plan(struct making *making, json_t **ret)
{
	const struct policy *policy = making->lifecycle->policy;
	const json_t *results = json_get_array(making->lifecycle->dry_run_report, "results");
	json_t *ids = json_array();
	for (size_t i = 0; ids && i < json_array_size(results); i++)
		if (json_array_append(ids, json_object_get(json_array_get(results, i), "case_id")) <
		    0) {
			json_decref(ids);
			ids = NULL;
		}
	*ret = json_pack("{s:s, s:s%, s:s, s:b, s:s, s:o, s:[o, o], s:{s:i, s:i, s:b}}",
			 "schema_version", SCHEMA("shadow-mode-plan"), "policy_pack", policy->id.p,
			 policy->id.n, "mode", "shadow", "non_enforcing", 1, "compare_against",
			 "current_enforced_policy", "sample_case_ids", ids, "evidence_refs",
			 make_reference("policy-shadow", policy->id, policy),
			 make_reference("policy-dry-run", policy->id, policy), "promotion_criteria",
			 "dry_run_failed_count", 0, "shadow_observation_hours", 24,
			 "approval_required", 1);
	return 0;
}

static int make_dry_run_report(struct making *making, json_t **ret)
{
	*ret = json_incref(making->lifecycle->dry_run_report);
	return 0;
}

static int make_rollback_plan(struct making *making, json_t **ret)
{
	static const char *const steps[] = {
		"Stop the rollout of the current version.",
		"Find the previous version by its digest, and verify its signature.",
		"Compare both versions, and look at what going back loosens.",
		"Ask for approval of the previous version, bound to both digests.",
		"Publish the previous version, and run its cases.",
		"Watch the decisions that follow, and record why it was rolled back.",
	};
	const struct lifecycle *lifecycle = making->lifecycle;
	const struct policy *policy = lifecycle->policy, *previous = lifecycle->previous;
	const struct policy *target = previous ? previous : policy;
	*ret = json_pack("{s:s, s:o, s:s%, s:s, s:o, s:s?, s:b, s:s?, s:s, s:O, s:o}",
			 "schema_version", SCHEMA("rollback-plan"), "rollback_ref",
			 make_reference("policy-rollback", target->id, target), "current_policy_id",
			 policy->id.p, policy->id.n, "current_policy_digest", policy->digest,
			 "previous_policy_id",
			 previous ? json_stringn(previous->id.p, previous->id.n) : json_null(),
			 "previous_policy_digest", previous ? previous->digest : NULL,
			 "approval_required", 1, "requested_by", lifecycle->claims.requested_by,
			 "reason", "The way back, agreed on before the policy is released.", "diff",
			 making->diff, "steps", make_texts(steps, ARRAY_SIZE(steps)));
	return 0;
}

/* The plan and the decision that an approval would be bound to. */
static int make_publishing(struct making *making, json_t *groups, json_t **ret_plan,
			   json_t **ret_decision)
{
	const struct lifecycle *lifecycle = making->lifecycle;
	struct publishing publishing = {
		.policy = lifecycle->policy,
		.document = lifecycle->policy->document,
		.text = lifecycle->text,
		.current = lifecycle->previous,
		.at = str_from(lifecycle->claims.generated_at),
	};
	struct publish_request request = {
		.requested_by = str_from(lifecycle->claims.requested_by),
		.approver_group = json_str(json_array_get(groups, 0)),
	};
	int code = policy_publish_plan(&publishing, ret_plan, making->error);
	return code < 0 ? code
			: policy_publish_decision(*ret_plan, &request, ret_decision, making->error);
}

static int make_approval_workflow(struct making *making, json_t **ret)
{
	static const char *const groups[] = {"Platform Security", "Repository Owners"};
	static const char *const evidence[] = {
		"lint_report",    "version_manifest",        "semantic_diff",
		"dry_run_report", "shadow_mode_observation", "rollback_plan",
	};
	static const char *const checklist[] = {
		"The lint report has no blocker, and each warning is meant.",
		"The difference is what the change set out to do, and nothing loosens unseen.",
		"Every case of the dry run is decided as expected.",
		"What the policy would have decided in shadow mode was looked at.",
		"The rollback plan leads to a version that is there.",
	};
	const struct lifecycle_claims *claims = &making->lifecycle->claims;
	json_t *given = claims->approver_groups ? json_incref(claims->approver_groups)
						: make_texts(groups, ARRAY_SIZE(groups));
	json_t *plan = NULL, *decision = NULL;
	int code = make_publishing(making, given, &plan, &decision);
	if (code == 0)
		*ret = json_pack("{s:s, s:s?, s:b, s:O, s:O, s:O, s:o, s:o}", "schema_version",
				 SCHEMA("approval-workflow"), "review_workflow_ref",
				 claims->review_workflow_ref, "approval_required", 1,
				 "approver_groups", given, "publish_plan", plan, "publish_decision",
				 decision, "required_evidence",
				 make_texts(evidence, ARRAY_SIZE(evidence)), "review_checklist",
				 make_texts(checklist, ARRAY_SIZE(checklist)));
	json_decref(given);
	json_decref(plan);
	json_decref(decision);
	return code;
}

/* ---- the whole ---- */

/* In the order in which a plan has them. */
static const struct {
	const char *name;
	int (*make)(struct making *making, json_t **ret); /* *ret stays NULL without memory */
} makers[] = {
	{"authoring_ui_contract", make_authoring_ui_contract},
	{"lint_report", make_lint_report},
	{"version_manifest", make_version_manifest},
	{"shadow_mode_plan", make_shadow_mode_plan},
	{"dry_run_report", make_dry_run_report},
	{"rollback_plan", make_rollback_plan},
	{"approval_workflow", make_approval_workflow},
};

static json_t *make_capabilities(void)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < LIFECYCLE_PARTS; i++)
		if (json_array_append_new(list, json_string(lifecycle_parts[i].name)) < 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

static int add_parts(struct making *making, json_t *plan)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		json_t *part = NULL;
		int code = makers[i].make(making, &part);
		if (code == 0 && json_object_set_new(plan, makers[i].name, part) < 0)
			code = error_set(making->error, CAVRA_ERR_MEMORY, "out of memory");
		if (code < 0)
			return code;
	}
	return 0;
}

static int make_diff(struct making *making)
{
	const struct lifecycle *lifecycle = making->lifecycle;
	if (lifecycle->previous)
		return policy_diff(lifecycle->previous, lifecycle->policy, &making->diff,
				   making->error);
	making->diff = json_null();
	return 0;
}

int lifecycle_plan(const struct lifecycle *lifecycle, json_t **ret_plan, struct cavra_error *error)
{
	static const char *const notes[] = {
		"This plan changes nothing: it says what releasing the policy takes.",
		"Release the policy when its approval is bound to the digest of this plan.",
		"Make the plan again after any change to the policy or to what it inherits.",
	};
	struct making making = {.lifecycle = lifecycle, .error = error};
	json_t *plan = json_pack("{s:s, s:s, s:s?, s:s%, s:o}", "schema_version", SCHEMA("plan"),
				 "product", "CAVRA", "generated_at", lifecycle->claims.generated_at,
				 "policy_pack", lifecycle->policy->id.p, lifecycle->policy->id.n,
				 "lifecycle_capabilities", make_capabilities());
	int code = plan ? make_diff(&making) : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	if (code == 0)
		code = add_parts(&making, plan);
	json_decref(making.diff);
	if (code == 0 &&
	    json_object_set_new(plan, "operator_notes", make_texts(notes, ARRAY_SIZE(notes))) < 0)
		code = error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	if (code < 0)
		json_decref(plan);
	else
		*ret_plan = plan;
	return code;
}

json_t *lifecycle_packet(const json_t *plan, const struct lifecycle_evidence *evidence)
{
	json_t *packet = json_pack("{s:s, s:s, s:s, s:o}", "schema_version",
				   LIFECYCLE_PACKET_SCHEMA, "product", "CAVRA", "evidence_mode",
				   evidence->mode, "lifecycle_capabilities", make_capabilities());
	bool good = packet != NULL;
	for (size_t i = 0; good && i < ARRAY_SIZE(makers); i++)
		good = json_object_set(packet, makers[i].name,
				       json_object_get(plan, makers[i].name)) == 0;
	good = good && json_object_set_new(
			       packet, "operating_evidence",
			       json_pack("{s:s?, s:s?, s:s?}", "ci_run_ref", evidence->ci_run_ref,
					 "policy_review_ref", evidence->policy_review_ref,
					 "ui_validation_ref", evidence->ui_validation_ref)) == 0;
	if (good)
		return packet;
	json_decref(packet);
	return NULL;
}

bool lifecycle_is_packet(const json_t *document)
{
	return str_is(json_str(json_object_get(document, "schema_version")),
		      LIFECYCLE_PACKET_SCHEMA);
}

/* ---- signing ---- */

int lifecycle_signed_init(const struct document *packet, const char *compiled,
			  struct lifecycle_signed *ret_signed, struct cavra_error *error)
{
	const json_t *manifest = json_object_get(packet->root, "version_manifest");
	const char *named = json_string_value(json_object_get(manifest, "policy_digest"));
	*ret_signed = (struct lifecycle_signed){.metadata = NULL};
	if (!compiled && !named)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the packet names no /version_manifest/policy_digest; make it "
				 "with cavra policy lifecycle-plan");
	ret_signed->metadata = json_pack("{s:s, s:O?, s:O?}", "schema_version",
					 LIFECYCLE_PACKET_SCHEMA, "evidence_mode",
					 json_object_get(packet->root, "evidence_mode"),
					 "policy_id", json_object_get(manifest, "policy_id"));
	if (!ret_signed->metadata)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	ret_signed->file = (struct policy_file){.path = packet->name,
						.text = packet->text,
						.metadata = ret_signed->metadata,
						.compiled = compiled ? compiled : named};
	return 0;
}

void lifecycle_signed_release(struct lifecycle_signed *what)
{
	json_decref(what->metadata);
}
