/* SPDX-License-Identifier: Apache-2.0
 *
 * Characters of UTF-8 text, see utf8.h.
 */
#include "base/utf8.h"

#include "base/array.h"

size_t utf8_length(struct str s)
{
	/* What the second byte may be depends on the first. */
	static const struct {
		unsigned char from, to, low, high, length;
	} forms[] = {
		{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const unsigned char *p = (const unsigned char *)s.p;
	if (s.n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	size_t i = 0;
	while (i < ARRAY_SIZE(forms) && p[0] > forms[i].to)
		i++;
	if (i == ARRAY_SIZE(forms) || p[0] < forms[i].from || s.n < forms[i].length)
		return 0;
	if (p[1] < forms[i].low || p[1] > forms[i].high)
		return 0;
	for (size_t k = 2; k < forms[i].length; k++)
		if (p[k] < 0x80 || p[k] > 0xbf)
			return 0;
	return forms[i].length;
}

uint32_t utf8_next(struct str *rest)
{
	size_t n = utf8_length(*rest);
	const unsigned char *p = (const unsigned char *)rest->p;
	uint32_t c = n == 0 ? UINT32_MAX : n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	*rest = str_from_at(*rest, n ? n : 1);
	return c;
}

size_t utf8_put(uint32_t c, char ret_bytes[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n; i-- > 1; c >>= 6)
		ret_bytes[i] = (char)(0x80 | (c & 0x3f));
	ret_bytes[0] = (char)(lead[n] | c);
	return n;
}

/* How many of the bytes from `i` on are surely ASCII, eight at a time. */
static size_t ascii_length(struct str s, size_t i)
{
	static const uint64_t high = 0x8080808080808080;
	size_t from = i;
	for (uint64_t eight; s.n - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, s.p + i, sizeof eight);
		if (eight & high)
			break;
	}
	return i - from;
}

size_t utf8_find_invalid(struct str s)
{
	for (size_t i = ascii_length(s, 0); i < s.n;) {
		size_t n = (unsigned char)s.p[i] < 0x80 ? 1 : utf8_length(str_from_at(s, i));
		if (n == 0)
			return i;
		i += n;
	}
	return STR_NPOS;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static bool reorders(uint32_t c)
{
	return c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

void utf8_make_plain(char *text)
{
	struct str rest = str_from(text);
	while (rest.n) {
		size_t at = (size_t)(rest.p - text), from = rest.n;
		uint32_t c = utf8_next(&rest);
		if (is_control(c))
			memset(text + at, ' ', from - rest.n);
		else if (c == UINT32_MAX || reorders(c))
			memset(text + at, '?', from - rest.n);
	}
}

size_t utf8_count(struct str s)
{
	size_t count = 0;
	while (s.n) {
		(void)utf8_next(&s);
		count++;
	}
	return count;
}

/* East Asian Width W and F, and the pictures that terminals draw twice as wide. */
/* clang-format off */
static const struct range {
	uint32_t first, last;
} wide[] = {
	{0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a}, {0x23e9, 0x23f3}, {0x25fd, 0x25fe}, {0x2600, 0x27bf},
	{0x2b1b, 0x2b1c}, {0x2b50, 0x2b55}, {0x2e80, 0x303e}, {0x3041, 0x4dbf}, {0x4e00, 0xa4cf}, {0xa960, 0xa97c},
	{0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe10, 0xfe19}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6},
	{0x16fe0, 0x18cff}, {0x1aff0, 0x1b2ff}, {0x1f000, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};
/* Marks that are drawn onto the character in front, of the scripts where they are common. */
static const struct range combining[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	{0x20d0, 0x20ff}, {0xfe20, 0xfe2f},
};
/* clang-format on */

static bool is_in(const struct range *ranges, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n && c >= ranges[i].first; i++)
		if (c <= ranges[i].last)
			return true;
	return false;
}

size_t utf8_columns(uint32_t c)
{
	if (c < 0x300 || c == UINT32_MAX)
		return 1;
	if (is_in(combining, ARRAY_SIZE(combining), c))
		return 0;
	return is_in(wide, ARRAY_SIZE(wide), c) ? 2 : 1;
}

size_t utf8_width(struct str s)
{
	size_t width = 0;
	while (s.n)
		width += utf8_columns(utf8_next(&s));
	return width;
}

void utf8_position(struct str text, size_t offset, int *ret_line, int *ret_column)
{
	int line = 1, column = 1;
	for (size_t i = 0; i < text.n && i < offset; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '\n') {
			line++;
			column = 1;
		} else if ((c & 0xc0) != 0x80) {
			column++;
		}
	}
	*ret_line = line;
	*ret_column = column;
}
