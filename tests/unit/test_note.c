/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "crypto/checkpoint.h"
#include "crypto/note.h"

#define DASH "\xe2\x80\x94 "

/* The example of golang.org/x/mod/sumdb/note. */
static const char go_key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
#define GO_TEXT                                                      \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"
#define GO_LINE                                                                           \
	DASH "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS" \
	     "NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
static const char go_note[] = GO_TEXT "\n" GO_LINE;

/* The private key of the bytes 00 to 1f. */
static const char counting_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
	"-----END PRIVATE KEY-----\n";

static struct key *counting_key(void)
{
	struct cavra_error error;
	struct key *key = NULL;
	assert_int_equal(key_read_private(str_from(counting_pem), NULL, &key, &error), 0);
	return key;
}

static void test_of_others(void **state)
{
	struct note_key go;
	struct note note;
	struct cavra_error error;
	struct key CLEANUP_KEY *key = NULL;
	struct buf CLEANUP_BUF text;
	buf_init(&text, KiB(1));
	(void)state;
	assert_int_equal(note_key_read(str_from(go_key), &go, &key, &error), 0);
	assert_str(go.name, "PeterNeumann");
	assert_int_equal(note_key_write(&go, &text, &error), 0);
	assert_str(buf_str(&text), go_key);
	assert_int_equal(note_read(str_from(go_note), &note, &error), 0);
	assert_str(note.text, GO_TEXT);
	assert_int_equal(note_verify(&note, &go), NOTE_VERIFIED);
}

static void test_every_bit_counts(void **state)
{
	static char changed[sizeof go_note];
	struct note_key go;
	struct note note;
	struct cavra_error error;
	struct key CLEANUP_KEY *key = NULL;
	(void)state;
	assert_int_equal(note_key_read(str_from(go_key), &go, &key, &error), 0);
	for (size_t i = 0; i < 8 * (sizeof go_note - 1); i++) {
		memcpy(changed, go_note, sizeof go_note);
		changed[i / 8] = (char)(changed[i / 8] ^ 1 << (i % 8));
		struct str bytes = str_make(changed, sizeof changed - 1);
		assert_row(note_read(bytes, &note, &error) < 0 ||
				   note_verify(&note, &go) != NOTE_VERIFIED,
			   i);
	}
}

static void test_signing(void **state)
{
	struct note_key counting, go;
	struct note note;
	struct cavra_error error;
	struct key CLEANUP_KEY *key = counting_key(), CLEANUP_KEY *go_public = NULL;
	struct buf CLEANUP_BUF out;
	buf_init(&out, LIMIT_NOTE_BYTES);
	(void)state;
	assert_int_equal(note_key_read(str_from(go_key), &go, &go_public, &error), 0);
	assert_int_equal(note_key_init(&counting, STR("log.example/1"), key, &error), 0);
	assert_int_equal(note_sign(STR("a\n\nb\n"), &counting, &out, &error), 0);
	assert_int_equal(note_read(buf_str(&out), &note, &error), 0);
	assert_str(note.text, "a\n\nb\n");
	assert_int_equal(note_verify(&note, &counting), NOTE_VERIFIED);
	assert_int_equal(note_verify(&note, &go), NOTE_UNKNOWN);
	/* A second signature, and then a wrong one with the same name and hash. */
	assert_int_equal(note_key_init(&go, STR("witness.example"), key, &error), 0);
	assert_int_equal(note_cosign(note.text, &go, &out, &error), 0);
	assert_int_equal(note_read(buf_str(&out), &note, &error), 0);
	assert_int_equal(note.n_signatures, 2);
	assert_int_equal(note_verify(&note, &go), NOTE_VERIFIED);
	assert_int_equal(note_verify(&note, &counting), NOTE_VERIFIED);
	assert_int_equal(note_cosign(STR("another\n"), &counting, &out, &error), 0);
	assert_int_equal(note_read(buf_str(&out), &note, &error), 0);
	assert_int_equal(note_verify(&note, &counting), NOTE_FORGED);
	assert_int_equal(note_verify(&note, &go), NOTE_VERIFIED);
}

