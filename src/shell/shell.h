/* SPDX-License-Identifier: Apache-2.0
 *
 * What would running this text do? Shell text in, abstract commands out.
 *
 * The one promise is covering: whatever Bash executes when it runs the text, some command in the answer
 * covers it (the same words where ours are known, anything where ours are unknown). Precision may be given
 * up anywhere, covering nowhere; what cannot be covered is returned as an opaque command with a reason. No
 * knowledge of programs lives here: unwrapping sudo, xargs or python -c is the business of src/decide/.
 *
 * Pure: no I/O, no clock, no globals. All results live in the caller's arena, which must be armed.
 */
#ifndef CAVRA_SHELL_SHELL_H
#define CAVRA_SHELL_SHELL_H

#include "base/arena.h"
#include "base/value.h"

enum redirect_kind {
	REDIRECT_READ,       /* <  */
	REDIRECT_WRITE,      /* >  >|  &>  */
	REDIRECT_APPEND,     /* >>  &>>  */
	REDIRECT_READ_WRITE, /* <> */
};

/* A file opened by the shell itself. Duplications (2>&1) and here-documents are not listed. */
struct shell_redirect {
	enum redirect_kind kind;
	int fd; /* -1: chosen by the shell ({fd}>file) */
	struct value
		target; /* as named, relative to the command's directories; unknown when it is not one word */
	struct span span;
	struct shell_redirect *next;
};

/* NAME=value in front of a command, or assigned earlier in the text. */
struct shell_assign {
	struct str name;
	struct value value;
	bool prefix; /* stands before the command itself, not an earlier export or plain assignment */
	const struct shell_assign *next;
};

enum shell_kind {
	SHELL_COMMAND,  /* argv runs: a program, or a builtin that acts on the world */
	SHELL_REDIRECT, /* only redirections: "> file", or those of a compound command */
	SHELL_SOURCE, /* ". file": argv[0] is "source", argv[1] the file; its content runs in this shell. Covers
			 * everything that the content runs
			 */
	SHELL_OPAQUE, /* anything may run; reason says why */
};

/* Names, newest first. */
struct shell_name {
	struct str name;
	const struct shell_name *next;
};

/* Descriptors of one digit. */
enum { SHELL_DESCRIPTORS = 10 };

struct shell_command {
	enum shell_kind kind;
	struct word *argv;
	size_t argc;
	struct shell_redirect *redirects;
	const struct shell_assign *
		assigns; /* newest first, an older one of the same name is shadowed; commands share tails */
	const struct value *
		cwds; /* directories it may run in, the likeliest first: after "cd x;" also the old one */
	size_t n_cwds;
	const struct value
		*input; /* what stands on its standard input, when that is known: a here-document,
				       * a here-string, or the output of echo, printf or cat in front of a pipe */
	/* What its own redirections put on descriptors other than the standard input: a here-document or here-string; NULL
	 * where nobody knows. Itself NULL when that holds for all.
	 */
	const struct value **descriptors;
	const struct shell_command *
		feeder; /* the only command that writes into the pipe it reads from; NULL: nobody knows */
	/* Variables of the environment whose values stand in its words and here-strings: "$TOKEN", not "${TOKEN:+x}". */
	const struct shell_name *shows;
	bool surely;    /* runs whenever the text runs (not behind &&, if, a loop, a definition) */
	bool piped_in;  /* reads from a pipe */
	bool piped_out; /* writes into a pipe */
	int pipeline;   /* commands of one pipeline share a number > 0 in order; 0: not in one */
	int depth;      /* nesting: substitutions, functions, subshells */
	struct span span;  /* the simple command in the outermost text */
	struct str reason; /* SHELL_OPAQUE: why, for a person */
	bool refused; /* SHELL_OPAQUE: Bash finds an error of syntax and runs nothing; other shells may */
	struct shell_command *next;
};

/* What a command prints: one word, which IFS leaves whole, or perhaps nothing. */
struct shell_printed {
	struct value value;
	bool may_be_empty;
};

struct shell_env {
	struct str cwd;  /* empty: unknown */
	struct str home; /* empty: unknown */
	/* What else is known; prefix: given to this shell, unless something takes it away again. May be NULL. */
	const struct shell_assign *variables;
	struct value *positional; /* $1 ..., may be NULL */
	size_t n_positional;
	struct value name; /* $0, unknown when it has one SEG_ANY */
	bool errexit;      /* the shell ends when a command fails */
	size_t base;       /* added to every span: where the text starts in the outermost input */
	bool literal_spans; /* text stands verbatim in the outermost input; otherwise all spans are `whole` */
	struct span whole;
	int depth; /* nesting already used up */
	/* What $(command) is replaced by, when somebody knows. May be NULL. */
	bool (*printed)(void *context, const struct shell_command *command,
			struct shell_printed *ret_printed);
	void *context;
};

/* One budget for everything that one request unwraps. */
struct shell_budget {
	size_t work; /* steps left, starts at LIMIT_SHELL_WORK */
};

struct shell_result {
	struct shell_command *commands; /* in order of the text, as far as there is one */
	struct shell_command **tail;    /* where the next one goes */
	size_t n;
	bool opaque;      /* some command is SHELL_OPAQUE */
	bool defines;     /* a function is defined */
	bool moves_input; /* exec may have put something else on the standard input of the shell */
};

/* Analyses text as Bash would run it with `bash -c text`. Never fails: what is not understood is opaque. */
void shell_analyse(struct arena *arena, struct str text, const struct shell_env *env,
		   struct shell_budget *budget, struct shell_result *ret_result);

/* Does `command` cover this argv? Used by the oracle tests. */
bool shell_covers(const struct shell_command *command, const struct str *argv, size_t argc);

/* Splits text into words without expanding anything, quotes removed; false when it is more than words (env -S). */
bool shell_split_words(struct arena *arena, struct str text, struct word **ret_words,
		       size_t *ret_n);

/* Is the word the path of a process substitution, and is it known what there is to read? */
bool shell_substitution_output(struct value word, struct str *ret_output);

/* Is it $!, the process of the last job that the text has started in the background? */
bool shell_is_own_job(struct value value);

/* Is this name a builtin that never touches anything outside the shell process (true, echo, test, export ...)? */
bool shell_is_harmless_builtin(struct str name);

#endif
