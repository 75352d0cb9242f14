/* SPDX-License-Identifier: Apache-2.0
 *
 * Text that is built. Always NUL-terminated, with a mandatory maximum. A write that does not fit (or finds
 * no memory) sets `failed`, adds nothing, and so do all later ones: check once at the end.
 */
#ifndef CAVRA_BASE_BUF_H
#define CAVRA_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool failed;
};

/* max: bytes without the NUL. Takes no memory yet; p is valid ("" ) from the start. */
void buf_init(struct buf *buf, size_t max);
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf);
/* s, and what a format prints, must not point into the buffer itself. */
void buf_add(struct buf *buf, struct str s);
void buf_add_char(struct buf *buf, char c);
void buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void buf_add_json_string(struct buf *buf, struct str s);
/* Hands the text over to the caller, who frees it; NULL when the buffer has failed. */
char *buf_take(struct buf *buf);

static inline void buf_add_c(struct buf *buf, const char *c_string)
{
	buf_add(buf, str_from(c_string));
}

static inline struct str buf_str(const struct buf *buf)
{
	return str_make(buf->p, buf->n);
}

static inline void buf_releasep(struct buf *buf)
{
	buf_release(buf);
}
#define CLEANUP_BUF __attribute__((cleanup(buf_releasep)))

#endif
