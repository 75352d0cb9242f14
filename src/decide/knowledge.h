/* SPDX-License-Identifier: Apache-2.0
 *
 * What programs do with their arguments: the compiled form of data/commands/, see docs/commands.md
 * for the language. tools/gen-commands turns the one into the other at build time; nothing here
 * names a program.
 */
#ifndef CAVRA_DECIDE_KNOWLEDGE_H
#define CAVRA_DECIDE_KNOWLEDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* What an argument word is to the program. Spelled in the data as the lower-case name with '-'. */
enum role {
	ROLE_NONE, /* none         text that touches nothing */
	ROLE_LOOK, /* look         a file whose name or attributes are looked at, never its content */
	ROLE_READ,   /* read         a file that is read (a directory: not descended into) */
	ROLE_WRITE,  /* write        a file that is created or overwritten */
	ROLE_EDIT,   /* edit         a file that is read and changed in place */
	ROLE_DELETE, /* delete       a file that is removed */
	ROLE_MOVE,   /* move         a file or tree that is read and then gone */
	ROLE_INTO, /* into         a directory that receives the other operands under their base names; a file
			   *              with one source when it is not a directory (cp, mv, install, ln) */
	ROLE_TREE_READ,  /* tree-read    a file, or a directory with everything below it */
	ROLE_TREE_WRITE, /* tree-write   a directory in which unnamed files are created or changed */
	ROLE_TREE_DELETE, /* tree-delete  a file, or a directory with everything below it, removed */
	ROLE_TREE_EDIT,   /* tree-edit    a file or tree read and changed in place (formatters) */
	ROLE_PREFIX, /* prefix       what the names of files that are written begin with (split) */
	ROLE_SUFFIX, /* suffix       what these names end in */
	ROLE_AFFIX, /* affix        makes another name of each operand that is changed: stands behind it, or around it
			   *              where it has a '*' (sed -i.bak) */
	ROLE_STEM, /* stem         a file that is written; when its name has no extension, it gets the program's name as one (zip) */
	ROLE_PATCH, /* patch        the text of a patch, which names the files that are written */
	ROLE_REPACK, /* repack       a file that is replaced by one with an extension more or less (gzip) */
	ROLE_LINK, /* link         target of a link that is made (not read now, but readable by the new name) */
	ROLE_NAMES, /* names        a file that is read and whose lines name files to be read */
	ROLE_CWD,   /* cwd          directory in which the command works from here on */
	ROLE_SCRIPT, /* script       a file whose content is run as a program in the command's language */
	ROLE_CODE,         /* code         program text in the command's language */
	ROLE_CODE_OR_FILE, /* code-or-file  a file that is read when there is one, otherwise code */
	ROLE_SHELL,        /* shell        shell text */
	ROLE_ARGV,         /* argv         this word and all that follow are a command */
	ROLE_ARGV_SHELL, /* argv-shell   this word and all that follow, joined by spaces, are shell text */
	ROLE_EXEC, /* exec         like argv, up to a word ";" or "+"; "{}" stands for unknown files (find) */
	ROLE_ASSIGN, /* assign       NAME=value for the command that follows; a word without '=' is not this */
	ROLE_HOST,     /* host         [user@]host[:port], also host:path, whose path is remote */
	ROLE_URL,      /* url          a URL; file: URLs are reads */
	ROLE_FETCH,    /* fetch        the same, and a file here is called as it ends */
	ROLE_LOCATION, /* location     a file that is read, or a URL */
	ROLE_COPY, /* copy         a local file that is read, or host:path (scp, rsync sources) */
	ROLE_COPY_INTO, /* copy-into    a local directory or file that is written, or host:path */
	ROLE_ARCHIVE,   /* archive      a file that is read and written, or host:path (tar -f) */
	ROLE_AT_READ, /* at-read      text; "@file" or "<file" or "name=@file" reads that file (curl -d -F) */
	ROLE_NAME_AT, /* name-at      text; "@file" or "name@file" reads that file, unless "=" comes first (curl --data-urlencode) */
	ROLE_MOUNT, /* mount        path:place[:options] or type=bind,source=path,...; the path is read (docker -v, --mount) */
	ROLE_CONFIG, /* config       key=value configuration, see `config:` in the data (git -c) */
	ROLE_MODULE, /* module       name of a module that is run like a program of that name (python -m) */
	ROLE_FILE_VALUE, /* file-value   name=path or path, optionally with prefix; the path is read (--from-file, fileb://) */
	ROLE_SHELL_VALUE, /* shell-value  text; behind "exec=" stands shell text (tar --checkpoint-action) */
	ROLE_SIGNAL, /* signal       process or name that is signalled (kill, pkill) */
	ROLE_VARIABLE, /* variable     NAME of an environment variable that is taken away, or NAME=value that is set */
	ROLE_REF,      /* ref          a Git revision, "rev:path" reads that path */
	ROLE_PATHSPEC, /* pathspec     a Git path, possibly with ":(magic)" */
	ROLE_SELECT, /* select       glob: of a tree, only files whose base name meets it (grep --include) */
	ROLE_EXTENSION, /* extension    the same for names that end in "." and this (fd -e) */
	ROLE_PATTERN,   /* pattern      regular expression that picks lines (grep) */
	ROLE_UNKNOWN,   /* unknown      may be anything, also a file that is read or written */
	ROLES
};

