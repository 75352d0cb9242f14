/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in the room: a repository with its origin, a home directory, and what of it is protected under
 * cavra-ai-agent-baseline. That list is written by hand, so that no mistake of the policy's reader hides in it.
 */
#ifndef TESTS_EFFECTS_WORLD_H
#define TESTS_EFFECTS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "watch.h"

/* Every secret contains it, and nothing else does. */
#define CANARY "CANARY-"
#define WORKSPACE "/repo"

enum guard { GUARD_READ = 1, GUARD_WRITE = 2 };

struct guarded {
	const char *path; /* with a slash at its end: all below it */
	unsigned guards;
};
extern const struct guarded guarded[];
extern const size_t n_guarded;

/* script: builds the world, once. 0 or -1. */
int world_start(const char *script);
/* As it was built. */
int world_reset(void);
/* What of the guarded a happening meets: by name, by inode, or as a directory above it. NULL: nothing. */
const struct guarded *world_guard(const struct happening *happening, unsigned guards);
/* Outside of the workspace and of the places that are everybody's. */
bool world_outside(const char *path);
/* The protected branches of the origin are as they were. */
bool world_refs_unchanged(void);

#endif
