/* SPDX-License-Identifier: Apache-2.0
 *
 * Each kind of key has a function that says what a change of it means; a table finds it. What cannot be shown to be at
 * least as strict as before loosens.
 */
#include "policy/diff_meaning.h"

#include "base/array.h"
#include "policy/cover.h"
#include "policy/load.h"
#include "policy/strictness.h"
#include "json/json.h"

static struct diff_meaning tightens(const char *reason)
{
	return (struct diff_meaning){VERDICT_TIGHTENS, CAVRA_MEDIUM, str_from(reason)};
}

static struct diff_meaning neutral(struct str reason)
{
	return (struct diff_meaning){VERDICT_NEUTRAL, CAVRA_MEDIUM, reason};
}

/* blocked: something that was blocked may now be done. */
static struct diff_meaning loosens(bool blocked, const char *reason)
{
	return (struct diff_meaning){VERDICT_LOOSENS, blocked ? CAVRA_CRITICAL : CAVRA_HIGH,
				     str_from(reason)};
}

/* ---- items of pattern lists ---- */

enum answer { ANSWER_ALLOW, ANSWER_ASK, ANSWER_BLOCK };

static const enum answer list_answers[POLICY_LISTS] = {
	[LIST_FILES_BLOCK_READ] = ANSWER_BLOCK,  [LIST_FILES_BLOCK_WRITE] = ANSWER_BLOCK,
	[LIST_FILES_APPROVE_WRITE] = ANSWER_ASK, [LIST_COMMANDS_BLOCK] = ANSWER_BLOCK,
	[LIST_COMMANDS_APPROVE] = ANSWER_ASK,    [LIST_COMMANDS_ALLOW] = ANSWER_ALLOW,
	[LIST_GIT_PROTECTED] = ANSWER_BLOCK,     [LIST_MCP_ALLOWED] = ANSWER_ALLOW,
	[LIST_MCP_BLOCKED] = ANSWER_BLOCK,       [LIST_NETWORK_ALLOW] = ANSWER_ALLOW,
	[LIST_NETWORK_BLOCK] = ANSWER_BLOCK,     [LIST_NETWORK_APPROVE] = ANSWER_ASK,
};

/* POLICY_LISTS: none of them. */
static size_t find_list(const struct diff_change *change)
{
	for (size_t i = 0; i < POLICY_LISTS; i++) {
		struct str pointer = arena_printf(change->arena, "/%s/%s", list_infos[i].section,
						  list_infos[i].key);
		if (str_is(pointer, change->pointer))
			return i;
	}
	return POLICY_LISTS;
}

static struct diff_meaning exception_meaning(bool added, bool blocks)
{
	return added ? loosens(blocks, "an exception takes files out of the list's protection")
		     : tightens("an exception is gone");
}

/* The other side's patterns may already say the same. */
static bool is_covered(const struct diff_change *change, size_t list, struct str item,
		       struct diff_meaning *ret)
{
	const struct policy *other = change->before ? change->right : change->left;
	struct match_result by = pattern_covered(other->list[list], list_infos[list].type, item,
						 change->arena);
	if (by.match == MATCH_NO)
		return false;
	*ret = neutral(arena_join(change->arena, STR("covered by "), by.pattern));
	return true;
}

static struct diff_meaning item_meaning(const struct diff_change *change)
{
	static const char *const removed[] = {
		[ANSWER_ALLOW] = "no longer allowed",
		[ANSWER_ASK] = "no longer asked about",
		[ANSWER_BLOCK] = "no longer blocked",
	};
	static const char *const added[] = {
		[ANSWER_ALLOW] = "allowed from now on",
		[ANSWER_ASK] = "asked about from now on",
		[ANSWER_BLOCK] = "blocked from now on",
	};
	size_t list = find_list(change);
	struct str item = json_str(change->before ? change->before : change->after);
	struct diff_meaning covered;
	if (list == POLICY_LISTS)
		return neutral(STR("nothing is decided by it"));
	enum answer answer = list_answers[list];
	bool adds = !change->before, strict = answer != ANSWER_ALLOW;
	if (str_starts(item, STR("!")))
		return exception_meaning(adds, answer == ANSWER_BLOCK);
	if (is_covered(change, list, item, &covered))
		return covered;
	const char *reason = adds ? added[answer] : removed[answer];
	return adds == strict ? tightens(reason) : loosens(answer == ANSWER_BLOCK, reason);
}

/* ---- rules ---- */

static enum cavra_outcome rule_outcome(const json_t *rule)
{
	enum cavra_outcome outcome = CAVRA_BLOCK;
	(void)outcome_parse(json_str(json_object_get(rule, "decision")), &outcome);
	return outcome;
}

/* Members that a person reads and nothing decides by. */
static bool differs_in_words_only(const json_t *before, const json_t *after)
{
	static const char *const deciding[] = {"match", "decision", "severity", "approver_group"};
	for (size_t i = 0; i < ARRAY_SIZE(deciding); i++) {
		const json_t *left = json_object_get(before, deciding[i]);
		const json_t *right = json_object_get(after, deciding[i]);
		if (left != right && !(left && right && json_equal(left, right)))
			return false;
	}
	return true;
}

