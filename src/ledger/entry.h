/* SPDX-License-Identifier: Apache-2.0
 *
 * One entry of the ledger as a line of canonical JSON (RFC 8785), chained to the one before it. docs/ledger.md has the
 * format. Pure: time and place in the chain are arguments.
 */
#ifndef CAVRA_LEDGER_ENTRY_H
#define CAVRA_LEDGER_ENTRY_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/digest.h"

#define ENTRY_SCHEMA "cavra.ledger.entry.v1"

/* What somebody wants to be recorded. */
struct ledger_draft {
	const char *event_type; /* "cavra.decision" */
	struct str session_id;  /* at most LIMIT_SESSION_ID_BYTES */
	json_t *body;           /* an object; borrowed */
};

/* Where the chain ends. */
struct ledger_head {
	uint64_t sequence;            /* of the last entry, 0: there is none */
	char record_hash[SHA256_HEX]; /* of it; empty: there is none */
};

/* Adds the line of the entry behind the head, without a newline, and moves the head to it. What makes it longer than
 * LIMIT_LEDGER_ENTRY_BYTES is shortened: long texts, then the ends of long lists; both say so where they stand. when:
 * microseconds since 1970. CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY; the head stays then.
 */
int entry_write(struct buf *out, struct ledger_head *head, const struct ledger_draft *draft,
		int64_t when, struct cavra_error *error);

/* What a line says about the chain. False when it is not an entry as entry_write() makes them or its hash is not the one
 * that it names. Looks at the bytes alone: that the body is canonical JSON is entry_read()'s to say.
 */
struct entry_link {
	uint64_t sequence;
	char previous_hash[SHA256_HEX]; /* empty: none */
	char record_hash[SHA256_HEX];
};
bool entry_link(struct str line, struct entry_link *ret_link, const char **ret_wrong);

/* A whole entry. All text is borrowed from json. */
struct ledger_entry {
	struct entry_link link;
	struct str event_type, session_id, timestamp;
	json_t *body;
	json_t *json; /* owned */
};
/* Checks everything that a line by itself can prove. CAVRA_ERR_INPUT says what is wrong; CAVRA_ERR_LIMIT,
 * CAVRA_ERR_MEMORY.
 */
int entry_read(struct str line, struct ledger_entry *ret_entry, struct cavra_error *error);
void entry_release(struct ledger_entry *entry);

#define CLEANUP_ENTRY __attribute__((cleanup(entry_release)))

#endif
