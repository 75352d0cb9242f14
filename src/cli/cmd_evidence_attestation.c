/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence verify-attestation: whether the attestation of a bundle is what its decisions give.
 */
#include <stdio.h>

#include "base/limits.h"
#include "cli/evidence.h"
#include "evidence/attestation.h"
#include "evidence/document.h"
#include "json/json.h"

#define SCHEMA "cavra.pr-attestation.verification.v1"

static json_t *list_errors(const struct verification *verification)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < verification->n_problems; i++) {
		const struct verify_problem *problem = &verification->problems[i];
		if (json_array_append_new(list, json_sprintf("%s%s%s", problem->file,
							     problem->file[0] ? ": " : "",
							     problem->text)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *make_report(const struct verification *verification, const char *bundle)
{
	const json_t *evidence = verification->document[BUNDLE_EVIDENCE];
	bool valid = verification->status != VERIFY_FAILED;
	json_t *session = valid ? json_object_get(evidence, "session_id") : NULL;
	return json_pack(
		"{s:s, s:s, s:O?, s:b, s:s, s:o, s:I, s:o}", "schema_version", SCHEMA, "product",
		EVIDENCE_PRODUCT, "session_id", session, "valid", valid, "bundle_status",
		verify_status_name(verification->status), "errors", list_errors(verification),
		"decision_count",
		(json_int_t)(valid ? json_array_size(json_object_get(evidence, "decisions")) : 0),
		"attestation_path",
		json_sprintf("%s/%s", bundle, bundle_files[BUNDLE_ATTESTATION].name));
}

static void write_page(const json_t *report, struct buf *out)
{
	const json_t *errors = json_object_get(report, "errors"), *one;
	size_t i;
	buf_add_c(out, "# CAVRA PR Attestation Verification\n\nSession: `");
	attestation_add_code(out, json_str(json_object_get(report, "session_id")));
	buf_add_format(out, "`  \nValid: %s  \nBundle: %s  \nDecisions: %lld\n\n## Errors\n\n",
		       json_is_true(json_object_get(report, "valid")) ? "yes" : "no",
		       json_string_value(json_object_get(report, "bundle_status")),
		       (long long)json_integer_value(json_object_get(report, "decision_count")));
	if (json_array_size(errors) == 0)
		buf_add_c(out, "None.\n");
	json_array_foreach (errors, i, one) {
		buf_add_c(out, "- `");
		attestation_add_code(out, json_str(one));
		buf_add_c(out, "`\n");
	}
}

static int store(const char *directory, const json_t *report, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text, CLEANUP_BUF page;
	buf_init(&text, MiB(1));
	buf_init(&page, MiB(1));
	int code = evidence_write(report, &text, error);
	if (code < 0)
		return code;
	write_page(report, &page);
	code = evidence_store_in(directory, "pr-attestation-verification.json", buf_str(&text),
				 error);
	if (code == 0)
		code = evidence_store_in(directory, "pr-attestation-verification.md",
					 buf_str(&page), error);
	return code;
}

int cmd_evidence_verify_attestation(const struct args *args)
{
	struct cavra_error error;
	struct evidence_keys CLEANUP_KEYS keys;
	struct verification CLEANUP_VERIFICATION verification;
	json_t CLEANUP_JSON *report = NULL;
	const char *directory = args_has(args, OPT_OUTPUT) ? args->value[OPT_OUTPUT]
							   : ".cavra/evidence/attestation";
	evidence_keys_init(&keys);
	verification_init(&verification);
	int code = evidence_keys_verify(args, &keys, &error);
	if (code == 0)
		code = evidence_verify(args->operand[0], &keys.with, &verification, &error);
	if (code == 0 && verification.status != VERIFY_FAILED && !verification.attested) {
		verification.status = VERIFY_FAILED;
		verification_problem(&verification, bundle_files[BUNDLE_ATTESTATION].name,
				     "another tool has written this; it cannot be made again");
	}
	if (code == 0) {
		report = make_report(&verification, args->operand[0]);
		code = store(directory, report, &error);
	}
	if (code < 0)
		return fail(&error);
	(void)printf("%s\n", verification.status == VERIFY_FAILED ? "not valid" : "valid");
	evidence_print_problems(&verification);
	for (size_t i = 0; i < verification.n_unchecked; i++)
		(void)printf("not checked: %s\n", verification.unchecked[i]);
	if (verification.status == VERIFY_FAILED)
		return EXIT_ERROR;
	return verification.status == VERIFY_VERIFIED ? EXIT_ALLOWED : EXIT_INTEGRITY_ONLY;
}
