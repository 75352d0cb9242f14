/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "json/json.h"
#include "json/number.h"

/* clang-format off */
static const struct {
	double number;
	const char *ecma, *python;
} numbers[] = {
	{0.0,                       "0",                       "0.0"},
	{-0.0,                      "0",                       "-0.0"},
	{1.0,                       "1",                       "1.0"},
	{-1.5,                      "-1.5",                    "-1.5"},
	{0.1,                       "0.1",                     "0.1"},
	{0.30000000000000004,       "0.30000000000000004",     "0.30000000000000004"},
	{100.0,                     "100",                     "100.0"},
	{0.0001,                    "0.0001",                  "0.0001"},
	{0.00001,                   "0.00001",                 "1e-05"},
	{0.000001,                  "0.000001",                "1e-06"},
	{0.0000001,                 "1e-7",                    "1e-07"},
	{1.5e-7,                    "1.5e-7",                  "1.5e-07"},
	{123456789012345680.0,      "123456789012345680",      "1.2345678901234568e+17"},
	{1e15,                      "1000000000000000",        "1000000000000000.0"},
	{9999999999999998.0,        "9999999999999998",        "9999999999999998.0"},
	{1e16,                      "10000000000000000",       "1e+16"},
	{1e20,                      "100000000000000000000",   "1e+20"},
	{1e21,                      "1e+21",                   "1e+21"},
	{1.5e300,                   "1.5e+300",                "1.5e+300"},
	{5e-324,                    "5e-324",                  "5e-324"},
	{2.2250738585072014e-308,   "2.2250738585072014e-308", "2.2250738585072014e-308"},
	{1.7976931348623157e308,    "1.7976931348623157e+308", "1.7976931348623157e+308"},
	/* RFC 8785, appendix B. */
	{9007199254740992.0,        "9007199254740992",        "9007199254740992.0"},
	{295147905179352830000.0,   "295147905179352830000",   "2.9514790517935283e+20"},
	{9.999999999999997e22,      "9.999999999999997e+22",   "9.999999999999997e+22"},
	{1e23,                      "1e+23",                   "1e+23"},
	{1.0000000000000001e23,     "1.0000000000000001e+23",  "1.0000000000000001e+23"},
	{333333333.3333332,         "333333333.3333332",       "333333333.3333332"},
	{-0.0000033333333333333333, "-0.0000033333333333333333", "-3.3333333333333333e-06"},
	{1424953923781206.2,        "1424953923781206.2",      "1424953923781206.2"},
	/* A power of two, whose neighbours are not at the same distance. */
	{5.684341886080802e-14,     "5.684341886080802e-14",   "5.684341886080802e-14"},
	{9.5367431640625e-07,       "9.5367431640625e-7",      "9.5367431640625e-07"},
};

