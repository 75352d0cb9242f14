/* SPDX-License-Identifier: Apache-2.0
 *
 * Collecting effects and findings.
 */
#include "base/limits.h"
#include "decide/core.h"

static const char *const kind_names[] = {
	[EFFECT_FILE_READ] = "file.read",
	[EFFECT_FILE_WRITE] = "file.write",
	[EFFECT_FILE_DELETE] = "file.delete",
	[EFFECT_COMMAND] = "command",
	[EFFECT_GIT] = "git",
	[EFFECT_NET] = "net",
	[EFFECT_MCP] = "mcp",
	[EFFECT_RECORD] = "record",
	[EFFECT_PULL_REQUEST] = "pull_request",
	[EFFECT_ADAPTER] = "adapter",
};

const char *effect_kind_name(enum effect_kind kind)
{
	return kind_names[kind];
}

struct effect *effect_add(struct decider *d, enum effect_kind kind, struct str shown,
			  const struct scope *scope)
{
	struct effect *effect = ARENA_NEW(d->arena, struct effect);
	effect->kind = kind;
	effect->shown = shown;
	effect->known = true;
	effect->surely = scope->surely;
	effect->span = scope->span;
	if (d->n_effects >= LIMIT_EFFECTS)
		return effect; /* judged like any other, but not listed */
	*d->effects_tail = effect;
	d->effects_tail = &effect->next;
	d->n_effects++;
	return effect;
}

bool finding_stricter(const struct finding *a, const struct finding *b)
{
	return a->decision != b->decision ? a->decision > b->decision : a->severity > b->severity;
}

/* Beyond the cap only what is stricter than everything listed is added, so the strictest is always there. */
static bool worth_listing(const struct decider *d, const struct finding *finding)
{
	if (d->n_findings < LIMIT_FINDINGS)
		return true;
	for (const struct finding_node *node = d->findings; node; node = node->next)
		if (!finding_stricter(finding, &node->finding))
			return false;
	return true;
}

struct finding *finding_add(struct decider *d, const struct effect *effect,
			    enum cavra_outcome decision, enum cavra_severity severity,
			    const char *rule_id)
{
	struct finding_node *node = ARENA_NEW(d->arena, struct finding_node);
	node->finding = (struct finding){
		.decision = decision,
		.severity = severity,
		.rule_id = rule_id,
		.effect = effect,
		.certainty = MATCH_MUST,
		.policy = d->policy,
	};
	if (effect)
		node->finding.span = effect->span;
	if (worth_listing(d, &node->finding)) {
		*d->findings_tail = node;
		d->findings_tail = &node->next;
		d->n_findings++;
	}
	return &node->finding;
}

struct finding *finding_add_default(struct decider *d, const struct effect *effect,
				    enum cavra_outcome decision, enum cavra_severity severity,
				    const char *rule_id)
{
	struct finding *finding = finding_add(d, effect, decision, severity, rule_id);
	finding->by_default = true;
	return finding;
}

void finding_opaque(struct decider *d, const struct effect *effect, struct str reason,
		    struct span span)
{
	bool blocks = d->policy->opaque_blocks || d->mode == MODE_STRICT;
	struct finding *finding =
		finding_add(d, effect, blocks ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
			    blocks ? CAVRA_HIGH : CAVRA_MEDIUM,
			    blocks ? "commands.opaque.block" : "commands.opaque.require_approval");
	finding->reason = arena_join(d->arena, STR("cannot tell what would run: "), reason);
	finding->instead =
		STR("write the commands out plainly, with their words spelled literally");
	finding->approver_group = STR("Repository Owners");
	finding->certainty = MATCH_MAY;
	finding->span = span;
}

void finding_refused(struct decider *d, struct str reason, struct span span)
{
	bool blocks = d->policy->opaque_blocks || d->mode == MODE_STRICT;
	struct finding *finding = finding_add(
		d, NULL, blocks ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
		blocks ? CAVRA_HIGH : CAVRA_MEDIUM,
		blocks ? "commands.refused.block" : "commands.refused.require_approval");
	finding->reason = arena_join(
		d->arena, STR("Bash refuses this text, another shell may not: "), reason);
	finding->instead = STR("correct the text; put what is no command into quotes");
	finding->approver_group = STR("Repository Owners");
	finding->certainty = MATCH_MAY;
	finding->span = span;
}
