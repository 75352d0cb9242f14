/* SPDX-License-Identifier: Apache-2.0
 *
 * Builtins that change what is known, run text, or whose output is known. Those that only act on the world are
 * commands like any other.
 */
#include "base/array.h"
#include "shell/builtin.h"

static const struct seg number_seg = {SEG_NUMBER, STR_INIT(""), NULL};

struct str builtin_arg(struct eval *ev, const struct simple *s, size_t i)
{
	return i < s->words.n && word_is_known(&s->words.items[i])
		       ? value_text(ev->arena, s->words.items[i].value)
		       : STR("");
}

bool builtin_args_known(const struct simple *s, size_t from)
{
	for (size_t i = from; i < s->words.n; i++)
		if (!word_is_known(&s->words.items[i]))
			return false;
	return true;
}

/* Index of the first word behind the options; words of the option string take a value. */
static bool may_be_several(const struct word *word)
{
	bool several = word->many;
	for (size_t i = 0; i < word->value.n; i++)
		several |= word->value.seg[i].kind == SEG_GLOB;
	return several;
}

size_t builtin_skip_options(struct eval *ev, const struct simple *s, const char *with_value)
{
	static const char *const with_plus[] = {"declare", "local", "typeset"};
	bool plus = false;
	for (size_t k = 0; k < ARRAY_SIZE(with_plus); k++)
		plus |= str_is(builtin_arg(ev, s, 0), with_plus[k]);
	size_t i = 1;
	while (i < s->words.n) {
		struct str text = builtin_arg(ev, s, i);
		if (text.n < 2 || (text.p[0] != '-' && !(plus && text.p[0] == '+')))
			return i;
		i++;
		if (str_is(text, "--"))
			return i;
		/* The value is the rest of the word, or the next word. */
		size_t letter = 1;
		while (letter < text.n && !strchr(with_value, text.p[letter]))
			letter++;
		if (letter + 1 != text.n)
			continue;
		if (i < s->words.n && may_be_several(&s->words.items[i]))
			return i; /* the value, and what else? */
		i++;
	}
	return i;
}

/* An option that is surely there. */
bool builtin_has(struct eval *ev, const struct simple *s, char letter)
{
	for (size_t i = 1; i < s->words.n; i++) {
		struct str text = builtin_arg(ev, s, i);
		if (text.n < 2 || text.p[0] != '-' || str_is(text, "--"))
			return false;
		if (text.p[1] != '-' && str_find_char(text, letter) != STR_NPOS)
			return true;
	}
	return false;
}

bool builtin_may_be_option(const struct word *word)
{
	if (word->many || word->value.n == 0)
		return true;
	if (value_is_numeric(word->value))
		return false; /* a sign and digits at most, and no option is a digit */
	if (word->value.seg[0].kind != SEG_TEXT)
		return true;
	struct str text = word->value.seg[0].text;
	return text.n == 0 || text.p[0] == '-';
}

/* An option that may be there. */
bool builtin_may_have(struct eval *ev, const struct simple *s, char letter)
{
	for (size_t i = 1; i < s->words.n; i++) {
		struct str text = builtin_arg(ev, s, i);
		if (!word_is_known(&s->words.items[i]))
			return builtin_may_be_option(&s->words.items[i]);
		if (text.n < 2 || text.p[0] != '-' || str_is(text, "--"))
			return false;
		if (text.p[1] != '-' && str_find_char(text, letter) != STR_NPOS)
			return true;
	}
	return false;
}

/* ---- directories ---- */

static struct value join_path(struct eval *ev, struct value base, struct value path)
{
	if (path.n && path.seg[0].kind == SEG_TEXT && path.seg[0].text.n &&
	    path.seg[0].text.p[0] == '/')
		return path;
	if (path.n && path.seg[0].kind != SEG_TEXT)
		return value_any(); /* may be absolute */
	return value_concat(ev->arena,
			    value_concat(ev->arena, base, value_from(ev->arena, STR("/"))), path);
}

