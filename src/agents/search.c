/* SPDX-License-Identifier: Apache-2.0
 *
 * What a search opens, see search.h.
 */
#include "agents/search.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/ignore.h"
#include "agents/walk.h"
#include "agents/workspace_git.h"
#include "base/array.h"
#include "base/limits.h"

/* The .gitignore of one directory. */
struct ignore_level {
	struct ignore_level *outer;
	char *directory; /* relative to the repository, with its '/'; "" is the root */
	char *text;
	struct ignore_file file;
};

/* ---- the glob ---- */

/* Forms whose meaning is beyond doubt: no '/' but a leading "**" element, at most one list in
 * braces. */
static bool is_plain_glob(struct str glob)
{
	size_t open = str_find_char(glob, '{'), close = str_find_char(glob, '}');
	bool braces = open != STR_NPOS;
	if (braces != (close != STR_NPOS) || (braces && close < open))
		return false;
	for (size_t i = 0; i < glob.n; i++) {
		char c = glob.p[i];
		bool inside = braces && i > open && i < close;
		if (ascii_is_name(c) || strchr(".-*?", c) || (c == ',' && inside) || i == open ||
		    i == close)
			continue;
		return false;
	}
	return glob.n > 0 && !str_starts(glob, STR("-"));
}

static bool matches_one(struct str before, struct str middle, struct str after, struct str name)
{
	char pattern[256];
	int n = snprintf(pattern, sizeof pattern, "%.*s%.*s%.*s", STR_ARG(before), STR_ARG(middle),
			 STR_ARG(after));
	/* Too long to tell: a positive glob then selects, a negative one is not consulted. */
	return n < 0 || (size_t)n >= sizeof pattern || ignore_glob(str_from(pattern), name);
}

static bool matches_plain(struct str glob, struct str name)
{
	size_t open = str_find_char(glob, '{'), close = str_find_char(glob, '}');
	if (open == STR_NPOS)
		return matches_one(glob, STR(""), STR(""), name);
	struct str list = str_make(glob.p + open + 1, close - open - 1), choice;
	while (str_split(&list, ',', &choice))
		if (matches_one(str_first(glob, open), choice, str_from_at(glob, close + 1), name))
			return true;
	return false;
}

bool search_glob_selects(struct str glob, struct str path)
{
	bool not = str_starts(glob, STR("!"));
	struct str plain = str_from_at(glob, not );
	if (str_starts(plain, STR("**/")))
		plain = str_from_at(plain, 3);
	if (!is_plain_glob(plain) || plain.n > 200)
		return true;
	return matches_plain(plain, str_basename(path)) != not ;
}

/* ---- .gitignore ---- */

/* NULL when there is no such file, and when it cannot be read: it may take back what an outer one
 * excludes.
 */
static char *read_text(struct search *search, int directory, const char *name)
{
	struct stat st;
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		search->failed |= errno != ENOENT;
		return NULL;
	}
	char *text = NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= (off_t)LIMIT_SCRIPT_BYTES)
		text = calloc(1, (size_t)st.st_size + 1);
	bool whole = text && read_exactly(fd, text, (size_t)st.st_size);
	(void)close(fd);
	if (whole)
		return text;
	search->failed = true;
	free(text);
	return NULL;
}

/* Files that may take back what an outer one excludes. */
static bool others_take_back(struct search *search, int directory)
{
	static const char *const names[] = {".ignore", ".rgignore"};
	bool takes_back = false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *text = read_text(search, directory, names[i]);
		takes_back = takes_back || (text && strchr(text, '!'));
		free(text);
	}
	return takes_back;
}

static void push_level(struct search *search, int directory, struct str path)
{
	struct ignore_level *level = calloc(1, sizeof *level);
	char *name = strndup(path.p ? path.p : "", path.n);
	char *text = read_text(search, directory, ".gitignore");
	bool takes_back = others_take_back(search, directory);
	search->failed |= !level || !name;
	if (!level || !name || (!text && !takes_back)) {
		free(level);
		free(name);
		free(text);
		return;
	}
	ignore_parse(&level->file, str_from(text), path.n);
	level->file.takes_back = level->file.takes_back || takes_back;
	level->directory = name;
	level->text = text;
	level->outer = search->levels;
	search->levels = level;
}

static void pop_level(struct search *search)
{
	struct ignore_level *level = search->levels;
	search->levels = level->outer;
	free(level->directory);
	free(level->text);
	free(level);
}

/* Leaves the levels that are about the directory that path is in. */
static void pop_to(struct search *search, struct str path)
{
	while (search->levels && !str_starts(path, str_from(search->levels->directory)))
		pop_level(search);
}

static bool is_ignored(const struct search *search, struct str path, bool is_directory)
{
	bool ignored = false;
	for (const struct ignore_level *level = search->levels; level; level = level->outer) {
		if (level->file.takes_back)
			return false;
		ignored = ignored || ignore_matches(&level->file, path, is_directory);
	}
	return ignored;
}

/* Bytes of path up to the directory that holds .git; STR_NPOS when there is none. */
static size_t repository_of(struct search *search, struct str path)
{
	char git[PATH_MAX + 8];
	while (path.n > 1) {
		(void)snprintf(git, sizeof git, "%.*s/.git", STR_ARG(path));
		if (access(git, F_OK) == 0)
			return path.n;
		search->failed |= errno != ENOENT;
		path.n = str_find_last_char(path, '/');
	}
	return STR_NPOS;
}

