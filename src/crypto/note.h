/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed notes (https://c2sp.org/signed-note) with Ed25519 signatures: a text, an empty line, and a line for each signature.
 * Logs sign their checkpoints so, see crypto/checkpoint.h.
 */
#ifndef CAVRA_CRYPTO_NOTE_H
#define CAVRA_CRYPTO_NOTE_H

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/key.h"

enum { NOTE_KEY_HASH = 4 };

/* Who signs or verifies. A name tells people whose key it is; it and the hash tell programs which one. */
struct note_key {
	struct str name; /* not empty, no space of Unicode, no '+', no control character */
	const struct key *key;
	uint8_t hash[NOTE_KEY_HASH];
};
/* Borrows both. CAVRA_ERR_INPUT for a name that no key may have. */
int note_key_init(struct note_key *ret_note_key, struct str name, const struct key *key,
		  struct cavra_error *error);

struct note_signature {
	struct str name;
	uint8_t hash[NOTE_KEY_HASH];
	struct str bytes; /* base64 of the hash and the signature */
};
/* Borrows from the text that was read. */
struct note {
	struct str text; /* what is signed: with the newline of its last line */
	size_t n_signatures;
	struct note_signature signatures[LIMIT_NOTE_SIGNATURES];
};

/* Of LIMIT_NOTE_BYTES at most. Errors: CAVRA_ERR_INPUT with the line, CAVRA_ERR_LIMIT. Nothing has been verified then. */
int note_read(struct str bytes, struct note *ret_note, struct cavra_error *error);

enum note_verdict {
	NOTE_VERIFIED,
	NOTE_UNKNOWN, /* nobody has signed with this key */
	NOTE_FORGED,  /* what claims to be its signature is none */
};
enum note_verdict note_verify(const struct note *note, const struct note_key *key);

/* Writes the text, the empty line and the signature. Errors: CAVRA_ERR_INPUT for a text that could not be read again, or
 * without the private key; CAVRA_ERR_LIMIT.
 */
int note_sign(struct str text, const struct note_key *key, struct buf *out,
	      struct cavra_error *error);
/* The signature line for a note's text, to be put behind the others. */
int note_cosign(struct str text, const struct note_key *key, struct buf *out,
		struct cavra_error *error);

/* A public key as text, to hand to who verifies: name+hash+base64. */
int note_key_write(const struct note_key *key, struct buf *out, struct cavra_error *error);
/* Borrows the name from the text; the caller frees *ret_key, which the other refers to. */
int note_key_read(struct str text, struct note_key *ret_note_key, struct key **ret_key,
		  struct cavra_error *error);

#endif
