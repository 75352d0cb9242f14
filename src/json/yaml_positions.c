/* SPDX-License-Identifier: Apache-2.0
 *
 * Places of YAML values, see yaml_positions.h.
 */
#include "json/yaml_positions.h"

#include <stdlib.h>

#include "base/limits.h"
#include "json/pointer.h"

struct yaml_positions *yaml_positions_new(void)
{
	struct yaml_positions *positions = calloc(1, sizeof *positions);
	if (positions)
		buf_init(&positions->keys, LIMIT_DOCUMENT_BYTES);
	return positions;
}

void yaml_positions_free(struct yaml_positions *positions)
{
	if (!positions)
		return;
	buf_release(&positions->keys);
	free(positions->items);
	free(positions);
}

size_t yaml_positions_add(struct yaml_positions *positions, struct yaml_position position,
			  struct str key)
{
	if (positions->n == positions->cap) {
		size_t cap = positions->cap ? positions->cap * 2 : 64;
		void *bigger = reallocarray(positions->items, cap, sizeof *positions->items);
		if (!bigger)
			return STR_NPOS;
		positions->items = bigger;
		positions->cap = cap;
	}
	position.key = (uint32_t)positions->keys.n;
	position.key_length = (uint32_t)key.n;
	buf_add(&positions->keys, key);
	if (positions->keys.failed)
		return STR_NPOS;
	positions->items[positions->n] = position;
	return positions->n++;
}

/* The child of items[parent] that the step names; 0, which is never a child, when there is none. */
static size_t find_child(const struct yaml_positions *positions, size_t parent, struct str step)
{
	const struct yaml_position *items = positions->items;
	size_t wanted = 0, index = 0;
	if (!items[parent].object && !str_to_size(step, &wanted))
		return 0;
	for (size_t i = parent + 1; i < items[parent].end; i = items[i].end, index++) {
		struct str key = str_make(positions->keys.p + items[i].key, items[i].key_length);
		if (items[parent].object ? pointer_step_is(step, key) : index == wanted)
			return i;
	}
	return 0;
}

const struct yaml_position *yaml_positions_find(const struct yaml_positions *positions,
						struct str pointer)
{
	size_t at = 0;
	struct str step;
	while (pointer_next(&pointer, &step)) {
		at = find_child(positions, at, step);
		if (at == 0)
			return NULL;
	}
	return pointer.n ? NULL : &positions->items[at];
}
