/* SPDX-License-Identifier: Apache-2.0
 *
 * Envelopes. The published ones stand in test_dsse_vectors.c, what other programs make of ours in the integration tests.
 */
#include "unit.h"

#include "crypto/dsse.h"

#define TYPE "application/vnd.in-toto+json"

static struct key *new_key(void)
{
	struct cavra_error error;
	struct key *key = NULL;
	assert_int_equal(key_generate(&key, &error), 0);
	return key;
}

static size_t verified(const struct dsse *dsse, const struct dsse_key *keys, size_t n_keys)
{
	struct cavra_error error;
	size_t n = 99;
	assert_int_equal(dsse_verify(dsse, keys, n_keys, &n, &error), 0);
	return n;
}

static void test_encoding(void **state)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, KiB(1));
	(void)state;
	dsse_encode(STR("http://example.com/HelloWorld"), STR("hello world"), &out);
	assert_str(buf_str(&out), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

static void test_both_ways(void **state)
{
	struct key CLEANUP_KEY *one = new_key(), CLEANUP_KEY *two = new_key(),
			       CLEANUP_KEY *three = new_key();
	const struct dsse_key keys[] = {
		{STR("one"), one}, {STR("two"), two}, {STR("three"), three}, {STR("uno"), one}};
	struct dsse CLEANUP_DSSE *dsse = NULL;
	struct cavra_error error;
	struct buf CLEANUP_BUF out;
	buf_init(&out, KiB(4));
	(void)state;
	assert_int_equal(dsse_sign(STR(TYPE), STR("{\"a\\\": 1}"), keys, 2, &out, &error), 0);
	assert_true(str_find_char(buf_str(&out), '\n') == STR_NPOS);
	assert_int_equal(dsse_read(buf_str(&out), &dsse, &error), 0);
	assert_str(dsse_payload(dsse), "{\"a\\\": 1}");
	assert_str(dsse_payload_type(dsse), TYPE);
	assert_str(dsse_key_hint(dsse), "one");
	assert_int_equal(verified(dsse, keys, 3), 2);
	assert_int_equal(verified(dsse, keys, 1), 1);
	assert_int_equal(verified(dsse, keys + 2, 1), 0);
	assert_int_equal(verified(dsse, keys, 0), 0);
	/* Under another name it is the same key, and the name is no reason to believe anything. */
	assert_int_equal(verified(dsse, keys, 4), 2);
	assert_int_equal(verified(dsse, &(struct dsse_key){STR("one"), three}, 1), 0);
	assert_int_equal(verified(dsse, &(struct dsse_key){STR("x"), two}, 1), 1);
}

static void test_every_character_counts(void **state)
{
	struct key CLEANUP_KEY *key = new_key();
	const struct dsse_key signer = {STR("k"), key};
	struct cavra_error error;
	struct buf CLEANUP_BUF out;
	buf_init(&out, KiB(4));
	(void)state;
	assert_int_equal(dsse_sign(STR(TYPE), STR("payload"), &signer, 1, &out, &error), 0);
	size_t hint = str_find(buf_str(&out), STR("\"keyid\":\"k\"")) + sizeof "\"keyid\":\"" - 1;
	for (size_t i = 0; i < out.n; i++) {
		struct dsse CLEANUP_DSSE *dsse = NULL;
		out.p[i] = (char)(out.p[i] ^ 1);
		bool good = dsse_read(buf_str(&out), &dsse, &error) == 0 &&
			    verified(dsse, &signer, 1) == 1;
		/* The name of the member for the id is not signed either. */
		assert_row(!good || (i <= hint && i + 8 >= hint), i);
		out.p[i] = (char)(out.p[i] ^ 1);
	}
}

static void test_broken_envelopes(void **state)
{
	static const char *const rows[] = {
		"",
		"[]",
		"{}",
		"{\"payload\":\"\",\"payloadType\":\"t\"}",
		"{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}",
		"{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":{}}",
		"{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{}]}",
		"{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":1}]}",
		"{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\",\"keyid\":1}]}",
		"{\"payload\":\"\",\"payloadType\":\"\",\"signatures\":[{\"sig\":\"\"}]}",
		"{\"payload\":\"\",\"payloadType\":7,\"signatures\":[{\"sig\":\"\"}]}",
		"{\"payload\":7,\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}",
		"{\"payload\":\"Zg\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}",
		"{\"payload\":\"-+++\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}",
		"{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}]}",
	};
	struct cavra_error error;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct dsse CLEANUP_DSSE *dsse = NULL;
		assert_row(dsse_read(str_from(rows[i]), &dsse, &error) == CAVRA_ERR_INPUT, i);
	}
	struct dsse CLEANUP_DSSE *dsse = NULL;
	assert_int_equal(dsse_read(STR("{\"payload\":\"-_-_\",\"payloadType\":\"t\",\"more\":1,"
				       "\"signatures\":[{\"sig\":\"\",\"cert\":\"\"}]}"),
				   &dsse, &error),
			 0);
}

static int read_with(size_t n_signatures)
{
	struct dsse CLEANUP_DSSE *dsse = NULL;
	struct cavra_error error;
	struct buf CLEANUP_BUF text;
	buf_init(&text, MiB(1));
	buf_add_c(&text, "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[");
	for (size_t i = 0; i < n_signatures; i++)
		buf_add_format(&text, "%s{\"sig\":\"\"}", i ? "," : "");
	buf_add_c(&text, "]}");
	return dsse_read(buf_str(&text), &dsse, &error);
}

static void test_what_is_refused(void **state)
{
	static const struct str types[] = {STR_INIT(""), STR_INIT("\xff")};
	struct key CLEANUP_KEY *key = new_key();
	const struct dsse_key signer = {STR("k"), key};
	struct cavra_error error;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct buf CLEANUP_BUF out;
		buf_init(&out, KiB(4));
		assert_row(dsse_sign(types[i], STR("x"), &signer, 1, &out, &error) ==
				   CAVRA_ERR_INPUT,
			   i);
	}
	struct buf CLEANUP_BUF small;
	buf_init(&small, 20);
	assert_int_equal(dsse_sign(STR("t"), STR("x"), &signer, 1, &small, &error),
			 CAVRA_ERR_LIMIT);
	assert_int_equal(read_with(LIMIT_DSSE_SIGNATURES), 0);
	assert_int_equal(read_with(LIMIT_DSSE_SIGNATURES + 1), CAVRA_ERR_LIMIT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_every_character_counts),
		cmocka_unit_test(test_broken_envelopes),
		cmocka_unit_test(test_what_is_refused),
	};
	return cmocka_run_group_tests_name("dsse", tests, NULL, NULL);
}
