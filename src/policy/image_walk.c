/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, texts and rows of an image, see image_walk.h.
 */
#include "policy/image_walk.h"

enum { NUMBER_ALIGN = sizeof(uint32_t), ROW_ALIGN = sizeof(uint64_t) };

void walk_check(struct walk *walk, bool sound)
{
	if (!sound)
		longjmp(walk->arena->on_full, 1);
}

static void align(struct walk *walk, size_t to)
{
	static const char zeros[ROW_ALIGN];
	size_t at = walk->out ? walk->out->n : walk->at, gap = (to - at % to) % to;
	if (walk->out) {
		buf_add(walk->out, str_make(zeros, gap));
		return;
	}
	walk_check(walk, gap <= walk->in.n - walk->at);
	walk->at += gap;
}

/* The next bytes of what is read. */
static const char *take(struct walk *walk, size_t n)
{
	walk_check(walk, n <= walk->in.n - walk->at);
	walk->at += n;
	return walk->in.p + walk->at - n;
}

uint32_t walk_number(struct walk *walk, uint32_t number, uint32_t max)
{
	align(walk, NUMBER_ALIGN);
	if (walk->out)
		buf_add(walk->out, str_make((const char *)&number, sizeof number));
	else
		memcpy(&number, take(walk, sizeof number), sizeof number);
	walk_check(walk, walk->out || number <= max);
	return number;
}

/* With a NUL behind it, as the arena keeps texts. */
struct str walk_text(struct walk *walk, struct str text)
{
	size_t n = walk_number(walk, (uint32_t)text.n, UINT32_MAX - 1);
	if (walk->out) {
		buf_add(walk->out, text);
		buf_add_char(walk->out, '\0');
		return text;
	}
	const char *bytes = take(walk, n + 1);
	walk_check(walk, bytes[n] == '\0');
	return str_make(bytes, n);
}

const void *walk_row(struct walk *walk, const void *row, size_t n, size_t size)
{
	if (n == 0)
		return NULL;
	align(walk, ROW_ALIGN);
	if (walk->out) {
		buf_add(walk->out, str_make(row, n * size));
		return row;
	}
	walk_check(walk, n <= (walk->in.n - walk->at) / size);
	return take(walk, n * size);
}

/* Every struct has a number at least, which bounds what is allocated by what there is to read. */
void *walk_structs(struct walk *walk, const void *structs, size_t n, size_t size)
{
	if (walk->out)
		return (void *)structs;
	walk_check(walk, n <= (walk->in.n - walk->at) / sizeof(uint32_t));
	return arena_array(walk->arena, n, size);
}