/* Levels from the repository down to where the walk starts. Without a repository, ripgrep looks at
 * no .gitignore either; and one that somebody configured may look at none.
 */
static void push_outer_levels(struct search *search)
{
	struct str path = buf_str(&search->start);
	size_t root = repository_of(search, str_first(path, path.n - 1));
	search->ignores = root != STR_NPOS && !getenv("RIPGREP_CONFIG_PATH");
	if (!search->ignores)
		return;
	search->prefix = str_from_at(path, root + 1);
	for (size_t end = root; end < path.n; end++) {
		char directory[PATH_MAX];
		if (path.p[end] != '/')
			continue;
		(void)snprintf(directory, sizeof directory, "%.*s", (int)end, path.p);
		int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0) {
			search->failed = true;
			continue;
		}
		push_level(search, fd, str_make(path.p + root + 1, end - root));
		(void)close(fd);
	}
}

/* ---- the walk ---- */

static enum walk_step enter_directory(struct search *search, const struct walk_entry *entry,
				      struct str path)
{
	int fd = openat(entry->fd, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return WALK_END;
	push_level(search, fd, path);
	(void)close(fd);
	return search->failed ? WALK_END : WALK_ON;
}

static enum walk_step visit(void *context, const struct walk_entry *entry)
{
	struct search *search = context;
	char bytes[2 * PATH_MAX];
	int n = snprintf(bytes, sizeof bytes, "%.*s%s/", STR_ARG(search->prefix), entry->path);
	if (n < 0 || (size_t)n >= sizeof bytes)
		return WALK_END;
	struct str path = str_make(bytes, (size_t)n - 1);
	pop_to(search, path);
	if (is_ignored(search, path, entry->is_directory))
		return WALK_PAST;
	if (entry->is_directory && strcmp(entry->name, ".git") == 0)
		return WALK_PAST;
	if (entry->is_directory && search->ignores)
		return enter_directory(search, entry, str_make(bytes, (size_t)n));
	if (!entry->is_directory && search_glob_selects(search->glob, str_from(entry->path))) {
		buf_add_c(&search->names, entry->path);
		buf_add_char(&search->names, '\0');
	}
	return search->names.failed ? WALK_END : WALK_ON;
}

static enum resolved take_names(struct search *search, struct arena *arena, size_t max,
				struct str **ret_names, size_t *ret_n)
{
	struct str all = arena_str(arena, buf_str(&search->names)), name;
	struct str *names = NULL;
	size_t n = 0, cap = 0;
	while (all.n && str_split(&all, '\0', &name))
		if (name.n)
			ARENA_PUSH(arena, names, n, cap) = name;
	if (n > max)
		return RESOLVED_UNKNOWN;
	*ret_names = names;
	*ret_n = n;
	return n ? RESOLVED_YES : RESOLVED_NO;
}

static enum resolved answer_tree(void *context, struct arena *arena, struct str path, size_t max,
				 bool recursive, struct str **ret_names, size_t *ret_n)
{
	struct search *search = context;
	struct walk walk = {
		.recursive = true, .max = LIMIT_SEARCH_WALK, .entry = visit, .context = search};
	char directory[PATH_MAX];
	if (!recursive)
		return search->under->tree(search->under->context, arena, path, max, recursive,
					   ret_names, ret_n);
	if (path.n < 2 || path.n >= sizeof directory || str_find_char(path, '\0') != STR_NPOS)
		return RESOLVED_UNKNOWN;
	(void)snprintf(directory, sizeof directory, "%.*s", STR_ARG(path));
	buf_clear(&search->names);
	buf_clear(&search->start);
	buf_add(&search->start, path);
	buf_add_char(&search->start, '/');
	search->prefix = STR("");
	search->failed = false;
	push_outer_levels(search);
	enum walk_result result = walk_tree(directory, &walk);
	while (search->levels)
		pop_level(search);
	if (result == WALK_ABSENT)
		return RESOLVED_NO;
	return result == WALK_COMPLETE && !search->failed
		       ? take_names(search, arena, max, ret_names, ret_n)
		       : RESOLVED_UNKNOWN;
}

/* ---- everything else ---- */

static enum resolved answer_link(void *context, struct arena *arena, struct str path,
				 struct str *ret_target)
{
	const struct search *search = context;
	return search->under->link(search->under->context, arena, path, ret_target);
}

static enum resolved answer_same_file(void *context, struct arena *arena, struct str path,
				      struct str **ret_names, size_t *ret_n)
{
	const struct search *search = context;
	return search->under->same_file(search->under->context, arena, path, ret_names, ret_n);
}

static enum resolved answer_directory(void *context, struct str path)
{
	const struct search *search = context;
	return search->under->directory(search->under->context, path);
}

void search_init(struct search *search, const struct resolver *under, struct str glob,
		 struct resolver *ret_resolver)
{
	*search = (struct search){.under = under, .glob = glob, .prefix = STR("")};
	buf_init(&search->names, MiB(8));
	buf_init(&search->start, PATH_MAX);
	*ret_resolver = *under;
	ret_resolver->context = search;
	ret_resolver->tree = answer_tree;
	ret_resolver->link = answer_link;
	ret_resolver->same_file = answer_same_file;
	ret_resolver->directory = answer_directory;
	/* A search asks for neither. */
	ret_resolver->content = NULL;
	ret_resolver->git_config = NULL;
}

void search_release(struct search *search)
{
	buf_release(&search->names);
	buf_release(&search->start);
}
