/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of a ledger, as they come and with the hash put right, so that the rest of them is looked at: the quick check and the
 * thorough one agree, and what the quick one takes for canonical JSON is.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "ledger/entry_check.h"
#include "json/canonical_scan.h"
#include "json/json.h"

#define KEY ",\"record_hash\":\""

static void check_scan(struct str text)
{
	struct str rest = text;
	struct cavra_error error = {.text = ""};
	struct buf CLEANUP_BUF again;
	json_t *value = NULL;
	buf_init(&again, 2 * LIMIT_LEDGER_ENTRY_BYTES);
	if (!json_scan_canonical(&rest))
		return;
	text = str_first(text, text.n - rest.n);
	FUZZ_CHECK(json_read(text, JSON_READ_NUL, &value, &error) == 0);
	FUZZ_CHECK(json_write_canonical(value, &again, &error) == 0);
	FUZZ_CHECK(str_eq(buf_str(&again), text));
	json_decref(value);
}

static void check_line(struct str line)
{
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	struct entry_view view;
	struct cavra_error error = {.text = ""}, other = {.text = ""};
	int quick = entry_check(line, &view, &error);
	int thorough = entry_read(line, &entry, &other);
	FUZZ_CHECK(quick == thorough);
	if (quick < 0) {
		FUZZ_CHECK(error.text[0]);
		return;
	}
	FUZZ_CHECK(view.link.sequence == entry.link.sequence);
	FUZZ_CHECK(strcmp(view.link.record_hash, entry.link.record_hash) == 0);
	FUZZ_CHECK(strcmp(view.link.previous_hash, entry.link.previous_hash) == 0);
	FUZZ_CHECK(view.is_own == str_starts(entry.event_type, STR(LEDGER_OWN_EVENTS)));
}

static size_t find_last(struct str text, struct str needle)
{
	size_t found = STR_NPOS, at, from = 0;
	while ((at = str_find(str_from_at(text, from), needle)) != STR_NPOS) {
		found = from + at;
		from = found + 1;
	}
	return found;
}

static void put_hash_right(char *bytes, size_t n)
{
	struct str line = str_make(bytes, n);
	size_t at = find_last(line, STR(KEY)), from = at + sizeof KEY - 1;
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	if (at == STR_NPOS || n < from + SHA256_HEX)
		return;
	sha256_init(&state);
	sha256_add(&state, str_first(line, at));
	sha256_add(&state, str_from_at(line, from + SHA256_HEX));
	sha256_finish(&state, digest);
	digest_hex(digest, hex);
	memcpy(bytes + from, hex, SHA256_HEX - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = str_make((const char *)data, size);
	if (size > LIMIT_LEDGER_ENTRY_BYTES + 1)
		return 0;
	check_line(line);
	check_scan(line);
	check_scan(str_from_at(line, sizeof "{\"body\":" - 1));
	char *bytes = malloc(size + 1);
	if (!bytes)
		return 0;
	if (size)
		memcpy(bytes, data, size);
	put_hash_right(bytes, size);
	check_line(str_make(bytes, size));
	free(bytes);
	return 0;
}
