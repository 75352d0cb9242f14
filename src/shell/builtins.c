/* SPDX-License-Identifier: Apache-2.0
 *
 * Builtins that change what is known, run text, or whose output is known. Those that only act on the world are
 * commands like any other.
 */
#include "base/array.h"
#include "shell/builtin.h"

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

static bool may_be_several(const struct word *word)
{
	bool several = word->many;
	for (size_t i = 0; i < word->value.n; i++)
		several |= word->value.seg[i].kind == SEG_GLOB;
	return several;
}

/* Of the letters that take a value, the first has the rest of the word, or the next word. */
static bool value_follows(struct str option, const char *with_value)
{
	size_t letter = 1;
	while (letter < option.n && !strchr(with_value, option.p[letter]))
		letter++;
	return letter + 1 == option.n;
}

/* Index of the first word behind the options; words of the option string take a value. */
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
		if (!value_follows(text, with_value))
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
bool builtin_may_have_among(struct eval *ev, const struct simple *s, char letter,
			    const char *with_value)
{
	for (size_t i = 1; i < s->words.n; i++) {
		struct str text = builtin_arg(ev, s, i);
		if (!word_is_known(&s->words.items[i]))
			return builtin_may_be_option(&s->words.items[i]);
		if (text.n < 2 || text.p[0] != '-' || str_is(text, "--"))
			return false;
		if (text.p[1] != '-' && str_find_char(text, letter) != STR_NPOS)
			return true;
		if (!value_follows(text, with_value))
			continue;
		i++;
		if (i < s->words.n && may_be_several(&s->words.items[i]))
			return true;
	}
	return false;
}

bool builtin_may_have(struct eval *ev, const struct simple *s, char letter)
{
	return builtin_may_have_among(ev, s, letter, "");
}

/* ---- directories ---- */

/* A component that is "" or ".", or "..". */
static bool holds_dots(struct str path)
{
	struct str rest = path, part;
	while (str_split(&rest, '/', &part))
		if (!part.n || str_is(part, ".") || str_is(part, ".."))
			return true;
	return false;
}

/* Text of a partly known path that the kernel reads in another way than it is written. */
static bool is_untidy(struct value path)
{
	for (size_t i = 0; i < path.n; i++)
		if (str_find(path.seg[i].text, STR("//")) != STR_NPOS ||
		    str_find(path.seg[i].text, STR("/.")) != STR_NPOS)
			return true;
	return false;
}

/* "packages/" and a pattern with a slash behind it: the directory without it. */
static struct value without_last_slash(struct value path)
{
	const struct seg *last = path.n ? &path.seg[path.n - 1] : NULL;
	if (!last || path.n == 1 || last->kind != SEG_TEXT || !str_is(last->text, "/"))
		return path;
	return (struct value){path.seg, path.n - 1};
}

/* "/proc/self/cwd/src" is "src"; of other processes nobody knows. */
static bool is_own_directory(struct str path, struct str *ret_rest)
{
	static const char *const starts[] = {"/proc/self/cwd", "/proc/thread-self/cwd"};
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		struct str start = str_from(starts[i]);
		if (!str_starts(path, start) || (path.n > start.n && path.p[start.n] != '/'))
			continue;
		*ret_rest = path.n > start.n + 1 ? str_from_at(path, start.n + 1) : STR(".");
		/* ".." counts from how the directory is called. */
		return str_find(*ret_rest, STR("..")) == STR_NPOS;
	}
	return false;
}

static struct value join_path(struct eval *ev, struct value base, struct value path)
{
	struct str rest;
	if (value_is_known(path) && str_starts(value_text(ev->arena, path), STR("/proc/"))) {
		struct str text = value_text(ev->arena, path);
		return is_own_directory(text, &rest)
			       ? join_path(ev, base, value_from(ev->arena, rest))
			       : value_any();
	}
	if (path.n && path.seg[0].kind == SEG_TEXT && path.seg[0].text.n &&
	    path.seg[0].text.p[0] == '/')
		return !value_is_known(path) && is_untidy(path) ? value_any() : path;
	if (path.n && path.seg[0].kind != SEG_TEXT)
		return value_any(); /* may be absolute */
	path = without_last_slash(path);
	if (path.n && !value_is_known(path) && is_untidy(path))
		return value_any();
	bool plain = value_is_known(base) || !value_is_known(path);
	if (!plain && holds_dots(value_text(ev->arena, path)))
		return value_any(); /* up from there, or there itself */
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
	/* To the shell it is called so from now on, which shows when it goes up. */
	st->odd_options |= str_starts(value_text(ev->arena, path), STR("/proc/"));
	size_t fresh = n;
	for (size_t i = 0; i < st->n_cwds; i++)
		all[n++] = st->cwds[i];
	bool plain = st->n_cwds == 1 && !state_assigned(ev, st, STR("PWD"));
	st->fresh_oldpwd = plain ? st->cwds[0] : value_any();
	if (!value_eq(st->oldpwd, st->fresh_oldpwd))
		st->oldpwd = value_any();
	st->cwds = all;
	st->n_cwds = n;
	ev->moves = true;
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
		change_directory(ev, st, str_is(name, "pushd") ? value_any() : state_home(ev, st));
	} else if (str_is(builtin_arg(ev, s, i), "-")) {
		change_directory(ev, st, st->oldpwd);
	} else {
		/* Behind --"$x" there may be no directory at all. */
		const struct word *word = &s->words.items[i];
		bool option = !word_is_known(word) && builtin_may_be_option(word);
		/* pushd +1: one of those it has kept */
		bool kept = str_is(name, "pushd") && str_starts(builtin_arg(ev, s, i), STR("+"));
		change_directory(ev, st, option || kept ? value_any() : word->value);
	}
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

