/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs that somebody can check who has nothing but a file and a key: that an entry is in the ledger that a checkpoint is
 * of, and that a later checkpoint's ledger only added to an earlier one's. docs/ledger.md has the format.
 */
#ifndef CAVRA_LEDGER_PROOF_H
#define CAVRA_LEDGER_PROOF_H

#include "ledger/checkpoint_file.h"

#define LEDGER_PROOF_SCHEMA "cavra.ledger.proof.v1"

/* The stored checkpoint of that size, when it is of this ledger. Errors as below. The caller releases it. */
int ledger_checkpoint_of(struct ledger_index *index, uint64_t size,
			 struct ledger_checkpoint *ret_checkpoint, struct cavra_error *error);

/* That the entry of that number is in the checkpoint of that size, which must be stored; 0: the newest one that has it.
 * The caller decrefs *ret. Errors: CAVRA_ERR_NOT_FOUND when there is no such entry or checkpoint; CAVRA_ERR_INPUT when the
 * checkpoint is not of this ledger, or the index is not of its entries; CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int ledger_proof_json(struct ledger_index *index, uint64_t sequence, uint64_t size, json_t **ret,
		      struct cavra_error *error);
/* That the checkpoint of the later size only added to the earlier one's. Errors as above. */
int ledger_consistency_json(struct ledger_index *index, uint64_t from, uint64_t to, json_t **ret,
			    struct cavra_error *error);

/* What a proof is about, once it was found good. Text is borrowed from it. */
struct ledger_proof {
	bool is_consistency;
	struct str entry;  /* the line; of an inclusion */
	uint64_t sequence; /* of it */
	struct str origin;
	uint64_t from, size; /* the sizes of the earlier and the later, or the only, checkpoint */
};
/* trust: whose signature counts; NULL: nobody's, only the proof's own arithmetic is checked. text is what ledger_proof_json() gives, written in any way. CAVRA_ERR_INPUT says what does not hold.
 * The caller decrefs *ret_json, from which the other borrows.
 */
int ledger_proof_verify(struct str text, const struct ledger_trust *trust, json_t **ret_json,
			struct ledger_proof *ret_proof, struct cavra_error *error);

#endif
