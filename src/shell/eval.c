/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking the tree: lists, branches, loops, pipelines. Simple commands are in simple.c, functions in eval_function.c. Stage 2
 * of 3: what comes out is handed to src/decide/unwrap.c. Tour 4 of 9.
 */
#include "shell/eval.h"

bool eval_charge(struct eval *ev, size_t steps)
{
	if (ev->exhausted)
		return false;
	if (ev->budget->work <= steps) {
		ev->budget->work = 0;
		ev->exhausted = true;
		return false;
	}
	ev->budget->work -= steps;
	return true;
}

/* ---- results ---- */

struct shell_command *eval_emit(struct eval *ev, const struct state *st, enum shell_kind kind)
{
	struct shell_command *command = ARENA_NEW(ev->arena, struct shell_command);
	command->kind = kind;
	command->cwds = st->cwds;
	command->n_cwds = st->n_cwds;
	command->assigns = st->assigns;
	command->surely = st->surely && !ev->branches;
	command->depth = ev->depth;
	command->span = ev->span;
	command->pipeline = ev->pipeline;
	command->piped_in = ev->piped_in || st->input_moved;
	command->piped_out = ev->piped_out;
	command->feeder = ev->feeder;
	if (ev->capture && kind != SHELL_REDIRECT) {
		ev->capture->writer = kind == SHELL_COMMAND ? command : NULL;
		ev->capture->writers++;
	}
	*ev->result->tail = command;
	ev->result->tail = &command->next;
	if (++ev->result->n >= LIMIT_SHELL_COMMANDS)
		ev->exhausted = true;
	return command;
}

void eval_opaque(struct eval *ev, const struct state *st, const char *why)
{
	enum { OPAQUE_MAX = 64 };
	if (ev->result->opaque && ev->result->n > OPAQUE_MAX)
		return; /* one reason is enough */
	ev->result->opaque = true;
	eval_emit(ev, st, SHELL_OPAQUE)->reason = str_from(why);
}

void capture_unknown(struct eval *ev)
{
	if (ev->capture)
		ev->capture->known = false;
}

void capture_mixed(struct eval *ev)
{
	if (ev->capture)
		ev->capture->writers = 2;
}

const struct shell_command *capture_source(const struct capture *capture)
{
	return capture->writers == 1 ? capture->writer : NULL;
}

void capture_add(struct eval *ev, const struct state *st, struct value output)
{
	struct capture *capture = ev->capture;
	if (!capture || output.n == 0)
		return;
	capture_mixed(ev);
	if (ev->branches > capture->base || state_is_unsure(st) || st->dead ||
	    (st->errexit && capture->commands > 1)) {
		capture->known = false;
		return;
	}
	(void)eval_charge(ev, 1 + capture->output.n + output.n);
	capture->output = value_concat(ev->arena, capture->output, output);
}

/* ---- text inside text ---- */

static struct read_context text_context(struct eval *ev)
{
	return (struct read_context){
		.arena = ev->arena,
		.work = ev->read_work,
		.depth = ev->depth,
		.origin = {.whole = ev->span},
	};
}

void eval_text(struct eval *ev, struct state *st, struct str text)
{
	struct read_context context = text_context(ev);
	struct read_result read;
	const struct shell_command *feeder = ev->feeder;
	const struct value *input = ev->input;
	context.depth++;
	shell_read(&context, text, &read);
	ev->depth++;
	ev->feeder = NULL;
	ev->input = NULL; /* whichever of its commands reads it */
	if (read.list)
		eval_node(ev, st, read.list);
	ev->feeder = feeder;
	ev->input = input;
	ev->depth--;
	if (read.error)
		eval_opaque(ev, st, read.error);
	/* Bash then takes a reserved word at the start of the next line for the name of a command. */
	else if (str_ends(text, STR("\\\n")) || str_ends(text, STR("\\")))
		eval_opaque(ev, st, "text that ends in a backslash");
}

