/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading shell text: bytes, blanks, newlines and the here-documents that hang on them. Stage 1 of 3, see tree.h for
 * what comes out. Tour 3 of 9: continue in eval.c.
 */
#include "shell/reader.h"

#include "base/limits.h"

void reader_init(struct reader *r, const struct read_context *context, struct str text)
{
	*r = (struct reader){
		.arena = context->arena,
		.text = text,
		.end = text.n,
		.work = context->work,
		.depth = context->depth,
		.origin = context->origin,
	};
	r->pending_tail = &r->pending;
}

struct span reader_span(const struct reader *r, size_t from, size_t to)
{
	if (!r->origin.literal)
		return r->origin.whole;
	return (struct span){r->origin.base + from, r->origin.base + to};
}

struct read_context reader_inner(const struct reader *r, size_t from)
{
	return (struct read_context){
		.arena = r->arena,
		.work = r->work,
		.depth = r->depth + 1,
		.origin = {.whole = reader_span(r, from, r->at)},
	};
}

void reader_fail(struct reader *r, const char *why)
{
	if (r->error)
		return;
	r->error = why;
	r->error_at = r->at;
	r->end = 0;
}

void reader_retry(struct reader *r, size_t at)
{
	r->error = NULL;
	r->refused = false;
	r->end = r->text.n;
	r->at = at;
	r->scratch_n = 0;
}

int reader_peek_escaped(struct reader *r)
{
	while (r->at + 1 < r->end && r->text.p[r->at] == '\\' && r->text.p[r->at + 1] == '\n')
		r->at += 2;
	return r->at < r->end ? (unsigned char)r->text.p[r->at] : READER_END;
}

int reader_next_raw(struct reader *r)
{
	if (r->at >= r->end)
		return READER_END;
	if (*r->work == 0) {
		reader_fail(r, "too much to read");
		return READER_END;
	}
	--*r->work;
	return (unsigned char)r->text.p[r->at++];
}

struct str reader_run(struct reader *r, unsigned byte_class)
{
	size_t from = r->at, to = from, end = r->end;
	if (from < end && *r->work < end - from)
		end = from + *r->work;
	while (to < end && (reader_bytes[(unsigned char)r->text.p[to]] & byte_class))
		to++;
	if (to == from)
		return STR("");
	*r->work -= to - from;
	r->at = to;
	return str_make(r->text.p + from, to - from);
}

int reader_peek_second(struct reader *r)
{
	if (reader_peek(r) == READER_END)
		return READER_END;
	size_t at = r->at++;
	int c = reader_peek(r);
	r->at = at;
	return c;
}

bool reader_accept(struct reader *r, char c)
{
	if (reader_peek(r) != (unsigned char)c)
		return false;
	(void)reader_next(r);
	return !r->error;
}

void reader_expect(struct reader *r, char c, const char *otherwise)
{
	if (!reader_accept(r, c))
		reader_fail(r, otherwise);
}

void reader_skip_blanks(struct reader *r)
{
	int c = reader_peek(r);
	while (c == ' ' || c == '\t') {
		(void)reader_next(r);
		c = reader_peek(r);
	}
	if (c != '#')
		return;
	while (!r->error && r->at < r->text.n && r->text.p[r->at] != '\n')
		(void)reader_next_raw(r);
}

enum {
	IN_QUOTES = BYTE_QUOTED,
	META = BYTE_META | IN_QUOTES,
	NAME = BYTE_NAME | BYTE_PLAIN | IN_QUOTES,
	PLAIN = BYTE_PLAIN | IN_QUOTES,
};

/* clang-format off */
const uint8_t reader_bytes[256] = {
	[1 ... '\t' - 1] = IN_QUOTES, ['\t'] = META, ['\n'] = META, ['\n' + 1 ... ' ' - 1] = IN_QUOTES,
	[' '] = META, [';'] = META, ['&'] = META, ['|'] = META, ['<'] = META, ['>'] = META, ['('] = META, [')'] = META,
	['0' ... '9'] = NAME, ['A' ... 'Z'] = NAME, ['_'] = NAME,
	['a' ... 'b'] = NAME, ['c' ... 'f'] = NAME | BYTE_RESERVED, ['g' ... 'h'] = NAME, ['i'] = NAME | BYTE_RESERVED,
	['j' ... 'r'] = NAME, ['s' ... 'u'] = NAME | BYTE_RESERVED, ['v'] = NAME, ['w'] = NAME | BYTE_RESERVED,
	['x' ... 'z'] = NAME,
	['%'] = PLAIN, ['+'] = PLAIN, [','] = PLAIN, ['-'] = PLAIN, ['.'] = PLAIN, ['/'] = PLAIN, [':'] = PLAIN,
	['='] = PLAIN, ['@'] = PLAIN, ['^'] = PLAIN, ['~'] = PLAIN, ['#'] = PLAIN, ['*'] = PLAIN,
	['!'] = PLAIN | BYTE_RESERVED,
	['?'] = IN_QUOTES, ['\''] = IN_QUOTES, ['{'] = IN_QUOTES | BYTE_RESERVED, ['}'] = IN_QUOTES | BYTE_RESERVED,
	['['] = IN_QUOTES | BYTE_RESERVED, [']'] = IN_QUOTES | BYTE_RESERVED,
	[0x7f ... 0xff] = IN_QUOTES,
};
/* clang-format on */

