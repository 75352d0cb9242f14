/* SPDX-License-Identifier: Apache-2.0
 *
 * Self-protection: what CAVRA and the agent's own guards are made of. No policy can open it.
 */
#include "decide/paths.h"

enum place { IN_WORKSPACE, IN_HOME, ANYWHERE };

/* Relative to the workspace, to the home directory, or absolute. A trailing slash means everything below. '*' is any run
 * of bytes inside one component. Matching ignores case.
 */
static const struct guarded {
	enum place place;
	const char *path;
	const char *what;
} guarded_paths[] = {
	{IN_WORKSPACE, ".cavra/", "CAVRA's policy, keys and ledger"},
	{IN_WORKSPACE, ".claude/settings*.json", "the agent's hooks"},
	{IN_WORKSPACE, ".claude/hooks/", "the agent's hooks"},
	{IN_WORKSPACE, ".mcp.json", "the agent's MCP servers"},
	{IN_WORKSPACE, ".codex/", "the agent's configuration"},
	{IN_WORKSPACE, ".cursor/", "the agent's configuration"},
	{IN_WORKSPACE, ".gemini/", "the agent's configuration"},
	{IN_WORKSPACE, ".amazonq/", "the agent's configuration"},
	{IN_WORKSPACE, ".kiro/", "the agent's configuration"},
	{IN_WORKSPACE, ".github/copilot*", "the agent's configuration"},
	{IN_WORKSPACE, ".github/hooks/", "the agent's hooks"},
	{IN_WORKSPACE, ".git/hooks/", "Git's hooks"},
	{IN_WORKSPACE, ".git/config", "Git's configuration"},
	{IN_WORKSPACE, ".envrc", "a file that the shell runs on entry"},
	{IN_HOME, ".cavra/", "CAVRA's policy, keys and ledger"},
	{IN_HOME, ".config/cavra/", "CAVRA's configuration"},
	{IN_HOME, ".claude/settings*.json", "the agent's hooks"},
	{IN_HOME, ".claude/hooks/", "the agent's hooks"},
	{IN_HOME, ".claude.json", "the agent's configuration"},
	{IN_HOME, ".codex/", "the agent's configuration"},
	{IN_HOME, ".cursor/", "the agent's configuration"},
	{IN_HOME, ".gemini/", "the agent's configuration"},
	{IN_HOME, ".copilot/", "the agent's configuration"},
	{IN_HOME, ".kiro/", "the agent's configuration"},
	{IN_HOME, ".gitconfig", "Git's configuration"},
	{IN_HOME, ".config/git/", "Git's configuration"},
	{IN_HOME, ".bashrc", "a shell start-up file"},
	{IN_HOME, ".bash_profile", "a shell start-up file"},
	{IN_HOME, ".bash_login", "a shell start-up file"},
	{IN_HOME, ".bash_logout", "a shell start-up file"},
	{IN_HOME, ".bash_aliases", "a shell start-up file"},
	{IN_HOME, ".profile", "a shell start-up file"},
	{IN_HOME, ".zshrc", "a shell start-up file"},
	{IN_HOME, ".zshenv", "a shell start-up file"},
	{IN_HOME, ".zprofile", "a shell start-up file"},
	{IN_HOME, ".zlogin", "a shell start-up file"},
	{IN_HOME, ".kshrc", "a shell start-up file"},
	{IN_HOME, ".config/fish/config.fish", "a shell start-up file"},
	{IN_HOME, ".config/fish/conf.d/", "a shell start-up file"},
	{IN_HOME, ".ssh/authorized_keys", "who may log in"},
	{IN_HOME, ".ssh/config", "what ssh runs"},
	{ANYWHERE, "/etc/cavra/", "CAVRA's managed configuration"},
	{ANYWHERE, "/etc/claude-code/", "the agent's managed configuration"},
	{ANYWHERE, "/etc/codex/", "the agent's managed configuration"},
	{ANYWHERE, "/etc/profile", "a shell start-up file"},
	{ANYWHERE, "/etc/profile.d/", "a shell start-up file"},
	{ANYWHERE, "/etc/bash.bashrc", "a shell start-up file"},
	{ANYWHERE, "/etc/ld.so.preload", "what every program loads"},
	{ANYWHERE, "/usr/bin/cavra*", "CAVRA itself"},
	{ANYWHERE, "/usr/local/bin/cavra*", "CAVRA itself"},
};

/* Does name fit the guarded path: itself, below it, or (tree) something it contains? */
static bool fits(struct str name, struct str path, bool tree)
{
	bool below = path.n && path.p[path.n - 1] == '/';
	if (below)
		path.n--;
	size_t i = 0, k = 0;
	while (k < path.n && i < name.n) {
		if (path.p[k] == '*') {
			/* The last part of the pattern: its tail must end the component. */
			struct str tail = str_from_at(path, k + 1), rest = str_from_at(name, i);
			size_t slash = str_find_char(rest, '/');
			if (slash != STR_NPOS)
				rest = str_first(rest, slash);
			return rest.n >= tail.n &&
			       str_eq_nocase(str_from_at(rest, rest.n - tail.n), tail);
		}
		if (ascii_lower(path.p[k]) != ascii_lower(name.p[i]))
			return false;
		k++;
		i++;
	}
	if (k == path.n || (k + 1 == path.n && path.p[k] == '*'))
		return i == name.n || (below && name.p[i] == '/');
	return tree && i == name.n && (path.p[k] == '/' || i == 0);
}