void eval_embedded(struct eval *ev, struct state *st, struct str text)
{
	struct read_context context = text_context(ev);
	struct part *parts;
	const char *error;
	context.depth++;
	shell_read_embedded(&context, text, &parts, &error);
	ev->depth++;
	if (ev->depth < LIMIT_SHELL_DEPTH)
		(void)expand_value(ev, st, parts);
	ev->depth--;
	if (error || ev->depth + 1 >= LIMIT_SHELL_DEPTH)
		eval_opaque(ev, st, error ? error : "nested too deeply");
}

/* ---- structure ---- */

/* An error that ends a subshell runs the traps of the shell around it, and what they print is in its output. */
static void end_subshell(struct eval *ev, const struct state *inner)
{
	if (inner->shaken && ev->deferred)
		capture_unknown(ev);
}

void eval_subshell(struct eval *ev, const struct state *st, const struct node *list)
{
	struct state inner = *st;
	struct local *locals = ev->frame ? ev->frame->locals : NULL;
	ev->depth++;
	ev->subshells++;
	eval_node(ev, &inner, list);
	ev->subshells--;
	ev->depth--;
	if (ev->frame)
		ev->frame->locals = locals; /* those that it declares are its own */
	end_subshell(ev, &inner);
}

/* Also behind "!" and time, which Bash notes at the command itself. */
static bool is_coproc(const struct node *node)
{
	while (node->kind == NODE_PIPELINE && node->first && !node->first->next)
		node = node->first;
	return node->kind == NODE_COPROC;
}

static void eval_list(struct eval *ev, struct state *st, const struct node *node)
{
	for (const struct node *item = node->first; item && !ev->exhausted; item = item->next) {
		if (item->background && is_coproc(item)) {
			eval_node(ev, st, item); /* its variables are this shell's */
		} else if (item->background) {
			ev->backgrounds++;
			eval_subshell(ev, st, item);
			ev->backgrounds--;
			capture_unknown(ev); /* who writes first, nobody knows */
			st->n_fresh = 0;
			st->started_job |= !state_is_unsure(st);
		} else {
			eval_node(ev, st, item);
		}
		/* An error goes no further than this, but in a subshell it ends all of it. */
		if (item->ends_line && !ev->subshells)
			st->shaken = false;
	}
}

/* What holds after success and after failure: a cd just before has moved, or has not. */
static void split_status(const struct state *st, struct state *ret_yes, struct state *ret_no)
{
	*ret_yes = *ret_no = *st;
	if (!st->n_fresh)
		return;
	ret_yes->n_cwds = st->n_fresh;
	ret_yes->oldpwd = st->fresh_oldpwd;
	ret_no->cwds += st->n_fresh;
	ret_no->n_cwds -= st->n_fresh;
	ret_yes->n_fresh = ret_no->n_fresh = 0;
}

/* a && b || c: from the second on, each runs perhaps. */
static void eval_and_or(struct eval *ev, struct state *st, const struct node *node)
{
	struct state yes, no;
	eval_node(ev, st, node->first);
	split_status(st, &yes, &no);
	ev->branches++;
	for (const struct node *item = node->first->next; item && !ev->exhausted;
	     item = item->next) {
		struct state ran = item->or_else ? no : yes, ran_yes, ran_no;
		eval_node(ev, &ran, item);
		split_status(&ran, &ran_yes, &ran_no);
		if (item->or_else) {
			no = ran_no;
			state_join(ev, &yes, &ran_yes, false);
		} else {
			yes = ran_yes;
			state_join(ev, &no, &ran_no, false);
		}
	}
	ev->branches--;
	*st = yes;
	state_join(ev, st, &no, false);
}

static void eval_stage(struct eval *ev, struct state *st, const struct node *stage, int pipeline)
{
	int before = ev->pipeline;
	ev->pipeline = pipeline;
	eval_node(ev, st, stage);
	ev->pipeline = before;
}

