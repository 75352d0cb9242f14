/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the ledger of this user is.
 */
#ifndef CAVRA_CLI_LEDGER_PLACE_H
#define CAVRA_CLI_LEDGER_PLACE_H

#include <limits.h>

#include "base/error.h"

/* "~/.cavra/ledger": HOME when it is set, else the home of the account. CAVRA_ERR_NOT_FOUND without either. */
int ledger_directory(char ret_path[PATH_MAX], struct cavra_error *error);

#endif
