/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking ledger.json, see entries.h.
 */
#include "crypto/base64.h"
#include "crypto/merkle.h"
#include "evidence/document.h"
#include "evidence/entries.h"
#include "ledger/entry.h"
#include "json/json.h"

struct checking {
	const json_t *ledger, *evidence;
	struct str session; /* that all entries are of; empty: of any */
	struct merkle_head head;
	struct ledger_head last; /* the entry before */
	size_t n_decisions;
};

json_t *entries_summary(const json_t *ledger)
{
	static const char *const names[] = {"origin",  "first_sequence", "last_sequence",
					    "entries", "tree_size",      "root_hash"};
	json_t *summary = json_object();
	for (size_t i = 0; summary && i < sizeof names / sizeof *names; i++) {
		json_t *value = json_object_get(ledger, names[i]);
		json_t *entry = json_is_array(value)
					? json_integer((json_int_t)json_array_size(value))
					: json_incref(value);
		if (json_object_set_new(summary, names[i], entry) < 0) {
			json_decref(summary);
			return NULL;
		}
	}
	return summary;
}

static bool read_hex(struct str hex, uint8_t ret_hash[SHA256_BYTES])
{
	if (!evidence_is_sha256(hex))
		return false;
	for (size_t i = 0; i < hex.n; i++) {
		uint8_t digit = (uint8_t)(hex.p[i] <= '9' ? hex.p[i] - '0' : hex.p[i] - 'a' + 10);
		ret_hash[i / 2] = (uint8_t)(i % 2 ? ret_hash[i / 2] | digit : digit << 4);
	}
	return true;
}

/* ---- an entry ---- */

static int check_proof(const struct checking *checking, const json_t *item, struct str line,
		       uint64_t index, struct cavra_error *error)
{
	uint8_t hash[MERKLE_PROOF][SHA256_BYTES], leaf[SHA256_BYTES];
	const json_t *list = json_get_array(item, "proof"), *one;
	size_t i, n = 0;
	bool good = list && json_array_size(list) <= MERKLE_PROOF;
	if (good)
		json_array_foreach (list, i, one)
			good = good && base64_decode(json_str(one), hash[i], SHA256_BYTES, &n) &&
			       n == SHA256_BYTES;
	merkle_leaf(line, leaf);
	if (good && merkle_verify_inclusion(&checking->head, index, leaf,
					    (struct merkle_proof){hash, json_array_size(list)}))
		return 0;
	return error_set(error, CAVRA_ERR_INPUT, "it is not in the tree of the ledger");
}

/* Behind the one before; directly behind it, when it says so, and when the entries are not those of one session. */
static int check_place(const struct checking *checking, const struct entry_link *link,
		       struct cavra_error *error)
{
	const struct ledger_head *last = &checking->last;
	if (last->sequence && link->sequence > last->sequence + 1 && !checking->session.n)
		return error_set(error, CAVRA_ERR_INPUT,
				 "entries %llu to %llu of the ledger are missing in front of it",
				 (unsigned long long)last->sequence + 1,
				 (unsigned long long)link->sequence - 1);
	if (last->sequence && link->sequence <= last->sequence)
		return error_set(error, CAVRA_ERR_INPUT, "out of order: %llu is not behind %llu",
				 (unsigned long long)link->sequence,
				 (unsigned long long)last->sequence);
	if (link->sequence == last->sequence + 1 &&
	    strcmp(link->previous_hash, last->record_hash) != 0)
		return error_set(error, CAVRA_ERR_INPUT, "it does not follow the entry before it");
	return 0;
}

static int check_decision(struct checking *checking, const struct ledger_entry *entry,
			  struct cavra_error *error)
{
	const json_t *decisions = json_object_get(checking->evidence, "decisions");
	const json_t *recorded = json_object_get(entry->body, "decision"),
		     *one = json_array_get(decisions, checking->n_decisions);
	if (!str_is(entry->event_type, "cavra.decision"))
		return 0;
	if (!recorded || !one || !json_equal(recorded, one))
		return error_set(error, CAVRA_ERR_INPUT,
				 "decision %zu of evidence.json is not the one of this entry",
				 checking->n_decisions + 1);
	checking->n_decisions++;
	return 0;
}

static int check_session(const struct checking *checking, const struct ledger_entry *entry,
			 struct cavra_error *error)
{
	if (checking->session.n && !str_eq(checking->session, entry->session_id))
		return error_set(error, CAVRA_ERR_INPUT, "it is of the session %.60s",
				 entry->session_id.n ? entry->session_id.p : "without an id");
	return 0;
}

static int check_entry(struct checking *checking, const json_t *item, struct cavra_error *error)
{
	struct ledger_entry CLEANUP_ENTRY entry = {.json = NULL};
	struct str line = STR("");
	int code = json_need_str(item, "line", &line, error);
	if (code >= 0)
		code = entry_read(line, &entry, error);
	if (code >= 0)
		code = check_place(checking, &entry.link, error);
	if (code >= 0)
		code = check_proof(checking, item, line, entry.link.sequence - 1, error);
	if (code >= 0)
		code = check_session(checking, &entry, error);
	if (code >= 0)
		code = check_decision(checking, &entry, error);
	if (code < 0)
		return code;
	checking->last.sequence = entry.link.sequence;
	memcpy(checking->last.record_hash, entry.link.record_hash, SHA256_HEX);
	return 0;
}

