/* SPDX-License-Identifier: Apache-2.0
 *
 * The attestation for a pull request as Markdown and as JSON, see attestation.h.
 */
#include "evidence/attestation.h"

#include "base/utf8.h"
#include "evidence/document.h"
#include "json/json.h"

static const struct counter {
	const char *decision;
	size_t offset;
	bool permits;
} counters[] = {
	{"allow", offsetof(struct attestation_counts, allowed), true},
	{"allow_with_attestation", offsetof(struct attestation_counts, allowed), true},
	{"block", offsetof(struct attestation_counts, blocked), false},
	{"require_approval", offsetof(struct attestation_counts, approval_required), false},
	{"warn", offsetof(struct attestation_counts, warned), true},
	{"audit_only", offsetof(struct attestation_counts, audited), true},
};

static struct str member(const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return text;
}

/* NULL: a decision that nobody knows. */
static const struct counter *find_counter(struct str decision)
{
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		if (str_is(decision, counters[i].decision))
			return &counters[i];
	return NULL;
}

/* A decision that forbids counts as kept back only when its mode says so; what is not known was not. Nor is a decision that
 * is not known one that permits.
 */
static bool is_let_through(const json_t *decision)
{
	struct str what = member(decision, "decision"), mode = member(decision, "mode"),
		   state = member(json_object_get(decision, "approval"), "state");
	const struct counter *counter = find_counter(what);
	if (counter && counter->permits)
		return false;
	if (str_is(what, "require_approval") && str_is(state, "approved"))
		return false;
	return !str_is(mode, "enforce") && !str_is(mode, "strict");
}

struct attestation_counts attestation_count(const json_t *decisions)
{
	struct attestation_counts counts = {.decisions = json_array_size(decisions)};
	const json_t *decision;
	size_t i;
	json_array_foreach (decisions, i, decision) {
		const struct counter *counter = find_counter(member(decision, "decision"));
		if (counter)
			++*(size_t *)((char *)&counts + counter->offset);
		counts.let_through += is_let_through(decision);
	}
	return counts;
}

void attestation_add_code(struct buf *out, struct str text)
{
	if (!text.n)
		buf_add_char(out, ' '); /* an empty span would be no span */
	while (text.n) {
		uint32_t c = utf8_next(&text);
		if (c == '\\')
			buf_add_c(out, "\\\\");
		else if (c >= ' ' && c <= '~' && c != '`')
			buf_add_char(out, (char)c);
		else
			buf_add_format(out, "\\u{%x}", c);
	}
}

static int check_evidence(const json_t *evidence, struct cavra_error *error)
{
	struct str text;
	int code = evidence_need_word(evidence, "product", EVIDENCE_PRODUCT, error);
	if (code == 0)
		code = evidence_need_text(evidence, "session_id", &text, error);
	const json_t *decisions = json_object_get(evidence, "decisions"), *one;
	size_t i;
	if (code == 0 && !json_is_array(decisions))
		code = error_set(error, CAVRA_ERR_INPUT, "\"decisions\" is a list");
	if (code < 0)
		return code;
	json_array_foreach (decisions, i, one)
		if (!json_is_object(one))
			return error_set(error, CAVRA_ERR_INPUT, "decision %zu is no object",
					 i + 1);
	return 0;
}

/* ---- Markdown ---- */

static void add_field(struct buf *out, const char *name, struct str text)
{
	if (!text.n)
		return;
	buf_add_format(out, "%s: `", name);
	attestation_add_code(out, text);
	buf_add_c(out, "`  \n");
}

static void add_span(struct buf *out, const char *before, struct str text)
{
	buf_add_format(out, "%s`", before);
	attestation_add_code(out, text);
	buf_add_char(out, '`');
}

static void add_ledger(struct buf *out, const json_t *ledger)
{
	json_int_t first = 0, last = 0, size = 0;
	if (!ledger)
		return;
	add_field(out, "Ledger", member(ledger, "origin"));
	(void)json_get_int(ledger, "first_sequence", &first);
	(void)json_get_int(ledger, "last_sequence", &last);
	(void)json_get_int(ledger, "tree_size", &size);
	buf_add_format(out, "Entries: %lld to %lld of %lld  \n", (long long)first, (long long)last,
		       (long long)size);
	add_field(out, "Ledger root", member(ledger, "root_hash"));
}

static void add_head(struct buf *out, const json_t *evidence)
{
	const json_t *subject = json_object_get(evidence, "subject"), *digest;
	size_t i;
	buf_add_c(out, "# CAVRA PR Attestation\n\n" EVIDENCE_TAGLINE "\n\n");
	add_field(out, "Session", member(evidence, "session_id"));
	add_field(out, "Created", member(evidence, "created_at"));
	add_field(out, "Repository", member(subject, "repository"));
	add_field(out, "Branch", member(subject, "branch"));
	add_field(out, "Commit", member(subject, "commit"));
	add_field(out, "Tree", member(subject, "tree"));
	json_array_foreach (json_object_get(evidence, "policy_digests"), i, digest)
		add_field(out, "Policy", json_str(digest));
	add_ledger(out, json_object_get(evidence, "ledger"));
}

