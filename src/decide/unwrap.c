/* SPDX-License-Identifier: Apache-2.0
 *
 * Unwrapping: from shell text to commands, from a command to the commands inside it, until only what really runs is
 * left. Stage 3 of 3 behind src/shell/. Tour 5 of 9: continue in commands.c.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/command.h"
#include "decide/found.h"
#include "decide/paths.h"

/* ---- redirections ---- */

static unsigned redirect_effects(struct decider *d, const struct shell_redirect *redirect,
				 const struct scope *scope, bool *ret_writes)
{
	unsigned files = 0;
	*ret_writes = false;
	for (; redirect; redirect = redirect->next) {
		struct scope here = *scope;
		here.span = redirect->span;
		bool reads = redirect->kind == REDIRECT_READ ||
			     redirect->kind == REDIRECT_READ_WRITE;
		bool writes = redirect->kind != REDIRECT_READ;
		if (reads)
			files |= file_effect(d, EFFECT_FILE_READ, redirect->target, false, &here);
		if (writes)
			files |= file_effect(d, EFFECT_FILE_WRITE, redirect->target, false, &here);
		*ret_writes |= writes && !(files & FILE_HARMLESS);
		files &= ~(unsigned)FILE_HARMLESS;
	}
	return files;
}

static bool reads_stdin_from_file(const struct shell_redirect *redirect)
{
	for (; redirect; redirect = redirect->next)
		if (redirect->fd == 0)
			return true;
	return false;
}

/* ---- one command ---- */

enum { SHOWN_MAX = 400 };

/* One byte more than is shown tells that something is missing. */
struct shown {
	char text[SHOWN_MAX + 1];
	size_t n;
};

static void show(struct shown *shown, struct str text)
{
	text = str_first(text, sizeof shown->text - shown->n);
	if (text.n)
		memcpy(shown->text + shown->n, text.p, text.n);
	shown->n += text.n;
}

static struct str word_shown(struct decider *d, const struct word *word)
{
	if (word->many)
		return STR("\xe2\x80\xa6");
	struct str text = value_is_known(word->value) ? value_text(d->arena, word->value)
						      : value_show(d->arena, word->value);
	return text.n ? text : STR("''");
}

static struct str show_words(struct decider *d, const struct command *c)
{
	struct shown shown;
	shown.n = 0;
	show(&shown, c->name.n ? c->name : STR("?"));
	for (size_t i = 1; i < c->n && shown.n < SHOWN_MAX; i++) {
		show(&shown, STR(" "));
		show(&shown, word_shown(d, &c->words[i]));
	}
	if (shown.n > SHOWN_MAX)
		return arena_join(d->arena, str_make(shown.text, SHOWN_MAX), STR("\xe2\x80\xa6"));
	return arena_str(d->arena, str_make(shown.text, shown.n));
}

/* The base name of the program; empty when it is not known. */
static struct str program_name(struct decider *d, const struct word *word)
{
	if (word->many)
		return STR("");
	if (value_is_known(word->value))
		return str_basename(value_text(d->arena, word->value));
	/* "$DIR/terraform": the end is known. */
	const struct seg *last = &word->value.seg[word->value.n - 1];
	if (last->kind == SEG_TEXT && str_find_char(last->text, '/') != STR_NPOS)
		return str_basename(last->text);
	return STR("");
}

static void inner_words(struct decider *d, struct command *c, const struct inner_command *inner);

/* Starters that projects carry with them; by their names only what is the project's own is allowed. */
static const char *const carried_programs[] = {
	"./gradlew",  "./mvnw",    "bin/rails",   "./bin/rails", "bin/rake",
	"./bin/rake", "bin/rspec", "./bin/rspec", "bin/rubocop", "./bin/rubocop",
};

