/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed notes, see note.h.
 */
#include "crypto/note.h"

#include "base/utf8.h"
#include "crypto/base64.h"

#define SIGNATURE_START "\xe2\x80\x94 " /* an em dash */
static const char ed25519 = 1;          /* the type of signature */

/* ---- names ---- */

/* White space of Unicode beyond the controls. */
static bool is_space(uint32_t c)
{
	static const uint32_t spaces[] = {0x20,   0x85,   0xa0,   0x1680, 0x2028,
					  0x2029, 0x202f, 0x205f, 0x3000};
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (spaces[i] == c)
			return true;
	return c >= 0x2000 && c <= 0x200a;
}

static bool is_name(struct str name)
{
	if (name.n == 0 || utf8_find_invalid(name) != STR_NPOS)
		return false;
	while (name.n) {
		uint32_t c = utf8_next(&name);
		if (c < 0x20 || c == 0x7f || c == '+' || is_space(c))
			return false;
	}
	return true;
}

int note_key_init(struct note_key *ret_note_key, struct str name, const struct key *key,
		  struct cavra_error *error)
{
	struct sha256 state;
	uint8_t public[KEY_PUBLIC_BYTES], digest[SHA256_BYTES];
	if (!is_name(name))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the name of a key has no spaces and no '+', and is not empty");
	int code = key_public_bytes(key, public, error);
	if (code < 0)
		return code;
	sha256_init(&state);
	sha256_add(&state, name);
	sha256_add(&state, STR("\n"));
	sha256_add(&state, str_make(&ed25519, 1));
	sha256_add(&state, str_make((const char *)public, sizeof public));
	sha256_finish(&state, digest);
	*ret_note_key = (struct note_key){.name = name, .key = key};
	memcpy(ret_note_key->hash, digest, NOTE_KEY_HASH);
	return 0;
}

/* ---- reading ---- */

static int complain(struct str bytes, size_t at, const char *what, struct cavra_error *error)
{
	int line, column;
	utf8_position(bytes, at, &line, &column);
	return error_at(error, CAVRA_ERR_INPUT, line, column, "%s", what);
}

static int check_bytes(struct str bytes, struct cavra_error *error)
{
	if (bytes.n > LIMIT_NOTE_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "a note is at most %zu bytes",
				 LIMIT_NOTE_BYTES);
	size_t invalid = utf8_find_invalid(bytes);
	if (invalid != STR_NPOS)
		return complain(bytes, invalid, "a note is UTF-8", error);
	for (size_t i = 0; i < bytes.n; i++)
		if ((unsigned char)bytes.p[i] < ' ' && bytes.p[i] != '\n')
			return complain(bytes, i, "a note has no control characters but newlines",
					error);
	if (!str_ends(bytes, STR("\n")))
		return complain(bytes, bytes.n, "a note ends with a newline", error);
	return 0;
}

/* Bytes of a base64 text of at most `cap` characters, in its own room. */
static bool read_signature(struct str line, struct note_signature *ret_signature)
{
	static const struct str start = STR_INIT(SIGNATURE_START);
	uint8_t bytes[LIMIT_NOTE_LINE];
	size_t n = 0;
	if (line.n > LIMIT_NOTE_LINE || !str_starts(line, start))
		return false;
	struct str rest = str_from_at(line, start.n);
	size_t space = str_find_char(rest, ' ');
	if (space == STR_NPOS)
		return false;
	ret_signature->name = str_first(rest, space);
	ret_signature->bytes = str_from_at(rest, space + 1);
	if (!is_name(ret_signature->name) ||
	    !base64_decode(ret_signature->bytes, bytes, sizeof bytes, &n) || n <= NOTE_KEY_HASH)
		return false;
	memcpy(ret_signature->hash, bytes, NOTE_KEY_HASH);
	return true;
}

/* Where the last empty line ends. */
static size_t find_signatures(struct str bytes)
{
	for (size_t i = bytes.n; i >= 2; i--)
		if (bytes.p[i - 1] == '\n' && bytes.p[i - 2] == '\n')
			return i;
	return STR_NPOS;
}

int note_read(struct str bytes, struct note *ret_note, struct cavra_error *error)
{
	struct note note = {.n_signatures = 0};
	struct str line;
	int code = check_bytes(bytes, error);
	if (code < 0)
		return code;
	size_t at = find_signatures(bytes);
	if (at == STR_NPOS || at < 3)
		return complain(bytes, 0,
				"a note is a text, an empty line and the lines of its signatures",
				error);
	note.text = str_first(bytes, at - 1);
	for (struct str rest = str_from_at(bytes, at); rest.n; at += line.n + 1) {
		(void)str_split(&rest, '\n', &line);
		if (note.n_signatures >= LIMIT_NOTE_SIGNATURES)
			return error_set(error, CAVRA_ERR_LIMIT, "a note has at most %d signatures",
					 LIMIT_NOTE_SIGNATURES);
		if (!read_signature(line, &note.signatures[note.n_signatures++]))
			return complain(bytes, at,
					"the line of a signature is an em dash, a name and base64, "
					"with one space between them",
					error);
	}
	if (note.n_signatures == 0)
		return complain(bytes, bytes.n, "nobody has signed this note", error);
	*ret_note = note;
	return 0;
}

