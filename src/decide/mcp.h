/* SPDX-License-Identifier: Apache-2.0
 *
 * MCP tool calls on their way through judging. Private to src/decide/.
 *
 *	mcp.c            the request: server, tool, and what all of it adds up to
 *	mcp_names.c      what names of tools and keys of arguments mean
 *	mcp_arguments.c  the walk through the arguments
 *	mcp_act.c        commands, program text and pushes that the arguments describe
 */
#ifndef CAVRA_DECIDE_MCP_H
#define CAVRA_DECIDE_MCP_H

#include "decide/core.h"

/* ---- mcp_names.c ---- */

/* What a tool does, as its name says. */
enum verb {
	VERB_UNKNOWN,
	VERB_READ,
	VERB_SEARCH, /* reads the content of everything below a path */
	VERB_WRITE,
	VERB_COPY,
	VERB_MOVE,
	VERB_DELETE,
	VERB_LOCAL,   /* changes local state that can be had back: git add, commit */
	VERB_DISCARD, /* loses local work: git reset, clean */
	VERB_RUN,
	VERB_PUSH,
	VERB_CHANGE, /* changes something elsewhere */
	VERB_DESTROY,
	VERBS
};

struct tool {
	enum verb verb;
	bool runs;        /* tool or server look as if they run things */
	bool database;    /* ... or query a database */
	bool on_files;    /* ... or work on files */
	bool attributes;  /* ... or ask for what is known about a file, not for what is in it */
	bool whole_trees; /* the tool is about directories, branches, reviews */
	bool on_branches, on_reviews;
	bool on_comments;     /* ... or about what people say of a place in a file */
	bool stages;          /* changes Git's index and no file */
	bool patches;         /* takes patches */
	const char *language; /* of the program text that they take; NULL */
};
struct tool mcp_tool(struct str server, struct str name);
/* Cuts the next part off a name: at what is no letter or digit, and in front of a capital. */
bool mcp_name_part(struct str *rest, struct str *ret_part);
/* "python", "javascript", "shell" ... as people write it; NULL when it is none that is known. */
const char *mcp_language(struct str name);

/* What an argument is, as its key says. */
enum meaning {
	MEANS_UNKNOWN,
	MEANS_TEXT,           /* text for people, or for a file */
	MEANS_PATH,           /* what the tool works on */
	MEANS_SOURCE,         /* what it reads */
	MEANS_TARGET,         /* what it writes */
	MEANS_PERHAPS_SOURCE, /* the same, if it looks like a path */
	MEANS_PERHAPS_TARGET,
	MEANS_BASE,    /* the directory that other paths count from */
	MEANS_PATCH,   /* a diff */
	MEANS_COMMAND, /* shell text, or words */
	MEANS_SHELL,   /* the same, or just which shell */
	MEANS_ARGS,    /* words of a command */
	MEANS_CODE,    /* program text, when the tool runs such */
	MEANS_SQL,
	MEANS_LANGUAGE,
	MEANS_ENVIRONMENT,
	MEANS_STDIN,
	MEANS_REF, /* a branch */
	MEANS_REVISION, /* a Git revision: where a branch starts, or the branch itself when there is no other */
	MEANS_TAG, /* a tag, or that all of them are meant */
	MEANS_REFSPEC,
	MEANS_REMOTE,
	MEANS_FORCE,
	MEANS_RECURSIVE,
	MEANS_ELSEWHERE, /* says that the tool works on another system */
};
enum meaning mcp_meaning(const char *key);

/* ---- the call ---- */

enum { CALL_MAX_TEXTS = 32, CALL_MAX_BASES = 4 };

/* Strings that are judged together when all are known. */
struct texts {
	struct str items[CALL_MAX_TEXTS];
	size_t n;
	bool overflow;
};

struct mcp_call {
	struct decider *d;
	struct scope scope;
	const struct effect *effect;
	struct tool tool;
	size_t strings; /* looked at so far */

	struct texts commands;       /* shell text */
	const json_t *command_words; /* a command as an array */
	bool many_commands;          /* they are those of an argument that is called so */
	const json_t *args;          /* behind a command, an array or a string */
	struct str file;             /* the first path, which may be the program */
	struct texts code, sql, refs, revisions, refspecs, others;
	struct str remote;
	const char *language;
	bool force, recursive, tags;
	bool elsewhere;    /* works on another system */
	bool files;        /* a path was judged */
	bool understood;   /* commands or program text say what the tool does */
	bool changes_data; /* SQL that does more than look */
};

/* ---- mcp_arguments.c ---- */
void mcp_walk(struct mcp_call *call, const json_t *arguments);

/* ---- mcp_act.c ---- */
void mcp_act(struct mcp_call *call);

#endif