static bool is_foreign(struct decider *d, const struct word *word)
{
	if (word->many || !value_is_known(word->value))
		return true;
	struct str path = value_text(d->arena, word->value);
	size_t slash = str_find_last_char(path, '/');
	if (slash == STR_NPOS || is_program_place(str_first(path, slash + 1)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(carried_programs); i++)
		if (str_is(path, carried_programs[i]))
			return false;
	return true;
}

static void run_inner(struct decider *d, struct command *c)
{
	for (size_t i = 0; i < c->arguments.n_inner; i++)
		inner_words(d, c, &c->arguments.inner[i]);
}

static void describe(struct decider *d, struct command *c)
{
	const struct known_command *known = c->name.n ? knowledge_find(c->name) : NULL;
	struct str canonical = c->name;
	if (known && known->canonical.at)
		canonical = str_from(knowledge_text(known->canonical));
	arguments_read(d, known, canonical, c->words, c->n, &c->arguments);
	if (!known && shell_is_harmless_builtin(c->name)) {
		c->arguments.cls = CLASS_INSPECT;
		c->arguments.imprecise = false;
		c->arguments.n_args = 0;
	}
	c->shown = show_words(d, c);
}

void command_describe(struct decider *d, struct command *ret_command, const struct word *words,
		      size_t n, const struct scope *scope)
{
	struct command *c = ret_command;
	memset(c, 0, offsetof(struct command, arguments));
	c->words = found_in_words(d, words, n, scope);
	c->n = n;
	c->scope = *scope;
	c->name = program_name(d, &words[0]);
	describe(d, c);
	c->effect = effect_add(d, EFFECT_COMMAND, c->shown, scope);
	c->effect->known = c->name.n > 0 && !c->arguments.imprecise;
	c->network_allowed = true;
	c->files = scope->redirect_files;
	c->writes = scope->redirect_writes;
	c->foreign = is_foreign(d, &words[0]);
	command_shown_secrets(d, c);
}

/* A word that is a pattern. What is joined with its option hardly is one: no file is called "--include=x". */
static bool is_pattern(const struct argument *arg)
{
	for (size_t i = 0; i < arg->value.n && !arg->joined; i++)
		if (arg->value.seg[i].kind == SEG_GLOB)
			return true;
	return false;
}

/* Where a word stands says what becomes of it: "uniq IN OUT", "grep PATTERN FILE", "cp FILE... INTO", "grep -e PATTERN FILE". */
static bool has_positions(const struct command *c)
{
	const struct arguments *a = &c->arguments;
	const struct operand_roles *roles = &a->roles;
	bool first = roles->n_prefix && (roles->n_prefix > 1 || roles->prefix[0] != roles->repeat);
	bool last = roles->n_suffix && (roles->n_suffix > 1 || roles->suffix[0] != roles->repeat);
	bool option = false;
	for (size_t i = 0; i < a->n_args; i++)
		option |= !a->args[i].operand && is_pattern(&a->args[i]);
	return a->n_chain && (roles->repeat == ROLE_UNKNOWN || first || last || option);
}

/* ".e*", and "*" as an operand: who means text rarely begins it so. */
static bool begins_like_names(const struct argument *arg)
{
	const struct seg *first = &arg->value.seg[0];
	return first->kind == SEG_GLOB ? arg->operand : str_starts(first->text, STR("."));
}

/* Where nobody can list them, what the first of several words is to the command, others may not be: "grep *". */
static void suspect_patterns(struct decider *d, const struct command *c, bool names_only)
{
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		if (is_pattern(arg) && (!names_only || begins_like_names(arg)) &&
		    (arg->role == ROLE_NONE || arg->role == ROLE_PATTERN))
			file_suspicion(d, arg->value, &c->scope);
	}
}

/* False when nobody can list what the patterns stand for. */
static bool run_in_order(struct decider *d, const struct command *c, enum expand_order order,
			 const struct scope *scope)
{
	struct word *words = NULL;
	size_t n = 0;
	if (words_expand(d, c->words, c->n, order, scope, &words, &n))
		run_words(d, words, n, scope);
	return words != NULL;
}

