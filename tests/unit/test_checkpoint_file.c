/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints of a ledger: what is signed, with whose key, and what is no longer signed when the ledger was rewritten.
 */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/checkpoint_make.h"
#include "ledger/proof.h"
#include "ledger/verify.h"
#include "ledger_world.h"

static void make(const struct world *world, uint64_t size)
{
	struct ledger_checkpoint CLEANUP_LEDGER_CHECKPOINT checkpoint = {.bytes = {.p = NULL}};
	struct cavra_error error;
	if (ledger_checkpoint_make(world->directory, &checkpoint, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(checkpoint.says.head.size, size);
	assert_true(str_starts(checkpoint.says.origin, STR("cavra.ledger/")));
}

static void refuse(const struct world *world, enum cavra_code code, const char *why)
{
	struct ledger_checkpoint checkpoint;
	struct cavra_error error;
	assert_int_equal(ledger_checkpoint_make(world->directory, &checkpoint, &error), code);
	if (!strstr(error.text, why))
		fail_msg("%s", error.text);
}

static void append_some(const struct world *world, int n)
{
	for (int i = 0; i < n; i++)
		append_alone(world, "x");
}

static void remove_file(const struct world *world, const char *name)
{
	char path[PATH_MAX];
	path_of(world, name, path);
	assert_int_equal(unlink(path), 0);
}

static void test_made_and_used_again(void **state)
{
	struct world *world = *state;
	struct stat status;
	char path[PATH_MAX];
	append_some(world, 3);
	/* created, three, and the key's */
	make(world, 5);
	make(world, 5);
	append_some(world, 1);
	make(world, 6);
	path_of(world, LEDGER_KEY_FILE, path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_signed_with_the_key_that_the_ledger_names(void **state)
{
	struct world *world = *state;
	struct ledger_checkpoint CLEANUP_LEDGER_CHECKPOINT checkpoint = {.bytes = {.p = NULL}};
	struct buf CLEANUP_BUF text;
	struct key CLEANUP_KEY *key = NULL;
	struct note_key signer;
	struct cavra_error error;
	buf_init(&text, LIMIT_NOTE_LINE);
	append_some(world, 1);
	assert_int_equal(ledger_checkpoint_key(world->directory, &text, &error),
			 CAVRA_ERR_NOT_FOUND);
	make(world, 3);
	assert_int_equal(ledger_checkpoint_key(world->directory, &text, &error), 0);
	assert_int_equal(note_key_read(buf_str(&text), &signer, &key, &error), 0);
	assert_int_equal(ledger_checkpoint_make(world->directory, &checkpoint, &error), 0);
	struct ledger_trust trust = {key, STR("")}, other = {key, STR("cavra.ledger/else")};
	assert_int_equal(ledger_checkpoint_verify(&checkpoint, &trust), NOTE_VERIFIED);
	trust.name = signer.name;
	assert_int_equal(ledger_checkpoint_verify(&checkpoint, &trust), NOTE_VERIFIED);
	assert_int_equal(ledger_checkpoint_verify(&checkpoint, &other), NOTE_UNKNOWN);

	char path[PATH_MAX], bytes[8192];
	segment_path(world, 1, path);
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof bytes);
	close(fd);
	assert_true(n > 0);
	assert_true(str_find(str_make(bytes, (size_t)n), STR(LEDGER_KEY_CREATED)) != STR_NPOS);
	assert_true(str_find(str_make(bytes, (size_t)n), buf_str(&text)) != STR_NPOS);
}

static void test_rewritten(void **state)
{
	struct world *world = *state;
	append_some(world, 3);
	make(world, 5);
	remove_file(world, "segments/00000000000000000001.jsonl");
	remove_file(world, "state");
	append_some(world, 2);
	refuse(world, CAVRA_ERR_INPUT, "the ledger was rewritten: there is a checkpoint of 5");
	append_some(world, 9);
	refuse(world, CAVRA_ERR_INPUT, "the ledger was rewritten: its first 5 entries");
}

static void overwrite(const struct world *world, const char *name, off_t at, size_t n)
{
	char path[PATH_MAX], zeros[256] = {0};
	path_of(world, name, path);
	int fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, zeros, n, at), n);
	close(fd);
}

/* Those that are given hold; of an index that was made again, all are. */
static void check_proofs(const struct world *world, uint64_t size, bool again)
{
	struct ledger_index CLEANUP_LEDGER_INDEX index;
	struct cavra_error error;
	assert_int_equal(ledger_index_open(world->directory, again, &index, &error), 0);
	for (uint64_t i = 1; i <= size; i++) {
		json_t *proof = NULL, *read = NULL;
		struct ledger_proof what;
		if (ledger_proof_json(&index, i, size, &proof, &error) < 0) {
			assert_true(!again && strstr(error.text, "cavra ledger rebuild"));
			continue;
		}
		char *text = json_text(proof, 0);
		assert_int_equal(ledger_proof_verify(str_from(text), NULL, &read, &what, &error),
				 0);
		free(text);
		json_decref(read);
		json_decref(proof);
	}
}

/* Of the index, which no checkpoint brings to disk, a power failure leaves anything. What is signed is of the entries. */
static void test_of_the_entries_and_not_of_the_index(void **state)
{
	static const struct {
		const char *name;
		off_t at; /* the entry that another size was signed with, or one behind it */
		size_t n;
	} rows[] = {
		{"derived/tree", 0, 32},       {"derived/tree", 32 * 3, 32},
		{"derived/tree", 32, 256},     {"derived/tree", 32 * 12, 64},
		{"derived/offsets", 4 * 6, 4}, {"derived/offsets", 4 * 5, 8},
	};
	struct world *world = *state;
	uint64_t size = 5;
	append_some(world, 3);
	make(world, size);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ledger_verification what = {.directory = world->directory};
		struct ledger_index index;
		struct cavra_error error;
		enum ledger_verdict verdict;
		json_t *report = NULL;
		append_some(world, 4);
		assert_int_equal(ledger_index_open(world->directory, false, &index, &error), 0);
		ledger_index_close(&index);
		overwrite(world, rows[i].name, rows[i].at, rows[i].n);
		size += 4;
		make(world, size);
		assert_int_equal(ledger_verify(&what, &verdict, &report, &error), 0);
		assert_row(verdict == LEDGER_INTEGRITY_ONLY, i);
		json_decref(report);
		check_proofs(world, size, false);
		check_proofs(world, size, true);
	}
}

