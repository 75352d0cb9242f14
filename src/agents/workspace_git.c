/* SPDX-License-Identifier: Apache-2.0
 *
 * Git's files, see workspace_git.h. Layout as in gitrepository-layout(5); order of configuration as
 * in git-config(1), "Files".
 */
#include "agents/workspace_git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"

enum { GIT_INCLUDE_DEPTH = 10 };

bool read_exactly(int fd, char *bytes, size_t n)
{
	size_t done = 0;
	while (done < n) {
		ssize_t got = read(fd, bytes + done, n - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static bool is_at_end(int fd)
{
	char more;
	ssize_t n;
	do
		n = read(fd, &more, 1);
	while (n < 0 && errno == EINTR);
	return n == 0;
}

enum resolved read_regular_file(struct arena *arena, const char *path, size_t max,
				struct str *ret_text)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? RESOLVED_NO : RESOLVED_UNKNOWN;
	if (!S_ISREG(st.st_mode) || (unsigned long long)st.st_size > max)
		return RESOLVED_UNKNOWN;
	size_t n = (size_t)st.st_size;
	char *bytes = arena_alloc(arena, n + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return RESOLVED_UNKNOWN;
	/* A file that grew or shrank meanwhile is not what was asked about. */
	bool whole = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == (off_t)n &&
		     read_exactly(fd, bytes, n) && is_at_end(fd);
	(void)close(fd);
	if (!whole)
		return RESOLVED_UNKNOWN;
	*ret_text = str_make(bytes, n);
	return RESOLVED_YES;
}

static enum resolved read_file(struct git_files *git, struct str directory, const char *name,
			       struct str *ret_text)
{
	struct str path = arena_join3(git->arena, directory, STR("/"), str_from(name));
	return read_regular_file(git->arena, path.p, LIMIT_SCRIPT_BYTES, ret_text);
}

static struct str path_from(struct git_files *git, struct str base, struct str path)
{
	if (path.n && path.p[0] == '/')
		return arena_str(git->arena, path);
	return arena_join3(git->arena, base, STR("/"), path);
}

static struct str directory_of(struct str path)
{
	size_t slash = str_find_last_char(path, '/');
	return slash == STR_NPOS || slash == 0 ? STR("/") : str_first(path, slash);
}

/* A file names the real place (worktrees, submodules). Empty: it cannot be told. */
static struct str real_gitdir(struct git_files *git, struct str directory, struct str dot_git,
			      const struct stat *st)
{
	struct str text;
	if (S_ISDIR(st->st_mode))
		return dot_git;
	if (read_regular_file(git->arena, dot_git.p, KiB(8), &text) != RESOLVED_YES ||
	    !str_starts(text, STR("gitdir:")))
		return STR("");
	return path_from(git, directory, str_trim(str_from_at(text, 7)));
}

/* Returns whether `directory` has a .git. Sets gitdir and commondir when they can be told. */
static bool open_gitdir(struct git_files *git, struct str directory)
{
	struct str dot_git = arena_join(git->arena, directory, STR("/.git")), text;
	struct stat st;
	bool there = stat(dot_git.p, &st) == 0;
	if (!there && (errno == ENOENT || errno == ENOTDIR))
		return false;
	if (there) {
		git->worktree = directory;
		git->gitdir = real_gitdir(git, directory, dot_git, &st);
	}
	git->commondir = git->gitdir;
	enum resolved common = git->gitdir.n ? read_file(git, git->gitdir, "commondir", &text)
					     : RESOLVED_UNKNOWN;
	if (common == RESOLVED_YES)
		git->commondir = path_from(git, git->gitdir, str_trim(text));
	if (common == RESOLVED_UNKNOWN)
		git->entries_known = false;
	return true;
}

static void find_repository(struct git_files *git, struct str cwd)
{
	struct str at = cwd;
	while (at.n && !open_gitdir(git, at)) {
		if (str_is(at, "/"))
			return;
		at = directory_of(at);
	}
}

static void read_branch(struct git_files *git)
{
	struct str head, prefix = STR("ref: refs/heads/");
	if (!git->gitdir.n || read_file(git, git->gitdir, "HEAD", &head) != RESOLVED_YES)
		return;
	head = str_trim(head);
	/* With reftables HEAD holds this and the branch stands elsewhere. */
	if (str_is(head, "ref: refs/heads/.invalid"))
		return;
	git->branch_known = true;
	if (str_starts(head, prefix))
		git->branch = str_from_at(head, prefix.n);
}

struct config_file {
	struct git_files *git;
	struct str path, home;
	bool certain;
	int depth;
};

static bool read_config(struct git_files *git, const struct config_file *file);

static void include(const struct config_file *from, struct str path, bool certain)
{
	struct git_files *git = from->git;
	struct config_file file = *from;
	file.certain = from->certain && certain;
	file.depth++;
	if (str_starts(path, STR("~/")) && from->home.n)
		file.path = arena_join(git->arena, from->home, str_from_at(path, 1));
	else
		file.path = path_from(git, directory_of(from->path), path);
	if (file.depth > GIT_INCLUDE_DEPTH || str_starts(path, STR("%(")) ||
	    !read_config(git, &file))
		git->entries_known = false;
}

static bool add_entry(void *context, const struct gitconfig_entry *entry)
{
	const struct config_file *file = context;
	struct git_files *git = file->git;
	struct git_entry fresh = {.entry = *entry, .certain = file->certain};
	ARENA_PUSH(git->arena, git->entries, git->n_entries, git->cap_entries) = fresh;
	if (str_is(entry->key, "include.path"))
		include(file, entry->value, true);
	else if (str_starts(entry->key, STR("includeif.")) && str_ends(entry->key, STR(".path")))
		include(file, entry->value, false);
	return true;
}

/* True when the file is absent, or read and understood. */
static bool read_config(struct git_files *git, const struct config_file *file)
{
	struct str text;
	enum resolved there = read_regular_file(git->arena, file->path.p, LIMIT_SCRIPT_BYTES,
						&text);
	if (there != RESOLVED_YES)
		return there == RESOLVED_NO;
	return gitconfig_walk(git->arena, text, add_entry, (void *)file);
}

static void read_config_at(struct git_files *git, struct str home, struct str directory,
			   const char *name)
{
	struct config_file file = {.git = git, .home = home, .certain = true};
	if (!directory.n)
		return;
	file.path = arena_join3(git->arena, directory, STR("/"), str_from(name));
	if (!read_config(git, &file))
		git->entries_known = false;
}

/* Variables that make Git look elsewhere than this file knows. */
static bool environment_redirects(void)
{
	static const char *const names[] = {
		"GIT_DIR",          "GIT_COMMON_DIR",        "GIT_WORK_TREE",
		"GIT_CONFIG",       "GIT_CONFIG_GLOBAL",     "GIT_CONFIG_SYSTEM",
		"GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_NOSYSTEM"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (getenv(names[i]))
			return true;
	return false;
}

void git_files_find(struct git_files *git, struct arena *arena, struct str cwd)
{
	*git = (struct git_files){.arena = arena,
				  .worktree = STR(""),
				  .gitdir = STR(""),
				  .branch = STR(""),
				  .entries_known = true};
	find_repository(git, cwd);
	read_branch(git);
}

void git_files_load(struct git_files *git, struct arena *arena, struct str cwd, struct str home)
{
	git_files_find(git, arena, cwd);
	const char *xdg = getenv("XDG_CONFIG_HOME");
	struct str config_home = xdg && xdg[0] == '/' ? str_from(xdg)
				 : home.n             ? arena_join(arena, home, STR("/.config"))
						      : STR("");
	read_config_at(git, home, STR("/etc"), "gitconfig");
	read_config_at(git, home, config_home, "git/config");
	read_config_at(git, home, home, ".gitconfig");
	read_config_at(git, home, git->commondir, "config");
	struct str per_worktree;
	if (git_files_config(git, STR("extensions.worktreeconfig"), &per_worktree) != RESOLVED_NO)
		read_config_at(git, home, git->gitdir, "config.worktree");
	if (environment_redirects()) {
		git->entries_known = false;
		git->branch_known = false;
	}
}

enum resolved git_files_config(const struct git_files *git, struct str key, struct str *ret_value)
{
	if (!git->entries_known)
		return RESOLVED_UNKNOWN;
	for (size_t i = git->n_entries; i > 0; i--) {
		const struct git_entry *found = &git->entries[i - 1];
		if (!gitconfig_key_is(found->entry.key, key))
			continue;
		if (!found->certain)
			return RESOLVED_UNKNOWN;
		*ret_value = found->entry.value;
		return RESOLVED_YES;
	}
	return RESOLVED_NO;
}

void git_files_remotes(const struct git_files *git, struct arena *arena, struct str **ret_names,
		       size_t *ret_n)
{
	struct str *names = NULL, prefix = STR("remote."), suffix = STR(".url");
	size_t n = 0, cap = 0;
	for (size_t i = 0; i < git->n_entries; i++) {
		struct str key = git->entries[i].entry.key;
		if (!str_starts(key, prefix) || !str_ends(key, suffix) ||
		    key.n <= prefix.n + suffix.n)
			continue;
		struct str name = str_make(key.p + prefix.n, key.n - prefix.n - suffix.n);
		bool seen = false;
		for (size_t j = 0; j < n; j++)
			seen = seen || str_eq(names[j], name);
		if (!seen)
			ARENA_PUSH(arena, names, n, cap) = name;
	}
	*ret_names = names;
	*ret_n = n;
}
