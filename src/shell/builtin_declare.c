/* SPDX-License-Identifier: Apache-2.0
 *
 * Builtins that declare: declare, export, local, readonly, unset, alias.
 */
#include "shell/builtin.h"

/* Returns whether it was one already. */
/* x=1 local x: what stands in front of the builtin is not what the caller has. */
static bool is_prefixed(const struct simple *s, struct str name)
{
	for (const struct shell_assign *a = s->assigns; a && a->prefix; a = a->next)
		if (str_eq(a->name, name))
			return true;
	return false;
}

static bool remember_local(struct eval *ev, struct state *st, const struct simple *s,
			   struct str name)
{
	if (!ev->frame)
		return false;
	for (const struct local *l = ev->frame->locals; l; l = l->next)
		if (str_eq(l->name, name))
			return true;
	struct local *local = ARENA_NEW(ev->arena, struct local);
	*local = (struct local){
		.name = name,
		.before = is_prefixed(s, name) ? &variable_tainted : state_variable(ev, st, name),
		.surely = ev->branches == ev->frame->branches && !st->weak,
		.next = ev->frame->locals,
	};
	ev->frame->locals = local;
	return false;
}

static bool makes_local(struct eval *ev, const struct simple *s)
{
	struct str name = builtin_arg(ev, s, 0);
	if (str_is(name, "local"))
		return true;
	return (str_is(name, "declare") || str_is(name, "typeset")) &&
	       !builtin_may_have(ev, s, 'g');
}

/* Attributes that change what later assignments do. Returns true when the value is no longer what was written. */
static bool apply_attributes(struct eval *ev, struct state *st, const struct simple *s,
			     struct value value)
{
	if (builtin_may_have(ev, s, 'n')) {
		eval_opaque(ev, st, "a variable that is another name for one");
		st->volatile_variables = true;
		return true;
	}
	if (builtin_may_have(ev, s, 'i')) {
		arith_effects(ev, st, value);
		st->integers = true;
		st->volatile_variables = true;
		return true;
	}
	bool changes = builtin_may_have(ev, s, 'u') || builtin_may_have(ev, s, 'l') ||
		       builtin_may_have(ev, s, 'c');
	st->volatile_variables |= changes;
	return changes;
}

/* What is readonly keeps its value, whatever is assigned later. */
static void apply_readonly(struct eval *ev, struct state *st, const struct simple *s,
			   struct str name)
{
	if (str_is(builtin_arg(ev, s, 0), "readonly") || builtin_may_have(ev, s, 'r'))
		state_bind_readonly(ev, st, name);
}

/* What stands there in quotes is expanded once more, process substitutions among it. */
static void expand_elements(struct eval *ev, struct state *st, struct str text)
{
	eval_embedded(ev, st, text);
	if (str_find(text, STR("<(")) != STR_NPOS || str_find(text, STR(">(")) != STR_NPOS)
		eval_opaque(ev, st, "a process substitution in the text of an array");
}

static void declare_value(struct eval *ev, struct state *st, const struct simple *s,
			  struct str name, struct value value)
{
	/* Outside a function, local fails and assigns nothing. */
	bool fails = !ev->frame && str_is(builtin_arg(ev, s, 0), "local");
	struct str text = value_is_known(value) ? value_text(ev->arena, value) : STR("");
	if (makes_local(ev, s))
		remember_local(ev, st, s, name);
	/* Inside a function, -g goes past a local variable or the one in front of the call. */
	fails |= ev->frame && builtin_may_have(ev, s, 'g');
	/* declare -p shows and assigns nothing; export -p does assign. */
	fails |= builtin_may_have(ev, s, 'p');
	/* So do -f and -F, of functions. */
	fails |= builtin_may_have(ev, s, 'f') || builtin_may_have(ev, s, 'F');
	st->weak += fails;
	if (builtin_may_have(ev, s, 'a') || builtin_may_have(ev, s, 'A') ||
	    (text.n && text.p[0] == '(')) {
		special_element(ev, st, name);
		(void)apply_attributes(ev, st, s, (struct value){NULL, 0});
		if (value_is_known(value))
			expand_elements(ev, st, text);
		else
			eval_opaque(ev, st, "an array made of text that is not known");
		state_assign(ev, st, name, &variable_tainted);
	} else if (apply_attributes(ev, st, s, value)) {
		state_assign(ev, st, name, &variable_tainted);
	} else {
		state_assign_value(ev, st, name, value);
	}
	st->weak -= fails;
	apply_readonly(ev, st, s, name);
}

