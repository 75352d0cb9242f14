/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known while a text is analysed: variables, functions, aliases, directories.
 */
#include "shell/eval.h"

const struct variable variable_tainted = {.kind = VARIABLE_UNKNOWN, .tainted = true};
const struct variable variable_unset = {.kind = VARIABLE_SCALAR, .maybe_unset = true};
static const struct variable variable_foreign = {.kind = VARIABLE_UNKNOWN};
static const struct seg number_seg = {SEG_NUMBER, STR_INIT(""), NULL};
static const struct value number_value = {&number_seg, 1};
static const struct variable variable_number = {
	.kind = VARIABLE_SCALAR, .alt = &number_value, .n_alt = 1};

/* Bindings between compactions; keeps looking up linear in what a text may assign. */
enum { BINDINGS_MAX = 2 * LIMIT_SHELL_VARIABLES };

const struct binding *state_find(struct eval *ev, const struct state *st, enum binding_kind kind,
				 struct str name)
{
	size_t steps = 0;
	const struct binding *binding = st->bindings;
	while (binding && (binding->kind != kind || !str_eq(binding->name, name))) {
		binding = binding->next;
		steps++;
	}
	(void)eval_charge(ev, steps / 16);
	return binding;
}

const struct variable *state_variable(struct eval *ev, const struct state *st, struct str name)
{
	unsigned traits = special_traits(name);
	if (st->volatile_variables || (traits & SPECIAL_UNKNOWN))
		return &variable_tainted;
	const struct binding *binding = state_find(ev, st, BINDING_VARIABLE, name);
	bool number = traits & SPECIAL_NUMBER;
	if (binding)
		return number ? &variable_tainted : binding->variable;
	if (st->havoc)
		return &variable_tainted;
	return number ? &variable_number : &variable_foreign;
}

struct value state_home(struct eval *ev, const struct state *st)
{
	const struct variable *home = state_variable(ev, st, STR("HOME"));
	return home->kind == VARIABLE_SCALAR && home->n_alt == 1 && !home->maybe_unset
		       ? home->alt[0]
		       : value_any();
}

bool state_assigned(struct eval *ev, const struct state *st, struct str name)
{
	return st->havoc || st->volatile_variables ||
	       state_find(ev, st, BINDING_VARIABLE, name) != NULL;
}

static void note_shown(struct eval *ev, struct str name)
{
	struct shell_name *shown = ARENA_NEW(ev->arena, struct shell_name);
	*shown = (struct shell_name){name, ev->shows};
	ev->shows = shown;
}

void state_note_shown(struct eval *ev, const struct state *st, struct str name, bool unknown)
{
	if (unknown && !state_assigned(ev, st, name))
		note_shown(ev, name);
	for (const struct carried *carried = ev->carried; carried; carried = carried->next)
		if (str_eq(carried->variable, name))
			for (const struct shell_name *n = carried->shows; n; n = n->next)
				note_shown(ev, n->name);
}

/* ---- alternatives ---- */

bool value_is_numeric(struct value v)
{
	if (v.n != 1)
		return false;
	if (v.seg[0].kind == SEG_NUMBER)
		return true;
	if (v.seg[0].kind != SEG_TEXT)
		return false;
	struct str text = v.seg[0].text;
	size_t number;
	return arith_is_number(str_starts(text, STR("-")) ? str_from_at(text, 1) : text, &number);
}

static bool all_numeric(const struct variable *v)
{
	if (v->kind != VARIABLE_SCALAR || v->maybe_unset)
		return false;
	for (size_t i = 0; i < v->n_alt; i++)
		if (!value_is_numeric(v->alt[i]))
			return false;
	return v->n_alt > 0;
}

/* Nothing that this text brought in and that arithmetic could run. */
static bool is_untainted(const struct variable *v)
{
	return v->kind == VARIABLE_UNKNOWN ? !v->tainted : all_numeric(v);
}

static bool has_alternative(const struct value *alt, size_t n, struct value v)
{
	for (size_t i = 0; i < n; i++)
		if (value_eq(alt[i], v))
			return true;
	return false;
}

