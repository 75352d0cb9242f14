/* SPDX-License-Identifier: Apache-2.0
 *
 * The envelopes of dsse/vectors.json in $CAVRA_VECTORS (default: ../shared/vectors beside the sources): each gets its
 * published verdict and, when it is good, has its published encoding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/dsse.h"
#include "json/json.h"

enum { KEYS = 8 };

static int digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static bool add_key(const json_t *root, struct str id, struct dsse_key *key)
{
	uint8_t bytes[KEY_PUBLIC_BYTES];
	struct key *public = NULL;
	struct str hex = STR("");
	json_t *one = json_object_getn(json_get_object(root, "keys"), id.p, id.n);
	if (!json_get_str(one, "public", &hex) || hex.n != 2 * sizeof bytes)
		return false;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(digit(hex.p[2 * i]) << 4 | digit(hex.p[2 * i + 1]));
	if (key_from_public_bytes(bytes, &public, NULL) < 0)
		return false;
	*key = (struct dsse_key){id, public};
	return true;
}

static bool is_supported(const json_t *test, const struct dsse *dsse)
{
	size_t i;
	const json_t *type;
	json_array_foreach (json_object_get(test, "supportedPayloadTypes"), i, type)
		if (str_eq(json_str(type), dsse_payload_type(dsse)))
			return true;
	return false;
}

static bool same_encoding(const json_t *test, const struct dsse *dsse)
{
	struct buf CLEANUP_BUF encoded, CLEANUP_BUF hex;
	struct str want = STR("");
	buf_init(&encoded, KiB(64));
	buf_init(&hex, KiB(128));
	dsse_encode(dsse_payload_type(dsse), dsse_payload(dsse), &encoded);
	for (size_t i = 0; i < encoded.n; i++)
		buf_add_format(&hex, "%02x", (unsigned char)encoded.p[i]);
	return json_get_str(test, "pae", &want) && str_eq(want, buf_str(&hex));
}

/* *ret_same: its encoding is what was signed, which is not so for those that were changed. */
static bool is_accepted(const json_t *test, const struct dsse_key *keys, size_t n_keys,
			bool *ret_same)
{
	char *text = json_dumps(json_object_get(test, "envelope"), 0);
	struct dsse CLEANUP_DSSE *dsse = NULL;
	json_int_t threshold = 0;
	size_t verified = 0;
	bool read = text && dsse_read(str_from(text), &dsse, NULL) == 0;
	free(text);
	*ret_same = !read || same_encoding(test, dsse);
	return read && json_get_int(test, "threshold", &threshold) && threshold > 0 &&
	       is_supported(test, dsse) && dsse_verify(dsse, keys, n_keys, &verified, NULL) == 0 &&
	       verified >= (size_t)threshold;
}

static bool run_test(const json_t *root, const json_t *test, unsigned *n_good)
{
	struct dsse_key keys[KEYS];
	struct str verdict = STR("");
	size_t n_keys = 0, i;
	const json_t *id;
	bool good = json_get_str(test, "expect", &verdict), same = true;
	json_array_foreach (json_object_get(test, "trustedKeys"), i, id) {
		good = good && i < KEYS && add_key(root, json_str(id), &keys[i]);
		n_keys += good;
	}
	bool want = str_is(verdict, "accept");
	*n_good += want;
	good = good && (want || str_is(verdict, "reject")) &&
	       is_accepted(test, keys, n_keys, &same) == want && (same || !want);
	for (i = 0; i < n_keys; i++)
		key_free((struct key *)keys[i].key);
	return good;
}

int main(void)
{
	static const char file[] = "dsse/vectors.json";
	const char *vectors = getenv("CAVRA_VECTORS"), *source = getenv("CAVRA_SOURCE");
	char path[4096];
	unsigned n = 0, n_good = 0;
	bool passed = true;
	size_t i;
	const json_t *test;
	(void)snprintf(path, sizeof path, "%s%s/%s",
		       vectors  ? vectors
		       : source ? source
				: ".",
		       vectors ? "" : "/../shared/vectors", file);
	if (!vectors && access(path, R_OK) != 0) {
		printf("1..0 # SKIP no envelopes; name the directory that has %s in CAVRA_VECTORS\n",
		       file);
		return 0;
	}
	json_t *root = json_load_file(path, 0, NULL);
	json_array_foreach (json_object_get(root, "vectors"), i, test) {
		bool good = run_test(root, test, &n_good);
		printf("%s %u - %s\n", good ? "ok" : "not ok", ++n,
		       json_string_value(json_object_get(test, "id")));
		passed = passed && good;
	}
	printf("1..%u\n", n);
	json_decref(root);
	/* An empty or wrong file must not look green. */
	return passed && n_good > 0 && n_good < n ? 0 : 1;
}
