/* SPDX-License-Identifier: Apache-2.0
 *
 * Somebody changes a ledger between two entries: it ends with an error, or an entry tells of it, whether the writer has
 * the ledger open or not. And what recovering reads, which does not grow with the ledger.
 */
#include "unit.h"

#include "ledger/ledger.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "ledger/reader.h"
#include "ledger_world.h"

#define SEGMENT "segments/00000000000000000001.jsonl"

/* ---- what is done ---- */

static void state_of(const struct world *world, struct ledger_state *ret_state)
{
	char path[PATH_MAX];
	path_of(world, "state", path);
	int fd CLEANUP_FD = open(path, O_RDONLY);
	assert_true(fd >= 0);
	state_read(fd, ret_state);
}

static void set_state(const struct world *world, const struct ledger_state *state)
{
	char path[PATH_MAX];
	path_of(world, "state", path);
	int fd CLEANUP_FD = open(path, O_RDWR);
	assert_true(fd >= 0 && state_write(fd, state));
}

static void overwrite_state(const struct world *world)
{
	char path[PATH_MAX];
	path_of(world, "state", path);
	int fd CLEANUP_FD = open(path, O_RDWR | O_TRUNC);
	char garbage[100];
	memset(garbage, 'x', sizeof garbage);
	assert_int_equal(write(fd, garbage, sizeof garbage), sizeof garbage);
}

static void state_of_huge_numbers(const struct world *world)
{
	struct ledger_state state = {UINT64_MAX, UINT64_MAX, UINT64_MAX, INT64_MAX,
				     UINT64_MAX, UINT64_MAX, INT64_MAX};
	set_state(world, &state);
}

static void state_of_large_numbers(const struct world *world)
{
	struct ledger_state state = {.segment = 1, .last = (UINT64_C(1) << 53) - 1, .since = -1};
	set_state(world, &state);
}

static void state_of_no_segment(const struct world *world)
{
	struct ledger_state state;
	state_of(world, &state);
	state.segment = 12345;
	set_state(world, &state);
}

static void state_of_what_was_not_torn(const struct world *world)
{
	struct ledger_state state;
	state_of(world, &state);
	state.torn = state.last + 1;
	state.torn_bytes = 7;
	set_state(world, &state);
}

static void shell(const struct world *world, const char *script)
{
	char command[512];
	(void)snprintf(command, sizeof command, "cd '%s' && %s", world->directory, script);
	assert_int_equal(system(command), 0); /* NOLINT: a path of our own making */
}

/* ---- what comes of it ---- */

struct seen {
	size_t entries, tests, recovered, created;
};

/* False when it is no chain. */
static bool look(const struct world *world, struct seen *ret_seen)
{
	struct ledger_reader CLEANUP_LEDGER_READER reader = {.place = -1, .segment = -1};
	struct cavra_error error;
	struct str line;
	char last[SHA256_HEX] = "";
	int more;
	*ret_seen = (struct seen){0};
	if (ledger_reader_open(world->directory, &reader, &error) < 0)
		return false;
	while ((more = ledger_reader_next(&reader, &line, &error)) == 1) {
		struct ledger_entry CLEANUP_ENTRY entry = {0};
		if (entry_read(line, &entry, &error) < 0 ||
		    entry.link.sequence != ++ret_seen->entries ||
		    strcmp(entry.link.previous_hash, last) != 0)
			return false;
		memcpy(last, entry.link.record_hash, sizeof last);
		ret_seen->tests += str_is(entry.event_type, "cavra.test");
		ret_seen->recovered += str_is(entry.event_type, "cavra.ledger.recovered");
		ret_seen->created += str_is(entry.event_type, "cavra.ledger.created");
	}
	return more == 0;
}

enum come {
	COME_WELL,     /* nothing is lost, so there is nothing to tell */
	COME_TOLD,     /* an entry tells of it */
	COME_ANEW,     /* it is gone; a new one begins, with its own name */
	COME_ERROR,    /* it says what is wrong, and appends nothing */
	COME_UNOPENED, /* the same, of who opens it */
};

