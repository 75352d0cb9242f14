/* SPDX-License-Identifier: Apache-2.0
 *
 * The quick check of entries: it decides as entry_read() does, about entries that only just are or are not.
 */
#include "unit.h"

#include "ledger/entry_check.h"

#include "base/array.h"
#include "base/limits.h"
#include "json/canonical_scan.h"

/* What a body is made of, and whether the scanner alone can tell that it is canonical. */
static const struct {
	const char *body;
	bool is_entry, is_sure;
} bodies[] = {
	{"{}", true, true},
	{"{\"a\":1,\"b\":[true,false,null,{}],\"c\":\"\"}", true, true},
	{"{\"a\":-1,\"b\":999999999999999}", true, true},
	{"{\"a\":\"\\b\\f\\n\\r\\t\\\"\\\\\\u0001\\u001f\"}", true, true},
	{"{\"a\":\"\xc3\xbc \xf0\x9f\x98\x80\"}", true, true},
	{"{\"\":1,\"a\":2}", true, true},
	/* Right, and not for the scanner to say. */
	{"{\"a\":0.5}", true, false},
	{"{\"a\":1e+21}", true, false},
	{"{\"a\":9007199254740991}", true, false},
	{"{\"a\":\"\\u0000\"}", true, false},
	{"{\"\xc3\xbc\":1}", true, false},
	/* Wrong. */
	{"{ }", false, false},
	{"{\"a\": 1}", false, false},
	{"{\"a\":1,}", false, false},
	{"{,\"a\":1}", false, false},
	{"{\"b\":1,\"a\":2}", false, false},
	{"{\"a\":1,\"a\":1}", false, false},
	{"{\"a\":[1,]}", false, false},
	{"{\"a\":[,1]}", false, false},
	{"{\"a\":[1 ]}", false, false},
	{"{\"a\":-0}", false, false},
	{"{\"a\":01}", false, false},
	{"{\"a\":1.0}", false, false},
	{"{\"a\":1e2}", false, false},
	{"{\"a\":9007199254740993}", false, false},
	{"{\"a\":\"\\u0041\"}", false, false},
	{"{\"a\":\"\\u001F\"}", false, false},
	{"{\"a\":\"\\u000a\"}", false, false},
	{"{\"a\":\"\\/\"}", false, false},
	{"{\"a\":\"\t\"}", false, false},
	{"{\"a\":\"\xff\"}", false, false},
	{"{\"a\":\"\xed\xa0\x80\"}", false, false},
	{"{\"a\":\"\\ud800\"}", false, false},
	{"{\"a\":truE}", false, false},
	{"{\"a\":nul}", false, false},
	{"{\"a\":}", false, false},
	{"{\"a\"}", false, false},
	{"{\"a\":1", false, false},
};

static void add_hashed(struct buf *line, const char *front, const char *back)
{
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	sha256_init(&state);
	sha256_add(&state, str_from(front));
	sha256_add(&state, str_from(back));
	sha256_finish(&state, digest);
	digest_hex(digest, hex);
	buf_add_format(line, "%s,\"record_hash\":\"%s\"%s", front, hex, back);
}

static void make_line(struct buf *line, const char *body, const char *event)
{
	struct buf CLEANUP_BUF front;
	buf_init(&front, KiB(64));
	buf_add_format(&front, "{\"body\":%s,\"event_type\":%s,\"previous_hash\":null", body,
		       event);
	add_hashed(line, front.p,
		   ",\"schema_version\":\"" ENTRY_SCHEMA "\",\"sequence\":1,\"session_id\":\"s\","
		   "\"timestamp\":\"2026-01-02T03:04:05.000006+00:00\"}");
}

static void check(struct str line, bool is_entry, const char *what)
{
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	struct entry_view view;
	struct cavra_error error, other;
	int quick = entry_check(line, &view, &error), thorough = entry_read(line, &entry, &other);
	if (quick != thorough || (quick == 0) != is_entry)
		fail_msg("%s: %d and %d", what, quick, thorough);
}

