/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes one chosen call of the operating system or of an allocator fail. The linker leads every such call of the code
 * under test, and of the libraries that are linked statically into it, through inject.c; tests/faults/meson.build lists
 * them.
 */
#ifndef CAVRA_TESTS_INJECT_H
#define CAVRA_TESTS_INJECT_H

#include <stdbool.h>
#include <stddef.h>

enum fault {
	FAULT_MEMORY,      /* malloc and its kin, and every allocation from an arena */
	FAULT_IO,          /* a call of the system says EIO, or ENOSPC when it writes */
	FAULT_INTERRUPTED, /* read and write say EINTR */
	FAULT_SHORT,       /* read and write do one byte of what was asked */
	FAULT_KINDS
};

/* Counts calls of the kind from here on and lets the n-th fail, counting from 1; n = 0 lets none fail. for_ever: all
 * later ones as well.
 */
void inject_start(enum fault kind, size_t n, bool for_ever);
/* Ends it and returns how many calls were counted. */
size_t inject_stop(void);
/* Holds it while a scenario looks around, or goes on. */
void inject_hold(bool hold);
bool inject_has_failed(void);
/* From here on the first call that fails is shown on standard error, with its callers. */
void inject_trace(void);

/* Notes where calls come from while nothing fails: of calls with the same last few callers only the first and the
 * second are worth failing.
 */
void inject_note(unsigned char *worth, size_t max);

/* Blocks of memory that are neither freed nor handed back. */
long inject_live_blocks(void);

#endif
