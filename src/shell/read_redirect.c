/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading redirections and the delimiters of here-documents.
 */
#include <limits.h>

#include "base/array.h"
#include "shell/grammar.h"

static bool is_redirection_sign(int c)
{
	return c == '<' || c == '>';
}

/* Does a redirection start here, perhaps behind a descriptor? Sets *ret_sign to where its operator stands. */
bool peek_redirection(struct reader *r, size_t *ret_sign)
{
	size_t at = r->at;
	int c = reader_peek(r);
	*ret_sign = at;
	if (c > 0 && (reader_bytes[c] & BYTE_NAME) && !ascii_is_digit((char)c))
		return false; /* as most words start */
	if (c == '&') {
		*ret_sign = r->at;
		return reader_peek_second(r) == '>';
	}
	if (c == '{') {
		r->at++;
		bool digit = reader_peek(r) > 0 && reader_peek(r) < 128 &&
			     ascii_is_digit((char)reader_peek(r));
		while (reader_peek(r) > 0 && reader_peek(r) < 128 &&
		       ascii_is_name((char)reader_peek(r)))
			r->at++;
		c = reader_peek(r);
		if (c == '}' && !digit)
			r->at++;
		else
			r->at = at;
	} else {
		/* A number that is none of C's is a word. */
		long long number = 0;
		for (; reader_peek(r) > 0 && reader_peek(r) < 128 &&
		       ascii_is_digit((char)reader_peek(r));
		     r->at++)
			if (number <= INT_MAX)
				number = number * 10 + (reader_peek(r) - '0');
		if (number > INT_MAX) {
			r->at = at;
			return false;
		}
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
	{"&>>", REDIR_BOTH_APPEND},
	{"<<<", REDIR_HERE_STRING},
	{"<<-", REDIR_HERE_DOC},
	{"&>", REDIR_BOTH},
	{"<<", REDIR_HERE_DOC},
	{"<&", REDIR_DUP_IN},
	{"<>", REDIR_IN_OUT},
	{">>", REDIR_APPEND},
	{">&", REDIR_DUP_OUT},
	{">|", REDIR_OUT},
	{"<", REDIR_IN},
	{">", REDIR_OUT},
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
	bool escapes = false; /* $'...' */
	for (;;) {
		int c = quote == '\'' ? reader_next_raw(r) : reader_peek(r);
		if (c == READER_END || (!quote && reader_is_meta(c)))
			break;
		if (quote != '\'')
			(void)reader_next(r);
		if (c == '$' && !quote && reader_peek(r) == '"')
			reader_fail(r, "a here-document's delimiter that may be translated");
		if (c == '$' && !quote && reader_peek(r) == '\'') {
			(void)reader_next(r);
			quote = '\'';
			redir->body_quoted = escapes = true;
			continue;
		}
		if (c == '\\' && quote == '\'' && escapes)
			reader_fail(r, "a here-document's delimiter with escapes");
		if (quote != '\'' &&
		    (c == '`' || (c == '$' && reader_peek(r) > 0 && strchr("({[", reader_peek(r)))))
			reader_fail(r, "a here-document's delimiter with a substitution");
		if (c == quote) {
			quote = 0;
			escapes = false;
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
			/* Between double quotes a backslash in front of anything else is itself. */
			if (quote && (c <= 0 || !strchr("$`\"\\", c)))
				ARENA_PUSH(r->arena, r->scratch, r->scratch_n,
					   r->scratch_cap) = '\\';
		}
		ARENA_PUSH(r->arena, r->scratch, r->scratch_n, r->scratch_cap) = (char)c;
	}
	if (quote)
		reader_fail(r, "a here-document's delimiter is never closed");
	int c = reader_peek(r);
	if ((c == '<' || c == '>') && reader_peek_second(r) == '(')
		reader_fail(r, "a here-document's delimiter with a substitution");
	if (r->scratch_n && memchr(r->scratch, '\n', r->scratch_n))
		reader_fail(r, "a here-document's delimiter of several lines");
	if (!r->scratch_n && !redir->body_quoted)
		reader_fail(r, "a here-document without a delimiter");
	redir->delimiter = arena_str(r->arena, str_make(r->scratch, r->scratch_n));
	r->scratch_n = 0;
}

struct redir *read_redirection(struct reader *r)
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
	/* "-" is a word of its own here: >&-x closes a descriptor and runs x. */
	if ((redir->op == REDIR_DUP_IN || redir->op == REDIR_DUP_OUT) && reader_peek(r) == '-') {
		redir->target = ARENA_NEW(r->arena, struct word_node);
		redir->target->parts = ARENA_NEW(r->arena, struct part);
		redir->target->parts->text = STR("-");
		redir->target->span = reader_span(r, r->at, r->at + 1);
		(void)reader_next(r);
		return redir;
	}
	redir->target = read_word(r, ASSIGN_NEVER, WORD_PLAIN);
	if (!redir->target && !r->error) {
		reader_fail(r, "a redirection without a file");
		r->refused = true;
	}
	return redir;
}

void read_redirections(struct reader *r, struct node *node)
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
