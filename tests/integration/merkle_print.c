/* SPDX-License-Identifier: Apache-2.0
 *
 * For merkle.test.mjs: a line for every tree of up to COUNT leaves "0", "1", "2" ... with its root and the SHA-256 of all its
 * inclusion proofs and of all its consistency proofs, each with its number of hashes in front.
 */
#include <stdlib.h>

#include "../unit/merkle_tree.h"

static void add_proof(struct sha256 *state, uint8_t (*hash)[SHA256_BYTES], size_t n)
{
	char count = (char)n;
	sha256_add(state, str_make(&count, 1));
	sha256_add(state, str_make((const char *)hash, n * SHA256_BYTES));
}

static void print_hash(const uint8_t hash[SHA256_BYTES], char end)
{
	char hex[SHA256_HEX];
	digest_hex(hash, hex);
	printf("%s%c", hex, end);
}

/* All proofs that a tree has; each must also be found good. False: one was not. */
static bool print_tree(struct stored *stored, uint64_t size)
{
	struct merkle_tree tree = {stored_read, stored, size};
	struct merkle_head head = {.size = size};
	struct sha256 inclusion, consistency;
	uint8_t hash[MERKLE_PROOF][SHA256_BYTES], digest[SHA256_BYTES];
	bool good = merkle_root(&tree, head.root, NULL) == 0;
	sha256_init(&inclusion);
	sha256_init(&consistency);
	for (uint64_t i = 0; i < size; i++) {
		struct merkle_tree old_tree = {stored_read, stored, i + 1};
		struct merkle_head old = {.size = i + 1};
		struct merkle_proof proof = {hash, 0};
		good &= merkle_prove_inclusion(&tree, i, hash, &proof.n, NULL) == 0 &&
			merkle_verify_inclusion(&head, i,
						stored->hash[merkle_stored_position(0, i)], proof);
		add_proof(&inclusion, hash, proof.n);
		good &= merkle_root(&old_tree, old.root, NULL) == 0 &&
			merkle_prove_consistency(&tree, i + 1, hash, &proof.n, NULL) == 0 &&
			merkle_verify_consistency(&old, &head, proof);
		add_proof(&consistency, hash, proof.n);
	}
	printf("%llu ", (unsigned long long)size);
	print_hash(head.root, ' ');
	sha256_finish(&inclusion, digest);
	print_hash(digest, ' ');
	sha256_finish(&consistency, digest);
	print_hash(digest, '\n');
	return good;
}

int main(int argc, char **argv)
{
	static struct stored stored;
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	bool good = count <= STORED_LEAVES;
	if (good)
		stored_add_numbers(&stored, (unsigned)count);
	for (uint64_t size = 0; good && size <= count; size++)
		good = print_tree(&stored, size);
	return good ? 0 : 1;
}
