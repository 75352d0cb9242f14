/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a published version, and finding one by what a person calls it.
 */
#ifndef CAVRA_CLI_VERSION_FIND_H
#define CAVRA_CLI_VERSION_FIND_H

#include "cli/versions.h"
#include "crypto/digest.h"
#include "json/document.h"

struct version_facts {
	json_t *record;                 /* publish.json; owned, NULL without a readable one */
	struct document *document;      /* its policy.yaml; owned, NULL when it cannot be read */
	char file_digest[SHA256_NAMED]; /* of its bytes; empty when they cannot be read */
};
/* What is missing or broken is left out. Errors: CAVRA_ERR_MEMORY. Release the facts in any case. */
int version_read(const struct version *version, struct version_facts *ret_facts,
		 struct cavra_error *error);
void version_facts_release(struct version_facts *facts);

/* The policy.yaml of the version that wanted names: by its number, its digest (that of the file or of the policy) or its
 * metadata.version. ret_name: "7-1f2e3d4c5b6a". Errors: CAVRA_ERR_NOT_FOUND, and
 * CAVRA_ERR_INPUT when versions of different texts are called so.
 */
int version_find(const char *pack, const char *wanted, struct document **ret_document,
		 char ret_name[VERSION_NAME], struct cavra_error *error);

#endif
