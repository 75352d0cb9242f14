/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the files of a bundle are kept for good: the names they have there, and the plan for whoever sets the place up.
 */
#ifndef CAVRA_EVIDENCE_STORAGE_PLAN_H
#define CAVRA_EVIDENCE_STORAGE_PLAN_H

#include "evidence/retention.h"
#include "evidence/verify.h"

/* In the order in which they are kept. The manifest comes last: where it is, all is. */
struct storage_file {
	const char *name, *media_type;
	struct str bytes; /* borrowed from the verification */
	char sha256[SHA256_HEX];
	char *key; /* "<prefix>/<session>/<name>"; owned */
};

struct storage_files {
	struct storage_file file[BUNDLE_FILES + 1];
	size_t n;
};

/* Release it, also after a failure. Errors: CAVRA_ERR_INPUT when prefix or session cannot be part of a name there;
 * CAVRA_ERR_MEMORY.
 */
int storage_files_list(const struct verification *verification, const char *prefix,
		       struct storage_files *ret_files, struct cavra_error *error);
void storage_files_release(struct storage_files *files);
#define CLEANUP_STORAGE_FILES __attribute__((cleanup(storage_files_release)))

struct storage_plan {
	const char *s3_bucket, *s3_prefix, *azure_account, *azure_container;
	struct retention retention;
	bool governance; /* else compliance */
};

/* cavra.immutable-storage-plan.v1; the caller decrefs it. */
int storage_plan_make(const struct verification *verification, const struct storage_plan *plan,
		      json_t **ret_document, struct cavra_error *error);
/* The same for people. */
int storage_plan_markdown(const json_t *document, struct buf *out, struct cavra_error *error);

#endif
