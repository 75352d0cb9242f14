/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of the ledger: written, chained, read, and every byte of a line counts.
 */
#include "unit.h"

#include "ledger/entry.h"

#include "base/array.h"
#include "base/limits.h"
#include "json/json.h"

static const int64_t when = 1767323045000006; /* 2026-01-02T03:04:05.000006+00:00 */

static json_t *json_of(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	assert_non_null(json);
	return json;
}

static void write_entry(struct buf *out, struct ledger_head *head, const char *body)
{
	struct cavra_error error;
	struct ledger_draft draft = {"cavra.test", STR("s\"1"), json_of(body)};
	assert_int_equal(entry_write(out, head, &draft, when, &error), 0);
	json_decref(draft.body);
}

static void test_line(void **state)
{
	struct buf CLEANUP_BUF out;
	struct ledger_head head = {0};
	(void)state;
	buf_init(&out, KiB(64));
	write_entry(&out, &head, "{\"b\": 1.0, \"a\": \"\\u00e9\"}");
	/* The hash was computed by another program. */
	assert_string_equal(
		out.p,
		"{\"body\":{\"a\":\"é\",\"b\":1},\"event_type\":\"cavra.test\",\"previous_hash\":null,"
		"\"record_hash\":\"4785ef8be8b6464619770b5e779ab907e9c6092e8c76b6d2a01b0a1c16ec582b\","
		"\"schema_version\":\"cavra.ledger.entry.v1\",\"sequence\":1,\"session_id\":\"s\\\"1\","
		"\"timestamp\":\"2026-01-02T03:04:05.000006+00:00\"}");
	assert_int_equal(head.sequence, 1);
}

static void test_chain(void **state)
{
	struct buf CLEANUP_BUF first;
	struct buf CLEANUP_BUF second;
	struct ledger_head head = {0};
	struct entry_link a, b;
	(void)state;
	buf_init(&first, KiB(64));
	buf_init(&second, KiB(64));
	write_entry(&first, &head, "{}");
	write_entry(&second, &head, "{\"record_hash\": \",\\\"record_hash\\\":\\\"\"}");
	assert_true(entry_link(buf_str(&first), &a, NULL));
	assert_true(entry_link(buf_str(&second), &b, NULL));
	assert_int_equal(a.sequence, 1);
	assert_int_equal(b.sequence, 2);
	assert_string_equal(a.previous_hash, "");
	assert_string_equal(b.previous_hash, a.record_hash);
	assert_string_equal(head.record_hash, b.record_hash);
}

static void test_every_byte_counts(void **state)
{
	struct buf CLEANUP_BUF line;
	struct ledger_head head = {0};
	struct entry_link link;
	(void)state;
	buf_init(&line, KiB(64));
	write_entry(&line, &head, "{\"target\": \"x\", \"n\": [1, true, null]}");
	for (size_t i = 0; i < line.n; i++) {
		line.p[i] ^= 1;
		assert_false(entry_link(buf_str(&line), &link, NULL));
		line.p[i] ^= 1;
		assert_false(entry_link(str_first(buf_str(&line), i), &link, NULL));
	}
	assert_true(entry_link(buf_str(&line), &link, NULL));
}

/* With a hash that fits: what is refused is the form. */
static void seal(struct buf *out, const char *front, const char *back)
{
	struct sha256 sha;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	sha256_init(&sha);
	sha256_add(&sha, str_from(front));
	sha256_add(&sha, str_from(back));
	sha256_finish(&sha, digest);
	digest_hex(digest, hex);
	buf_clear(out);
	buf_add_format(out, "%s,\"record_hash\":\"%s\"%s", front, hex, back);
}

