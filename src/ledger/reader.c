/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading lines, see reader.h.
 */
#include "ledger/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "ledger/place.h"

enum { WINDOW = 512 * 1024 }; /* holds several of the longest lines */

int ledger_reader_open(const char *directory, struct ledger_reader *ret_reader,
		       struct cavra_error *error)
{
	struct cavra_error ignored = {.line = 0};
	struct ledger_reader reader = {.segment = -1, .bytes = malloc(WINDOW)};
	error = error ? error : &ignored;
	reader.place = place_open(directory, false, error);
	int code = reader.place < 0 ? error->code : 0;
	if (code == 0 && !reader.bytes)
		code = error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	if (code == 0)
		code = place_numbers(reader.place, "segments", &reader.firsts, &reader.n_firsts,
				     error);
	if (code < 0)
		ledger_reader_close(&reader);
	else
		*ret_reader = reader;
	return code;
}

void ledger_reader_close(struct ledger_reader *reader)
{
	place_closep(&reader->segment);
	place_closep(&reader->place);
	reader->segment = reader->place = -1;
	free(reader->firsts);
	free(reader->bytes);
	reader->firsts = NULL;
	reader->bytes = NULL;
}

static int open_segment(struct ledger_reader *reader, size_t at, struct cavra_error *error)
{
	char name[PLACE_NAME];
	struct stat status;
	place_segment_name(reader->firsts[at], name);
	place_closep(&reader->segment);
	reader->segment = openat(reader->place, name,
				 O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (reader->segment < 0)
		return error_set(error, CAVRA_ERR_IO, "cannot open %s: %s", name, strerror(errno));
	if (fstat(reader->segment, &status) < 0 || !S_ISREG(status.st_mode))
		return error_set(error, CAVRA_ERR_INPUT, "%s is no regular file", name);
	reader->at = at;
	reader->first = reader->firsts[at];
	reader->number = 0;
	reader->next = reader->start = 0;
	reader->n = 0;
	return 0;
}

int ledger_reader_seek(struct ledger_reader *reader, uint64_t first, uint64_t offset,
		       struct cavra_error *error)
{
	for (size_t i = 0; i < reader->n_firsts; i++) {
		if (reader->firsts[i] != first)
			continue;
		int code = open_segment(reader, i, error);
		reader->next = reader->start = offset;
		return code;
	}
	return error_set(error, CAVRA_ERR_NOT_FOUND,
			 "the ledger has no segment that starts with entry %" PRIu64, first);
}

/* Brings the rest of the window to its beginning and fills it up. */
static int fill(struct ledger_reader *reader, struct cavra_error *error)
{
	size_t kept = (size_t)(reader->start + reader->n - reader->next), got;
	memmove(reader->bytes, reader->bytes + (reader->n - kept), kept);
	reader->start = reader->next;
	reader->n = kept;
	if (!place_read_at(reader->segment, reader->bytes + kept, WINDOW - kept,
			   reader->start + kept, &got))
		return error_set(error, CAVRA_ERR_IO, "cannot read the ledger: %s",
				 strerror(errno));
	reader->n += got;
	return got > 0;
}

/* 1: a line, 0: none is left in this segment. */
static int next_in_segment(struct ledger_reader *reader, bool is_last, struct str *ret_line,
			   struct cavra_error *error)
{
	for (;;) {
		size_t from = (size_t)(reader->next - reader->start);
		struct str rest = str_make(reader->bytes + from, reader->n - from);
		size_t end = str_find_char(rest, '\n');
		if (end == STR_NPOS && rest.n <= LIMIT_LEDGER_ENTRY_BYTES) {
			int more = fill(reader, error);
			if (more < 0)
				return more;
			if (more)
				continue;
			rest = str_make(reader->bytes, reader->n);
			end = rest.n;
			if (!rest.n || is_last)
				return 0;
		}
		reader->number++;
		reader->offset = reader->next;
		if (end == STR_NPOS || end > LIMIT_LEDGER_ENTRY_BYTES)
			return error_set(error, CAVRA_ERR_INPUT,
					 "the line is too long for an entry");
		*ret_line = str_first(rest, end);
		reader->next += end + (end < rest.n);
		return 1;
	}
}

int ledger_reader_next(struct ledger_reader *reader, struct str *ret_line,
		       struct cavra_error *error)
{
	size_t at = reader->segment < 0 ? 0 : reader->at;
	for (; at < reader->n_firsts; at++) {
		int code = reader->segment < 0 || at != reader->at ? open_segment(reader, at, error)
								   : 0;
		if (code == 0)
			code = next_in_segment(reader, at + 1 == reader->n_firsts, ret_line, error);
		if (code != 0)
			return code;
	}
	return 0;
}
