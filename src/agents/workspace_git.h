/* SPDX-License-Identifier: Apache-2.0
 *
 * What Git would know in a directory, read from its files: branch, remotes, configuration.
 */
#ifndef CAVRA_AGENTS_WORKSPACE_GIT_H
#define CAVRA_AGENTS_WORKSPACE_GIT_H

#include "agents/gitconfig.h"
#include "decide/resolver.h"

struct git_entry {
	struct gitconfig_entry entry;
	bool certain; /* not behind an includeIf */
};

struct git_files {
	struct arena *arena; /* armed while loading */
	struct str worktree; /* the directory with .git; empty: not in a repository */
	struct str gitdir;   /* of the worktree; empty: not in a repository */
	struct str commondir;
	struct str branch; /* empty: detached, or unknown */
	bool branch_known;
	struct git_entry *entries;
	size_t n_entries, cap_entries;
	bool entries_known; /* everything that could hold a key was read */
};

/* Finds the repository that `cwd` is in and reads its branch. */
void git_files_find(struct git_files *git, struct arena *arena, struct str cwd);
/* The same, and its configuration. home may be empty. */
void git_files_load(struct git_files *git, struct arena *arena, struct str cwd, struct str home);
/* The last value of a key wins, as in Git. */
enum resolved git_files_config(const struct git_files *git, struct str key, struct str *ret_value);
/* Names of remotes that have a URL. */
void git_files_remotes(const struct git_files *git, struct arena *arena, struct str **ret_names,
		       size_t *ret_n);

/* False when there are fewer than n bytes, or on an error. */
bool read_exactly(int fd, char *bytes, size_t n);
/* The bytes of a regular file of at most max bytes. NO: there is none. Copies into the arena only
 * after the file is closed.
 */
enum resolved read_regular_file(struct arena *arena, const char *path, size_t max,
				struct str *ret_text);

#endif
