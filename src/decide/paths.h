/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths: what a name really stands for. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_PATHS_H
#define CAVRA_DECIDE_PATHS_H

#include "decide/core.h"

/* path relative to cwd, absolute and without "." ".." "//", /proc aliases undone, as the kernel walks it: a ".." behind a
 * symbolic link leads to where the link leads. Where that depends on unknown text the
 * result starts with an unknown part.
 */
struct value path_canonical(struct decider *d, struct value path, struct value cwd);
/* The directory that the known text in front of a canonical path names, and the rest with its slash; empty when there is
 * none.
 */
struct str path_known_directory(struct decider *d, struct value path, struct value *ret_rest);
/* The same for known text; cwd may be empty, then relative paths stay relative. */
struct str path_canonical_text(struct arena *arena, struct str path, struct str cwd);
/* Where an absolute path really leads: follows the symbolic links that the text makes and those that the resolver knows, and
 * takes ".." for the parent of what a link leads to.
 */
struct str path_resolve(struct decider *d, struct str path);
/* Is there a dot in its last component, in front of something and behind something? */
bool path_names_file(struct str path);
/* Of a path as the request names it. */
enum resolved path_is_directory(struct decider *d, struct str path);
/* Does the canonical path name an open descriptor, /dev/fd/3, or begin with one? *ret_rest: what stands behind its slash; its
 * p is NULL when there is none.
 */
bool path_descriptor(struct str path, struct str *ret_rest);
/* Is one of its components ".."? */
bool path_climbs(struct str path);
/* Is the canonical path dir itself or below it? */
bool path_inside(struct str path, struct str dir);
/* Without dir and the slash behind it; "." for dir itself; path when it is not inside. */
struct str path_relative(struct str path, struct str dir);

/* What the name becomes on a forgiving file system or behind a forgiving program: full-width and invisible characters,
 * backslashes, percent escapes, streams, blanks and dots where a component ends. Empty when it stays as it is.
 */
struct str path_plain_spelling(struct arena *arena, struct str text);
/* Where the link is, not where it leads; empty when the path is no link. A slash behind it asks for what it leads to. */
struct str path_link_itself(struct decider *d, struct str path);
/* Does path, from cwd, name a link? False where only a part of it is known. */
bool path_is_link(struct decider *d, struct value path, struct value cwd);
/* Neither in the workspace nor in a directory for temporary files. */
bool path_is_outside(const struct decider *d, struct str path);
/* The names that a short one of NTFS may stand for; empty when there is none in it. */
struct value path_short_names(struct arena *arena, struct str text);
bool path_holds_pattern(struct str text);
/* The name as a program would see it that expands "*", "?" and "[...]". */
struct value path_as_pattern(struct arena *arena, struct str text);

/* Of the names that the pattern stands for, those that begin with a link that the resolver can list. */
void path_expand_links(struct decider *d, struct value pattern, const struct scope *scope,
		       struct str **ret_paths, size_t *ret_n);
/* With home in place of what people write for it to a file tool: "~", "$HOME", "${HOME}". */
struct str path_at_home(struct arena *arena, struct str text, struct str home);
/* The same, and what is not known in front of names that some tool might expand: "~user/x", "$PWD/x". */
struct value path_expanded(struct arena *arena, struct str text, struct str home);

/* The files that a partly known path stands for, in those of the scope's directories that can be listed, when it is a shell
 * pattern. True when these are all; false when there may be others. makes: a file that is not there would be made, so that
 * the pattern itself is a name, too: the shell leaves one that matches nothing as it is.
 */
bool path_expand(struct decider *d, struct value path, bool makes, const struct scope *scope,
		 struct str **ret_paths, size_t *ret_n);

/* The words with those patterns as they are written that no file meets; nothing else in the request may make one, which
 * code_finish() sees to.
 */
const struct word *words_unmatched(struct decider *d, const struct word *words, size_t n,
				   const struct scope *scope);

/* The words of a command with its patterns replaced by what they stand for, in the scope's only directory. True when that
 * makes another command of it: when a file's name looks like an option, or, where the order of words matters, when one
 * word becomes several. In which order the shell puts them depends on the locale: both are to be tried.
 */
enum expand_order { EXPAND_ANYHOW, EXPAND_FORWARDS, EXPAND_BACKWARDS };
bool words_expand(struct decider *d, const struct word *words, size_t n, enum expand_order order,
		  const struct scope *scope, struct word **ret_words, size_t *ret_n);

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
/* The same for files of CAVRA's that an agent must not read either: a ledger's salt, private keys. MATCH_MUST also for a
 * tree that is CAVRA's and surely holds one.
 */
enum match secret_path(struct decider *d, const struct value *names, size_t n, bool tree,
		       const char **ret_what);

#endif
