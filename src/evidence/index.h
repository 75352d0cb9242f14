/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles that can be found again: metadata in a database. What is on record stays: a session is indexed once, and again
 * only as what it was.
 */
#ifndef CAVRA_EVIDENCE_INDEX_H
#define CAVRA_EVIDENCE_INDEX_H

#include "evidence/metadata.h"
#include "store/store.h"

enum index_outcome {
	INDEX_ADDED,
	INDEX_FOUND,    /* the same manifest is on record; nothing was changed */
	INDEX_CONFLICT, /* another manifest is on record for this session; nothing was changed */
};

/* What is on record of the session already. */
struct index_entry {
	char verification[32];
	char manifest_sha256[SHA256_HEX];
	char indexed_at[40];
};

/* ret_entry: as it is now. Errors of store.h. */
int index_add(struct store *store, const struct metadata *metadata, int64_t now,
	      enum index_outcome *ret_outcome, struct index_entry *ret_entry,
	      struct cavra_error *error);

enum { INDEX_LIMIT_DEFAULT = 50, INDEX_LIMIT_MAX = 500 };

/* Each that is given must hold. */
struct index_filter {
	const char *session_id; /* a part of it; NULL: any */
	const char *signer;     /* NULL: any */
	const char *metadata_kind, *verification;
	int64_t min_blocked;
	int has_approvals; /* some decision asked for approval: 1, none: 0; -1: either */
	int64_t created_from,
		created_until; /* microseconds since 1970; from: included, until: not; 0: any */
	int64_t limit, offset; /* 1 to INDEX_LIMIT_MAX; from 0 */
};

/* {"items": records, the newest first, "total", "limit", "offset"}; the caller decrefs it. */
int index_search(struct store *store, const struct index_filter *filter, json_t **ret_result,
		 struct cavra_error *error);

#endif
