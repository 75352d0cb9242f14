/* SPDX-License-Identifier: Apache-2.0
 *
 * How long evidence is to be kept: retention-policy.json.
 */
#ifndef CAVRA_EVIDENCE_RETENTION_H
#define CAVRA_EVIDENCE_RETENTION_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum { RETENTION_DEFAULT_DAYS = 2555, RETENTION_MAX_DAYS = 36500 };
#define RETENTION_DEFAULT_CLASSIFICATION "regulated-sdlc"

struct retention {
	struct str session_id, classification;
	int64_t created_at;
	int64_t days; /* 1 to RETENTION_MAX_DAYS */
	bool legal_hold;
};

/* The caller decrefs it. Errors: CAVRA_ERR_INPUT. */
int retention_make(const struct retention *retention, json_t **ret_document,
		   struct cavra_error *error);
/* Its dates must agree with each other. Borrows the texts. */
int retention_read(const json_t *document, struct retention *ret_retention,
		   struct cavra_error *error);
/* When it ends. */
int64_t retention_until(const struct retention *retention);
/* The same for people. */
void retention_markdown(const struct retention *retention, struct buf *out);

#endif
