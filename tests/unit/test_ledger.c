/* SPDX-License-Identifier: Apache-2.0
 *
 * Appending to a ledger in a directory of its own: chain, segments, what a crash leaves, several writers.
 */
#include "unit.h"

#include "ledger/ledger.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "base/when.h"
#include "ledger_world.h"

/* All of a segment; the caller frees it. */
static char *read_segment(const struct world *world, uint64_t first)
{
	char name[PLACE_NAME], path[PATH_MAX];
	struct buf text;
	char bytes[4096];
	size_t n;
	place_segment_name(first, name);
	path_of(world, name, path);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	buf_init(&text, 2 * LIMIT_SEGMENT_BYTES);
	while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
		buf_add(&text, str_make(bytes, n));
	fclose(file);
	return buf_take(&text);
}

static void put_at_end(const struct world *world, const char *bytes, size_t n)
{
	char name[PLACE_NAME], path[PATH_MAX];
	place_segment_name(1, name);
	path_of(world, name, path);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

/* Checks the chain of a segment from the entry behind *head on, and gives the number of entries of that type. */
static size_t check_chain(const char *text, struct ledger_head *head, const char *event_type)
{
	struct str rest = str_from(text), line;
	size_t n = 0;
	while (str_split(&rest, '\n', &line) && line.n) {
		struct ledger_entry CLEANUP_ENTRY entry = {0};
		struct cavra_error error;
		if (entry_read(line, &entry, &error) < 0)
			fail_msg("entry %d: %s", (int)head->sequence + 1, error.text);
		assert_int_equal(entry.link.sequence, head->sequence + 1);
		assert_string_equal(entry.link.previous_hash, head->record_hash);
		head->sequence = entry.link.sequence;
		memcpy(head->record_hash, entry.link.record_hash, sizeof head->record_hash);
		n += str_is(entry.event_type, event_type);
	}
	return n;
}

static size_t count(const struct world *world, const char *event_type, uint64_t *ret_last)
{
	struct ledger_head head = {0};
	char *text = read_segment(world, 1);
	size_t n = check_chain(text, &head, event_type);
	free(text);
	*ret_last = head.sequence;
	return n;
}

static void test_first_and_next(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	uint64_t last;
	ledger_writer_init(&writer, world->directory, LEDGER_SYNC);
	append_text(&writer, "one");
	append_text(&writer, "two");
	append_alone(world, "three");
	append_text(&writer, "four");
	assert_int_equal(count(world, "cavra.test", &last), 4);
	assert_int_equal(count(world, "cavra.ledger.created", &last), 1);
	assert_int_equal(last, 5);
}

static void test_group(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct ledger_draft drafts[LIMIT_LEDGER_GROUP + 1];
	struct cavra_error error;
	uint64_t last;
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	for (size_t i = 0; i <= LIMIT_LEDGER_GROUP; i++)
		drafts[i] = (struct ledger_draft){"cavra.test", STR("s"), json_object()};
	assert_int_equal(ledger_append(&writer, drafts, LIMIT_LEDGER_GROUP, &error), 0);
	assert_int_equal(ledger_append(&writer, drafts, LIMIT_LEDGER_GROUP + 1, &error),
			 CAVRA_ERR_LIMIT);
	assert_int_equal(count(world, "cavra.test", &last), LIMIT_LEDGER_GROUP);
	for (size_t i = 0; i <= LIMIT_LEDGER_GROUP; i++)
		json_decref(drafts[i].body);
}

/* What may stand behind the last entry after a crash. */
static void test_torn(void **state)
{
	static char zeros[8192];
	char *whole;
	struct world *world = *state;
	uint64_t last;
	char path[PATH_MAX], name[PLACE_NAME];
	struct stat status;
	append_alone(world, "one");
	whole = read_segment(world, 1);
	const char *line = strchr(whole, '\n') + 1;
	struct {
		const char *bytes;
		size_t n;
	} torn[] = {
		{"{\"body\":{", 9}, {line, strlen(line) - 1}, {zeros, sizeof zeros},
		{"\n", 1},          {"rubbish\nmore\n", 13},  {"\0\0\0\"}\n{", 7},
	};
	for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
		uint64_t before;
		(void)count(world, "cavra.test", &before);
		put_at_end(world, torn[i].bytes, torn[i].n);
		append_alone(world, "next");
		assert_int_equal(count(world, "cavra.ledger.recovered", &last), i + 1);
		assert_int_equal(last, before + 2);
		place_torn_name(before + 1, name);
		path_of(world, name, path);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_size, torn[i].n);
	}
	free(whole);
}

