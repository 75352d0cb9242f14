/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths: what a name really stands for. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_PATHS_H
#define CAVRA_DECIDE_PATHS_H

#include "decide/core.h"

/* path relative to cwd, absolute and without "." ".." "//", /proc aliases undone. Where that depends on unknown text the
 * result starts with an unknown part.
 */
struct value path_canonical(struct decider *d, struct value path, struct value cwd);
/* The same for known text; cwd may be empty, then relative paths stay relative. */
struct str path_canonical_text(struct arena *arena, struct str path, struct str cwd);
/* Follows symbolic links in a canonical absolute path: those the text makes and those the resolver knows. */
struct str path_resolve(struct decider *d, struct str path);
/* Is the canonical path dir itself or below it? */
bool path_inside(struct str path, struct str dir);
/* Without dir and the slash behind it; "." for dir itself; path when it is not inside. */
struct str path_relative(struct str path, struct str dir);

/* A symbolic link that the analysed text makes. */
struct made_link {
	struct str name, target; /* canonical absolute; target as the link says it */
	struct made_link *next;
};
void path_note_link(struct decider *d, struct value name, struct value target,
		    const struct scope *scope);

/* Names under which CAVRA's own files and its agent's configuration are known, see protect.c. Answers for a canonical
 * absolute path, known or not; MATCH_MAY when it only stands below the path (tree). *ret_what says for a person what it
 * is.
 */
enum match protected_path(struct decider *d, const struct value *names, size_t n, bool tree,
			  const char **ret_what);

#endif
