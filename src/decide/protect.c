/* SPDX-License-Identifier: Apache-2.0
 *
 * Self-protection: what CAVRA and the agent's own guards are made of, which no agent changes, and what the ledger's
 * worth rests on, which none reads. No policy can open it.
 */
#include "base/array.h"
#include "decide/name_reach.h"
#include "decide/paths.h"

enum place { IN_WORKSPACE, IN_HOME, ANYWHERE, PLACES };

/* Relative to the workspace, to the home directory, or absolute. A trailing slash means everything below. '*' is any run
 * of bytes inside one component. Matching ignores case.
 */
static const struct guarded {
	enum place place;
	struct str path;
	const char *what;
} guarded_paths[] = {
	{IN_WORKSPACE, STR_INIT(".cavra/"), "CAVRA's policy, keys and ledger"},
	{IN_WORKSPACE, STR_INIT(".claude/settings*.json"), "the agent's hooks"},
	{IN_WORKSPACE, STR_INIT(".claude/hooks/"), "the agent's hooks"},
	{IN_WORKSPACE, STR_INIT(".claude/plugins/"), "the agent's hooks"},
	{IN_WORKSPACE, STR_INIT(".mcp.json"), "the agent's MCP servers"},
	{IN_WORKSPACE, STR_INIT(".vscode/mcp.json"), "the agent's MCP servers"},
	{IN_WORKSPACE, STR_INIT(".windsurf/"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".cline/"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".clinerules/hooks/"), "the agent's hooks"},
	{IN_WORKSPACE, STR_INIT(".codex/"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".cursor/"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".gemini/"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".amazonq/"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".kiro/"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".github/copilot*"), "the agent's configuration"},
	{IN_WORKSPACE, STR_INIT(".github/hooks/"), "the agent's hooks"},
	{IN_WORKSPACE, STR_INIT(".dcg/"), "another guard's configuration"},
	{IN_WORKSPACE, STR_INIT(".dcg.toml"), "another guard's configuration"},
	{IN_WORKSPACE, STR_INIT(".authority/"), "another guard's configuration"},
	{IN_WORKSPACE, STR_INIT(".authority.yaml"), "another guard's configuration"},
	{IN_WORKSPACE, STR_INIT(".git/hooks/"), "Git's hooks"},
	{IN_WORKSPACE, STR_INIT(".git/config"), "Git's configuration"},
	{IN_HOME, STR_INIT(".cavra/"), "CAVRA's policy, keys and ledger"},
	{IN_HOME, STR_INIT(".config/cavra/"), "CAVRA's configuration"},
	{IN_HOME, STR_INIT(".claude/settings*.json"), "the agent's hooks"},
	{IN_HOME, STR_INIT(".claude/hooks/"), "the agent's hooks"},
	{IN_HOME, STR_INIT(".claude/plugins/"), "the agent's hooks"},
	{IN_HOME, STR_INIT(".claude.json"), "the agent's configuration"},
	{IN_HOME, STR_INIT(".codex/"), "the agent's configuration"},
	{IN_HOME, STR_INIT(".cursor/"), "the agent's configuration"},
	{IN_HOME, STR_INIT(".gemini/"), "the agent's configuration"},
	{IN_HOME, STR_INIT(".copilot/"), "the agent's configuration"},
	{IN_HOME, STR_INIT(".kiro/"), "the agent's configuration"},
	{IN_HOME, STR_INIT(".gitconfig"), "Git's configuration"},
	{IN_HOME, STR_INIT(".config/git/"), "Git's configuration"},
	{IN_HOME, STR_INIT(".bashrc"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".bash_profile"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".bash_login"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".bash_logout"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".bash_aliases"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".profile"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".zshrc"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".zshenv"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".zprofile"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".zlogin"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".kshrc"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".config/fish/config.fish"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".config/fish/conf.d/"), "a shell start-up file"},
	{IN_HOME, STR_INIT(".ssh/authorized_keys"), "who may log in"},
	{IN_HOME, STR_INIT(".ssh/config"), "what ssh runs"},
	{ANYWHERE, STR_INIT("/etc/cavra/"), "CAVRA's managed configuration"},
	{ANYWHERE, STR_INIT("/etc/claude-code/"), "the agent's managed configuration"},
	{ANYWHERE, STR_INIT("/etc/codex/"), "the agent's managed configuration"},
	{ANYWHERE, STR_INIT("/etc/profile"), "a shell start-up file"},
	{ANYWHERE, STR_INIT("/etc/profile.d/"), "a shell start-up file"},
	{ANYWHERE, STR_INIT("/etc/bash.bashrc"), "a shell start-up file"},
	{ANYWHERE, STR_INIT("/etc/ld.so.preload"), "what every program loads"},
	{ANYWHERE, STR_INIT("/usr/bin/cavra*"), "CAVRA itself"},
	{ANYWHERE, STR_INIT("/usr/local/bin/cavra*"), "CAVRA itself"},
};