/* ---- the whole ---- */

/* Of which session the entries are, evidence.json says as well. */
static int read_session(struct checking *checking, struct cavra_error *error)
{
	struct str said = STR("");
	int code = json_want_str(checking->ledger, "session_id", &checking->session, error);
	if (code <= 0)
		return code;
	if (json_get_str(checking->evidence, "session_id", &said) &&
	    str_eq(said, checking->session))
		return 0;
	return error_set(error, CAVRA_ERR_INPUT,
			 "it is of the session %.60s, and evidence.json of another",
			 checking->session.n ? checking->session.p : "without an id");
}

static int check_head(struct checking *checking, struct cavra_error *error)
{
	struct str root = STR(""), origin = STR("");
	json_int_t size = -1;
	int code = evidence_need_word(checking->ledger, "schema_version",
				      "cavra.evidence.ledger.v1", error);
	if (code == 0)
		code = evidence_need_text(checking->ledger, "origin", &origin, error);
	if (code == 0)
		code = json_need_str(checking->ledger, "root_hash", &root, error);
	if (code < 0)
		return code;
	if (!json_get_int(checking->ledger, "tree_size", &size) || size < 1 ||
	    !read_hex(root, checking->head.root))
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"tree_size\" is a number and \"root_hash\" a SHA-256");
	checking->head.size = (uint64_t)size;
	return 0;
}

static int compare_checkpoint(const struct checking *checking,
			      const struct ledger_checkpoint *checkpoint,
			      const struct ledger_trust *trust, struct cavra_error *error)
{
	struct str origin = STR("");
	(void)json_get_str(checking->ledger, "origin", &origin);
	if (!str_eq(checkpoint->says.origin, origin) ||
	    checkpoint->says.head.size != checking->head.size ||
	    memcmp(checkpoint->says.head.root, checking->head.root, SHA256_BYTES) != 0)
		return error_set(error, CAVRA_ERR_INPUT, "the checkpoint is of another tree");
	if (trust && ledger_checkpoint_verify(checkpoint, trust) != NOTE_VERIFIED)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the checkpoint is not signed with the key of the ledger");
	return 0;
}

/* One that is there must be about this tree, whoever has signed it. */
static int check_checkpoint(const struct checking *checking, const struct ledger_trust *trust,
			    struct cavra_error *error)
{
	struct ledger_checkpoint checkpoint;
	struct str text = STR("");
	int code = json_want_str(checking->ledger, "checkpoint", &text, error);
	if (code == 0 && trust)
		return error_set(error, CAVRA_ERR_INPUT, "there is no checkpoint in it");
	if (code <= 0)
		return code;
	code = ledger_checkpoint_parse(text, &checkpoint, error);
	if (code < 0)
		return code;
	code = compare_checkpoint(checking, &checkpoint, trust, error);
	ledger_checkpoint_release(&checkpoint);
	return code;
}

static int check_range(const struct checking *checking, struct cavra_error *error)
{
	json_t CLEANUP_JSON *summary = entries_summary(checking->ledger);
	json_int_t last = 0;
	if (!summary)
		return evidence_no_memory(error);
	(void)json_get_int(checking->ledger, "last_sequence", &last);
	if (last < 1 || (uint64_t)last != checking->last.sequence)
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"last_sequence\" is not that of the last entry");
	if (!json_equal(summary, json_object_get(checking->evidence, "ledger")))
		return error_set(error, CAVRA_ERR_INPUT,
				 "evidence.json is about another part of a ledger");
	if (checking->n_decisions !=
	    json_array_size(json_object_get(checking->evidence, "decisions")))
		return error_set(error, CAVRA_ERR_INPUT,
				 "evidence.json has %zu decisions, the entries have %zu",
				 json_array_size(json_object_get(checking->evidence, "decisions")),
				 checking->n_decisions);
	return 0;
}

static int check_entries(struct checking *checking, struct cavra_error *error)
{
	const json_t *list = json_get_array(checking->ledger, "entries"), *one;
	json_int_t first = 0;
	size_t i;
	if (json_array_size(list) == 0)
		return error_set(error, CAVRA_ERR_INPUT, "it has no \"entries\"");
	json_array_foreach (list, i, one) {
		int code = check_entry(checking, one, error);
		if (code < 0)
			return error_prefix(error, "entry %zu", i + 1);
		if (i == 0 && (!json_get_int(checking->ledger, "first_sequence", &first) ||
			       (uint64_t)first != checking->last.sequence))
			return error_set(error, CAVRA_ERR_INPUT,
					 "\"first_sequence\" is not that of the first entry");
	}
	return 0;
}

int entries_check(const json_t *ledger, const json_t *evidence, const struct ledger_trust *trust,
		  struct cavra_error *error)
{
	struct checking checking = {.ledger = ledger, .evidence = evidence};
	int code = check_head(&checking, error);
	if (code == 0)
		code = read_session(&checking, error);
	if (code == 0)
		code = check_checkpoint(&checking, trust, error);
	if (code == 0)
		code = check_entries(&checking, error);
	return code < 0 ? code : check_range(&checking, error);
}
