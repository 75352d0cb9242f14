/* SPDX-License-Identifier: Apache-2.0
 *
 * See derived.h.
 */
#include "evidence/derived.h"

#include "evidence/compliance.h"
#include "evidence/document.h"
#include "evidence/siem.h"

int derived_compliance(const json_t *evidence, struct buf *out, struct cavra_error *error)
{
	json_t CLEANUP_JSON *report = NULL;
	int code = compliance_report(evidence, NULL, &report, error);
	return code < 0 ? code : compliance_markdown(report, out, error);
}

int derived_siem(const json_t *evidence, struct buf *out, struct cavra_error *error)
{
	json_t CLEANUP_JSON *event = NULL;
	const char *when = json_string_value(json_object_get(evidence, "created_at"));
	int code = siem_event(evidence, when ? when : "", &event, error);
	return code < 0 ? code : evidence_write(event, out, error);
}
