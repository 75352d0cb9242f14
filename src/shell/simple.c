/* SPDX-License-Identifier: Apache-2.0
 *
 * Simple commands: words, assignments, aliases, functions, builtins, and what is left as a command.
 */
#include "shell/eval.h"

/* ---- assignments ---- */

/* A subscript that is surely none of the negative ones, which Bash refuses. */
static bool is_index(const struct part *subscript)
{
	size_t index;
	return subscript && !subscript->next && subscript->kind == PART_TEXT &&
	       arith_is_number(subscript->text, &index);
}

static void expand_items(struct eval *ev, struct state *st, const struct word_node *word,
			 struct words *items, bool *ret_keyed)
{
	*ret_keyed = false;
	for (const struct word_node *item = word->items; item; item = item->next) {
		if (!item->assign) {
			expand_word(ev, st, item, items);
			continue;
		}
		*ret_keyed = true;
		subscript_effects(ev, st, word->name, item->subscript);
		if (!is_index(item->subscript))
			state_shake(st);
		(void)expand_value(ev, st, item->parts);
	}
}

static void assign_array(struct eval *ev, struct state *st, const struct word_node *word)
{
	struct words items = {0}, added = {0};
	bool keyed;
	/* Which of the two variables of that name it makes an array of, depends. */
	if (ev->prefixing && ev->substitutions)
		eval_opaque(ev, st, "an array in a substitution in front of a command");
	expand_items(ev, st, word, &added, &keyed);
	/* What is there by now: a+=(${a=}) */
	const struct variable *before = state_variable(ev, st, word->name);
	if (word->append && before->kind == VARIABLE_ARRAY)
		for (size_t i = 0; i < before->n_items; i++)
			ARENA_PUSH(ev->arena, items.items, items.n, items.cap) = before->items[i];
	for (size_t i = 0; i < added.n; i++)
		ARENA_PUSH(ev->arena, items.items, items.n, items.cap) = added.items[i];
	struct variable *v = ARENA_NEW(ev->arena, struct variable);
	*v = (struct variable){
		.kind = VARIABLE_ARRAY,
		.associative = before->associative,
		.items = positional_words(ev, items.items, items.n),
		.n_items = items.n,
	};
	bool foreign = word->append && before->kind != VARIABLE_ARRAY;
	if (keyed || foreign || before->associative) {
		*v = variable_tainted;
		v->associative = before->associative;
	}
	state_assign(ev, st, word->name, v);
}

/* The value that NAME=value or NAME+=value gives. */
struct value simple_assigned_value(struct eval *ev, struct state *st, const struct word_node *word)
{
	struct value v = expand_assigned(ev, st, word->parts);
	if (!word->append)
		return v;
	const struct variable *before = state_variable(ev, st, word->name);
	if (before->kind == VARIABLE_SCALAR && before->n_alt == 1 && !before->maybe_unset)
		return value_concat(ev->arena, before->alt[0], v);
	if (before->kind == VARIABLE_SCALAR && before->n_alt == 0)
		return v;
	return value_any();
}

void simple_assign(struct eval *ev, struct state *st, const struct word_node *word)
{
	if (word->is_array && word->has_subscript) {
		/* An error of Bash's, which ends the line. */
		struct words items = {0};
		bool keyed;
		subscript_effects(ev, st, word->name, word->subscript);
		expand_items(ev, st, word, &items, &keyed);
		state_shake(st);
		state_assign(ev, st, word->name, &variable_tainted);
	} else if (word->is_array) {
		assign_array(ev, st, word);
	} else if (word->has_subscript) {
		const struct variable *before = state_variable(ev, st, word->name);
		subscript_effects(ev, st, word->name, word->subscript);
		special_element(ev, st, word->name);
		if (!before->associative && !is_index(word->subscript))
			state_shake(st);
		(void)expand_assigned(ev, st, word->parts);
		struct variable *v = ARENA_NEW(ev->arena, struct variable);
		*v = variable_tainted;
		v->associative = before->associative;
		state_assign(ev, st, word->name, v);
	} else {
		state_assign_value(ev, st, word->name, simple_assigned_value(ev, st, word));
	}
}

