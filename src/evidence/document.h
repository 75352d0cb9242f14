/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of src/evidence: JSON files as all of them are written, and small checks of their members.
 */
#ifndef CAVRA_EVIDENCE_DOCUMENT_H
#define CAVRA_EVIDENCE_DOCUMENT_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define EVIDENCE_PRODUCT "CAVRA"
#define EVIDENCE_TAGLINE "Before an AI coding agent acts, CAVRA decides."

int evidence_no_memory(struct cavra_error *error);

/* Two spaces, sorted members, ASCII, a newline at the end. Errors: CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY, also when document is
 * NULL.
 */
int evidence_write(const json_t *document, struct buf *out, struct cavra_error *error);

/* Texts that end in one of our files: of at most LIMIT_SIGNATURE_TEXT bytes, not empty, UTF-8, without control characters. */
bool evidence_is_text(struct str text);
/* 64 lower-case hexadecimal digits. */
bool evidence_is_sha256(struct str text);
/* False when there is no memory for it. */
bool evidence_set_str(json_t *object, const char *key, struct str value);

/* A member that must be a text of the kind above. CAVRA_ERR_INPUT names it. */
int evidence_need_text(const json_t *object, const char *key, struct str *ret,
		       struct cavra_error *error);
/* A member that must be exactly this. */
int evidence_need_word(const json_t *object, const char *key, const char *word,
		       struct cavra_error *error);
/* A point in time. optional: *ret is 0 when it is null or absent. */
int evidence_need_when(const json_t *object, const char *key, bool optional, int64_t *ret,
		       struct cavra_error *error);

static inline void evidence_decrefp(json_t **value)
{
	json_decref(*value);
}
#define CLEANUP_JSON __attribute__((cleanup(evidence_decrefp)))

#endif
