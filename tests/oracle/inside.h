/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of the library that is loaded into the watched Bash.
 */
#ifndef TESTS_ORACLE_INSIDE_H
#define TESTS_ORACLE_INSIDE_H

#include <stdbool.h>

#include "wire.h"

/* Arguments of the library, in its environment: descriptor of the shared pages, of the socket, the
 * user to become, the
 * locale and the directory that becomes the root: "3,4,0,C,/tmp/x".
 */
#define INSIDE_VARIABLE "ORACLE_INSIDE"

/* What `bash -c` was given. Bash looks at its length twice: when it sets BASH_EXECUTION_STRING, and when it
 * has made itself ready and starts to run it.
 */
extern char inside_text[WIRE_TEXT + 1];
/* Called the second time. Returns once per text, each time in a new process. */
void inside_serve(void);

/* Wraps the builtins that are logged; false when this Bash does not show its table of builtins. */
bool hooks_install(void);
/* In a fresh child: begins to log, and makes the variables of this world. */
void hooks_start(struct wire *shared);

#endif
