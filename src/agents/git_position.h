/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a repository stands, for records: read from its files, as far as that can be told.
 */
#ifndef CAVRA_AGENTS_GIT_POSITION_H
#define CAVRA_AGENTS_GIT_POSITION_H

#include "base/arena.h"

/* Each is empty when it is not known. */
struct git_position {
	struct str repository; /* the directory with .git */
	struct str branch;     /* empty, too, when HEAD is detached */
	struct str commit;     /* hexadecimal; empty, too, before the first one */
};

/* cwd: absolute. Lives in the arena, which must be armed. */
void git_position_find(struct arena *arena, struct str cwd, struct git_position *ret_position);

#endif
