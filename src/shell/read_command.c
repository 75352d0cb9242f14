/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading commands: simple commands, redirections, pipelines, lists and compound commands.
 */
#include "base/array.h"
#include "shell/reader.h"

static struct node *read_pipeline(struct reader *r);
static struct node *read_command(struct reader *r);

static struct node *new_node(struct reader *r, enum node_kind kind)
{
	struct node *node = ARENA_NEW(r->arena, struct node);
	(void)reader_peek(r);
	node->kind = kind;
	node->span = reader_span(r, r->at, r->at);
	return node;
}

/* The node ends where the reader stands. */
static void end_node(struct reader *r, struct node *node)
{
	node->span.to = reader_span(r, 0, r->at).to;
}

/* ---- reserved words ---- */

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
};

static const struct {
	const char *text;
	enum reserved word;
	bool ends_list;
} reserved_words[] = {
	{"if", RESERVED_IF, false},
	{"then", RESERVED_THEN, true},
	{"elif", RESERVED_ELIF, true},
	{"else", RESERVED_ELSE, true},
	{"fi", RESERVED_FI, true},
	{"for", RESERVED_FOR, false},
	{"select", RESERVED_SELECT, false},
	{"while", RESERVED_WHILE, false},
	{"until", RESERVED_UNTIL, false},
	{"do", RESERVED_DO, true},
	{"done", RESERVED_DONE, true},
	{"case", RESERVED_CASE, false},
	{"esac", RESERVED_ESAC, true},
	{"in", RESERVED_IN, false},
	{"function", RESERVED_FUNCTION, false},
	{"coproc", RESERVED_COPROC, false},
	{"time", RESERVED_TIME, false},
	{"!", RESERVED_NOT, false},
	{"{", RESERVED_OPEN, false},
	{"}", RESERVED_CLOSE, true},
	{"[[", RESERVED_TEST, false},
};

enum { RESERVED_LONGEST = 8 };

/* The unquoted word that stands here, if it is short enough to be reserved; consumes nothing. */
static enum reserved peek_reserved(struct reader *r, size_t *ret_end)
{
	char word[RESERVED_LONGEST + 1];
	size_t n = 0, at = r->at;
	int c = reader_peek(r);
	while (!reader_is_meta(c) && n < sizeof word) {
		word[n++] = (char)c;
		r->at++;
		c = reader_peek(r);
	}
	*ret_end = r->at;
	r->at = at;
	for (size_t i = 0; i < ARRAY_SIZE(reserved_words); i++)
		if (str_is(str_make(word, n), reserved_words[i].text))
			return reserved_words[i].word;
	return RESERVED_NONE;
}

static bool ends_list(enum reserved word)
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved_words); i++)
		if (reserved_words[i].word == word)
			return reserved_words[i].ends_list;
	return false;
}

static bool accept_reserved(struct reader *r, enum reserved wanted)
{
	size_t end;
	if (peek_reserved(r, &end) != wanted)
		return false;
	r->at = end;
	return true;
}

static void expect_reserved(struct reader *r, enum reserved wanted, const char *otherwise)
{
	if (!accept_reserved(r, wanted))
		reader_fail(r, otherwise);
}

/* ---- redirections ---- */

static bool is_redirection_sign(int c)
{
	return c == '<' || c == '>';
}

/* Does a redirection start here, perhaps behind a descriptor? Sets *ret_sign to where its operator stands. */
static bool peek_redirection(struct reader *r, size_t *ret_sign)
{
	size_t at = r->at;
	int c = reader_peek(r);
	if (c == '&') {
		*ret_sign = r->at;
		return reader_peek_second(r) == '>';
	}
	if (c == '{') {
		r->at++;
		while (reader_peek(r) > 0 && reader_peek(r) < 128 && ascii_is_name((char)reader_peek(r)))
			r->at++;
		c = reader_peek(r);
		if (c == '}')
			r->at++;
		else
			r->at = at;
	} else {
		while (reader_peek(r) > 0 && reader_peek(r) < 128 && ascii_is_digit((char)reader_peek(r)))
			r->at++;
	}
	bool moved = r->at != at;
	c = reader_peek(r);
	bool is = is_redirection_sign(c) && reader_peek_second(r) != '(';
	*ret_sign = r->at;
	r->at = at;
	return is && (!moved || r->text.p[at] != '{' || *ret_sign > at + 2);
}

struct redir_sign {
	const char *text;
	enum redir_op op;
};

