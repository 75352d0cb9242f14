/* SPDX-License-Identifier: Apache-2.0
 *
 * Is everything that Bash did for a text covered by the analysis of that text?
 */
#ifndef TESTS_ORACLE_CHECK_H
#define TESTS_ORACLE_CHECK_H

#include <stdio.h>

#include "sandbox.h"
#include "shell/shell.h"

struct counts {
	unsigned long texts, opaque, runs, timed_out;
	unsigned long argv;       /* programs and builtins that Bash ran */
	unsigned long by_unknown; /* covered only by a command whose program is unknown */
	unsigned long files;      /* opened by redirections */
	unsigned long sourced;    /* not checked: content of a file that the text sources */
	unsigned long uncovered;  /* texts with something that is not covered */
	unsigned long not_surely; /* commands that should surely have run and did not */
	unsigned long commands;   /* in all analyses */
	unsigned long died;       /* texts that ended the sandbox, and say nothing */
	double analysis_seconds, longest_analysis;
};

struct checker {
	struct sandbox sandbox; /* the one in use */
	struct sandbox other;   /* in the other locale: single bytes, or UTF-8 */
	const char *bash, *library;
	bool switched; /* the other one is in use */
	struct arena arena;
	struct counts counts;
};

struct failure {
	const char *
		what; /* "argv", "directory", "environment", "input", "pipe", "write", "read", "connection", "surely",
			  * "crash" of the analysis */
	enum wire_world world;
	uint32_t seed;
	char event[2048]; /* what Bash did, quoted for a shell */
};

int checker_start(struct checker *checker, const char *bash, const char *library);
/* In place of the sandbox in use, which is gone, a new one. */
int checker_restart(struct checker *checker);
/* Uses the other locale from now on. */
void checker_switch(struct checker *checker);
void checker_stop(struct checker *checker);

/* Analyses `text` and runs `run` (normally the same) in every world. 1: covered, 0: not (then *ret_failure
 * says what), -1: the sandbox is gone.
 */
int check_text(struct checker *checker, struct str text, struct str run, uint32_t seed,
	       struct failure *ret_failure);

/* The analysis alone, as check_text makes it; false when there is none. Valid until the next call. */
bool check_analysis(struct checker *checker, struct str text, struct shell_result *ret_result);

/* Is the text read to its end? */
bool check_reads(struct checker *checker, struct str text);

/* Prints what the analysis of text says, one line each behind "# ". */
void check_explain(struct checker *checker, struct str text, FILE *out);

/* For people and for pasting into a shell. */
void print_quoted(FILE *out, struct str text);

void counts_add(struct counts *to, const struct counts *from);

#endif
