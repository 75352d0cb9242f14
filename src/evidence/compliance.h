/* SPDX-License-Identifier: Apache-2.0
 *
 * Which controls of which frameworks decisions are evidence of: from a control to its tags, from a tag to rules, from rules to
 * decisions, counted by outcome. A control that no decision is evidence of says so. What is evidence of what is data
 * (data/compliance/); docs/compliance.md tells it to people.
 *
 * evidence: what evidence.json holds; its session_id and decisions count. The same evidence gives the same bytes.
 */
#ifndef CAVRA_EVIDENCE_COMPLIANCE_H
#define CAVRA_EVIDENCE_COMPLIANCE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/digest.h"

/* The report cavra.compliance.mapping-report.v1, which the caller decrefs. framework: the id of one, NULL for all. Errors:
 * CAVRA_ERR_NOT_FOUND when there is no such framework, CAVRA_ERR_INPUT when the evidence has no list of decisions,
 * CAVRA_ERR_MEMORY.
 */
int compliance_report(const json_t *evidence, const char *framework, json_t **ret,
		      struct cavra_error *error);
/* A report as Markdown: compliance-mapping.md. Nothing that a decision holds can make a line or a cell of its own. */
int compliance_markdown(const json_t *report, struct buf *out, struct cavra_error *error);

/* "sha256:<hex>" of the frameworks that are built in, which a report and its page name: another version of this program may map the
 * same decisions to other controls.
 */
void compliance_version(char ret_name[SHA256_NAMED]);

/* The frameworks: cavra.compliance.pack-registry.v1 with its cavra.compliance.pack.v1. */
int compliance_registry(json_t **ret, struct cavra_error *error);

#endif
