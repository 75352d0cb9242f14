/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON files of evidence: whatever an object says, it is refused with a reason or taken for what it is; nothing is
 * verified with a key that has signed nothing.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "evidence/attestation.h"
#include "evidence/document.h"
#include "evidence/entries.h"
#include "evidence/retention.h"
#include "evidence/trust_root.h"
#include "json/json.h"

static struct key *nobody(void)
{
	static const uint8_t bytes[KEY_PUBLIC_BYTES] = FUZZ_NOBODY;
	struct key *key = NULL;
	FUZZ_CHECK(key_from_public_bytes(bytes, &key, NULL) == 0);
	return key;
}

static void check_signed(const json_t *document, const struct key *key)
{
	struct cavra_error error = {.text = ""};
	struct signed_claim claim;
	struct trust_root root;
	const struct signed_key with = {.ed25519 = key};
	if (signed_claim(document, &claim, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return;
	}
	FUZZ_CHECK(signed_check(document, &claim, &with, &error) < 0 && error.text[0]);
	FUZZ_CHECK(trust_roots_find(document, key, STR(""), &claim, &root, &error) < 0);
	if (trust_roots_find(document, NULL, STR(""), &claim, &root, &error) == 0)
		trust_root_release(&root);
}

static void check_trust_root(const json_t *document)
{
	struct cavra_error error = {.text = ""};
	struct trust_root CLEANUP_TRUST_ROOT root = {.key = NULL};
	json_t CLEANUP_JSON *again = NULL;
	if (trust_root_read(document, &root, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return;
	}
	FUZZ_CHECK(trust_root_make(&root, &again, &error) == 0);
	if (root.status == TRUST_REVOKED)
		FUZZ_CHECK(trust_root_allows(&root, root.valid_from, &error) < 0);
}

static void check_retention(const json_t *document)
{
	struct cavra_error error = {.text = ""};
	struct retention retention;
	json_t CLEANUP_JSON *again = NULL;
	if (retention_read(document, &retention, &error) < 0)
		FUZZ_CHECK(error.text[0]);
	else
		FUZZ_CHECK(retention_make(&retention, &again, &error) == 0);
}

/* Each decision is one line of the page, whatever it holds. */
static void check_page(const json_t *evidence)
{
	struct cavra_error error = {.text = ""};
	struct buf CLEANUP_BUF page;
	size_t n = 0;
	struct str rest, line;
	buf_init(&page, MiB(64));
	if (attestation_markdown(evidence, &page, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return;
	}
	size_t at = str_find(buf_str(&page), STR("\n## Decisions\n\n"));
	FUZZ_CHECK(at != STR_NPOS);
	rest = str_from_at(buf_str(&page), at + sizeof "\n## Decisions\n\n" - 1);
	while (str_split(&rest, '\n', &line) && line.n)
		n++;
	size_t decisions = json_array_size(json_object_get(evidence, "decisions"));
	FUZZ_CHECK(n == (decisions ? decisions : 1));
}

static void check_attestations(const json_t *evidence)
{
	static const char digest[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct cavra_error error = {.text = ""};
	struct buf CLEANUP_BUF out;
	buf_init(&out, MiB(64));
	check_page(evidence);
	(void)attestation_json(evidence, &out, &error);
	for (size_t i = 0; i < ATTESTATION_STATEMENTS; i++)
		(void)attestation_statement(evidence, digest, i, &out, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cavra_error error = {.text = ""};
	json_t CLEANUP_JSON *document = NULL;
	struct key CLEANUP_KEY *key = NULL;
	if (json_read(str_make((const char *)data, size), 0, &document, &error) < 0 ||
	    !json_is_object(document))
		return 0;
	key = nobody();
	check_signed(document, key);
	check_trust_root(document);
	check_retention(document);
	check_attestations(document);
	if (entries_check(document, json_object_get(document, "evidence"), NULL, &error) < 0)
		FUZZ_CHECK(error.text[0]);
	return 0;
}