static void test_key_of_others(void **state)
{
	struct world *world = *state;
	char path[PATH_MAX];
	append_some(world, 1);
	make(world, 3);
	path_of(world, LEDGER_KEY_FILE, path);
	assert_int_equal(chmod(path, 0640), 0);
	refuse(world, CAVRA_ERR_INPUT, "not a file of its owner's alone");
	remove_file(world, LEDGER_KEY_FILE);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	refuse(world, CAVRA_ERR_IO, LEDGER_KEY_FILE);
	remove_file(world, LEDGER_KEY_FILE);
	/* Another key, which the ledger tells of. */
	make(world, 4);
}

static void test_forged_in_place(void **state)
{
	struct world *world = *state;
	char path[PATH_MAX], bytes[4096];
	append_some(world, 1);
	make(world, 3);
	path_of(world, "checkpoints/00000000000000000003", path);
	int fd = open(path, O_RDWR);
	ssize_t n = read(fd, bytes, sizeof bytes);
	assert_true(n > 10);
	bytes[n - 10] = bytes[n - 10] == 'A' ? 'B' : 'A';
	assert_int_equal(pwrite(fd, bytes, (size_t)n, 0), n);
	close(fd);
	refuse(world, CAVRA_ERR_INPUT, "is not signed with the ledger's key");
}

static void test_nothing_there(void **state)
{
	struct world *world = *state;
	refuse(world, CAVRA_ERR_NOT_FOUND, "no entries");
	world->directory[5] = 'X';
	refuse(world, CAVRA_ERR_NOT_FOUND, "there is no ledger");
	world->directory[5] = 'c';
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(test_made_and_used_again),
		WITH_LEDGER(test_signed_with_the_key_that_the_ledger_names),
		WITH_LEDGER(test_rewritten),
		WITH_LEDGER(test_of_the_entries_and_not_of_the_index),
		WITH_LEDGER(test_key_of_others),
		WITH_LEDGER(test_forged_in_place),
		WITH_LEDGER(test_nothing_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
