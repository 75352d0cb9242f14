/* SPDX-License-Identifier: Apache-2.0
 *
 * Repositories inside or beside the workspace: their configuration came with what somebody unpacked, and Git runs
 * what it says.
 */
#include "base/limits.h"
#include "decide/command.h"
#include "decide/paths.h"

enum { CLIMB_MAX = 64 };

static bool is_directory(struct decider *d, struct str dir, struct str name)
{
	return d->resolver->directory(d->resolver->context,
				      arena_join3(d->arena, dir, STR("/"), name)) == RESOLVED_YES;
}

/* Where a file ".git" says that the repository's own files are; empty when there is none. */
static struct str linked_repository(struct decider *d, struct str dir)
{
	static const struct str start = STR_INIT("gitdir:");
	struct str text, file = arena_join(d->arena, dir, STR("/.git"));
	if (d->resolver->content(d->resolver->context, d->arena, file, LIMIT_SCRIPT_BYTES, &text) !=
		    RESOLVED_YES ||
	    !str_starts(text, start))
		return STR("");
	struct str place = str_trim(str_from_at(text, start.n));
	return path_resolve(d, path_canonical_text(d->arena, place, dir));
}

/* Where the repository keeps its own files that Git finds from `dir` upwards; empty when it is the workspace's, or none. What
 * is deeper down than anybody looks is told by `dir`, where nothing says that it is harmless.
 */
static struct str nested_repository(struct decider *d, struct str dir)
{
	for (int i = 0; dir.n > 1 && !str_eq(dir, d->workspace); i++) {
		if (i == CLIMB_MAX)
			return dir;
		struct str linked = linked_repository(d, dir);
		/* Submodules and worktrees of the workspace: no agent writes there. */
		if (linked.n)
			return path_inside(linked, arena_join(d->arena, d->workspace, STR("/.git")))
				       ? STR("")
				       : linked;
		if (is_directory(d, dir, STR(".git")))
			return arena_join(d->arena, dir, STR("/.git"));
		/* A repository without files around it. */
		if (is_directory(d, dir, STR("objects")) && is_directory(d, dir, STR("refs")))
			return dir;
		size_t slash = str_find_last_char(dir, '/');
		dir = str_first(dir, slash == STR_NPOS ? 0 : slash);
	}
	return STR("");
}

/* "[filter "x"]" is the start "filter.x." of its keys. */
static struct str section_start(struct decider *d, struct str line)
{
	size_t close = str_find_last_char(line, ']');
	struct str inside =
		str_trim(str_from_at(str_first(line, close == STR_NPOS ? line.n : close), 1));
	size_t quote = str_find_char(inside, '"');
	struct str name = str_trim(str_first(inside, quote == STR_NPOS ? inside.n : quote));
	if (quote == STR_NPOS)
		return arena_join(d->arena, name, STR("."));
	struct str sub = str_from_at(inside, quote + 1);
	size_t end = str_find_last_char(sub, '"');
	sub = str_first(sub, end == STR_NPOS ? sub.n : end);
	return arena_join(d->arena, arena_join3(d->arena, name, STR("."), sub), STR("."));
}

static bool runs_something(struct decider *d, struct str section, struct str line)
{
	size_t eq = str_find_char(line, '=');
	struct str key = str_trim(str_first(line, eq == STR_NPOS ? line.n : eq));
	struct str value = eq == STR_NPOS ? STR("true") : str_trim(str_from_at(line, eq + 1));
	const struct known_config *config = config_key_find(STR("git"),
							    arena_join(d->arena, section, key));
	if (!config || strcmp(knowledge_text(config->kind), "push") == 0 ||
	    strcmp(knowledge_text(config->kind), "alias") == 0)
		return false;
	return !str_is(value, "true") && !str_is(value, "false") && value.n;
}

static bool config_runs_something(struct decider *d, struct str text)
{
	struct str line, section = STR("");
	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n && line.p[0] == '[') {
			section = section_start(d, line);
			size_t close = str_find_last_char(line, ']');
			line = close == STR_NPOS ? STR("") : str_trim(str_from_at(line, close + 1));
		}
		if (line.n && line.p[0] != '#' && line.p[0] != ';' &&
		    runs_something(d, section, line))
			return true;
	}
	return false;
}

static bool has_hooks(struct decider *d, struct str hooks)
{
	struct str *names = NULL;
	size_t n = 0;
	if (!d->resolver->tree ||
	    d->resolver->tree(d->resolver->context, d->arena, hooks, LIMIT_TREE_NAMES, false,
			      &names, &n) == RESOLVED_UNKNOWN)
		return true;
	for (size_t i = 0; i < n; i++)
		if (!str_ends(names[i], STR(".sample")))
			return true;
	return false;
}

static enum resolved read_in(struct decider *d, struct str repository, const char *name,
			     struct str *ret_text)
{
	struct str path = arena_join3(d->arena, repository, STR("/"), str_from(name));
	return d->resolver->content(d->resolver->context, d->arena, path, LIMIT_SCRIPT_BYTES,
				    ret_text);
}

static bool is_harmless(struct decider *d, struct str repository)
{
	struct str config, own;
	enum resolved worktree = read_in(d, repository, "config.worktree", &own);
	return read_in(d, repository, "config", &config) == RESOLVED_YES &&
	       !config_runs_something(d, config) &&
	       (worktree == RESOLVED_NO ||
		(worktree == RESOLVED_YES && !config_runs_something(d, own))) &&
	       !has_hooks(d, arena_join(d->arena, repository, STR("/hooks")));
}

bool git_in_other_repository(struct decider *d, struct str dir)
{
	return d->resolver->directory && d->resolver->content && nested_repository(d, dir).n;
}

void git_nested(struct decider *d, const struct command *c)
{
	if (!d->resolver->directory || !d->resolver->content || c->scope.remote)
		return;
	for (size_t i = 0; i < c->scope.n_cwds; i++) {
		if (!value_is_known(c->scope.cwds[i]))
			continue;
		struct str path = nested_repository(
			d, path_resolve(d, value_text(d->arena, c->scope.cwds[i])));
		if (!path.n || is_harmless(d, path))
			continue;
		finding_opaque(d, c->effect,
			       arena_join(d->arena, path, STR(" may say what Git runs there")),
			       c->scope.span);
		return;
	}
}
