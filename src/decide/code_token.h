/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of languages that are not read completely: names, strings, signs. Private to code_*.c.
 */
#ifndef CAVRA_DECIDE_CODE_TOKEN_H
#define CAVRA_DECIDE_CODE_TOKEN_H

#include "decide/code.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME, /* with "$", "@" or "%" in front where that is a part of names */
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_WORDS,   /* a list of words in one pair of quotes: qw(a b), %w[a b] */
	TOKEN_COMMAND, /* a string that is run: backticks, qx() */
	TOKEN_SIGN,    /* one character */
	TOKEN_NEWLINE,
};

struct token {
	enum token_kind kind;
	bool spaced;        /* a blank stands in front */
	bool computed;      /* a string with code in it */
	struct str text;    /* as written; of strings without quotes and prefix */
	struct value value; /* of strings: what they stand for, as far as that is known */
};

struct tokens {
	struct token *items;
	size_t n, cap;
	bool exact; /* split as the language would */
};

/* ---- how a language writes strings and comments ---- */

enum quote_flags {
	QUOTE_ESCAPES = 1,   /* backslash escapes */
	QUOTE_RAW = 2,       /* a backslash protects the next character, and both stay */
	QUOTE_SINGLE = 4,    /* a backslash escapes only itself and the quote */
	QUOTE_DOUBLED = 8,   /* the closing quote twice stands for itself */
	QUOTE_BACKTICK = 16, /* a backtick escapes (PowerShell) */
	QUOTE_LINES = 32,    /* may span lines */
	QUOTE_DOLLAR = 64,   /* $name, ${...}, $(...) */
	QUOTE_BRACE = 128,   /* only ${...} */
	QUOTE_HASH = 256,    /* #{...} */
	QUOTE_AT = 512,      /* @name */
	QUOTE_FIELDS = 1024, /* {...} */
	QUOTE_COMMAND = 2048,
	QUOTE_NAME = 4096, /* a name in quotes */
	QUOTE_WORDS = 8192,
	QUOTE_NESTS = 16384, /* the opening bracket counts inside */
};

struct quote {
	const char *open, *close;
	unsigned flags;
};

enum syntax_flags {
	SYNTAX_PREFIXES = 1, /* r"" f"" (Python) */
	SYNTAX_PERCENT = 2,  /* %q() %w[] (Ruby) */
	SYNTAX_Q = 4,        /* q() qq{} qx() m// s/// (Perl) */
	SYNTAX_HEREDOC = 8,  /* <<TAG, <<~TAG, <<"TAG", <<<TAG */
	SYNTAX_RAW_R = 16,   /* r"(...)" (R) */
	SYNTAX_REGEX = 32,   /* a slash where an operand must stand starts a regular expression */
	SYNTAX_BARE = 64,    /* words need no quotes (Tcl, PowerShell) */
	SYNTAX_DOTS = 128,   /* dots are parts of names (R) */
};

struct syntax {
	const char *language;
	const char *comments[3];
	const char *block[2];
	struct quote quotes[6];
	unsigned flags;
	const char *sigils; /* that may start a name */
};

/* The language's own, or that of a language nobody knows. */
const struct syntax *syntax_find(const char *language);

/* Splits code->text; at most LIMIT_CODE_TOKENS. */
void tokens_read(struct code *code, const struct syntax *syntax, struct tokens *ret_tokens);
/* Token i; TOKEN_END behind the last. */
const struct token *token_at(const struct tokens *tokens, size_t i);
bool token_is(const struct tokens *tokens, size_t i, char sign);
bool token_is_name(const struct tokens *tokens, size_t i, const char *name);

/* ---- code_quote.c ---- */

struct lexer {
	struct code *code;
	const struct syntax *syntax;
	struct tokens *tokens;
	struct cursor in;
	size_t heredoc_end; /* where to go on at the next newline; 0: no here-document is open */
	bool spaced;
	bool spent; /* no budget is left */
	int depth;  /* code inside strings */
};

void token_add(struct lexer *lexer, enum token_kind kind, struct str text, struct value value);
/* Reads on behind the opening quote; false (and the cursor stays) when it is not closed. */
bool quote_read(struct lexer *lexer, const struct quote *quote);
/* A string of which only the content is given. */
void quote_content(struct lexer *lexer, struct str raw, unsigned flags);
/* Splits a part of the text once more, as code. */
void tokens_read_part(struct lexer *lexer, struct str part);

#endif
