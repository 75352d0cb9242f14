/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON pointers, see pointer.h.
 */
#include "json/pointer.h"

bool pointer_next(struct str *rest, struct str *ret_step)
{
	if (rest->n == 0 || rest->p[0] != '/')
		return false;
	struct str behind = str_from_at(*rest, 1);
	size_t slash = str_find_char(behind, '/');
	*ret_step = slash == STR_NPOS ? behind : str_first(behind, slash);
	*rest = str_from_at(behind, ret_step->n);
	return true;
}

/* Cuts the character that stands first in an escaped step off it. */
static char step_next(struct str *step)
{
	bool escaped = step->p[0] == '~' && step->n > 1;
	char c = escaped ? (char)(step->p[1] == '1' ? '/' : '~') : step->p[0];
	*step = str_from_at(*step, escaped ? 2 : 1);
	return c;
}

bool pointer_step_is(struct str step, struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (step.n == 0 || step_next(&step) != key.p[i])
			return false;
	return step.n == 0;
}

const char *pointer_step_key(struct arena *arena, struct str step)
{
	char *key = arena_alloc(arena, step.n + 1);
	for (size_t n = 0; step.n; n++)
		key[n] = step_next(&step);
	return key;
}

/* Escapes the key; out has room for twice its length. Returns the length written. */
static size_t escape(struct str key, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < key.n; i++) {
		bool special = key.p[i] == '~' || key.p[i] == '/';
		out[n++] = special ? '~' : key.p[i];
		if (special)
			out[n++] = key.p[i] == '~' ? '0' : '1';
	}
	return n;
}

void pointer_add(struct buf *pointer, struct str key)
{
	char two[2];
	buf_add_char(pointer, '/');
	for (size_t i = 0; i < key.n; i++)
		buf_add(pointer, str_make(two, escape(str_make(key.p + i, 1), two)));
}

const char *pointer_join(struct arena *arena, const char *pointer, struct str key)
{
	char *escaped = arena_alloc(arena, 2 * key.n + 1);
	size_t n = escape(key, escaped);
	return arena_join3(arena, str_from(pointer), STR("/"), str_make(escaped, n)).p;
}

const char *pointer_index(struct arena *arena, const char *pointer, size_t index)
{
	return arena_printf(arena, "%s/%zu", pointer, index).p;
}
