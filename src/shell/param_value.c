/* SPDX-License-Identifier: Apache-2.0
 *
 * What a parameter holds before its operator: variables, positional and special parameters, elements of arrays, directories.
 */
#include "shell/eval.h"

static const struct seg job_seg = {SEG_NUMBER, {own_job, 3}, NULL};

static void hold_exact_number(struct eval *ev, struct holding *h, size_t number)
{
	h->value = value_from(ev->arena, arena_printf(ev->arena, "%zu", number));
}

static void hold_variable(struct eval *ev, const struct variable *v, struct holding *h)
{
	bool unknown;
	switch (v->kind) {
	case VARIABLE_UNKNOWN:
		h->unknown = true;
		h->tainted = v->tainted;
		return;
	case VARIABLE_ARRAY:
		if (v->n_items == 0)
			h->unset = true;
		else if (v->items[0].many)
			h->unknown = h->tainted = true;
		else
			h->value = v->items[0].value;
		return;
	case VARIABLE_SCALAR:
		break;
	}
	size_t n = v->n_alt + v->maybe_unset;
	if (n == 0) {
		h->unset = true;
		return;
	}
	size_t picked = eval_pick(ev, n, &unknown);
	if (unknown)
		h->unknown = h->tainted = true;
	else if (picked == v->n_alt)
		h->unset = true;
	else
		h->value = v->alt[picked];
}

static void hold_positional(struct eval *ev, const struct state *st, struct str digits,
			    struct holding *h)
{
	size_t index;
	if (!str_to_size(digits, &index) || st->positional_unknown) {
		h->unknown = h->tainted = true;
		return;
	}
	if (index == 0) {
		h->value = ev->env->name;
		return;
	}
	for (size_t i = 0; i < st->n_positional && i < index; i++) {
		if (st->positional[i].many) {
			h->unknown = h->tainted = true;
			return;
		}
	}
	if (index > st->n_positional)
		h->unset = true;
	else
		h->value = st->positional[index - 1].value;
}

static void hold_special(struct eval *ev, const struct state *st, char name, struct holding *h)
{
	bool exact = !st->positional_unknown;
	for (size_t i = 0; i < st->n_positional; i++)
		exact &= !st->positional[i].many;
	if (name == '#' && exact)
		hold_exact_number(ev, h, st->n_positional);
	else if (name == '!' && st->started_job)
		h->value = (struct value){&job_seg, 1};
	else if (strchr("#?$", name))
		h->value = value_number();
	else
		h->unknown = true; /* $- , and $! before the first job */
}

static void hold_directory(struct eval *ev, const struct state *st, bool old, struct holding *h)
{
	bool unknown;
	size_t picked = old ? 0 : eval_pick(ev, st->n_cwds, &unknown);
	h->value = old ? st->oldpwd : unknown ? value_any() : st->cwds[picked];
	h->unknown |= !directory_is_plain(ev, h->value);
}

static bool is_all(const struct value v)
{
	return v.n == 1 && v.seg[0].kind == SEG_TEXT &&
	       (str_is(v.seg[0].text, "@") || str_is(v.seg[0].text, "*"));
}

static void hold_element(struct eval *ev, struct state *st, const struct param *param,
			 const struct variable *v, struct holding *h)
{
	struct value subscript = expand_arithmetic(ev, st, param->subscript);
	bool all = is_all(subscript);
	h->star = all && str_is(subscript.seg[0].text, "*");
	size_t index;
	if (!all && !v->associative)
		arith_effects(ev, st, subscript);
	if (all && v->kind == VARIABLE_ARRAY) {
		h->is_list = true;
		h->items = v->items;
		h->n = v->n_items;
		return;
	}
	bool many = false;
	for (size_t i = 0; i < v->n_items; i++)
		many |= v->items[i].many;
	if (v->kind == VARIABLE_ARRAY && !many && value_is_known(subscript) &&
	    arith_is_number(value_text(ev->arena, subscript), &index)) {
		if (index < v->n_items)
			h->value = v->items[index].value;
		else
			h->unset = true;
		return;
	}
	static const struct word any_words[1] = {{.many = true}};
	if (!all && !v->associative &&
	    !(value_is_known(subscript) &&
	      arith_is_number(value_text(ev->arena, subscript), &index)))
		state_shake(st); /* counted from the end it may be in front of the first */
	h->is_list = all;
	h->items = any_words;
	h->n = 1;
	h->unknown = h->tainted = true;
}

void param_hold(struct eval *ev, struct state *st, const struct param *param, struct holding *h)
{
	struct str name = param->name;
	char c = name.n == 1 ? name.p[0] : 0;
	if (c == '@' || c == '*') {
		static const struct word any_words[1] = {{.many = true}};
		h->is_list = true;
		h->items = st->positional_unknown ? any_words : st->positional;
		h->n = st->positional_unknown ? 1 : st->n_positional;
	} else if (ascii_is_digit(name.p[0])) {
		hold_positional(ev, st, name, h);
	} else if (c && strchr("#?-$!", c)) {
		hold_special(ev, st, c, h);
	} else if (param->has_subscript) {
		hold_element(ev, st, param, state_variable(ev, st, name), h);
	} else if ((str_is(name, "PWD") || str_is(name, "OLDPWD")) &&
		   !state_assigned(ev, st, name)) {
		hold_directory(ev, st, str_is(name, "OLDPWD"), h);
	} else {
		hold_variable(ev, state_variable(ev, st, name), h);
	}
}