/* What decides in a Git directory which code runs and what the branches are. "" is the directory itself: a file in its
 * place would name another one.
 */
static const char *const git_parts[] = {"",       "config",          "config.worktree",
					"hooks/", "info/attributes", "HEAD",
					"refs/",  "packed-refs"};

static bool is_git_part(struct str rest)
{
	for (size_t i = 0; i < sizeof git_parts / sizeof *git_parts; i++)
		if (fits(rest, str_from(git_parts[i]), false))
			return true;
	return false;
}

/* Submodules and worktrees have Git directories of their own inside, at any depth. */
static bool is_nested_git_part(struct str rest)
{
	bool nested = str_starts(rest, STR("modules/")) || str_starts(rest, STR("worktrees/"));
	for (size_t slash; nested && (slash = str_find_char(rest, '/')) != STR_NPOS;) {
		rest = str_from_at(rest, slash + 1);
		if (rest.n && is_git_part(rest))
			return true;
	}
	return false;
}

/* Git directories stand in every repository, also in those below the workspace. */
static bool git_guard(struct str name)
{
	struct str rest = name, part;
	while (str_split(&rest, '/', &part)) {
		struct str behind = rest.p ? rest : STR("");
		if (str_eq_nocase(part, STR(".git")) &&
		    (is_git_part(behind) || is_nested_git_part(behind)))
			return true;
	}
	return false;
}

static struct str place_of(const struct decider *d, enum place place)
{
	switch (place) {
	case IN_WORKSPACE:
		return d->workspace;
	case IN_HOME:
		return d->resolver->home;
	case ANYWHERE:
		return STR("/");
	}
	return STR("/");
}

/* CAVRA as it is installed here. */
static const struct guarded own = {ANYWHERE, "", "CAVRA itself or its configuration"};

static bool is_own(const struct decider *d, struct str name, bool tree)
{
	for (size_t i = 0; i < d->resolver->n_guarded; i++) {
		struct str path = d->resolver->guarded[i];
		if (path_inside(name, path) || (tree && path_inside(path, name)))
			return true;
	}
	return false;
}

static const struct guarded *find(struct decider *d, struct str name, bool tree)
{
	static const struct guarded git = {ANYWHERE, "", "Git's hooks, configuration or branches"};
	for (size_t i = 0; i < sizeof guarded_paths / sizeof *guarded_paths; i++) {
		const struct guarded *g = &guarded_paths[i];
		struct str base = place_of(d, g->place);
		struct str path = str_from(g->path);
		struct str rest = name;
		if (g->place != ANYWHERE) {
			if (name.n && name.p[0] == '/' && !path_inside(name, base)) {
				if (tree && base.n && path_inside(base, name))
					return g;
				continue;
			}
			rest = name.n && name.p[0] == '/' ? path_relative(name, base) : name;
			if (g->place == IN_HOME && name.n && name.p[0] != '/')
				continue;
			if (tree && str_is(rest, "."))
				return g;
		}
		if (fits(rest, path, tree))
			return g;
	}
	if (git_guard(name))
		return &git;
	return is_own(d, name, tree) ? &own : NULL;
}

/* A partly known name may be guarded when its known end is. */
static const struct guarded *find_unknown(struct decider *d, struct value name)
{
	for (size_t i = 0; i < sizeof guarded_paths / sizeof *guarded_paths; i++) {
		const struct guarded *g = &guarded_paths[i];
		struct str path = str_from(g->path);
		if (path.n && path.p[path.n - 1] == '/')
			path.n--;
		if (str_find_char(path, '*') != STR_NPOS)
			continue;
		struct str base = place_of(d, g->place);
		struct str full = g->place == ANYWHERE
					  ? path
					  : arena_join3(d->arena, base, STR("/"), path);
		if (value_covers(name, full) || value_covers(name, path))
			return g;
	}
	for (size_t i = 0; i < d->resolver->n_guarded; i++)
		if (value_covers(name, d->resolver->guarded[i]))
			return &own;
	return NULL;
}

enum match protected_path(struct decider *d, const struct value *names, size_t n, bool tree,
			  const char **ret_what)
{
	const struct guarded *perhaps = NULL;
	for (size_t i = 0; i < n; i++) {
		if (value_is_known(names[i])) {
			const struct guarded *g = find(d, value_text(d->arena, names[i]), false);
			if (g) {
				*ret_what = g->what;
				return MATCH_MUST;
			}
			if (tree && !perhaps)
				perhaps = find(d, value_text(d->arena, names[i]), true);
		} else if (!perhaps) {
			perhaps = find_unknown(d, names[i]);
		}
	}
	if (perhaps)
		*ret_what = perhaps->what;
	return perhaps ? MATCH_MAY : MATCH_NO;
}
