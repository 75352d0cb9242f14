/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading commands: simple commands, pipelines and lists.
 */
#include "base/array.h"
#include "shell/grammar.h"

struct node *grammar_node(struct reader *r, enum node_kind kind)
{
	struct node *node = ARENA_NEW(r->arena, struct node);
	(void)reader_peek(r);
	node->kind = kind;
	node->span = reader_span(r, r->at, r->at);
	return node;
}

void grammar_end_node(struct reader *r, struct node *node)
{
	node->span.to = reader_span(r, 0, r->at).to;
}

/* ---- simple commands ---- */

/* Builtins whose arguments are read as assignments, also with arrays. */
static const char *const declaration_builtins[] = {"alias", "declare",  "export",
						   "local", "readonly", "typeset"};

static bool is_declaration(const struct word_node *word)
{
	struct str text;
	bool quoted;
	if (!word_node_text(word, &text, &quoted) || quoted)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(declaration_builtins); i++)
		if (str_is(text, declaration_builtins[i]))
			return true;
	return false;
}

struct node *read_function_body(struct reader *r, struct node *node)
{
	reader_skip_lines(r);
	node->kind = NODE_FUNCTION;
	node->body = read_command(r);
	bool compound = node->body && node->body->kind != NODE_SIMPLE &&
			node->body->kind != NODE_FUNCTION && node->body->kind != NODE_COPROC;
	if (!compound)
		reader_fail(r, "a function without a body");
	grammar_end_node(r, node);
	return node;
}

/* name () compound-command */
static struct node *read_short_function(struct reader *r, struct node *node)
{
	bool quoted;
	if (!word_node_text(node->words, &node->name, &quoted) || quoted) {
		reader_fail(r, "unexpected parenthesis");
		return node;
	}
	(void)reader_next(r);
	reader_skip_blanks(r);
	reader_expect(r, ')', "unexpected parenthesis");
	node->words = NULL;
	node->pattern = node->name.n && strchr("?*+@!", node->name.p[node->name.n - 1]);
	return read_function_body(r, node);
}

bool grammar_starts_word(struct reader *r, int c)
{
	return !reader_is_meta(c) || ((c == '<' || c == '>') && reader_peek_second(r) == '(');
}

struct node *read_simple(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_SIMPLE);
	struct word_node **word_tail = &node->words;
	struct redir **redir_tail = &node->redirs;
	const struct word_node *name = NULL;
	bool declares = false, redirected = false, late = false;
	size_t n_words = 0, heredocs = r->heredocs, from = r->at, end = r->at;
	while (!r->error) {
		size_t sign, word_end;
		reader_skip_blanks(r);
		int c = reader_peek(r);
		/* Bash prints a substitution and reads that: the redirection then stands behind the word. */
		if (r->substitutions && redirected && !n_words &&
		    peek_reserved(r, &word_end) != RESERVED_NONE)
			reader_fail(r, "a reserved word behind a redirection in a substitution");
		if (peek_redirection(r, &sign)) {
			*redir_tail = read_redirection(r);
			redir_tail = &(*redir_tail)->next;
			redirected = true;
			late |= n_words > 0;
			end = r->at;
			continue;
		}
		if (c == '(' && n_words == 1 && redir_tail == &node->redirs && name) {
			return read_short_function(r, node);
		} else if (c == '(' && n_words) {
			reader_fail(r, "unexpected parenthesis");
		} else if (grammar_starts_word(r, c)) {
			/* Behind assignments and a redirection, brackets are read as in arguments. */
			enum word_assign assign = ASSIGN_NEVER;
			if (!name)
				assign = late ? ASSIGN_ARGUMENT : ASSIGN_FIRST;
			else if (declares)
				assign = ASSIGN_ARGUMENT;
			struct word_node *word = read_word(r, assign, WORD_PLAIN);
			if (!word)
				break;
			if (!name && !word->assign) {
				name = word;
				declares = is_declaration(name);
			}
			redirected = false;
			word->end -= from;
			*word_tail = word;
			word_tail = &word->next;
			n_words++;
		} else {
			break;
		}
		end = r->at;
	}
	if (!n_words && !node->redirs)
		return NULL;
	for (const struct word_node *word = node->words; word && name && r->substitutions;
	     word = word->next)
		if (word->assign && word->is_array && word != name && word->end < name->end)
			reader_fail(r, "an array in front of a command in a substitution");
	node->span = reader_span(r, from, end);
	if (r->heredocs == heredocs)
		node->text = str_make(r->text.p + from, end - from);
	return node;
}

