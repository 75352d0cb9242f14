/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling that a text is canonical JSON (RFC 8785) without making values of it, for who reads millions of records. Says no
 * as well where it would have to think: json_read() and json_write_canonical() decide then.
 */
#ifndef CAVRA_JSON_CANONICAL_SCAN_H
#define CAVRA_JSON_CANONICAL_SCAN_H

#include <stdbool.h>

#include "base/str.h"

/* Takes a value off the front of *rest when it is canonical, such as json_read() takes: keys of plain ASCII, whole numbers
 * of at most 15 digits, at most JSON_SCAN_DEPTH levels. False leaves *rest anywhere.
 */
bool json_scan_canonical(struct str *rest);
enum { JSON_SCAN_DEPTH = 32 };

/* The same of a string; *ret_text is what stands between its quotes, escapes and all. */
bool json_scan_string(struct str *rest, struct str *ret_text);

#endif
