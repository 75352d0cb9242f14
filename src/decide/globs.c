/* SPDX-License-Identifier: Apache-2.0
 *
 * File names that a shell pattern, or a name with numbers that are not known, stands for, where the resolver can list them.
 */
#include "base/limits.h"
#include "decide/paths.h"

struct found {
	struct str *paths;
	size_t n, cap;
};

/* The next component of a canonical path, and what is behind it. */
static struct value next_component(struct arena *arena, struct value *rest)
{
	struct seg *segs = ARENA_ARRAY(arena, rest->n, struct seg);
	struct seg *left = ARENA_ARRAY(arena, rest->n, struct seg);
	size_t n = 0, i = 0;
	*rest = (struct value){memcpy(left, rest->seg, rest->n * sizeof *left), rest->n};
	for (; i < rest->n; i++) {
		size_t slash = left[i].kind == SEG_TEXT ? str_find_char(left[i].text, '/')
							: STR_NPOS;
		if (slash == STR_NPOS) {
			segs[n++] = left[i];
			continue;
		}
		if (slash)
			segs[n++] = (struct seg){.kind = SEG_TEXT,
						 .text = str_first(left[i].text, slash)};
		left[i].text = str_from_at(left[i].text, slash + 1);
		break;
	}
	*rest = (struct value){left + i, rest->n - i};
	return (struct value){segs, n};
}

/* Hidden names match only what asks for a dot. */
static bool asks_for_dot(struct value component)
{
	return component.n && str_find_char(component.seg[0].text, '.') != STR_NPOS;
}

/* Could one of the names, or what is below, be a link? */
static bool may_meet_link(struct decider *d, struct str dir, struct value component)
{
	struct str *names = NULL;
	size_t n = 0;
	if (!d->resolver->links ||
	    d->resolver->links(d->resolver->context, d->arena, dir, &names, &n) != RESOLVED_YES)
		return true;
	for (size_t i = 0; i < n; i++)
		if (value_covers(component, str_first(names[i], str_find_char(names[i], '/'))))
			return true;
	return false;
}

static bool add_matches(struct decider *d, struct str dir, struct value component, struct found *to)
{
	if (value_is_known(component)) {
		/* Whether it is there may change until the command runs. */
		ARENA_PUSH(d->arena, to->paths, to->n, to->cap) =
			arena_join3(d->arena, dir, STR("/"), value_text(d->arena, component));
		return true;
	}
	struct str *names = NULL, real = path_resolve(d, dir.n ? dir : STR("/"));
	size_t n = 0;
	if (d->resolver->tree(d->resolver->context, d->arena, real, LIMIT_TREE_NAMES, false, &names,
			      &n) == RESOLVED_UNKNOWN) {
		d->unresolved |= may_meet_link(d, real, component);
		return false;
	}
	bool dot = asks_for_dot(component);
	for (size_t i = 0; i < n; i++) {
		if ((names[i].n && names[i].p[0] == '.' && !dot) ||
		    !value_covers(component, names[i]))
			continue;
		if (to->n == LIMIT_TREE_NAMES)
			return false;
		ARENA_PUSH(d->arena, to->paths, to->n, to->cap) = arena_join3(d->arena, dir,
									      STR("/"), names[i]);
	}
	return true;
}

/* With "shopt -s globstar" a "**" crosses directories. */
static bool crosses_directories(struct value component)
{
	for (size_t i = 1; i < component.n; i++)
		if (component.seg[i].kind == SEG_GLOB && component.seg[i - 1].kind == SEG_GLOB &&
		    str_is(component.seg[i].text, "*") && str_is(component.seg[i - 1].text, "*"))
			return true;
	return false;
}

/* What the rest of the pattern may stand for any number of directories further down. */
static bool add_below(struct decider *d, const struct found *dirs, struct value rest,
		      struct found *to)
{
	struct value pattern = value_concat(d->arena, value_any(), rest);
	for (size_t i = 0; i < rest.n; i++)
		if (str_find(rest.seg[i].text, STR("..")) != STR_NPOS)
			return false;
	for (size_t i = 0; i < dirs->n; i++) {
		struct str *names = NULL, real = path_resolve(d, dirs->paths[i]);
		size_t n = 0;
		if (d->resolver->tree(d->resolver->context, d->arena, real, LIMIT_TREE_NAMES, true,
				      &names, &n) == RESOLVED_UNKNOWN)
			return false;
		for (size_t k = 0; k < n; k++) {
			if (!value_covers(pattern, names[k]))
				continue;
			if (to->n == LIMIT_TREE_NAMES)
				return false;
			ARENA_PUSH(d->arena, to->paths, to->n, to->cap) =
				arena_join3(d->arena, dirs->paths[i], STR("/"), names[k]);
		}
	}
	return true;
}

