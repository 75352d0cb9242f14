/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs of jq and its like. They only compute, with few exceptions: the environment, and modules.
 */
#include "base/limits.h"
#include "decide/code.h"

enum { JQ_NESTING = 64 };

struct jq {
	struct cursor in;
	size_t parens[JQ_NESTING]; /* open ones at each level of "\( )" inside strings */
	size_t level;
	bool in_string;
	bool plain;
};

/* Names with which a program reaches out of itself, in jq, gojq, jaq and yq. */
static const char *const reaching[] = {"env",
				       "$ENV",
				       "ENV",
				       "import",
				       "include",
				       "modulemeta",
				       "get_search_list",
				       "$__prog_args",
				       "strenv",
				       "envsubst",
				       "eval",
				       "exec",
				       "system",
				       "repl",
				       "read_file",
				       "$__prog_name",
				       NULL};

static void read_string(struct jq *jq)
{
	struct cursor *in = &jq->in;
	while (!cursor_end(in)) {
		char c = in->text.p[in->at++];
		if (c == '"') {
			jq->in_string = false;
			return;
		}
		if (c != '\\')
			continue;
		char escaped = cursor_peek(in, 0);
		in->at += !cursor_end(in);
		if (escaped != '(')
			continue;
		if (++jq->level >= JQ_NESTING) {
			jq->plain = false;
			in->at = in->text.n;
			return;
		}
		jq->parens[jq->level] = 1;
		jq->in_string = false;
		return;
	}
	jq->plain = false;
}

/* A comment that goes on in the next line does so in some versions only. */
static void read_comment(struct jq *jq)
{
	struct cursor *in = &jq->in;
	for (; !cursor_end(in) && cursor_peek(in, 0) != '\n'; in->at++)
		if (cursor_peek(in, 0) == '\\' || cursor_peek(in, 0) == '\r')
			jq->plain = false;
}

/* ".env" is a field; "..env" and "1.env" are not. */
static bool is_field(struct str text, size_t at)
{
	char before = at > 1 ? text.p[at - 2] : ' ';
	return at > 0 && text.p[at - 1] == '.' && before != '.' && !ascii_is_digit(before);
}

static void read_name(struct jq *jq)
{
	struct cursor *in = &jq->in;
	size_t from = in->at;
	in->at += cursor_peek(in, 0) == '$';
	while (ascii_is_name(cursor_peek(in, 0)))
		in->at++;
	struct str name = str_make(in->text.p + from, in->at - from);
	/* load, strload, load_xml, xmlload and whatever else yq calls so */
	if (!is_field(in->text, from) &&
	    (code_listed(reaching, name) || str_find(name, STR("load")) != STR_NPOS))
		jq->plain = false;
}

static void read_paren(struct jq *jq, char c)
{
	if (c == '(') {
		jq->parens[jq->level]++;
	} else if (jq->parens[jq->level] == 0) {
		jq->plain = false;
	} else if (--jq->parens[jq->level] == 0 && jq->level > 0) {
		jq->level--;
		jq->in_string = true;
	}
}

static void read_token(struct jq *jq)
{
	char c = cursor_peek(&jq->in, 0);
	if (ascii_is_name(c) || c == '$') {
		read_name(jq);
	} else if (c == '#') {
		read_comment(jq);
	} else {
		jq->in.at++;
		if (c == '"')
			jq->in_string = true;
		else if (c == '(' || c == ')')
			read_paren(jq, c);
	}
}

bool code_jq(struct code *code)
{
	struct jq jq = {.in = {.text = code->text}, .plain = true};
	size_t steps = 0;
	while (!cursor_end(&jq.in) && steps++ < LIMIT_CODE_TOKENS) {
		if (jq.in_string)
			read_string(&jq);
		else
			read_token(&jq);
	}
	return code_charge(code, steps) && cursor_end(&jq.in) && jq.plain && jq.level == 0 &&
	       !jq.in_string;
}