/* Who has the salt can try guesses on the digests of secrets; who has a private key can sign what was made up. All of them
 * begin with secret_home.
 */
static const struct str secret_home = STR_INIT(".cavra/");
static const struct guarded secret_paths[] = {
	{IN_HOME, STR_INIT(".cavra/ledger/salt*"), "the ledger's salt"},
	{IN_HOME, STR_INIT(".cavra/ledger/checkpoint-key*"), "the ledger's private key"},
	{IN_HOME, STR_INIT(".cavra/keys/*private.pem"), "a private key of evidence"},
	{IN_HOME, STR_INIT(".cavra/policy-signing/*.private.pem"), "a private key of policies"},
	{IN_WORKSPACE, STR_INIT(".cavra/ledger/salt*"), "the ledger's salt"},
	{IN_WORKSPACE, STR_INIT(".cavra/ledger/checkpoint-key*"), "the ledger's private key"},
	{IN_WORKSPACE, STR_INIT(".cavra/keys/*private.pem"), "a private key of evidence"},
	{IN_WORKSPACE, STR_INIT(".cavra/policy-signing/*.private.pem"),
	 "a private key of policies"},
};

/* Does name fit the guarded path: itself, below it, or (tree) something it contains? */
static bool fits(struct str name, struct str path, bool tree)
{
	/* Nor is it a pattern that begins with '*'. */
	if (name.n && path.n && ascii_lower(name.p[0]) != ascii_lower(path.p[0]))
		return false;
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
static const struct str git_parts[] = {
	STR_INIT(""),       STR_INIT("config"),          STR_INIT("config.worktree"),
	STR_INIT("hooks/"), STR_INIT("info/attributes"), STR_INIT("HEAD"),
	STR_INIT("refs/"),  STR_INIT("packed-refs"),
};

static bool is_git_part(struct str rest)
{
	for (size_t i = 0; i < sizeof git_parts / sizeof *git_parts; i++)
		if (fits(rest, git_parts[i], false))
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
	const struct str places[PLACES] = {
		[IN_WORKSPACE] = d->workspace,
		[IN_HOME] = d->resolver->home,
		[ANYWHERE] = STR("/"),
	};
	return places[place];
}

/* A name as it looks from a place. */
struct view {
	bool outside;     /* nothing there is meant */
	bool holds_place; /* the place is below it */
	struct str rest;  /* relative to the place */
};

static struct view view_from(const struct decider *d, enum place place, struct str name)
{
	struct view view = {.rest = name};
	struct str base = place_of(d, place);
	bool absolute = name.n && name.p[0] == '/';
	if (place == ANYWHERE)
		return view;
	if (absolute && !path_inside(name, base)) {
		view.outside = true;
		view.holds_place = base.n && path_inside(base, name);
		return view;
	}
	if (absolute)
		view.rest = path_relative(name, base);
	view.outside = place == IN_HOME && name.n && !absolute;
	view.holds_place = !view.outside && str_is(view.rest, ".");
	return view;
}

/* CAVRA as it is installed here. */
static const struct guarded own = {ANYWHERE, STR_INIT(""), "CAVRA itself or its configuration"};

static bool is_own(const struct decider *d, struct str name, bool tree)
{
	for (size_t i = 0; i < d->resolver->n_guarded; i++) {
		struct str path = d->resolver->guarded[i];
		if (path_inside(name, path) || (tree && path_inside(path, name)))
			return true;
	}
	return false;
}

/* The first row that the name fits; tree: or that stands below it. */
static const struct guarded *find_row(struct decider *d, const struct guarded *rows, size_t n,
				      struct str name, bool tree)
{
	struct view views[PLACES];
	for (unsigned place = 0; place < PLACES; place++)
		views[place] = view_from(d, (enum place)place, name);
	for (size_t i = 0; i < n; i++) {
		const struct view *view = &views[rows[i].place];
		if (tree && view->holds_place)
			return &rows[i];
		if (!view->outside && fits(view->rest, rows[i].path, tree))
			return &rows[i];
	}
	return NULL;
}

static const struct guarded git_directory = {ANYWHERE, STR_INIT(""),
					     "Git's hooks, configuration or branches"};

static const struct guarded *find(struct decider *d, struct str name, bool tree)
{
	const struct guarded *row = find_row(d, guarded_paths, ARRAY_SIZE(guarded_paths), name,
					     tree);
	if (row)
		return row;
	if (git_guard(name))
		return &git_directory;
	return is_own(d, name, tree) ? &own : NULL;
}

/* The first row that a partly known name may stand for. */
static const struct guarded *find_row_unknown(struct decider *d, const struct guarded *rows,
					      size_t n, struct value name, bool tree)
{
	for (size_t i = 0; i < n; i++) {
		const struct guarded *g = &rows[i];
		struct str path = g->path, full;
		unsigned reach = tree ? REACH_ABOVE : 0;
		if (str_ends(path, STR("/"))) {
			reach |= REACH_BELOW;
			path.n--;
		} else if (str_ends(path, STR("*")) && name.seg[0].kind == SEG_ANY) {
			path.n--; /* or every name that ends somehow would fit */
		}
		full = path;
		if (g->place != ANYWHERE)
			full = arena_join3(d->arena, place_of(d, g->place), STR("/"), path);
		if (name_may_reach(d->arena, name, full, reach) ||
		    (g->place == IN_WORKSPACE && name_may_reach(d->arena, name, path, reach)))
			return g;
	}
	return NULL;
}

/* The same of Git directories, wherever they are. */
static bool git_guard_unknown(struct decider *d, struct value name)
{
	for (size_t i = 0; i < ARRAY_SIZE(git_parts); i++) {
		struct str part = git_parts[i];
		bool below = str_ends(part, STR("/"));
		if (below)
			part.n--;
		struct str path = arena_join3(d->arena, STR(".git"), part.n ? STR("/") : STR(""),
					      part);
		if (name_may_reach(d->arena, name, path, REACH_DEEP | (below ? REACH_BELOW : 0)))
			return true;
	}
	return false;
}

static bool covers_one(struct value name, const struct str *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (value_covers(name, paths[i]))
			return true;
	return false;
}

static const struct guarded *find_unknown(struct decider *d, struct value name, bool tree)
{
	const struct guarded *row = find_row_unknown(d, guarded_paths, ARRAY_SIZE(guarded_paths),
						     name, tree);
	if (row)
		return row;
	if (git_guard_unknown(d, name))
		return &git_directory;
	return covers_one(name, d->resolver->guarded, d->resolver->n_guarded) ? &own : NULL;
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
			perhaps = find_unknown(d, names[i], tree);
		}
	}
	if (perhaps)
		*ret_what = perhaps->what;
	return perhaps ? MATCH_MAY : MATCH_NO;
}

