/* SPDX-License-Identifier: Apache-2.0
 *
 * Reports of verification, see verify_report.h.
 */
#include "ledger/verify_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "crypto/base64.h"

static const char *const verdict_names[] = {
	[LEDGER_FAILED] = "failed",
	[LEDGER_INTEGRITY_ONLY] = "integrity_only",
	[LEDGER_VERIFIED] = "verified",
};

int verified_init(struct verified *verified, const struct ledger_verification *what,
		  struct cavra_error *error)
{
	*verified = (struct verified){.segments = 0};
	verified->chain = (struct ledger_chain){.report = &verified->report,
						.trust = what->trust,
						.place = -1,
						.expected_size = what->expected_size,
						.expected_head = what->expected_head};
	return report_init(&verified->report) ? 0
					      : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

void verified_release(struct verified *verified)
{
	chain_release(&verified->chain);
	report_release(&verified->report);
	free(verified->marks);
}

/* ---- what nobody can conclude ---- */

static void tell_trust(struct verified *verified, const struct ledger_verification *what)
{
	struct ledger_report *report = &verified->report;
	uint64_t size = verified->chain.frontier.size, vouched = verified->chain.vouched;
	if (!what->trust)
		report_add(report, REPORT_NOT_CHECKED, NULL,
			   "who has written the ledger: nobody vouches for a key that it names "
			   "itself; give one that you trust with --public-key");
	else if (!vouched)
		report_add(report, REPORT_NOT_CHECKED, NULL,
			   "who has written the ledger: there is no checkpoint that the key has "
			   "signed");
	else if (vouched < size)
		report_add(report, REPORT_NOT_CHECKED, NULL,
			   "who has written entries %" PRIu64 " to %" PRIu64
			   ": they are in no checkpoint that the key has signed",
			   vouched + 1, size);
}

static void tell_end(struct verified *verified, const struct ledger_verification *what)
{
	uint64_t known = what->kept ? what->kept->says.head.size : 0;
	if (what->expected_size > known)
		known = what->expected_size;
	if (!known)
		report_add(&verified->report, REPORT_NOT_CHECKED, NULL,
			   "whether entries were taken away at the end: only a checkpoint that was "
			   "kept elsewhere shows that");
	else if (known < verified->chain.frontier.size)
		report_add(&verified->report, REPORT_NOT_CHECKED, NULL,
			   "whether entries behind %" PRIu64
			   " were taken away: only a later checkpoint that was kept elsewhere "
			   "shows that",
			   known);
}

/* ---- the verdict ---- */

static enum ledger_verdict judge(const struct verified *verified)
{
	if (verified->report.count[REPORT_ERRORS])
		return LEDGER_FAILED;
	return verified->chain.vouched ? LEDGER_VERIFIED : LEDGER_INTEGRITY_ONLY;
}

static json_t *text_or_null(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static json_t *make_summary(const struct verified *verified, const char *directory,
			    enum ledger_verdict verdict)
{
	const struct ledger_chain *chain = &verified->chain;
	struct buf CLEANUP_BUF root;
	uint8_t hash[SHA256_BYTES];
	buf_init(&root, 64);
	merkle_frontier_root(&chain->frontier, hash);
	base64_encode(&root, str_make((const char *)hash, sizeof hash));
	return json_pack("{s:s, s:s, s:s, s:b, s:o, s:I, s:I, s:I, s:I, s:o, s:s, s:I}",
			 "schema_version", LEDGER_REPORT_SCHEMA, "path", directory, "status",
			 verdict_names[verdict], "valid", verdict != LEDGER_FAILED, "origin",
			 text_or_null(chain->origin), "entries", (json_int_t)chain->frontier.size,
			 "segments", (json_int_t)verified->segments, "first_sequence",
			 (json_int_t)chain->first_sequence, "last_sequence",
			 (json_int_t)chain->head.sequence, "last_record_hash",
			 text_or_null(chain->head.record_hash), "root", root.p, "vouched_entries",
			 (json_int_t)chain->vouched);
}

static const struct {
	enum report_list list;
	const char *key, *count;
} lists[] = {
	{REPORT_ERRORS, "errors", "error_count"},
	{REPORT_FINDINGS, "findings", "finding_count"},
	{REPORT_CHECKPOINTS, "checkpoints", "checkpoint_count"},
	{REPORT_NOT_CHECKED, "not_checked", NULL},
};

int verified_report(struct verified *verified, const struct ledger_verification *what,
		    enum ledger_verdict *ret_verdict, json_t **ret_report,
		    struct cavra_error *error)
{
	struct ledger_report *report = &verified->report;
	tell_trust(verified, what);
	tell_end(verified, what);
	enum ledger_verdict verdict = judge(verified);
	json_t *summary = make_summary(verified, what->directory, verdict);
	bool whole = summary && !report->out_of_memory;
	for (size_t i = 0; whole && i < sizeof lists / sizeof *lists; i++) {
		whole = json_object_set(summary, lists[i].key, report->list[lists[i].list]) == 0;
		if (whole && lists[i].count)
			whole = json_object_set_new(
					summary, lists[i].count,
					json_integer((json_int_t)report->count[lists[i].list])) ==
				0;
	}
	if (!whole) {
		json_decref(summary);
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	*ret_report = summary;
	*ret_verdict = verdict;
	return 0;
}
