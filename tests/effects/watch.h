/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a command line in Bash and writes down what it does to files, programs and the network, while it does
 * it: each system call that matters waits until its operands were looked at (seccomp user notification), so
 * links, working directories and descriptors are resolved by the kernel at the moment when they count.
 */
#ifndef TESTS_EFFECTS_WATCH_H
#define TESTS_EFFECTS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum act {
	ACT_READ = 1,    /* opened for reading */
	ACT_WRITE = 2,   /* opened for writing, created, made, linked to */
	ACT_REMOVE = 4,  /* the name removed, renamed away or given to something else */
	ACT_CHANGE = 8,  /* mode, owner, times, size */
	ACT_NAME = 16,   /* got another name: link, symbolic link, rename */
	ACT_RUN = 32,    /* executed; text: its words, separated by spaces */
	ACT_CONNECT = 64 /* text: address and port */
};

struct happening {
	unsigned acts;
	bool existed;
	dev_t device; /* of what was there, links followed as the call does */
	ino_t inode;
	const char *path; /* real absolute name */
	const char *text;
	const char *program; /* at most 15 bytes of the name of what did it */
};

enum { WATCH_MAX = 6000, WATCH_TEXT = 2 << 20 };

struct watch {
	struct happening happenings[WATCH_MAX];
	size_t n;
	char *text; /* WATCH_TEXT bytes that the above points into */
	size_t text_used;
	bool overflow; /* not everything was written down */
	bool timed_out;
	int output; /* what it printed, a file to be read from its start */
	int status;
};

int watch_init(struct watch *watch);
void watch_release(struct watch *watch);
/* Runs `text` in `directory` for at most that long, all that it started included. -1: could not. */
int watch_run(struct watch *watch, const char *text, const char *directory, int milliseconds);

#endif
