/* SPDX-License-Identifier: Apache-2.0
 *
 * What the oracle and the Bash that it watches tell each other: one shared page range, and one byte each
 * way over a socket. The Bash side is a library loaded into Bash (inside.c, hooks.c); it answers a byte
 * by forking a fresh Bash that runs `text`, and writes one record into `log` for everything that Bash
 * would have done to the world.
 *
 * A record is struct wire_record, followed by `strings` NUL-terminated strings: the working directory,
 * the path or name, then the arguments; the environment entries of a WIRE_EXEC come last.
 */
#ifndef TESTS_ORACLE_WIRE_H
#define TESTS_ORACLE_WIRE_H

#include <stdatomic.h>
#include <stdint.h>

enum {
	WIRE_TEXT = 64 * 1024,
	WIRE_LOG = 1024 * 1024,
	WIRE_STRINGS = 4096, /* in one record */
	WIRE_INPUT = 4096,   /* bytes of standard input that a program is seen to read */
};

enum wire_kind {
	WIRE_EXEC =
		1, /* execve: path, argv, then `environment` entries that Bash did not start with */
	WIRE_BUILTIN, /* a builtin command: name, argv */
	WIRE_WRITE,   /* a file opened for writing: path */
	WIRE_READ,    /* a file opened for reading: path */
	WIRE_CONNECT, /* /dev/tcp and /dev/udp: host, port */
};

/* What the world looks like in one run. */
enum wire_world {
	WORLD_SUCCESS, /* every program succeeds and prints nothing; nothing else exists */
	WORLD_FAILURE, /* every program fails, half of them because they are not there */
	WORLD_ALTERNATE, /* success and failure in turn; programs print; variables, users and files exist */
	WORLDS,
};

struct wire_record {
	_Atomic uint32_t size; /* of the whole record, 0: not written yet */
	uint16_t kind;
	uint8_t sourced;   /* behind a `source` of a file in the same process */
	uint8_t has_input; /* the last string is what stood on standard input */
	uint16_t argc;
	uint16_t environment;
	uint16_t moved;      /* standard input is not the one that the text found */
	uint32_t input_size; /* may hold NUL bytes */
};

struct wire {
	/* request */
	uint32_t world;
	uint32_t seed;
	uint32_t text_size;
	uint32_t wall_ms;   /* the text is ended after this time */
	uint32_t max_execs; /* and after so many programs */
	uint32_t max_steps; /* builtins and forks */
	/* answer */
	uint32_t timed_out;
	uint32_t ready;         /* the library is in place and found what it needs in Bash */
	_Atomic int32_t leader; /* the process that runs the text, while it runs */
	_Atomic int64_t started_ms;
	_Atomic uint32_t execs;
	_Atomic uint32_t steps;
	_Atomic uint32_t log_used;
	_Atomic uint32_t log_full;
	_Atomic uint32_t dirty; /* files were written, the scratch tree must be made again */
	char text[WIRE_TEXT];
	char log[WIRE_LOG];
};

/* Variables that the world of WORLD_ALTERNATE holds; the generator uses the same names. */
#define WIRE_VARIABLES "a b c d e f g i n s v w x y z A B X arr ref opt line REPLY FLAGS DIR"

/* Where the scratch tree stands, seen from inside. */
#define WIRE_CWD "/repo"
#define WIRE_HOME "/root"

#endif
