/* SPDX-License-Identifier: Apache-2.0
 *
 * Block arena, see arena.h. Blocks grow by doubling up to 1 MiB, so that a small decision costs one
 * block and a large one few.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA_FIRST_BLOCK = ARENA_SMALLEST,
	ARENA_LARGEST_BLOCK = 1024 * 1024,
	ARENA_KEPT_BLOCK = 8 * ARENA_FIRST_BLOCK,
	ARENA_TEXT_MAX = 64 * 1024
};

struct arena_block {
	struct arena_block *older;
	size_t cap;
	_Alignas(max_align_t) char bytes[];
};

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
enum { ARENA_GAP = 16 };
#else
enum { ARENA_GAP = 0 };
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p))
#endif

void arena_init(struct arena *arena, size_t max)
{
	memset(arena, 0, sizeof *arena);
	arena->max = max;
}

static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *older = block->older;
		ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->cap);
		free(block);
		block = older;
	}
}

/* What is left of a block that is no multiple of ARENA_ALIGN stays unused. */
static void use_block(struct arena *arena, struct arena_block *block)
{
	arena->blocks = block;
	arena->at = block->bytes;
	arena->end = block->bytes + block->cap / ARENA_ALIGN * ARENA_ALIGN;
	ASAN_POISON_MEMORY_REGION(block->bytes, block->cap);
}

void arena_release(struct arena *arena)
{
	free_blocks(arena->blocks);
	arena->blocks = NULL;
	arena->at = arena->end = NULL;
	arena->total = 0;
}

void arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->blocks;
	if (!kept)
		return;
	while (kept->older && kept->cap > ARENA_KEPT_BLOCK) {
		struct arena_block *older = kept->older;
		ASAN_UNPOISON_MEMORY_REGION(kept->bytes, kept->cap);
		free(kept);
		kept = older;
	}
	free_blocks(kept->older);
	kept->older = NULL;
	arena->total = kept->cap;
	use_block(arena, kept);
}

static void *give_up(struct arena *arena)
{
	if (arena->armed)
		longjmp(arena->on_full, 1);
	return NULL;
}

static bool new_block(struct arena *arena, size_t size)
{
	size_t cap = arena->blocks ? arena->blocks->cap * 2 : ARENA_FIRST_BLOCK;
	if (cap > ARENA_LARGEST_BLOCK)
		cap = ARENA_LARGEST_BLOCK;
	if (cap < size)
		cap = size;
	if (cap > arena->max - arena->total)
		cap = arena->max - arena->total;
	if (cap < size)
		return false;
	struct arena_block *block = malloc(sizeof *block + cap);
	if (!block)
		return false;
	block->older = arena->blocks;
	block->cap = cap;
	arena->total += cap;
	use_block(arena, block);
	return true;
}

void *arena_take_slowly(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX - ARENA_ALIGN - ARENA_GAP)
		return give_up(arena);
	size_t room = (size + !size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN + ARENA_GAP;
	if (room > (size_t)(arena->end - arena->at) && !new_block(arena, room))
		return give_up(arena);
	void *memory = arena->at;
	arena->at += room;
	ASAN_UNPOISON_MEMORY_REGION(memory, size);
	return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return give_up(arena);
	return arena_alloc(arena, count * size);
}

void arena_grow_array(struct arena *arena, void *array_pointer, size_t used, size_t *cap,
		      size_t size)
{
	size_t bigger = *cap ? *cap * 2 : 8;
	void *old, *fresh = bigger > SIZE_MAX / size ? give_up(arena)
						     : arena_take(arena, bigger * size);
	assert(fresh);                           /* growing needs an armed arena */
	memcpy(&old, array_pointer, sizeof old); /* a pointer of any type */
	if (used)
		memcpy(fresh, old, used * size);
	memcpy(array_pointer, &fresh, sizeof fresh);
	*cap = bigger;
}

struct str arena_join3(struct arena *arena, struct str a, struct str b, struct str c)
{
	if (a.n > SIZE_MAX / 4 || b.n > SIZE_MAX / 4 || c.n > SIZE_MAX / 4)
		return str_make(give_up(arena), 0);
	char *text = arena_take(arena, a.n + b.n + c.n + 1);
	if (!text)
		return str_make(NULL, 0);
	if (a.n)
		memcpy(text, a.p, a.n);
	if (b.n)
		memcpy(text + a.n, b.p, b.n);
	if (c.n)
		memcpy(text + a.n + b.n, c.p, c.n);
	text[a.n + b.n + c.n] = '\0';
	return str_make(text, a.n + b.n + c.n);
}

struct str arena_join(struct arena *arena, struct str a, struct str b)
{
	return arena_join3(arena, a, b, str_make("", 0));
}

struct str arena_str(struct arena *arena, struct str s)
{
	return arena_join3(arena, s, str_make("", 0), str_make("", 0));
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
	char small[512];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0)
		return str_make("", 0);
	if ((size_t)n < sizeof small)
		return arena_str(arena, str_make(small, (size_t)n));
	size_t length = (size_t)n < ARENA_TEXT_MAX ? (size_t)n : (size_t)ARENA_TEXT_MAX;
	char *text = arena_take(arena, length + 1);
	if (!text)
		return str_make(NULL, 0);
	va_start(args, format);
	(void)vsnprintf(text, length + 1, format, args);
	va_end(args);
	return str_make(text, length);
}
