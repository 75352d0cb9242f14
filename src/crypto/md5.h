/* SPDX-License-Identifier: Apache-2.0
 *
 * MD5 (RFC 1321), which vouches for nothing. Content-MD5 is made of it, which services ask for against accidents.
 */
#ifndef CAVRA_CRYPTO_MD5_H
#define CAVRA_CRYPTO_MD5_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { MD5_BYTES = 16 };

/* False where the library does not offer it, as in FIPS mode. */
bool md5(struct str data, uint8_t ret_digest[MD5_BYTES]);

#endif
