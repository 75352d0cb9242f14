/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that a bundle of evidence consists of.
 */
#ifndef CAVRA_EVIDENCE_FILES_H
#define CAVRA_EVIDENCE_FILES_H

#include <stdbool.h>

#include "base/str.h"

#define BUNDLE_SCHEMA "cavra.evidence.bundle.v1"
#define BUNDLE_MANIFEST "manifest.json"

/* In the order in which a manifest lists them; it does not list itself. */
enum bundle_file_id {
	BUNDLE_EVIDENCE,
	BUNDLE_ATTESTATION,
	BUNDLE_COMPLIANCE,
	BUNDLE_SIEM,
	BUNDLE_SUMMARY,
	BUNDLE_RETENTION,
	BUNDLE_ATTESTATION_JSON,
	BUNDLE_STATEMENTS,
	BUNDLE_LEDGER,
	BUNDLE_FILES
};

struct bundle_file {
	const char *name, *kind, *media_type, *description;
	bool required; /* in every bundle, also in those of other tools */
};
extern const struct bundle_file bundle_files[BUNDLE_FILES];

/* -1: no file of a bundle has that name. */
int bundle_file_find(struct str name);

#endif
