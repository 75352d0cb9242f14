/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading one path pattern: the rules of gitignore, with every pattern protecting what lies below its match.
 *
 * A name is seen as its components, each followed by '/'. So `.env` becomes DEEP ".env/" REST: any
 * directories, the component, and whatever may follow.
 */
#include "policy/pattern_list.h"

#include "base/glob.h"

struct reader {
	struct automaton_builder out;
	struct str text; /* what is left of the pattern, without the marks at its ends */
	bool fold;
	struct cavra_error *error;
};

static void add_byte(struct reader *reader, char byte)
{
	if (reader->fold)
		byte = ascii_lower(byte);
	automaton_add(&reader->out,
		      (struct element){.kind = ELEMENT_BYTE, .byte = (unsigned char)byte});
}

static void add_run(struct reader *reader, uint16_t set)
{
	automaton_add(&reader->out, (struct element){.kind = ELEMENT_RUN, .set = set});
}

static void add_star(struct reader *reader)
{
	const struct automaton_builder *out = &reader->out;
	bool again = out->n && out->element[out->n - 1].kind == ELEMENT_RUN &&
		     out->element[out->n - 1].set == ELEMENT_SET_NO_SLASH;
	if (!again)
		add_run(reader, ELEMENT_SET_NO_SLASH);
}

/* One character, which in UTF-8 may go on for some bytes. */
static void add_set(struct reader *reader, const struct byte_set *set)
{
	uint16_t index = set ? automaton_add_set(&reader->out, set) : ELEMENT_SET_NO_SLASH;
	automaton_add(&reader->out, (struct element){.kind = ELEMENT_SET, .set = index});
	add_run(reader, ELEMENT_SET_FOLLOWING);
}

/* "[...]" at the start of text: its length, 0 when it is no bracket expression. */
static size_t bracket_length(struct str text)
{
	size_t length = 0;
	(void)glob_bracket_matches(text, 'a', &length);
	return str_find_char(str_first(text, length), '/') == STR_NPOS ? length : 0;
}

static int add_bracket(struct reader *reader, struct str text, size_t length)
{
	struct byte_set set = {{0, 0, 0, 0}};
	struct str bracket = str_first(text, length);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bracket.p[i] > 127)
			return error_set(reader->error, CAVRA_ERR_POLICY,
					 "[...] may only list ASCII characters; write one pattern "
					 "for each other character");
	if (str_find(bracket, STR("[=")) != STR_NPOS || str_find(bracket, STR("[.")) != STR_NPOS)
		return error_set(reader->error, CAVRA_ERR_POLICY,
				 "[=...=] and [.....] are not supported; list the characters");
	int matched = 0;
	for (int c = 1; c < 256; c++) {
		size_t ignored;
		if (!glob_bracket_matches(bracket, (char)c, &ignored))
			continue;
		matched++;
		if (c != '/')
			byte_set_add(&set, (unsigned char)(reader->fold ? ascii_lower((char)c)
									: (char)c));
	}
	if (matched == 255) /* also the answer to what is not understood */
		return error_set(
			reader->error, CAVRA_ERR_POLICY,
			"[...] that matches every character; write ? for one, or a class such as "
			"[:alpha:]");
	add_set(reader, &set);
	return 0;
}

/* A star that is a whole component takes at least one character. */
static void add_whole_star(struct reader *reader)
{
	automaton_add(&reader->out,
		      (struct element){.kind = ELEMENT_SET, .set = ELEMENT_SET_NO_SLASH});
	add_run(reader, ELEMENT_SET_NO_SLASH);
}

/* The pattern's parts up to a '/' or the end. Moves reader->text. */
static int read_component(struct reader *reader)
{
	struct str text = reader->text;
	size_t i = 0, length;
	for (; i < text.n && text.p[i] != '/'; i++) {
		char c = text.p[i];
		if (c == '*') {
			add_star(reader);
		} else if (c == '?') {
			add_set(reader, NULL);
		} else if (c == '[' && (length = bracket_length(str_from_at(text, i)))) {
			if (add_bracket(reader, str_from_at(text, i), length) < 0)
				return CAVRA_ERR_POLICY;
			i += length - 1;
		} else {
			if (c == '\\' && i + 1 < text.n)
				c = text.p[++i];
			add_byte(reader, c);
		}
	}
	reader->text = str_from_at(text, i);
	return 0;
}

