/* SPDX-License-Identifier: Apache-2.0
 *
 * Misspelt words, see nearest.h.
 */
#include "cli/nearest.h"

#include <string.h>

/* Edits (insert, delete, replace) that turn one word into the other; words over 39 bytes are not
 * compared. */
static size_t distance(const char *a, const char *b)
{
	enum { WORD_MAX = 40 };
	size_t row[WORD_MAX], na = strlen(a), nb = strlen(b);
	if (na >= WORD_MAX || nb >= WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
			size_t shorter = row[j] < row[j - 1] ? row[j] : row[j - 1];
			diagonal = row[j];
			row[j] = replaced < shorter + 1 ? replaced : shorter + 1;
		}
	}
	return row[nb];
}

const char *nearest_word(const char *word, const char *const *known, size_t n)
{
	const char *best = NULL;
	size_t best_distance = strlen(word) / 3 + 2;
	for (size_t i = 0; i < n; i++) {
		size_t d = distance(word, known[i]);
		if (d < best_distance) {
			best = known[i];
			best_distance = d;
		}
	}
	return best;
}
