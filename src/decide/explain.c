/* SPDX-License-Identifier: Apache-2.0
 *
 * A decision as a tree, see explain.h.
 */
#include "decide/explain.h"

#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "decide/modes.h"
#include "decide/visible.h"

enum { EXPLAIN_EFFECTS = 60, EXPLAIN_TEXT = 4096 };

/* clang-format off */
static const struct {
	enum cavra_outcome outcome;
	const char *start;
} colours[] = {
	{CAVRA_ALLOW,                  "\033[32m"},
	{CAVRA_AUDIT_ONLY,             "\033[36m"},
	{CAVRA_ALLOW_WITH_ATTESTATION, "\033[36m"},
	{CAVRA_WARN,                   "\033[33m"},
	{CAVRA_REQUIRE_APPROVAL,       "\033[33m"},
	{CAVRA_BLOCK,                  "\033[1;31m"},
};
/* clang-format on */

const char *explain_colour(enum cavra_outcome outcome, bool colour)
{
	for (size_t i = 0; colour && i < ARRAY_SIZE(colours); i++)
		if (colours[i].outcome == outcome)
			return colours[i].start;
	return "";
}

const char *explain_colour_end(bool colour)
{
	return colour ? "\033[0m" : "";
}

/* Bytes of the longest start of text that fits into `width` columns, cut at a space when there is
 * one. */
static size_t fitting(struct str text, size_t width)
{
	size_t columns = 0, at = 0, space = 0;
	while (at < text.n && columns < width) {
		if (text.p[at] == ' ')
			space = at;
		size_t n = utf8_length(str_from_at(text, at));
		at += n ? n : 1;
		columns++;
	}
	if (at >= text.n || text.p[at] == ' ')
		return at;
	return space ? space : at;
}

void explain_wrap(struct buf *out, struct str text, const char *first, const char *next,
		  size_t width)
{
	const char *prefix = first;
	do {
		size_t taken = utf8_count(str_from(prefix));
		size_t n = fitting(text, width > taken + 10 ? width - taken : 10);
		buf_add_c(out, prefix);
		buf_add(out, str_first(text, n));
		buf_add_char(out, '\n');
		text = str_from_at(text, n);
		while (text.n && text.p[0] == ' ')
			text = str_from_at(text, 1);
		prefix = next;
	} while (text.n);
}

/* The same for text of others: made visible, and cut at EXPLAIN_TEXT bytes. */
static void wrap_visible(struct buf *out, struct str text, const char *first, const char *next,
			 size_t width)
{
	struct buf CLEANUP_BUF shown;
	buf_init(&shown, KiB(64));
	visible_add(&shown, str_first(text, EXPLAIN_TEXT), 0);
	if (text.n > EXPLAIN_TEXT)
		buf_add_c(&shown, " ... (cut)");
	explain_wrap(out, buf_str(&shown), first, next, width);
}

static void write_labelled(struct buf *out, const char *indent, const char *label, struct str text,
			   const struct explain_style *style)
{
	char first[128], next[64];
	if (!text.n)
		return;
	(void)snprintf(first, sizeof first, "%s%s", indent, label);
	(void)snprintf(next, sizeof next, "%s", indent);
	wrap_visible(out, text, first, next, style->width);
}

static void write_finding(struct buf *out, const struct finding *finding, const char *bar,
			  const struct explain_style *style)
{
	char indent[64];
	buf_add_format(out, "%s  %s%s%s  %s (%s)", bar,
		       explain_colour(finding->decision, style->colour),
		       cavra_outcome_name(finding->decision), explain_colour_end(style->colour),
		       finding->rule_id, cavra_severity_name(finding->severity));
	buf_add_c(out, finding->certainty == MATCH_MAY ? ", cannot be ruled out\n" : "\n");
	(void)snprintf(indent, sizeof indent, "%s    ", bar);
	write_labelled(out, indent, "", finding->reason, style);
	write_labelled(out, indent, "instead: ", finding->instead, style);
	write_labelled(out, indent, "who can approve: ", finding->approver_group, style);
}

static size_t write_findings_of(struct buf *out, const struct decision *decision,
				const struct effect *effect, const char *bar,
				const struct explain_style *style)
{
	size_t n = 0;
	for (size_t i = 0; i < decision->n_findings; i++) {
		if (decision->findings[i].effect != effect)
			continue;
		write_finding(out, &decision->findings[i], bar, style);
		n++;
	}
	return n;
}

static void write_effect(struct buf *out, const struct decision *decision,
			 const struct effect *effect, bool last, const struct explain_style *style)
{
	const char *bar = last ? "   " : "│  ";
	char first[128], next[64];
	(void)snprintf(first, sizeof first, "%s %s  ", last ? "└─" : "├─",
		       effect_kind_name(effect->kind));
	(void)snprintf(next, sizeof next, "%s    ", bar);
	wrap_visible(out, effect->shown, first, next, style->width);
	if (write_findings_of(out, decision, effect, bar, style) == 0)
		buf_add_format(out, "%s  no rule meets it\n", bar);
}

static void write_effects(struct buf *out, const struct decision *decision,
			  const struct explain_style *style)
{
	size_t n = 0;
	for (const struct effect *effect = decision->effects; effect; effect = effect->next) {
		bool cut = ++n > EXPLAIN_EFFECTS;
		if (cut) {
			buf_add_format(out, "└─ ... and %zu more\n",
				       decision->n_effects - EXPLAIN_EFFECTS);
			return;
		}
		write_effect(out, decision, effect, !effect->next, style);
	}
}

void explain_write(struct buf *out, const struct decision *decision, const struct policy *policy,
		   const struct explain_style *style)
{
	char label[80];
	(void)snprintf(label, sizeof label, "%.*s  ",
		       STR_ARG(str_first(decision->action_type, 60)));
	wrap_visible(out, decision->target, label, "    ", style->width);
	write_findings_of(out, decision, NULL, "│", style);
	write_effects(out, decision, style);
	buf_add_format(out, "\n%s%s%s  %s (%s)\n", explain_colour(decision->outcome, style->colour),
		       cavra_outcome_name(decision->outcome), explain_colour_end(style->colour),
		       decision->rule_id, cavra_severity_name(decision->severity));
	write_labelled(out, "  ", "", decision->reason, style);
	write_labelled(out, "  ", "instead: ", decision->instead, style);
	write_labelled(out, "  ", "who can approve: ", decision->approver_group, style);

	struct buf CLEANUP_BUF by;
	buf_init(&by, KiB(4));
	buf_add_format(&by, "policy %.*s", STR_ARG(str_first(policy->id, 100)));
	if (policy->version.n)
		buf_add_format(&by, " %.*s", STR_ARG(str_first(policy->version, 40)));
	buf_add_format(&by, ", mode %s, %.19s", runtime_mode_name(decision->mode), policy->digest);
	write_labelled(out, "  ", "", buf_str(&by), style);
}
