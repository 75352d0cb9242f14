/* SPDX-License-Identifier: Apache-2.0
 *
 * Which controls decisions are evidence of, see compliance.h.
 *
 * A decision has tags, a clause names tags: each is a set of bits, and a clause's evidence is what shares one with it.
 * Decisions of the same rules, action, outcome and severity have the same tags; there are few such kinds.
 */
#include "evidence/compliance.h"

#include <stdint.h>

#include "base/limits.h"
#include "evidence/compliance_data.h"
#include "json/json.h"

enum { WORDS = COMPLIANCE_TAGS / 64, CLAUSE_IDS = 100, RULES_OF_ONE = 300 };

struct tags {
	uint64_t bits[WORDS];
};

/* ---- the tags of a decision ---- */

static struct str member(const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return text;
}

static bool list_has(const json_t *list, struct str text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_str(json_array_get(list, i)), text))
			return true;
	return false;
}

/* "x.*" stands for all that start with "x.". */
static bool is_rule(const json_t *patterns, struct str rule)
{
	for (size_t i = 0; i < json_array_size(patterns); i++) {
		struct str pattern = json_str(json_array_get(patterns, i));
		bool open = str_ends(pattern, STR(".*"));
		if (open ? str_starts(rule, str_first(pattern, pattern.n - 1))
			 : str_eq(rule, pattern))
			return true;
	}
	return false;
}

static bool any_rule(const json_t *patterns, const json_t *decision)
{
	const json_t *findings = json_get_array(decision, "findings");
	if (is_rule(patterns, member(decision, "rule_id")))
		return true;
	for (size_t i = 0; patterns && i < json_array_size(findings); i++)
		if (is_rule(patterns, member(json_array_get(findings, i), "rule_id")))
			return true;
	return false;
}

static bool carries(const json_t *is, const json_t *decision)
{
	return json_is_true(json_object_get(is, "all")) ||
	       (json_is_true(json_object_get(is, "approval")) &&
		json_get_object(decision, "approval")) ||
	       list_has(json_get_array(is, "action_types"), member(decision, "action_type")) ||
	       list_has(json_get_array(is, "outcomes"), member(decision, "decision")) ||
	       list_has(json_get_array(is, "severities"), member(decision, "severity")) ||
	       any_rule(json_get_array(is, "rules"), decision);
}

static struct tags tags_of(json_t *all_tags, const json_t *decision)
{
	struct tags tags = {{0}};
	const char *name;
	json_t *is;
	size_t i = 0;
	json_object_foreach (all_tags, name, is) {
		if (carries(is, decision))
			tags.bits[i / 64] |= UINT64_C(1) << i % 64;
		i++;
	}
	return tags;
}

static struct tags tags_named(json_t *all_tags, const json_t *names)
{
	struct tags tags = {{0}};
	const char *name;
	json_t *is;
	size_t i = 0;
	json_object_foreach (all_tags, name, is) {
		if (list_has(names, str_from(name)))
			tags.bits[i / 64] |= UINT64_C(1) << i % 64;
		i++;
	}
	return tags;
}

static struct tags tags_both(struct tags a, struct tags b)
{
	for (size_t i = 0; i < WORDS; i++)
		a.bits[i] &= b.bits[i];
	return a;
}

static bool tags_any(struct tags tags)
{
	uint64_t any = 0;
	for (size_t i = 0; i < WORDS; i++)
		any |= tags.bits[i];
	return any != 0;
}

/* The clause's own names of those, in its order. */
static json_t *tags_list(json_t *all_tags, const json_t *names, struct tags tags)
{
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(names); i++) {
		json_t *one = json_array_get(names, i);
		json_t *alone = json_pack("[O]", one);
		if (tags_any(tags_both(tags, tags_named(all_tags, alone))))
			(void)json_array_append(list, one);
		json_decref(alone);
	}
	return list;
}

/* ---- kinds of decisions ---- */

struct kind {
	struct tags tags;
	const json_t *decision; /* one of them */
};

/* Which kind each decision is. */
struct kinds {
	struct kind *kind;
	uint32_t *of;
	size_t n, n_decisions;
};

static bool same_findings(const json_t *a, const json_t *b)
{
	const json_t *x = json_get_array(a, "findings"), *y = json_get_array(b, "findings");
	if (json_array_size(x) != json_array_size(y))
		return false;
	for (size_t i = 0; i < json_array_size(x); i++)
		if (!str_eq(member(json_array_get(x, i), "rule_id"),
			    member(json_array_get(y, i), "rule_id")))
			return false;
	return true;
}

static bool same_kind(const json_t *a, const json_t *b)
{
	static const char *const keys[] = {"rule_id", "action_type", "decision", "severity"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!str_eq(member(a, keys[i]), member(b, keys[i])))
			return false;
	return !json_get_object(a, "approval") == !json_get_object(b, "approval") &&
	       same_findings(a, b);
}

