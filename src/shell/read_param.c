/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading parameter expansions: names, ${...} and its operators.
 */
#include "shell/reader.h"

struct str read_name(struct reader *r)
{
	size_t from = r->scratch_n;
	int c = reader_peek(r);
	if (c < 0 || !ascii_is_name((char)c) || ascii_is_digit((char)c))
		return STR("");
	struct str run = reader_run(r, BYTE_NAME);
	if (r->at >= r->end || r->text.p[r->at] != '\\')
		return run;
	/* Perhaps it goes on in the next line. */
	for (size_t i = 0; i < run.n; i++)
		ARENA_PUSH(r->arena, r->scratch, r->scratch_n, r->scratch_cap) = run.p[i];
	c = reader_peek(r);
	while (c > 0 && c < 128 && ascii_is_name((char)c)) {
		ARENA_PUSH(r->arena, r->scratch, r->scratch_n,
			   r->scratch_cap) = (char)reader_next(r);
		c = reader_peek(r);
	}
	struct str name = arena_str(r->arena, str_make(r->scratch + from, r->scratch_n - from));
	r->scratch_n = from;
	return name;
}

/* A variable name, digits, or one special character. */
struct str read_parameter_name(struct reader *r, bool braced)
{
	struct str name = read_name(r);
	int c = reader_peek(r);
	if (name.n || c == READER_END)
		return name;
	size_t from = r->at;
	if (ascii_is_digit((char)c)) {
		do
			(void)reader_next(r);
		while (braced && reader_peek(r) > 0 && ascii_is_digit((char)reader_peek(r)));
		return str_make(r->text.p + from, r->at - from);
	}
	if (strchr("@*#?-$!", c)) {
		(void)reader_next(r);
		return str_make(r->text.p + from, 1);
	}
	return STR("");
}

bool starts_parameter(int c)
{
	return c > 0 && c < 128 && (ascii_is_name((char)c) || strchr("@*#?-$!", c));
}

/* ${#x}, not ${#} and ${#-default} */
static void read_length_sign(struct reader *r, struct param *param)
{
	if (reader_peek(r) != '#' || !starts_parameter(reader_peek_second(r)))
		return;
	size_t at = r->at;
	(void)reader_next(r);
	struct str name = read_parameter_name(r, true);
	int c = reader_peek(r);
	bool has_elements = name.n && ascii_is_name(name.p[0]) && !ascii_is_digit(name.p[0]);
	if (name.n && (c == '}' || (c == '[' && has_elements))) {
		param->length = true;
		param->name = name;
	} else {
		r->at = at;
	}
}

static void read_indirect_sign(struct reader *r, struct param *param)
{
	if (reader_peek(r) != '!' || !starts_parameter(reader_peek_second(r)))
		return;
	(void)reader_next(r);
	param->indirect = true;
	param->name = read_parameter_name(r, true);
	int c = reader_peek(r);
	if ((c == '*' || c == '@') && reader_peek_second(r) == '}') {
		(void)reader_next(r);
		param->names = true;
	}
}

static void set_op(struct param *param, int first, int second)
{
	param->op[0] = (char)first;
	param->op[1] = (char)second;
}

/* What Bash finds wrong only when it expands it. from: where the operator starts. */
static void check_operator(struct reader *r, const struct param *param, size_t from)
{
	char name = param->name.p[0];
	bool special = param->name.n == 1 && strchr("#?-$!", name);
	char op = param->op[0];
	bool elements = param->indirect && param->has_subscript;
	bool empty = !param->arg && !param->arg2;
	if (param->length || elements ||
	    (special && (strchr("^,~@/=", op) || empty || param->op[1] == '=')))
		reader_fail(r, "bad substitution in ${ }");
	if (op == '@' && (!param->arg || param->arg->next || param->arg->text.n != 1 ||
			  !strchr("UuLQEPAKak", param->arg->text.p[0])))
		reader_fail(r, "bad substitution in ${ }");
	/* In a here-document Bash does not find the end of a substitution there. */
	struct str text = str_make(r->text.p + from, r->at - from);
	bool pattern = strchr("#%/^,~@", op) || (op == ':' && !param->op[1]);
	if (r->embedded && pattern && str_find(text, STR("$(")) != STR_NPOS)
		reader_fail(r, "a substitution behind an operator in ${ } in a here-document");
}

