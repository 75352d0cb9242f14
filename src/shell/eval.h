/* SPDX-License-Identifier: Apache-2.0
 *
 * The evaluator: an abstract interpreter over the tree with bounded work. Shared by state.c (what is known),
 * expand*.c (words), eval.c (commands) and builtins.c. Private to src/shell/.
 *
 * Values that may be several things are kept as alternatives, then given up as unknown. Everything errs towards
 * unknown; when work runs out, what was found so far stays and an opaque command is added.
 */
#ifndef CAVRA_SHELL_EVAL_H
#define CAVRA_SHELL_EVAL_H

#include "base/limits.h"
#include "shell/shell.h"
#include "shell/tree.h"

/* ---- what is known: state.c ---- */

enum variable_kind { VARIABLE_SCALAR, VARIABLE_ARRAY, VARIABLE_UNKNOWN };

struct variable {
	enum variable_kind kind;
	bool maybe_unset; /* SCALAR: it may also be unset; with no alternatives it surely is */
	bool tainted;     /* UNKNOWN: this text may have put foreign text into it */
	bool associative;
	const struct value *alt; /* SCALAR: what it may be */
	size_t n_alt;
	const struct word *items; /* ARRAY */
	size_t n_items;
};

/* x=$TOKEN: who shows x shows TOKEN. */
struct carried {
	struct str variable;
	const struct shell_name *shows;
	const struct carried *next;
};

extern const struct variable variable_tainted; /* unknown, perhaps foreign text */
extern const struct variable variable_unset;

struct function {
	const struct node *body; /* NULL: perhaps no function */
	const struct function *next;
};

enum binding_kind {
	BINDING_VARIABLE,
	BINDING_FUNCTION,
	BINDING_ALIAS,
	BINDING_READONLY,
	BINDING_BARE, /* of a local variable that was unset: what is assigned to it since, programs may not get */
};

/* Persistent list, newest first: copying a state is copying a pointer. */
struct binding {
	enum binding_kind kind;
	struct str name;
	const struct variable *variable;
	const struct function *functions;
	struct value alias;
	size_t depth;
	const struct binding *next;
};

struct state {
	const struct binding *bindings;
	const struct shell_assign *assigns; /* for shell_command.assigns */
	const struct value *cwds;
	size_t n_cwds;
	size_t n_fresh; /* cwds in front that hold if the cd just before succeeded; 0: none */
	struct value oldpwd;
	struct value fresh_oldpwd; /* if that cd succeeded */
	const struct word *positional;
	size_t n_positional;
	bool positional_unknown;
	bool havoc;              /* variables without a binding may have been set by this text */
	bool volatile_variables; /* any command may change any variable (a DEBUG trap, a nameref) */
	bool globs_unknown;      /* dotglob, nullglob, GLOBIGNORE ... */
	bool lastpipe;
	bool odd_options; /* options that change echo and cd */
	bool allexport; /* set -a: functions that are defined reach the shells that programs start */
	bool nounset;   /* set -u: a variable that is not set ends the shell */
	bool errexit;   /* set -e: a command that fails ends the shell, in some also inside $( ) */
	bool started_job; /* surely: $! is a number */
	bool any_readonly;
	bool shaken; /* an error may have ended this line: what follows on it perhaps did not happen */
	bool integers;    /* some variable is an integer: assigning to it is arithmetic */
	bool input_moved; /* exec may have put something else on the standard input */
	bool dead;        /* exit was called */
	bool surely;
	unsigned weak; /* > 0: break, continue or return may have jumped away */
	unsigned jump; /* loops that the jump leaves; a return leaves all */
};

struct eval;

const struct binding *state_find(struct eval *ev, const struct state *st, enum binding_kind kind,
				 struct str name);
/* Never NULL. */
const struct variable *state_variable(struct eval *ev, const struct state *st, struct str name);
bool state_assigned(struct eval *ev, const struct state *st, struct str name);
/* The value that the environment gives the variable stands in the command that is expanded. */
void state_note_shown(struct eval *ev, const struct state *st, struct str name, bool unknown);
/* What $HOME stands for. */
struct value state_home(struct eval *ev, const struct state *st);
void state_assign(struct eval *ev, struct state *st, struct str name,
		  const struct variable *variable);
void state_assign_value(struct eval *ev, struct state *st, struct str name, struct value value);
/* Commands find it in their environment, with a value that is not known. */
void state_export(struct eval *ev, struct state *st, struct str name);
void state_bind_function(struct eval *ev, struct state *st, struct str name,
			 const struct node *body);
