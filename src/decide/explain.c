/* SPDX-License-Identifier: Apache-2.0
 *
 * A decision as a tree, see explain.h.
 */
#include "decide/explain.h"

#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "decide/core.h"
#include "decide/modes.h"
#include "decide/visible.h"
#include "policy/origins.h"

enum { EXPLAIN_EFFECTS = 60, EXPLAIN_TEXT = 4096, EXPLAIN_TOLD = 64 };

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
 * one; at least one character. */
static size_t fitting(struct str text, size_t width)
{
	size_t columns = 0, at = 0, space = 0;
	while (at < text.n) {
		struct str rest = str_from_at(text, at);
		if (text.p[at] == ' ')
			space = at;
		columns += utf8_columns(utf8_next(&rest));
		if (columns > width && at > 0)
			break;
		at = text.n - rest.n;
	}
	if (at >= text.n || text.p[at] == ' ')
		return at;
	/* A word that fits into no line is cut where it stands. */
	struct str word = str_from_at(text, space + 1);
	word = str_first(word, str_find_char(word, ' '));
	return space && utf8_width(word) <= width ? space : at;
}

/* Goes on behind something that has taken `taken` columns of the line. */
static void wrap_behind(struct buf *out, struct str text, size_t taken, const char *next,
			size_t width)
{
	for (;;) {
		size_t n = fitting(text, width > taken + 10 ? width - taken : 10);
		buf_add(out, str_first(text, n));
		buf_add_char(out, '\n');
		text = str_from_at(text, n);
		while (text.n && text.p[0] == ' ')
			text = str_from_at(text, 1);
		if (!text.n)
			return;
		buf_add_c(out, next);
		taken = utf8_width(str_from(next));
	}
}

void explain_wrap(struct buf *out, struct str text, const char *first, const char *next,
		  size_t width)
{
	buf_add_c(out, first);
	wrap_behind(out, text, utf8_width(str_from(first)), next, width);
}

/* ---- parts of the tree ---- */

struct tree {
	struct buf *out;
	const struct decision *decision;
	const struct explain_style *style;
	const struct finding *told[EXPLAIN_TOLD]; /* whose advice stands above */
	size_t n_told;
};

enum paint { PAINT_STRONG, PAINT_FAINT, PAINT_ADVICE };

static const char *paint(const struct tree *tree, enum paint how)
{
	static const char *const starts[] = {"\033[1m", "\033[2m", "\033[32m"};
	return tree->style->colour ? starts[how] : "";
}

static const char *plain(const struct tree *tree)
{
	return explain_colour_end(tree->style->colour);
}

/* Text of others, made visible, behind a label of ours that may be coloured. */
static void write_behind(const struct tree *tree, const char *indent, enum paint how,
			 const char *label, struct str text, const char *next)
{
	struct buf CLEANUP_BUF shown;
	buf_init(&shown, KiB(64));
	visible_add(&shown, str_first(text, EXPLAIN_TEXT), 0);
	if (text.n > EXPLAIN_TEXT)
		buf_add_c(&shown, " ... (cut)");
	buf_add_format(tree->out, "%s%s%s%s", indent, label[0] ? paint(tree, how) : "", label,
		       label[0] ? plain(tree) : "");
	wrap_behind(tree->out, buf_str(&shown),
		    utf8_width(str_from(indent)) + utf8_width(str_from(label)), next,
		    tree->style->width);
}

/* The same below itself; nothing for no text. */
static void write_text(const struct tree *tree, const char *indent, enum paint how,
		       const char *label, struct str text)
{
	if (text.n)
		write_behind(tree, indent, how, label, text, indent);
}

