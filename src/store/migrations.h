/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions of a database. A table lists what was ever done to it, in order; a database that is behind is brought
 * forward, each step in one transaction. What was applied is recorded in it with a checksum, so that a database whose
 * history is not the one of the table, or that a newer program has written, is refused rather than guessed at.
 */
#ifndef CAVRA_STORE_MIGRATIONS_H
#define CAVRA_STORE_MIGRATIONS_H

#include "store/store.h"

/* Once released, a row is never changed; a change is a new row. Versions count from 1 without gaps. */
struct migration {
	int version;
	const char *name;
	const char *sqlite; /* statements */
};

/* What CAVRA's databases hold. */
extern const struct migration migrations[];
extern const size_t migrations_count;

struct migration_outcome {
	int before, after; /* versions; 0: an empty database */
};

/* Brings the database to the last version of the table. What was done before an error stays done. Errors of store.h, and
 * CAVRA_ERR_INPUT for a database of a newer or different history, or of somebody else.
 */
int migrations_apply(struct store *store, const struct migration *table, size_t n,
		     struct migration_outcome *ret, struct cavra_error *error);
/* Fails unless the database is at the last version. Writes nothing. */
int migrations_check(struct store *store, const struct migration *table, size_t n,
		     struct cavra_error *error);

#endif
