/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying ledgers: how much a report lists, and how many keys a ledger names. What is found is in ledger-tamper.test.mjs.
 */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/note.h"
#include "ledger/checkpoint_make.h"
#include "ledger/tiles.h"
#include "ledger/verify.h"
#include "ledger_world.h"

static json_t *verify(const struct world *world, enum ledger_verdict expected)
{
	struct ledger_verification what = {.directory = world->directory};
	struct cavra_error error;
	enum ledger_verdict verdict;
	json_t *report = NULL;
	assert_int_equal(ledger_verify(&what, &verdict, &report, &error), 0);
	if (verdict != expected)
		fail_msg("%d: %s", (int)verdict, json_dumps(report, JSON_INDENT(2)));
	return report;
}

static void test_report(void **state)
{
	struct world *world = *state;
	char path[PATH_MAX];
	append_alone(world, "x");
	segment_path(world, 1, path);
	int fd = open(path, O_WRONLY | O_APPEND);
	for (int i = 0; i < LIMIT_LEDGER_REPORT; i++)
		assert_int_equal(write(fd, "no entry\n", 9), 9);
	json_t *report = verify(world, LEDGER_FAILED);
	assert_int_equal(json_array_size(json_object_get(report, "errors")), LIMIT_LEDGER_REPORT);
	assert_int_equal(json_integer_value(json_object_get(report, "error_count")),
			 LIMIT_LEDGER_REPORT);
	json_decref(report);
	assert_int_equal(write(fd, "no entry\n", 9), 9);
	close(fd);
	report = verify(world, LEDGER_FAILED);
	assert_int_equal(json_array_size(json_object_get(report, "errors")), LIMIT_LEDGER_REPORT);
	assert_int_equal(json_integer_value(json_object_get(report, "error_count")),
			 LIMIT_LEDGER_REPORT + 1);
	json_decref(report);
}

static void append_key(const struct world *world, const char *origin)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct key CLEANUP_KEY *key = NULL;
	struct note_key signer;
	struct cavra_error error;
	struct buf CLEANUP_BUF text;
	buf_init(&text, LIMIT_NOTE_LINE);
	assert_int_equal(key_generate(&key, &error), 0);
	assert_int_equal(note_key_init(&signer, str_from(origin), key, &error), 0);
	assert_int_equal(note_key_write(&signer, &text, &error), 0);
	struct ledger_draft draft = {LEDGER_KEY_CREATED, STR("ledger"),
				     json_pack("{s:s}", "verifier_key", text.p)};
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	assert_int_equal(ledger_append(&writer, &draft, 1, &error), 0);
	json_decref(draft.body);
}

static void test_keys(void **state)
{
	struct world *world = *state;
	struct ledger_index index;
	struct cavra_error error;
	char origin[LEDGER_ORIGIN];
	append_alone(world, "x");
	assert_int_equal(ledger_index_open(world->directory, false, &index, &error), 0);
	assert_int_equal(ledger_index_origin(&index, origin, &error), 0);
	ledger_index_close(&index);
	for (int i = 0; i < LIMIT_LEDGER_KEYS; i++)
		append_key(world, origin);
	json_decref(verify(world, LEDGER_INTEGRITY_ONLY));
	append_key(world, origin);
	json_decref(verify(world, LEDGER_FAILED));
}

static void test_key_of_another_ledger(void **state)
{
	struct world *world = *state;
	append_alone(world, "x");
	append_key(world, "cavra.ledger/00000000000000000000000000000000");
	json_decref(verify(world, LEDGER_FAILED));
}

static void test_tile_names(void **state)
{
	static const struct {
		int level;
		uint64_t number;
		unsigned width;
		const char *name;
	} names[] = {
		{0, 0, 256, "tile/0/000"},
		{0, 999, 256, "tile/0/999"},
		{0, 1000, 256, "tile/0/x001/000"},
		{1, 1234067, 256, "tile/1/x001/x234/067"},
		{0, 1234067, 8, "tile/0/x001/x234/067.p/8"},
		{TILE_ENTRIES, 67, 255, "tile/entries/067.p/255"},
		{7, UINT64_MAX >> 8, 1, "tile/7/x072/x057/x594/x037/x927/935.p/1"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char name[TILE_NAME];
		tile_name(names[i].level, names[i].number, names[i].width, name);
		assert_string_equal(name, names[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(test_report),
		WITH_LEDGER(test_keys),
		WITH_LEDGER(test_key_of_another_ledger),
		cmocka_unit_test(test_tile_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
