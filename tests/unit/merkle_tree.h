/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: a tree that keeps all its hashes, in the order of merkle_stored_position().
 */
#ifndef CAVRA_TESTS_MERKLE_TREE_H
#define CAVRA_TESTS_MERKLE_TREE_H

#include <stdio.h>

#include "base/error.h"
#include "crypto/merkle.h"

enum { STORED_LEAVES = 1100, STORED_HASHES = 2 * STORED_LEAVES };

struct stored {
	struct merkle_frontier frontier;
	size_t n;
	uint8_t hash[STORED_HASHES][SHA256_BYTES];
};

static inline void stored_add(struct stored *stored, struct str entry)
{
	uint8_t leaf[SHA256_BYTES];
	merkle_leaf(entry, leaf);
	uint8_t complete[MERKLE_LEVELS][SHA256_BYTES];
	unsigned n = merkle_frontier_add(&stored->frontier, leaf, complete);
	memcpy(stored->hash[stored->n], complete, n * SHA256_BYTES);
	stored->n += n;
}

/* The leaves "0", "1", "2" ... */
static inline void stored_add_numbers(struct stored *stored, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char text[16];
		int length = snprintf(text, sizeof text, "%u", i);
		stored_add(stored, str_make(text, (size_t)length));
	}
}

static inline int stored_read(void *context, unsigned level, uint64_t index,
			      uint8_t ret_hash[SHA256_BYTES], struct cavra_error *error)
{
	const struct stored *stored = context;
	uint64_t position = merkle_stored_position(level, index);
	if (position >= stored->n)
		return error_set(error, CAVRA_ERR_NOT_FOUND, "nothing is stored there");
	memcpy(ret_hash, stored->hash[position], SHA256_BYTES);
	return 0;
}

#endif