static bool variable_same(const struct variable *a, const struct variable *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->maybe_unset != b->maybe_unset || a->n_alt != b->n_alt ||
	    a->n_items != b->n_items)
		return false;
	if (a->kind == VARIABLE_UNKNOWN)
		return a->tainted == b->tainted;
	for (size_t i = 0; i < a->n_alt; i++)
		if (!has_alternative(b->alt, b->n_alt, a->alt[i]))
			return false;
	for (size_t i = 0; i < a->n_items; i++)
		if (a->items[i].many != b->items[i].many ||
		    !value_eq(a->items[i].value, b->items[i].value))
			return false;
	return true;
}

static const struct variable *variable_union(struct eval *ev, const struct variable *a,
					     const struct variable *b, bool widen)
{
	if (variable_same(a, b))
		return a;
	if (a->kind != VARIABLE_SCALAR || b->kind != VARIABLE_SCALAR)
		return is_untainted(a) && is_untainted(b) ? &variable_foreign : &variable_tainted;
	if (all_numeric(a) && all_numeric(b) &&
	    (widen || a->n_alt + b->n_alt > LIMIT_SHELL_ALTERNATIVES))
		return &variable_number;
	if (widen || a->n_alt + b->n_alt > 2 * LIMIT_SHELL_ALTERNATIVES)
		return &variable_tainted;
	struct value *alt = ARENA_ARRAY(ev->arena, a->n_alt + b->n_alt + 1, struct value);
	size_t n = 0;
	for (size_t i = 0; i < a->n_alt; i++)
		alt[n++] = a->alt[i];
	for (size_t i = 0; i < b->n_alt; i++)
		if (!has_alternative(alt, n, b->alt[i]))
			alt[n++] = b->alt[i];
	(void)eval_charge(ev, n);
	if (n > LIMIT_SHELL_ALTERNATIVES)
		return &variable_tainted;
	struct variable *v = ARENA_NEW(ev->arena, struct variable);
	*v = (struct variable){
		.kind = VARIABLE_SCALAR,
		.maybe_unset = a->maybe_unset || b->maybe_unset,
		.alt = alt,
		.n_alt = n,
	};
	return v;
}

static bool function_listed(const struct function *list, const struct node *body)
{
	for (; list; list = list->next)
		if (list->body == body)
			return true;
	return false;
}

static const struct function *function_union(struct eval *ev, const struct function *a,
					     const struct function *b)
{
	const struct function *all = a;
	for (; b; b = b->next) {
		if (function_listed(all, b->body))
			continue;
		struct function *more = ARENA_NEW(ev->arena, struct function);
		*more = (struct function){b->body, all};
		all = more;
	}
	return all;
}

/* ---- binding ---- */

static struct binding *push(struct eval *ev, const struct binding **list, enum binding_kind kind,
			    struct str name)
{
	struct binding *binding = ARENA_NEW(ev->arena, struct binding);
	binding->kind = kind;
	binding->name = name;
	binding->depth = *list ? (*list)->depth + 1 : 1;
	binding->next = *list;
	*list = binding;
	return binding;
}

/* Keeps the newest binding of each name, and at most LIMIT_SHELL_VARIABLES variables: a variable that is forgotten is
 * unknown.
 */
static void compact(struct eval *ev, struct state *st)
{
	const struct binding *old = st->bindings, *fresh = NULL;
	size_t kept = 0;
	for (const struct binding *b = old; b; b = b->next) {
		const struct binding *seen = fresh;
		while (seen && (seen->kind != b->kind || !str_eq(seen->name, b->name)))
			seen = seen->next;
		(void)eval_charge(ev, 1 + kept / 16);
		if (seen || (b->kind == BINDING_VARIABLE && kept >= LIMIT_SHELL_VARIABLES))
			continue;
		struct binding *copy = push(ev, &fresh, b->kind, b->name);
		copy->variable = b->variable;
		copy->functions = b->functions;
		copy->alias = b->alias;
		kept++;
	}
	st->bindings = fresh;
	st->havoc |= kept >= LIMIT_SHELL_VARIABLES;
}

