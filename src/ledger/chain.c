/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying a chain, see chain.h. After something wrong it goes on with what the line says, so that one change is one error
 * and not as many as there are lines behind it.
 */
#include "ledger/chain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "crypto/base64.h"
#include "ledger/entry_check.h"
#include "ledger/place.h"

/* ---- checkpoints ---- */

/* Who has signed, in words; NULL: nobody who counts. */
static const char *find_signer(const struct ledger_chain *chain,
			       const struct ledger_checkpoint *checkpoint)
{
	if (chain->trust)
		return ledger_checkpoint_verify(checkpoint, chain->trust) == NOTE_VERIFIED
			       ? "the key that was given"
			       : NULL;
	for (size_t i = 0; i < chain->n_keys; i++) {
		struct ledger_trust own = {chain->keys[i], str_from(chain->origin)};
		if (ledger_checkpoint_verify(checkpoint, &own) == NOTE_VERIFIED)
			return "a key that the ledger names itself";
	}
	return NULL;
}

static const char *compare(const struct ledger_chain *chain,
			   const struct ledger_checkpoint *checkpoint, const char *signer)
{
	uint8_t root[SHA256_BYTES];
	merkle_frontier_root(&chain->frontier, root);
	if (!str_is(checkpoint->says.origin, chain->origin))
		return "the checkpoint is of another ledger";
	if (memcmp(root, checkpoint->says.head.root, sizeof root) != 0)
		return "the entries are not those that the checkpoint was made of: the ledger was "
		       "rewritten";
	if (!signer && chain->trust)
		return "the checkpoint is not signed with the key that was given";
	return signer ? NULL : "the checkpoint is not signed with a key that the ledger names";
}

static void tell_checkpoint(struct ledger_chain *chain, const struct ledger_checkpoint *checkpoint,
			    const char *name, const char *wrong, const char *signer)
{
	struct buf CLEANUP_BUF root;
	buf_init(&root, 64);
	base64_encode(&root, str_make((const char *)checkpoint->says.head.root, SHA256_BYTES));
	report_add_json(chain->report, REPORT_CHECKPOINTS,
			json_pack("{s:s, s:I, s:s, s:b, s:s?}", "file", name, "size",
				  (json_int_t)checkpoint->says.head.size, "root", root.p, "valid",
				  !wrong, "signed_by", signer));
}

static void check_checkpoint(struct ledger_chain *chain, const struct ledger_checkpoint *checkpoint,
			     const char *name)
{
	const char *signer = find_signer(chain, checkpoint);
	const char *wrong = compare(chain, checkpoint, signer);
	tell_checkpoint(chain, checkpoint, name, wrong, signer);
	if (wrong)
		report_add(chain->report, REPORT_ERRORS,
			   &(struct report_place){name, 0, chain->frontier.size}, "%s", wrong);
	else if (chain->trust)
		chain->vouched = chain->frontier.size;
}

static void check_mark(struct ledger_chain *chain, const struct chain_mark *mark)
{
	struct ledger_checkpoint checkpoint = {.bytes = {.p = NULL}};
	struct cavra_error error;
	char name[PLACE_NAME];
	if (mark->given) {
		check_checkpoint(chain, mark->given, mark->name);
		return;
	}
	place_checkpoint_name(mark->size, name);
	if (ledger_checkpoint_read(chain->place, mark->size, &checkpoint, &error) < 0) {
		report_add(chain->report, REPORT_ERRORS, &(struct report_place){name, 0, 0}, "%s",
			   error.text);
		return;
	}
	check_checkpoint(chain, &checkpoint, name);
	ledger_checkpoint_release(&checkpoint);
}

static void check_marks(struct ledger_chain *chain)
{
	while (chain->next_mark < chain->n_marks &&
	       chain->marks[chain->next_mark].size <= chain->frontier.size)
		check_mark(chain, &chain->marks[chain->next_mark++]);
}

/* ---- entries ---- */

