/* SPDX-License-Identifier: Apache-2.0
 *
 * Many requests, one decision a line.
 */
#ifndef CAVRA_CLI_BATCH_H
#define CAVRA_CLI_BATCH_H

#include "cli/guard.h"

/* Reads JSON Lines from path ("-": standard input) and prints one line for each that is not blank,
 * in order: a record with the request's `id`, or {"error": ..., "line": ..., "id": ...}. Gives the
 * exit status.
 */
int batch_run(struct guard *guard, const char *path);

#endif
