/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled patterns: a program of a machine that is in many states at once (Thompson's
 * construction).
 */
#ifndef CAVRA_JSON_PATTERN_PRIVATE_H
#define CAVRA_JSON_PATTERN_PRIVATE_H

#include <stdint.h>

#include "json/pattern.h"

struct range {
	uint32_t low, high;
};

enum op {
	OP_SET,   /* one character of ranges [from, from + n), or not of them when negated */
	OP_SPLIT, /* go on at x and at y */
	OP_JUMP,  /* go on at x */
	OP_START,
	OP_END,
	OP_BOUNDARY,
	OP_NO_BOUNDARY,
	OP_MATCH,
};

struct instruction {
	uint8_t op;
	bool negated;
	uint32_t x, y; /* of OP_SET: first range and how many */
};

struct pattern {
	struct instruction *code;
	size_t n_code, cap_code;
	struct range *ranges;
	size_t n_ranges, cap_ranges;
};

#endif
