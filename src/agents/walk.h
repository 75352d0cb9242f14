/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded walk through a directory tree. Symbolic links are named, never followed.
 */
#ifndef CAVRA_AGENTS_WALK_H
#define CAVRA_AGENTS_WALK_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct walk_entry {
	const char *path; /* relative to where the walk started */
	const char *name; /* its last component, in the directory `fd` */
	int fd;
	ino_t inode;
	bool is_directory;
};

enum walk_step {
	WALK_ON,
	WALK_PAST, /* do not enter this directory */
	WALK_END,
};

struct walk {
	bool recursive;
	size_t max;              /* entries; more ends the walk */
	const char *const *skip; /* NULL-terminated: directories of these relative paths or names
				    are not entered; may be NULL */
	/* Must not jump: the walk holds descriptors. */
	enum walk_step (*entry)(void *context, const struct walk_entry *entry);
	void *context;
};

enum walk_result {
	WALK_COMPLETE,
	WALK_ENDED,      /* by entry() */
	WALK_INCOMPLETE, /* more than max entries, too deep, or something was not readable */
	WALK_ABSENT,     /* there is no such directory */
};
enum walk_result walk_tree(const char *path, const struct walk *walk);

#endif
