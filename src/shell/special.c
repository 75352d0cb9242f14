/* SPDX-License-Identifier: Apache-2.0
 *
 * Variables that Bash sets, or obeys, by itself.
 */
#include "base/array.h"
#include "shell/eval.h"

static const struct {
	struct str name;
	unsigned traits;
} specials[] = {
	{STR_INIT("_"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH"), SPECIAL_SET},
	{STR_INIT("BASHOPTS"), SPECIAL_READONLY},
	{STR_INIT("BASHPID"), SPECIAL_UNKNOWN | SPECIAL_INTEGER},
	{STR_INIT("BASH_ALIASES"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_ARGC"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_ARGV"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_ARGV0"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_CMDS"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_COMMAND"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_EXECUTION_STRING"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_LINENO"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_MONOSECONDS"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_TRAPSIG"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_LOADABLES_PATH"), SPECIAL_SET},
	{STR_INIT("BASH_REMATCH"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_SOURCE"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_SUBSHELL"), SPECIAL_UNKNOWN},
	{STR_INIT("BASH_VERSINFO"), SPECIAL_READONLY},
	{STR_INIT("BASH_VERSION"), SPECIAL_SET},
	{STR_INIT("COMP_WORDBREAKS"), SPECIAL_SET},
	{STR_INIT("DIRSTACK"), SPECIAL_UNKNOWN},
	{STR_INIT("EPOCHREALTIME"), SPECIAL_UNKNOWN},
	{STR_INIT("EPOCHSECONDS"), SPECIAL_NUMBER | SPECIAL_INTEGER},
	{STR_INIT("EUID"), SPECIAL_NUMBER | SPECIAL_READONLY},
	{STR_INIT("FUNCNAME"), SPECIAL_UNKNOWN},
	{STR_INIT("GROUPS"), SPECIAL_UNKNOWN},
	{STR_INIT("HISTCMD"), SPECIAL_UNKNOWN | SPECIAL_INTEGER},
	{STR_INIT("HOSTNAME"), SPECIAL_SET},
	{STR_INIT("HOSTTYPE"), SPECIAL_SET},
	{STR_INIT("IFS"), SPECIAL_SET},
	{STR_INIT("LINENO"), SPECIAL_NUMBER | SPECIAL_INTEGER},
	{STR_INIT("MACHTYPE"), SPECIAL_SET},
	{STR_INIT("OPTERR"), SPECIAL_INTEGER},
	{STR_INIT("OPTIND"), SPECIAL_NUMBER | SPECIAL_INTEGER},
	{STR_INIT("OSTYPE"), SPECIAL_SET},
	{STR_INIT("PIPESTATUS"), SPECIAL_UNKNOWN},
	{STR_INIT("PPID"), SPECIAL_NUMBER | SPECIAL_READONLY},
	{STR_INIT("PS4"), SPECIAL_SET},
	{STR_INIT("RANDOM"), SPECIAL_NUMBER | SPECIAL_INTEGER},
	{STR_INIT("SECONDS"), SPECIAL_NUMBER | SPECIAL_INTEGER},
	{STR_INIT("SHELL"), SPECIAL_SET},
	{STR_INIT("SHELLOPTS"), SPECIAL_READONLY},
	{STR_INIT("SHLVL"), SPECIAL_NUMBER},
	{STR_INIT("SRANDOM"), SPECIAL_NUMBER | SPECIAL_INTEGER},
	{STR_INIT("TERM"), SPECIAL_SET},
	{STR_INIT("UID"), SPECIAL_NUMBER | SPECIAL_READONLY},
};

unsigned special_traits(struct str name)
{
	/* They are written in capitals, but for "_". */
	if (!name.n || (name.p[0] >= 'a' && name.p[0] <= 'z'))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(specials); i++)
		if (str_eq(name, specials[i].name))
			return specials[i].traits | SPECIAL_SET;
	return 0;
}

/* Only an interactive shell runs it. */
static void perhaps_run(struct eval *ev, struct state *st, struct str text)
{
	struct state inner = *st;
	ev->branches++;
	eval_text(ev, &inner, text);
	ev->branches--;
	state_join(ev, st, &inner, false);
}

/* Text without the two bytes that Bash marks its own quotes with. */
static bool is_plain_separator(struct eval *ev, const struct variable *variable)
{
	if (variable->kind == VARIABLE_ARRAY)
		return false;
	for (size_t i = 0; variable->kind == VARIABLE_SCALAR && i < variable->n_alt; i++) {
		struct str text = value_text(ev->arena, variable->alt[i]);
		if (str_find_char(text, '\001') != STR_NPOS ||
		    str_find_char(text, '\177') != STR_NPOS)
			return false;
	}
	return true;
}

void special_element(struct eval *ev, struct state *st, struct str name)
{
	if (str_is(name, "IFS"))
		eval_opaque(ev, st, "words are split at what an array holds");
}

/* Bash cuts the history file to the size that is set, and writes it when an interactive shell ends. */
static void history_written(struct eval *ev, struct state *st, const struct variable *assigned)
{
	const struct variable *file = assigned ? assigned : state_variable(ev, st, STR("HISTFILE"));
	bool known = file->kind == VARIABLE_SCALAR;
	for (size_t i = 0; i < (known ? file->n_alt : 1); i++) {
		struct value target = known ? file->alt[i] : value_any();
		if (known && !target.n)
			continue; /* HISTFILE= is none */
		struct shell_redirect *redirect = ARENA_NEW(ev->arena, struct shell_redirect);
		*redirect = (struct shell_redirect){
			.kind = REDIRECT_WRITE, .fd = -1, .target = target, .span = ev->span};
		struct shell_command *command = eval_emit(ev, st, SHELL_REDIRECT);
		command->redirects = redirect;
		command->surely = false;
	}
}

void special_assigned(struct eval *ev, struct state *st, struct str name,
		      const struct variable *variable)
{
	if (str_is(name, "HISTFILE") || str_is(name, "HISTFILESIZE"))
		history_written(ev, st, str_is(name, "HISTFILE") ? variable : NULL);
	if (str_is(name, "GLOBIGNORE"))
		st->globs_unknown = true;
	if (str_is(name, "BASH_ALIASES") || str_is(name, "BASH_CMDS") ||
	    str_is(name, "POSIXLY_CORRECT") || str_is(name, "BASH_COMPAT") ||
	    str_is(name, "BASH_ARGV0") || str_is(name, "FUNCNEST") || str_is(name, "EXECIGNORE"))
		eval_opaque(ev, st, "a variable that changes what names mean");
	if (str_is(name, "IFS") && !is_plain_separator(ev, variable))
		eval_opaque(ev, st, "words are split at what Bash marks quotes with");
	if (!str_is(name, "PS4") && !str_is(name, "PROMPT_COMMAND") && !str_is(name, "PS0"))
		return;
	bool known = variable->kind == VARIABLE_SCALAR;
	for (size_t i = 0; known && i < variable->n_alt; i++) {
		if (!value_is_known(variable->alt[i]))
			known = false;
		else if (str_is(name, "PROMPT_COMMAND"))
			perhaps_run(ev, st, value_text(ev->arena, variable->alt[i]));
		else if (str_find_char(value_text(ev->arena, variable->alt[i]), '$') != STR_NPOS ||
			 str_find_char(value_text(ev->arena, variable->alt[i]), '`') != STR_NPOS)
			known = false; /* it is expanded at every command, with whatever holds then */
	}
	if (!known)
		eval_opaque(ev, st, "a prompt that Bash expands is not known");
}
