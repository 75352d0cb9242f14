/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 with padding (RFC 4648 section 4), one spelling for each run of bytes.
 */
#ifndef CAVRA_CRYPTO_BASE64_H
#define CAVRA_CRYPTO_BASE64_H

#include <stdint.h>

#include "base/buf.h"

/* On one line. */
void base64_encode(struct buf *out, struct str bytes);
/* False for anything that base64_encode() would not have written: spaces, newlines, missing or wrong padding, bits that
 * stand for nothing, other alphabets, more than cap bytes. *ret_n is the number of bytes.
 */
bool base64_decode(struct str text, uint8_t *ret_bytes, size_t cap, size_t *ret_n);
/* The same for the alphabet of section 5 as well ("-_"), but not for a mixture of the two. */
bool base64_decode_either(struct str text, uint8_t *ret_bytes, size_t cap, size_t *ret_n);

#endif
