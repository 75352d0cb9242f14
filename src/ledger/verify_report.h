/* SPDX-License-Identifier: Apache-2.0
 *
 * From what verification has seen to its report. Inside of verification; see verify.h.
 */
#ifndef CAVRA_LEDGER_VERIFY_REPORT_H
#define CAVRA_LEDGER_VERIFY_REPORT_H

#include "ledger/chain.h"
#include "ledger/verify.h"

struct verified {
	struct ledger_report report;
	struct ledger_chain chain;
	struct chain_mark *marks; /* owned */
	uint64_t segments;        /* or bundles of an export */
};

int verified_init(struct verified *verified, const struct ledger_verification *what,
		  struct cavra_error *error);
void verified_release(struct verified *verified);
int verified_report(struct verified *verified, const struct ledger_verification *what,
		    enum ledger_verdict *ret_verdict, json_t **ret_report,
		    struct cavra_error *error);

#endif
