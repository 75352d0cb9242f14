/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical paths and symbolic links. What the file rules say to them is in files.c.
 */
#include "decide/paths.h"
#include "base/array.h"

#include "base/limits.h"

/* ---- known text ---- */

bool path_inside(struct str path, struct str dir)
{
	if (!dir.n || !str_starts(path, dir))
		return false;
	return path.n == dir.n || path.p[dir.n] == '/' || dir.p[dir.n - 1] == '/';
}

struct str path_relative(struct str path, struct str dir)
{
	if (!path_inside(path, dir))
		return path;
	if (path.n == dir.n)
		return STR(".");
	return str_from_at(path, dir.p[dir.n - 1] == '/' ? dir.n : dir.n + 1);
}

static bool in_temporary(const struct decider *d, struct str path)
{
	struct str tmp = d->resolver->tmpdir.n ? d->resolver->tmpdir : STR("/tmp");
	return path_inside(path, tmp) || path_inside(path, STR("/tmp")) ||
	       path_inside(path, STR("/var/tmp"));
}

bool path_is_outside(const struct decider *d, struct str path)
{
	if (!d->workspace.n)
		return path.n && path.p[0] == '/' && !in_temporary(d, path);
	return !path_inside(path, d->workspace) && !in_temporary(d, path);
}

/* Stands for a segment that is not known, while text is made canonical. */
enum { UNKNOWN_PART = '\x01' };

/* /proc/<process>/<what>/<rest>, also of one of its threads. */
struct process_path {
	struct str process, what, rest; /* rest.p is NULL when nothing stands there */
};

static bool read_process_path(struct str path, struct process_path *ret)
{
	struct str rest = str_from_at(path, 6), thread;
	if (!str_starts(path, STR("/proc/")) || !str_split(&rest, '/', &ret->process) ||
	    !str_split(&rest, '/', &ret->what))
		return false;
	if (str_is(ret->what, "task") &&
	    (!str_split(&rest, '/', &thread) || !str_split(&rest, '/', &ret->what)))
		return false;
	ret->rest = rest;
	return true;
}

static bool is_own_process(struct str process)
{
	return str_is(process, "self") || str_is(process, "thread-self");
}

static bool is_process(struct str process)
{
	return is_own_process(process) ||
	       (process.n && (ascii_is_digit(process.p[0]) || process.p[0] == UNKNOWN_PART));
}

/* /proc/<process>/root is another name for /, and /proc/self/cwd for the current directory. */
static struct str undo_proc(struct arena *arena, struct str path, struct str cwd)
{
	struct process_path proc;
	if (!read_process_path(path, &proc) || !is_process(proc.process))
		return path;
	struct str inner = proc.rest.p ? proc.rest : STR("");
	if (str_is(proc.what, "root"))
		return path_canonical_text(arena, arena_join(arena, STR("/"), inner), cwd);
	/* Where the current directory itself is called so, nobody knows where it is. */
	struct str here = cwd.n ? path_canonical_text(arena, cwd, STR("")) : cwd;
	if (str_is(proc.what, "cwd") && is_own_process(proc.process) && here.n &&
	    !str_starts(here, STR("/proc/")))
		return path_canonical_text(arena, inner, here);
	return path;
}

bool path_descriptor(struct str path, struct str *ret_rest)
{
	static const char *const standard[] = {"stdin", "stdout", "stderr"};
	struct process_path proc;
	struct str rest = path, number;
	if (str_starts(path, STR("/dev/fd/"))) {
		rest = str_from_at(path, 8);
	} else if (str_starts(path, STR("/dev/std"))) {
		rest = str_from_at(path, 5);
		bool is = str_split(&rest, '/', &number) &&
			  str_is_one_of(number, standard, ARRAY_SIZE(standard));
		*ret_rest = rest;
		return is;
	} else if (read_process_path(path, &proc) && is_process(proc.process) &&
		   str_is(proc.what, "fd") && proc.rest.p) {
		rest = proc.rest;
	} else {
		return false;
	}
	bool is = str_split(&rest, '/', &number) && number.n > 0;
	for (size_t i = 0; i < number.n; i++)
		is &= ascii_is_digit(number.p[i]) || number.p[i] == UNKNOWN_PART;
	*ret_rest = rest;
	return is;
}

/* What stands below a directory that is open, or in which another process is: from where on that is known; STR_NPOS: it is
 * no such path.
 */