/* The new directories in front, the old ones behind: cd may fail. */
static void change_directory(struct eval *ev, struct state *st, struct value path)
{
	struct value *all = ARENA_ARRAY(ev->arena, 2 * st->n_cwds, struct value);
	size_t n = 0;
	bool unknown = st->odd_options || state_assigned(ev, st, STR("CDPATH"));
	for (size_t i = 0; i < st->n_cwds; i++)
		all[n++] = unknown ? value_any() : join_path(ev, st->cwds[i], path);
	size_t fresh = n;
	for (size_t i = 0; i < st->n_cwds; i++)
		all[n++] = st->cwds[i];
	st->fresh_oldpwd = st->n_cwds == 1 ? st->cwds[0] : value_any();
	if (!value_eq(st->oldpwd, st->fresh_oldpwd))
		st->oldpwd = value_any();
	st->cwds = all;
	st->n_cwds = n;
	st->n_fresh = fresh;
	if (n > 8) {
		state_unknown_cwd(ev, st);
		st->n_fresh = 0;
	}
}

/* Bash sets these by itself, over what the text has assigned. */
static void forget_assigned_directories(struct eval *ev, struct state *st)
{
	static const char *const names[] = {"PWD", "OLDPWD"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (state_find(ev, st, BINDING_VARIABLE, str_from(names[i])))
			state_assign(ev, st, str_from(names[i]), &variable_tainted);
}

static struct value home(struct eval *ev, struct state *st)
{
	const struct variable *home = state_variable(ev, st, STR("HOME"));
	return home->kind == VARIABLE_SCALAR && home->n_alt == 1 && !home->maybe_unset
		       ? home->alt[0]
		       : value_any();
}

static void run_cd(struct eval *ev, struct state *st, struct simple *s)
{
	forget_assigned_directories(ev, st);
	size_t i = builtin_skip_options(ev, s, "");
	struct str name = builtin_arg(ev, s, 0);
	if (str_is(name, "popd") || s->words.n > i + 1 ||
	    (i < s->words.n && s->words.items[i].many)) {
		state_unknown_cwd(ev, st);
		st->oldpwd = value_any();
	} else if (i >= s->words.n) {
		change_directory(ev, st, str_is(name, "pushd") ? value_any() : home(ev, st));
	} else if (str_is(builtin_arg(ev, s, i), "-")) {
		change_directory(ev, st, st->oldpwd);
	} else {
		change_directory(ev, st, s->words.items[i].value);
	}
}

/* ---- text that is run ---- */

static bool run_eval(struct eval *ev, struct state *st, struct simple *s)
{
	if (!builtin_args_known(s, 1)) {
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
	struct state refused = *st;
	if (ev->depth + 1 >= LIMIT_SHELL_DEPTH)
		eval_opaque(ev, st, "nested too deeply");
	else if (text.n)
		eval_text(ev, st, text);
	/* The reader takes more between [[ and ]] than Bash, which may refuse the whole line. */
	if (str_find(text, STR("[[")) != STR_NPOS)
		state_join(ev, st, &refused, false);
	return false;
}

static bool run_source(struct eval *ev, struct state *st, struct simple *s)
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

static void run_trap(struct eval *ev, struct state *st, struct simple *s)
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
static bool run_command(struct eval *ev, struct state *st, struct simple *s)
{
	if (builtin_has(ev, s, 'v') || builtin_has(ev, s, 'V'))
		return true;
	size_t i = builtin_skip_options(ev, s, "");
	if (i < s->words.n)
		run_rest(ev, st, s, i, false);
	return i >= s->words.n;
}

static bool run_builtin(struct eval *ev, struct state *st, struct simple *s)
{
	size_t i = builtin_skip_options(ev, s, "");
	if (i < s->words.n)
		run_rest(ev, st, s, i, false);
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
	return value_concat(ev->arena, home(ev, st), value_from(ev->arena, rest));
}

/* exec [-cl] [-a name] command ...; without a command only its redirections count. */
static bool run_exec(struct eval *ev, struct state *st, struct simple *s)
{
	size_t i = builtin_skip_options(ev, s, "a");
	if (i >= s->words.n)
		return false;
	struct simple inner = *s;
	inner.words = (struct words){s->words.items + i, s->words.n - i, 0};
	inner.words.items[0].value = exec_name(ev, st, inner.words.items[0].value);
	simple_run_program(ev, st, &inner);
	s->redirects = NULL; /* they went with the program */
	st->surely = false;
	return false;
}

/* ---- input ---- */

static void assign_names(struct eval *ev, struct state *st, struct simple *s, size_t from,
			 const char *otherwise)
{
	if (from >= s->words.n)
		state_assign(ev, st, str_from(otherwise), &variable_tainted);
	for (size_t i = from; i < s->words.n; i++) {
		struct str name = variable_name(ev, st, &s->words.items[i]);
		if (name.n)
			state_assign(ev, st, name, &variable_tainted);
	}
}

static void run_read(struct eval *ev, struct state *st, struct simple *s)
{
	size_t i = builtin_skip_options(ev, s, "adinNptu");
	if (builtin_may_have(ev, s, 'a')) {
		/* -a NAME stands among the options. */
		for (size_t k = 1; k + 1 < s->words.n; k++) {
			struct str text = builtin_arg(ev, s, k);
			if (text.n > 1 && text.p[0] == '-' && text.p[text.n - 1] == 'a')
				assign_names(
					ev, st,
					&(struct simple){.words = {s->words.items + k + 1, 1, 0},
							 .node = s->node},
					0, "REPLY");
			else if (str_find_char(text, 'a') != STR_NPOS && text.n && text.p[0] == '-')
				state_havoc(ev, st);
		}
	}
	assign_names(ev, st, s, i, "REPLY");
}

static void run_mapfile(struct eval *ev, struct state *st, struct simple *s)
{
	if (builtin_may_have(ev, s, 'C'))
		eval_opaque(ev, st, "mapfile with a callback");
	assign_names(ev, st, s, builtin_skip_options(ev, s, "dnOsuCc"), "MAPFILE");
}

static void run_getopts(struct eval *ev, struct state *st, struct simple *s)
{
	struct simple names = *s;
	names.words.n = s->words.n < 3 ? s->words.n : 3;
	assign_names(ev, st, &names, 2, "REPLY");
	state_assign(ev, st, STR("OPTARG"), &variable_tainted);
	state_assign_value(ev, st, STR("OPTIND"), (struct value){&number_seg, 1});
}

static void run_let(struct eval *ev, struct state *st, struct simple *s)
{
	for (size_t i = 1; i < s->words.n; i++) {
		if (s->words.items[i].many)
			eval_opaque(ev, st,
				    "arithmetic on text that is not known may run commands");
		else
			arith_effects(ev, st, s->words.items[i].value);
	}
}

/* test -v 'a[$(command)]' */
static void run_test(struct eval *ev, struct state *st, struct simple *s)
{
	for (size_t i = 1; i + 1 < s->words.n; i++) {
		const struct word *op = &s->words.items[i], *name = op + 1;
		bool known = word_is_known(op);
		if (!op->many && !value_covers(op->value, STR("-v")) &&
		    !value_covers(op->value, STR("-R")))
			continue;
		if (!word_is_known(name) && known)
			eval_opaque(ev, st, "a variable is chosen by text that is not known");
		else if (word_is_known(name) &&
			 str_find_char(value_text(ev->arena, name->value), '[') != STR_NPOS)
			arith_effects(ev, st, name->value);
	}
}

/* Builtins with a way to run text or to change what a name means. */
static void run_opaque_if(struct eval *ev, struct state *st, struct simple *s, const char *letters,
			  const char *why)
{
	for (const char *letter = letters; *letter; letter++)
		if (builtin_may_have(ev, s, *letter)) {
			eval_opaque(ev, st, why);
			return;
		}
}

/* ---- the table ---- */

enum builtin_action {
	RUN_NOTHING,
	RUN_CD,
	RUN_DECLARE,
	RUN_UNSET,
	RUN_ALIAS,
	RUN_SET,
	RUN_SHIFT,
	RUN_SHOPT,
	RUN_EVAL,
	RUN_SOURCE,
	RUN_TRAP,
	RUN_COMMAND,
	RUN_BUILTIN,
	RUN_EXEC,
	RUN_READ,
	RUN_MAPFILE,
	RUN_GETOPTS,
	RUN_LET,
	RUN_TEST,
	RUN_PRINTF,
	RUN_JUMP,
	RUN_EXIT,
	RUN_HASH,
	RUN_ENABLE,
	RUN_COMPGEN,
	RUN_WAIT,
	RUN_ACTIONS
};

/* clang-format off */
static const struct builtin {
	const char *name;
	enum builtin_action action;
	enum output_kind output;
	bool harmless; /* touches nothing outside the shell */
} builtins[] = {
	{".",         RUN_SOURCE,  OUTPUT_UNKNOWN, false},
	{":",         RUN_NOTHING, OUTPUT_NONE,    true},
	{"[",         RUN_TEST,    OUTPUT_NONE,    true},
	{"alias",     RUN_ALIAS,   OUTPUT_UNKNOWN, true},
	{"basename",  RUN_NOTHING, OUTPUT_PATH,    false},
	{"break",     RUN_JUMP,    OUTPUT_NONE,    true},
	{"builtin",   RUN_BUILTIN, OUTPUT_UNKNOWN, true},
	{"caller",    RUN_NOTHING, OUTPUT_UNKNOWN, true},
	{"cat",       RUN_NOTHING, OUTPUT_CAT,     false},
	{"cd",        RUN_CD,      OUTPUT_CD,      true},
	{"command",   RUN_COMMAND, OUTPUT_UNKNOWN, true},
	{"compgen",   RUN_COMPGEN, OUTPUT_UNKNOWN, true},
	{"complete",  RUN_COMPGEN, OUTPUT_NONE,    true},
	{"continue",  RUN_JUMP,    OUTPUT_NONE,    true},
	{"date",      RUN_NOTHING, OUTPUT_DIGITS,  false},
	{"declare",   RUN_DECLARE, OUTPUT_UNKNOWN, false},
	{"dirname",   RUN_NOTHING, OUTPUT_PATH,    false},
	{"dirs",      RUN_NOTHING, OUTPUT_UNKNOWN, true},
	{"disown",    RUN_NOTHING, OUTPUT_NONE,    true},
	{"echo",      RUN_NOTHING, OUTPUT_ECHO,    true},
	{"enable",    RUN_ENABLE,  OUTPUT_UNKNOWN, false},
	{"eval",      RUN_EVAL,    OUTPUT_UNKNOWN, true},
	{"exec",      RUN_EXEC,    OUTPUT_UNKNOWN, true},
	{"exit",      RUN_EXIT,    OUTPUT_NONE,    true},
	{"export",    RUN_DECLARE, OUTPUT_UNKNOWN, false},
	{"false",     RUN_NOTHING, OUTPUT_NONE,    true},
	{"getopts",   RUN_GETOPTS, OUTPUT_NONE,    true},
	{"hash",      RUN_HASH,    OUTPUT_UNKNOWN, true},
	{"help",      RUN_NOTHING, OUTPUT_UNKNOWN, true},
	{"id",        RUN_NOTHING, OUTPUT_DIGITS,  false},
	{"let",       RUN_LET,     OUTPUT_NONE,    true},
	{"local",     RUN_DECLARE, OUTPUT_UNKNOWN, true},
	{"logout",    RUN_EXIT,    OUTPUT_NONE,    true},
	{"mapfile",   RUN_MAPFILE, OUTPUT_NONE,    true},
	{"nproc",     RUN_NOTHING, OUTPUT_DIGITS,  false},
	{"popd",      RUN_CD,      OUTPUT_UNKNOWN, true},
	{"printf",    RUN_PRINTF,  OUTPUT_PRINTF,  true},
	{"pushd",     RUN_CD,      OUTPUT_UNKNOWN, true},
	{"pwd",       RUN_NOTHING, OUTPUT_PWD,     true},
	{"read",      RUN_READ,    OUTPUT_NONE,    true},
	{"readarray", RUN_MAPFILE, OUTPUT_NONE,    true},
	{"readonly",  RUN_DECLARE, OUTPUT_UNKNOWN, false},
	{"return",    RUN_JUMP,    OUTPUT_NONE,    true},
	{"set",       RUN_SET,     OUTPUT_UNKNOWN, false},
	{"shift",     RUN_SHIFT,   OUTPUT_NONE,    true},
	{"shopt",     RUN_SHOPT,   OUTPUT_UNKNOWN, true},
	{"source",    RUN_SOURCE,  OUTPUT_UNKNOWN, false},
	{"tee",       RUN_NOTHING, OUTPUT_TEE,     false},
	{"test",      RUN_TEST,    OUTPUT_NONE,    true},
	{"times",     RUN_NOTHING, OUTPUT_UNKNOWN, true},
	{"trap",      RUN_TRAP,    OUTPUT_UNKNOWN, true},
	{"true",      RUN_NOTHING, OUTPUT_NONE,    true},
	{"type",      RUN_NOTHING, OUTPUT_UNKNOWN, true},
	{"typeset",   RUN_DECLARE, OUTPUT_UNKNOWN, false},
	{"ulimit",    RUN_NOTHING, OUTPUT_UNKNOWN, true},
	{"umask",     RUN_NOTHING, OUTPUT_UNKNOWN, true},
	{"unalias",   RUN_NOTHING, OUTPUT_NONE,    true},
	{"unset",     RUN_UNSET,   OUTPUT_NONE,    true},
	{"wait",      RUN_WAIT,    OUTPUT_NONE,    true},
};
/* clang-format on */

static const struct builtin *find_builtin(struct str name)
{
	size_t low = 0, high = ARRAY_SIZE(builtins);
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = str_compare_c(name, builtins[middle].name);
		if (order == 0)
			return &builtins[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool shell_is_harmless_builtin(struct str name)
{
	const struct builtin *builtin = find_builtin(name);
	return builtin && builtin->harmless;
}

/* "%n", which assigns to the variable that an argument names. */
static bool format_assigns(struct str format)
{
	for (size_t i = 0; i < format.n; i++) {
		if (format.p[i] != '%')
			continue;
		for (i++; i < format.n && strchr("#-+ 0123456789.*'hjlLtz", format.p[i]); i++)
			;
		if (i < format.n && format.p[i] == 'n')
			return true;
	}
	return false;
}

static void run_printf(struct eval *ev, struct state *st, struct simple *s)
{
	size_t format = builtin_skip_options(ev, s, "v");
	bool known = format < s->words.n && word_is_known(&s->words.items[format]);
	st->weak++;
	if (known && format + 1 < s->words.n && format_assigns(builtin_arg(ev, s, format)))
		assign_names(ev, st, s, format + 1, "REPLY");
	/* A format that is not known might assign, but to names that are not known hardly. */
	for (size_t i = format + 1; !known && i < s->words.n; i++)
		if (word_is_known(&s->words.items[i]))
			assign_names(ev, st,
				     &(struct simple){.node = s->node,
						      .words = {s->words.items + i, 1, 0}},
				     0, "REPLY");
	st->weak--;
	/* Of several -v the last one counts. */
	struct word name = {.value = {NULL, 0}};
	for (size_t i = 1; i < s->words.n && str_starts(builtin_arg(ev, s, i), STR("-v")); i++) {
		struct str joined = str_from_at(builtin_arg(ev, s, i), 2);
		name = (struct word){.value = value_from(ev->arena, joined)};
		if (joined.n == 0 && i + 1 < s->words.n)
			name = s->words.items[++i];
	}
	struct simple one = {.node = s->node, .words = {&name, 1, 0}};
	if (name.value.n || name.many)
		assign_names(ev, st, &one, 0, "REPLY");
}

/* break, continue, return: what is assigned from here on may not be. */
static void run_jump(struct eval *ev, struct state *st, struct simple *s)
{
	enum { JUMP_ALL = 1000 };
	size_t levels = 1;
	if (str_is(builtin_arg(ev, s, 0), "return") ||
	    (s->words.n > 1 && !str_to_size(builtin_arg(ev, s, 1), &levels)) || levels > JUMP_ALL)
		levels = JUMP_ALL;
	st->weak++;
	st->surely = false;
	if (levels > st->jump)
		st->jump = (unsigned)levels;
}

static void run_exit(struct eval *ev, struct state *st, struct simple *s)
{
	(void)ev;
	st->dead = !state_is_unsure(st) && s->words.n < 3;
	st->surely = false;
}

static void run_hash(struct eval *ev, struct state *st, struct simple *s)
{
	run_opaque_if(ev, st, s, "p", "hash -p changes what a name runs");
}

static void run_enable(struct eval *ev, struct state *st, struct simple *s)
{
	run_opaque_if(ev, st, s, "fn", "enable changes what a name runs");
}

static void run_compgen(struct eval *ev, struct state *st, struct simple *s)
{
	run_opaque_if(ev, st, s, "CFW", "completion that runs text");
}

static void run_wait(struct eval *ev, struct state *st, struct simple *s)
{
	run_opaque_if(ev, st, s, "p", "wait -p sets a variable by name");
}

/* What changes what is known and is emitted as a command besides. */
/* clang-format off */
static void (*const actions[RUN_ACTIONS])(struct eval *, struct state *, struct simple *) = {
	[RUN_CD]      = run_cd,
	[RUN_DECLARE] = builtin_run_declare,
	[RUN_UNSET]   = builtin_run_unset,
	[RUN_ALIAS]   = builtin_run_alias,
	[RUN_SET]     = builtin_run_set,
	[RUN_SHIFT]   = builtin_run_shift,
	[RUN_SHOPT]   = builtin_run_shopt,
	[RUN_TRAP]    = run_trap,
	[RUN_READ]    = run_read,
	[RUN_MAPFILE] = run_mapfile,
	[RUN_GETOPTS] = run_getopts,
	[RUN_LET]     = run_let,
	[RUN_TEST]    = run_test,
	[RUN_PRINTF]  = run_printf,
	[RUN_JUMP]    = run_jump,
	[RUN_EXIT]    = run_exit,
	[RUN_HASH]    = run_hash,
	[RUN_ENABLE]  = run_enable,
	[RUN_COMPGEN] = run_compgen,
	[RUN_WAIT]    = run_wait,
};

/* What emits commands of its own. Each returns whether the builtin is emitted nevertheless. */
static bool (*const runners[RUN_ACTIONS])(struct eval *, struct state *, struct simple *) = {
	[RUN_EVAL]    = run_eval,
	[RUN_SOURCE]  = run_source,
	[RUN_COMMAND] = run_command,
	[RUN_BUILTIN] = run_builtin,
	[RUN_EXEC]    = run_exec,
};
/* clang-format on */

static bool act(struct eval *ev, struct state *st, struct simple *s, const struct builtin *builtin)
{
	if (runners[builtin->action])
		return runners[builtin->action](ev, st, s);
	if (actions[builtin->action])
		actions[builtin->action](ev, st, s);
	return true;
}

bool builtin_run(struct eval *ev, struct state *st, struct simple *simple, bool *ret_emit)
{
	const struct builtin *builtin =
		find_builtin(value_text(ev->arena, simple->words.items[0].value));
	*ret_emit = true;
	if (!builtin)
		return false;
	*ret_emit = act(ev, st, simple, builtin);
	bool inner = builtin->action == RUN_EVAL || builtin->action == RUN_COMMAND ||
		     builtin->action == RUN_BUILTIN || builtin->action == RUN_EXEC;
	if (!inner || *ret_emit)
		builtin_run_output(ev, st, simple, builtin->output);
	else if (simple->output_lost || simple->output_unknown)
		capture_unknown(ev);
	return true;
}
