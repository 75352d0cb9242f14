/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence of a bundle for commands that make something of it.
 */
#ifndef CAVRA_CLI_EVIDENCE_READ_H
#define CAVRA_CLI_EVIDENCE_READ_H

#include "cli/evidence.h"

/* What evidence.json of the bundle in operand 0 holds, which the caller decrefs. A bundle with a manifest must verify, by the key
 * that the options give; without a key it must be whole. One without a manifest is taken as it is, which is said on
 * standard error, unless a key was given. Errors: CAVRA_ERR_INPUT when it does not verify, and those of reading.
 */
int evidence_read(const struct args *args, json_t **ret_evidence, struct cavra_error *error);
/* Writes a text to standard output; returns the exit status. */
int evidence_print(const struct buf *text);

#endif
