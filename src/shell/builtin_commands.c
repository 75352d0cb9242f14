/* SPDX-License-Identifier: Apache-2.0
 *
 * Builtins that run other commands, or text: eval, source, trap, command, builtin, exec, jobs -x.
 */
#include "base/array.h"
#include "shell/builtin.h"

/* What of the text is known runs as it stands there, unless the rest changes it. */
static void eval_visible(struct eval *ev, const struct state *st, const struct simple *s)
{
	struct state inner = *st;
	struct str text = STR("");
	for (size_t i = 1; i < s->words.n; i++) {
		struct str word = value_as_script(ev->arena, s->words.items[i].value);
		if (!word.n && i == 1)
			return;
		text = arena_join3(ev->arena, text, STR(" "), word);
		(void)eval_charge(ev, 1 + text.n / 64);
	}
	if (ev->depth + 1 >= LIMIT_SHELL_DEPTH || !text.n)
		return;
	inner.surely = false;
	ev->branches++;
	eval_text(ev, &inner, text);
	ev->branches--;
}

bool builtin_run_eval(struct eval *ev, struct state *st, struct simple *s)
{
	if (!builtin_args_known(s, 1)) {
		eval_visible(ev, st, s);
		eval_opaque(ev, st, "eval of text that is not known");
		state_havoc(ev, st);
		state_unknown_cwd(ev, st);
		return false;
	}
	struct str text = STR("");
	for (size_t i = 1; i < s->words.n; i++) {
		if (i == 1 && str_is(builtin_arg(ev, s, 1), "--"))
			continue;
		text = text.n ? arena_join3(ev->arena, text, STR(" "), builtin_arg(ev, s, i))
			      : builtin_arg(ev, s, i);
		(void)eval_charge(ev, 1 + text.n / 64);
	}
	if (ev->depth + 1 >= LIMIT_SHELL_DEPTH)
		eval_opaque(ev, st, "nested too deeply");
	else if (text.n)
		eval_text(ev, st, text);
	return false;
}

bool builtin_run_source(struct eval *ev, struct state *st, struct simple *s)
{
	if (s->words.n < 2)
		return false; /* an error of Bash's, after the redirections */
	struct shell_command *command = eval_emit(ev, st, SHELL_SOURCE);
	s->words.items[0].value = value_from(ev->arena, STR("source"));
	command->argv = s->words.items;
	command->argc = s->words.n;
	command->redirects = s->redirects;
	command->assigns = s->assigns;
	command->input = s->input;
	command->descriptors = s->descriptors;
	s->redirects = NULL;
	/* It can do anything, also by itself; what it leaves behind, when it is what it is called, is a PATH with the
	 * programs of the environment in front.
	 */
	if (s->words.n == 2 && word_is_known(&s->words.items[1]) &&
	    str_ends(builtin_arg(ev, s, 1), STR("/bin/activate")))
		return false;
	state_havoc(ev, st);
	state_unknown_cwd(ev, st);
	return false;
}

/* Signals whose trap does not run between any two commands. */
static const char *const exit_traps[] = {"EXIT", "0"};
static const char *const signal_traps[] = {"INT",    "TERM",    "HUP",    "QUIT",    "PIPE",
					   "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGPIPE",
					   "1",      "2",       "3",      "13",      "15"};

static bool is_listed(struct str text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(text, str_from(names[i])))
			return true;
	return false;
}

static void defer(struct eval *ev, const struct state *st, struct str text)
{
	struct deferred *deferred = ARENA_NEW(ev->arena, struct deferred);
	*deferred = (struct deferred){.text = text,
				      .span = ev->span,
				      .assigns = st->assigns,
				      .piped_in = ev->piped_in,
				      .next = ev->deferred};
	ev->deferred = deferred;
	ev->keeps_late = true;
}

