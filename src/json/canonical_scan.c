/* SPDX-License-Identifier: Apache-2.0
 *
 * Scanning canonical JSON, see canonical_scan.h.
 */
#include "json/canonical_scan.h"

#include "base/utf8.h"

enum { SURE_DIGITS = 15 };

static bool take(struct str *rest, char c)
{
	if (!rest->n || rest->p[0] != c)
		return false;
	rest->p++;
	rest->n--;
	return true;
}

static bool take_word(struct str *rest, struct str word)
{
	if (!str_starts(*rest, word))
		return false;
	*rest = str_from_at(*rest, word.n);
	return true;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Behind the backslash. \u0000 is for json_read() to judge. */
static bool take_escape(struct str *rest)
{
	static const char hex[] = "0123456789abcdef";
	if (rest->n && memchr("\"\\bfnrt", rest->p[0], 7)) {
		*rest = str_from_at(*rest, 1);
		return true;
	}
	if (rest->n < 5 || !str_starts(*rest, STR("u00")) ||
	    (rest->p[3] != '0' && rest->p[3] != '1'))
		return false;
	const char *digit = memchr(hex, rest->p[4], 16);
	if (!digit)
		return false;
	int c = 16 * (rest->p[3] - '0') + (int)(digit - hex);
	*rest = str_from_at(*rest, 5);
	return c && c != '\b' && c != '\f' && c != '\n' && c != '\r' && c != '\t';
}

static bool scan_string(struct str *rest, struct str *ret_text, bool *ret_plain)
{
	bool plain = true;
	if (!take(rest, '"'))
		return false;
	const char *start = rest->p;
	for (;;) {
		size_t n = 0;
		while (n < rest->n && is_plain((unsigned char)rest->p[n]))
			n++;
		*rest = str_from_at(*rest, n);
		*ret_text = str_make(start, (size_t)(rest->p - start));
		*ret_plain = plain;
		if (take(rest, '"'))
			return true;
		plain = false;
		if (!rest->n)
			return false;
		if ((unsigned char)rest->p[0] >= 0x80 ? utf8_next(rest) == UINT32_MAX
						      : !take(rest, '\\') || !take_escape(rest))
			return false;
	}
}

bool json_scan_string(struct str *rest, struct str *ret_text)
{
	bool plain;
	return scan_string(rest, ret_text, &plain);
}

/* What follows a whole number is no part of one: then it is another number. */
static bool scan_number(struct str *rest)
{
	size_t n = 0;
	bool minus = take(rest, '-');
	while (n < rest->n && ascii_is_digit(rest->p[n]))
		n++;
	if (n == 0 || n > SURE_DIGITS || (rest->p[0] == '0' && (n > 1 || minus)))
		return false;
	*rest = str_from_at(*rest, n);
	return !rest->n || (rest->p[0] != '.' && rest->p[0] != 'e' && rest->p[0] != 'E');
}

static bool scan_value(struct str *rest, int depth);

static bool scan_members(struct str *rest, int depth)
{
	struct str before = STR(""), key;
	bool plain;
	for (size_t i = 0; !take(rest, '}'); i++) {
		if ((i && !take(rest, ',')) || !scan_string(rest, &key, &plain) || !plain ||
		    (i && str_compare(before, key) >= 0) || !take(rest, ':') ||
		    !scan_value(rest, depth))
			return false;
		before = key;
	}
	return true;
}

static bool scan_items(struct str *rest, int depth)
{
	for (size_t i = 0; !take(rest, ']'); i++)
		if ((i && !take(rest, ',')) || !scan_value(rest, depth))
			return false;
	return true;
}

static bool scan_value(struct str *rest, int depth)
{
	struct str text;
	bool plain;
	if (!rest->n || depth > JSON_SCAN_DEPTH)
		return false;
	switch (rest->p[0]) {
	case '"':
		return scan_string(rest, &text, &plain);
	case '{':
		return take(rest, '{') && scan_members(rest, depth + 1);
	case '[':
		return take(rest, '[') && scan_items(rest, depth + 1);
	case 't':
		return take_word(rest, STR("true"));
	case 'f':
		return take_word(rest, STR("false"));
	case 'n':
		return take_word(rest, STR("null"));
	default:
		return scan_number(rest);
	}
}

bool json_scan_canonical(struct str *rest)
{
	return scan_value(rest, 0);
}
