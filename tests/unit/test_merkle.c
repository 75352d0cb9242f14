/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "merkle_tree.h"

/* The tree that implementations of RFC 6962 are tried on, since the one of Certificate Transparency: its entries, and the
 * root after each.
 */
static const struct {
	struct str entry;
	const char *root;
} rows[] = {
	{STR_INIT(""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	{STR_INIT("\0"), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
	{STR_INIT("\x10"), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
	{STR_INIT(" !"), "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
	{STR_INIT("01"), "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
	{STR_INIT("@ABC"), "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
	{STR_INIT("PQRSTUVW"), "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
	{STR_INIT("`abcdefghijklmno"),
	 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static void assert_hex(const uint8_t hash[SHA256_BYTES], const char *want, size_t row)
{
	char hex[SHA256_HEX];
	digest_hex(hash, hex);
	assert_row(strcmp(hex, want) == 0, row);
}

static void test_known_answers(void **state)
{
	static struct stored stored;
	struct merkle_tree tree = {stored_read, &stored, 0};
	struct cavra_error error;
	uint8_t root[SHA256_BYTES];
	(void)state;
	merkle_frontier_root(&stored.frontier, root);
	assert_hex(root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0);
	assert_int_equal(merkle_root(&tree, root, &error), 0);
	assert_hex(root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		stored_add(&stored, rows[i].entry);
		merkle_frontier_root(&stored.frontier, root);
		assert_hex(root, rows[i].root, i);
		tree.size = i + 1;
		assert_row(merkle_root(&tree, root, &error) == 0, i);
		assert_hex(root, rows[i].root, i);
	}
}

/* Positions without gaps, in the order in which the hashes become known. */
static void test_stored_positions(void **state)
{
	struct merkle_frontier frontier = {.size = 0};
	uint64_t position = 0;
	(void)state;
	for (uint64_t leaf = 0; leaf < 1000; leaf++) {
		static const uint8_t hash[SHA256_BYTES];
		assert_int_equal(merkle_stored_count(leaf), position);
		unsigned n = merkle_frontier_add(&frontier, hash, NULL);
		for (unsigned level = 0; level < n; level++)
			assert_int_equal(merkle_stored_position(level, leaf >> level), position++);
	}
	assert_int_equal(merkle_stored_position(61, 0), 2 * ((uint64_t)1 << 61) - 2);
	assert_int_equal(merkle_stored_count(MERKLE_SIZE_MAX), 2 * MERKLE_SIZE_MAX - 1);
}

static void test_frontier_is_loaded(void **state)
{
	static struct stored stored;
	struct merkle_frontier frontier;
	struct cavra_error error;
	uint8_t one[SHA256_BYTES], two[SHA256_BYTES];
	(void)state;
	stored_add_numbers(&stored, 37);
	struct merkle_tree tree = {stored_read, &stored, 37};
	assert_int_equal(merkle_frontier_load(&tree, &frontier, &error), 0);
	assert_int_equal(frontier.size, 37);
	merkle_leaf(STR("more"), one);
	(void)merkle_frontier_add(&frontier, one, NULL);
	(void)merkle_frontier_add(&stored.frontier, one, NULL);
	merkle_frontier_root(&frontier, one);
	merkle_frontier_root(&stored.frontier, two);
	assert_memory_equal(one, two, sizeof one);
}

static struct merkle_head head_of(struct stored *stored, uint64_t size)
{
	struct merkle_tree tree = {stored_read, stored, size};
	struct merkle_head head = {.size = size};
	struct cavra_error error;
	assert_int_equal(merkle_root(&tree, head.root, &error), 0);
	return head;
}

/* A good proof, and then every way to spoil it a little. */
static void try_inclusion(struct stored *stored, uint64_t index, uint64_t size)
{
	struct merkle_tree tree = {stored_read, stored, size};
	struct merkle_head head = head_of(stored, size);
	struct cavra_error error;
	uint8_t hash[MERKLE_PROOF + 1][SHA256_BYTES] = {{0}}, leaf[SHA256_BYTES];
	size_t n;
	assert_int_equal(merkle_prove_inclusion(&tree, index, hash, &n, &error), 0);
	memcpy(leaf, stored->hash[merkle_stored_position(0, index)], sizeof leaf);
	assert_true(merkle_verify_inclusion(&head, index, leaf, (struct merkle_proof){hash, n}));
	for (uint64_t other = 0; other <= size; other++)
		assert_true(other == index ||
			    !merkle_verify_inclusion(&head, other, leaf,
						     (struct merkle_proof){hash, n}));
	assert_false(
		merkle_verify_inclusion(&head, index, leaf, (struct merkle_proof){hash, n + 1}));
	for (size_t i = 0; i < n; i++) {
		assert_false(merkle_verify_inclusion(&head, index, leaf,
						     (struct merkle_proof){hash, i}));
		hash[i][7] ^= 1;
		assert_false(merkle_verify_inclusion(&head, index, leaf,
						     (struct merkle_proof){hash, n}));
		hash[i][7] ^= 1;
	}
	leaf[31] ^= 0x80;
	assert_false(merkle_verify_inclusion(&head, index, leaf, (struct merkle_proof){hash, n}));
}

static void try_consistency(struct stored *stored, uint64_t old_size, uint64_t size)
{
	struct merkle_tree tree = {stored_read, stored, size};
	struct merkle_head head = head_of(stored, size), old = head_of(stored, old_size);
	struct cavra_error error;
	uint8_t hash[MERKLE_PROOF + 1][SHA256_BYTES] = {{0}};
	size_t n;
	assert_int_equal(merkle_prove_consistency(&tree, old_size, hash, &n, &error), 0);
	struct merkle_proof proof = {hash, n};
	assert_true(merkle_verify_consistency(&old, &head, proof));
	for (size_t i = 0; i < n; i++) {
		assert_false(
			merkle_verify_consistency(&old, &head, (struct merkle_proof){hash, i}));
		hash[i][0] ^= 4;
		assert_false(merkle_verify_consistency(&old, &head, proof));
		hash[i][0] ^= 4;
	}
	assert_false(merkle_verify_consistency(&old, &head, (struct merkle_proof){hash, n + 1}));
	if (old_size < size)
		assert_false(merkle_verify_consistency(&head, &old, proof));
	old.root[0] ^= 1;
	assert_false(merkle_verify_consistency(&old, &head, proof));
	old.root[0] ^= 1;
	head.root[0] ^= 1;
	assert_false(merkle_verify_consistency(&old, &head, proof));
}

static void test_proofs(void **state)
{
	static struct stored stored;
	(void)state;
	stored_add_numbers(&stored, 70);
	for (uint64_t size = 1; size <= 70; size++)
		for (uint64_t one = 0; one < size; one++) {
			try_inclusion(&stored, one, size);
			try_consistency(&stored, one + 1, size);
		}
}

static void test_nothing_to_prove(void **state)
{
	static struct stored stored;
	uint8_t hash[MERKLE_PROOF][SHA256_BYTES] = {{0}};
	struct merkle_proof none = {hash, 0};
	struct cavra_error error;
	size_t n = 99;
	(void)state;
	stored_add_numbers(&stored, 5);
	struct merkle_head empty = head_of(&stored, 0), five = head_of(&stored, 5);
	assert_false(merkle_verify_inclusion(&empty, 0, empty.root, none));
	assert_false(merkle_verify_consistency(&empty, &five, none));
	assert_false(merkle_verify_consistency(&empty, &empty, none));
	static const struct {
		uint64_t size, index, old_size;
	} bad[] = {{0, 0, 0}, {5, 5, 6}, {5, 99, 99}, {5, 5, 0}, {MERKLE_SIZE_MAX + 1, 5, 5}};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct merkle_tree tree = {stored_read, &stored, bad[i].size};
		assert_row(merkle_prove_inclusion(&tree, bad[i].index, hash, &n, &error) ==
				   CAVRA_ERR_INPUT,
			   i);
		assert_row(merkle_prove_consistency(&tree, bad[i].old_size, hash, &n, &error) ==
				   CAVRA_ERR_INPUT,
			   i);
	}
	/* The reader's own error comes through. */
	struct merkle_tree tree = {stored_read, &stored, 9};
	assert_int_equal(merkle_prove_inclusion(&tree, 0, hash, &n, &error), CAVRA_ERR_NOT_FOUND);
	assert_int_equal(merkle_prove_consistency(&tree, 3, hash, &n, &error), CAVRA_ERR_NOT_FOUND);
	assert_int_equal(merkle_root(&tree, hash[0], &error), CAVRA_ERR_NOT_FOUND);
	assert_int_equal(n, 99);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),      cmocka_unit_test(test_stored_positions),
		cmocka_unit_test(test_frontier_is_loaded), cmocka_unit_test(test_proofs),
		cmocka_unit_test(test_nothing_to_prove),
	};
	return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
