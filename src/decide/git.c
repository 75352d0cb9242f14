/* SPDX-License-Identifier: Apache-2.0
 *
 * What Git would push, delete and rewrite: refspecs to destination branches, and the branches that the policy protects.
 */
#include "base/array.h"
#include "decide/command.h"
#include "decide/paths.h"

/* ---- protected branches ---- */

static struct value branch_name(struct decider *d, struct value ref)
{
	static const char *const prefixes[] = {"refs/heads/", "heads/"};
	struct str prefix = value_known_prefix(d->arena, ref);
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		struct str head = str_from(prefixes[i]);
		if (!str_eq_nocase(str_first(prefix, head.n), head))
			continue;
		if (value_is_known(ref))
			return value_from(d->arena, str_from_at(prefix, head.n));
		return value_any();
	}
	return ref;
}

/* The name as a forgiving server or a person would read it: letters in lower case, nothing invisible or foreign. */
static struct value plain_name(struct decider *d, struct value name)
{
	struct str text = value_text(d->arena, name);
	char *out = arena_alloc(d->arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] > ' ' && text.p[i] < 0x7f)
			out[n++] = ascii_lower(text.p[i]);
	return value_from(d->arena, str_make(out, n));
}

static struct match_result is_protected(struct decider *d, struct value ref)
{
	struct str prefix = value_known_prefix(d->arena, ref);
	/* Where names of files know no letter case, "refs/HEADS/main" is a branch. */
	if (str_starts(prefix, STR("refs/")) &&
	    !str_eq_nocase(str_first(prefix, 11), STR("refs/heads/")))
		return (struct match_result){.match = MATCH_NO}; /* tags, notes, reviews */
	const struct pattern_list *list = d->policy->list[LIST_GIT_PROTECTED];
	struct value name = branch_name(d, ref);
	struct match_result hit = name_match(list, name, d->arena);
	if (hit.match != MATCH_NO || !value_is_known(name))
		return hit;
	hit = name_match(list, plain_name(d, name), d->arena);
	hit.match = hit.match == MATCH_NO ? MATCH_NO : MATCH_MAY;
	return hit;
}

/* ---- destinations ---- */

struct destination {
	struct value ref;
	bool force, deletes, perhaps;
	const char *act; /* what is perhaps done, where nothing is pushed */
	struct span span;
};

static void judge_destination(struct decider *d, const struct effect *effect,
			      const struct destination *to)
{
	struct match_result hit = is_protected(d, to->ref);
	enum match match = hit.match;
	if (to->perhaps && match == MATCH_MUST)
		match = MATCH_MAY;
	if (match == MATCH_NO)
		return;
	bool rewrites = to->force || to->deletes;
	if (rewrites && d->policy->force_push == SWITCH_ALLOW && !d->policy->block_direct_push)
		return;
	if (!rewrites && !d->policy->block_direct_push && !d->policy->require_pull_request)
		return;
	bool must = match == MATCH_MUST && !(rewrites && d->policy->force_push == SWITCH_APPROVAL);
	struct finding *finding = finding_add(d, effect,
					      must ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
					      rewrites ? CAVRA_CRITICAL : CAVRA_HIGH,
					      rewrites ? "git.protected_branch.block_force_push"
						       : "git.protected_branch.block_direct_push");
	struct str branch = value_show(d->arena, branch_name(d, to->ref));
	finding->certainty = match;
	finding->pattern = hit.pattern;
	finding->span = to->span;
	finding->instead = STR("push a branch of your own and open a pull request");
	finding->reason = arena_printf(d->arena, "%s the protected branch %.*s",
				       must      ? to->deletes  ? "deletes"
						    : to->force ? "rewrites"
								: "pushes to"
				       : to->act ? to->act
						 : "may push to",
				       STR_ARG(branch));
	if (!must)
		finding->approver_group = STR("Repository Owners");
}

static struct effect *git_effect(struct decider *d, const char *verb, struct value ref,
				 const struct scope *scope)
{
	struct str shown = arena_join3(d->arena, str_from(verb), STR(" -> "),
				       value_show(d->arena, ref));
	struct effect *effect = effect_add(d, EFFECT_GIT, shown, scope);
	effect->known = value_is_known(ref);
	return effect;
}