static bool is_all_stars(struct str text)
{
	size_t n = 0;
	while (n < text.n && text.p[n] == '*')
		n++;
	return n == text.n;
}

static int read_components(struct reader *reader)
{
	while (reader->text.n) {
		struct str next = str_first(reader->text, str_find_char(reader->text, '/'));
		if (next.n == 0 || str_is(next, ".") || str_is(next, ".."))
			return error_set(reader->error, CAVRA_ERR_POLICY,
					 "'%.*s' as a part of a path never matches; patterns see "
					 "paths without '.', '..' and '//'",
					 STR_ARG(next));
		if (str_is(next, "**")) {
			automaton_add(&reader->out, (struct element){.kind = ELEMENT_DEEP});
			reader->text = str_from_at(reader->text, 3);
			continue;
		}
		if (is_all_stars(next)) {
			add_whole_star(reader);
			reader->text = str_from_at(reader->text, next.n);
		} else if (read_component(reader) < 0) {
			return CAVRA_ERR_POLICY;
		}
		add_byte(reader, '/');
		reader->text = str_from_at(reader->text, 1);
	}
	return 0;
}

/* {a,b} would silently protect nothing. */
static bool has_alternatives(struct str text)
{
	size_t open = STR_NPOS;
	bool comma = false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\')
			i++;
		else if (text.p[i] == '{')
			open = i, comma = false;
		else if (text.p[i] == ',')
			comma = true;
		else if (text.p[i] == '}' && open != STR_NPOS && comma)
			return true;
	}
	return false;
}

static bool cut_front(struct str *text, const char *prefix)
{
	if (!str_starts(*text, str_from(prefix)))
		return false;
	*text = str_from_at(*text, strlen(prefix));
	return true;
}

static bool cut_end(struct str *text, const char *suffix)
{
	if (!str_ends(*text, str_from(suffix)))
		return false;
	text->n -= strlen(suffix);
	return true;
}

/* Takes the marks off both ends: "!", a leading "/" or double star, a trailing "/" or "/" and double star.
 * False when nothing is left that could be matched.
 */
static bool read_marks(struct str *text, struct path_pattern *ret)
{
	ret->is_exception = cut_front(text, "!");
	bool here = cut_front(text, "./"), home = !here && cut_front(text, "~/"), deep = false;
	ret->absolute = !here && !home && cut_front(text, "/");
	while (!ret->absolute && !here && cut_front(text, "**/"))
		deep = true;
	if (text->n > 1)
		(void)cut_end(text, "/");
	bool slash = str_find_char(*text, '/') != STR_NPOS;
	while (cut_end(text, "/**"))
		;
	/* A home directory may be anywhere. */
	ret->floating = deep || home || (!slash && !here && !ret->absolute);
	if (str_is(*text, "**"))
		*text = STR("");
	else if (text->n == 0)
		return deep && !home;
	return text->n || !home;
}

int path_pattern_parse(struct arena *arena, struct str text, bool fold, struct path_pattern *ret,
		       struct cavra_error *error)
{
	*ret = (struct path_pattern){.exception = PATTERN_NONE};
	if (str_starts(text, STR("--- "))) {
		ret->is_header = true;
		return 0;
	}
	if (has_alternatives(text))
		return error_set(error, CAVRA_ERR_POLICY,
				 "{a,b} is not expanded; write one pattern for each, or \\{ for a "
				 "brace");
	struct reader reader = {
		.out = {.arena = arena}, .text = text, .fold = fold, .error = error};
	if (!read_marks(&reader.text, ret))
		return error_set(error, CAVRA_ERR_POLICY,
				 "'%.*s' names no file; write ** for everything", STR_ARG(text));
	if (ret->floating && reader.text.n)
		automaton_add(&reader.out, (struct element){.kind = ELEMENT_DEEP});
	if (read_components(&reader) < 0)
		return CAVRA_ERR_POLICY;
	automaton_add(&reader.out, (struct element){.kind = ELEMENT_REST});
	if (!automaton_finish(&reader.out, fold, &ret->automaton))
		return error_set(error, CAVRA_ERR_LIMIT, "pattern is too long to match");
	return 0;
}

