/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON text walked without building anything: the check in front of the parser, which knows what to
 * write instead, and the search for the place of a value. RFC 8259, nothing more lenient.
 */
#ifndef CAVRA_JSON_SCAN_H
#define CAVRA_JSON_SCAN_H

#include "base/error.h"
#include "base/str.h"

/* Is the whole text one well-formed JSON value in UTF-8, within LIMIT_JSON_DEPTH and
 * LIMIT_JSON_NODES? Does not look for duplicate keys and number ranges, which the parser does.
 * allow_nul: strings may hold \u0000. Errors: CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT, with position. An
 * error never quotes a value. *ret_text_bytes: what all keys and strings hold together.
 */
int json_scan_check(struct str text, bool allow_nul, size_t *ret_text_bytes,
		    struct cavra_error *error);

/* Where the value that the JSON pointer names stands in text that has passed json_scan_check():
 * byte offsets of its key (of the value itself in arrays and for the root) and of the value. False
 * when there is none.
 */
bool json_scan_locate(struct str text, struct str pointer, size_t *ret_key, size_t *ret_value);

/* Is s, whole, a number as JSON writes it? */
bool json_scan_is_number(struct str s);

#endif
