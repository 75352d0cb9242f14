/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic: text that Bash evaluates, and expands once more where it names something. What matters is not the number but
 * what it assigns and runs.
 */
#include "shell/eval.h"

static bool holds_substitution(struct str text)
{
	return str_find(text, STR("$(")) != STR_NPOS || str_find_char(text, '`') != STR_NPOS ||
	       str_find(text, STR("${")) != STR_NPOS || str_find(text, STR("$[")) != STR_NPOS;
}

static void arith_name(struct eval *ev, struct state *st, struct str name, int depth);

static struct str behind_subscript(struct str text)
{
	int depth = 0;
	for (size_t i = 0; text.n && text.p[0] == '[' && i < text.n; i++) {
		depth += text.p[i] == '[';
		depth -= text.p[i] == ']';
		if (depth == 0)
			return str_from_at(text, i + 1);
	}
	return text;
}

static void perhaps_assign_number(struct eval *ev, struct state *st, struct str name)
{
	ev->branches++;
	st->weak++;
	state_assign_value(ev, st, name, value_number());
	st->weak--;
	ev->branches--;
}

/* Looks at every name in the expression: arithmetic evaluates their values as expressions again. */
static void arith_text(struct eval *ev, struct state *st, struct str text, int depth)
{
	if (depth > 8) {
		eval_opaque(ev, st, "arithmetic that refers to itself");
		return;
	}
	bool substitutes = holds_substitution(text), assigned = false;
	if (substitutes)
		eval_embedded(ev, st, text);
	for (size_t i = 0; i < text.n && eval_charge(ev, 1);) {
		size_t from = i;
		while (i < text.n && ascii_is_name(text.p[i]))
			i++;
		if (i > from && !ascii_is_digit(text.p[from]))
			arith_name(ev, st, str_make(text.p + from, i - from), depth);
		bool assigns = false;
		struct str rest = str_trim(behind_subscript(str_from_at(text, i)));
		if (i > from && rest.n) {
			bool compare = rest.n > 1 && rest.p[0] == '=' && rest.p[1] == '=';
			size_t eq = str_find_char(str_first(rest, 4), '=');
			assigns = !compare && (eq != STR_NPOS || str_starts(rest, STR("++")) ||
					       str_starts(rest, STR("--")));
		}
		struct str front = str_trim(str_first(text, from));
		bool before = str_ends(front, STR("++")) || str_ends(front, STR("--"));
		if (i > from && (assigns || before) && !ascii_is_digit(text.p[from])) {
			perhaps_assign_number(ev, st, str_make(text.p + from, i - from));
			assigned = true;
		}
		if (i == from)
			i++;
	}
	/* In a subscript they are run when what stands in front is done. */
	if (substitutes && assigned)
		eval_embedded(ev, st, text);
}

/* ---- is an expression surely well-formed? ---- */

struct expression {
	struct str rest;
	int depth;
};

static void skip_space(struct expression *e)
{
	while (e->rest.n && strchr(" \t\n", e->rest.p[0]))
		e->rest = str_from_at(e->rest, 1);
}

static bool accept_sign(struct expression *e, const char *sign)
{
	skip_space(e);
	if (!str_starts(e->rest, str_from(sign)))
		return false;
	e->rest = str_from_at(e->rest, strlen(sign));
	return true;
}

static bool valid_expression(struct expression *e);

bool arith_is_number(struct str text, size_t *ret_number)
{
	enum { DIGITS = 18 };
	return text.n <= DIGITS && !(text.n > 1 && text.p[0] == '0') &&
	       str_to_size(text, ret_number);
}

/* A number in plain decimal, a name, or a parenthesis. *ret_zero: it may be zero. */
static bool valid_primary(struct expression *e, bool *ret_zero)
{
	*ret_zero = true;
	while (accept_sign(e, "!") || accept_sign(e, "~") || accept_sign(e, "-") ||
	       accept_sign(e, "+"))
		;
	skip_space(e);
	if (accept_sign(e, "("))
		return e->depth < 32 && valid_expression(e) && accept_sign(e, ")");
	size_t n = 0;
	while (n < e->rest.n && ascii_is_name(e->rest.p[n]))
		n++;
	struct str word = str_first(e->rest, n);
	size_t number = 0;
	if (n == 0 || (ascii_is_digit(word.p[0]) && !arith_is_number(word, &number)))
		return false;
	*ret_zero = !ascii_is_digit(word.p[0]) || number == 0;
	e->rest = str_from_at(e->rest, n);
	(void)(accept_sign(e, "++") || accept_sign(e, "--"));
	return true;
}

