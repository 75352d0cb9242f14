/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes any entry and any proof quick to find: where each line starts, and the hashes of the tree. Made from the
 * segments, brought up to date when it is opened, made again when it does not belong to them. Nobody has to trust it: who
 * verifies reads the segments.
 */
#ifndef CAVRA_LEDGER_INDEX_H
#define CAVRA_LEDGER_INDEX_H

#include "crypto/merkle.h"
#include "ledger/entry.h"
#include "ledger/reader.h"

struct ledger_index {
	struct ledger_reader reader;
	int offsets, tree; /* descriptors */
	uint64_t size;     /* entries */
	struct ledger_head head;
};

/* Takes as long as there are entries that nobody has indexed yet. Where nothing may be written the index is kept in memory.
 * again: makes all of it new. Errors: CAVRA_ERR_INPUT with segment and line when a new entry is not one or is not chained to
 * the one before, CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int ledger_index_open(const char *directory, bool again, struct ledger_index *ret_index,
		      struct cavra_error *error);
void ledger_index_close(struct ledger_index *index);

/* The tree of the first `size` entries, at most index->size; borrows the index. */
struct merkle_tree ledger_index_tree(struct ledger_index *index, uint64_t size);
/* Then ledger_reader_next(&index->reader) gives this entry. CAVRA_ERR_NOT_FOUND when there is none of that number. */
int ledger_index_seek(struct ledger_index *index, uint64_t sequence, struct cavra_error *error);
/* The line of an entry, valid until the next call. */
int ledger_index_line(struct ledger_index *index, uint64_t sequence, struct str *ret_line,
		      struct cavra_error *error);

/* The error about an entry that is not there. */
int ledger_index_lacks(const struct ledger_index *index, uint64_t sequence,
		       struct cavra_error *error);

#define CLEANUP_LEDGER_INDEX __attribute__((cleanup(ledger_index_close)))

#endif
