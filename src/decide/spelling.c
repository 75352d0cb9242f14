/* SPDX-License-Identifier: Apache-2.0
 *
 * Other spellings of a path: what forgiving file systems and programs take for the same name.
 */
#include "base/array.h"
#include "base/utf8.h"
#include "decide/paths.h"
#include "decide/visible.h"

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Does a component end here in a blank or a dot, and is it more than dots? */
static bool ends_loosely(struct str text, size_t end)
{
	if (end == 0 || (text.p[end - 1] != ' ' && text.p[end - 1] != '.'))
		return false;
	while (end > 0 && text.p[end - 1] == '.')
		end--;
	return end > 0 && text.p[end - 1] != '/';
}

#define BIT(c) ((uint64_t)1 << ((c)&63))

static bool looks_odd(struct str text)
{
	/* Printable ASCII, without what separates, quotes or stands for another byte. */
	static const uint64_t ordinary[4] = {(UINT64_MAX << ' ') & ~BIT('%') & ~BIT('/') &
						     ~BIT(':'),
					     (UINT64_MAX >> 1) & ~BIT('\\')};
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (ordinary[c >> 6] >> (c & 63) & 1)
			continue;
		if (c != '/' || ends_loosely(text, i))
			return true;
	}
	return text.n && (text.p[0] == ' ' || ends_loosely(text, text.n));
}

static bool is_blank(uint32_t c)
{
	return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

/* What another program might take the character for; 0: it vanishes, -1: nothing else. */
static int plain_of(uint32_t c)
{
	if (c == '\\')
		return '/';
	if (c >= 0xff01 && c <= 0xff5e) /* full width */
		return (int)(c - 0xff01 + '!');
	if (c == 0x2024 || c == 0x3002 || c == 0xff61)
		return '.';
	if (c == 0x2044 || c == 0x2215 || c == 0x29f8)
		return '/';
	if (c == 0x17f || c == 0x212a) /* the other small letters of S and K */
		return c == 0x17f ? 's' : 'k';
	if (is_blank(c))
		return ' ';
	return visible_is_invisible(c) ? 0 : -1;
}

static bool is_encoded(struct str text)
{
	return text.n > 2 && hex_value(text.p[1]) >= 0 && hex_value(text.p[2]) >= 0;
}

/* Copies one character's plain form, returns how many bytes were used up. */
static size_t add_plain(char *out, size_t *n, struct str rest)
{
	if (rest.p[0] == '%' && is_encoded(rest)) {
		/* "%252e": a percent sign that was encoded itself, however often. */
		size_t at = 0;
		while (str_starts(str_from_at(rest, at + 1), STR("25")) &&
		       is_encoded(str_from_at(rest, at + 2)))
			at += 2;
		char c = (char)(hex_value(rest.p[at + 1]) * 16 + hex_value(rest.p[at + 2]));
		out[(*n)++] = c == '\\' ? '/' : c;
		return at + 3;
	}
	struct str after = rest;
	int plain = plain_of(utf8_next(&after));
	size_t used = rest.n - after.n;
	if (plain > 0) {
		out[(*n)++] = (char)plain;
	} else if (plain < 0) {
		memcpy(out + *n, rest.p, used);
		*n += used;
	}
	return used;
}

/* file:///path, file://host/path and file:/path are paths, up to a query or a fragment. */
static struct str without_scheme(struct str text)
{
	if (text.n <= 5 || !str_eq_nocase(str_first(text, 5), STR("file:")))
		return text;
	text = str_from_at(text, 5);
	text = str_first(text, str_find_char(text, '#'));
	text = str_first(text, str_find_char(text, '?'));
	if (!str_starts(text, STR("//")))
		return text;
	size_t slash = str_find_char(str_from_at(text, 2), '/');
	return slash == STR_NPOS ? STR("") : str_from_at(text, 2 + slash);
}

/* Prefixes of Windows. */
static struct str without_drive(struct str plain)
{
	if (str_starts(plain, STR("//?/")) || str_starts(plain, STR("//./")) ||
	    str_starts(plain, STR("/?\?/")))
		plain = str_from_at(plain, 4);
	/* "C:name" counts from the drive's current directory. */
	if (plain.n > 2 && ascii_is_alpha(plain.p[0]) && plain.p[1] == ':')
		plain = str_from_at(plain, 2);
	return plain;
}

/* "name:stream", also of a directory. */
static struct str without_streams(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	bool stream = false;
	for (size_t i = 0; i < text.n; i++) {
		stream &= text.p[i] != '/';
		stream |= text.p[i] == ':' && n > 0 && out[n - 1] != '/';
		if (!stream)
			out[n++] = text.p[i];
	}
	return str_make(out, n);
}

/* Blanks and dots at the end of a component do not count there. */
static struct str without_loose_ends(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '/')
			while (ends_loosely(str_make(out, n), n))
				n--;
		out[n++] = text.p[i];
	}
	while (ends_loosely(str_make(out, n), n))
		n--;
	return str_trim(str_make(out, n));
}