/* Of a place where a line was torn, where the next writer was torn as well, and where one was torn between copy and cut. */
static void test_torn_again(void **state)
{
	static const struct {
		const char *there, *torn, *kept;
	} rows[] = {
		{NULL, "{\"first\":", "{\"first\":"},
		{"{\"first\":", "{\"second\":", "{\"first\":{\"second\":"},
		{"{\"first\":", "{\"first\":", "{\"first\":"},
		{"x{\"fir", "{\"first\":", "x{\"fir{\"first\":"},
		{"", "x", "x"},
	};
	struct world *world = *state;
	append_alone(world, "one");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[PLACE_NAME], path[PATH_MAX], kept[64] = "";
		uint64_t before, last;
		(void)count(world, "cavra.test", &before);
		place_torn_name(before + 1, name);
		path_of(world, name, path);
		if (rows[i].there) {
			int fd = open(path, O_WRONLY | O_CREAT, 0600);
			assert_true(fd >= 0);
			assert_int_equal(write(fd, rows[i].there, strlen(rows[i].there)),
					 strlen(rows[i].there));
			close(fd);
		}
		put_at_end(world, rows[i].torn, strlen(rows[i].torn));
		append_alone(world, "next");
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		size_t n = fread(kept, 1, sizeof kept - 1, file);
		fclose(file);
		assert_row(n == strlen(rows[i].kept) && strcmp(kept, rows[i].kept) == 0, i);
		assert_int_equal(count(world, "cavra.ledger.recovered", &last), i + 1);
		assert_int_equal(last, before + 2);
	}
}

/* As much as a crash may leave, and more: lines, or bytes without any. */
static void test_damage_is_no_crash(void **state)
{
	static const struct {
		char byte;
		size_t n;
		bool is_damage;
	} rows[] = {
		{'\n', LIMIT_TORN_LINES, false},
		{'\n', LIMIT_TORN_LINES + 1, true},
		{'x', LIMIT_TORN_BYTES, false},
		{'x', LIMIT_TORN_BYTES + 1, true},
	};
	struct world *world = *state;
	struct cavra_error error;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ledger_writer CLEANUP_LEDGER_WRITER writer;
		struct ledger_draft draft = {"cavra.test", STR("s"), json_object()};
		char name[PLACE_NAME], path[PATH_MAX], *junk = malloc(rows[i].n);
		append_alone(world, "one");
		memset(junk, rows[i].byte, rows[i].n);
		junk[rows[i].n - 1] = '\n';
		char *before = read_segment(world, 1);
		put_at_end(world, junk, rows[i].n);
		ledger_writer_init(&writer, world->directory, LEDGER_NONE);
		int code = ledger_append(&writer, &draft, 1, &error);
		assert_row(code == (rows[i].is_damage ? CAVRA_ERR_INPUT : 0), i);
		if (rows[i].is_damage)
			assert_non_null(strstr(error.text, "damaged at its end"));
		place_segment_name(1, name);
		path_of(world, name, path);
		if (rows[i].is_damage)
			assert_int_equal(truncate(path, (off_t)strlen(before)), 0);
		free(before);
		free(junk);
		json_decref(draft.body);
	}
}

/* It is not even read, and neither is what has no entry and no line in it. */
static void test_damage_of_any_size(void **state)
{
	static const off_t sizes[] = {LIMIT_TORN_BYTES + KiB(64), (off_t)1 << 40};
	struct world *world = *state;
	struct cavra_error error;
	char path[PATH_MAX];
	append_alone(world, "one");
	segment_path(world, 1, path);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		struct ledger_writer CLEANUP_LEDGER_WRITER writer;
		struct ledger_draft draft = {"cavra.test", STR("s"), json_object()};
		if (i == ARRAY_SIZE(sizes))
			assert_int_equal(truncate(path, 0), 0);
		assert_int_equal(truncate(path, sizes[i % ARRAY_SIZE(sizes)]), 0);
		ledger_writer_init(&writer, world->directory, LEDGER_NONE);
		assert_row(ledger_append(&writer, &draft, 1, &error) == CAVRA_ERR_INPUT, i);
		assert_row(strstr(error.text, "damaged at its end"), i);
		json_decref(draft.body);
	}
}

/* A crash between setting aside and telling it. */
static void test_told_later(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	uint64_t last;
	char path[PATH_MAX];
	append_alone(world, "one");
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	path_of(world, "torn", path);
	assert_int_equal(mkdir(path, 0700), 0);
	path_of(world, "torn/00000000000000000003", path);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "abc", 3), 3);
	close(fd);
	path_of(world, "state", path);
	fd = open(path, O_RDWR);
	struct ledger_state ledger;
	state_read(fd, &ledger);
	assert_int_equal(ledger.last, 2);
	ledger.torn = 3;
	ledger.torn_bytes = 3;
	assert_true(state_write(fd, &ledger));
	close(fd);
	append_text(&writer, "two");
	append_text(&writer, "three");
	assert_int_equal(count(world, "cavra.ledger.recovered", &last), 1);
	assert_int_equal(last, 5);
}

