/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the values of a YAML document stand, noted while it is read.
 */
#ifndef CAVRA_JSON_YAML_POSITIONS_H
#define CAVRA_JSON_YAML_POSITIONS_H

#include <stdint.h>

#include "base/buf.h"
#include "json/document.h"

/* One value, in document order; those below it follow it directly. */
struct yaml_position {
	uint32_t end;             /* index behind the last value below it */
	uint32_t key, key_length; /* in yaml_positions.keys; used below an object */
	bool object;
	int key_line, key_column, line, column;
};

struct yaml_positions {
	struct yaml_position *items;
	size_t n, cap;
	struct buf keys;
};

/* The caller frees with yaml_positions_free(). NULL without memory. */
struct yaml_positions *yaml_positions_new(void);
void yaml_positions_free(struct yaml_positions *positions);
/* Appends a copy of *position under the key (empty in lists); its end is set later by index.
 * Returns the index, or STR_NPOS without memory.
 */
size_t yaml_positions_add(struct yaml_positions *positions, struct yaml_position position,
			  struct str key);
/* The value at the JSON pointer, NULL when there is none. */
const struct yaml_position *yaml_positions_find(const struct yaml_positions *positions,
						struct str pointer);

#endif
