/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra-hook hands a call over to cavra, which does the same and can do more. Signing and verifying need OpenSSL's providers, and
 * linking those would cost every call of every installation more than the decision does.
 */
#ifndef CAVRA_CLI_HANDOVER_H
#define CAVRA_CLI_HANDOVER_H

#include "base/error.h"
#include "base/str.h"

/* Becomes `cavra hook AGENT`, the one beside this program, with the payload as its standard input. Comes back only with an
 * error: CAVRA_ERR_IO.
 */
int hand_over(const char *agent, struct str payload, struct cavra_error *error);

/* Becomes `cavra ledger checkpoint --ledger DIRECTORY`, for a process that nobody waits for. Comes back when it does not
 * start.
 */
void hand_over_checkpoint(const char *directory);

#endif
