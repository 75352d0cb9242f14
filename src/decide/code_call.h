/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls in other languages and their arguments. Private to code_*.c.
 */
#ifndef CAVRA_DECIDE_CODE_CALL_H
#define CAVRA_DECIDE_CODE_CALL_H

#include "decide/code_token.h"

enum { CALL_MAX_ARGS = 12 };

struct call_argument {
	struct value value; /* unknown unless it is a string, or strings put together */
	bool known;         /* value is more than "anything" */
	struct str name;    /* of a named argument; empty: none */
	struct word *words; /* of a list */
	size_t n_words;
	bool list;
};

struct call_arguments {
	struct call_argument items[CALL_MAX_ARGS];
	size_t n;
	size_t next; /* the token behind them and the parenthesis */
};

/* Reads the arguments from token i on: up to the closing parenthesis, or without one up to the end of the statement.
 * False when there is no budget for more.
 */
bool call_arguments_read(struct code *code, const struct tokens *tokens, size_t i, bool paren,
			 struct call_arguments *ret);
/* The i-th argument without a name, NULL. */
const struct call_argument *call_positional(const struct call_arguments *arguments, size_t i);

/* A name with all that stands in front of it: "os.path.join", ".execSync" behind a bracket. */
struct call_name {
	struct str full, last;
	size_t next; /* the token behind it */
};
bool call_name_read(struct code *code, const struct tokens *tokens, size_t i,
		    struct call_name *ret);

/* ---- code_effect.c: what known functions do ---- */

/* The language's function that the name stands for in the text, NULL when none is known. */
const struct known_call *call_find(struct code *code, const struct tokens *tokens,
				   const struct call_name *name);
/* Path("x").exists(): the file itself is not opened. */
bool call_only_looks(const struct call_name *name, struct str method);
void call_judge(struct code *code, const struct known_call *known, const struct call_name *name,
		const struct call_arguments *arguments);
/* Path("x").write_text(): a method of something that was made from a path. */
void call_judge_method(struct code *code, struct str method,
		       const struct call_arguments *made_from);

#endif
