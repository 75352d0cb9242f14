/* SPDX-License-Identifier: Apache-2.0
 *
 * Merkle trees, see merkle.h. Proofs are made here, merkle_verify.c checks them and shares nothing with this.
 */
#include "crypto/merkle.h"

static void hash_parts(char prefix, struct str one, struct str two, uint8_t ret_hash[SHA256_BYTES])
{
	struct sha256 state;
	sha256_init(&state);
	sha256_add(&state, str_make(&prefix, 1));
	sha256_add(&state, one);
	sha256_add(&state, two);
	sha256_finish(&state, ret_hash);
}

void merkle_leaf(struct str entry, uint8_t ret_hash[SHA256_BYTES])
{
	hash_parts('\0', entry, STR(""), ret_hash);
}

void merkle_node(const uint8_t left[SHA256_BYTES], const uint8_t right[SHA256_BYTES],
		 uint8_t ret_hash[SHA256_BYTES])
{
	hash_parts('\1', str_make((const char *)left, SHA256_BYTES),
		   str_make((const char *)right, SHA256_BYTES), ret_hash);
}

/* ---- the frontier ---- */

unsigned merkle_frontier_add(struct merkle_frontier *frontier, const uint8_t leaf[SHA256_BYTES],
			     uint8_t ret_complete[MERKLE_LEVELS][SHA256_BYTES])
{
	unsigned level = 0;
	uint8_t hash[SHA256_BYTES];
	memcpy(hash, leaf, SHA256_BYTES);
	for (;; level++) {
		if (ret_complete)
			memcpy(ret_complete[level], hash, SHA256_BYTES);
		if (!(frontier->size >> level & 1))
			break;
		merkle_node(frontier->hash[level], hash, hash);
	}
	memcpy(frontier->hash[level], hash, SHA256_BYTES);
	frontier->size++;
	return level + 1;
}

void merkle_frontier_root(const struct merkle_frontier *frontier, uint8_t ret_root[SHA256_BYTES])
{
	bool any = false;
	uint8_t root[SHA256_BYTES];
	sha256(STR(""), root);
	for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
		if (!(frontier->size >> level & 1))
			continue;
		if (any)
			merkle_node(frontier->hash[level], root, root);
		else
			memcpy(root, frontier->hash[level], SHA256_BYTES);
		any = true;
	}
	memcpy(ret_root, root, SHA256_BYTES);
}

int merkle_frontier_load(const struct merkle_tree *tree, struct merkle_frontier *ret_frontier,
			 struct cavra_error *error)
{
	struct merkle_frontier frontier = {.size = tree->size};
	if (tree->size > MERKLE_SIZE_MAX)
		return error_set(error, CAVRA_ERR_INPUT, "no tree is that large");
	for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
		uint64_t covered = frontier.size >> level;
		int code = covered & 1 ? tree->read(tree->context, level, covered - 1,
						    frontier.hash[level], error)
				       : 0;
		if (code < 0)
			return code;
	}
	*ret_frontier = frontier;
	return 0;
}

/* ---- proofs ---- */

/* The largest power of two that is smaller than n, which is at least 2: where RFC 9162 splits a tree. */
static uint64_t split_of(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* The root over n > 0 leaves from `begin` on, a multiple of a power of two that is not smaller than n. */
static int range_root(const struct merkle_tree *tree, uint64_t begin, uint64_t n,
		      uint8_t ret_root[SHA256_BYTES], struct cavra_error *error)
{
	bool any = false;
	uint64_t end = begin + n;
	for (unsigned level = 0; n >> level; level++) {
		uint8_t hash[SHA256_BYTES];
		if (!(n >> level & 1))
			continue;
		end -= (uint64_t)1 << level;
		int code = tree->read(tree->context, level, end >> level, hash, error);
		if (code < 0)
			return code;
		if (any)
			merkle_node(hash, ret_root, ret_root);
		else
			memcpy(ret_root, hash, SHA256_BYTES);
		any = true;
	}
	return 0;
}

int merkle_root(const struct merkle_tree *tree, uint8_t ret_root[SHA256_BYTES],
		struct cavra_error *error)
{
	struct merkle_frontier frontier = {.size = 0};
	int code = merkle_frontier_load(tree, &frontier, error);
	if (code == 0)
		merkle_frontier_root(&frontier, ret_root);
	return code;
}

static void reverse(uint8_t (*proof)[SHA256_BYTES], size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t kept[SHA256_BYTES];
		memcpy(kept, proof[i], SHA256_BYTES);
		memcpy(proof[i], proof[n - 1 - i], SHA256_BYTES);
		memcpy(proof[n - 1 - i], kept, SHA256_BYTES);
	}
}

