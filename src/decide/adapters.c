/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of agents that do not code: a taxonomy of action types and what each of them needs. What the
 * caller says about itself (its risk) may only tighten the answer.
 */
#include "base/array.h"
#include "decide/core.h"
#include "json/json.h"

enum verb { VERB_READ, VERB_WRITE, VERB_SEND, VERB_EXPORT, VERB_PROMOTE, VERB_GRANT, VERB_APPROVE };

static const struct {
	const char *approval_rule; /* NULL: the verb alone needs none */
	const char *doing;
} verbs[] = {
	[VERB_READ] = {NULL, "reads"},
	[VERB_WRITE] = {"generic_adapter.write.require_approval", "changes"},
	[VERB_SEND] = {"generic_adapter.send.require_approval", "sends"},
	[VERB_EXPORT] = {"generic_adapter.export.require_approval", "exports"},
	[VERB_PROMOTE] = {"generic_adapter.promote.require_approval", "promotes"},
	[VERB_GRANT] = {"generic_adapter.grant.require_approval", "grants"},
	[VERB_APPROVE] = {"generic_adapter.approve.require_approval", "approves"},
};

/* clang-format off */
static const struct entry {
	const char *action_type;
	const char *domain;
	enum verb verb;
	enum cavra_severity risk;
	enum cavra_outcome otherwise; /* when nothing stricter holds */
	const char *block_rule;       /* of CAVRA_BLOCK */
} taxonomy[] = {
	{"knowledge.search",        "data",             VERB_READ,    CAVRA_LOW,      CAVRA_ALLOW,            NULL},
	{"ticket.summarize",        "support",          VERB_READ,    CAVRA_LOW,      CAVRA_ALLOW,            NULL},
	{"crm.update_record",       "sales",            VERB_WRITE,   CAVRA_MEDIUM,   CAVRA_REQUIRE_APPROVAL, NULL},
	{"customer.email_send",     "communications",   VERB_SEND,    CAVRA_MEDIUM,   CAVRA_REQUIRE_APPROVAL, NULL},
	{"data.export_dataset",     "data",             VERB_EXPORT,  CAVRA_HIGH,     CAVRA_REQUIRE_APPROVAL, NULL},
	{"model.promote",           "model_governance", VERB_PROMOTE, CAVRA_HIGH,     CAVRA_REQUIRE_APPROVAL, NULL},
	{"identity.grant_role",     "identity",         VERB_GRANT,   CAVRA_CRITICAL, CAVRA_BLOCK,
	 "generic_adapter.grant.critical.block"},
	{"finance.release_payment", "finance",          VERB_APPROVE, CAVRA_CRITICAL, CAVRA_BLOCK,
	 "generic_adapter.approve.critical.block"},
	{"workflow.close_control",  "workflow",         VERB_APPROVE, CAVRA_HIGH,     CAVRA_REQUIRE_APPROVAL, NULL},
};

static const struct {
	const char *domain;
	const char *group;
} approvers[] = {
	{"data",             "Data Governance"},
	{"finance",          "Finance Operations"},
	{"identity",         "Identity Security"},
	{"model_governance", "Model Risk Governance"},
	{"sales",            "Revenue Operations"},
	{"support",          "Support Operations"},
	{"communications",   "Customer Communications"},
	{"workflow",         "Workflow Owners"},
};
/* clang-format on */

static struct str approver_group(const char *domain)
{
	for (size_t i = 0; i < ARRAY_SIZE(approvers); i++)
		if (strcmp(domain, approvers[i].domain) == 0)
			return str_from(approvers[i].group);
	return STR("Generic Adapter Owners");
}

static const struct entry *find(struct str action_type)
{
	for (size_t i = 0; i < ARRAY_SIZE(taxonomy); i++)
		if (str_is(action_type, taxonomy[i].action_type))
			return &taxonomy[i];
	return NULL;
}

/* The caller's own idea of the risk, where it is higher. A word that nobody knows is no promise. */
static enum cavra_severity risk_of(const struct request *request, const struct entry *entry)
{
	const json_t *claimed = json_object_get(request->record, "risk_level");
	enum cavra_severity claim = CAVRA_HIGH;
	if (!claimed || json_is_null(claimed))
		return entry->risk;
	for (int i = CAVRA_LOW; json_is_string(claimed) && i <= CAVRA_CRITICAL; i++)
		if (str_eq_nocase(str_trim(json_str(claimed)),
				  str_from(cavra_severity_name((enum cavra_severity)i))))
			claim = (enum cavra_severity)i;
	return claim > entry->risk ? claim : entry->risk;
}

static void judge(struct decider *d, const struct effect *effect, const struct entry *entry)
{
	enum cavra_severity risk = risk_of(d->request, entry);
	const char *doing = verbs[entry->verb].doing;
	struct finding *finding;
	if (entry->otherwise == CAVRA_BLOCK) {
		finding = finding_add(d, effect, CAVRA_BLOCK, CAVRA_CRITICAL, entry->block_rule);
		finding->approver_group = STR("Security Operations");
		finding->reason = arena_printf(d->arena,
					       "%s %s in the domain %s, which no agent may do",
					       entry->action_type, doing, entry->domain);
		finding->instead = STR("a person does this outside the agent");
		return;
	}
	if (entry->otherwise == CAVRA_ALLOW && risk == CAVRA_LOW) {
		finding = finding_add(d, effect, CAVRA_ALLOW, CAVRA_LOW,
				      "generic_adapter.read.allow");
		finding->reason = arena_printf(d->arena, "%s only %s", entry->action_type, doing);
		return;
	}
	const char *rule = verbs[entry->verb].approval_rule;
	finding = finding_add(d, effect, CAVRA_REQUIRE_APPROVAL, risk,
			      rule ? rule : "generic_adapter.default.require_approval");
	finding->approver_group = approver_group(entry->domain);
	finding->reason = arena_printf(d->arena, "%s %s in the domain %s, risk %s",
				       entry->action_type, doing, entry->domain,
				       cavra_severity_name(risk));
}

bool adapter_request(struct decider *d)
{
	const struct entry *entry = find(d->request->action_type);
	if (!entry)
		return false;
	struct scope scope = scope_of_request(d);
	struct str target = d->request->target;
	struct str type = d->request->action_type;
	struct str shown = target.n ? arena_join3(d->arena, type, STR(" "), target) : type;
	judge(d, effect_add(d, EFFECT_ADAPTER, shown, &scope), entry);
	return true;
}
