/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files the words stand for that another command prints, see found.h.
 *
 * They stand for files below a directory only as long as nothing takes a name apart or puts it together anew:
 * every name that the directory holds is looked at, and one with a blank, a quote or a pattern's sign in it ends
 * the matter. So does a name that would be read as an option.
 */
#include "decide/found.h"

#include "base/limits.h"
#include "decide/paths.h"

/* ---- what a command prints ---- */

enum { FEEDERS_MAX = 8 };

static bool is_output(const struct arguments *a, const char *what)
{
	return a->output && strcmp(a->output, what) == 0;
}

static bool names_files(enum role role)
{
	return role == ROLE_LOOK || role == ROLE_READ || role == ROLE_TREE_READ ||
	       role == ROLE_PATHSPEC;
}

static bool read_words(struct decider *d, const struct word *words, size_t n, struct arguments *ret)
{
	if (n == 0 || !word_is_known(&words[0]))
		return false;
	struct str name = value_text(d->arena, words[0].value);
	const struct known_command *known = knowledge_find(name);
	if (!known)
		return false;
	arguments_read(d, known, name, words, n, ret);
	return !ret->imprecise;
}

static bool prints_names(const struct arguments *a)
{
	return is_output(a, "names") || is_output(a, "pathspecs") || is_output(a, "relative") ||
	       is_output(a, "operands");
}

/* The only operand, of a command that takes patterns whose "*" crosses directories. */
static bool pattern_root(struct decider *d, struct str text, struct found *found)
{
	struct str end = str_from_at(text, str_find_last_char(text, '*') + 1);
	struct str *glob = ARENA_NEW(d->arena, struct str);
	struct value *root = ARENA_NEW(d->arena, struct value);
	if (text.p[0] == '/' || text.p[0] == ':' || strpbrk(arena_str(d->arena, text).p, "?[\\") ||
	    str_find_char(end, '/') != STR_NPOS)
		return false;
	*glob = arena_join(d->arena, STR("*"), end);
	*root = value_from(d->arena, STR("."));
	found->selection = (struct selection){.globs = glob, .n_globs = 1};
	found->roots = root;
	found->n_roots = 1;
	return true;
}

/* Anything below here. */
static bool here_root(struct decider *d, struct found *found)
{
	struct value *root = ARENA_NEW(d->arena, struct value);
	*root = value_from(d->arena, STR("."));
	found->roots = root;
	found->n_roots = 1;
	return true;
}

/* Files that are named, or that a pattern stands for; of directories the command would print something else. */
static bool operand_roots(struct decider *d, const struct arguments *a, struct found *found)
{
	struct value *roots = NULL;
	struct scope scope = scope_of_request(d);
	size_t cap = 0;
	scope.cwds = &found->cwd;
	scope.n_cwds = 1;
	d->relies_on_names = true;
	for (size_t i = 0; i < a->n_args; i++) {
		struct str *paths = NULL;
		size_t n = 0;
		if (!a->args[i].operand)
			continue;
		if (a->args[i].many || !d->resolver->directory || !value_is_known(found->cwd) ||
		    !path_expand(d, a->args[i].value, false, &scope, &paths, &n))
			return false;
		for (size_t k = 0; k < n; k++) {
			if (d->resolver->directory(d->resolver->context,
						   path_resolve(d, paths[k])) != RESOLVED_NO)
				return false;
			ARENA_PUSH(d->arena, roots, found->n_roots, cap) = value_from(d->arena,
										      paths[k]);
		}
	}
	/* Of what is not there it prints nothing. */
	if (!found->n_roots)
		ARENA_PUSH(d->arena, roots, found->n_roots, cap) = value_from(d->arena,
									      STR("/dev/null"));
	found->roots = roots;
	return true;
}

/* Where what the command prints lies, and how it is called. */
static bool names_of(struct decider *d, const struct arguments *a, struct found *found)
{
	struct value *roots = NULL;
	size_t cap = 0;
	found->selection = selection_of(d, a);
	found->n_roots = 0;
	found->may_be_absent = is_output(a, "relative") || is_output(a, "pathspecs");
	if (is_output(a, "relative"))
		return here_root(d, found);
	if (is_output(a, "operands"))
		return operand_roots(d, a, found);
	for (size_t i = 0; i < a->n_args; i++) {
		const struct argument *arg = &a->args[i];
		if (!arg->operand || !names_files(arg->role))
			continue;
		if (arg->many || !value_is_known(arg->value))
			return false;
		struct str text = value_text(d->arena, arg->value);
		if (is_output(a, "pathspecs") && str_find_char(text, '*') != STR_NPOS)
			return a->n_operands == 1 && pattern_root(d, text, found);
		ARENA_PUSH(d->arena, roots, found->n_roots, cap) = arg->value;
	}
	found->roots = roots;
	return found->n_roots > 0;
}