static void test_forms(void **state)
{
#define BACK                                                                                 \
	",\"schema_version\":\"cavra.ledger.entry.v1\",\"sequence\":1,\"session_id\":\"s\"," \
	"\"timestamp\":\"2026-01-02T03:04:05+00:00\"}"
#define FRONT(body) "{\"body\":" body ",\"event_type\":\"t\",\"previous_hash\":null"
	static const struct {
		const char *front, *back, *wrong; /* NULL: it is an entry */
	} cases[] = {
		{FRONT("{}"), BACK, NULL},
		{FRONT("{\"a\":1,\"a\":2}"), BACK, "duplicate"},
		{FRONT("{ }"), BACK, "not canonical"},
		{FRONT("{\"b\":1,\"a\":2}"), BACK, "not canonical"},
		{FRONT("{\"a\":1.0}"), BACK, "not canonical"},
		{FRONT("{\"a\":\"\\u0041\"}"), BACK, "not canonical"},
		{FRONT("{\"a\":}"), BACK, "value is missing"},
		{"{\"body\":{},\"event_type\":\"t\",\"more\":1,\"previous_hash\":null", BACK,
		 "other members"},
		{"{\"body\":{},\"previous_hash\":null", BACK, "event_type"},
		{FRONT("{}"),
		 ",\"schema_version\":\"cavra.ledger.entry.v1\",\"sequence\":0,\"session_id\":\"s\"}",
		 "sequence"},
		{FRONT("{}"),
		 ",\"schema_version\":\"cavra.ledger.entry.v1\",\"sequence\":01,\"session_id\":\"s\"}",
		 "sequence"},
		{FRONT("{}"),
		 ",\"schema_version\":\"cavra.ledger.entry.v2\",\"sequence\":1,\"session_id\":\"s\"}",
		 "schema_version"},
		{FRONT("{}"),
		 ",\"schema_version\":\"cavra.ledger.entry.v1\",\"sequence\":1,\"session_id\":\"s\","
		 "\"timestamp\":\"yesterday\"}",
		 "timestamp"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf CLEANUP_BUF line;
		struct cavra_error error;
		struct ledger_entry CLEANUP_ENTRY entry = {0};
		buf_init(&line, KiB(64));
		seal(&line, cases[i].front, cases[i].back);
		int code = entry_read(buf_str(&line), &entry, &error);
		if (!cases[i].wrong) {
			assert_int_equal(code, 0);
			continue;
		}
		assert_int_equal(code, CAVRA_ERR_INPUT);
		if (!strstr(error.text, cases[i].wrong))
			fail_msg("case %zu: %s", i, error.text);
	}
}

static json_t *text_of(size_t n)
{
	char *text = malloc(n);
	assert_non_null(text);
	memset(text, 'x', n);
	json_t *string = json_stringn(text, n);
	free(text);
	return string;
}

/* As large as a body may be beside LIMIT_LEDGER_FRAME_BYTES, one more, and far more. */
static void test_large(void **state)
{
	static const size_t sizes[] = {60000, 61420, 61424, 100000, 4000000};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct buf CLEANUP_BUF line;
		struct ledger_head head = {0};
		struct cavra_error error;
		struct ledger_entry CLEANUP_ENTRY entry = {0};
		buf_init(&line, KiB(128));
		struct ledger_draft draft = {"cavra.test", STR("s"),
					     json_pack("{s:o}", "t", text_of(sizes[i]))};
		assert_int_equal(entry_write(&line, &head, &draft, when, &error), 0);
		assert_true(line.n <= LIMIT_LEDGER_ENTRY_BYTES);
		assert_int_equal(entry_read(buf_str(&line), &entry, &error), 0);
		bool cut = strstr(line.p, "[cut: ");
		assert_int_equal(cut, i >= 2);
		json_decref(draft.body);
	}
}

static void test_long_list(void **state)
{
	struct buf CLEANUP_BUF line;
	struct ledger_head head = {0};
	struct cavra_error error;
	json_t *list = json_array();
	(void)state;
	buf_init(&line, KiB(128));
	for (int i = 0; i < 1000; i++)
		json_array_append_new(list, text_of(500));
	struct ledger_draft draft = {"cavra.test", STR("s"), json_pack("{s:o}", "t", list)};
	assert_int_equal(entry_write(&line, &head, &draft, when, &error), 0);
	assert_non_null(strstr(line.p, "{\"omitted\":936}"));
	json_decref(draft.body);
}

static void test_session_id(void **state)
{
	char id[LIMIT_SESSION_ID_BYTES + 1];
	struct cavra_error error;
	(void)state;
	memset(id, '\001', sizeof id); /* as long as it gets once it is escaped */
	for (size_t n = LIMIT_SESSION_ID_BYTES; n <= sizeof id; n++) {
		struct buf CLEANUP_BUF line;
		struct ledger_head head = {0};
		buf_init(&line, KiB(128));
		struct ledger_draft draft = {"cavra.test", str_make(id, n), json_object()};
		assert_int_equal(entry_write(&line, &head, &draft, when, &error),
				 n > LIMIT_SESSION_ID_BYTES ? CAVRA_ERR_LIMIT : 0);
		json_decref(draft.body);
	}
	struct buf CLEANUP_BUF line;
	struct ledger_head head = {0};
	buf_init(&line, KiB(128));
	struct ledger_draft draft = {"cavra.test", STR("\xff"), json_object()};
	assert_int_equal(entry_write(&line, &head, &draft, when, &error), CAVRA_ERR_INPUT);
	json_decref(draft.body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_long_list),
		cmocka_unit_test(test_session_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
