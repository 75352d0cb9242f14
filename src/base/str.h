/* SPDX-License-Identifier: Apache-2.0
 *
 * Borrowed text. A str is what is parsed: it points into somebody else's bytes, may hold NUL bytes
 * and need not end with one. It owns nothing and outlives nothing.
 */
#ifndef CAVRA_BASE_STR_H
#define CAVRA_BASE_STR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* STR("text") is a str over a string literal, usable in static initialisers as STR_INIT("text"). Nothing else compiles. */
#define STR_INIT(lit)                   \
	{                               \
		"" lit, sizeof(lit) - 1 \
	}
#define STR(lit) ((struct str)STR_INIT(lit))

/* For printf's "%.*s"; evaluates s twice. */
#define STR_ARG(s) (int)((s).n < INT_MAX ? (s).n : INT_MAX), (s).p

static inline struct str str_make(const char *p, size_t n)
{
	return (struct str){p, n};
}

/* A NULL c_string gives the empty str. */
static inline struct str str_from(const char *c_string)
{
	return c_string ? str_make(c_string, strlen(c_string)) : str_make("", 0);
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0));
}

/* Most texts of a table are told apart by their first byte, before they are measured. */
static inline bool str_is(struct str a, const char *c_string)
{
	return a.n ? a.p[0] == c_string[0] && str_eq(a, str_from(c_string)) : !c_string[0];
}

/* names: n of them, or as many as stand in front of a NULL. */
bool str_is_one_of(struct str text, const char *const *names, size_t n);

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n &&
	       (prefix.n == 0 || (s.p[0] == prefix.p[0] && memcmp(s.p, prefix.p, prefix.n) == 0));
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The part from `from` on; empty when `from` is past the end. */
static inline struct str str_from_at(struct str s, size_t from)
{
	if (from > s.n)
		from = s.n;
	return from ? str_make(s.p + from, s.n - from) : s;
}

static inline struct str str_first(struct str s, size_t n)
{
	return str_make(s.p, n < s.n ? n : s.n);
}

#define STR_NPOS ((size_t)-1)

/* Position of the first `c`, STR_NPOS when there is none. */
static inline size_t str_find_char(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : STR_NPOS;
}

size_t str_find_last_char(struct str s, char c);
size_t str_find(struct str s, struct str needle);

/* ASCII only: bytes over 127 compare as they are. */
bool str_eq_nocase(struct str a, struct str b);
/* What str_compare() calls where the first bytes are equal. */
int str_compare_all(struct str a, struct str b);
/* By bytes: negative, 0 or positive. */
static inline int str_compare(struct str a, struct str b)
{
	/* Mostly the first bytes say it. */
	if (a.n && b.n && a.p[0] != b.p[0])
		return (unsigned char)a.p[0] < (unsigned char)b.p[0] ? -1 : 1;
	return str_compare_all(a, b);
}
/* The same for a text that is not measured. */
static inline int str_compare_c(struct str a, const char *c_string)
{
	for (size_t i = 0; i < a.n; i++)
		if (a.p[i] != c_string[i] || !c_string[i])
			return !c_string[i] || (unsigned char)a.p[i] > (unsigned char)c_string[i]
				       ? 1
				       : -1;
	return c_string[a.n] ? -1 : 0;
}

/* Without spaces, tabs, carriage returns and newlines at both ends. */
struct str str_trim(struct str s);

/* The part behind the last '/', the whole when there is none. */
struct str str_basename(struct str path);

/* Cuts the text before the first `separator` off *rest and returns it; the last piece leaves *rest empty
 * with p == NULL. Returns false when *rest was already spent.
 */
bool str_split(struct str *rest, char separator, struct str *ret_piece);

/* A non-negative decimal number and nothing else; false on overflow, sign, space or emptiness. */
bool str_to_size(struct str s, size_t *ret_number);

/* 64-bit FNV-1a; not for tables that an attacker can flood. */
unsigned long long str_hash(struct str s);

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letter, digit or underscore: what a shell variable name is made of. */
static inline bool ascii_is_name(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_';
}

#endif
