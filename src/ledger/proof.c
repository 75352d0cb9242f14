/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs, see proof.h. Hashes are in base64, as in checkpoints.
 */
#include "ledger/proof.h"

#include <inttypes.h>

#include "crypto/base64.h"
#include "json/json.h"

/* ---- making ---- */

int ledger_checkpoint_of(struct ledger_index *index, uint64_t size,
			 struct ledger_checkpoint *ret_checkpoint, struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	struct merkle_head head = {.size = size};
	char origin[LEDGER_ORIGIN];
	if (size > index->size)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "the ledger has %" PRIu64 " entries, not %" PRIu64, index->size,
				 size);
	struct merkle_tree tree = ledger_index_tree(index, size);
	int code = ledger_checkpoint_read(index->reader.place, size, &checkpoint, error);
	if (code == CAVRA_ERR_NOT_FOUND)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "there is no checkpoint of %" PRIu64
				 " entries; cavra ledger checkpoint makes one of all there are",
				 size);
	if (code < 0)
		return code;
	code = ledger_index_origin(index, origin, error);
	if (code == 0)
		code = merkle_root(&tree, head.root, error);
	if (code == 0 && (!str_is(checkpoint.says.origin, origin) ||
			  memcmp(head.root, checkpoint.says.head.root, sizeof head.root) != 0))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the checkpoint of %" PRIu64 " entries is not of this ledger; "
				 "cavra ledger verify tells more",
				 size);
	if (code < 0)
		ledger_checkpoint_release(&checkpoint);
	else
		*ret_checkpoint = checkpoint;
	return code;
}

/* NULL without memory. */
static json_t *write_hashes(uint8_t (*hash)[SHA256_BYTES], size_t n)
{
	json_t *list = json_array();
	bool whole = list;
	for (size_t i = 0; whole && i < n; i++) {
		struct buf CLEANUP_BUF text;
		buf_init(&text, 64);
		base64_encode(&text, str_make((const char *)hash[i], SHA256_BYTES));
		whole = !text.failed &&
			json_array_append_new(list, json_stringn(text.p, text.n)) == 0;
	}
	if (whole)
		return list;
	json_decref(list);
	return NULL;
}

static int give(json_t *proof, json_t **ret, struct cavra_error *error)
{
	if (!proof)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	*ret = proof;
	return 0;
}

/* The newest checkpoint is the one that others are most likely to have. */
static int choose_size(const struct ledger_index *index, uint64_t sequence, uint64_t *size,
		       struct cavra_error *error)
{
	if (sequence == 0 || sequence > index->size)
		return ledger_index_lacks(index, sequence, error);
	if (*size == 0) {
		int code = ledger_checkpoint_newest(index->reader.place, index->size, size, error);
		if (code < 0)
			return code;
	}
	if (*size < sequence)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "the checkpoint of %" PRIu64
				 " entries is older than entry %" PRIu64
				 "; cavra ledger checkpoint makes a newer one",
				 *size, sequence);
	return 0;
}

/* What a crash has left of the index may be something else than was written. */
static int fail_index(struct cavra_error *error)
{
	return error_set(
		error, CAVRA_ERR_INPUT,
		"the index of the ledger does not give a proof that holds; run cavra ledger "
		"rebuild");
}

static int make_inclusion(struct ledger_index *index, uint64_t sequence,
			  const struct ledger_checkpoint *checkpoint, json_t **ret,
			  struct cavra_error *error)
{
	uint8_t hash[MERKLE_PROOF][SHA256_BYTES], leaf[SHA256_BYTES];
	struct merkle_tree tree = ledger_index_tree(index, checkpoint->says.head.size);
	struct str line = STR("");
	size_t n = 0;
	int code = merkle_prove_inclusion(&tree, sequence - 1, hash, &n, error);
	if (code == 0)
		code = ledger_index_line(index, sequence, &line, error);
	if (code < 0)
		return code;
	merkle_leaf(line, leaf);
	if (!merkle_verify_inclusion(&checkpoint->says.head, sequence - 1, leaf,
				     (struct merkle_proof){hash, n}))
		return fail_index(error);
	return give(json_pack("{s:s, s:s, s:s%, s:I, s:I, s:o, s:s%}", "schema_version",
			      LEDGER_PROOF_SCHEMA, "kind", "inclusion", "entry", line.p, line.n,
			      "index", (json_int_t)(sequence - 1), "size",
			      (json_int_t)checkpoint->says.head.size, "hashes",
			      write_hashes(hash, n), "checkpoint", checkpoint->bytes.p,
			      checkpoint->bytes.n),
		    ret, error);
}

