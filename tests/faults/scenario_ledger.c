/* SPDX-License-Identifier: Apache-2.0
 *
 * Scenarios with a ledger: what was appended is there, what failed has left it whole, and the next one appends.
 */
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contents.h"
#include "inject.h"
#include "ledger/index.h"
#include "ledger/place.h"
#include "ledger/redact.h"
#include "scenario.h"

#define DIRECTORY "ledger"

enum { BEFORE = 3, TOKEN = 0x100 /* as it stands in the draft */ };

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status, (void)type, (void)ftw;
	return remove(path);
}

static bool append_alone(uint64_t token, enum ledger_durability durability)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	ledger_writer_init(&writer, DIRECTORY, durability);
	return contents_append(&writer, token, 1, 100, &error) == 0;
}

static bool tear(void)
{
	char name[PLACE_NAME], path[128];
	place_segment_name(1, name);
	(void)snprintf(path, sizeof path, "%s/%s", DIRECTORY, name);
	FILE *file = fopen(path, "a");
	return file && fputs("{\"body\":{\"half\"", file) != EOF && fclose(file) == 0;
}

/* A fresh ledger with a few entries, torn or not, or none. */
static bool begin(const char *kind)
{
	bool good = true;
	(void)nftw(DIRECTORY, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (uint64_t i = 0; strcmp(kind, "first") != 0 && i < BEFORE; i++)
		good = good && append_alone(i + 1, LEDGER_NONE);
	return good && (strcmp(kind, "torn") != 0 || tear());
}

/* Is it whole, with the entries that were there before; how often is this one in it? */
static bool look(const char *kind, size_t *ret_times, char *why)
{
	struct contents chain = {0};
	struct stat status;
	size_t before = 0;
	*ret_times = 0;
	if (stat(DIRECTORY "/segments", &status) < 0)
		return strcmp(kind, "first") == 0;
	bool good = contents_read_on(&chain, DIRECTORY, why);
	for (size_t i = 0; i < chain.n; i++) {
		before += chain.entries[i].token && chain.entries[i].token <= BEFORE;
		*ret_times += chain.entries[i].token == TOKEN;
	}
	contents_release(&chain);
	return good && before == (strcmp(kind, "first") == 0 ? 0 : BEFORE);
}

static enum outcome judge(int code, const struct cavra_error *error, const char *kind, char *why)
{
	size_t times;
	(void)snprintf(why, 200, "the ledger is damaged");
	if (!look(kind, &times, why))
		return OUTCOME_BROKEN;
	(void)snprintf(why, 200, "it says %d (%.100s), and the entry is there %zu times", code,
		       code < 0 ? error->text : "", times);
	if (times > 1 || (code == 0 && times != 1) || (code < 0 && !error->text[0]))
		return OUTCOME_BROKEN;
	(void)snprintf(why, 200, "nothing can be appended any more");
	if (!append_alone(TOKEN + 1, LEDGER_SYNC) || !look(kind, &times, why))
		return OUTCOME_BROKEN;
	return code < 0 ? OUTCOME_ERROR : OUTCOME_DONE;
}

/* target: "first", "next", "torn"; detail: the durability. */
enum outcome run_append(const struct scenario *s, char *why)
{
	struct ledger_writer writer;
	struct cavra_error error = {.text = ""};
	enum ledger_durability durability = LEDGER_SYNC;
	inject_hold(true);
	(void)ledger_durability_parse(str_from(s->detail), &durability);
	if (!begin(s->target))
		return OUTCOME_BROKEN;
	struct ledger_draft draft = {"cavra.test", STR("s"), json_pack("{s:s}", "token", "100")};
	ledger_writer_init(&writer, DIRECTORY, durability);
	inject_hold(false);
	int code = ledger_append(&writer, &draft, 1, &error);
	inject_hold(true);
	ledger_writer_release(&writer);
	json_decref(draft.body);
	return judge(code, &error, s->target, why);
}

/* What settling says is on disk was brought there. */
enum outcome run_settle(const struct scenario *s, char *why)
{
	struct ledger_writer writer;
	struct cavra_error error = {.text = ""};
	inject_hold(true);
	ledger_writer_init(&writer, DIRECTORY, LEDGER_BATCH);
	bool ready = begin(s->target) && contents_append(&writer, TOKEN, 1, 100, &error) == 0;
	uint64_t last = writer.head.sequence;
	if (!ready || writer.state.durable >= last)
		return OUTCOME_BROKEN;
	ledger_writer_release(&writer);
	ledger_writer_init(&writer, DIRECTORY, LEDGER_BATCH);
	inject_hold(false);
	int code = ledger_settle(&writer, &error);
	inject_hold(true);
	bool durable = writer.state.durable == last;
	ledger_writer_release(&writer);
	(void)snprintf(why, 200, "it says that it is settled, and it is not");
	if (code == 0 && !durable)
		return OUTCOME_BROKEN;
	enum outcome outcome = judge(0, &error, s->target, why);
	return outcome == OUTCOME_DONE && code < 0 ? OUTCOME_ERROR : outcome;
}

static bool index_is_whole(struct ledger_index *index)
{
	struct entry_link link;
	struct str line;
	bool whole = index->size == BEFORE + 1;
	for (uint64_t i = 1; whole && i <= index->size; i++)
		whole = ledger_index_line(index, i, &line, NULL) == 0 &&
			entry_link(line, &link, NULL) && link.sequence == i;
	return whole;
}

enum outcome run_index(const struct scenario *s, char *why)
{
	struct ledger_index index;
	struct cavra_error error = {.text = ""};
	inject_hold(true);
	if (!begin(s->target))
		return OUTCOME_BROKEN;
	inject_hold(false);
	int code = ledger_index_open(DIRECTORY, false, &index, &error);
	inject_hold(true);
	(void)snprintf(why, 200, "the index is not that of the ledger: %.100s", error.text);
	if (code == 0) {
		bool whole = index_is_whole(&index);
		ledger_index_close(&index);
		return whole ? OUTCOME_DONE : OUTCOME_BROKEN;
	}
	if (!error.text[0] || ledger_index_open(DIRECTORY, false, &index, &error) < 0)
		return OUTCOME_BROKEN;
	bool whole = index_is_whole(&index);
	ledger_index_close(&index);
	return whole ? OUTCOME_ERROR : OUTCOME_BROKEN;
}

/* Whoever opens it has the same salt. */
enum outcome run_salt(const struct scenario *s, char *why)
{
	struct redactor one, other;
	struct cavra_error error = {.text = ""};
	inject_hold(true);
	if (!begin(s->target))
		return OUTCOME_BROKEN;
	inject_hold(false);
	int code = redactor_open(DIRECTORY, &one, &error);
	inject_hold(true);
	(void)snprintf(why, 200, "the salt is another one, or none: %.100s", error.text);
	if ((code < 0 && !error.text[0]) || redactor_open(DIRECTORY, &other, &error) < 0)
		return OUTCOME_BROKEN;
	if (code < 0)
		return OUTCOME_ERROR;
	return memcmp(one.salt, other.salt, SALT_BYTES) == 0 ? OUTCOME_DONE : OUTCOME_BROKEN;
}

/* ---- the hook ---- */

/* A call that was answered is in the ledger of the home directory, which is whole. */
bool is_recorded(bool succeeded)
{
	static struct contents chain; /* goes with the process */
	struct stat status;
	char why[200];
	size_t known = chain.n;
	if (stat("../.cavra/ledger/segments", &status) < 0)
		return !succeeded;
	return contents_read_on(&chain, "../.cavra/ledger", why) && (!succeeded || chain.n > known);
}
