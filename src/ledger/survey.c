/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a ledger, see survey.h.
 */
#include "ledger/survey.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/str.h"
#include "ledger/checkpoint_make.h"
#include "ledger/place.h"

/* In the directory itself. A salt that is being made has a longer name. */
static const struct {
	const char *name;
	bool is_directory, is_prefix;
} known[] = {
	{"segments", true, false},
	{"checkpoints", true, false},
	{"torn", true, false},
	{"derived", true, false},
	{"state", false, false},
	{"salt", false, false},
	{"salt.", false, true},
	{LEDGER_KEY_FILE, false, false},
	{LEDGER_KEY_FILE ".new", false, false},
	{"checkpoint.new", false, false},
};

struct listing {
	int place;
	const char *directory; /* NULL: the ledger's own */
	void (*name_of)(uint64_t number, char ret_name[PLACE_NAME]);
	struct survey_numbers *numbers;
	struct ledger_report *report;
};

static void complain(const struct listing *listing, const char *name, const char *what)
{
	char file[PLACE_NAME + 256];
	(void)snprintf(file, sizeof file, "%s%s%.255s",
		       listing->directory ? listing->directory : "", listing->directory ? "/" : "",
		       name);
	report_add(listing->report, REPORT_ERRORS, &(struct report_place){file, 0, 0}, "%s", what);
}

static const char *kind_of(mode_t mode)
{
	return S_ISLNK(mode)   ? "is a symbolic link, which no file of a ledger is"
	       : S_ISDIR(mode) ? "is a directory, where a file belongs"
			       : "is no regular file";
}

/* NULL: it may be there. */
static const char *check_top(const char *name, mode_t mode)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t n = strlen(known[i].name);
		if (known[i].is_prefix ? strncmp(known[i].name, name, n) != 0
				       : strcmp(known[i].name, name) != 0)
			continue;
		if (known[i].is_directory)
			return S_ISDIR(mode) ? NULL : "is no directory, which belongs here";
		return S_ISREG(mode) ? NULL : kind_of(mode);
	}
	return "is no part of a ledger";
}

static bool keep_number(struct survey_numbers *numbers, uint64_t number)
{
	if ((numbers->n & (numbers->n - 1)) == 0) {
		size_t cap = numbers->n ? 2 * numbers->n : 1;
		uint64_t *more = realloc(numbers->number, cap * sizeof *more);
		if (!more)
			return false;
		numbers->number = more;
	}
	numbers->number[numbers->n++] = number;
	return true;
}

/* NULL: it may be there. */
static const char *check_numbered(const struct listing *listing, const char *name, mode_t mode)
{
	char whole[PLACE_NAME], found[PLACE_NAME];
	size_t number = 0, digits = strspn(name, "0123456789");
	int n = snprintf(found, sizeof found, "%s/%s", listing->directory, name);
	bool good = n > 0 && n < PLACE_NAME && str_to_size(str_make(name, digits), &number);
	listing->name_of(number, whole);
	if (!good || !number || strcmp(whole, found) != 0)
		return "is no part of a ledger";
	if (!S_ISREG(mode))
		return kind_of(mode);
	if (!keep_number(listing->numbers, number))
		listing->report->out_of_memory = true;
	return NULL;
}

static void check_name(const struct listing *listing, int fd, const char *name)
{
	struct stat status;
	const char *wrong = NULL;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	/* Temporary files come and go while others write. */
	if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		wrong = errno == ENOENT ? NULL : "cannot be looked at";
	else if (listing->directory)
		wrong = check_numbered(listing, name, status.st_mode);
	else
		wrong = check_top(name, status.st_mode);
	if (wrong)
		complain(listing, name, wrong);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int list(const struct listing *listing, struct cavra_error *error)
{
	const struct dirent *entry;
	const char *directory = listing->directory ? listing->directory : ".";
	int fd = openat(listing->place, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	/* What is there instead was told with the names beside it. */
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	if (!stream) {
		int code = error_set(error, CAVRA_ERR_IO, "cannot list %s of the ledger: %s",
				     directory, strerror(errno));
		place_closep(&fd);
		return code;
	}
	/* cppcheck-suppress readdirCalled ; nobody else has this stream */
	for (errno = 0; (entry = readdir(stream)); errno = 0)
		check_name(listing, fd, entry->d_name);
	int failure = errno;
	(void)closedir(stream);
	if (failure)
		return error_set(error, CAVRA_ERR_IO, "cannot list %s of the ledger: %s", directory,
				 strerror(failure));
	if (listing->numbers && listing->numbers->n)
		qsort(listing->numbers->number, listing->numbers->n,
		      sizeof *listing->numbers->number, compare);
	return 0;
}

int survey_make(int place, struct ledger_report *report, struct survey *ret_survey,
		struct cavra_error *error)
{
	struct survey survey = {.segments = {NULL, 0}};
	/* Checkpoints are listed before segments: then no writer can make one of entries that are not seen. */
	const struct listing listings[] = {
		{place, NULL, NULL, NULL, report},
		{place, "torn", place_torn_name, &survey.torn, report},
		{place, "checkpoints", place_checkpoint_name, &survey.checkpoints, report},
		{place, "segments", place_segment_name, &survey.segments, report},
	};
	for (size_t i = 0; i < ARRAY_SIZE(listings); i++) {
		int code = list(&listings[i], error);
		if (code < 0) {
			survey_release(&survey);
			return code;
		}
	}
	*ret_survey = survey;
	return 0;
}

void survey_release(struct survey *survey)
{
	free(survey->segments.number);
	free(survey->checkpoints.number);
	free(survey->torn.number);
}