static void test_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct buf CLEANUP_BUF line;
		struct str rest = str_from(bodies[i].body);
		buf_init(&line, KiB(64));
		make_line(&line, bodies[i].body, "\"cavra.x\"");
		check(buf_str(&line), bodies[i].is_entry, bodies[i].body);
		bool sure = json_scan_canonical(&rest) && !rest.n;
		if (sure != bodies[i].is_sure)
			fail_msg("%s: %d", bodies[i].body, sure);
	}
}

static void test_depth(void **state)
{
	(void)state;
	for (int depth = JSON_SCAN_DEPTH - 2; depth < LIMIT_JSON_DEPTH + 4; depth++) {
		struct buf CLEANUP_BUF body;
		struct buf CLEANUP_BUF line;
		buf_init(&body, KiB(4));
		buf_init(&line, KiB(8));
		for (int i = 0; i < depth; i++)
			buf_add_c(&body, "{\"a\":");
		buf_add_c(&body, "1");
		for (int i = 0; i < depth; i++)
			buf_add_c(&body, "}");
		make_line(&line, body.p, "\"x\"");
		struct ledger_entry CLEANUP_ENTRY entry = {0};
		check(buf_str(&line), entry_read(buf_str(&line), &entry, NULL) == 0, "depth");
	}
}

static void test_own(void **state)
{
	static const struct {
		const char *event;
		bool is_own;
	} events[] = {{"\"cavra.ledger.created\"", true}, {"\"cavra.ledger.\"", true},
		      {"\"cavra.ledger.\\n\"", true},     {"\"cavra.ledger\"", false},
		      {"\"x\\tcavra.ledger.\"", false},   {"\"\"", false}};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		struct buf CLEANUP_BUF line;
		struct entry_view view;
		struct cavra_error error;
		buf_init(&line, KiB(4));
		make_line(&line, "{}", events[i].event);
		if (entry_check(buf_str(&line), &view, &error) < 0)
			fail_msg("%s: %s", events[i].event, error.text);
		if (view.is_own != events[i].is_own)
			fail_msg("%s", events[i].event);
	}
}

/* Nothing stands between the members, and none is missing. */
static void test_frame(void **state)
{
	static const char *const fronts[] = {
		"{\"body\":{},\"event_type\":\"x\",\"more\":1,\"previous_hash\":null",
		"{\"body\":{},\"c\":1,\"event_type\":\"x\",\"previous_hash\":null",
		"{\"body\":{},\"event_type\":1,\"previous_hash\":null",
		"{\"body\":{},\"previous_hash\":null",
		"{\"body\":{} ,\"event_type\":\"x\",\"previous_hash\":null",
	};
	static const char *const backs[] = {
		",\"schema_version\":\"" ENTRY_SCHEMA "\",\"sequence\":1,\"session_id\":\"s\","
		"\"timestamp\":\"2026-13-02T03:04:05Z\"}",
		",\"schema_version\":\"" ENTRY_SCHEMA "\",\"sequence\":1,\"session_id\":\"s\","
		"\"timestamp\":\"2026-01-02T03:04:05Z\"} ",
		",\"schema_version\":\"" ENTRY_SCHEMA "\",\"sequence\":1,\"session_id\":\"s\","
		"\"timestamp\":\"2026-01-02T03:04:05Z\",\"z\":1}",
		",\"schema_version\":\"" ENTRY_SCHEMA "\",\"sequence\":1,\"session_id\":\"s\"}",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fronts) + ARRAY_SIZE(backs); i++) {
		struct buf CLEANUP_BUF line;
		bool front = i < ARRAY_SIZE(fronts);
		buf_init(&line, KiB(4));
		add_hashed(&line,
			   front ? fronts[i]
				 : "{\"body\":{},\"event_type\":\"x\",\"previous_hash\":null",
			   front ? ",\"schema_version\":\"" ENTRY_SCHEMA
				   "\",\"sequence\":1,\"session_id\":\"s\",\"timestamp\":\"2026-01-"
				   "02T03:04:05Z\"}"
				 : backs[i - ARRAY_SIZE(fronts)]);
		check(buf_str(&line), false, line.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