static void test_what_cannot_be_signed(void **state)
{
	static const char *const texts[] = {"", "a", "a\nb", "a\r\n", "a\tb\n", "\xff\n", "\n"};
	struct note_key counting;
	struct cavra_error error;
	struct key CLEANUP_KEY *key = counting_key();
	(void)state;
	assert_int_equal(note_key_init(&counting, STR("log"), key, &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct buf CLEANUP_BUF out;
		buf_init(&out, LIMIT_NOTE_BYTES);
		assert_row(note_sign(str_from(texts[i]), &counting, &out, &error) ==
				   CAVRA_ERR_INPUT,
			   i);
	}
}

static void test_names(void **state)
{
	static const char *const names[] = {"",         "a b",           "a+b",  "a\nb", "a\tb",
					    "\xc2\xa0", "a\xe2\x80\x83", "\xff", "\x7f", " "};
	struct note_key note_key;
	struct cavra_error error;
	struct key CLEANUP_KEY *key = counting_key();
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_row(note_key_init(&note_key, str_from(names[i]), key, &error) ==
				   CAVRA_ERR_INPUT,
			   i);
	assert_int_equal(note_key_init(&note_key, STR("\xc3\xa9t\xc3\xa9/log"), key, &error), 0);
}

static void test_broken_notes(void **state)
{
	static const struct {
		const char *bytes;
		int line;
	} rows[] = {
		{"", 1},
		{"text\n", 1},
		{"\n" GO_LINE, 1},
		{"\n\n" GO_LINE, 1},
		{"text\n" GO_LINE, 1},
		{"text\n\n", 3},
		{"text\n\n" DASH "name AAAAAAA=", 3},
		{"text\n\n-- name AAAAAAA=\n", 3},
		{"text\n\n" DASH "name\n", 3},
		{"text\n\n" DASH "name  AAAAAAA=\n", 3},
		{"text\n\n" DASH "name AAAAAAA= \n", 3},
		{"text\n\n" DASH "name AAAAAA==\n", 3}, /* a hash and nothing */
		{"text\n\n" DASH "name AAAAAAA\n", 3},
		{"text\n\n" DASH "na+me AAAAAAA=\n", 3},
		{"te\rxt\n\n" DASH "name AAAAAAA=\n", 1},
		{"text\n\n" DASH "name AAAAAAA=\n" DASH "x\n", 4},
	};
	struct note note;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cavra_error error = {.line = 0};
		assert_row(note_read(str_from(rows[i].bytes), &note, &error) == CAVRA_ERR_INPUT, i);
		assert_row(error.line == rows[i].line, i);
	}
	struct cavra_error error;
	assert_int_equal(note_read(STR("text\n\n" DASH "name AAAAAAA=\n"), &note, &error), 0);
	assert_int_equal(note_read(STR("te\0xt\n\n" DASH "name AAAAAAA=\n"), &note, &error),
			 CAVRA_ERR_INPUT);
}

/* Signatures of other types are longer than ours. */
static int read_with(size_t n_signatures, size_t line, size_t total)
{
	struct note note;
	struct cavra_error error;
	struct buf CLEANUP_BUF out;
	buf_init(&out, MiB(4));
	size_t lines = n_signatures * (line + 1) + 1;
	buf_add_char(&out, 'x');
	while (out.n + lines + 1 < total)
		buf_add_char(&out, 'x');
	buf_add_c(&out, "\n\n");
	for (size_t i = 0; i < n_signatures; i++) {
		/* An em dash, a space, a name as long as it takes for base64 of four, a space. */
		size_t base64 = (line - 6) / 4 * 4, name = line - 5 - base64;
		buf_add_c(&out, DASH);
		while (name--)
			buf_add_char(&out, 'n');
		buf_add_char(&out, ' ');
		while (base64--)
			buf_add_char(&out, 'A');
		buf_add_char(&out, '\n');
	}
	assert_true(total == 0 || out.n == total);
	return note_read(buf_str(&out), &note, &error);
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(read_with(LIMIT_NOTE_SIGNATURES, 40, 0), 0);
	assert_int_equal(read_with(LIMIT_NOTE_SIGNATURES + 1, 40, 0), CAVRA_ERR_LIMIT);
	assert_int_equal(read_with(1, LIMIT_NOTE_LINE, 0), 0);
	assert_int_equal(read_with(1, LIMIT_NOTE_LINE + 1, 0), CAVRA_ERR_INPUT);
	assert_int_equal(read_with(1, 40, LIMIT_NOTE_BYTES), 0);
	assert_int_equal(read_with(1, 40, LIMIT_NOTE_BYTES + 1), CAVRA_ERR_LIMIT);
}

