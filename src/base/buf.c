/* SPDX-License-Identifier: Apache-2.0
 *
 * Growing text, see buf.h.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

static char empty[1];

void buf_init(struct buf *buf, size_t max)
{
	/* Far from where sizes overflow. */
	*buf = (struct buf){.p = empty, .max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4};
}

void buf_release(struct buf *buf)
{
	if (buf->cap)
		free(buf->p);
	buf_init(buf, buf->max);
}

void buf_clear(struct buf *buf)
{
	buf->n = 0;
	buf->failed = false;
	if (buf->cap)
		buf->p[0] = '\0';
}

/* Room for `more` bytes and a NUL. */
static bool make_room(struct buf *buf, size_t more)
{
	if (buf->failed || more > buf->max - buf->n) {
		buf->failed = true;
		return false;
	}
	if (buf->n + more + 1 <= buf->cap)
		return true;
	size_t cap = buf->cap ? buf->cap : 256;
	while (cap < buf->n + more + 1)
		cap *= 2;
	char *bigger = realloc(buf->cap ? buf->p : NULL, cap);
	if (!bigger) {
		buf->failed = true;
		return false;
	}
	buf->p = bigger;
	buf->cap = cap;
	return true;
}

void buf_add(struct buf *buf, struct str s)
{
	if (!make_room(buf, s.n))
		return;
	if (s.n)
		memcpy(buf->p + buf->n, s.p, s.n);
	buf->n += s.n;
	buf->p[buf->n] = '\0';
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, str_make(&c, 1));
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0 || !make_room(buf, (size_t)n)) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(buf->p + buf->n, (size_t)n + 1, format, args);
	va_end(args);
	buf->n += (size_t)n;
}

/* Bytes that stand in a JSON string as they are; the others need a look at what they begin. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* One character that is not plain; returns how many bytes of s it took. */
static size_t add_json_escaped(struct buf *buf, struct str s)
{
	static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	unsigned char c = (unsigned char)s.p[0];
	const char *at = c ? strchr(escaped, c) : NULL;
	size_t n = utf8_length(s);
	if (at)
		buf_add_format(buf, "\\%c", letters[at - escaped]);
	else if (c < 0x20)
		buf_add_format(buf, "\\u%04x", c);
	else if (n == 0)
		buf_add(buf, STR("\xef\xbf\xbd"));
	else
		buf_add(buf, str_first(s, n));
	return n ? n : 1;
}

void buf_add_json_string(struct buf *buf, struct str s)
{
	buf_add_char(buf, '"');
	while (s.n) {
		size_t plain = 0;
		while (plain < s.n && is_plain((unsigned char)s.p[plain]))
			plain++;
		buf_add(buf, str_first(s, plain));
		s = str_from_at(s, plain);
		if (s.n)
			s = str_from_at(s, add_json_escaped(buf, s));
	}
	buf_add_char(buf, '"');
}

char *buf_take(struct buf *buf)
{
	if (buf->failed || (!buf->cap && !make_room(buf, 0))) {
		buf_release(buf);
		return NULL;
	}
	buf->p[buf->n] = '\0';
	char *text = buf->p;
	buf_init(buf, buf->max);
	return text;
}
