/* SPDX-License-Identifier: Apache-2.0
 *
 * The store: values come back as they were bound, what fails leaves nothing behind, and files that are no database of
 * ours, or are no file at all, are refused.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "database.h"
#include "store/store.h"

static struct cavra_error error;

#define assert_ok(code) unit_assert_ok((code), __FILE__, __LINE__)
static void unit_assert_ok(int code, const char *file, int line)
{
	if (code == 0)
		return;
	print_error("%d %s: %s\n", code, error.file, error.text);
	_fail(file, line);
}

static struct store *open_store(void)
{
	struct store *store = NULL;
	assert_ok(store_open(path, STORE_CREATE, &store, &error));
	return store;
}

static int64_t integer(struct store *store, const char *sql)
{
	int64_t n = -1;
	assert_ok(store_query_integer(store, &(struct store_query){.sql = sql, .columns = "i"}, &n,
				      &error));
	return n;
}

/* ---- values ---- */

static const struct store_value values[] = {
	{STORE_NULL, 0, {"", 0}},
	{STORE_INTEGER, INT64_MIN, {"", 0}},
	{STORE_INTEGER, INT64_MAX, {"", 0}},
	{STORE_TEXT, 0, STR_INIT("")},
	{STORE_TEXT, 0, STR_INIT("a' OR 1=1; DROP TABLE t; -- \xc3\xa9")},
	{STORE_TEXT, 0, STR_INIT("nul \0 inside")},
	{STORE_TEXT, 0, STR_INIT("12")},
};

static int compare_value(void *context, const struct store_value *columns, struct cavra_error *e)
{
	const struct store_value *want = context;
	(void)e;
	assert_int_equal(columns[0].type, want->type);
	assert_true(columns[0].integer == want->integer);
	assert_true(want->type != STORE_TEXT || str_eq(columns[0].text, want->text));
	return 0;
}

static void test_values(void **state)
{
	struct store CLEANUP_STORE *store = open_store();
	(void)state;
	assert_ok(store_script(store,
			       "CREATE TABLE i (v INTEGER) STRICT; CREATE TABLE t (v TEXT) STRICT",
			       &error));
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		bool text = values[i].type == STORE_TEXT;
		int64_t changes = 0;
		struct store_value copy = values[i];
		assert_ok(store_exec(
			store, text ? "INSERT INTO t VALUES (?1)" : "INSERT INTO i VALUES (?1)",
			&values[i], 1, &changes, &error));
		assert_int_equal(changes, 1);
		assert_ok(store_query(
			store,
			&(struct store_query){
				.sql = text ? "SELECT v FROM t ORDER BY rowid DESC LIMIT 1"
					    : "SELECT v FROM i ORDER BY rowid DESC LIMIT 1",
				.columns = text ? "T" : "I"},
			compare_value, &copy, &error));
	}
}

static int refuse_row(void *context, const struct store_value *columns, struct cavra_error *e)
{
	(void)columns;
	++*(int *)context;
	return error_set(e, CAVRA_ERR_POLICY, "enough");
}

static void test_wrong_statements(void **state)
{
	static const struct {
		const char *sql, *columns;
		size_t n;
		int code;
	} rows[] = {
		{"SELECT v FROM t", "i", 0, CAVRA_ERR_INPUT},    /* holds a text */
		{"SELECT NULL FROM t", "t", 0, CAVRA_ERR_INPUT}, /* may not be null */
		{"SELECT 1.5", "i", 0, CAVRA_ERR_INPUT},
		{"SELECT x'00'", "T", 0, CAVRA_ERR_INPUT},
		{"SELECT v, v FROM t", "t", 0, CAVRA_ERR_INTERNAL},
		{"SELECT v FROM t WHERE v = ?1", "t", 0, CAVRA_ERR_INTERNAL},
		{"SELECT v FROM t", "t", 1, CAVRA_ERR_INTERNAL},
		{"SELECT v FROM t; SELECT 1", "t", 0, CAVRA_ERR_INTERNAL},
		{"", "t", 0, CAVRA_ERR_INTERNAL},
		{"SELECT v FROM nowhere", "t", 0, CAVRA_ERR_INTERNAL},
		{"SELECT \"v\" = \"text\" FROM t", "i", 0,
		 CAVRA_ERR_INTERNAL},                          /* a column, not a text */
		{"SELECT v FROM t", "t", 0, CAVRA_ERR_POLICY}, /* the callback's */
	};
	struct store CLEANUP_STORE *store = open_store();
	struct store_value value = store_integer(1);
	(void)state;
	assert_ok(store_script(store,
			       "CREATE TABLE t (v TEXT) STRICT; INSERT INTO t VALUES ('a'), ('b')",
			       &error));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int seen = 0;
		struct store_query query = {rows[i].sql, &value, rows[i].n, rows[i].columns};
		assert_row(store_query(store, &query, refuse_row, &seen, &error) == rows[i].code,
			   i);
		assert_row(seen == (rows[i].code == CAVRA_ERR_POLICY), i);
	}
	assert_int_equal(store_exec(store, "INSERT INTO t VALUES (?1)",
				    (struct store_value[]){store_integer(1)}, 1, NULL, &error),
			 0);
	assert_int_equal(store_script(store, "CREATE TABLE s (v INTEGER) STRICT", &error), 0);
	struct store_value text = store_text(STR("x"));
	assert_int_equal(store_exec(store, "INSERT INTO s VALUES (?1)", &text, 1, NULL, &error),
			 CAVRA_ERR_INPUT);
	assert_int_equal(store_exec(store, "SELECT 1", NULL, 0, NULL, &error), CAVRA_ERR_INTERNAL);
}

