/* SPDX-License-Identifier: Apache-2.0
 *
 * Metadata of bundles, see metadata.h.
 */
#include "evidence/metadata.h"

#include "base/array.h"
#include "base/when.h"
#include "evidence/attestation.h"
#include "evidence/document.h"
#include "json/json.h"

#define SCHEMA "cavra.evidence.metadata.v1"

/* Of an approval, for a list of outcomes; the last says who is asked when nobody has decided. */
static const char *const outcome_members[] = {"approval_id", "target", "state", "decided_by",
					      "approver_group"};

enum approval_kind { APPROVED, DENIED, BREAK_GLASS, APPROVAL_KINDS };

struct outcomes {
	json_t *list;
	size_t count[APPROVAL_KINDS];
};

void metadata_release(struct metadata *metadata)
{
	json_decref(metadata->record);
	metadata->record = NULL;
}

/* Breaking the glass counts as approved, too. */
static void count_outcome(struct outcomes *outcomes, const json_t *approval)
{
	struct str state = STR("");
	(void)json_get_str(approval, "state", &state);
	outcomes->count[APPROVED] += str_is(state, "approved") || str_is(state, "break_glass");
	outcomes->count[DENIED] += str_is(state, "denied");
	outcomes->count[BREAK_GLASS] += str_is(state, "break_glass");
}

static bool add_outcome(struct outcomes *outcomes, const json_t *decision)
{
	json_t *approval = json_object_get(decision, "approval");
	if (!json_is_object(approval))
		return true;
	json_t CLEANUP_JSON *one = json_object();
	count_outcome(outcomes, approval);
	for (size_t i = 0; i < ARRAY_SIZE(outcome_members); i++) {
		const char *name = outcome_members[i];
		json_t *value = json_object_get(strcmp(name, "target") == 0 ? decision : approval,
						name);
		if (!value || json_is_null(value))
			continue;
		if (json_object_set(one, name, value) < 0)
			return false;
	}
	return json_array_append(outcomes->list, one) == 0;
}

static int list_outcomes(const json_t *decisions, struct outcomes *outcomes,
			 struct cavra_error *error)
{
	const json_t *decision;
	size_t i;
	bool good = outcomes->list != NULL;
	json_array_foreach (decisions, i, decision)
		good = good && add_outcome(outcomes, decision);
	return good ? 0 : evidence_no_memory(error);
}

static json_t *describe_verification(const struct verification *verification, int64_t now)
{
	char text[WHEN_TEXT];
	const struct signed_claim *claim = &verification->claim;
	when_format(now, text);
	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?}", "status",
			 verify_status_name(verification->status), "algorithm",
			 signed_algorithm_name(claim->algorithm), "verified_at", text, "key_id",
			 claim->key_id.n ? claim->key_id.p : NULL, "public_key_sha256",
			 claim->fingerprint.n ? claim->fingerprint.p : NULL, "trust_status",
			 verification->has_trust ? trust_status_name(verification->trust_status)
						 : NULL);
}

static int make_record(const struct verification *verification, const char *directory, int64_t now,
		       struct outcomes *outcomes, struct metadata *metadata,
		       struct cavra_error *error)
{
	json_t *manifest = verification->manifest;
	json_t *retention = verification->document[BUNDLE_RETENTION];
	metadata->record = json_pack(
		"{s:s, s:s, s:s%, s:s, s:s%, s:s%, s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:O?, s:O, s:o, "
		"s:s}",
		"schema_version", SCHEMA, "product", EVIDENCE_PRODUCT, "session_id",
		metadata->session_id.p, metadata->session_id.n, "bundle_dir", directory,
		"created_at", metadata->created_at.p, metadata->created_at.n, "signer",
		metadata->signer.p, metadata->signer.n, "decision_count",
		(json_int_t)metadata->decisions, "blocked_count", (json_int_t)metadata->blocked,
		"approval_required_count", (json_int_t)metadata->approval_required,
		"approved_count", (json_int_t)outcomes->count[APPROVED], "denied_count",
		(json_int_t)outcomes->count[DENIED], "break_glass_count",
		(json_int_t)outcomes->count[BREAK_GLASS], "manifest_signature",
		json_object_get(manifest, "signature"), "retention", retention, "approval_outcomes",
		outcomes->list, "verification", describe_verification(verification, now),
		"manifest_sha256", metadata->manifest_sha256);
	return metadata->record ? 0
				: error_set(error, CAVRA_ERR_INPUT,
					    "out of memory, or the path of the bundle is no UTF-8");
}

static int read_texts(const struct verification *verification, struct metadata *metadata,
		      struct cavra_error *error)
{
	const json_t *evidence = verification->document[BUNDLE_EVIDENCE];
	int code = evidence_need_text(evidence, "session_id", &metadata->session_id, error);
	if (code == 0)
		code = evidence_need_text(verification->manifest, "created_at",
					  &metadata->created_at, error);
	if (code == 0)
		code = evidence_need_when(verification->manifest, "created_at", false,
					  &metadata->created_us, error);
	return code < 0 ? code
			: evidence_need_text(verification->manifest, "signer", &metadata->signer,
					     error);
}

int metadata_make(const struct verification *verification, const char *directory, int64_t now,
		  struct metadata *ret_metadata, struct cavra_error *error)
{
	const json_t *decisions = json_object_get(verification->document[BUNDLE_EVIDENCE],
						  "decisions");
	struct attestation_counts counts = attestation_count(decisions);
	uint8_t digest[SHA256_BYTES];
	json_t CLEANUP_JSON *list = json_array();
	struct outcomes outcomes = {.list = list};
	*ret_metadata = (struct metadata){.status = verification->status,
					  .key_id = verification->claim.key_id,
					  .decisions = counts.decisions,
					  .blocked = counts.blocked,
					  .approval_required = counts.approval_required};
	if (verification->status == VERIFY_FAILED)
		return error_set(error, CAVRA_ERR_INPUT, "the bundle is not verified");
	sha256(buf_str(&verification->manifest_text), digest);
	digest_hex(digest, ret_metadata->manifest_sha256);
	int code = read_texts(verification, ret_metadata, error);
	if (code == 0)
		code = list_outcomes(decisions, &outcomes, error);
	return code < 0 ? code
			: make_record(verification, directory, now, &outcomes, ret_metadata, error);
}
