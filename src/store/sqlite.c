/* SPDX-License-Identifier: Apache-2.0
 *
 * The store on SQLite, see store.h.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "store/store.h"

enum { BUSY_TIMEOUT_MS = 30000, RETRY_MS = 10, COLUMNS_MAX = 32 };

struct store {
	sqlite3 *db;
	bool in_transaction;
	char name[PATH_MAX]; /* as the caller wrote it, for messages */
};

const char *store_name(const struct store *store)
{
	return store->name;
}

/* ---- errors ---- */

/* clang-format off */
static const struct { int sqlite; enum cavra_code code; const char *text; } failures[] = {
	{SQLITE_BUSY,     CAVRA_ERR_IO,     "another program keeps the database locked; try again when it is done"},
	{SQLITE_PROTOCOL, CAVRA_ERR_IO,     "another program keeps the database locked; try again when it is done"},
	{SQLITE_LOCKED,   CAVRA_ERR_IO,     "another program keeps the database locked; try again when it is done"},
	{SQLITE_FULL,     CAVRA_ERR_IO,     "the disk is full; nothing was changed"},
	{SQLITE_CANTOPEN, CAVRA_ERR_IO,     "cannot open the database"},
	{SQLITE_IOERR,    CAVRA_ERR_IO,     "the system cannot read or write the database"},
	{SQLITE_READONLY, CAVRA_ERR_IO,     "the database must not be written"},
	{SQLITE_PERM,     CAVRA_ERR_IO,     "the database must not be opened"},
	{SQLITE_NOTADB,   CAVRA_ERR_INPUT,  "this is no SQLite database"},
	{SQLITE_CORRUPT,  CAVRA_ERR_INPUT,  "the database is damaged; take a copy from a backup, or build it again"},
	{SQLITE_CONSTRAINT, CAVRA_ERR_INPUT, "the database does not take this"},
	{SQLITE_TOOBIG,   CAVRA_ERR_LIMIT,  "a value is too large for the database"},
	{SQLITE_NOMEM,    CAVRA_ERR_MEMORY, "out of memory"},
};
/* clang-format on */

/* What SQLite says goes along where it says more than the table. */
static int fail_sqlite(const struct store *store, int result, struct cavra_error *error)
{
	enum cavra_code code = CAVRA_ERR_INTERNAL;
	const char *text = "the statement cannot be run";
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		if (failures[i].sqlite == (result & 0xff)) {
			code = failures[i].code;
			text = failures[i].text;
		}
	bool more = store->db && (code == CAVRA_ERR_INTERNAL || result == SQLITE_CANTOPEN ||
				  (result & 0xff) == SQLITE_CONSTRAINT);
	error_set(error, code, "%s%s%.200s", text, more ? ": " : "",
		  more ? sqlite3_errmsg(store->db) : "");
	error_file(error, store->name);
	return code;
}

/* ---- waiting ---- */

static int64_t now_ms(void)
{
	struct timespec now = {0};
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_busy(int result)
{
	return (result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_PROTOCOL;
}

/* SQLite waits for others by itself, but not when two change to the journal WAL or recover it at once. The statements must be
 * such that they can be run again.
 */
static int run_patiently(sqlite3 *db, const char *sql)
{
	const int64_t end = now_ms() + BUSY_TIMEOUT_MS;
	for (;;) {
		int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
		if (!is_busy(result) || now_ms() >= end)
			return result;
		if (!sqlite3_get_autocommit(db))
			(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		(void)sqlite3_sleep(RETRY_MS);
	}
}

/* ---- opening ---- */

/* The directory with all links resolved, since SQLite refuses every link in a path when it is told to follow none. */
static int resolve(const char *path, char ret_path[PATH_MAX], struct cavra_error *error)
{
	char directory[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	int n = snprintf(directory, sizeof directory, "%.*s",
			 slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
	if (!base[0])
		return error_set(error, CAVRA_ERR_INPUT, "name a file for the database");
	if (n < 0 || (size_t)n >= sizeof directory)
		return error_set(error, CAVRA_ERR_LIMIT, "the path is too long");
	if (!realpath(directory, real))
		return error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
				 "cannot find the directory %.300s: %s", directory,
				 strerror(errno));
	n = snprintf(ret_path, PATH_MAX, "%s/%s", strcmp(real, "/") == 0 ? "" : real, base);
	return n < 0 || n >= PATH_MAX ? error_set(error, CAVRA_ERR_LIMIT, "the path is too long")
				      : 0;
}

/* SQLite would make the file readable for others, and its journal with the same permissions. */
static int prepare_file(const char *path, enum store_mode mode, struct cavra_error *error)
{
	if (mode == STORE_READ) {
		if (access(path, R_OK) == 0)
			return 0;
		return error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
				 "cannot open the database: %s", strerror(errno));
	}
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	else if (errno != EEXIST)
		return error_set(error, CAVRA_ERR_IO, "cannot make the database: %s",
				 strerror(errno));
	return 0;
}

static const char settings_read[] = "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
				    "PRAGMA query_only = ON;";
static const char settings_write[] = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
				     "PRAGMA cell_size_check = ON;";

/* The schema of a file that somebody else may have written runs nothing. */
static int harden(sqlite3 *db)
{
	static const int switches[][2] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_DQS_DDL, 0},
		{SQLITE_DBCONFIG_DQS_DML, 0},     {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	};
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		int result = sqlite3_db_config(db, switches[i][0], switches[i][1], NULL);
		if (result != SQLITE_OK)
			return result;
	}
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)LIMIT_STORE_VALUE);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	return sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
}