static void push_to(struct decider *d, const struct destination *to, const struct scope *scope)
{
	const char *verb = to->deletes ? "delete" : to->force ? "force push" : "push";
	const struct effect *effect = git_effect(d, verb, to->ref, scope);
	judge_destination(d, effect, to);
	(void)rules_for_push(d, effect, branch_name(d, to->ref));
}

/* HEAD and @ are the current branch. */
static struct value source_branch(struct decider *d, struct value source, const struct scope *scope)
{
	if (!value_is_known(source))
		return source;
	struct str text = value_text(d->arena, source);
	return str_is(text, "HEAD") || str_is(text, "@") ? git_current_branch(d, scope) : source;
}

/* Signs that no branch has in its name: a tool would have a shell expand them. */
static bool is_expanded(struct str ref)
{
	for (size_t i = 0; i < ref.n; i++)
		if (strchr("?[", ref.p[i]) ||
		    (ref.p[i] == '{' && (i == 0 || !strchr("@^", ref.p[i - 1]))))
			return true;
	return false;
}

static void push_refspec(struct decider *d, const struct git_push *push, const struct word *word,
			 const struct scope *scope)
{
	struct destination to = {.force = push->force, .deletes = push->delete, .span = word->span};
	if (word->many || !value_is_known(word->value)) {
		struct str prefix = value_known_prefix(d->arena, word->value);
		to.force |= prefix.n && prefix.p[0] == '+';
		/* Only a known destination behind the colon of an unknown source can be told. */
		to.ref = value_any();
		for (size_t i = word->value.n; i > 0 && !word->many; i--) {
			const struct seg *seg = &word->value.seg[i - 1];
			size_t colon = seg->kind == SEG_TEXT ? str_find_last_char(seg->text, ':')
							     : STR_NPOS;
			if (seg->kind != SEG_TEXT)
				break;
			if (colon != STR_NPOS && i == word->value.n) {
				to.ref = value_from(d->arena, str_from_at(seg->text, colon + 1));
				break;
			}
		}
		push_to(d, &to, scope);
		return;
	}
	struct str text = value_text(d->arena, word->value);
	if (text.n && text.p[0] == '+') {
		to.force = true;
		text = str_from_at(text, 1);
	}
	/* The last one: ":/text", "HEAD^{/a:b}" and "main@{10:00}" are sources. */
	size_t colon = str_find_last_char(text, ':');
	struct str source = colon == STR_NPOS ? text : str_first(text, colon);
	struct str target = colon == STR_NPOS ? text : str_from_at(text, colon + 1);
	if (colon != STR_NPOS && source.n == 0)
		to.deletes = target.n > 0;
	if (str_find_char(target, '*') != STR_NPOS || is_expanded(target) ||
	    str_starts(text, STR("{")) || (colon != STR_NPOS && target.n == 0 && source.n == 0)) {
		to.ref = value_any(); /* a pattern, or ":" for all matching branches */
		to.perhaps = true;
	} else {
		to.ref = source_branch(d, value_from(d->arena, target.n ? target : source), scope);
	}
	push_to(d, &to, scope);
}

/* Without refspecs the configuration decides; unless somebody can show it, it may be anything. */
static void push_default(struct decider *d, const struct git_push *push, const struct scope *scope)
{
	struct destination to = {
		.force = push->force, .deletes = push->delete, .span = scope->span};
	struct str configured;
	to.ref = git_current_branch(d, scope);
	bool configured_known = d->resolver->git_config != NULL && !d->git_config_changed &&
				!scope->remote;
	static const char *const simple[] = {"simple", "current", "nothing"};
	bool plain = !d->git_config_changed;
	if (configured_known) {
		enum resolved found = d->resolver->git_config(d->resolver->context, d->arena,
							      STR("push.default"), &configured);
		plain = found == RESOLVED_NO;
		for (size_t i = 0; found == RESOLVED_YES && i < sizeof simple / sizeof *simple; i++)
			plain |= str_is(configured, simple[i]);
		struct str remote = push->remote && value_is_known(push->remote->value)
					    ? value_text(d->arena, push->remote->value)
					    : STR("origin");
		struct str key = arena_join3(d->arena, STR("remote."), remote, STR(".push"));
		plain &= d->resolver->git_config(d->resolver->context, d->arena, key,
						 &configured) == RESOLVED_NO;
	}
	if (!plain || push->all || push->mirror) {
		struct destination any = to;
		any.ref = value_any();
		any.force |= push->mirror;
		push_to(d, &any, scope);
	}
	push_to(d, &to, scope);
}

