/* SPDX-License-Identifier: Apache-2.0
 *
 * DSSE envelopes: refused with a reason, or read; and nothing is verified with a key that has signed nothing.
 */
#include "fuzz.h"

#include "crypto/dsse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t nobody[KEY_PUBLIC_BYTES] = FUZZ_NOBODY;
	struct cavra_error error = {.text = ""};
	struct key CLEANUP_KEY *key = NULL;
	struct dsse CLEANUP_DSSE *dsse = NULL;
	size_t n = 1;
	if (dsse_read(str_make((const char *)data, size), &dsse, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return 0;
	}
	FUZZ_CHECK(dsse_payload_type(dsse).n > 0 && dsse_payload(dsse).n <= size);
	FUZZ_CHECK(dsse_key_hint(dsse).n <= size);
	if (key_from_public_bytes(nobody, &key, &error) == 0) {
		const struct dsse_key trusted = {dsse_key_hint(dsse), key};
		FUZZ_CHECK(dsse_verify(dsse, &trusted, 1, &n, &error) == 0 && n == 0);
	}
	return 0;
}
