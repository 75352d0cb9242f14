/* SPDX-License-Identifier: Apache-2.0
 *
 * What one writer leaves to the next beside the ledger, in the file whose lock they take. Hints, but for what was torn:
 * the ledger can be read without them, and a state that is missing or damaged is an empty one.
 */
#ifndef CAVRA_LEDGER_STATE_H
#define CAVRA_LEDGER_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct ledger_state {
	uint64_t segment; /* first sequence of the newest one, 0: nobody knows */
	uint64_t last;    /* sequence of the last entry that was written */
	uint64_t durable; /* up to which all are on disk */
	int64_t since; /* when the first that is not was written, by a writer who settles; 0: nobody does */
	uint64_t
		torn; /* the number of an entry that is still to tell what was set aside; 0: none is */
	uint64_t torn_bytes; /* how much that was */
	int64_t signed_at;   /* when a checkpoint was last made, or begun; 0: nobody knows */
};

/* An empty state when there is none that is whole. False with errno set when nobody can tell. */
bool state_read(int fd, struct ledger_state *ret_state);
/* False with errno set. */
bool state_write(int fd, const struct ledger_state *state);

#endif
