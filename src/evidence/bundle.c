/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a bundle, see bundle.h. A row for each file says what makes it.
 */
#include "evidence/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/when.h"
#include "crypto/digest.h"
#include "crypto/dsse.h"
#include "evidence/attestation.h"
#include "evidence/derived.h"
#include "evidence/document.h"
#include "evidence/entries.h"
#include "evidence/retention.h"
#include "json/json.h"

void bundle_init(struct bundle *bundle)
{
	memset(bundle, 0, sizeof *bundle);
	for (size_t i = 0; i < BUNDLE_FILES; i++)
		buf_init(&bundle->file[i], LIMIT_DOCUMENT_BYTES);
	buf_init(&bundle->manifest, LIMIT_DOCUMENT_BYTES);
}

void bundle_release(struct bundle *bundle)
{
	for (size_t i = 0; i < BUNDLE_FILES; i++)
		buf_release(&bundle->file[i]);
	buf_release(&bundle->manifest);
}

struct making {
	const struct evidence_input *input;
	struct bundle *bundle;
	char created_at[WHEN_TEXT];
	json_t *evidence; /* owned */
};

/* ---- evidence.json, from which others are made ---- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each digest once, sorted. */
static json_t *list_policies(const json_t *decisions)
{
	size_t n = 0, i;
	const json_t *one;
	const char **digests = calloc(json_array_size(decisions) + 1, sizeof *digests);
	json_t *list = digests ? json_array() : NULL;
	json_array_foreach (decisions, i, one) {
		const char *digest = json_string_value(json_object_get(one, "policy_digest"));
		if (digests && digest)
			digests[n++] = digest;
	}
	if (list)
		qsort(digests, n, sizeof *digests, compare_texts);
	for (i = 0; list && i < n; i++)
		if ((i == 0 || strcmp(digests[i - 1], digests[i]) != 0) &&
		    json_array_append_new(list, json_string(digests[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	free(digests);
	return list;
}

static int make_evidence(struct making *making, struct buf *out, struct cavra_error *error)
{
	const struct evidence_input *input = making->input;
	json_t *range = input->ledger ? entries_summary(input->ledger) : NULL;
	making->evidence = json_pack(
		"{s:s, s:s, s:s%, s:s, s:O, s:o, s:O*, s:o*}", "product", EVIDENCE_PRODUCT,
		"tagline", EVIDENCE_TAGLINE, "session_id", input->session_id.p, input->session_id.n,
		"created_at", making->created_at, "decisions", input->decisions, "policy_digests",
		list_policies(input->decisions), "subject", input->subject, "ledger", range);
	if (!making->evidence)
		return error_set(error, CAVRA_ERR_INPUT, "the id of a session is UTF-8");
	return evidence_write(making->evidence, out, error);
}

/* ---- the others ---- */

static int make_attestation(struct making *making, struct buf *out, struct cavra_error *error)
{
	return attestation_markdown(making->evidence, out, error);
}

static int make_attestation_json(struct making *making, struct buf *out, struct cavra_error *error)
{
	return attestation_json(making->evidence, out, error);
}

static int make_compliance(struct making *making, struct buf *out, struct cavra_error *error)
{
	return derived_compliance(making->evidence, out, error);
}

static int make_siem(struct making *making, struct buf *out, struct cavra_error *error)
{
	return derived_siem(making->evidence, out, error);
}

static int make_summary(struct making *making, struct buf *out, struct cavra_error *error)
{
	struct attestation_counts counts = attestation_count(making->input->decisions);
	json_t CLEANUP_JSON *document =
		json_pack("{s:s%, s:s, s:I, s:I, s:I}", "session_id", making->input->session_id.p,
			  making->input->session_id.n, "created_at", making->created_at, "events",
			  (json_int_t)counts.decisions, "blocked", (json_int_t)counts.blocked,
			  "approval_required", (json_int_t)counts.approval_required);
	return evidence_write(document, out, error);
}

static int make_retention(struct making *making, struct buf *out, struct cavra_error *error)
{
	const struct evidence_input *input = making->input;
	const struct retention retention = {
		.session_id = input->session_id,
		.classification = input->classification,
		.created_at = input->created_at,
		.days = input->retention_days,
		.legal_hold = input->legal_hold,
	};
	json_t CLEANUP_JSON *document = NULL;
	int code = retention_make(&retention, &document, error);
	return code < 0 ? code : evidence_write(document, out, error);
}

/* Each statement in an envelope of its own, a line each. */
static int make_statements(struct making *making, struct buf *out, struct cavra_error *error)
{
	const struct signed_key *key = &making->input->key;
	char pem[SHA256_HEX], hex[SHA256_HEX];
	uint8_t digest[SHA256_BYTES];
	int code = key_fingerprint(key->ed25519, pem, error);
	const struct dsse_key signer = {key->id.n ? key->id : str_make(pem, 16), key->ed25519};
	sha256(buf_str(&making->bundle->file[BUNDLE_EVIDENCE]), digest);
	digest_hex(digest, hex);
	for (size_t i = 0; code == 0 && i < ATTESTATION_STATEMENTS; i++) {
		struct buf CLEANUP_BUF statement;
		buf_init(&statement, LIMIT_DOCUMENT_BYTES);
		code = attestation_statement(making->evidence, hex, i, &statement, error);
		if (code == 0)
			code = dsse_sign(STR(ATTESTATION_STATEMENT_TYPE), buf_str(&statement),
					 &signer, 1, out, error);
		buf_add_char(out, '\n');
	}
	return code;
}

static int make_ledger(struct making *making, struct buf *out, struct cavra_error *error)
{
	return evidence_write(making->input->ledger, out, error);
}

static bool always(const struct evidence_input *input)
{
	(void)input;
	return true;
}

/* An envelope is nothing without a signature that everybody can verify. */
static bool with_key_pair(const struct evidence_input *input)
{
	return input->key.ed25519 != NULL;
}

static bool with_ledger(const struct evidence_input *input)
{
	return input->ledger != NULL;
}

static const struct {
	int (*make)(struct making *making, struct buf *out, struct cavra_error *error);
	bool (*wanted)(const struct evidence_input *input);
} rows[BUNDLE_FILES] = {
	[BUNDLE_EVIDENCE] = {make_evidence, always},
	[BUNDLE_ATTESTATION] = {make_attestation, always},
	[BUNDLE_COMPLIANCE] = {make_compliance, always},
	[BUNDLE_SIEM] = {make_siem, always},
	[BUNDLE_SUMMARY] = {make_summary, always},
	[BUNDLE_RETENTION] = {make_retention, always},
	[BUNDLE_ATTESTATION_JSON] = {make_attestation_json, always},
	[BUNDLE_STATEMENTS] = {make_statements, with_key_pair},
	[BUNDLE_LEDGER] = {make_ledger, with_ledger},
};

/* ---- the manifest ---- */

static json_t *list_files(const struct bundle *bundle)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < BUNDLE_FILES; i++) {
		uint8_t digest[SHA256_BYTES];
		char hex[SHA256_HEX];
		if (!bundle->has[i])
			continue;
		sha256(buf_str(&bundle->file[i]), digest);
		digest_hex(digest, hex);
		json_t *one = json_pack("{s:s, s:s, s:I}", "path", bundle_files[i].name, "sha256",
					hex, "bytes", (json_int_t)bundle->file[i].n);
		if (!one || json_array_append_new(list, one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static int make_manifest(struct making *making, struct cavra_error *error)
{
	const struct evidence_input *input = making->input;
	json_t *ledger = json_object_get(making->evidence, "ledger");
	json_t CLEANUP_JSON *manifest =
		json_pack("{s:s, s:s, s:s, s:s%, s:o, s:O*, s:O*}", "schema_version", BUNDLE_SCHEMA,
			  "product", EVIDENCE_PRODUCT, "created_at", making->created_at, "signer",
			  input->signer.p, input->signer.n, "files", list_files(making->bundle),
			  "subject", input->subject, "ledger", ledger);
	if (!manifest)
		return error_set(error, CAVRA_ERR_INPUT, "the name of who signs is UTF-8");
	int code = signed_add(manifest, &input->key, error);
	return code < 0 ? code : evidence_write(manifest, &making->bundle->manifest, error);
}

static int check_input(const struct evidence_input *input, struct cavra_error *error)
{
	if (!evidence_is_text(input->session_id) || !evidence_is_text(input->signer) ||
	    !evidence_is_text(input->classification))
		return error_set(error, CAVRA_ERR_INPUT,
				 "session, signer and classification are one line each, of at most "
				 "%d bytes",
				 LIMIT_SIGNATURE_TEXT);
	if (json_array_size(input->decisions) == 0)
		return error_set(error, CAVRA_ERR_INPUT, "there is no decision to bundle");
	return 0;
}

int bundle_make(const struct evidence_input *input, struct bundle *bundle,
		struct cavra_error *error)
{
	struct making making = {.input = input, .bundle = bundle};
	int code = check_input(input, error);
	when_format(input->created_at, making.created_at);
	for (size_t i = 0; code == 0 && i < BUNDLE_FILES; i++) {
		bundle->has[i] = rows[i].wanted(input);
		if (!bundle->has[i])
			continue;
		code = rows[i].make(&making, &bundle->file[i], error);
		if (code < 0)
			(void)error_prefix(error, "%s", bundle_files[i].name);
	}
	if (code == 0)
		code = make_manifest(&making, error);
	json_decref(making.evidence);
	return code;
}
