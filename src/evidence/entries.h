/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger.json: the entries of a ledger that a bundle is about, each with the proof that it is in a tree whose root a
 * checkpoint names. docs/evidence.md lists its members.
 */
#ifndef CAVRA_EVIDENCE_ENTRIES_H
#define CAVRA_EVIDENCE_ENTRIES_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "ledger/checkpoint_file.h"

/* Which entries: of a session (empty: of all), from a time on (0: from the first), before a time (0: to the last). */
struct ledger_selection {
	struct str session_id;
	int64_t since, until;
};

/* Reads a whole ledger, a line at a time, and proves the selected entries in it. When there are checkpoints, the newest one that
 * covers them says which tree they are proved to be in. *ret_decisions: the decisions in them, in order. The caller decrefs both. Errors: CAVRA_ERR_NOT_FOUND when there is no such
 * entry, CAVRA_ERR_INPUT for a ledger that is damaged, CAVRA_ERR_LIMIT, CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int entries_make(const char *directory, const struct ledger_selection *selection,
		 json_t **ret_ledger, json_t **ret_decisions, struct cavra_error *error);

/* "origin", "first_sequence", "last_sequence", "entries", "tree_size", "root_hash": what other files say of it. NULL without
 * memory.
 */
json_t *entries_summary(const json_t *ledger);

/* Is each entry what it says, in its place in the tree, and are its decisions those of evidence.json? trust: whose
 * signature under the checkpoint counts, or NULL. Errors: CAVRA_ERR_INPUT says what is wrong, CAVRA_ERR_MEMORY.
 */
int entries_check(const json_t *ledger, const json_t *evidence, const struct ledger_trust *trust,
		  struct cavra_error *error);

#endif
