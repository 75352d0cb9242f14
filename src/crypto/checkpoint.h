/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a checkpoint (https://c2sp.org/tlog-checkpoint): which log, how many entries, what their Merkle tree's root is.
 * Signed as a note.
 */
#ifndef CAVRA_CRYPTO_CHECKPOINT_H
#define CAVRA_CRYPTO_CHECKPOINT_H

#include "base/buf.h"
#include "base/error.h"
#include "crypto/merkle.h"

struct checkpoint {
	struct str origin; /* one line */
	struct merkle_head head;
	struct str extension; /* further lines, each with its newline; often none */
};

/* Borrows from the text. Errors: CAVRA_ERR_INPUT with the line. */
int checkpoint_read(struct str text, struct checkpoint *ret_checkpoint, struct cavra_error *error);
/* Errors: CAVRA_ERR_INPUT for what could not be read again; CAVRA_ERR_LIMIT. */
int checkpoint_write(const struct checkpoint *checkpoint, struct buf *out,
		     struct cavra_error *error);

#endif
