/* SPDX-License-Identifier: Apache-2.0
 *
 * What redact.h promises beside finding secrets, which test_redact_corpus measures: markers, correlation, the salt.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "ledger/redact.h"
#include "json/json.h"

static const struct redactor redactor = {{1, 2, 3}};

static void check_text(const char *text, const char *want)
{
	struct buf CLEANUP_BUF out;
	struct cavra_error error;
	buf_init(&out, KiB(64));
	assert_int_equal(redact_text(&redactor, str_from(text), &out, NULL, &error), 0);
	assert_str(buf_str(&out), want);
}

/* [redacted:rule:SHA-256(salt, secret)] */
static const char *marker(const char *rule, const char *secret)
{
	static char text[4][128];
	static unsigned i;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX], bytes[256];
	size_t n = strlen(secret);
	memcpy(bytes, redactor.salt, SALT_BYTES);
	memcpy(bytes + SALT_BYTES, secret, n);
	sha256(str_make(bytes, SALT_BYTES + n), digest);
	digest_hex(digest, hex);
	char *out = text[i++ % 4];
	(void)snprintf(out, sizeof text[0], "[redacted:%s:%.16s]", rule, hex);
	return out;
}

static void test_marker(void **state)
{
	char want[512];
	(void)state;
	(void)snprintf(want, sizeof want, "mysql -p%s shop", marker("password", "hunter2"));
	check_text("mysql -phunter2 shop", want);
	/* The quotes are no part of it, so that it is the same secret. */
	(void)snprintf(want, sizeof want, "PGPASSWORD='%s' psql", marker("password", "hunter2"));
	check_text("PGPASSWORD='hunter2' psql", want);
	/* A key keeps its own rule behind a name that says less. */
	(void)snprintf(want, sizeof want, "TOKEN=%s",
		       marker("npm-token", "npm_"
					   "abcdefghijklmnopqrstuvwxyz0123456789"));
	check_text("TOKEN=npm_"
		   "abcdefghijklmnopqrstuvwxyz0123456789",
		   want);
}

static void test_again(void **state)
{
	char want[512];
	const char *once = marker("password", "hunter2hunter2");
	(void)state;
	/* What is known for a secret goes wherever it stands; short ones do not. */
	(void)snprintf(want, sizeof want, "A_PASSWORD=%s; echo %s x", once, once);
	check_text("A_PASSWORD=hunter2hunter2; echo hunter2hunter2 x", want);
	check_text(want, want);
	(void)snprintf(want, sizeof want, "A_PASSWORD=%s; echo hun2 x", marker("password", "hun2"));
	check_text("A_PASSWORD=hun2; echo hun2 x", want);
}

static void test_json(void **state)
{
	char want[1024],
		text[] =
			"{\"a\": {\"password\": \"hunter2hunter2\"}, \"b\": [\"x hunter2hunter2\"], \"n\": 12, \"pin\": true}";
	struct cavra_error error;
	json_t *value;
	size_t count = 0;
	const char *once = marker("password", "hunter2hunter2");
	(void)state;
	assert_int_equal(json_read(str_from(text), 0, &value, &error), 0);
	assert_int_equal(redact_json(&redactor, value, &count, &error), 0);
	assert_int_equal(count, 2);
	(void)snprintf(want, sizeof want,
		       "{\"a\":{\"password\":\"%s\"},\"b\":[\"x %s\"],\"n\":12,\"pin\":true}", once,
		       once);
	char *got = json_text(value, JSON_COMPACT);
	assert_string_equal(got, want);
	free(got);
	json_decref(value);
}

static void test_spans(void **state)
{
	static const struct {
		const char *target;
		bool kept;
	} rows[] = {{"psql -h db", true}, {"PGPASSWORD=hunter2 psql", false}};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cavra_error error;
		json_t *decision = json_pack("{s:s, s:[{s:[i, i]}, {}]}", "target", rows[i].target,
					     "findings", "span", 0, 4);
		assert_int_equal(redact_json(&redactor, decision, NULL, &error), 0);
		const json_t *findings = json_object_get(decision, "findings");
		const json_t *span = json_object_get(json_array_get(findings, 0), "span");
		assert_row(rows[i].kept ? json_is_array(span) : json_is_null(span), i);
		assert_null(json_object_get(json_array_get(findings, 1), "span"));
		json_decref(decision);
	}
}

