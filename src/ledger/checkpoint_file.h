/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints as a ledger keeps them: which log, how many entries, what their tree's root is, signed
 * (https://c2sp.org/tlog-checkpoint). Reading them; checkpoint_make.h makes them.
 */
#ifndef CAVRA_LEDGER_CHECKPOINT_FILE_H
#define CAVRA_LEDGER_CHECKPOINT_FILE_H

#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "ledger/index.h"

#define LEDGER_ORIGIN_START "cavra.ledger/"
enum { LEDGER_ID_DIGITS = 32, LEDGER_ORIGIN = sizeof LEDGER_ORIGIN_START + LEDGER_ID_DIGITS };

/* "cavra.ledger/<ledger id>", from the first entry. CAVRA_ERR_INPUT when that does not say; CAVRA_ERR_MEMORY. */
int ledger_origin(struct str first_line, char ret_origin[LEDGER_ORIGIN], struct cavra_error *error);
/* The same of an entry that was read. False when it does not say. */
bool ledger_origin_of(const struct ledger_entry *first, char ret_origin[LEDGER_ORIGIN]);
/* The same of a ledger that is open. CAVRA_ERR_NOT_FOUND when it has no entry. */
int ledger_index_origin(struct ledger_index *index, char ret_origin[LEDGER_ORIGIN],
			struct cavra_error *error);

struct ledger_checkpoint {
	struct buf bytes; /* the whole note; owned, the others borrow from it */
	struct note note;
	struct checkpoint says;
};

/* Copies the text. CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY. Nothing has been verified then. */
int ledger_checkpoint_parse(struct str text, struct ledger_checkpoint *ret_checkpoint,
			    struct cavra_error *error);
/* The one of a size that is stored in a ledger. Also CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO; CAVRA_ERR_INPUT when it is of
 * another size or no regular file.
 */
int ledger_checkpoint_read(int place, uint64_t size, struct ledger_checkpoint *ret_checkpoint,
			   struct cavra_error *error);
void ledger_checkpoint_release(struct ledger_checkpoint *checkpoint);

/* Who signs for a ledger. */
struct ledger_trust {
	const struct key *key;
	struct str
		name; /* the ledger that it is for; empty: the one that names it, whichever that is */
};
enum note_verdict ledger_checkpoint_verify(const struct ledger_checkpoint *checkpoint,
					   const struct ledger_trust *trust);

/* The size of the newest one of at most that many entries; 0: there is none. CAVRA_ERR_IO, CAVRA_ERR_MEMORY. */
int ledger_checkpoint_newest(int place, uint64_t at_most, uint64_t *ret_size,
			     struct cavra_error *error);

#define CLEANUP_LEDGER_CHECKPOINT __attribute__((cleanup(ledger_checkpoint_release)))

#endif
