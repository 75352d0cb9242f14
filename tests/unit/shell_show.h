/* SPDX-License-Identifier: Apache-2.0
 *
 * The result of a shell analysis in one line, for tables of cases.
 *
 *   git push 'a b'      a command; words that are empty or hold blanks or quotes stand in ''
 *   «?» «number» ...    unknown text, a number, any number of words; globs show as they are written
 *   X=1 git push        assignments that stand in front of the command itself
 *   cat < f > g         files that the shell opens: <  >  >>  <>
 *   cat <<< 'a b'       known standard input
 *   ? git push          perhaps does not run
 *   {/a,/b} ls          in another directory than /repo
 *   . file              a file that is sourced
 *   !                   opaque; a case that wants just this does not care what else was found
 *   (nothing)           no command at all
 *
 * Commands are separated by " ; ", each is shown once.
 */
#ifndef CAVRA_TESTS_SHELL_SHOW_H
#define CAVRA_TESTS_SHELL_SHOW_H

#include "shell/shell.h"

/* Analyses text in /repo with home /root. */
struct str shell_show(struct arena *arena, struct str text);

struct shell_case {
	const char *text;
	const char *shown;
};

/* Fails the running test when a case is shown differently, after printing all that are. */
void shell_cases(const struct shell_case *cases, size_t n);

#endif