static const struct attack {
	const char *script;
	void (*change)(const struct world *world);
	enum come come;
	const char *error;
} attacks[] = {
	{.change = overwrite_state, .come = COME_WELL},
	{.change = state_of_huge_numbers, .come = COME_WELL},
	{.change = state_of_large_numbers, .come = COME_TOLD},
	{.change = state_of_no_segment, .come = COME_WELL},
	{.change = state_of_what_was_not_torn, .come = COME_TOLD},
	{"rm state", NULL, COME_WELL, NULL},
	{"rm state && mkfifo state", NULL, COME_ERROR, "state in the ledger"},
	{"rm state && mkdir state", NULL, COME_ERROR, "Is a directory"},
	{"ln state other", NULL, COME_WELL, NULL},
	{"mv state other && ln -s other state", NULL, COME_ERROR, "symbolic links"},
	{"mv state other && cp other state", NULL, COME_WELL, NULL},
	{"mv " SEGMENT " other && ln -s ../other " SEGMENT, NULL, COME_ERROR, "symbolic links"},
	{"rm " SEGMENT " && mkfifo " SEGMENT, NULL, COME_ERROR, "no regular file"},
	{"rm " SEGMENT " && mkdir " SEGMENT, NULL, COME_ERROR, "Is a directory"},
	{"ln " SEGMENT " other", NULL, COME_ERROR, "of one name"},
	{"mv " SEGMENT " other && cp other " SEGMENT, NULL, COME_WELL, NULL},
	{"tail -n1 " SEGMENT " > last && cat last >> " SEGMENT, NULL, COME_TOLD, NULL},
	{"head -n2 " SEGMENT " > two && cat two >> " SEGMENT, NULL, COME_TOLD, NULL},
	{"sed -i '$d' " SEGMENT, NULL, COME_TOLD, NULL},
	{"sed -i '$s/three/eerht/' " SEGMENT, NULL, COME_TOLD, NULL},
	{"truncate -s -10 " SEGMENT, NULL, COME_TOLD, NULL},
	{"truncate -s 0 " SEGMENT, NULL, COME_TOLD, NULL},
	{"rm " SEGMENT, NULL, COME_TOLD, NULL},
	{"rm -r segments", NULL, COME_TOLD, NULL},
	{"rm -r segments state", NULL, COME_ANEW, NULL},
	{"mv " SEGMENT " segments/00000000000000000007.jsonl", NULL, COME_ERROR,
	 "the name of another entry"},
	{": > segments/00000000000000000009.jsonl && rm state", NULL, COME_WELL, NULL},
	{": > segments/99999999999999999999.jsonl", NULL, COME_WELL, NULL},
	{"echo x > segments/00000000000000000009.jsonl && rm state", NULL, COME_ERROR,
	 "does not follow"},
	{"cp " SEGMENT " segments/00000000000000000005.jsonl", NULL, COME_ERROR,
	 "the name of another entry"},
	{"mv \"$PWD\" \"$PWD.away\" && cp -r \"$PWD.away\" \"${PWD%.away}\" && rm -r \"$PWD.away\"",
	 NULL, COME_WELL, NULL},
	{"rm -r \"$PWD\"", NULL, COME_ANEW, NULL},
	{"chmod g+w .", NULL, COME_UNOPENED, "chmod go-w"},
};

static void check(const struct world *world, const struct attack *attack, int code,
		  const struct cavra_error *error, size_t i)
{
	struct seen seen;
	bool whole = look(world, &seen);
	bool fails = attack->come >= COME_ERROR;
	assert_row(whole || fails, i);
	if (fails) {
		if (code == 0 || !strstr(error->text, attack->error))
			fail_msg("row %zu: %d, %s", i, code, code ? error->text : "");
		return;
	}
	if (code < 0)
		fail_msg("row %zu: %s", i, error->text);
	assert_row(seen.created == 1 && seen.tests > 0, i);
	assert_row((seen.recovered > 0) == (attack->come == COME_TOLD), i);
	assert_row(attack->come != COME_WELL || seen.tests == 4, i);
	assert_row(attack->come != COME_ANEW || seen.tests == 1, i);
}

/* stays: the writer has the ledger open all the time. */
static void try_attack(const struct attack *attack, size_t i, bool stays)
{
	void *state;
	struct cavra_error error = {.text = ""};
	struct ledger_draft draft = {"cavra.test", STR("s"), json_object()};
	assert_int_equal(set_up(&state), 0);
	struct world *world = state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, world->directory, LEDGER_SYNC);
	append_text(&writer, "one");
	append_text(&writer, "two");
	append_text(&writer, "three");
	if (!stays) {
		ledger_writer_release(&writer);
		ledger_writer_init(&writer, world->directory, LEDGER_SYNC);
	}
	if (attack->script)
		shell(world, attack->script);
	else
		attack->change(world);
	int code = ledger_append(&writer, &draft, 1, &error);
	check(world, attack, code, &error, 2 * i + stays);
	json_decref(draft.body);
	assert_int_equal(tear_down(&state), 0);
}

static void test_attacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(attacks); i++) {
		try_attack(&attacks[i], i, false);
		if (attacks[i].come != COME_UNOPENED)
			try_attack(&attacks[i], i, true);
	}
}