/* A pattern was judged as one word of unknown names. It may also become options, and move the words behind it. */
static void run_expanded(struct decider *d, const struct command *c)
{
	enum { DIRECTORIES_MAX = 16 };
	struct value empty = {NULL, 0};
	bool any = false;
	for (size_t i = 0; i < c->n; i++)
		any |= !c->words[i].many && !value_is_known(c->words[i].value);
	if (!any || c->scope.remote)
		return;
	struct scope root = c->scope;
	root.cwds = &empty;
	root.n_cwds = 1;
	for (size_t i = 0; i < c->scope.n_cwds; i++) {
		struct str *dirs = NULL;
		size_t n_dirs = 0;
		if (!path_expand(d, c->scope.cwds[i], false, &root, &dirs, &n_dirs)) {
			if (has_positions(c))
				suspect_patterns(d, c, false);
			continue;
		}
		for (size_t k = 0; k < n_dirs && k < DIRECTORIES_MAX; k++) {
			struct value *dir = ARENA_NEW(d->arena, struct value);
			struct scope scope = c->scope;
			*dir = value_from(d->arena, dirs[k]);
			scope.cwds = dir;
			scope.n_cwds = 1;
			if (!has_positions(c))
				(void)run_in_order(d, c, EXPAND_ANYHOW, &scope);
			else if (!run_in_order(d, c, EXPAND_FORWARDS, &scope))
				suspect_patterns(d, c, true);
			else
				(void)run_in_order(d, c, EXPAND_BACKWARDS, &scope);
		}
	}
}

/* What is made without a name stands in the working directory (ctags, split). */
static void unnamed_output(struct decider *d, struct command *c)
{
	unsigned verdict = file_effect(d, EFFECT_FILE_WRITE, value_from(d->arena, STR(".")), false,
				       &c->scope);
	c->files |= verdict & ~(unsigned)FILE_HARMLESS;
	c->writes = true;
}

void command_unwrap(struct decider *d, struct command *c)
{
	command_shell_options(d, c);
	command_roles(d, c);
	/* Its redirections are not what it makes. */
	bool names = c->writes && !c->scope.redirect_writes;
	if (c->arguments.cls == CLASS_EDIT && !names && !c->scope.remote)
		unnamed_output(d, c);
	if (str_is(c->name, "git"))
		git_command(d, c);
	git_note_head(d, c);
	run_inner(d, c);
	command_standard_input(d, c);
}

/* "./x.sh" with "#!/bin/bash" at its top is "bash ./x.sh". */
static bool is_shell_script(struct decider *d, const struct word *word, const struct scope *scope)
{
	static const char *const tops[] = {"#!/bin/sh", "#!/bin/bash", "#!/usr/bin/bash",
					   "#!/usr/bin/env bash", "#!/usr/bin/env sh"};
	struct str text, top;
	if (word->many || !value_is_known(word->value) || scope->n_cwds != 1 || scope->remote ||
	    str_find_char(value_text(d->arena, word->value), '/') == STR_NPOS ||
	    !is_foreign(d, word) || !script_content(d, word->value, scope->cwds[0], &text) ||
	    !str_split(&text, '\n', &top))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(tops); i++)
		if (str_eq(top, str_from(tops[i])))
			return true;
	return false;
}

static void run_as_script(struct decider *d, const struct word *words, size_t n,
			  const struct scope *scope)
{
	struct command c;
	struct word *all = ARENA_ARRAY(d->arena, n + 1, struct word);
	command_describe(d, &c, words, n, scope);
	(void)command_judge_lists(d, &c);
	(void)command_rules(d, &c);
	c.effect->shown = arena_join(d->arena, STR("bash "), c.shown);
	all[0] = (struct word){.value = value_from(d->arena, STR("bash")), .span = words[0].span};
	memcpy(all + 1, words, n * sizeof *all);
	run_words(d, all, n + 1, scope);
}

/* "/usr/lib/git-core/git-push origin" is "git push origin"; a program of that name elsewhere is just any. */
static bool run_as_git(struct decider *d, const struct word *words, size_t n,
		       const struct scope *scope)
{
	struct str path = word_is_known(&words[0]) ? value_text(d->arena, words[0].value) : STR("");
	struct str name = str_basename(path);
	bool own = str_find_char(path, '/') == STR_NPOS ||
		   str_starts(path, STR("/usr/lib/git-core/")) ||
		   str_starts(path, STR("/usr/libexec/git-core/"));
	if (!own || path_climbs(path) || !str_starts(name, STR("git-")) || knowledge_find(name) ||
	    !knowledge_subcommand(knowledge_find(STR("git")), str_from_at(name, 4)))
		return false;
	struct word *all = ARENA_ARRAY(d->arena, n + 1, struct word);
	memcpy(all + 1, words, n * sizeof *all);
	all[0] = (struct word){.value = value_from(d->arena, STR("git")), .span = words[0].span};
	all[1].value = value_from(d->arena, str_from_at(name, 4));
	run_words(d, all, n + 1, scope);
	return true;
}