/* Assignments in front of a command: they go into its environment only. */
static bool is_prefix_name(const struct node *node, struct str name)
{
	for (const struct word_node *word = node->words; word && word->assign; word = word->next)
		if (str_eq(word->name, name))
			return true;
	return false;
}

/* Was the name assigned more than once behind base? */
static bool assigned_twice(const struct binding *newest, const struct binding *base,
			   struct str name)
{
	size_t n = 0;
	for (const struct binding *b = newest; b && b != base; b = b->next)
		n += b->kind == BINDING_VARIABLE && str_eq(b->name, name);
	return n > 1;
}

/* What their expansions assigned on the way (x=$((y=1))) stays; of x=$((x=1)) nobody can tell which one is which. */
static void keep_side_effects(struct eval *ev, struct state *st, const struct node *node,
			      const struct state *inner)
{
	const struct binding *base = st->bindings;
	for (const struct binding *b = inner->bindings; b && b != base && eval_charge(ev, 1);
	     b = b->next) {
		bool prefix = is_prefix_name(node, b->name);
		if (b->kind != BINDING_VARIABLE ||
		    (prefix && !assigned_twice(inner->bindings, base, b->name)))
			continue;
		st->weak += prefix;
		state_assign(ev, st, b->name, b->variable);
		st->weak -= prefix;
	}
}

static void give(struct eval *ev, const struct shell_assign **list, struct str name,
		 struct value value)
{
	struct shell_assign *assign = ARENA_NEW(ev->arena, struct shell_assign);
	*assign = (struct shell_assign){name, value, true, *list};
	*list = assign;
}

/* x= y=${x:=1}: the command perhaps gets the x that y has assigned. */
static void give_side_effects(struct eval *ev, const struct node *node,
			      const struct word_node *word, const struct state *inner,
			      const struct binding *before, const struct shell_assign **list)
{
	for (const struct binding *b = inner->bindings; b && b != before && eval_charge(ev, 1);
	     b = b->next)
		if (b->kind == BINDING_VARIABLE && !str_eq(b->name, word->name) &&
		    is_prefix_name(node, b->name))
			give(ev, list, b->name, value_any());
}

/* One assignment in front of a command. A later one sees it, but not where a substitution in that expands the words of
 * redirections.
 */
static void prefix_assign(struct eval *ev, struct state *inner, const struct state *outer,
			  const struct node *node, const struct word_node *word,
			  const struct shell_assign **list)
{
	bool plain = !word->is_array && !word->has_subscript && parts_are_plain(word->parts);
	if (!plain)
		state_join(ev, inner, outer, false);
	const struct binding *before = inner->bindings;
	simple_assign(ev, inner, word);
	if (!plain)
		give_side_effects(ev, node, word, inner, before, list);
	/* In front of a command an array is but text. */
	if (word->is_array)
		state_assign(ev, inner, word->name, &variable_tainted);
}

/* A function that a substitution in them calls takes those in front of it for its own, and they are gone when it ends. */
static void lose_prefixes(struct eval *ev, struct state *st)
{
	st->weak++;
	for (const struct prefixing *p = ev->prefixing; p; p = p->outer)
		for (const struct word_node *word = p->first; word != p->now; word = word->next)
			state_assign(ev, st, word->name, &variable_tainted);
	st->weak--;
}

/* In a substitution: is it given to the command in front of which that stands? */
static bool stands_in_front(const struct eval *ev, struct str name)
{
	for (const struct prefixing *p = ev->substitutions ? ev->prefixing : NULL; p; p = p->outer)
		for (const struct word_node *word = p->first; word != p->now; word = word->next)
			if (str_eq(word->name, name))
				return true;
	return false;
}

