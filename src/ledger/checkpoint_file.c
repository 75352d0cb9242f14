/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored checkpoints, see checkpoint_file.h.
 */
#include "ledger/checkpoint_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ledger/place.h"
#include "json/json.h"

/* ---- which log ---- */

static bool is_ledger_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!ascii_is_digit(id.p[i]) && (id.p[i] < 'a' || id.p[i] > 'f'))
			return false;
	return id.n == LEDGER_ID_DIGITS;
}

bool ledger_origin_of(const struct ledger_entry *first, char ret_origin[LEDGER_ORIGIN])
{
	struct str id = STR("");
	if (first->link.sequence != 1 || !str_is(first->event_type, "cavra.ledger.created") ||
	    !json_get_str(first->body, "ledger_id", &id) || !is_ledger_id(id))
		return false;
	(void)snprintf(ret_origin, LEDGER_ORIGIN, LEDGER_ORIGIN_START "%.*s", STR_ARG(id));
	return true;
}

int ledger_origin(struct str first_line, char ret_origin[LEDGER_ORIGIN], struct cavra_error *error)
{
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	int code = entry_read(first_line, &entry, error);
	if (code < 0)
		return error_prefix(error, "the first entry of the ledger");
	if (!ledger_origin_of(&entry, ret_origin))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the first entry of the ledger does not say which ledger it is");
	return 0;
}

int ledger_index_origin(struct ledger_index *index, char ret_origin[LEDGER_ORIGIN],
			struct cavra_error *error)
{
	struct str line;
	if (!index->size)
		return error_set(error, CAVRA_ERR_NOT_FOUND, "the ledger has no entries");
	int code = ledger_index_line(index, 1, &line, error);
	return code < 0 ? code : ledger_origin(line, ret_origin, error);
}

/* ---- reading ---- */

static int parse(struct ledger_checkpoint *checkpoint, struct cavra_error *error)
{
	int code = checkpoint->bytes.failed
			   ? error_set(error, CAVRA_ERR_MEMORY, "out of memory")
			   : note_read(buf_str(&checkpoint->bytes), &checkpoint->note, error);
	return code < 0 ? code : checkpoint_read(checkpoint->note.text, &checkpoint->says, error);
}

int ledger_checkpoint_parse(struct str text, struct ledger_checkpoint *ret_checkpoint,
			    struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	if (text.n > LIMIT_NOTE_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "a note is at most %zu bytes",
				 LIMIT_NOTE_BYTES);
	buf_init(&checkpoint.bytes, LIMIT_NOTE_BYTES);
	buf_add(&checkpoint.bytes, text);
	int code = parse(&checkpoint, error);
	if (code < 0)
		buf_release(&checkpoint.bytes);
	else
		*ret_checkpoint = checkpoint;
	return code;
}

static int read_bytes(int fd, const char *name, struct buf *out, struct cavra_error *error)
{
	char bytes[4096];
	struct stat status;
	size_t n = sizeof bytes;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return error_set(error, CAVRA_ERR_INPUT, "%s is no regular file", name);
	for (uint64_t at = 0; n == sizeof bytes && !out->failed; at += n) {
		if (!place_read_at(fd, bytes, sizeof bytes, at, &n))
			return error_set(error, CAVRA_ERR_IO, "cannot read %s: %s", name,
					 strerror(errno));
		buf_add(out, str_make(bytes, n));
	}
	return out->failed ? error_set(error, CAVRA_ERR_LIMIT, "%s is larger than %zu bytes", name,
				       out->max)
			   : 0;
}

int ledger_checkpoint_read(int place, uint64_t size, struct ledger_checkpoint *ret_checkpoint,
			   struct cavra_error *error)
{
	struct buf CLEANUP_BUF bytes;
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	char name[PLACE_NAME];
	buf_init(&bytes, LIMIT_NOTE_BYTES);
	place_checkpoint_name(size, name);
	int fd CLEANUP_FD = openat(place, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
				 "cannot open %s: %s", name, strerror(errno));
	int code = read_bytes(fd, name, &bytes, error);
	if (code < 0)
		return code;
	code = ledger_checkpoint_parse(buf_str(&bytes), &checkpoint, error);
	if (code < 0)
		return error_prefix(error, "%s", name);
	if (checkpoint.says.head.size != size) {
		ledger_checkpoint_release(&checkpoint);
		return error_set(error, CAVRA_ERR_INPUT, "%s is of another size than its name says",
				 name);
	}
	*ret_checkpoint = checkpoint;
	return 0;
}

void ledger_checkpoint_release(struct ledger_checkpoint *checkpoint)
{
	buf_release(&checkpoint->bytes);
}

enum note_verdict ledger_checkpoint_verify(const struct ledger_checkpoint *checkpoint,
					   const struct ledger_trust *trust)
{
	struct note_key key;
	struct str origin = checkpoint->says.origin;
	if (trust->name.n && !str_eq(trust->name, origin))
		return NOTE_UNKNOWN;
	if (note_key_init(&key, origin, trust->key, NULL) < 0)
		return NOTE_UNKNOWN;
	return note_verify(&checkpoint->note, &key);
}

int ledger_checkpoint_newest(int place, uint64_t at_most, uint64_t *ret_size,
			     struct cavra_error *error)
{
	uint64_t *sizes;
	size_t n;
	int code = place_numbers(place, "checkpoints", &sizes, &n, error);
	if (code < 0)
		return code;
	while (n > 0 && sizes[n - 1] > at_most)
		n--;
	*ret_size = n ? sizes[n - 1] : 0;
	free(sizes);
	return 0;
}