/* "commands.block (high), .cavra/policy.yaml:12" */
static void write_rule(const struct tree *tree, const struct finding *finding, const char *indent,
		       const char *next)
{
	struct buf CLEANUP_BUF text;
	struct policy_place place;
	const char *name = cavra_outcome_name(finding->decision);
	buf_init(&text, KiB(16));
	buf_add_format(&text, "%s (%s)", finding->rule_id, cavra_severity_name(finding->severity));
	if (finding->certainty == MATCH_MAY)
		buf_add_c(&text, ", cannot be ruled out");
	bool found = finding->policy &&
		     policy_find_place(finding->policy, finding->rule_id, finding->pattern, &place);
	if (found && !place.bundled) {
		struct str file = str_from(place.file), root = tree->style->root;
		if (root.n && str_starts(file, root) && file.n > root.n && file.p[root.n] == '/')
			file = str_from_at(file, root.n + 1);
		buf_add_c(&text, ", ");
		visible_add(&text, file, 0);
		buf_add_format(&text, ":%d", place.line);
	} else if (found && tree->style->name_packs) {
		buf_add_format(&text, ", %s", place.file);
	} else if (tree->style->name_policies && finding->policy) {
		buf_add_format(&text, ", policy %.*s", STR_ARG(finding->policy->id));
	}
	buf_add_format(tree->out, "%s%s%s%s  ", indent,
		       explain_colour(finding->decision, tree->style->colour), name, plain(tree));
	wrap_behind(tree->out, buf_str(&text), utf8_width(str_from(indent)) + strlen(name) + 2,
		    next, tree->style->width);
}

/* ---- findings ---- */

static bool is_told(const struct tree *tree, const struct finding *finding)
{
	for (size_t i = 0; i < tree->n_told; i++)
		if (strcmp(tree->told[i]->rule_id, finding->rule_id) == 0 &&
		    str_eq(tree->told[i]->instead, finding->instead) &&
		    str_eq(tree->told[i]->approver_group, finding->approver_group))
			return true;
	return false;
}

/* The same advice is given once. */
static void write_advice(struct tree *tree, const struct finding *finding, const char *indent)
{
	if (is_told(tree, finding))
		return;
	write_text(tree, indent, PAINT_ADVICE, "instead: ", finding->instead);
	write_text(tree, indent, PAINT_FAINT, "who can approve: ", finding->approver_group);
	if (tree->n_told < EXPLAIN_TOLD)
		tree->told[tree->n_told++] = finding;
}

static void write_finding(struct tree *tree, const struct finding *finding, const char *bar)
{
	char indent[64], deeper[64];
	(void)snprintf(indent, sizeof indent, "%s  ", bar);
	(void)snprintf(deeper, sizeof deeper, "%s    ", bar);
	write_rule(tree, finding, indent, deeper);
	write_text(tree, deeper, PAINT_FAINT, "", finding->reason);
	write_advice(tree, finding, deeper);
}

/* That nothing forbids is no news where something does. */
static bool is_beside(const struct tree *tree, const struct finding *finding)
{
	if (finding->decision != CAVRA_ALLOW || allows_by_rule(finding->rule_id))
		return false;
	for (size_t i = 0; i < tree->decision->n_findings; i++) {
		const struct finding *other = &tree->decision->findings[i];
		if (other->effect == finding->effect && other->decision != CAVRA_ALLOW)
			return true;
	}
	return false;
}

static size_t write_findings_of(struct tree *tree, const struct effect *effect, const char *bar)
{
	size_t n = 0;
	for (size_t i = 0; i < tree->decision->n_findings; i++) {
		const struct finding *finding = &tree->decision->findings[i];
		if (finding->effect != effect || is_beside(tree, finding))
			continue;
		write_finding(tree, finding, bar);
		n++;
	}
	return n;
}

/* ---- effects ---- */