/* The variables that they give the command are added to *list. */
static void prefix_assigns(struct eval *ev, struct state *st, const struct node *node,
			   const struct shell_assign **list)
{
	if (!node->words || !node->words->assign)
		return;
	struct state inner = *st; /* later ones see the earlier ones */
	struct prefixing prefixing = {.first = node->words, .outer = ev->prefixing};
	ev->prefixing = &prefixing;
	for (const struct word_node *word = node->words; word && word->assign; word = word->next) {
		prefixing.now = word;
		prefix_assign(ev, &inner, st, node, word, list);
		const struct variable *v = state_variable(ev, &inner, word->name);
		bool one = v->kind == VARIABLE_SCALAR && v->n_alt == 1 && !v->maybe_unset;
		give(ev, list, word->name, one ? v->alt[0] : value_any());
	}
	ev->prefixing = prefixing.outer;
	keep_side_effects(ev, st, node, &inner);
	if (inner.shaken)
		state_shake(st);
}

/* The list, newest first, in front of those that the shell holds. */
static const struct shell_assign *add_assigns(struct eval *ev, const struct shell_assign *list,
					      const struct shell_assign *held)
{
	const struct shell_assign *first = held, **tail = &first;
	for (; list; list = list->next) {
		struct shell_assign *copy = ARENA_NEW(ev->arena, struct shell_assign);
		*copy = *list;
		*tail = copy;
		tail = &copy->next;
	}
	*tail = held;
	return first;
}

/* ---- aliases ---- */

enum { ALIAS_DEPTH_MAX = 8 };

/* The command with its first word replaced by what the alias stands for. It is run beside the command itself, since
 * nobody knows whether aliases are expanded.
 */
static void eval_alias(struct eval *ev, struct state *st, const struct node *node,
		       const struct word_node *name)
{
	struct str called, text;
	bool quoted;
	if (!name || !word_node_text(name, &called, &quoted) || quoted)
		return;
	const struct binding *alias = state_find(ev, st, BINDING_ALIAS, called);
	if (!alias)
		return;
	if (ev->aliases >= ALIAS_DEPTH_MAX || !value_is_known(alias->alias) || !node->text.n) {
		eval_opaque(ev, st, "an alias that is not understood");
		return;
	}
	struct str value = value_text(ev->arena, alias->alias);
	if (str_ends(value, STR("\\"))) {
		eval_opaque(ev, st, "an alias that ends in a backslash");
		return;
	}
	if (str_find(value, STR("<<")) != STR_NPOS) {
		eval_opaque(ev, st, "an alias with a here-document");
		return;
	}
	/* Behind a blank at its end, the next word is looked up as well. */
	bool goes_on = value.n && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t');
	if (goes_on && name->next && word_node_text(name->next, &text, &quoted) && !quoted &&
	    state_find(ev, st, BINDING_ALIAS, text)) {
		eval_opaque(ev, st, "an alias that changes the next word");
		return;
	}
	/* What stands in front of the word stays there. */
	size_t start = name->end - called.n;
	if (name->end < called.n ||
	    !str_eq(str_first(str_from_at(node->text, start), called.n), called)) {
		eval_opaque(ev, st, "an alias that is not understood");
		return;
	}
	struct str replaced = arena_join3(ev->arena, value, STR(" "),
					  str_from_at(node->text, name->end));
	replaced = arena_join(ev->arena, str_first(node->text, start), replaced);
	struct state inner = *st;
	ev->aliases++;
	ev->branches++;
	eval_text(ev, &inner, replaced);
	ev->branches--;
	ev->aliases--;
	state_join(ev, st, &inner, false);
}

/* ---- running ---- */

static void emit_command(struct eval *ev, const struct state *st, const struct simple *simple,
			 enum shell_kind kind)
{
	struct shell_command *command = eval_emit(ev, st, kind);
	command->argv = simple->words.items;
	command->argc = simple->words.n;
	command->redirects = simple->redirects;
	command->assigns = simple->assigns;
	command->input = simple->input;
	command->piped_in |= simple->input_moved;
	command->descriptors = simple->descriptors;
	command->shows = ev->shows;
	if (simple->errors_joined || simple->output_unknown)
		capture_mixed(ev);
}

