/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs of a ledger: every one holds, and no longer when anything in it is another.
 */
#include "unit.h"

#include <sys/stat.h>

#include "ledger/checkpoint_make.h"
#include "ledger/proof.h"
#include "ledger_world.h"

enum { ENTRIES = 20, EARLY = 7 };

struct proofs {
	struct ledger_index index;
	struct key *key;
	uint64_t early, late;
};

static uint64_t make_checkpoint(const struct world *world)
{
	struct ledger_checkpoint CLEANUP_LEDGER_CHECKPOINT checkpoint = {.bytes = {.p = NULL}};
	struct cavra_error error;
	if (ledger_checkpoint_make(world->directory, &checkpoint, &error) < 0)
		fail_msg("%s", error.text);
	return checkpoint.says.head.size;
}

static void open_proofs(const struct world *world, struct proofs *proofs)
{
	struct buf CLEANUP_BUF text;
	struct note_key signer;
	struct cavra_error error;
	buf_init(&text, LIMIT_NOTE_LINE);
	for (int i = 0; i < ENTRIES; i++) {
		append_alone(world, "entry");
		if (i == EARLY)
			proofs->early = make_checkpoint(world);
	}
	proofs->late = make_checkpoint(world);
	assert_int_equal(ledger_checkpoint_key(world->directory, &text, &error), 0);
	assert_int_equal(note_key_read(buf_str(&text), &signer, &proofs->key, &error), 0);
	assert_int_equal(ledger_index_open(world->directory, false, &proofs->index, &error), 0);
}

static void close_proofs(struct proofs *proofs)
{
	ledger_index_close(&proofs->index);
	key_free(proofs->key);
}

/* The code of verifying it; 0 also checks what it is about. */
static int verify(const struct proofs *proofs, const json_t *json, struct cavra_error *error)
{
	struct ledger_trust trust = {proofs->key, STR("")};
	struct ledger_proof proof;
	json_t *read = NULL;
	char *text = json_text(json, JSON_INDENT(2));
	int code = ledger_proof_verify(str_from(text), &trust, &read, &proof, error);
	json_decref(read);
	free(text);
	return code;
}

static void test_every_entry(void **state)
{
	struct proofs proofs;
	struct cavra_error error;
	open_proofs(*state, &proofs);
	for (uint64_t i = 1; i <= proofs.late; i++) {
		uint64_t sizes[] = {0, proofs.early, proofs.late};
		for (size_t k = 0; k < 3; k++) {
			json_t *json = NULL;
			int code = ledger_proof_json(&proofs.index, i, sizes[k], &json, &error);
			if (sizes[k] && sizes[k] < i) {
				assert_int_equal(code, CAVRA_ERR_NOT_FOUND);
				continue;
			}
			assert_int_equal(code, 0);
			if (verify(&proofs, json, &error) < 0)
				fail_msg("entry %d: %s", (int)i, error.text);
			json_decref(json);
		}
	}
	close_proofs(&proofs);
}

static void test_growth(void **state)
{
	struct proofs proofs;
	struct cavra_error error;
	json_t *json = NULL;
	open_proofs(*state, &proofs);
	assert_int_equal(
		ledger_consistency_json(&proofs.index, proofs.early, proofs.late, &json, &error),
		0);
	assert_int_equal(verify(&proofs, json, &error), 0);
	json_decref(json);
	assert_int_equal(
		ledger_consistency_json(&proofs.index, proofs.late, proofs.late, &json, &error), 0);
	assert_int_equal(verify(&proofs, json, &error), 0);
	json_decref(json);
	assert_int_equal(
		ledger_consistency_json(&proofs.index, proofs.late, proofs.early, &json, &error),
		CAVRA_ERR_INPUT);
	assert_int_equal(ledger_consistency_json(&proofs.index, 0, proofs.early, &json, &error),
			 CAVRA_ERR_INPUT);
	assert_int_equal(ledger_consistency_json(&proofs.index, proofs.early, proofs.late - 1,
						 &json, &error),
			 CAVRA_ERR_NOT_FOUND);
	close_proofs(&proofs);
}

/* Each member in turn is missing, of another type, and the one of another proof. */
static void check_members(const struct proofs *proofs, const json_t *good, const json_t *other)
{
	const char *key;
	json_t *value;
	struct cavra_error error;
	json_object_foreach ((json_t *)good, key, value) {
		json_t *changed[] = {NULL, json_true(), json_object_get(other, key)};
		for (size_t i = 0; i < 3; i++) {
			json_t *json = json_copy_whole((json_t *)good);
			if (changed[i])
				json_object_set(json, key, changed[i]);
			else
				json_object_del(json, key);
			bool same = json_equal(json, good);
			if ((verify(proofs, json, &error) == 0) != same)
				fail_msg("%s, change %zu", key, i);
			json_decref(json);
		}
	}
}

static void test_forged(void **state)
{
	struct proofs proofs;
	struct cavra_error error;
	json_t *one = NULL, *two = NULL, *three = NULL, *four = NULL;
	open_proofs(*state, &proofs);
	assert_int_equal(ledger_proof_json(&proofs.index, 3, proofs.early, &one, &error), 0);
	assert_int_equal(ledger_proof_json(&proofs.index, 4, proofs.late, &two, &error), 0);
	check_members(&proofs, one, two);
	check_members(&proofs, two, one);
	assert_int_equal(
		ledger_consistency_json(&proofs.index, proofs.early, proofs.late, &three, &error),
		0);
	assert_int_equal(
		ledger_consistency_json(&proofs.index, proofs.early, proofs.early, &four, &error),
		0);
	check_members(&proofs, three, four);
	check_members(&proofs, three, one);
	json_object_set_new(one, "more", json_true());
	assert_int_equal(verify(&proofs, one, &error), CAVRA_ERR_INPUT);
	json_decref(one);
	json_decref(two);
	json_decref(three);
	json_decref(four);
	close_proofs(&proofs);
}

static void test_nobody_vouches(void **state)
{
	struct proofs proofs;
	struct ledger_proof proof;
	struct cavra_error error;
	struct key *stranger = NULL;
	json_t *json = NULL, *read = NULL;
	open_proofs(*state, &proofs);
	assert_int_equal(ledger_proof_json(&proofs.index, 5, 0, &json, &error), 0);
	char *text = json_text(json, 0);
	assert_int_equal(ledger_proof_verify(str_from(text), NULL, &read, &proof, &error), 0);
	assert_int_equal(proof.sequence, 5);
	assert_int_equal(proof.size, proofs.late);
	assert_false(proof.is_consistency);
	assert_true(str_starts(proof.origin, STR("cavra.ledger/")));
	json_decref(read);
	assert_int_equal(key_generate(&stranger, &error), 0);
	struct ledger_trust trust = {stranger, STR("")};
	assert_int_equal(ledger_proof_verify(str_from(text), &trust, &read, &proof, &error),
			 CAVRA_ERR_INPUT);
	key_free(stranger);
	free(text);
	json_decref(json);
	close_proofs(&proofs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(test_every_entry),
		WITH_LEDGER(test_growth),
		WITH_LEDGER(test_forged),
		WITH_LEDGER(test_nobody_vouches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
