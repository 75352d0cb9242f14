/* SPDX-License-Identifier: Apache-2.0
 *
 * Redirections of commands of any kind, here-documents and here-strings.
 */
#include "shell/eval.h"

bool parts_are_plain(const struct part *parts)
{
	for (; parts; parts = parts->next)
		if (parts->kind != PART_TEXT &&
		    (parts->kind != PART_PARAM || parts->param->op[0] || parts->param->subscript))
			return false;
	return true;
}

static bool ends_with_dash(const struct part *parts)
{
	for (; parts && parts->next; parts = parts->next)
		;
	return parts && parts->kind == PART_TEXT && !parts->quoted &&
	       str_ends(parts->text, STR("-"));
}

/* ">&2", ">&-", ">&2-": the dash behind the digits must stand there; in a variable it is part of a file's name. */
static bool is_descriptor(struct value v, const struct redir *redir)
{
	if (v.n == 1 && v.seg[0].kind == SEG_NUMBER)
		return true;
	if (v.n != 1 || v.seg[0].kind != SEG_TEXT)
		return false;
	struct str text = v.seg[0].text;
	if (str_is(text, "-"))
		return true;
	if (text.n && text.p[text.n - 1] == '-' && ends_with_dash(redir->target->parts))
		text.n--;
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_digit(text.p[i]))
			return false;
	return true;
}

static struct value redirect_target(struct eval *ev, struct state *st, const struct redir *redir)
{
	struct words words = {0};
	expand_word(ev, st, redir->target, &words);
	return words.n == 1 && !words.items[0].many ? words.items[0].value : value_any();
}

static const struct {
	enum redir_op op;
	enum redirect_kind kind;
	int fd;
} file_redirects[] = {
	{REDIR_IN, REDIRECT_READ, 0},
	{REDIR_OUT, REDIRECT_WRITE, 1},
	{REDIR_APPEND, REDIRECT_APPEND, 1},
	{REDIR_BOTH, REDIRECT_WRITE, 1},
	{REDIR_BOTH_APPEND, REDIRECT_APPEND, 1},
	{REDIR_IN_OUT, REDIRECT_READ_WRITE, 0},
	{REDIR_DUP_OUT, REDIRECT_WRITE, 1},
};

/* bash < <(echo ls) */
static const struct value *substituted_input(struct eval *ev, struct value target)
{
	struct str output;
	if (!shell_substitution_output(target, &output))
		return NULL;
	struct value *input = ARENA_NEW(ev->arena, struct value);
	*input = value_from(ev->arena, output);
	return input;
}

static void add_redirect(struct eval *ev, struct simple *simple, const struct redir *redir,
			 struct value target)
{
	for (size_t i = 0; i < sizeof file_redirects / sizeof *file_redirects; i++) {
		if (file_redirects[i].op != redir->op)
			continue;
		struct shell_redirect *redirect = ARENA_NEW(ev->arena, struct shell_redirect);
		redirect->kind = file_redirects[i].kind;
		redirect->fd = redir->fd == -1 ? file_redirects[i].fd
			       : redir->fd < 0 ? -1
					       : redir->fd;
		redirect->target = target;
		redirect->span = redir->target->span;
		if (simple->last_redirect)
			simple->last_redirect->next = redirect;
		else
			simple->redirects = redirect;
		simple->last_redirect = redirect;
		if (redirect->fd == 1)
			simple->output_lost = true;
		if (redirect->fd == 0)
			simple->input = substituted_input(ev, target);
	}
}

/* text: NULL when it is not known. */
static void open_descriptor(struct eval *ev, struct simple *simple, int fd,
			    const struct value *text)
{
	if (fd <= 0 || fd >= SHELL_DESCRIPTORS || (!text && !simple->descriptors))
		return;
	if (!simple->descriptors)
		simple->descriptors = ARENA_ARRAY(ev->arena, SHELL_DESCRIPTORS,
						  const struct value *);
	simple->descriptors[fd] = text;
}

/* <&3 */
static const struct value *duplicated_text(struct eval *ev, const struct simple *simple,
					   struct value target)
{
	struct str text = value_is_known(target) ? value_text(ev->arena, target) : STR("");
	bool digit = text.n == 1 && ascii_is_digit(text.p[0]);
	return digit && simple->descriptors ? simple->descriptors[text.p[0] - '0'] : NULL;
}

/* May opening it fail, so that the command does not run? The standard descriptors are open until one is closed. */
static bool may_fail(struct eval *ev, const struct redir *redir, struct value target)
{
	enum { ALWAYS_FREE = 10 };
	if (redir->op == REDIR_HERE_DOC || redir->op == REDIR_HERE_STRING)
		return redir->fd >= ALWAYS_FREE || redir->fd < -1;
	if (!value_is_known(target))
		return true;
	struct str text = value_text(ev->arena, target);
	bool duplicates = redir->op == REDIR_DUP_IN || redir->op == REDIR_DUP_OUT;
	bool standard = text.n == 1 && text.p[0] >= '0' && text.p[0] <= '2';
	if (duplicates && is_descriptor(target, redir))
		return !standard || ev->odd_descriptors;
	return !str_is(text, "/dev/null");
}

static bool expands_again(struct eval *ev, const struct redir *redir, struct value target)
{
	if (is_descriptor(target, redir))
		return false;
	if (!value_is_known(target))
		return true;
	struct str text = value_text(ev->arena, target);
	for (size_t i = 0; i < text.n; i++)
		if (strchr("$`\\\"'*?[{~<>\001\177", text.p[i]))
			return true;
	return false;
}

