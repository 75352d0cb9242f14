/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading compound commands: reserved words and everything that they start.
 */
#include "base/array.h"
#include "shell/grammar.h"

/* ---- reserved words ---- */

enum { RESERVED_LONGEST = 8 };

static const struct {
	char text[RESERVED_LONGEST + 1];
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
	{"]]", RESERVED_TEST_END, true},
};

/* word: with zeros behind it; cut when it is longer than any. */
static enum reserved find_reserved(const char word[RESERVED_LONGEST + 1])
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved_words); i++)
		if (memcmp(reserved_words[i].text, word, RESERVED_LONGEST + 1) == 0)
			return reserved_words[i].word;
	return RESERVED_NONE;
}

/* The unquoted word that stands here, if it is short enough to be reserved; consumes nothing. */
enum reserved peek_reserved(struct reader *r, size_t *ret_end)
{
	char word[RESERVED_LONGEST + 1] = "";
	size_t n = 0, at = r->at;
	int c = reader_peek(r);
	*ret_end = at;
	if (c == READER_END || !(reader_bytes[c] & BYTE_RESERVED))
		return RESERVED_NONE;
	if (r->peeked.at != at || !r->peeked.end) {
		while (!reader_is_meta(c) && n < sizeof word) {
			word[n++] = (char)c;
			r->at++;
			c = reader_peek(r);
		}
		r->peeked = (struct peeked_word){at, r->at, find_reserved(word)};
		r->at = at;
	}
	*ret_end = r->peeked.end;
	return (enum reserved)r->peeked.word;
}

bool reserved_ends_list(enum reserved word)
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
	struct node *node = grammar_node(r, NODE_SUBSHELL);
	(void)reader_next(r);
	node->body = read_required_list(r);
	reader_expect(r, ')', "a parenthesis is never closed");
	return node;
}

/* (( expression )); when it is none, nothing was read and the result is NULL. */
static struct node *read_arithmetic_command(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_ARITH);
	size_t at = r->at;
	(void)reader_next(r);
	(void)reader_next(r);
	node->arith[0] = read_parts(r, WORD_ARITH, true);
	if (!r->error && reader_accept(r, ')') && reader_accept(r, ')'))
		return node;
	if (*r->work && !r->final) {
		reader_retry(r, at);
	}
	return NULL;
}

static struct node *read_parenthesis(struct reader *r)
{
	if (reader_peek_second(r) == '(') {
		size_t heredocs = r->heredocs;
		struct node *node = read_arithmetic_command(r);
		if (node)
			return node;
		size_t from = r->at;
		node = read_subshell(r);
		struct str text = str_make(r->text.p + from, r->at - from);
		if (str_find_char(text, '\'') != STR_NPOS &&
		    (str_find_char(text, '`') != STR_NPOS || str_find_char(text, '$') != STR_NPOS))
			reader_fail(r, "(( that is no arithmetic, with quotes inside");
		/* Bash looks for the end as if it were arithmetic, where there are no comments. */
		if (str_find_char(text, '#') != STR_NPOS)
			reader_fail(r, "(( that is no arithmetic, with a '#' inside");
		if (r->heredocs != heredocs)
			reader_fail(r, "(( that is no arithmetic, with a here-document inside");
		return node;
	}
	return read_subshell(r);
}

static struct node *read_group(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_GROUP);
	node->body = read_required_list(r);
	expect_reserved(r, RESERVED_CLOSE, "a brace is never closed");
	return node;
}

/* Behind "if" or "elif". */
static struct node *read_if(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_IF);
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
	struct node *node = grammar_node(r, NODE_LOOP);
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
	for (size_t i = 0; i < ARRAY_SIZE(node->arith); i++) {
		if (i > 0)
			reader_expect(r, ';', "for (( )) has three parts");
		node->arith[i] = read_parts(r, WORD_FOR, true);
	}
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
	struct word_node *word = read_word(r, ASSIGN_NEVER, WORD_PLAIN);
	if (!word_node_text(word, &name, &quoted) || quoted)
		reader_fail(r, "a plain name is missing");
	return name;
}

static bool is_variable_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_name(name.p[i]))
			return false;
	return name.n && !ascii_is_digit(name.p[0]);
}