static void test_broken_keys(void **state)
{
	static const char *const rows[] = {
		"",
		"PeterNeumann",
		"PeterNeumann+c74f20a3",
		"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"Peterneumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
		"PeterNeumann+c74f20a3+AARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	};
	struct note_key note_key;
	struct cavra_error error;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct key CLEANUP_KEY *key = NULL;
		assert_row(note_key_read(str_from(rows[i]), &note_key, &key, &error) ==
				   CAVRA_ERR_INPUT,
			   i);
	}
}

/* ---- checkpoints ---- */

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static void test_checkpoints(void **state)
{
	static const char *const texts[] = {
		"example.com/behind-the-sofa\n20852163\n" ROOT "\n",
		"a log\n0\n" ROOT "\n",
		"x\n4611686018427387904\n" ROOT "\n",
		"x\n1\n" ROOT "\none\ntwo\n",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct checkpoint checkpoint;
		struct cavra_error error;
		struct buf CLEANUP_BUF out;
		buf_init(&out, KiB(1));
		assert_row(checkpoint_read(str_from(texts[i]), &checkpoint, &error) == 0, i);
		assert_row(checkpoint_write(&checkpoint, &out, &error) == 0, i);
		assert_row(str_is(buf_str(&out), texts[i]), i);
	}
}

static void test_broken_checkpoints(void **state)
{
	static const struct {
		const char *text;
		int line;
	} rows[] = {
		{"", 0},
		{"x\n1\n" ROOT, 0},
		{"\n1\n" ROOT "\n", 1},
		{"x\n01\n" ROOT "\n", 2},
		{"x\n\n" ROOT "\n", 2},
		{"x\n-1\n" ROOT "\n", 2},
		{"x\n+1\n" ROOT "\n", 2},
		{"x\n1 \n" ROOT "\n", 2},
		{"x\n4611686018427387905\n" ROOT "\n", 2},
		{"x\n18446744073709551616\n" ROOT "\n", 2},
		{"x\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", 3},
		{"x\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", 3},
		{"x\n1\n", 3},
		{"x\n", 2},
		{"x\n1\n" ROOT "\n\n", 4},
		{"x\n1\n" ROOT "\none\n\ntwo\n", 5},
	};
	struct checkpoint checkpoint;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cavra_error error = {.line = 0};
		assert_row(checkpoint_read(str_from(rows[i].text), &checkpoint, &error) ==
				   CAVRA_ERR_INPUT,
			   i);
		assert_row(error.line == rows[i].line, i);
	}
}

static void test_what_no_checkpoint_may_hold(void **state)
{
	static const struct {
		struct str origin, extension;
	} rows[] = {
		{STR_INIT(""), STR_INIT("")},
		{STR_INIT("x\n7"), STR_INIT("")},
		{STR_INIT("x"), STR_INIT("more")},
		{STR_INIT("x"), STR_INIT("\n")},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct checkpoint checkpoint = {.origin = rows[i].origin,
						.extension = rows[i].extension};
		struct cavra_error error;
		struct buf CLEANUP_BUF out;
		buf_init(&out, KiB(1));
		assert_row(checkpoint_write(&checkpoint, &out, &error) == CAVRA_ERR_INPUT, i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_others),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_signing),
		cmocka_unit_test(test_what_cannot_be_signed),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_broken_notes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_broken_keys),
		cmocka_unit_test(test_checkpoints),
		cmocka_unit_test(test_broken_checkpoints),
		cmocka_unit_test(test_what_no_checkpoint_may_hold),
	};
	return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