void run_words(struct decider *d, const struct word *words, size_t n, const struct scope *scope)
{
	if (n == 0 || run_as_git(d, words, n, scope))
		return;
	if (is_shell_script(d, &words[0], scope)) {
		run_as_script(d, words, n, scope);
		return;
	}
	if (d->nesting >= LIMIT_COMMAND_NESTING) {
		if (!d->exhausted)
			finding_opaque(d, NULL, STR("commands nested too deeply"), scope->span);
		d->exhausted = true;
		return;
	}
	d->nesting++;
	struct command c;
	words = words_unmatched(d, words, n, scope);
	command_describe(d, &c, words, n, scope);
	if (!c.name.n) {
		finding_opaque(d, c.effect, STR("the program's name is not known"), scope->span);
		c.code_unknown = true;
	}
	command_environment(d, &c);
	command_unwrap(d, &c);
	command_note_stage(d, &c);
	command_judge(d, &c);
	run_expanded(d, &c);
	d->nesting--;
}

/* ---- commands inside commands ---- */

/* The operand command's words with placeholders and appended words unknown (xargs, find -exec). */
static struct word *copy_words(struct decider *d, const struct word *words, size_t n, size_t extra)
{
	struct word *copy = ARENA_ARRAY(d->arena, n + extra, struct word);
	memcpy(copy, words, n * sizeof *copy);
	return copy;
}

struct value value_replace(struct arena *arena, struct value v, struct str what, struct value with)
{
	if (!value_is_known(v) || !what.n)
		return v;
	struct str text = value_text(arena, v);
	struct value result = {NULL, 0};
	for (;;) {
		size_t at = str_find(text, what);
		if (at == STR_NPOS)
			break;
		result = value_concat(arena, result, value_from(arena, str_first(text, at)));
		result = value_concat(arena, result, with);
		text = str_from_at(text, at + what.n);
	}
	return value_concat(arena, result, value_from(arena, text));
}

static struct value placeholder(struct decider *d, const struct command *c, struct str *ret_what)
{
	const struct known_command *top = c->arguments.n_chain ? c->arguments.chain[0] : NULL;
	*ret_what = STR("");
	const char *name;
	for (size_t k = 0; top && (name = knowledge_item(top->replaces, k)); k++)
		for (size_t i = 0; i < c->arguments.n_options; i++)
			if (strcmp(knowledge_text(c->arguments.options[i].option->name), name) ==
			    0) {
				const struct seen_option *seen = &c->arguments.options[i];
				*ret_what = seen->has_value && value_is_known(seen->value)
						    ? value_text(d->arena, seen->value)
						    : STR("{}");
				return value_any();
			}
	return value_any();
}

static struct scope inner_scope(struct decider *d, const struct command *c)
{
	struct scope scope = c->scope;
	if (c->arguments.remote) {
		struct value *any = ARENA_NEW(d->arena, struct value);
		*any = value_any();
		scope.cwds = any;
		scope.n_cwds = 1;
		scope.remote = true;
	}
	scope.literal_spans = false;
	return scope;
}

/* Assignments that an env-like wrapper makes for its inner command. */
static void add_assigns(struct decider *d, const struct command *c, struct scope *scope)
{
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		if (arg->role != ROLE_ASSIGN)
			continue;
		struct str prefix = value_known_prefix(d->arena, arg->value);
		size_t eq = str_find_char(prefix, '=');
		if (eq == STR_NPOS)
			continue;
		struct shell_assign *assign = ARENA_NEW(d->arena, struct shell_assign);
		assign->name = str_first(prefix, eq);
		assign->value = value_is_known(arg->value)
					? value_from(d->arena, str_from_at(prefix, eq + 1))
					: value_any();
		assign->prefix = true;
		assign->next = scope->assigns;
		scope->assigns = assign;
	}
}

