/* SPDX-License-Identifier: Apache-2.0
 *
 * Expanding command and process substitutions, and what they print.
 */
#include "shell/eval.h"

/* $(< file) is expanded in this shell, without a subshell. */
static bool is_file_reading(const struct node *list)
{
	const struct node *only = list->kind == NODE_LIST ? list->first : NULL;
	return only && !only->next && !only->background && only->kind == NODE_SIMPLE &&
	       !only->words && only->redirs && !only->redirs->next && only->redirs->op == REDIR_IN;
}

/* What prints digits prints a line of them, or nothing. ret_segs: room for twice as many. Returns how many there are. */
static size_t choose_digits(struct eval *ev, struct value v, struct seg *ret_segs)
{
	size_t n = 0;
	for (size_t i = 0; i < v.n; i++) {
		bool unknown = false;
		if (v.seg[i].kind != SEG_ANY || !str_is(v.seg[i].text, SEG_TEXT_DIGITS)) {
			ret_segs[n++] = v.seg[i];
		} else if (eval_pick(ev, 2, &unknown) == 0 && !unknown) {
			ret_segs[n++] = (struct seg){.kind = SEG_NUMBER};
			ret_segs[n++] = (struct seg){.kind = SEG_TEXT, .text = STR("\n")};
		} else if (unknown) {
			ret_segs[n++] = (struct seg){.kind = SEG_ANY};
		}
	}
	return n;
}

static void run_substitution(struct eval *ev, struct state *st, const struct node *list)
{
	if (!is_file_reading(list)) {
		eval_subshell(ev, st, list);
		return;
	}
	struct state inner = *st;
	eval_node(ev, &inner, list);
	state_join(ev, st, &inner, false);
}

/* A command that runs for one choice of several counts as a branch, which each command below it does, too. */
static struct capture capture_open(const struct eval *ev)
{
	return (struct capture){.known = true, .base = ev->branches + (ev->n_choices > 0)};
}

static bool is_own_name(struct field *f, struct str name)
{
	return !state_find(f->ev, f->st, BINDING_FUNCTION, name) &&
	       !state_find(f->ev, f->st, BINDING_ALIAS, name);
}

/* One command by its own name, which no function hides, and words that are split as usual. */
static bool is_plain_substitution(struct field *f, const struct node *list)
{
	const struct variable *ifs = state_variable(f->ev, f->st, STR("IFS"));
	const struct node *only = list && list->kind == NODE_LIST ? list->first : list;
	struct str name;
	bool quoted;
	if (!only || only->next || only->background)
		return false;
	for (only = only->kind == NODE_PIPELINE ? only->first : only; only && only->next;)
		only = only->next; /* what prints in "a | b" */
	return only && only->kind == NODE_SIMPLE && only->words && !only->words->assign &&
	       word_node_text(only->words, &name, &quoted) && is_own_name(f, name) &&
	       !f->st->havoc && ifs->kind == VARIABLE_SCALAR && ifs->n_alt == 1 &&
	       !ifs->maybe_unset && value_is_known(ifs->alt[0]) &&
	       str_is(value_text(f->ev->arena, ifs->alt[0]), " \t\n");
}

/* What somebody knows that the command prints, or nothing, as that may be. */
static bool is_printed(struct field *f, const struct node *list, const struct capture *capture,
		       struct value *ret_value)
{
	const struct shell_env *env = f->ev->env;
	const struct shell_command *source = capture_source(capture);
	struct shell_printed printed;
	bool unknown = false;
	if (!source || !env->printed || !is_plain_substitution(f, list) ||
	    !env->printed(env->context, source, &printed))
		return false;
	bool empty = printed.may_be_empty && eval_pick(f->ev, 2, &unknown) == 1;
	*ret_value = empty ? (struct value){NULL, 0} : printed.value;
	return !unknown;
}

void field_command(struct field *f, const struct part *part, bool quoted)
{
	struct capture capture = capture_open(f->ev), *outer = f->ev->capture;
	struct value printed;
	const struct value *input = f->ev->input;
	bool in_here_document = f->ev->in_here_document;
	f->ev->capture = &capture;
	f->ev->input = NULL; /* who of several readers gets what, nobody knows */
	f->ev->in_here_document = false;
	f->ev->substitutions++;
	f->ev->substituted++;
	if (part->list)
		run_substitution(f->ev, f->st, part->list);
	f->ev->substitutions--;
	f->ev->in_here_document = in_here_document;
	f->ev->input = input;
	f->ev->capture = outer;
	if (!capture.known && is_printed(f, part->list, &capture, &printed)) {
		field_value(f, printed, quoted || printed.n > 0);
		return;
	}
	if (!capture.known) {
		field_output(f, capture_source(&capture), quoted);
		return;
	}
	struct value v = capture.output;
	if (v.n == 0) {
		f->started |= quoted;
		return;
	}
	struct seg *segs = ARENA_ARRAY(f->ev->arena, 2 * v.n, struct seg);
	v.n = choose_digits(f->ev, v, segs);
	while (v.n && segs[v.n - 1].kind == SEG_TEXT) {
		struct str *text = &segs[v.n - 1].text;
		while (text->n && text->p[text->n - 1] == '\n')
			text->n--;
		if (text->n)
			break;
		v.n--;
	}
	/* Where the end may be nothing, the newlines in front of it may be cut off as well; it stands for them, too. */
	for (size_t i = v.n; i > 1 && segs[i - 1].kind == SEG_ANY; i--) {
		struct str *text = &segs[i - 2].text;
		while (segs[i - 2].kind == SEG_TEXT && text->n && text->p[text->n - 1] == '\n')
			text->n--;
		if (segs[i - 2].kind != SEG_TEXT || text->n)
			break;
		segs[i - 2] = segs[i - 1];
		v.n--;
	}
	field_value(f, (struct value){segs, v.n}, quoted);
}

void field_process(struct field *f, const struct part *part)
{
	struct capture capture = capture_open(f->ev), *outer = f->ev->capture;
	const struct value *input = f->ev->input;
	f->ev->capture = part->writes ? NULL : &capture;
	f->ev->input = NULL;
	f->ev->substitutions++;
	f->ev->substituted++;
	/* Whatever it assigns is its own. */
	struct state inner = *f->st;
	bool piped_in = f->ev->piped_in;
	inner.weak = 0;
	f->ev->piped_in |= part->writes;
	if (part->list)
		eval_subshell(f->ev, &inner, part->list);
	else
		field_any(f, false); /* Bash makes no word of <() */
	f->ev->piped_in = piped_in;
	f->ev->substitutions--;
	f->ev->input = input;
	f->ev->capture = outer;
	if (part->writes)
		capture_unknown(f->ev);
	if (!part->list)
		return;
	/* The number carries what there is to read, for shell_substitution_output(). */
	bool known = !part->writes && capture.known && value_is_known(capture.output);
	field_push(f, SEG_TEXT, STR("/dev/fd/"));
	field_push(f, SEG_NUMBER, known ? value_text(f->ev->arena, capture.output) : STR(""));
}

const char own_job[] = "job";

bool shell_is_own_job(struct value value)
{
	return value.n == 1 && value.seg[0].kind == SEG_NUMBER && value.seg[0].text.p == own_job;
}

bool shell_substitution_output(struct value word, struct str *ret_output)
{
	bool is = word.n == 2 && word.seg[0].kind == SEG_TEXT && word.seg[1].kind == SEG_NUMBER &&
		  str_is(word.seg[0].text, "/dev/fd/") && word.seg[1].text.p != own_job;
	*ret_output = is ? word.seg[1].text : STR("");
	return ret_output->n > 0;
}