static void write_effect(struct tree *tree, const struct effect *effect, bool last)
{
	const char *bar = last ? "   " : "│  ";
	char label[64], next[64];
	struct buf CLEANUP_BUF shown;
	buf_init(&shown, KiB(64));
	visible_add(&shown, str_first(effect->shown, EXPLAIN_TEXT), 0);
	if (effect->shown.n > EXPLAIN_TEXT)
		buf_add_c(&shown, " ... (cut)");
	(void)snprintf(label, sizeof label, "%s %s  ", last ? "└─" : "├─",
		       effect_kind_name(effect->kind));
	(void)snprintf(next, sizeof next, "%s    ", bar);
	buf_add_format(tree->out, "%s%s", label, paint(tree, PAINT_STRONG));
	struct buf CLEANUP_BUF lines;
	buf_init(&lines, KiB(64));
	wrap_behind(&lines, buf_str(&shown), utf8_width(str_from(label)), next, tree->style->width);
	buf_add(tree->out, str_first(buf_str(&lines), lines.n ? lines.n - 1 : 0));
	buf_add_format(tree->out, "%s\n", plain(tree));
	if (write_findings_of(tree, effect, bar) == 0)
		buf_add_format(tree->out, "%s  %sno rule meets it%s\n", bar,
			       paint(tree, PAINT_FAINT), plain(tree));
}

static void write_effects(struct tree *tree)
{
	size_t n = 0;
	for (const struct effect *effect = tree->decision->effects; effect; effect = effect->next) {
		if (++n > EXPLAIN_EFFECTS) {
			buf_add_format(tree->out, "└─ ... and %zu more\n",
				       tree->decision->n_effects - EXPLAIN_EFFECTS);
			return;
		}
		write_effect(tree, effect, !effect->next);
	}
}

/* ---- the end ---- */

static void write_conclusion(struct tree *tree, const struct policy *policy)
{
	const struct decision *decision = tree->decision;
	struct mode_effect effect = runtime_mode_apply(decision);
	struct buf CLEANUP_BUF by;
	buf_add_char(tree->out, '\n');
	write_rule(tree, decision->deciding, "", "  ");
	if (decision->outcome != CAVRA_ALLOW && decision->n_effects > 1 &&
	    decision->deciding->effect)
		write_text(tree, "  ", PAINT_FAINT,
			   "because of: ", decision->deciding->effect->shown);
	write_text(tree, "  ", PAINT_FAINT, "", decision->reason);
	write_text(tree, "  ", PAINT_ADVICE, "instead: ", decision->instead);
	write_text(tree, "  ", PAINT_FAINT, "who can approve: ", decision->approver_group);
	if (effect.outcome != decision->outcome)
		write_text(tree, "  ", PAINT_STRONG, "in force: ", str_from(effect.reason));
	buf_init(&by, KiB(4));
	if (tree->style->in_force) {
		buf_add_c(&by, tree->style->in_force);
	} else {
		buf_add_format(&by, "policy %.*s", STR_ARG(str_first(policy->id, 100)));
		if (policy->version.n)
			buf_add_format(&by, " %.*s", STR_ARG(str_first(policy->version, 40)));
		buf_add_format(&by, ", mode %s, %.19s", runtime_mode_name(decision->mode),
			       policy->digest);
	}
	write_text(tree, "  ", PAINT_FAINT, "", buf_str(&by));
}

void explain_write(struct buf *out, const struct decision *decision, const struct policy *policy,
		   const struct explain_style *style)
{
	struct tree tree = {.out = out, .decision = decision, .style = style};
	char label[80];
	(void)snprintf(label, sizeof label, "%.*s  ",
		       STR_ARG(str_first(decision->action_type, 60)));
	write_behind(&tree, "", PAINT_STRONG, label, decision->target, "    ");
	write_findings_of(&tree, NULL, "");
	write_effects(&tree);
	write_conclusion(&tree, policy);
}

void explain_shadow(struct buf *out, const struct record_shadow *shadow)
{
	visible_add(out, str_first(shadow->policy_pack, 100), 0);
	if (shadow->error) {
		buf_add_c(out, " cannot be used: ");
		if (shadow->error->file[0])
			visible_add(out, str_from(shadow->error->file), 0);
		if (shadow->error->line)
			buf_add_format(out, ":%d", shadow->error->line);
		buf_add_c(out, shadow->error->file[0] ? ": " : "");
		visible_add(out, str_from(shadow->error->text), 0);
		return;
	}
	buf_add_format(out, " %s %s by ", shadow->changed ? "would answer" : "answers the same,",
		       cavra_outcome_name(shadow->decision->outcome));
	visible_add(out, str_from(shadow->decision->rule_id), 0);
}