static void declare_bare(struct eval *ev, struct state *st, const struct simple *s, struct str name)
{
	if (makes_local(ev, s)) {
		bool again = remember_local(ev, st, s, name) ||
			     (ev->frame && ev->frame->prefixed) || simple_has_prefix(ev, name);
		st->weak += again; /* then it may keep its value */
		if (!builtin_may_have(ev, s, 'p') && ev->frame)
			state_assign(ev, st, name, &variable_unset);
		st->weak -= again;
	}
	(void)apply_attributes(ev, st, s, (struct value){NULL, 0});
	apply_readonly(ev, st, s, name);
	if (special_traits(name))
		state_export(ev, st, name); /* export UID */
	if (builtin_may_have(ev, s, 'A')) {
		static const struct variable associative = {
			.kind = VARIABLE_UNKNOWN, .associative = true, .tainted = true};
		state_assign(ev, st, name, &associative);
	} else if (is_prefixed(s, name) || (ev->frame && simple_has_prefix(ev, name))) {
		/* x=1 export x: it is this shell's from now on; so is that of x=1 f, where f exports it. */
		struct variable *kept = ARENA_NEW(ev->arena, struct variable);
		*kept = *state_variable(ev, st, name);
		state_assign(ev, st, name, kept);
	}
}

static void declare_one(struct eval *ev, struct simple *s, const struct word_node *word,
			struct value value)
{
	struct declared *declared = ARENA_NEW(ev->arena, struct declared);
	*declared = (struct declared){word->name, value, s->declared};
	s->declared = declared;
	struct value shown = value_from(ev->arena, arena_join(ev->arena, word->name, STR("=")));
	ARENA_PUSH(ev->arena, s->words.items, s->words.n, s->words.cap) =
		(struct word){.value = value_concat(ev->arena, shown, value), .span = word->span};
}

/* declare x={a,b}: one word each, the last one stays. */
static void declare_braced(struct eval *ev, struct state *st, struct simple *s,
			   const struct word_node *word, const struct part_words *braced)
{
	for (size_t i = 0; i < braced->n && !ev->exhausted; i++)
		declare_one(ev, s, word, expand_assigned(ev, st, braced->items[i]));
}

/* {5..5}, perhaps: braces that make one word. */
static bool is_sequence_of_one(const struct part *parts)
{
	bool open = false, dots = false;
	for (; parts; parts = parts->next) {
		if (parts->kind != PART_TEXT || parts->quoted)
			continue;
		open |= str_find_char(parts->text, '{') != STR_NPOS;
		dots |= str_find(parts->text, STR("..")) != STR_NPOS;
	}
	return open && dots;
}

/* Behind an expanded brace, what else is in the word would be split into words, too. */
static bool is_literal(const struct part *parts)
{
	for (; parts; parts = parts->next) {
		if (parts->kind != PART_TEXT)
			return false;
		for (size_t i = 0; i < parts->text.n && !parts->quoted; i++)
			if (strchr("*?[~", parts->text.p[i]))
				return false;
	}
	return true;
}

static bool is_declared(const struct simple *s, struct str name)
{
	for (const struct declared *declared = s->declared; declared; declared = declared->next)
		if (str_eq(declared->name, name))
			return true;
	return false;
}

void builtin_declare(struct eval *ev, struct state *st, struct simple *s,
		     const struct word_node *word)
{
	struct value shown = value_from(ev->arena, arena_join(ev->arena, word->name, STR("=")));
	struct part_words braced = {0};
	expand_braces(ev, word->parts, &braced);
	bool expanded = braced.n > 1 || (braced.n == 1 && is_sequence_of_one(word->parts));
	if (expanded && !braced.too_many && !word->is_array && !word->has_subscript &&
	    !word->append && is_literal(word->parts)) {
		declare_braced(ev, st, s, word, &braced);
		return;
	}
	if (expanded || braced.n != 1 || braced.too_many) {
		/* Here, other than in plain assignments, braces are expanded. */
		(void)expand_value(ev, st, word->parts);
		struct declared *declared = ARENA_NEW(ev->arena, struct declared);
		*declared = (struct declared){word->name, value_any(), s->declared};
		s->declared = declared;
		shown = value_concat(ev->arena, shown, value_any());
		ARENA_PUSH(ev->arena, s->words.items, s->words.n, s->words.cap) =
			(struct word){.value = value_any(), .many = true, .span = word->span};
	} else if (word->is_array || word->has_subscript) {
		if (makes_local(ev, s))
			remember_local(ev, st, s, word->name);
		if (builtin_may_have(ev, s, 'A'))
			declare_bare(ev, st, s, word->name);
		(void)apply_attributes(ev, st, s, (struct value){NULL, 0});
		simple_assign(ev, st, word);
		/* A function of that name gets "x", and "x[]=" of an element. */
		shown = value_concat(ev->arena, value_from(ev->arena, word->name), value_any());
	} else {
		/* All words are expanded before the first is assigned. */
		struct value value = simple_assigned_value(ev, st, word);
		/* A local variable begins with nothing, or with what a caller gave it; a name that this
		 * command assigned already, with that. */
		if (word->append &&
		    ((ev->frame && makes_local(ev, s)) || is_declared(s, word->name)))
			value = value_any();
		declare_one(ev, s, word, value);
		return;
	}
	ARENA_PUSH(ev->arena, s->words.items, s->words.n,
		   s->words.cap) = (struct word){.value = shown, .span = word->span};
}