/* The length of a wildcard at the start of text; 0 when there is none. "**" takes its slash along. */
static size_t wildcard_length(struct str text)
{
	if (str_starts(text, STR("**/")))
		return 3;
	if (text.p[0] == '[')
		return bracket_length(text);
	return text.p[0] == '*' || text.p[0] == '?';
}

static struct value pattern_text(struct arena *arena, struct str text)
{
	struct value value = value_from(arena, STR(""));
	while (text.n) {
		size_t wild = wildcard_length(text), n = 0;
		if (wild) {
			value = value_concat(arena, value, value_any());
			text = str_from_at(text, wild);
			continue;
		}
		if (text.p[0] == '\\' && text.n > 1)
			text = str_from_at(text, 1), n = 1;
		while (n < text.n && text.p[n] != '\\' && !wildcard_length(str_from_at(text, n)))
			n++;
		value = value_concat(arena, value, value_from(arena, str_first(text, n)));
		text = str_from_at(text, n);
	}
	return value;
}

size_t path_pattern_names(struct arena *arena, struct str text,
			  struct value ret_names[PATH_PATTERN_NAMES])
{
	struct path_pattern pattern = {.exception = PATTERN_NONE};
	if (str_starts(text, STR("--- ")) || !read_marks(&text, &pattern) || pattern.is_exception)
		return 0;
	struct value slash = value_from(arena, STR("/")), name = pattern_text(arena, text);
	ret_names[0] = name;
	if (!text.n) {
		ret_names[0] = value_any();
		return 1;
	}
	if (pattern.floating)
		slash = value_concat(arena, value_any(), slash);
	ret_names[1] = value_concat(arena, slash, name);
	return pattern.floating || pattern.absolute ? 2 : 1;
}

static bool is_star(const struct element *element)
{
	return element->kind == ELEMENT_RUN && element->set == ELEMENT_SET_NO_SLASH;
}

/* Is the stretch, between at most one star on each side, all that the pattern asks for? */
static bool is_whole(const struct path_pattern *pattern, struct byte_stretch stretch)
{
	const struct element *element = pattern->automaton.element;
	unsigned n = pattern->automaton.n, from = stretch.from, to = stretch.to;
	if (pattern->floating && from && is_star(&element[from - 1]) && element[from].byte != '/')
		from--;
	if (is_star(&element[to]) && element[to + 1].byte == '/' && element[to - 1].byte != '/')
		to += 2;
	return from == (pattern->floating ? 1 : 0) && to == n - 1;
}

/* The literal that is the whole pattern, as part of one component. */
static void set_core(struct arena *arena, struct path_pattern *pattern, struct str literal)
{
	pattern->star_front = !cut_front(&literal, "/");
	pattern->star_end = !cut_end(&literal, "/");
	pattern->core = arena_str(arena, literal);
	pattern->simple = pattern->floating && literal.n && str_find_char(literal, '/') == STR_NPOS;
}

/* The longest of the texts, each of which is in every name that the pattern matches. */
static void set_longest(struct path_pattern *pattern, const struct literal *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str text = texts[i].text;
		(void)cut_front(&text, "/");
		(void)cut_end(&text, "/");
		if (text.n > pattern->core.n)
			pattern->core = text;
	}
}

void path_pattern_offer(struct arena *arena, struct path_pattern *pattern, uint32_t id,
			struct literal **offers, size_t *n, size_t *cap)
{
	const struct automaton *automaton = &pattern->automaton;
	struct byte_stretch stretch;
	size_t before = *n;
	for (unsigned at = 0; next_stretch(automaton, at, &stretch); at = stretch.to) {
		bool component = stretch.from == 0 ||
				 automaton->element[stretch.from - 1].kind == ELEMENT_DEEP;
		struct str text = stretch_text(arena, automaton, stretch, component ? '/' : 0, 0);
		pattern->exact = is_whole(pattern, stretch);
		pattern->at_front = pattern->exact && stretch.from == 0;
		if (pattern->exact)
			set_core(arena, pattern, text);
		if (text.n > 1 || pattern->exact)
			ARENA_PUSH(arena, *offers, *n, *cap) = (struct literal){text, id};
		if (pattern->exact)
			return;
	}
	if (*n > before)
		set_longest(pattern, *offers + before, *n - before);
	else /* every name has one in front */
		ARENA_PUSH(arena, *offers, *n, *cap) = (struct literal){STR("/"), id};
}