/* "echo x |& sh": echo without a redirection writes no errors. */
static bool is_silent(struct eval *ev, const struct state *st, const struct node *stage)
{
	if (state_find(ev, st, BINDING_FUNCTION, STR("echo")) ||
	    state_find(ev, st, BINDING_ALIAS, STR("echo")) || st->havoc)
		return false;
	const struct word_node *name = stage->kind == NODE_SIMPLE && !stage->redirs ? stage->words
										    : NULL;
	const struct part *part = name && !name->assign ? name->parts : NULL;
	return part && !part->next && part->kind == PART_TEXT && str_is(part->text, "echo");
}

static void eval_pipeline(struct eval *ev, struct state *st, const struct node *node)
{
	if (!node->first || !node->first->next) {
		if (node->first)
			eval_node(ev, st, node->first);
		st->n_fresh = 0; /* "!" turns the status round */
		return;
	}
	struct capture *outer = ev->capture;
	const struct value *outer_input = ev->input;
	const struct shell_command *outer_feeder = ev->feeder;
	bool outer_in = ev->piped_in, outer_out = ev->piped_out;
	int pipeline = ++ev->pipelines;
	const struct value *input = ev->input;
	ev->depth++;
	for (const struct node *stage = node->first; stage && !ev->exhausted; stage = stage->next) {
		struct capture capture = {.known = true, .base = ev->branches};
		struct state inner = *st;
		bool last = !stage->next;
		struct local *locals = ev->frame ? ev->frame->locals : NULL;
		ev->capture = last ? outer : &capture;
		ev->input = input;
		ev->piped_in = outer_in || stage != node->first;
		ev->piped_out = outer_out || !last;
		ev->subshells++;
		eval_stage(ev, &inner, stage, pipeline);
		ev->subshells--;
		end_subshell(ev, &inner);
		if (last && st->lastpipe)
			state_join(ev, st, &inner, false);
		else if (ev->frame)
			ev->frame->locals = locals;
		struct value *output = ARENA_NEW(ev->arena, struct value);
		*output = capture.output;
		input = capture.known && (!stage->errors_too || is_silent(ev, st, stage)) ? output
											  : NULL;
		/* One of several readers may leave half a line to the next. */
		bool alone = stage->next && stage->next->kind == NODE_SIMPLE;
		ev->feeder = stage->errors_too || !alone ? NULL : capture_source(&capture);
	}
	ev->depth--;
	ev->capture = outer;
	ev->input = outer_input;
	ev->feeder = outer_feeder;
	ev->piped_in = outer_in;
	ev->piped_out = outer_out;
	st->n_fresh = 0;
}

static void eval_if(struct eval *ev, struct state *st, const struct node *node)
{
	eval_node(ev, st, node->cond);
	struct state other = *st;
	ev->branches++;
	eval_node(ev, st, node->body);
	if (node->other)
		eval_node(ev, &other, node->other);
	ev->branches--;
	state_join(ev, st, &other, false);
}

/* ---- loops ---- */

/* A loop ends: jumps that only left it have arrived. */
static void end_loop(struct state *st, unsigned weak)
{
	if (st->jump > 1) {
		st->jump--;
		return;
	}
	st->jump = 0;
	st->weak = weak;
}

typedef void eval_body(struct eval *ev, struct state *st, const struct node *node,
		       const void *context);

/* Runs a body any number of times: once as things stand, then with everything that it changes unknown until nothing
 * changes any more.
 */
static void eval_repeatedly(struct eval *ev, struct state *st, const struct node *node,
			    eval_body *body, const void *context)
{
	enum { PASSES_MAX = 5 };
	unsigned weak = st->weak;
	ev->branches++;
	for (int pass = 0; pass < PASSES_MAX && !ev->exhausted; pass++) {
		struct state before = *st, after = *st;
		if (pass == PASSES_MAX - 2) {
			state_havoc(ev, &after);
			state_unknown_cwd(ev, &after);
			after.positional_unknown = true;
			after.globs_unknown = true;
		}
		body(ev, &after, node, context);
		end_loop(&after, weak);
		state_join(ev, st, &after, true);
		if (st->dead)
			break;
		if (state_same(st, &before))
			break;
	}
	ev->branches--;
}