static void test_too_deep(void **state)
{
	struct cavra_error error;
	(void)state;
	for (unsigned depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
		json_t *value = json_string("x");
		for (unsigned i = 0; i < depth; i++) {
			json_t *outer = json_array();
			json_array_append_new(outer, value);
			value = outer;
		}
		int code = redact_json(&redactor, value, NULL, &error);
		assert_int_equal(code, depth <= LIMIT_JSON_DEPTH ? 0 : CAVRA_ERR_LIMIT);
		json_decref(value);
	}
}

static void test_no_room(void **state)
{
	struct buf CLEANUP_BUF out;
	struct cavra_error error;
	(void)state;
	buf_init(&out, 10);
	assert_int_equal(redact_text(&redactor, STR("0123456789"), &out, NULL, &error), 0);
	buf_clear(&out);
	assert_int_equal(redact_text(&redactor, STR("01234567890"), &out, NULL, &error),
			 CAVRA_ERR_LIMIT);
}

/* ---- the salt ---- */

static char directory[64];

static const char *salt_path(void)
{
	static char path[128];
	(void)snprintf(path, sizeof path, "%s/salt", directory);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(directory, sizeof directory, "/tmp/cavra-salt-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(salt_path());
	return rmdir(directory);
}

static void test_salt(void **state)
{
	struct redactor one = {{0}}, two = {{0}};
	struct cavra_error error;
	struct stat st;
	(void)state;
	assert_int_equal(redactor_open(directory, &one, &error), 0);
	assert_int_equal(redactor_open(directory, &two, &error), 0);
	assert_memory_equal(one.salt, two.salt, SALT_BYTES);
	assert_int_equal(stat(salt_path(), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, SALT_BYTES);
	assert_int_equal(st.st_nlink, 1);
}

static void test_salt_refused(void **state)
{
	struct redactor one = {{9}}, before = one;
	struct cavra_error error;
	(void)state;
	assert_int_equal(symlink("/etc/hostname", salt_path()), 0);
	assert_int_equal(redactor_open(directory, &one, &error), CAVRA_ERR_INPUT);
	(void)unlink(salt_path());
	assert_int_equal(mkdir(salt_path(), 0700), 0);
	assert_int_equal(redactor_open(directory, &one, &error), CAVRA_ERR_INPUT);
	(void)rmdir(salt_path());
	assert_int_equal(redactor_open(directory, &one, &error), 0);
	assert_int_equal(chmod(salt_path(), 0644), 0);
	struct redactor two = before;
	assert_int_equal(redactor_open(directory, &two, &error), CAVRA_ERR_INPUT);
	assert_memory_equal(&two, &before, sizeof two);
	assert_int_equal(chmod(salt_path(), 0600), 0);
	assert_int_equal(truncate(salt_path(), SALT_BYTES - 1), 0);
	assert_int_equal(redactor_open(directory, &two, &error), CAVRA_ERR_INPUT);
	assert_int_equal(redactor_open("/nowhere/at/all", &two, &error), CAVRA_ERR_IO);
}

/* Several processes begin at once: all of them have the same salt. */
static void test_salt_race(void **state)
{
	enum { CHILDREN = 8 };
	int pipes[2];
	struct redactor first, next;
	(void)state;
	assert_int_equal(pipe(pipes), 0);
	for (unsigned i = 0; i < CHILDREN; i++)
		if (fork() == 0) {
			struct redactor mine = {{0}};
			bool good = redactor_open(directory, &mine, NULL) == 0 &&
				    write(pipes[1], &mine, sizeof mine) == sizeof mine;
			_exit(good ? 0 : 1);
		}
	for (unsigned i = 0; i < CHILDREN; i++) {
		int status;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	for (unsigned i = 0; i < CHILDREN; i++) {
		assert_int_equal(read(pipes[0], i ? &next : &first, sizeof next), sizeof next);
		if (i)
			assert_memory_equal(&first, &next, sizeof next);
	}
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marker),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_too_deep),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test_setup_teardown(test_salt, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_salt_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_salt_race, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