static int check_size(const struct merkle_tree *tree, uint64_t index, struct cavra_error *error)
{
	if (tree->size == 0 || index == UINT64_MAX)
		return error_set(error, CAVRA_ERR_INPUT,
				 "nothing can be proved about a tree without leaves");
	if (tree->size <= MERKLE_SIZE_MAX && index < tree->size)
		return 0;
	return error_set(error, CAVRA_ERR_INPUT, "a tree of %llu leaves has no leaf %llu",
			 (unsigned long long)tree->size, (unsigned long long)index);
}

/* From the root down to the leaf, what lies on the other side. */
int merkle_prove_inclusion(const struct merkle_tree *tree, uint64_t index,
			   uint8_t ret_proof[MERKLE_PROOF][SHA256_BYTES], size_t *ret_n,
			   struct cavra_error *error)
{
	size_t n_proof = 0;
	int code = check_size(tree, index, error);
	for (uint64_t begin = 0, n = tree->size; code == 0 && n > 1;) {
		uint64_t left = split_of(n);
		bool go_left = index - begin < left;
		code = go_left ? range_root(tree, begin + left, n - left, ret_proof[n_proof++],
					    error)
			       : range_root(tree, begin, left, ret_proof[n_proof++], error);
		begin += go_left ? 0 : left;
		n = go_left ? left : n - left;
	}
	if (code < 0)
		return code;
	reverse(ret_proof, n_proof);
	*ret_n = n_proof;
	return 0;
}

/* The same down to the subtree that ends where the old tree did. Its own hash comes first, unless it is the whole old tree,
 * whose root who verifies knows.
 */
int merkle_prove_consistency(const struct merkle_tree *tree, uint64_t old_size,
			     uint8_t ret_proof[MERKLE_PROOF][SHA256_BYTES], size_t *ret_n,
			     struct cavra_error *error)
{
	size_t n_proof = 0;
	uint64_t begin = 0, n = tree->size;
	int code = check_size(tree, old_size - 1, error);
	while (code == 0 && begin + n != old_size) {
		uint64_t left = split_of(n);
		bool go_left = old_size - begin <= left;
		code = go_left ? range_root(tree, begin + left, n - left, ret_proof[n_proof++],
					    error)
			       : range_root(tree, begin, left, ret_proof[n_proof++], error);
		begin += go_left ? 0 : left;
		n = go_left ? left : n - left;
	}
	if (code == 0 && begin > 0)
		code = range_root(tree, begin, n, ret_proof[n_proof++], error);
	if (code < 0)
		return code;
	reverse(ret_proof, n_proof);
	*ret_n = n_proof;
	return 0;
}

/* ---- stored hashes ---- */

uint64_t merkle_stored_count(uint64_t size)
{
	/* Each subtree of two is stored once: size / 2 of level 1, size / 4 of level 2 ... */
	uint64_t count = 0;
	for (uint64_t n = size; n; n >>= 1)
		count += n;
	return count;
}

uint64_t merkle_stored_position(unsigned level, uint64_t index)
{
	/* It follows its last leaf and the smaller subtrees that end there. */
	uint64_t last = ((index + 1) << level) - 1;
	return merkle_stored_count(last) + level;
}
