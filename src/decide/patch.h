/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files a patch names: unified and context diffs, those of Git with their quoted names, and the format of coding agents.
 * Source: the manuals of git diff ("generating patch text with -p") and GNU diffutils ("detailed unified").
 */
#ifndef CAVRA_DECIDE_PATCH_H
#define CAVRA_DECIDE_PATCH_H

#include "decide/core.h"

/* Is it one, as far as its beginning tells? */
bool patch_is(struct str text);
/* Calls name() with every name in the lines that name files, as it is written there and again without the part in front of its
 * first slash ("b/src/x.c"). "/dev/null" is no name. Stops when name() returns false.
 */
void patch_names(struct arena *arena, struct str patch,
		 bool (*name)(void *context, struct str path), void *context);

#endif
