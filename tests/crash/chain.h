/* SPDX-License-Identifier: Apache-2.0
 *
 * What a ledger holds, entry by entry, for the crash tests.
 */
#ifndef CAVRA_TESTS_CHAIN_H
#define CAVRA_TESTS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "ledger/ledger.h"

struct chain_entry {
	uint64_t token; /* what the draft was known by; 0: the ledger's own */
	char hash[SHA256_HEX];
	bool tells_torn, tells_lost;
};

struct chain {
	struct chain_entry *entries; /* entries[i] is the one with sequence i + 1 */
	size_t n, cap;
	uint64_t segment, offset; /* where the last one stands */
};

/* Reads what is behind the entries that are known, all of it being a chain. False with why (200 bytes). */
bool chain_read_on(struct chain *chain, const char *directory, char *why);
void chain_release(struct chain *chain);
/* Is that what was torn of the ledger told, each by the entry that has its name? */
bool chain_tells_torn(const struct chain *chain, const char *directory, char *why);

/* Appends n drafts with tokens from `token` on, each with a body of so many bytes. */
int chain_append(struct ledger_writer *writer, uint64_t token, size_t n, size_t bytes,
		 struct cavra_error *error);
bool chain_holds(const struct chain *chain, uint64_t sequence, uint64_t token, const char *hash);

/* Pseudo-random numbers, below `below`. */
uint64_t chain_random(uint64_t *seed, uint64_t below);

#endif
