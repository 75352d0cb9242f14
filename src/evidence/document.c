/* SPDX-License-Identifier: Apache-2.0
 *
 * See document.h.
 */
#include "evidence/document.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "base/when.h"
#include "json/json.h"

int evidence_no_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

int evidence_write(const json_t *document, struct buf *out, struct cavra_error *error)
{
	char *text = document ? json_text(document,
					  JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENSURE_ASCII)
			      : NULL;
	if (!text)
		return evidence_no_memory(error);
	buf_add_c(out, text);
	buf_add_char(out, '\n');
	free(text);
	return out->failed
		       ? error_set(error, CAVRA_ERR_LIMIT,
				   "it would be larger than %zu bytes; take less of it", out->max)
		       : 0;
}

bool evidence_is_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return text.n > 0 && text.n <= LIMIT_SIGNATURE_TEXT && utf8_find_invalid(text) == STR_NPOS;
}

bool evidence_is_sha256(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_digit(text.p[i]) && (text.p[i] < 'a' || text.p[i] > 'f'))
			return false;
	return text.n == 64;
}

bool evidence_set_str(json_t *object, const char *key, struct str value)
{
	return json_object_set_new(object, key, json_stringn(value.p, value.n)) == 0;
}

int evidence_need_text(const json_t *object, const char *key, struct str *ret,
		       struct cavra_error *error)
{
	struct str text = STR("");
	int code = json_need_str(object, key, &text, error);
	if (code < 0)
		return code;
	if (!evidence_is_text(text))
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"%s\" is one line of 1 to %d bytes, without control characters",
				 key, LIMIT_SIGNATURE_TEXT);
	*ret = text;
	return 0;
}

int evidence_need_word(const json_t *object, const char *key, const char *word,
		       struct cavra_error *error)
{
	struct str text = STR("");
	int code = json_need_str(object, key, &text, error);
	if (code < 0 || str_is(text, word))
		return code < 0 ? code : 0;
	return error_set(error, CAVRA_ERR_INPUT, "\"%s\" must be \"%s\", but is \"%.60s\"", key,
			 word, text.p);
}

int evidence_need_when(const json_t *object, const char *key, bool optional, int64_t *ret,
		       struct cavra_error *error)
{
	struct str text = STR("");
	int64_t when = 0;
	int code = optional ? json_want_str(object, key, &text, error)
			    : json_need_str(object, key, &text, error);
	if (code < 0)
		return code;
	if ((code > 0 || !optional) && !when_parse(text, &when))
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"%s\" is a time such as 2026-01-31T23:59:59+00:00", key);
	*ret = when;
	return 0;
}