/* Longest first. */
static const struct redir_sign redir_signs[] = {
	{"&>>", REDIR_BOTH_APPEND}, {"<<<", REDIR_HERE_STRING}, {"<<-", REDIR_HERE_DOC}, {"&>", REDIR_BOTH},
	{"<<", REDIR_HERE_DOC},     {"<&", REDIR_DUP_IN},	{"<>", REDIR_IN_OUT},	 {">>", REDIR_APPEND},
	{">&", REDIR_DUP_OUT},	    {">|", REDIR_OUT},		{"<", REDIR_IN},	 {">", REDIR_OUT},
};

static const struct redir_sign *read_redir_sign(struct reader *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(redir_signs); i++) {
		size_t at = r->at, n = 0;
		const char *text = redir_signs[i].text;
		while (text[n] && reader_peek(r) == text[n]) {
			r->at++;
			n++;
		}
		if (!text[n])
			return &redir_signs[i];
		r->at = at;
	}
	return NULL;
}

/* The delimiter of a here-document: quotes are removed, nothing is expanded. */
static void read_delimiter(struct reader *r, struct redir *redir)
{
	r->scratch_n = 0;
	int quote = 0;
	for (int c = reader_peek(r); c != READER_END && (quote || !reader_is_meta(c)); c = reader_peek(r)) {
		c = quote == '\'' ? reader_next_raw(r) : reader_next(r);
		if (c == quote) {
			quote = 0;
			continue;
		}
		if (!quote && (c == '\'' || c == '"')) {
			quote = c;
			redir->body_quoted = true;
			continue;
		}
		if (c == '\\' && quote != '\'') {
			redir->body_quoted = true;
			c = reader_next_raw(r);
		}
		ARENA_PUSH(r->arena, r->scratch, r->scratch_n, r->scratch_cap) = (char)c;
	}
	if (quote)
		reader_fail(r, "a here-document's delimiter is never closed");
	redir->delimiter = arena_str(r->arena, str_make(r->scratch, r->scratch_n));
	r->scratch_n = 0;
}

static struct redir *read_redirection(struct reader *r)
{
	struct redir *redir = ARENA_NEW(r->arena, struct redir);
	size_t sign;
	(void)peek_redirection(r, &sign);
	struct str fd = str_make(r->text.p + r->at, sign - r->at);
	size_t number;
	redir->fd = -1;
	if (fd.n && fd.p[0] == '{') {
		redir->fd = -2;
		redir->fd_name = str_make(fd.p + 1, fd.n > 2 ? fd.n - 2 : 0);
	} else if (fd.n) {
		redir->fd = str_to_size(fd, &number) && number < 1000000 ? (int)number : -2;
	}
	r->at = sign;
	const struct redir_sign *found = read_redir_sign(r);
	if (!found) {
		reader_fail(r, "unreadable redirection");
		return redir;
	}
	redir->op = found->op;
	reader_skip_blanks(r);
	if (redir->op == REDIR_HERE_DOC) {
		redir->strip_tabs = found->text[2] == '-';
		read_delimiter(r, redir);
		*r->pending_tail = redir;
		r->pending_tail = &redir->next_pending;
		r->heredocs++;
		return redir;
	}
	redir->target = read_word(r, false, WORD_PLAIN);
	if (!redir->target)
		reader_fail(r, "a redirection without a file");
	return redir;
}

static void read_redirections(struct reader *r, struct node *node)
{
	struct redir **tail = &node->redirs;
	while (*tail)
		tail = &(*tail)->next;
	for (;;) {
		size_t sign;
		reader_skip_blanks(r);
		if (!peek_redirection(r, &sign))
			return;
		*tail = read_redirection(r);
		tail = &(*tail)->next;
	}
}

/* ---- simple commands ---- */

/* Builtins whose arguments are read as assignments, also with arrays. */
static const char *const declaration_builtins[] = {"alias", "declare", "export", "local", "readonly", "typeset"};

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

static struct node *read_function_body(struct reader *r, struct node *node)
{
	reader_skip_lines(r);
	node->kind = NODE_FUNCTION;
	node->body = read_command(r);
	if (!node->body)
		reader_fail(r, "a function without a body");
	end_node(r, node);
	return node;
}

/* name () compound-command */
static struct node *read_short_function(struct reader *r, struct node *node)
{
	bool quoted;
	if (!word_node_text(node->words, &node->name, &quoted)) {
		reader_fail(r, "unexpected parenthesis");
		return node;
	}
	(void)reader_next(r);
	reader_skip_blanks(r);
	reader_expect(r, ')', "unexpected parenthesis");
	node->words = NULL;
	return read_function_body(r, node);
}

