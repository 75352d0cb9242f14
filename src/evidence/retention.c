/* SPDX-License-Identifier: Apache-2.0
 *
 * Retention policies, see retention.h.
 */
#include "evidence/retention.h"

#include "base/when.h"
#include "evidence/attestation.h"
#include "evidence/document.h"
#include "json/json.h"

#define SCHEMA "cavra.evidence.retention.v1"
#define AFTERWARDS "eligible_for_review_after_retain_until"
static const int64_t day = INT64_C(86400) * 1000000;

int64_t retention_until(const struct retention *retention)
{
	return retention->created_at + retention->days * day;
}

static const char *disposition(const struct retention *retention)
{
	return retention->legal_hold ? "retain" : AFTERWARDS;
}

static int check(const struct retention *retention, struct cavra_error *error)
{
	if (retention->days < 1 || retention->days > RETENTION_MAX_DAYS)
		return error_set(error, CAVRA_ERR_INPUT,
				 "evidence is kept for 1 to %d days, not %lld", RETENTION_MAX_DAYS,
				 (long long)retention->days);
	return 0;
}

int retention_make(const struct retention *retention, json_t **ret_document,
		   struct cavra_error *error)
{
	char created[WHEN_TEXT], until[WHEN_TEXT];
	int code = check(retention, error);
	if (code < 0)
		return code;
	when_format(retention->created_at, created);
	when_format(retention_until(retention), until);
	json_t CLEANUP_JSON *document =
		json_pack("{s:s, s:s, s:s%, s:s%, s:s, s:I, s:s, s:b, s:b, s:s}", "schema_version",
			  SCHEMA, "product", EVIDENCE_PRODUCT, "session_id",
			  retention->session_id.p, retention->session_id.n, "classification",
			  retention->classification.p, retention->classification.n, "created_at",
			  created, "retention_days", (json_int_t)retention->days, "retain_until",
			  until, "legal_hold", retention->legal_hold, "delete_protection", 1,
			  "disposition", disposition(retention));
	struct retention again;
	if (!document)
		return error_set(error, CAVRA_ERR_INPUT, "session and classification are UTF-8");
	code = retention_read(document, &again, error);
	if (code == 0)
		*ret_document = json_incref(document);
	return code;
}

static int check_dates(const json_t *document, const struct retention *retention,
		       struct cavra_error *error)
{
	int64_t until;
	int code = evidence_need_when(document, "retain_until", false, &until, error);
	if (code == 0)
		code = check(retention, error);
	if (code == 0 && until != retention_until(retention))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "\"retain_until\" is not \"created_at\" and %lld days",
				 (long long)retention->days);
	return code;
}

int retention_read(const json_t *document, struct retention *ret_retention,
		   struct cavra_error *error)
{
	struct retention retention = {.days = 0};
	json_int_t days = 0;
	bool protected = false;
	int code = evidence_need_word(document, "schema_version", SCHEMA, error);
	if (code == 0)
		code = evidence_need_text(document, "session_id", &retention.session_id, error);
	if (code == 0)
		code = evidence_need_text(document, "classification", &retention.classification,
					  error);
	if (code == 0)
		code = evidence_need_when(document, "created_at", false, &retention.created_at,
					  error);
	if (code < 0)
		return code;
	if (!json_get_int(document, "retention_days", &days) ||
	    !json_get_bool(document, "legal_hold", &retention.legal_hold) ||
	    !json_get_bool(document, "delete_protection", &protected) || !protected)
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"retention_days\" is a number, \"legal_hold\" true or false and "
				 "\"delete_protection\" true");
	retention.days = days;
	code = evidence_need_word(document, "disposition", disposition(&retention), error);
	if (code == 0)
		code = check_dates(document, &retention, error);
	if (code == 0)
		*ret_retention = retention;
	return code;
}

void retention_markdown(const struct retention *retention, struct buf *out)
{
	char created[WHEN_TEXT], until[WHEN_TEXT];
	when_format(retention->created_at, created);
	when_format(retention_until(retention), until);
	buf_add_c(out, "# CAVRA Retention Policy\n\nSession: `");
	attestation_add_code(out, retention->session_id);
	buf_add_c(out, "`  \nClassification: `");
	attestation_add_code(out, retention->classification);
	buf_add_format(out,
		       "`\n\n- Created: %s\n- Kept for: %lld days, until %s\n- Legal hold: %s\n"
		       "- Afterwards: %s\n",
		       created, (long long)retention->days, until,
		       retention->legal_hold ? "yes" : "no", disposition(retention));
}
