/* SPDX-License-Identifier: Apache-2.0
 *
 * A Bash that cannot do anything, and what it would have done.
 */
#ifndef TESTS_ORACLE_SANDBOX_H
#define TESTS_ORACLE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "wire.h"

struct sandbox {
	struct wire *wire;
	const char *how; /* which isolation was possible */
	int control;
	pid_t pid;
	char root[64];
};

/* Starts a server inside Bash: in its own user, mount, process and network namespace where that is allowed,
 * otherwise (as root) in its own mount, process and network namespace, otherwise (as root) in a plain
 * change of the root directory and an unprivileged user. ORACLE_ISOLATION=1 or 2 skips the first ones, to
 * try the others. 0, or -1 with a message on stderr.
 */
int sandbox_start(struct sandbox *sandbox, const char *bash, const char *library,
		  const char *locale);
void sandbox_stop(struct sandbox *sandbox);

/* Runs one text in one world; afterwards sandbox->wire holds the log. -1: the server is gone. */
int sandbox_run(struct sandbox *sandbox, const char *text, size_t size, enum wire_world world,
		uint32_t seed);

/* One record of the log. Strings are borrowed from the wire. */
struct event {
	enum wire_kind kind;
	bool sourced;
	const char *cwd;
	const char *path;        /* also: name of a builtin, host */
	const char *const *argv; /* for WIRE_CONNECT: the service */
	size_t argc;
	const char *const *environment;
	size_t n_environment;
	bool moved; /* standard input is not the one that the text found */
	bool has_input;
	const char *input;
	size_t input_size;
};

/* Reads the record at *at and moves on; false at the end of the log. Overwrites the last event. */
bool sandbox_next(const struct sandbox *sandbox, size_t *at, struct event *ret_event);

#endif
