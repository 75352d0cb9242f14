/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files that read commands share. Private to them.
 *
 *	read_command.c   simple commands, pipelines, lists
 *	read_compound.c  reserved words and what they start
 *	read_redirect.c  redirections
 */
#ifndef CAVRA_SHELL_GRAMMAR_H
#define CAVRA_SHELL_GRAMMAR_H

#include "shell/reader.h"

enum reserved {
	RESERVED_NONE,
	RESERVED_IF,
	RESERVED_THEN,
	RESERVED_ELIF,
	RESERVED_ELSE,
	RESERVED_FI,
	RESERVED_FOR,
	RESERVED_SELECT,
	RESERVED_WHILE,
	RESERVED_UNTIL,
	RESERVED_DO,
	RESERVED_DONE,
	RESERVED_CASE,
	RESERVED_ESAC,
	RESERVED_IN,
	RESERVED_FUNCTION,
	RESERVED_COPROC,
	RESERVED_TIME,
	RESERVED_NOT,
	RESERVED_OPEN,
	RESERVED_CLOSE,
	RESERVED_TEST,
	RESERVED_TEST_END,
};

struct node *grammar_node(struct reader *r, enum node_kind kind);
/* The node ends where the reader stands. */
void grammar_end_node(struct reader *r, struct node *node);
/* Does a word start with c, which is next? */
bool grammar_starts_word(struct reader *r, int c);

/* The unquoted reserved word that stands here; consumes nothing. */
enum reserved peek_reserved(struct reader *r, size_t *ret_end);
bool reserved_ends_list(enum reserved word);

/* Does a redirection start here, perhaps behind a descriptor? Sets *ret_sign to where its operator stands. */
bool peek_redirection(struct reader *r, size_t *ret_sign);
struct redir *read_redirection(struct reader *r);
/* All that follow here, behind those the node has. */
void read_redirections(struct reader *r, struct node *node);

/* One command, simple or compound; NULL when none starts here. */
struct node *read_command(struct reader *r);
/* NULL when the words turn out to be none. */
struct node *read_simple(struct reader *r);
/* The compound command or function body behind its head; sets the node's kind. */
struct node *read_function_body(struct reader *r, struct node *node);

#endif
