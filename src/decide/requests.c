/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests of the kinds that are files, commands, Git and the network, taken apart into effects.
 */
#include "decide/requests.h"
#include "decide/command.h"
#include "decide/paths.h"

static struct finding *allow(struct decider *d, const struct effect *effect, const char *rule_id,
			     struct str reason)
{
	struct finding *finding = finding_add(d, effect, CAVRA_ALLOW, CAVRA_LOW, rule_id);
	finding->reason = reason;
	return finding;
}

/* ---- files ---- */

static void read_request(struct decider *d)
{
	struct scope scope = scope_of_request(d);
	struct str operation = d->request->operation;
	struct value path = value_from(d->arena, d->request->target);
	if (str_is(operation, "list"))
		effect_add(d, EFFECT_FILE_READ, d->request->target, &scope);
	else
		(void)file_effect(d, EFFECT_FILE_READ, path, str_is(operation, "search"), &scope);
	allow(d, d->effects, "filesystem.read.allow", STR("nothing forbids reading this path"));
}

/* Is it taken with everything below it? Where nobody can look, a name with an extension is that of a file. */
static bool takes_tree(struct decider *d, struct str path)
{
	return !path_names_file(path) || path_is_directory(d, path) != RESOLVED_UNKNOWN;
}

/* It gives another name to what the link leads to. */
static void ask_about_link(struct decider *d)
{
	struct finding *finding = finding_add(d, d->effects, CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM,
					      "filesystem.write.require_approval");
	finding->approver_group = STR("Repository Owners");
	finding->reason = arena_join(d->arena, STR("renames a link, "), d->request->target);
}

/* Does what stands below the path get out of a pattern's reach under another name? A pattern for names at any depth holds
 * there as well.
 */
static bool moves_out(struct decider *d, struct str path, struct str cwd)
{
	struct str whole = path_canonical_text(d->arena, path, cwd);
	struct value names[] = {value_from(d->arena, whole), value_from(d->arena, whole)};
	if (d->workspace.n && path_inside(whole, d->workspace) && whole.n > d->workspace.n)
		names[1] = value_from(d->arena, str_from_at(whole, d->workspace.n + 1));
	return d->policy->n_rules > 0 || str_eq(whole, d->workspace) ||
	       path_match_below(d->policy->list[LIST_FILES_BLOCK_READ], names, 2).match != MATCH_NO;
}

static void rename_request(struct decider *d, struct scope *scope, bool tree)
{
	struct value path = value_from(d->arena, d->request->target),
		     to = value_from(d->arena, d->request->destination);
	struct str cwd = value_text(d->arena, scope->cwds[0]);
	if (path_link_itself(d, path_canonical_text(d->arena, d->request->target, cwd)).n)
		ask_about_link(d);
	else
		(void)file_effect(d, EFFECT_FILE_READ, path,
				  tree && moves_out(d, d->request->target, cwd), scope);
	(void)file_effect(d, EFFECT_FILE_DELETE, path, tree, scope);
	/* With a directory come names that nobody sees here. */
	scope->makes_below = tree && path_is_directory(d, d->request->target) != RESOLVED_NO;
	(void)file_effect(d, EFFECT_FILE_WRITE, to, false, scope);
}

static void write_request(struct decider *d)
{
	struct scope scope = scope_of_request(d);
	struct value path = value_from(d->arena, d->request->target);
	bool rename = str_is(d->request->operation, "rename"),
	     tree = takes_tree(d, d->request->target);
	if (rename) {
		rename_request(d, &scope, tree);
	} else {
		bool deletes = str_is(d->request->operation, "delete");
		(void)file_effect(d, deletes ? EFFECT_FILE_DELETE : EFFECT_FILE_WRITE, path,
				  deletes && tree, &scope);
	}
	allow(d, d->effects, "filesystem.write.allow", STR("nothing forbids writing this path"));
}

/* ---- commands ---- */

static void command_request(struct decider *d)
{
	struct scope scope = scope_of_request(d);
	scope.literal_spans = true;
	shell_text(d, d->request->target, &scope);
	command_judge_pipelines(d);
	if (d->findings)
		return;
	/* Assignments, tests, comments, nothing at all. What Bash does by itself with some variables was found. Functions may
	 * hide what somebody else calls.
	 */
	bool looks = d->policy->commands_readonly || !d->defines_functions;
	if (looks && d->mode != MODE_STRICT)
		allow(d, NULL, "commands.builtin.allow", STR("runs no command"));
	else
		finding_add_default(d, NULL, CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM,
				    "commands.default.require_approval")
			->reason = STR("runs no command, and nothing allows it");
}

