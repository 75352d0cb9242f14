/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts, plans and the decisions that approvals are asked for, see authoring.h.
 */
#include "policy/authoring.h"

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "crypto/digest.h"
#include "policy/diff.h"
#include "policy/lint.h"
#include "json/json.h"
#include "json/yaml.h"

#define DRAFT_SCHEMA "cavra.policy_pack.draft.v1"
#define PLAN_SCHEMA "cavra.policy_pack.publish_plan.v1"
/* What short digests in identifiers have of the hexadecimal digits. */
enum { SHORT_DIGEST = 12 };

static int no_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

/* A list of fixed sentences. */
static json_t *texts(const char *const *items, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < n; i++)
		if (json_array_append_new(list, json_string(items[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* A message may end with half of a character of what it quotes. */
static json_t *message_json(struct str text)
{
	struct str good = str_first(text, utf8_find_invalid(text));
	return json_stringn(good.p, good.n);
}

/* ---- drafts ---- */

static const char *const metadata_keys[] = {"id",       "title", "description", "version",
					    "inherits", "mode",  "owner",       "tags"};

static bool is_metadata_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(metadata_keys); i++)
		if (strcmp(key, metadata_keys[i]) == 0)
			return true;
	return false;
}

static bool is_flat(const json_t *input)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)input, key, value)
		if (is_metadata_key(key))
			return true;
	return false;
}

static int check_form(const struct document *input, struct cavra_error *error)
{
	const json_t *root = input->root;
	if (!json_is_object(root))
		return document_error(input, "", POSITION_VALUE, error, CAVRA_ERR_INPUT,
				      "a draft is an object: metadata and sections of rules");
	if (is_flat(root) && json_object_get(root, "metadata"))
		return document_error(input, "/metadata", POSITION_KEY, error, CAVRA_ERR_INPUT,
				      "metadata stand here and beside it; write each once");
	return 0;
}

/* The metadata, with today's version when there is none; NULL without memory. */
static json_t *make_metadata(const json_t *input, const char *today)
{
	json_t *given = json_object_get(input, "metadata");
	json_t *metadata = json_is_object(given) ? json_copy_whole(given) : json_object();
	bool failed = !metadata;
	for (size_t i = 0; !failed && i < ARRAY_SIZE(metadata_keys); i++) {
		json_t *value = json_object_get(input, metadata_keys[i]);
		failed = value && json_object_set(metadata, metadata_keys[i], value) < 0;
	}
	if (!failed && !json_object_get(metadata, "version"))
		failed = json_object_set_new(metadata, "version", json_string(today)) < 0;
	if (!failed)
		return metadata;
	json_decref(metadata);
	return NULL;
}

/* Everything that is no metadata stays: what no pack may have is found by the schema. */
static json_t *make_document(const json_t *input, const char *today)
{
	json_t *document = json_object(), *value;
	const char *key;
	bool failed = !document ||
		      json_object_set_new(document, "metadata", make_metadata(input, today)) < 0;
	json_object_foreach ((json_t *)input, key, value)
		if (!failed && strcmp(key, "metadata") != 0 && !is_metadata_key(key))
			failed = json_object_set(document, key, value) < 0;
	if (!failed)
		return document;
	json_decref(document);
	return NULL;
}

/* YAML that is a pack already is published byte for byte, with all that people wrote into it. */
static bool is_pack(const struct document *input)
{
	const json_t *metadata = json_object_get(input->root, "metadata");
	if (metadata && !json_is_object(metadata))
		return input->positions != NULL; /* the schema says what is wrong with it */
	return input->positions && metadata && json_object_get(metadata, "version");
}

static int write_text(struct draft *draft, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *again = NULL;
	int code = yaml_write(draft->document, &draft->text, error);
	if (code == 0)
		code = document_parse_yaml(draft->text.p, draft->text.n, &again, error);
	if (code == 0 && !json_equal(again->root, draft->document))
		code = error_set(error, CAVRA_ERR_INPUT, "the draft cannot be written as YAML");
	return code;
}

/* Where the text is our own, a place in it helps nobody. */
static void add_error(void *context, const struct cavra_error *mistake)
{
	struct draft *draft = context;
	struct buf CLEANUP_BUF text;
	buf_init(&text, KiB(8));
	bool own = strcmp(mistake->file, draft->name) == 0;
	if (!own && mistake->file[0])
		buf_add_format(&text, "%s:", mistake->file);
	if (mistake->line && !(own && draft->rewritten))
		buf_add_format(&text, "%d:%d: ", mistake->line, mistake->column);
	buf_add_c(&text, mistake->text);
	/* A mistake that is not listed must not make the draft look better. */
	if (json_array_append_new(draft->errors, message_json(buf_str(&text))) < 0) {
		json_decref(draft->errors);
		draft->errors = NULL;
	}
}

