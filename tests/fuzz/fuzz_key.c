/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM texts as keys: refused with a reason, or written out and read again they are the same key, and a private key is
 * never taken for a public one.
 */
#include <string.h>

#include "fuzz.h"

#include "base/limits.h"
#include "crypto/key.h"

static void check_public(struct str pem)
{
	struct key CLEANUP_KEY *key = NULL;
	struct key CLEANUP_KEY *again = NULL;
	struct cavra_error error = {.text = ""};
	char written[KEY_PUBLIC_PEM], one[SHA256_HEX], two[SHA256_HEX];
	if (key_read_public(pem, &key, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return;
	}
	FUZZ_CHECK(str_find(pem, STR("PRIVATE KEY-----")) == STR_NPOS);
	FUZZ_CHECK(key_write_public(key, written, &error) == 0);
	FUZZ_CHECK(key_read_public(str_from(written), &again, &error) == 0);
	FUZZ_CHECK(key_fingerprint(key, one, &error) == 0);
	FUZZ_CHECK(key_fingerprint(again, two, &error) == 0);
	FUZZ_CHECK(strcmp(one, two) == 0);
	FUZZ_CHECK(!key_verify(key, pem, pem));
}

static void check_private(struct str pem)
{
	struct key CLEANUP_KEY *key = NULL;
	struct cavra_error error = {.text = ""};
	uint8_t signature[KEY_SIGNATURE_BYTES];
	if (key_read_private(pem, NULL, &key, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return;
	}
	FUZZ_CHECK(key_sign(key, pem, signature, &error) == 0);
	FUZZ_CHECK(key_verify(key, pem, str_make((const char *)signature, sizeof signature)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str pem = str_make((const char *)data, size);
	check_public(pem);
	check_private(pem);
	return 0;
}