static struct str parent(struct decider *d, struct str dir)
{
	struct str real = path_resolve(d, dir);
	size_t slash = str_find_last_char(real, '/');
	return str_first(real, slash == STR_NPOS ? 0 : slash);
}

static bool expand_below(struct decider *d, struct str dir, struct value rest, struct found *ret)
{
	struct found at = {0}, deep = {0};
	ARENA_PUSH(d->arena, at.paths, at.n, at.cap) = dir;
	while (rest.n) {
		struct found below = {0};
		struct value component = next_component(d->arena, &rest);
		struct str text = value_is_known(component) ? value_text(d->arena, component)
							    : STR("?");
		if (!text.n || str_is(text, "."))
			continue;
		if (crosses_directories(component) && !add_below(d, &at, rest, &deep))
			return false;
		for (size_t i = 0; i < at.n; i++)
			if (str_is(text, ".."))
				ARENA_PUSH(d->arena, below.paths, below.n,
					   below.cap) = parent(d, at.paths[i]);
			else if (!add_matches(d, at.paths[i], component, &below))
				return false;
		at = below;
	}
	for (size_t i = 0; i < deep.n; i++)
		ARENA_PUSH(d->arena, at.paths, at.n, at.cap) = deep.paths[i];
	*ret = at;
	return true;
}

/* The pattern as a name: what the shell leaves when nothing matches. A number that is not known may be any. */
static struct str as_written(struct arena *arena, struct value path)
{
	struct str text = STR("");
	for (size_t i = 0; i < path.n; i++)
		text = arena_join(arena, text,
				  path.seg[i].kind == SEG_NUMBER ? STR("0") : path.seg[i].text);
	return text;
}

static bool has_kind(struct value path, enum seg_kind kind)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.seg[i].kind == kind)
			return true;
	return false;
}

static bool expand_one(struct decider *d, struct value path, struct value cwd, bool makes,
		       struct found *to)
{
	struct found found = {0};
	struct value canonical = path_canonical(d, path, cwd), rest;
	if (value_is_known(canonical)) {
		ARENA_PUSH(d->arena, to->paths, to->n, to->cap) = value_text(d->arena, canonical);
		return true;
	}
	bool absolute = str_starts(value_known_prefix(d->arena, path), STR("/"));
	struct value slash = value_from(d->arena, STR("/"));
	struct value whole =
		absolute ? path : value_concat(d->arena, value_concat(d->arena, cwd, slash), path);
	struct str dir = path_known_directory(d, whole, &rest);
	if (!dir.n || dir.p[0] != '/' || has_kind(whole, SEG_ANY))
		return false;
	dir = value_text(d->arena,
			 path_canonical(d, value_from(d->arena, dir), (struct value){NULL, 0}));
	if (!expand_below(d, dir.n > 1 ? dir : STR(""), rest, &found))
		return false;
	for (size_t i = 0; i < found.n; i++)
		ARENA_PUSH(d->arena, to->paths, to->n, to->cap) = found.paths[i];
	/* A number is no pattern: the name is what it says, whether it is there or not. */
	if (makes || has_kind(whole, SEG_NUMBER))
		ARENA_PUSH(d->arena, to->paths, to->n, to->cap) = as_written(d->arena, whole);
	return true;
}

bool path_expand(struct decider *d, struct value path, bool makes, const struct scope *scope,
		 struct str **ret_paths, size_t *ret_n)
{
	struct found all = {0};
	bool listed = d->resolver->tree && !d->links, complete = listed;
	for (size_t i = 0; listed && i < scope->n_cwds; i++)
		complete &= expand_one(d, path, scope->cwds[i], makes, &all);
	*ret_paths = all.paths;
	*ret_n = all.n;
	return complete;
}

static size_t count_components(struct str path)
{
	size_t n = 0;
	struct str part;
	while (str_split(&path, '/', &part))
		n += part.n > 0;
	return n;
}