static bool starts_word(struct reader *r, int c)
{
	return !reader_is_meta(c) || ((c == '<' || c == '>') && reader_peek_second(r) == '(');
}

static struct node *read_simple(struct reader *r)
{
	struct node *node = new_node(r, NODE_SIMPLE);
	struct word_node **word_tail = &node->words;
	struct redir **redir_tail = &node->redirs;
	const struct word_node *name = NULL;
	size_t n_words = 0, heredocs = r->heredocs, from = r->at, end = r->at;
	while (!r->error) {
		size_t sign;
		reader_skip_blanks(r);
		int c = reader_peek(r);
		if (peek_redirection(r, &sign)) {
			*redir_tail = read_redirection(r);
			redir_tail = &(*redir_tail)->next;
		} else if (c == '(' && n_words == 1 && !node->redirs && name) {
			return read_short_function(r, node);
		} else if (c == '(' && n_words) {
			reader_fail(r, "unexpected parenthesis");
		} else if (starts_word(r, c)) {
			struct word_node *word = read_word(r, !name || is_declaration(name), WORD_PLAIN);
			if (!word)
				break;
			if (!name && !word->assign)
				name = word;
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
	node->span = reader_span(r, from, end);
	if (r->heredocs == heredocs)
		node->text = str_make(r->text.p + from, end - from);
	return node;
}

/* ---- compound commands ---- */

static struct node *read_required_list(struct reader *r)
{
	struct node *list = read_list(r);
	if (!list)
		reader_fail(r, "a command is missing");
	return list;
}

static struct node *read_subshell(struct reader *r)
{
	struct node *node = new_node(r, NODE_SUBSHELL);
	(void)reader_next(r);
	node->body = read_required_list(r);
	reader_expect(r, ')', "a parenthesis is never closed");
	return node;
}

/* (( expression )); when it is none, nothing was read and the result is NULL. */
static struct node *read_arithmetic_command(struct reader *r)
{
	struct node *node = new_node(r, NODE_ARITH);
	size_t at = r->at;
	(void)reader_next(r);
	(void)reader_next(r);
	node->arith[0] = read_parts(r, WORD_ARITH, true);
	if (!r->error && reader_accept(r, ')') && reader_accept(r, ')'))
		return node;
	if (*r->work) {
		r->error = NULL;
		r->at = at;
		r->scratch_n = 0;
	}
	return NULL;
}

static struct node *read_parenthesis(struct reader *r)
{
	if (reader_peek_second(r) == '(') {
		struct node *node = read_arithmetic_command(r);
		if (node)
			return node;
	}
	return read_subshell(r);
}

static struct node *read_group(struct reader *r)
{
	struct node *node = new_node(r, NODE_GROUP);
	node->body = read_required_list(r);
	expect_reserved(r, RESERVED_CLOSE, "a brace is never closed");
	return node;
}

/* Behind "if" or "elif". */
static struct node *read_if(struct reader *r)
{
	struct node *node = new_node(r, NODE_IF);
	node->cond = read_required_list(r);
	expect_reserved(r, RESERVED_THEN, "\"then\" is missing");
	node->body = read_required_list(r);
	if (accept_reserved(r, RESERVED_ELIF)) {
		if (reader_enter(r)) {
			node->other = read_if(r);
			reader_leave(r);
		}
		return node;
	}
	if (accept_reserved(r, RESERVED_ELSE))
		node->other = read_required_list(r);
	expect_reserved(r, RESERVED_FI, "\"fi\" is missing");
	return node;
}

/* do list done, or { list } */
static struct node *read_loop_body(struct reader *r)
{
	reader_skip_lines(r);
	bool braces = accept_reserved(r, RESERVED_OPEN);
	if (!braces)
		expect_reserved(r, RESERVED_DO, "\"do\" is missing");
	struct node *body = read_required_list(r);
	expect_reserved(r, braces ? RESERVED_CLOSE : RESERVED_DONE, "\"done\" is missing");
	return body;
}

static struct node *read_while(struct reader *r)
{
	struct node *node = new_node(r, NODE_LOOP);
	node->cond = read_required_list(r);
	expect_reserved(r, RESERVED_DO, "\"do\" is missing");
	node->body = read_required_list(r);
	expect_reserved(r, RESERVED_DONE, "\"done\" is missing");
	return node;
}

/* for (( a; b; c )), behind the first parenthesis */
static struct node *read_c_for(struct reader *r, struct node *node)
{
	node->kind = NODE_C_FOR;
	(void)reader_next(r);
	(void)reader_next(r);
	/* The semicolons need no splitting: all three parts are expanded alike. */
	node->arith[0] = read_parts(r, WORD_ARITH, true);
	reader_expect(r, ')', "for (( is never closed");
	reader_expect(r, ')', "for (( is never closed");
	reader_skip_blanks(r);
	(void)reader_accept(r, ';');
	node->body = read_loop_body(r);
	return node;
}

static struct str read_plain_name(struct reader *r)
{
	struct str name = STR("");
	bool quoted;
	reader_skip_blanks(r);
	struct word_node *word = read_word(r, false, WORD_PLAIN);
	if (!word_node_text(word, &name, &quoted))
		reader_fail(r, "a plain name is missing");
	return name;
}

/* for and select, behind the keyword */
static struct node *read_for(struct reader *r, enum node_kind kind)
{
	struct node *node = new_node(r, kind);
	reader_skip_blanks(r);
	if (kind == NODE_FOR && reader_peek(r) == '(' && reader_peek_second(r) == '(')
		return read_c_for(r, node);
	node->name = read_plain_name(r);
	reader_skip_lines(r);
	struct word_node **tail = &node->words;
	if (accept_reserved(r, RESERVED_IN)) {
		node->has_in = true;
		for (;;) {
			reader_skip_blanks(r);
			if (!starts_word(r, reader_peek(r)))
				break;
			*tail = read_word(r, false, WORD_PLAIN);
			if (!*tail)
				break;
			tail = &(*tail)->next;
		}
		if (reader_peek(r) != '\n')
			reader_expect(r, ';', "\";\" or a newline is missing in \"for\"");
	} else {
		(void)reader_accept(r, ';');
	}
	node->body = read_loop_body(r);
	return node;
}

static void read_case_patterns(struct reader *r, struct case_item *item)
{
	struct word_node **tail = &item->patterns;
	do {
		reader_skip_blanks(r);
		*tail = read_word(r, false, WORD_PLAIN);
		if (!*tail) {
			reader_fail(r, "a pattern is missing in \"case\"");
			return;
		}
		tail = &(*tail)->next;
		reader_skip_blanks(r);
	} while (reader_accept(r, '|'));
	reader_expect(r, ')', "\")\" is missing behind a pattern in \"case\"");
}

static struct node *read_case(struct reader *r)
{
	struct node *node = new_node(r, NODE_CASE);
	reader_skip_blanks(r);
	node->words = read_word(r, false, WORD_PLAIN);
	if (!node->words)
		reader_fail(r, "a word is missing in \"case\"");
	reader_skip_lines(r);
	expect_reserved(r, RESERVED_IN, "\"in\" is missing in \"case\"");
	struct case_item **tail = &node->items;
	for (;;) {
		reader_skip_lines(r);
		if (r->error || accept_reserved(r, RESERVED_ESAC))
			return node;
		(void)reader_accept(r, '(');
		struct case_item *item = ARENA_NEW(r->arena, struct case_item);
		read_case_patterns(r, item);
		item->body = read_list(r);
		*tail = item;
		tail = &item->next;
		if (reader_accept(r, ';')) {
			/* ;;  ;&  ;;& */
			if (!reader_accept(r, '&')) {
				reader_expect(r, ';', "\";;\" is missing in \"case\"");
				(void)reader_accept(r, '&');
			}
		} else {
			reader_skip_lines(r);
			expect_reserved(r, RESERVED_ESAC, "\"esac\" is missing");
			return node;
		}
	}
}

static struct test_operand *add_test_operand(struct reader *r, struct test_operand ***tail, struct word_node *word,
					     enum test_word kind)
{
	struct test_operand *operand = ARENA_NEW(r->arena, struct test_operand);
	operand->word = word;
	operand->kind = kind;
	**tail = operand;
	*tail = &operand->next;
	return operand;
}

static enum test_word test_operator_kind(struct str op)
{
	static const char *const arithmetic[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
	for (size_t i = 0; i < ARRAY_SIZE(arithmetic); i++)
		if (str_is(op, arithmetic[i]))
			return TEST_ARITH;
	return str_is(op, "-v") || str_is(op, "-R") ? TEST_VARIABLE : TEST_PLAIN;
}

/* [[ ... ]]: only its words matter, since they are expanded; how they are combined does not. */
static struct node *read_test(struct reader *r)
{
	struct node *node = new_node(r, NODE_TEST);
	struct test_operand **tail = &node->operands;
	struct test_operand *before = NULL;
	enum word_mode mode = WORD_PLAIN;
	enum test_word kind = TEST_PLAIN;
	for (;;) {
		reader_skip_lines(r);
		int c = reader_peek(r);
		struct str text;
		bool quoted;
		if (c == READER_END) {
			reader_fail(r, "[[ is never closed");
			return node;
		}
		if (mode == WORD_PLAIN && c != '<' && c != '>' && reader_is_meta(c)) {
			(void)reader_next(r);
			continue;
		}
		if ((c == '<' || c == '>') && reader_peek_second(r) != '(') {
			(void)reader_next(r);
			continue;
		}
		struct word_node *word = read_word(r, false, mode);
		mode = WORD_PLAIN;
		if (!word) {
			reader_fail(r, "unexpected character in [[ ]]");
			return node;
		}
		bool plain = word_node_text(word, &text, &quoted) && !quoted;
		if (plain && str_is(text, "]]"))
			return node;
		if (plain && (str_is(text, "=~") || str_is(text, "==") || str_is(text, "=") || str_is(text, "!=")))
			mode = str_is(text, "=~") ? WORD_REGEX : WORD_TEST;
		enum test_word op = plain ? test_operator_kind(text) : TEST_PLAIN;
		if (op == TEST_ARITH && before)
			before->kind = TEST_ARITH;
		before = add_test_operand(r, &tail, word, op == TEST_PLAIN ? kind : TEST_PLAIN);
		kind = op;
	}
}

static struct node *read_function(struct reader *r)
{
	struct node *node = new_node(r, NODE_FUNCTION);
	node->name = read_plain_name(r);
	reader_skip_blanks(r);
	if (reader_peek(r) == '(' && reader_peek_second(r) == ')') {
		(void)reader_next(r);
		(void)reader_next(r);
	}
	return read_function_body(r, node);
}

static bool starts_compound(struct reader *r)
{
	size_t end;
	if (reader_peek(r) == '(')
		return true;
	switch (peek_reserved(r, &end)) {
	case RESERVED_IF:
	case RESERVED_FOR:
	case RESERVED_SELECT:
	case RESERVED_WHILE:
	case RESERVED_UNTIL:
	case RESERVED_CASE:
	case RESERVED_OPEN:
	case RESERVED_TEST:
		return true;
	case RESERVED_NONE:
	case RESERVED_THEN:
	case RESERVED_ELIF:
	case RESERVED_ELSE:
	case RESERVED_FI:
	case RESERVED_DO:
	case RESERVED_DONE:
	case RESERVED_ESAC:
	case RESERVED_IN:
	case RESERVED_FUNCTION:
	case RESERVED_COPROC:
	case RESERVED_TIME:
	case RESERVED_NOT:
	case RESERVED_CLOSE:
		return false;
	}
	return false;
}

/* coproc [NAME] command: a name is only one in front of a compound command. */
static struct node *read_coproc(struct reader *r)
{
	struct node *node = new_node(r, NODE_COPROC);
	node->name = STR("COPROC");
	reader_skip_blanks(r);
	if (!starts_compound(r)) {
		size_t at = r->at;
		struct str name;
		bool quoted;
		struct word_node *word = read_word(r, false, WORD_PLAIN);
		reader_skip_blanks(r);
		if (word && word_node_text(word, &name, &quoted) && starts_compound(r))
			node->name = name;
		else if (!r->error)
			r->at = at;
	}
	node->body = read_command(r);
	if (!node->body)
		reader_fail(r, "coproc without a command");
	return node;
}

/* The compound command that the reserved word (already consumed) starts. */
static struct node *read_reserved(struct reader *r, enum reserved word)
{
	switch (word) {
	case RESERVED_IF:
		return read_if(r);
	case RESERVED_FOR:
		return read_for(r, NODE_FOR);
	case RESERVED_SELECT:
		return read_for(r, NODE_SELECT);
	case RESERVED_WHILE:
	case RESERVED_UNTIL:
		return read_while(r);
	case RESERVED_CASE:
		return read_case(r);
	case RESERVED_FUNCTION:
		return read_function(r);
	case RESERVED_COPROC:
		return read_coproc(r);
	case RESERVED_OPEN:
		return read_group(r);
	case RESERVED_TEST:
		return read_test(r);
	case RESERVED_NONE:
	case RESERVED_THEN:
	case RESERVED_ELIF:
	case RESERVED_ELSE:
	case RESERVED_FI:
	case RESERVED_DO:
	case RESERVED_DONE:
	case RESERVED_ESAC:
	case RESERVED_IN:
	case RESERVED_TIME:
	case RESERVED_NOT:
	case RESERVED_CLOSE:
		break;
	}
	reader_fail(r, "unexpected reserved word");
	return NULL;
}

static struct node *read_compound(struct reader *r, size_t from)
{
	struct node *node;
	size_t end;
	if (reader_peek(r) == '(') {
		node = read_parenthesis(r);
	} else {
		enum reserved word = peek_reserved(r, &end);
		r->at = end;
		node = read_reserved(r, word);
	}
	if (node) {
		node->span = reader_span(r, from, r->at);
		if (node->kind != NODE_FUNCTION && node->kind != NODE_COPROC)
			read_redirections(r, node);
	}
	return node;
}

static struct node *read_command(struct reader *r)
{
	size_t end;
	reader_skip_blanks(r);
	int c = reader_peek(r);
	if (c == READER_END || !reader_enter(r))
		return NULL;
	size_t from = r->at;
	struct node *node;
	enum reserved word = peek_reserved(r, &end);
	if (c == '(' || (word != RESERVED_NONE && word != RESERVED_IN && !ends_list(word)))
		node = read_compound(r, from);
	else
		node = word == RESERVED_NONE || word == RESERVED_IN ? read_simple(r) : NULL;
	reader_leave(r);
	return node;
}

/* ---- pipelines and lists ---- */

/* "!" and "time [-p]" change nothing about what runs. */
static bool skip_prefixes(struct reader *r)
{
	bool any = false;
	for (;;) {
		size_t end;
		reader_skip_blanks(r);
		enum reserved word = peek_reserved(r, &end);
		if (word != RESERVED_NOT && word != RESERVED_TIME)
			return any;
		any = true;
		r->at = end;
		reader_skip_blanks(r);
		size_t at = r->at;
		if (word == RESERVED_TIME && reader_accept(r, '-')) {
			bool option = (reader_accept(r, 'p') || reader_accept(r, '-')) && reader_is_meta(reader_peek(r));
			if (!option)
				r->at = at;
		}
	}
}

static struct node *read_pipeline(struct reader *r)
{
	bool prefixed = skip_prefixes(r);
	struct node *pipeline = new_node(r, NODE_PIPELINE);
	struct node *command = read_command(r);
	if (!command) {
		/* A lone "!" or "time" runs nothing. */
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
	end_node(r, pipeline);
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
			chain = new_node(r, NODE_AND_OR);
			chain->span = first->span;
			chain->first = first;
			tail = &first->next;
		}
		next->or_else = c == '|';
		*tail = next;
		tail = &next->next;
	}
	if (chain)
		end_node(r, chain);
	return chain ? chain : first;
}

struct node *read_list(struct reader *r)
{
	struct node *list = NULL, **tail = NULL;
	for (;;) {
		size_t end;
		reader_skip_lines(r);
		int c = reader_peek(r);
		if (c == READER_END || c == ')' || ends_list(peek_reserved(r, &end)))
			break;
		if (c == ';' || c == '&' || c == '|') {
			/* ";;" ends a case item; anything else here is an error that the caller reports. */
			break;
		}
		struct node *item = read_and_or(r);
		if (!item)
			break;
		if (!list) {
			list = new_node(r, NODE_LIST);
			tail = &list->first;
		}
		*tail = item;
		tail = &item->next;
		reader_skip_blanks(r);
		c = reader_peek(r);
		if (c == '&' && reader_peek_second(r) != '&') {
			item->background = true;
			(void)reader_next(r);
		} else if (c == ';' && reader_peek_second(r) != ';' && reader_peek_second(r) != '&') {
			(void)reader_next(r);
		} else if (c != '\n') {
			break;
		}
	}
	return list;
}

struct node *read_substitution(struct reader *r)
{
	struct redir *pending = r->pending;
	struct redir **pending_tail = r->pending ? r->pending_tail : &r->pending;
	r->pending = NULL;
	r->pending_tail = &r->pending;
	(void)reader_next(r);
	struct node *list = read_list(r);
	reader_expect(r, ')', "a command substitution is never closed");
	if (r->pending)
		reader_fail(r, "a here-document in a command substitution has no body");
	r->pending = pending;
	r->pending_tail = pending_tail;
	return list;
}
