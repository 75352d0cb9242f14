/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of src/evidence: what verify.c leaves to verify_contents.c, and what else is verified file by file takes from it.
 */
#ifndef CAVRA_EVIDENCE_VERIFY_PRIVATE_H
#define CAVRA_EVIDENCE_VERIFY_PRIVATE_H

#include "evidence/verify.h"

/* Whether the files, which are what was signed, agree with each other and with what is asked for. */
void verify_contents(struct verification *verification, const struct verify_with *with);

/* A file beneath the directory and through no link; what may be read is decided before it is. False with what is wrong. */
bool verify_read_file(int directory, const char *name, struct buf *out, char *ret_wrong,
		      size_t size);
/* An object, or NULL and a problem. */
json_t *verify_read_json(struct verification *verification, const char *name, struct str text);

#endif
