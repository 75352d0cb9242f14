/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of the files below a directory a command takes, as far as its options tell: see found.h. When in doubt, all.
 */
#include "decide/found.h"

#include "base/array.h"
#include "base/limits.h"
#include "decide/paths.h"

enum { GLOBS_MAX = 32 };

/* ---- globs ---- */

struct globs {
	struct decider *d;
	struct str *items;
	size_t n, cap;
	bool all; /* something was not understood */
};

static void add_glob(struct globs *globs, struct str glob)
{
	size_t slash = str_find_last_char(glob, '/');
	struct str name = slash == STR_NPOS ? glob : str_from_at(glob, slash + 1);
	if (!name.n || globs->n == GLOBS_MAX ||
	    strpbrk(arena_str(globs->d->arena, name).p, "[]{}\\()!|"))
		globs->all = true;
	else
		ARENA_PUSH(globs->d->arena, globs->items, globs->n, globs->cap) = name;
}

/* "*.{ts,tsx}", at most one list */
static void add_braces(struct globs *globs, struct str glob)
{
	size_t open = str_find_char(glob, '{'), close = str_find_char(glob, '}');
	if (open == STR_NPOS || close == STR_NPOS || close < open) {
		add_glob(globs, glob);
		return;
	}
	struct str list = str_make(glob.p + open + 1, close - open - 1), one;
	while (str_split(&list, ',', &one))
		add_glob(globs, arena_join3(globs->d->arena, str_first(glob, open), one,
					    str_from_at(glob, close + 1)));
}

static void add_option(struct globs *globs, const struct argument *arg)
{
	if (arg->role != ROLE_SELECT && arg->role != ROLE_EXTENSION)
		return;
	if (arg->many || !value_is_known(arg->value)) {
		globs->all = true;
		return;
	}
	struct str text = value_text(globs->d->arena, arg->value);
	if (arg->role == ROLE_EXTENSION)
		add_glob(globs, arena_join(globs->d->arena, STR("*."), text));
	else if (!str_starts(text, STR("!")))
		add_braces(globs, text);
}

struct selection selection_of(struct decider *d, const struct arguments *a)
{
	struct globs globs = {.d = d};
	const char *glob;
	for (size_t i = 0; i < a->n_args; i++)
		if (a->args[i].option)
			add_option(&globs, &a->args[i]);
	/* Both kinds at once: a name that the one leaves out may come back by the other. */
	if (globs.n && a->select.at)
		globs.all = true;
	for (size_t i = 0; !globs.n && (glob = knowledge_item(a->select, i)); i++)
		add_glob(&globs, str_from(glob));
	if (globs.all)
		return (struct selection){0};
	return (struct selection){.globs = globs.items,
				  .n_globs = globs.n,
				  .skips_hidden = a->skips_hidden && !globs.n};
}

bool selection_is_all(const struct selection *selection)
{
	return !selection->n_globs && !selection->skips_hidden;
}

size_t selection_names_max(const struct selection *selection)
{
	return !selection || selection_is_all(selection) ? LIMIT_TREE_NAMES : LIMIT_FOUND_NAMES;
}

/* ---- hidden files ---- */

static bool has_hidden_part(struct str name)
{
	struct str rest = name, part;
	while (str_split(&rest, '/', &part))
		if (part.n && part.p[0] == '.')
			return true;
	return false;
}

/* "!name" in a file of patterns that search tools obey brings back what is hidden. */
static bool pattern_takes_back(struct decider *d, struct str line, struct str name)
{
	while (line.n && strchr("\r /", line.p[line.n - 1]))
		line.n--;
	if (line.n < 2 || line.p[0] != '!')
		return false;
	size_t slash = str_find_last_char(line, '/');
	struct str last = str_from_at(line, slash == STR_NPOS ? 1 : slash + 1);
	const char *glob = arena_str(d->arena, last).p;
	if (strpbrk(glob, "[\\"))
		return true;
	struct str rest = name, part;
	while (str_split(&rest, '/', &part))
		if (knowledge_glob(glob, part))
			return true;
	return false;
}

static bool file_takes_back(struct decider *d, struct str path, struct str name)
{
	struct str text = STR(""), line;
	switch (d->resolver->content(d->resolver->context, d->arena, path, LIMIT_SCRIPT_BYTES,
				     &text)) {
	case RESOLVED_UNKNOWN:
		return true;
	case RESOLVED_NO:
		return false;
	case RESOLVED_YES:
		break;
	}
	while (str_split(&text, '\n', &line))
		if (pattern_takes_back(d, line, name))
			return true;
	return false;
}

