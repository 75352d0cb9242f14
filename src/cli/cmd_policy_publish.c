/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy publish, rollback: a pack becomes the one in force, when an approval says so. Rolling back is publishing what
 * was published before, through the same gate.
 *
 * 1. Under the lock of the pack directory the plan is made anew: what the approval was given for must be what would happen.
 * 2. The pack and its signature are written where nobody sees them, and verified from there.
 * 3. One renamed link puts them in force; then they are verified once more, as any reader would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/when.h"
#include "cli/planned.h"
#include "cli/secrets.h"
#include "cli/version_find.h"
#include "policy/approval.h"
#include "policy/registry.h"
#include "policy/signature.h"
#include "json/json.h"

#define RESULT_SCHEMA "cavra.policy_pack.publish_result.v1"
#define PUBLISHER "policy-publisher"

struct publication {
	const struct args *args;
	struct policy_source source;
	struct key *key;
	struct document *approval, *input;
	char rolled_back_to[VERSION_NAME]; /* the version's name; empty: this is no rollback */
	struct pack_store store;
	struct planned planned;
	struct buf signature;
	json_t *result;
};

static int out_of_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

static const char *signer(const struct publication *publication)
{
	const char *name = publication->args->value[OPT_SIGNER];
	return name ? name : PUBLISHER;
}

/* ---- the gate ---- */

static int compare_approval(void *context, const struct version *version, struct cavra_error *error)
{
	const struct publication *publication = context;
	struct version_facts facts;
	const json_t *id = json_object_get(publication->approval->root, "approval_id");
	int code = version_read(version, &facts, error);
	const json_t *used = json_object_get(json_object_get(facts.record, "approval"),
					     "approval_id");
	if (code == 0 && !facts.record)
		code = error_set(error, CAVRA_ERR_POLICY,
				 "%.300s/publish.json cannot be read, so nobody can tell which "
				 "approval was used for it; put it right by hand",
				 version->directory);
	if (code == 0 && used && json_equal(used, id))
		code = error_set(error, CAVRA_ERR_POLICY,
				 "the approval %.100s was used already, for version %zu; ask for a "
				 "new one",
				 json_string_value(id), version->number);
	version_facts_release(&facts);
	return code;
}

static int pass_gate(struct publication *publication, struct cavra_error *error)
{
	const char *group = publication->args->value[OPT_APPROVER_GROUP];
	struct approval_gate gate = {.plan = publication->planned.plan,
				     .approver_group = str_from(group ? group : APPROVAL_GROUP)};
	(void)when_parse(str_from(publication->planned.stamp.timestamp), &gate.now);
	int code = approval_check(publication->approval->root, &gate, error);
	if (code < 0) {
		error_file(error, publication->approval->name);
		return code;
	}
	return versions_visit(publication->store.directory, compare_approval, publication, error);
}

/* ---- signing and verifying ---- */

static int sign_file(void *context, const struct policy_file *file, struct cavra_error *error)
{
	struct publication *publication = context;
	struct signing signing = {
		.key = {.ed25519 = publication->key},
		.signer = str_from(signer(publication)),
		.key_id = str_from(publication->args->value[OPT_KEY_ID]),
		.signed_at = str_from(publication->planned.stamp.timestamp),
	};
	return file->is_parent ? POLICY_UNSIGNED
			       : signature_write(file, &signing, &publication->signature, error);
}

static int verify_file(void *context, const struct policy_file *file, struct cavra_error *error)
{
	const struct publication *publication = context;
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct signature_key key = {.ed25519 = publication->key};
	struct signature signature;
	enum signature_verdict verdict;
	if (file->is_parent)
		return POLICY_UNSIGNED;
	int code = signature_find(file, NULL, &document, &signature, &verdict, error);
	if (code == 0)
		code = signature_verify(&signature, file, &key, &verdict, error);
	return code < 0 ? code : POLICY_VERIFIED;
}

