/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra ledger status, checkpoint, rebuild.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/when.h"
#include "cli/ledger_args.h"
#include "ledger/checkpoint_make.h"
#include "ledger/place.h"
#include "ledger/state.h"
#include "ledger/tail.h"

/* ---- status ---- */

struct status {
	const char *directory;
	struct ledger_reader reader;
	char origin[LEDGER_ORIGIN];
	struct ledger_tail tail; /* of the newest segment that holds an entry */
	uint64_t bytes, torn, indexed, checkpoint, torn_files;
	char last_time[WHEN_TEXT];
	int64_t last, checkpoint_made; /* microseconds since 1970 */
	struct ledger_state state;
};

static int open_at(const struct status *status, const char *name)
{
	return openat(status->reader.place, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

static bool stat_at(const struct status *status, const char *name, struct stat *ret)
{
	return fstatat(status->reader.place, name, ret, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(ret->st_mode);
}

static int read_origin(struct status *status, struct cavra_error *error)
{
	struct str line;
	int more = ledger_reader_next(&status->reader, &line, error);
	if (more < 0)
		return more;
	return more ? ledger_origin(line, status->origin, error)
		    : error_set(error, CAVRA_ERR_NOT_FOUND, "the ledger %.300s has no entries",
				status->directory);
}

static void add_bytes(struct status *status)
{
	for (size_t i = 0; i < status->reader.n_firsts; i++) {
		char name[PLACE_NAME];
		struct stat st;
		place_segment_name(status->reader.firsts[i], name);
		if (stat_at(status, name, &st))
			status->bytes += (uint64_t)st.st_size;
	}
}

/* The last entry's own line, for its time. */
static int read_last_line(struct status *status, int fd, struct cavra_error *error)
{
	char bytes[LIMIT_LEDGER_ENTRY_BYTES + 1];
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	size_t n, room = status->tail.end < sizeof bytes ? (size_t)status->tail.end : sizeof bytes;
	if (!place_read_at(fd, bytes, room, status->tail.end - room, &n) || n != room || n < 2)
		return error_set(error, CAVRA_ERR_IO, "cannot read the end of the ledger");
	struct str line = str_make(bytes, n - 1);
	size_t before = str_find_last_char(line, '\n');
	line = str_from_at(line, before == STR_NPOS ? 0 : before + 1);
	int code = entry_read(line, &entry, error);
	if (code < 0)
		return error_prefix(error, "the last entry");
	(void)snprintf(status->last_time, sizeof status->last_time, "%.*s",
		       STR_ARG(entry.timestamp));
	(void)when_parse(entry.timestamp, &status->last);
	return 0;
}

/* The newest segment may be empty when a crash came before its first entry. */
static int read_end(struct status *status, struct cavra_error *error)
{
	const struct tail_trust trust = {.entries = LEDGER_UNSETTLED_ENTRIES};
	for (size_t i = status->reader.n_firsts; i-- > 0;) {
		char name[PLACE_NAME];
		struct stat st;
		place_segment_name(status->reader.firsts[i], name);
		int fd CLEANUP_FD = open_at(status, name);
		if (fd < 0 || fstat(fd, &st) < 0)
			return error_set(error, CAVRA_ERR_IO, "cannot open %s", name);
		int code = tail_read(fd, (uint64_t)st.st_size, &trust, &status->tail, error);
		if (code < 0)
			return code;
		status->torn += status->tail.size - status->tail.end;
		if (status->tail.head.sequence)
			return read_last_line(status, fd, error);
	}
	return error_set(error, CAVRA_ERR_NOT_FOUND, "the ledger has no entries");
}

static int read_rest(struct status *status, struct cavra_error *error)
{
	struct stat st;
	char name[PLACE_NAME];
	uint64_t *numbers;
	size_t n;
	int fd CLEANUP_FD = open_at(status, "state");
	if (fd >= 0)
		(void)state_read(fd, &status->state);
	if (stat_at(status, "derived/offsets", &st))
		status->indexed = (uint64_t)st.st_size / 4;
	int code = place_numbers(status->reader.place, "torn", &numbers, &n, error);
	if (code < 0)
		return code;
	free(numbers);
	status->torn_files = n;
	code = ledger_checkpoint_newest(status->reader.place, UINT64_MAX, &status->checkpoint,
					error);
	place_checkpoint_name(status->checkpoint, name);
	if (code == 0 && status->checkpoint && stat_at(status, name, &st))
		status->checkpoint_made = (int64_t)st.st_mtim.tv_sec * 1000000;
	return code;
}

static int read_status(struct status *status, struct cavra_error *error)
{
	int code = ledger_reader_open(status->directory, &status->reader, error);
	if (code == 0)
		code = read_origin(status, error);
	if (code == 0)
		code = read_end(status, error);
	if (code == 0)
		code = read_rest(status, error);
	if (code == 0)
		add_bytes(status);
	return code;
}

static json_t *checkpoint_json(const struct status *status)
{
	char made[WHEN_TEXT];
	if (!status->checkpoint)
		return json_null();
	when_format(status->checkpoint_made, made);
	return json_pack("{s:I, s:s, s:I}", "size", (json_int_t)status->checkpoint, "written_at",
			 made, "age_seconds",
			 (json_int_t)((when_now() - status->checkpoint_made) / 1000000));
}

/* What the next writer is left: how much of the ledger is known to be on disk. NULL: nobody has said. */
static json_t *durable_json(const struct status *status)
{
	return status->state.segment ? json_integer((json_int_t)status->state.durable)
				     : json_null();
}

static json_t *status_json(const struct status *status)
{
	uint64_t entries = status->tail.head.sequence;
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:o, s:o, s:I, s:I, s:b}",
			 "schema_version", "cavra.ledger.status.v1", "path", status->directory,
			 "ledger_id", status->origin + sizeof LEDGER_ORIGIN_START - 1, "entries",
			 (json_int_t)entries, "bytes", (json_int_t)status->bytes, "segments",
			 (json_int_t)status->reader.n_firsts, "last_entry_at", status->last_time,
			 "last_record_hash", status->tail.head.record_hash, "last_checkpoint",
			 checkpoint_json(status), "durable_entries", durable_json(status),
			 "torn_files", (json_int_t)status->torn_files, "torn_bytes_at_end",
			 (json_int_t)status->torn, "index_current", status->indexed == entries);
}

static void print_checkpoint(const struct status *status)
{
	uint64_t entries = status->tail.head.sequence;
	if (!status->checkpoint) {
		(void)printf("Checkpoint    none\n");
		return;
	}
	int64_t seconds = (when_now() - status->checkpoint_made) / 1000000;
	(void)printf("Checkpoint    of %" PRIu64 " entries, %" PRId64 " h %" PRId64 " min old",
		     status->checkpoint, seconds / 3600, seconds / 60 % 60);
	if (entries > status->checkpoint)
		(void)printf("; %" PRIu64 " entries are newer", entries - status->checkpoint);
	(void)printf("\n");
}

static void print_status(const struct status *status)
{
	uint64_t entries = status->tail.head.sequence;
	(void)printf("Ledger        %s\n", status->directory);
	(void)printf("Name          %s\n", status->origin);
	(void)printf("Entries       %" PRIu64 " in %zu segment%s, %" PRIu64 " bytes\n", entries,
		     status->reader.n_firsts, status->reader.n_firsts == 1 ? "" : "s",
		     status->bytes);
	(void)printf("Last entry    %s\n", status->last_time);
	(void)printf("Last hash     %s\n", status->tail.head.record_hash);
	print_checkpoint(status);
	if (!status->state.segment)
		(void)printf("On disk       unknown: there is no state file\n");
	else if (status->state.durable >= entries)
		(void)printf("On disk       all\n");
	else
		(void)printf("On disk       %" PRIu64 " for certain\n", status->state.durable);
	(void)printf("Torn lines    %" PRIu64 " set aside\n", status->torn_files);
	if (status->torn)
		(void)printf("Torn end      %" PRIu64 " bytes, which the next entry will tell of\n",
			     status->torn);
	(void)printf("Index         %s\n",
		     status->indexed == entries ? "current" : "to be brought up to date");
}

int cmd_ledger_status(const struct args *args)
{
	struct cavra_error error;
	char directory[PATH_MAX];
	struct status status = {.directory = directory, .reader = {.place = -1, .segment = -1}};
	int code = ledger_of(args, directory, &error);
	if (code == 0)
		code = read_status(&status, &error);
	if (code == 0 && args_has(args, OPT_JSON)) {
		json_t *report = status_json(&status);
		code = output_report(report, &error);
		json_decref(report);
	} else if (code == 0) {
		print_status(&status);
	}
	ledger_reader_close(&status.reader);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

/* ---- checkpoint, rebuild ---- */

int cmd_ledger_checkpoint(const struct args *args)
{
	struct cavra_error error;
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	char directory[PATH_MAX];
	int code = ledger_of(args, directory, &error);
	if (code == 0)
		code = ledger_checkpoint_make(directory, &checkpoint, &error);
	if (code < 0)
		return fail(&error);
	(void)printf("%.*s", STR_ARG(buf_str(&checkpoint.bytes)));
	ledger_checkpoint_release(&checkpoint);
	return EXIT_ALLOWED;
}

static int print_key(struct str text, struct cavra_error *error)
{
	struct key CLEANUP_KEY *key = NULL;
	struct note_key name;
	char pem[KEY_PUBLIC_PEM];
	int code = note_key_read(text, &name, &key, error);
	if (code == 0)
		code = key_write_public(key, pem, error);
	if (code < 0)
		return code;
	json_t *report = json_pack("{s:s, s:s%, s:s%, s:s}", "schema_version",
				   "cavra.ledger.key.v1", "origin", name.name.p, name.name.n,
				   "verifier_key", text.p, text.n, "public_key_pem", pem);
	code = output_report(report, error);
	json_decref(report);
	return code;
}

int cmd_ledger_key(const struct args *args)
{
	struct cavra_error error;
	struct buf CLEANUP_BUF key;
	char directory[PATH_MAX];
	buf_init(&key, LIMIT_NOTE_LINE);
	int code = ledger_of(args, directory, &error);
	if (code == 0)
		code = ledger_checkpoint_key(directory, &key, &error);
	if (code == 0 && args_has(args, OPT_JSON))
		code = print_key(buf_str(&key), &error);
	else if (code == 0)
		(void)printf("%s\n", key.p);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

int cmd_ledger_rebuild(const struct args *args)
{
	struct cavra_error error;
	struct ledger_index index = {.size = 0};
	char directory[PATH_MAX];
	int code = ledger_of(args, directory, &error);
	if (code == 0)
		code = ledger_index_open(directory, true, &index, &error);
	if (code < 0)
		return fail(&error);
	(void)printf("The index of %" PRIu64 " entries is made again.\n", index.size);
	ledger_index_close(&index);
	return EXIT_ALLOWED;
}
