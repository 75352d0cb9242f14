/* SPDX-License-Identifier: Apache-2.0
 *
 * set, shopt and shift: positional parameters, and options that change what holds from there on.
 */
#include "base/array.h"
#include "shell/builtin.h"

static void set_positional(struct eval *ev, struct state *st, const struct word *items, size_t n)
{
	items = positional_words(ev, items, n);
	st->positional = items;
	st->n_positional = n;
	st->positional_unknown = false;
}

/* Options that change how text is read or expanded. */
static const char *const odd_set_options[] = {"posix", "keyword", "braceexpand", "physical",
					      "noglob"};

static void set_option(struct eval *ev, struct state *st, struct str name)
{
	if (str_is(name, "noglob"))
		return; /* a pattern also stands for itself */
	st->nounset |= str_is(name, "nounset");
	st->errexit |= str_is(name, "errexit");
	st->allexport |= str_is(name, "allexport");
	for (size_t i = 0; i < ARRAY_SIZE(odd_set_options); i++)
		if (str_is(name, odd_set_options[i]))
			eval_opaque(ev, st, "set changes how text is read");
}

static const char *const set_options[] = {"allexport",
					  "braceexpand",
					  "emacs",
					  "errexit",
					  "errtrace",
					  "functrace",
					  "hashall",
					  "histexpand",
					  "history",
					  "ignoreeof",
					  "interactive-comments",
					  "keyword",
					  "monitor",
					  "noclobber",
					  "noexec",
					  "noglob",
					  "nolog",
					  "notify",
					  "nounset",
					  "onecmd",
					  "physical",
					  "pipefail",
					  "posix",
					  "privileged",
					  "verbose",
					  "vi",
					  "xtrace"};

static bool is_set_option(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(set_options); i++)
		if (str_is(name, set_options[i]))
			return true;
	return false;
}

/* The word behind each "o" among the letters names an option. False when nothing more is looked at. */
static bool named_option(struct eval *ev, struct state *st, struct simple *s, size_t *i)
{
	if (*i + 1 >= s->words.n)
		return true;
	if (!word_is_known(&s->words.items[*i + 1])) {
		st->positional_unknown = st->nounset = st->errexit = st->allexport = true;
		eval_opaque(ev, st, "set with options that are not known");
		return false;
	}
	struct str name = builtin_arg(ev, s, *i + 1);
	if (!name.n || name.p[0] == '-' || name.p[0] == '+')
		return true; /* the options are printed */
	++*i;
	set_option(ev, st, name);
	/* Otherwise an error, which leaves the positional parameters alone. */
	st->positional_unknown |= !is_set_option(name);
	return is_set_option(name);
}

void builtin_run_set(struct eval *ev, struct state *st, struct simple *s)
{
	for (size_t i = 1; i < s->words.n; i++) {
		if (!word_is_known(&s->words.items[i])) {
			st->positional_unknown = st->nounset = st->errexit = st->allexport = true;
			if (builtin_may_be_option(&s->words.items[i]) ||
			    str_starts(s->words.items[i].value.seg[0].text, STR("+")))
				eval_opaque(ev, st, "set with options that are not known");
			return;
		}
		struct str text = builtin_arg(ev, s, i);
		if (str_is(text, "--") || (str_is(text, "-") && i + 1 < s->words.n)) {
			set_positional(ev, st, s->words.items + i + 1, s->words.n - i - 1);
			return;
		}
		if (str_is(text, "-"))
			return;
		if (str_is(text, "+"))
			continue;
		if (text.n < 2 || (text.p[0] != '-' && text.p[0] != '+')) {
			set_positional(ev, st, s->words.items + i, s->words.n - i);
			return;
		}
		for (size_t k = 1; k < text.n; k++)
			if (!strchr("abefhkmnptuvxBCEHPTo", text.p[k]))
				eval_opaque(ev, st, "set with an option that is none");
		if (str_find_char(text, 'k') != STR_NPOS || str_find_char(text, 'B') != STR_NPOS ||
		    str_find_char(text, 'P') != STR_NPOS)
			eval_opaque(ev, st, "set changes how text is read");
		st->nounset |= str_find_char(text, 'u') != STR_NPOS;
		st->errexit |= str_find_char(text, 'e') != STR_NPOS;
		if (str_find_char(text, 'a') != STR_NPOS)
			st->allexport = text.p[0] == '-' || state_is_unsure(st);
		for (size_t k = 1; k < text.n; k++)
			if (text.p[k] == 'o' && !named_option(ev, st, s, &i))
				return;
	}
}