static void while_body(struct eval *ev, struct state *st, const struct node *node,
		       const void *context)
{
	(void)context;
	if (node->cond)
		eval_node(ev, st, node->cond);
	eval_node(ev, st, node->body);
}

static void eval_while(struct eval *ev, struct state *st, const struct node *node)
{
	eval_repeatedly(ev, st, node, while_body, NULL);
	/* The condition runs once more, with whatever the body left behind. */
	struct state last = *st;
	ev->branches++;
	eval_node(ev, &last, node->cond);
	ev->branches--;
	state_join(ev, st, &last, false);
}

static void c_for_body(struct eval *ev, struct state *st, const struct node *node,
		       const void *context)
{
	(void)context;
	arith_effects(ev, st, expand_arithmetic(ev, st, node->arith[1]));
	eval_node(ev, st, node->body);
	arith_effects(ev, st, expand_arithmetic(ev, st, node->arith[2]));
}

static void eval_c_for(struct eval *ev, struct state *st, const struct node *node)
{
	arith_statement(ev, st, expand_arithmetic(ev, st, node->arith[0]));
	eval_repeatedly(ev, st, node, c_for_body, NULL);
	/* The condition is looked at once more. */
	struct state last = *st;
	ev->branches++;
	arith_effects(ev, &last, expand_arithmetic(ev, &last, node->arith[1]));
	ev->branches--;
	state_join(ev, st, &last, false);
}

static void for_words(struct eval *ev, struct state *st, const struct node *node,
		      struct words *words)
{
	if (!node->has_in) {
		if (st->positional_unknown)
			ARENA_PUSH(ev->arena, words->items, words->n,
				   words->cap) = (struct word){.many = true};
		for (size_t i = 0; i < st->n_positional && !st->positional_unknown; i++)
			ARENA_PUSH(ev->arena, words->items, words->n,
				   words->cap) = st->positional[i];
		return;
	}
	for (const struct word_node *word = node->words; word; word = word->next)
		expand_word(ev, st, word, words);
}

static void unknown_for_body(struct eval *ev, struct state *st, const struct node *node,
			     const void *context)
{
	const struct variable *variable = context;
	state_assign(ev, st, node->name, variable);
	eval_node(ev, st, node->body);
}

/* What the loop variable may be when the words are not run one by one. */
static const struct variable *words_variable(struct eval *ev, const struct words *words)
{
	if (words->n > LIMIT_SHELL_ALTERNATIVES)
		return &variable_tainted;
	struct value *alt = ARENA_ARRAY(ev->arena, words->n + 1, struct value);
	for (size_t i = 0; i < words->n; i++) {
		if (words->items[i].many && !value_source(words->items[i].value))
			return &variable_tainted;
		alt[i] = words->items[i].value;
	}
	struct variable *v = ARENA_NEW(ev->arena, struct variable);
	*v = (struct variable){.kind = VARIABLE_SCALAR, .alt = alt, .n_alt = words->n};
	return v;
}

static void eval_for(struct eval *ev, struct state *st, const struct node *node)
{
	struct words words = {0};
	for_words(ev, st, node, &words);
	bool known = words.n <= LIMIT_SHELL_UNROLL && node->kind == NODE_FOR;
	for (size_t i = 0; i < words.n; i++)
		known &= word_is_known(&words.items[i]);
	if (!known) {
		struct state none = *st;
		bool tainted = node->kind == NODE_SELECT;
		if (tainted) {
			state_assign(ev, st, STR("REPLY"), &variable_tainted);
			capture_unknown(ev); /* it prints a newline at the end of its input */
		}
		const struct variable *variable = tainted ? &variable_tainted
							  : words_variable(ev, &words);
		eval_repeatedly(ev, st, node, unknown_for_body, variable);
		state_join(ev, st, &none, false);
		return;
	}
	unsigned weak = st->weak;
	for (size_t i = 0; i < words.n && !ev->exhausted; i++) {
		state_assign_value(ev, st, node->name, words.items[i].value);
		eval_node(ev, st, node->body);
	}
	end_loop(st, weak);
}