/* Loads what request names, with every file shown to check, and compares the digest with the one that was approved. */
static int load_approved(struct publication *publication, policy_file_check check,
			 const struct load_request *request, struct cavra_error *error)
{
	struct policy_source source = publication->source;
	struct str approved = json_str(json_object_get(publication->planned.plan, "policy_digest"));
	struct policy *policy = NULL;
	source.check = check;
	source.check_context = publication;
	int code = policy_load(&source, request, &policy, error);
	if (code == 0 && !str_is(approved, policy->digest))
		code = error_set(error, CAVRA_ERR_POLICY,
				 "what was written is not what was approved: something that it "
				 "inherits has changed meanwhile");
	policy_free(policy);
	return code;
}

/* ---- the result ---- */

static json_t *text_at(const struct publication *publication, const char *name)
{
	return json_sprintf("%s/%s", publication->store.directory, name);
}

static json_t *make_result(const struct publication *publication)
{
	static const char *const keys[] = {"policy_id",   "policy_digest",
					   "file_digest", "previous_policy_digest",
					   "operation",   "risk"};
	const json_t *plan = publication->planned.plan;
	json_t *metadata = json_object_get(publication->planned.draft.document, "metadata");
	json_t *notes = json_pack("[s, s]",
				  "Versions that were published before are kept, and policy "
				  "rollback publishes one of them again.",
				  "The approval is used up.");
	json_t *result = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:O, s:s?, s:o, s:o, s:b, s:s, s:o, s:O, s:o}",
		"schema_version", RESULT_SCHEMA, "product", "CAVRA", "status", "published",
		"published_at", publication->planned.stamp.timestamp, "published_by",
		signer(publication), "policy_version", json_object_get(metadata, "version"),
		"rolled_back_to",
		publication->rolled_back_to[0] ? publication->rolled_back_to : NULL, "policy_path",
		text_at(publication, "policy.yaml"), "signature_path",
		text_at(publication, "policy.yaml" SIGNATURE_ENDING), "signature_verified", 1,
		"signature_message", "Ed25519 signature verified", "approval",
		approval_summary(publication->approval->root), "summary",
		json_object_get(plan, "summary"), "operator_notes", notes);
	for (size_t i = 0; result && i < sizeof keys / sizeof *keys; i++)
		if (json_object_set(result, keys[i], json_object_get(plan, keys[i])) < 0) {
			json_decref(result);
			return NULL;
		}
	return result;
}

/* ---- publishing ---- */

static int add_version(struct publication *publication, char *record, struct cavra_error *error)
{
	struct pack_store *store = &publication->store;
	struct version_texts texts = {buf_str(&publication->planned.draft.text),
				      buf_str(&publication->signature), str_from(record)};
	int code = pack_store_add(store, &texts, error);
	struct load_request added = {.path = store->added};
	if (code == 0)
		code = load_approved(publication, verify_file, &added, error);
	return code < 0 ? code : pack_store_switch(store, error);
}

static int write_version(struct publication *publication, struct cavra_error *error)
{
	struct load_request text = {.path = "policy.yaml",
				    .text = buf_str(&publication->planned.draft.text)};
	int code = load_approved(publication, sign_file, &text, error);
	if (code < 0)
		return code;
	publication->result = make_result(publication);
	char *record = publication->result ? json_text(publication->result, JSON_INDENT(2)) : NULL;
	code = record ? add_version(publication, record, error) : out_of_memory(error);
	free(record);
	return code;
}

/* As whoever decides by the pack will find it. */
static int verify_published(struct publication *publication, struct cavra_error *error)
{
	const json_t *id = json_object_get(publication->planned.plan, "policy_id");
	struct load_request published = {.id = json_string_value(id)};
	int code = load_approved(publication, verify_file, &published, error);
	return code < 0 ? error_prefix(error, "published, but not as it should be") : code;
}

