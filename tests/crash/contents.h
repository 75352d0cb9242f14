/* SPDX-License-Identifier: Apache-2.0
 *
 * What a ledger holds, entry by entry, for the crash tests.
 */
#ifndef CAVRA_TESTS_CONTENTS_H
#define CAVRA_TESTS_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "ledger/ledger.h"

struct contents_entry {
	uint64_t token; /* what the draft was known by; 0: the ledger's own */
	char hash[SHA256_HEX];
	bool tells_torn, tells_lost;
};

struct contents {
	struct contents_entry *entries; /* entries[i] is the one with sequence i + 1 */
	size_t n, cap;
	uint64_t segment, offset; /* where the last one stands */
};

/* Reads what is behind the entries that are known, all of it being a chain. False with why (200 bytes). */
bool contents_read_on(struct contents *chain, const char *directory, char *why);
void contents_release(struct contents *chain);
/* Is that what was torn of the ledger told, each by the entry that has its name? */
bool contents_tells_torn(const struct contents *chain, const char *directory, char *why);

/* Appends n drafts with tokens from `token` on, each with a body of so many bytes. */
int contents_append(struct ledger_writer *writer, uint64_t token, size_t n, size_t bytes,
		    struct cavra_error *error);
bool contents_holds(const struct contents *chain, uint64_t sequence, uint64_t token,
		    const char *hash);

/* Pseudo-random numbers, below `below`. */
uint64_t contents_random(uint64_t *seed, uint64_t below);

#endif
