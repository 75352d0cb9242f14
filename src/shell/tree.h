/* SPDX-License-Identifier: Apache-2.0
 *
 * The syntax tree of shell text: what the reader makes and the evaluator walks. Everything lives in one arena
 * and borrows from the text. Private to src/shell/.
 */
#ifndef CAVRA_SHELL_TREE_H
#define CAVRA_SHELL_TREE_H

#include "base/arena.h"
#include "base/value.h"

struct node;

/* Where text stands in the outermost input: verbatim from base on, or (unescaped, joined, computed) somewhere in
 * whole.
 */
struct origin {
	bool literal;
	size_t base;
	struct span whole;
};

/* ---- words ---- */

enum part_kind {
	PART_TEXT, /* text after quote removal; unquoted text may still hold globs, braces and a tilde */
	PART_PARAM,   /* $x ${x...} */
	PART_COMMAND, /* $(...) `...` */
	PART_ARITH,   /* $((...)) $[...] */
	PART_PROCESS, /* <(...) >(...) */
	PART_UNKNOWN, /* text that depends on the locale */
};

struct part {
	enum part_kind kind;
	bool quoted;         /* inside quotes: no splitting, no globbing */
	bool backquotes;     /* PART_COMMAND: `...` */
	bool writes;         /* PART_PROCESS: >(...) */
	bool lone_dollar;    /* PART_TEXT: a '$' that starts nothing */
	struct str text;     /* PART_TEXT */
	struct param *param; /* PART_PARAM */
	struct node *list;   /* PART_COMMAND, PART_PROCESS; NULL: empty */
	struct part *arith;  /* PART_ARITH: the expression */
	struct part *next;
};

struct param {
	struct str name;  /* "x", "1", "@", "*", "#", "?", "-", "$", "!", "0" */
	bool holds_brace; /* a '{' or a quote stands inside ${ } */
	bool braced;
	bool length;   /* ${#x} */
	bool indirect; /* ${!x} */
	bool names;    /* ${!x*} ${!x@} */
	bool has_subscript;
	struct part *subscript;
	char op[3]; /* "" ":-" "-" ":=" "=" ":?" "?" ":+" "+" "#" "##" "%" "%%" "/" "//" "^" "^^" "," ",," "~" "~~" ":" "@" */
	struct part *arg;  /* default, pattern, offset; for "@" the operator letter as text */
	struct part *arg2; /* replacement, length */
};

struct word_node {
	struct part *parts;
	struct span span;
	size_t end; /* NODE_SIMPLE: behind the word in the text of its node */
	/* NAME=, NAME+=, NAME[..]= in front of the command or behind declare and its kin */
	bool assign;
	bool append;
	struct str name;
	bool has_subscript;
	struct part *subscript;
	bool is_array;           /* NAME=( ... ) */
	struct word_node *items; /* elements; an element with assign set is [key]=value */
	struct word_node *next;
};

/* The text of a word that is one plain or one quoted text; false otherwise. */
bool word_node_text(const struct word_node *word, struct str *ret_text, bool *ret_quoted);

/* ---- redirections ---- */

enum redir_op {
	REDIR_IN,     /* <  */
	REDIR_OUT,    /* >  >| */
	REDIR_APPEND, /* >> */
	REDIR_BOTH,   /* &> >& with a file */
	REDIR_BOTH_APPEND,
	REDIR_IN_OUT,   /* <> */
	REDIR_DUP_IN,   /* <& */
	REDIR_DUP_OUT,  /* >& */
	REDIR_HERE_DOC, /* << <<- */
	REDIR_HERE_STRING,
};

struct redir {
	enum redir_op op;
	int fd; /* -1: the operator's default; -2: {name} */
	struct str fd_name;
	struct word_node *target;
	struct part *body; /* here-document, once read */
	struct str delimiter;
	bool body_quoted, strip_tabs;
	struct redir *next;
	struct redir *next_pending;
};

/* ---- commands ---- */

enum node_kind {
	NODE_SIMPLE,
	NODE_PIPELINE,
	NODE_AND_OR,
	NODE_LIST,
	NODE_SUBSHELL,
	NODE_GROUP,
	NODE_IF,
	NODE_LOOP, /* while, until */
	NODE_FOR,
	NODE_SELECT,
	NODE_C_FOR,
	NODE_CASE,
	NODE_FUNCTION,
	NODE_TEST,  /* [[ ]] */
	NODE_ARITH, /* (( )) */
	NODE_COPROC,
};

enum test_word { TEST_PLAIN, TEST_ARITH, TEST_VARIABLE };

struct test_operand {
	struct word_node *word;
	enum test_word kind;
	struct test_operand *next;
};

struct case_item {
	struct word_node *patterns;
	struct node *body; /* may be NULL */
	bool goes_on;      /* ended by ;& or ;;& */
	struct case_item *next;
};

struct node {
	enum node_kind kind;
	struct span span;
	struct str
		text; /* NODE_SIMPLE: its source; empty when it cannot be cut out (here-documents) */
	struct word_node *words; /* NODE_SIMPLE, NODE_FOR, NODE_SELECT, NODE_CASE (one) */
	bool has_in;             /* NODE_FOR, NODE_SELECT: "in" was written */
	struct str name;         /* NODE_FOR, NODE_SELECT, NODE_FUNCTION, NODE_COPROC */
	struct redir *redirs;
	struct node *first;               /* children, linked by next: PIPELINE, AND_OR, LIST */
	struct node *cond, *body, *other; /* IF, LOOP, ...; other: else part */
	struct case_item *items;
	struct test_operand *operands;
	struct part *arith[3]; /* NODE_ARITH: [0]; NODE_C_FOR: all */
	bool background;       /* NODE_LIST child followed by & */
	bool ends_line;        /* child of the text's own list, followed by a newline */
	bool or_else;          /* AND_OR child: preceded by ||, not && */
	bool errors_too;       /* PIPELINE child: followed by |& */
	bool pattern; /* PIPELINE, FUNCTION: "!(x)", "@()", which is a pattern under extglob */
	struct node *next;
};

/* ---- the reader ---- */

struct read_result {
	struct node *list; /* what was read before the first error; NULL: nothing */
	const char *error; /* NULL: the whole text was read */
	size_t error_at;
	bool refused; /* the error is one of syntax, and on the only line: Bash runs nothing of it */
};

/* What a reading may use up, shared by everything read inside it. */
struct read_context {
	struct arena *arena;
	size_t *work; /* bytes that may be looked at, reduced by what was; when it runs out there is an error */
	int depth; /* nesting already used up */
	struct origin origin;
};

void shell_read(const struct read_context *context, struct str text,
		struct read_result *ret_result);
/* Reads text as the inside of a here-document or arithmetic expression: only $, ` and \ are special. */
void shell_read_embedded(const struct read_context *context, struct str text,
			 struct part **ret_parts, const char **ret_error);

#endif
