/* SPDX-License-Identifier: Apache-2.0
 *
 * Which branch a Git command is on: the one that was looked up, unless it works in another repository or the request itself
 * has moved to another branch before. Then nobody knows whether that worked.
 */
#include "base/array.h"
#include "decide/command.h"
#include "decide/paths.h"

/* The first directory is the likeliest. */
static bool is_elsewhere(struct decider *d, const struct scope *scope)
{
	if (!d->workspace.n || scope->n_cwds == 0)
		return false;
	if (!value_is_known(scope->cwds[0]))
		return true;
	struct str dir = path_resolve(d, value_text(d->arena, scope->cwds[0]));
	if (str_eq(dir, d->workspace))
		return false;
	return d->makes_repository || !path_inside(dir, d->workspace) ||
	       git_in_other_repository(d, dir);
}

struct value git_current_branch(struct decider *d, const struct scope *scope)
{
	bool known = d->resolver->branch.n > 0 && !is_elsewhere(d, scope);
	if (known && d->moves_branch)
		return d->branch;
	return known ? value_from(d->arena, d->resolver->branch) : value_any();
}

static bool is_one_of(const struct command *c, const char *const *verbs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (arguments_subcommand(&c->arguments, verbs[i]))
			return true;
	return false;
}

/* "gh pr checkout", "git stash branch" */
static bool is_below(const struct command *c, const char *verb)
{
	return c->arguments.n_chain > 2 &&
	       strcmp(knowledge_text(c->arguments.chain[2]->name), verb) == 0;
}

/* What an option that makes a branch is given. */
static const struct argument *made_branch(const struct command *c)
{
	static const char *const makes[] = {
		"-b", "-B", "-c", "-C", "--create", "--force-create", "--orphan"};
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		for (size_t k = 0; arg->option && k < ARRAY_SIZE(makes); k++)
			if (strcmp(knowledge_text(arg->option->name), makes[k]) == 0)
				return arg;
	}
	return NULL;
}

/* Only a protected branch is worth to be remembered: the move may have failed, so any other may still be the one before. */
static void moves_to(struct decider *d, const struct argument *to)
{
	d->moves_branch = true;
	d->branch = value_any();
	if (to && !to->many && value_is_known(to->value) &&
	    name_match(d->policy->list[LIST_GIT_PROTECTED], to->value, d->arena).match ==
		    MATCH_MUST)
		d->branch = to->value;
}

void git_note_head(struct decider *d, const struct command *c)
{
	static const char *const repositories[] = {"clone", "init", "worktree", "submodule"};
	static const char *const others[] = {"rebase", "bisect", "symbolic-ref"};
	bool git = str_is(c->name, "git"), below = is_below(c, git ? "branch" : "checkout");
	if ((!git && !below) || c->arguments.cls == CLASS_INSPECT || c->scope.remote)
		return;
	d->makes_repository |= git && is_one_of(c, repositories, ARRAY_SIZE(repositories));
	if (is_elsewhere(d, &c->scope))
		return;
	const struct argument *made = made_branch(c), *first = arguments_operand(&c->arguments, 0);
	const struct argument *second = arguments_operand(&c->arguments, 1);
	bool paths = arguments_has(&c->arguments, "--");
	if (below) {
		moves_to(d, NULL);
	} else if (arguments_subcommand(&c->arguments, "checkout") ||
		   arguments_subcommand(&c->arguments, "switch")) {
		if (made || (first && !second && !paths))
			moves_to(d, made ? made : first);
	} else if (arguments_subcommand(&c->arguments, "branch")) {
		if (arguments_has(&c->arguments, "-m") || arguments_has(&c->arguments, "-M"))
			moves_to(d, second ? second : first);
	} else if (is_one_of(c, others, ARRAY_SIZE(others)) && second) {
		moves_to(d, NULL);
	}
}
