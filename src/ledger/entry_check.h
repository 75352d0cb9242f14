/* SPDX-License-Identifier: Apache-2.0
 *
 * What entry_read() finds of a line, without making values of it: for who reads millions of them.
 */
#ifndef CAVRA_LEDGER_ENTRY_CHECK_H
#define CAVRA_LEDGER_ENTRY_CHECK_H

#include "ledger/entry.h"

#define LEDGER_OWN_EVENTS "cavra.ledger."

struct entry_view {
	struct entry_link link;
	bool is_own; /* its event_type begins with LEDGER_OWN_EVENTS: it tells of the ledger */
};

/* 0 exactly when entry_read() gives 0. Errors as there. */
int entry_check(struct str line, struct entry_view *ret_view, struct cavra_error *error);

#endif
