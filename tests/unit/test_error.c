/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/error.h"

static void test_set(void **state)
{
	struct cavra_error error;
	(void)state;
	memset(&error, 0xff, sizeof error);
	assert_int_equal(error_set(&error, CAVRA_ERR_POLICY, "rule %d", 3), CAVRA_ERR_POLICY);
	assert_int_equal(error.code, CAVRA_ERR_POLICY);
	assert_string_equal(error.text, "rule 3");
	assert_string_equal(error.file, "");
	assert_int_equal(error.line, 0);
	assert_int_equal(error_at(&error, CAVRA_ERR_INPUT, 4, 7, "no"), CAVRA_ERR_INPUT);
	assert_int_equal(error.line, 4);
	assert_int_equal(error.column, 7);
	assert_int_equal(error_set(NULL, CAVRA_ERR_IO, "x"), CAVRA_ERR_IO);
	assert_int_equal(error_at(NULL, CAVRA_ERR_IO, 1, 1, "x"), CAVRA_ERR_IO);
}

static void test_text_is_one_line(void **state)
{
	struct cavra_error error;
	(void)state;
	(void)error_set(&error, CAVRA_ERR_INPUT, "a\nb\x1b[31m\x7f\r");
	assert_string_equal(error.text, "a b [31m  ");
	error_file(&error, "evil\nname\x1b]0;x\x07");
	assert_string_equal(error.file, "evil name ]0;x ");
	/* Controls of eight bits, what is read backwards, and what is no text. */
	static const char bytes[] = {'a', '\xc2', '\x9b', 'b',    '\xe2', '\x80', '\xae',
				     'c', '\xc3', 'd',    '\xff', '\xc3', '\xa9', '\0'};
	(void)error_set(&error, CAVRA_ERR_INPUT, "%s", bytes);
	assert_string_equal(error.text, "a  b???c?d?\xc3\xa9");
}

static void test_text_is_cut_between_characters(void **state)
{
	char wide[600];
	struct cavra_error error;
	(void)state;
	memset(wide, 'x', sizeof wide);
	wide[sizeof error.text - 1] = '\0';
	(void)error_set(&error, CAVRA_ERR_INPUT, "%s", wide);
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
	/* A two-byte character across the end goes as a whole. */
	memcpy(wide + sizeof error.text - 2, "\xc3\xa9", 3);
	(void)error_set(&error, CAVRA_ERR_INPUT, "%s", wide);
	assert_int_equal(strlen(error.text), sizeof error.text - 2);
	memset(wide, '\x80', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	(void)error_set(&error, CAVRA_ERR_INPUT, "%s", wide);
	assert_string_equal(error.text, "");
}

static void test_own_text_as_argument(void **state)
{
	struct cavra_error error;
	(void)state;
	(void)error_set(&error, CAVRA_ERR_INPUT, "cause");
	(void)error_set(&error, CAVRA_ERR_POLICY, "because of %s", error.text);
	assert_string_equal(error.text, "because of cause");
}

static void test_file_keeps_the_first(void **state)
{
	struct cavra_error error;
	char wide[400];
	(void)state;
	(void)error_set(&error, CAVRA_ERR_IO, "x");
	error_file(&error, "inner.yaml");
	error_file(&error, "outer.yaml");
	assert_string_equal(error.file, "inner.yaml");
	error_file(NULL, "x");
	(void)error_set(&error, CAVRA_ERR_IO, "x");
	memset(wide, 'f', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	error_file(&error, wide);
	assert_int_equal(strlen(error.file), sizeof error.file - 1);
}

static void test_prefix(void **state)
{
	struct cavra_error error;
	char wide[600];
	(void)state;
	memset(wide, 'p', sizeof wide - 1);
	wide[sizeof wide - 1] = '\0';
	(void)error_at(&error, CAVRA_ERR_LIMIT, 2, 3, "too deep");
	assert_int_equal(error_prefix(&error, "pack %s", "a"), CAVRA_ERR_LIMIT);
	assert_string_equal(error.text, "pack a: too deep");
	assert_int_equal(error.line, 2);
	/* However long the prefix is, the cause stays readable. */
	(void)error_prefix(&error, "%s", wide);
	assert_non_null(strstr(error.text, "p: pack a: too deep"));
	assert_int_equal(error_prefix(NULL, "x"), CAVRA_ERR_INTERNAL);
}

static void test_every_code_is_mapped(void **state)
{
	(void)state;
	for (int code = CAVRA_OK; code >= CAVRA_ERR_INTERNAL; code--) {
		const struct code_info *info = code_info((enum cavra_code)code);
		assert_int_equal(info->code, code);
		assert_true(info->name && info->name[0]);
		assert_true((info->exit_status == 0) == (code == CAVRA_OK));
		assert_true((info->http_status == 200) == (code == CAVRA_OK));
		assert_true((info->jsonrpc_code == 0) == (code == CAVRA_OK));
	}
	assert_int_equal(code_info((enum cavra_code) - 999)->code, CAVRA_ERR_INTERNAL);
	assert_int_equal(code_info((enum cavra_code)5)->exit_status, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_text_is_one_line),
		cmocka_unit_test(test_text_is_cut_between_characters),
		cmocka_unit_test(test_own_text_as_argument),
		cmocka_unit_test(test_file_keeps_the_first),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_every_code_is_mapped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
