/* SPDX-License-Identifier: Apache-2.0
 *
 * The policy file of a project: where it stands and what a new one says.
 */
#ifndef CAVRA_CLI_PROJECT_H
#define CAVRA_CLI_PROJECT_H

#include "base/buf.h"
#include "base/error.h"

#define PROJECT_DIRECTORY ".cavra"
#define PROJECT_POLICY ".cavra/policy.yaml"
#define PROJECT_POLICY_ID "cavra-project"
#define DEFAULT_PACK "cavra-ai-agent-baseline"

/* A policy that inherits the baseline and says how to go on. */
void project_policy_write(struct buf *out, const char *id);

enum project_policy { PROJECT_POLICY_WRITTEN, PROJECT_POLICY_KEPT };
/* Writes the policy below root (canonical), with its directory. An existing one is kept unless
 * force is set. Errors as in files.h.
 */
int project_policy_make(const char *root, const char *id, bool force, enum project_policy *ret_done,
			struct cavra_error *error);

#endif
