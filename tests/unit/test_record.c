/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "decide/record.h"
#include "json/json.h"

static const unsigned char random_bytes[RECORD_RANDOM_BYTES] = {0x00, 0x01, 0xab, 0xcd, 0xef, 0xff,
								0x10, 0x20, 0x30, 0x40, 0x50, 0x60};

static void test_stamp(void **state)
{
	static const struct {
		int64_t seconds;
		unsigned microseconds;
		const char *timestamp;
	} rows[] = {
		{0, 0, "1970-01-01T00:00:00.000000+00:00"},
		{1769903999, 1, "2026-01-31T23:59:59.000001+00:00"},
		{951782400, 999999, "2000-02-29T00:00:00.999999+00:00"},
	};
	struct record_stamp stamp, other;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		record_stamp_make(&stamp, random_bytes, rows[i].seconds, rows[i].microseconds,
				  STR(""));
		assert_string_equal(stamp.timestamp, rows[i].timestamp);
	}
	assert_string_equal(stamp.decision_id, "dec_0001abcdefff");
	assert_string_equal(stamp.correlation_id, "corr_102030405060");

	record_stamp_make(&stamp, random_bytes, 0, 0, STR("session"));
	static const unsigned char other_bytes[RECORD_RANDOM_BYTES] = {1};
	record_stamp_make(&other, other_bytes, 1, 0, STR("session"));
	assert_string_equal(stamp.correlation_id, other.correlation_id);
	record_stamp_make(&other, random_bytes, 0, 0, STR("another"));
	assert_string_not_equal(stamp.correlation_id, other.correlation_id);
}

/* Whatever stands in the texts, the record is one line of JSON that says them again. */
static void test_texts(void **state)
{
	struct policy policy = {.id = STR("cavra-x"), .digest = "sha256:0"};
	struct request request = {.session_id = STR("a\"b"), .agent_id = STR("line\nbreak")};
	struct effect effect = {.kind = EFFECT_COMMAND, .shown = STR("tab\there")};
	struct finding findings[] = {
		{.decision = CAVRA_BLOCK,
		 .severity = CAVRA_HIGH,
		 .rule_id = "r",
		 .reason = STR("why \xe2\x82\xac"),
		 .effect = &effect,
		 .certainty = MATCH_MAY,
		 .span = {3, 7}},
		{.decision = CAVRA_ALLOW, .rule_id = "s", .certainty = MATCH_MUST}};
	struct decision decision = {.outcome = CAVRA_BLOCK,
				    .severity = CAVRA_HIGH,
				    .rule_id = "r",
				    .action_type = STR("execute_command"),
				    .target = str_make("a\0\xff"
						       "b",
						       4),
				    .findings = findings,
				    .n_findings = 2};
	struct record_stamp stamp;
	struct record record = {
		.request = &request, .decision = &decision, .policy = &policy, .stamp = &stamp};
	struct cavra_error error;
	json_t *root;
	struct buf CLEANUP_BUF out;
	(void)state;
	record_stamp_make(&stamp, random_bytes, 0, 0, request.session_id);
	buf_init(&out, 65536);
	record_write(&out, &record);
	assert_false(out.failed);
	assert_null(strchr(out.p, '\n'));
	assert_int_equal(json_read(buf_str(&out), JSON_READ_NUL, &root, &error), 0);
	assert_str(json_str(json_object_get(root, "agent_id")), "line\nbreak");
	assert_str(json_str(json_array_get(json_object_get(root, "evidence_refs"), 0)),
		   "evidence://a\"b/dec_0001abcdefff");
	assert_true(str_eq(json_str(json_object_get(root, "target")), str_make("a\0\xef\xbf\xbd"
									       "b",
									       6)));
	assert_true(json_is_null(json_object_get(root, "reason")));
	const json_t *finding = json_array_get(json_object_get(root, "findings"), 0);
	assert_str(json_str(json_object_get(finding, "certainty")), "may");
	assert_str(json_str(json_object_get(json_object_get(finding, "effect"), "shown")),
		   "tab\there");
	assert_int_equal(json_integer_value(json_array_get(json_object_get(finding, "span"), 1)),
			 7);
	assert_true(json_is_null(
		json_object_get(json_array_get(json_object_get(root, "findings"), 1), "effect")));
	json_decref(root);

	/* No room is a failure, not half a record. */
	struct buf CLEANUP_BUF small;
	buf_init(&small, 100);
	record_write(&small, &record);
	assert_true(small.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamp),
		cmocka_unit_test(test_texts),
	};
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
