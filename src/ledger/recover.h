/* SPDX-License-Identifier: Apache-2.0
 *
 * What a crash left at the end of a ledger: it is set aside, and entries tell of it. For append.c, under its lock.
 */
#ifndef CAVRA_LEDGER_RECOVER_H
#define CAVRA_LEDGER_RECOVER_H

#include "ledger/ledger.h"
#include "ledger/tail.h"

enum { OWN_DRAFTS = 3 };

/* What the ledger has to tell of itself, in front of what was asked for. */
struct own {
	struct ledger_draft draft[OWN_DRAFTS];
	size_t n;
};

/* Copies what is torn to a file in torn/, behind what that holds, says so in the state, and cuts it off; tail->size is then tail->end. */
int recover_set_aside(struct ledger_writer *writer, struct ledger_tail *tail,
		      struct cavra_error *error);
/* That the ledger begins, that something was torn, that entries are gone. The caller releases it, also after a failure. */
int recover_tell(struct ledger_writer *writer, const struct ledger_tail *tail, struct own *own,
		 struct cavra_error *error);
void own_release(struct own *own);

#endif
