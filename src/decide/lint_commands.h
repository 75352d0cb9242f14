/* SPDX-License-Identifier: Apache-2.0
 *
 * What a pack's allowed commands also let pass, by what is known of the programs.
 */
#ifndef CAVRA_DECIDE_LINT_COMMANDS_H
#define CAVRA_DECIDE_LINT_COMMANDS_H

#include "policy/lint.h"

/* Visits a warning for each pattern of the pack's own commands.allow that, as the policy decides, lets pass an option by
 * which the program runs or loads what the option names.
 */
void lint_commands(const struct lint *lint);

#endif
