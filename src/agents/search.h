/* SPDX-License-Identifier: Apache-2.0
 *
 * What a search tool of an agent really opens below a directory: ripgrep's rules, that is, hidden
 * files too, nothing below .git, nothing that .gitignore excludes, and of the rest what its --glob
 * selects. A resolver for deciding about that search alone.
 */
#ifndef CAVRA_AGENTS_SEARCH_H
#define CAVRA_AGENTS_SEARCH_H

#include "base/buf.h"
#include "decide/resolver.h"

struct ignore_level;

struct search {
	const struct resolver *under; /* answers everything else */
	struct str glob;              /* of the tool; empty: none */
	struct buf names;
	struct buf start;  /* where the walk starts, with a '/' behind */
	struct str prefix; /* of start: what follows the root of the repository */
	bool ignores;      /* .gitignore files count */
	bool failed;       /* an ignore file could not be read: what is opened is not known */
	struct ignore_level *levels; /* those on the way to the entry in hand, innermost first */
};

/* under and glob must outlive the search. *ret_resolver answers tree() as described and all else as
 * under does. */
void search_init(struct search *search, const struct resolver *under, struct str glob,
		 struct resolver *ret_resolver);
void search_release(struct search *search);

/* Does --glob select this path? A glob that is not understood selects everything. */
bool search_glob_selects(struct str glob, struct str path);

#endif
