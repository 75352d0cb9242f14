/* SPDX-License-Identifier: Apache-2.0
 *
 * A resolver over the real file system, see workspace.h. Everything is looked up when asked for,
 * Git's configuration once.
 */
#include "agents/workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/walk.h"
#include "agents/workspace_git.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"

struct workspace {
	struct arena arena;
	struct resolver resolver;
	struct str cwd;
	struct git_files git;
	bool git_loaded;
	struct buf names; /* kept here so that a jump out of the arena leaks nothing */
};

/* Names of the asking process itself: what they stand for differs in the process that will act. */
static bool is_about_process(struct str path)
{
	static const char *const names[] = {"/proc/self", "/proc/thread-self"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_starts(path, str_from(names[i])))
			return true;
	return str_starts(path, STR("/proc/")) && path.n > 6 && ascii_is_digit(path.p[6]);
}

static bool is_absent(int code)
{
	return code == ENOENT || code == ENOTDIR;
}

/* A path as the system calls want it; false when it cannot be one. */
static bool c_path(struct str path, char ret_path[PATH_MAX])
{
	if (path.n == 0 || path.n >= PATH_MAX || str_find_char(path, '\0') != STR_NPOS)
		return false;
	memcpy(ret_path, path.p, path.n);
	ret_path[path.n] = '\0';
	return true;
}

static enum resolved answer_link(void *context, struct arena *arena, struct str path,
				 struct str *ret_target)
{
	char name[PATH_MAX], target[PATH_MAX];
	(void)context;
	if (!c_path(path, name) || is_about_process(path))
		return RESOLVED_UNKNOWN;
	ssize_t n = readlink(name, target, sizeof target);
	if (n < 0)
		return errno == EINVAL || is_absent(errno) ? RESOLVED_NO : RESOLVED_UNKNOWN;
	if ((size_t)n == sizeof target)
		return RESOLVED_UNKNOWN;
	*ret_target = arena_str(arena, str_make(target, (size_t)n));
	return RESOLVED_YES;
}

static enum resolved answer_directory(void *context, struct str path)
{
	char name[PATH_MAX];
	struct stat st;
	(void)context;
	if (!c_path(path, name) || is_about_process(path))
		return RESOLVED_UNKNOWN;
	if (stat(name, &st) < 0)
		return is_absent(errno) ? RESOLVED_NO : RESOLVED_UNKNOWN;
	return S_ISDIR(st.st_mode) ? RESOLVED_YES : RESOLVED_NO;
}

static enum resolved answer_content(void *context, struct arena *arena, struct str path, size_t max,
				    struct str *ret_text)
{
	char name[PATH_MAX];
	(void)context;
	if (!c_path(path, name) || is_about_process(path))
		return RESOLVED_UNKNOWN;
	return read_regular_file(arena, name, max, ret_text);
}

static enum resolved answer_git_config(void *context, struct arena *arena, struct str key,
				       struct str *ret_value)
{
	struct workspace *workspace = context;
	struct str value;
	(void)arena;
	if (!workspace->git_loaded)
		return RESOLVED_UNKNOWN;
	enum resolved answer = git_files_config(&workspace->git, key, &value);
	if (answer == RESOLVED_YES)
		*ret_value = value;
	return answer;
}

/* ---- trees ---- */

/* workspace->names holds NUL-ended names; they move into the arena. */
static enum resolved take_names(struct workspace *workspace, struct arena *arena,
				struct str **ret_names, size_t *ret_n)
{
	if (workspace->names.failed)
		return RESOLVED_UNKNOWN;
	struct str all = arena_str(arena, buf_str(&workspace->names)), name;
	struct str *names = NULL;
	size_t n = 0, cap = 0;
	while (all.n && str_split(&all, '\0', &name))
		if (name.n)
			ARENA_PUSH(arena, names, n, cap) = name;
	*ret_names = names;
	*ret_n = n;
	return n ? RESOLVED_YES : RESOLVED_NO;
}