/* ---- what nobody reads ---- */

static const struct guarded own_secret = {ANYWHERE, STR_INIT(""), "the ledger's salt or key"};

/* What stands there may have more behind its name, while it is made. */
static bool is_own_secret(const struct decider *d, struct str name, bool tree)
{
	for (size_t i = 0; i < d->resolver->n_secret; i++) {
		struct str path = d->resolver->secret[i];
		if (str_starts(name, path) || (tree && path_inside(path, name)))
			return true;
	}
	return false;
}

/* Most names do not, and are done with. */
static bool is_in_secret_home(struct str name)
{
	for (size_t dot; (dot = str_find_char(name, '.')) != STR_NPOS;) {
		name = str_from_at(name, dot);
		if (str_eq_nocase(str_first(name, secret_home.n), secret_home))
			return true;
		name = str_from_at(name, 1);
	}
	return false;
}

static const struct guarded *find_secret(struct decider *d, struct str name, bool tree)
{
	const struct guarded *row = NULL;
	if (tree || is_in_secret_home(name))
		row = find_row(d, secret_paths, ARRAY_SIZE(secret_paths), name, tree);
	if (row)
		return row;
	return is_own_secret(d, name, tree) ? &own_secret : NULL;
}

static const struct guarded *find_secret_unknown(struct decider *d, struct value name, bool tree)
{
	const struct guarded *row = find_row_unknown(d, secret_paths, ARRAY_SIZE(secret_paths),
						     name, tree);
	if (row)
		return row;
	return covers_one(name, d->resolver->secret, d->resolver->n_secret) ? &own_secret : NULL;
}

/* A ledger, or the directory of CAVRA around it: there is a salt below. Of a workspace nobody knows. */
static bool surely_holds(struct decider *d, const struct guarded *secret, struct str name)
{
	return name.n && secret && secret->place != IN_WORKSPACE && find(d, name, false);
}

enum match secret_path(struct decider *d, const struct value *names, size_t n, bool tree,
		       const char **ret_what)
{
	const struct guarded *perhaps = NULL;
	for (size_t i = 0; i < n; i++) {
		bool known = value_is_known(names[i]);
		struct str name = known ? value_text(d->arena, names[i]) : STR("");
		const struct guarded *g = known ? find_secret(d, name, false) : NULL,
				     *may = known ? NULL : find_secret_unknown(d, names[i], tree);
		if (known && tree && !g)
			may = find_secret(d, name, true);
		if (!g && surely_holds(d, may, name))
			g = may;
		if (g) {
			*ret_what = g->what;
			return MATCH_MUST;
		}
		perhaps = perhaps ? perhaps : may;
	}
	if (perhaps)
		*ret_what = perhaps->what;
	return perhaps ? MATCH_MAY : MATCH_NO;
}
