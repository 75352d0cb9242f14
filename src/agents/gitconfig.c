/* SPDX-License-Identifier: Apache-2.0
 *
 * Git's configuration syntax, see gitconfig.h.
 */
#include "agents/gitconfig.h"

struct reader {
	struct arena *arena;
	struct str rest;
	struct str section; /* "remote.origin." */
	char *out;          /* where text without its quotes goes; never longer than the input */
};

static char peek(const struct reader *reader)
{
	return reader->rest.n ? reader->rest.p[0] : '\0';
}

/* Takes a byte; CR LF is one newline. */
static char take(struct reader *reader)
{
	char c = peek(reader);
	reader->rest = str_from_at(reader->rest, 1);
	if (c == '\r' && peek(reader) == '\n') {
		reader->rest = str_from_at(reader->rest, 1);
		return '\n';
	}
	return c;
}

static void skip_line(struct reader *reader)
{
	while (reader->rest.n && take(reader) != '\n')
		;
}

static bool is_name(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || c == '-';
}

/* [section], [section.sub] (old, in lower case) or [section "sub"]; the '[' is already taken. */
static bool read_section(struct reader *reader)
{
	char *out = reader->out;
	size_t n = 0;
	while (is_name(peek(reader)) || peek(reader) == '.')
		out[n++] = ascii_lower(take(reader));
	if (peek(reader) == ' ' || peek(reader) == '\t') {
		while (peek(reader) == ' ' || peek(reader) == '\t')
			take(reader);
		if (take(reader) != '"')
			return false;
		out[n++] = '.';
		while (reader->rest.n && peek(reader) != '"' && peek(reader) != '\n') {
			char c = take(reader);
			out[n++] = c == '\\' ? take(reader) : c;
		}
		if (take(reader) != '"')
			return false;
	}
	out[n++] = '.';
	reader->section = str_make(out, n);
	reader->out += n;
	return n > 1 && take(reader) == ']';
}

static bool read_escape(struct reader *reader, char *ret_byte, bool *ret_none)
{
	char c = take(reader);
	*ret_none = c == '\n';
	*ret_byte = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'b' ? '\b' : c;
	return c == '\n' || c == 'n' || c == 't' || c == 'b' || c == '"' || c == '\\';
}

/* What stands behind '=': quotes removed, comments cut, blanks at the end trimmed, lines joined. */
static bool read_value(struct reader *reader, struct str *ret_value)
{
	char *out = reader->out;
	size_t n = 0, keep = 0;
	bool quoted = false;
	while (peek(reader) == ' ' || peek(reader) == '\t')
		take(reader);
	while (reader->rest.n) {
		char c = take(reader);
		bool none = false;
		if (c == '\n')
			break;
		if (!quoted && (c == '#' || c == ';')) {
			skip_line(reader);
			break;
		}
		if (c == '"') {
			quoted = !quoted;
			keep = n;
			continue;
		}
		bool escaped = c == '\\';
		if (escaped && !read_escape(reader, &c, &none))
			return false;
		if (none)
			continue;
		out[n++] = c;
		if (quoted || escaped || (c != ' ' && c != '\t'))
			keep = n;
	}
	*ret_value = str_make(out, keep);
	reader->out += keep;
	return !quoted;
}

static bool read_entry(struct reader *reader, struct gitconfig_entry *ret_entry)
{
	size_t n = 0;
	while (n < reader->rest.n && is_name(reader->rest.p[n]))
		n++;
	char *name = arena_alloc(reader->arena, n + 1);
	for (size_t i = 0; i < n; i++)
		name[i] = ascii_lower(take(reader));
	while (peek(reader) == ' ' || peek(reader) == '\t')
		take(reader);
	ret_entry->key = arena_join(reader->arena, reader->section, str_make(name, n));
	ret_entry->value = STR("true");
	if (peek(reader) == '=') {
		take(reader);
		return read_value(reader, &ret_entry->value);
	}
	char c = peek(reader);
	if (c == '#' || c == ';') {
		skip_line(reader);
		return true;
	}
	return !reader->rest.n || take(reader) == '\n';
}

bool gitconfig_walk(struct arena *arena, struct str text, gitconfig_entry_fn *entry, void *context)
{
	struct reader reader = {.arena = arena, .rest = text, .section = STR("")};
	reader.out = arena_alloc(arena, text.n + 1);
	if (str_starts(text, STR("\xef\xbb\xbf")))
		reader.rest = str_from_at(text, 3);
	while (reader.rest.n) {
		struct gitconfig_entry found;
		char c = peek(&reader);
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			take(&reader);
		} else if (c == '#' || c == ';') {
			skip_line(&reader);
		} else if (c == '[') {
			take(&reader);
			if (!read_section(&reader))
				return false;
		} else {
			if (!ascii_is_alpha(c) || !reader.section.n || !read_entry(&reader, &found))
				return false;
			if (!entry(context, &found))
				return true;
		}
	}
	return true;
}

bool gitconfig_key_is(struct str key, struct str wanted)
{
	size_t first = str_find_char(wanted, '.'), last = str_find_last_char(wanted, '.');
	if (first == STR_NPOS || key.n != wanted.n)
		return false;
	return str_eq_nocase(str_first(key, first), str_first(wanted, first)) &&
	       str_eq(str_make(key.p + first, last - first),
		      str_make(wanted.p + first, last - first)) &&
	       str_eq_nocase(str_from_at(key, last), str_from_at(wanted, last));
}
