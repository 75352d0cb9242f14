/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries, see entry.h. Members of an entry stand in the order of their names, so that a line is
 *
 *	{"body":{...},"event_type":"...","previous_hash":...,"record_hash":"...","schema_version":...,"timestamp":"..."}
 *
 * and everything but the member record_hash is what that hash is of. No text inside of a JSON string can look like
 * `,"record_hash":"`, since its quotes would be escaped: the last one in a line is the entry's own.
 */
#include "ledger/entry.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "base/when.h"
#include "ledger/shorten.h"
#include "json/json.h"

#define HASH_KEY ",\"record_hash\":\""
#define PREVIOUS_KEY ",\"previous_hash\":"
#define SEQUENCE_TEXT ",\"schema_version\":\"" ENTRY_SCHEMA "\",\"sequence\":"
#define SESSION_KEY ",\"session_id\":\""
#define EVENT_KEY ",\"event_type\":\""

/* ---- writing ---- */

static void add_front(struct buf *out, const struct ledger_head *head,
		      const struct ledger_draft *draft)
{
	buf_add_c(out, ",\"event_type\":");
	buf_add_json_string(out, str_from(draft->event_type));
	if (head->record_hash[0])
		buf_add_format(out, PREVIOUS_KEY "\"%s\"", head->record_hash);
	else
		buf_add_c(out, PREVIOUS_KEY "null");
}

static void add_back(struct buf *out, uint64_t sequence, struct str session_id, int64_t when)
{
	char text[WHEN_TEXT];
	when_format(when, text);
	buf_add_format(out, SEQUENCE_TEXT "%" PRIu64 ",\"session_id\":", sequence);
	buf_add_json_string(out, session_id);
	buf_add_format(out, ",\"timestamp\":\"%s\"}", text);
}

static int write_body(struct buf *line, json_t *body, struct cavra_error *error)
{
	buf_add_c(line, "{\"body\":");
	int code = json_write_canonical(body, line, error);
	return code < 0 ? code : line->failed ? CAVRA_ERR_LIMIT : 0;
}

/* Writes the body as large as it may be. */
static int write_short_body(struct buf *line, json_t *body, struct cavra_error *error)
{
	int code = write_body(line, body, error);
	for (size_t i = 0; code == CAVRA_ERR_LIMIT && i < shorten_steps_count; i++) {
		json_t *shorter = json_shorten(body, &shorten_steps[i]);
		if (!shorter)
			return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
		buf_clear(line);
		code = write_body(line, shorter, error);
		json_decref(shorter);
	}
	return code;
}

int entry_write(struct buf *out, struct ledger_head *head, const struct ledger_draft *draft,
		int64_t when, struct cavra_error *error)
{
	struct buf CLEANUP_BUF front;
	struct buf CLEANUP_BUF back;
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	buf_init(&front, LIMIT_LEDGER_ENTRY_BYTES - LIMIT_LEDGER_FRAME_BYTES);
	buf_init(&back, LIMIT_LEDGER_FRAME_BYTES);
	if (draft->session_id.n > LIMIT_SESSION_ID_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "the session id is longer than %d bytes",
				 (int)LIMIT_SESSION_ID_BYTES);
	if (utf8_find_invalid(draft->session_id) != STR_NPOS)
		return error_set(error, CAVRA_ERR_INPUT, "the session id is not UTF-8");
	int code = write_short_body(&front, draft->body, error);
	if (code < 0)
		return error_prefix(error, "the ledger entry");
	front.max = LIMIT_LEDGER_ENTRY_BYTES;
	add_front(&front, head, draft);
	add_back(&back, head->sequence + 1, draft->session_id, when);
	if (front.failed || back.failed)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");

	sha256_init(&state);
	sha256_add(&state, buf_str(&front));
	sha256_add(&state, buf_str(&back));
	sha256_finish(&state, digest);
	digest_hex(digest, hex);
	buf_add(out, buf_str(&front));
	buf_add_format(out, HASH_KEY "%s\"", hex);
	buf_add(out, buf_str(&back));
	if (out->failed)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	head->sequence++;
	(void)snprintf(head->record_hash, sizeof head->record_hash, "%s", hex);
	return 0;
}

/* ---- reading ---- */

static size_t find_last(struct str text, struct str needle)
{
	for (size_t at = text.n < needle.n ? 0 : text.n - needle.n + 1; at-- > 0;)
		if (text.p[at] == needle.p[0] && memcmp(text.p + at, needle.p, needle.n) == 0)
			return at;
	return STR_NPOS;
}

static bool take(struct str *text, struct str what)
{
	if (!str_starts(*text, what))
		return false;
	*text = str_from_at(*text, what.n);
	return true;
}

