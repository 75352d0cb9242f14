/* SPDX-License-Identifier: Apache-2.0
 *
 * Every name that a path goes by: as it is written, absolute, below the workspace and the home directory, and where links
 * lead.
 */
#include "decide/file_names.h"

#include "decide/paths.h"

void names_init(struct names *names)
{
	memset(names, 0, offsetof(struct names, items));
}

static void add_name(struct names *names, struct value v)
{
	for (size_t i = 0; i < names->n; i++)
		if (value_eq(names->items[i], v))
			return;
	if (names->n == NAMES_MAX)
		names->overflow = true;
	else
		names->items[names->n++] = v;
}

static void add_known_name(struct decider *d, struct names *names, struct str path)
{
	add_name(names, value_from(d->arena, path));
	names->inside |= path_inside(path, d->workspace);
	if (path_inside(path, d->workspace))
		add_name(names, value_from(d->arena, path_relative(path, d->workspace)));
	/* Home directory rules are written with "~". */
	if (d->resolver->home.n && path_inside(path, d->resolver->home)) {
		struct str rest = path_relative(path, d->resolver->home);
		add_name(names, value_from(d->arena, arena_join(d->arena, STR("~/"), rest)));
	}
}

void names_add_path(struct decider *d, struct names *names, struct str path)
{
	struct str *others = NULL;
	size_t n = 0;
	add_known_name(d, names, path);
	d->unresolved = false;
	struct str link = names->itself ? path_link_itself(d, path) : STR("");
	struct str real = link.n ? link : path_resolve(d, path);
	bool unknown = d->unresolved;
	if (!str_eq(real, path))
		add_known_name(d, names, real);
	names->outside |= path_is_outside(d, real);
	if (d->resolver->same_file)
		unknown |= d->resolver->same_file(d->resolver->context, d->arena, real, &others,
						  &n) == RESOLVED_UNKNOWN;
	for (size_t i = 0; i < n; i++)
		add_known_name(d, names, others[i]);
	if (unknown) {
		names->unknown = true;
		add_name(names, value_any());
	}
}

static void add_below_workspace(struct decider *d, struct names *names, struct str dir,
				struct value rest)
{
	if (!path_inside(dir, d->workspace))
		return;
	struct str relative = str_from_at(dir, d->workspace.n + 1);
	struct str start = value_known_prefix(d->arena, rest);
	/* The slash goes with the workspace. */
	struct value whole = value_concat(d->arena, value_from(d->arena, relative), rest);
	if (!relative.n) {
		size_t from = 0;
		while (from < rest.n && rest.seg[from].kind == SEG_TEXT)
			from++;
		whole = value_concat(d->arena, value_from(d->arena, str_from_at(start, 1)),
				     (struct value){rest.seg + from, rest.n - from});
	}
	add_name(names, whole);
}

static void add_unknown_path(struct decider *d, struct names *names, struct value path)
{
	struct value rest;
	struct str dir = path_known_directory(d, path, &rest);
	names->unknown = true;
	add_name(names, path);
	if (!dir.n || dir.p[0] != '/') {
		names->outside = true;
		return;
	}
	struct str real = path_resolve(d, dir);
	names->outside |= path_is_outside(d, real);
	add_below_workspace(d, names, dir, rest);
	if (str_eq(real, dir))
		return;
	add_name(names,
		 value_concat(d->arena, value_from(d->arena, real.n > 1 ? real : STR("")), rest));
	add_below_workspace(d, names, real, rest);
}

/* "link/../x" stands beside what the link leads to, for the kernel; without the two for who tidies up the text first. */
static void add_tidied(struct decider *d, struct names *names, struct str path, struct str cwd)
{
	if (str_find(path, STR("..")) != STR_NPOS)
		names_add_path(d, names, path_canonical_text(d->arena, path, cwd));
}

void names_collect(struct decider *d, struct names *names, struct value path,
		   const struct scope *scope, bool itself)
{
	struct value last = {NULL, 0};
	names_init(names);
	names->itself = itself;
	for (size_t i = 0; i < scope->n_cwds; i++) {
		struct value canonical = path_canonical(d, path, scope->cwds[i]);
		if (i && value_eq(canonical, last))
			continue;
		last = canonical;
		if (value_is_known(canonical))
			names_add_path(d, names, value_text(d->arena, canonical));
		else
			add_unknown_path(d, names, canonical);
		if (value_is_known(path) && value_is_known(scope->cwds[i]))
			add_tidied(d, names, value_text(d->arena, path),
				   value_text(d->arena, scope->cwds[i]));
	}
	names->n_placed = names->n;
	bool placed = d->workspace.n > 0;
	for (size_t i = 0; i < scope->n_cwds; i++)
		placed &= value_is_known(scope->cwds[i]);
	if (value_is_known(path) && !placed) {
		struct str text = value_text(d->arena, path);
		while (text.n > 2 && str_starts(text, STR("./")))
			text = str_from_at(text, 2);
		if (text.n && !path_climbs(text)) /* "a/../b" is not below "a" */
			add_name(names, value_from(d->arena, text));
	}
}
