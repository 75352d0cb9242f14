/* SPDX-License-Identifier: Apache-2.0
 *
 * One command on its way through unwrapping and judging. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_COMMAND_H
#define CAVRA_DECIDE_COMMAND_H

#include "decide/arguments.h"

struct command {
	const struct word *words;
	size_t n;
	struct str name;  /* base name of the program */
	struct str shown; /* canonical text for people */
	struct scope scope;
	const struct value *cwds; /* where it was started; options may change the scope's */
	size_t n_cwds;
	struct effect *effect;
	unsigned files;                         /* enum file_verdict of all its file effects */
	bool writes, deletes_tree;              /* among its file effects */
	bool code_unknown;                      /* runs program text that is not understood */
	const struct known_option *code_option; /* that brings such text along; NULL: none */
	bool environment;                       /* variables change what it runs */
	bool uses_network, network_allowed;     /* all its hosts are allowed by a rule */
	bool runs_inner;                        /* an inner command was judged */
	bool git_judged;                        /* a Git rule met it */
	bool foreign; /* named by a path where programs usually do not stand: only its name is known */
	struct arguments arguments;
};

/* ---- roles.c: what the arguments touch ---- */
void command_roles(struct decider *d, struct command *command);
/* One file that it touches; the argument says where it stands, and is it when it is not a name made of it. */
void command_file(struct decider *d, struct command *command, enum effect_kind kind,
		  const struct argument *arg, bool tree);
typedef void role_handler(struct decider *d, struct command *c, const struct argument *arg);
/* The operand "-". */
bool is_dash(struct decider *d, const struct argument *arg);
role_handler role_read, role_unknown;

/* ---- roles_git.c ---- */
role_handler role_ref, role_pathspec;

/* ---- roles_text.c: text with a file in it ---- */
role_handler role_at_read, role_name_at, role_mount, role_file_value, role_shell_value;
/* Reads the file that the argument names from this byte on. */
void file_in_text(struct decider *d, struct command *c, const struct argument *arg, size_t from);

/* ---- suspect.c: words that nobody knows the meaning of ---- */
/* Asks when a protected file stands in it, which may be read or written. */
void suspect_value(struct decider *d, const struct command *c, struct value value);
/* The same of a word in which text seldom stands: blanks part nothing. */
void suspect_word(struct decider *d, const struct command *c, struct value value);
/* Asks when a file that must not be written stands in what a tool of the project is given. */
void suspect_output(struct decider *d, const struct command *c, const struct argument *arg);
enum option_output {
	OPTION_NO_OUTPUT,
	OPTION_MAY_WRITE, /* "--data-dir", "-l" */
	OPTION_WRITES,    /* "--report", "-o" */
};
/* What the name of an option that nobody described says of the file behind it. */
enum option_output option_writes(struct str option);
/* Printing "$DB_PASSWORD" shows a secret. */
void command_shown_secrets(struct decider *d, struct command *command);

/* ---- programs.c: text that is run ---- */
role_handler role_shell, role_code, role_script;
/* It runs `what`, of which nothing is known. */
void command_opaque_code(struct decider *d, struct command *command, const char *what);
/* Asks when a shell is started with options that give its text another meaning. */
void command_shell_options(struct decider *d, struct command *command);
/* The bytes of a script; false when nobody can show them. */
bool script_content(struct decider *d, struct value path, struct value cwd, struct str *ret_text);
/* Program text in the command's language. */
void command_code(struct decider *d, struct command *command, struct str text,
		  const struct scope *scope);

/* ---- made.c: names that the command makes itself ---- */
role_handler role_prefix, role_stem, role_affix, role_repack, role_patch;
/* A file in the current directory that is called as the URL ends. */
role_handler made_fetched;
/* An archive counts from where the command started, whatever directory its options name, and may be read only. */
role_handler made_archive;
/* The files that a patch names are written; text: NULL where nobody knows it. */
void command_patch(struct decider *d, struct command *command, const struct value *text);

/* ---- code_import.c ---- */
/* Does a command, as it is shown, touch no file beyond those that effects name, or is known to run code of its own? Git
 * brings back files that nothing names.
 */
bool command_makes_nothing(struct str shown);

/* ---- environment.c: variables that change what a command runs ---- */

