/* SPDX-License-Identifier: Apache-2.0
 *
 * The index, see index.h. derived/offsets has four bytes an entry, where it starts in its segment; derived/tree the hashes
 * as merkle_stored_position() numbers them. The tree is written first, so that no entry has an offset and no hashes.
 */
#include "ledger/index.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "ledger/place.h"

enum { OFFSET_BYTES = 4, BATCH_BYTES = 1024 * 1024 };

/* What is to be written, in large pieces. */
struct batch {
	struct buf tree, offsets;
	struct merkle_frontier frontier;
	uint64_t size; /* entries before it */
};

static int fail_io(const char *what, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot %s the index of the ledger: %s", what,
			 strerror(errno));
}

/* ---- files ---- */

/* Not in somebody else's ledger, whose owner could not write them any more. */
static int open_file(const struct ledger_index *index, bool is_own, const char *name)
{
	int fd = is_own ? openat(index->reader.place, name,
				 O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)
			: -1;
	return fd >= 0 ? fd : memfd_create("ledger", MFD_CLOEXEC);
}

static int open_files(struct ledger_index *index, struct cavra_error *error)
{
	struct stat status;
	bool is_own = fstat(index->reader.place, &status) == 0 && status.st_uid == geteuid();
	if (is_own)
		(void)mkdirat(index->reader.place, "derived", 0700);
	index->offsets = open_file(index, is_own, "derived/offsets");
	index->tree = open_file(index, is_own, "derived/tree");
	if (index->offsets < 0 || index->tree < 0 || flock(index->offsets, LOCK_EX) < 0)
		return fail_io("open", error);
	return 0;
}

static uint64_t size_of(int fd)
{
	struct stat status;
	return fstat(fd, &status) < 0 ? 0 : (uint64_t)status.st_size;
}

static int read_hash(void *context, unsigned level, uint64_t at, uint8_t ret_hash[SHA256_BYTES],
		     struct cavra_error *error)
{
	const struct ledger_index *index = context;
	uint64_t position = merkle_stored_position(level, at);
	size_t n;
	if (!place_read_at(index->tree, ret_hash, SHA256_BYTES, position * SHA256_BYTES, &n))
		return fail_io("read", error);
	if (n != SHA256_BYTES)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the index of the ledger lacks a hash; run cavra ledger rebuild");
	return 0;
}

struct merkle_tree ledger_index_tree(struct ledger_index *index, uint64_t size)
{
	return (struct merkle_tree){read_hash, index, size};
}

/* ---- finding entries ---- */

int ledger_index_lacks(const struct ledger_index *index, uint64_t sequence,
		       struct cavra_error *error)
{
	if (!index->size)
		return error_set(error, CAVRA_ERR_NOT_FOUND, "the ledger has no entries yet");
	return error_set(error, CAVRA_ERR_NOT_FOUND,
			 "there is no entry %" PRIu64 "; the last one is %" PRIu64, sequence,
			 index->size);
}

