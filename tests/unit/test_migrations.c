/* SPDX-License-Identifier: Apache-2.0
 *
 * Migrations: from every version to the last, in one piece or not at all: with several programs at once, killed in the
 * middle, on a full disk.
 */
#include "unit.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database.h"
#include "store/migrations.h"

static struct cavra_error error;

static const struct migration steps[] = {
	{1, "one", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)"},
	{2, "two", "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'y' || x"},
	{3, "three",
	 "CREATE TABLE b (z TEXT NOT NULL) STRICT; INSERT INTO b SELECT y FROM a; CREATE INDEX i ON b (z)"},
	{4, "four",
	 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
	 " INSERT INTO b SELECT 'row ' || i FROM n; DROP TABLE a"},
};
static int migrate(const struct migration *table, size_t n, struct migration_outcome *ret)
{
	struct store CLEANUP_STORE *store = NULL;
	int code = store_open(path, STORE_CREATE, &store, &error);
	return code < 0 ? code : migrations_apply(store, table, n, ret, &error);
}

static int check_last(const struct migration *table, size_t n)
{
	struct store CLEANUP_STORE *store = NULL;
	int code = store_open(path, STORE_READ, &store, &error);
	return code < 0 ? code : migrations_check(store, table, n, &error);
}

static int64_t integer(const char *sql)
{
	struct store CLEANUP_STORE *store = NULL;
	int64_t n = -1;
	if (store_open(path, STORE_READ, &store, &error) < 0 ||
	    store_query_integer(store, &(struct store_query){.sql = sql, .columns = "i"}, &n,
				&error) < 0)
		return -2;
	return n;
}

static void test_from_every_version(void **state)
{
	const struct {
		const struct migration *table;
		size_t n;
	} tables[] = {{steps, ARRAY_SIZE(steps)}, {migrations, migrations_count}};
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (size_t from = 0; from <= tables[t].n; from++) {
			struct migration_outcome outcome = {0};
			const struct migration *table = tables[t].table;
			size_t n = tables[t].n;
			assert_int_equal(set_up(state), 0);
			assert_int_equal(migrate(table, from, &outcome), 0);
			assert_row(outcome.before == 0 && outcome.after == (int)from, from);
			assert_row((check_last(table, n) == 0) == (from == n), from);
			assert_row(from == n || strstr(error.text, "cavra evidence migrate"), from);
			assert_int_equal(migrate(table, n, &outcome), 0);
			assert_row(outcome.before == (int)from && outcome.after == (int)n, from);
			assert_int_equal(check_last(table, n), 0);
			assert_int_equal(migrate(table, n, &outcome), 0);
			assert_row(outcome.before == (int)n && outcome.after == (int)n, from);
			assert_int_equal(integer("SELECT count(*) FROM schema_migrations"), (int)n);
			assert_row(t > 0 || integer("SELECT count(*) FROM b") == 20001, from);
			(void)tear_down(state);
		}
}

static void test_other_histories(void **state)
{
	static const struct migration renamed[] = {
		{1, "one", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)"},
		{2, "zwei", "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'y' || x"},
		{3, "three", "CREATE TABLE c (z TEXT)"},
	};
	static const struct migration edited[] = {
		{1, "one", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (2)"},
		{2, "two", "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'y' || x"},
		{3, "three", "CREATE TABLE c (z TEXT)"},
	};
	(void)state;
	assert_int_equal(migrate(steps, 2, NULL), 0);
	assert_int_equal(migrate(steps, 1, NULL), CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "version 2 and this program knows 1"));
	assert_int_equal(check_last(steps, 1), CAVRA_ERR_INPUT);
	assert_int_equal(migrate(renamed, 3, NULL), CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "version 2 of the database (two)"));
	assert_int_equal(migrate(edited, 3, NULL), CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "version 1 of the database"));
	assert_int_equal(integer("SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), 0);
	assert_int_equal(integer("SELECT max(version) FROM schema_migrations"), 2);
	assert_int_equal(migrate(steps, 4, NULL), 0);
}

static void test_databases_of_others(void **state)
{
	static const char *const made[] = {
		"CREATE TABLE theirs (x)",
		"PRAGMA application_id = 42",
		"CREATE TABLE schema_migrations (version INTEGER, name TEXT, checksum TEXT, applied_at TEXT)",
	};
	for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
		struct store *store = NULL;
		assert_int_equal(set_up(state), 0);
		assert_int_equal(store_open(path, STORE_CREATE, &store, &error), 0);
		assert_int_equal(store_script(store, made[i], &error), 0);
		store_close(store);
		assert_row(check_last(steps, 4) == CAVRA_ERR_INPUT, i);
		assert_row(migrate(steps, 4, NULL) == CAVRA_ERR_INPUT, i);
		assert_row(strstr(error.text, "another program") != NULL, i);
		assert_row(integer("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')") ==
				   0,
			   i);
		(void)tear_down(state);
	}
}

