/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of src/evidence: what verify.c leaves to verify_contents.c.
 */
#ifndef CAVRA_EVIDENCE_VERIFY_PRIVATE_H
#define CAVRA_EVIDENCE_VERIFY_PRIVATE_H

#include "evidence/verify.h"

/* Whether the files, which are what was signed, agree with each other and with what is asked for. */
void verify_contents(struct verification *verification, const struct verify_with *with);

#endif
