/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy lifecycle-readiness: makes a packet of evidence again from the pack that it names, and says what of it is so.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/lifecycle_run.h"
#include "cli/references.h"
#include "cli/secrets.h"
#include "decide/explain.h"
#include "decide/visible.h"
#include "policy/readiness.h"
#include "policy/trust.h"
#include "json/json.h"

struct judging {
	const struct args *args;
	struct document *packet;
	json_t *computed;  /* owned; the packet, made again */
	char digest[72];   /* of the policy; empty: it was not found */
	char problem[800]; /* why not */
	/* Of the packet. */
	struct trust *trust;
	struct key *public_key;
	bool is_signed, is_forged;
	char signature[600];
};

/* ---- making it again ---- */

static int name_missing(const char *member, const char *option, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_INPUT, "%s names no pack; give %s", member, option);
}

/* The file that the caller names, else the pack that the packet names: by its id, which is never a path. */
static int find_pack(const struct args *args, enum option_id file, const json_t *id,
		     const char *member, struct pack_place *ret_place, struct cavra_error *error)
{
	const char *pack_dir = args->value[OPT_PACK_DIR];
	if (args_has(args, file))
		return pack_find_file(pack_dir, args->value[file], ret_place, error);
	if (!json_string_length(id))
		return name_missing(member, "--policy-file", error);
	return pack_find_id(pack_dir, json_string_value(id), ret_place, error);
}

static bool states_something(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	return value && !json_is_null(value);
}

/* A packet that says nothing of a previous policy has none. */
static int find_previous(const struct judging *judging, struct pack_place *ret_place,
			 struct cavra_error *error)
{
	const json_t *rollback = json_object_get(judging->packet->root, "rollback_plan");
	const json_t *manifest = json_object_get(judging->packet->root, "version_manifest");
	*ret_place = (struct pack_place){.pack_dir = NULL};
	if (!states_something(rollback, "previous_policy_id") &&
	    !states_something(rollback, "previous_policy_digest") &&
	    !states_something(manifest, "previous_policy_digest"))
		return 0;
	int code = find_pack(judging->args, OPT_PREVIOUS_POLICY_FILE,
			     json_object_get(rollback, "previous_policy_id"),
			     "/rollback_plan/previous_policy_id", ret_place, error);
	return code < 0 ? error_prefix(error, "the previous policy") : 0;
}

static int compute(struct judging *judging, struct cavra_error *error)
{
	const json_t *packet = judging->packet->root;
	struct lifecycle_request request = {
		.scenarios = json_get_array(json_object_get(packet, "dry_run_report"), "results"),
		.results = true};
	readiness_claims(packet, &request.claims);
	int code =
		find_pack(judging->args, OPT_POLICY_FILE,
			  json_object_get(json_object_get(packet, "version_manifest"), "policy_id"),
			  "/version_manifest/policy_id", &request.place, error);
	if (code == 0)
		code = find_previous(judging, &request.previous, error);
	return code < 0 ? code
			: lifecycle_run(&request, &judging->computed, judging->digest, error);
}

/* ---- its signature ---- */

static int read_keys(struct judging *judging, struct cavra_error *error)
{
	const char *path = judging->args->value[OPT_PUBLIC_KEY],
		   *directory = judging->args->value[OPT_TRUST_DIR];
	if (path && directory)
		return error_set(error, CAVRA_ERR_USAGE,
				 "--public-key and --trust-dir exclude each other");
	if (path)
		return secret_read_public_key(path, &judging->public_key, error);
	return directory ? trust_load(directory, geteuid(), &judging->trust, error) : 0;
}

static int verify(const struct judging *judging, const struct policy_file *file,
		  struct document **ret_document, struct signature *ret_signature,
		  enum signature_verdict *ret_verdict, struct cavra_error *error)
{
	struct signature_key key = {.ed25519 = judging->public_key};
	int code = signature_find(file, judging->args->value[OPT_SIGNATURE], ret_document,
				  ret_signature, ret_verdict, error);
	if (code < 0)
		return code;
	if (judging->trust)
		return trust_verify(judging->trust, ret_signature, file, ret_verdict, error);
	return signature_verify(ret_signature, file, &key, ret_verdict, error);
}

static void tell_signature(struct judging *judging, const char *text)
{
	(void)snprintf(judging->signature, sizeof judging->signature, "%s", text);
}