static struct diff_meaning changed_rule(const json_t *before, const json_t *after)
{
	enum cavra_outcome was = rule_outcome(before), is = rule_outcome(after);
	bool blocked = was == CAVRA_BLOCK;
	if (differs_in_words_only(before, after))
		return neutral(STR("the same decision in other words"));
	if (is < was)
		return loosens(blocked, "a weaker decision");
	if (!json_equal(json_object_get(before, "match"), json_object_get(after, "match")))
		return loosens(blocked, "it matches something else, perhaps less");
	if (is > was)
		return tightens("a stricter decision");
	return loosens(false, "another severity or approver group: other people may approve");
}

static struct diff_meaning rule_meaning(const struct diff_change *change)
{
	if (change->before && change->after)
		return changed_rule(change->before, change->after);
	enum cavra_outcome outcome = rule_outcome(change->before ? change->before : change->after);
	bool strict = outcome >= CAVRA_REQUIRE_APPROVAL;
	if (!change->before)
		return strict ? tightens("a new rule that asks or blocks")
			      : loosens(false, "a new rule that lets pass");
	return strict ? loosens(outcome == CAVRA_BLOCK, "a rule that asked or blocked is gone")
		      : tightens("a rule that let pass is gone");
}

/* ---- values ---- */

static struct diff_meaning ranked_meaning(const struct diff_change *change)
{
	const struct strictness *entry = strictness_find(change->pointer);
	int before = strictness_rank(entry, change->before);
	int after = strictness_rank(entry, change->after);
	if (strcmp(change->pointer, "/metadata/mode") == 0 && change->after &&
	    strcmp(strictness_text(change->after), "break_glass") == 0)
		return loosens(true, "breaking the glass lets everything pass");
	if (before == after)
		return neutral(STR("what it means without being written"));
	if (after > before)
		return tightens("a stricter value");
	const char *was = before >= 0 ? entry->rank[before] : "";
	bool blocked = strcmp(was, "block") == 0 || strcmp(was, "true") == 0 ||
		       strcmp(change->pointer, "/metadata/mode") == 0;
	return loosens(blocked, "a weaker value");
}

static struct diff_meaning guard_meaning(const struct diff_change *change)
{
	if (json_is_true(change->before) == json_is_true(change->after))
		return neutral(STR("what it means without being written"));
	return json_is_true(change->after) ? tightens("a guard is switched on")
					   : loosens(true, "a guard is switched off");
}

static struct diff_meaning severity_meaning(const struct diff_change *change)
{
	enum cavra_severity before = CAVRA_LOW, after = CAVRA_LOW;
	(void)severity_parse(json_str(change->before), &before);
	(void)severity_parse(json_str(change->after), &after);
	if (before == after)
		return neutral(STR("the lowest value is what it means without being written"));
	return after > before ? tightens("a higher risk") : loosens(false, "a lower risk");
}

static struct diff_meaning approval_meaning(const struct diff_change *change)
{
	(void)change;
	return loosens(false, "who may approve, for how long or how often is not the same");
}

static struct diff_meaning exceptions_meaning(const struct diff_change *change)
{
	return change->after ? loosens(true, "exceptions take protection away")
			     : tightens("exceptions are gone");
}

static struct diff_meaning order_meaning(const struct diff_change *change)
{
	(void)change;
	return loosens(true, "exceptions stand in another order");
}

static struct diff_meaning plain_meaning(const struct diff_change *change)
{
	(void)change;
	return neutral(STR("nothing is decided by it"));
}

typedef struct diff_meaning (*meaning_function)(const struct diff_change *change);

/* clang-format off */
/* By how the pointer starts and ends. */
static const struct {
	const char *start, *end;
	meaning_function meaning;
} meanings[] = {
	{"/mcp/risk_scoring/", "",        severity_meaning},
	{"/exceptions",        "",        exceptions_meaning},
	{"/approvals/",        "/groups", approval_meaning},
	{"/approvals/",        "/ttl",    approval_meaning},
	{"/approvals/",        "/scope",  approval_meaning},
};
/* clang-format on */

static meaning_function find_meaning(const struct diff_change *change)
{
	const char *key = strrchr(change->pointer, '/') + 1;
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (str_starts(str_from(change->pointer), str_from(meanings[i].start)) &&
		    str_ends(str_from(change->pointer), str_from(meanings[i].end)))
			return meanings[i].meaning;
	if (change->of == DIFF_RULE)
		return rule_meaning;
	if (change->of == DIFF_ITEM)
		return item_meaning;
	if (strictness_find(change->pointer))
		return ranked_meaning;
	if (json_is_array(change->before))
		return order_meaning;
	if (strictness_is_guard(key) &&
	    (json_is_boolean(change->before) || json_is_boolean(change->after)))
		return guard_meaning;
	return plain_meaning;
}

/* Sections whose every change somebody must look at. */
static bool is_sensitive(const char *pointer)
{
	static const char *const sections[] = {"/approvals/", "/git/", "/mcp/", "/evidence/",
					       "/compliance/"};
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (str_starts(str_from(pointer), str_from(sections[i])))
			return true;
	return false;
}

struct diff_meaning diff_meaning(const struct diff_change *change)
{
	struct diff_meaning meaning = find_meaning(change)(change);
	if (meaning.risk < CAVRA_HIGH && is_sensitive(change->pointer))
		meaning.risk = CAVRA_HIGH;
	return meaning;
}