/* What the command does beyond the files its arguments name. From harmless to harmful. */
enum command_class {
	CLASS_UNKNOWN, /* unknown     nobody described it */
	CLASS_INSPECT, /* inspect     only looks: prints, reads its operands, asks a server to list */
	CLASS_EDIT,    /* edit        changes the files its operands name, nothing else */
	CLASS_LOCAL, /* local       changes local state that can be had back (git add, commit, stash push) */
	CLASS_BUILD,  /* build       runs the project's own build, test, lint or format code */
	CLASS_DELETE, /* delete      removes the files its operands name */
	CLASS_DISCARD, /* discard     loses local work or local state (git reset --hard, docker system prune) */
	CLASS_NETWORK, /* network     talks to a host: downloads, uploads, calls */
	CLASS_INSTALL, /* install     brings in code of others (npm install, pip install, apt-get install) */
	CLASS_EXECUTE,    /* execute     runs code that is not in the text */
	CLASS_CREDENTIAL, /* credential  shows or makes secrets (env, gh auth token) */
	CLASS_SYSTEM,     /* system      changes the machine (systemctl, mount, useradd, kill) */
	CLASS_PUBLISH, /* publish     makes something public or releases it (git push, npm publish) */
	CLASS_CHANGE, /* change      changes remote or shared state (kubectl apply, terraform import, gh pr merge) */
	CLASS_DESTROY, /* destroy     destroys remote or shared state (kubectl delete, terraform destroy) */
	COMMAND_CLASSES
};

enum option_style {
	STYLE_GNU, /* gnu     short clusters, --long[=value], unique abbreviations, options anywhere, "--" ends them */
	STYLE_POSIX, /* posix   as gnu, but the first operand ends the options (wrappers, shells) */
	STYLE_SINGLE, /* single  -long, -long=value, -long value and --long alike, no clusters, options anywhere (go flags) */
	STYLE_FIND, /* find    operands up to the first word that starts with '-', '(' or '!', then an expression */
	STYLE_KEYVAL, /* keyval  key=value words (dd) */
	STYLE_TAR,    /* tar     gnu, and the first word may be a cluster without '-' */
	STYLE_NONE,   /* none    no options: every word is an operand (echo) */
	OPTION_STYLES
};

/* The tables refer to each other by index and to text by offset: a program that starts for one
 * decision has nothing to relocate then, and touches only the pages that it needs. at == 0: none.
 */
struct known_text {
	uint32_t at;
};
struct known_list { /* of texts */
	uint32_t at;
};
extern const char known_texts[];     /* from where a text begins, 8 bytes can be read */
extern const uint32_t known_items[]; /* offsets into known_texts, each list ends in 0 */

/* NULL when there is none. */
static inline const char *knowledge_text(struct known_text text)
{
	return text.at ? known_texts + text.at : NULL;
}

/* The i-th of a list; NULL behind its end, and when there is no list. i must not be further than
 * that.
 */
static inline const char *knowledge_item(struct known_list list, size_t i)
{
	return list.at ? knowledge_text((struct known_text){known_items[list.at + i]}) : NULL;
}

enum { OPTION_MAX_ROLES = 3 };

struct known_option {
	struct known_text name; /* "-f", "--file", "-exec", "of=" */
	uint8_t n_roles;        /* values it takes; 0: a flag */
	bool optional;          /* the value, if any, is attached: -x[value], --long[=value] */
	bool optional_next; /* as optional, but a following word that is no option is its value too */
	bool repeats;       /* all words up to the next option are values */
	uint8_t roles[OPTION_MAX_ROLES];
};

