/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts from files. A .txt file holds records between lines of "%%"; the newline in front of such a line
 * belongs to it. A .jsonl file holds one action a line; the targets of "action_type": "shell" are taken. Any
 * other file in a folder corpus/ is one text a line. A .grammar file is a grammar, see grammar.h.
 */
#ifndef TESTS_ORACLE_SEEDS_H
#define TESTS_ORACLE_SEEDS_H

#include "base/arena.h"
#include "grammar.h"

struct seeds {
	struct str *texts;
	size_t n, cap;
	struct grammar *grammars;
	size_t n_grammars, cap_grammars;
};

/* Appends the texts, or the grammar, of the file; memory from the arena. 0, or -1 with a message on stderr. */
int seeds_load(struct arena *arena, const char *path, struct seeds *seeds);

#endif