/* "tag NAME" is refs/tags/NAME. */
static bool is_tag_word(struct decider *d, const struct git_push *push, size_t i)
{
	const struct word *word = &push->refspecs[i];
	return i + 1 < push->n_refspecs && word_is_known(word) &&
	       str_is(value_text(d->arena, word->value), "tag");
}

void git_push_effect(struct decider *d, const struct git_push *push, const struct scope *scope)
{
	for (size_t i = 0; i < push->n_refspecs; i++)
		if (is_tag_word(d, push, i))
			i++;
		else
			push_refspec(d, push, &push->refspecs[i], scope);
	if (push->all || push->mirror || (push->n_refspecs == 0 && !push->tags_only))
		push_default(d, push, scope);
}

/* ---- commands ---- */

static bool has(const struct command *c, const char *first, const char *second)
{
	return arguments_has(&c->arguments, first) ||
	       (second && arguments_has(&c->arguments, second));
}

static void push_command(struct decider *d, struct command *c)
{
	bool rehearsal = has(c, "-n", "--dry-run") &&
			 !arguments_has(&c->arguments, "--no-dry-run") && !c->arguments.imprecise;
	if (c->arguments.cls == CLASS_INSPECT || rehearsal)
		return; /* inspect: its help */
	struct word *operands = ARENA_ARRAY(d->arena, c->arguments.n_args + 1, struct word);
	size_t n = 0;
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		if (arg->operand)
			operands[n++] = (struct word){
				.value = arg->value, .many = arg->many, .span = arg->span};
	}
	struct git_push push = {
		.force = has(c, "-f", "--force") ||
			 has(c, "--force-with-lease", "--force-if-includes"),
		.delete = has(c, "-d", "--delete"),
		.all = has(c, "--all", "--branches"),
		.mirror = arguments_has(&c->arguments, "--mirror"),
		.tags_only = arguments_has(&c->arguments, "--tags"),
	};
	/* With --repo the first operand is a refspec or a repository, depending on Git's version. */
	bool repo = arguments_has(&c->arguments, "--repo");
	if (n > 0 && !repo)
		push.remote = &operands[0];
	size_t first = n > 0 && !repo ? 1 : 0;
	push.refspecs = operands + first;
	push.n_refspecs = n - first;
	push.all |= push.n_refspecs == 0 && arguments_has(&c->arguments, "--prune");
	if (n > 0 && operands[0].many) {
		push.refspecs = operands;
		push.n_refspecs = n;
	}
	git_push_effect(d, &push, &c->scope);
	c->git_judged = true;
}

/* git config key value: does the key run something, or change what push sends? */
static void config_command(struct decider *d, struct command *c)
{
	d->git_config_changed = c->arguments.cls != CLASS_INSPECT || d->git_config_changed;
}

/* An alias of the repository is what it stands for. */
static void alias_command(struct decider *d, struct command *c)
{
	const struct argument *verb = arguments_operand(&c->arguments, 0);
	struct str value;
	if (!verb || verb->many || !value_is_known(verb->value) || !d->resolver->git_config ||
	    d->nesting > 8)
		return;
	struct str key = arena_join(d->arena, STR("alias."), value_text(d->arena, verb->value));
	if (d->resolver->git_config(d->resolver->context, d->arena, key, &value) != RESOLVED_YES ||
	    !value.n)
		return;
	struct str rest = STR("");
	for (size_t i = 1; i < c->arguments.n_words; i++)
		if (!c->arguments.words[i].many && value_is_known(c->arguments.words[i].value) &&
		    !value_eq(c->arguments.words[i].value, verb->value))
			rest = arena_join3(d->arena, rest, STR(" "),
					   value_text(d->arena, c->arguments.words[i].value));
	struct str text = value.p[0] == '!' ? str_from_at(value, 1)
					    : arena_join(d->arena, STR("git "), value);
	struct scope scope = c->scope;
	scope.literal_spans = false;
	system_text(d, arena_join(d->arena, text, rest), &scope);
}