struct str path_plain_spelling(struct arena *arena, struct str text)
{
	if (!looks_odd(text))
		return STR("");
	struct str rest = without_scheme(text);
	char *out = arena_alloc(arena, rest.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < rest.n;)
		i += add_plain(out, &n, str_from_at(rest, i));
	n = strnlen(out, n); /* a C string ends there */
	struct str plain = without_streams(arena, without_drive(str_make(out, n)));
	plain = without_loose_ends(arena, plain);
	return str_eq(plain, text) ? STR("") : plain;
}

/* Length of "[...]" at the start, 0 when it is none. */
static size_t class_length(struct str text)
{
	size_t from = text.n > 1 && (text.p[1] == '!' || text.p[1] == '^') ? 3 : 2;
	size_t close = text.n > from ? str_find_char(str_from_at(text, from), ']') : STR_NPOS;
	return close == STR_NPOS ? 0 : from + close + 1;
}

/* "GITHUB~1", "SECRET~1.JSO": what NTFS calls a longer name. Returns the length of what stands in front of the '~', or 0. */
static size_t short_name_length(struct str part)
{
	size_t tilde = str_find_char(part, '~');
	if (tilde == STR_NPOS || tilde == 0 || tilde > 6)
		return 0;
	size_t at = tilde + 1;
	while (at < part.n && ascii_is_digit(part.p[at]))
		at++;
	bool whole = at == part.n || (part.p[at] == '.' && part.n - at <= 4);
	return at > tilde + 1 && whole ? tilde : 0;
}

struct value path_short_names(struct arena *arena, struct str text)
{
	/* Any text, also in front of a dot, which short names lack. */
	static const struct seg anything[] = {{.kind = SEG_GLOB, .text = STR_INIT("~")}};
	const struct value any = {(struct seg *)anything, 1};
	struct value result = {NULL, 0};
	struct str rest = text, part;
	bool found = false;
	if (str_find_char(text, '~') == STR_NPOS)
		return result;
	for (bool first = true; str_split(&rest, '/', &part); first = false) {
		size_t n = short_name_length(part);
		if (!first)
			result = value_concat(arena, result, value_from(arena, STR("/")));
		if (n)
			result = value_concat(arena, result, any);
		result = value_concat(arena, result,
				      value_from(arena, n ? str_first(part, n) : part));
		if (n)
			result = value_concat(arena, result, any);
		found |= n > 0;
	}
	return found ? result : (struct value){NULL, 0};
}

bool path_holds_pattern(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '*' || text.p[i] == '?' || text.p[i] == '[')
			return true;
	return false;
}

struct value path_as_pattern(struct arena *arena, struct str text)
{
	struct value result = {NULL, 0};
	size_t plain = 0;
	for (size_t i = 0; i < text.n;) {
		size_t n = text.p[i] == '*' || text.p[i] == '?';
		if (text.p[i] == '[')
			n = class_length(str_from_at(text, i));
		if (n == 0) {
			i++;
			continue;
		}
		struct seg *seg = ARENA_NEW(arena, struct seg);
		*seg = (struct seg){.kind = SEG_GLOB, .text = str_first(str_from_at(text, i), n)};
		result = value_concat(
			arena, result,
			value_from(arena, str_first(str_from_at(text, plain), i - plain)));
		result = value_concat(arena, result, (struct value){seg, 1});
		plain = i += n;
	}
	return value_concat(arena, result, value_from(arena, str_from_at(text, plain)));
}

struct str path_at_home(struct arena *arena, struct str text, struct str home)
{
	static const char *const names[] = {"~", "$HOME", "${HOME}"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct str name = str_from(names[i]);
		if (str_starts(text, name) && (text.n == name.n || text.p[name.n] == '/'))
			return arena_join(arena, home, str_from_at(text, name.n));
	}
	return text;
}

/* "~root/", "~+/", "$PWD/", "%TEMP%\\": the length of what stands in front of the slash. */
static size_t unknown_start(struct str text)
{
	size_t n = 0;
	bool variable = text.n > 1 && strchr("$%", text.p[0]);
	while (n < text.n && !strchr("/\\", text.p[n]))
		n++;
	if (n < 2 || n == text.n || (text.p[0] != '~' && !variable))
		return 0;
	/* "$id/page.tsx" is a file of people who name files so. */
	for (size_t i = 1; variable && i < n; i++)
		if (text.p[i] >= 'a' && text.p[i] <= 'z')
			return 0;
	return n;
}

struct value path_expanded(struct arena *arena, struct str text, struct str home)
{
	struct str at_home = home.n ? path_at_home(arena, text, home) : text;
	size_t n = at_home.p == text.p ? unknown_start(text) : 0;
	text = at_home;
	return n ? value_concat(arena, value_any(), value_from(arena, str_from_at(text, n)))
		 : value_from(arena, text);
}
