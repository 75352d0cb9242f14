/* SPDX-License-Identifier: Apache-2.0
 *
 * The Ed25519 vectors of C2SP Wycheproof, as wycheproof/ed25519_test.json in $CAVRA_VECTORS (default: ../shared/vectors
 * beside the sources): each gets its published verdict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/key.h"
#include "json/json.h"

static int digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static struct str bytes_of(const json_t *test, const char *name, char *room, size_t size)
{
	struct str hex = STR("");
	if (!json_get_str(test, name, &hex) || hex.n / 2 > size)
		return str_make(NULL, 0);
	for (size_t i = 0; i < hex.n / 2; i++)
		room[i] = (char)(digit(hex.p[2 * i]) << 4 | digit(hex.p[2 * i + 1]));
	return str_make(room, hex.n / 2);
}

static bool run_test(const struct key *key, const json_t *test, unsigned *n_valid)
{
	static char message[4096], signature[4096];
	struct str verdict = STR("");
	(void)json_get_str(test, "result", &verdict);
	bool want = str_is(verdict, "valid");
	*n_valid += want;
	return (want || str_is(verdict, "invalid")) &&
	       want == key_verify(key, bytes_of(test, "msg", message, sizeof message),
				  bytes_of(test, "sig", signature, sizeof signature));
}

static bool run_group(const json_t *group, unsigned *n, unsigned *n_valid)
{
	struct str pem = STR(""), comment = STR("");
	struct key CLEANUP_KEY *key = NULL;
	struct cavra_error error;
	const json_t *test;
	size_t i;
	bool passed = json_get_str(group, "publicKeyPem", &pem) &&
		      key_read_public(pem, &key, &error) == 0;
	json_array_foreach (json_object_get(group, "tests"), i, test) {
		(void)json_get_str(test, "comment", &comment);
		bool good = passed && run_test(key, test, n_valid);
		printf("%s %u - tcId %lld %.*s\n", good ? "ok" : "not ok", ++*n,
		       json_integer_value(json_object_get(test, "tcId")), STR_ARG(comment));
		passed = passed && good;
	}
	return passed;
}

/* NULL: there are none, or (*ret_status is not 0) they cannot be read. */
static json_t *load_vectors(int *ret_status)
{
	static const char file[] = "wycheproof/ed25519_test.json";
	const char *vectors = getenv("CAVRA_VECTORS"), *source = getenv("CAVRA_SOURCE");
	char path[4096];
	if (vectors)
		(void)snprintf(path, sizeof path, "%s/%s", vectors, file);
	else
		(void)snprintf(path, sizeof path, "%s/../shared/vectors/%s", source ? source : ".",
			       file);
	*ret_status = 0;
	if (!vectors && access(path, R_OK) != 0) {
		printf("1..0 # SKIP no Wycheproof vectors; name the directory that has %s in CAVRA_VECTORS\n",
		       file);
		return NULL;
	}
	json_t *root = json_load_file(path, 0, NULL);
	if (!root) {
		*ret_status = 1;
		printf("1..1\nnot ok 1 - %s cannot be read\n", path);
	}
	return root;
}

int main(void)
{
	int status;
	unsigned n = 0, n_valid = 0;
	json_t *root = load_vectors(&status);
	const json_t *group;
	size_t i;
	if (!root)
		return status;
	bool passed = true;
	printf("1..%lld\n", json_integer_value(json_object_get(root, "numberOfTests")));
	json_array_foreach (json_object_get(root, "testGroups"), i, group)
		passed &= run_group(group, &n, &n_valid);
	json_decref(root);
	/* An empty or wrong file must not look green. */
	return passed && n >= 100 && n_valid >= 50 && n_valid < n ? 0 : 1;
}