static bool take_hash(struct str *text, char ret_hash[SHA256_HEX])
{
	size_t n = SHA256_HEX - 1;
	if (text->n <= n || text->p[n] != '"')
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = text->p[i];
		if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		ret_hash[i] = c;
	}
	ret_hash[n] = '\0';
	*text = str_from_at(*text, n + 1);
	return true;
}

static bool take_sequence(struct str *text, uint64_t *ret_sequence)
{
	size_t n = 0, number;
	while (n < text->n && ascii_is_digit(text->p[n]))
		n++;
	if (n == 0 || n > 16 || text->p[0] == '0' || !str_to_size(str_first(*text, n), &number))
		return false;
	*ret_sequence = number;
	*text = str_from_at(*text, n);
	return true;
}

static bool hash_is(struct str front, struct str back, const char *hex)
{
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	char now[SHA256_HEX];
	sha256_init(&state);
	sha256_add(&state, front);
	sha256_add(&state, back);
	sha256_finish(&state, digest);
	digest_hex(digest, now);
	return memcmp(now, hex, SHA256_HEX) == 0;
}

/* `,"previous_hash":...` at the end of what stands in front of the hash. */
static bool read_previous(struct str front, char ret_hash[SHA256_HEX])
{
	size_t at = find_last(front, STR(PREVIOUS_KEY));
	if (at == STR_NPOS)
		return false;
	struct str value = str_from_at(front, at + sizeof PREVIOUS_KEY - 1);
	ret_hash[0] = '\0';
	return str_is(value, "null") ||
	       (take(&value, STR("\"")) && take_hash(&value, ret_hash) && !value.n);
}

bool entry_link(struct str line, struct entry_link *ret_link, const char **ret_wrong)
{
	struct entry_link link;
	const char *wrong = NULL;
	size_t at = find_last(line, STR(HASH_KEY));
	struct str front = str_first(line, at == STR_NPOS ? 0 : at), back;
	struct str rest = str_from_at(line, front.n + sizeof HASH_KEY - 1);
	if (line.n > LIMIT_LEDGER_ENTRY_BYTES)
		wrong = "the line is too long for an entry";
	else if (at == STR_NPOS || !str_starts(line, STR("{\"body\":{")) ||
		 !take_hash(&rest, link.record_hash))
		wrong = "the line is no entry: there is no record_hash where it belongs";
	else if (back = rest, !take(&rest, STR(SEQUENCE_TEXT)))
		wrong = "the line is no entry: schema_version is not " ENTRY_SCHEMA;
	else if (!take_sequence(&rest, &link.sequence) || !take(&rest, STR(SESSION_KEY)))
		wrong = "the line is no entry: sequence is no positive integer";
	else if (!read_previous(front, link.previous_hash))
		wrong = "the line is no entry: there is no previous_hash where it belongs";
	else if (!hash_is(front, back, link.record_hash))
		wrong = "record_hash is not the hash of the entry: it was changed";
	if (!wrong)
		*ret_link = link;
	else if (ret_wrong)
		*ret_wrong = wrong;
	return !wrong;
}

static int check_canonical(struct str line, const json_t *json, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	buf_init(&text, LIMIT_LEDGER_ENTRY_BYTES);
	int code = json_write_canonical(json, &text, error);
	if (code < 0)
		return code;
	if (!str_eq(buf_str(&text), line))
		return error_set(error, CAVRA_ERR_INPUT, "the line is not canonical JSON");
	return 0;
}

static int read_members(struct ledger_entry *entry, struct cavra_error *error)
{
	const struct {
		const char *key;
		struct str *text;
	} texts[] = {{"event_type", &entry->event_type},
		     {"session_id", &entry->session_id},
		     {"timestamp", &entry->timestamp}};
	int64_t when;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int code = json_need_str(entry->json, texts[i].key, texts[i].text, error);
		if (code < 0)
			return code;
	}
	entry->body = json_get_object(entry->json, "body");
	if (!entry->body || json_object_size(entry->json) != 8)
		return error_set(error, CAVRA_ERR_INPUT, "the entry has other members than it may");
	if (!when_parse(entry->timestamp, &when))
		return error_set(error, CAVRA_ERR_INPUT, "timestamp is no time");
	return 0;
}

int entry_read(struct str line, struct ledger_entry *ret_entry, struct cavra_error *error)
{
	struct ledger_entry entry = {0};
	const char *wrong;
	if (!entry_link(line, &entry.link, &wrong))
		return error_set(error, CAVRA_ERR_INPUT, "%s", wrong);
	int code = json_read(line, JSON_READ_NUL, &entry.json, error);
	if (code == 0)
		code = check_canonical(line, entry.json, error);
	if (code == 0)
		code = read_members(&entry, error);
	if (code < 0)
		entry_release(&entry);
	else
		*ret_entry = entry;
	return code;
}

void entry_release(struct ledger_entry *entry)
{
	json_decref(entry->json);
	entry->json = NULL;
}
