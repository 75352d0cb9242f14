/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the watched Bash: what is going on, and how it is written down.
 */
#ifndef TESTS_ORACLE_RECORD_H
#define TESTS_ORACLE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "wire.h"

enum { INITIAL_MAX = 128 };

struct watched {
	struct wire *wire;          /* NULL outside of a text: then every hook is transparent */
	char *initial[INITIAL_MAX]; /* the environment that the text found */
	size_t n_initial;
	bool in_exec;
	bool in_builtin; /* one that is logged by its arguments, so that its files are no news */
	bool sourced;    /* the content of a file may have run in this process */
	char **command_name; /* Bash's this_command_name */
	ino_t base_input;
};
extern struct watched watched;

struct note {
	const char *strings[WIRE_STRINGS];
	size_t n, bytes;
	uint16_t kind, argc, environment, moved;
	const char *input;
	size_t input_size;
};
extern struct note note;

/* A record is started, gets its strings in the order of wire.h, and is written. */
void note_start(enum wire_kind kind);
bool note_add(const char *string);
void note_write(void);

bool in_alternate(void);
/* Counts what could go on for ever. */
void take_step(void);
/* The same for what allocates memory on its way, which Bash does all the time; reset_memory() when a text begins. */
void take_memory(void);
void reset_memory(void);
/* Ends the whole text, this process too. */
void end_text(void);

#endif
