/* SPDX-License-Identifier: Apache-2.0
 *
 * Inclusion and consistency proofs of transparency-dev/merkle, good and bad, as the files below rfc6962/inclusion and
 * rfc6962/consistency in $CAVRA_VECTORS (default: ../shared/vectors beside the sources): each gets its published verdict.
 */
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/base64.h"
#include "crypto/merkle.h"
#include "json/json.h"

enum { HASHES = 100 };

/* False for what is no hash; no proof with such a thing holds. */
static bool hash_of(const json_t *value, uint8_t ret_hash[SHA256_BYTES])
{
	size_t n = 0;
	return base64_decode(json_str(value), ret_hash, SHA256_BYTES, &n) && n == SHA256_BYTES;
}

/* Some roots are a short text instead, the same in both places: they stand for any hash. */
static bool member_root(const json_t *test, const char *name, uint8_t ret_hash[SHA256_BYTES])
{
	size_t n = 0;
	memset(ret_hash, 0, SHA256_BYTES);
	return base64_decode(json_str(json_object_get(test, name)), ret_hash, SHA256_BYTES, &n);
}

static bool member_hash(const json_t *test, const char *name, uint8_t ret_hash[SHA256_BYTES])
{
	return hash_of(json_object_get(test, name), ret_hash);
}

/* One of them is a subtraction that went wrong: larger than any json_int_t. */
static uint64_t number(const json_t *test, const char *name)
{
	double n = json_real_value(json_object_get(test, name));
	return n < 0x1p64 ? (uint64_t)n : UINT64_MAX;
}

static bool proof_of(const json_t *test, uint8_t hash[HASHES][SHA256_BYTES], size_t *ret_n)
{
	const json_t *list = json_object_get(test, "proof");
	*ret_n = json_array_size(list);
	for (size_t i = 0; i < *ret_n; i++)
		if (i >= HASHES || !hash_of(json_array_get(list, i), hash[i]))
			return false;
	return true;
}

static bool holds(const json_t *test)
{
	static uint8_t hash[HASHES][SHA256_BYTES];
	uint8_t leaf[SHA256_BYTES];
	struct merkle_proof proof = {hash, 0};
	if (!proof_of(test, hash, &proof.n))
		return false;
	if (json_object_get(test, "leafIdx")) {
		struct merkle_head head = {.size = number(test, "treeSize")};
		return member_hash(test, "leafHash", leaf) &&
		       member_root(test, "root", head.root) &&
		       merkle_verify_inclusion(&head, number(test, "leafIdx"), leaf, proof);
	}
	struct merkle_head old = {.size = number(test, "size1")},
			   head = {.size = number(test, "size2")};
	return member_root(test, "root1", old.root) && member_root(test, "root2", head.root) &&
	       merkle_verify_consistency(&old, &head, proof);
}

struct count {
	unsigned n, n_good;
	bool failed;
};

static void run_file(const char *path, struct count *count)
{
	json_t *test = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
	bool is_bad = true;
	bool passed = json_get_bool(test, "wantErr", &is_bad) && holds(test) != is_bad;
	printf("%s %u - %s\n", passed ? "ok" : "not ok", ++count->n, path);
	count->n_good += !is_bad;
	count->failed |= !passed;
	json_decref(test);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void run_all(char *inclusion, char *consistency, struct count *count)
{
	char *paths[] = {inclusion, consistency, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	for (FTSENT *entry; walk && (entry = fts_read(walk));)
		if (entry->fts_info == FTS_F && str_ends(str_from(entry->fts_name), STR(".json")))
			run_file(entry->fts_path, count);
	if (walk)
		(void)fts_close(walk);
}

int main(void)
{
	const char *vectors = getenv("CAVRA_VECTORS"), *source = getenv("CAVRA_SOURCE");
	char inclusion[4096], consistency[4096];
	struct count count = {.n = 0};
	const char *in = vectors ? "" : "/../shared/vectors";
	const char *directory = vectors ? vectors : source ? source : ".";
	(void)snprintf(inclusion, sizeof inclusion, "%s%s/rfc6962/inclusion", directory, in);
	(void)snprintf(consistency, sizeof consistency, "%s%s/rfc6962/consistency", directory, in);
	if (!vectors && access(inclusion, R_OK) != 0) {
		printf("1..0 # SKIP no Merkle proofs; name the directory that has rfc6962/ in CAVRA_VECTORS\n");
		return 0;
	}
	run_all(inclusion, consistency, &count);
	printf("1..%u\n", count.n);
	/* An empty or wrong directory must not look green. */
	return !count.failed && count.n >= 100 && count.n_good >= 10 && count.n_good < count.n ? 0
											       : 1;
}
