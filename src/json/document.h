/* SPDX-License-Identifier: Apache-2.0
 *
 * A JSON or YAML text that has been read, and where each of its values stands: for everything that
 * a person writes and that we complain about with file:line:column.
 *
 * YAML is read as a strict subset, which anybody who knows JSON can predict:
 *  - one document; no directives, tags, anchors, aliases, merge keys, no keys but plain or quoted
 *    text;
 *  - a plain scalar is null, true, false or a number exactly when JSON would write it so; all else
 *    (yes, no, on, ~, 0x10, 1_000, 2024-01-01) is text; quoted and block scalars are text;
 *  - a key or list item without a value is null;
 *  - no duplicate keys, no tabs in front of text, no control characters.
 * What is read means what YAML 1.2 says it means; what is doubtful is refused, not guessed.
 */
#ifndef CAVRA_JSON_DOCUMENT_H
#define CAVRA_JSON_DOCUMENT_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"

struct yaml_positions;

struct document {
	json_t *root;    /* owned; json_incref() to keep it beyond document_free() */
	char *name;      /* for messages: the path, or NULL */
	struct str text; /* own copy */
	struct yaml_positions *positions; /* NULL: JSON, whose positions are looked up in text */
};

/* All three copy what they need; the caller frees the document. Errors: CAVRA_ERR_INPUT with a
 * position, CAVRA_ERR_LIMIT over LIMIT_DOCUMENT_BYTES, LIMIT_JSON_DEPTH or LIMIT_JSON_NODES,
 * CAVRA_ERR_MEMORY. No text holds NUL characters, keys are unique, strings are valid UTF-8.
 */
int document_parse_json(const char *text, size_t n, struct document **ret,
			struct cavra_error *error);
int document_parse_yaml(const char *text, size_t n, struct document **ret,
			struct cavra_error *error);
/* YAML by the ending .yaml or .yml, JSON by .json, anything else is refused; so is what is not a
 * regular file (a symbolic link to one is). Errors name the file. Also CAVRA_ERR_NOT_FOUND,
 * CAVRA_ERR_IO.
 */
int document_load(const char *path, struct document **ret, struct cavra_error *error);
void document_free(struct document *document);

enum position_of { POSITION_KEY, POSITION_VALUE };

/* Place of the key or value that a JSON pointer ("" is the root, "/commands/block/0") names, from
 * 1, columns in characters. In lists and for the root the key's place is the value's. False, and
 * 1:1, when there is none.
 */
bool document_position(const struct document *document, const char *pointer, enum position_of of,
		       int *ret_line, int *ret_column);
/* An error about that place, with the document's name. Where the pointer leads nowhere (a missing
 * key), its nearest existing parent is named. Returns code.
 */
int document_error(const struct document *document, const char *pointer, enum position_of of,
		   struct cavra_error *error, enum cavra_code code, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

static inline void document_freep(struct document **document)
{
	document_free(*document);
}
#define CLEANUP_DOCUMENT __attribute__((cleanup(document_freep)))

#endif