static void check_link(struct ledger_chain *chain, const struct entry_link *link,
		       const struct report_place *place)
{
	uint64_t expected = chain->frontier.size + 1;
	if (link->sequence != expected)
		report_add(chain->report, REPORT_ERRORS, place,
			   "sequence is %" PRIu64 ", and %" PRIu64 " belongs here", link->sequence,
			   expected);
	else if (!chain->is_lost && strcmp(link->previous_hash, chain->head.record_hash) != 0)
		report_add(chain->report, REPORT_ERRORS, place,
			   "previous_hash is not the hash of the entry before");
}

static void note_expected(struct ledger_chain *chain, const struct entry_link *link)
{
	if (chain->expected_head && strcmp(chain->expected_head, link->record_hash) == 0 &&
	    (!chain->expected_size || chain->expected_size == chain->frontier.size))
		chain->found_head = true;
}

static void read_own(struct ledger_chain *chain, struct str line, const struct report_place *place)
{
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	struct cavra_error error;
	if (entry_read(line, &entry, &error) < 0)
		report_add(chain->report, REPORT_ERRORS, place, "%s", error.text);
	else
		chain_read_own(chain, &entry, place);
}

static void follow(struct ledger_chain *chain, struct str line, const struct entry_view *view,
		   const struct report_place *place)
{
	check_link(chain, &view->link, place);
	chain->is_lost = false;
	chain->head.sequence = view->link.sequence;
	memcpy(chain->head.record_hash, view->link.record_hash, sizeof chain->head.record_hash);
	if (chain->frontier.size == 0)
		chain->first_sequence = view->link.sequence;
	if (view->is_own)
		read_own(chain, line, place);
	else if (chain->frontier.size == 0)
		report_add(chain->report, REPORT_ERRORS, place,
			   "the first entry does not say which ledger it is");
}

void chain_add(struct ledger_chain *chain, struct str line, const struct report_place *place)
{
	struct report_place here = *place;
	struct entry_view view = {.is_own = false};
	struct cavra_error error;
	uint8_t leaf[SHA256_BYTES];
	here.sequence = chain->frontier.size + 1;
	if (entry_check(line, &view, &error) < 0) {
		report_add(chain->report, REPORT_ERRORS, &here, "%s", error.text);
		chain->is_lost = true;
	} else {
		follow(chain, line, &view, &here);
	}
	merkle_leaf(line, leaf);
	(void)merkle_frontier_add(&chain->frontier, leaf, NULL);
	if (!chain->is_lost)
		note_expected(chain, &view.link);
	check_marks(chain);
}

/* ---- the end ---- */

static void check_expected(struct ledger_chain *chain)
{
	if (chain->expected_size > chain->frontier.size)
		report_add(chain->report, REPORT_ERRORS, NULL,
			   "the ledger has %" PRIu64 " entries and had %" PRIu64
			   " once: it was truncated or rolled back",
			   chain->frontier.size, chain->expected_size);
	if (chain->expected_head && !chain->found_head)
		report_add(chain->report, REPORT_ERRORS, NULL,
			   "no entry%s has the record_hash %.64s: the ledger was truncated, rolled "
			   "back or rewritten",
			   chain->expected_size ? " of that number" : "", chain->expected_head);
}

void chain_end(struct ledger_chain *chain)
{
	if (!chain->frontier.size)
		report_add(chain->report, REPORT_ERRORS, NULL, "the ledger has no entries");
	for (; chain->next_mark < chain->n_marks; chain->next_mark++) {
		const struct chain_mark *mark = &chain->marks[chain->next_mark];
		char name[PLACE_NAME];
		place_checkpoint_name(mark->size, name);
		report_add(chain->report, REPORT_ERRORS,
			   &(struct report_place){mark->given ? mark->name : name, 0, 0},
			   "the checkpoint is of %" PRIu64
			   " entries, and the ledger ends with %" PRIu64
			   ": it was truncated or rolled back",
			   mark->size, chain->frontier.size);
	}
	check_expected(chain);
}

void chain_release(struct ledger_chain *chain)
{
	for (size_t i = 0; i < chain->n_keys; i++)
		key_free(chain->keys[i]);
	free(chain->torn);
}
