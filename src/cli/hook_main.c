/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra-hook: what an agent starts in front of every tool call. Links only what deciding needs.
 */
#include <stdio.h>
#include <string.h>

#include <cavra/cavra.h>

#include "cli/hook.h"

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("cavra-hook %s\n", cavra_version());
		return 0;
	}
	if (argc == 2)
		return hook_run(argv[1], NULL);
	(void)fprintf(stderr, "usage: cavra-hook AGENT\n");
	return 2;
}
