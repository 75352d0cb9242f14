/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded walk, see walk.h.
 */
#include "agents/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WALK_DEPTH = 64 };

struct walking {
	const struct walk *walk;
	size_t left;
	char path[PATH_MAX]; /* relative, of the entry in hand */
};

static enum walk_result walk_directory(struct walking *walking, int fd, size_t path_length,
				       int depth);

/* False when nobody can tell. */
static bool look_at_type(int fd, const struct dirent *found, bool *ret_is_directory)
{
	struct stat st;
	*ret_is_directory = found->d_type == DT_DIR;
	if (found->d_type != DT_UNKNOWN)
		return true;
	if (fstatat(fd, found->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	*ret_is_directory = S_ISDIR(st.st_mode);
	return true;
}

static bool is_skipped(const struct walking *walking, const char *name)
{
	for (const char *const *skip = walking->walk->skip; skip && *skip; skip++)
		if (strcmp(*skip, name) == 0 || strcmp(*skip, walking->path) == 0)
			return true;
	return false;
}

static enum walk_result enter(struct walking *walking, int fd, const char *name, int depth)
{
	if (depth >= WALK_DEPTH)
		return WALK_INCOMPLETE;
	int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return WALK_INCOMPLETE;
	return walk_directory(walking, below, strlen(walking->path), depth + 1);
}

static enum walk_result visit(struct walking *walking, int fd, const struct dirent *found,
			      size_t path_length, int depth)
{
	const char *name = found->d_name;
	size_t n = strlen(name);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return WALK_COMPLETE;
	if (walking->left == 0 || path_length + n + 2 > sizeof walking->path)
		return WALK_INCOMPLETE;
	walking->left--;
	size_t at = path_length;
	if (at)
		walking->path[at++] = '/';
	memcpy(walking->path + at, name, n + 1);
	struct walk_entry entry = {
		.path = walking->path, .name = name, .fd = fd, .inode = found->d_ino};
	if (!look_at_type(fd, found, &entry.is_directory))
		return WALK_INCOMPLETE;
	enum walk_step step = walking->walk->entry(walking->walk->context, &entry);
	if (step == WALK_END)
		return WALK_ENDED;
	if (step == WALK_PAST || !entry.is_directory || !walking->walk->recursive ||
	    is_skipped(walking, name))
		return WALK_COMPLETE;
	return enter(walking, fd, name, depth);
}

/* Takes fd over. */
static enum walk_result walk_directory(struct walking *walking, int fd, size_t path_length,
				       int depth)
{
	DIR *directory = fdopendir(fd);
	if (!directory) {
		(void)close(fd);
		return WALK_INCOMPLETE;
	}
	enum walk_result result = WALK_COMPLETE;
	struct dirent *found;
	errno = 0;
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	while (result == WALK_COMPLETE && (found = readdir(directory)) != NULL) {
		result = visit(walking, fd, found, path_length, depth);
		errno = 0;
	}
	if (errno)
		result = WALK_INCOMPLETE;
	(void)closedir(directory);
	return result;
}

enum walk_result walk_tree(const char *path, const struct walk *walk)
{
	struct walking walking = {.walk = walk, .left = walk->max};
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? WALK_ABSENT : WALK_INCOMPLETE;
	return walk_directory(&walking, fd, 0, 0);
}
