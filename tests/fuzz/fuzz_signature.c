/* SPDX-License-Identifier: Apache-2.0
 *
 * Signature files of a policy: refused with a reason, or found to be one of the verdicts; and nothing is verified
 * with a key that has signed nothing.
 */
#include "fuzz.h"

#include "policy/signature.h"

/* What the files of the corpus sign, so that they get as far as they can. */
static const char policy_text[] =
	"metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\n";
static const char compiled[] =
	"sha256:0000000000000000000000000000000000000000000000000000000000000000";

static void check_verdict(const struct signature *signature, const struct policy_file *file,
			  const struct signature_key *key)
{
	struct cavra_error error = {.text = ""};
	enum signature_verdict verdict;
	int code = signature_verify(signature, file, key, &verdict, &error);
	FUZZ_CHECK(code == 0 || (code == CAVRA_ERR_POLICY && error.text[0]));
	FUZZ_CHECK((code == 0) == (verdict <= SIGNATURE_INTEGRITY_ONLY));
	FUZZ_CHECK(verdict != SIGNATURE_VERIFIED);
	FUZZ_CHECK(!key->hmac || code < 0);
	FUZZ_CHECK(signature_verdict_name(verdict)[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document CLEANUP_DOCUMENT *document = NULL, CLEANUP_DOCUMENT *policy = NULL;
	struct secret secret = {.n = 6, .p = "unused"};
	struct cavra_error error = {.text = ""};
	struct signature signature;
	if (document_parse_json((const char *)data, size, &document, &error) < 0)
		return 0;
	int code = signature_read(document, &signature, &error);
	FUZZ_CHECK(code == 0 || error.text[0]);
	FUZZ_CHECK(code == 0 || error.line > 0 || code == CAVRA_ERR_LIMIT);
	if (code < 0 ||
	    document_parse_yaml(policy_text, sizeof policy_text - 1, &policy, &error) < 0)
		return 0;
	struct policy_file file = {.path = "policy.yaml",
				   .text = policy->text,
				   .metadata = json_object_get(policy->root, "metadata"),
				   .compiled = compiled};
	check_verdict(&signature, &file, &(struct signature_key){.hmac = NULL});
	check_verdict(&signature, &file, &(struct signature_key){.hmac = &secret});
	return 0;
}
