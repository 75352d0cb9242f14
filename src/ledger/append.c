/* SPDX-License-Identifier: Apache-2.0
 *
 * Appending, see ledger.h. Everything between take_lock() and drop_lock() is one writer's alone.
 *
 * The order of the steps is what makes a crash harmless. A torn line is copied aside before the state says so, the state
 * says so before the segment is cut, and it says so until the entry that tells about it is written; a new segment is on
 * disk, empty, before an entry is written to it; the entries of a group come with one write.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/when.h"
#include "ledger/ledger.h"
#include "ledger/place.h"
#include "ledger/tail.h"
#include "json/json.h"

enum { OWN_DRAFTS = 3 };

/* What the ledger has to tell of itself, in front of what was asked for. */
struct own {
	struct ledger_draft draft[OWN_DRAFTS];
	size_t n;
};

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

static int open_place(struct ledger_writer *writer, struct cavra_error *error)
{
	if (writer->place < 0)
		writer->place = place_open(writer->directory, true, error);
	if (writer->place < 0)
		return error ? error->code : CAVRA_ERR_IO;
	if (writer->lock < 0)
		writer->lock = openat(writer->place, "state",
				      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	return writer->lock < 0 ? fail_io(writer, "open", error) : 0;
}

static int take_lock(struct ledger_writer *writer, struct cavra_error *error)
{
	int code = open_place(writer, error);
	if (code < 0)
		return code;
	while (flock(writer->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return fail_io(writer, "lock", error);
	state_read(writer->lock, &writer->state);
	return 0;
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
	if (!S_ISREG(status.st_mode))
		return error_set(error, CAVRA_ERR_INPUT,
				 "a segment of the ledger %.300s is no regular file",
				 writer->directory);
	if (writer->end && writer->end == (uint64_t)status.st_size) {
		*ret_tail = (struct ledger_tail){writer->head, writer->end, writer->end};
		return 0;
	}
	int code = tail_read(writer->segment, (uint64_t)status.st_size, ret_tail, error);
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

/* An empty segment continues the one before. */
static int read_previous_head(struct ledger_writer *writer, struct ledger_tail *tail,
			      struct cavra_error *error)
{
	uint64_t first = writer->first, previous;
	struct ledger_tail before;
	int code = find_newest(writer, first, &previous, error);
	if (code < 0 || !previous)
		return code;
	if (open_segment(writer, previous, 0) < 0)
		return fail_io(writer, "open a segment of", error);
	code = read_tail(writer, &before, error);
	if (code < 0)
		return code;
	if (before.end != before.size)
		return error_set(error, CAVRA_ERR_INPUT,
				 "a segment of the ledger %.300s ends within a line, and another "
				 "one follows",
				 writer->directory);
	if (open_segment(writer, first, 0) < 0)
		return fail_io(writer, "open a segment of", error);
	tail->head = before.head;
	return 0;
}

static int open_newest(struct ledger_writer *writer, struct cavra_error *error)
{
	uint64_t first = writer->state.segment;
	if (writer->segment >= 0 && first == writer->first)
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
	if (code == 0 && !tail->head.sequence)
		code = read_previous_head(writer, tail, error);
	return code;
}

/* ---- what a crash left ---- */

static int set_aside(struct ledger_writer *writer, struct ledger_tail *tail,
		     struct cavra_error *error)
{
	char name[PLACE_NAME], *bytes;
	uint64_t n = tail->size - tail->end;
	size_t got;
	place_torn_name(tail->head.sequence + 1, name);
	bytes = malloc(n);
	if (!bytes)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	int fd = -1;
	bool done = place_read_at(writer->segment, bytes, n, tail->end, &got) && got == n &&
		    (mkdirat(writer->place, "torn", 0700) == 0 || errno == EEXIST);
	if (done)
		fd = openat(writer->place, name,
			    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	done = done && fd >= 0 && place_write(fd, str_make(bytes, n)) && fsync(fd) == 0;
	place_closep(&fd);
	free(bytes);
	writer->state.torn = tail->head.sequence + 1;
	writer->state.torn_bytes = n;
	if (!done || !state_write(writer->lock, &writer->state) || fdatasync(writer->lock) < 0 ||
	    ftruncate(writer->segment, (off_t)tail->end) < 0)
		return fail_io(writer, "set aside what was torn at the end of", error);
	tail->size = tail->end;
	return 0;
}

static int digest_torn(const struct ledger_writer *writer, const char *name,
		       char ret_name[SHA256_NAMED], struct cavra_error *error)
{
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	char bytes[4096];
	uint64_t at = 0;
	size_t n;
	int fd CLEANUP_FD = openat(writer->place, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	sha256_init(&state);
	do {
		if (fd < 0 || !place_read_at(fd, bytes, sizeof bytes, at, &n))
			return fail_io(writer, "read what was torn at the end of", error);
		sha256_add(&state, str_make(bytes, n));
		at += n;
	} while (n);
	sha256_finish(&state, digest);
	memcpy(ret_name, "sha256:", sizeof "sha256:" - 1);
	digest_hex(digest, ret_name + sizeof "sha256:" - 1);
	return 0;
}

/* ---- what the ledger tells of itself ---- */

static void release_own(struct own *own)
{
	for (size_t i = 0; i < own->n; i++)
		json_decref(own->draft[i].body);
}

static int add_own(struct own *own, const char *event_type, json_t *body, struct cavra_error *error)
{
	if (!body)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	own->draft[own->n++] = (struct ledger_draft){event_type, STR("ledger"), body};
	return 0;
}

static int tell_created(struct own *own, struct cavra_error *error)
{
	uint8_t bytes[SHA256_BYTES] = {0};
	char hex[SHA256_HEX];
	if (getrandom(bytes, 16, 0) != 16)
		return error_set(error, CAVRA_ERR_IO, "no random numbers: %s", strerror(errno));
	digest_hex(bytes, hex);
	hex[32] = '\0';
	return add_own(own, "cavra.ledger.created",
		       json_pack("{s:s, s:s}", "ledger_id", hex, "program", "cavra " CAVRA_VERSION),
		       error);
}

static int tell_torn(const struct ledger_writer *writer, struct own *own, struct cavra_error *error)
{
	char name[PLACE_NAME], digest[SHA256_NAMED];
	place_torn_name(writer->state.torn, name);
	int code = digest_torn(writer, name, digest, error);
	return code < 0 ? code
			: add_own(own, "cavra.ledger.recovered",
				  json_pack("{s:s, s:I, s:s, s:s}", "kind", "torn_line", "bytes",
					    (json_int_t)writer->state.torn_bytes, "file", name,
					    "digest", digest),
				  error);
}

static int tell_lost(const struct ledger_writer *writer, uint64_t last, struct own *own,
		     struct cavra_error *error)
{
	return add_own(own, "cavra.ledger.recovered",
		       json_pack("{s:s, s:I, s:I, s:b}", "kind", "lost_entries", "from",
				 (json_int_t)(last + 1), "to", (json_int_t)writer->state.last,
				 "was_durable", writer->state.durable > last),
		       error);
}

static int tell_own(struct ledger_writer *writer, const struct ledger_tail *tail, struct own *own,
		    struct cavra_error *error)
{
	uint64_t last = tail->head.sequence;
	int code = last ? 0 : tell_created(own, error);
	if (code == 0 && writer->state.torn == last + 1)
		code = tell_torn(writer, own, error);
	if (code == 0 && writer->state.last > last)
		code = tell_lost(writer, last, own, error);
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

static bool sync_names(const struct ledger_writer *writer)
{
	if (writer->durability == LEDGER_NONE)
		return true;
	int fd CLEANUP_FD = openat(writer->place, "segments", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 && fsync(writer->place) == 0;
}

static bool is_full(const struct ledger_writer *writer, size_t more)
{
	return writer->end && writer->end + more > LIMIT_SEGMENT_BYTES;
}

/* A segment that is full is brought to disk, so that what is not is always in the last one. */
static int start_segment(struct ledger_writer *writer, uint64_t first, struct cavra_error *error)
{
	if (writer->segment >= 0 && writer->durability != LEDGER_NONE &&
	    fdatasync(writer->segment) < 0)
		return fail_io(writer, "write to", error);
	if ((mkdirat(writer->place, "segments", 0700) < 0 && errno != EEXIST) ||
	    open_segment(writer, first, O_CREAT) < 0 || !sync_names(writer))
		return fail_io(writer, "start a segment of", error);
	writer->state.segment = first;
	if (writer->durability != LEDGER_NONE)
		writer->state.durable = first - 1;
	return 0;
}

static int write_group(struct ledger_writer *writer, struct str group, struct cavra_error *error)
{
	if (place_write(writer->segment, group)) {
		writer->end += group.n;
		return 0;
	}
	int code = fail_io(writer, "write to", error);
	/* What cannot be taken back is a torn line to the next writer. */
	if (ftruncate(writer->segment, (off_t)writer->end) < 0)
		writer->end = 0;
	return code;
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
		if (fdatasync(writer->segment) < 0)
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
	int code = compose(own, drafts, n, &head, &group, error);
	if (code == 0 && (writer->segment < 0 || is_full(writer, group.n)))
		code = start_segment(writer, tail->head.sequence + 1, error);
	if (code == 0)
		code = write_group(writer, buf_str(&group), error);
	if (code < 0)
		return code;
	writer->head = head;
	writer->state.last = head.sequence;
	writer->state.torn = 0;
	code = keep_promise(writer, error);
	if (!state_write(writer->lock, &writer->state) && code == 0)
		code = fail_io(writer, "write the state of", error);
	return code;
}

int ledger_append(struct ledger_writer *writer, const struct ledger_draft *drafts, size_t n,
		  struct cavra_error *error)
{
	struct ledger_tail tail;
	struct own own = {.n = 0};
	if (n > LIMIT_LEDGER_GROUP)
		return error_set(error, CAVRA_ERR_LIMIT, "more than %d entries at once",
				 (int)LIMIT_LEDGER_GROUP);
	int code = take_lock(writer, error);
	if (code < 0)
		return code;
	code = find_end(writer, &tail, error);
	if (code == 0 && tail.size != tail.end)
		code = set_aside(writer, &tail, error);
	if (code == 0)
		code = tell_own(writer, &tail, &own, error);
	if (code == 0)
		code = append_behind(writer, &tail, &own, drafts, n, error);
	drop_lock(writer);
	release_own(&own);
	return code;
}

/* ---- settling ---- */

/* Opens the newest segment; *ret_last: the last entry in it, 0 when there is nothing to do. */
static int begin_settling(struct ledger_writer *writer, uint64_t *ret_last,
			  struct cavra_error *error)
{
	int code = take_lock(writer, error);
	if (code < 0)
		return code;
	const struct ledger_state *state = &writer->state;
	bool opened = writer->segment >= 0 && state->segment == writer->first;
	if (!opened && state->segment)
		opened = open_segment(writer, state->segment, 0) == 0;
	*ret_last = opened && state->durable < state->last ? state->last : 0;
	drop_lock(writer);
	return 0;
}

/* *ret_more: others have relied on this while the disk was at work. */
static int end_settling(struct ledger_writer *writer, uint64_t last, bool *ret_more,
			struct cavra_error *error)
{
	struct ledger_state *state = &writer->state;
	int code = take_lock(writer, error);
	if (code < 0)
		return code;
	if (state->durable < last)
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
		uint64_t last;
		int code = begin_settling(writer, &last, error);
		if (code < 0)
			return code;
		if (!last)
			break;
		if (fdatasync(writer->segment) < 0)
			return fail_io(writer, "write to", error);
		code = end_settling(writer, last, &more, error);
		if (code < 0)
			return code;
	}
	writer->must_settle = false;
	return 0;
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
