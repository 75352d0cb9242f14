/* SPDX-License-Identifier: Apache-2.0
 *
 * policy.require_signature: the keys that the layers of configuration trust, and the check of policy files against
 * them. Apart from config.c, because cavra-hook links no signatures (handover.h).
 */
#ifndef CAVRA_CLI_CONFIG_TRUST_H
#define CAVRA_CLI_CONFIG_TRUST_H

#include "cli/config.h"

#define TRUST_DIRECTORY "trust"

/* What config_load() needs of this, as values, so that only who names it links it. */
extern const struct config_verifier config_verifier;

#endif
