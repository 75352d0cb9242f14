/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying a ledger, or an export of one, from its entries alone: nothing that was derived from them is believed. Anybody
 * with a copy can do it. docs/ledger.md says what it finds and what nobody could.
 */
#ifndef CAVRA_LEDGER_VERIFY_H
#define CAVRA_LEDGER_VERIFY_H

#include "ledger/checkpoint_file.h"
#include "ledger/report.h"

struct ledger_verification {
	const char *directory;
	const struct ledger_trust
		*trust; /* whose signatures count; NULL: those of the keys that the ledger names */
	/* What was kept elsewhere, of any time; NULL and 0: nothing. */
	const struct ledger_checkpoint *kept;
	const char *kept_name;
	uint64_t expected_size;    /* it had that many entries */
	const char *expected_head; /* and the last one, then, had this record_hash */
};

enum ledger_verdict {
	LEDGER_FAILED,         /* something is wrong */
	LEDGER_INTEGRITY_ONLY, /* whole in itself, and nobody who is trusted vouches for it */
	LEDGER_VERIFIED,       /* a trusted key has signed it, up to where the report says */
};

/* The caller decrefs *ret_report. A ledger that is missing or cannot be read is one that fails. Errors: CAVRA_ERR_MEMORY. */
int ledger_verify(const struct ledger_verification *what, enum ledger_verdict *ret_verdict,
		  json_t **ret_report, struct cavra_error *error);

#endif
