/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a bundle that are made from evidence.json by others of this folder: the same evidence gives the same bytes.
 */
#ifndef CAVRA_EVIDENCE_DERIVED_H
#define CAVRA_EVIDENCE_DERIVED_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

/* compliance-mapping.md, siem-event.json */
int derived_compliance(const json_t *evidence, struct buf *out, struct cavra_error *error);
int derived_siem(const json_t *evidence, struct buf *out, struct cavra_error *error);

#endif