void state_bind_bare(struct eval *ev, struct state *st, struct str name);
void state_bind_readonly(struct eval *ev, struct state *st, struct str name);
void state_bind_alias(struct eval *ev, struct state *st, struct str name, struct value text);
/* An error may end the line here: this command and what follows perhaps do not run. */
void state_shake(struct state *st);
/* A variable that may not be set is read: under set -u the shell perhaps ends here. */
void state_read_unset(struct eval *ev, struct state *st);
/* Has the run perhaps left this place already, by an error or a jump? */
bool state_is_unsure(const struct state *st);
/* Only what state_join() does to assignments. */
void state_join_assigns(struct eval *ev, struct state *st, const struct state *other);
/* Commands may find in their environment whatever was assigned late. */
void state_add_late(struct eval *ev, struct state *st);
/* Forgets every variable. */
void state_havoc(struct eval *ev, struct state *st);
void state_unknown_cwd(struct eval *ev, struct state *st);
/* st becomes what holds after either. widen: what differs becomes unknown at once (loops). */
void state_join(struct eval *ev, struct state *st, const struct state *other, bool widen);
bool state_same(const struct state *a, const struct state *b);
bool value_is_numeric(struct value v);

/* ---- special.c ---- */

enum {
	SPECIAL_SET = 1,      /* Bash sets it at its start */
	SPECIAL_UNKNOWN = 2,  /* and later, whatever the text assigns */
	SPECIAL_NUMBER = 4,   /* it holds digits unless the text assigns */
	SPECIAL_READONLY = 8, /* assigning to it is an error */
	SPECIAL_INTEGER = 16  /* assigning to it is arithmetic */
};
/* 0: the variable is like any other. */
unsigned special_traits(struct str name);
/* What it does that an element is assigned, which makes it an array. */
void special_element(struct eval *ev, struct state *st, struct str name);
/* What else it does that the variable is assigned. */
void special_assigned(struct eval *ev, struct state *st, struct str name,
		      const struct variable *variable);

/* ---- the run ---- */

struct capture {
	unsigned base; /* branches when it was opened */
	bool known;
	struct value output;
	const struct shell_command *writer; /* the last command that writes here */
	unsigned writers;                   /* how many do; 2 also when something else does */
	unsigned commands;                  /* that may have failed; counted under errexit alone */
};

struct choice {
	size_t picked, of;
};

/* Assignments in front of a command that are being expanded: those from `first` up to `now` are done. */
struct prefixing {
	const struct word_node *first, *now;
	const struct prefixing *outer;
};

struct frame {
	const struct node *body;
	bool unknown; /* being analysed with unknown state: nothing more can be learnt inside */
	struct frame *caller;
	struct local *locals;
	int pipeline;         /* when it was called */
	unsigned backgrounds; /* the same */
	unsigned branches;    /* ev->branches when it was entered */
	bool prefixed;        /* assignments stood in front of the call */
};

struct local {
	struct str name;
	const struct variable *before;
	bool surely;
	struct local *next;
};

struct deferred {
	struct str text;
	struct span span;
	const struct shell_assign *assigns; /* in force when it was set */
	bool piped_in;
	struct deferred *next;
};

struct eval {
	struct arena *arena;
	struct shell_budget *budget;
	size_t *read_work;
	struct shell_result *result;
	const struct shell_env *env;
	int depth;
	bool exhausted;
	struct origin origin;      /* of the text whose tree is being walked */
	struct capture *capture;   /* where standard output goes, NULL: nowhere we look */
	unsigned branches;         /* > 0: what runs now runs perhaps */
	const struct value *input; /* known standard input of the command about to run */
	bool piped_in, piped_out;
	const struct shell_command *feeder; /* see struct shell_command */
	int pipeline, pipelines;
	struct choice choices[LIMIT_SHELL_REPLAYS];
	size_t n_choices, at_choice;
	bool choosing;
	bool in_here_document;
	unsigned subshells; /* around what is looked at */
	bool replaying;     /* the words of a command are being expanded */
	struct frame *frame;
	int calls;
	bool prefixed; /* assignments stand in front of the function that is called next */
	const struct saved_variables
		*saved; /* what assignments in front of functions and builtins hide; simple.c */
	const struct prefixing
		*prefixing;          /* assignments in front of a command that are being expanded */
	const struct variable *path; /* PATH as the text finds it */
	int aliases;                 /* alias expansions in progress */
	int substitutions;           /* $( ) and <( ) around the command */
	unsigned backgrounds;        /* jobs around what is evaluated */
	size_t substituted;          /* how many were run */
	const struct shell_name
		*shows; /* see struct shell_command; of the simple command being expanded */
	const struct carried *carried; /* by variables that the text assigns */
	bool subscripts; /* some variable holds a subscript with a substitution, which arithmetic runs */
	bool odd_descriptors; /* some descriptor was closed or moved */
	struct deferred *deferred;
	/* What was assigned since the first trap was set, or the first function called itself: what
	 * runs then may find it.
	 */
	const struct shell_assign *late;
	bool moves; /* something may have changed the directory */
	bool keeps_late;
	const struct binding *all_named; /* every function and alias of the text */
	struct span span;                /* of the simple command being run */
};