int ledger_proof_json(struct ledger_index *index, uint64_t sequence, uint64_t size, json_t **ret,
		      struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	int code = choose_size(index, sequence, &size, error);
	if (code == 0)
		code = ledger_checkpoint_of(index, size, &checkpoint, error);
	if (code < 0)
		return code;
	code = make_inclusion(index, sequence, &checkpoint, ret, error);
	ledger_checkpoint_release(&checkpoint);
	return code;
}

static int make_consistency(struct ledger_index *index, const struct ledger_checkpoint *from,
			    const struct ledger_checkpoint *to, json_t **ret,
			    struct cavra_error *error)
{
	uint8_t hash[MERKLE_PROOF][SHA256_BYTES];
	struct merkle_tree tree = ledger_index_tree(index, to->says.head.size);
	size_t n = 0;
	int code = merkle_prove_consistency(&tree, from->says.head.size, hash, &n, error);
	if (code < 0)
		return code;
	if (!merkle_verify_consistency(&from->says.head, &to->says.head,
				       (struct merkle_proof){hash, n}))
		return fail_index(error);
	return give(json_pack("{s:s, s:s, s:I, s:I, s:o, s:s%, s:s%}", "schema_version",
			      LEDGER_PROOF_SCHEMA, "kind", "consistency", "from",
			      (json_int_t)from->says.head.size, "size",
			      (json_int_t)to->says.head.size, "hashes", write_hashes(hash, n),
			      "from_checkpoint", from->bytes.p, from->bytes.n, "checkpoint",
			      to->bytes.p, to->bytes.n),
		    ret, error);
}

int ledger_consistency_json(struct ledger_index *index, uint64_t from, uint64_t to, json_t **ret,
			    struct cavra_error *error)
{
	struct ledger_checkpoint old = {.bytes = {.p = NULL}}, later = {.bytes = {.p = NULL}};
	if (from == 0 || from > to)
		return error_set(error, CAVRA_ERR_INPUT,
				 "an earlier size is not 0 and not above the later one");
	int code = ledger_checkpoint_of(index, from, &old, error);
	if (code < 0)
		return code;
	code = ledger_checkpoint_of(index, to, &later, error);
	if (code == 0) {
		code = make_consistency(index, &old, &later, ret, error);
		ledger_checkpoint_release(&later);
	}
	ledger_checkpoint_release(&old);
	return code;
}

/* ---- verifying ---- */

struct checked {
	const json_t *json;
	const struct ledger_trust *trust;
	uint8_t hash[MERKLE_PROOF][SHA256_BYTES];
	size_t n;
};

static int read_number(const struct checked *checked, const char *key, uint64_t *ret_number,
		       struct cavra_error *error)
{
	json_int_t number = -1;
	if (!json_get_int(checked->json, key, &number) || number < 0)
		return error_set(error, CAVRA_ERR_INPUT, "%s of the proof is no number", key);
	*ret_number = (uint64_t)number;
	return 0;
}

static int read_hashes(struct checked *checked, struct cavra_error *error)
{
	const json_t *list = json_get_array(checked->json, "hashes"), *item;
	size_t i, n;
	if (!list || json_array_size(list) > MERKLE_PROOF)
		return error_set(error, CAVRA_ERR_INPUT,
				 "hashes of the proof is no list of at most %d", (int)MERKLE_PROOF);
	json_array_foreach ((json_t *)list, i, item)
		if (!json_is_string(item) ||
		    !base64_decode(json_str(item), checked->hash[i], SHA256_BYTES, &n) ||
		    n != SHA256_BYTES)
			return error_set(error, CAVRA_ERR_INPUT,
					 "hash %zu of the proof is not 32 bytes in base64", i + 1);
	checked->n = json_array_size(list);
	return 0;
}

/* A checkpoint in the proof, of the size that it names beside it. */
static int read_checkpoint(const struct checked *checked, const char *key, uint64_t size,
			   struct ledger_checkpoint *ret_checkpoint, struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	struct str text;
	int code = json_need_str(checked->json, key, &text, error);
	if (code == 0)
		code = ledger_checkpoint_parse(text, &checkpoint, error);
	if (code < 0)
		return error_prefix(error, "%s of the proof", key);
	if (checkpoint.says.head.size != size)
		code = error_set(error, CAVRA_ERR_INPUT, "%s of the proof is of another size", key);
	else if (checked->trust &&
		 ledger_checkpoint_verify(&checkpoint, checked->trust) != NOTE_VERIFIED)
		code = error_set(error, CAVRA_ERR_INPUT,
				 "%s of the proof is not signed with the key that was given", key);
	if (code < 0)
		ledger_checkpoint_release(&checkpoint);
	else
		*ret_checkpoint = checkpoint;
	return code;
}

