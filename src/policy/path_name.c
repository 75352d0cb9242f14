/* SPDX-License-Identifier: Apache-2.0
 *
 * One name of a path, see path_name.h.
 */
#include "policy/path_name.h"

/* Do the absolute and the relative value name the same place, as far as anybody can see? */
static bool ends_in(struct value absolute, struct value relative)
{
	if (relative.n == 0 || absolute.n == 0 || absolute.seg[0].kind != SEG_TEXT)
		return false;
	struct str head = absolute.seg[0].text;
	size_t skip = 1;
	if (relative.seg[0].kind == SEG_TEXT) {
		struct str tail = relative.seg[0].text;
		if (!str_ends(head, tail) || head.n == tail.n || head.p[head.n - tail.n - 1] != '/')
			return false;
		skip = 0;
	} else if (!str_ends(head, STR("/"))) {
		return false;
	}
	struct value rest = {absolute.seg + 1, absolute.n - 1};
	struct value other = {relative.seg + 1 - skip, relative.n - 1 + skip};
	return value_eq(rest, other);
}

/* Walks over a value and collects its holes. */
struct hole_reader {
	struct path_name *name;
	struct path_hole hole;
	bool open;     /* inside a hole's component */
	bool at_start; /* of a component */
	struct str before;
	bool before_known; /* before is all of the component so far */
};

static void close_hole(struct hole_reader *reader)
{
	struct path_name *name = reader->name;
	if (!reader->open)
		return;
	reader->open = false;
	if (name->n_holes < PATH_HOLES)
		name->hole[name->n_holes++] = reader->hole;
	else
		name->many_holes = true;
}

static void read_text(struct hole_reader *reader, struct str text)
{
	size_t first = str_find_char(text, '/'), last = str_find_last_char(text, '/');
	if (text.n == 0)
		return;
	reader->hole.behind = str_first(text, first);
	if (first != STR_NPOS) {
		close_hole(reader);
		reader->before = str_from_at(text, last + 1);
		reader->before_known = true;
	} else {
		reader->before_known = reader->at_start;
		reader->before = text;
	}
	reader->at_start = last + 1 == text.n;
}

static void read_unknown(struct hole_reader *reader, const struct seg *seg)
{
	bool plain_glob = seg->kind == SEG_GLOB &&
			  (str_is(seg->text, "*") || str_is(seg->text, "?") ||
			   str_starts(seg->text, STR("[")));
	if (!reader->open) {
		reader->hole.before = reader->before_known ? reader->before : STR("");
		reader->hole.no_dot = reader->at_start && plain_glob;
	}
	reader->open = true;
	reader->hole.behind = STR("");
	reader->at_start = reader->before_known = false;
}

static void find_holes(struct path_name *name)
{
	struct hole_reader reader = {.name = name, .at_start = true, .before_known = true};
	reader.before = STR("");
	for (size_t i = 0; i < name->value.n; i++) {
		const struct seg *seg = &name->value.seg[i];
		if (seg->kind == SEG_TEXT)
			read_text(&reader, seg->text);
		else
			read_unknown(&reader, seg);
	}
	close_hole(&reader);
}

void path_name_describe(const struct value *names, size_t n_names, size_t which,
			struct path_name *ret)
{
	struct value value = names[which];
	ret->value = value;
	ret->known = true;
	ret->has_any = ret->many_holes = false;
	ret->place = NULL;
	ret->n_holes = 0;
	for (size_t i = 0; i < value.n; i++) {
		ret->known &= value.seg[i].kind == SEG_TEXT;
		ret->has_any |= value.seg[i].kind == SEG_ANY;
	}
	ret->absolute = value.n && value.seg[0].kind == SEG_TEXT &&
			str_starts(value.seg[0].text, STR("/"));
	for (size_t i = 0; i < n_names && ret->absolute && !ret->place; i++)
		if (i != which && ends_in(value, names[i]))
			ret->place = &names[i];
	if (!ret->known && !ret->has_any)
		find_holes(ret);
}