static void eval_case(struct eval *ev, struct state *st, const struct node *node)
{
	if (!node->words)
		return;
	(void)expand_value(ev, st, node->words->parts);
	struct state result = *st, entry = *st;
	bool goes_on =
		false; /* ;& or ;;& behind an earlier branch: this one may start where that ended */
	ev->branches++;
	for (const struct case_item *item = node->items; item && !ev->exhausted;
	     item = item->next) {
		if (goes_on)
			state_join(ev, &entry, &result, false);
		for (const struct word_node *pattern = item->patterns; pattern;
		     pattern = pattern->next)
			(void)expand_value(ev, &entry, pattern->parts);
		struct state branch = entry;
		if (item->body)
			eval_node(ev, &branch, item->body);
		state_join(ev, &result, &branch, false);
		state_join(ev, &result, &entry, false);
		goes_on |= item->goes_on;
	}
	ev->branches--;
	*st = result;
}

/* ---- dispatch ---- */

static void eval_test(struct eval *ev, struct state *st, const struct node *node)
{
	for (const struct test_operand *operand = node->operands; operand;
	     operand = operand->next) {
		struct value v = operand->kind == TEST_ARITH
					 ? expand_arithmetic(ev, st, operand->word->parts)
					 : expand_value(ev, st, operand->word->parts);
		if (operand->kind == TEST_ARITH) {
			arith_effects(ev, st, v);
		} else if (operand->kind == TEST_VARIABLE) {
			struct word word = {.value = v};
			if (!word_is_known(&word))
				eval_opaque(ev, st,
					    "a variable is chosen by text that is not known");
			else if (str_find_char(value_text(ev->arena, v), '[') != STR_NPOS)
				arith_effects(ev, st, v);
		}
	}
}

static void eval_arith(struct eval *ev, struct state *st, const struct node *node)
{
	arith_statement(ev, st, expand_arithmetic(ev, st, node->arith[0]));
}

static void eval_compound(struct eval *ev, struct state *st, const struct node *node)
{
	switch (node->kind) {
	case NODE_GROUP:
		eval_node(ev, st, node->body);
		break;
	case NODE_SUBSHELL:
		eval_subshell(ev, st, node->body);
		break;
	case NODE_IF:
		eval_if(ev, st, node);
		break;
	case NODE_LOOP:
		eval_while(ev, st, node);
		break;
	case NODE_FOR:
	case NODE_SELECT:
		eval_for(ev, st, node);
		break;
	case NODE_C_FOR:
		eval_c_for(ev, st, node);
		break;
	case NODE_CASE:
		eval_case(ev, st, node);
		break;
	case NODE_TEST:
		eval_choices(ev, st, node, eval_test);
		break;
	case NODE_ARITH:
		eval_choices(ev, st, node, eval_arith);
		break;
	case NODE_SIMPLE:
	case NODE_PIPELINE:
	case NODE_AND_OR:
	case NODE_LIST:
	case NODE_FUNCTION:
	case NODE_COPROC:
		break;
	}
}

/* The redirections of a compound command. Returns whether they may fail, and the command is skipped; *ret_input is what is
 * then known of its standard input, *ret_moved whether they put something there.
 */
static bool eval_compound_redirects(struct eval *ev, struct state *st, const struct node *node,
				    const struct value **ret_input, bool *ret_moved)
{
	struct simple simple = {.node = node, .input = ev->input};
	st->weak++; /* those of a subshell are opened in it */
	eval_redirects(ev, st, node, &simple);
	st->weak--;
	if (simple.redirects)
		eval_emit(ev, st, SHELL_REDIRECT)->redirects = simple.redirects;
	for (const struct redir *redir = node->redirs; redir; redir = redir->next)
		simple.output_unknown |= redir->op ==
					 REDIR_DUP_OUT; /* error messages of Bash's may join in */
	if (simple.redirects || simple.output_unknown) {
		capture_unknown(ev);
		capture_mixed(ev);
	}
	*ret_input = simple.input;
	*ret_moved = simple.input_moved;
	return simple.may_skip;
}

