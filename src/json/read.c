/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON text to values. The scanner has checked the syntax and says what to write instead; jansson
 * builds the values and finds what only it can know: duplicate keys and numbers out of range.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/scan.h"

/* jansson reports the end of the token; where it started is told by what it is made of. */
static size_t string_start(struct str text, size_t end)
{
	size_t i = end > 1 ? end - 2 : 0;
	for (; i > 0; i--) {
		if (text.p[i] != '"')
			continue;
		size_t slashes = 0;
		while (slashes < i && text.p[i - 1 - slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			break;
	}
	return i;
}

static size_t number_start(struct str text, size_t end)
{
	size_t i = end;
	while (i > 0 && (ascii_is_digit(text.p[i - 1]) || memchr("+-.eE", text.p[i - 1], 5)))
		i--;
	return i;
}

static int fail(struct str text, const json_error_t *found, struct cavra_error *error)
{
	size_t end = found->position > 0 ? (size_t)found->position : 0;
	if (end > text.n)
		end = text.n;
	int line, column;
	switch ((int)json_error_code(found)) {
	case json_error_duplicate_key: {
		size_t start = string_start(text, end);
		utf8_position(text, start, &line, &column);
		return error_at(error, CAVRA_ERR_INPUT, line, column,
				"duplicate key %.*s; keep one of them",
				(int)(end - start < 80 ? end - start : 80), text.p + start);
	}
	case json_error_numeric_overflow:
		utf8_position(text, number_start(text, end), &line, &column);
		return error_at(error, CAVRA_ERR_INPUT, line, column,
				"the number is out of range; write it as text in double quotes");
	case json_error_null_byte_in_key:
		utf8_position(text, string_start(text, end), &line, &column);
		return error_at(error, CAVRA_ERR_INPUT, line, column,
				"a key holds a NUL character; remove the \\u0000");
	case json_error_out_of_memory:
		return error_set(error, CAVRA_ERR_MEMORY,
				 "out of memory while reading JSON; make the text smaller");
	}
	utf8_position(text, end, &line, &column);
	return error_at(error, CAVRA_ERR_INPUT, line, column, "not valid JSON: %s", found->text);
}

/* Bytes of all keys and strings. */
static size_t text_bytes(json_t *value)
{
	size_t n = json_string_length(value), i;
	const char *key;
	json_t *member;
	json_array_foreach (value, i, member)
		n += text_bytes(member);
	json_object_foreach (value, key, member)
		n += strlen(key) + text_bytes(member);
	return n;
}

int json_read(struct str text, unsigned flags, json_t **ret, struct cavra_error *error)
{
	if (text.n > LIMIT_DOCUMENT_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "more than %zu bytes of JSON; make it smaller",
				 LIMIT_DOCUMENT_BYTES);
	bool nul = flags & JSON_READ_NUL;
	size_t bytes;
	int code = json_scan_check(text, nul, &bytes, error);
	if (code < 0)
		return code;
	json_error_t found;
	json_t *value = json_loadb(
		text.p, text.n,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | (nul ? JSON_ALLOW_NUL : 0), &found);
	if (!value)
		return fail(text, &found, error);
	/* When jansson finds no memory for a longer token, it goes on without some of its bytes. */
	if (text_bytes(value) != bytes) {
		json_decref(value);
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory while reading JSON");
	}
	*ret = value;
	return 0;
}