void builtin_run_trap(struct eval *ev, struct state *st, struct simple *s)
{
	size_t i = builtin_skip_options(ev, s, "");
	if (i + 1 >= s->words.n && builtin_args_known(s, 1))
		return; /* lists traps, or resets one */
	struct str text = builtin_arg(ev, s, i);
	if (!builtin_args_known(s, i)) {
		eval_opaque(ev, st, "a trap that is not known");
		st->volatile_variables = true;
		return;
	}
	if (text.n == 0 || str_is(text, "-"))
		return;
	defer(ev, st, text);
	bool later = false;
	for (size_t k = i + 1; k < s->words.n; k++) {
		struct str signal = builtin_arg(ev, s, k);
		if (is_listed(signal, exit_traps, ARRAY_SIZE(exit_traps)))
			continue;
		later = true;
		if (!is_listed(signal, signal_traps, ARRAY_SIZE(signal_traps)))
			eval_opaque(ev, st, "a trap that runs between commands");
	}
	if (!later)
		return;
	/* What it assigns, every command may find from here on. */
	bool surely = st->surely;
	struct state ran = *st;
	ev->branches++;
	eval_text(ev, &ran, text);
	ev->branches--;
	state_join(ev, st, &ran, false);
	st->surely = surely;
	st->volatile_variables = true;
}

/* Drops n words and runs the rest as a command. */
static void run_rest(struct eval *ev, struct state *st, struct simple *s, size_t n, bool functions)
{
	struct simple inner = *s;
	inner.words.items += n;
	inner.words.n -= n;
	inner.words.cap = 0;
	simple_run(ev, st, &inner, functions);
	s->redirects = NULL; /* they went with the inner command */
}

/* command [-p] name ...; -v and -V only look. */
bool builtin_run_command(struct eval *ev, struct state *st, struct simple *s)
{
	if (builtin_has(ev, s, 'v') || builtin_has(ev, s, 'V'))
		return true;
	size_t i = builtin_skip_options(ev, s, "");
	if (i < s->words.n)
		run_rest(ev, st, s, i, false);
	return i >= s->words.n;
}

bool builtin_run_builtin(struct eval *ev, struct state *st, struct simple *s)
{
	size_t i = builtin_skip_options(ev, s, "");
	if (i < s->words.n)
		run_rest(ev, st, s, i, false);
	/* builtin cat: there is none, and it prints nothing. */
	if (i >= s->words.n || !shell_is_harmless_builtin(builtin_arg(ev, s, i)))
		capture_unknown(ev);
	return false;
}

/* exec looks for a tilde in front of the name once more, quoted or not: exec '~/bin/x'. */
static struct value exec_name(struct eval *ev, struct state *st, struct value name)
{
	if (name.n == 0 || name.seg[0].kind != SEG_TEXT || !str_starts(name.seg[0].text, STR("~")))
		return name;
	if (!value_is_known(name))
		return value_any();
	struct str text = value_text(ev->arena, name), rest = str_from_at(text, 1);
	/* What stands between other tildes, or quotes, has rules of its own. */
	if (!str_starts(rest, STR("/")) || str_find_char(rest, '~') != STR_NPOS)
		return value_any();
	return value_concat(ev->arena, state_home(ev, st), value_from(ev->arena, rest));
}

/* exec [-cl] [-a name] command ...; without a command only its redirections count. */
bool builtin_run_exec(struct eval *ev, struct state *st, struct simple *s)
{
	size_t i = builtin_skip_options(ev, s, "a");
	if (i >= s->words.n) {
		st->input_moved |= s->input_moved;
		ev->result->moves_input |= s->input_moved;
		return false;
	}
	struct simple inner = *s;
	inner.words = (struct words){s->words.items + i, s->words.n - i, 0};
	inner.words.items[0].value = exec_name(ev, st, inner.words.items[0].value);
	simple_run_program(ev, st, &inner);
	s->redirects = NULL; /* they went with the program */
	st->surely = false;
	return false;
}

/* jobs -x command ...: a word that names a job becomes its process group. */
bool builtin_run_jobs(struct eval *ev, struct state *st, struct simple *s)
{
	if (!builtin_may_have(ev, s, 'x'))
		return true;
	size_t i = builtin_skip_options(ev, s, "");
	for (size_t k = i; k < s->words.n; k++) {
		struct str text = value_known_prefix(ev->arena, s->words.items[k].value);
		if (str_starts(text, STR("%")))
			s->words.items[k].value = value_any();
		else if (!text.n && !word_is_known(&s->words.items[k]))
			s->words.items[k].many = true;
	}
	if (i < s->words.n)
		run_rest(ev, st, s, i, true);
	return i >= s->words.n;
}
