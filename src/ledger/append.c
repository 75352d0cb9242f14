/* SPDX-License-Identifier: Apache-2.0
 *
 * Appending, see ledger.h. Everything between take_lock() and drop_lock() is one writer's alone.
 *
 * The order of the steps is what makes a crash harmless. A torn line is copied aside before the state says so, the state
 * says so before the segment is cut, and it says so until the entry that tells about it is written; the cut is on disk before
 * anything is written there, or sectors of the torn line could come back and make it whole; a segment is on disk before the
 * next one begins; the entries of a group come with one write.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/regular.h"
#include "base/when.h"
#include "ledger/ledger.h"
#include "ledger/place.h"
#include "ledger/recover.h"
#include "ledger/tail.h"
#include "json/json.h"

enum { TRIES = 100 };

static int fail_io(const struct ledger_writer *writer, const char *what, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot %s the ledger %.300s: %s", what,
			 writer->directory, strerror(errno));
}

/* ---- opening ---- */

void ledger_writer_init(struct ledger_writer *writer, const char *directory,
			enum ledger_durability durability)
{
	*writer = (struct ledger_writer){.directory = directory,
					 .durability = durability,
					 .place = -1,
					 .lock = -1,
					 .segment = -1};
}

static void close_one(int *fd)
{
	place_closep(fd);
	*fd = -1;
}

void ledger_writer_release(struct ledger_writer *writer)
{
	close_one(&writer->segment);
	close_one(&writer->lock);
	close_one(&writer->place);
}

static int open_lock(struct ledger_writer *writer, struct cavra_error *error)
{
	struct stat status;
	writer->lock = openat(writer->place, "state",
			      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (writer->lock < 0 || fstat(writer->lock, &status) < 0)
		return fail_io(writer, "open", error);
	if (S_ISREG(status.st_mode))
		return 0;
	close_one(&writer->lock);
	return error_set(error, CAVRA_ERR_INPUT,
			 "state in the ledger %.300s is no regular file; remove it",
			 writer->directory);
}

static int open_place(struct ledger_writer *writer, struct cavra_error *error)
{
	if (writer->place < 0)
		writer->place = place_open(writer->directory, true, error);
	if (writer->place < 0)
		return error ? error->code : CAVRA_ERR_IO;
	return writer->lock < 0 ? open_lock(writer, error) : 0;
}

/* What is open is what others would open now: a lock on anything else keeps nobody out. */
static bool is_in_place(const struct ledger_writer *writer)
{
	return place_is(AT_FDCWD, writer->directory, writer->place, 0) &&
	       place_is(writer->place, "state", writer->lock, AT_SYMLINK_NOFOLLOW);
}

/* tries: how often it may be found where it was not before. */
static int take_lock(struct ledger_writer *writer, int tries, struct cavra_error *error)
{
	for (int i = 0; i < tries; i++) {
		int code = open_place(writer, error);
		if (code < 0)
			return code;
		while (flock(writer->lock, LOCK_EX) < 0)
			if (errno != EINTR)
				return fail_io(writer, "lock", error);
		if (is_in_place(writer))
			return state_read(writer->lock, &writer->state)
				       ? 0
				       : fail_io(writer, "read the state of", error);
		ledger_writer_release(writer);
	}
	return error_set(error, CAVRA_ERR_IO, "the ledger %.300s was moved", writer->directory);
}

static void drop_lock(const struct ledger_writer *writer)
{
	(void)flock(writer->lock, LOCK_UN);
}

/* ---- where the ledger ends ---- */

static int open_segment(struct ledger_writer *writer, uint64_t first, int flags)
{
	char name[PLACE_NAME];
	place_segment_name(first, name);
	close_one(&writer->segment);
	writer->segment = openat(writer->place, name,
				 O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags,
				 0600);
	writer->first = first;
	writer->end = 0;
	return writer->segment < 0 ? -errno : 0;
}

static int read_tail(const struct ledger_writer *writer, struct ledger_tail *ret_tail,
		     struct cavra_error *error)
{
	struct stat status;
	if (fstat(writer->segment, &status) < 0)
		return fail_io(writer, "look at", error);
	if (!S_ISREG(status.st_mode) || status.st_nlink > 1)
		return error_set(error, CAVRA_ERR_INPUT,
				 "a segment of the ledger %.300s is no regular file of one name",
				 writer->directory);
	if (writer->end && writer->end == (uint64_t)status.st_size) {
		*ret_tail = (struct ledger_tail){
			.head = writer->head, .end = writer->end, .size = writer->end};
		return 0;
	}
	struct tail_trust trust = {writer->state.durable, writer->durability == LEDGER_NONE
								  ? 1
								  : LEDGER_UNSETTLED_ENTRIES};
	int code = tail_read(writer->segment, (uint64_t)status.st_size, &trust, ret_tail, error);
	if (code == 0 && ((ret_tail->first && ret_tail->first != writer->first) ||
			  (ret_tail->head.sequence && ret_tail->head.sequence < writer->first)))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "a segment has the name of another entry than its first");
	return code < 0 ? error_prefix(error,
				       "the ledger %.300s is damaged at its end (cavra ledger "
				       "verify says where)",
				       writer->directory)
			: 0;
}