/* What PATH is taken to be before the text changes it. */
#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* Does the directory (with a slash at its end) hold programs that are what their names say, or the project's own tools? */
bool is_program_place(struct str dir);
void command_environment(struct decider *d, struct command *command);
/* NAME or NAME=value, which the command takes out of the environment of others or puts there. */
void command_variable(struct decider *d, struct command *command, struct value variable);

/* ---- commands.c: block, approval and allow lists, rules, effect rules, default ---- */
void command_judge(struct decider *d, struct command *command);
/* Only what forbids: block and approval lists and the pack's rules. True when one met it. */
bool command_judge_lists(struct decider *d, struct command *command);
/* For a pipeline and for redirections without a command. */
void command_judge_pipelines(struct decider *d);
void command_judge_redirection(struct decider *d, const struct scope *scope, unsigned files,
			       bool writes);
void command_note_stage(struct decider *d, const struct command *command);

/* ---- exceeds.c ---- */
/* Does the command, though it matches the pattern of the allow list, do more than that meant? */
bool command_exceeds(struct decider *d, const struct command *command, struct str pattern);

/* ---- git.c ---- */
/* Looks at a git command: push, branch deletion, configuration. */
void git_command(struct decider *d, struct command *command);
/* git_nested.c: asks when the command works in another repository than the workspace's, whose own configuration or hooks
 * would run something.
 */
void git_nested(struct decider *d, const struct command *command);
/* Does Git find another repository than the workspace's from that directory upwards? */
bool git_in_other_repository(struct decider *d, struct str dir);
/* git_head.c: the branch that Git is on in a place; unknown in other repositories, or when the text has moved to another one. */
struct value git_current_branch(struct decider *d, const struct scope *scope);
/* Keeps in mind that the command moves to another branch, or makes a repository. */
void git_note_head(struct decider *d, const struct command *command);
/* What the data says of a configuration key; NULL when it is harmless. */
const struct known_config *config_key_find(struct str program, struct str key);

/* ---- git_code.c ---- */
/* Text of the project's own that runs along: keeps of what is found only what a rule blocks. where: in front of the reason. */
void project_code(struct decider *d, const struct command *command, struct str text,
		  const char *where);
/* Hooks and configured programs that the git command runs by itself: only what is blocked in them counts. */
void git_own_code(struct decider *d, const struct command *command);

/* ---- rules.c: the rules: section ---- */
/* Adds what the pack's own rules say; true when one allows the command. */
bool command_rules(struct decider *d, const struct command *command);

/* ---- unwrap.c ---- */

/* Reads the words with the knowledge base and lists the command as an effect. */
void command_describe(struct decider *d, struct command *ret_command, const struct word *words,
		      size_t n, const struct scope *scope);
/* What the words touch, and the commands inside them. */
void command_unwrap(struct decider *d, struct command *command);
/* Text in a value replaced by another value. */
struct value value_replace(struct arena *arena, struct value v, struct str what, struct value with);

/* ---- standard_input.c ---- */
/* What it makes of what stands on its standard input. */
void command_standard_input(struct decider *d, struct command *command);

/* ---- env_split.c ---- */
/* env -S TEXT WORD ...: its own words, which may begin with options again, and the others as they are. False: no such. */
bool env_run(struct decider *d, struct command *command, const struct inner_command *inner,
	     const struct scope *scope);

/* ---- given.c: xargs ---- */
/* "-", "/dev/stdin" and their kin */
bool is_standard_input(struct str name);
struct given_words {
	const struct word *words; /* of the command inside, as written */
	size_t n;
	struct str what; /* stands for one line; empty: everything goes behind the words */
};
/* Runs the command inside with what the standard input is known to hold. Adds nothing when it is not known. */
void given_words_run(struct decider *d, const struct command *command,
		     const struct given_words *inner, const struct scope *scope);
/* The same for words that become shell text with what stands behind ":::" or comes in lines (parallel). */
void given_text_run(struct decider *d, const struct command *command,
		    const struct given_words *inner, const struct scope *scope);

/* ---- unwrap.c: shell text with its parameters ---- */

struct shell_script {
	struct str text;
	struct value *positional; /* $1 ... */
	size_t n_positional;
	struct value name; /* $0 */
	bool errexit;      /* it ends when a command fails */
	bool eats_itself; /* stands on the standard input of the shell, which reads it line by line */
};
/* sh -e */
bool command_ends_on_failure(const struct command *c);
void shell_script_run(struct decider *d, const struct shell_script *script,
		      const struct scope *scope);

#endif
