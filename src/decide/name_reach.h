/* SPDX-License-Identifier: Apache-2.0
 *
 * What a partly known name may stand for. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_NAME_REACH_H
#define CAVRA_DECIDE_NAME_REACH_H

#include "base/value.h"

enum reach {
	REACH_BELOW = 1, /* also what stands below the path */
	REACH_ABOVE = 2, /* also the directories that it stands in */
	REACH_DEEP = 4,  /* the path, relative, in any directory */
};

/* May the name stand for the path? '*' in the path is any run of bytes inside one component. Ignores case. As in a shell, "*"
 * and "?" of the name take no '.' in front of a component; "~", which path_short_names() makes, does.
 */
bool name_may_reach(struct arena *arena, struct value name, struct str path, unsigned reach);

#endif
