/* SPDX-License-Identifier: Apache-2.0
 *
 * Where CAVRA stands on this machine: what an agent must not change besides what is the same everywhere.
 */
#ifndef CAVRA_CLI_INSTALLED_H
#define CAVRA_CLI_INSTALLED_H

#include "cli/config.h"
#include "decide/resolver.h"

enum { INSTALLED_PATHS = 2 + 2 * LIMIT_POLICY_LAYERS };

struct installed {
	char path[INSTALLED_PATHS][PATH_MAX];
	struct str paths[INSTALLED_PATHS];
	size_t n;
};

/* The programs beside the running one, and the directories of the layers. */
void installed_find(const struct config *config, struct installed *ret_installed);
/* Protects all of them in what the resolver sees; both must stay. */
void installed_guard(const struct installed *installed, struct resolver *resolver);

#endif
