/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for the part of the decision core behind the readers of program text and of MCP arguments, and writes
 * down what they hand on.
 */
#ifndef CAVRA_TESTS_CODE_RECORD_H
#define CAVRA_TESTS_CODE_RECORD_H

#include "base/buf.h"
#include "decide/core.h"

/* What was handed on since record_clear(), each as "kind:text", separated by spaces and a bar: "sh:ls | read:.env".
 *
 *	sh piped run read write delete   what happens; "/" behind a path: with all below it
 */
extern struct buf recorded;
/* The same for names that may be files, each followed by a bar. */
extern struct buf mentioned;
void record_clear(void);

#endif
