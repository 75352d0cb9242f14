/* SPDX-License-Identifier: Apache-2.0
 *
 * Making ledger.json, see entries.h. One pass over the ledger for the entries that are asked for; the hashes of all others
 * are in its index, so that what this takes does not grow with the ledger.
 */
#include "evidence/entries.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/when.h"
#include "crypto/base64.h"
#include "crypto/merkle.h"
#include "evidence/document.h"
#include "ledger/checkpoint_file.h"
#include "ledger/entry.h"
#include "ledger/index.h"
#include "ledger/place.h"
#include "ledger/reader.h"
#include "json/json.h"

struct reading {
	const struct ledger_selection *selection;
	struct ledger_index index;
	struct ledger_head last;
	char origin[LEDGER_ORIGIN];
	uint64_t first_selected, last_selected;
	bool ended;                  /* nothing more is selected */
	uint64_t size;               /* of the tree that the proofs are for */
	struct buf checkpoint;       /* the note about it; empty: there is none */
	json_t *entries, *decisions; /* owned */
	size_t bytes;                /* of the lines in entries */
};

/* ---- reading ---- */

static int check_chain(struct reading *reading, const struct entry_link *link,
		       struct cavra_error *error)
{
	if (link->sequence != reading->last.sequence + 1 ||
	    strcmp(link->previous_hash, reading->last.record_hash) != 0)
		return error_set(error, CAVRA_ERR_INPUT,
				 "entry %llu does not follow the one before it",
				 (unsigned long long)link->sequence);
	reading->last.sequence = link->sequence;
	memcpy(reading->last.record_hash, link->record_hash, SHA256_HEX);
	return 0;
}

static bool is_selected(struct reading *reading, const struct ledger_entry *entry)
{
	const struct ledger_selection *selection = reading->selection;
	int64_t when = 0;
	if (selection->session_id.n && !str_eq(selection->session_id, entry->session_id))
		return false;
	/* From the first on, all, up to one that is too late: clocks go back, and none may be missing between them. */
	bool timed = when_parse(entry->timestamp, &when);
	reading->ended |= reading->first_selected && selection->until && timed &&
			  when >= selection->until;
	if (reading->ended || (selection->until && timed && when >= selection->until))
		return false;
	return !selection->since || reading->first_selected || (timed && when >= selection->since);
}

static int select_entry(struct reading *reading, struct str line, struct cavra_error *error)
{
	struct ledger_entry CLEANUP_ENTRY entry = {.json = NULL};
	int code = entry_read(line, &entry, error);
	if (code < 0 || !is_selected(reading, &entry))
		return code;
	json_t *item = json_pack("{s:s%, s:I}", "line", line.p, line.n, "sequence",
				 (json_int_t)entry.link.sequence);
	json_t *decision = str_is(entry.event_type, "cavra.decision")
				   ? json_object_get(entry.body, "decision")
				   : NULL;
	if (!item || json_array_append_new(reading->entries, item) < 0 ||
	    (decision && json_array_append(reading->decisions, decision) < 0))
		return evidence_no_memory(error);
	reading->bytes += line.n;
	if (reading->bytes > LIMIT_DOCUMENT_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the entries are more than %zu bytes; make several bundles of "
				 "them, with --since and --until",
				 LIMIT_DOCUMENT_BYTES);
	if (!reading->first_selected)
		reading->first_selected = entry.link.sequence;
	reading->last_selected = entry.link.sequence;
	return 0;
}

static int read_line(struct reading *reading, struct str line, struct cavra_error *error)
{
	struct entry_link link;
	const char *wrong = NULL;
	if (!entry_link(line, &link, &wrong))
		return error_set(error, CAVRA_ERR_INPUT, "behind entry %llu: %s",
				 (unsigned long long)reading->last.sequence, wrong);
	int code = check_chain(reading, &link, error);
	if (code == 0 && link.sequence == 1)
		code = ledger_origin(line, reading->origin, error);
	return code < 0 ? code : select_entry(reading, line, error);
}

static int read_ledger(struct reading *reading, const char *directory, struct cavra_error *error)
{
	struct ledger_reader CLEANUP_LEDGER_READER reader;
	struct str line;
	int code = ledger_reader_open(directory, &reader, error);
	if (code < 0)
		return code;
	/* What others have added behind the index is not part of it. */
	while (reading->last.sequence < reading->index.size &&
	       (code = ledger_reader_next(&reader, &line, error)) > 0) {
		code = read_line(reading, line, error);
		if (code < 0)
			return code;
	}
	return code < 0 ? code : 0;
}

/* ---- the newest checkpoint, when it covers what was selected ---- */

static int check_root(struct reading *reading, const struct ledger_checkpoint *checkpoint,
		      struct cavra_error *error)
{
	const struct merkle_tree tree = ledger_index_tree(&reading->index,
							  checkpoint->says.head.size);
	uint8_t root[SHA256_BYTES];
	int code = merkle_root(&tree, root, error);
	if (code == 0 && (memcmp(root, checkpoint->says.head.root, sizeof root) != 0 ||
			  !str_is(checkpoint->says.origin, reading->origin)))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the checkpoint of %llu entries is not of this ledger: one of the "
				 "two was changed",
				 (unsigned long long)tree.size);
	return code;
}

