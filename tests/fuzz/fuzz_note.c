/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed notes, the checkpoints in them and the keys for them: refused with a reason, or read so that they can be written
 * again; and nothing is verified with a key that has signed nothing.
 */
#include "fuzz.h"

#include "crypto/checkpoint.h"
#include "crypto/note.h"

static void check_checkpoint(struct str text)
{
	struct checkpoint checkpoint;
	struct cavra_error error = {.text = ""};
	struct buf CLEANUP_BUF out;
	buf_init(&out, LIMIT_NOTE_BYTES);
	if (checkpoint_read(text, &checkpoint, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return;
	}
	FUZZ_CHECK(checkpoint_write(&checkpoint, &out, &error) == 0);
	FUZZ_CHECK(str_eq(buf_str(&out), text));
}

static void check_key(struct str text)
{
	struct note_key note_key;
	struct cavra_error error = {.text = ""};
	struct key CLEANUP_KEY *key = NULL;
	struct buf CLEANUP_BUF out;
	buf_init(&out, LIMIT_NOTE_BYTES);
	if (text.n > LIMIT_NOTE_LINE || note_key_read(text, &note_key, &key, &error) < 0)
		return;
	FUZZ_CHECK(note_key_write(&note_key, &out, &error) == 0);
	FUZZ_CHECK(str_eq(buf_str(&out), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t nobody[KEY_PUBLIC_BYTES] = FUZZ_NOBODY;
	struct str bytes = str_make((const char *)data, size);
	struct note note;
	struct note_key note_key;
	struct cavra_error error = {.text = ""};
	struct key CLEANUP_KEY *key = NULL;
	check_key(bytes);
	check_checkpoint(bytes);
	if (note_read(bytes, &note, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return 0;
	}
	FUZZ_CHECK(note.n_signatures > 0 && str_ends(note.text, STR("\n")));
	check_checkpoint(note.text);
	if (key_from_public_bytes(nobody, &key, &error) < 0)
		return 0;
	for (size_t i = 0; i < note.n_signatures; i++) {
		FUZZ_CHECK(note_key_init(&note_key, note.signatures[i].name, key, &error) == 0);
		FUZZ_CHECK(note_verify(&note, &note_key) != NOTE_VERIFIED);
		memcpy(note_key.hash, note.signatures[i].hash, NOTE_KEY_HASH);
		FUZZ_CHECK(note_verify(&note, &note_key) == NOTE_FORGED);
	}
	return 0;
}