int ledger_index_seek(struct ledger_index *index, uint64_t sequence, struct cavra_error *error)
{
	struct ledger_reader *reader = &index->reader;
	uint8_t bytes[OFFSET_BYTES];
	size_t n, segment = reader->n_firsts;
	if (!sequence || sequence > index->size)
		return ledger_index_lacks(index, sequence, error);
	if (!place_read_at(index->offsets, bytes, sizeof bytes, (sequence - 1) * OFFSET_BYTES,
			   &n) ||
	    n != sizeof bytes)
		return fail_io("read", error);
	while (segment > 0 && reader->firsts[segment - 1] > sequence)
		segment--;
	uint64_t offset = (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
			  (uint64_t)bytes[3] << 24;
	return ledger_reader_seek(reader, segment ? reader->firsts[segment - 1] : 0, offset, error);
}

int ledger_index_line(struct ledger_index *index, uint64_t sequence, struct str *ret_line,
		      struct cavra_error *error)
{
	int code = ledger_index_seek(index, sequence, error);
	if (code == 0)
		code = ledger_reader_next(&index->reader, ret_line, error);
	if (code == 0)
		code = error_set(error, CAVRA_ERR_INPUT, "entry %" PRIu64 " is not where it was",
				 sequence);
	return code < 0 ? code : 0;
}

/* ---- does it belong to the segments? ---- */

/* How many entries there are hashes and offsets of. */
static uint64_t indexed(const struct ledger_index *index)
{
	uint64_t size = size_of(index->offsets) / OFFSET_BYTES;
	uint64_t hashes = size_of(index->tree) / SHA256_BYTES;
	return size < MERKLE_SIZE_MAX && merkle_stored_count(size) <= hashes ? size : 0;
}

/* Is its last entry where it says, with the hash that it says? Then the ones before are too, or the chain is broken. */
static bool belongs(struct ledger_index *index)
{
	uint8_t leaf[SHA256_BYTES], stored[SHA256_BYTES];
	struct entry_link link;
	struct str line = STR("");
	if (!index->size)
		return true;
	if (ledger_index_line(index, index->size, &line, NULL) < 0 ||
	    !entry_link(line, &link, NULL) || link.sequence != index->size)
		return false;
	merkle_leaf(line, leaf);
	memcpy(index->head.record_hash, link.record_hash, sizeof link.record_hash);
	index->head.sequence = link.sequence;
	return read_hash(index, 0, index->size - 1, stored, NULL) == 0 &&
	       memcmp(leaf, stored, sizeof leaf) == 0;
}

static int forget(struct ledger_index *index, struct cavra_error *error)
{
	index->size = 0;
	index->head = (struct ledger_head){0};
	place_closep(&index->reader.segment);
	index->reader.segment = -1;
	if (ftruncate(index->offsets, 0) < 0 || ftruncate(index->tree, 0) < 0)
		return fail_io("empty", error);
	return 0;
}

/* ---- bringing it up to date ---- */

static int flush(const struct ledger_index *index, struct batch *batch, struct cavra_error *error)
{
	uint64_t at = merkle_stored_count(batch->size) * SHA256_BYTES;
	if (batch->tree.failed || batch->offsets.failed)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	if (!place_write_at(index->tree, buf_str(&batch->tree), at) ||
	    !place_write_at(index->offsets, buf_str(&batch->offsets), batch->size * OFFSET_BYTES))
		return fail_io("write", error);
	batch->size = index->size;
	buf_clear(&batch->tree);
	buf_clear(&batch->offsets);
	return 0;
}

static int check_link(const struct ledger_index *index, struct str line,
		      struct entry_link *ret_link, struct cavra_error *error)
{
	const char *wrong = NULL;
	if (entry_link(line, ret_link, &wrong)) {
		if (ret_link->sequence != index->size + 1)
			wrong = "its sequence does not follow";
		else if (strcmp(ret_link->previous_hash, index->head.record_hash) != 0)
			wrong = "its previous_hash is not the hash of the entry before";
	}
	return wrong ? error_set(error, CAVRA_ERR_INPUT,
				 "the ledger is damaged at line %" PRIu64 " of segment %" PRIu64
				 ": %s; cavra ledger verify tells more",
				 index->reader.number, index->reader.first, wrong)
		     : 0;
}

static int add_line(struct ledger_index *index, struct batch *batch, struct str line,
		    struct cavra_error *error)
{
	uint8_t leaf[SHA256_BYTES], complete[MERKLE_LEVELS][SHA256_BYTES];
	struct entry_link link;
	uint64_t offset = index->reader.offset;
	int code = check_link(index, line, &link, error);
	if (code < 0)
		return code;
	merkle_leaf(line, leaf);
	unsigned n = merkle_frontier_add(&batch->frontier, leaf, complete);
	buf_add(&batch->tree, str_make((const char *)complete, n * SHA256_BYTES));
	for (int i = 0; i < OFFSET_BYTES; i++)
		buf_add_char(&batch->offsets, (char)(offset >> (8 * i)));
	index->size++;
	index->head.sequence = link.sequence;
	memcpy(index->head.record_hash, link.record_hash, sizeof link.record_hash);
	return batch->tree.n >= BATCH_BYTES ? flush(index, batch, error) : 0;
}

static int add_new(struct ledger_index *index, struct batch *batch, struct cavra_error *error)
{
	struct merkle_tree tree = ledger_index_tree(index, index->size);
	struct str line;
	int code = 0;
	if (index->size)
		code = merkle_frontier_load(&tree, &batch->frontier, error);
	while (code == 0) {
		int more = ledger_reader_next(&index->reader, &line, error);
		if (more <= 0) {
			code = more;
			break;
		}
		code = add_line(index, batch, line, error);
	}
	int flushed = flush(index, batch, code < 0 ? NULL : error);
	return code < 0 ? code : flushed;
}

static int catch_up(struct ledger_index *index, struct cavra_error *error)
{
	struct batch batch = {.size = index->size};
	buf_init(&batch.tree, 2 * BATCH_BYTES);
	buf_init(&batch.offsets, 2 * BATCH_BYTES);
	int code = add_new(index, &batch, error);
	buf_release(&batch.tree);
	buf_release(&batch.offsets);
	return code;
}

/* ---- opening ---- */

int ledger_index_open(const char *directory, bool again, struct ledger_index *ret_index,
		      struct cavra_error *error)
{
	struct ledger_index index = {.offsets = -1, .tree = -1};
	int code = ledger_reader_open(directory, &index.reader, error);
	if (code < 0)
		return code;
	code = open_files(&index, error);
	if (code == 0) {
		index.size = again ? 0 : indexed(&index);
		if (again || !index.size || !belongs(&index))
			code = forget(&index, error);
	}
	if (code == 0)
		code = catch_up(&index, error);
	if (code < 0) {
		ledger_index_close(&index);
		return code;
	}
	(void)flock(index.offsets, LOCK_UN);
	*ret_index = index;
	return 0;
}

void ledger_index_close(struct ledger_index *index)
{
	place_closep(&index->offsets);
	place_closep(&index->tree);
	index->offsets = index->tree = -1;
	ledger_reader_close(&index->reader);
}