static const struct {
	const char *json, *canonical, *digest;
} texts[] = {
	{"{\"b\": 1, \"a\": [true, null, \"x\"]}", "{\"a\":[true,null,\"x\"],\"b\":1}", "{\"a\":[true,null,\"x\"],\"b\":1}"},
	{"[{}, [], \"\", -7, 1.0]", "[{},[],\"\",-7,1]", "[{},[],\"\",-7,1.0]"},
	/* RFC 8785, 3.2.2 and 3.2.3. */
	{"{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"
	 " \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\", \"literals\": [null, true, false]}",
	 "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	 "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
	 "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	 "\"string\":\"\\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"},
	/* UTF-16 puts U+1F600 in front of U+FB33, code points do not. */
	{"{\"\\ufb33\": 4, \"\\ud83d\\ude00\": 3, \"\\u20ac\": 2, \"\\r\": 0, \"1\": 1}",
	 "{\"\\r\":0,\"1\":1,\"\xe2\x82\xac\":2,\"\xf0\x9f\x98\x80\":3,\"\xef\xac\xb3\":4}",
	 "{\"\\r\":0,\"1\":1,\"\\u20ac\":2,\"\\ufb33\":4,\"\\ud83d\\ude00\":3}"},
	{"{\"aa\": 1, \"a\": 2, \"\": 3, \"A\": 4, \"\\u00e4\": 5}", "{\"\":3,\"A\":4,\"a\":2,\"aa\":1,\"\xc3\xa4\":5}",
	 "{\"\":3,\"A\":4,\"a\":2,\"aa\":1,\"\\u00e4\":5}"},
	{"\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\\u0080\\ue000\\u2028\"",
	 "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc2\x80\xee\x80\x80\xe2\x80\xa8\"",
	 "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\\u0080\\ue000\\u2028\""},
	{"[9007199254740992, -9007199254740992, 1000000000000000000]",
	 "[9007199254740992,-9007199254740992,1000000000000000000]",
	 "[9007199254740992,-9007199254740992,1000000000000000000]"},
	/* An integer is written as the double that it is. */
	{"[9223372036854774784, -9223372036854775808]", "[9223372036854775000,-9223372036854776000]",
	 "[9223372036854774784,-9223372036854775808]"},
	/* No exact double. */
	{"9007199254740993", NULL, "9007199254740993"},
	{"9223372036854775807", NULL, "9223372036854775807"},
};
/* clang-format on */

static void test_numbers(void **state)
{
	char text[NUMBER_TEXT];
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		number_format_ecma(numbers[i].number, text);
		assert_string_equal(text, numbers[i].ecma);
		number_format_python(numbers[i].number, text);
		assert_string_equal(text, numbers[i].python);
	}
}

/* Every power of two reads back, in at most 17 digits. */
static void test_powers_of_two(void **state)
{
	char text[NUMBER_TEXT];
	(void)state;
	for (int power = -1074; power < 1024; power++) {
		number_format_ecma(ldexp(1.0, power), text);
		assert_true(strtod(text, NULL) == ldexp(1.0, power));
		number_format_python(-ldexp(1.0, power), text);
		assert_true(strtod(text, NULL) == -ldexp(1.0, power));
	}
}

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct cavra_error error;
		struct buf out;
		json_t *value;
		assert_row(json_read(str_from(texts[i].json), 0, &value, &error) == 0, i);
		buf_init(&out, 4096);
		int code = json_write_canonical(value, &out, &error);
		assert_row(code == (texts[i].canonical ? 0 : CAVRA_ERR_INPUT), i);
		if (texts[i].canonical)
			assert_str(buf_str(&out), texts[i].canonical);
		buf_clear(&out);
		assert_row(json_write_digest_form(value, &out, &error) == 0, i);
		assert_str(buf_str(&out), texts[i].digest);
		buf_release(&out);
		json_decref(value);
	}
}

static json_t *nested(int depth)
{
	json_t *value = json_array();
	for (int i = 1; i < depth; i++) {
		json_t *outer = json_array();
		assert_int_equal(json_array_append_new(outer, value), 0);
		value = outer;
	}
	return value;
}

static void test_caps(void **state)
{
	struct cavra_error error;
	struct buf out;
	json_t *deep = nested(LIMIT_JSON_DEPTH), *deeper = nested(LIMIT_JSON_DEPTH + 1);
	(void)state;
	buf_init(&out, 2 * LIMIT_JSON_DEPTH);
	assert_int_equal(json_write_canonical(deep, &out, &error), 0);
	buf_clear(&out);
	assert_int_equal(json_write_canonical(deeper, &out, &error), CAVRA_ERR_LIMIT);
	buf_release(&out);
	buf_init(&out, 2 * LIMIT_JSON_DEPTH - 1);
	assert_int_equal(json_write_digest_form(deep, &out, &error), CAVRA_ERR_LIMIT);
	buf_release(&out);
	json_decref(deep);
	json_decref(deeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_powers_of_two),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_caps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