/* ---- pipelines and lists ---- */

/* "-p" or "--" */
static bool accept_time_option(struct reader *r, char letter)
{
	size_t at = r->at;
	if (reader_accept(r, '-') && reader_accept(r, letter) && reader_is_meta(reader_peek(r))) {
		reader_skip_blanks(r);
		return true;
	}
	r->at = at;
	return false;
}

/* "!" and "time [-p] [--]" change nothing about what runs. *ret_pattern: a parenthesis is right behind a "!". */
static bool skip_prefixes(struct reader *r, bool *ret_pattern)
{
	bool any = false;
	*ret_pattern = false;
	for (;;) {
		size_t end;
		reader_skip_blanks(r);
		enum reserved word = peek_reserved(r, &end);
		if (word != RESERVED_NOT && word != RESERVED_TIME)
			return any;
		any = true;
		r->at = end;
		*ret_pattern |= word == RESERVED_NOT && reader_peek(r) == '(';
		reader_skip_blanks(r);
		/* Inside a substitution Bash knows no reserved words behind "time". */
		if (word == RESERVED_TIME && r->substitutions &&
		    peek_reserved(r, &end) != RESERVED_NONE)
			reader_fail(r, "a reserved word behind time");
		/* Nor does it print all of them. */
		bool option = false;
		if (word == RESERVED_TIME) {
			option = accept_time_option(r, 'p');
			option = accept_time_option(r, '-') || option;
		}
		if (option && r->substitutions &&
		    (reader_peek(r) == '-' || peek_reserved(r, &end) != RESERVED_NONE))
			reader_fail(r, "a reserved word, or an option, behind time");
		/* It prints redirections behind the words, which then are options. */
		int next = reader_peek(r);
		if (word == RESERVED_TIME && r->substitutions && (next == '<' || next == '>'))
			reader_fail(r, "a redirection behind time");
	}
}

static struct node *read_pipeline(struct reader *r)
{
	bool pattern;
	bool prefixed = skip_prefixes(r, &pattern);
	struct node *pipeline = grammar_node(r, NODE_PIPELINE);
	pipeline->pattern = pattern;
	struct node *command = read_command(r);
	if (!command) {
		/* A lone "!" or "time" runs nothing, and Bash takes it only in front of some ends. */
		int c = reader_peek(r);
		bool ends = c == '\n' || c == READER_END ||
			    (c == ';' && reader_peek_second(r) != ';');
		if (prefixed && !ends)
			reader_fail(r, "nothing behind \"!\" or \"time\"");
		return prefixed ? pipeline : NULL;
	}
	struct node **tail = &pipeline->first;
	for (;;) {
		*tail = command;
		tail = &command->next;
		reader_skip_blanks(r);
		if (reader_peek(r) != '|' || reader_peek_second(r) == '|')
			break;
		(void)reader_next(r);
		command->errors_too = reader_accept(r, '&');
		reader_skip_lines(r);
		command = read_command(r);
		if (!command) {
			reader_fail(r, "a command is missing behind |");
			break;
		}
	}
	grammar_end_node(r, pipeline);
	/* Behind "!" the status is another one, so the node stays. */
	return prefixed || pipeline->first->next ? pipeline : pipeline->first;
}

