/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program does to files, call by call, seen from between it and the system: recorded, so that other programs can ask
 * what a disk would hold had the machine stopped there; or ended at a chosen call, as by kill -9. The linker leads the calls
 * of the ledger through disk.c; meson.build lists them.
 */
#ifndef CAVRA_TESTS_DISK_H
#define CAVRA_TESTS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_PATH = 96 };

enum disk_kind {
	DISK_MAKE,     /* a file or a directory got its name */
	DISK_WRITE,    /* bytes at an offset */
	DISK_TRUNCATE, /* to a size */
	DISK_REMOVE,   /* a name is gone */
	DISK_SYNC,     /* of a file: what it holds; of a directory: its names */
	DISK_NOTE,     /* what disk_note() was told */
};

struct disk_call {
	enum disk_kind kind;
	bool is_directory;
	char path[DISK_PATH]; /* below the root */
	uint64_t offset;      /* or the size */
	char *bytes;          /* or the note; owned */
	size_t n;
};

struct disk_log {
	struct disk_call *calls;
	size_t n, cap;
};

/* Records what happens below root, which has no link in it, in the log. */
void disk_record(struct disk_log *log, const char *root);
void disk_stop(void);
void disk_note(const void *bytes, size_t n);
void disk_release(struct disk_log *log);

/* The process dies at the n-th call from now on, 1 being the next: in front of it or, when it writes, in its middle. */
void disk_die_at(size_t n);

#endif
