/* SPDX-License-Identifier: Apache-2.0
 *
 * Making checkpoints. The key is the ledger's own, in checkpoint-key.pem, and is made on first use; the ledger tells of it
 * in an entry of type cavra.ledger.key.created. Who may read that file can sign as this ledger: a checkpoint proves
 * something to those who keep it elsewhere.
 */
#ifndef CAVRA_LEDGER_CHECKPOINT_MAKE_H
#define CAVRA_LEDGER_CHECKPOINT_MAKE_H

#include "ledger/checkpoint_file.h"
#include "ledger/ledger.h"

#define LEDGER_KEY_CREATED "cavra.ledger.key.created"
#define LEDGER_KEY_FILE "checkpoint-key.pem"

/* The checkpoint of all entries that there are, stored under their number; one that is there is used again. All that it is
 * about is on disk before it is signed. Errors: CAVRA_ERR_NOT_FOUND when there is no ledger; CAVRA_ERR_INPUT when the
 * ledger is not what its newest checkpoint was of, or the key is not the owner's alone; CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int ledger_checkpoint_make(const char *directory, struct ledger_checkpoint *ret_checkpoint,
			   struct cavra_error *error);
/* The public key as a note names it: origin+hash+base64. CAVRA_ERR_NOT_FOUND when none was made yet. */
int ledger_checkpoint_key(const char *directory, struct buf *out, struct cavra_error *error);

#endif