/* The origin stands in the proof's own text as well, which outlives the checkpoint. */
static struct str lasting_origin(const struct checked *checked)
{
	struct str text = STR(""), line = STR("");
	(void)json_get_str(checked->json, "checkpoint", &text);
	(void)str_split(&text, '\n', &line);
	return line;
}

static int check_entry(const struct checked *checked, const struct merkle_head *head,
		       struct ledger_proof *proof, struct cavra_error *error)
{
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	uint8_t leaf[SHA256_BYTES];
	uint64_t index = 0;
	int code = read_number(checked, "index", &index, error);
	if (code == 0)
		code = json_need_str(checked->json, "entry", &proof->entry, error);
	if (code == 0)
		code = entry_read(proof->entry, &entry, error);
	if (code < 0)
		return error_prefix(error, "entry of the proof");
	proof->sequence = entry.link.sequence;
	if (index != proof->sequence - 1)
		return error_set(error, CAVRA_ERR_INPUT,
				 "index of the proof is not the one of its entry");
	merkle_leaf(proof->entry, leaf);
	if (!merkle_verify_inclusion(head, index, leaf,
				     (struct merkle_proof){checked->hash, checked->n}))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the entry is not in the ledger that the checkpoint is of");
	return 0;
}

static int check_growth(const struct checked *checked, const struct ledger_checkpoint *later,
			struct ledger_proof *proof, struct cavra_error *error)
{
	struct ledger_checkpoint old = {.bytes = {.p = NULL}};
	int code = read_number(checked, "from", &proof->from, error);
	if (code == 0)
		code = read_checkpoint(checked, "from_checkpoint", proof->from, &old, error);
	if (code < 0)
		return code;
	if (!str_eq(old.says.origin, later->says.origin))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the checkpoints of the proof are of different ledgers");
	else if (!merkle_verify_consistency(&old.says.head, &later->says.head,
					    (struct merkle_proof){checked->hash, checked->n}))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the ledger of the later checkpoint does not continue the one of "
				 "the earlier");
	ledger_checkpoint_release(&old);
	return code;
}

static int check_proof(struct checked *checked, struct ledger_proof *proof,
		       struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	struct str schema = STR(""), kind = STR("");
	int code = json_need_str(checked->json, "schema_version", &schema, error);
	if (code == 0)
		code = json_need_str(checked->json, "kind", &kind, error);
	if (code < 0)
		return code;
	proof->is_consistency = str_is(kind, "consistency");
	if (!str_is(schema, LEDGER_PROOF_SCHEMA) ||
	    (!proof->is_consistency && !str_is(kind, "inclusion")) ||
	    json_object_size(checked->json) != 7)
		return error_set(error, CAVRA_ERR_INPUT,
				 "this is no proof of schema " LEDGER_PROOF_SCHEMA);
	code = read_number(checked, "size", &proof->size, error);
	if (code == 0)
		code = read_hashes(checked, error);
	if (code == 0)
		code = read_checkpoint(checked, "checkpoint", proof->size, &checkpoint, error);
	if (code < 0)
		return code;
	code = proof->is_consistency ? check_growth(checked, &checkpoint, proof, error)
				     : check_entry(checked, &checkpoint.says.head, proof, error);
	ledger_checkpoint_release(&checkpoint);
	proof->origin = lasting_origin(checked);
	return code;
}

int ledger_proof_verify(struct str text, const struct ledger_trust *trust, json_t **ret_json,
			struct ledger_proof *ret_proof, struct cavra_error *error)
{
	struct checked checked = {.trust = trust};
	struct ledger_proof proof = {0};
	json_t *json;
	int code = json_read(text, 0, &json, error);
	if (code < 0)
		return code;
	checked.json = json;
	code = json_is_object(json) ? check_proof(&checked, &proof, error)
				    : error_set(error, CAVRA_ERR_INPUT, "a proof is an object");
	if (code < 0) {
		json_decref(json);
		return code;
	}
	*ret_json = json;
	*ret_proof = proof;
	return 0;
}