/* The newest segment in front of `before`; 0: there is none. */
static int find_newest(const struct ledger_writer *writer, uint64_t before, uint64_t *ret_first,
		       struct cavra_error *error)
{
	uint64_t *numbers;
	size_t n;
	int code = place_numbers(writer->place, "segments", &numbers, &n, error);
	if (code < 0)
		return code;
	while (n > 0 && numbers[n - 1] >= before)
		n--;
	*ret_first = n ? numbers[n - 1] : 0;
	free(numbers);
	return 0;
}

static bool exists(const struct ledger_writer *writer, uint64_t first)
{
	char name[PLACE_NAME];
	place_segment_name(first, name);
	return faccessat(writer->place, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Is the segment that is open the one that has its name? */
static bool is_same(const struct ledger_writer *writer)
{
	char name[PLACE_NAME];
	place_segment_name(writer->first, name);
	return place_is(writer->place, name, writer->segment, AT_SYMLINK_NOFOLLOW);
}

static int remove_empty(struct ledger_writer *writer, const struct ledger_tail *tail,
			struct cavra_error *error)
{
	char name[PLACE_NAME];
	if (tail->size)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the last segment of the ledger %.300s does not follow the one "
				 "before (cavra ledger verify says where)",
				 writer->directory);
	place_segment_name(writer->first, name);
	close_one(&writer->segment);
	return unlinkat(writer->place, name, 0) < 0 ? fail_io(writer, "clear", error) : 0;
}

/* A segment without an entry continues the one before. When a crash has cut that one, it is begun again later. */
static int read_previous(struct ledger_writer *writer, struct ledger_tail *tail,
			 struct cavra_error *error)
{
	uint64_t first = writer->first, previous;
	struct ledger_tail before = {.size = 0};
	int code = find_newest(writer, first, &previous, error);
	if (code < 0 || (!previous && first == 1))
		return code;
	if (previous && open_segment(writer, previous, 0) < 0)
		return fail_io(writer, "open a segment of", error);
	if (previous)
		code = read_tail(writer, &before, error);
	if (code < 0)
		return code;
	if (open_segment(writer, first, 0) < 0)
		return fail_io(writer, "open a segment of", error);
	tail->head = before.head;
	if (before.end == before.size && before.head.sequence + 1 == first)
		return 0;
	code = remove_empty(writer, tail, error);
	if (code < 0 || !previous)
		return code;
	*tail = before;
	return open_segment(writer, previous, 0) < 0 ? fail_io(writer, "open a segment of", error)
						     : 0;
}

static int open_newest(struct ledger_writer *writer, struct cavra_error *error)
{
	uint64_t first = writer->state.segment;
	if (writer->segment >= 0 && first == writer->first && is_same(writer))
		return 0;
	if (first && open_segment(writer, first, 0) == 0)
		return 0;
	int code = find_newest(writer, UINT64_MAX, &first, error);
	if (code < 0 || !first) {
		close_one(&writer->segment);
		return code;
	}
	return open_segment(writer, first, 0) < 0 ? fail_io(writer, "open a segment of", error) : 0;
}

/* Opens the newest segment; without any, writer->segment is -1. */
static int find_end(struct ledger_writer *writer, struct ledger_tail *tail,
		    struct cavra_error *error)
{
	*tail = (struct ledger_tail){0};
	int code = open_newest(writer, error);
	if (code < 0 || writer->segment < 0)
		return code;
	code = read_tail(writer, tail, error);
	while (code == 0 && tail->head.sequence && exists(writer, tail->head.sequence + 1)) {
		if (open_segment(writer, tail->head.sequence + 1, 0) < 0)
			return fail_io(writer, "open a segment of", error);
		code = read_tail(writer, tail, error);
	}
	for (uint64_t first = 0;
	     code == 0 && writer->segment >= 0 && !tail->head.sequence && first != writer->first;) {
		first = writer->first;
		code = read_previous(writer, tail, error);
	}
	return code;
}

/* ---- writing ---- */

static int compose(const struct own *own, const struct ledger_draft *drafts, size_t n,
		   struct ledger_head *head, struct buf *group, struct cavra_error *error)
{
	int64_t now = when_now();
	for (size_t i = 0; i < own->n + n; i++) {
		const struct ledger_draft *draft = i < own->n ? &own->draft[i]
							      : &drafts[i - own->n];
		int code = entry_write(group, head, draft, now, error);
		if (code < 0)
			return code;
		buf_add_char(group, '\n');
	}
	return group->failed ? error_set(error, CAVRA_ERR_MEMORY, "out of memory") : 0;
}

/* The names on the way to a segment none of which is known to be on disk. */
static bool sync_names(const struct ledger_writer *writer)
{
	static const char *const above[] = {"..", "../.."};
	if (writer->state.durable >= writer->first)
		return true;
	bool done = place_sync(writer->place, "segments") && fsync(writer->place) == 0;
	/* What may not be looked at was not made by us. */
	for (size_t i = 0; done && !writer->state.durable && i < ARRAY_SIZE(above); i++)
		done = place_sync(writer->place, above[i]) || errno == EACCES;
	return done;
}

static bool sync_entries(const struct ledger_writer *writer)
{
	return sync_names(writer) && fdatasync(writer->segment) == 0;
}

static bool is_full(const struct ledger_writer *writer, size_t more)
{
	return writer->end && writer->end + more > LIMIT_SEGMENT_BYTES;
}

/* A segment that is full is brought to disk, so that what is not is always in the last one. */
static int start_segment(struct ledger_writer *writer, uint64_t first, struct cavra_error *error)
{
	if (writer->segment >= 0 && writer->durability != LEDGER_NONE && !sync_entries(writer))
		return fail_io(writer, "write to", error);
	if ((mkdirat(writer->place, "segments", 0700) < 0 && errno != EEXIST) ||
	    open_segment(writer, first, O_CREAT) < 0)
		return fail_io(writer, "start a segment of", error);
	writer->state.segment = first;
	if (writer->durability != LEDGER_NONE)
		writer->state.durable = first - 1;
	return 0;
}

/* What cannot be taken back is a torn line to the next writer, or entries that nobody was told of. */
static void take_back(struct ledger_writer *writer, uint64_t end)
{
	writer->end = ftruncate(writer->segment, (off_t)end) < 0 ? 0 : end;
}

static int keep_promise(struct ledger_writer *writer, struct cavra_error *error)
{
	struct ledger_state *state = &writer->state;
	int64_t now = when_now();
	uint64_t waiting = state->last - state->durable;
	bool now_or_never = writer->durability == LEDGER_SYNC ||
			    (writer->durability == LEDGER_BATCH && waiting >= LEDGER_BATCH_ENTRIES);
	writer->must_settle = false;
	if (now_or_never) {
		if (!sync_entries(writer))
			return fail_io(writer, "write to", error);
		state->durable = state->last;
		state->since = 0;
	} else if (writer->durability == LEDGER_BATCH &&
		   (!state->since || now - state->since > LEDGER_BATCH_MICROSECONDS ||
		    now < state->since)) {
		state->since = now;
		writer->must_settle = true;
	}
	return 0;
}

/* Who comes first when it is due says so in the state, and no other does it as well. */
static void see_checkpoint(struct ledger_writer *writer)
{
	const int64_t interval = LEDGER_CHECKPOINT_SECONDS * INT64_C(1000000);
	struct ledger_state *state = &writer->state;
	int64_t now = when_now(), since = state->signed_at;
	bool late = since && (now < since || now - since >= interval);
	bool many = state->last / LEDGER_CHECKPOINT_ENTRIES !=
		    writer->head.sequence / LEDGER_CHECKPOINT_ENTRIES;
	bool due = writer->signs && (late || many);
	if (!since || due)
		state->signed_at = now;
	writer->must_sign |= due;
}

/* After a failure to bring it to disk nobody knows what is there: it must not be there. */
static int write_group(struct ledger_writer *writer, struct str group,
		       const struct ledger_head *head, struct cavra_error *error)
{
	struct ledger_state before = writer->state;
	uint64_t end = writer->end;
	int code = 0;
	if (!fd_write_all(writer->segment, group))
		code = fail_io(writer, "write to", error);
	writer->state.last = head->sequence;
	writer->state.torn = 0;
	if (code == 0)
		code = keep_promise(writer, error);
	if (code < 0) {
		writer->state = before;
		take_back(writer, end);
		return code;
	}
	writer->end = end + group.n;
	see_checkpoint(writer);
	writer->head = *head;
	return state_write(writer->lock, &writer->state)
		       ? 0
		       : fail_io(writer, "write the state of", error);
}

static int append_behind(struct ledger_writer *writer, const struct ledger_tail *tail,
			 const struct own *own, const struct ledger_draft *drafts, size_t n,
			 struct cavra_error *error)
{
	struct buf CLEANUP_BUF group;
	struct ledger_head head = tail->head;
	buf_init(&group, (n + OWN_DRAFTS) * (LIMIT_LEDGER_ENTRY_BYTES + 1));
	writer->end = tail->end;
	writer->head = tail->head;
	writer->state.segment = writer->first;
	if (writer->state.durable > tail->head.sequence)
		writer->state.durable = tail->head.sequence;
	int code = compose(own, drafts, n, &head, &group, error);
	if (code == 0 && (writer->segment < 0 || is_full(writer, group.n)))
		code = start_segment(writer, tail->head.sequence + 1, error);
	return code < 0 ? code : write_group(writer, buf_str(&group), &head, error);
}

int ledger_append(struct ledger_writer *writer, const struct ledger_draft *drafts, size_t n,
		  struct cavra_error *error)
{
	struct ledger_tail tail;
	struct own own = {.n = 0};
	if (n > LIMIT_LEDGER_GROUP)
		return error_set(error, CAVRA_ERR_LIMIT, "more than %d entries at once",
				 (int)LIMIT_LEDGER_GROUP);
	int code = take_lock(writer, TRIES, error);
	if (code < 0)
		return code;
	code = find_end(writer, &tail, error);
	if (code == 0 && tail.size != tail.end)
		code = recover_set_aside(writer, &tail, error);
	if (code == 0)
		code = recover_tell(writer, &tail, &own, error);
	if (code == 0)
		code = append_behind(writer, &tail, &own, drafts, n, error);
	drop_lock(writer);
	own_release(&own);
	return code;
}

/* ---- settling ---- */

/* Opens the newest segment; *ret_last: the last entry in it, 0 when there is nothing to do. */
static int begin_settling(struct ledger_writer *writer, uint64_t *ret_last,
			  struct cavra_error *error)
{
	int code = take_lock(writer, 1, error);
	if (code < 0)
		return code;
	const struct ledger_state *state = &writer->state;
	bool waits = state->segment && state->durable < state->last;
	bool opened = writer->segment >= 0 && state->segment == writer->first && is_same(writer);
	if (waits && !opened && open_segment(writer, state->segment, 0) < 0)
		code = fail_io(writer, "open a segment of", error);
	else
		*ret_last = waits ? state->last : 0;
	drop_lock(writer);
	return code;
}

/* *ret_more: others have relied on this while the disk was at work. */
static int end_settling(struct ledger_writer *writer, uint64_t last, bool *ret_more,
			struct cavra_error *error)
{
	struct ledger_state *state = &writer->state;
	int code = take_lock(writer, 1, error);
	if (code < 0)
		return code;
	if (state->durable < last && last <= state->last)
		state->durable = last;
	*ret_more = state->durable < state->last;
	state->since = *ret_more ? when_now() : 0;
	if (!state_write(writer->lock, state))
		code = fail_io(writer, "write the state of", error);
	drop_lock(writer);
	return code;
}

/* The lock is not held while the disk is at work. */
int ledger_settle(struct ledger_writer *writer, struct cavra_error *error)
{
	bool more = true;
	while (more) {
		uint64_t last = 0;
		int code = begin_settling(writer, &last, error);
		if (code < 0)
			return code;
		if (!last)
			break;
		if (!sync_entries(writer))
			return fail_io(writer, "write to", error);
		code = end_settling(writer, last, &more, error);
		if (code < 0)
			return code;
	}
	writer->must_settle = false;
	return 0;
}

/* ---- checkpoints ---- */

int ledger_note_checkpoint(struct ledger_writer *writer, struct cavra_error *error)
{
	int code = take_lock(writer, 1, error);
	if (code < 0)
		return code;
	writer->must_sign = false;
	writer->state.signed_at = when_now();
	if (!state_write(writer->lock, &writer->state))
		code = fail_io(writer, "write the state of", error);
	drop_lock(writer);
	return code;
}

/* ---- names ---- */

static const char *const durability_names[] = {
	[LEDGER_SYNC] = "sync",
	[LEDGER_BATCH] = "batch",
	[LEDGER_NONE] = "none",
};

bool ledger_durability_parse(struct str name, enum ledger_durability *ret_durability)
{
	for (int i = LEDGER_SYNC; i <= LEDGER_NONE; i++)
		if (str_is(name, durability_names[i])) {
			*ret_durability = (enum ledger_durability)i;
			return true;
		}
	return false;
}

const char *ledger_durability_name(enum ledger_durability durability)
{
	return durability_names[durability];
}
