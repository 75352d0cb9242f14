/* SPDX-License-Identifier: Apache-2.0
 *
 * Who reads the standard input of a compound command. What of it reaches whom when there are several, nobody can tell; a
 * single one gets the whole.
 */
#include "base/array.h"
#include "shell/eval.h"

enum { SEVERAL = 2, DEPTH_MAX = 64 };

static unsigned sum(unsigned a, unsigned b)
{
	return a + b < SEVERAL ? a + b : SEVERAL;
}

static bool words_substitute(const struct word_node *words)
{
	for (; words; words = words->next)
		if (parts_substitute(words->parts) || parts_substitute(words->subscript) ||
		    words_substitute(words->items))
			return true;
	return false;
}

static bool redirs_substitute(const struct redir *redirs)
{
	for (; redirs; redirs = redirs->next)
		if (parts_substitute(redirs->body) ||
		    (redirs->target && parts_substitute(redirs->target->parts)))
			return true;
	return false;
}

static bool opens_input(const struct redir *redirs)
{
	for (; redirs; redirs = redirs->next)
		if (redirs->op == REDIR_IN || redirs->op == REDIR_IN_OUT ||
		    redirs->op == REDIR_DUP_IN)
			return true;
	return false;
}

/* test -v 'x[$(cat)]' */
static bool may_hold_subscript(const struct word_node *words)
{
	for (; words; words = words->next)
		for (const struct part *part = words->parts; part; part = part->next)
			if (part->kind == PART_TEXT &&
			    (str_find_char(part->text, '$') != STR_NPOS ||
			     str_find_char(part->text, '`') != STR_NPOS))
				return true;
	return false;
}

/* Builtins that read nothing, unless something else is called so. */
static bool is_silent(struct eval *ev, const struct state *st, const struct node *node)
{
	static const char *const names[] = {":",      "true", "false", "cd",  "echo",
					    "printf", "test", "[",     "set", "export"};
	struct str name;
	bool quoted;
	return !st->havoc && !ev->subscripts && !may_hold_subscript(node->words) && node->words &&
	       !node->redirs && word_node_text(node->words, &name, &quoted) &&
	       str_is_one_of(name, names, ARRAY_SIZE(names)) &&
	       !state_find(ev, st, BINDING_FUNCTION, name) &&
	       !state_find(ev, st, BINDING_ALIAS, name);
}

static unsigned readers(struct eval *ev, const struct state *st, const struct node *node,
			int depth);

static unsigned readers_of_all(struct eval *ev, const struct state *st, const struct node *first,
			       int depth)
{
	unsigned n = 0;
	for (; first && n < SEVERAL; first = first->next)
		n = sum(n, first->background ? SEVERAL : readers(ev, st, first, depth));
	return n;
}

static unsigned readers(struct eval *ev, const struct state *st, const struct node *node, int depth)
{
	unsigned body, other;
	if (!node)
		return 0;
	if (depth == DEPTH_MAX || (node->redirs && node->kind != NODE_SIMPLE))
		return SEVERAL;
	depth++;
	switch (node->kind) {
	case NODE_SIMPLE:
		/* What is substituted reads as well. */
		if (words_substitute(node->words) || redirs_substitute(node->redirs) ||
		    opens_input(node->redirs))
			return SEVERAL;
		return is_silent(ev, st, node) ? 0 : 1;
	case NODE_PIPELINE:
		/* The others read what it writes, unless they open something themselves. */
		for (const struct node *stage = node->first ? node->first->next : NULL; stage;
		     stage = stage->next)
			if (stage->kind != NODE_SIMPLE || opens_input(stage->redirs))
				return SEVERAL;
		return readers(ev, st, node->first, depth);
	case NODE_LIST:
	case NODE_AND_OR:
		return readers_of_all(ev, st, node->first, depth);
	case NODE_GROUP:
	case NODE_SUBSHELL:
		return readers(ev, st, node->body, depth);
	case NODE_IF:
		body = readers(ev, st, node->body, depth);
		other = readers(ev, st, node->other, depth);
		return sum(readers(ev, st, node->cond, depth), body > other ? body : other);
	case NODE_FUNCTION:
		return 0;
	case NODE_FOR: /* the first round leaves nothing to the second */
	case NODE_LOOP:
	case NODE_SELECT:
	case NODE_C_FOR:
	case NODE_CASE:
	case NODE_TEST:
	case NODE_ARITH:
	case NODE_COPROC:
		break;
	}
	return SEVERAL;
}

bool eval_has_sole_reader(struct eval *ev, const struct state *st, const struct node *node)
{
	return readers(ev, st, node, 0) == 1;
}
