/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of others made safe to show to a person: nothing in it moves the cursor, hides, reorders or
 * colours.
 */
#ifndef CAVRA_DECIDE_VISIBLE_H
#define CAVRA_DECIDE_VISIBLE_H

#include <stdint.h>

#include "base/buf.h"

enum visible_flags {
	VISIBLE_KEEP_NEWLINES = 1, /* otherwise a newline is shown as \n */
};

/* Has the character no shape of its own, or does it change how others are laid out? */
bool visible_is_invisible(uint32_t character);

/* Adds text to out with control characters, bidirectional controls, zero-width and other invisible
 * characters as \n, \t, \x1b or \u{202e}, and bytes that are not UTF-8 as \xff.
 */
void visible_add(struct buf *out, struct str text, unsigned flags);

#endif
