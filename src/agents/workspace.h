/* SPDX-License-Identifier: Apache-2.0
 *
 * A resolver over the real file system: what decide() may know of the workspace it judges in. Only
 * looks: readlink, stat, directory listings, and the bytes of scripts and of Git's own files. Runs
 * nothing, follows nothing outside what it is asked, and answers "unknown" where it would have to
 * guess.
 */
#ifndef CAVRA_AGENTS_WORKSPACE_H
#define CAVRA_AGENTS_WORKSPACE_H

#include "base/error.h"
#include "decide/resolver.h"

struct workspace;

/* root: an existing directory. cwd: where the action happens, whose repository counts; NULL: root.
 * want_git: look up branch and remotes (a few file reads). Belongs to one thread. Errors:
 * CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int workspace_new(const char *root, const char *cwd, bool want_git,
		  struct workspace **ret_workspace, struct cavra_error *error);
void workspace_free(struct workspace *workspace);
/* Valid as long as the workspace. */
const struct resolver *workspace_resolver(const struct workspace *workspace);

static inline void workspace_freep(struct workspace **workspace)
{
	workspace_free(*workspace);
}
#define CLEANUP_WORKSPACE __attribute__((cleanup(workspace_freep)))

#endif