/* A command whose name is not known may be any builtin. */
static void run_unknown_name(struct eval *ev, struct state *st, const struct simple *simple)
{
	emit_command(ev, st, simple, SHELL_COMMAND);
	state_havoc(ev, st);
	state_unknown_cwd(ev, st);
	capture_unknown(ev);
	eval_opaque(ev, st, "the command's name is not known");
}

struct saved_variable {
	struct str name;
	const struct variable *before;
	const struct binding *during;
};

enum { SAVED_MAX = 16 };

struct saved_variables {
	struct saved_variable items[SAVED_MAX];
	size_t n;
	bool overflow; /* there are more */
	const struct saved_variables *outer;
};

bool simple_has_prefix(const struct eval *ev, struct str name)
{
	for (const struct saved_variables *saved = ev->saved; saved; saved = saved->outer) {
		if (saved->overflow)
			return true;
		for (size_t i = 0; i < saved->n; i++)
			if (str_eq(saved->items[i].name, name))
				return true;
	}
	return false;
}

/* Assignments in front of a function or builtin hold while it runs. */
static void enter_prefix(struct eval *ev, struct state *st, const struct simple *simple,
			 struct saved_variables *saved)
{
	const struct shell_assign *order[SAVED_MAX];
	size_t n = 0;
	saved->n = 0;
	saved->overflow = false;
	saved->outer = ev->saved;
	ev->saved = saved;
	for (const struct shell_assign *a = simple->assigns; a && a->prefix; a = a->next) {
		if (n == SAVED_MAX) {
			saved->overflow = true;
			state_havoc(ev, st);
			return;
		}
		order[n++] = a;
	}
	while (n--) {
		struct saved_variable *item = &saved->items[saved->n++];
		item->name = order[n]->name;
		item->before = state_variable(ev, st, item->name);
		state_assign_value(ev, st, item->name, order[n]->value);
		item->during = state_find(ev, st, BINDING_VARIABLE, item->name);
	}
}

static void leave_prefix(struct eval *ev, struct state *st, const struct saved_variables *saved)
{
	ev->saved = saved->outer;
	for (size_t n = saved->n; n > 0; n--) {
		const struct saved_variable *item = &saved->items[n - 1];
		/* What export and its kin gave it meanwhile, stays. */
		unsigned weak = state_find(ev, st, BINDING_VARIABLE, item->name) != item->during;
		st->weak += weak;
		state_assign(ev, st, item->name, item->before);
		st->weak -= weak;
	}
}

static void run_function(struct eval *ev, struct state *st, const struct simple *simple,
			 const struct function *functions)
{
	struct saved_variables saved;
	enter_prefix(ev, st, simple, &saved);
	const struct value *input = ev->input;
	const struct shell_command *feeder = ev->feeder;
	bool sole = functions && !functions->next && functions->body && !state_is_unsure(st) &&
		    eval_has_sole_reader(ev, st, functions->body);
	bool piped_in = ev->piped_in;
	ev->input = sole ? simple->input : NULL;
	ev->piped_in |= simple->input_moved;
	ev->feeder = NULL;
	ev->prefixed = saved.n > 0;
	eval_function(ev, st, functions, simple->words.items + 1, simple->words.n - 1);
	ev->prefixed = false;
	ev->input = input;
	ev->piped_in = piped_in;
	ev->feeder = feeder;
	leave_prefix(ev, st, &saved);
	lose_prefixes(ev, st);
}

/* Alternatives are chosen per command: what runs inside this one chooses for itself. */
struct choices {
	struct choice items[LIMIT_SHELL_REPLAYS];
	size_t n, at;
	bool choosing, replaying;
};

static void save_choices(struct eval *ev, struct choices *saved)
{
	memcpy(saved->items, ev->choices, ev->n_choices * sizeof *saved->items);
	saved->n = ev->n_choices;
	saved->at = ev->at_choice;
	saved->choosing = ev->choosing;
	saved->replaying = ev->replaying;
	ev->choosing = ev->replaying = false;
	ev->n_choices = 0;
}

