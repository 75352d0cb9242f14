/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the ledger is.
 */
#ifndef CAVRA_CLI_LEDGER_PLACE_H
#define CAVRA_CLI_LEDGER_PLACE_H

#include <limits.h>

#include "base/error.h"

#define LEDGER_DIRECTORY ".cavra/ledger"

/* configured: ledger.directory, NULL: LEDGER_DIRECTORY below HOME, or below the account's home where that names none.
 * CAVRA_ERR_IO when there is no home, CAVRA_ERR_LIMIT.
 */
int ledger_directory(const char *configured, char ret_path[PATH_MAX], struct cavra_error *error);

#endif
