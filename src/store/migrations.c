/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions of a database, see migrations.h.
 */
#include "store/migrations.h"

#include "base/when.h"
#include "crypto/digest.h"

/* "CAVR", which file(1) shows, and which keeps us from writing into a database of somebody else. */
#define APPLICATION_ID 0x43415652
#define STRING(x) #x
#define TEXT(x) STRING(x)

static const char history_sql[] =
	"CREATE TABLE schema_migrations ("
	" version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
	" applied_at TEXT NOT NULL) STRICT;"
	"PRAGMA application_id = " TEXT(APPLICATION_ID);

struct run {
	const struct migration *table;
	size_t n;
	int version; /* of the database, as far as its history was compared */
	bool done;
};

static void checksum(const struct migration *migration, char ret_name[SHA256_NAMED])
{
	sha256_named(str_from(migration->sqlite), ret_name);
}

static int refuse(const struct store *store, struct cavra_error *error, const char *text)
{
	error_set(error, CAVRA_ERR_INPUT, "%s", text);
	error_file(error, store_name(store));
	return CAVRA_ERR_INPUT;
}

/* Version, name and checksum must be those of the next row of the table. */
static int compare_row(void *context, const struct store_value *columns, struct cavra_error *error)
{
	struct run *run = context;
	char expected[SHA256_NAMED];
	if ((size_t)run->version == run->n)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the database is at version %lld and this program knows %zu; use "
				 "the newer program",
				 (long long)columns[0].integer, run->n);
	const struct migration *migration = &run->table[run->version];
	checksum(migration, expected);
	if (columns[0].integer != migration->version || !str_is(columns[1].text, migration->name) ||
	    !str_is(columns[2].text, expected))
		return error_set(error, CAVRA_ERR_INPUT,
				 "version %lld of the database (%.*s) is not the one of this "
				 "program (%s); the two have different histories",
				 (long long)columns[0].integer, STR_ARG(columns[1].text),
				 migration->name);
	run->version = migration->version;
	return 0;
}

/* A database without a history must be empty, or it is somebody else's. */
static int check_empty(struct store *store, struct cavra_error *error)
{
	int64_t objects = 0, application = 0;
	int code = store_query_integer(
		store,
		&(struct store_query){.sql = "SELECT count(*) FROM sqlite_schema", .columns = "i"},
		&objects, error);
	if (code == 0)
		code = store_query_integer(
			store,
			&(struct store_query){.sql = "PRAGMA application_id", .columns = "i"},
			&application, error);
	if (code < 0)
		return code;
	return objects || application
		       ? refuse(store, error,
				"this is a database of another program; name another file")
		       : 0;
}

static int has_history(struct store *store, bool *ret, struct cavra_error *error)
{
	int64_t tables = 0, application = 0;
	int code = store_query_integer(
		store,
		&(struct store_query){
			.sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' "
			       "AND name = 'schema_migrations'",
			.columns = "i"},
		&tables, error);
	if (code == 0)
		code = store_query_integer(
			store,
			&(struct store_query){.sql = "PRAGMA application_id", .columns = "i"},
			&application, error);
	if (code == 0)
		*ret = tables == 1 && application == APPLICATION_ID;
	return code;
}

static int compare_history(struct store *store, struct run *run, struct cavra_error *error)
{
	static const struct store_query query = {
		.sql = "SELECT version, name, checksum FROM schema_migrations ORDER BY version",
		.columns = "itt",
	};
	run->version = 0;
	int code = store_query(store, &query, compare_row, run, error);
	if (code < 0)
		error_file(error, store_name(store));
	return code;
}

static int record(struct store *store, const struct migration *migration, struct cavra_error *error)
{
	char now[WHEN_TEXT], sum[SHA256_NAMED];
	when_format(when_now(), now);
	checksum(migration, sum);
	const struct store_value values[] = {
		store_integer(migration->version),
		store_text(str_from(migration->name)),
		store_text(str_from(sum)),
		store_text(str_from(now)),
	};
	return store_exec(store,
			  "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
			  "VALUES (?1, ?2, ?3, ?4)",
			  values, 4, NULL, error);
}

/* In a transaction: what others did since the last step is seen here. */
static int apply_next(struct store *store, void *context, struct cavra_error *error)
{
	struct run *run = context;
	bool there = false;
	int code = has_history(store, &there, error);
	if (code == 0 && !there) {
		code = check_empty(store, error);
		if (code == 0)
			code = store_script(store, history_sql, error);
	}
	if (code == 0)
		code = compare_history(store, run, error);
	if (code < 0)
		return code;
	run->done = (size_t)run->version == run->n;
	if (run->done)
		return 0;
	const struct migration *migration = &run->table[run->version];
	code = store_script(store, migration->sqlite, error);
	if (code < 0)
		return error_prefix(error, "version %d (%s)", migration->version, migration->name);
	return record(store, migration, error);
}

int migrations_apply(struct store *store, const struct migration *table, size_t n,
		     struct migration_outcome *ret, struct cavra_error *error)
{
	struct run run = {.table = table, .n = n};
	int before = -1;
	do {
		int code = store_transaction(store, STORE_WRITE, apply_next, &run, error);
		if (code < 0)
			return code;
		if (before < 0)
			before = run.version;
	} while (!run.done);
	if (ret)
		*ret = (struct migration_outcome){.before = before, .after = run.version};
	return 0;
}

static int check(struct store *store, void *context, struct cavra_error *error)
{
	struct run *run = context;
	bool there = false;
	int code = has_history(store, &there, error);
	if (code < 0)
		return code;
	if (!there)
		return refuse(store, error, "this is no database of CAVRA");
	code = compare_history(store, run, error);
	if (code < 0 || (size_t)run->version == run->n)
		return code;
	error_set(error, CAVRA_ERR_INPUT,
		  "the database is at version %d and this program needs %zu; bring it forward with "
		  "cavra evidence migrate --sqlite FILE",
		  run->version, run->n);
	error_file(error, store_name(store));
	return CAVRA_ERR_INPUT;
}

int migrations_check(struct store *store, const struct migration *table, size_t n,
		     struct cavra_error *error)
{
	struct run run = {.table = table, .n = n};
	return store_transaction(store, STORE_SNAPSHOT, check, &run, error);
}