/* Charges work; false when there is none left. */
bool eval_charge(struct eval *ev, size_t steps);
void eval_opaque(struct eval *ev, const struct state *st, const char *why);
void eval_node(struct eval *ev, struct state *st, const struct node *node);
/* Runs in a copy of the state. */
void eval_subshell(struct eval *ev, const struct state *st, const struct node *list);
/* Reads and runs text in the current state, as eval does. */
void eval_text(struct eval *ev, struct state *st, struct str text);
/* Words as parameters or array elements: a pattern among them is any number of words. */
const struct word *positional_words(struct eval *ev, const struct word *items, size_t n);
/* Runs the substitutions inside text that Bash expands once more (subscripts, prompts). */
void eval_embedded(struct eval *ev, struct state *st, struct str text);
void eval_function(struct eval *ev, struct state *st, const struct function *function,
		   const struct word *args, size_t n);
struct shell_command *eval_emit(struct eval *ev, const struct state *st, enum shell_kind kind);

void capture_add(struct eval *ev, const struct state *st, struct value output);
void capture_unknown(struct eval *ev);
/* More than what commands write to their standard output ends up there. */
void capture_mixed(struct eval *ev);
/* The only command whose output it is, NULL. */
const struct shell_command *capture_source(const struct capture *capture);

/* ---- words: expand.c, expand_param.c, param_value.c, brace.c, arith.c ---- */

struct words {
	struct word *items;
	size_t n, cap;
};

/* All words that the node expands to, with splitting and globbing. */
void expand_word(struct eval *ev, struct state *st, const struct word_node *node,
		 struct words *out);
/* As one value: no splitting, no globbing, no braces (assignments, here-strings, case words). */
struct value expand_value(struct eval *ev, struct state *st, const struct part *parts);
/* As one value that arithmetic takes for an expression: what the environment gives counts as a number. */
struct value expand_arithmetic(struct eval *ev, struct state *st, const struct part *parts);
/* An assignment's right side: tildes count behind ':' too. */
struct value expand_assigned(struct eval *ev, struct state *st, const struct part *parts);
/* A known text as Bash's arithmetic would take it: runs what is inside, or is opaque. */
void arith_effects(struct eval *ev, struct state *st, struct value expression);
/* The same of an expression that is surely evaluated: ((x = 5)) assigns. */
void arith_statement(struct eval *ev, struct state *st, struct value expression);
/* Digits that arithmetic takes for what they say: no octal, no overflow. */
bool arith_is_number(struct str text, size_t *ret_number);
/* Substitutions in a subscript, then its arithmetic unless the array is associative. */
void subscript_effects(struct eval *ev, struct state *st, struct str array,
		       const struct part *subscript);
/* A word that a builtin takes for a variable name, perhaps with a subscript. Empty when it is no plain name. */
struct str variable_name(struct eval *ev, struct state *st, const struct word *word);
/* Alternatives of a variable: the one that this replay looks at. */
size_t eval_pick(struct eval *ev, size_t n, bool *ret_unknown);

struct field {
	struct eval *ev;
	struct state *st;
	struct words *out; /* NULL: one value, no splitting */
	struct seg *segs;
	size_t n, cap;
	bool started, many;
	bool fuzzy;          /* an open bracket: the rest of the word is unknown */
	bool bracket;        /* one was taken for text; closed further on it makes a pattern */
	bool literal_splits; /* ${x:-a b}: plain text is split as well */
	bool escapes; /* an expansion brought a backslash, which escapes where the word is a pattern */
	bool vanishes; /* "$@" without parameters: no word if nothing else stands in it */
	bool splits, globs;
	bool arithmetic;
	bool assigns; /* the word is NAME=..., by the look of it, however it is split */
	bool glued;   /* something follows in the same word */
	bool absorb;  /* the next separator belongs to the blank before it */
};