bool reader_enter(struct reader *r)
{
	if (r->depth >= LIMIT_SHELL_DEPTH) {
		reader_fail(r, "nested too deeply");
		return false;
	}
	r->depth++;
	return true;
}

void reader_leave(struct reader *r)
{
	r->depth--;
}

/* ---- here-documents ---- */

static void scratch_add(struct reader *r, char c)
{
	ARENA_PUSH(r->arena, r->scratch, r->scratch_n, r->scratch_cap) = c;
}

/* Appends one line with its newline to the scratch text. Unquoted here-documents join continued lines before the
 * delimiter is looked for. Returns false at the end of the text.
 */
static bool body_line(struct reader *r, const struct redir *doc, bool *ret_unfinished)
{
	*ret_unfinished = false;
	bool any = false, start = true;
	while (!r->error && r->at < r->text.n) {
		char c = (char)reader_next_raw(r);
		any = true;
		if (start && doc->strip_tabs && c == '\t') {
			*ret_unfinished = true;
			continue;
		}
		if (!doc->body_quoted && c == '\\' && r->at == r->text.n)
			reader_fail(r, "a here-document that ends in a backslash");
		if (!doc->body_quoted && c == '\\' && r->at < r->text.n) {
			char escaped = (char)reader_next_raw(r);
			if (escaped == '\n')
				continue;
			scratch_add(r, c);
			c = escaped;
		}
		start = false;
		scratch_add(r, c);
		*ret_unfinished = c != '\n';
		if (c == '\n')
			break;
	}
	return any;
}

static void read_body(struct reader *r, struct redir *doc)
{
	size_t from = r->at;
	r->scratch_n = 0;
	for (;;) {
		size_t line = r->scratch_n;
		bool unfinished, any = body_line(r, doc, &unfinished);
		struct str text = STR("");
		if (r->scratch_n > line)
			text = str_make(r->scratch + line, r->scratch_n - line);
		if (text.n && text.p[text.n - 1] == '\n')
			text.n--;
		bool last = any && str_eq(text, doc->delimiter);
		/* There Bash lets the delimiter end a here-document in the middle of a line. */
		if (r->substitutions && !last && str_starts(text, doc->delimiter) &&
		    str_find_char(text, ')') != STR_NPOS)
			reader_fail(r, "a here-document in a substitution that may end sooner");
		if (last)
			r->scratch_n = line;
		/* Ended by the end of the text, its last line still gets its newline. */
		if (unfinished && !last)
			scratch_add(r, '\n');
		if (last || !any || r->error)
			break;
	}
	struct str body = arena_str(r->arena, str_make(r->scratch, r->scratch_n));
	r->scratch_n = 0;
	if (doc->body_quoted) {
		doc->body = ARENA_NEW(r->arena, struct part);
		*doc->body = (struct part){.kind = PART_TEXT, .quoted = true, .text = body};
		return;
	}
	const char *error = NULL;
	struct read_context inner = reader_inner(r, from);
	shell_read_embedded(&inner, body, &doc->body, &error);
	if (error)
		reader_fail(r, error);
}

void reader_newline(struct reader *r)
{
	(void)reader_next(r);
	struct redir *doc = r->pending;
	r->pending = NULL;
	r->pending_tail = &r->pending;
	for (; doc && !r->error; doc = doc->next_pending)
		read_body(r, doc);
}

void reader_skip_lines(struct reader *r)
{
	for (;;) {
		reader_skip_blanks(r);
		if (reader_peek(r) != '\n')
			return;
		reader_newline(r);
	}
}

/* ---- entry points ---- */

void shell_read(const struct read_context *context, struct str text, struct read_result *ret_result)
{
	struct reader r;
	struct node *list = NULL;
	reader_init(&r, context, text);
	if (text.n && memchr(text.p, 0, text.n))
		reader_fail(&r, "holds a NUL byte");
	else if (r.depth >= LIMIT_SHELL_DEPTH)
		reader_fail(&r, "nested too deeply");
	else
		list = read_list(&r);
	if (!r.error && r.at < r.text.n)
		reader_fail(&r, "unexpected closing word or parenthesis");
	/* Bash marks its own quotes with these two, and then doubles or loses them. */
	if (text.n && (memchr(text.p, 1, text.n) || memchr(text.p, 0x7f, text.n)))
		reader_fail(&r, "bytes that Bash takes for its own");
	/* Bash takes the end of the text for the end of a here-document. */
	if (!r.error && r.pending)
		reader_newline(&r);
	/* Lines in front of the one with the error would have run. */
	size_t line = str_find_char(text, '\n');
	bool only = line == STR_NPOS || !str_trim(str_from_at(text, line)).n;
	*ret_result = (struct read_result){list, r.error, r.error_at, r.refused && only};
}

void shell_read_embedded(const struct read_context *context, struct str text,
			 struct part **ret_parts, const char **ret_error)
{
	struct reader r;
	reader_init(&r, context, text);
	if (r.depth >= LIMIT_SHELL_DEPTH)
		reader_fail(&r, "nested too deeply");
	r.embedded = true;
	*ret_parts = read_parts(&r, WORD_HEREDOC, true);
	*ret_error = r.error;
}
