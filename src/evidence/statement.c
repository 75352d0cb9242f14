/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements of in-toto (https://in-toto.io/Statement/v1) about a session, see attestation.h.
 */
#include <cavra/cavra.h>
#include <stdlib.h>

#include "crypto/digest.h"
#include "evidence/attestation.h"
#include "evidence/document.h"
#include "json/json.h"

#define VERIFIER "urn:cavra:verifier:1"
#define OWN_PREDICATE "urn:cavra:attestation:session:v1"

static struct str member(const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return text;
}

static bool append(json_t *list, json_t *value)
{
	return value && json_array_append_new(list, value) == 0;
}

static json_t *resource(struct str name, const char *algorithm, struct str digest)
{
	json_t *one = json_pack("{s:s%, s:{s:s%}}", "name", name.p, name.n, "digest", algorithm,
				digest.p, digest.n);
	return one;
}

/* The commit and the tree it stands for; without a commit, the evidence itself. */
static json_t *make_subject(const json_t *evidence, const char *evidence_sha256)
{
	const json_t *subject = json_object_get(evidence, "subject");
	struct str repository = member(subject, "repository"), commit = member(subject, "commit"),
		   tree = member(subject, "tree");
	json_t *list = json_array();
	bool good = list != NULL;
	if (!repository.n)
		repository = STR("repository");
	if (good && commit.n)
		good = append(list, resource(repository, "gitCommit", commit));
	if (good && tree.n)
		good = append(list, resource(repository, "gitTree", tree));
	if (good && !commit.n && !tree.n)
		good = append(list,
			      resource(STR("evidence.json"), "sha256", str_from(evidence_sha256)));
	if (good)
		return list;
	json_decref(list);
	return NULL;
}

/* in-toto writes times with Z. */
static struct str time_of(const json_t *evidence, char room[64])
{
	struct str text = member(evidence, "created_at"), zone = STR("+00:00");
	if (text.n >= 64 || !str_ends(text, zone))
		return text;
	memcpy(room, text.p, text.n - zone.n);
	room[text.n - zone.n] = 'Z';
	return str_make(room, text.n - zone.n + 1);
}

/* Of several policies, all of their digests count. */
static json_t *make_policy(const json_t *evidence)
{
	const json_t *digests = json_object_get(evidence, "policy_digests"), *one;
	char hex[SHA256_HEX];
	uint8_t digest[SHA256_BYTES];
	struct sha256 state;
	size_t i;
	struct str first = json_str(json_array_get(digests, 0)), prefix = STR("sha256:");
	if (json_array_size(digests) == 1 && str_starts(first, prefix)) {
		first = str_from_at(first, prefix.n);
		return json_pack("{s:s, s:{s:s%}}", "uri", "urn:cavra:policy", "digest", "sha256",
				 first.p, first.n);
	}
	sha256_init(&state);
	json_array_foreach (digests, i, one) {
		sha256_add(&state, json_str(one));
		sha256_add(&state, STR("\n"));
	}
	sha256_finish(&state, digest);
	digest_hex(digest, hex);
	return json_pack("{s:s, s:{s:s}}", "uri", "urn:cavra:policies", "digest", "sha256", hex);
}

static bool has_passed(const json_t *evidence)
{
	return attestation_count(json_object_get(evidence, "decisions")).let_through == 0;
}

static json_t *resource_uri(const json_t *evidence)
{
	const json_t *subject = json_object_get(evidence, "subject");
	struct str repository = member(subject, "repository"), commit = member(subject, "commit");
	if (!repository.n)
		return json_string("urn:cavra:session");
	return json_sprintf("git+%.*s%s%.*s", STR_ARG(repository), commit.n ? "@" : "",
			    STR_ARG(commit));
}

/* https://slsa.dev/verification_summary/v1 */
static json_t *summary_predicate(const json_t *evidence, const char *evidence_sha256)
{
	char room[64];
	struct str when = time_of(evidence, room);
	bool passed = has_passed(evidence);
	return json_pack("{s:{s:s, s:{s:s}}, s:s%, s:o, s:o, s:[{s:s, s:{s:s}}], s:s, s:[s], s:s}",
			 "verifier", "id", VERIFIER, "version", "cavra", CAVRA_VERSION,
			 "timeVerified", when.p, when.n, "resourceUri", resource_uri(evidence),
			 "policy", make_policy(evidence), "inputAttestations", "uri",
			 "evidence.json", "digest", "sha256", evidence_sha256, "verificationResult",
			 passed ? "PASSED" : "FAILED", "verifiedLevels",
			 passed ? "CAVRA_NOTHING_FORBIDDEN_LET_THROUGH" : "FAILED", "slsaVersion",
			 "1.0");
}

/* https://in-toto.io/attestation/svr/v0.1 */
static json_t *result_predicate(const json_t *evidence, const char *evidence_sha256)
{
	char room[64];
	struct str when = time_of(evidence, room);
	struct attestation_counts counts =
		attestation_count(json_object_get(evidence, "decisions"));
	const struct {
		bool holds;
		const char *name;
	} properties[] = {
		{counts.let_through == 0, "CAVRA_NOTHING_FORBIDDEN_LET_THROUGH"},
		{counts.blocked == 0, "CAVRA_NOTHING_BLOCKED"},
		{counts.approval_required == 0, "CAVRA_NO_APPROVAL_NEEDED"},
		{json_object_get(evidence, "ledger") != NULL, "CAVRA_DECISIONS_IN_LEDGER"},
	};
	(void)evidence_sha256;
	json_t *predicate = json_pack("{s:{s:s, s:o}, s:s%, s:[]}", "verifier", "id", VERIFIER,
				      "policy", make_policy(evidence), "timeCreated", when.p,
				      when.n, "properties");
	json_t *list = json_object_get(predicate, "properties");
	bool good = list != NULL;
	for (size_t i = 0; good && i < sizeof properties / sizeof *properties; i++)
		if (properties[i].holds)
			good = append(list, json_string(properties[i].name));
	if (good)
		return predicate;
	json_decref(predicate);
	return NULL;
}

static json_t *own_predicate(const json_t *evidence, const char *evidence_sha256)
{
	struct str session = member(evidence, "session_id");
	struct attestation_counts counts =
		attestation_count(json_object_get(evidence, "decisions"));
	json_t *digests = json_object_get(evidence, "policy_digests"),
	       *ledger = json_object_get(evidence, "ledger");
	return json_pack("{s:[s%], s:O?, s:O?, s:s, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}}",
			 "sessions", session.p, session.n, "policyDigests", digests, "ledger",
			 ledger, "evidenceSha256", evidence_sha256, "decisions", "total",
			 (json_int_t)counts.decisions, "allowed", (json_int_t)counts.allowed,
			 "blocked", (json_int_t)counts.blocked, "approvalRequired",
			 (json_int_t)counts.approval_required, "warned", (json_int_t)counts.warned,
			 "auditedOnly", (json_int_t)counts.audited, "letThrough",
			 (json_int_t)counts.let_through);
}

static const struct {
	const char *type;
	json_t *(*predicate)(const json_t *evidence, const char *evidence_sha256);
} statements[ATTESTATION_STATEMENTS] = {
	{"https://slsa.dev/verification_summary/v1", summary_predicate},
	{"https://in-toto.io/attestation/svr/v0.1", result_predicate},
	{OWN_PREDICATE, own_predicate},
};

int attestation_statement(const json_t *evidence, const char *evidence_sha256, size_t which,
			  struct buf *out, struct cavra_error *error)
{
	json_t CLEANUP_JSON *statement = json_pack(
		"{s:s, s:o, s:s, s:o}", "_type", "https://in-toto.io/Statement/v1", "subject",
		make_subject(evidence, evidence_sha256), "predicateType", statements[which].type,
		"predicate", statements[which].predicate(evidence, evidence_sha256));
	if (!statement)
		return evidence_no_memory(error);
	return json_write_canonical(statement, out, error);
}