/* Two programs that both turn a new database to its log wait for each other, however long: each has looked at it and
 * wants it alone. So they give up soon, and try again after times that differ. SQLite may also give up at once, so it is the
 * time that has passed that counts, and not the time that it was allowed.
 */
static int use_log(sqlite3 *db)
{
	const int64_t end = now_ms() + BUSY_TIMEOUT_MS;
	int result;
	for (unsigned i = 0;; i++) {
		int patience = 20 + (int)((unsigned)getpid() * 7U + i * 13U) % 100;
		(void)sqlite3_busy_timeout(db, patience);
		result = sqlite3_exec(db, "PRAGMA journal_mode = WAL;", NULL, NULL, NULL);
		if (!is_busy(result) || now_ms() >= end)
			break;
		(void)sqlite3_sleep(RETRY_MS);
	}
	(void)sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	return result;
}

static int connect_file(struct store *store, const char *path, enum store_mode mode,
			struct cavra_error *error)
{
	/* A reader too may have to finish what a writer that was killed has left in the journal. */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		    SQLITE_OPEN_EXRESCODE;
	int result = sqlite3_open_v2(path, &store->db, flags, NULL);
	if ((result & 0xff) == SQLITE_CANTOPEN && mode == STORE_READ) {
		(void)sqlite3_close_v2(store->db);
		store->db = NULL;
		flags = (flags & ~SQLITE_OPEN_READWRITE) | SQLITE_OPEN_READONLY;
		result = sqlite3_open_v2(path, &store->db, flags, NULL);
	}
	if (result == SQLITE_OK)
		result = harden(store->db);
	if (result == SQLITE_OK && mode != STORE_READ)
		result = use_log(store->db);
	if (result == SQLITE_OK)
		result = run_patiently(store->db,
				       mode == STORE_READ ? settings_read : settings_write);
	return result == SQLITE_OK ? 0 : fail_sqlite(store, result, error);
}

int store_open(const char *path, enum store_mode mode, struct store **ret_store,
	       struct cavra_error *error)
{
	char real[PATH_MAX];
	struct store CLEANUP_STORE *store = calloc(1, sizeof *store);
	if (!store)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	(void)snprintf(store->name, sizeof store->name, "%s", path);
	int code = resolve(path, real, error);
	if (code == 0)
		code = prepare_file(real, mode, error);
	if (code == 0)
		code = connect_file(store, real, mode, error);
	if (code < 0) {
		error_file(error, path);
		return code;
	}
	*ret_store = store;
	store = NULL;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	(void)sqlite3_close_v2(store->db);
	free(store);
}

/* ---- statements ---- */

static void finalizep(sqlite3_stmt **statement)
{
	(void)sqlite3_finalize(*statement);
}
#define CLEANUP_STATEMENT __attribute__((cleanup(finalizep)))

static int bind(sqlite3_stmt *statement, int index, const struct store_value *value)
{
	switch (value->type) {
	case STORE_NULL:
		return sqlite3_bind_null(statement, index);
	case STORE_INTEGER:
		return sqlite3_bind_int64(statement, index, value->integer);
	case STORE_TEXT:
		return sqlite3_bind_text64(statement, index, value->text.n ? value->text.p : "",
					   value->text.n, SQLITE_STATIC, SQLITE_UTF8);
	}
	return SQLITE_MISUSE;
}