static int publish(struct publication *publication, struct cavra_error *error)
{
	int code = planned_make(&publication->source, publication->input, &publication->planned,
				error);
	if (code == 0 && !publication->planned.draft.policy) {
		planned_complain(&publication->planned);
		code = error_set(error, CAVRA_ERR_POLICY, "the draft is not valid");
	}
	if (code == 0)
		code = pass_gate(publication, error);
	if (code == 0)
		code = write_version(publication, error);
	return code < 0 ? code : verify_published(publication, error);
}

/* ---- the commands ---- */

static int read_inputs(struct publication *publication, struct cavra_error *error)
{
	const struct args *args = publication->args;
	int code = document_load(args->value[OPT_APPROVAL], &publication->approval, error);
	return code < 0 ? code
			: secret_read_private_key(args, args->value[OPT_PRIVATE_KEY],
						  &publication->key, error);
}

static int print_result(const struct publication *publication, struct cavra_error *error)
{
	const json_t *result = publication->result;
	if (args_has(publication->args, OPT_JSON))
		return output_report(result, error);
	(void)printf("published %s %s as version %s\n",
		     json_string_value(json_object_get(result, "policy_id")),
		     json_string_value(json_object_get(result, "policy_version")),
		     publication->store.name);
	return 0;
}

static void release(struct publication *publication)
{
	pack_store_unlock(&publication->store);
	planned_release(&publication->planned);
	document_free(publication->approval);
	document_free(publication->input);
	key_free(publication->key);
	buf_release(&publication->signature);
	json_decref(publication->result);
}

static const struct {
	enum option_id option;
	const char *usage;
} needed[] = {
	{OPT_PACK_DIR, "--pack-dir is missing: say where packs are published"},
	{OPT_APPROVAL, "--approval is missing: nothing is published without one"},
	{OPT_PRIVATE_KEY, "--private-key is missing: what is published is signed"},
};

/* find: reads publication->input, under the lock. */
static int run(const struct args *args, struct str id,
	       int (*find)(struct publication *publication, struct cavra_error *error),
	       struct document *input)
{
	struct cavra_error error;
	struct publication publication = {.args = args,
					  .source = {.pack_dir = args->value[OPT_PACK_DIR],
						     .now = when_now(),
						     .only_looks = true},
					  .input = input,
					  .store = {.lock = -1}};
	buf_init(&publication.signature, LIMIT_SIGNATURE_BYTES);
	buf_init(&publication.planned.draft.text, 0);
	int code = policy_id_check(id, &error);
	if (code == 0)
		code = read_inputs(&publication, &error);
	if (code == 0)
		code = pack_store_lock(args->value[OPT_PACK_DIR], id, &publication.store, &error);
	if (code == 0 && find)
		code = find(&publication, &error);
	if (code == 0)
		code = publish(&publication, &error);
	if (code == 0)
		code = print_result(&publication, &error);
	release(&publication);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

static int check_usage(const struct args *args)
{
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!args_has(args, needed[i].option))
			return fail_usage("%s", needed[i].usage);
	return EXIT_ALLOWED;
}

int cmd_policy_publish(const struct args *args)
{
	struct document *input = NULL;
	struct cavra_error error;
	int status = check_usage(args);
	if (status != EXIT_ALLOWED)
		return status;
	if (document_load(args->operand[0], &input, &error) < 0)
		return fail(&error);
	return run(args, planned_id(input), NULL, input);
}

static int find_version(struct publication *publication, struct cavra_error *error)
{
	return version_find(publication->store.directory, publication->args->value[OPT_TO],
			    &publication->input, publication->rolled_back_to, error);
}

int cmd_policy_rollback(const struct args *args)
{
	int status = check_usage(args);
	if (status == EXIT_ALLOWED && !args_has(args, OPT_TO))
		return fail_usage("--to is missing: say which version, see cavra policy catalog");
	if (status != EXIT_ALLOWED)
		return status;
	return run(args, str_from(args->operand[0]), find_version, NULL);
}
