/* SPDX-License-Identifier: Apache-2.0
 *
 * One name of a path, as path patterns see it.
 */
#ifndef CAVRA_POLICY_PATH_NAME_H
#define CAVRA_POLICY_PATH_NAME_H

#include "policy/pattern_list.h"

/* A component that is only partly known, without any '/' in its unknown part. */
struct path_hole {
	struct str before, behind; /* known text at its ends, as far as that is easily seen */
	bool no_dot;               /* it does not start with '.' */
};

enum { PATH_HOLES = 8 };

struct path_name {
	struct value value;
	bool known;
	bool absolute;
	bool has_any;    /* some unknown part may hold a '/' */
	bool many_holes; /* more than there is room for */
	const struct value
		*place; /* a relative name of the same place as this absolute one, or NULL */
	struct path_hole hole[PATH_HOLES]; /* when it is neither known nor has_any */
	size_t n_holes;
};

void path_name_describe(const struct value *names, size_t n_names, size_t which,
			struct path_name *ret);

/* Does the name match the pattern? is_tree: or something below it. */
enum match path_name_run(const struct path_name *name, const struct path_pattern *pattern,
			 bool is_tree);
/* The same, for a name that is known to be only partly known, without more work than needed: never says MATCH_MUST. */
enum match path_name_may(const struct path_name *name, const struct path_pattern *pattern,
			 bool is_tree);
/* What is left of the match of pattern `index` after the exceptions behind it. */
enum match path_name_except(const struct path_name *name, const struct path_pattern *patterns,
			    uint32_t index, enum match match);

#endif