static void test_failing_step(void **state)
{
	static const struct migration broken[] = {
		{1, "one", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)"},
		{2, "two", "INSERT INTO a VALUES (5); CREATE TABLE a (x INTEGER)"},
	};
	(void)state;
	assert_int_equal(migrate(broken, 2, NULL), CAVRA_ERR_INTERNAL);
	assert_non_null(strstr(error.text, "version 2 (two)"));
	assert_int_equal(integer("SELECT max(version) FROM schema_migrations"), 1);
	assert_int_equal(integer("SELECT count(*) FROM a"), 1);
	assert_int_equal(migrate(steps, 4, NULL), 0);
}

/* ---- several programs ---- */

/* As another program would: in a process of its own, which waits for the byte. */
static pid_t start(const struct migration *table, size_t n, int gate)
{
	pid_t pid = fork();
	if (pid == 0) {
		char byte;
		ssize_t got = gate >= 0 ? read(gate, &byte, 1) : 0;
		(void)got;
		int code = migrate(table, n, NULL);
		if (code < 0)
			(void)fprintf(stderr, "# %s: %s\n", error.file, error.text);
		_exit(code == 0 ? 0 : 1);
	}
	return pid;
}

static void test_at_once(void **state)
{
	enum { PROGRAMS = 6, ROUNDS = 12 };
	for (int round = 0; round < ROUNDS; round++) {
		int gate[2], failed = 0;
		pid_t pids[PROGRAMS];
		assert_int_equal(set_up(state), 0);
		assert_int_equal(pipe(gate), 0);
		for (int i = 0; i < PROGRAMS; i++)
			pids[i] = start(steps, ARRAY_SIZE(steps), gate[0]);
		assert_int_equal(write(gate[1], "xxxxxx", PROGRAMS), PROGRAMS);
		for (int i = 0; i < PROGRAMS; i++) {
			int status;
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			failed += status != 0;
		}
		(void)close(gate[0]);
		(void)close(gate[1]);
		assert_int_equal(failed, 0);
		assert_int_equal(integer("SELECT count(*) FROM schema_migrations"), 4);
		assert_int_equal(integer("SELECT count(*) FROM b"), 20001);
		(void)tear_down(state);
	}
}

/* Killed at moments spread over the whole run; the next program finds a version that is whole. */
static void test_killed(void **state)
{
	enum { ROUNDS = 60 };
	int seen[ARRAY_SIZE(steps) + 2] = {0};
	for (int round = 0; round < ROUNDS; round++) {
		int status;
		assert_int_equal(set_up(state), 0);
		pid_t pid = start(steps, ARRAY_SIZE(steps), -1);
		(void)usleep((useconds_t)(round * 1000));
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		int64_t version =
			integer("SELECT coalesce(max(version), 0) FROM schema_migrations");
		if (version < 0)
			version = 0; /* not even its history was there */
		seen[version]++;
		if (version == 2)
			assert_int_equal(integer("SELECT count(*) FROM a WHERE y = 'y1'"), 1);
		if (version == 3)
			assert_int_equal(integer("SELECT count(*) FROM b"), 1);
		assert_int_equal(migrate(steps, ARRAY_SIZE(steps), NULL), 0);
		assert_int_equal(integer("SELECT count(*) FROM b"), 20001);
		assert_int_equal(
			integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
			1);
		(void)tear_down(state);
	}
	print_message("# killed at versions 0 to 4: %d %d %d %d %d\n", seen[0], seen[1], seen[2],
		      seen[3], seen[4]);
	assert_true(seen[0] + seen[1] + seen[2] + seen[3] > 0);
}

/* ---- a full disk ---- */

/* In a mount namespace of its own. 77: this system does not let us. */
static int run_full(void)
{
	if (unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) < 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", directory, "tmpfs", 0, "size=300k") < 0)
		return 77;
	if (migrate(steps, 3, NULL) != 0)
		return 1;
	if (migrate(steps, 4, NULL) != CAVRA_ERR_IO || !strstr(error.text, "full"))
		return 2;
	if (integer("SELECT max(version) FROM schema_migrations") != 3 ||
	    integer("SELECT count(*) FROM b") != 1)
		return 3;
	if (mount("tmpfs", directory, "tmpfs", MS_REMOUNT, "size=20m") < 0)
		return 4;
	if (migrate(steps, 4, NULL) != 0 || integer("SELECT count(*) FROM b") != 20001)
		return 5;
	return 0;
}

static void test_full_disk(void **state)
{
	int status;
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		int result = run_full();
		if (result && result != 77)
			(void)fprintf(stderr, "# step %d: %s: %s\n", result, error.file,
				      error.text);
		_exit(result);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_every_version),
		cmocka_unit_test_setup_teardown(test_other_histories, set_up, tear_down),
		cmocka_unit_test(test_databases_of_others),
		cmocka_unit_test_setup_teardown(test_failing_step, set_up, tear_down),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_killed),
		cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("migrations", tests, NULL, NULL);
}
