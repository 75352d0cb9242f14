/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the builtins share. Private to src/shell/.
 *
 *	builtins.c         the table; directories, input
 *	builtin_commands.c what runs other commands, or text
 *	builtin_options.c  set, shopt, shift
 *	builtin_declare.c  variables, aliases
 *	builtin_output.c   what echo, printf and a few others write
 */
#ifndef CAVRA_SHELL_BUILTIN_H
#define CAVRA_SHELL_BUILTIN_H

#include "shell/eval.h"

/* The i-th word when it is known, otherwise empty text. */
struct str builtin_arg(struct eval *ev, const struct simple *s, size_t i);
bool builtin_args_known(const struct simple *s, size_t from);
/* Index of the first word behind the options; those that end in a letter of with_value take a word. */
size_t builtin_skip_options(struct eval *ev, const struct simple *s, const char *with_value);
/* An option that is surely there, and one that may be. */
bool builtin_has(struct eval *ev, const struct simple *s, char letter);
bool builtin_may_have(struct eval *ev, const struct simple *s, char letter);
/* The same where the letters of with_value take a value, which is no option. */
bool builtin_may_have_among(struct eval *ev, const struct simple *s, char letter,
			    const char *with_value);
/* May this word be one, whatever it says? */
bool builtin_may_be_option(const struct word *word);

void builtin_run_set(struct eval *ev, struct state *st, struct simple *s);
void builtin_run_shift(struct eval *ev, struct state *st, struct simple *s);
void builtin_run_shopt(struct eval *ev, struct state *st, struct simple *s);
void builtin_run_declare(struct eval *ev, struct state *st, struct simple *s);
void builtin_run_unset(struct eval *ev, struct state *st, struct simple *s);
void builtin_run_alias(struct eval *ev, struct state *st, struct simple *s);
void builtin_run_trap(struct eval *ev, struct state *st, struct simple *s);
/* These emit commands of their own. Is the builtin emitted nevertheless? */
bool builtin_run_eval(struct eval *ev, struct state *st, struct simple *s);
bool builtin_run_source(struct eval *ev, struct state *st, struct simple *s);
bool builtin_run_command(struct eval *ev, struct state *st, struct simple *s);
bool builtin_run_builtin(struct eval *ev, struct state *st, struct simple *s);
bool builtin_run_exec(struct eval *ev, struct state *st, struct simple *s);
bool builtin_run_jobs(struct eval *ev, struct state *st, struct simple *s);

enum output_kind {
	OUTPUT_UNKNOWN,
	OUTPUT_NONE,
	OUTPUT_ECHO,
	OUTPUT_PRINTF,
	OUTPUT_CAT,
	OUTPUT_TEE,
	OUTPUT_PWD,
	OUTPUT_DIGITS,
	OUTPUT_PATH,
	OUTPUT_CD
};
/* Adds what the builtin writes to the capture, or gives the capture up. */
void builtin_run_output(struct eval *ev, struct state *st, struct simple *s, enum output_kind kind);

#endif
