/* SPDX-License-Identifier: Apache-2.0
 *
 * See decided.h.
 */
#include "decided.h"

#include "base/limits.h"
#include "decide/facts.h"
#include "decide/request.h"
#include "json/json.h"

static const char facts[] = "{\"workspace\": \"/repo\", \"home\": \"/root\", \"branch\": \"topic\","
			    " \"remotes\": [\"origin\"], \"links\": {}, \"hardlinks\": {},"
			    " \"files\": [\"a.txt\", \".env\", \"src/b.c\"], \"git_config\": {}}";

static json_t *parse(const char *text)
{
	struct cavra_error error;
	json_t *json;
	if (json_read(str_from(text), 0, &json, &error) < 0)
		fail_msg("%s: %s", text, error.text);
	return json;
}

static void copy(char *to, size_t size, struct str text)
{
	assert_true((size_t)snprintf(to, size, "%.*s", STR_ARG(text)) < size);
}

static void add(char *to, size_t size, const char *before, const char *between, struct str text)
{
	size_t n = strlen(to);
	(void)snprintf(to + n, size - n, "%s%s%.*s", before, between, STR_ARG(text));
}

static struct decided summarise(const struct decision *decision)
{
	struct decided result = {.decision = decision->outcome, .severity = decision->severity};
	copy(result.rule_id, sizeof result.rule_id, str_from(decision->rule_id));
	copy(result.approver_group, sizeof result.approver_group, decision->approver_group);
	for (const struct effect *effect = decision->effects; effect; effect = effect->next) {
		if (result.effects[0])
			add(result.effects, sizeof result.effects, " | ", "", STR(""));
		add(result.effects, sizeof result.effects, effect_kind_name(effect->kind), " ",
		    effect->shown);
	}
	for (size_t i = 0; i < decision->n_findings; i++)
		add(result.rules, sizeof result.rules, "|", decision->findings[i].rule_id,
		    STR("|"));
	return result;
}

struct decided decided(const struct policy *policy, const char *request)
{
	json_t *object = parse(request), *table = parse(facts);
	struct request_document document;
	struct decision decision;
	struct resolver resolver;
	struct cavra_error error;
	struct arena world, arena;
	arena_init(&world, MiB(1));
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	if (setjmp(world.on_full))
		fail();
	world.armed = true;
	assert_int_equal(facts_resolver(table, &world, &resolver, &error), 0);
	if (request_from_json(object, &document, &error) < 0)
		fail_msg("%s: %s", request, error.text);
	struct decide_options options = {.mode = policy->mode};
	if (decide(policy, &document.request, &resolver, &options, &arena, &decision, &error) < 0)
		fail_msg("%s: %s", request, error.text);
	struct decided result = summarise(&decision);
	request_document_release(&document);
	arena_release(&arena);
	arena_release(&world);
	json_decref(object);
	json_decref(table);
	return result;
}

const char *decided_text(const struct decided *d)
{
	static char text[128];
	(void)snprintf(text, sizeof text, "%s %s %s", cavra_outcome_name(d->decision),
		       cavra_severity_name(d->severity), d->rule_id);
	return text;
}
