/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra hook AGENT: cavra-hook for those who have only cavra.
 */
#include "cli/cli.h"
#include "cli/config_trust.h"
#include "cli/hook.h"

int cmd_hook(const struct args *args)
{
	return hook_run(args->operand[0], &config_verifier);
}
