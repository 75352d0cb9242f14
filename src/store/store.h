/* SPDX-License-Identifier: Apache-2.0
 *
 * A database behind one interface: statements with bound parameters, rows of typed columns, transactions. sqlite.c is
 * behind it; nobody else knows SQLite. A store belongs to one thread at a time.
 *
 * SQL is text of the program, never made from input: what comes from outside is bound. Errors name the database:
 * CAVRA_ERR_IO when it cannot be read or written, or stays locked by somebody else; CAVRA_ERR_INPUT when it is no
 * database, is damaged or forbids what is asked; CAVRA_ERR_MEMORY; CAVRA_ERR_INTERNAL for statements that make no sense.
 */
#ifndef CAVRA_STORE_STORE_H
#define CAVRA_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct store;

enum store_mode {
	STORE_READ,   /* an existing database, to read */
	STORE_CREATE, /* to write, and made (for its owner alone) when it is not there */
};

/* path: of a file. Symbolic links lead to its directory, but it must be none itself. The caller closes *ret_store. */
int store_open(const char *path, enum store_mode mode, struct store **ret_store,
	       struct cavra_error *error);
void store_close(struct store *store);
const char *store_name(const struct store *store);

static inline void store_closep(struct store **store)
{
	store_close(*store);
}
#define CLEANUP_STORE __attribute__((cleanup(store_closep)))

enum store_type { STORE_NULL, STORE_INTEGER, STORE_TEXT };

struct store_value {
	enum store_type type;
	int64_t integer; /* also a truth value, 0 or 1 */
	struct str text; /* UTF-8; borrowed; of a row: until the callback returns */
};

static inline struct store_value store_null(void)
{
	return (struct store_value){.type = STORE_NULL};
}

static inline struct store_value store_integer(int64_t integer)
{
	return (struct store_value){.type = STORE_INTEGER, .integer = integer};
}

static inline struct store_value store_text(struct str text)
{
	return (struct store_value){.type = STORE_TEXT, .text = text};
}

/* One statement, for a parameter ?1, ?2, ... one value each. ret_changes: rows that it changed; may be NULL. */
int store_exec(struct store *store, const char *sql, const struct store_value *values, size_t n,
	       int64_t *ret_changes, struct cavra_error *error);

/* A row; a negative code, with *error, ends the query and is what it returns. Must not use the store otherwise. */
typedef int (*store_row)(void *context, const struct store_value *columns,
			 struct cavra_error *error);

struct store_query {
	const char *sql;
	const struct store_value *values;
	size_t n;
	/* One letter for each column: 'i' an integer, 't' a text; 'I' and 'T' may be null. Anything else that stands in the
	 * database is an error.
	 */
	const char *columns;
};

int store_query(struct store *store, const struct store_query *query, store_row row, void *context,
		struct cavra_error *error);
/* The integer in the only column of the only row; *ret stays when there is no row. */
int store_query_integer(struct store *store, const struct store_query *query, int64_t *ret,
			struct cavra_error *error);

/* Several statements without parameters, as migrations are. */
int store_script(struct store *store, const char *sql, struct cavra_error *error);

enum store_transaction_kind {
	STORE_SNAPSHOT, /* all reads see the same state */
	STORE_WRITE,    /* nobody else writes meanwhile; waits for its turn */
};

/* What body does is done when it returns 0 and this does; otherwise none of it is. Not nested. */
typedef int (*store_body)(struct store *store, void *context, struct cavra_error *error);
int store_transaction(struct store *store, enum store_transaction_kind kind, store_body body,
		      void *context, struct cavra_error *error);

#endif
