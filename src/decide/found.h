/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that one command finds and another one works on: find -exec, xargs, $(git ls-files). Which words these are
 * nobody knows, but where they lie is known, and often how they are called. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_FOUND_H
#define CAVRA_DECIDE_FOUND_H

#include "decide/command.h"

/* Which files below a directory a command touches. */
struct selection {
	const struct str *
		globs; /* only those whose base name meets one of these, whatever its case; none: all */
	size_t n_globs;
	bool skips_hidden; /* not those whose path below the directory has a component with a dot in front */
	bool leaves_out; /* perhaps not all of these: a test decides that nobody can foresee */
};
/* What the command's options say. */
struct selection selection_of(struct decider *d, const struct arguments *arguments);
bool selection_is_all(const struct selection *selection);
/* Does it take `name`, which is relative to the directory `root`? */
bool selection_takes(struct decider *d, const struct selection *selection, struct str root,
		     struct str name);
/* How many names of a directory are worth being looked at. */
size_t selection_names_max(const struct selection *selection);

/* Words that are names of files below some directories. */
struct found {
	const struct value *roots; /* all known */
	size_t n_roots;
	struct selection selection;
	struct value cwd; /* where relative roots count from */
	bool vague; /* how they are called nobody knows, so that a shell or xargs may make other words of them */
	bool may_be_absent; /* Git also names files that are no longer there, and whoever writes one makes it */
	struct found *next;
};

/* What the words stand for, NULL when they are not such names, or vague. */
const struct found *found_of(const struct decider *d, struct value value);
/* Looks where unknown words come from: in the result, which is `words` when there is nothing to find, found_of() tells what
 * they are.
 */
const struct word *found_in_words(struct decider *d, const struct word *words, size_t n,
				  const struct scope *scope);
/* A value for what this command finds, for a command that it starts itself (find -exec). */
struct value found_by_command(struct decider *d, const struct command *c);
/* A value for words of standard input (xargs). */
struct value found_by_feeder(struct decider *d, const struct scope *scope);
/* Reads or writes them; false when nothing better can be said than that it may be any file. */
bool found_effect(struct decider *d, enum effect_kind kind, const struct found *found,
		  const struct scope *scope, unsigned *ret_verdict);

/* The same for where the search starts, vague or not: that is named as well. */
unsigned found_starts(struct decider *d, enum effect_kind kind, struct value value,
		      const struct scope *scope);

/* ---- found_select.c ---- */

/* What the expression of find lets through to its actions: names that meet one of *ret_globs, or anything (no globs). */
void found_expression(struct decider *d, const struct arguments *arguments,
		      const struct word *words, size_t n, struct selection *ret_selection);
/* Lines that meet this regular expression end in one of these globs; nothing when that cannot be told. */
void found_pattern(struct decider *d, struct str pattern, struct selection *selection);

#endif
