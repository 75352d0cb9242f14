/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the ledger is, see ledger_place.h.
 */
#include "cli/ledger_place.h"

#include "cli/files.h"
#include "cli/home.h"

int ledger_directory(char ret_path[PATH_MAX], struct cavra_error *error)
{
	struct home_list homes;
	home_directories(&homes);
	if (!homes.n)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "HOME is not set, and the account has no home directory; say "
				 "where the ledger is with --ledger");
	/* HOME comes behind the account. */
	return file_join(ret_path, homes.directory[homes.n - 1], ".cavra/ledger", error);
}
