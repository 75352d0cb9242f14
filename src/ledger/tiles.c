/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing tiles, see tiles.h. The checkpoint comes last, when everything else is on disk: without one it is no export.
 */
#include "ledger/tiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/regular.h"
#include "ledger/place.h"
#include "ledger/proof.h"

/* ---- names ---- */

void tile_name(int level, uint64_t number, unsigned width, char ret_name[TILE_NAME])
{
	char digits[32], partial[16] = "", path[TILE_NAME] = "";
	int n = snprintf(digits, sizeof digits, "%03" PRIu64, number);
	size_t used = 0;
	/* As many digits as make whole groups of three. */
	n = snprintf(digits, sizeof digits, "%0*" PRIu64, (n + 2) / 3 * 3, number);
	for (int i = 0; i < n; i += 3)
		used += (size_t)snprintf(path + used, sizeof path - used, "%s%.3s",
					 i + 3 < n ? (i ? "/x" : "x") : (i ? "/" : ""), digits + i);
	if (width < TILE_WIDTH)
		(void)snprintf(partial, sizeof partial, ".p/%u", width);
	if (level == TILE_ENTRIES)
		(void)snprintf(ret_name, TILE_NAME, "tile/entries/%.36s%s", path, partial);
	else
		(void)snprintf(ret_name, TILE_NAME, "tile/%d/%.36s%s", level, path, partial);
}

/* ---- files ---- */

struct exporter {
	struct ledger_index *index;
	uint64_t size;
	const char *target;
	int place; /* of the target */
};

static int fail_io(const struct exporter *exporter, const char *what, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot write %s of %.300s: %s", what,
			 exporter->target, strerror(errno));
}

static bool make_parents(int place, const char *name)
{
	char path[TILE_NAME];
	for (size_t i = 0; name[i]; i++) {
		path[i] = '\0';
		if (name[i] == '/' && mkdirat(place, path, 0700) < 0 && errno != EEXIST)
			return false;
		path[i] = name[i];
	}
	return true;
}

static int write_file(const struct exporter *exporter, const char *name, struct str bytes,
		      struct cavra_error *error)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd CLEANUP_FD = openat(exporter->place, name, flags, 0600);
	if (fd < 0 && errno == ENOENT && make_parents(exporter->place, name))
		fd = openat(exporter->place, name, flags, 0600);
	return fd >= 0 && fd_write_all(fd, bytes) ? 0 : fail_io(exporter, name, error);
}

static bool is_empty(int place)
{
	int fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool empty = list;
	if (!list)
		place_closep(&fd);
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	while (list && (entry = readdir(list)))
		empty = empty &&
			(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
	if (list)
		(void)closedir(list);
	return empty;
}

static int open_target(struct exporter *exporter, struct cavra_error *error)
{
	if (mkdir(exporter->target, 0700) < 0 && errno != EEXIST)
		return error_set(error, CAVRA_ERR_IO, "cannot make %.300s: %s", exporter->target,
				 strerror(errno));
	exporter->place = open(exporter->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (exporter->place < 0)
		return error_set(error, CAVRA_ERR_IO, "cannot open %.300s: %s", exporter->target,
				 strerror(errno));
	if (!is_empty(exporter->place))
		return error_set(error, CAVRA_ERR_INPUT,
				 "%.300s is not empty; name a new directory", exporter->target);
	return 0;
}

/* ---- tiles ---- */

static unsigned width_of(uint64_t count, uint64_t number)
{
	uint64_t left = count - number * TILE_WIDTH;
	return left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
}

static int write_tile(const struct exporter *exporter, int level, uint64_t number, unsigned width,
		      struct cavra_error *error)
{
	struct merkle_tree tree = ledger_index_tree(exporter->index, exporter->size);
	uint8_t hash[TILE_WIDTH][SHA256_BYTES];
	char name[TILE_NAME];
	for (unsigned i = 0; i < width; i++) {
		int code = tree.read(tree.context, 8 * (unsigned)level, number * TILE_WIDTH + i,
				     hash[i], error);
		if (code < 0)
			return code;
	}
	tile_name(level, number, width, name);
	return write_file(exporter, name, str_make((const char *)hash, width * SHA256_BYTES),
			  error);
}

static int write_tiles(const struct exporter *exporter, struct cavra_error *error)
{
	for (int level = 0; level < TILE_LEVELS && exporter->size >> (8 * level); level++) {
		uint64_t count = exporter->size >> (8 * level);
		for (uint64_t i = 0; i * TILE_WIDTH < count; i++) {
			int code = write_tile(exporter, level, i, width_of(count, i), error);
			if (code < 0)
				return code;
		}
	}
	return 0;
}

/* ---- entries ---- */

static int write_bundle(const struct exporter *exporter, uint64_t number, struct buf *bundle,
			struct cavra_error *error)
{
	unsigned width = width_of(exporter->size, number);
	char name[TILE_NAME];
	struct str line;
	buf_clear(bundle);
	for (unsigned i = 0; i < width; i++) {
		int more = ledger_reader_next(&exporter->index->reader, &line, error);
		if (more < 0)
			return more;
		if (!more)
			return error_set(error, CAVRA_ERR_INPUT,
					 "the ledger ends before its index does; run cavra ledger "
					 "rebuild");
		buf_add_char(bundle, (char)(line.n >> 8));
		buf_add_char(bundle, (char)(line.n & 0xff));
		buf_add(bundle, line);
	}
	if (bundle->failed)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	tile_name(TILE_ENTRIES, number, width, name);
	return write_file(exporter, name, buf_str(bundle), error);
}

static int write_entries(const struct exporter *exporter, struct cavra_error *error)
{
	struct buf CLEANUP_BUF bundle;
	buf_init(&bundle, (size_t)TILE_WIDTH * (LIMIT_LEDGER_ENTRY_BYTES + 2));
	int code = ledger_index_seek(exporter->index, 1, error);
	for (uint64_t i = 0; code == 0 && i * TILE_WIDTH < exporter->size; i++)
		code = write_bundle(exporter, i, &bundle, error);
	return code;
}

/* ---- all of it ---- */

static int write_all(struct exporter *exporter, const struct ledger_checkpoint *checkpoint,
		     struct cavra_error *error)
{
	int code = open_target(exporter, error);
	if (code == 0)
		code = write_tiles(exporter, error);
	if (code == 0)
		code = write_entries(exporter, error);
	if (code == 0 && syncfs(exporter->place) < 0)
		code = fail_io(exporter, "the files", error);
	if (code == 0)
		code = write_file(exporter, "checkpoint", buf_str(&checkpoint->bytes), error);
	if (code == 0 && syncfs(exporter->place) < 0)
		code = fail_io(exporter, "the checkpoint", error);
	return code;
}

int ledger_export(struct ledger_index *index, uint64_t size, const char *target, uint64_t *ret_size,
		  struct cavra_error *error)
{
	struct exporter exporter = {index, size, target, -1};
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	int code = 0;
	if (!size)
		code = ledger_checkpoint_newest(index->reader.place, index->size, &exporter.size,
						error);
	if (code == 0 && !exporter.size)
		code = error_set(error, CAVRA_ERR_NOT_FOUND,
				 "the ledger has no checkpoint; cavra ledger checkpoint makes one");
	if (code == 0)
		code = ledger_checkpoint_of(index, exporter.size, &checkpoint, error);
	if (code < 0)
		return code;
	code = write_all(&exporter, &checkpoint, error);
	place_closep(&exporter.place);
	ledger_checkpoint_release(&checkpoint);
	if (code == 0)
		*ret_size = exporter.size;
	return code;
}
