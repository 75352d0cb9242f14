/* SPDX-License-Identifier: Apache-2.0
 *
 * Ends of segments, see tail.h. A crash of the machine may leave anything in place of what was not yet on disk, zeros
 * among it, and whole lines behind it. All of that is torn: what counts ends with the last entry in front of which there is
 * a chain as far back as something may not have been on disk.
 */
#include "ledger/tail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "ledger/place.h"

enum { STEP = 8192 };

struct walk {
	int fd;
	uint64_t size, at; /* where the line that was looked at last begins */
	struct ledger_tail tail;
	struct entry_link oldest; /* of the chain that ends at the tail */
	size_t chained, torn;     /* lines */
};

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

/* Is the line from start to end, which is behind its newline, an entry? Fails only when it cannot be read. */
static int read_line(int fd, uint64_t start, uint64_t end, struct entry_link *ret_link,
		     bool *ret_is_entry, struct cavra_error *error)
{
	char bytes[LIMIT_LEDGER_ENTRY_BYTES + 1];
	size_t n = (size_t)(end - start - 1), got;
	*ret_is_entry = false;
	if (end - start - 1 > LIMIT_LEDGER_ENTRY_BYTES)
		return 0;
	if (!place_read_at(fd, bytes, n, start, &got) || got != n)
		return fail_io(error);
	*ret_is_entry = entry_link(str_make(bytes, n), ret_link, NULL);
	return 0;
}

static bool follows(const struct entry_link *next, const struct entry_link *link)
{
	return next->sequence == link->sequence + 1 &&
	       strcmp(next->previous_hash, link->record_hash) == 0;
}

/* Looks at the line in front of walk->at. */
static int step_back(struct walk *walk, struct cavra_error *error)
{
	struct entry_link link;
	uint64_t start, end = walk->at;
	bool is_entry;
	if (!find_line_end(walk->fd, end - 1, &start))
		return fail_io(error);
	int code = read_line(walk->fd, start, end, &link, &is_entry, error);
	if (code < 0)
		return code;
	walk->at = start;
	if (!is_entry || (walk->chained && !follows(&walk->oldest, &link))) {
		walk->torn += walk->chained + !is_entry;
		walk->chained = 0;
		walk->tail.end = start;
	}
	if (!is_entry)
		return 0;
	if (!walk->chained) {
		walk->tail.end = end;
		walk->tail.head.sequence = link.sequence;
		memcpy(walk->tail.head.record_hash, link.record_hash, sizeof link.record_hash);
	}
	walk->chained++;
	walk->oldest = link;
	return 0;
}

int tail_read(int segment, uint64_t size, const struct tail_trust *trust,
	      struct ledger_tail *ret_tail, struct cavra_error *error)
{
	struct walk walk = {.fd = segment, .size = size, .tail = {.size = size}};
	if (!find_line_end(segment, size, &walk.at))
		return fail_io(error);
	walk.tail.end = walk.at;
	while (walk.at > 0) {
		if (size - walk.tail.end > LIMIT_TORN_BYTES || walk.torn > LIMIT_TORN_LINES)
			return error_set(error, CAVRA_ERR_INPUT,
					 "there is no entry in its last %llu bytes",
					 (unsigned long long)(size - walk.tail.end));
		int code = step_back(&walk, error);
		if (code < 0)
			return code;
		/* The one in front is looked at in any case, so that no line is there twice. */
		if (walk.chained > 1 &&
		    (walk.oldest.sequence <= trust->durable || walk.chained > trust->entries))
			break;
	}
	if (!walk.chained)
		walk.tail.head = (struct ledger_head){0};
	walk.tail.first = walk.chained && walk.at == 0 ? walk.oldest.sequence : 0;
	*ret_tail = walk.tail;
	return 0;
}
