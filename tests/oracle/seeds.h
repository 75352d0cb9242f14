/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts from files. A .txt file holds records between lines of "%%"; the newline in front of such a line
 * belongs to it. A .jsonl file holds one action a line; the targets of "action_type": "shell" are taken. Any
 * other file with the name ending in .lines is one text a line.
 */
#ifndef TESTS_ORACLE_SEEDS_H
#define TESTS_ORACLE_SEEDS_H

#include "base/arena.h"

struct seeds {
	struct str *texts;
	size_t n, cap;
};

/* Appends the texts of the file; memory from the arena. 0, or -1 with a message on stderr. */
int seeds_load(struct arena *arena, const char *path, struct seeds *seeds);

#endif
