/* SPDX-License-Identifier: Apache-2.0
 *
 * Merkle trees of RFC 9162 (and RFC 6962) section 2.1 with SHA-256: what a log commits to, proofs that an entry is in it,
 * proofs that a later log only added to an earlier one.
 *
 * A tree grows to the right, so every complete subtree of it stays as it is: (level, index) names the one over the leaves
 * index << level up to and without (index + 1) << level. Level 0 are the leaves.
 */
#ifndef CAVRA_CRYPTO_MERKLE_H
#define CAVRA_CRYPTO_MERKLE_H

#include "base/error.h"
#include "crypto/digest.h"

enum {
	MERKLE_LEVELS = 64,
	MERKLE_PROOF = 64, /* no proof has more hashes */
};
/* More leaves than any tree has, so that no position overflows. */
#define MERKLE_SIZE_MAX ((uint64_t)1 << 62)

/* Domain-separated, so that no node can be passed off as an entry. */
void merkle_leaf(struct str entry, uint8_t ret_hash[SHA256_BYTES]);
void merkle_node(const uint8_t left[SHA256_BYTES], const uint8_t right[SHA256_BYTES],
		 uint8_t ret_hash[SHA256_BYTES]);

/* All that is needed to add to a tree: one hash for each complete subtree that it consists of. Start with {.size = 0}. */
struct merkle_frontier {
	uint64_t size;
	uint8_t hash[MERKLE_LEVELS][SHA256_BYTES]; /* of a level whose bit is set in size */
};
/* ret_complete: NULL, or the hashes of the subtrees that the leaf completes, itself first, upwards. Returns how many. */
unsigned merkle_frontier_add(struct merkle_frontier *frontier, const uint8_t leaf[SHA256_BYTES],
			     uint8_t ret_complete[MERKLE_LEVELS][SHA256_BYTES]);
/* Of a tree without leaves: SHA-256 of nothing. */
void merkle_frontier_root(const struct merkle_frontier *frontier, uint8_t ret_root[SHA256_BYTES]);

/* Gives the hash of a complete subtree. Returns 0 or a negative code with *error filled in. */
typedef int (*merkle_reader)(void *context, unsigned level, uint64_t index,
			     uint8_t ret_hash[SHA256_BYTES], struct cavra_error *error);
struct merkle_tree {
	merkle_reader read;
	void *context;
	uint64_t size; /* reads nothing behind this many leaves */
};

/* Each reads a number of hashes that grows with the logarithm of the size. Errors: those of the reader, which leave the
 * outputs undefined, and CAVRA_ERR_INPUT for an index or a size that the tree does not have, or a size of 0, which nothing
 * can be proved about.
 */
int merkle_root(const struct merkle_tree *tree, uint8_t ret_root[SHA256_BYTES],
		struct cavra_error *error);
/* The frontier of the first tree->size leaves. */
int merkle_frontier_load(const struct merkle_tree *tree, struct merkle_frontier *ret_frontier,
			 struct cavra_error *error);
int merkle_prove_inclusion(const struct merkle_tree *tree, uint64_t index,
			   uint8_t ret_proof[MERKLE_PROOF][SHA256_BYTES], size_t *ret_n,
			   struct cavra_error *error);
int merkle_prove_consistency(const struct merkle_tree *tree, uint64_t old_size,
			     uint8_t ret_proof[MERKLE_PROOF][SHA256_BYTES], size_t *ret_n,
			     struct cavra_error *error);

struct merkle_proof {
	const uint8_t (*hash)[SHA256_BYTES];
	size_t n; /* exactly as many as the sizes call for */
};
struct merkle_head {
	uint64_t size;
	uint8_t root[SHA256_BYTES];
};
/* False for every reason there is, also when there is nothing to prove: a tree without leaves holds no entry, and every log
 * continues it.
 */
bool merkle_verify_inclusion(const struct merkle_head *head, uint64_t index,
			     const uint8_t leaf[SHA256_BYTES], struct merkle_proof proof);
bool merkle_verify_consistency(const struct merkle_head *old, const struct merkle_head *head,
			       struct merkle_proof proof);

/* Where the hash of a complete subtree stands in a file that only grows: each leaf is followed by the subtrees that it
 * completes, so merkle_frontier_add() gives what to append.
 */
uint64_t merkle_stored_position(unsigned level, uint64_t index);
/* Hashes in the file of a tree with that many leaves. */
uint64_t merkle_stored_count(uint64_t size);

#endif