static struct node *read_and_or(struct reader *r)
{
	struct node *first = read_pipeline(r);
	struct node *chain = NULL, **tail = NULL;
	if (!first)
		return NULL;
	for (;;) {
		reader_skip_blanks(r);
		int c = reader_peek(r);
		if ((c != '&' && c != '|') || reader_peek_second(r) != c)
			break;
		(void)reader_next(r);
		(void)reader_next(r);
		reader_skip_lines(r);
		struct node *next = read_pipeline(r);
		if (!next) {
			reader_fail(r, "a command is missing behind && or ||");
			break;
		}
		if (!chain) {
			chain = grammar_node(r, NODE_AND_OR);
			chain->span = first->span;
			chain->first = first;
			tail = &first->next;
		}
		next->or_else = c == '|';
		*tail = next;
		tail = &next->next;
	}
	if (chain)
		grammar_end_node(r, chain);
	return chain ? chain : first;
}

struct node *read_list(struct reader *r)
{
	struct node *list = NULL, **tail = NULL;
	r->lists++;
	for (;;) {
		size_t end;
		reader_skip_lines(r);
		int c = reader_peek(r);
		if (c == READER_END || c == ')' || reserved_ends_list(peek_reserved(r, &end)))
			break;
		if (c == ';' || c == '|' || (c == '&' && reader_peek_second(r) != '>')) {
			/* ";;" ends a case item; anything else here is an error that the caller reports. */
			break;
		}
		struct node *item = read_and_or(r);
		if (!item)
			break;
		if (!list) {
			list = grammar_node(r, NODE_LIST);
			tail = &list->first;
		}
		*tail = item;
		tail = &item->next;
		reader_skip_blanks(r);
		c = reader_peek(r);
		if (c == '&' && reader_peek_second(r) != '&') {
			item->background = true;
			(void)reader_next(r);
		} else if (c == ';' && reader_peek_second(r) != ';' &&
			   reader_peek_second(r) != '&') {
			(void)reader_next(r);
		} else if (c == '\n') {
			item->ends_line = r->lists == 1;
		} else {
			break;
		}
	}
	r->lists--;
	return list;
}

static bool only_simple(const struct node *node)
{
	for (; node; node = node->next) {
		bool inner = node->kind == NODE_LIST || node->kind == NODE_AND_OR ||
			     node->kind == NODE_PIPELINE;
		if (inner ? !only_simple(node->first) : node->kind != NODE_SIMPLE)
			return false;
	}
	return true;
}

static bool has_heredoc(const struct node *node)
{
	for (const struct redir *redir = node->redirs; redir; redir = redir->next)
		if (redir->op == REDIR_HERE_DOC)
			return true;
	for (const struct node *child = node->first; child; child = child->next)
		if (has_heredoc(child))
			return true;
	return false;
}

static bool heredoc_before_end(const struct node *list)
{
	for (const struct node *item = list ? list->first : NULL; item && item->next;
	     item = item->next)
		if (has_heredoc(item))
			return true;
	return false;
}

struct node *read_substitution(struct reader *r)
{
	size_t heredocs = r->heredocs;
	struct redir *pending = r->pending;
	struct redir **pending_tail = r->pending ? r->pending_tail : &r->pending;
	r->pending = NULL;
	r->pending_tail = &r->pending;
	(void)reader_next(r);
	r->substitutions++;
	struct node *list = read_list(r);
	r->substitutions--;
	reader_expect(r, ')', "a command substitution is never closed");
	/* Bash prints and reads such text once more, and loses these. */
	if (r->heredocs != heredocs && (!only_simple(list) || heredoc_before_end(list)))
		reader_fail(r, "a here-document in a compound command in a substitution");
	if (r->pending)
		reader_fail(r, "a here-document in a command substitution has no body");
	r->pending = pending;
	r->pending_tail = pending_tail;
	return list;
}
