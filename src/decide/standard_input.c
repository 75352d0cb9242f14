/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command does with its standard input: programs that run it as text, or take it for names of files, and those that
 * take away what a shell around them has not read yet.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/command.h"

/* Text fed to a program that runs its standard input. */
static void run_input(struct decider *d, struct command *c)
{
	const struct arguments *a = &c->arguments;
	if (!a->stdin_role || strcmp(a->stdin_role, "none") == 0)
		return;
	bool shell = strcmp(a->stdin_role, "shell") == 0,
	     names = strcmp(a->stdin_role, "names") == 0;
	if (strcmp(a->stdin_role, "patch") == 0) {
		command_patch(d, c, c->scope.input);
		return;
	}
	if (!c->scope.input) {
		if (!c->scope.piped_in)
			return;
		c->code_unknown = true;
		if (names)
			(void)file_effect(d, EFFECT_FILE_READ, value_any(), false, &c->scope);
		else
			finding_opaque(d, c->effect,
				       arena_join(d->arena, c->name,
						  STR(" runs what a pipe or file feeds it")),
				       c->scope.span);
		return;
	}
	if (!value_is_known(*c->scope.input)) {
		c->code_unknown = true;
		finding_opaque(d, c->effect,
			       arena_join(d->arena, c->name, STR(" runs text that is not known")),
			       c->scope.span);
		return;
	}
	struct str text = value_text(d->arena, *c->scope.input);
	struct scope scope = c->scope;
	scope.input = NULL;
	scope.shares_script = false;
	scope.literal_spans = false;
	if (shell) {
		if (str_find(text, STR("<&")) != STR_NPOS)
			finding_opaque(d, c->effect,
				       STR("a command may get at the script's own text"),
				       c->scope.span);
		if (dialect_differs(c->name, text))
			finding_opaque(
				d, c->effect,
				arena_join(d->arena, c->name,
					   STR(" may read this text in another way than Bash")),
				c->scope.span);
		struct shell_script script = {.text = text,
					      .name = value_any(),
					      .errexit = command_ends_on_failure(c),
					      .eats_itself = true};
		shell_script_run(d, &script, &scope);
		c->runs_inner = true;
	} else if (names) {
		struct str rest = text, line;
		while (str_split(&rest, '\n', &line))
			if (line.n)
				c->files |= file_effect(d, EFFECT_FILE_READ,
							value_from(d->arena, line), false, &scope);
	} else {
		command_code(d, c, text, &scope);
	}
}

/* Does it read the file that it is given, and not what it finds open? */
static bool has_file(struct decider *d, const struct command *c)
{
	static const bool reads[ROLES] = {
		[ROLE_READ] = true, [ROLE_TREE_READ] = true, [ROLE_EDIT] = true};
	bool file = false;
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		struct str text = value_known_prefix(d->arena, arg->value);
		if (!arg->operand || !reads[arg->role])
			continue;
		if (arg->many || !value_is_known(arg->value) || is_standard_input(text) ||
		    str_find(text, STR("/fd/")) != STR_NPOS)
			return false;
		file = true;
	}
	return file;
}

/* May it take some of the lines that the shell has not read yet, so that the rest is read otherwise? Whoever takes them
 * all leaves nothing that could run.
 */
static bool takes_lines(struct decider *d, const struct command *c)
{
	static const char *const names[] = {
		"read",  "mapfile", "readarray", "head", "tail", "dd",    "sed",  "line",
		"cut",   "tr",      "awk",       "gawk", "mawk", "nawk",  "grep", "egrep",
		"fgrep", "zgrep",   "rg",        "more", "less", "select"};
	const char *language = c->arguments.language;
	bool interpreter = language && strcmp(language, "shell") != 0;
	return (interpreter || str_is_one_of(c->name, names, ARRAY_SIZE(names))) && !has_file(d, c);
}

void command_standard_input(struct decider *d, struct command *c)
{
	run_input(d, c);
	if (c->scope.shares_script && takes_lines(d, c))
		finding_opaque(d, c->effect,
			       STR("a command takes lines of the script for its input"),
			       c->scope.span);
}