static bool printed_by(struct decider *d, const struct shell_command *source, struct found *found)
{
	struct selection narrowed = {0};
	for (int i = 0; source && i < FEEDERS_MAX; i++) {
		struct arguments a;
		if (source->kind != SHELL_COMMAND || source->n_cwds != 1 ||
		    !read_words(d, source->argv, source->argc, &a) || a.n_inner ||
		    (i && !value_eq(source->cwds[0], found->cwd)))
			return false;
		found->cwd = source->cwds[0];
		if (prints_names(&a)) {
			if (!names_of(d, &a, found))
				return false;
			if (a.chain[0]->style == STYLE_FIND)
				found_expression(d, &a, source->argv, source->argc,
						 &found->selection);
			if (narrowed.n_globs)
				found->selection = narrowed;
			return true;
		}
		if (!is_output(&a, "lines"))
			return false;
		for (size_t k = 0; k < a.n_args; k++)
			if (a.args[k].role == ROLE_PATTERN && a.n_operands == 1 &&
			    value_is_known(a.args[k].value))
				found_pattern(d, value_text(d->arena, a.args[k].value), &narrowed);
		source = source->feeder;
	}
	return false;
}

/* ---- names that stay whole ---- */

static bool is_whole(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		if (c <= ' ' || c == 127 || strchr("\"'\\*?[", c))
			return false;
	}
	return name.n > 0 && name.p[0] != '-' && name.p[0] != ':';
}

static bool root_is_whole(struct decider *d, const struct found *found, struct value root)
{
	struct str *names = NULL, text = value_text(d->arena, root);
	size_t n = 0;
	struct value canonical = path_canonical(d, root, found->cwd);
	if (str_is(text, "/dev/null"))
		return true;
	if (!is_whole(text) || !value_is_known(canonical) || !d->resolver->tree)
		return false;
	struct str path = path_resolve(d, value_text(d->arena, canonical));
	if (d->resolver->tree(d->resolver->context, d->arena, path,
			      selection_names_max(&found->selection), true, &names,
			      &n) == RESOLVED_UNKNOWN)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_whole(names[i]) && selection_takes(d, &found->selection, path, names[i]))
			return false;
	return true;
}

static bool all_whole(struct decider *d, const struct found *found)
{
	for (size_t i = 0; found->roots && i < found->n_roots; i++)
		if (!root_is_whole(d, found, found->roots[i]))
			return false;
	return !d->links && found->n_roots > 0;
}

/* ---- values ---- */

static struct value note(struct decider *d, const struct found *found)
{
	bool vague = !all_whole(d, found);
	if (vague && !found->roots)
		return value_any();
	struct found *kept = ARENA_NEW(d->arena, struct found);
	*kept = *found;
	kept->vague = vague;
	kept->next = d->found;
	d->found = kept;
	struct seg *seg = ARENA_NEW(d->arena, struct seg);
	*seg = (struct seg){SEG_ANY, STR(""), kept};
	return (struct value){seg, 1};
}

static const struct found *noted(const struct decider *d, struct value value)
{
	const void *source = value_source(value);
	for (const struct found *found = d->found; source && found; found = found->next)
		if (found == source)
			return found;
	return NULL;
}

const struct found *found_of(const struct decider *d, struct value value)
{
	const struct found *found = noted(d, value);
	return found && !found->vague ? found : NULL;
}

static bool same_place(const struct scope *scope, const struct found *found)
{
	return scope->n_cwds == 1 && !scope->remote && value_eq(scope->cwds[0], found->cwd);
}

static struct value value_of_source(struct decider *d, const struct shell_command *source,
				    const struct scope *scope)
{
	struct found found = {0};
	return printed_by(d, source, &found) && same_place(scope, &found) ? note(d, &found)
									  : value_any();
}

struct value found_by_feeder(struct decider *d, const struct scope *scope)
{
	return scope->feeder ? value_of_source(d, scope->feeder, scope) : value_any();
}

struct value found_by_command(struct decider *d, const struct command *c)
{
	struct found found = {0};
	const struct arguments *a = &c->arguments;
	if (c->scope.n_cwds != 1 || !prints_names(a))
		return value_any();
	found.cwd = c->scope.cwds[0];
	if (!names_of(d, a, &found))
		return value_any();
	if (a->chain[0]->style == STYLE_FIND)
		found_expression(d, a, c->words, c->n, &found.selection);
	return same_place(&c->scope, &found) ? note(d, &found) : value_any();
}

const struct word *found_in_words(struct decider *d, const struct word *words, size_t n,
				  const struct scope *scope)
{
	struct word *copy = NULL;
	for (size_t i = 0; i < n; i++) {
		if (!value_source(words[i].value) || noted(d, words[i].value))
			continue;
		if (!copy) {
			copy = ARENA_ARRAY(d->arena, n, struct word);
			memcpy(copy, words, n * sizeof *copy);
		}
		copy[i].value = value_of_source(d, value_source(words[i].value), scope);
	}
	return copy ? copy : words;
}

/* ---- effects ---- */

bool found_effect(struct decider *d, enum effect_kind kind, const struct found *found,
		  const struct scope *scope, unsigned *ret_verdict)
{
	if (kind == EFFECT_FILE_DELETE || !same_place(scope, found))
		return false;
	struct scope here = *scope;
	here.selection = &found->selection;
	*ret_verdict = 0;
	for (size_t i = 0; i < found->n_roots; i++)
		*ret_verdict |= file_effect(d, kind, found->roots[i], true, &here);
	return true;
}

unsigned found_starts(struct decider *d, enum effect_kind kind, struct value value,
		      const struct scope *scope)
{
	const struct found *found = noted(d, value);
	unsigned verdict = 0;
	if (!found || !same_place(scope, found))
		return 0;
	for (size_t i = 0; i < found->n_roots; i++)
		verdict |= file_effect(d, kind, found->roots[i], false, scope);
	return verdict;
}
