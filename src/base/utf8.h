/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters of UTF-8 text, as RFC 3629 defines it: no overlong forms, no surrogates, nothing over
 * U+10FFFF.
 */
#ifndef CAVRA_BASE_UTF8_H
#define CAVRA_BASE_UTF8_H

#include <stdint.h>

#include "base/str.h"

/* Length in bytes of the well-formed character at the start of s, 0 when there is none. */
size_t utf8_length(struct str s);
/* Cuts the first character off *rest; 0xffffffff (and one byte cut) when it is not well-formed.
 * rest->n must not be 0.
 */
uint32_t utf8_next(struct str *rest);
/* Writes 1 to 4 bytes for a scalar value, returns how many. */
size_t utf8_put(uint32_t code_point, char ret_bytes[4]);
/* Byte offset of the first thing that is not UTF-8, STR_NPOS when all is. */
size_t utf8_find_invalid(struct str s);
/* Makes text of others one line that steers no terminal, in place: control characters become spaces, what is not UTF-8 and
 * what reorders its surroundings question marks.
 */
void utf8_make_plain(char *text);
/* Number of characters; a byte that is not UTF-8 counts as one. */
size_t utf8_count(struct str s);
/* Columns that it takes on a terminal: wide characters take two, combining ones none. Where terminals differ, the
 * larger number. */
size_t utf8_width(struct str s);
/* Of one character. */
size_t utf8_columns(uint32_t code_point);
/* Line and column of a byte, from 1; columns count characters. An offset past the end is the end.
 */
void utf8_position(struct str text, size_t offset, int *ret_line, int *ret_column);

#endif
