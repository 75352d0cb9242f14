/* SPDX-License-Identifier: Apache-2.0
 *
 * One hook call, for cavra-hook and cavra hook alike.
 */
#ifndef CAVRA_CLI_HOOK_H
#define CAVRA_CLI_HOOK_H

/* The time that a call may take; then it is blocked. */
enum { HOOK_SECONDS = 8 };

struct config_verifier;

/* verifier: NULL when this program has none; where signatures are required, cavra takes over then (handover.h).
 * Reads the agent's payload from standard input, answers on standard output. Gives the exit status:
 * 0, or 2 (with a reason on standard error), which every agent takes as "blocked". Whatever goes
 * wrong ends as 2.
 */
int hook_run(const char *agent, const struct config_verifier *verifier);

#endif
