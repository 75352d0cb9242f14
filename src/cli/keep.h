/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that a hook leaves behind, in files of the home directory that self-protection guards.
 */
#ifndef CAVRA_CLI_KEEP_H
#define CAVRA_CLI_KEEP_H

#include "base/error.h"
#include "base/str.h"

/* Adds one line, given without its newline, to a file named relative to the home directory, and makes it when it is
 * missing. One that has LIMIT_KEPT_BYTES becomes <file>.old first. CAVRA_ERR_IO, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY.
 */
int keep_line(const char *file, struct str line, struct cavra_error *error);

#endif
