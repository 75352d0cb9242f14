/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of a ledger, see place.h.
 */
#include "ledger/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBER_DIGITS = 20 };

/* ---- the directory ---- */

static bool make_parents(const char *directory)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s", directory);
	if (n < 0 || (size_t)n >= sizeof path) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *at = path + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return false;
		*at = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static int check_private(int fd, const char *directory, struct cavra_error *error)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return error_set(error, CAVRA_ERR_IO, "cannot look at the ledger %.300s: %s",
				 directory, strerror(errno));
	if (status.st_uid != geteuid() && status.st_uid != 0)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the ledger %.300s belongs to user %ld; give it back or name "
				 "another with ledger.directory",
				 directory, (long)status.st_uid);
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(error, CAVRA_ERR_INPUT,
				 "others may write to the ledger %.300s; run chmod go-w on it",
				 directory);
	return 0;
}

int place_open(const char *directory, bool make, struct cavra_error *error)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = open(directory, flags);
	if (fd < 0 && errno == ENOENT && make && make_parents(directory))
		fd = open(directory, flags);
	if (fd < 0 && errno == ENOENT && !make) {
		error_set(
			error, CAVRA_ERR_NOT_FOUND,
			"there is no ledger %.300s yet; the first decision that is recorded makes "
			"it: by an agent's hook (cavra init), by cavra evaluate --record, or by "
			"cavra agent exec",
			directory);
		return -1;
	}
	if (fd < 0) {
		error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
			  "cannot open the ledger %.300s: %s", directory, strerror(errno));
		return -1;
	}
	if (!make || check_private(fd, directory, error) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* ---- names ---- */

static void numbered_name(char ret_name[PLACE_NAME], const char *directory, uint64_t number,
			  const char *ending)
{
	(void)snprintf(ret_name, PLACE_NAME, "%s/%0*" PRIu64 "%s", directory, (int)NUMBER_DIGITS,
		       number, ending);
}

void place_segment_name(uint64_t first, char ret_name[PLACE_NAME])
{
	numbered_name(ret_name, "segments", first, ".jsonl");
}

void place_torn_name(uint64_t sequence, char ret_name[PLACE_NAME])
{
	numbered_name(ret_name, "torn", sequence, "");
}

void place_checkpoint_name(uint64_t size, char ret_name[PLACE_NAME])
{
	numbered_name(ret_name, "checkpoints", size, "");
}

static bool read_number(const char *name, uint64_t *ret_number)
{
	struct str text = str_from(name);
	size_t number;
	struct str ending = str_from_at(text, NUMBER_DIGITS);
	if (text.n < NUMBER_DIGITS || (ending.n && !str_is(ending, ".jsonl")) ||
	    !str_to_size(str_first(text, NUMBER_DIGITS), &number))
		return false;
	*ret_number = number;
	return true;
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int read_numbers(DIR *list, uint64_t **numbers, size_t *n, struct cavra_error *error)
{
	const struct dirent *entry;
	size_t cap = 0;
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	for (errno = 0; (entry = readdir(list)); errno = 0) {
		uint64_t number;
		if (!read_number(entry->d_name, &number))
			continue;
		if (*n == cap) {
			cap = cap ? 2 * cap : 64;
			uint64_t *more = realloc(*numbers, cap * sizeof *more);
			if (!more)
				return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
			*numbers = more;
		}
		(*numbers)[(*n)++] = number;
	}
	if (errno)
		return error_set(error, CAVRA_ERR_IO, "cannot list the ledger: %s",
				 strerror(errno));
	return 0;
}

int place_numbers(int place, const char *directory, uint64_t **ret_numbers, size_t *ret_n,
		  struct cavra_error *error)
{
	uint64_t *numbers = NULL;
	size_t n = 0;
	int fd = openat(place, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	int code = 0;
	if (!list && errno != ENOENT)
		code = error_set(error, CAVRA_ERR_IO, "cannot list %s of the ledger: %s", directory,
				 strerror(errno));
	if (!list && fd >= 0)
		(void)close(fd);
	if (list) {
		code = read_numbers(list, &numbers, &n, error);
		(void)closedir(list);
	}
	if (code < 0) {
		free(numbers);
		return code;
	}
	if (n)
		qsort(numbers, n, sizeof *numbers, compare_numbers);
	*ret_numbers = numbers;
	*ret_n = n;
	return 0;
}

/* ---- bytes ---- */

bool place_read_at(int fd, void *bytes, size_t n, uint64_t offset, size_t *ret_n)
{
	size_t done = 0;
	while (done < n) {
		ssize_t got = pread(fd, (char *)bytes + done, n - done, (off_t)(offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_n = done;
	return true;
}

bool place_write_at(int fd, struct str bytes, uint64_t offset)
{
	while (bytes.n) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_from_at(bytes, (size_t)n);
		offset += (size_t)n;
	}
	return true;
}

bool place_sync(int place, const char *directory)
{
	int fd CLEANUP_FD = openat(place, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0;
}

bool place_is(int place, const char *name, int fd, int flags)
{
	struct stat named, open;
	return fstatat(place, name, &named, flags) == 0 && fstat(fd, &open) == 0 &&
	       named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

void place_closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