/* NAME or NAME=value as an expanded word: export "$name=x" */
static bool split_assignment(struct eval *ev, const struct word *word, struct str *ret_name,
			     struct value *ret_value)
{
	if (word->many)
		return false;
	struct str prefix = value_known_prefix(ev->arena, word->value);
	size_t eq = str_find_char(prefix, '=');
	if (eq == STR_NPOS || word->value.n == 0 || word->value.seg[0].kind != SEG_TEXT ||
	    word->value.seg[0].text.n <= eq)
		return false;
	struct seg *segs = ARENA_ARRAY(ev->arena, word->value.n, struct seg);
	memcpy(segs, word->value.seg, word->value.n * sizeof *segs);
	segs[0].text = str_from_at(segs[0].text, eq + 1);
	*ret_name = str_first(prefix, eq);
	if (ret_name->n && ret_name->p[ret_name->n - 1] == '+') {
		ret_name->n--;
		*ret_value = value_any();
	} else {
		*ret_value = (struct value){segs, word->value.n};
		if (segs[0].text.n == 0)
			*ret_value = (struct value){segs + 1, word->value.n - 1};
	}
	return true;
}

static bool plain_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_name(name.p[i]))
			return false;
	return name.n > 0;
}

void builtin_run_declare(struct eval *ev, struct state *st, struct simple *s)
{
	for (size_t i = builtin_skip_options(ev, s, ""); i < s->words.n; i++) {
		struct str name;
		struct value value;
		struct word *word = &s->words.items[i];
		if (!split_assignment(ev, word, &name, &value)) {
			name = variable_name(ev, st, word);
			if (name.n)
				declare_bare(ev, st, s, name);
			continue;
		}
		/* Arrays were assigned by builtin_declare(). */
		bool array = false;
		for (const struct word_node *node = s->node->words; node && !array;
		     node = node->next)
			array = node->assign && (node->is_array || node->has_subscript) &&
				str_eq(node->name, name);
		if (array) {
			apply_readonly(ev, st, s, name);
		} else if (plain_name(name)) {
			declare_value(ev, st, s, name, value);
		} else {
			state_assign(ev, st, str_first(name, str_find_char(name, '[')),
				     &variable_tainted);
			arith_effects(ev, st, value_from(ev->arena, name));
			state_havoc(ev, st);
		}
	}
	/* export -f, declare -fx: pytest may be this function in every shell that a program starts. */
	if (builtin_may_have(ev, s, 'f') &&
	    (builtin_may_have(ev, s, 'x') || str_is(builtin_arg(ev, s, 0), "export")))
		eval_opaque(ev, st, "a function that shells started from here know, too");
	/* readonly -f, declare -fr */
	st->any_readonly |= builtin_may_have(ev, s, 'f') &&
			    (builtin_may_have(ev, s, 'r') ||
			     str_is(builtin_arg(ev, s, 0), "readonly"));
}

/* Unset, a variable of a caller, or one from in front of a call, no longer hides what has its name further out: that can be
 * read then, and assigned to for longer than the caller runs.
 */
static bool uncovers(struct eval *ev, struct str name)
{
	bool found = simple_has_prefix(ev, name);
	for (struct frame *frame = ev->frame ? ev->frame->caller : NULL; frame;
	     frame = frame->caller)
		for (struct local *local = frame->locals; local; local = local->next)
			if (str_eq(local->name, name)) {
				local->surely = false;
				found = true;
			}
	return found;
}

void builtin_run_unset(struct eval *ev, struct state *st, struct simple *s)
{
	bool functions = builtin_may_have(ev, s, 'f'), references = builtin_may_have(ev, s, 'n');
	for (size_t i = builtin_skip_options(ev, s, ""); i < s->words.n; i++) {
		struct str name = variable_name(ev, st, &s->words.items[i]);
		if (!name.n)
			continue;
		st->weak += references;
		if (!functions)
			state_assign(ev, st, name,
				     uncovers(ev, name) ? &variable_tainted : &variable_unset);
		st->weak -= references;
		if (ev->frame && !functions)
			state_bind_bare(ev, st, name);
		/* A function of this name may be gone, or not. */
		st->weak++;
		if (state_find(ev, st, BINDING_FUNCTION, name))
			state_bind_function(ev, st, name, NULL);
		st->weak--;
	}
}

void builtin_run_alias(struct eval *ev, struct state *st, struct simple *s)
{
	for (const struct declared *declared = s->declared; declared; declared = declared->next)
		state_bind_alias(ev, st, declared->name, declared->value);
	for (size_t i = 1; i < s->words.n; i++) {
		struct str name;
		struct value value;
		if (split_assignment(ev, &s->words.items[i], &name, &value))
			state_bind_alias(ev, st, name, value);
		else if (!word_is_known(&s->words.items[i]))
			eval_opaque(ev, st, "an alias that is not understood");
	}
}