static bool valid_expression(struct expression *e)
{
	static const char *const signs[] = {"<<=", ">>=", "&&", "||", "<<", ">>", "<=", ">=", "==",
					    "!=",  "+=",  "-=", "*=", "&=", "|=", "^=", "<",  ">",
					    "=",   "+",   "-",  "*",  "&",  "|",  "^",  ","};
	bool zero;
	e->depth++;
	if (!valid_primary(e, &zero))
		return false;
	for (;;) {
		bool more = false, divides = false;
		if (accept_sign(e, "**"))
			return false;
		for (size_t i = 0; i < sizeof signs / sizeof *signs && !more; i++)
			more = accept_sign(e, signs[i]);
		if (!more)
			divides = accept_sign(e, "/") || accept_sign(e, "%");
		if (!more && !divides)
			break;
		if (!valid_primary(e, &zero) || (divides && zero))
			return false;
	}
	e->depth--;
	return true;
}

static bool is_well_formed(struct eval *ev, struct value expression)
{
	struct str text = STR("");
	for (size_t i = 0; i < expression.n && eval_charge(ev, 1 + text.n / 64); i++) {
		bool number = expression.seg[i].kind == SEG_NUMBER; /* perhaps 0, to divide by */
		struct str piece = number ? STR("0") : expression.seg[i].text;
		text = arena_join(ev->arena, text, piece);
	}
	struct expression e = {text, 0};
	skip_space(&e);
	if (e.rest.n == 0)
		return true;
	if (!valid_expression(&e))
		return false;
	skip_space(&e);
	return e.rest.n == 0;
}

/* ---- the names in it ---- */

static void arith_value(struct eval *ev, struct state *st, struct value v, int depth)
{
	if (value_is_numeric(v))
		return;
	if (!value_is_known(v)) {
		eval_opaque(ev, st, "arithmetic on text that is not known may run commands");
		return;
	}
	if (!is_well_formed(ev, v))
		state_shake(st);
	arith_text(ev, st, value_text(ev->arena, v), depth + 1);
}

static void arith_name(struct eval *ev, struct state *st, struct str name, int depth)
{
	const struct variable *v = state_variable(ev, st, name);
	if (v->kind == VARIABLE_UNKNOWN) {
		state_shake(st);                  /* it may be no expression at all */
		if (v->tainted || ev->subscripts) /* or name one that is */
			eval_opaque(ev, st,
				    "arithmetic on text that is not known may run commands");
		return;
	}
	for (size_t i = 0; i < v->n_alt; i++)
		arith_value(ev, st, v->alt[i], depth);
	for (size_t i = 0; i < v->n_items; i++)
		arith_value(ev, st, v->items[i].many ? value_any() : v->items[i].value, depth);
}

/* Does the text assign to what stands behind it, or in front of it? */
static bool assigns_next(struct str text)
{
	text = str_trim(text);
	return str_ends(text, STR("++")) || str_ends(text, STR("--"));
}

static bool assigns_before(struct str text)
{
	text = str_trim(text);
	size_t equals = str_find_char(str_first(text, text.n < 3 ? text.n : 3), '=');
	return str_starts(text, STR("++")) || str_starts(text, STR("--")) ||
	       (equals != STR_NPOS && !str_starts(text, STR("==")));
}

/* "-" in front of "-x" is one "--". */
static bool ends_in_sign(struct str text, bool first)
{
	if (!str_ends(text, STR("-")) && !str_ends(text, STR("+")))
		return false;
	text = str_trim(str_first(text, text.n - 1));
	char before = text.n ? text.p[text.n - 1] : 0;
	return before ? !ascii_is_name(before) && before != ')' && before != ']' : first;
}

/* What the environment holds and was taken for a number may be a name. */
static bool assigns_foreign(struct value expression)
{
	for (size_t i = 0; i < expression.n; i++) {
		if (expression.seg[i].kind != SEG_NUMBER)
			continue;
		if (i > 0 && (assigns_next(expression.seg[i - 1].text) ||
			      ends_in_sign(expression.seg[i - 1].text, i == 1)))
			return true;
		if (i + 1 < expression.n && assigns_before(expression.seg[i + 1].text))
			return true;
	}
	return false;
}

/* "x-" in front of "-1" is "x--", which is done before the error is found. */
static void assign_before_sign(struct eval *ev, struct state *st, struct str text)
{
	if (!str_ends(text, STR("-")) && !str_ends(text, STR("+")))
		return;
	text = str_trim(str_first(text, text.n - 1));
	size_t from = text.n;
	while (from > 0 && ascii_is_name(text.p[from - 1]))
		from--;
	struct str name = str_from_at(text, from);
	if (str_ends(text, STR("]")))
		eval_opaque(ev, st, "arithmetic that assigns to an element");
	if (!name.n || ascii_is_digit(name.p[0]))
		return;
	perhaps_assign_number(ev, st, name);
	state_shake(st);
}

