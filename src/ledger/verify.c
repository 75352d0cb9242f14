/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying the segments of a ledger, see verify.h. Others may write to it meanwhile: what they had written when this began
 * is verified, and what is not seen whole is looked at again when nobody writes.
 */
#include "ledger/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "ledger/chain.h"
#include "ledger/place.h"
#include "ledger/state.h"
#include "ledger/survey.h"
#include "ledger/verify_report.h"

struct walk {
	struct verified verified;
	struct ledger_reader reader;
	struct survey survey;
	int lock; /* -1: there is no state file */
	struct ledger_state state;
	size_t segments; /* of the reader's, that a line came from or ought to have */
};

static void complain(struct walk *walk, const char *file, const char *what)
{
	report_add(&walk->verified.report, REPORT_ERRORS, &(struct report_place){file, 0, 0}, "%s",
		   what);
}

/* ---- before ---- */

/* What a writer has written is there, or was told to be lost. */
static void read_state(struct walk *walk, int place)
{
	walk->lock = openat(place, "state", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (walk->lock < 0)
		return;
	(void)flock(walk->lock, LOCK_SH);
	(void)state_read(walk->lock, &walk->state);
	(void)flock(walk->lock, LOCK_UN);
}

static int compare_marks(const void *a, const void *b)
{
	const struct chain_mark *x = a, *y = b;
	return x->size < y->size ? -1 : x->size > y->size;
}

static int make_marks(struct walk *walk, const struct ledger_verification *what,
		      struct cavra_error *error)
{
	const struct survey_numbers *stored = &walk->survey.checkpoints;
	struct chain_mark *marks = calloc(stored->n + 1, sizeof *marks);
	size_t n = 0;
	if (!marks)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	for (; n < stored->n; n++)
		marks[n] = (struct chain_mark){stored->number[n], NULL, NULL};
	if (what->kept)
		marks[n++] = (struct chain_mark){what->kept->says.head.size, what->kept,
						 what->kept_name};
	qsort(marks, n, sizeof *marks, compare_marks);
	walk->verified.chain.marks = walk->verified.marks = marks;
	walk->verified.chain.n_marks = n;
	return 0;
}

/* ---- the lines ---- */

/* Segments that no line came from, up to and without that one. */
static void complain_of_empty(struct walk *walk, size_t to)
{
	for (; walk->segments < to; walk->segments++) {
		char name[PLACE_NAME];
		place_segment_name(walk->reader.firsts[walk->segments], name);
		complain(walk, name, "the segment holds no entry");
	}
}

/* Where a segment begins says its name. */
static void check_start(struct walk *walk, const char *name)
{
	const struct ledger_reader *reader = &walk->reader;
	uint64_t expected = walk->verified.chain.frontier.size + 1;
	complain_of_empty(walk, reader->at);
	walk->segments++;
	walk->verified.segments++;
	if (reader->first != expected)
		report_add(&walk->verified.report, REPORT_ERRORS,
			   &(struct report_place){name, 0, expected},
			   "entry %" PRIu64 " belongs here by the name, and %" PRIu64
			   " is next: a segment is missing, or was cut or renamed",
			   reader->first, expected);
}

static bool ends_within_a_line(const struct ledger_reader *reader, struct str line)
{
	return reader->next - reader->offset == line.n;
}

static int read_lines(struct walk *walk, struct cavra_error *error)
{
	struct ledger_reader *reader = &walk->reader;
	char name[PLACE_NAME] = "";
	struct str line;
	int more;
	while ((more = ledger_reader_next(reader, &line, error)) > 0) {
		place_segment_name(reader->first, name);
		if (reader->at >= walk->segments)
			check_start(walk, name);
		if (ends_within_a_line(reader, line))
			complain(walk, name, "the segment ends within a line");
		chain_add(&walk->verified.chain, line,
			  &(struct report_place){name, reader->number, 0});
	}
	return more;
}

/* Bytes behind the last line: a writer is at them, or they are torn. */
static uint64_t count_rest(const struct ledger_reader *reader)
{
	struct stat status;
	if (reader->segment < 0 || fstat(reader->segment, &status) < 0)
		return 0;
	uint64_t size = (uint64_t)status.st_size;
	return size > reader->next ? size - reader->next : 0;
}

static int read_rest(struct walk *walk, struct cavra_error *error)
{
	char name[PLACE_NAME];
	int code = 0;
	if (!count_rest(&walk->reader))
		return 0;
	if (walk->lock >= 0)
		(void)flock(walk->lock, LOCK_SH);
	code = read_lines(walk, error);
	uint64_t rest = count_rest(&walk->reader);
	if (walk->lock >= 0)
		(void)flock(walk->lock, LOCK_UN);
	place_segment_name(walk->reader.first, name);
	if (code == 0 && rest)
		report_add(&walk->verified.report, REPORT_ERRORS,
			   &(struct report_place){name, walk->reader.number + 1,
						  walk->verified.chain.frontier.size + 1},
			   "%" PRIu64 " bytes behind the last line are no whole line: a crash has "
			   "torn it, which the next writer sets aside and tells, or it was cut",
			   rest);
	return code;
}

/* ---- after ---- */

/* Only the last one may be empty, when a crash came before its first entry. */
static void check_empty(struct walk *walk)
{
	const struct ledger_reader *reader = &walk->reader;
	if (walk->segments < reader->n_firsts &&
	    reader->firsts[reader->n_firsts - 1] == walk->verified.chain.frontier.size + 1) {
		complain_of_empty(walk, reader->n_firsts - 1);
		walk->verified.segments++;
	} else {
		complain_of_empty(walk, reader->n_firsts);
	}
}

static void check_torn(struct walk *walk)
{
	const struct survey_numbers *torn = &walk->survey.torn;
	const struct ledger_chain *chain = &walk->verified.chain;
	for (size_t i = 0; i < torn->n; i++) {
		char name[PLACE_NAME];
		place_torn_name(torn->number[i], name);
		if (chain_tells_torn(chain, torn->number[i]))
			continue;
		if (torn->number[i] == chain->frontier.size + 1)
			report_add(&walk->verified.report, REPORT_FINDINGS,
				   &(struct report_place){name, 0, torn->number[i]},
				   "a crash has torn a line, and the next entry will tell of it");
		else
			complain(walk, name, "no entry tells of this torn line");
	}
}

static void check_last(struct walk *walk)
{
	uint64_t size = walk->verified.chain.frontier.size;
	if (walk->state.last > size)
		report_add(&walk->verified.report, REPORT_ERRORS,
			   &(struct report_place){"state", 0, 0},
			   "a writer has written %" PRIu64 " entries, and the ledger ends with "
			   "%" PRIu64 ": it was truncated, or the machine has lost power",
			   walk->state.last, size);
}

static void check_rest(struct walk *walk)
{
	check_empty(walk);
	chain_end(&walk->verified.chain);
	check_torn(walk);
	check_last(walk);
	report_add(&walk->verified.report, REPORT_NOT_CHECKED, NULL,
		   "derived/ was not read: nothing relies on it, and cavra ledger rebuild makes it "
		   "from the segments");
}

static void walk_lines(struct walk *walk)
{
	struct cavra_error error;
	int code = read_lines(walk, &error);
	if (code == 0)
		code = read_rest(walk, &error);
	if (code == 0) {
		check_rest(walk);
		return;
	}
	const struct ledger_reader *reader = &walk->reader;
	char name[PLACE_NAME];
	place_segment_name(reader->segment >= 0 ? reader->first : 0, name);
	report_add(&walk->verified.report, REPORT_ERRORS,
		   &(struct report_place){reader->segment >= 0 ? name : NULL,
					  reader->segment >= 0 ? reader->number : 0,
					  walk->verified.chain.frontier.size + 1},
		   "%s", error.text);
	report_add(&walk->verified.report, REPORT_NOT_CHECKED, NULL,
		   "what comes behind the first entry that cannot be read");
}

static int verify_directory(struct walk *walk, const struct ledger_verification *what,
			    struct cavra_error *error)
{
	struct cavra_error why;
	int code = 0;
	int place CLEANUP_FD = place_open(what->directory, false, &why);
	if (place >= 0) {
		read_state(walk, place);
		code = survey_make(place, &walk->verified.report, &walk->survey, &why);
	}
	if (place >= 0 && code == 0)
		code = ledger_reader_open(what->directory, &walk->reader, &why);
	if (place < 0 || code < 0) {
		complain(walk, NULL, why.text);
		return why.code == CAVRA_ERR_MEMORY ? error_set(error, why.code, "%s", why.text)
						    : 0;
	}
	walk->verified.chain.place = place;
	code = make_marks(walk, what, error);
	if (code == 0)
		walk_lines(walk);
	return code;
}

int ledger_verify(const struct ledger_verification *what, enum ledger_verdict *ret_verdict,
		  json_t **ret_report, struct cavra_error *error)
{
	struct walk walk = {.lock = -1, .reader = {.place = -1, .segment = -1}};
	int code = verified_init(&walk.verified, what, error);
	if (code == 0)
		code = verify_directory(&walk, what, error);
	if (code == 0)
		code = verified_report(&walk.verified, what, ret_verdict, ret_report, error);
	verified_release(&walk.verified);
	ledger_reader_close(&walk.reader);
	survey_release(&walk.survey);
	place_closep(&walk.lock);
	return code;
}