/* for and select, behind the keyword */
static struct node *read_for(struct reader *r, enum node_kind kind)
{
	struct node *node = grammar_node(r, kind);
	reader_skip_blanks(r);
	if (kind == NODE_FOR && reader_peek(r) == '(' && reader_peek_second(r) == '(')
		return read_c_for(r, node);
	node->name = read_plain_name(r);
	if (!is_variable_name(node->name))
		reader_fail(r, "a loop over what is no name");
	reader_skip_lines(r);
	struct word_node **tail = &node->words;
	if (accept_reserved(r, RESERVED_IN)) {
		node->has_in = true;
		for (;;) {
			reader_skip_blanks(r);
			if (!grammar_starts_word(r, reader_peek(r)))
				break;
			*tail = read_word(r, ASSIGN_NEVER, WORD_PLAIN);
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
		*tail = read_word(r, ASSIGN_NEVER, WORD_PLAIN);
		if (!*tail) {
			reader_fail(r, "a pattern is missing in \"case\"");
			return;
		}
		/* Bash prints what stands in a substitution, and reads "(esac)" as an end. */
		struct str text;
		bool quoted;
		if (r->substitutions && word_node_text(*tail, &text, &quoted) &&
		    str_is(text, "esac"))
			reader_fail(r, "a pattern \"esac\" in a substitution");
		tail = &(*tail)->next;
		reader_skip_blanks(r);
	} while (reader_accept(r, '|'));
	reader_expect(r, ')', "\")\" is missing behind a pattern in \"case\"");
}

static struct node *read_case(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_CASE);
	reader_skip_blanks(r);
	node->words = read_word(r, ASSIGN_NEVER, WORD_PLAIN);
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
				item->goes_on = reader_accept(r, '&');
			} else {
				item->goes_on = true;
			}
		} else {
			reader_skip_lines(r);
			expect_reserved(r, RESERVED_ESAC, "\"esac\" is missing");
			return node;
		}
	}
}

static struct test_operand *add_test_operand(struct reader *r, struct test_operand ***tail,
					     struct word_node *word, enum test_word kind)
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

/* What may come next in [[ ]]. */
enum test_place {
	TEST_TERM,    /* the start of a term */
	TEST_WORD,    /* behind its first word: an operator, or the end of the term */
	TEST_OPERAND, /* behind an operator */
	TEST_DONE,    /* behind a term that takes no more */
};

struct test_reading {
	struct reader *r;
	struct test_operand **tail, *before;
	enum test_place place;
	enum test_word kind; /* of the operand that comes next */
	enum word_mode mode;
	size_t depth; /* open parentheses */
};

static bool is_unary(struct str op)
{
	return op.n == 2 && op.p[0] == '-' && strchr("abcdefghknoprstuvwxzGLNORS", op.p[1]);
}

static bool is_binary(struct str op)
{
	static const char *const operators[] = {"=",   "==",  "!=",  "=~",  "-eq", "-ne", "-lt",
						"-le", "-gt", "-ge", "-nt", "-ot", "-ef"};
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (str_is(op, operators[i]))
			return true;
	return false;
}

static bool is_digits(struct str text)
{
	size_t n = 0;
	while (n < text.n && ascii_is_digit(text.p[n]))
		n++;
	return n == text.n;
}

/* A sign that is no word: ( ) && || < >. False when there is none; what may not stand here is an error. */
static bool read_test_sign(struct test_reading *t)
{
	struct reader *r = t->r;
	int c = reader_peek(r), second = reader_peek_second(r);
	bool ends = t->place == TEST_WORD || t->place == TEST_DONE, fits = false;
	if (!reader_is_meta(c) || ((c == '<' || c == '>') && second == '(') ||
	    (c == '(' && t->mode != WORD_PLAIN))
		return false;
	if (c == '(') {
		fits = t->place == TEST_TERM;
		t->depth++;
	} else if (c == ')') {
		fits = ends && t->depth > 0;
		t->depth -= fits;
		t->place = TEST_DONE;
	} else if ((c == '&' || c == '|') && second == c) {
		fits = ends;
		(void)reader_next(r);
		t->place = TEST_TERM;
	} else if (c == '<' || c == '>') {
		fits = t->place == TEST_WORD;
		t->place = TEST_OPERAND;
	}
	(void)reader_next(r);
	if (!fits)
		reader_fail(r, "[[ ]] that is no expression");
	return true;
}