static void restore_choices(struct eval *ev, const struct choices *saved)
{
	memcpy(ev->choices, saved->items, saved->n * sizeof *saved->items);
	ev->n_choices = saved->n;
	ev->at_choice = saved->at;
	ev->choosing = saved->choosing;
	ev->replaying = saved->replaying;
}

static void emit_redirects(struct eval *ev, const struct state *st, const struct simple *simple)
{
	if (simple->redirects)
		eval_emit(ev, st, SHELL_REDIRECT)->redirects = simple->redirects;
}

static void run_no_function(struct eval *ev, struct state *st, struct simple *simple)
{
	bool emit = true;
	struct state before = *st;
	struct saved_variables saved;
	bool piped_in = ev->piped_in;
	enter_prefix(ev, st, simple, &saved);
	ev->piped_in |= simple->input_moved;
	if (!builtin_run(ev, st, simple, &emit))
		capture_unknown(ev);
	ev->piped_in = piped_in;
	leave_prefix(ev, st, &saved);
	/* It runs where and with what held before it changed that. */
	if (emit)
		emit_command(ev, &before, simple, SHELL_COMMAND);
	else
		emit_redirects(ev, &before, simple);
}

static void run_known_name(struct eval *ev, struct state *st, struct simple *simple, bool functions)
{
	struct str name = value_text(ev->arena, simple->words.items[0].value);
	if (name.n && name.p[0] == '%')
		eval_opaque(ev, st, "a job that is continued");
	const struct binding *function = functions ? state_find(ev, st, BINDING_FUNCTION, name)
						   : NULL;
	if (!function) {
		run_no_function(ev, st, simple);
		return;
	}
	bool surely = true;
	for (const struct function *f = function->functions; f; f = f->next)
		surely &= f->body != NULL;
	struct state otherwise = *st;
	unsigned branches = ev->branches;
	ev->branches += !surely;
	emit_redirects(ev, st, simple);
	if (simple->output_lost || simple->output_unknown || simple->errors_joined)
		capture_unknown(ev);
	run_function(ev, st, simple, function->functions);
	if (!surely) {
		run_no_function(ev, &otherwise, simple);
		state_join(ev, st, &otherwise, false);
	}
	ev->branches = branches;
}

void simple_run_program(struct eval *ev, struct state *st, struct simple *simple)
{
	emit_command(ev, st, simple, SHELL_COMMAND);
	capture_unknown(ev);
	if (!word_is_known(&simple->words.items[0]))
		eval_opaque(ev, st, "the command's name is not known");
}

void simple_run(struct eval *ev, struct state *st, struct simple *simple, bool functions)
{
	struct choices saved;
	save_choices(ev, &saved);
	if (!word_is_known(&simple->words.items[0]))
		run_unknown_name(ev, st, simple);
	else
		run_known_name(ev, st, simple, functions);
	restore_choices(ev, &saved);
}

/* Expands everything in Bash's order: words, assignments, redirections. Returns whether it has a command. */
static bool expand_simple(struct eval *ev, struct state *st, const struct node *node,
			  struct simple *simple)
{
	size_t substituted = ev->substituted;
	const struct word_node *name = node->words;
	while (name && name->assign)
		name = name->next;
	for (const struct word_node *word = name; word && !ev->exhausted; word = word->next) {
		if (word->assign)
			builtin_declare(ev, st, simple, word);
		else
			expand_word(ev, st, word, &simple->words);
	}
	if (ev->exhausted)
		return false;
	/* Without a command, or when its words vanished, what stands in front are assignments of this shell. */
	bool bare = simple->words.n == 0;
	const struct shell_assign *given = NULL;
	for (const struct word_node *word = node->words; bare && word != name && eval_charge(ev, 1);
	     word = word->next) {
		simple_assign(ev, st, word);
		/* Programs are given what stands in front, or this. */
		if (stands_in_front(ev, word->name))
			state_assign(ev, st, word->name, &variable_tainted);
	}
	if (!bare)
		prefix_assigns(ev, st, node, &given);
	if (ev->substituted != substituted)
		simple->input = NULL; /* a substitution may have read it */
	const struct binding *before = st->bindings;
	/* What <${x:=f} assigns, this shell sees only when it opens the file itself. */
	st->weak++;
	eval_redirects(ev, st, node, simple);
	st->weak--;
	/* <f$((x++)), <${x:=f}: either */
	for (const struct binding *b = st->bindings; b && b != before && eval_charge(ev, 1);
	     b = b->next)
		if (!bare && b->kind == BINDING_VARIABLE)
			give(ev, &given, b->name, value_any());
	simple->assigns = add_assigns(ev, given, st->assigns);
	return !bare;
}

