/* SPDX-License-Identifier: Apache-2.0
 *
 * Ends of segments, see tail.h. A crash of the machine may leave anything in place of what was not yet on disk, zeros
 * among it, and whole lines behind it. All of that is torn: what counts ends where the last line stands that is an entry.
 */
#include "ledger/tail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "ledger/place.h"

enum { STEP = 8192 };

/* Where the last newline in front of `before` stands, plus one; 0: there is none. */
static bool find_line_end(int fd, uint64_t before, uint64_t *ret_end)
{
	char bytes[STEP];
	while (before > 0) {
		size_t n = before < STEP ? (size_t)before : STEP, got;
		if (!place_read_at(fd, bytes, n, before - n, &got))
			return false;
		const char *at = memrchr(bytes, '\n', got);
		if (at) {
			*ret_end = before - n + (uint64_t)(at - bytes) + 1;
			return true;
		}
		before -= n;
	}
	*ret_end = 0;
	return true;
}

static int fail_io(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot read the end of the ledger: %s",
			 strerror(errno));
}

/* Is the line from start to tail->end an entry? Fails only when it cannot be read. */
static int read_line(int fd, struct ledger_tail *tail, uint64_t start, bool *ret_is_entry,
		     struct cavra_error *error)
{
	char bytes[LIMIT_LEDGER_ENTRY_BYTES + 1];
	struct entry_link link;
	size_t n = (size_t)(tail->end - start - 1), got;
	*ret_is_entry = false;
	if (tail->end - start - 1 > LIMIT_LEDGER_ENTRY_BYTES)
		return 0;
	if (!place_read_at(fd, bytes, n, start, &got) || got != n)
		return fail_io(error);
	*ret_is_entry = entry_link(str_make(bytes, n), &link, NULL);
	if (*ret_is_entry) {
		tail->head.sequence = link.sequence;
		memcpy(tail->head.record_hash, link.record_hash, sizeof link.record_hash);
	}
	return 0;
}

int tail_read(int segment, uint64_t size, struct ledger_tail *ret_tail, struct cavra_error *error)
{
	struct ledger_tail tail = {.size = size};
	bool is_entry = false;
	if (!find_line_end(segment, size, &tail.end))
		return fail_io(error);
	for (size_t lines = 0; tail.end && !is_entry; lines++) {
		uint64_t start = 0;
		if (size - tail.end > LIMIT_TORN_BYTES || lines > LIMIT_TORN_LINES)
			return error_set(error, CAVRA_ERR_INPUT,
					 "there is no entry in its last %llu bytes",
					 (unsigned long long)(size - tail.end));
		if (!find_line_end(segment, tail.end - 1, &start))
			return fail_io(error);
		int code = read_line(segment, &tail, start, &is_entry, error);
		if (code < 0)
			return code;
		if (!is_entry)
			tail.end = start;
	}
	*ret_tail = tail;
	return 0;
}