static void bind_variable(struct eval *ev, struct state *st, struct str name,
			  const struct variable *variable)
{
	if (st->bindings && st->bindings->depth >= BINDINGS_MAX)
		compact(ev, st);
	push(ev, &st->bindings, BINDING_VARIABLE, name)->variable = variable;
}

void state_shake(struct state *st)
{
	st->shaken = true;
	st->surely = false;
}

void state_read_unset(struct eval *ev, struct state *st)
{
	if (!st->nounset)
		return;
	st->surely = false;
	capture_unknown(ev);
}

bool state_is_unsure(const struct state *st)
{
	return st->weak || st->shaken;
}

static void integer_effects(struct eval *ev, struct state *st, struct value value)
{
	if (!value_is_numeric(value))
		arith_effects(ev, st, value);
}

/* What arithmetic does on the way to the number that is assigned. */
static void assign_integer(struct eval *ev, struct state *st, const struct variable *variable)
{
	if (variable->kind == VARIABLE_UNKNOWN)
		arith_effects(ev, st, value_any());
	for (size_t i = 0; variable->kind == VARIABLE_SCALAR && i < variable->n_alt; i++)
		integer_effects(ev, st, variable->alt[i]);
	for (size_t i = 0; variable->kind == VARIABLE_ARRAY && i < variable->n_items; i++)
		integer_effects(ev, st, variable->items[i].value);
}

void state_assign(struct eval *ev, struct state *st, struct str name,
		  const struct variable *variable)
{
	if (!name.n)
		return; /* read up to an error */
	const struct variable *given = variable;
	unsigned traits = special_traits(name);
	if (st->integers || (traits & SPECIAL_INTEGER))
		assign_integer(ev, st, variable);
	if ((st->any_readonly && state_find(ev, st, BINDING_READONLY, name)) ||
	    (traits & (SPECIAL_READONLY | SPECIAL_UNKNOWN)))
		state_shake(st);
	if (state_is_unsure(st))
		variable = variable_union(ev, state_variable(ev, st, name), variable, false);
	bind_variable(ev, st, name, variable);
	struct shell_assign *assign = ARENA_NEW(ev->arena, struct shell_assign);
	assign->name = name;
	bool one = variable->kind == VARIABLE_SCALAR && variable->n_alt == 1 &&
		   !variable->maybe_unset && !st->volatile_variables &&
		   !(traits & (SPECIAL_UNKNOWN | SPECIAL_NUMBER | SPECIAL_INTEGER)) &&
		   !(ev->frame && state_find(ev, st, BINDING_BARE, name));
	assign->value = one ? variable->alt[0] : value_any();
	assign->next = st->assigns;
	st->assigns = assign;
	if (ev->keeps_late) {
		struct shell_assign *late = ARENA_NEW(ev->arena, struct shell_assign);
		*late = (struct shell_assign){.name = name, .value = value_any(), .next = ev->late};
		ev->late = late;
	}
	special_assigned(ev, st, name, given);
}

void state_export(struct eval *ev, struct state *st, struct str name)
{
	struct shell_assign *assign = ARENA_NEW(ev->arena, struct shell_assign);
	*assign = (struct shell_assign){.name = name, .value = value_any(), .next = st->assigns};
	st->assigns = assign;
}

void state_assign_value(struct eval *ev, struct state *st, struct str name, struct value value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.seg[i].kind == SEG_ANY && value.n == 1) {
			state_assign(ev, st, name, &variable_tainted);
			return;
		}
	}
	for (size_t i = 0; i < value.n; i++)
		ev->subscripts |= value.seg[i].kind == SEG_TEXT &&
				  str_find_char(value.seg[i].text, '[') != STR_NPOS &&
				  (str_find_char(value.seg[i].text, '$') != STR_NPOS ||
				   str_find_char(value.seg[i].text, '`') != STR_NPOS);
	struct variable *variable = ARENA_NEW(ev->arena, struct variable);
	struct value *alt = ARENA_NEW(ev->arena, struct value);
	*alt = value;
	*variable = (struct variable){.kind = VARIABLE_SCALAR, .alt = alt, .n_alt = 1};
	state_assign(ev, st, name, variable);
}

