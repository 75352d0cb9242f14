/* SPDX-License-Identifier: Apache-2.0
 *
 * A notation for partly known text and command words, for tables of cases.
 *
 *   a{any}b       SEG_ANY between texts; also {number} and {glob:PATTERN}, which holds no slash
 *   git -C x@v    words: the first is the program, those that start with '-' are options, others operands;
 *                 @v marks the value of an option, @m what may be one, "..." is any number of words
 *   a{sp}b        a space inside a word
 */
#ifndef CAVRA_TESTS_PARTLY_H
#define CAVRA_TESTS_PARTLY_H

#include "base/arena.h"
#include "base/value.h"
#include "policy/match.h"

static inline struct value partly_value(struct arena *arena, struct str text)
{
	struct value value = {NULL, 0};
	while (text.n) {
		struct seg *seg = ARENA_NEW(arena, struct seg);
		size_t open = str_find_char(text, '{'), close = str_find_char(text, '}');
		if (open != 0 || close == STR_NPOS) {
			*seg = (struct seg){SEG_TEXT, str_first(text, open ? open : 1), NULL};
			text = str_from_at(text, seg->text.n);
		} else {
			struct str name = str_from_at(str_first(text, close), 1);
			if (str_is(name, "any"))
				*seg = (struct seg){SEG_ANY, STR(""), NULL};
			else if (str_is(name, "number"))
				*seg = (struct seg){SEG_NUMBER, STR(""), NULL};
			else if (str_is(name, "sp"))
				*seg = (struct seg){SEG_TEXT, STR(" "), NULL};
			else if (str_find_char(name, '/') != STR_NPOS)
				*seg = (struct seg){SEG_TEXT, name, NULL};
			else
				*seg = (struct seg){SEG_GLOB, str_from_at(name, 5), NULL};
			text = str_from_at(text, close + 1);
		}
		value = value_concat(arena, value, (struct value){seg, 1});
	}
	return value;
}

static inline struct command_word partly_word(struct arena *arena, struct str text, bool program)
{
	struct command_word word = {.cls = CW_OPERAND};
	if (str_is(text, "...")) {
		word.many = true;
		return word;
	}
	if (str_starts(text, STR("-")))
		word.cls = CW_OPTION;
	if (str_ends(text, STR("@v")) || str_ends(text, STR("@m"))) {
		word.cls = str_ends(text, STR("@v")) ? CW_OPTION_VALUE : CW_MAYBE_VALUE;
		text.n -= 2;
	}
	if (program)
		word.cls = CW_PROGRAM;
	word.value = partly_value(arena, text);
	return word;
}

enum { PARTLY_WORDS = 32 };

static inline size_t partly_words(struct arena *arena, const char *text,
				  struct command_word words[PARTLY_WORDS])
{
	struct str rest = str_from(text), piece;
	size_t n = 0;
	while (str_split(&rest, ' ', &piece) && n < PARTLY_WORDS)
		if (piece.n) {
			words[n] = partly_word(arena, piece, n == 0);
			n++;
		}
	return n;
}

#endif
