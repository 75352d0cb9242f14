/* SPDX-License-Identifier: Apache-2.0
 *
 * What the watched Bash did, one record after the other into the shared pages.
 */
#include "record.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct watched watched;

bool in_alternate(void)
{
	return watched.wire->world == WORLD_ALTERNATE;
}

/* Ends the whole text, this process too. */
void end_text(void)
{
	watched.wire->timed_out = 1;
	syscall(SYS_kill, 0, SIGKILL);
	_exit(99);
}

void take_step(void)
{
	if (atomic_fetch_add(&watched.wire->steps, 1) >= watched.wire->max_steps)
		end_text();
}

static unsigned long allocations;

void reset_memory(void)
{
	allocations = 0;
}

void take_memory(void)
{
	enum { MAX_ALLOCATIONS = 30000 };
	if (++allocations > MAX_ALLOCATIONS)
		end_text();
}

struct note note;

void note_start(enum wire_kind kind)
{
	static char cwd[4096];
	note.n = note.bytes = 0;
	note.kind = kind;
	note.argc = note.environment = note.moved = 0;
	note.input = NULL;
	note.input_size = 0;
	note.strings[note.n++] = getcwd(cwd, sizeof cwd) ? cwd : "";
	note.bytes = strlen(note.strings[0]) + 1;
}

bool note_add(const char *string)
{
	if (note.n == WIRE_STRINGS)
		end_text();
	note.strings[note.n++] = string;
	note.bytes += strlen(string) + 1;
	return true;
}

void note_write(void)
{
	size_t size = (sizeof(struct wire_record) + note.bytes + note.input_size + 7) & ~(size_t)7;
	uint32_t at = size < WIRE_LOG ? atomic_fetch_add(&watched.wire->log_used, (uint32_t)size)
				      : WIRE_LOG;
	if (at + size > WIRE_LOG) {
		watched.wire->log_full = 1;
		end_text();
	}
	struct wire_record *record = (struct wire_record *)(void *)(watched.wire->log + at);
	record->kind = note.kind;
	record->sourced = watched.sourced;
	record->argc = note.argc;
	record->environment = note.environment;
	record->moved = note.moved;
	record->has_input = note.input != NULL;
	record->input_size = (uint32_t)note.input_size;
	char *to = (char *)(record + 1);
	for (size_t i = 0; i < note.n; i++)
		to = stpcpy(to, note.strings[i]) + 1;
	if (note.input && note.input_size)
		memcpy(to, note.input, note.input_size);
	atomic_store(&record->size, (uint32_t)size);
}