static int load_draft(const struct policy_source *source, struct draft *draft,
		      struct cavra_error *error)
{
	struct load_request request = {.path = draft->name, .text = buf_str(&draft->text)};
	int code = policy_check(source, &request, add_error, draft, error);
	if (!draft->errors)
		return no_memory(error);
	if (code == 0)
		return policy_load(source, &request, &draft->policy, error);
	return code == CAVRA_ERR_MEMORY || code == CAVRA_ERR_LIMIT ? code : 0;
}

int draft_make(const struct policy_source *source, const struct document *input, const char *today,
	       struct draft *ret_draft, struct cavra_error *error)
{
	*ret_draft = (struct draft){
		.name = input->name ? input->name : "draft",
		.rewritten = !is_pack(input),
	};
	buf_init(&ret_draft->text, LIMIT_DOCUMENT_BYTES);
	int code = check_form(input, error);
	if (code < 0)
		return code;
	ret_draft->errors = json_array();
	ret_draft->document = ret_draft->rewritten ? make_document(input->root, today)
						   : json_incref(input->root);
	if (!ret_draft->errors || !ret_draft->document)
		return no_memory(error);
	if (ret_draft->rewritten)
		code = write_text(ret_draft, error);
	else
		buf_add(&ret_draft->text, input->text);
	if (code == 0 && ret_draft->text.failed)
		code = no_memory(error);
	return code < 0 ? code : load_draft(source, ret_draft, error);
}

void draft_release(struct draft *draft)
{
	json_decref(draft->document);
	json_decref(draft->errors);
	policy_free(draft->policy);
	buf_release(&draft->text);
}

json_t *draft_report(const struct draft *draft)
{
	static const char *const notes[] = {
		"A draft is not in force; publishing it needs an approval.",
		"See what would change and how risky that is with a publish plan.",
	};
	const json_t *whole = draft->policy ? draft->policy->document : draft->document;
	return json_pack("{s:s, s:s, s:b, s:O, s:O, s:o, s:o}", "schema_version", DRAFT_SCHEMA,
			 "product", "CAVRA", "valid", draft->policy != NULL, "errors",
			 draft->errors, "policy_pack", draft->document, "summary",
			 policy_summary(whole), "operator_notes", texts(notes, ARRAY_SIZE(notes)));
}

/* ---- plans ---- */

static bool is_update(const struct publishing *publishing)
{
	return publishing->current || publishing->current_error.n;
}

static enum cavra_severity find_risk(const struct publishing *publishing, const json_t *diff)
{
	enum cavra_severity risk = CAVRA_CRITICAL;
	struct str name = json_str(json_object_get(diff, "risk"));
	if (!is_update(publishing))
		return CAVRA_HIGH;
	for (int i = CAVRA_LOW; diff && i <= CAVRA_CRITICAL; i++)
		if (str_is(name, cavra_severity_name((enum cavra_severity)i)))
			risk = (enum cavra_severity)i;
	return risk;
}

static const json_t *written(const struct publishing *publishing)
{
	return publishing->policy ? publishing->policy->document : publishing->document;
}

/* The caller decrefs it; NULL without memory. */
static json_t *previous_digest(const struct publishing *publishing)
{
	struct str digest = publishing->current ? str_from(publishing->current->digest)
						: publishing->current_digest;
	return is_update(publishing) ? json_stringn(digest.p, digest.n) : json_null();
}

static json_t *file_digest(const struct publishing *publishing)
{
	char digest[SHA256_NAMED];
	if (!publishing->text.n)
		return json_null();
	sha256_named(publishing->text, digest);
	return json_string(digest);
}

static json_t *target_path(const json_t *id)
{
	return json_is_string(id) ? json_sprintf("policies/%s/policy.yaml", json_string_value(id))
				  : json_null();
}

static json_t *plan_notes(const struct publishing *publishing)
{
	static const char *const notes[] = {
		("Publishing needs an approval that names policy_digest, file_digest and "
		 "previous_policy_digest of this plan."),
		"Whoever asks for the approval cannot give it.",
		"When anything else is published first, this plan and its approval are void.",
	};
	json_t *list = texts(notes, ARRAY_SIZE(notes));
	struct buf CLEANUP_BUF why;
	buf_init(&why, KiB(4));
	if (publishing->current_error.n)
		buf_add_format(&why,
			       "What is published now cannot be loaded, so nothing can be "
			       "compared with it: %.*s",
			       STR_ARG(publishing->current_error));
	if (list && why.n && json_array_append_new(list, message_json(buf_str(&why))) < 0) {
		json_decref(list);
		return NULL;
	}
	return list;
}

