/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra-hook: what an agent starts in front of every tool call. Links only what deciding needs.
 */
#include <stdio.h>

#include "cli/hook.h"

int main(int argc, char **argv)
{
	if (argc == 2)
		return hook_run(argv[1]);
	(void)fprintf(stderr, "usage: cavra-hook AGENT\n");
	return 2;
}