static const char *const ignore_files[] = {".gitignore", ".ignore", ".rgignore", ".fdignore"};

/* An ignore file speaks for its directory and what is below. */
static bool is_taken_back(struct decider *d, struct str root, struct str name)
{
	struct str dir = arena_join3(d->arena, root, STR("/"), name);
	if (!d->resolver->content || d->resolver->search_configured || !d->workspace.n)
		return true;
	for (size_t slash; (slash = str_find_last_char(dir, '/')) != STR_NPOS && slash > 0;) {
		dir = str_first(dir, slash);
		for (size_t i = 0; i < ARRAY_SIZE(ignore_files); i++)
			if (file_takes_back(
				    d,
				    arena_join3(d->arena, dir, STR("/"), str_from(ignore_files[i])),
				    name))
				return true;
	}
	return file_takes_back(d, arena_join(d->arena, d->workspace, STR("/.git/info/exclude")),
			       name);
}

/* ---- taking ---- */

static struct str in_small_letters(struct decider *d, struct str text)
{
	char *small = arena_alloc(d->arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		small[i] = ascii_lower(text.p[i]);
	small[text.n] = '\0';
	return str_make(small, text.n);
}

static bool meets_a_glob(struct decider *d, const struct selection *selection, struct str base)
{
	struct str small = in_small_letters(d, base);
	for (size_t i = 0; i < selection->n_globs; i++)
		if (knowledge_glob(in_small_letters(d, selection->globs[i]).p, small))
			return true;
	return false;
}

bool selection_takes(struct decider *d, const struct selection *selection, struct str root,
		     struct str name)
{
	if (selection->n_globs)
		return meets_a_glob(d, selection, str_basename(name));
	return !selection->skips_hidden || !has_hidden_part(name) || is_taken_back(d, root, name);
}

/* ---- the expression of find ---- */

struct expression {
	struct decider *d;
	const struct arguments *arguments;
	const struct word *words;
	size_t n, at;
	struct globs actions; /* what reaches one */
	bool acts;
	int depth;
};

static struct str word_text(const struct expression *e, size_t i)
{
	return i < e->n && word_is_known(&e->words[i]) ? value_text(e->d->arena, e->words[i].value)
						       : STR("");
}

static struct globs everything(const struct expression *e)
{
	return (struct globs){.d = e->d, .all = true};
}

static struct globs both(struct globs a, const struct globs *b)
{
	a.all |= b->all;
	for (size_t i = 0; i < b->n && !a.all; i++)
		add_glob(&a, b->items[i]);
	return a;
}

static void act(struct expression *e, const struct globs *reached)
{
	e->actions = e->acts ? both(e->actions, reached) : *reached;
	e->acts = true;
}

static bool is_action(struct str word)
{
	static const char *const actions[] = {
		"-print", "-print0", "-exec",   "-execdir", "-ok",      "-okdir", "-printf",
		"-ls",    "-fls",    "-fprint", "-fprint0", "-fprintf", "-delete"};
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (str_is(word, actions[i]))
			return true;
	return false;
}

static void skip_values(struct expression *e, struct str word)
{
	const struct known_option *options = known_command_options(e->arguments->chain[0]);
	e->at++;
	if (str_starts(word, STR("-exec")) || str_starts(word, STR("-ok"))) {
		while (e->at < e->n && !str_is(word_text(e, e->at), ";") &&
		       !(str_is(word_text(e, e->at), "+") && str_is(word_text(e, e->at - 1), "{}")))
			e->at++;
		e->at++;
		return;
	}
	for (size_t i = 0; i < e->arguments->chain[0]->n_options; i++)
		if (str_is(word, knowledge_text(options[i].name)))
			e->at += options[i].n_roles;
}

static struct globs read_or(struct expression *e, struct globs reached);

static struct globs read_factor(struct expression *e, struct globs reached)
{
	struct str word = word_text(e, e->at);
	if (str_is(word, "(")) {
		e->at++;
		struct globs inner = ++e->depth < 16 ? read_or(e, reached) : everything(e);
		e->depth--;
		e->at++; /* ")" */
		return inner;
	}
	if (str_is(word, "!") || str_is(word, "-not")) {
		e->at++;
		if (++e->depth < 16)
			(void)read_factor(e, reached);
		e->depth--;
		return reached;
	}
	if (str_is(word, "-name") || str_is(word, "-iname")) {
		struct globs named = {.d = e->d};
		add_glob(&named, word_text(e, e->at + 1));
		e->at += 2;
		return reached.all ? named : reached;
	}
	if (is_action(word))
		act(e, &reached);
	skip_values(e, word);
	return reached;
}

static bool ends_list(struct str word)
{
	return str_is(word, "-o") || str_is(word, "-or") || str_is(word, ",") || str_is(word, ")");
}

static struct globs read_and(struct expression *e, struct globs reached)
{
	while (e->at < e->n && !ends_list(word_text(e, e->at)))
		if (str_is(word_text(e, e->at), "-a") || str_is(word_text(e, e->at), "-and"))
			e->at++;
		else
			reached = read_factor(e, reached);
	return reached;
}

static struct globs read_or(struct expression *e, struct globs reached)
{
	struct globs result = read_and(e, reached);
	while (e->at < e->n && !str_is(word_text(e, e->at), ")")) {
		e->at++;
		struct globs other = read_and(e, reached);
		result = both(result, &other);
	}
	return result;
}

/* Is there a test in it, of anything but whether it is a file? */
static bool has_test(const struct expression *e)
{
	static const char *const others[] = {"-type", "-mindepth", "-depth",  "-d",     "-mount",
					     "-xdev", "-noleaf",   "-nowarn", "-warn",  "-true",
					     "-a",    "-and",      "-follow", "-print", "-print0",
					     "-H",    "-L",        "-P",      "-delete"};
	for (size_t i = 1; i < e->n; i++) {
		struct str word = word_text(e, i);
		bool other = !str_starts(word, STR("-"));
		for (size_t k = 0; k < ARRAY_SIZE(others) && !other; k++)
			other = str_is(word, others[k]);
		if (!other || str_is(word, "!"))
			return true;
	}
	return false;
}

void found_expression(struct decider *d, const struct arguments *a, const struct word *words,
		      size_t n, struct selection *ret_selection)
{
	struct expression e = {.d = d, .arguments = a, .words = words, .n = n, .at = 1};
	for (; e.at < n; e.at++) {
		struct str word = word_text(&e, e.at);
		if (word.n && strchr("-(!", word.p[0]) && !str_is(word, "-H") &&
		    !str_is(word, "-P"))
			break;
	}
	struct globs result = read_or(&e, everything(&e));
	if (e.acts)
		result = e.actions;
	/* A ")" too many, and whatever else ends early. */
	bool complete = e.at >= n && !result.all;
	*ret_selection = complete ? (struct selection){.globs = result.items, .n_globs = result.n}
				  : (struct selection){0};
	ret_selection->leaves_out = has_test(&e);
}

/* ---- regular expressions that lines end in ---- */

static bool is_extension(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_name(text.p[i]))
			return false;
	return text.n > 0;
}

/* "\.py$", "\.(js|ts)$", "\.\(js\|ts\)$" */
void found_pattern(struct decider *d, struct str pattern, struct selection *selection)
{
	struct globs globs = {.d = d};
	size_t dot = str_find(pattern, STR("\\."));
	if (dot == STR_NPOS || pattern.n < dot + 4 || pattern.p[pattern.n - 1] != '$' ||
	    str_find_char(str_first(pattern, dot), '|') != STR_NPOS)
		return;
	struct str list = str_make(pattern.p + dot + 2, pattern.n - dot - 3), one;
	bool basic = str_starts(list, STR("\\(")), group = basic || str_starts(list, STR("("));
	size_t sign = basic ? 2 : 1;
	if (group && list.n > 2 * sign && list.p[list.n - 1] == ')')
		list = str_make(list.p + sign, list.n - 2 * sign);
	while (str_split(&list, '|', &one)) {
		if (basic && list.p && one.n && one.p[one.n - 1] == '\\')
			one.n--;
		if (!is_extension(one) || (!group && list.p))
			return;
		add_glob(&globs, arena_join(d->arena, STR("*."), one));
	}
	if (!globs.all)
		*selection = (struct selection){.globs = globs.items, .n_globs = globs.n};
}