static void test_state_is_a_hint(void **state)
{
	struct world *world = *state;
	char path[PATH_MAX];
	uint64_t last;
	append_alone(world, "one");
	path_of(world, "state", path);
	for (int i = 0; i < 3; i++) {
		if (i == 0)
			assert_int_equal(unlink(path), 0);
		else
			assert_int_equal(truncate(path, i == 1 ? 0 : 20), 0);
		append_alone(world, "again");
	}
	assert_int_equal(count(world, "cavra.test", &last), 4);
	assert_int_equal(count(world, "cavra.ledger.recovered", &last), 0);
}

static void read_state(const struct world *world, struct ledger_state *ret_state)
{
	char path[PATH_MAX];
	path_of(world, "state", path);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && state_read(fd, ret_state));
	close(fd);
}

/* As if the last checkpoint had been made so long ago. */
static void age(const struct world *world, int64_t seconds)
{
	struct ledger_state ledger;
	char path[PATH_MAX];
	read_state(world, &ledger);
	ledger.signed_at = when_now() - seconds * 1000000;
	path_of(world, "state", path);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0 && state_write(fd, &ledger));
	close(fd);
}

static bool append_signing(const struct world *world, bool signs)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	writer.signs = signs;
	append_text(&writer, "one");
	return writer.must_sign;
}

static void test_checkpoint_is_due(void **state)
{
	static const struct {
		int64_t seconds; /* since the last checkpoint */
		bool signs, due;
	} rows[] = {
		{LEDGER_CHECKPOINT_SECONDS - 60, true, false},
		{LEDGER_CHECKPOINT_SECONDS, true, true},
		{1000 * LEDGER_CHECKPOINT_SECONDS, true, true},
		{LEDGER_CHECKPOINT_SECONDS, false, false},
		{-3600, true, true}, /* the clock was set back */
	};
	struct world *world = *state;
	assert_false(append_signing(world, true)); /* the time begins */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		age(world, rows[i].seconds);
		assert_row(append_signing(world, rows[i].signs) == rows[i].due, i);
		/* One who signs is enough, and one who does not takes it from nobody. */
		assert_row(append_signing(world, true) == (!rows[i].signs && !rows[i].due), i);
	}
}

static void test_checkpoint_of_so_many(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	writer.signs = true;
	while (writer.head.sequence < LEDGER_CHECKPOINT_ENTRIES - 1)
		append_text(&writer, "one");
	assert_false(writer.must_sign);
	append_text(&writer, "one");
	assert_true(writer.must_sign);
	append_text(&writer, "one");
	assert_true(writer.must_sign);
	assert_int_equal(ledger_note_checkpoint(&writer, NULL), 0);
	assert_false(writer.must_sign);
}

/* As programs before signed_at have written it. */
static void test_state_of_before(void **state)
{
	static const struct {
		uint64_t spoil;
		bool whole;
	} rows[] = {{0, true}, {1, false}};
	struct world *world = *state;
	char path[PATH_MAX];
	append_alone(world, "one");
	path_of(world, "state", path);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ledger_state got;
		uint64_t file[8] = {0x31746174536c6443, 1, 2, 2, 0, 7, 30, 0};
		file[7] = str_hash(str_make((const char *)file, 7 * sizeof *file)) + rows[i].spoil;
		int fd = open(path, O_WRONLY | O_TRUNC);
		assert_int_equal(write(fd, file, sizeof file), sizeof file);
		close(fd);
		read_state(world, &got);
		assert_row(got.torn == (rows[i].whole ? 7 : 0), i);
		assert_row(got.last == (rows[i].whole ? 2 : 0) && got.signed_at == 0, i);
	}
}

static void test_entries_that_are_gone(void **state)
{
	struct world *world = *state;
	char name[PLACE_NAME], path[PATH_MAX];
	uint64_t last;
	append_alone(world, "one");
	char *text = read_segment(world, 1);
	append_alone(world, "two");
	place_segment_name(1, name);
	path_of(world, name, path);
	assert_int_equal(truncate(path, (off_t)strlen(text)), 0);
	append_alone(world, "three");
	assert_int_equal(count(world, "cavra.ledger.recovered", &last), 1);
	assert_int_equal(count(world, "cavra.test", &last), 2);
	/* All of it. */
	assert_int_equal(unlink(path), 0);
	append_alone(world, "four");
	assert_int_equal(count(world, "cavra.ledger.recovered", &last), 1);
	assert_int_equal(count(world, "cavra.ledger.created", &last), 1);
	free(text);
}

