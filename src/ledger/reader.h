/* SPDX-License-Identifier: Apache-2.0
 *
 * The entries of a ledger as lines, in their order: of a ledger that others write to meanwhile, of a copy, of an export.
 * Checks nothing that stands in a line.
 */
#ifndef CAVRA_LEDGER_READER_H
#define CAVRA_LEDGER_READER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct ledger_reader {
	int place, segment; /* descriptors */
	uint64_t *firsts;   /* the first sequence of each segment; owned */
	size_t n_firsts;
	size_t at; /* the segment that is read */

	/* Of the last line: where it stands. */
	uint64_t first;  /* of its segment */
	uint64_t number; /* of the line in it, from 1 */
	uint64_t offset; /* in bytes */

	uint64_t next; /* where the next line stands */
	char *bytes;   /* owned; the segment from `start` on */
	uint64_t start;
	size_t n;
};

/* Errors: CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO, CAVRA_ERR_MEMORY. */
int ledger_reader_open(const char *directory, struct ledger_reader *ret_reader,
		       struct cavra_error *error);
void ledger_reader_close(struct ledger_reader *reader);

/* Goes to where a line begins: the offset in the segment that starts with that sequence, which must be there. */
int ledger_reader_seek(struct ledger_reader *reader, uint64_t first, uint64_t offset,
		       struct cavra_error *error);

/* 1 and the next line without its newline, valid until the next call; 0 behind the last one. What has no newline at the end
 * of the last segment is no line: a writer may be at it, or a crash has torn it. At the end of another segment it is one, so
 * that it is missed nowhere. CAVRA_ERR_INPUT for a line that is longer than an entry can be, CAVRA_ERR_IO.
 */
int ledger_reader_next(struct ledger_reader *reader, struct str *ret_line,
		       struct cavra_error *error);

#define CLEANUP_LEDGER_READER __attribute__((cleanup(ledger_reader_close)))

#endif
