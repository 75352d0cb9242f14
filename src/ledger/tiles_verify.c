/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying exports, see tiles.h. The tiles are made again from the entries and compared.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "ledger/place.h"
#include "ledger/tiles.h"
#include "ledger/verify_report.h"

/* A tile that fills up. */
struct tile {
	uint64_t number;
	unsigned width;
	uint8_t hash[TILE_WIDTH][SHA256_BYTES];
};

struct walk {
	struct verified verified;
	struct ledger_checkpoint checkpoint;
	struct merkle_frontier frontier;
	struct tile tile[TILE_LEVELS];
	struct buf file; /* that was read last */
	int place;
	uint64_t files; /* that there must be */
};

static void complain(struct walk *walk, const char *file, const char *what)
{
	report_add(&walk->verified.report, REPORT_ERRORS, &(struct report_place){file, 0, 0}, "%s",
		   what);
}

bool ledger_is_export(const char *directory)
{
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof path, "%s/segments", directory);
	if (n < 0 || (size_t)n >= sizeof path || lstat(path, &st) == 0)
		return false;
	n = snprintf(path, sizeof path, "%s/checkpoint", directory);
	return n > 0 && (size_t)n < sizeof path && lstat(path, &st) == 0;
}

/* ---- files ---- */

/* False, with a complaint, when it cannot be read. */
static bool read_file(struct walk *walk, const char *name, uint64_t most)
{
	struct stat st;
	size_t n;
	buf_clear(&walk->file);
	walk->files++;
	int fd CLEANUP_FD = openat(walk->place, name,
				   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		complain(walk, name, errno == ENOENT ? "the file is missing" : strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > most) {
		complain(walk, name,
			 S_ISREG(st.st_mode) ? "the file is too large" : "is no regular file");
		/* cppcheck-suppress resourceLeak ; CLEANUP_FD closes it */
		return false;
	}
	char bytes[8192];
	for (uint64_t at = 0;; at += n) {
		if (!place_read_at(fd, bytes, sizeof bytes, at, &n)) {
			complain(walk, name, "the file cannot be read");
			return false;
		}
		buf_add(&walk->file, str_make(bytes, n));
		if (n < sizeof bytes)
			break;
	}
	if (walk->file.failed)
		walk->verified.report.out_of_memory = true;
	return !walk->file.failed;
}

/* ---- tiles ---- */

static void compare_tile(struct walk *walk, unsigned level)
{
	struct tile *tile = &walk->tile[level];
	char name[TILE_NAME];
	struct str hashes = str_make((const char *)tile->hash, tile->width * SHA256_BYTES);
	tile_name((int)level, tile->number, tile->width, name);
	if (read_file(walk, name, TILE_WIDTH * SHA256_BYTES) &&
	    !str_eq(buf_str(&walk->file), hashes))
		complain(walk, name, "the tile is not what the entries give");
	tile->number++;
	tile->width = 0;
}

/* Tiles are told apart from the file of entries that is being read. */
static void add_hashes(struct walk *walk, struct str line)
{
	uint8_t leaf[SHA256_BYTES], complete[MERKLE_LEVELS][SHA256_BYTES];
	merkle_leaf(line, leaf);
	unsigned n = merkle_frontier_add(&walk->frontier, leaf, complete);
	for (unsigned level = 0; level < TILE_LEVELS && 8 * level < n; level++) {
		struct tile *tile = &walk->tile[level];
		memcpy(tile->hash[tile->width++], complete[8 * level], SHA256_BYTES);
	}
}

static void compare_tiles(struct walk *walk, bool also_partial)
{
	for (unsigned level = 0; level < TILE_LEVELS; level++)
		if (walk->tile[level].width == TILE_WIDTH ||
		    (also_partial && walk->tile[level].width))
			compare_tile(walk, level);
}

/* ---- entries ---- */

static bool take_entry(struct str *rest, struct str *ret_line)
{
	if (rest->n < 2)
		return false;
	size_t n = (size_t)(unsigned char)rest->p[0] << 8 | (unsigned char)rest->p[1];
	if (rest->n < 2 + n)
		return false;
	*ret_line = str_first(str_from_at(*rest, 2), n);
	*rest = str_from_at(*rest, 2 + n);
	return true;
}

static bool read_bundle(struct walk *walk, uint64_t number)
{
	uint64_t left = walk->checkpoint.says.head.size - number * TILE_WIDTH;
	unsigned width = left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
	char name[TILE_NAME];
	struct str line;
	tile_name(TILE_ENTRIES, number, width, name);
	if (!read_file(walk, name, walk->file.max))
		return false;
	struct str rest = buf_str(&walk->file);
	for (unsigned i = 0; i < width; i++) {
		if (!take_entry(&rest, &line)) {
			complain(walk, name, "the bundle ends before its last entry");
			return false;
		}
		chain_add(&walk->verified.chain, line, &(struct report_place){name, i + 1, 0});
		add_hashes(walk, line);
	}
	if (rest.n)
		complain(walk, name, "there is more in the bundle than its entries");
	walk->verified.segments++;
	compare_tiles(walk, false);
	return true;
}

/* ---- what else is there ---- */

enum { DEPTH = 12 }; /* deeper than any tile is */

struct found {
	uint64_t files, others;
};

static void count_files(int place, const char *name, int depth, struct found *found);

static void count_one(int place, const char *name, int depth, struct found *found)
{
	struct stat st;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	bool known = fstatat(place, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (known && S_ISDIR(st.st_mode) && depth < DEPTH)
		count_files(place, name, depth + 1, found);
	else if (known && S_ISREG(st.st_mode))
		found->files++;
	else
		found->others++;
}

static void count_files(int place, const char *name, int depth, struct found *found)
{
	int fd = openat(place, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	if (!list) {
		place_closep(&fd);
		found->others++;
		return;
	}
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	while ((entry = readdir(list)))
		count_one(fd, entry->d_name, depth, found);
	(void)closedir(list);
}

static void check_others(struct walk *walk)
{
	struct found found = {0};
	count_files(walk->place, ".", 0, &found);
	if (found.others)
		complain(walk, NULL,
			 "there is something in the export that is neither a file nor a "
			 "directory");
	if (found.files > walk->files)
		report_add(&walk->verified.report, REPORT_ERRORS, NULL,
			   "there are %llu files in the export that are no part of it",
			   (unsigned long long)(found.files - walk->files));
}

/* ---- all of it ---- */

static int make_marks(struct walk *walk, const struct ledger_verification *what,
		      struct cavra_error *error)
{
	struct chain_mark own = {walk->checkpoint.says.head.size, &walk->checkpoint, "checkpoint"};
	struct chain_mark *marks = calloc(2, sizeof *marks);
	size_t n = 0;
	if (!marks)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	struct chain_mark kept = {what->kept ? what->kept->says.head.size : 0, what->kept,
				  what->kept_name};
	if (what->kept && kept.size <= own.size)
		marks[n++] = kept;
	marks[n++] = own;
	if (what->kept && kept.size > own.size)
		marks[n++] = kept;
	walk->verified.chain.marks = walk->verified.marks = marks;
	walk->verified.chain.n_marks = n;
	return 0;
}

static void read_bundles(struct walk *walk)
{
	uint64_t size = walk->checkpoint.says.head.size;
	bool whole = true;
	for (uint64_t i = 0; whole && i * TILE_WIDTH < size; i++)
		whole = read_bundle(walk, i);
	if (!whole) {
		report_add(&walk->verified.report, REPORT_NOT_CHECKED, NULL,
			   "what comes behind the first entry that cannot be read");
		return;
	}
	compare_tiles(walk, true);
	chain_end(&walk->verified.chain);
	check_others(walk);
}

/* False: there is nothing to compare with, which the report says. */
static bool read_checkpoint(struct walk *walk)
{
	struct cavra_error error;
	if (!read_file(walk, "checkpoint", LIMIT_NOTE_BYTES))
		return false;
	if (ledger_checkpoint_parse(buf_str(&walk->file), &walk->checkpoint, &error) == 0)
		return true;
	complain(walk, "checkpoint", error.text);
	return false;
}

static int verify(struct walk *walk, const struct ledger_verification *what,
		  struct cavra_error *error)
{
	struct cavra_error why;
	walk->place = place_open(what->directory, false, &why);
	if (walk->place < 0) {
		complain(walk, NULL, why.text);
		return 0;
	}
	if (!read_checkpoint(walk))
		return 0;
	int code = make_marks(walk, what, error);
	if (code == 0)
		read_bundles(walk);
	report_add(&walk->verified.report, REPORT_NOT_CHECKED, NULL,
		   "what a crash has torn: that stays where the ledger is");
	ledger_checkpoint_release(&walk->checkpoint);
	return code;
}

int ledger_verify_export(const struct ledger_verification *what, enum ledger_verdict *ret_verdict,
			 json_t **ret_report, struct cavra_error *error)
{
	struct walk *walk = calloc(1, sizeof *walk);
	if (!walk)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	walk->place = -1;
	buf_init(&walk->file, (size_t)TILE_WIDTH * (LIMIT_LEDGER_ENTRY_BYTES + 2));
	int code = verified_init(&walk->verified, what, error);
	if (code == 0)
		code = verify(walk, what, error);
	if (code == 0)
		code = verified_report(&walk->verified, what, ret_verdict, ret_report, error);
	verified_release(&walk->verified);
	buf_release(&walk->file);
	place_closep(&walk->place);
	free(walk);
	return code;
}
