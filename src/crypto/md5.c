/* SPDX-License-Identifier: Apache-2.0
 *
 * MD5, see md5.h.
 */
#include "crypto/md5.h"

#include <openssl/evp.h>

#include "crypto/library.h"

bool md5(struct str data, uint8_t ret_digest[MD5_BYTES])
{
	crypto_library_start();
	return EVP_Digest(data.p, data.n, ret_digest, NULL, EVP_md5(), NULL) == 1;
}
