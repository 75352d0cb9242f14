/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the watched Bash: forks that cost little.
 */
#ifndef TESTS_ORACLE_FORK_H
#define TESTS_ORACLE_FORK_H

/* When this is in the environment of the oracle, all forks are real ones, for comparison. */
#define FORK_VARIABLE "ORACLE_REAL_FORKS"

#include <sys/types.h>

/* For the process that runs a text; with a cheap fork it returns to the parent when that process has ended. */
pid_t fork_text(void);
/* Before main(): while nothing but libraries is there. */
void fork_prepare(void);

#endif
