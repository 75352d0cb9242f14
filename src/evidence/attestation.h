/* SPDX-License-Identifier: Apache-2.0
 *
 * What a pull request is told about the decisions behind it, made from evidence.json and from nothing else: the same evidence
 * gives the same bytes, so that whoever has it can make them again and compare.
 */
#ifndef CAVRA_EVIDENCE_ATTESTATION_H
#define CAVRA_EVIDENCE_ATTESTATION_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

struct attestation_counts {
	size_t decisions, allowed, blocked, approval_required, warned, audited;
	size_t let_through; /* forbidden or undecided, and neither kept back nor approved */
};
/* Of decisions as they are recorded. */
struct attestation_counts attestation_count(const json_t *decisions);

/* pr-attestation.md. Nothing that a decision holds can make a line of its own. Errors of all: CAVRA_ERR_INPUT when the evidence
 * is not what evidence.json holds; CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY.
 */
int attestation_markdown(const json_t *evidence, struct buf *out, struct cavra_error *error);
/* pr-attestation.json */
int attestation_json(const json_t *evidence, struct buf *out, struct cavra_error *error);

/* Statements of in-toto about the commit: a verification summary of SLSA, a simple verification result, and our own. */
enum { ATTESTATION_STATEMENTS = 3 };
#define ATTESTATION_STATEMENT_TYPE "application/vnd.in-toto+json"
/* One of them as JSON on one line. evidence_sha256: hexadecimal, of the bytes of evidence.json. */
int attestation_statement(const json_t *evidence, const char *evidence_sha256, size_t which,
			  struct buf *out, struct cavra_error *error);

/* Text for a code span of Markdown: what is not printable ASCII, and what could end the span, is escaped, each text in a
 * way of its own.
 */
void attestation_add_code(struct buf *out, struct str text);

#endif
