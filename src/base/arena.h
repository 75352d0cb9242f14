/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory with one owner and one end. A decision, a command run, a compilation allocates from its own
 * arena and frees everything at once.
 *
 * Running out (of the arena's maximum or of the machine's memory) is handled in one place: the function
 * that owns the arena arms `on_full` with setjmp, and every allocation below it either succeeds or
 * jumps there. Code between the two must therefore hold nothing but arena memory. Without an armed
 * `on_full` an allocation that fails returns NULL.
 *
 *	struct arena arena;
 *	arena_init(&arena, LIMIT_DECISION_MEMORY);
 *	if (setjmp(arena.on_full)) { ...fail closed... }
 *	arena.armed = true;
 */
#ifndef CAVRA_BASE_ARENA_H
#define CAVRA_BASE_ARENA_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"

/* Under AddressSanitizer every allocation ends in bytes that must not be touched, as malloc's do. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif

/* The smallest maximum of an arena: one block. */
enum { ARENA_SMALLEST = 64 * 1024, ARENA_ALIGN = _Alignof(max_align_t) };

struct arena_block;

struct arena {
	char *at, *end; /* what is free of the newest block; a multiple of ARENA_ALIGN */
	struct arena_block *blocks; /* newest first */
	size_t total;               /* bytes taken from the machine */
	size_t max;                 /* upper bound for total */
	bool armed;                 /* on_full is set */
	jmp_buf on_full;
};

/* max: bytes, at least ARENA_SMALLEST. Takes no memory yet. */
void arena_init(struct arena *arena, size_t max);
void arena_release(struct arena *arena);
/* Forgets all allocations and keeps a block of moderate size for reuse. */
void arena_reset(struct arena *arena);

/* arena_take() when the block has no room; for no other use. */
void *arena_take_slowly(struct arena *arena, size_t size);
/* Memory as it comes, aligned for any type. size 0 gives a unique pointer. */
static inline void *arena_take(struct arena *arena, size_t size)
{
#ifndef ARENA_POISONS
	/* What is free is a multiple of ARENA_ALIGN; 0 does not fit. */
	if (__builtin_expect(size - 1 < (size_t)(arena->end - arena->at), 1)) {
		void *memory = arena->at;
		arena->at += (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
		return memory;
	}
#endif
	return arena_take_slowly(arena, size);
}
/* The same, zeroed. In line, so that a size that is known costs no call. */
#ifdef __clang_analyzer__ /* which knows of no armed arena, and would take the answer for NULL everywhere */
void *arena_alloc(struct arena *arena, size_t size);
#else
static inline void *arena_alloc(struct arena *arena, size_t size)
{
	void *memory = arena_take(arena, size);
	return memory ? memset(memory, 0, size) : NULL;
}
#endif

/* count * size, zeroed, checked for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Makes room in an array for one more element behind `used`, by doubling. *array and *cap change. */
void arena_grow_array(struct arena *arena, void *array_pointer, size_t used, size_t *cap,
		      size_t size);
static inline void arena_grow(struct arena *arena, void *array_pointer, size_t used, size_t *cap,
			      size_t size)
{
	if (used >= *cap)
		arena_grow_array(arena, array_pointer, used, cap, size);
}

/* Copies, NUL-terminated behind their length. */
struct str arena_str(struct arena *arena, struct str s);
struct str arena_join(struct arena *arena, struct str a, struct str b);
struct str arena_join3(struct arena *arena, struct str a, struct str b, struct str c);
/* Formatted text, at most 64 KiB. */
struct str arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))
/* ARENA_PUSH(arena, list.items, list.n, list.cap) = item; */
#define ARENA_PUSH(arena, items, n, cap) \
	(*(arena_grow((arena), &(items), (n), &(cap), sizeof *(items)), &(items)[(n)++]))

#endif