/* read -a"$x", printf -v"$x" */
static bool has_partial_option(const struct simple *s)
{
	for (size_t i = 1; i < s->words.n; i++) {
		const struct word *word = &s->words.items[i];
		bool dash = word->value.n && word->value.seg[0].kind == SEG_TEXT &&
			    str_starts(word->value.seg[0].text, STR("-"));
		if (word->many || (dash && !word_is_known(word)))
			return true;
	}
	return false;
}

static void assign_anything(struct eval *ev, struct state *st)
{
	eval_opaque(ev, st, "a variable is chosen by text that is not known");
	state_havoc(ev, st);
}

/* Letters of options that take a value. */
static const char read_values[] = "adinNptu", mapfile_values[] = "dnOsuCc";

static void run_read(struct eval *ev, struct state *st, struct simple *s)
{
	size_t i = builtin_skip_options(ev, s, read_values);
	if (has_partial_option(s))
		assign_anything(ev, st);
	if (builtin_may_have_among(ev, s, 'a', read_values)) {
		/* -a NAME stands among the options. */
		for (size_t k = 1; k + 1 < s->words.n; k++) {
			struct str text = builtin_arg(ev, s, k);
			special_element(ev, st, builtin_arg(ev, s, k + 1));
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
	/* read -d[1]: what stands there may be options alone */
	if (i < s->words.n && !builtin_args_known(s, 1))
		state_assign(ev, st, STR("REPLY"), &variable_tainted);
}

/* What follows the letter among the options: perhaps a command, which is run with words that nobody knows behind it. */
static void run_callbacks(struct eval *ev, struct state *st, struct simple *s, char letter)
{
	for (size_t i = 1; i < s->words.n; i++) {
		struct str option = builtin_arg(ev, s, i);
		size_t at = str_find_char(option, letter);
		if (!str_starts(option, STR("-")) || at == STR_NPOS)
			continue;
		struct str text = str_from_at(option, at + 1);
		if (!text.n)
			text = builtin_arg(ev, s, i + 1);
		struct state ran = *st;
		ev->branches++;
		eval_text(ev, &ran, text);
		ev->branches--;
		state_join(ev, st, &ran, false);
	}
}

static void run_mapfile(struct eval *ev, struct state *st, struct simple *s)
{
	if (builtin_may_have_among(ev, s, 'C', mapfile_values)) {
		eval_opaque(ev, st, "mapfile with a callback");
		run_callbacks(ev, st, s, 'C');
	}
	special_element(ev, st, builtin_arg(ev, s, s->words.n - 1));
	assign_names(ev, st, s, builtin_skip_options(ev, s, mapfile_values), "MAPFILE");
}

static void run_getopts(struct eval *ev, struct state *st, struct simple *s)
{
	struct simple names = *s;
	names.words.n = s->words.n < 3 ? s->words.n : 3;
	assign_names(ev, st, &names, 2, "REPLY");
	state_assign(ev, st, STR("OPTARG"), &variable_tainted);
	state_assign_value(ev, st, STR("OPTIND"), value_number());
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
		if (!word_is_known(name) && (known || name->many))
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
	RUN_JOBS,
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
	const char *options; /* its letters; with another one it does nothing. NULL: not looked at */
} builtins[] = {
	{".",         RUN_SOURCE,  OUTPUT_UNKNOWN, false, NULL},
	{":",         RUN_NOTHING, OUTPUT_NONE,    true,  NULL},
	{"[",         RUN_TEST,    OUTPUT_NONE,    true,  NULL},
	{"alias",     RUN_ALIAS,   OUTPUT_UNKNOWN, true,  "p"},
	{"basename",  RUN_NOTHING, OUTPUT_PATH,    false, NULL},
	{"break",     RUN_JUMP,    OUTPUT_NONE,    true,  NULL},
	{"builtin",   RUN_BUILTIN, OUTPUT_UNKNOWN, true,  NULL},
	{"caller",    RUN_NOTHING, OUTPUT_UNKNOWN, true,  NULL},
	{"cat",       RUN_NOTHING, OUTPUT_CAT,     false, NULL},
	{"cd",        RUN_CD,      OUTPUT_CD,      true,  NULL},
	{"command",   RUN_COMMAND, OUTPUT_UNKNOWN, true,  NULL},
	{"compgen",   RUN_COMPGEN, OUTPUT_UNKNOWN, true,  NULL},
	{"complete",  RUN_COMPGEN, OUTPUT_NONE,    true,  NULL},
	{"continue",  RUN_JUMP,    OUTPUT_NONE,    true,  NULL},
	{"date",      RUN_NOTHING, OUTPUT_DIGITS,  false, NULL},
	{"declare",   RUN_DECLARE, OUTPUT_UNKNOWN, false, "aAfFgiIlnrtuxp"},
	{"dirname",   RUN_NOTHING, OUTPUT_PATH,    false, NULL},
	{"dirs",      RUN_NOTHING, OUTPUT_UNKNOWN, true,  NULL},
	{"disown",    RUN_NOTHING, OUTPUT_NONE,    true,  NULL},
	{"echo",      RUN_NOTHING, OUTPUT_ECHO,    true,  NULL},
	{"enable",    RUN_ENABLE,  OUTPUT_UNKNOWN, false, NULL},
	{"eval",      RUN_EVAL,    OUTPUT_UNKNOWN, true,  NULL},
	{"exec",      RUN_EXEC,    OUTPUT_UNKNOWN, true,  NULL},
	{"exit",      RUN_EXIT,    OUTPUT_NONE,    true,  NULL},
	{"export",    RUN_DECLARE, OUTPUT_UNKNOWN, false, "fnp"},
	{"false",     RUN_NOTHING, OUTPUT_NONE,    true,  NULL},
	{"getopts",   RUN_GETOPTS, OUTPUT_NONE,    true,  NULL},
	{"hash",      RUN_HASH,    OUTPUT_UNKNOWN, true,  NULL},
	{"help",      RUN_NOTHING, OUTPUT_UNKNOWN, true,  NULL},
	{"id",        RUN_NOTHING, OUTPUT_DIGITS,  false, NULL},
	{"jobs",      RUN_JOBS,    OUTPUT_UNKNOWN, true,  NULL},
	{"let",       RUN_LET,     OUTPUT_NONE,    true,  NULL},
	{"local",     RUN_DECLARE, OUTPUT_UNKNOWN, true,  "aAfFgiIlnrtuxp"},
	{"logout",    RUN_EXIT,    OUTPUT_NONE,    true,  NULL},
	{"mapfile",   RUN_MAPFILE, OUTPUT_NONE,    true,  "dnOsuCct"},
	{"nproc",     RUN_NOTHING, OUTPUT_DIGITS,  false, NULL},
	{"popd",      RUN_CD,      OUTPUT_UNKNOWN, true,  NULL},
	{"printf",    RUN_PRINTF,  OUTPUT_PRINTF,  true,  "v"},
	{"pushd",     RUN_CD,      OUTPUT_UNKNOWN, true,  NULL},
	{"pwd",       RUN_NOTHING, OUTPUT_PWD,     true,  NULL},
	{"read",      RUN_READ,    OUTPUT_NONE,    true,  "adeiNnprstu"},
	{"readarray", RUN_MAPFILE, OUTPUT_NONE,    true,  "dnOsuCct"},
	{"readonly",  RUN_DECLARE, OUTPUT_UNKNOWN, false, "aAfp"},
	{"return",    RUN_JUMP,    OUTPUT_NONE,    true,  NULL},
	{"set",       RUN_SET,     OUTPUT_UNKNOWN, false, NULL},
	{"shift",     RUN_SHIFT,   OUTPUT_NONE,    true,  NULL},
	{"shopt",     RUN_SHOPT,   OUTPUT_UNKNOWN, true,  NULL},
	{"source",    RUN_SOURCE,  OUTPUT_UNKNOWN, false, NULL},
	{"tee",       RUN_NOTHING, OUTPUT_TEE,     false, NULL},
	{"test",      RUN_TEST,    OUTPUT_NONE,    true,  NULL},
	{"times",     RUN_NOTHING, OUTPUT_UNKNOWN, true,  NULL},
	{"trap",      RUN_TRAP,    OUTPUT_UNKNOWN, true,  NULL},
	{"true",      RUN_NOTHING, OUTPUT_NONE,    true,  NULL},
	{"type",      RUN_NOTHING, OUTPUT_UNKNOWN, true,  NULL},
	{"typeset",   RUN_DECLARE, OUTPUT_UNKNOWN, false, "aAfFgiIlnrtuxp"},
	{"ulimit",    RUN_NOTHING, OUTPUT_UNKNOWN, true,  NULL},
	{"umask",     RUN_NOTHING, OUTPUT_UNKNOWN, true,  NULL},
	{"unalias",   RUN_NOTHING, OUTPUT_NONE,    true,  NULL},
	{"unset",     RUN_UNSET,   OUTPUT_NONE,    true,  "fvn"},
	{"wait",      RUN_WAIT,    OUTPUT_NONE,    true,  "fnp"},
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

static bool text_assigns(struct str format)
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

/* "%n", which assigns to the variable that an argument names. */
static bool format_assigns(struct value format)
{
	for (size_t i = 0; i < format.n; i++)
		if (format.seg[i].kind == SEG_TEXT && text_assigns(format.seg[i].text))
			return true;
	return false;
}

static void run_printf(struct eval *ev, struct state *st, struct simple *s)
{
	size_t format = builtin_skip_options(ev, s, "v"), i = 1;
	bool known = format < s->words.n && word_is_known(&s->words.items[format]);
	st->weak++;
	if (format + 1 < s->words.n && format_assigns(s->words.items[format].value))
		assign_names(ev, st, s, format + 1, "REPLY");
	/* A format that is not known might assign, but to names that are not known hardly. */
	for (size_t k = format + 1; !known && k < s->words.n; k++)
		if (word_is_known(&s->words.items[k]))
			assign_names(ev, st,
				     &(struct simple){.node = s->node,
						      .words = {s->words.items + k, 1, 0}},
				     0, "REPLY");
	st->weak--;
	/* Of several -v the last one counts. */
	struct word name = {.value = {NULL, 0}};
	for (; i < s->words.n && str_starts(builtin_arg(ev, s, i), STR("-v")); i++) {
		struct str joined = str_from_at(builtin_arg(ev, s, i), 2);
		name = (struct word){.value = value_from(ev->arena, joined)};
		if (joined.n == 0 && i + 1 < s->words.n)
			name = s->words.items[++i];
	}
	struct simple one = {.node = s->node, .words = {&name, 1, 0}};
	if (name.value.n || name.many)
		assign_names(ev, st, &one, 0, "REPLY");
	/* What stands behind them may be one more. */
	if (i < s->words.n &&
	    has_partial_option(&(struct simple){.words = {s->words.items + i - 1, 2, 0}}))
		assign_anything(ev, st);
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
	/* logout works in a login shell alone. */
	st->dead = !state_is_unsure(st) && s->words.n < 3 && str_is(builtin_arg(ev, s, 0), "exit");
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
	run_callbacks(ev, st, s, 'C');
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
	[RUN_TRAP]    = builtin_run_trap,
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
	[RUN_EVAL]    = builtin_run_eval,
	[RUN_SOURCE]  = builtin_run_source,
	[RUN_COMMAND] = builtin_run_command,
	[RUN_BUILTIN] = builtin_run_builtin,
	[RUN_EXEC]    = builtin_run_exec,
	[RUN_JOBS]    = builtin_run_jobs,
};
/* clang-format on */

/* Does Bash refuse the options, and do nothing? */
static bool has_odd_option(struct eval *ev, const struct simple *s, const char *known)
{
	size_t end = builtin_skip_options(ev, s, "");
	for (size_t i = 1; i < end; i++) {
		struct str text = builtin_arg(ev, s, i);
		for (size_t k = 1; k < text.n; k++)
			if (!strchr(known, text.p[k]) && !str_is(text, "--"))
				return true;
	}
	return false;
}

static bool act(struct eval *ev, struct state *st, struct simple *s, const struct builtin *builtin)
{
	if (runners[builtin->action])
		return runners[builtin->action](ev, st, s);
	unsigned refused = builtin->options && has_odd_option(ev, s, builtin->options);
	st->weak += refused;
	if (actions[builtin->action])
		actions[builtin->action](ev, st, s);
	st->weak -= refused;
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
		     builtin->action == RUN_BUILTIN || builtin->action == RUN_EXEC ||
		     builtin->action == RUN_JOBS;
	if (!inner || *ret_emit)
		builtin_run_output(ev, st, simple, builtin->output);
	else if (simple->output_lost || simple->output_unknown || simple->errors_joined)
		capture_unknown(ev);
	return true;
}