static int judge_signature(struct judging *judging, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct signature signature = {.document = NULL};
	struct lifecycle_signed what;
	enum signature_verdict verdict = SIGNATURE_MISSING;
	struct cavra_error refusal = {.code = CAVRA_OK};
	if (!judging->trust && !judging->public_key) {
		tell_signature(judging, "not looked at: say whose signature counts, with "
					"--public-key or --trust-dir");
		return 0;
	}
	int code = lifecycle_signed_init(
		judging->packet, judging->digest[0] ? judging->digest : NULL, &what, &refusal);
	if (code == 0)
		code = verify(judging, &what.file, &document, &signature, &verdict, &refusal);
	lifecycle_signed_release(&what);
	if (code == CAVRA_ERR_MEMORY) {
		*error = refusal;
		return code;
	}
	judging->is_signed = code == 0;
	judging->is_forged = code < 0 && verdict != SIGNATURE_MISSING;
	if (code < 0)
		tell_signature(judging, refusal.text);
	else
		(void)snprintf(judging->signature, sizeof judging->signature,
			       "signed by %.*s with the key %.*s (%.16s...)",
			       STR_ARG(signature.signer), STR_ARG(signature.key_id),
			       signature.fingerprint.p);
	return 0;
}

/* ---- the whole ---- */

static int judge(struct judging *judging, json_t **ret_result, struct cavra_error *error)
{
	struct references references = {.packet = judging->args->operand[0],
					.clone = judging->args->value[OPT_DIRECTORY]};
	struct cavra_error problem = {.code = CAVRA_OK};
	int code = document_load(judging->args->operand[0], &judging->packet, error);
	if (code == 0)
		code = read_keys(judging, error);
	if (code < 0)
		return code;
	/* What keeps it from being computed is wrong with the packet, or with the pack that it names. */
	code = compute(judging, &problem);
	if (code < 0)
		(void)snprintf(judging->problem, sizeof judging->problem, "%s%s%s", problem.file,
			       problem.file[0] ? ": " : "", problem.text);
	code = judge_signature(judging, error);
	if (code < 0)
		return code;
	struct readiness readiness = {.packet = judging->packet->root,
				      .require_live = args_has(judging->args, OPT_REQUIRE_LIVE),
				      .computed = judging->computed,
				      .problem = judging->problem,
				      .is_signed = judging->is_signed,
				      .is_forged = judging->is_forged,
				      .signature = judging->signature,
				      .lookup = references_lookup,
				      .context = &references};
	references.plan = judging->computed;
	references.live = readiness_is_live(judging->packet->root);
	return readiness_judge(&readiness, ret_result, error);
}

enum { NAME_WIDTH = 23 };

static void print_check(const json_t *check, bool colour)
{
	struct buf CLEANUP_BUF first, CLEANUP_BUF message, CLEANUP_BUF out;
	const char *status = json_string_value(json_object_get(check, "status"));
	enum cavra_outcome like = strcmp(status, "pass") == 0   ? CAVRA_ALLOW
				  : strcmp(status, "warn") == 0 ? CAVRA_WARN
								: CAVRA_BLOCK;
	buf_init(&first, KiB(1));
	buf_init(&message, LIMIT_DOCUMENT_BYTES);
	buf_init(&out, 4 * LIMIT_DOCUMENT_BYTES);
	visible_add(&message, json_str(json_object_get(check, "message")), 0);
	buf_add_format(&first, "%-*s ", NAME_WIDTH,
		       json_string_value(json_object_get(check, "name")));
	explain_wrap(&out, buf_str(&message), first.p, "                                 ",
		     output_width() - sizeof "blocker  " + 1);
	(void)printf("%s%-7s%s  %s", explain_colour(like, colour), status,
		     explain_colour_end(colour), out.p);
}

static void print_table(const json_t *result)
{
	bool colour = want_colour();
	const json_t *check;
	size_t i;
	json_array_foreach (json_object_get(result, "checks"), i, check)
		print_check(check, colour);
	(void)printf("%s: %lld blockers, %lld warnings\n",
		     json_string_value(json_object_get(result, "status")),
		     json_integer_value(json_object_get(result, "blocker_count")),
		     json_integer_value(json_object_get(result, "warning_count")));
}

int cmd_policy_lifecycle_readiness(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct judging judging = {.args = args};
	json_t *result = NULL;
	int code = judge(&judging, &result, &error);
	if (code == 0 && args_has(args, OPT_JSON))
		code = output_report(result, &error);
	else if (code == 0)
		print_table(result);
	bool met = readiness_is_met(result, args_has(args, OPT_REQUIRE_LIVE));
	json_decref(result);
	json_decref(judging.computed);
	document_free(judging.packet);
	trust_free(judging.trust);
	key_free(judging.public_key);
	if (code < 0)
		return fail(&error);
	return met ? EXIT_ALLOWED : EXIT_ERROR;
}
