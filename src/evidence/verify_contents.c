/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of a bundle say, see verify_private.h. Each check notes its problems under the file that is wrong.
 */
#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/dsse.h"
#include "evidence/attestation.h"
#include "evidence/compliance.h"
#include "evidence/derived.h"
#include "evidence/document.h"
#include "evidence/entries.h"
#include "evidence/files.h"
#include "evidence/retention.h"
#include "evidence/verify_private.h"
#include "json/json.h"

static struct str member(const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return text;
}

static const json_t *evidence_of(const struct verification *verification)
{
	return verification->document[BUNDLE_EVIDENCE];
}

static void check_evidence(struct verification *verification, const struct verify_with *with)
{
	struct cavra_error error;
	struct str session;
	const char *file = bundle_files[BUNDLE_EVIDENCE].name;
	const json_t *evidence = evidence_of(verification), *decisions, *one;
	size_t i;
	(void)with;
	if (evidence_need_word(evidence, "product", EVIDENCE_PRODUCT, &error) < 0 ||
	    evidence_need_text(evidence, "session_id", &session, &error) < 0) {
		verification_problem(verification, file, "%s", error.text);
		return;
	}
	decisions = json_object_get(evidence, "decisions");
	if (!json_is_array(decisions))
		verification_problem(verification, file, "\"decisions\" is a list");
	json_array_foreach (decisions, i, one)
		if (!json_is_object(one))
			verification_problem(verification, file, "decision %zu is no object",
					     i + 1);
}

/* Files of two sessions that were put together. */
static void check_session(struct verification *verification, const struct verify_with *with)
{
	static const enum bundle_file_id files[] = {BUNDLE_SUMMARY, BUNDLE_SIEM, BUNDLE_RETENTION};
	struct str session = member(evidence_of(verification), "session_id");
	(void)with;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (!str_eq(member(verification->document[files[i]], "session_id"), session))
			verification_problem(verification, bundle_files[files[i]].name,
					     "of another session than %s",
					     bundle_files[BUNDLE_EVIDENCE].name);
}

static void check_summary(struct verification *verification, const struct verify_with *with)
{
	const json_t *decisions = json_object_get(evidence_of(verification), "decisions");
	struct attestation_counts counts = attestation_count(decisions);
	const struct {
		const char *name;
		size_t n;
	} numbers[] = {
		{"events", counts.decisions},
		{"blocked", counts.blocked},
		{"approval_required", counts.approval_required},
	};
	(void)with;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		json_int_t n = -1;
		(void)json_get_int(verification->document[BUNDLE_SUMMARY], numbers[i].name, &n);
		if (n < 0 || (size_t)n != numbers[i].n)
			verification_problem(verification, bundle_files[BUNDLE_SUMMARY].name,
					     "\"%s\" is not what the decisions are: %zu",
					     numbers[i].name, numbers[i].n);
	}
}

static void check_retention(struct verification *verification, const struct verify_with *with)
{
	struct cavra_error error;
	struct retention retention;
	const char *file = bundle_files[BUNDLE_RETENTION].name;
	if (retention_read(verification->document[BUNDLE_RETENTION], &retention, &error) < 0)
		verification_problem(verification, file, "%s", error.text);
	else if (retention.days < with->minimum_days)
		verification_problem(verification, file,
				     "retention policy below minimum: %lld days, not %lld",
				     (long long)retention.days, (long long)with->minimum_days);
}

/* ---- the ledger ---- */

static void tell_ledger(struct verification *verification, const struct verify_with *with,
			const json_t *ledger)
{
	if (!with->ledger)
		verification_unchecked(
			verification,
			"the checkpoint of the ledger: give its key with --ledger-key");
	/* Other entries between those of a session are of other sessions, or were left out. */
	if (member(ledger, "session_id").n)
		verification_unchecked(
			verification,
			"whether decisions of the session are missing: the ledger shows it, or a "
			"bundle of all its entries");
}

static void check_ledger(struct verification *verification, const struct verify_with *with)
{
	const char *file = bundle_files[BUNDLE_LEDGER].name;
	const json_t *evidence = evidence_of(verification),
		     *ledger = verification->document[BUNDLE_LEDGER],
		     *range = json_object_get(evidence, "ledger"),
		     *said = json_object_get(verification->manifest, "ledger");
	struct cavra_error error;
	if ((range != NULL) != (ledger != NULL) || (with->ledger && !ledger)) {
		verification_problem(verification, file, "it is missing, or nothing is about it");
		return;
	}
	if (!ledger) {
		verification_unchecked(verification,
				       "whether decisions are missing: no ledger is part of it");
		return;
	}
	if (!said || !json_equal(said, range))
		verification_problem(verification, BUNDLE_MANIFEST,
				     "it is about another part of a ledger than evidence.json");
	else if (entries_check(ledger, evidence, with->ledger, &error) < 0)
		verification_problem(verification, file, "%s", error.text);
	else
		tell_ledger(verification, with, ledger);
}

/* ---- attestations: made again, they must be the same ---- */

static bool is_same(int code, const struct buf *again, const struct buf *file)
{
	return code == 0 && str_eq(buf_str(again), buf_str(file));
}

/* Those of other tools are written in another way; they are covered by the manifest alone. */
static bool is_ours(const struct verification *verification)
{
	return json_object_get(verification->manifest, "signed_with") != NULL;
}