/* The last kinds are looked at first: an agent does the same for a while. */
static uint32_t find_kind(struct kinds *kinds, json_t *all_tags, const json_t *decision)
{
	enum { LOOK = 64 };
	for (size_t i = kinds->n, looked = 0; i-- > 0 && looked < LOOK; looked++)
		if (same_kind(kinds->kind[i].decision, decision))
			return (uint32_t)i;
	kinds->kind[kinds->n] = (struct kind){tags_of(all_tags, decision), decision};
	return (uint32_t)kinds->n++;
}

static int find_kinds(struct kinds *kinds, json_t *all_tags, const json_t *decisions,
		      struct cavra_error *error)
{
	size_t n = json_array_size(decisions);
	kinds->kind = calloc(n + 1, sizeof *kinds->kind);
	kinds->of = calloc(n + 1, sizeof *kinds->of);
	kinds->n = 0;
	kinds->n_decisions = n;
	if (!kinds->kind || !kinds->of)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++)
		kinds->of[i] = find_kind(kinds, all_tags, json_array_get(decisions, i));
	return 0;
}

/* ---- the report ---- */

static void count_in(json_t *counts, struct str key)
{
	char name[200];
	(void)snprintf(name, sizeof name, "%.*s", STR_ARG(str_first(key, sizeof name - 1)));
	json_int_t n = 0;
	(void)json_get_int(counts, name, &n);
	(void)json_object_set_new(counts, name, json_integer(n + 1));
}

/* The rules that make a decision evidence: its own, else those of its findings. */
static void count_rule(json_t *counts, const json_t *decision)
{
	struct str rule = member(decision, "rule_id");
	count_in(counts, rule.n ? rule : STR("unknown"));
}

static void add_id(json_t *ids, const json_t *decision)
{
	json_t *id = json_object_get(decision, "decision_id");
	if (json_is_string(id) && json_array_size(ids) < CLAUSE_IDS)
		(void)json_array_append(ids, id);
}

struct mapping {
	json_t *tags; /* all of them, borrowed */
	const json_t *decisions;
	struct kinds kinds;
	uint8_t *mapped; /* each decision: is it evidence of anything? */
};

static json_t *map_clause(struct mapping *mapping, const json_t *clause)
{
	json_t *names = json_get_array(clause, "tags");
	struct tags wanted = tags_named(mapping->tags, names), matched = {{0}};
	json_t *outcomes = json_object(), *rules = json_object(), *ids = json_array();
	json_int_t n = 0;
	for (size_t i = 0; i < mapping->kinds.n_decisions; i++) {
		const json_t *decision = json_array_get(mapping->decisions, i);
		struct tags both = tags_both(wanted,
					     mapping->kinds.kind[mapping->kinds.of[i]].tags);
		if (!tags_any(both))
			continue;
		for (size_t k = 0; k < WORDS; k++)
			matched.bits[k] |= both.bits[k];
		mapping->mapped[i] = 1;
		n++;
		count_in(outcomes, member(decision, "decision"));
		count_rule(rules, decision);
		add_id(ids, decision);
	}
	return json_pack("{s:O, s:O, s:O, s:s, s:I, s:o, s:o, s:o, s:o}", "clause_id",
			 json_object_get(clause, "id"), "clause_title",
			 json_object_get(clause, "title"), "tags", names, "status",
			 n ? "evidence" : "no_evidence", "decision_count", n, "outcomes", outcomes,
			 "rules", rules, "matched_terms", tags_list(mapping->tags, names, matched),
			 "decision_ids", ids);
}

static json_t *map_framework(struct mapping *mapping, const json_t *framework)
{
	json_t *clauses = json_array();
	const json_t *list = json_get_array(framework, "clauses");
	json_int_t evidenced = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *clause = map_clause(mapping, json_array_get(list, i));
		evidenced += str_is(member(clause, "status"), "evidence");
		if (!clause || json_array_append_new(clauses, clause) < 0) {
			json_decref(clauses);
			return NULL;
		}
	}
	return json_pack("{s:O, s:O, s:O, s:I, s:I, s:o}", "framework_id",
			 json_object_get(framework, "framework_id"), "framework_name",
			 json_object_get(framework, "framework_name"), "version",
			 json_object_get(framework, "version"), "clause_count",
			 (json_int_t)json_array_size(list), "matched_clause_count", evidenced,
			 "clauses", clauses);
}

/* The parts that are about all frameworks. */
static json_t *make_report(const struct mapping *mapping, const json_t *evidence,
			   json_t *frameworks)
{
	json_t *matches = json_object(), *outcomes = json_object();
	json_int_t mapped = 0, all = (json_int_t)mapping->kinds.n_decisions;
	for (size_t i = 0; i < json_array_size(frameworks); i++) {
		const json_t *one = json_array_get(frameworks, i);
		(void)json_object_set(matches,
				      json_string_value(json_object_get(one, "framework_id")),
				      json_object_get(one, "matched_clause_count"));
	}
	for (size_t i = 0; i < mapping->kinds.n_decisions; i++) {
		mapped += mapping->mapped[i];
		count_in(outcomes, member(json_array_get(mapping->decisions, i), "decision"));
	}
	struct str session = member(evidence, "session_id");
	char version[SHA256_NAMED];
	compliance_version(version);
	return json_pack("{s:s, s:s, s:s, s:s%, s:I, s:I, s:I, s:o, s:o, s:O}", "schema_version",
			 "cavra.compliance.mapping-report.v1", "product", "CAVRA",
			 "mapping_version", version, "session_id", session.p, session.n,
			 "decision_count", all, "mapped_decision_count", mapped,
			 "unmapped_decision_count", all - mapped, "outcomes", outcomes,
			 "framework_match_counts", matches, "frameworks", frameworks);
}