static bool substitutes_in(const struct param *param)
{
	return param && (parts_substitute(param->arg) || parts_substitute(param->arg2) ||
			 parts_substitute(param->subscript));
}

bool parts_substitute(const struct part *parts)
{
	for (; parts; parts = parts->next)
		if (parts->kind == PART_COMMAND || parts->kind == PART_PROCESS ||
		    parts_substitute(parts->arith) || substitutes_in(parts->param))
			return true;
	return false;
}

/* A command substitution in the operator of a parameter leaves what is assigned in front of the command in the
 * environment of the next one.
 */
static bool keeps_environment(const struct node *command, const struct part *body)
{
	if (!command || !command->words || !command->words->assign)
		return false;
	for (; body; body = body->next)
		if (body->kind == PART_PARAM && substitutes_in(body->param))
			return true;
	return false;
}

static struct value here_document(struct eval *ev, struct state *st, const struct node *command,
				  const struct part *body)
{
	bool outer = ev->in_here_document;
	if (keeps_environment(command, body))
		eval_opaque(ev, st, "a substitution in ${ } in a here-document behind assignments");
	ev->in_here_document = true;
	struct value text = expand_value(ev, st, body);
	ev->in_here_document = outer;
	return text;
}

/* Is there something else on the standard input then? "0>&3" does that, too. */
static bool moves_input(const struct redir *redir)
{
	bool writes = redir->op == REDIR_OUT || redir->op == REDIR_APPEND ||
		      redir->op == REDIR_BOTH || redir->op == REDIR_BOTH_APPEND ||
		      redir->op == REDIR_DUP_OUT;
	return redir->fd == 0 || (redir->fd == -1 && !writes);
}

static void eval_redirect(struct eval *ev, struct state *st, const struct redir *redir,
			  struct simple *simple)
{
	int fd = redir->fd;
	simple->input_moved |= moves_input(redir);
	if (redir->op == REDIR_HERE_STRING && !redir->target)
		return;
	if (redir->op == REDIR_HERE_DOC || redir->op == REDIR_HERE_STRING) {
		struct value *body = ARENA_NEW(ev->arena, struct value);
		*body = redir->op == REDIR_HERE_DOC
				? here_document(ev, st, simple->node, redir->body)
				: expand_assigned(ev, st, redir->target->parts);
		if (redir->op == REDIR_HERE_STRING)
			*body = value_concat(ev->arena, *body, value_from(ev->arena, STR("\n")));
		if (fd == -1 || fd == 0)
			simple->input = body;
		else
			simple->output_unknown = true; /* 1<<E: nothing can be written there */
		open_descriptor(ev, simple, fd, body);
		simple->may_skip |= may_fail(ev, redir, *body);
		return;
	}
	if (!redir->target)
		return; /* read up to an error */
	struct value target = redirect_target(ev, st, redir);
	const struct value *duplicated = duplicated_text(ev, simple, target);
	open_descriptor(ev, simple, fd, NULL);
	bool duplicates = redir->op == REDIR_DUP_IN || redir->op == REDIR_DUP_OUT;
	if (duplicates && (!value_is_numeric(target) || redir->op == REDIR_DUP_IN))
		ev->odd_descriptors = true;
	bool fails = may_fail(ev, redir, target);
	simple->may_skip |= fails;
	/* For its message about the failure Bash expands the word again. */
	if (fails && !parts_are_plain(redir->target->parts))
		(void)redirect_target(ev, st, redir);
	/* Behind >& and <& Bash expands the word, and then what it has become once more. */
	if (duplicates && expands_again(ev, redir, target))
		eval_opaque(ev, st, "a redirection whose word is expanded twice");
	simple->errors_joined |= redir->op == REDIR_DUP_OUT && fd == 2;
	if (!duplicates) {
		add_redirect(ev, simple, redir, target);
	} else if (redir->op == REDIR_DUP_OUT && !is_descriptor(target, redir)) {
		add_redirect(ev, simple, redir, target);
	} else if (redir->op == REDIR_DUP_IN) {
		simple->input = fd == -1 || fd == 0 ? duplicated : simple->input;
		simple->output_unknown = true; /* it may fail, and then nothing runs */
	} else if (fd == -1 || fd == 1) {
		simple->output_unknown = true;
	}
	if (redir->fd_name.n)
		state_assign(ev, st, redir->fd_name, &variable_tainted);
}

void eval_redirects(struct eval *ev, struct state *st, const struct node *node,
		    struct simple *simple)
{
	size_t substituted = ev->substituted;
	bool piped_in = ev->piped_in;
	const struct value *given = simple->input;
	for (const struct redir *redir = node->redirs; redir && eval_charge(ev, 1);
	     redir = redir->next) {
		eval_redirect(ev, st, redir, simple);
		/* What the words of the next ones run finds it there. */
		ev->piped_in |= simple->input_moved;
	}
	ev->piped_in = piped_in;
	/* What stands in the only redirection cannot have read what that one brings; "3<$(a)" brings another descriptor. */
	bool sole = node->redirs && !node->redirs->next && node->redirs->op == REDIR_IN &&
		    simple->input != given;
	if (ev->substituted != substituted && simple->input && !sole) {
		struct value *any = ARENA_NEW(ev->arena, struct value);
		*any = value_any();
		simple->input = any;
	}
}