/* Whether the first word is a name is seen only behind it, where Bash has looked the next one up as an alias. */
static bool has_second_alias(struct eval *ev, const struct state *st, const struct node *body)
{
	struct str text;
	bool quoted;
	const struct word_node *first = body && body->kind == NODE_SIMPLE ? body->words : NULL;
	return first && word_node_text(first->next, &text, &quoted) && !quoted &&
	       state_find(ev, st, BINDING_ALIAS, text);
}

static void eval_coproc(struct eval *ev, struct state *st, const struct node *node)
{
	if (has_second_alias(ev, st, node->body))
		eval_opaque(ev, st, "an alias behind coproc and a name");
	struct capture *outer = ev->capture;
	/* Bash prints and reads such text once more, and then takes the name for the command. */
	if (ev->substitutions)
		eval_opaque(ev, st, "coproc in a substitution");
	/* Who ends whom when a pipe of theirs is closed, nobody knows. */
	if (ev->piped_in || ev->piped_out)
		eval_opaque(ev, st, "coproc in a pipeline");
	const struct value *input = ev->input;
	bool piped_in = ev->piped_in, piped_out = ev->piped_out;
	ev->capture = NULL;
	ev->input = NULL; /* it reads what the shell writes to it */
	ev->piped_in = ev->piped_out = true;
	eval_subshell(ev, st, node->body);
	ev->piped_in = piped_in;
	ev->piped_out = piped_out;
	ev->input = input;
	ev->capture = outer;
	state_assign(ev, st, node->name, &variable_tainted);
	state_assign(ev, st, arena_join(ev->arena, node->name, STR("_PID")), &variable_tainted);
	st->n_fresh = 0;
}

static bool may_fail(const struct node *node)
{
	return node->kind == NODE_SIMPLE || node->kind == NODE_TEST || node->kind == NODE_ARITH ||
	       node->kind == NODE_SUBSHELL;
}

void eval_node(struct eval *ev, struct state *st, const struct node *node)
{
	/* A node that was read up to an error may lack parts. */
	if (!node || !eval_charge(ev, 1))
		return;
	ev->span = node->span;
	if (ev->capture && st->errexit && may_fail(node))
		ev->capture->commands++;
	if (node->pattern && st->globs_unknown)
		eval_opaque(ev, st, "a parenthesis that may belong to a pattern");
	switch (node->kind) {
	case NODE_SIMPLE:
		eval_simple(ev, st, node);
		return;
	case NODE_PIPELINE:
		eval_pipeline(ev, st, node);
		return;
	case NODE_AND_OR:
		eval_and_or(ev, st, node);
		return;
	case NODE_LIST:
		eval_list(ev, st, node);
		return;
	case NODE_FUNCTION:
		ev->result->defines = true;
		if (str_is(node->name, "command_not_found_handle"))
			eval_opaque(ev, st, "a function that runs whenever a program is missing");
		state_bind_function(ev, st, node->name, node->body);
		st->n_fresh = 0;
		return;
	case NODE_COPROC:
		eval_coproc(ev, st, node);
		return;
	case NODE_SUBSHELL:
	case NODE_GROUP:
	case NODE_IF:
	case NODE_LOOP:
	case NODE_FOR:
	case NODE_SELECT:
	case NODE_C_FOR:
	case NODE_CASE:
	case NODE_TEST:
	case NODE_ARITH:
		break;
	}
	const struct value *input = ev->input, *inner = input;
	struct node bare = *node;
	bare.redirs = NULL;
	bool sole = (inner || node->redirs) && eval_has_sole_reader(ev, st, &bare);
	st->n_fresh = 0;
	bool piped_in = ev->piped_in, moved = false;
	bool may_skip = node->redirs && eval_compound_redirects(ev, st, node, &inner, &moved);
	struct state skipped = *st;
	ev->input = sole ? inner : NULL;
	ev->piped_in |= moved;
	ev->branches += may_skip;
	eval_compound(ev, st, node);
	ev->branches -= may_skip;
	if (may_skip)
		state_join(ev, st, &skipped, false);
	ev->input = input;
	ev->piped_in = piped_in;
}