static int map_all(struct mapping *mapping, const json_t *data, const char *framework,
		   json_t *frameworks, struct cavra_error *error)
{
	const json_t *list = json_get_array(data, "frameworks");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		if (framework && !str_is(member(one, "framework_id"), framework))
			continue;
		json_t *mapped = map_framework(mapping, one);
		if (!mapped || json_array_append_new(frameworks, mapped) < 0)
			return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	if (json_array_size(frameworks))
		return 0;
	return error_set(error, CAVRA_ERR_NOT_FOUND,
			 "there is no framework %.60s; cavra evidence frameworks lists them",
			 framework);
}

void compliance_version(char ret_name[SHA256_NAMED])
{
	sha256_named(compliance_data, ret_name);
}

static int read_data(json_t **ret, struct cavra_error *error)
{
	int code = json_read(compliance_data, 0, ret, error);
	return code < 0 ? error_prefix(error, "the frameworks that were built in") : 0;
}

static int check_evidence(const json_t *evidence, struct cavra_error *error)
{
	const json_t *decisions = json_get_array(evidence, "decisions");
	if (!decisions)
		return error_set(error, CAVRA_ERR_INPUT, "the evidence has no list of decisions");
	for (size_t i = 0; i < json_array_size(decisions); i++)
		if (!json_is_object(json_array_get(decisions, i)))
			return error_set(error, CAVRA_ERR_INPUT, "decision %zu is no object",
					 i + 1);
	return 0;
}

int compliance_report(const json_t *evidence, const char *framework, json_t **ret,
		      struct cavra_error *error)
{
	json_t *data = NULL, *report = NULL, *frameworks = json_array();
	struct mapping mapping = {.decisions = json_get_array(evidence, "decisions")};
	int code = check_evidence(evidence, error);
	if (code == 0)
		code = read_data(&data, error);
	mapping.tags = json_get_object(data, "tags");
	if (code == 0)
		code = find_kinds(&mapping.kinds, mapping.tags, mapping.decisions, error);
	if (code == 0) {
		mapping.mapped = calloc(mapping.kinds.n_decisions + 1, 1);
		code = mapping.mapped ? map_all(&mapping, data, framework, frameworks, error)
				      : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	if (code == 0) {
		report = make_report(&mapping, evidence, frameworks);
		code = report ? 0 : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	free(mapping.mapped);
	free(mapping.kinds.kind);
	free(mapping.kinds.of);
	json_decref(frameworks);
	json_decref(data);
	if (code == 0)
		*ret = report;
	return code;
}

/* ---- the frameworks themselves ---- */

static json_t *pack_of(const json_t *framework)
{
	json_t *clauses = json_array();
	const json_t *list = json_get_array(framework, "clauses");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *clause = json_array_get(list, i);
		json_t *whole = json_pack("{s:O, s:O, s:O, s:O, s:[s,s,s,s]}", "id",
					  json_object_get(clause, "id"), "title",
					  json_object_get(clause, "title"), "tags",
					  json_object_get(clause, "tags"), "finding_types",
					  json_object_get(clause, "tags"), "evidence_requirements",
					  "runtime_decision", "policy_reference",
					  "approval_or_exception", "audit_log_reference");
		(void)json_array_append_new(clauses, whole);
	}
	return json_pack("{s:s, s:O, s:O, s:O, s:O, s:o}", "schema_version",
			 "cavra.compliance.pack.v1", "framework_id",
			 json_object_get(framework, "framework_id"), "framework_name",
			 json_object_get(framework, "framework_name"), "version",
			 json_object_get(framework, "version"), "owner",
			 json_object_get(framework, "owner"), "clauses", clauses);
}

int compliance_registry(json_t **ret, struct cavra_error *error)
{
	json_t *data = NULL, *packs = json_array();
	json_int_t clauses = 0;
	int code = read_data(&data, error);
	const json_t *list = json_get_array(data, "frameworks");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		clauses += (json_int_t)json_array_size(json_get_array(one, "clauses"));
		(void)json_array_append_new(packs, pack_of(one));
	}
	bool whole = json_array_size(packs) == json_array_size(list);
	json_t *registry = json_pack("{s:s, s:o, s:I, s:O}", "schema_version",
				     "cavra.compliance.pack-registry.v1", "packs", packs,
				     "clause_count", clauses, "mapping_inputs",
				     json_object_get(data, "tags"));
	json_decref(data);
	if (code == 0 && (!registry || !whole)) {
		json_decref(registry);
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	if (code < 0)
		json_decref(registry);
	else
		*ret = registry;
	return code;
}
