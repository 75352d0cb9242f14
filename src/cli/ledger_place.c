/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the ledger is, see ledger_place.h.
 */
#include "cli/ledger_place.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/home.h"

int ledger_directory(const char *configured, char ret_path[PATH_MAX], struct cavra_error *error)
{
	struct home_list homes = {.n = 0};
	const char *home = getenv("HOME");
	if (!home || home[0] != '/') {
		home_directories(&homes);
		home = homes.n ? homes.directory[0] : NULL;
	}
	if (!configured && !home)
		return error_set(error, CAVRA_ERR_IO,
				 "there is no place for the ledger: HOME names no directory; set "
				 "it, or ledger.directory");
	int n = configured ? snprintf(ret_path, PATH_MAX, "%s", configured)
			   : snprintf(ret_path, PATH_MAX, "%s/" LEDGER_DIRECTORY, home);
	if (n < 0 || n >= PATH_MAX)
		return error_set(error, CAVRA_ERR_LIMIT, "the path of the ledger is too long");
	return 0;
}
