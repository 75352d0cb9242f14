/* SPDX-License-Identifier: Apache-2.0
 *
 * Program text that a command runs: shell text, code of another language, scripts that are there to be read.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/command.h"
#include "decide/paths.h"

void command_opaque_code(struct decider *d, struct command *c, const char *what)
{
	c->code_unknown = true;
	finding_opaque(d, c->effect, arena_printf(d->arena, "%.*s runs %s", STR_ARG(c->name), what),
		       c->scope.span);
}

static bool is_shell_language(const struct command *c)
{
	return c->arguments.language && strcmp(c->arguments.language, "shell") == 0;
}

/* ---- how a shell is started ---- */

/* Options that change nothing about which words a text has; any other may. */
static const char *const plain_options[] = {
	"allexport",  "errexit",   "errtrace", "functrace",    "hashall",
	"huponexit",  "ignoreeof", "monitor",  "noclobber",    "noexec",
	"noglob",     "nounset",   "notify",   "onecmd",       "pipefail",
	"privileged", "verbose",   "xtrace",   "checkwinsize", "inherit_errexit"};

static bool is_plain_option(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(plain_options); i++)
		if (str_is(name, plain_options[i]))
			return true;
	return false;
}

static bool names_option(const struct known_option *option)
{
	static const char *const names[] = {"-o", "+o", "-O", "+O"};
	for (size_t i = 0; option && i < ARRAY_SIZE(names); i++)
		if (strcmp(knowledge_text(option->name), names[i]) == 0)
			return true;
	return false;
}

void command_shell_options(struct decider *d, struct command *c)
{
	bool odd = arguments_has(&c->arguments, "-k") || arguments_has(&c->arguments, "-P") ||
		   arguments_has(&c->arguments, "--posix");
	if (!is_shell_language(c))
		return;
	for (size_t i = 0; i < c->arguments.n_args && !odd; i++) {
		const struct argument *arg = &c->arguments.args[i];
		odd = names_option(arg->option) &&
		      (arg->many || !value_is_known(arg->value) ||
		       !is_plain_option(value_text(d->arena, arg->value)));
	}
	if (odd)
		command_opaque_code(d, c, "text that its options let it read in another way");
}

bool command_ends_on_failure(const struct command *c)
{
	return arguments_has(&c->arguments, "-e") || arguments_has(&c->arguments, "-o");
}

/* Is it perhaps not what Bash would make of it? */
static void note_dialect(struct decider *d, struct command *c, struct str text)
{
	if (dialect_differs(c->name, text))
		command_opaque_code(d, c, "text that this shell may read in another way than Bash");
}

/* The operands behind are $0 $1 ... of sh -c text; of a script that has a name only $1 ... */
static void shell_argument(struct decider *d, struct command *c, const struct argument *arg,
			   struct value text, bool named)
{
	if (arg->many || !value_is_known(text)) {
		command_opaque_code(d, c, "text that is not known");
		struct str visible = arg->many ? STR("") : value_as_script(d->arena, text);
		struct scope inside = c->scope;
		inside.literal_spans = inside.surely = false;
		inside.remote |= c->arguments.remote;
		if (visible.n)
			shell_text(d, visible, &inside);
		return;
	}
	struct shell_script script = {.text = value_text(d->arena, text),
				      .name = value_any(),
				      .errexit = command_ends_on_failure(c)};
	enum { UNKNOWN_PARAMETERS = 9 }; /* stand for any number of them */
	script.positional = ARENA_ARRAY(d->arena, c->arguments.n_args + UNKNOWN_PARAMETERS,
					struct value);
	bool behind = false;
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *next = &c->arguments.args[i];
		if (next->operand && behind && next->many) {
			command_opaque_code(d, c, "text with parameters that are not known");
			for (size_t k = 0; k < UNKNOWN_PARAMETERS; k++)
				script.positional[script.n_positional++] = value_any();
			script.name = value_any();
			break;
		}
		if (next->operand && behind && !named) {
			script.name = next->value;
			named = true;
		} else if (next->operand && behind) {
			script.positional[script.n_positional++] = next->value;
		}
		behind |= next == arg;
	}
	struct scope scope = c->scope;
	scope.literal_spans = false;
	if (c->arguments.remote)
		scope.remote = true;
	c->runs_inner = true;
	note_dialect(d, c, script.text);
	shell_script_run(d, &script, &scope);
}

void role_shell(struct decider *d, struct command *c, const struct argument *arg)
{
	shell_argument(d, c, arg, arg->value, false);
}

void command_code(struct decider *d, struct command *c, struct str text, const struct scope *scope)
{
	struct touched touched = {0, false};
	const char *language = c->arguments.language ? c->arguments.language : "";
	if (!code_text(d, language, text, scope, &touched))
		c->code_unknown = true;
	c->files |= touched.files;
	c->writes |= touched.writes;
}

/* Which number it is makes no difference: "sed -n ${n}p". */
static struct value with_numbers(struct decider *d, struct value text)
{
	struct value result = {NULL, 0}, one = value_from(d->arena, STR("1"));
	for (size_t i = 0; i < text.n; i++)
		result = value_concat(
			d->arena, result,
			text.seg[i].kind == SEG_NUMBER ? one : (struct value){text.seg + i, 1});
	return result;
}