static void test_segments(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer, other;
	struct ledger_head head = {0};
	uint64_t *firsts;
	size_t n, entries = 0;
	struct cavra_error error;
	char *text = malloc(30000);
	memset(text, 'x', 30000);
	text[29999] = '\0';
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	ledger_writer_init(&other, world->directory, LEDGER_NONE);
	for (size_t i = 0; i < 4600; i++)
		append_text(i % 5 ? &writer : &other, i % 2 ? text : "x");
	assert_int_equal(place_numbers(writer.place, "segments", &firsts, &n, &error), 0);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(firsts[i], head.sequence + 1);
		char *segment = read_segment(world, firsts[i]);
		assert_true(strlen(segment) <= LIMIT_SEGMENT_BYTES);
		entries += check_chain(segment, &head, "cavra.test");
		free(segment);
	}
	assert_int_equal(entries, 4600);
	/* A crash right after a segment was started. */
	char name[PLACE_NAME], path[PATH_MAX];
	place_segment_name(head.sequence + 1, name);
	path_of(world, name, path);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	append_text(&writer, "behind");
	char *segment = read_segment(world, head.sequence + 1);
	assert_int_equal(check_chain(segment, &head, "cavra.test"), 1);
	free(segment);
	free(firsts);
	free(text);
}

static void test_writers(void **state)
{
	enum { WRITERS = 8, EACH = 100 };
	struct world *world = *state;
	uint64_t last;
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			for (int k = 0; k < EACH; k++)
				append_alone(world, "x");
			_exit(0);
		}
	for (int i = 0; i < WRITERS; i++)
		wait(NULL);
	assert_int_equal(count(world, "cavra.test", &last), WRITERS * EACH);
	assert_int_equal(last, WRITERS * EACH + 1);
}

static void test_settling(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer, other;
	struct cavra_error error;
	ledger_writer_init(&writer, world->directory, LEDGER_BATCH);
	ledger_writer_init(&other, world->directory, LEDGER_BATCH);
	append_text(&writer, "one");
	assert_true(writer.must_settle);
	append_text(&other, "two"); /* the first writer's promise holds for it */
	assert_false(other.must_settle);
	assert_int_equal(writer.state.durable, 0);
	assert_int_equal(ledger_settle(&writer, &error), 0);
	assert_int_equal(writer.state.durable, 3);
	assert_int_equal(writer.state.since, 0);
	/* One who does not keep it. */
	append_text(&writer, "three");
	usleep(LEDGER_BATCH_MICROSECONDS + 1000);
	append_text(&other, "four");
	assert_true(other.must_settle);
	for (int i = 0; i < LEDGER_BATCH_ENTRIES; i++)
		append_text(&writer, "x");
	assert_true(writer.state.last - writer.state.durable < LEDGER_BATCH_ENTRIES);
	assert_true(writer.state.durable > 4);
}

static void test_who_may_write(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	struct ledger_draft draft = {"cavra.test", STR("s"), json_object()};
	assert_int_equal(chmod(world->directory, 0777), 0);
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	assert_int_equal(ledger_append(&writer, &draft, 1, &error), CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "chmod go-w"));
	json_decref(draft.body);
}

static void test_links_are_not_followed(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	struct ledger_draft draft = {"cavra.test", STR("s"), json_object()};
	char path[PATH_MAX], elsewhere[PATH_MAX];
	append_alone(world, "one");
	path_of(world, "segments/00000000000000000001.jsonl", path);
	path_of(world, "elsewhere", elsewhere);
	assert_int_equal(rename(path, elsewhere), 0);
	assert_int_equal(symlink("../elsewhere", path), 0);
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	assert_int_equal(ledger_append(&writer, &draft, 1, &error), CAVRA_ERR_IO);
	json_decref(draft.body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(test_first_and_next),
		WITH_LEDGER(test_group),
		WITH_LEDGER(test_torn),
		WITH_LEDGER(test_torn_again),
		WITH_LEDGER(test_damage_is_no_crash),
		WITH_LEDGER(test_damage_of_any_size),
		WITH_LEDGER(test_told_later),
		WITH_LEDGER(test_state_is_a_hint),
		WITH_LEDGER(test_state_of_before),
		WITH_LEDGER(test_checkpoint_is_due),
		WITH_LEDGER(test_checkpoint_of_so_many),
		WITH_LEDGER(test_entries_that_are_gone),
		WITH_LEDGER(test_segments),
		WITH_LEDGER(test_writers),
		WITH_LEDGER(test_settling),
		WITH_LEDGER(test_who_may_write),
		WITH_LEDGER(test_links_are_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