/* ---- signatures ---- */

static bool is_by(const struct note_signature *signature, const struct note_key *key)
{
	return str_eq(signature->name, key->name) &&
	       memcmp(signature->hash, key->hash, NOTE_KEY_HASH) == 0;
}

static bool holds(const struct note *note, const struct note_signature *signature,
		  const struct note_key *key)
{
	uint8_t bytes[NOTE_KEY_HASH + KEY_SIGNATURE_BYTES];
	size_t n = 0;
	return base64_decode(signature->bytes, bytes, sizeof bytes, &n) && n == sizeof bytes &&
	       key_verify(key->key, note->text,
			  str_make((const char *)bytes + NOTE_KEY_HASH, KEY_SIGNATURE_BYTES));
}

enum note_verdict note_verify(const struct note *note, const struct note_key *key)
{
	enum note_verdict verdict = NOTE_UNKNOWN;
	for (size_t i = 0; i < note->n_signatures; i++) {
		if (!is_by(&note->signatures[i], key))
			continue;
		if (!holds(note, &note->signatures[i], key))
			return NOTE_FORGED;
		verdict = NOTE_VERIFIED;
	}
	return verdict;
}

int note_cosign(struct str text, const struct note_key *key, struct buf *out,
		struct cavra_error *error)
{
	uint8_t bytes[NOTE_KEY_HASH + KEY_SIGNATURE_BYTES];
	int code = key_sign(key->key, text, bytes + NOTE_KEY_HASH, error);
	if (code < 0)
		return code;
	memcpy(bytes, key->hash, NOTE_KEY_HASH);
	buf_add_c(out, SIGNATURE_START);
	buf_add(out, key->name);
	buf_add_char(out, ' ');
	base64_encode(out, str_make((const char *)bytes, sizeof bytes));
	buf_add_char(out, '\n');
	return out->failed ? error_set(error, CAVRA_ERR_LIMIT, "the note is too long") : 0;
}

int note_sign(struct str text, const struct note_key *key, struct buf *out,
	      struct cavra_error *error)
{
	struct note note = {.text = STR("")};
	size_t start = out->n;
	buf_add(out, text);
	buf_add_char(out, '\n');
	int code = note_cosign(text, key, out, error);
	if (code == 0)
		code = note_read(str_from_at(buf_str(out), start), &note, error);
	if (code == 0 && !str_eq(note.text, text))
		code = error_set(error, CAVRA_ERR_INPUT, "the text of a note ends with a newline");
	return code;
}

/* ---- keys as text ---- */

int note_key_write(const struct note_key *key, struct buf *out, struct cavra_error *error)
{
	uint8_t bytes[1 + KEY_PUBLIC_BYTES] = {(uint8_t)ed25519};
	int code = key_public_bytes(key->key, bytes + 1, error);
	if (code < 0)
		return code;
	buf_add(out, key->name);
	buf_add_format(out, "+%02x%02x%02x%02x+", key->hash[0], key->hash[1], key->hash[2],
		       key->hash[3]);
	base64_encode(out, str_make((const char *)bytes, sizeof bytes));
	return out->failed ? error_set(error, CAVRA_ERR_LIMIT, "the key is too long") : 0;
}

static bool is_hash(struct str hex, const uint8_t hash[NOTE_KEY_HASH])
{
	static const char digits[] = "0123456789abcdef";
	bool same = hex.n == 2 * NOTE_KEY_HASH;
	for (size_t i = 0; same && i < hex.n; i++)
		same = hex.p[i] == digits[hash[i / 2] >> (i % 2 ? 0 : 4) & 15];
	return same;
}

int note_key_read(struct str text, struct note_key *ret_note_key, struct key **ret_key,
		  struct cavra_error *error)
{
	struct str rest = text, name = STR(""), hash = STR("");
	struct key CLEANUP_KEY *key = NULL;
	struct note_key note_key = {.key = NULL};
	uint8_t bytes[1 + KEY_PUBLIC_BYTES];
	size_t n = 0;
	if (!str_split(&rest, '+', &name) || !str_split(&rest, '+', &hash) ||
	    !base64_decode(rest, bytes, sizeof bytes, &n) || n != sizeof bytes)
		return error_set(error, CAVRA_ERR_INPUT,
				 "this is no key of a note: name+hash+base64, of 33 bytes");
	if (bytes[0] != ed25519)
		return error_set(
			error, CAVRA_ERR_INPUT,
			"this is a key for signatures of type %d; only Ed25519 (1) is known",
			bytes[0]);
	int code = key_from_public_bytes(bytes + 1, &key, error);
	if (code == 0)
		code = note_key_init(&note_key, name, key, error);
	if (code < 0)
		return code;
	if (!is_hash(hash, note_key.hash))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the hash of this key does not belong to its name and bytes");
	*ret_note_key = note_key;
	*ret_key = key;
	key = NULL;
	return 0;
}
