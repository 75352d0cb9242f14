/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON Schema 2020-12. A schema that uses a keyword, a vocabulary or a reference that is not
 * implemented is refused, never half understood: a check that looks strict must be.
 *
 * Implemented: all of core, applicator, unevaluated and validation but $dynamicRef, $dynamicAnchor
 * and $vocabulary; references within the one document; "definitions" as "$defs". Annotations
 * (format, content, meta-data) check nothing, but a description beside a pattern is what the
 * complaint about it says. Patterns are those of pattern.h. Numbers compare by value as written: 1
 * is 1.0, and 0.0075 is a multiple of 0.0001.
 */
#ifndef CAVRA_JSON_SCHEMA_H
#define CAVRA_JSON_SCHEMA_H

#include "json/document.h"

struct schema;

/* Keeps a reference to the document while the schema lives. Errors: CAVRA_ERR_INPUT,
 * CAVRA_ERR_LIMIT; the text starts with the JSON pointer into the schema. The caller frees with
 * schema_free().
 */
int schema_compile(json_t *document, struct schema **ret, struct cavra_error *error);
void schema_free(struct schema *schema);

/* What is wrong at one place of an instance. Text lives during the visit only. */
struct schema_finding {
	const char *pointer; /* into the instance */
	enum position_of of; /* is the key or the value to blame? */
	const char *keyword; /* of the schema, that was not met: "required" */
	const char *
		text; /* what is wrong and what to write instead; never quotes a value of the instance */
};
/* Returns false to hear no more. */
typedef bool (*schema_visitor)(void *context, const struct schema_finding *finding);

/* 0: valid. CAVRA_ERR_INPUT: not; *error has the first finding as "pointer: text". CAVRA_ERR_LIMIT:
 * too much work or too deep to tell, CAVRA_ERR_MEMORY. visit may be NULL. A schema may be used by
 * any number of threads at once.
 */
int schema_validate(const struct schema *schema, const json_t *instance, schema_visitor visit,
		    void *context, struct cavra_error *error);
/* As above, of a document that a person wrote: *error has the first finding's file, line and
 * column, and its text without the pointer.
 */
int schema_validate_document(const struct schema *schema, const struct document *document,
			     struct cavra_error *error);

#endif