static size_t below_open(struct str path)
{
	struct process_path proc;
	struct str rest;
	if (path_descriptor(path, &rest))
		return rest.p ? path.n - rest.n - 1 : STR_NPOS;
	if (read_process_path(path, &proc) && is_process(proc.process) && str_is(proc.what, "cwd"))
		return proc.rest.p ? path.n - proc.rest.n - 1 : path.n;
	return STR_NPOS;
}

/* Is there no empty component, and none that starts with a dot and may be "." or ".."? */
static bool is_tidy(struct str path)
{
	char before = path.n && path.p[0] == '/' ? 'x' : '/';
	for (size_t i = 0; i < path.n; before = path.p[i++]) {
		if (before != '/')
			continue;
		char c = path.p[i], next = i + 1 < path.n ? path.p[i + 1] : '/';
		if (c == '/' || (c == '.' && (next == '/' || next == '.')))
			return false;
	}
	return before != '/';
}

struct str path_canonical_text(struct arena *arena, struct str path, struct str cwd)
{
	bool absolute = path.n && path.p[0] == '/';
	struct str whole = absolute || !cwd.n ? path : arena_join3(arena, cwd, STR("/"), path);
	if (is_tidy(whole))
		return undo_proc(arena, whole, cwd);
	char *out = arena_take(arena, whole.n + 2);
	size_t n = 0;
	bool rooted = whole.n && whole.p[0] == '/';
	struct str rest = whole, part;
	while (str_split(&rest, '/', &part)) {
		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			size_t slash = str_find_last_char(str_make(out, n), '/');
			bool climbs = n == 0 || str_is(str_basename(str_make(out, n)), "..");
			if (!climbs) {
				n = slash == STR_NPOS ? 0 : slash;
				continue;
			}
			if (rooted)
				continue;
		}
		if (n || rooted)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	if (n == 0)
		out[n++] = rooted ? '/' : '.';
	out[n] = '\0';
	return undo_proc(arena, str_make(out, n), cwd);
}

/* ---- partly known ---- */

static struct value after_last_unknown(struct decider *d, struct value path)
{
	size_t from = 0, n = 0, at;
	for (size_t i = 0; i < path.n; i++)
		if (path.seg[i].kind == SEG_ANY)
			from = i + 1;
	struct seg *segs = ARENA_ARRAY(d->arena, path.n - from + 1, struct seg);
	segs[0] = (struct seg){SEG_ANY, STR(""), NULL};
	for (size_t i = from; i < path.n; i++) {
		segs[++n] = path.seg[i];
		/* A ".." behind the unknown part leads anywhere; what follows it is known again. */
		while (segs[n].kind == SEG_TEXT &&
		       (at = str_find(segs[n].text, STR(".."))) != STR_NPOS) {
			segs[1] = (struct seg){.kind = SEG_TEXT,
					       .text = str_from_at(segs[n].text, at + 2)};
			n = 1;
		}
	}
	return (struct value){segs, n + 1};
}

static bool has_kind(struct value v, enum seg_kind kind)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.seg[i].kind == kind)
			return true;
	return false;
}

bool path_climbs(struct str path)
{
	const char *p = path.p;
	for (size_t at = 0, dot; (dot = str_find_char(str_from_at(path, at), '.')) != STR_NPOS;
	     at += dot + 1) {
		size_t i = at + dot;
		if ((i == 0 || p[i - 1] == '/') && i + 1 < path.n && p[i + 1] == '.' &&
		    (i + 2 == path.n || p[i + 2] == '/'))
			return true;
	}
	return false;
}

/* Canonical text as the kernel walks: ".." behind a link to a directory leads to where that directory is. Where nobody knows
 * that (/dev/fd/3/..), *ret_lost is what stands behind it.
 */
static struct str physical(struct decider *d, struct str path, struct str cwd, struct str *ret_lost)
{
	*ret_lost = STR("");
	bool absolute = path.n && path.p[0] == '/';
	struct str rest = absolute || !cwd.n ? path : arena_join3(d->arena, cwd, STR("/"), path);
	if (!rest.n || rest.p[0] != '/')
		return path_canonical_text(d->arena, path, cwd);
	if (!path_climbs(rest))
		return path_canonical_text(d->arena, rest, cwd);
	struct str at = STR("/"), part, open;
	while (str_split(&rest, '/', &part)) {
		if (str_is(part, "..") &&
		    (path_descriptor(at, &open) || below_open(at) != STR_NPOS)) {
			*ret_lost = rest.n ? rest : STR(".");
			return at;
		}
		if (str_is(part, ".."))
			at = path_resolve(d, at);
		at = path_canonical_text(d->arena, arena_join3(d->arena, at, STR("/"), part), cwd);
	}
	return at;
}

