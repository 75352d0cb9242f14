/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, texts and rows of an image, see image_walk.h.
 */
#include "policy/image_walk.h"

enum { NUMBER_ALIGN = sizeof(uint32_t), ROW_ALIGN = sizeof(uint64_t) };

void walk_fail(struct walk *walk)
{
	longjmp(walk->arena->on_full, 1);
}

/* What is written is padded; what is read is taken as such. */
static void pad(struct buf *out, size_t to)
{
	static const char zeros[ROW_ALIGN];
	buf_add(out, str_make(zeros, (to - out->n % to) % to));
}

/* The next n bytes of what is read, from where `start` may be; what follows starts where a number may. */
static inline const char *take(struct walk *walk, size_t n, size_t start)
{
	size_t from = (walk->at + start - 1) & ~(start - 1);
	walk_check(walk, from <= walk->in.n && n <= walk->in.n - from);
	size_t to = (from + n + NUMBER_ALIGN - 1) & ~(size_t)(NUMBER_ALIGN - 1);
	walk->at = to < walk->in.n ? to : walk->in.n;
	return walk->in.p + from;
}

/* With a NUL behind it, as the arena keeps texts. */
struct str walk_text(struct walk *walk, struct str text)
{
	size_t n = walk_number(walk, (uint32_t)text.n, UINT32_MAX - 1);
	if (walk->out) {
		buf_add(walk->out, text);
		buf_add_char(walk->out, '\0');
		pad(walk->out, NUMBER_ALIGN);
		return text;
	}
	const char *bytes = take(walk, n + 1, NUMBER_ALIGN);
	walk_check(walk, bytes[n] == '\0');
	return str_make(bytes, n);
}

/* n is no larger than a number, and size that of a small struct. */
const void *walk_row(struct walk *walk, const void *row, size_t n, size_t size)
{
	/* An empty row stands anywhere, so that it can be counted from. */
	if (n == 0)
		return walk->out ? row : walk->in.p;
	if (!walk->out)
		return take(walk, n * size, ROW_ALIGN);
	pad(walk->out, ROW_ALIGN);
	buf_add(walk->out, str_make(row, n * size));
	pad(walk->out, NUMBER_ALIGN);
	return row;
}

/* Every struct has a number at least, which bounds what is allocated by what there is to read. */
void *walk_structs(struct walk *walk, const void *structs, size_t n, size_t size)
{
	if (walk->out)
		return (void *)structs;
	walk_check(walk, n <= (walk->in.n - walk->at) / sizeof(uint32_t));
	return arena_array(walk->arena, n, size);
}
