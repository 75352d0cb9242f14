/* SPDX-License-Identifier: Apache-2.0
 *
 * The report of a verification, see verify.h.
 */
#include "evidence/document.h"
#include "evidence/verify.h"
#include "json/json.h"

#define SCHEMA "cavra.evidence.verification.v1"

static json_t *list_problems(const struct verification *verification)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < verification->n_problems; i++) {
		const struct verify_problem *problem = &verification->problems[i];
		json_t *one = json_pack("{s:s?, s:s}", "file",
					problem->file[0] ? problem->file : NULL, "error",
					problem->text);
		if (!one || json_array_append_new(list, one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *list_unchecked(const struct verification *verification)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < verification->n_unchecked; i++)
		if (json_array_append_new(list, json_string(verification->unchecked[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static bool set_or_null(json_t *object, const char *key, struct str text)
{
	return text.n ? evidence_set_str(object, key, text)
		      : json_object_set_new(object, key, json_null()) == 0;
}

/* What the manifest says. Before it is believed, it says nothing. */
static bool add_manifest(json_t *report, const struct verification *verification)
{
	static const char *const names[] = {"created_at", "signer", "ledger"};
	bool believed = verification->status != VERIFY_FAILED;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *value = believed ? json_object_get(verification->manifest, names[i]) : NULL;
		if (json_object_set_new(report, names[i],
					value ? json_incref(value) : json_null()) < 0)
			return false;
	}
	return true;
}

static bool add_rest(json_t *report, const struct verification *verification, const char *bundle)
{
	const struct signed_claim *claim = &verification->claim;
	struct str session = STR("");
	if (verification->status != VERIFY_FAILED)
		(void)json_get_str(verification->document[BUNDLE_EVIDENCE], "session_id", &session);
	return set_or_null(report, "bundle", str_from(bundle)) &&
	       set_or_null(report, "session_id", session) &&
	       set_or_null(report, "key_id", claim->key_id) &&
	       set_or_null(report, "public_key_sha256", claim->fingerprint) &&
	       set_or_null(report, "trust_status",
			   str_from(verification->has_trust
					    ? trust_status_name(verification->trust_status)
					    : NULL)) &&
	       add_manifest(report, verification);
}

json_t *verification_report(const struct verification *verification, const char *bundle)
{
	json_t *report = json_pack(
		"{s:s, s:s, s:s, s:s?, s:o, s:o}", "schema_version", SCHEMA, "product",
		EVIDENCE_PRODUCT, "status", verify_status_name(verification->status), "algorithm",
		verification->has_claim ? signed_algorithm_name(verification->claim.algorithm)
					: NULL,
		"errors", list_problems(verification), "not_checked", list_unchecked(verification));
	if (report && add_rest(report, verification, bundle))
		return report;
	json_decref(report);
	return NULL;
}