void state_bind_function(struct eval *ev, struct state *st, struct str name,
			 const struct node *body)
{
	static const struct function none = {NULL, NULL};
	if (st->allexport)
		eval_opaque(ev, st, "a function that shells started from here know, too");
	const struct binding *before = state_find(ev, st, BINDING_FUNCTION, name);
	struct function *function = ARENA_NEW(ev->arena, struct function);
	*function = (struct function){body, NULL};
	const struct function *all = function;
	if (state_is_unsure(st) || st->any_readonly)
		all = function_union(ev, function, before ? before->functions : &none);
	push(ev, &st->bindings, BINDING_FUNCTION, name)->functions = all;
	push(ev, &ev->all_named, BINDING_FUNCTION, name)->functions = function;
}

void state_bind_bare(struct eval *ev, struct state *st, struct str name)
{
	push(ev, &st->bindings, BINDING_BARE, name);
}

void state_bind_readonly(struct eval *ev, struct state *st, struct str name)
{
	push(ev, &st->bindings, BINDING_READONLY, name);
	st->any_readonly = true;
}

void state_bind_alias(struct eval *ev, struct state *st, struct str name, struct value text)
{
	push(ev, &st->bindings, BINDING_ALIAS, name)->alias = text;
	push(ev, &ev->all_named, BINDING_ALIAS, name)->alias = text;
}

/* What the text gave to commands so far may have another value. A name counts by its newest entry. */
static void forget_assigns(struct eval *ev, struct state *st)
{
	const struct shell_assign *found = ev->env->variables, *fresh = found;
	for (const struct shell_assign *a = st->assigns; a && a != found && eval_charge(ev, 1);
	     a = a->next) {
		const struct shell_assign *seen = fresh;
		while (seen != found && !str_eq(seen->name, a->name))
			seen = seen->next;
		if (seen != found)
			continue;
		struct shell_assign *copy = ARENA_NEW(ev->arena, struct shell_assign);
		*copy = (struct shell_assign){.name = a->name, .value = value_any(), .next = fresh};
		fresh = copy;
	}
	st->assigns = fresh;
}

void state_add_late(struct eval *ev, struct state *st)
{
	for (const struct shell_assign *a = ev->late; a && eval_charge(ev, 1); a = a->next) {
		struct shell_assign *copy = ARENA_NEW(ev->arena, struct shell_assign);
		*copy = (struct shell_assign){
			.name = a->name, .value = value_any(), .next = st->assigns};
		st->assigns = copy;
	}
}

void state_havoc(struct eval *ev, struct state *st)
{
	const struct binding *fresh = NULL;
	for (const struct binding *b = st->bindings; b; b = b->next) {
		(void)eval_charge(ev, 1);
		const struct binding *seen = fresh;
		while (seen && (seen->kind != b->kind || !str_eq(seen->name, b->name)))
			seen = seen->next;
		if (seen || b->kind == BINDING_VARIABLE)
			continue;
		struct binding *copy = push(ev, &fresh, b->kind, b->name);
		copy->functions = b->functions;
		copy->alias = b->alias;
	}
	st->bindings = fresh;
	st->havoc = true;
	forget_assigns(ev, st);
}

void state_unknown_cwd(struct eval *ev, struct state *st)
{
	struct value *any = ARENA_NEW(ev->arena, struct value);
	*any = value_any();
	st->cwds = any;
	st->n_cwds = 1;
	st->n_fresh = 0;
	ev->moves = true;
}

/* ---- joining ---- */

static const struct binding *common_tail(struct eval *ev, const struct binding *a,
					 const struct binding *b)
{
	while (a && b && a != b) {
		(void)eval_charge(ev, 1);
		size_t depth_a = a->depth, depth_b = b->depth;
		if (depth_a >= depth_b)
			a = a->next;
		if (depth_b >= depth_a)
			b = b->next;
	}
	return a == b ? a : NULL;
}

static const struct function *functions_of(struct eval *ev, const struct state *st, struct str name)
{
	static const struct function none = {NULL, NULL};
	const struct binding *b = state_find(ev, st, BINDING_FUNCTION, name);
	return b ? b->functions : &none;
}