/* ---- whose it is ---- */

static int append_as(const struct world *world, uid_t user, const char *what)
{
	int ends[2];
	char text[200] = "";
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		struct ledger_writer writer;
		struct cavra_error error = {.text = ""};
		struct ledger_draft draft = {"cavra.test", STR("s"), json_object()};
		ledger_writer_init(&writer, world->directory, LEDGER_SYNC);
		int code = setresuid(user, user, user) == 0
				   ? ledger_append(&writer, &draft, 1, &error)
				   : 1;
		(void)!write(ends[1], error.text, strlen(error.text));
		_exit(code == 0 ? 0 : 1);
	}
	int status;
	close(ends[1]);
	(void)!read(ends[0], text, sizeof text - 1);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (what && !strstr(text, what))
		fail_msg("\"%s\" instead of \"%s\"", text, what);
	return WEXITSTATUS(status);
}

static void test_of_others(void **state)
{
	struct world *world = *state;
	if (geteuid() != 0)
		skip();
	append_alone(world, "one");
	assert_int_equal(chmod(world->directory, 0755), 0);
	assert_int_equal(append_as(world, 65534, "Permission denied"), 1);
	assert_int_equal(chown(world->directory, 12345, 12345), 0);
	assert_int_equal(append_as(world, 65534, "belongs to user 12345"), 1);
	assert_int_equal(chown(world->directory, 0, 0), 0);
	assert_int_equal(append_as(world, 0, NULL), 0);
}

/* ---- what recovering reads ---- */

static uint64_t bytes_read(void)
{
	char line[128];
	uint64_t n = 0;
	FILE *file = fopen("/proc/self/io", "r");
	if (!file)
		return 0;
	if (fgets(line, sizeof line, file))
		n = strtoull(line + strcspn(line, "0123456789"), NULL, 10);
	fclose(file);
	return n;
}

static void add_lines(struct buf *out, struct ledger_head *head, size_t n, size_t bytes)
{
	char *text = malloc(bytes + 1);
	struct cavra_error error;
	memset(text, 'x', bytes);
	text[bytes] = '\0';
	struct ledger_draft draft = {"cavra.test", STR("s"), json_pack("{s:s}", "text", text)};
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(entry_write(out, head, &draft, 1000000, &error), 0);
		buf_add_char(out, '\n');
	}
	json_decref(draft.body);
	free(text);
}

/* A segment of about so many bytes, behind so many that are nearly empty, that ends within a line. What it takes to append to
 * it. */
static uint64_t reads_of(size_t bytes, size_t segments, bool knows)
{
	void *state;
	char name[PLACE_NAME], path[PATH_MAX];
	struct buf CLEANUP_BUF out;
	struct ledger_head head = {0};
	buf_init(&out, 2 * LIMIT_SEGMENT_BYTES);
	assert_int_equal(set_up(&state), 0);
	const struct world *world = state;
	shell(world, "mkdir segments");
	for (size_t i = 0; i <= segments; i++) {
		segment_path(world, head.sequence + 1, path);
		place_segment_name(head.sequence + 1, name);
		buf_clear(&out);
		add_lines(&out, &head, i == segments ? bytes / 30000 : 1,
			  i == segments ? 29000 : 9);
		if (i == segments)
			add_lines(&out, &head, 400, 100);
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(out.p, 1, out.n, file), out.n);
		assert_int_equal(fclose(file), 0);
	}
	if (knows)
		append_alone(world, "one");
	FILE *file = fopen(path, "a");
	assert_true(file && fputs("{\"body\":", file) > 0 && fclose(file) == 0);
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, world->directory, LEDGER_SYNC);
	uint64_t before = bytes_read();
	append_text(&writer, "next");
	uint64_t n = bytes_read() - before;
	assert_int_equal(writer.head.sequence, head.sequence + knows + 2);
	assert_int_equal(tear_down(&state), 0);
	return n;
}

static void test_recovering_reads_the_end(void **state)
{
	(void)state;
	if (!bytes_read())
		skip();
	for (int knows = 0; knows < 2; knows++) {
		uint64_t small = reads_of(MiB(1), 0, knows);
		uint64_t large = reads_of(MiB(60), 0, knows);
		uint64_t many = reads_of(MiB(1), 1000, knows);
		print_message("# %s state: %" PRIu64 " bytes read at 1 MiB, %" PRIu64
			      " at 60 MiB, %" PRIu64 " behind 1000 segments\n",
			      knows ? "with" : "without", small, large, many);
		assert_true(small > 0 && large < 2 * small && many < 2 * small);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attacks),
		WITH_LEDGER(test_of_others),
		cmocka_unit_test(test_recovering_reads_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