/* In a directory that nobody knows. */
static struct value lost(struct decider *d, struct str behind)
{
	struct value rest = value_from(d->arena, behind);
	return after_last_unknown(d, value_concat(d->arena, value_any(), rest));
}

static struct value known_place(struct decider *d, struct str path, struct str cwd)
{
	struct str behind, whole = physical(d, path, cwd, &behind);
	if (behind.n)
		return lost(d, arena_join(d->arena, STR("/"), behind));
	size_t below = below_open(whole);
	return below == STR_NPOS ? value_from(d->arena, whole) : lost(d, str_from_at(whole, below));
}

struct str path_known_directory(struct decider *d, struct value path, struct value *ret_rest)
{
	struct str prefix = value_known_prefix(d->arena, path);
	size_t slash = str_find_last_char(prefix, '/'), from = 0;
	if (slash == STR_NPOS)
		return STR("");
	while (from < path.n && path.seg[from].kind == SEG_TEXT)
		from++;
	*ret_rest = value_concat(d->arena, value_from(d->arena, str_from_at(prefix, slash)),
				 (struct value){path.seg + from, path.n - from});
	return slash == 0 ? STR("/") : str_first(prefix, slash);
}

/* The same for the directories in front of the first part that is not known. */
static struct value physical_start(struct decider *d, struct value path)
{
	struct value rest = path;
	struct str directory = path_known_directory(d, path, &rest);
	if (!path_climbs(directory))
		return path;
	return value_concat(d->arena, known_place(d, directory, STR("")), rest);
}

/* Globs and numbers hold no slash, so components can be counted: each such segment is stood in for by a byte that paths do
 * not hold while the text is made canonical.
 */
struct value path_canonical(struct decider *d, struct value path, struct value cwd)
{
	if (value_is_known(path) && value_is_known(cwd))
		return known_place(d, value_text(d->arena, path), value_text(d->arena, cwd));
	bool absolute = path.n && path.seg[0].kind == SEG_TEXT && path.seg[0].text.n &&
			path.seg[0].text.p[0] == '/';
	bool relative = path.n == 0 || path.seg[0].kind != SEG_ANY;
	struct value whole = path;
	if (!absolute && relative)
		whole = value_concat(d->arena,
				     value_concat(d->arena, cwd, value_from(d->arena, STR("/"))),
				     path);
	if (has_kind(whole, SEG_ANY))
		return after_last_unknown(d, whole);
	whole = physical_start(d, whole);
	if (has_kind(whole, SEG_ANY))
		return after_last_unknown(d, whole);
	char *text = arena_alloc(d->arena, 1);
	size_t n = 0, cap = 1, next = 0;
	for (size_t i = 0; i < whole.n; i++) {
		struct str piece = whole.seg[i].kind == SEG_TEXT ? whole.seg[i].text : STR("\x01");
		for (size_t k = 0; k < piece.n; k++)
			ARENA_PUSH(d->arena, text, n, cap) =
				piece.p[k] == '\x01' && whole.seg[i].kind == SEG_TEXT ? '\x02'
										      : piece.p[k];
	}
	struct str here = value_is_known(cwd) ? value_text(d->arena, cwd) : STR("");
	struct str canonical = path_canonical_text(d->arena, str_make(text, n), here);
	/* Dropped components ("x*" in "x*" "/..") would shift the segments: then only the end can be trusted. */
	size_t kept = 0, total = 0;
	for (size_t i = 0; i < canonical.n; i++)
		kept += canonical.p[i] == '\x01';
	for (size_t i = 0; i < whole.n; i++)
		total += whole.seg[i].kind != SEG_TEXT;
	if (kept != total || below_open(canonical) != STR_NPOS)
		return value_any();
	struct value result = {NULL, 0};
	struct str rest = canonical, piece;
	for (size_t i = 0; str_split(&rest, '\x01', &piece); i++) {
		if (i) {
			while (whole.seg[next].kind == SEG_TEXT)
				next++;
			result = value_concat(d->arena, result,
					      (struct value){&whole.seg[next++], 1});
		}
		result = value_concat(d->arena, result, value_from(d->arena, piece));
	}
	return result;
}

/* ---- links ---- */

void path_note_link(struct decider *d, struct value name, struct value target,
		    const struct scope *scope)
{
	if (!value_is_known(name) || !value_is_known(target))
		return;
	for (size_t i = 0; i < scope->n_cwds; i++) {
		if (!value_is_known(scope->cwds[i]))
			continue;
		struct made_link *link = ARENA_NEW(d->arena, struct made_link);
		link->name = path_canonical_text(d->arena, value_text(d->arena, name),
						 value_text(d->arena, scope->cwds[i]));
		link->target = value_text(d->arena, target);
		link->next = d->links;
		d->links = link;
	}
}