static void join_binding(struct eval *ev, struct state *st, const struct state *a,
			 const struct state *b, const struct binding *which, bool widen)
{
	const struct binding *in_a = state_find(ev, a, which->kind, which->name);
	const struct binding *in_b = state_find(ev, b, which->kind, which->name);
	if (which->kind == BINDING_READONLY) {
		state_bind_readonly(ev, st, which->name);
	} else if (which->kind == BINDING_BARE) {
		state_bind_bare(ev, st, which->name);
	} else if (which->kind == BINDING_ALIAS) {
		struct value text = which->alias;
		if (in_a && in_b && !value_eq(in_a->alias, in_b->alias))
			text = value_any();
		state_bind_alias(ev, st, which->name, text);
	} else if (which->kind == BINDING_FUNCTION) {
		const struct function *all = function_union(ev, functions_of(ev, a, which->name),
							    functions_of(ev, b, which->name));
		push(ev, &st->bindings, BINDING_FUNCTION, which->name)->functions = all;
	} else {
		const struct variable *v = variable_union(ev, state_variable(ev, a, which->name),
							  state_variable(ev, b, which->name),
							  widen);
		bind_variable(ev, st, which->name, v);
	}
}

static void join_new(struct eval *ev, struct state *st, const struct state *a,
		     const struct state *b, const struct binding *from, const struct binding *tail,
		     bool widen)
{
	for (; from != tail && eval_charge(ev, 1); from = from->next) {
		/* Joined already when st has a binding of this name above the common tail. */
		const struct binding *done = st->bindings;
		while (done != tail &&
		       (done->kind != from->kind || !str_eq(done->name, from->name)))
			done = done->next;
		if (done == tail)
			join_binding(ev, st, a, b, from, widen);
	}
}

static void join_cwds(struct eval *ev, struct state *st, const struct state *b)
{
	enum { CWDS_MAX = 6 };
	st->n_fresh = 0;
	if (st->cwds == b->cwds && st->n_cwds == b->n_cwds)
		return;
	struct value *all = ARENA_ARRAY(ev->arena, st->n_cwds + b->n_cwds, struct value);
	size_t n = 0;
	for (size_t i = 0; i < st->n_cwds; i++)
		all[n++] = st->cwds[i];
	for (size_t i = 0; i < b->n_cwds; i++)
		if (!has_alternative(all, n, b->cwds[i]))
			all[n++] = b->cwds[i];
	st->cwds = all;
	st->n_cwds = n;
	if (n > CWDS_MAX)
		state_unknown_cwd(ev, st);
}

static bool same_positional(const struct state *a, const struct state *b)
{
	if (a->positional_unknown != b->positional_unknown || a->n_positional != b->n_positional)
		return false;
	if (a->positional == b->positional)
		return true;
	for (size_t i = 0; i < a->n_positional; i++)
		if (a->positional[i].many != b->positional[i].many ||
		    !value_eq(a->positional[i].value, b->positional[i].value))
			return false;
	return true;
}

static struct value union_value(struct value a, struct value b)
{
	return value_eq(a, b) ? a : value_any();
}

static const struct shell_assign *find_assign(const struct shell_assign *list, struct str name)
{
	while (list && !str_eq(list->name, name))
		list = list->next;
	return list;
}

static bool in_assigns(struct eval *ev, const struct shell_assign *list,
		       const struct shell_assign *wanted)
{
	while (list && list != wanted && eval_charge(ev, 1))
		list = list->next;
	return list == wanted;
}

/* A name with two values has one that nobody knows. */
void state_join_assigns(struct eval *ev, struct state *st, const struct state *other)
{
	const struct shell_assign *mine = st->assigns;
	if (mine == other->assigns)
		return;
	const struct shell_assign *lists[2] = {other->assigns, mine};
	const struct shell_assign *others[2] = {mine, other->assigns};
	for (int i = 0; i < 2; i++) {
		for (const struct shell_assign *x = lists[i];
		     x && !in_assigns(ev, others[i], x) && !ev->exhausted; x = x->next) {
			const struct shell_assign *in_a = find_assign(mine, x->name),
						  *in_b = find_assign(other->assigns, x->name);
			const struct shell_assign *now = find_assign(st->assigns, x->name);
			bool same = in_a && in_b && value_eq(in_a->value, in_b->value);
			bool done = now && now != in_a && now->value.n == 1 &&
				    now->value.seg[0].kind == SEG_ANY;
			if (same || done)
				continue;
			struct shell_assign *copy = ARENA_NEW(ev->arena, struct shell_assign);
			*copy = (struct shell_assign){
				.name = x->name, .value = value_any(), .next = st->assigns};
			st->assigns = copy;
		}
	}
}

