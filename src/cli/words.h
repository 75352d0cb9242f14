/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands for values and operands in usage lines ("PATH", "PACK_ID"), and what completes them.
 */
#ifndef CAVRA_CLI_WORDS_H
#define CAVRA_CLI_WORDS_H

#include "base/buf.h"

enum word_kind {
	WORD_FREE, /* anything */
	WORD_FILE,
	WORD_DIRECTORY,
	WORD_LISTED, /* one of words_add() */
};

/* By placeholder. */
enum word_kind word_kind(struct str placeholder);
/* The words that fit, separated by spaces; of WORD_LISTED. */
void words_add(struct buf *out, struct str placeholder);

#endif
