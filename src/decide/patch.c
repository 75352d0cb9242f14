/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files in patches, see patch.h.
 */
#include "decide/patch.h"

#include "base/array.h"

struct reading {
	struct arena *arena;
	bool (*name)(void *context, struct str path);
	void *context;
	bool stopped;
};

/* Lines that name a file: what stands behind the first of these that they begin with. */
static const char *const starts[] = {
	"*** Add File: ",
	"*** Update File: ",
	"*** Delete File: ",
	"*** Move to: ",
	"*** ",
	"--- ",
	"+++ ",
	"rename from ",
	"rename to ",
	"copy from ",
	"copy to ",
	"Index: ",
};

static void tell(struct reading *reading, struct str path)
{
	enum { LONGEST = 4096 }; /* of the names that the kernel takes */
	if (!path.n || path.n > LONGEST || reading->stopped || str_is(path, "/dev/null"))
		return;
	size_t slash = str_find_char(path, '/');
	reading->stopped = !reading->name(reading->context, path);
	if (!reading->stopped && slash != STR_NPOS && slash + 1 < path.n)
		reading->stopped = !reading->name(reading->context, str_from_at(path, slash + 1));
}

/* Behind a backslash in a name that Git has quoted; returns how many bytes it took. */
static size_t unescape(struct str rest, char *ret)
{
	static const char from[] = "abtnvfr\\\"", to[] = "\a\b\t\n\v\f\r\\\"";
	const char *at = rest.n && rest.p[0] ? strchr(from, rest.p[0]) : NULL;
	unsigned value = 0;
	size_t n = 0;
	for (; n < 3 && n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '7'; n++)
		value = value * 8 + (unsigned)(rest.p[n] - '0');
	*ret = at ? to[at - from] : n ? (char)(unsigned char)value : rest.n ? rest.p[0] : '\\';
	return at || !n ? rest.n > 0 : n;
}

/* The name that stands at the start of the text, in quotes; *ret_rest is what follows them. */
static struct str unquoted(struct arena *arena, struct str text, struct str *ret_rest)
{
	char *out = arena_alloc(arena, text.n + 1);
	size_t n = 0, i = 1;
	for (; i < text.n && text.p[i] != '"'; i++) {
		out[n] = text.p[i];
		if (text.p[i] == '\\')
			i += unescape(str_from_at(text, i + 1), &out[n]);
		n++;
	}
	*ret_rest = str_from_at(text, i + 1);
	return str_make(out, n);
}

static void read_name(struct reading *reading, struct str text)
{
	struct str rest;
	size_t tab = str_find_char(text, '\t');
	text = str_trim(text);
	if (text.n && text.p[0] == '"')
		tell(reading, unquoted(reading->arena, text, &rest));
	else
		tell(reading, str_trim(tab == STR_NPOS ? text : str_first(text, tab)));
}

/* "diff --git a/x b/x": two names, mostly the same. Without quotes a blank between them may be a part of one. */
static void read_two_names(struct reading *reading, struct str text)
{
	struct str rest = text;
	while (rest.n && rest.p[0] == '"') {
		tell(reading, unquoted(reading->arena, rest, &rest));
		rest = str_trim(rest);
	}
	size_t quote = str_find(rest, STR(" \""));
	if (quote != STR_NPOS) {
		read_name(reading, str_from_at(rest, quote + 1));
		rest = str_first(rest, quote);
	}
	tell(reading, rest);
	for (size_t i = 0; i + 1 < rest.n && !reading->stopped; i++)
		if (rest.p[i] == ' ')
			tell(reading, str_from_at(rest, i + 1));
}

static void read_line(struct reading *reading, struct str line)
{
	static const struct str git = STR_INIT("diff --git ");
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (str_starts(line, git))
		read_two_names(reading, str_from_at(line, git.n));
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (str_starts(line, str_from(starts[i]))) {
			read_name(reading, str_from_at(line, strlen(starts[i])));
			return;
		}
}

bool patch_is(struct str text)
{
	static const char *const beginnings[] = {"diff --git ", "--- a/", "--- \"a/", "Index: "};
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (str_starts(text, str_from(beginnings[i])))
			return true;
	return str_find(text, STR("*** Begin Patch")) != STR_NPOS;
}

void patch_names(struct arena *arena, struct str patch,
		 bool (*name)(void *context, struct str path), void *context)
{
	struct reading reading = {.arena = arena, .name = name, .context = context};
	struct str line;
	while (!reading.stopped && str_split(&patch, '\n', &line))
		read_line(&reading, line);
}