static void test_largest_value(void **state)
{
	struct store CLEANUP_STORE *store = open_store();
	char *text = malloc(LIMIT_STORE_VALUE + 1);
	(void)state;
	assert_non_null(text);
	memset(text, 'a', LIMIT_STORE_VALUE + 1);
	assert_ok(store_script(store, "CREATE TABLE t (v TEXT) STRICT", &error));
	/* A row counts as one value: its header takes a few bytes. */
	struct store_value at = store_text(str_make(text, LIMIT_STORE_VALUE - 16));
	struct store_value above = store_text(str_make(text, LIMIT_STORE_VALUE + 1));
	assert_ok(store_exec(store, "INSERT INTO t VALUES (?1)", &at, 1, NULL, &error));
	assert_int_equal(store_exec(store, "INSERT INTO t VALUES (?1)", &above, 1, NULL, &error),
			 CAVRA_ERR_LIMIT);
	assert_int_equal(integer(store, "SELECT count(*) FROM t"), 1);
	free(text);
}

/* ---- transactions ---- */

static int insert_two(struct store *store, void *context, struct cavra_error *e)
{
	const char *second = context;
	int code = store_exec(store, "INSERT INTO t VALUES (1)", NULL, 0, NULL, e);
	return code < 0 ? code : store_exec(store, second, NULL, 0, NULL, e);
}

static void test_transactions(void **state)
{
	static const struct {
		const char *second;
		int code;
		int64_t after;
	} rows[] = {
		{"INSERT INTO t VALUES (1)", CAVRA_ERR_INPUT, 0},
		{"INSERT INTO nowhere VALUES (1)", CAVRA_ERR_INTERNAL, 0},
		{"INSERT OR ROLLBACK INTO t VALUES (1)", CAVRA_ERR_INPUT, 0},
		{"INSERT INTO child VALUES (7)", CAVRA_ERR_INPUT, 0}, /* noticed at the end */
		{"INSERT INTO t VALUES (2)", 0, 2},
	};
	struct store CLEANUP_STORE *store = open_store();
	(void)state;
	assert_ok(store_script(
		store,
		"CREATE TABLE t (v INTEGER PRIMARY KEY) STRICT;"
		"CREATE TABLE child (v INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED) STRICT",
		&error));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int code = store_transaction(store, STORE_WRITE, insert_two, (void *)rows[i].second,
					     &error);
		assert_row(code == rows[i].code, i);
		assert_row(integer(store, "SELECT count(*) FROM t") == rows[i].after, i);
	}
}

static int count_twice(struct store *store, void *context, struct cavra_error *e)
{
	(void)e;
	int64_t first = integer(store, "SELECT count(*) FROM t");
	assert_ok(store_script(context, "INSERT INTO t VALUES (10)", &error));
	assert_int_equal(integer(store, "SELECT count(*) FROM t"), first);
	return 0;
}

static void test_snapshot(void **state)
{
	struct store CLEANUP_STORE *writer = open_store();
	struct store CLEANUP_STORE *reader = NULL;
	(void)state;
	assert_ok(store_script(writer, "CREATE TABLE t (v INTEGER PRIMARY KEY) STRICT", &error));
	assert_ok(store_open(path, STORE_READ, &reader, &error));
	assert_ok(store_transaction(reader, STORE_SNAPSHOT, count_twice, writer, &error));
	assert_int_equal(integer(reader, "SELECT count(*) FROM t"), 1);
	assert_int_equal(store_script(reader, "INSERT INTO t VALUES (11)", &error), CAVRA_ERR_IO);
}

