/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of a file. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_FILE_NAMES_H
#define CAVRA_DECIDE_FILE_NAMES_H

#include "decide/core.h"

enum { NAMES_MAX = 48 };

struct names {
	size_t n;
	size_t n_placed; /* of these, in front: where it is known what they count from */
	bool overflow;
	bool itself; /* of a link, and not what it leads to */
	bool inside; /* some name of it is inside the workspace */
	bool outside;
	bool unknown;
	struct value items[NAMES_MAX];
};

void names_init(struct names *names);
/* Adds all names of an absolute path. */
void names_add_path(struct decider *d, struct names *names, struct str path);
/* All names of a path that counts from each of the scope's directories. itself: of a link, and not of what it leads to. */
void names_collect(struct decider *d, struct names *ret_names, struct value path,
		   const struct scope *scope, bool itself);

#endif