void field_parts(struct field *f, const struct part *parts, bool quoted);
void field_text(struct field *f, struct str text, bool quoted, bool last);
void field_value(struct field *f, struct value v, bool quoted);
void field_any(struct field *f, bool quoted);
void field_list(struct field *f, const struct word *items, size_t n, bool quoted, bool star);
void field_end(struct field *f);
struct value field_take(struct field *f);
void field_push(struct field *f, enum seg_kind kind, struct str text);
/* What a command printed, which is not known. source: see capture_source(). */
void field_output(struct field *f, const void *source, bool quoted);
/* $(...) and <(...) */
void field_command(struct field *f, const struct part *part, bool quoted);
void field_process(struct field *f, const struct part *part);
/* Is it what $PWD holds in that directory? */
bool directory_is_plain(struct eval *ev, struct value v);
extern const char own_job[4]; /* the text of the number that $! is */
/* What a parameter holds, before its operator. */
struct holding {
	bool is_list;             /* $@, $*, ${a[@]} */
	const struct word *items; /* is_list */
	size_t n;
	bool unknown; /* anything, also unset */
	bool tainted;
	bool unset;
	struct value value; /* a scalar */
	bool star;          /* joined into one word when quoted */
};
void param_hold(struct eval *ev, struct state *st, const struct param *param, struct holding *h);
void expand_param(struct field *f, const struct param *param, bool quoted);

/* The words that brace expansion makes of one; itself when there is nothing to expand. */
struct part_words {
	const struct part **items;
	size_t n, cap;
	bool too_many;
};
void expand_braces(struct eval *ev, const struct part *parts, struct part_words *out);

/* ---- builtins.c ---- */

struct declared {
	struct str name;
	struct value value;
	struct declared *next;
};

struct simple {
	const struct node *node;
	struct words words; /* argv */
	struct shell_redirect *redirects, *last_redirect;
	const struct shell_assign *assigns;
	const struct value *input;
	bool input_moved; /* its redirections put something on the standard input, known or not */
	const struct value **descriptors; /* see struct shell_command */
	struct declared *declared; /* NAME=value words of declare and its kin, newest first */
	bool errors_joined;        /* 2>&1 */
	bool output_lost;          /* standard output goes to a file */
	bool output_unknown;
	bool may_skip; /* a redirection may fail, and then the command does not run */
};

/* Runs a builtin that changes what is known, or whose output is known. Returns false when argv[0] is none: then the
 * caller emits it as a command. *ret_emit tells whether a builtin counts as a command too.
 */
bool builtin_run(struct eval *ev, struct state *st, struct simple *simple, bool *ret_emit);
/* NAME=value behind declare, export, alias and their kin, as it is met: simple->words holds what stands before it and
 * gets the word.
 */
void builtin_declare(struct eval *ev, struct state *st, struct simple *simple,
		     const struct word_node *word);

/* ---- redirect.c ---- */

/* The redirections of a command of any kind. */
void eval_redirects(struct eval *ev, struct state *st, const struct node *node,
		    struct simple *simple);
/* Text and variables only: to expand them changes nothing. */
bool parts_are_plain(const struct part *parts);
/* Does a command or process substitution stand in it? */
bool parts_substitute(const struct part *parts);

/* ---- sole_reader.c ---- */

/* Does one command in it, and no other, read the standard input? */
bool eval_has_sole_reader(struct eval *ev, const struct state *st, const struct node *node);

/* ---- simple.c ---- */

void eval_simple(struct eval *ev, struct state *st, const struct node *node);
/* Runs it once for each combination of the alternatives that its words mention; mostly there is one. */
typedef void (*node_run)(struct eval *ev, struct state *st, const struct node *node);
void eval_choices(struct eval *ev, struct state *st, const struct node *node, node_run run);
/* Runs argv as if it had been written so: functions (unless skipped), builtins, commands. */
void simple_run(struct eval *ev, struct state *st, struct simple *simple, bool functions);
/* Runs argv as a program, whatever else has its name. */
void simple_run_program(struct eval *ev, struct state *st, struct simple *simple);
/* Does an assignment in front of a function or builtin that runs now hide a variable of the name? */
bool simple_has_prefix(const struct eval *ev, struct str name);
/* NAME=value, NAME+=value, NAME[i]=value, NAME=(...) */
void simple_assign(struct eval *ev, struct state *st, const struct word_node *word);
struct value simple_assigned_value(struct eval *ev, struct state *st, const struct word_node *word);

#endif