static int find_checkpoint(struct reading *reading, const char *directory,
			   struct cavra_error *error)
{
	uint64_t size = 0;
	int CLEANUP_FD place = place_open(directory, false, error);
	if (place < 0)
		return error->code;
	reading->size = reading->last.sequence;
	int code = ledger_checkpoint_newest(place, reading->last.sequence, &size, error);
	if (code < 0 || size < reading->last_selected)
		return code;
	struct ledger_checkpoint checkpoint;
	code = ledger_checkpoint_read(place, size, &checkpoint, error);
	if (code < 0)
		return code;
	code = check_root(reading, &checkpoint, error);
	buf_add(&reading->checkpoint, buf_str(&checkpoint.bytes));
	reading->size = size;
	ledger_checkpoint_release(&checkpoint);
	return code;
}

/* ---- proving ---- */

/* The index is only a help: what it gives must prove the line that was read. */
static int prove(struct reading *reading, const json_t *item, const struct merkle_head *head,
		 uint8_t ret_hash[MERKLE_PROOF][SHA256_BYTES], size_t *ret_n,
		 struct cavra_error *error)
{
	const struct merkle_tree tree = ledger_index_tree(&reading->index, reading->size);
	uint64_t at = (uint64_t)json_integer_value(json_object_get(item, "sequence")) - 1;
	uint8_t leaf[SHA256_BYTES];
	merkle_leaf(json_str(json_object_get(item, "line")), leaf);
	int code = merkle_prove_inclusion(&tree, at, ret_hash, ret_n, error);
	if (code == 0 &&
	    !merkle_verify_inclusion(
		    head, at, leaf,
		    (struct merkle_proof){(const uint8_t(*)[SHA256_BYTES])ret_hash, *ret_n}))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the index is not that of the ledger; run cavra ledger rebuild");
	return code;
}

static int add_proof(struct reading *reading, json_t *item, const struct merkle_head *head,
		     struct cavra_error *error)
{
	uint8_t hash[MERKLE_PROOF][SHA256_BYTES];
	size_t n = 0;
	json_t *list = json_array();
	int code = prove(reading, item, head, hash, &n, error);
	for (size_t i = 0; code == 0 && i < n; i++) {
		struct buf CLEANUP_BUF text;
		buf_init(&text, KiB(1));
		base64_encode(&text, str_make((const char *)hash[i], SHA256_BYTES));
		if (json_array_append_new(list, json_stringn(text.p, text.n)) < 0)
			code = evidence_no_memory(error);
	}
	if (json_object_set_new(item, "proof", list) < 0 && code == 0)
		code = evidence_no_memory(error);
	return code;
}

static int make_document(struct reading *reading, json_t **ret_ledger, struct cavra_error *error)
{
	struct merkle_head head = {.size = reading->size};
	char hex[SHA256_HEX];
	struct str session = reading->selection->session_id;
	size_t i;
	json_t *item;
	const struct merkle_tree tree = ledger_index_tree(&reading->index, reading->size);
	int code = merkle_root(&tree, head.root, error);
	json_array_foreach (reading->entries, i, item)
		code = code < 0 ? code : add_proof(reading, item, &head, error);
	if (code < 0)
		return code;
	digest_hex(head.root, hex);
	json_t *document = json_pack(
		"{s:s, s:s, s:I, s:I, s:I, s:s, s:O}", "schema_version", "cavra.evidence.ledger.v1",
		"origin", reading->origin, "tree_size", (json_int_t)reading->size, "first_sequence",
		(json_int_t)reading->first_selected, "last_sequence",
		(json_int_t)reading->last_selected, "root_hash", hex, "entries", reading->entries);
	bool good = document && (!session.n || evidence_set_str(document, "session_id", session)) &&
		    (!reading->checkpoint.n ||
		     evidence_set_str(document, "checkpoint", buf_str(&reading->checkpoint)));
	if (!good) {
		json_decref(document);
		return evidence_no_memory(error);
	}
	*ret_ledger = document;
	return 0;
}

static int nothing_found(const struct ledger_selection *selection, struct cavra_error *error)
{
	if (selection->session_id.n)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "the ledger has no entries of the session %.*s%s",
				 STR_ARG(str_first(selection->session_id, 100)),
				 selection->since || selection->until ? " of that time" : "");
	return error_set(error, CAVRA_ERR_NOT_FOUND, "the ledger has no entries of that time");
}

int entries_make(const char *directory, const struct ledger_selection *selection,
		 json_t **ret_ledger, json_t **ret_decisions, struct cavra_error *error)
{
	struct reading reading = {.selection = selection};
	int code = ledger_index_open(directory, false, &reading.index, error);
	if (code < 0)
		return code;
	reading.entries = json_array();
	reading.decisions = json_array();
	buf_init(&reading.checkpoint, LIMIT_NOTE_BYTES);
	code = reading.entries && reading.decisions ? 0 : evidence_no_memory(error);
	if (code == 0)
		code = read_ledger(&reading, directory, error);
	if (code == 0 && json_array_size(reading.entries) == 0)
		code = nothing_found(selection, error);
	if (code == 0)
		code = find_checkpoint(&reading, directory, error);
	if (code == 0)
		code = make_document(&reading, ret_ledger, error);
	if (code == 0)
		*ret_decisions = json_incref(reading.decisions);
	json_decref(reading.entries);
	json_decref(reading.decisions);
	ledger_index_close(&reading.index);
	buf_release(&reading.checkpoint);
	return code;
}
