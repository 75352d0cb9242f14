/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of the files of a bundle, see files.h.
 */
#include "evidence/files.h"

#define JSON "application/json"

/* clang-format off */
const struct bundle_file bundle_files[BUNDLE_FILES] = {
	[BUNDLE_EVIDENCE]         = {"evidence.json",            "evidence",    JSON, "the decisions, as they were recorded", true},
	[BUNDLE_ATTESTATION]      = {"pr-attestation.md",        "attestation", "text/markdown", "what a reviewer of the change reads", true},
	[BUNDLE_COMPLIANCE]       = {"compliance-mapping.md",    "compliance",  "text/markdown", "which controls the decisions are evidence for", true},
	[BUNDLE_SIEM]             = {"siem-event.json",          "siem",        JSON, "the event for a SIEM", true},
	[BUNDLE_SUMMARY]          = {"sandbox-run-summary.json", "summary",     JSON, "how many decisions there are, and which", true},
	[BUNDLE_RETENTION]        = {"retention-policy.json",    "retention",   JSON, "how long the bundle is to be kept", true},
	[BUNDLE_ATTESTATION_JSON] = {"pr-attestation.json",      "attestation", JSON, "the same as pr-attestation.md, for programs", false},
	[BUNDLE_STATEMENTS]       = {"attestation.intoto.jsonl", "attestation", "application/jsonl", "in-toto statements about the commit, signed", false},
	[BUNDLE_LEDGER]           = {"ledger.json",              "ledger",      JSON, "the entries of the ledger, each with the proof that it is there", false},
};
/* clang-format on */

int bundle_file_find(struct str name)
{
	for (int i = 0; i < BUNDLE_FILES; i++)
		if (str_is(name, bundle_files[i].name))
			return i;
	return -1;
}
