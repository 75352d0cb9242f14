/* SPDX-License-Identifier: Apache-2.0
 *
 * What Git runs by itself: hooks, and programs that the repository's configuration names. They are the project's own code,
 * like its tests: they never make a command ask, but what a rule blocks is blocked in them, too.
 */
#include "base/limits.h"
#include "decide/command.h"
#include "decide/paths.h"

/* clang-format off */
static const struct {
	const char *verb;
	const char *hooks[5];
} hooks[] = {
	{"commit",      {"pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", NULL}},
	{"merge",       {"pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-merge", NULL}},
	{"pull",        {"pre-merge-commit", "commit-msg", "post-merge", "post-checkout", NULL}},
	{"push",        {"pre-push", NULL}},
	{"checkout",    {"post-checkout", NULL}},
	{"switch",      {"post-checkout", NULL}},
	{"worktree",    {"post-checkout", NULL}},
	{"rebase",      {"pre-rebase", "post-checkout", "post-rewrite", NULL}},
	{"cherry-pick", {"prepare-commit-msg", "commit-msg", "post-commit", NULL}},
	{"revert",      {"prepare-commit-msg", "commit-msg", "post-commit", NULL}},
	{"am",          {"applypatch-msg", "pre-applypatch", "post-applypatch", NULL}},
};

static const struct {
	const char *key;
	const char *verbs[7]; /* none: every one */
} programs[] = {
	{"core.fsmonitor",    {NULL}},
	{"core.pager",        {"log", "show", "diff", "blame", "grep", "branch", NULL}},
	{"diff.external",     {"diff", NULL}},
	{"core.sshcommand",   {"fetch", "pull", "push", "ls-remote", "clone", "submodule", NULL}},
	{"credential.helper", {"fetch", "pull", "push", "ls-remote", "clone", "submodule", NULL}},
	{"core.editor",       {"commit", "rebase", "merge", "tag", "revert", NULL}},
	{"sequence.editor",   {"rebase", NULL}},
	{"gpg.program",       {"commit", "tag", "merge", NULL}},
};
/* clang-format on */

static bool configured(struct decider *d, const char *key, struct str *ret_value)
{
	const struct resolver *resolver = d->resolver;
	return resolver->git_config &&
	       resolver->git_config(resolver->context, d->arena, str_from(key), ret_value) ==
		       RESOLVED_YES &&
	       ret_value->n > 0;
}

static const char by_git[] = "in what Git runs by itself: ";

/* What is not understood, and a key or .env that a hook or ssh reads, are the project's business. */
static bool counts(const struct finding *finding, bool reads)
{
	static const char *const others[] = {"filesystem.read.block", "commands.opaque.block",
					     "commands.refused.block", "commands.default.block"};
	bool blocks = finding->decision == CAVRA_BLOCK;
	for (size_t i = reads; i < sizeof others / sizeof *others; i++)
		blocks &= strcmp(finding->rule_id, others[i]) != 0;
	return blocks;
}

/* Judges the text, and keeps of what is found only what a rule blocks. */
void project_code(struct decider *d, const struct command *c, struct str text, const char *where)
{
	struct finding_node **at = d->findings_tail;
	struct made_link *links = d->links;
	bool changed = d->git_config_changed;
	struct scope scope = c->scope;
	scope.literal_spans = scope.surely = scope.piped_in = false;
	scope.input = NULL;
	scope.assigns = NULL;
	d->in_git_code = true;
	shell_text(d, text, &scope);
	d->in_git_code = false;
	while (*at) {
		struct finding *finding = &(*at)->finding;
		if (counts(finding, where != by_git)) {
			finding->reason = arena_join(d->arena, str_from(where), finding->reason);
			at = &(*at)->next;
		} else {
			*at = (*at)->next;
			d->n_findings--;
		}
	}
	d->findings_tail = at;
	d->links = links;
	d->git_config_changed = changed;
}

/* Without a first line that says otherwise a hook is a shell script. */
static bool is_shell_script(struct str text)
{
	struct str rest = text, line;
	if (!str_starts(text, STR("#!")) || !str_split(&rest, '\n', &line))
		return true;
	line = str_trim(line);
	return str_ends(line, STR("sh")) || str_find(line, STR("sh ")) != STR_NPOS;
}

static void judge_hook(struct decider *d, const struct command *c, struct str directory,
		       const char *name)
{
	const struct resolver *resolver = d->resolver;
	struct str text, path = arena_join3(d->arena, directory, STR("/"), str_from(name));
	if (resolver->content(resolver->context, d->arena, path_resolve(d, path),
			      LIMIT_SCRIPT_BYTES, &text) == RESOLVED_YES &&
	    is_shell_script(text))
		project_code(d, c, text, by_git);
}

static struct str hooks_directory(struct decider *d)
{
	struct str path;
	if (!configured(d, "core.hookspath", &path))
		path = STR(".git/hooks");
	if (str_starts(path, STR("~/")))
		path = arena_join(d->arena, d->resolver->home, str_from_at(path, 1));
	return path_canonical_text(d->arena, path, d->workspace);
}

static void judge_hooks(struct decider *d, const struct command *c, const char *const *names)
{
	struct str directory = hooks_directory(d);
	/* husky's own scripts in "_" run those beside it. */
	bool husky = str_is(str_basename(directory), "_");
	for (; *names; names++) {
		judge_hook(d, c, directory, *names);
		if (husky)
			judge_hook(d, c, str_first(directory, directory.n - 2), *names);
	}
}

static bool is_verb_of(const struct command *c, const char *const *verbs)
{
	bool every = !*verbs;
	for (; *verbs; verbs++)
		every |= arguments_subcommand(&c->arguments, *verbs);
	return every;
}

static void judge_programs(struct decider *d, const struct command *c)
{
	struct str value;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (is_verb_of(c, programs[i].verbs) && configured(d, programs[i].key, &value))
			project_code(d, c, value.p[0] == '!' ? str_from_at(value, 1) : value,
				     by_git);
}

void git_own_code(struct decider *d, const struct command *c)
{
	if (c->arguments.n_chain < 2 || c->scope.remote || d->in_git_code)
		return;
	judge_programs(d, c);
	for (size_t i = 0; d->resolver->content && i < sizeof hooks / sizeof *hooks; i++)
		if (arguments_subcommand(&c->arguments, hooks[i].verb))
			judge_hooks(d, c, hooks[i].hooks);
}
