/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing to the ledger: entries are appended by one process at a time, in groups, each group with one write. What a crash
 * has torn is set aside and told by an entry of its own. docs/ledger.md says what survives what.
 *
 *	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
 *	ledger_writer_init(&writer, directory, LEDGER_BATCH);
 *	code = ledger_append(&writer, drafts, n, error);
 *	...answer...
 *	if (writer.must_settle)
 *		ledger_settle(&writer, error);
 */
#ifndef CAVRA_LEDGER_LEDGER_H
#define CAVRA_LEDGER_LEDGER_H

#include "base/limits.h"
#include "ledger/entry.h"
#include "ledger/state.h"

/* When an entry is on disk. */
enum ledger_durability {
	LEDGER_SYNC,  /* before it is answered */
	LEDGER_BATCH, /* at most LEDGER_BATCH_ENTRIES or LEDGER_BATCH_MICROSECONDS later */
	LEDGER_NONE,  /* when the kernel writes it back */
};
enum {
	LEDGER_BATCH_ENTRIES = 64,
	LEDGER_BATCH_MICROSECONDS = 50000,
	/* With the last group and what the ledger tells of itself: so many may not be on disk. */
	LEDGER_UNSETTLED_ENTRIES = LEDGER_BATCH_ENTRIES + 2 * LIMIT_LEDGER_GROUP,
};

/* When a writer who signs is to sign: with an entry of such a number, and with the first one so long after a checkpoint. */
enum { LEDGER_CHECKPOINT_ENTRIES = 1024, LEDGER_CHECKPOINT_SECONDS = 600 };

/* "sync", "batch", "none"; false for others. */
bool ledger_durability_parse(struct str name, enum ledger_durability *ret_durability);
const char *ledger_durability_name(enum ledger_durability durability);

struct ledger_writer {
	const char *directory; /* borrowed */
	enum ledger_durability durability;
	bool must_settle; /* after the answer, ledger_settle() within LEDGER_BATCH_MICROSECONDS */
	bool signs; /* the caller makes checkpoints when it must; set behind ledger_writer_init() */
	bool must_sign;          /* after appends: a checkpoint is due, and nobody else makes it */
	struct ledger_head head; /* after an append: the last entry */

	int place, lock, segment; /* descriptors, -1: not open */
	struct ledger_state state;
	uint64_t first; /* of the segment that is open */
	uint64_t end;   /* behind its last whole line */
};

/* Opens nothing yet. */
void ledger_writer_init(struct ledger_writer *writer, const char *directory,
			enum ledger_durability durability);
void ledger_writer_release(struct ledger_writer *writer);

/* Appends all of the drafts, or none of them; at most LIMIT_LEDGER_GROUP. Makes the ledger when there is none. Waits for
 * other writers. Errors: CAVRA_ERR_IO, CAVRA_ERR_INPUT when the ledger's end is not what a ledger ends with,
 * CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY. After an error with LEDGER_SYNC the entries may be in the ledger: they tell what
 * was asked, and nobody was answered.
 */
int ledger_append(struct ledger_writer *writer, const struct ledger_draft *drafts, size_t n,
		  struct cavra_error *error);
/* Brings what was appended to the disk. */
int ledger_settle(struct ledger_writer *writer, struct cavra_error *error);

/* Notes that a checkpoint was made now. Makes no ledger. */
int ledger_note_checkpoint(struct ledger_writer *writer, struct cavra_error *error);

#define CLEANUP_LEDGER_WRITER __attribute__((cleanup(ledger_writer_release)))

#endif
