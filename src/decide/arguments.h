/* SPDX-License-Identifier: Apache-2.0
 *
 * Argument words and what they are to their program. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_ARGUMENTS_H
#define CAVRA_DECIDE_ARGUMENTS_H

#include "decide/core.h"

enum { CHAIN_MAX = 8, MODELS_MAX = 16, INNER_MAX = 16 };

struct argument {
	enum role role;
	struct value value;
	bool many;
	bool operand;                      /* not an option's value */
	bool joined;                       /* with its option: --option=value */
	const struct known_option *option; /* whose value it is */
	struct span span;
};

struct seen_option {
	const struct known_option *option;
	struct value value; /* its first value */
	bool has_value;
};

/* A command inside the command: the words from `from` up to `to`. */
struct inner_command {
	size_t from, to;
	enum role role;    /* ROLE_ARGV, ROLE_ARGV_SHELL, ROLE_EXEC */
	struct value head; /* ROLE_ARGV_SHELL: text in front of the words, as in env -S"ls -l" */
};

struct arguments {
	size_t n_chain;
	struct argument *args;
	size_t n_args, cap_args;
	struct seen_option *options;
	size_t n_options, cap_options;
	struct command_word *words; /* for command patterns; [0] is the program */
	size_t n_words;
	size_t n_inner;
	size_t n_operands;
	bool end_word;    /* "--" stands among the words */
	bool imprecise;   /* something was not understood: words may be anything to the program */
	bool abbreviated; /* "--he": many programs take no such options */

	/* after the when clauses */
	enum command_class cls;
	const struct known_when *cls_from; /* the clause that set it; NULL: the command itself */
	struct operand_roles roles;
	bool recursive;
	const char *default_operand;
	size_t n_models;
	const char *severity;
	const char *stdin_role;
	const char *output;       /* see struct known_command */
	struct known_list select; /* see struct known_when */
	bool skips_hidden, feeds, reads;
	const char *language;
	bool wrapper, remote, appends, interactive;
	const char *hint;

	/* n_... of them; the others hold anything */
	const struct known_command
		*chain[CHAIN_MAX]; /* the program, then its subcommands; empty: unknown program */
	const char *models[MODELS_MAX];
	struct inner_command inner[INNER_MAX];
};

/* Reads words[1..] for the program `known` (NULL: unknown). name: canonical base name. */
void arguments_read(struct decider *d, const struct known_command *known, struct str name,
		    const struct word *words, size_t n, struct arguments *ret_arguments);
/* What holds for the command as read so far: sets what stands in struct arguments "after the when clauses". */
void arguments_apply_knowledge(struct arena *arena, struct arguments *arguments);
/* Does the name of an option nobody described say that its value is a file to be read? "--data-file", "--env-vars-file" */
bool is_file_option(struct str name);
/* option: in its table spelling, or "--". */
bool arguments_has(const struct arguments *arguments, const char *option);
/* Does the command fit the model ("git.push")? */
bool arguments_is(const struct arguments *arguments, const char *model);
/* The n-th operand, NULL. */
const struct argument *arguments_operand(const struct arguments *arguments, size_t n);
/* Is this the subcommand? Most are told apart by their first letter. */
static inline bool arguments_subcommand(const struct arguments *arguments, const char *name)
{
	if (arguments->n_chain < 2)
		return false;
	const char *known = knowledge_text(arguments->chain[1]->name);
	return (known[0] == name[0] || !ascii_is_alpha(known[0])) &&
	       knowledge_glob(known, str_from(name));
}

#endif