static void branch_command(struct decider *d, struct command *c)
{
	if (!has(c, "-D", NULL) && !has(c, "-d", "--delete") && !has(c, "-f", "--force") &&
	    !has(c, "-M", NULL))
		return;
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		if (!arg->operand)
			continue;
		struct destination to = {.ref = arg->value,
					 .deletes = true,
					 .perhaps = true,
					 .act = "moves or deletes locally",
					 .span = arg->span};
		struct effect *effect = git_effect(d, "delete local", arg->value, &c->scope);
		if (is_protected(d, arg->value).match == MATCH_MUST)
			judge_destination(d, effect, &to);
	}
}

/* What stands behind the last colon of SOURCE:BRANCH. */
static bool split_refspec(struct decider *d, struct value refspec, struct value *ret_target)
{
	for (size_t i = refspec.n; i > 0; i--) {
		const struct seg *seg = &refspec.seg[i - 1];
		size_t colon = seg->kind == SEG_TEXT ? str_find_last_char(seg->text, ':')
						     : STR_NPOS;
		if (colon == STR_NPOS)
			continue;
		struct value rest = {refspec.seg + i, refspec.n - i};
		*ret_target = value_concat(
			d->arena, value_from(d->arena, str_from_at(seg->text, colon + 1)), rest);
		return ret_target->n > 0;
	}
	return false;
}

/* Of main, main is brought up to what the remote has, which loses nothing. */
static bool only_follows(struct decider *d, struct value refspec, struct value target)
{
	if (!value_is_known(refspec))
		return false;
	struct str text = value_text(d->arena, refspec);
	struct str source = str_first(text, str_find_last_char(text, ':'));
	return str_find_char(text, '*') == STR_NPOS &&
	       value_eq(branch_name(d, value_from(d->arena, source)), branch_name(d, target));
}

/* SOURCE:BRANCH writes a branch of this repository. */
static void fetch_command(struct decider *d, struct command *c)
{
	bool remote = false, force = has(c, "-f", "--force");
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		struct value target;
		if (arg->operand && !remote) {
			remote = true; /* the first */
			continue;
		}
		if (!arg->operand || !split_refspec(d, arg->value, &target) ||
		    (!force && only_follows(d, arg->value, target)))
			continue;
		struct str start = value_known_prefix(d->arena, target);
		bool all = value_is_known(target) && str_find_char(start, '*') != STR_NPOS &&
			   !str_starts(start, STR("refs/remotes/"));
		struct destination to = {.ref = all ? value_any() : target,
					 .force = true,
					 .perhaps = true,
					 .act = "overwrites locally",
					 .span = arg->span};
		struct effect *effect = git_effect(d, "fetch into", target, &c->scope);
		judge_destination(d, effect, &to);
	}
}

/* Files of other commits come into the working tree, unless nothing but a branch is made. */
static bool brings_files(const struct command *c)
{
	static const char *const verbs[] = {"checkout", "switch",      "restore",  "stash",
					    "pull",     "merge",       "rebase",   "reset",
					    "revert",   "cherry-pick", "am",       "apply",
					    "clone",    "bisect",      "worktree", "submodule"};
	static const char *const makes[] = {"-b", "-B", "-c", "-C", "--create", "--orphan"};
	bool brings = false, branch = false;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		brings |= arguments_subcommand(&c->arguments, verbs[i]);
	for (size_t i = 0; i < ARRAY_SIZE(makes); i++)
		branch |= arguments_has(&c->arguments, makes[i]);
	return brings && c->arguments.cls != CLASS_INSPECT && !(branch && !c->arguments.n_operands);
}

void git_command(struct decider *d, struct command *c)
{
	d->brings_files |= brings_files(c);
	git_nested(d, c);
	git_own_code(d, c);
	if (arguments_is(&c->arguments, "git.push"))
		push_command(d, c);
	else if (arguments_subcommand(&c->arguments, "config") ||
		 arguments_subcommand(&c->arguments, "remote"))
		config_command(d, c);
	else if (arguments_subcommand(&c->arguments, "branch"))
		branch_command(d, c);
	else if (arguments_subcommand(&c->arguments, "fetch") ||
		 arguments_subcommand(&c->arguments, "pull"))
		fetch_command(d, c);
	else if (c->arguments.n_chain == 1)
		alias_command(d, c);
}