static void add_summary(struct buf *out, const struct attestation_counts *counts)
{
	buf_add_format(out,
		       "\n## Summary\n\n"
		       "- Decisions: %zu\n"
		       "- Allowed: %zu\n"
		       "- Blocked: %zu\n"
		       "- Approval required: %zu\n"
		       "- Warned: %zu\n"
		       "- Audited only: %zu\n",
		       counts->decisions, counts->allowed, counts->blocked,
		       counts->approval_required, counts->warned, counts->audited);
	if (counts->let_through)
		buf_add_format(
			out, "- Forbidden or undecided, and neither kept back nor approved: %zu\n",
			counts->let_through);
}

static void add_decisions(struct buf *out, const json_t *decisions)
{
	const json_t *one;
	size_t i;
	buf_add_c(out, "\n## Decisions\n\n");
	if (json_array_size(decisions) == 0)
		buf_add_c(out, "None.\n");
	json_array_foreach (decisions, i, one) {
		add_span(out, "- ", member(one, "action_type"));
		add_span(out, " ", member(one, "target"));
		add_span(out, ": **", member(one, "decision"));
		add_span(out, "** (", member(one, "rule_id"));
		buf_add_c(out, ")\n");
	}
}

static void add_approvals(struct buf *out, const json_t *decisions)
{
	const json_t *one;
	size_t i, n = 0;
	json_array_foreach (decisions, i, one) {
		const json_t *approval = json_object_get(one, "approval");
		struct str by = member(approval, "decided_by");
		if (!json_is_object(approval))
			continue;
		buf_add_c(out, n++ ? "" : "\n## Approval Outcomes\n\n");
		add_span(out, "- ", member(approval, "approval_id"));
		add_span(out, " ", member(one, "target"));
		add_span(out, ": ", member(approval, "state"));
		add_span(out, " by ", by.n ? by : member(approval, "approver_group"));
		buf_add_char(out, '\n');
	}
}

static const char guidance[] =
	"\n## Reviewer Guidance\n\n"
	"- Look at what was blocked or needed approval first: the agent wanted to do it.\n"
	"- Compare the commit above with the one you review.\n"
	"- Check this page with `cavra evidence verify-attestation` before you rely on it.\n";

int attestation_markdown(const json_t *evidence, struct buf *out, struct cavra_error *error)
{
	const json_t *decisions = json_object_get(evidence, "decisions");
	struct attestation_counts counts = attestation_count(decisions);
	int code = check_evidence(evidence, error);
	if (code < 0)
		return code;
	add_head(out, evidence);
	add_summary(out, &counts);
	add_decisions(out, decisions);
	add_approvals(out, decisions);
	buf_add_c(out, guidance);
	return out->failed ? error_set(error, CAVRA_ERR_LIMIT,
				       "the attestation would be larger than %zu bytes", out->max)
			   : 0;
}

/* ---- JSON ---- */

static bool copy_members(json_t *to, const json_t *from, const char *const *names)
{
	for (; *names; names++) {
		json_t *value = json_object_get(from, *names);
		if (value && json_object_set(to, *names, value) < 0)
			return false;
	}
	return true;
}

static json_t *list_decisions(const json_t *decisions)
{
	static const char *const names[] = {"decision_id", "action_type", "target",   "decision",
					    "rule_id",     "severity",    "approval", NULL};
	json_t *list = json_array();
	const json_t *one;
	size_t i;
	json_array_foreach (decisions, i, one) {
		json_t *short_one = json_object();
		if (!short_one || !copy_members(short_one, one, names) ||
		    json_array_append_new(list, short_one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

int attestation_json(const json_t *evidence, struct buf *out, struct cavra_error *error)
{
	static const char *const names[] = {"session_id",     "created_at", "subject",
					    "policy_digests", "ledger",     NULL};
	const json_t *decisions = json_object_get(evidence, "decisions");
	struct attestation_counts counts = attestation_count(decisions);
	int code = check_evidence(evidence, error);
	if (code < 0)
		return code;
	json_t CLEANUP_JSON *document = json_pack(
		"{s:s, s:s, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}}", "schema_version",
		"cavra.pr-attestation.v1", "product", EVIDENCE_PRODUCT, "decisions",
		list_decisions(decisions), "summary", "decisions", (json_int_t)counts.decisions,
		"allowed", (json_int_t)counts.allowed, "blocked", (json_int_t)counts.blocked,
		"approval_required", (json_int_t)counts.approval_required, "warned",
		(json_int_t)counts.warned, "audited_only", (json_int_t)counts.audited,
		"let_through", (json_int_t)counts.let_through);
	if (!document || !copy_members(document, evidence, names))
		return evidence_no_memory(error);
	return evidence_write(document, out, error);
}
