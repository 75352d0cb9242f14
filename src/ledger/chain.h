/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying entries one after the other, wherever they come from: each by itself, how they are chained, the tree that they
 * make, and the checkpoints that were made of it. Inside of verification; see verify.h.
 */
#ifndef CAVRA_LEDGER_CHAIN_H
#define CAVRA_LEDGER_CHAIN_H

#include "base/limits.h"
#include "ledger/checkpoint_file.h"
#include "ledger/report.h"

/* A checkpoint that the ledger must agree with once it has that many entries. */
struct chain_mark {
	uint64_t size;
	const struct ledger_checkpoint
		*given;   /* borrowed; NULL: the one of that size stored in the ledger */
	const char *name; /* of the given one */
};

struct ledger_chain {
	struct ledger_report *report;
	const struct ledger_trust *trust; /* NULL: the keys count that the ledger names */
	int place; /* of the ledger: where torn files and checkpoints are; -1: there are none */
	const struct chain_mark *marks; /* in the order of their sizes */
	size_t n_marks;
	uint64_t expected_size;    /* 0: none */
	const char *expected_head; /* a record_hash, NULL: none */

	struct ledger_head head;
	bool is_lost; /* the line before was no entry */
	struct merkle_frontier frontier;
	char origin[LEDGER_ORIGIN];          /* empty: unknown */
	struct key *keys[LIMIT_LEDGER_KEYS]; /* that the ledger names */
	size_t n_keys;
	uint64_t *torn; /* the numbers of what the ledger tells to have been torn; owned */
	size_t n_torn;
	size_t next_mark;
	bool found_head;
	uint64_t vouched; /* the largest size that a trusted key has signed */
	uint64_t first_sequence;
};

void chain_add(struct ledger_chain *chain, struct str line, const struct report_place *place);
/* Behind the last entry: what should have come. */
void chain_end(struct ledger_chain *chain);
void chain_release(struct ledger_chain *chain);
/* Does an entry tell of the torn file of that number? */
bool chain_tells_torn(const struct ledger_chain *chain, uint64_t number);

/* chain_own.c: what an entry tells of the ledger itself. */
void chain_read_own(struct ledger_chain *chain, const struct ledger_entry *entry,
		    const struct report_place *place);

#endif
