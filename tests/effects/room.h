/* SPDX-License-Identifier: Apache-2.0
 *
 * A throw-away machine: own mounts, processes and network, the host's programs read-only, an empty rest.
 */
#ifndef TESTS_EFFECTS_ROOM_H
#define TESTS_EFFECTS_ROOM_H

/* In a new process that is the first of its namespaces, with the room as its root directory, calls inside()
 * and ends with what it returns. `stubs`: names of programs, separated by spaces, that stand first in the
 * path and do nothing. Returns the process, for waitpid(); -1 when there is none. Exit status ROOM_FAILED,
 * with a message on stderr, says that the machine does not allow it.
 */
enum { ROOM_FAILED = 77 };
int room_run(const char *stubs, int (*inside)(void *context), void *context);

/* In a child of the room: gives up every privilege that root has there. */
void room_drop_privileges(void);

#endif