/* operands: "none read..." is prefix {none}, repeat read; "read... into" is repeat read, suffix
 * {into}.
 */
enum { OPERAND_MAX_FIXED = 4 };
struct operand_roles {
	bool given; /* an override that is absent leaves the previous roles */
	uint8_t n_prefix, n_suffix;
	uint8_t prefix[OPERAND_MAX_FIXED];
	uint8_t suffix[OPERAND_MAX_FIXED];
	uint8_t repeat; /* role of all others; ROLE_UNKNOWN when the data does not say */
};

/* Conditions are joined with "and"; has and lacks look for any of the named options, in their table
 * spelling, or for "--", the word that ends the options. All clauses that hold are applied in
 * order; later ones win.
 */
struct known_when {
	struct known_list has;      /* none: no condition */
	struct known_list also_has; /* "and" in the data: one of these, too */
	struct known_list lacks;
	struct known_list operand; /* globs: some operand matches one */
	struct known_text option;  /* with value: this option's value matches one of the globs */
	struct known_list value;
	int16_t min_operands, max_operands; /* -1: no condition */
	/* effects */
	int8_t command_class; /* -1: unchanged */
	int8_t recursive; /* 1: read, write, edit, delete become their tree forms; -1: unchanged */
	struct operand_roles operands;
	struct known_text
		default_operand; /* stands in when there is no operand with a file role; none: nothing does */
	struct known_list models;   /* added */
	struct known_text severity; /* none: unchanged */
	struct known_text
		stdin_role;       /* none: unchanged; "code", "shell", "names", "patch", "none" */
	struct known_text output; /* none: unchanged; see known_command, or "none" */
	struct known_list select; /* of a tree, only files with such a base name */
	struct known_text hidden; /* "skip": not what is hidden, see found.h */
	bool reads; /* the values of options that are written else are read (ssh-keygen -y -f) */
	bool feeds; /* the words that it appends are those of its standard input (xargs) */
};

struct known_command {
	struct known_text
		name; /* exact; of a subcommand possibly a glob ("get-*"), see knowledge_subcommand() */
	uint8_t command_class;
	uint8_t style;
	bool recursive; /* as known_when.recursive, always */
	bool wrapper; /* runs its operand command and adds nothing: the inner command alone decides */
	bool remote;           /* operand commands run elsewhere: their paths are not ours */
	bool appends;          /* unknown words are appended to the operand command (xargs) */
	bool interactive;      /* opens an editor or prompt when given nothing to do */
	bool harmless_options; /* whatever options there may be among words that nobody knows */
	bool resumes; /* style posix: options go on behind the first operand (ssh host -p 22 command) */
	bool versions; /* also found with a version behind its name */
	struct operand_roles operands;
	struct known_text language;  /* "python", "shell", "awk", "sql" ... */
	struct known_text canonical; /* name used in canonical text when it differs (an alias) */
	struct known_text default_operand; /* see known_when */
	struct known_text
		stdin_role; /* what it does with standard input when it has no script: "code", "shell", "names", "patch" */
	/* What it prints and nothing else: "names" of files below its operands, "lines" of its input. */
	struct known_text output;
	struct known_text severity; /* "critical" ... for rules that give none */
	struct known_text hint;     /* what to do instead, for the agent */
	struct known_list models;   /* "terraform.mutates" */
	struct known_list
		replaces; /* options whose value is a placeholder for unknown text (xargs -I) */
	uint32_t options,
		n_options; /* own ones, see known_command_options(); those of the parents hold too */
	uint32_t when, n_when; /* see known_command_when() */
	uint32_t subcommands, n_subcommands;
	uint32_t n_exact; /* of these: exact names, sorted, in front of the globs */
};

extern const struct known_command known_commands[]; /* programs, sorted by name */
extern const size_t known_commands_count;
/* Those whose name starts with `c` are known_commands_first[c] up to the one that known_commands_first[c + 1] says. */
enum { KNOWN_FIRST_BYTES = 128 };
extern const uint16_t known_commands_first[KNOWN_FIRST_BYTES + 1];
extern const struct known_command known_subcommands[];
extern const struct known_option known_options[];
extern const struct known_when known_whens[];