static bool ends_in_name(struct str text)
{
	size_t from = text.n;
	while (from > 0 && ascii_is_name(text.p[from - 1]))
		from--;
	return from < text.n && !ascii_is_digit(text.p[from]);
}

void arith_effects(struct eval *ev, struct state *st, struct value expression)
{
	for (size_t i = 1; i < expression.n; i++)
		if (expression.seg[i].kind == SEG_NUMBER && expression.seg[i - 1].kind == SEG_TEXT)
			assign_before_sign(ev, st, expression.seg[i - 1].text);
	if (assigns_foreign(expression))
		eval_opaque(ev, st, "arithmetic that assigns to a name from the environment");
	/* An error ends the line, and what the rest of it assigns never is. */
	if (!value_is_numeric(expression) && !is_well_formed(ev, expression))
		state_shake(st);
	if (!value_is_numeric(expression))
		state_read_unset(ev, st);
	struct str text = STR("");
	for (size_t i = 0; i < expression.n; i++) {
		if (expression.seg[i].kind == SEG_ANY || expression.seg[i].kind == SEG_GLOB) {
			eval_opaque(ev, st,
				    "arithmetic on text that is not known may run commands");
			return;
		}
		if (expression.seg[i].kind == SEG_TEXT) {
			text = arena_join(ev->arena, text, expression.seg[i].text);
			continue;
		}
		if (ends_in_name(text))
			eval_opaque(ev, st,
				    "a name in arithmetic that goes on with what is not known");
		arith_text(ev, st, text, 0);
		text = STR("");
	}
	arith_text(ev, st, text, 0);
}

/* "x = 5" and nothing else, which cannot fail. */
static bool assigns_constant(struct eval *ev, struct value expression, struct str *ret_name,
			     struct str *ret_number)
{
	if (!value_is_known(expression))
		return false;
	struct str text = str_trim(value_text(ev->arena, expression));
	size_t equals = str_find_char(text, '=');
	struct str name = str_trim(str_first(text, equals)), number;
	if (equals == STR_NPOS || !name.n || ascii_is_digit(name.p[0]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_name(name.p[i]))
			return false;
	number = str_trim(str_from_at(text, equals + 1));
	for (size_t i = 0; i < number.n; i++)
		if (!ascii_is_digit(number.p[i]))
			return false;
	*ret_name = name;
	*ret_number = number;
	/* As it is written it is what is kept: no octal, no overflow. */
	return number.n && number.n < 10 && (number.n == 1 || number.p[0] != '0');
}

void arith_statement(struct eval *ev, struct state *st, struct value expression)
{
	struct str name, number;
	if (assigns_constant(ev, expression, &name, &number))
		state_assign_value(ev, st, name, value_from(ev->arena, number));
	else
		arith_effects(ev, st, expression);
}

void subscript_effects(struct eval *ev, struct state *st, struct str array,
		       const struct part *subscript)
{
	struct value v = expand_arithmetic(ev, st, subscript);
	if (v.n == 0 || !value_is_known(v))
		state_shake(st);
	if (state_variable(ev, st, array)->associative)
		return;
	bool all = v.n == 1 && v.seg[0].kind == SEG_TEXT &&
		   (str_is(v.seg[0].text, "@") || str_is(v.seg[0].text, "*"));
	if (!all)
		arith_effects(ev, st, v);
}

/* arr[0], which is a pattern as well. */
static bool is_plain_element(const struct word *word)
{
	struct value v = word->value;
	if (word->many || v.n != 2 || v.seg[0].kind != SEG_TEXT || v.seg[1].kind != SEG_GLOB ||
	    v.seg[1].text.p[0] != '[')
		return false;
	for (size_t i = 1; i + 1 < v.seg[1].text.n; i++)
		if (!ascii_is_digit(v.seg[1].text.p[i]))
			return false;
	return true;
}

struct str variable_name(struct eval *ev, struct state *st, const struct word *word)
{
	if (is_plain_element(word)) {
		state_havoc(ev, st); /* or a file's name */
		return STR("");
	}
	if (!word_is_known(word)) {
		eval_opaque(ev, st, "a variable is chosen by text that is not known");
		state_havoc(ev, st);
		return STR("");
	}
	struct str text = value_text(ev->arena, word->value);
	size_t n = 0;
	while (n < text.n && ascii_is_name(text.p[n]))
		n++;
	struct str name = str_first(text, n);
	if (n < text.n && text.p[n] == '[') {
		arith_effects(ev, st, value_from(ev->arena, str_from_at(text, n + 1)));
		special_element(ev, st, name);
		state_assign(ev, st, name, &variable_tainted);
		return STR("");
	}
	return n == text.n && n && !ascii_is_digit(text.p[0]) ? name : STR("");
}