static void joined_shell(struct decider *d, struct command *c, const struct inner_command *inner,
			 const struct scope *scope)
{
	bool known = value_is_known(inner->head);
	struct str text = value_text(d->arena, inner->head);
	for (size_t i = inner->from; i < inner->to && known; i++) {
		known = word_is_known(&c->words[i]);
		struct str word = value_text(d->arena, c->words[i].value);
		text = text.n ? arena_join3(d->arena, text, STR(" "), word) : word;
	}
	if (known && dialect_differs(c->name, text))
		finding_opaque(
			d, c->effect,
			arena_join(d->arena, c->name,
				   STR(" has a shell run text that Bash may read in another way")),
			scope->span);
	if (known) {
		shell_text(d, text, scope);
		return;
	}
	c->code_unknown = true;
	finding_opaque(d, c->effect,
		       arena_join(d->arena, c->name, STR(" runs text that is not known")),
		       scope->span);
}

/* Parts of what was found, as fd spells them. */
static void replace_parts(struct decider *d, struct word *words, size_t n)
{
	static const char *const parts[] = {"{/}", "{//}", "{.}", "{/.}"};
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(parts) && word_is_known(&words[i]); k++)
			if (str_find(value_text(d->arena, words[i].value), str_from(parts[k])) !=
			    STR_NPOS)
				words[i].value = value_any();
}

static void inner_words(struct decider *d, struct command *c, const struct inner_command *inner)
{
	struct scope scope = inner_scope(d, c);
	size_t n = inner->to - inner->from;
	struct str what;
	struct value with = placeholder(d, c, &what);
	add_assigns(d, c, &scope);
	c->runs_inner = true;
	if (inner->role == ROLE_ARGV_SHELL && c->arguments.appends) {
		struct given_words given = {c->words + inner->from, n, STR("")};
		given_text_run(d, c, &given, &scope);
	}
	if (inner->role == ROLE_ARGV_SHELL) {
		if (env_run(d, c, inner, &scope))
			return;
		joined_shell(d, c, inner, &scope);
		return;
	}
	struct scope nothing_in = scope;
	nothing_in.input = NULL;
	nothing_in.feeder = NULL;
	nothing_in.piped_in = nothing_in.shares_script = false;
	if (c->arguments.appends && inner->role == ROLE_ARGV) {
		struct given_words given = {c->words + inner->from, n, what};
		given_words_run(d, c, &given, &nothing_in);
	}
	struct word *words = copy_words(d, c->words + inner->from, n, 1);
	struct value appended = value_any();
	if (inner->role == ROLE_EXEC) {
		what = STR("{}");
		appended = with = found_by_command(d, c);
		replace_parts(d, words, n);
	} else if (c->arguments.feeds) {
		appended = with = found_by_feeder(d, &c->scope);
	}
	for (size_t i = 0; what.n && i < n; i++)
		words[i].value = value_replace(d->arena, words[i].value, what, with);
	if (c->arguments.appends && (!what.n || inner->role == ROLE_EXEC))
		words[n++] = (struct word){.many = true, .value = appended, .span = scope.span};
	/* xargs gives its command nothing to read, fd and find what they have. */
	bool nothing = c->arguments.appends && inner->role != ROLE_EXEC;
	run_words(d, words, n, nothing ? &nothing_in : &scope);
}

/* ---- shell text ---- */

static struct scope command_scope(struct decider *d, const struct shell_command *command,
				  const struct scope *outer, int pipelines)
{
	struct scope scope = *outer;
	scope.cwds = command->cwds;
	scope.n_cwds = command->n_cwds;
	scope.assigns = command->assigns;
	scope.input = command->input;
	scope.descriptors = command->descriptors;
	scope.shows = command->shows;
	scope.feeder = command->input || reads_stdin_from_file(command->redirects)
			       ? NULL
			       : command->feeder;
	scope.piped_in = command->piped_in || reads_stdin_from_file(command->redirects) ||
			 command->input != NULL;
	scope.surely = outer->surely && command->surely;
	scope.span = command->span;
	scope.pipeline = command->pipeline ? pipelines + command->pipeline : 0;
	if (command->pipeline && pipelines + command->pipeline > d->pipelines)
		d->pipelines = pipelines + command->pipeline;
	if (!command->piped_in && !command->input && !reads_stdin_from_file(command->redirects)) {
		scope.piped_in = outer->piped_in;
		scope.input = outer->input;
	} else {
		scope.shares_script = false;
	}
	return scope;
}

static void source_command(struct decider *d, const struct shell_command *command,
			   const struct scope *scope)
{
	struct command c;
	command_describe(d, &c, command->argv, command->argc, scope);
	command_environment(d, &c);
	command_roles(d, &c);
	command_standard_input(d, &c);
	command_judge(d, &c);
}