static int prepare(struct store *store, const char *sql, const struct store_value *values, size_t n,
		   sqlite3_stmt **ret_statement, struct cavra_error *error)
{
	const char *rest = "";
	int result = sqlite3_prepare_v2(store->db, sql, -1, ret_statement, &rest);
	if (result == SQLITE_OK && (!*ret_statement || rest[0] ||
				    (size_t)sqlite3_bind_parameter_count(*ret_statement) != n))
		result = SQLITE_MISUSE;
	for (size_t i = 0; i < n && result == SQLITE_OK; i++)
		result = bind(*ret_statement, (int)i + 1, &values[i]);
	return result == SQLITE_OK ? 0 : fail_sqlite(store, result, error);
}

int store_exec(struct store *store, const char *sql, const struct store_value *values, size_t n,
	       int64_t *ret_changes, struct cavra_error *error)
{
	sqlite3_stmt CLEANUP_STATEMENT *statement = NULL;
	int code = prepare(store, sql, values, n, &statement, error);
	if (code < 0)
		return code;
	int result = sqlite3_step(statement);
	if (result != SQLITE_DONE)
		return fail_sqlite(store, result == SQLITE_ROW ? SQLITE_MISUSE : result, error);
	if (ret_changes)
		*ret_changes = sqlite3_changes64(store->db);
	return 0;
}

/* False when something else stands there than the letter says. */
static bool read_column(sqlite3_stmt *statement, int index, char letter, struct store_value *ret)
{
	int type = sqlite3_column_type(statement, index);
	*ret = store_null();
	if (type == SQLITE_NULL)
		return letter == 'I' || letter == 'T';
	if (type == SQLITE_INTEGER && (letter == 'i' || letter == 'I')) {
		*ret = store_integer(sqlite3_column_int64(statement, index));
		return true;
	}
	if (type != SQLITE_TEXT || (letter != 't' && letter != 'T'))
		return false;
	const char *text = (const char *)sqlite3_column_text(statement, index);
	*ret = store_text(str_make(text, (size_t)sqlite3_column_bytes(statement, index)));
	return text != NULL;
}

static int read_row(struct store *store, sqlite3_stmt *statement, const char *letters,
		    struct store_value *ret_columns, struct cavra_error *error)
{
	for (int i = 0; letters[i]; i++)
		if (!read_column(statement, i, letters[i], &ret_columns[i])) {
			error_set(error, CAVRA_ERR_INPUT,
				  "the database holds something else than expected in column %.60s",
				  sqlite3_column_name(statement, i));
			error_file(error, store->name);
			return CAVRA_ERR_INPUT;
		}
	return 0;
}

int store_query(struct store *store, const struct store_query *query, store_row row, void *context,
		struct cavra_error *error)
{
	struct store_value columns[COLUMNS_MAX] = {0};
	sqlite3_stmt CLEANUP_STATEMENT *statement = NULL;
	size_t n = strlen(query->columns);
	int code = prepare(store, query->sql, query->values, query->n, &statement, error);
	if (code < 0)
		return code;
	assert(n <= COLUMNS_MAX);
	if ((size_t)sqlite3_column_count(statement) != n)
		return fail_sqlite(store, SQLITE_MISUSE, error);
	for (;;) {
		int result = sqlite3_step(statement);
		if (result == SQLITE_DONE)
			return 0;
		if (result != SQLITE_ROW)
			return fail_sqlite(store, result, error);
		code = read_row(store, statement, query->columns, columns, error);
		if (code == 0)
			code = row(context, columns, error);
		if (code < 0)
			return code;
	}
}

static int keep_integer(void *context, const struct store_value *columns, struct cavra_error *error)
{
	(void)error;
	*(int64_t *)context = columns[0].integer;
	return 0;
}

int store_query_integer(struct store *store, const struct store_query *query, int64_t *ret,
			struct cavra_error *error)
{
	return store_query(store, query, keep_integer, ret, error);
}

int store_script(struct store *store, const char *sql, struct cavra_error *error)
{
	int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	return result == SQLITE_OK ? 0 : fail_sqlite(store, result, error);
}

/* ---- transactions ---- */

int store_transaction(struct store *store, enum store_transaction_kind kind, store_body body,
		      void *context, struct cavra_error *error)
{
	assert(!store->in_transaction);
	/* A snapshot is of the moment of its first read. */
	int result = run_patiently(
		store->db, kind == STORE_WRITE ? "BEGIN IMMEDIATE"
					       : "BEGIN; SELECT count(*) FROM sqlite_schema");
	if (result != SQLITE_OK) {
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
		return fail_sqlite(store, result, error);
	}
	store->in_transaction = true;
	int code = body(store, context, error);
	if (code == 0)
		code = store_script(store, "COMMIT", error);
	/* Some failures have ended it already. */
	if (code < 0 && !sqlite3_get_autocommit(store->db))
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->in_transaction = false;
	return code;
}