static bool link_target(struct decider *d, struct str path, struct str *ret_target)
{
	for (const struct made_link *link = d->links; link; link = link->next) {
		if (str_eq(link->name, path)) {
			*ret_target = link->target;
			return true;
		}
	}
	if (!d->resolver->link)
		return false;
	enum resolved answer = d->resolver->link(d->resolver->context, d->arena, path, ret_target);
	/* Links of /proc that matter are known by their names. */
	d->unresolved |= answer == RESOLVED_UNKNOWN && !str_starts(path, STR("/proc/"));
	return answer == RESOLVED_YES;
}

/* One step of the walk: what the directory *at becomes by `part`, and what then has to be walked before *rest. */
static bool walk_part(struct decider *d, struct str *at, struct str part, struct str *rest)
{
	struct str target, next = arena_join3(d->arena, *at, STR("/"), part);
	if (str_is(part, "..")) {
		*at = str_first(*at, at->n ? str_find_last_char(*at, '/') : 0);
		return false;
	}
	if (!link_target(d, next, &target)) {
		*at = next;
		return false;
	}
	if (target.n && target.p[0] == '/')
		*at = STR("");
	*rest = rest->p ? arena_join3(d->arena, target, STR("/"), *rest) : target;
	return true;
}

/* Is no part of the canonical path a link? Not told of one that is not canonical. */
static bool holds_no_link(struct decider *d, struct str path)
{
	struct str target;
	for (size_t end = 1; end <= path.n; end++) {
		if (end < path.n && path.p[end] != '/')
			continue;
		char last = path.p[end - 1];
		if (last == '/' || last == '.' || link_target(d, str_first(path, end), &target))
			return false;
	}
	return true;
}

struct str path_resolve(struct decider *d, struct str path)
{
	struct str at = STR(""), rest = path, part;
	if ((!d->links && !d->resolver->link) || !path.n || path.p[0] != '/' ||
	    holds_no_link(d, path))
		return path;
	for (int hops = 0; str_split(&rest, '/', &part);)
		if (part.n && !str_is(part, ".") && walk_part(d, &at, part, &rest) &&
		    ++hops > LIMIT_LINK_HOPS) {
			d->unresolved = true;
			return path;
		}
	return path_canonical_text(d->arena, at.n ? at : STR("/"), STR(""));
}

struct str path_link_itself(struct decider *d, struct str path)
{
	size_t slash = str_find_last_char(path, '/');
	struct str target;
	if (slash == STR_NPOS || slash + 1 == path.n)
		return STR("");
	struct str dir = path_resolve(d, slash ? str_first(path, slash) : STR("/"));
	struct str link = path_canonical_text(
		d->arena, arena_join3(d->arena, dir, STR("/"), str_from_at(path, slash + 1)),
		STR(""));
	return link_target(d, link, &target) ? link : STR("");
}

bool path_is_link(struct decider *d, struct value path, struct value cwd)
{
	if (!value_is_known(path))
		return false;
	struct value canonical = path_canonical(d, path, cwd);
	return value_is_known(canonical) &&
	       path_link_itself(d, value_text(d->arena, canonical)).n > 0;
}

bool path_names_file(struct str path)
{
	static const char *const names[] = {
		"Makefile", "GNUmakefile", "Dockerfile",  "Containerfile", "Gemfile",
		"Rakefile", "Procfile",    "Vagrantfile", "Jenkinsfile",   "LICENSE",
		"COPYING",  "NOTICE",      "README",      "CHANGELOG",     "CONTRIBUTING",
		"AUTHORS",  "VERSION",     "TODO",        "INSTALL",       "CODEOWNERS"};
	struct str base = str_basename(path);
	if (str_is_one_of(base, names, ARRAY_SIZE(names)) ||
	    (str_starts(base, STR(".")) &&
	     (str_ends(base, STR("rc")) || str_ends(base, STR("ignore")))))
		return true;
	size_t dot = str_find_last_char(base, '.');
	return dot != STR_NPOS && dot > 0 && dot + 1 < base.n;
}

enum resolved path_is_directory(struct decider *d, struct str path)
{
	const struct resolver *resolver = d->resolver;
	struct scope scope = scope_of_request(d);
	if (!resolver->directory)
		return RESOLVED_UNKNOWN;
	path = path_canonical_text(d->arena, path, value_text(d->arena, scope.cwds[0]));
	return resolver->directory(resolver->context, path_resolve(d, path));
}