void state_join(struct eval *ev, struct state *st, const struct state *other, bool widen)
{
	if (other->dead || st->dead) {
		if (!other->dead)
			*st = *other;
		st->surely = false;
		capture_unknown(ev); /* what is written from here on, perhaps is not */
		return;
	}
	struct state a = *st;
	const struct binding *tail = common_tail(ev, a.bindings, other->bindings);
	st->bindings = tail;
	st->havoc |= other->havoc;
	st->volatile_variables |= other->volatile_variables;
	join_new(ev, st, &a, other, a.bindings, tail, widen);
	join_new(ev, st, &a, other, other->bindings, tail, widen);
	if (!same_positional(&a, other)) {
		st->positional_unknown = true;
		st->n_positional = 0;
		st->positional = NULL;
	}
	join_cwds(ev, st, other);
	state_join_assigns(ev, st, other);
	st->oldpwd = union_value(a.oldpwd, other->oldpwd);
	st->globs_unknown |= other->globs_unknown;
	st->lastpipe |= other->lastpipe;
	st->odd_options |= other->odd_options;
	st->nounset |= other->nounset;
	st->errexit |= other->errexit;
	st->allexport |= other->allexport;
	st->input_moved |= other->input_moved;
	st->started_job &= other->started_job;
	st->shaken |= other->shaken;
	st->integers |= other->integers;
	st->any_readonly |= other->any_readonly;
	st->surely &= other->surely;
	if (other->weak > st->weak)
		st->weak = other->weak;
	if (other->jump > st->jump)
		st->jump = other->jump;
}

/* Is each of a's one of b's? */
static bool same_functions(const struct function *a, const struct function *b)
{
	for (const struct function *f = a; f; f = f->next)
		if (!function_listed(b, f->body))
			return false;
	return true;
}

static bool same_binding(const struct binding *a, const struct binding *b)
{
	if (!a || !b)
		return a == b;
	switch (a->kind) {
	case BINDING_VARIABLE:
		return variable_same(a->variable, b->variable);
	case BINDING_FUNCTION:
		return same_functions(a->functions, b->functions);
	case BINDING_ALIAS:
		return value_eq(a->alias, b->alias);
	case BINDING_READONLY:
	case BINDING_BARE:
		return true;
	}
	return false;
}

static const struct binding *find_quietly(const struct binding *list, const struct binding *like)
{
	while (list && (list->kind != like->kind || !str_eq(list->name, like->name)))
		list = list->next;
	return list;
}

/* Has a gone nowhere since b? a grew out of b, so only its new bindings can differ. */
bool state_same(const struct state *a, const struct state *b)
{
	for (const struct binding *x = a->bindings; x && x != b->bindings; x = x->next) {
		if (!same_binding(find_quietly(a->bindings, x), find_quietly(b->bindings, x)))
			return false;
	}
	for (size_t i = 0; i < a->n_cwds; i++)
		if (!has_alternative(b->cwds, b->n_cwds, a->cwds[i]))
			return false;
	return same_positional(a, b) && a->havoc == b->havoc &&
	       a->volatile_variables == b->volatile_variables &&
	       a->globs_unknown == b->globs_unknown && a->nounset == b->nounset &&
	       a->errexit == b->errexit && a->allexport == b->allexport &&
	       a->input_moved == b->input_moved && a->lastpipe == b->lastpipe &&
	       a->odd_options == b->odd_options && a->integers == b->integers &&
	       a->any_readonly == b->any_readonly && a->shaken == b->shaken &&
	       a->started_job == b->started_job && value_eq(a->oldpwd, b->oldpwd);
}
