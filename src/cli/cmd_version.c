/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra version
 */
#include <stdio.h>

#include "cli/cli.h"

int cmd_version(const struct args *args)
{
	(void)args;
	(void)printf("cavra %s\n", cavra_version());
	return EXIT_ALLOWED;
}