/* ---- Git ---- */

/* Other names for verbs, and what they stand for. */
static const struct {
	const char *verb, *git, *option;
} verb_names[] = {
	{"force-push", "push", "--force"},     {"force_push", "push", "--force"},
	{"delete", "push", "--delete"},        {"delete-branch", "push", "--delete"},
	{"delete_branch", "push", "--delete"},
};

static void add_word(struct decider *d, struct word *words, size_t *n, struct str text,
		     struct span span)
{
	words[(*n)++] = (struct word){.value = value_from(d->arena, text), .span = span};
}

static bool is_remote_name(const struct decider *d, struct str name)
{
	for (size_t i = 0; i < d->resolver->n_remotes; i++)
		if (str_eq(name, d->resolver->remotes[i]))
			return true;
	return str_is(name, "origin") || str_is(name, "upstream");
}

/* "origin/main" in a request is remote and branch. */
static void add_operands(struct decider *d, struct word *words, size_t *n,
			 const struct word *operands, size_t n_operands)
{
	struct str text = n_operands == 1 && word_is_known(&operands[0])
				  ? value_text(d->arena, operands[0].value)
				  : STR("");
	size_t slash = str_find_char(text, '/');
	if (slash != STR_NPOS && is_remote_name(d, str_first(text, slash))) {
		add_word(d, words, n, str_first(text, slash), operands[0].span);
		add_word(d, words, n, str_from_at(text, slash + 1), operands[0].span);
		return;
	}
	for (size_t i = 0; i < n_operands; i++) {
		words[*n] = operands[i];
		if (word_is_known(&operands[i]) && d->resolver->home.n)
			words[*n].value = value_from(
				d->arena,
				path_at_home(d->arena, value_text(d->arena, operands[i].value),
					     d->resolver->home));
		(*n)++;
	}
}

static void ask_git(struct decider *d, const char *reason)
{
	struct finding *finding = finding_add_default(d, d->effects, CAVRA_REQUIRE_APPROVAL,
						      CAVRA_MEDIUM, "git.default.require_approval");
	finding->approver_group = STR("Repository Owners");
	finding->reason = str_from(reason);
}

/* An address, not the name of a remote that the repository has. */
static bool names_host(struct decider *d, const struct command *c)
{
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		struct str text = value_text(d->arena, arg->value);
		if ((arg->role == ROLE_URL || arg->role == ROLE_HOST ||
		     arg->role == ROLE_LOCATION) &&
		    (arg->many || !value_is_known(arg->value) ||
		     str_find_char(text, ':') != STR_NPOS || str_find_char(text, '/') != STR_NPOS))
			return true;
	}
	return false;
}

static void git_default(struct decider *d, const struct command *c)
{
	switch (c->arguments.cls) {
	case CLASS_INSPECT:
	case CLASS_EDIT:
	case CLASS_LOCAL:
	case CLASS_NETWORK:
	case CLASS_PUBLISH:
		if (c->arguments.cls == CLASS_PUBLISH && !c->git_judged)
			ask_git(d,
				"a Git operation that publishes in a way that is not understood");
		else if (names_host(d, c) && !c->network_allowed)
			ask_git(d, "a Git operation that talks to a host that no rule allows");
		else if (!c->arguments.imprecise && !c->environment && !c->code_unknown)
			allow(d, d->effects, "git.allow",
			      STR("no rule forbids this Git operation"));
		else
			ask_git(d, "a Git operation with arguments that are not understood");
		return;
	case CLASS_UNKNOWN:
	case CLASS_BUILD:
	case CLASS_DELETE:
	case CLASS_DISCARD:
	case CLASS_INSTALL:
	case CLASS_EXECUTE:
	case CLASS_CREDENTIAL:
	case CLASS_SYSTEM:
	case CLASS_CHANGE:
	case CLASS_DESTROY:
	case COMMAND_CLASSES:
		break;
	}
	ask_git(d, "a Git operation that loses work, runs code or is not understood");
}

/* A merge asked of a Git tool, not of the command line: into which branch, nobody says. */
static void judge_merge(struct decider *d, struct str target)
{
	struct value branch = value_from(d->arena, target.n ? target : d->resolver->branch);
	bool into = name_match(d->policy->list[LIST_GIT_PROTECTED], branch, d->arena).match ==
		    MATCH_MUST;
	struct value current = value_from(d->arena, d->resolver->branch);
	bool on = d->resolver->branch.n &&
		  name_match(d->policy->list[LIST_GIT_PROTECTED], current, d->arena).match ==
			  MATCH_MUST;
	if (!into && !on)
		return;
	/* Into the branch it is on it merges here only; what is pushed is seen to then. */
	bool named = on && into && target.n && str_find_char(target, '/') == STR_NPOS;
	struct finding *finding = finding_add(d, d->effects,
					      named ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
					      CAVRA_HIGH, "git.protected_branch.block_direct_push");
	finding->reason = STR("merges into a protected branch");
	finding->instead = STR("open a pull request");
	if (!named)
		finding->approver_group = STR("Repository Owners");
}

