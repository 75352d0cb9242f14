/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "connect/credentials.h"

static const struct {
	const char *text, *profile;
	int code, line;
	const char *id, *secret, *token;
} rows[] = {
	{"[default]\naws_access_key_id = A\naws_secret_access_key=s/+=\n", "default", 0, 0, "A",
	 "s/+=", ""},
	{"# c\n; c\n\n[a]\naws_access_key_id=1\naws_secret_access_key=1\n[ b ]\r\nAWS=x\r\naws_access_key_id=B\r\naws_secret_access_key=2\r\n"
	 "aws_session_token=t\r\n[c]\nno sense\n",
	 "b", 0, 0, "B", "2", "t"},
	{"[default]\naws_access_key_id=A\n", "default", CAVRA_ERR_INPUT, 0, 0, 0, 0},
	{"[default]\naws_secret_access_key=A\n", "default", CAVRA_ERR_INPUT, 0, 0, 0, 0},
	{"[default]\naws_access_key_id=A\naws_access_key_id=B\naws_secret_access_key=A\n",
	 "default", CAVRA_ERR_INPUT, 3, 0, 0, 0},
	{"[default]\nwhat\n", "default", CAVRA_ERR_INPUT, 2, 0, 0, 0},
	{"[default]\naws_access_key_id=a b\naws_secret_access_key=A\n", "default", CAVRA_ERR_INPUT,
	 0, 0, 0, 0},
	{"[default]\naws_access_key_id=a/b\naws_secret_access_key=A\n", "default", CAVRA_ERR_INPUT,
	 0, 0, 0, 0},
	{"[default]\naws_access_key_id=A\naws_secret_access_key=A", "other", CAVRA_ERR_NOT_FOUND, 0,
	 0, 0, 0},
	{"aws_access_key_id=A\naws_secret_access_key=A\n", "default", CAVRA_ERR_NOT_FOUND, 0, 0, 0,
	 0},
	{"", "default", CAVRA_ERR_NOT_FOUND, 0, 0, 0, 0},
};

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sigv4_key key;
		struct cavra_error error = {.line = 0};
		assert_row(credentials_read(str_from(rows[i].text), rows[i].profile, &key,
					    &error) == rows[i].code,
			   i);
		assert_row(rows[i].code == 0 || error.line == rows[i].line, i);
		if (rows[i].code)
			continue;
		assert_string_equal(key.id, rows[i].id);
		assert_str(secret_str(&key.secret), rows[i].secret);
		assert_str(secret_str(&key.token), rows[i].token);
	}
}

static void test_long(void **state)
{
	static char text[LIMIT_SECRET_BYTES + 2];
	struct sigv4_key key;
	(void)state;
	memset(text, 'a', sizeof text - 1);
	struct str at = str_make(text, LIMIT_SECRET_BYTES),
		   above = str_make(text, LIMIT_SECRET_BYTES + 1);
	assert_int_equal(credentials_set(str_make(text, 128), at, at, &key, NULL), 0);
	assert_int_equal(credentials_set(str_make(text, 129), at, at, &key, NULL), CAVRA_ERR_LIMIT);
	assert_int_equal(credentials_set(STR("a"), above, at, &key, NULL), CAVRA_ERR_LIMIT);
	assert_int_equal(credentials_set(STR("a"), at, above, &key, NULL), CAVRA_ERR_LIMIT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_files),
						  cmocka_unit_test(test_long)};
	return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