/* diff: the plan takes it over; NULL: there is none. */
static json_t *make_plan(const struct publishing *publishing, json_t *diff)
{
	const struct policy *policy = publishing->policy;
	const json_t *metadata = json_object_get(written(publishing), "metadata");
	json_t *id = json_object_get(metadata, "id");
	const char *risk = cavra_severity_name(find_risk(publishing, diff));
	json_t *errors = publishing->errors ? json_incref(publishing->errors) : json_array();
	return json_pack(
		"{s:s, s:s, s:s%, s:s, s:b, s:o, s:b, s:s, s:O?, s:s?, s:o, s:o, s:o, s:o, s:o?, s:o}",
		"schema_version", PLAN_SCHEMA, "product", "CAVRA", "generated_at", publishing->at.p,
		publishing->at.n, "operation", is_update(publishing) ? "update" : "create", "valid",
		policy != NULL, "errors", errors, "approval_required", 1, "risk", risk, "policy_id",
		id, "policy_digest", policy ? policy->digest : NULL, "file_digest",
		file_digest(publishing), "previous_policy_digest", previous_digest(publishing),
		"target_path", target_path(id), "summary", policy_summary(written(publishing)),
		"diff", diff, "operator_notes", plan_notes(publishing));
}

int policy_publish_plan(const struct publishing *publishing, json_t **ret_plan,
			struct cavra_error *error)
{
	json_t *diff = NULL;
	int code = 0;
	if (publishing->policy && publishing->current)
		code = policy_diff(publishing->current, publishing->policy, &diff, error);
	if (code < 0)
		return code;
	*ret_plan = make_plan(publishing, diff);
	return *ret_plan ? 0 : no_memory(error);
}

/* ---- the decision ---- */

static const char *reason_of(const json_t *plan)
{
	const json_t *diff = json_object_get(plan, "diff");
	struct str verdict = json_str(json_object_get(diff, "verdict"));
	if (str_is(json_str(json_object_get(plan, "operation")), "create"))
		return "publishing a new policy needs an approval";
	if (!json_is_object(diff))
		return "publishing in place of a policy that cannot be loaded needs an approval";
	if (str_is(verdict, "loosens"))
		return "publishing a policy that loosens what is in force needs an approval";
	return "publishing a policy needs an approval";
}

static json_t *make_decision(const json_t *plan, const struct publish_request *request)
{
	struct str digest = json_str(json_object_get(plan, "policy_digest"));
	struct str by = request->requested_by;
	struct str repository = request->repository.n ? request->repository : STR("policy-catalog");
	struct str group = request->approver_group.n ? request->approver_group
						     : STR("Platform Security");
	const char *id = json_string_value(json_object_get(plan, "policy_id"));
	struct str hex = str_first(str_from_at(digest, sizeof "sha256:" - 1), SHORT_DIGEST);
	return json_pack(
		"{s:o, s:s, s:s, s:s%, s:s%, s:s, s:O, s:s, s:O, s:s, s:s, s:s, s:s%, s:s, s:O, s:O, s:O, s:O, s:[o]}",
		"decision_id", json_sprintf("policy_publish:%s:%.*s", id, STR_ARG(hex)),
		"session_id", "policy-authoring", "agent_id", "policy-authoring-console", "actor",
		by.p, by.n, "repository", repository.p, repository.n, "action_type",
		"policy_publish", "target", json_object_get(plan, "target_path"), "decision",
		"require_approval", "severity", json_object_get(plan, "risk"), "policy_pack", id,
		"rule_id", "policy.publish.requires_approval", "reason", reason_of(plan),
		"approver_group", group.p, group.n, "policy_id", id, "policy_digest",
		json_object_get(plan, "policy_digest"), "file_digest",
		json_object_get(plan, "file_digest"), "previous_policy_digest",
		json_object_get(plan, "previous_policy_digest"), "operation",
		json_object_get(plan, "operation"), "evidence_refs",
		json_sprintf("policy-draft://%s/%.*s", id, STR_ARG(hex)));
}

int policy_publish_decision(const json_t *plan, const struct publish_request *request,
			    json_t **ret_decision, struct cavra_error *error)
{
	const json_t *errors = json_object_get(plan, "errors");
	if (!json_is_true(json_object_get(plan, "valid")))
		return error_set(error, CAVRA_ERR_POLICY, "the draft is not valid: %.300s",
				 json_array_size(errors)
					 ? json_string_value(json_array_get(errors, 0))
					 : "see its errors");
	if (!str_trim(request->requested_by).n)
		return error_set(error, CAVRA_ERR_INPUT,
				 "somebody must ask for the approval: give a name");
	*ret_decision = make_decision(plan, request);
	return *ret_decision ? 0
			     : error_set(error, CAVRA_ERR_INPUT,
					 "names must be UTF-8, or there is no memory");
}
