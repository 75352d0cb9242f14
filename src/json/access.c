/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed members of JSON objects, see json.h.
 */
#include "json/json.h"

#include <stdlib.h>

#include "base/utf8.h"

struct str json_str(const json_t *string)
{
	return str_make(json_string_value(string), json_string_length(string));
}

static json_t *replace_invalid(struct str text)
{
	struct buf CLEANUP_BUF valid;
	buf_init(&valid, 3 * text.n + 1);
	while (text.n) {
		size_t n = utf8_length(text);
		buf_add(&valid, n ? str_first(text, n) : STR("\xef\xbf\xbd"));
		text = str_from_at(text, n ? n : 1);
	}
	return valid.failed ? NULL : json_stringn_nocheck(valid.p, valid.n);
}

json_t *json_new_str(struct str text)
{
	return utf8_find_invalid(text) == STR_NPOS
		       ? json_stringn_nocheck(text.n ? text.p : "", text.n)
		       : replace_invalid(text);
}

static int write_piece(const char *piece, size_t n, void *out)
{
	struct buf *buf = out;
	buf_add(buf, str_make(piece, n));
	return buf->failed ? -1 : 0;
}

int json_write_compact(const json_t *value, struct buf *out)
{
	return json_dump_callback(value, write_piece, out, JSON_COMPACT | JSON_ENCODE_ANY) < 0
		       ? CAVRA_ERR_LIMIT
		       : 0;
}

const char *json_type_name(const json_t *value)
{
	if (!value)
		return "nothing";
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "object";
	case JSON_ARRAY:
		return "array";
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
		return "integer";
	case JSON_REAL:
		return "number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "boolean";
	case JSON_NULL:
		return "null";
	}
	return "nothing";
}

char *json_text(const json_t *value, size_t flags)
{
	size_t n = json_dumpb(value, NULL, 0, flags);
	char *text = n ? malloc(n + 1) : NULL;
	if (text && json_dumpb(value, text, n, flags) == n) {
		text[n] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

json_t *json_copy_whole(json_t *value)
{
	json_t *copy = json_copy(value);
	if (json_object_size(copy) == json_object_size(value) &&
	    json_array_size(copy) == json_array_size(value))
		return copy;
	json_decref(copy);
	return NULL;
}

bool json_get_str(const json_t *object, const char *key, struct str *ret)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return false;
	*ret = json_str(value);
	return true;
}

bool json_get_int(const json_t *object, const char *key, json_int_t *ret)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_integer(value))
		return false;
	*ret = json_integer_value(value);
	return true;
}

bool json_get_bool(const json_t *object, const char *key, bool *ret)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_boolean(value))
		return false;
	*ret = json_is_true(value);
	return true;
}

json_t *json_get_object(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return json_is_object(value) ? value : NULL;
}

json_t *json_get_array(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	return json_is_array(value) ? value : NULL;
}

int json_want_str(const json_t *object, const char *key, struct str *ret, struct cavra_error *error)
{
	const json_t *value = json_object_get(object, key);
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return error_set(error, CAVRA_ERR_INPUT, "\"%s\" is of type %s; write a string",
				 key, json_type_name(value));
	*ret = json_str(value);
	return 1;
}

int json_need_str(const json_t *object, const char *key, struct str *ret, struct cavra_error *error)
{
	int found = json_want_str(object, key, ret, error);
	if (found == 0)
		return error_set(error, CAVRA_ERR_INPUT, "\"%s\" is missing; write a string", key);
	return found < 0 ? found : 0;
}