/* The operator and its words, up to the closing brace. */
static void read_operator(struct reader *r, struct param *param, bool quoted)
{
	size_t from = r->at;
	enum word_mode plain = quoted ? WORD_BRACE_QUOTED : WORD_BRACE;
	int c = reader_next(r);
	int second = reader_peek(r);
	if (c == ':' && second > 0 && strchr("-=?+", second)) {
		set_op(param, c, reader_next(r));
		param->arg = read_parts(r, plain, quoted);
	} else if (c == ':') {
		set_op(param, c, 0);
		param->arg = read_parts(r, WORD_OFFSET, true);
		if (reader_accept(r, ':')) {
			param->arg2 = read_parts(r, WORD_OFFSET, true);
			/* ${x:1:} has a length, which is nothing. */
			if (!param->arg2)
				param->arg2 = ARENA_NEW(r->arena, struct part);
		} else if (!param->arg) {
			reader_fail(r, "bad substitution in ${ }");
		}
	} else if (c > 0 && strchr("-=?+", c)) {
		set_op(param, c, 0);
		param->arg = read_parts(r, plain, quoted);
	} else if (c > 0 && strchr("#%^,~", c)) {
		set_op(param, c, second == c ? reader_next(r) : 0);
		param->arg = read_parts(r, WORD_BRACE, false);
	} else if (c == '/') {
		set_op(param, c, second == c ? reader_next(r) : 0);
		/* ${x///y}: a slash right behind the operator belongs to the pattern. */
		param->arg = read_parts(r, WORD_PATTERN, false);
		/* Quotes in the replacement quote in double quotes, too. */
		if (reader_accept(r, '/'))
			param->arg2 = read_parts(r, WORD_BRACE, false);
	} else if (c == '@') {
		set_op(param, c, 0);
		param->arg = read_parts(r, plain, quoted);
	} else {
		reader_fail(r, "bad substitution in ${ }");
	}
	if (!r->error)
		check_operator(r, param, from);
}

/* Bash looks for the end of ${ } without a thought for brackets. */
static bool closes_brace(struct str text)
{
	size_t open = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '}' && open-- == 0)
			return true;
		open += text.p[i] == '{' && i > 0 && text.p[i - 1] == '$';
	}
	return false;
}

/* ${...}, behind the opening brace */
struct param *read_braced(struct reader *r, bool quoted)
{
	struct param *param = ARENA_NEW(r->arena, struct param);
	size_t from = r->at;
	param->braced = true;
	read_length_sign(r, param);
	if (!param->length)
		read_indirect_sign(r, param);
	if (!param->length && !param->indirect)
		param->name = read_parameter_name(r, true);
	if (!param->name.n)
		reader_fail(r, "bad substitution in ${ }");
	if (reader_peek(r) == '[') {
		(void)reader_next(r);
		param->has_subscript = true;
		if (!ascii_is_name(param->name.p[0]) || ascii_is_digit(param->name.p[0]))
			reader_fail(r, "a subscript of what is no array");
		size_t start = r->at;
		param->subscript = read_parts(r, WORD_SUBSCRIPT, true);
		if (closes_brace(str_make(r->text.p + start, r->at - start)))
			reader_fail(r, "a brace in a subscript, which ends ${ }");
		reader_expect(r, ']', "a subscript is never closed");
		if (!param->subscript)
			reader_fail(r, "an empty subscript");
	}
	if (reader_peek(r) != '}')
		read_operator(r, param, quoted);
	reader_expect(r, '}', "${ is never closed");
	struct str text = str_make(r->text.p + from, r->at - from);
	param->holds_brace = str_find_char(text, '{') != STR_NPOS ||
			     str_find_char(text, '"') != STR_NPOS;
	return param;
}
