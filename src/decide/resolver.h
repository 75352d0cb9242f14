/* SPDX-License-Identifier: Apache-2.0
 *
 * What the decision core may know of the world, as arguments. The core does no I/O of its own: the hook passes
 * a resolver over the real file system, tests and `--facts` one over a table.
 */
#ifndef CAVRA_DECIDE_RESOLVER_H
#define CAVRA_DECIDE_RESOLVER_H

#include "base/arena.h"

enum resolved {
	RESOLVED_UNKNOWN = -1, /* nobody can tell */
	RESOLVED_NO = 0,
	RESOLVED_YES = 1,
};

/* Every path given to a resolver is absolute and canonical in text. Answers live in the arena. Callbacks may be NULL:
 * then their question is RESOLVED_UNKNOWN.
 */
struct resolver {
	void *context;
	struct str workspace;      /* absolute; empty: unknown */
	struct str home;           /* absolute; empty: unknown */
	struct str tmpdir;         /* absolute; default /tmp */
	struct str branch;         /* current branch; empty: unknown or detached */
	const struct str *remotes; /* names */
	size_t n_remotes;
	bool search_configured; /* the environment names options for search tools that nobody looks at */
	/* Absolute paths of CAVRA itself on this machine, which nobody may change: these, and what is below. On top of those
	 * that are the same everywhere.
	 */
	const struct str *guarded;
	size_t n_guarded;
	/* Absolute paths that nobody may read, nor what has more behind such a name. */
	const struct str *secret;
	size_t n_secret;
	bool git_known; /* branch and remotes were really looked up */

	/* Is path itself a symbolic link, and to what text? */
	enum resolved (*link)(void *context, struct arena *arena, struct str path,
			      struct str *ret_target);
	/* Other absolute names of the same file (hard links). Unknown: there may be more than those named. */
	enum resolved (*same_file)(void *context, struct arena *arena, struct str path,
				   struct str **ret_names, size_t *ret_n);
	/* Is it a directory? */
	enum resolved (*directory)(void *context, struct str path);
	/* Names in a directory tree, relative to it, at most `max`; RESOLVED_UNKNOWN when there are more. Hidden names and
	 * directories that Git ignores are listed too.
	 */
	enum resolved (*tree)(void *context, struct arena *arena, struct str path, size_t max,
			      bool recursive, struct str **ret_names, size_t *ret_n);
	/* The symbolic and hard links below a directory, relative to it, for where the names are not known but these are. */
	enum resolved (*links)(void *context, struct arena *arena, struct str path,
			       struct str **ret_names, size_t *ret_n);
	/* The bytes of a script of at most `max` bytes. */
	enum resolved (*content)(void *context, struct arena *arena, struct str path, size_t max,
				 struct str *ret_text);
	/* A value of the repository's Git configuration ("alias.st", "push.default"). */
	enum resolved (*git_config)(void *context, struct arena *arena, struct str key,
				    struct str *ret_value);
};

#endif
