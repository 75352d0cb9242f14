/* SPDX-License-Identifier: Apache-2.0
 *
 * .gitignore patterns, see ignore.h and gitignore(5).
 */
#include "agents/ignore.h"

/* One path component; no '/' in either. Backtracks to the last star only. */
static bool element_matches(struct str pattern, struct str name)
{
	size_t p = 0, n = 0, star = STR_NPOS, resume = 0;
	while (n < name.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = n;
		} else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == name.p[n])) {
			p++;
			n++;
		} else if (star != STR_NPOS) {
			p = star + 1;
			n = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

bool ignore_glob(struct str pattern, struct str path)
{
	struct str elements = pattern, element;
	if (!str_split(&elements, '/', &element))
		return !path.p;
	if (str_is(element, "**")) {
		/* Any number of components; at the end at least one. */
		struct str rest = path, skipped;
		if (!elements.p)
			return path.p != NULL;
		do {
			if (ignore_glob(elements, rest))
				return true;
		} while (str_split(&rest, '/', &skipped));
		return false;
	}
	struct str names = path, name;
	return str_split(&names, '/', &name) && element_matches(element, name) &&
	       ignore_glob(elements, names);
}

static bool is_understood(struct str line)
{
	size_t stars = 0;
	struct str rest = line, element;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '\\' || line.p[i] == '[' || (unsigned char)line.p[i] < ' ')
			return false;
	while (str_split(&rest, '/', &element)) {
		stars += str_is(element, "**");
		if (!str_is(element, "**") && str_find(element, STR("**")) != STR_NPOS)
			return false;
	}
	return stars <= 2;
}

static struct ignore_pattern parse_line(struct str line)
{
	struct ignore_pattern pattern = {.directories = str_ends(line, STR("/"))};
	if (pattern.directories)
		line.n--;
	pattern.anchored = str_find_char(line, '/') != STR_NPOS;
	if (str_starts(line, STR("/")))
		line = str_from_at(line, 1);
	pattern.text = line;
	return pattern;
}

void ignore_parse(struct ignore_file *file, struct str text, size_t base)
{
	struct str line;
	file->base = base;
	file->n = 0;
	file->takes_back = false;
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from_at(text, 3);
	while (str_split(&text, '\n', &line)) {
		if (str_ends(line, STR("\r")))
			line.n--;
		while (str_ends(line, STR(" ")))
			line.n--;
		if (!line.n || line.p[0] == '#')
			continue;
		if (line.p[0] == '!' || file->n == IGNORE_PATTERNS) {
			file->takes_back = true;
			continue;
		}
		struct ignore_pattern pattern = parse_line(line);
		if (pattern.text.n && is_understood(pattern.text))
			file->patterns[file->n++] = pattern;
	}
}

bool ignore_matches(const struct ignore_file *file, struct str path, bool is_directory)
{
	struct str below = str_from_at(path, file->base);
	for (size_t i = 0; i < file->n; i++) {
		const struct ignore_pattern *pattern = &file->patterns[i];
		if (pattern->directories && !is_directory)
			continue;
		if (pattern->anchored ? ignore_glob(pattern->text, below)
				      : element_matches(pattern->text, str_basename(below)))
			return true;
	}
	return false;
}