/* n_options of them, sorted by name. */
static inline const struct known_option *known_command_options(const struct known_command *command)
{
	return known_options + command->options;
}

/* n_when of them. */
static inline const struct known_when *known_command_when(const struct known_command *command)
{
	return known_whens + command->when;
}

/* n_subcommands of them. */
static inline const struct known_command *known_command_subcommands(
	const struct known_command *command)
{
	return known_subcommands + command->subcommands;
}

/* A name of the environment that changes what a command runs. */
enum environment_kind {
	ENVIRONMENT_SHELL, /* shell   the value is a command line (GIT_SSH_COMMAND, PAGER, EDITOR) */
	ENVIRONMENT_CODE, /* code    makes programs load code (LD_PRELOAD, NODE_OPTIONS, PYTHONPATH, BASH_ENV) */
	ENVIRONMENT_PATH, /* path    where programs are found */
	ENVIRONMENT_CONFIG, /* config  configuration that may name commands (GIT_CONFIG_*, KUBECONFIG) */
	ENVIRONMENT_ARGS,  /* args    words added to a command's arguments (TF_CLI_ARGS*) */
	ENVIRONMENT_WRITE, /* write   a file that is written (TF_LOG_PATH, COVERAGE_FILE) */
	ENVIRONMENT_GUARD, /* guard   CAVRA's own switches */
	ENVIRONMENT_KINDS
};
struct known_environment {
	struct known_text name;     /* a glob that starts with a letter or '_': "GIT_CONFIG_*" */
	uint8_t kind;               /* enum environment_kind */
	struct known_list programs; /* only for these; none: for all */
	struct known_list
		harmless; /* globs: nothing changes while every word of the value meets one */
};

/* Configuration keys of `config` arguments that run commands (git -c key=value), and how to read
 * their value.
 */
struct known_config {
	struct known_text program;
	struct known_text
		key; /* glob, lower case: "core.sshcommand", "alias.*", "filter.*.clean" */
	struct known_text
		kind; /* "shell", "alias", "code" (loads or runs something), "push" (changes what push sends) */
};

/* A function of another language that runs a command: in `language` the call `name(` takes shell
 * text ("shell") or a list of words ("argv") first, or reads or writes a file ("read", "write").
 */
struct known_call {
	struct known_text language;
	struct known_text name;
	struct known_text takes; /* "shell", "argv", "read", "write", "delete", "eval" */
};

extern const struct known_environment known_environment[];
/* As known_commands_first. */
extern const uint16_t known_environment_first[KNOWN_FIRST_BYTES + 1];
extern const struct known_config known_config[];
extern const size_t known_config_count;
extern const struct known_call known_calls[];
extern const size_t known_calls_count;

/* The program of this base name (exact case), NULL when nobody described it. "python3.11" finds
 * "python3", "gcc-12" finds "gcc", where the data says that they have versions: a number must not
 * make an unknown program harmless.
 */
const struct known_command *knowledge_find(struct str name);
/* The subcommand that the word names, NULL. First by exact name, then by glob, in the order of the
 * data.
 */
const struct known_command *knowledge_subcommand(const struct known_command *parent,
						 struct str word);
/* The option of this spelling, without "=value". chain[0] is the innermost subcommand, which is
 * asked first, chain[n_chain - 1] the program. First exact; then, for "--long" (not in
 * STYLE_SINGLE, where "-long" and "--long" are the same), an abbreviation. NULL when unknown; then
 * *ret_ambiguous tells whether several options begin so.
 */
const struct known_option *knowledge_option(const struct known_command *const *chain,
					    size_t n_chain, struct str name, bool *ret_ambiguous);
/* Does the glob ('*' any bytes, '?' one, "[...]", all else itself) match the whole text? As in
 * `operand`, `value`, subcommands, names of the environment and configuration keys.
 */
bool knowledge_glob(const char *glob, struct str text);
/* Does one of a list? None matches nothing. */
bool knowledge_any_glob(struct known_list globs, struct str text);

/* Names as the data spells them; the _from functions are false for other text. */
const char *role_name(enum role role);
const char *command_class_name(enum command_class cls);
const char *option_style_name(enum option_style style);
const char *environment_kind_name(enum environment_kind kind);
bool role_from(struct str name, enum role *ret);
bool command_class_from(struct str name, enum command_class *ret);
bool option_style_from(struct str name, enum option_style *ret);
bool environment_kind_from(struct str name, enum environment_kind *ret);

#endif