void role_code(struct decider *d, struct command *c, const struct argument *arg)
{
	if (is_shell_language(c)) {
		shell_argument(d, c, arg, arg->value, false);
		return;
	}
	bool unknown = c->code_unknown;
	c->code_unknown = false;
	struct value text = arg->many ? value_any() : with_numbers(d, arg->value);
	if (!value_is_known(text))
		command_opaque_code(d, c, "program text that is not known");
	else
		command_code(d, c, value_text(d->arena, text), &c->scope);
	if (c->code_unknown && arg->option)
		c->code_option = arg->option;
	c->code_unknown |= unknown;
}

bool script_content(struct decider *d, struct value path, struct value cwd, struct str *ret_text)
{
	struct value canonical = path_canonical(d, path, cwd);
	if (!d->resolver->content || !value_is_known(canonical))
		return false;
	struct str full = path_resolve(d, value_text(d->arena, canonical));
	return d->resolver->content(d->resolver->context, d->arena, full, LIMIT_SCRIPT_BYTES,
				    ret_text) == RESOLVED_YES;
}

/* A shell script that is there as it will run, with all its parameters: what it does is what the command does. Options of
 * the shell may make it another one.
 */
static bool run_script(struct decider *d, struct command *c, const struct argument *arg,
		       struct str text, const struct scope *scope)
{
	struct shell_script script = {.text = text, .name = arg->value};
	bool behind = false;
	if (!is_shell_language(c) || str_is(c->name, "source") || c->arguments.n_options ||
	    c->scope.remote)
		return false;
	script.positional = ARENA_ARRAY(d->arena, c->arguments.n_args, struct value);
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *next = &c->arguments.args[i];
		if (next->many)
			return false;
		if (behind)
			script.positional[script.n_positional++] = next->value;
		behind |= next == arg;
	}
	if (dialect_differs(c->name, text))
		return false;
	shell_script_run(d, &script, scope);
	c->runs_inner = true;
	c->code_unknown = false;
	d->reads_scripts = true;
	return true;
}

/* ". /dev/stdin <<< TEXT", ". /dev/fd/3 3<<< TEXT" */
static bool descriptor_text(struct decider *d, const struct command *c, const struct argument *arg,
			    struct str *ret_text)
{
	if (!value_is_known(arg->value) || is_dash(d, arg))
		return false;
	struct str path = value_text(d->arena, arg->value);
	struct str number = str_basename(path);
	bool one = number.n == 1 && ascii_is_digit(number.p[0]) &&
		   (str_starts(path, STR("/dev/fd/")) || str_starts(path, STR("/proc/self/fd/")));
	const struct value *text = NULL;
	if (is_standard_input(path))
		text = c->scope.input;
	else if (one && c->scope.descriptors)
		text = c->scope.descriptors[number.p[0] - '0'];
	if (!text || !value_is_known(*text))
		return false;
	*ret_text = value_text(d->arena, *text);
	return true;
}

/* "source .venv/bin/activate": what Python made to change PATH and the prompt; a list may allow it by its name. */
static bool is_activation(struct decider *d, const struct command *c, const struct argument *arg)
{
	struct str path = value_text(d->arena, arg->value);
	return str_is(c->name, "source") && value_is_known(arg->value) &&
	       (str_ends(path, STR("/bin/activate")) || str_ends(path, STR("/Scripts/activate")));
}

/* The script's content is looked at when somebody can show it. Whether anything else in the request may change it before it
 * runs is seen to in the end, by code_finish().
 */
void role_script(struct decider *d, struct command *c, const struct argument *arg)
{
	struct str text;
	bool given = !arg->many && (shell_substitution_output(arg->value, &text) ||
				    descriptor_text(d, c, arg, &text));
	if (given && (is_shell_language(c) || !c->arguments.language))
		shell_argument(d, c, arg, value_from(d->arena, text), true);
	else if (given)
		command_code(d, c, text, &c->scope);
	if (given)
		return;
	c->code_unknown = true;
	if (is_dash(d, arg))
		return;
	command_file(d, c, EFFECT_FILE_READ, arg, false);
	/* Nothing else in the request may make it. */
	d->reads_scripts |= is_activation(d, c, arg);
	if (c->scope.n_cwds != 1 || arg->many ||
	    !script_content(d, arg->value, c->scope.cwds[0], &text))
		return;
	if (is_activation(d, c, arg)) {
		project_code(d, c, text, "in what the environment runs by itself: ");
		return;
	}
	struct scope scope = c->scope;
	scope.literal_spans = false;
	scope.surely = false;
	if (run_script(d, c, arg, text, &scope))
		return;
	struct shell_script script = {
		.text = text, .name = value_any(), .errexit = command_ends_on_failure(c)};
	if (is_shell_language(c) || !c->arguments.language)
		shell_script_run(d, &script, &scope);
	else
		command_code(d, c, text, &scope);
}
