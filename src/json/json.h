/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON beyond jansson: strict reading of requests, typed members, canonical writing.
 */
#ifndef CAVRA_JSON_JSON_H
#define CAVRA_JSON_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

enum json_read_flags {
	JSON_READ_NUL = 1, /* strings (not keys) may hold \u0000; look at their lengths */
};

/* Reads one JSON value of any type: RFC 8259, no duplicate keys, at most LIMIT_DOCUMENT_BYTES long,
 * LIMIT_JSON_DEPTH deep, LIMIT_JSON_NODES values. Integers are 64 bits wide, larger ones are an
 * error. Errors: CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY with line and column. The
 * caller decrefs *ret.
 */
int json_read(struct str text, unsigned flags, json_t **ret, struct cavra_error *error);

/* Members of an object. True when the member is there and of that type; *ret is untouched
 * otherwise, also when object is NULL or no object. Text is borrowed from the value.
 */
bool json_get_str(const json_t *object, const char *key, struct str *ret);
bool json_get_int(const json_t *object, const char *key, json_int_t *ret);
bool json_get_bool(const json_t *object, const char *key, bool *ret);
/* NULL when it is absent or of another type. */
json_t *json_get_object(const json_t *object, const char *key);
json_t *json_get_array(const json_t *object, const char *key);

/* A shallow copy with all members; NULL without memory. json_copy() may then lack some. */
json_t *json_copy_whole(json_t *value);

/* The text of a value, which the caller frees; NULL without memory. json_dumps() may then lack some of it. */
char *json_text(const json_t *value, size_t flags);

/* As json_get_str(), for callers to whom a wrong type is an error: 1 found, 0 absent or null,
 * CAVRA_ERR_INPUT (naming the key and the type found) otherwise. json_need_str() also fails when it
 * is absent.
 */
int json_want_str(const json_t *object, const char *key, struct str *ret,
		  struct cavra_error *error);
int json_need_str(const json_t *object, const char *key, struct str *ret,
		  struct cavra_error *error);

struct str json_str(const json_t *string);
/* A new string, in which U+FFFD stands for each byte that is no UTF-8; NULL without memory. */
json_t *json_new_str(struct str text);
/* "null", "boolean", "integer", "number", "string", "array", "object"; NULL is "nothing". */
const char *json_type_name(const json_t *value);

/* Members in the order they were added, no spaces. Fails with CAVRA_ERR_LIMIT when it does not fit into out. */
int json_write_compact(const json_t *value, struct buf *out);
/* RFC 8785 (JCS): members sorted by UTF-16 code units, numbers as ECMAScript writes them. Fails
 * with CAVRA_ERR_INPUT on an integer that a double cannot hold, CAVRA_ERR_LIMIT when it is nested
 * deeper than LIMIT_JSON_DEPTH or does not fit into out.
 */
int json_write_canonical(const json_t *value, struct buf *out, struct cavra_error *error);
/* The form that pack digests are computed over, which existing installations have on record:
 * members sorted by code point, "," and ":" without spaces, everything but printable ASCII as
 * \uXXXX (pairs above U+FFFF), numbers as Python writes them. Errors as above, but any integer
 * goes.
 */
int json_write_digest_form(const json_t *value, struct buf *out, struct cavra_error *error);
/* The same with ", " and ": ", which manifests of evidence are signed in. */
int json_write_spaced_form(const json_t *value, struct buf *out, struct cavra_error *error);

#endif
