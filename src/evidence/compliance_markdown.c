/* SPDX-License-Identifier: Apache-2.0
 *
 * A compliance report as Markdown, see compliance.h.
 */
#include "base/utf8.h"
#include "evidence/compliance.h"
#include "json/json.h"

enum { IDS_SHOWN = 5 };

static struct str member(const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return text;
}

static long long number(const json_t *object, const char *key)
{
	json_int_t n = 0;
	(void)json_get_int(object, key, &n);
	return n;
}

/* In a code span of a table: "|" ends a cell even there, so it is escaped like what ends the span, and all that is no
 * printable ASCII.
 */
static void add_code(struct buf *out, struct str text)
{
	buf_add_char(out, '`');
	if (!text.n)
		buf_add_char(out, '-');
	while (text.n) {
		uint32_t c = utf8_next(&text);
		if (c == '\\')
			buf_add_c(out, "\\\\");
		else if (c >= ' ' && c <= '~' && c != '`' && c != '|')
			buf_add_char(out, (char)c);
		else
			buf_add_format(out, "\\u{%x}", c);
	}
	buf_add_char(out, '`');
}

static void add_rules(struct buf *out, const json_t *rules)
{
	/* By name, so that the order of decisions changes nothing. */
	const char *key;
	json_t *value;
	const char *last = "";
	for (size_t i = 0; i < json_object_size(rules); i++) {
		const char *next = NULL;
		json_object_foreach ((json_t *)rules, key, value)
			if (strcmp(key, last) > 0 && (!next || strcmp(key, next) < 0))
				next = key;
		if (!next)
			break;
		buf_add_c(out, i ? ", " : "");
		add_code(out, str_from(next));
		buf_add_format(out, " (%lld)", number(rules, next));
		last = next;
	}
}

static void add_ids(struct buf *out, const json_t *clause)
{
	const json_t *ids = json_get_array(clause, "decision_ids");
	long long all = number(clause, "decision_count");
	size_t n = json_array_size(ids) < IDS_SHOWN ? json_array_size(ids) : IDS_SHOWN;
	for (size_t i = 0; i < n; i++) {
		buf_add_c(out, i ? ", " : "");
		add_code(out, json_str(json_array_get(ids, i)));
	}
	if (all > (long long)n)
		buf_add_format(out, "%s%lld more", n ? " and " : "", all - (long long)n);
}

/* Titles and ids are our own data. */
static void add_clause(struct buf *out, const json_t *clause)
{
	const json_t *outcomes = json_get_object(clause, "outcomes");
	struct str id = member(clause, "clause_id"), title = member(clause, "clause_title");
	buf_add_format(out, "| %.*s | %.*s | ", STR_ARG(id), STR_ARG(title));
	long long all = number(clause, "decision_count");
	if (all == 0) {
		buf_add_c(out, "no evidence in this range | | | | | |\n");
		return;
	}
	long long allowed = number(outcomes, "allow") + number(outcomes, "allow_with_attestation");
	buf_add_format(out, "%lld | %lld | %lld | %lld | ", all, allowed, number(outcomes, "block"),
		       number(outcomes, "require_approval"));
	add_rules(out, json_get_object(clause, "rules"));
	buf_add_c(out, " | ");
	add_ids(out, clause);
	buf_add_c(out, " |\n");
}

static void add_framework(struct buf *out, const json_t *framework)
{
	const json_t *clauses = json_get_array(framework, "clauses");
	struct str name = member(framework, "framework_name");
	buf_add_format(out, "\n## %.*s\n\n%lld of %lld controls have evidence in this range.\n\n",
		       STR_ARG(name), number(framework, "matched_clause_count"),
		       number(framework, "clause_count"));
	buf_add_c(
		out,
		"| Control | Title | Decisions | Allowed | Blocked | Approval required | Rules | Decision ids |\n"
		"|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < json_array_size(clauses); i++)
		add_clause(out, json_array_get(clauses, i));
}

int compliance_markdown(const json_t *report, struct buf *out, struct cavra_error *error)
{
	const json_t *frameworks = json_get_array(report, "frameworks");
	buf_add_c(out, "# CAVRA Compliance Mapping\n\nSession: ");
	add_code(out, member(report, "session_id"));
	buf_add_format(
		out,
		"  \nDecisions: %lld, of which %lld are evidence of a control\n\n"
		"Decisions show what was allowed, asked about and blocked while they were made, and nothing else:\n"
		"a control with evidence here may need more of it, and one without may be met in other ways.\n",
		number(report, "decision_count"), number(report, "mapped_decision_count"));
	for (size_t i = 0; i < json_array_size(frameworks); i++)
		add_framework(out, json_array_get(frameworks, i));
	if (out->failed)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the mapping would be larger than %zu bytes", out->max);
	return 0;
}
