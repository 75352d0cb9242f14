/* SPDX-License-Identifier: Apache-2.0
 *
 * Where CAVRA stands on this machine: what an agent must not change, or not even read, besides what is the same everywhere.
 */
#ifndef CAVRA_CLI_INSTALLED_H
#define CAVRA_CLI_INSTALLED_H

#include "cli/config.h"
#include "decide/resolver.h"

enum { INSTALLED_PATHS = 2 + 2 * LIMIT_POLICY_LAYERS + 2, INSTALLED_SECRETS = 4 };

struct installed {
	struct str paths[INSTALLED_PATHS];
	size_t n;
	struct str secrets[INSTALLED_SECRETS];
	size_t n_secrets;
	size_t used;
	/* The paths, one behind the other, so that most of it is never touched. */
	char room[(INSTALLED_PATHS + INSTALLED_SECRETS) * PATH_MAX];
};

/* The programs beside the running one, the directories of the layers, and the ledger with what nobody may read of it. */
void installed_find(const struct config *config, struct installed *ret_installed);
/* Protects all of them in what the resolver sees; both must stay. */
void installed_guard(const struct installed *installed, struct resolver *resolver);

#endif
