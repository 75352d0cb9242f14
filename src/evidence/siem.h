/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence in the forms that security information systems take: one event about all of it, and bodies for each
 * provider, which contain one entry a decision. docs/siem.md tells them to people. Files only: nothing is sent from here.
 */
#ifndef CAVRA_EVIDENCE_SIEM_H
#define CAVRA_EVIDENCE_SIEM_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

/* siem-event.json as a value, which the caller decrefs: counts, the highest severity and the decisions. evidence: what
 * evidence.json holds. timestamp: of the event, as when_format() writes it. The same arguments give the same bytes. Errors:
 * CAVRA_ERR_INPUT when the evidence lacks what it needs, CAVRA_ERR_MEMORY.
 */
int siem_event(const json_t *evidence, const char *timestamp, json_t **ret,
	       struct cavra_error *error);

struct siem_options {
	const char *splunk_index, *datadog_service; /* NULL: "cavra" */
};

/* Takes a file that was made: a name without a directory, and its text. Returns 0 or a code. */
typedef int (*siem_put)(void *context, const char *name, struct str text,
			struct cavra_error *error);

/* Makes the files of a provider, or of "all". event: from siem_event(). Errors: CAVRA_ERR_USAGE when there is no such
 * provider, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY, and what put returns.
 */
int siem_export(const json_t *event, const char *provider, const struct siem_options *options,
		siem_put put, void *context, struct cavra_error *error);

#endif
