/* SPDX-License-Identifier: Apache-2.0
 *
 * The policy file of a project: where it stands and what a new one says.
 */
#ifndef CAVRA_CLI_PROJECT_H
#define CAVRA_CLI_PROJECT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

#define PROJECT_DIRECTORY ".cavra"
#define PROJECT_POLICY ".cavra/policy.yaml"
#define PROJECT_CONFIG ".cavra/config.yaml"
#define PROJECT_POLICY_ID "cavra-project"
/* Of the home directory: compiled policies, see policy/cache.h. Below what self-protection guards. */
#define IMAGE_DIRECTORY ".cavra/images"
#define DEFAULT_PACK "cavra-ai-agent-baseline"

/* Has the directory a policy or a configuration of its own? What is there and unreadable counts, so that it
 * fails. */
bool project_is(const char *directory);
/* Cuts the last component off; false at the root. */
bool project_go_up(char *directory);
/* The nearest directory from `start` (absolute) upwards that project_is(); else the nearest with a repository; else
 * the start itself. True for the first. ret_root holds PATH_MAX bytes.
 */
bool project_find(const char *start, char *ret_root);

/* A policy that inherits the baseline and says how to go on. */
void project_policy_write(struct buf *out, const char *id);

enum project_policy { PROJECT_POLICY_WRITTEN, PROJECT_POLICY_KEPT };
/* Writes the policy below root (canonical), with its directory. An existing one is kept unless
 * force is set. Errors as in files.h.
 */
int project_policy_make(const char *root, const char *id, bool force, enum project_policy *ret_done,
			struct cavra_error *error);

#endif
