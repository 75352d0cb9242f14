/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a segment: its last entry, and what a crash left behind it. Takes the same time however long it is.
 */
#ifndef CAVRA_LEDGER_TAIL_H
#define CAVRA_LEDGER_TAIL_H

#include "ledger/entry.h"

struct ledger_tail {
	struct ledger_head head; /* sequence 0: the segment holds no entry */
	uint64_t end;            /* behind the last line that is an entry */
	uint64_t size;           /* of the file; more than end: something is torn */
};

/* size: of the file. CAVRA_ERR_INPUT when there is no entry in the last LIMIT_TORN_BYTES, CAVRA_ERR_IO. */
int tail_read(int segment, uint64_t size, struct ledger_tail *ret_tail, struct cavra_error *error);

#endif