static enum walk_step collect_name(void *context, const struct walk_entry *entry)
{
	struct workspace *workspace = context;
	buf_add_c(&workspace->names, entry->path);
	buf_add_char(&workspace->names, '\0');
	return workspace->names.failed ? WALK_END : WALK_ON;
}

static enum resolved answer_tree(void *context, struct arena *arena, struct str path, size_t max,
				 bool recursive, struct str **ret_names, size_t *ret_n)
{
	struct workspace *workspace = context;
	char name[PATH_MAX];
	if (!c_path(path, name) || is_about_process(path))
		return RESOLVED_UNKNOWN;
	buf_clear(&workspace->names);
	struct walk walk = {
		.recursive = recursive, .max = max, .entry = collect_name, .context = workspace};
	enum walk_result result = walk_tree(name, &walk);
	if (result == WALK_ABSENT)
		return RESOLVED_NO;
	return result == WALK_COMPLETE ? take_names(workspace, arena, ret_names, ret_n)
				       : RESOLVED_UNKNOWN;
}

/* ---- hard links ---- */

struct same_file {
	struct workspace *workspace;
	const char *root; /* of this walk */
	const char *asked;
	struct stat st;
	size_t found;
	bool incomplete; /* there may be names that were not seen */
};

static enum walk_step collect_same(void *context, const struct walk_entry *entry)
{
	struct same_file *same = context;
	struct stat st;
	char path[PATH_MAX];
	if (entry->inode != same->st.st_ino || entry->is_directory)
		return WALK_ON;
	int n = snprintf(path, sizeof path, "%s/%s", same->root, entry->path);
	if (n < 0 || (size_t)n >= sizeof path ||
	    fstatat(entry->fd, entry->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		same->incomplete = true;
		return WALK_ON;
	}
	if (st.st_dev != same->st.st_dev || strcmp(path, same->asked) == 0)
		return WALK_ON;
	buf_add_c(&same->workspace->names, path);
	buf_add_char(&same->workspace->names, '\0');
	return ++same->found + 1 < same->st.st_nlink ? WALK_ON : WALK_END;
}

/* Where secrets live outside a workspace; a name of theirs may have been linked into it. */
static const struct {
	const char *directory;
	bool recursive;
} home_secrets[] = {
	{".ssh", true},    {".aws", true},           {".gnupg", true}, {".kube", true},
	{".docker", true}, {".config/gcloud", true}, {".azure", true}, {".cavra/ledger", false},
};
/* Trees of many files that are nobody's secrets and that package managers fill with hard links. */
static const char *const not_searched[] = {"node_modules", ".git/objects", NULL};

/* False when all names are found. */
static bool search(struct same_file *same, const char *root, bool recursive)
{
	struct walk walk = {.recursive = recursive,
			    .max = LIMIT_SAME_FILE_WALK,
			    .skip = not_searched,
			    .entry = collect_same,
			    .context = same};
	same->root = root;
	enum walk_result result = walk_tree(root, &walk);
	same->incomplete |= result == WALK_INCOMPLETE;
	return result != WALK_ENDED;
}

static void search_home(struct same_file *same, struct str home)
{
	char path[PATH_MAX];
	if (!c_path(home, path))
		return;
	if (!search(same, path, false))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(home_secrets); i++) {
		(void)snprintf(path, sizeof path, "%.*s/%s", STR_ARG(home),
			       home_secrets[i].directory);
		if (!search(same, path, home_secrets[i].recursive))
			return;
	}
}

/* One with st_nlink links has that many names; they are looked for where a protected one could be.
 */
static enum resolved answer_same_file(void *context, struct arena *arena, struct str path,
				      struct str **ret_names, size_t *ret_n)
{
	struct workspace *workspace = context;
	char name[PATH_MAX], root[PATH_MAX];
	struct same_file same = {.workspace = workspace, .asked = name};
	if (!c_path(path, name))
		return RESOLVED_UNKNOWN;
	if (is_about_process(path))
		return RESOLVED_NO; /* /proc knows no hard links */
	if (lstat(name, &same.st) < 0)
		return is_absent(errno) ? RESOLVED_NO : RESOLVED_UNKNOWN;
	if (!S_ISREG(same.st.st_mode) || same.st.st_nlink < 2)
		return RESOLVED_NO;
	buf_clear(&workspace->names);
	if (!c_path(workspace->resolver.workspace, root) || search(&same, root, true))
		search_home(&same, workspace->resolver.home);
	enum resolved answer = take_names(workspace, arena, ret_names, ret_n);
	bool all = same.found + 1 >= same.st.st_nlink;
	return same.incomplete && !all ? RESOLVED_UNKNOWN : answer;
}

