/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared credentials files: refused with a reason, or there is an id and a secret.
 */
#include "fuzz.h"

#include "connect/credentials.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cavra_error error = {.text = ""};
	struct sigv4_key key = {.id = ""};
	int code = credentials_read(str_make((const char *)data, size), "default", &key, &error);
	FUZZ_CHECK(code == 0 ? key.id[0] && key.secret.n : error.text[0]);
	return 0;
}