void path_expand_links(struct decider *d, struct value pattern, const struct scope *scope,
		       struct str **ret_paths, size_t *ret_n)
{
	struct str *names = NULL;
	size_t n = 0, cap = 0;
	struct value canonical = path_canonical(d, pattern, scope->cwds[0]);
	struct str dir = d->workspace, start = value_known_prefix(d->arena, canonical);
	if (!d->resolver->links || !path_inside(start, dir) || start.n == dir.n ||
	    d->resolver->links(d->resolver->context, d->arena, dir, &names, &n) != RESOLVED_YES)
		return;
	for (size_t i = 0; i < n; i++) {
		struct value rest = canonical, head = {NULL, 0};
		struct str link = arena_join3(d->arena, dir, STR("/"), names[i]);
		/* As many components of the pattern as the link has. */
		for (size_t k = count_components(link); k > 0 && rest.n;) {
			struct value component = next_component(d->arena, &rest);
			if (!component.n)
				continue;
			head = value_concat(
				d->arena,
				value_concat(d->arena, head, value_from(d->arena, STR("/"))),
				component);
			k--;
		}
		if (head.n && value_covers(head, link))
			ARENA_PUSH(d->arena, *ret_paths, *ret_n,
				   cap) = arena_join3(d->arena, link, rest.n ? STR("/") : STR(""),
						      as_written(d->arena, rest));
	}
}

/* ---- words of a command ---- */

static bool is_pattern(const struct word *word)
{
	return !word->many && !value_is_known(word->value);
}

/* A name that is not spelled with its directory may look like an option. */
static bool is_bare(struct value pattern)
{
	struct str text = pattern.seg[0].kind == SEG_TEXT ? pattern.seg[0].text : STR("");
	return !text.n || text.p[0] == '-';
}

struct expansion {
	struct word *words;
	size_t n, cap;
	bool backwards; /* the names of each pattern */
	bool has_option, moves_others;
};

static bool expand_word(struct decider *d, const struct word *word, const struct scope *scope,
			struct expansion *to)
{
	struct str *paths = NULL;
	size_t n = 0;
	if (!is_pattern(word)) {
		ARENA_PUSH(d->arena, to->words, to->n, to->cap) = *word;
		return true;
	}
	if (!path_expand(d, word->value, false, scope, &paths, &n))
		return false;
	struct str cwd = value_text(d->arena, scope->cwds[0]);
	for (size_t i = 0; i < n; i++) {
		struct str path = paths[to->backwards ? n - 1 - i : i];
		struct str name = is_bare(word->value) ? path_relative(path, cwd) : path;
		to->has_option |= name.n && name.p[0] == '-';
		ARENA_PUSH(d->arena, to->words, to->n, to->cap) =
			(struct word){.value = value_from(d->arena, name), .span = word->span};
	}
	to->moves_others |= n > 1;
	/* What matches nothing stays as it is written; it was judged so. */
	if (n == 0)
		ARENA_PUSH(d->arena, to->words, to->n, to->cap) = (struct word){
			.value = value_from(d->arena, as_written(d->arena, word->value)),
			.span = word->span};
	return true;
}

/* Only globs, and nothing else that is not known. */
static bool is_glob(const struct word *word)
{
	bool glob = false;
	if (word->many || (word->value.n == 1 && word->value.seg[0].kind == SEG_TEXT))
		return false;
	for (size_t i = 0; i < word->value.n; i++) {
		if (word->value.seg[i].kind != SEG_TEXT && word->value.seg[i].kind != SEG_GLOB)
			return false;
		glob |= word->value.seg[i].kind == SEG_GLOB;
	}
	return glob;
}

const struct word *words_unmatched(struct decider *d, const struct word *words, size_t n,
				   const struct scope *scope)
{
	struct word *copy = NULL;
	if (scope->remote || scope->n_cwds != 1)
		return words;
	for (size_t i = 1; i < n; i++) {
		struct str *paths = NULL;
		size_t found = 0;
		if (!is_glob(&words[i]) || !value_is_known(scope->cwds[0]) ||
		    !path_expand(d, words[i].value, false, scope, &paths, &found) || found)
			continue;
		if (!copy) {
			copy = ARENA_ARRAY(d->arena, n, struct word);
			memcpy(copy, words, n * sizeof *copy);
		}
		copy[i].value = value_from(d->arena, as_written(d->arena, words[i].value));
		d->relies_on_names = true;
	}
	return copy ? copy : words;
}

bool words_expand(struct decider *d, const struct word *words, size_t n, enum expand_order order,
		  const struct scope *scope, struct word **ret_words, size_t *ret_n)
{
	struct expansion expansion = {.backwards = order == EXPAND_BACKWARDS};
	bool any = false;
	for (size_t i = 0; i < n; i++)
		any |= is_pattern(&words[i]);
	if (!any || scope->remote || scope->n_cwds != 1 || !value_is_known(scope->cwds[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!expand_word(d, &words[i], scope, &expansion))
			return false;
	*ret_words = expansion.words;
	*ret_n = expansion.n;
	return expansion.has_option || (order != EXPAND_ANYHOW && expansion.moves_others);
}