/* What finishes or gives up a merge that was begun. */
static bool ends_merge(const struct command *c)
{
	return arguments_has(&c->arguments, "--abort") || arguments_has(&c->arguments, "--quit") ||
	       arguments_has(&c->arguments, "--continue");
}

static void git_request(struct decider *d)
{
	struct scope scope = scope_of_request(d);
	struct str verb = d->request->operation.n ? d->request->operation : STR("push");
	struct word *operands = NULL, *words;
	size_t n_operands = 0, n = 0;
	char *lower = arena_alloc(d->arena, verb.n + 1);
	for (size_t i = 0; i < verb.n; i++)
		lower[i] = ascii_lower(verb.p[i]);
	verb = str_make(lower, verb.n);
	if (verb.n > 4 && str_starts(verb, STR("git")) && strchr(" -_", verb.p[3]))
		verb = str_from_at(verb, 4);
	bool split = shell_split_words(d->arena, d->request->target, &operands, &n_operands);
	words = ARENA_ARRAY(d->arena, n_operands + 8, struct word);
	add_word(d, words, &n, STR("git"), scope.span);
	const char *option = NULL;
	struct str git = verb;
	for (size_t i = 0; i < sizeof verb_names / sizeof *verb_names; i++)
		if (str_is(verb, verb_names[i].verb)) {
			git = str_from(verb_names[i].git);
			option = verb_names[i].option;
		}
	add_word(d, words, &n, git, scope.span);
	if (option)
		add_word(d, words, &n, str_from(option), scope.span);
	if (option && n_operands == 1 && strcmp(option, "--delete") == 0)
		add_word(d, words, &n, STR("origin"), scope.span);
	add_operands(d, words, &n, operands, n_operands);
	if (!split) {
		effect_add(d, EFFECT_GIT, verb, &scope);
		ask_git(d, "operands that are not plain words");
		return;
	}
	struct command c;
	command_describe(d, &c, words, n, &scope);
	command_unwrap(d, &c);
	if (str_is(verb, "merge") && n_operands && !ends_merge(&c))
		judge_merge(d, value_text(d->arena, operands[n_operands - 1].value));
	command_judge_lists(d, &c);
	(void)command_rules(d, &c);
	git_default(d, &c);
}

/* ---- the network ---- */

static void network_request(struct decider *d)
{
	struct scope scope = scope_of_request(d);
	bool allowed;
	net_effect(d, value_from(d->arena, d->request->target), true, &scope, &allowed);
	if (allowed)
		allow(d, d->effects, "network.allow", STR("an allowed host"));
	else
		allow(d, d->effects, "network.default.allow", STR("nothing forbids this host"));
}

/* ---- dispatch ---- */

static const struct {
	const char *action_type;
	void (*request)(struct decider *d);
} requests[] = {
	{"read_file", read_request},
	{"write_file", write_request},
	{"execute_command", command_request},
	{"git_operation", git_request},
	{"network_request", network_request},
	{"mcp_tool_call", mcp_request},
	{"pull_request", pull_request_request},
	{"release_governance_record", release_record_request},
};

/* Where one program sees a name and the next one only what stands before the NUL, nobody can tell what is meant. */
static bool holds_nul(struct decider *d)
{
	if (str_find_char(d->request->target, '\0') == STR_NPOS &&
	    str_find_char(d->request->destination, '\0') == STR_NPOS)
		return false;
	struct finding *finding = finding_add(d, NULL, CAVRA_BLOCK, CAVRA_HIGH,
					      "request.malformed.block");
	finding->reason = STR("the target holds a NUL character, which nothing can act on");
	return true;
}

void decide_request(struct decider *d)
{
	if (holds_nul(d))
		return;
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		if (str_is(d->request->action_type, requests[i].action_type)) {
			requests[i].request(d);
			return;
		}
	}
	if (adapter_request(d))
		return;
	struct finding *finding = finding_add_default(d, NULL, CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM,
						      "runtime.default.require_approval");
	finding->approver_group = STR("Repository Owners");
	finding->reason = STR("an action of a kind that no rule knows");
}
