/* SPDX-License-Identifier: Apache-2.0
 *
 * One element of a shell file-name pattern.
 */
#ifndef CAVRA_BASE_GLOB_H
#define CAVRA_BASE_GLOB_H

#include "base/str.h"

/* May the pattern element ("*", "?", "[...]" or an extglob "X(...)") stand for `text`, which holds no
 * '/'? Extglobs and malformed brackets answer yes: an element that is not understood may be anything.
 */
bool glob_element_matches(struct str element, struct str text);

/* Does the bracket expression that starts at s.p[0] == '[' match `c`? *ret_length gets its length in bytes,
 * 0 when it is not a bracket expression (then '[' is a plain character). Classes ([:alpha:]) are ASCII. A list
 * with something only a locale can tell ([=e=], [.-.], an unknown class, a range beyond ASCII) may match anything.
 */
bool glob_bracket_matches(struct str s, char c, size_t *ret_length);
/* Is the answer for `c` certain, whatever the locale? */
bool glob_bracket_is_sure(struct str s, char c);

#endif