/* ---- what is refused ---- */

static void test_settings(void **state)
{
	struct store CLEANUP_STORE *store = open_store();
	struct stat st;
	(void)state;
	assert_int_equal(integer(store, "PRAGMA foreign_keys"), 1);
	assert_int_equal(integer(store, "PRAGMA synchronous"), 2);
	assert_int_equal(integer(store, "PRAGMA trusted_schema"), 0);
	assert_int_equal(
		integer(store,
			"SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"),
		1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* Not even on purpose can the file be damaged, or another one be written. */
	assert_ok(store_script(
		store, "CREATE TABLE t (v INTEGER) STRICT; PRAGMA writable_schema = ON", &error));
	assert_true(store_script(store, "UPDATE sqlite_schema SET sql = 'x'", &error) < 0);
	assert_true(store_script(store, "ATTACH '/tmp/cavra-other.db' AS other", &error) < 0);
	assert_true(store_script(store, "SELECT load_extension('x')", &error) < 0);
}

static void put_file(const char *name, const char *text, size_t n)
{
	char file[128];
	(void)snprintf(file, sizeof file, "%s/%s", directory, name);
	FILE *out = fopen(file, "w");
	assert_non_null(out);
	(void)fwrite(text, 1, n, out);
	(void)fclose(out);
}

static void test_refused_files(void **state)
{
	static const struct {
		const char *name;
		enum store_mode mode;
		int code;
	} rows[] = {
		{"text", STORE_CREATE, CAVRA_ERR_INPUT},
		{"text", STORE_READ, CAVRA_ERR_INPUT},
		{"link", STORE_CREATE, CAVRA_ERR_IO},
		{"link", STORE_READ, CAVRA_ERR_IO},
		{"dangling", STORE_CREATE, CAVRA_ERR_IO},
		{"absent", STORE_READ, CAVRA_ERR_NOT_FOUND},
		{"no/where", STORE_CREATE, CAVRA_ERR_NOT_FOUND},
		{"", STORE_CREATE, CAVRA_ERR_INPUT},
		{"directory", STORE_CREATE, CAVRA_ERR_IO},
		{"linked/x.db", STORE_READ, 0}, /* the directory may be one */
	};
	char file[160], to[160];
	static const char text[] =
		"This is no database, however long it is: it must be more than a hundred "
		"bytes, or SQLite takes it for an empty one that it may fill.";
	(void)state;
	store_close(open_store());
	put_file("text", text, sizeof text);
	(void)snprintf(file, sizeof file, "%s/link", directory);
	assert_int_equal(symlink("x.db", file), 0);
	(void)snprintf(file, sizeof file, "%s/dangling", directory);
	assert_int_equal(symlink("nothing", file), 0);
	(void)snprintf(file, sizeof file, "%s/directory", directory);
	assert_int_equal(mkdir(file, 0700), 0);
	(void)snprintf(to, sizeof to, "%s/linked", directory);
	assert_int_equal(symlink(".", to), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct store *store = NULL;
		(void)snprintf(file, sizeof file, "%s/%s", directory, rows[i].name);
		int code = store_open(file, rows[i].mode, &store, &error);
		/* That a file is no database shows when it is read. */
		if (code == 0 && rows[i].code < 0)
			code = store_script(store, "SELECT count(*) FROM sqlite_schema", &error);
		if (code != rows[i].code)
			print_error("%s: %d %s\n", rows[i].name, code, error.text);
		assert_row(code == rows[i].code, i);
		assert_row(code == 0 || strstr(error.file, rows[i].name), i);
		store_close(store);
	}
	(void)snprintf(file, sizeof file, "%s/nothing", directory);
	assert_int_equal(access(file, F_OK), -1);
}

/* Cut off in the middle. */
static void test_damaged(void **state)
{
	struct store *store = open_store();
	(void)state;
	assert_ok(store_script(
		store,
		"CREATE TABLE t (v TEXT) STRICT;"
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)"
		" INSERT INTO t SELECT 'row ' || i FROM n",
		&error));
	store_close(store);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size / 2 / 4096 * 4096), 0);
	assert_ok(store_open(path, STORE_READ, &store, &error));
	int64_t n;
	assert_int_equal(store_query_integer(store,
					     &(struct store_query){.sql = "SELECT count(*) FROM t",
								   .columns = "i"},
					     &n, &error),
			 CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "damaged"));
	store_close(store);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrong_statements, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_largest_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_transactions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_snapshot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