static void run_shell_command(struct decider *d, const struct shell_command *command,
			      const struct scope *scope)
{
	struct scope with = *scope;
	bool writes;
	unsigned files = redirect_effects(d, command->redirects, scope, &writes);
	/* What goes to /dev/null is no effect. */
	with.redirect_files |= files;
	with.redirect_writes |= writes;
	switch (command->kind) {
	case SHELL_OPAQUE:
		if (command->refused)
			finding_refused(d, command->reason, command->span);
		else
			finding_opaque(d, NULL, command->reason, command->span);
		break;
	case SHELL_REDIRECT:
		command_judge_redirection(d, scope, files, writes);
		break;
	case SHELL_SOURCE:
		source_command(d, command, &with);
		break;
	case SHELL_COMMAND:
		run_words(d, command->argv, command->argc, &with);
		break;
	}
}

static bool is_name(struct str text)
{
	bool name = text.n && !ascii_is_digit(text.p[0]);
	for (size_t i = 0; i < text.n && name; i++)
		name = ascii_is_name(text.p[i]);
	return name;
}

/* What stands in front of a shell it finds in its environment: "F=.env sh -c 'cat $F'". */
static const struct shell_assign *given_variables(struct decider *d, const struct scope *scope,
						  const struct shell_assign *path)
{
	const struct shell_assign *list = path;
	for (const struct shell_assign *a = scope->assigns; a && !scope->remote; a = a->next) {
		bool given = a->prefix && value_is_known(a->value) && is_name(a->name) &&
			     !str_is(a->name, "PATH");
		for (const struct shell_assign *newer = list; newer && given; newer = newer->next)
			given = !str_eq(newer->name, a->name);
		if (!given)
			continue;
		struct shell_assign *copy = ARENA_NEW(d->arena, struct shell_assign);
		*copy = (struct shell_assign){
			.name = a->name, .value = a->value, .prefix = true, .next = list};
		list = copy;
	}
	return list;
}

void shell_script_run(struct decider *d, const struct shell_script *script,
		      const struct scope *scope)
{
	if (d->nesting >= LIMIT_COMMAND_NESTING) {
		if (!d->exhausted)
			finding_opaque(d, NULL, STR("commands nested too deeply"), scope->span);
		d->exhausted = true;
		return;
	}
	struct str cwd = scope->n_cwds == 1 && value_is_known(scope->cwds[0])
				 ? value_text(d->arena, scope->cwds[0])
				 : STR("");
	struct shell_assign path = {.name = STR("PATH"),
				    .value = value_from(d->arena, STR(USUAL_PATH))};
	struct shell_env env = {
		.variables = scope->remote ? NULL : given_variables(d, scope, &path),
		.cwd = cwd,
		.home = scope->remote ? STR("") : d->resolver->home,
		.positional = script->positional,
		.n_positional = script->n_positional,
		.name = script->name,
		.errexit = script->errexit,
		.base = scope->span.from,
		.literal_spans = scope->literal_spans,
		.whole = scope->span,
		.depth = d->nesting,
		.printed = scope->remote ? NULL : printed_value,
		.context = d,
	};
	struct shell_result result;
	int pipelines = d->pipelines;
	d->nesting++;
	shell_analyse(d->arena, script->text, &env, &d->budget, &result);
	d->defines_functions |= result.defines;
	if (script->eats_itself && result.moves_input)
		finding_opaque(d, NULL, STR("the shell may read on from somewhere else"),
			       scope->span);
	/* Who of several gets what of the input, nobody knows. */
	struct scope outer = *scope;
	outer.shares_script |= script->eats_itself;
	if (outer.input && result.commands && result.commands->next) {
		outer.input = NULL;
		outer.piped_in = true;
	}
	for (const struct shell_command *command = result.commands; command;
	     command = command->next) {
		struct scope inner = command_scope(d, command, &outer, pipelines);
		run_shell_command(d, command, &inner);
	}
	d->nesting--;
}

void shell_text(struct decider *d, struct str text, const struct scope *scope)
{
	struct shell_script script = {.text = text, .name = value_any()};
	shell_script_run(d, &script, scope);
}
