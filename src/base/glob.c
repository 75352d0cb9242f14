/* SPDX-License-Identifier: Apache-2.0
 *
 * Pattern elements, see glob.h.
 */
#include "base/glob.h"

#include <ctype.h>

static const struct {
	const char *name;
	int (*is)(int);
} classes[] = {
	{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
	{"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
	{"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

static bool class_matches(struct str name, char c)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (str_is(name, classes[i].name))
			return classes[i].is((unsigned char)c) != 0;
	return true; /* unknown class: may match */
}

bool glob_bracket_matches(struct str s, char c, size_t *ret_length)
{
	size_t i = 1;
	bool negated = false, hit = false;
	*ret_length = 0;
	if (i < s.n && (s.p[i] == '!' || s.p[i] == '^')) {
		negated = true;
		i++;
	}
	for (bool first = true;; first = false) {
		if (i >= s.n)
			return false;
		if (s.p[i] == ']' && !first)
			break;
		if (s.p[i] == '[' && i + 1 < s.n && s.p[i + 1] == ':') {
			size_t end = str_find(str_from_at(s, i + 2), STR(":]"));
			if (end != STR_NPOS) {
				hit |= class_matches(str_first(str_from_at(s, i + 2), end), c);
				i += end + 4;
				continue;
			}
		}
		char low = s.p[i++];
		if (low == '\\' && i < s.n)
			low = s.p[i++];
		char high = low;
		if (i + 1 < s.n && s.p[i] == '-' && s.p[i + 1] != ']') {
			high = s.p[i + 1];
			i += 2;
			if (high == '\\' && i < s.n)
				high = s.p[i++];
		}
		hit |= (unsigned char)low <= (unsigned char)c && (unsigned char)c <= (unsigned char)high;
	}
	*ret_length = i + 1;
	return hit != negated;
}

bool glob_element_matches(struct str element, struct str text)
{
	if (str_is(element, "*"))
		return true;
	if (str_is(element, "?"))
		return text.n >= 1 && text.n <= 4 && (text.n == 1 || (unsigned char)text.p[0] > 127);
	if (element.n > 1 && element.p[0] == '[') {
		size_t length;
		if (text.n > 1 && (unsigned char)text.p[0] > 127 && text.n <= 4)
			return true; /* a multi-byte character: ranges depend on the locale */
		bool hit = text.n == 1 && glob_bracket_matches(element, text.p[0], &length);
		return hit || (text.n == 1 && length == 0);
	}
	return true;
}