static void check_attestation(struct verification *verification, const struct verify_with *with)
{
	struct buf CLEANUP_BUF again;
	struct cavra_error error;
	buf_init(&again, 2 * LIMIT_DOCUMENT_BYTES);
	(void)with;
	if (!is_ours(verification)) {
		verification_unchecked(
			verification, "whether the attestation is what the decisions give: another "
				      "tool has written it");
		return;
	}
	if (!is_same(attestation_markdown(evidence_of(verification), &again, &error), &again,
		     &verification->file[BUNDLE_ATTESTATION]))
		verification_problem(verification, bundle_files[BUNDLE_ATTESTATION].name,
				     "not what the decisions give");
	buf_clear(&again);
	verification->attested = verification->n_problems == 0;
	if (verification->has[BUNDLE_ATTESTATION_JSON] &&
	    !is_same(attestation_json(evidence_of(verification), &again, &error), &again,
		     &verification->file[BUNDLE_ATTESTATION_JSON]))
		verification_problem(verification, bundle_files[BUNDLE_ATTESTATION_JSON].name,
				     "not what the decisions give");
}

/* Made by a version of this program that maps decisions to other controls, and says so: not to be compared. */
static bool is_other_mapping(const struct verification *verification)
{
	static const struct str line = STR_INIT("\nMapping: `sha256:");
	char version[SHA256_NAMED];
	struct str page = buf_str(&verification->file[BUNDLE_COMPLIANCE]);
	size_t at = str_find(page, line);
	if (at == STR_NPOS)
		return false;
	compliance_version(version);
	struct str named = str_from_at(page, at + line.n), own = str_from(version);
	own = str_from_at(own, sizeof "sha256:" - 1);
	return evidence_is_sha256(str_first(named, own.n)) && !str_starts(named, own);
}

static void check_derived(struct verification *verification, const struct verify_with *with)
{
	static const struct {
		enum bundle_file_id file;
		int (*make)(const json_t *evidence, struct buf *out, struct cavra_error *error);
	} rows[] = {
		{BUNDLE_COMPLIANCE, derived_compliance},
		{BUNDLE_SIEM, derived_siem},
	};
	(void)with;
	for (size_t i = 0; is_ours(verification) && i < sizeof rows / sizeof *rows; i++) {
		struct buf CLEANUP_BUF again;
		struct cavra_error error;
		buf_init(&again, 2 * LIMIT_DOCUMENT_BYTES);
		if (rows[i].file == BUNDLE_COMPLIANCE && is_other_mapping(verification)) {
			verification_unchecked(
				verification,
				"whether the compliance mapping is what the decisions "
				"give: it was made by another version of the mapping");
			continue;
		}
		if (!is_same(rows[i].make(evidence_of(verification), &again, &error), &again,
			     &verification->file[rows[i].file]))
			verification_problem(verification, bundle_files[rows[i].file].name,
					     "not what the decisions give");
	}
}

static const char *check_envelope(const struct verification *verification,
				  const struct verify_with *with, struct str line, size_t which)
{
	struct dsse CLEANUP_DSSE *dsse = NULL;
	struct buf CLEANUP_BUF again;
	struct cavra_error error;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	size_t n = 1;
	buf_init(&again, LIMIT_DOCUMENT_BYTES);
	const struct dsse_key key = {with->key.id,
				     with->key.ed25519 ? with->key.ed25519 : verification->trusted};
	if (dsse_read(line, &dsse, &error) < 0)
		return "no envelope";
	sha256(buf_str(&verification->file[BUNDLE_EVIDENCE]), digest);
	digest_hex(digest, hex);
	if (!str_is(dsse_payload_type(dsse), ATTESTATION_STATEMENT_TYPE) ||
	    attestation_statement(evidence_of(verification), hex, which, &again, &error) < 0 ||
	    !str_eq(buf_str(&again), dsse_payload(dsse)))
		return "not what the decisions give";
	if (key.key && (dsse_verify(dsse, &key, 1, &n, &error) < 0 || n != 1))
		return "not signed with the key of the manifest";
	return NULL;
}

static void check_statements(struct verification *verification, const struct verify_with *with)
{
	struct str rest = buf_str(&verification->file[BUNDLE_STATEMENTS]), line = STR("");
	const char *file = bundle_files[BUNDLE_STATEMENTS].name, *wrong = NULL;
	size_t n = 0;
	if (!verification->has[BUNDLE_STATEMENTS])
		return;
	for (; !wrong && rest.n && str_split(&rest, '\n', &line); n++)
		wrong = n < ATTESTATION_STATEMENTS ? check_envelope(verification, with, line, n)
						   : "one envelope too many";
	if (!wrong && n != ATTESTATION_STATEMENTS)
		wrong = "an envelope is missing";
	if (wrong)
		verification_problem(verification, file, "envelope %zu: %s", n, wrong);
}

static void (*const checks[])(struct verification *verification, const struct verify_with *with) = {
	check_evidence,    check_session, check_summary,    check_retention,
	check_attestation, check_derived, check_statements, check_ledger,
};

void verify_contents(struct verification *verification, const struct verify_with *with)
{
	for (size_t i = 0; verification->n_problems == 0 && i < sizeof checks / sizeof *checks; i++)
		checks[i](verification, with);
}
