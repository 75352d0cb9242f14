/* SPDX-License-Identifier: Apache-2.0
 *
 * Pattern elements, see glob.h.
 */
#include "base/glob.h"

#include <ctype.h>

#include "base/array.h"

static const struct {
	const char *name;
	int (*is)(int);
} classes[] = {
	{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
	{"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
	{"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

/* What a bracket expression says about one character, piece by piece. */
struct bracket {
	unsigned char c;
	bool hit;
	bool unsure; /* holds something that only the shell's locale can tell */
};

static void match_class(struct bracket *b, struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (str_is(name, classes[i].name)) {
			b->hit |= b->c < 128 && classes[i].is(b->c);
			return;
		}
	b->unsure = true;
}

/* "[:class:]", "[=equivalents=]" or "[.collating.]" at s: its length, 0 when there is none. */
static size_t match_named(struct bracket *b, struct str s)
{
	if (s.n < 2 || s.p[0] != '[' || str_find_char(STR(":=."), s.p[1]) == STR_NPOS)
		return 0;
	size_t end = str_find(str_from_at(s, 2), str_make((char[]){s.p[1], ']'}, 2));
	if (end == STR_NPOS) {
		b->unsure |= s.p[1] != ':';
		return 0;
	}
	if (s.p[1] == ':')
		match_class(b, str_first(str_from_at(s, 2), end));
	else
		b->unsure = true;
	return end + 4;
}

/* One character of the list, which a backslash may protect; s is not empty. Returns its length. */
static size_t plain_char(struct str s, unsigned char *ret_c)
{
	size_t at = s.p[0] == '\\' && s.n > 1 ? 1 : 0;
	*ret_c = (unsigned char)s.p[at];
	return at + 1;
}

/* A character or a range of characters at s; returns its length. */
static size_t match_range(struct bracket *b, struct str s)
{
	unsigned char low, high;
	size_t n = plain_char(s, &low);
	struct str rest = str_from_at(s, n);
	high = low;
	if (rest.n > 1 && rest.p[0] == '-' && rest.p[1] != ']') {
		size_t named = match_named(b, str_from_at(rest, 1));
		n += 1 + (named ? named : plain_char(str_from_at(rest, 1), &high));
		b->unsure |= named != 0;
	}
	b->hit |= low <= b->c && b->c <= high;
	b->unsure |= low > 127 || high > 127;
	return n;
}

/* *ret_negated: the list names what it does not match. Returns the length, 0: no bracket expression. */
static size_t match_bracket(struct bracket *b, struct str s, bool *ret_negated)
{
	*ret_negated = s.n > 1 && (s.p[1] == '!' || s.p[1] == '^');
	size_t first = *ret_negated ? 2 : 1, i = first;
	while (i < s.n && (s.p[i] != ']' || i == first)) {
		size_t n = match_named(b, str_from_at(s, i));
		i += n ? n : match_range(b, str_from_at(s, i));
	}
	return i < s.n ? i + 1 : 0;
}

bool glob_bracket_matches(struct str s, char c, size_t *ret_length)
{
	struct bracket b = {.c = (unsigned char)c};
	bool negated;
	*ret_length = match_bracket(&b, s, &negated);
	return *ret_length && (b.unsure || b.hit != negated);
}

bool glob_bracket_is_sure(struct str s, char c)
{
	struct bracket b = {.c = (unsigned char)c};
	bool negated;
	return match_bracket(&b, s, &negated) && !b.unsure && b.c < 128;
}

bool glob_element_matches(struct str element, struct str text)
{
	bool wide = text.n > 1 && text.n <= 4 && (unsigned char)text.p[0] > 127;
	size_t length;
	if (str_is(element, "?"))
		return text.n == 1 || wide;
	if (element.n < 2 || element.p[0] != '[')
		return true;
	bool hit = glob_bracket_matches(element, text.n ? text.p[0] : '\0', &length);
	if (length != element.n)
		return true;
	/* What ranges hold beyond ASCII depends on the locale. */
	return wide || (text.n == 1 && hit);
}
