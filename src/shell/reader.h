/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader's own state and helpers, shared by reader.c and read_*.c. Private to them.
 *
 * An error is sticky: reader_peek() then answers the end of the text, so every loop ends, and the caller at the top
 * turns it into an opaque command. Line continuations vanish in reader_peek(); where they must not (single
 * quotes, comments, quoted here-documents) the raw text is used.
 */
#ifndef CAVRA_SHELL_READER_H
#define CAVRA_SHELL_READER_H

#include <stdint.h>

#include "shell/tree.h"

enum { READER_END = -1 };

/* The last answer of peek_reserved(), which is asked again and again of where a command may start. */
struct peeked_word {
	size_t at, end; /* end == 0: none */
	int word;       /* enum reserved */
};

struct reader {
	struct arena *arena;
	struct str text;
	size_t at;
	size_t end; /* of what is read: that of the text, 0 behind an error */
	size_t *work;
	int depth;
	struct origin origin;
	const char *error;
	bool refused; /* Bash refuses it as well */
	size_t error_at;
	struct redir *pending; /* here-documents whose bodies start at the next newline */
	struct redir **pending_tail;
	size_t heredocs;   /* here-documents seen */
	int lists;         /* around what is read */
	int processes;     /* <( ) and >( ) around what is read */
	bool final;        /* the error stands, whatever else the text might have been */
	bool embedded;     /* a here-document or an expression, not commands */
	int substitutions; /* $( ) and <( ) around what is read */
	struct peeked_word peeked;
	char *scratch; /* text of the part being read */
	size_t scratch_n, scratch_cap;
};

void reader_init(struct reader *r, const struct read_context *context, struct str text);
/* For reading text that was made from r's text between from and r->at. */
struct read_context reader_inner(const struct reader *r, size_t from);
/* Where r's text from `from` to `to` stands in the outermost input. */
struct span reader_span(const struct reader *r, size_t from, size_t to);
void reader_fail(struct reader *r, const char *why);
/* Forgets the error and everything read behind `at`. */
void reader_retry(struct reader *r, size_t at);
/* What is behind a backslash that comes next. */
int reader_peek_escaped(struct reader *r);
/* The next byte, READER_END at the end. */
static inline int reader_peek(struct reader *r)
{
	if (r->at >= r->end)
		return READER_END;
	unsigned char c = (unsigned char)r->text.p[r->at];
	return c == '\\' ? reader_peek_escaped(r) : c;
}
/* The byte behind the next one. */
int reader_peek_second(struct reader *r);
/* The next byte, with line continuations left in. */
int reader_next_raw(struct reader *r);
static inline int reader_next(struct reader *r)
{
	return reader_peek(r) == READER_END ? READER_END : reader_next_raw(r);
}
/* Consumes c if it is next. */
bool reader_accept(struct reader *r, char c);
void reader_expect(struct reader *r, char c, const char *otherwise);
/* Spaces, tabs and a comment. */
void reader_skip_blanks(struct reader *r);
/* Consumes a newline and the bodies of the here-documents that wait for it. */
void reader_newline(struct reader *r);
/* Blanks, comments and newlines. */
void reader_skip_lines(struct reader *r);
/* One level deeper; false (and failed) when that is too deep. Pair with reader_leave(). */
bool reader_enter(struct reader *r);
void reader_leave(struct reader *r);

/* Classes of bytes. */
enum {
	BYTE_META = 1, /* ends a word */
	BYTE_NAME = 2, /* of variables' names */
	BYTE_PLAIN =
		4, /* stands for itself in whatever part of a word, but for patterns and offsets of ${ } */
	BYTE_QUOTED = 8,    /* stands for itself in double quotes */
	BYTE_RESERVED = 16, /* some reserved word starts with it */
};
extern const uint8_t reader_bytes[256];

static inline bool reader_is_meta(int c)
{
	return c == READER_END || (reader_bytes[c] & BYTE_META);
}
/* Consumes the bytes of the class that come next, up to a line continuation. */
struct str reader_run(struct reader *r, unsigned byte_class);

/* ---- read_parts.c, read_word.c ---- */

enum word_mode {
	WORD_PLAIN,
	WORD_DQUOTE,
	WORD_HEREDOC,
	WORD_BRACE,        /* inside ${x op ...} */
	WORD_BRACE_QUOTED, /* the same inside double quotes, where ' is a plain character */
	WORD_BRACE_DQUOTE, /* double quotes in there, where every backslash goes */
	WORD_OFFSET,       /* ${x:offset:length} */
	WORD_PATTERN,      /* ${x/pattern/...}: '/' ends it */
	WORD_ARITH,        /* up to an unbalanced ')' */
	WORD_FOR,          /* one of the three expressions of for (( )): ';' ends it, too */
	WORD_SUBSCRIPT,    /* up to an unbalanced ']' */
	WORD_TEST,         /* right side of == in [[ ]] */
	WORD_REGEX,        /* right side of =~ */
};

/* Parts up to, and without, whatever ends the mode. quoted: everything inside counts as quoted. */
struct part *read_parts(struct reader *r, enum word_mode mode, bool quoted);
/* May the word be an assignment: not at all, as an argument (of declare), or where a command may begin? */
enum word_assign { ASSIGN_NEVER, ASSIGN_ARGUMENT, ASSIGN_FIRST };
/* NULL when no word starts here. */
struct word_node *read_word(struct reader *r, enum word_assign assign, enum word_mode mode);

/* ---- read_param.c ---- */

/* A variable's name; empty when none stands here. */
struct str read_name(struct reader *r);
/* A name, digits (one without braces), or one special character. */
struct str read_parameter_name(struct reader *r, bool braced);
bool starts_parameter(int c);
/* ${...}, behind the opening brace */
struct param *read_braced(struct reader *r, bool quoted);

/* ---- read_command.c ---- */

/* A list up to, and without, ')' or a reserved word that ends it. NULL when it is empty. */
struct node *read_list(struct reader *r);
/* The list of $( ... ), with the closing parenthesis. */
struct node *read_substitution(struct reader *r);

#endif
