/* SPDX-License-Identifier: Apache-2.0
 *
 * What a crash left, see recover.h.
 */
#include "ledger/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/regular.h"
#include "ledger/place.h"
#include "json/json.h"

static int fail_io(const struct ledger_writer *writer, const char *what, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot %s the ledger %.300s: %s", what,
			 writer->directory, strerror(errno));
}

/* ---- setting aside ---- */

/* A crash may come between the copy and the cut, and then it is there already. */
static bool ends_with(int fd, uint64_t size, const char *bytes, size_t n)
{
	char *end = size >= n ? malloc(n) : NULL;
	size_t got = 0;
	bool same = end && place_read_at(fd, end, n, size - n, &got) && got == n &&
		    memcmp(end, bytes, n) == 0;
	free(end);
	return same;
}

/* Behind what was torn there before, when the writer that was to tell of that was torn, too. */
static bool keep(const struct ledger_writer *writer, const char *name, const char *bytes, size_t n,
		 uint64_t *ret_bytes)
{
	struct stat status;
	if (mkdirat(writer->place, "torn", 0700) < 0 && errno != EEXIST)
		return false;
	int fd CLEANUP_FD =
		openat(writer->place, name,
		       O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0 || fstat(fd, &status) < 0)
		return false;
	*ret_bytes = (uint64_t)status.st_size;
	if (!ends_with(fd, *ret_bytes, bytes, n)) {
		if (!fd_write_all(fd, str_make(bytes, n)))
			return false;
		*ret_bytes += n;
	}
	return fsync(fd) == 0 && place_sync(writer->place, "torn") && fsync(writer->place) == 0;
}

int recover_set_aside(struct ledger_writer *writer, struct ledger_tail *tail,
		      struct cavra_error *error)
{
	char name[PLACE_NAME], *bytes;
	uint64_t n = tail->size - tail->end;
	size_t got;
	place_torn_name(tail->head.sequence + 1, name);
	bytes = malloc(n);
	if (!bytes)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	bool done = place_read_at(writer->segment, bytes, n, tail->end, &got) && got == n &&
		    keep(writer, name, bytes, n, &writer->state.torn_bytes);
	free(bytes);
	writer->state.torn = tail->head.sequence + 1;
	if (!done || !state_write(writer->lock, &writer->state) || fdatasync(writer->lock) < 0 ||
	    ftruncate(writer->segment, (off_t)tail->end) < 0 || fdatasync(writer->segment) < 0)
		return fail_io(writer, "set aside what was torn at the end of", error);
	tail->size = tail->end;
	return 0;
}

static int digest_torn(const struct ledger_writer *writer, int fd, uint64_t *ret_bytes,
		       char ret_name[SHA256_NAMED], struct cavra_error *error)
{
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	char bytes[4096];
	uint64_t at = 0;
	size_t n;
	sha256_init(&state);
	do {
		if (!place_read_at(fd, bytes, sizeof bytes, at, &n))
			return fail_io(writer, "read what was torn at the end of", error);
		sha256_add(&state, str_make(bytes, n));
		at += n;
	} while (n);
	sha256_finish(&state, digest);
	memcpy(ret_name, "sha256:", sizeof "sha256:" - 1);
	digest_hex(digest, ret_name + sizeof "sha256:" - 1);
	*ret_bytes = at;
	return 0;
}

/* ---- what the ledger tells of itself ---- */

void own_release(struct own *own)
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

/* Also when a crash took the state, or the entry that told it. Somebody may have removed what was set aside. */
static int tell_torn(const struct ledger_writer *writer, uint64_t sequence, struct own *own,
		     struct cavra_error *error)
{
	char name[PLACE_NAME], digest[SHA256_NAMED] = "";
	uint64_t bytes = writer->state.torn_bytes;
	place_torn_name(sequence, name);
	int fd CLEANUP_FD = openat(writer->place, name,
				   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno != ENOENT)
		return fail_io(writer, "read what was torn at the end of", error);
	if (fd < 0 && writer->state.torn != sequence)
		return 0;
	int code = fd < 0 ? 0 : digest_torn(writer, fd, &bytes, digest, error);
	return code < 0 ? code
			: add_own(own, "cavra.ledger.recovered",
				  json_pack("{s:s, s:I, s:s, s:s?}", "kind", "torn_line", "bytes",
					    (json_int_t)bytes, "file", name, "digest",
					    digest[0] ? digest : NULL),
				  error);
}

static int tell_lost(const struct ledger_writer *writer, uint64_t last, struct own *own,
		     struct cavra_error *error)
{
	json_int_t from = (json_int_t)last + 1;
	return add_own(own, "cavra.ledger.recovered",
		       json_pack("{s:s, s:I, s:I, s:b}", "kind", "lost_entries", "from", from, "to",
				 (json_int_t)writer->state.last, "was_durable",
				 writer->state.durable > last),
		       error);
}

int recover_tell(struct ledger_writer *writer, const struct ledger_tail *tail, struct own *own,
		 struct cavra_error *error)
{
	uint64_t last = tail->head.sequence;
	int code = last ? 0 : tell_created(own, error);
	if (code == 0 &&
	    (writer->state.torn == last + 1 || writer->state.last > last || !writer->state.segment))
		code = tell_torn(writer, last + 1, own, error);
	if (code == 0 && writer->state.last > last)
		code = tell_lost(writer, last, own, error);
	return code;
}
