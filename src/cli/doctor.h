/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks of cavra doctor: configuration, settings, hooks, ledger.
 */
#ifndef CAVRA_CLI_DOCTOR_H
#define CAVRA_CLI_DOCTOR_H

#include "cli/checkup.h"
#include "cli/config.h"

/* Loads and looks at the layers of the project checkup->root. */
void doctor_configuration(struct checkup *checkup, struct config *ret_config);
/* Finds the hooks in all settings, looks at them, and asks each. config: as loaded. */
void doctor_hooks(struct checkup *checkup, const struct config *config);
/* Looks whether what is decided can be recorded. */
void doctor_ledger(struct checkup *checkup, const struct config *config);

#endif