void builtin_run_shift(struct eval *ev, struct state *st, struct simple *s)
{
	size_t n = 1;
	bool known = s->words.n < 2 ||
		     (word_is_known(&s->words.items[1]) && str_to_size(builtin_arg(ev, s, 1), &n));
	for (size_t i = 0; i < st->n_positional && i < n; i++)
		known &= !st->positional[i].many;
	if (!known) {
		st->positional_unknown = true;
		return;
	}
	if (n <= st->n_positional) {
		st->positional += n;
		st->n_positional -= n;
	}
}

static const char *const glob_options[] = {"nullglob", "dotglob", "failglob",
					   "globstar", "extglob", "nocaseglob"};
static const char *const odd_options[] = {"xpg_echo", "cdable_vars", "cdspell", "autocd"};
/* Options that change nothing about what is expanded to what, or that are dealt with elsewhere; of any other nobody knows.
 */
static const char *const plain_options[] = {"allexport",
					    "assoc_expand_once",
					    "checkhash",
					    "checkjobs",
					    "checkwinsize",
					    "cmdhist",
					    "complete_fullquote",
					    "direxpand",
					    "dirspell",
					    "errexit",
					    "errtrace",
					    "expand_aliases",
					    "functrace",
					    "gnu_errfmt",
					    "hashall",
					    "histappend",
					    "hostcomplete",
					    "huponexit",
					    "inherit_errexit",
					    "interactive_comments",
					    "lastpipe",
					    "lithist",
					    "mailwarn",
					    "monitor",
					    "noclobber",
					    "noglob",
					    "nounset",
					    "notify",
					    "pipefail",
					    "progcomp",
					    "shift_verbose",
					    "verbose",
					    "xtrace",
					    "no_empty_cmd_completion"};

static bool is_listed_option(struct str name)
{
	return str_is_one_of(name, glob_options, ARRAY_SIZE(glob_options)) ||
	       str_is_one_of(name, odd_options, ARRAY_SIZE(odd_options)) ||
	       str_is_one_of(name, plain_options, ARRAY_SIZE(plain_options));
}

void builtin_run_shopt(struct eval *ev, struct state *st, struct simple *s)
{
	/* Other options only show. */
	bool sets = builtin_may_have(ev, s, 's') || builtin_may_have(ev, s, 'u');
	if (!builtin_args_known(s, 1)) {
		st->globs_unknown = st->lastpipe = st->odd_options = st->nounset = st->errexit =
			st->allexport = true;
		state_shake(st);
		if (sets)
			eval_opaque(ev, st, "shopt changes what text means");
		return;
	}
	for (size_t i = 1; i < s->words.n; i++) {
		struct str text = builtin_arg(ev, s, i);
		for (size_t k = 0; k < ARRAY_SIZE(glob_options); k++)
			st->globs_unknown |= str_is(text, glob_options[k]);
		if (str_is(text, "failglob"))
			state_shake(st);
		for (size_t k = 0; k < ARRAY_SIZE(odd_options); k++)
			st->odd_options |= str_is(text, odd_options[k]);
		if (str_is(text, "interactive_comments"))
			eval_opaque(ev, st, "comments may be commands");
		if (sets && !str_starts(text, STR("-")) && !is_listed_option(text))
			eval_opaque(ev, st, "shopt changes what text means");
		st->lastpipe |= str_is(text, "lastpipe");
		st->nounset |= str_is(text, "nounset");
		st->errexit |= str_is(text, "errexit");
		st->allexport |= str_is(text, "allexport");
	}
}
