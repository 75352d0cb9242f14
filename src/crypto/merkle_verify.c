/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking Merkle proofs, see merkle.h: RFC 9162 sections 2.1.3.2 and 2.1.4.2.
 */
#include "crypto/merkle.h"

static bool same_hash(const uint8_t a[SHA256_BYTES], const uint8_t b[SHA256_BYTES])
{
	return memcmp(a, b, SHA256_BYTES) == 0;
}

/* Up from a node to the root of a tree whose last node of the same level is `last`. */
struct climb {
	uint64_t node, last;
};

/* Is the sibling that comes next on the left? Levels at which the node has none are left behind. */
static bool next_is_left(struct climb *climb)
{
	bool left = (climb->node & 1) || climb->node == climb->last;
	while (left && !(climb->node & 1) && climb->node) {
		climb->node >>= 1;
		climb->last >>= 1;
	}
	return left;
}

static void go_up(struct climb *climb)
{
	climb->node >>= 1;
	climb->last >>= 1;
}

bool merkle_verify_inclusion(const struct merkle_head *head, uint64_t index,
			     const uint8_t leaf[SHA256_BYTES], struct merkle_proof proof)
{
	struct climb climb = {index, head->size - 1};
	uint8_t hash[SHA256_BYTES];
	if (index >= head->size || head->size > MERKLE_SIZE_MAX)
		return false;
	memcpy(hash, leaf, SHA256_BYTES);
	for (size_t i = 0; i < proof.n; i++) {
		if (climb.last == 0)
			return false;
		if (next_is_left(&climb))
			merkle_node(proof.hash[i], hash, hash);
		else
			merkle_node(hash, proof.hash[i], hash);
		go_up(&climb);
	}
	return climb.last == 0 && same_hash(hash, head->root);
}

/* The proof starts with the largest subtree that ends where the old tree does; when that is the whole old tree, with its
 * root, which is left out.
 */
static bool climb_both(const struct merkle_head *old, const struct merkle_head *head,
		       struct merkle_proof proof, const uint8_t start[SHA256_BYTES])
{
	struct climb climb = {old->size - 1, head->size - 1};
	uint8_t old_hash[SHA256_BYTES], hash[SHA256_BYTES];
	while (climb.node & 1)
		go_up(&climb);
	memcpy(old_hash, start, SHA256_BYTES);
	memcpy(hash, start, SHA256_BYTES);
	for (size_t i = 0; i < proof.n; i++) {
		if (climb.last == 0)
			return false;
		if (next_is_left(&climb)) {
			merkle_node(proof.hash[i], old_hash, old_hash);
			merkle_node(proof.hash[i], hash, hash);
		} else {
			merkle_node(hash, proof.hash[i], hash);
		}
		go_up(&climb);
	}
	return climb.last == 0 && same_hash(old_hash, old->root) && same_hash(hash, head->root);
}

bool merkle_verify_consistency(const struct merkle_head *old, const struct merkle_head *head,
			       struct merkle_proof proof)
{
	if (old->size == 0 || old->size > head->size || head->size > MERKLE_SIZE_MAX)
		return false;
	if (old->size == head->size)
		return proof.n == 0 && same_hash(old->root, head->root);
	if ((old->size & (old->size - 1)) == 0)
		return climb_both(old, head, proof, old->root);
	return proof.n > 0 &&
	       climb_both(old, head, (struct merkle_proof){proof.hash + 1, proof.n - 1},
			  proof.hash[0]);
}
