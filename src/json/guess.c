/* SPDX-License-Identifier: Apache-2.0
 *
 * The name that somebody may have meant: the nearest by insertions, deletions, replacements and
 * swaps.
 */
#include <stdint.h>

#include "json/schema_private.h"

enum { GUESS_LENGTH = 40 };

static uint8_t least(uint8_t a, int b)
{
	return b < a ? (uint8_t)b : a;
}

/* Optimal string alignment distance; more than GUESS_LENGTH bytes are never near. */
static size_t distance(struct str a, struct str b)
{
	uint8_t rows[3][GUESS_LENGTH + 1];
	if (a.n > GUESS_LENGTH || b.n > GUESS_LENGTH)
		return SIZE_MAX;
	for (size_t k = 0; k <= b.n; k++)
		rows[0][k] = (uint8_t)k;
	for (size_t i = 1; i <= a.n; i++) {
		uint8_t *row = rows[i % 3], *above = rows[(i + 2) % 3],
			*two_above = rows[(i + 1) % 3];
		row[0] = (uint8_t)i;
		for (size_t k = 1; k <= b.n; k++) {
			bool same = ascii_lower(a.p[i - 1]) == ascii_lower(b.p[k - 1]);
			bool swapped = i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] &&
				       a.p[i - 2] == b.p[k - 1];
			row[k] = least((uint8_t)(above[k] + 1), row[k - 1] + 1);
			row[k] = least(row[k], above[k - 1] + !same);
			if (swapped)
				row[k] = least(row[k], two_above[k - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

struct guess guess_start(struct str wanted)
{
	return (struct guess){.wanted = wanted, .distance = SIZE_MAX};
}

void guess_try(struct guess *guess, struct str candidate)
{
	size_t d = distance(guess->wanted, candidate);
	if (d < guess->distance) {
		guess->distance = d;
		guess->best = candidate;
	}
}

bool guess_found(const struct guess *guess)
{
	size_t near = guess->wanted.n / 3 > 2 ? guess->wanted.n / 3 : guess->wanted.n > 3 ? 2 : 1;
	return guess->distance <= near && guess->distance < guess->wanted.n;
}
