/* SPDX-License-Identifier: Apache-2.0
 *
 * Ends of segments, see tail.h. A crash of the machine may leave anything in place of what was not yet on disk, zeros
 * among it, and whole lines behind it. All of that is torn: what counts ends with the last entry in front of which there is
 * a chain as far back as something may not have been on disk.
 */
#include "ledger/tail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "ledger/place.h"

/* Mostly the last two lines are enough, and they are short. */
enum { FIRST_STEP = 4096, WINDOW = 8 * FIRST_STEP };

/* What was read last of the file; lines that are looked at one by one are read once. */
struct window {
	int fd;
	uint64_t start;
	size_t n;
	size_t step;
	char *bytes; /* WINDOW; not on the stack, all of whose pages would be touched */
};

struct walk {
	struct window *window;
	uint64_t size, at; /* where the line that was looked at last begins */
	struct ledger_tail tail;
	struct entry_link oldest; /* of the chain that ends at the tail */
	size_t chained, torn;     /* lines */
};

/* Makes it hold the byte in front of `before`, and what is in front of that; more each time. What stands from there to `end`
 * comes with it where there is room, so that a line is mostly held as a whole.
 */
static bool move_window(struct window *window, uint64_t before, uint64_t end)
{
	if (before > window->start && before <= window->start + window->n)
		return true;
	window->start = before < window->step ? 0 : before - window->step;
	window->step = window->step < WINDOW / 2 ? window->step * 4 : (size_t)WINDOW;
	window->n = 0;
	size_t n = (size_t)((end - window->start <= WINDOW ? end : before) - window->start);
	return place_read_at(window->fd, window->bytes, n, window->start, &window->n) &&
	       window->n == n;
}

/* Where the last newline in front of `before` stands, plus one; 0: there is none. What is longer than all that a crash can
 * leave is not looked through for one. The line ends at `end`.
 */
static bool find_line_end(struct window *window, uint64_t before, uint64_t end, uint64_t *ret_end)
{
	const uint64_t farthest = LIMIT_TORN_BYTES + LIMIT_LEDGER_ENTRY_BYTES + WINDOW;
	uint64_t least = before < farthest ? 0 : before - farthest;
	while (before > least) {
		if (!move_window(window, before, end))
			return false;
		const char *at = memrchr(window->bytes, '\n', (size_t)(before - window->start));
		if (at) {
			*ret_end = window->start + (uint64_t)(at - window->bytes) + 1;
			return true;
		}
		before = window->start;
	}
	*ret_end = before;
	return true;
}

static int fail_io(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot read the end of the ledger: %s",
			 strerror(errno));
}

/* Reads a line that the window does not hold, which is rare. Apart, for the room it needs: the stack of every call would be
 * that deep, and all its pages be touched. */
__attribute__((noinline)) static int read_long_line(int fd, uint64_t start, size_t n,
						    struct entry_link *ret_link, bool *ret_is_entry,
						    struct cavra_error *error)
{
	char room[LIMIT_LEDGER_ENTRY_BYTES];
	size_t got;
	if (!place_read_at(fd, room, n, start, &got) || got != n)
		return fail_io(error);
	*ret_is_entry = entry_link(str_make(room, n), ret_link, NULL);
	return 0;
}

/* Is the line from start to end, which is behind its newline, an entry? Fails only when it cannot be read. */
static int read_line(const struct window *window, uint64_t start, uint64_t end,
		     struct entry_link *ret_link, bool *ret_is_entry, struct cavra_error *error)
{
	size_t n = (size_t)(end - start - 1);
	*ret_is_entry = false;
	if (end - start - 1 > LIMIT_LEDGER_ENTRY_BYTES)
		return 0;
	if (start < window->start || end > window->start + window->n)
		return read_long_line(window->fd, start, n, ret_link, ret_is_entry, error);
	*ret_is_entry = entry_link(str_make(window->bytes + (start - window->start), n), ret_link,
				   NULL);
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
	if (!find_line_end(walk->window, end - 1, end, &start))
		return fail_io(error);
	int code = read_line(walk->window, start, end, &link, &is_entry, error);
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

/* The line in front is looked at in any case, so that no line is there twice; more when the ledger ends before it may. */
static bool is_certain(const struct walk *walk, const struct tail_trust *trust)
{
	bool durable = walk->oldest.sequence <= trust->durable &&
		       walk->tail.head.sequence >= trust->durable;
	return walk->chained > 1 && (durable || walk->chained > trust->entries);
}

static int check_torn(const struct walk *walk, struct cavra_error *error)
{
	uint64_t torn = walk->size - walk->tail.end;
	if (torn <= LIMIT_TORN_BYTES && walk->torn <= LIMIT_TORN_LINES)
		return 0;
	return error_set(error, CAVRA_ERR_INPUT, "there is no entry in its last %llu bytes",
			 (unsigned long long)torn);
}

static int walk_back(struct walk *walk, const struct tail_trust *trust, struct cavra_error *error)
{
	if (!find_line_end(walk->window, walk->size, walk->size, &walk->at))
		return fail_io(error);
	walk->tail.end = walk->at;
	while (walk->at > 0) {
		int code = check_torn(walk, error);
		if (code == 0)
			code = step_back(walk, error);
		if (code < 0)
			return code;
		if (is_certain(walk, trust))
			break;
	}
	return check_torn(walk, error);
}

int tail_read(int segment, uint64_t size, const struct tail_trust *trust,
	      struct ledger_tail *ret_tail, struct cavra_error *error)
{
	struct window window = {.fd = segment, .step = FIRST_STEP, .bytes = malloc(WINDOW)};
	struct walk walk = {.window = &window, .size = size, .tail = {.size = size}};
	if (!window.bytes)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	int code = walk_back(&walk, trust, error);
	free(window.bytes);
	if (code < 0)
		return code;
	if (!walk.chained)
		walk.tail.head = (struct ledger_head){0};
	walk.tail.first = walk.chained && walk.at == 0 ? walk.oldest.sequence : 0;
	*ret_tail = walk.tail;
	return 0;
}
