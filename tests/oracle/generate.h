/* SPDX-License-Identifier: Apache-2.0
 *
 * Shell texts made at random. generate_text walks the grammar of Bash as src/shell/ reads it, so that most
 * texts are valid and nest constructs that people rarely combine; mutate_text damages and splices existing
 * texts, because a reader fails on what no grammar would make. The same seed gives the same text.
 */
#ifndef TESTS_ORACLE_GENERATE_H
#define TESTS_ORACLE_GENERATE_H

#include "base/buf.h"
#include "random.h"

enum { GENERATE_MAX = 16 * 1024 };

/* Appends one text to `out`. */
void generate_text(struct buf *out, uint64_t seed);
/* Appends a mutation of texts[...]; n > 0. */
void mutate_text(struct buf *out, const struct str *texts, size_t n, uint64_t seed);

/* Between the files of the generator. */

enum { HEREDOCS = 8 };

struct heredoc {
	char delimiter[16];
	bool quoted, strip;
};

/* Where a piece of text stands, which decides what has a meaning in it. */
enum place {
	PLACE_WORD,    /* outside of quotes */
	PLACE_QUOTED,  /* inside of double quotes */
	PLACE_HEREDOC, /* body of an unquoted here-document */
	PLACE_BRACE,   /* the word in ${x:-word}, outside of quotes */
	PLACE_ARITH,   /* $(( )) and subscripts */
	PLACE_PATTERN, /* case, [[ == ]], ${x#pattern} */
};

struct generator {
	struct random random;
	struct buf *out;
	int fuel; /* constructs that may still be made */
	int depth;
	int loops;         /* around this place */
	int pipelines;     /* around this place */
	int substitutions; /* $( ), backticks, <( ) around this place */
	int quotes;        /* double quotes around this place */
	int backticks;     /* around this place: the next one needs escapes */
	struct heredoc heredocs[HEREDOCS];
	size_t n_heredocs;
};

struct choice {
	unsigned weight;
	void (*make)(struct generator *);
};

/* Runs one of the choices; the first must be a cheap one, it is taken when the fuel is gone. */
void generate_choice(struct generator *g, const struct choice *choices, size_t n);
const char *generate_one(struct generator *g, const char *const *strings, size_t n);
#define GENERATE_ONE(g, strings) generate_one(g, strings, sizeof(strings) / sizeof *(strings))

static inline unsigned pick(struct generator *g, unsigned below)
{
	return random_below(&g->random, below);
}

static inline bool one_in(struct generator *g, unsigned n)
{
	return random_one_in(&g->random, n);
}

static inline void put(struct generator *g, const char *text)
{
	buf_add_c(g->out, text);
}

/* generate.c: commands */
void generate_list(struct generator *g);         /* one or more commands, no newline behind them */
void generate_command(struct generator *g);      /* one command of any kind */
void generate_newline(struct generator *g);      /* and the bodies of pending here-documents */
void generate_substitution(struct generator *g); /* $( ) or backticks */
void generate_name(struct generator *g);         /* of a program */

/* generate_word.c: words */
void generate_word(struct generator *g);
void generate_parts(struct generator *g, enum place place);
void generate_expansion(struct generator *g, enum place place);
void generate_arithmetic(struct generator *g);
void generate_operand(struct generator *g); /* a number or the name of one */
void generate_variable(struct generator *g);
void generate_pattern(struct generator *g);

/* generate_builtin.c: builtins that change the state of the shell, and redirections */
void generate_builtin(struct generator *g);
void generate_assignment(struct generator *g);
void generate_redirect(struct generator *g);

#endif
