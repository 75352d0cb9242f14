/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts from the grammars in grammars/, which are data: a line "§ name" begins a rule, every line below it is one way to
 * write it, and the first rule is the text. «name» stands for another rule; "⏎" for a line break, "⇥" for a tab, "␣" for a
 * blank at the end of a line, "∅" for nothing; "§#" begins a comment. A way that stands there twice is taken twice as often.
 * Deep down the first way of a rule is taken, which must come to an end.
 */
#ifndef TESTS_ORACLE_GRAMMAR_H
#define TESTS_ORACLE_GRAMMAR_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

struct grammar_rule {
	struct str name;
	struct str *ways;
	size_t n, cap;
};

struct grammar {
	struct grammar_rule *rules;
	size_t n, cap;
};

/* content stays borrowed, memory comes from the arena. false: *ret_line is wrong, or a rule is named that is not there. */
bool grammar_read(struct arena *arena, struct str content, struct grammar *ret_grammar,
		  size_t *ret_line);
/* Appends one text to `out`. */
void grammar_make(const struct grammar *grammar, struct buf *out, uint64_t seed);

#endif