enum match path_name_run(const struct path_name *name, const struct path_pattern *pattern,
			 bool is_tree)
{
	const struct automaton *automaton = &pattern->automaton;
	unsigned rest = automaton->n - 1u;
	struct value value = name->value;
	struct run run;
	if (name->absolute && !pattern->floating && !pattern->absolute)
		return MATCH_NO;
	run_start(&run, automaton, true);
	if (name->absolute) {
		run_text(&run, str_from_at(value.seg[0].text, 1));
		value = (struct value){value.seg + 1, value.n - 1};
	}
	run_value(&run, value);
	if (!run.at_start)
		run_text(&run, STR("/"));
	if (states_have(run_sure(&run), rest))
		return MATCH_MUST;
	if (states_have(&run.may, rest))
		return MATCH_MAY;
	if (!is_tree)
		return MATCH_NO;
	run_any(&run);
	return states_have(&run.may, rest) ? MATCH_MAY : MATCH_NO;
}

static bool same_letters(struct str core, struct str text, bool fold)
{
	for (size_t i = 0; i < core.n; i++)
		if (core.p[i] != (fold ? ascii_lower(text.p[i]) : text.p[i]))
			return false;
	return true;
}

/* Could the component be one that the simple pattern asks for, by its known ends? */
static bool fits_hole(const struct path_pattern *pattern, const struct path_hole *hole)
{
	struct str core = pattern->core, before = hole->before, behind = hole->behind;
	bool fold = pattern->automaton.fold;
	if (!pattern->star_front) {
		size_t n = core.n < before.n ? core.n : before.n;
		if (hole->no_dot && core.p[0] == '.')
			return false;
		if (!same_letters(str_first(core, n), before, fold))
			return false;
	}
	if (!pattern->star_end) {
		size_t n = core.n < behind.n ? core.n : behind.n;
		if (!same_letters(str_from_at(core, core.n - n), str_from_at(behind, behind.n - n),
				  fold))
			return false;
	}
	return true;
}

enum match path_name_may(const struct path_name *name, const struct path_pattern *pattern,
			 bool is_tree)
{
	if (pattern->floating && (name->has_any || is_tree))
		return MATCH_MAY; /* what is unknown, or below, may hold a match of its own */
	if (pattern->simple && !name->known && !name->many_holes) {
		bool fits = false;
		for (size_t i = 0; i < name->n_holes && !fits; i++)
			fits = fits_hole(pattern, &name->hole[i]);
		if (!fits)
			return MATCH_NO;
	}
	enum match match = path_name_run(name, pattern, is_tree);
	return match == MATCH_MUST ? MATCH_MAY : match;
}

/* Is the text that every match of the pattern holds surely missing? */
static bool lacks_core(struct value name, const struct path_pattern *pattern)
{
	return pattern->core.n && !pattern->automaton.fold && name.n == 1 &&
	       name.seg[0].kind == SEG_TEXT &&
	       str_find(name.seg[0].text, pattern->core) == STR_NPOS;
}

/* What an anchored exception would see of an absolute name. */
static enum match run_exception(const struct path_name *name, const struct path_pattern *pattern)
{
	if (lacks_core(name->value, pattern))
		return MATCH_NO;
	if (pattern->floating || !name->place)
		return path_name_run(name, pattern, false);
	struct path_name relative = {.value = *name->place};
	return path_name_run(&relative, pattern, false);
}

enum match path_name_except(const struct path_name *name, const struct path_pattern *patterns,
			    uint32_t index, enum match match)
{
	for (uint32_t next = patterns[index].exception; next != PATTERN_NONE && match != MATCH_NO;
	     next = patterns[next].exception) {
		enum match exception = run_exception(name, &patterns[next]);
		if (exception == MATCH_MUST)
			return MATCH_NO;
		if (exception == MATCH_MAY)
			match = MATCH_MAY;
	}
	return match;
}