/* ---- making one ---- */

static struct str environment_directory(struct arena *arena, const char *name)
{
	const char *value = getenv(name);
	struct str path = str_from(value);
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return path.n > 1 && path.n < PATH_MAX && path.p[0] == '/' ? arena_str(arena, path)
								   : STR("");
}

static bool holds(struct str directory, struct str path)
{
	return str_starts(path, directory) && (path.n == directory.n || path.p[directory.n] == '/');
}

static void load_git(struct workspace *workspace)
{
	struct resolver *resolver = &workspace->resolver;
	struct str *remotes;
	git_files_load(&workspace->git, &workspace->arena, workspace->cwd, resolver->home);
	git_files_remotes(&workspace->git, &workspace->arena, &remotes, &resolver->n_remotes);
	resolver->remotes = remotes;
	resolver->branch = workspace->git.branch_known ? workspace->git.branch : STR("");
	resolver->git_known = workspace->git.branch_known && workspace->git.entries_known;
	workspace->git_loaded = true;
}

static void fill(struct workspace *workspace, const char *root, const char *cwd, bool want_git)
{
	struct resolver *resolver = &workspace->resolver;
	struct arena *arena = &workspace->arena;
	*resolver = (struct resolver){.context = workspace,
				      .link = answer_link,
				      .same_file = answer_same_file,
				      .directory = answer_directory,
				      .tree = answer_tree,
				      .content = answer_content,
				      .git_config = answer_git_config};
	resolver->workspace = arena_str(arena, str_from(root));
	resolver->search_configured = getenv("RIPGREP_CONFIG_PATH") != NULL;
	resolver->home = environment_directory(arena, "HOME");
	struct str tmpdir = environment_directory(arena, "TMPDIR");
	/* A temporary directory around the workspace would make everything in it temporary. */
	bool usable = tmpdir.n && !holds(tmpdir, resolver->workspace) &&
		      !holds(tmpdir, resolver->home);
	resolver->tmpdir = usable ? tmpdir : STR("/tmp");
	workspace->cwd = cwd && cwd[0] == '/' ? arena_str(arena, str_from(cwd))
					      : resolver->workspace;
	if (want_git)
		load_git(workspace);
}

int workspace_new(const char *root, const char *cwd, bool want_git,
		  struct workspace **ret_workspace, struct cavra_error *error)
{
	char canonical[PATH_MAX];
	struct stat st;
	if (!realpath(root, canonical) || stat(canonical, &st) < 0)
		return error_set(error, is_absent(errno) ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
				 "workspace %.200s: %s", root, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return error_set(error, CAVRA_ERR_NOT_FOUND, "workspace %.200s is not a directory",
				 root);
	struct workspace *workspace = calloc(1, sizeof *workspace);
	if (!workspace)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	arena_init(&workspace->arena, MiB(16));
	buf_init(&workspace->names, MiB(8));
	if (setjmp(workspace->arena.on_full)) {
		workspace_free(workspace);
		return error_set(error, CAVRA_ERR_MEMORY,
				 "the Git configuration is too large to read");
	}
	workspace->arena.armed = true;
	fill(workspace, canonical, cwd, want_git);
	workspace->arena.armed = false;
	*ret_workspace = workspace;
	return 0;
}

void workspace_free(struct workspace *workspace)
{
	if (!workspace)
		return;
	buf_release(&workspace->names);
	arena_release(&workspace->arena);
	free(workspace);
}

const struct resolver *workspace_resolver(const struct workspace *workspace)
{
	return &workspace->resolver;
}
