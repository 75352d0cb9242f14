/* SPDX-License-Identifier: Apache-2.0
 *
 * Program text in languages other than shell. Private to src/decide/.
 *
 *	code.c          which reader takes which language; effects of what readers find
 *	code_awk.c      code_sed.c  code_jq.c  code_sql.c    read completely: text is understood or it is not
 *	code_token.c    strings, names and signs of any other language
 *	code_call.c     calls that run commands or touch files, strings that name files
 *	code_python.c   code_node.c    programs so plain that they can only compute
 *	code_perl.c     programs that only replace text
 *	code_plain.c    programs of nothing but harmless names (Ruby, MongoDB's shell)
 *
 * No reader trusts that a program is correct. "Understood" must hold for every implementation of the
 * language that may run the text: where two of them read it differently, it is not understood.
 */
#ifndef CAVRA_DECIDE_CODE_H
#define CAVRA_DECIDE_CODE_H

#include "decide/core.h"

struct code {
	struct decider *d;
	const char *language;
	struct str text;
	struct scope scope; /* of what the text does */
	struct touched *touched;
	int depth;   /* text inside text */
	bool silent; /* adds nothing */
	bool acts;   /* would have added something, were it not silent */
};

/* ---- effects ---- */

/* Shell text that runs with the program's own standard input, or (piped) with what the program writes to it. */
void code_runs_shell(struct code *code, struct str text, bool piped);
void code_runs_words(struct code *code, const struct word *words, size_t n);
void code_touches(struct code *code, enum effect_kind kind, struct value path, bool tree);
/* Text that stands in the program and may name a file. */
void code_suspects(struct code *code, struct value path);
/* Program text inside the program text, in the same language. */
void code_nested(struct code *code, struct str text);
/* Takes n steps off the budget of the whole request; false when it is used up. */
bool code_charge(struct code *code, size_t n);

/* ---- readers: true when text is understood and does nothing but what they added ---- */

typedef bool code_reader(struct code *code);
code_reader code_awk, code_sed, code_jq, code_sql, code_general, code_python, code_node, code_perl,
	code_ruby, code_mongo;

/* ---- scanning ---- */

struct cursor {
	struct str text;
	size_t at;
};

/* The byte `ahead` of the cursor, '\0' behind the end. */
static inline char cursor_peek(const struct cursor *cursor, size_t ahead)
{
	return ahead < cursor->text.n - cursor->at ? cursor->text.p[cursor->at + ahead] : '\0';
}

static inline bool cursor_end(const struct cursor *cursor)
{
	return cursor->at >= cursor->text.n;
}

static inline bool cursor_starts(const struct cursor *cursor, const char *text)
{
	return str_starts(str_from_at(cursor->text, cursor->at), str_from(text));
}

/* Where in the bracket expression of a regular expression a reader may be, several at once where implementations differ:
 * outside, behind "[" or "[^", further inside, in "[:class:]". And where it may be behind c.
 */
enum { BRACKET_OUTSIDE = 1, BRACKET_START = 2, BRACKET_INSIDE = 4, BRACKET_CLASS = 8 };
unsigned code_bracket_step(unsigned where, char before, char c);

/* Is the word in a NULL-terminated list? */
bool code_listed(const char *const *list, struct str word);

#endif
