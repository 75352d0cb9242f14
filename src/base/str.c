/* SPDX-License-Identifier: Apache-2.0
 *
 * Borrowed text, see str.h.
 */
#include "base/str.h"

#include <stdint.h>

size_t str_find_last_char(struct str s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return STR_NPOS;
}

size_t str_find(struct str s, struct str needle)
{
	/* What memmem() prepares is worth it for long needles only. */
	enum { LONG = 16 };
	if (needle.n == 0)
		return 0;
	if (needle.n > LONG) {
		const char *at = s.n >= needle.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
		return at ? (size_t)(at - s.p) : STR_NPOS;
	}
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		const char *at = memchr(s.p + i, needle.p[0], s.n - needle.n + 1 - i);
		if (!at)
			break;
		i = (size_t)(at - s.p);
		if (memcmp(at + 1, needle.p + 1, needle.n - 1) == 0)
			return i;
	}
	return STR_NPOS;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

int str_compare_all(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	if (order)
		return order;
	return a.n < b.n ? -1 : a.n > b.n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_from_at(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_is_one_of(struct str text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n && names[i]; i++)
		if (str_is(text, names[i]))
			return true;
	return false;
}

struct str str_basename(struct str path)
{
	size_t slash = str_find_last_char(path, '/');
	return slash == STR_NPOS ? path : str_from_at(path, slash + 1);
}

bool str_split(struct str *rest, char separator, struct str *ret_piece)
{
	if (!rest->p)
		return false;
	size_t at = str_find_char(*rest, separator);
	if (at == STR_NPOS) {
		*ret_piece = *rest;
		*rest = (struct str){NULL, 0};
		return true;
	}
	*ret_piece = str_first(*rest, at);
	*rest = str_make(rest->p + at + 1, rest->n - at - 1);
	return true;
}

bool str_to_size(struct str s, size_t *ret_number)
{
	if (s.n == 0)
		return false;
	size_t number = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_digit(s.p[i]))
			return false;
		size_t digit = (size_t)(s.p[i] - '0');
		if (number > (SIZE_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return true;
}

unsigned long long str_hash(struct str s)
{
	unsigned long long hash = 14695981039346656037ULL;
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * 1099511628211ULL;
	return hash;
}
