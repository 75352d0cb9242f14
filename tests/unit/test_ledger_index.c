/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a ledger and its index: any entry is found, the tree is the tree of the lines, and what does not belong to the
 * segments is made again.
 */
#include "unit.h"

#include "ledger/index.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "ledger_world.h"

enum { ENTRIES = 300 };

static void append_many(const struct world *world, int n)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	for (int i = 0; i < n; i++)
		append_text(&writer, "x");
}

static void open_index(const struct world *world, bool again, struct ledger_index *index)
{
	struct cavra_error error;
	if (ledger_index_open(world->directory, again, index, &error) < 0)
		fail_msg("%s", error.text);
}

/* The root that the lines by themselves have. */
static uint64_t root_of_lines(const struct world *world, uint8_t ret_root[SHA256_BYTES])
{
	struct ledger_reader CLEANUP_LEDGER_READER reader;
	struct merkle_frontier frontier = {.size = 0};
	struct cavra_error error;
	struct str line;
	uint8_t leaf[SHA256_BYTES];
	assert_int_equal(ledger_reader_open(world->directory, &reader, &error), 0);
	while (ledger_reader_next(&reader, &line, &error) == 1) {
		merkle_leaf(line, leaf);
		merkle_frontier_add(&frontier, leaf, NULL);
	}
	merkle_frontier_root(&frontier, ret_root);
	return frontier.size;
}

static void check_index(const struct world *world, struct ledger_index *index)
{
	uint8_t wanted[SHA256_BYTES], root[SHA256_BYTES];
	struct cavra_error error;
	struct merkle_tree tree = ledger_index_tree(index, index->size);
	assert_int_equal(root_of_lines(world, wanted), index->size);
	assert_int_equal(merkle_root(&tree, root, &error), 0);
	assert_memory_equal(root, wanted, sizeof root);
	for (uint64_t i = 1; i <= index->size; i += 37) {
		struct entry_link link;
		struct str line;
		assert_int_equal(ledger_index_line(index, i, &line, &error), 0);
		assert_true(entry_link(line, &link, NULL));
		assert_int_equal(link.sequence, i);
	}
}

static void check_fresh_index(const struct world *world)
{
	struct ledger_index CLEANUP_LEDGER_INDEX index;
	open_index(world, false, &index);
	check_index(world, &index);
}

static void test_grows(void **state)
{
	struct world *world = *state;
	append_many(world, 1);
	for (int i = 0; i < 4; i++) {
		check_fresh_index(world);
		append_many(world, ENTRIES / 4);
	}
	struct ledger_index CLEANUP_LEDGER_INDEX index;
	open_index(world, true, &index);
	check_index(world, &index);
	assert_int_equal(index.size, ENTRIES + 2);
	struct str line;
	struct cavra_error error;
	assert_int_equal(ledger_index_line(&index, ENTRIES + 3, &line, &error),
			 CAVRA_ERR_NOT_FOUND);
	assert_int_equal(ledger_index_line(&index, 0, &line, &error), CAVRA_ERR_NOT_FOUND);
}

/* A crash, a mistake, another ledger's. */
static void test_what_does_not_belong(void **state)
{
	static const struct {
		const char *name;
		off_t size;
	} cuts[] = {{"derived/offsets", 0}, {"derived/offsets", 4 * 100}, {"derived/offsets", 401},
		    {"derived/tree", 0},    {"derived/tree", 32 * 50},    {"derived/tree", 33}};
	struct world *world = *state;
	char path[PATH_MAX];
	append_many(world, ENTRIES);
	check_fresh_index(world);
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		path_of(world, cuts[i].name, path);
		assert_int_equal(truncate(path, cuts[i].size), 0);
		check_fresh_index(world);
	}
	path_of(world, "segments", path);
	char command[2 * PATH_MAX];
	(void)snprintf(command, sizeof command, "rm -r '%s' '%s/state'", path, world->directory);
	assert_int_equal(system(command), 0); /* NOLINT: a path of our own making */
	append_many(world, ENTRIES);
	check_fresh_index(world);
}

static void test_nothing_may_be_written(void **state)
{
	struct world *world = *state;
	char path[PATH_MAX];
	append_many(world, ENTRIES);
	path_of(world, "derived", path);
	close(open(path, O_WRONLY | O_CREAT, 0600)); /* no directory */
	check_fresh_index(world);
}

static void test_damage(void **state)
{
	struct world *world = *state;
	struct ledger_index index;
	struct cavra_error error;
	char path[PATH_MAX];
	append_many(world, 3);
	segment_path(world, 1, path);
	int fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, "X", 1, 20), 1);
	close(fd);
	assert_int_equal(ledger_index_open(world->directory, false, &index, &error),
			 CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "line 1 of segment 1"));
}

static void test_no_ledger(void **state)
{
	struct ledger_index index;
	struct cavra_error error;
	(void)state;
	assert_int_equal(ledger_index_open("/tmp/cavra-no-such-ledger", false, &index, &error),
			 CAVRA_ERR_NOT_FOUND);
}

/* Lines of a reader: as long as may be, longer, and one that is not finished. */
static void test_lines(void **state)
{
	struct world *world = *state;
	struct cavra_error error;
	char path[PATH_MAX], *text = malloc(LIMIT_LEDGER_ENTRY_BYTES + 2);
	path_of(world, "segments", path);
	assert_int_equal(mkdir(path, 0700), 0);
	memset(text, 'x', LIMIT_LEDGER_ENTRY_BYTES + 2);
	for (size_t more = 0; more < 2; more++) {
		struct ledger_reader CLEANUP_LEDGER_READER reader;
		struct str line;
		size_t n = LIMIT_LEDGER_ENTRY_BYTES + more;
		segment_path(world, 1, path);
		FILE *file = fopen(path, "w");
		for (int i = 0; i < 20; i++) {
			fwrite(text, 1, n, file);
			fputc('\n', file);
		}
		fputs("unfinished", file);
		fclose(file);
		assert_int_equal(ledger_reader_open(world->directory, &reader, &error), 0);
		int code, lines = 0;
		while ((code = ledger_reader_next(&reader, &line, &error)) == 1) {
			assert_int_equal(line.n, n);
			assert_int_equal(reader.number, ++lines);
		}
		assert_int_equal(code, more ? CAVRA_ERR_INPUT : 0);
		assert_int_equal(lines, more ? 0 : 20);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(test_grows),  WITH_LEDGER(test_what_does_not_belong),
		WITH_LEDGER(test_damage), WITH_LEDGER(test_nothing_may_be_written),
		WITH_LEDGER(test_lines),  cmocka_unit_test(test_no_ledger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