/* False at its end. */
static bool read_test_word(struct test_reading *t)
{
	struct reader *r = t->r;
	struct str text;
	bool quoted;
	struct word_node *word = NULL;
	if (t->mode != WORD_TEST || reader_peek(r) != '(')
		word = read_word(r, ASSIGN_NEVER, t->mode);
	t->mode = WORD_PLAIN;
	if (!word) {
		reader_fail(r, "unexpected character in [[ ]]");
		return false;
	}
	bool plain = word_node_text(word, &text, &quoted) && !quoted;
	int next = reader_peek(r);
	if (plain && (next == '<' || next == '>') && is_digits(text))
		reader_fail(r, "a redirection in [[ ]]");
	bool ends = t->place == TEST_WORD || t->place == TEST_DONE;
	if (plain && str_is(text, "]]")) {
		if (!ends || t->depth)
			reader_fail(r, "[[ ]] that is no expression");
		return false;
	}
	enum test_word kind = t->kind, op = plain ? test_operator_kind(text) : TEST_PLAIN;
	t->kind = TEST_PLAIN;
	if (t->place == TEST_OPERAND) {
		t->place = TEST_DONE;
	} else if (t->place == TEST_TERM && plain && is_unary(text)) {
		t->kind = op;
		t->place = TEST_OPERAND;
	} else if (t->place == TEST_WORD && plain && is_binary(text)) {
		if (op == TEST_ARITH)
			t->before->kind = op;
		t->kind = op;
		if (op == TEST_PLAIN && text.p[0] != '-')
			t->mode = str_is(text, "=~") ? WORD_REGEX : WORD_TEST;
		t->place = TEST_OPERAND;
	} else if (t->place != TEST_TERM) {
		reader_fail(r, "[[ ]] that is no expression");
	} else if (!plain || !str_is(text, "!")) {
		t->place = TEST_WORD;
	}
	t->before = add_test_operand(r, &t->tail, word, kind);
	return true;
}

/* [[ ... ]]: only its words matter, since they are expanded; how they are combined does not. But what Bash refuses is an
 * error here, too.
 */
static struct node *read_test(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_TEST);
	struct test_reading t = {.r = r, .tail = &node->operands, .mode = WORD_PLAIN};
	do {
		if (t.place == TEST_TERM || t.place == TEST_DONE)
			reader_skip_lines(r);
		else
			reader_skip_blanks(r);
		if (reader_peek(r) == READER_END)
			reader_fail(r, "[[ is never closed");
	} while (!r->error && (read_test_sign(&t) || read_test_word(&t)));
	return node;
}

static struct node *read_function(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_FUNCTION);
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
	case RESERVED_TEST_END:
		return false;
	}
	return false;
}

/* coproc c x=$y: Bash takes c for the name of the coprocess, and does not split the words behind it. Nor does a word end
 * inside the brackets of "x[ ]".
 */
static bool assigns_second(const struct word_node *words)
{
	const struct word_node *second = words && !words->assign ? words->next : NULL;
	for (const struct part *part = second ? second->parts : NULL; part; part = part->next)
		if (part->kind == PART_TEXT && (str_find_char(part->text, '=') != STR_NPOS ||
						str_find_char(part->text, '[') != STR_NPOS))
			return true;
	return false;
}

/* coproc [NAME] command: a name is only one in front of a compound command. */
static struct node *read_coproc(struct reader *r)
{
	struct node *node = grammar_node(r, NODE_COPROC);
	node->name = STR("COPROC");
	reader_skip_blanks(r);
	if (!starts_compound(r)) {
		size_t at = r->at, end;
		struct str name;
		bool quoted;
		struct word_node *word = read_word(r, ASSIGN_NEVER, WORD_PLAIN);
		reader_skip_blanks(r);
		if (word && word_node_text(word, &name, &quoted) && starts_compound(r)) {
			node->name = name;
			if (str_find_char(name, '=') != STR_NPOS)
				reader_fail(r, "an assignment behind coproc");
		} else if (peek_reserved(r, &end) != RESERVED_NONE) {
			reader_fail(r, "a reserved word behind coproc and a name");
		} else if (!r->error) {
			r->at = at;
		}
	}
	node->body = read_command(r);
	if (!node->body)
		reader_fail(r, "coproc without a command");
	else if (node->body->kind == NODE_SIMPLE && assigns_second(node->body->words))
		reader_fail(r, "an assignment behind coproc");
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
	case RESERVED_TEST_END:
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

struct node *read_command(struct reader *r)
{
	size_t end;
	reader_skip_blanks(r);
	int c = reader_peek(r);
	if (c == READER_END || !reader_enter(r))
		return NULL;
	size_t from = r->at;
	struct node *node;
	enum reserved word = peek_reserved(r, &end);
	if (c == '(' || (word != RESERVED_NONE && !reserved_ends_list(word)))
		node = read_compound(r, from);
	else
		node = word == RESERVED_NONE ? read_simple(r) : NULL;
	reader_leave(r);
	return node;
}