/* Who prints a variable that is assigned here prints what its value was made of. */
static void note_carried(struct eval *ev, const struct node *node)
{
	for (const struct word_node *word = node->words; word && ev->shows; word = word->next) {
		if (!word->assign)
			continue;
		struct carried *carried = ARENA_NEW(ev->arena, struct carried);
		*carried = (struct carried){word->name, ev->shows, ev->carried};
		ev->carried = carried;
	}
}

static void run_once(struct eval *ev, struct state *st, const struct node *node)
{
	struct state entry = *st;
	struct simple simple = {.node = node, .input = ev->input};
	const struct shell_name *outer = ev->shows;
	ev->shows = NULL;
	bool command = expand_simple(ev, st, node, &simple);
	note_carried(ev, node);
	ev->span = node->span;
	if (!command) {
		emit_redirects(ev, st, &simple);
		/* $(< file) gives the file's content. */
		if (simple.redirects)
			capture_unknown(ev);
	} else if (!ev->exhausted) {
		struct state skipped = *st;
		unsigned branches = ev->branches;
		ev->branches += simple.may_skip + (ev->n_choices > 0);
		simple_run(ev, st, &simple, true);
		ev->branches = branches;
		if (simple.may_skip)
			state_join(ev, st, &skipped, false);
	}
	const struct word_node *name = node->words;
	while (name && name->assign)
		name = name->next;
	if (command && !ev->exhausted)
		eval_alias(ev, st, node, name);
	if (state_is_unsure(st) || state_is_unsure(&entry))
		state_join(ev, st, &entry, false);
	ev->shows = outer;
}

/* Counts the choices up like an odometer; false after the last combination. */
static bool next_choice(struct eval *ev)
{
	while (ev->n_choices) {
		struct choice *last = &ev->choices[ev->n_choices - 1];
		if (++last->picked < last->of)
			return true;
		ev->n_choices--;
	}
	return false;
}

static void run_choice(struct eval *ev, struct state *st, const struct node *node, node_run run,
		       size_t replays)
{
	ev->choosing = replays < LIMIT_SHELL_REPLAYS;
	ev->replaying = true;
	ev->at_choice = 0;
	run(ev, st, node);
	ev->choosing = ev->replaying = false;
	if (ev->n_choices)
		capture_unknown(ev);
}

static void run_each_choice(struct eval *ev, struct state *st, const struct node *node,
			    node_run run)
{
	const struct state entry = *st;
	ev->n_choices = 0;
	run_choice(ev, st, node, run, 0);
	if (ev->n_choices) {
		struct state result = *st;
		for (size_t replays = 1;
		     replays <= LIMIT_SHELL_REPLAYS && next_choice(ev) && !ev->exhausted;
		     replays++) {
			*st = entry;
			run_choice(ev, st, node, run, replays);
			state_join(ev, &result, st, false);
		}
		*st = result;
	}
	ev->n_choices = 0;
}

void eval_choices(struct eval *ev, struct state *st, const struct node *node, node_run run)
{
	if (!ev->replaying) {
		run_each_choice(ev, st, node, run);
		return;
	}
	/* In a substitution of a command that is run for one choice of several. */
	struct choices outer;
	bool perhaps = ev->n_choices > 0;
	save_choices(ev, &outer);
	ev->branches += perhaps;
	run_each_choice(ev, st, node, run);
	ev->branches -= perhaps;
	restore_choices(ev, &outer);
}

void eval_simple(struct eval *ev, struct state *st, const struct node *node)
{
	st->n_fresh = 0;
	eval_choices(ev, st, node, run_once);
}
