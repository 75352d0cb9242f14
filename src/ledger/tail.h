/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a segment: its last entry, and what a crash left behind it. Takes the same time however long it is.
 */
#ifndef CAVRA_LEDGER_TAIL_H
#define CAVRA_LEDGER_TAIL_H

#include "ledger/entry.h"

/* How far back it is certain that a chain is on disk. */
struct tail_trust {
	uint64_t durable; /* up to this entry */
	size_t entries;   /* and in front of so many, at least 1 */
};

struct ledger_tail {
	struct ledger_head head; /* sequence 0: the segment holds no entry */
	uint64_t end;            /* behind the last line that is an entry of the chain */
	uint64_t size;           /* of the file; more than end: something is torn */
	uint64_t first;          /* the first entry of the segment, 0: that was not looked at */
};

/* size: of the file. CAVRA_ERR_INPUT when there is no entry in the last LIMIT_TORN_BYTES, CAVRA_ERR_IO,
 * CAVRA_ERR_MEMORY. Reads no more of the file when it is larger.
 */
int tail_read(int segment, uint64_t size, const struct tail_trust *trust,
	      struct ledger_tail *ret_tail, struct cavra_error *error);

#endif
