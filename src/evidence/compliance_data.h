/* SPDX-License-Identifier: Apache-2.0
 *
 * The frameworks of data/compliance/, checked and embedded during the build.
 */
#ifndef CAVRA_EVIDENCE_COMPLIANCE_DATA_H
#define CAVRA_EVIDENCE_COMPLIANCE_DATA_H

#include "base/str.h"

enum { COMPLIANCE_TAGS = 128 };

/* {"frameworks": [...], "tags": {...}} */
extern const struct str compliance_data;

#endif
