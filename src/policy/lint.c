/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"
#include "policy/cover.h"
#include "policy/registry.h"
#include "policy/strictness.h"
#include "json/json.h"
#include "json/pointer.h"
#include "json/schema.h"

void lint_report(const struct lint *lint, bool blocks, const char *code, const char *pointer,
		 const char *format, ...)
{
	struct lint_issue issue = {.blocks = blocks, .code = code};
	char text[sizeof issue.place.text];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	document_error(lint->document, pointer, POSITION_VALUE, &issue.place, CAVRA_ERR_POLICY,
		       "%s", text);
	lint->visit(lint->context, &issue);
}

/* ---- what keeps it from being loaded ---- */

/* Mistakes of the schema come first; the loader's own must not repeat them. */
struct mistakes {
	lint_visitor visit;
	void *context;
	const struct document *document;
	struct {
		int line, column;
	} seen[LIMIT_POLICY_MISTAKES];
	size_t n;
	size_t missing; /* members of metadata that the schema missed so far */
};

static void visit_mistake(struct mistakes *mistakes, const char *code,
			  const struct cavra_error *place)
{
	struct lint_issue issue = {.blocks = true, .code = code, .place = *place};
	if (mistakes->n == LIMIT_POLICY_MISTAKES)
		return;
	mistakes->seen[mistakes->n].line = place->line;
	mistakes->seen[mistakes->n].column = place->column;
	mistakes->n++;
	mistakes->visit(mistakes->context, &issue);
}

static const char *const required[] = {"id", "title", "description", "version"};

/* The schema misses the members one by one, in its order. */
static const char *next_missing(struct mistakes *mistakes)
{
	const json_t *metadata = json_object_get(mistakes->document->root, "metadata");
	while (mistakes->missing < ARRAY_SIZE(required)) {
		const char *key = required[mistakes->missing++];
		if (!json_object_get(metadata, key))
			return key;
	}
	return "member";
}

/* "metadata.title.missing", "commands.block.invalid", otherwise "schema_error" */
static void schema_code(struct mistakes *mistakes, const struct schema_finding *finding,
			char *ret_code, size_t size)
{
	struct str pointer = str_from(finding->pointer);
	char place[64];
	(void)snprintf(ret_code, size, "schema_error");
	if (str_is(pointer, "/metadata") && strcmp(finding->keyword, "required") == 0)
		(void)snprintf(ret_code, size, "metadata.%s.missing", next_missing(mistakes));
	for (size_t i = 0; i < ARRAY_SIZE(required); i++) {
		(void)snprintf(place, sizeof place, "/metadata/%s", required[i]);
		if (str_is(pointer, place))
			(void)snprintf(ret_code, size, "metadata.%s.missing", required[i]);
	}
	for (size_t i = 0; i < POLICY_LISTS; i++) {
		const struct list_info *info = &list_infos[i];
		(void)snprintf(place, sizeof place, "/%s/%s", info->section, info->key);
		if (str_starts(pointer, str_from(place)))
			(void)snprintf(ret_code, size, "%s.%s.invalid", info->section, info->key);
	}
}

static bool visit_finding(void *context, const struct schema_finding *finding)
{
	struct mistakes *mistakes = context;
	struct cavra_error place = {.code = CAVRA_ERR_POLICY};
	char code[80];
	schema_code(mistakes, finding, code, sizeof code);
	document_error(mistakes->document, finding->pointer, finding->of, &place, CAVRA_ERR_POLICY,
		       "%s", finding->text);
	visit_mistake(mistakes, code, &place);
	return mistakes->n < LIMIT_POLICY_MISTAKES;
}

static void visit_loader(void *context, const struct cavra_error *mistake)
{
	struct mistakes *mistakes = context;
	for (size_t i = 0; i < mistakes->n; i++)
		if (mistakes->seen[i].line == mistake->line &&
		    mistakes->seen[i].column == mistake->column)
			return;
	visit_mistake(mistakes, "policy.invalid", mistake);
}

static int check_schema(struct mistakes *mistakes, struct cavra_error *error)
{
	json_t *text = NULL;
	struct schema *schema = NULL;
	int code = json_read(policy_schema_text, 0, &text, error);
	if (code == 0)
		code = schema_compile(text, &schema, error);
	if (code == 0)
		code = schema_validate(schema, mistakes->document->root, visit_finding, mistakes,
				       error);
	schema_free(schema);
	json_decref(text);
	return code == CAVRA_ERR_INPUT ? 0 : code;
}

int lint_file(const struct policy_source *source, const char *path, lint_visitor visit,
	      void *context, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct mistakes mistakes = {.visit = visit, .context = context};
	int code = document_load(path, &document, error);
	mistakes.document = document;
	if (code == 0)
		code = check_schema(&mistakes, error);
	if (code < 0)
		return code;
	code = policy_check_file(source, path, visit_loader, &mistakes, error);
	return code < 0 && mistakes.n == 0 ? code : (int)mistakes.n;
}

/* ---- what a pack that can be loaded has ---- */

static bool is_filled(const json_t *document, const char *section)
{
	const json_t *value = json_object_get(document, section);
	return json_object_size(value) || json_array_size(value);
}

static void check_sections(const struct lint *lint)
{
	static const char *const controls[] = {"filesystem", "commands", "git",       "mcp",
					       "network",    "rules",    "approvals", "evidence"};
	const struct policy *policy = lint->policy;
	bool any = false;
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++)
		any |= is_filled(policy->document, controls[i]);
	if (!any)
		lint_report(lint, true, "policy.controls.missing", "",
			    "nothing is controlled: write filesystem, commands, git, mcp, network "
			    "or rules, or inherit a pack");
	if (policy->list[LIST_COMMANDS_BLOCK] && !policy->list[LIST_COMMANDS_ALLOW])
		lint_report(lint, false, "commands.allow.missing", "/commands",
			    "commands are blocked and none is allowed, so all others ask; list "
			    "what is used every day under allow");
	if (!policy->list[LIST_FILES_BLOCK_READ])
		lint_report(lint, false, "filesystem.block_read.missing", "/filesystem",
			    "every file may be read; list what holds secrets under block_read");
	if (!json_array_size(json_object_get(lint->document->root, "tests")))
		lint_report(lint, false, "tests.missing", "",
			    "the pack has no cases: write in tests: what it must block, ask about "
			    "and allow");
}

/* The same patterns the other way round: what covers one from behind is found, too. */
static struct pattern_list *reversed(const struct lint *lint, enum policy_list_id id,
				     const json_t *list)
{
	struct items items = {.items = NULL};
	struct pattern_list *compiled = NULL;
	size_t bad;
	for (size_t i = json_array_size(list); i > 0; i--)
		ARENA_PUSH(lint->arena, items.items, items.n,
			   items.cap) = json_str(json_array_get(list, i - 1));
	if (items_compile(lint->arena, &items, list_infos[id].type, &compiled, &bad, NULL) < 0)
		return NULL;
	return compiled;
}

static bool has_exceptions(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_starts(json_str(json_array_get(list, i)), STR("!")))
			return true;
	return false;
}

static void report_shadowed(const struct lint *lint, const struct list_info *info,
			    const char *pointer, struct str by)
{
	const char *code = arena_printf(lint->arena, "%s.%s.shadowed", info->section, info->key).p;
	lint_report(lint, false, code, pointer, "matches nothing that %.*s does not; remove it",
		    STR_ARG(by));
}

/* Each pattern of the pack's own against all that are in force. Where two cover each other the later one is told. */
static void check_shadows(const struct lint *lint, enum policy_list_id id)
{
	const struct list_info *info = &list_infos[id];
	const json_t *own = json_get_array(json_object_get(lint->document->root, info->section),
					   info->key);
	const json_t *all = json_get_array(json_object_get(lint->policy->document, info->section),
					   info->key);
	const struct pattern_list *list = lint->policy->list[id];
	if (!list || has_exceptions(all))
		return;
	const struct pattern_list *back = reversed(lint, id, all);
	const char *base = arena_printf(lint->arena, "/%s/%s", info->section, info->key).p;
	for (size_t i = 0; i < json_array_size(own); i++) {
		struct str item = json_str(json_array_get(own, i));
		struct match_result by = pattern_covered(list, info->type, item, lint->arena);
		if (by.match == MATCH_MUST && str_eq(by.pattern, item) && back)
			by = pattern_covered(back, info->type, item, lint->arena);
		if (by.match != MATCH_MUST || str_eq(by.pattern, item))
			continue;
		/* Its equal would tell about this one; one of the two is enough. */
		struct match_result other = pattern_covered(list, info->type, by.pattern,
							    lint->arena);
		if (str_eq(other.pattern, item))
			continue;
		report_shadowed(lint, info, pointer_index(lint->arena, base, i), by.pattern);
	}
}

/* An allowed command that a stricter list surely meets is never allowed. */
static void check_ineffective(const struct lint *lint)
{
	static const struct {
		enum policy_list_id allow, strict;
		const char *what;
	} pairs[] = {
		{LIST_COMMANDS_ALLOW, LIST_COMMANDS_BLOCK, "blocks"},
		{LIST_COMMANDS_ALLOW, LIST_COMMANDS_APPROVE, "asks about"},
		{LIST_MCP_ALLOWED, LIST_MCP_BLOCKED, "blocks"},
		{LIST_NETWORK_ALLOW, LIST_NETWORK_BLOCK, "blocks"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct list_info *info = &list_infos[pairs[i].allow];
		const struct list_info *strict = &list_infos[pairs[i].strict];
		const json_t *own = json_get_array(
			json_object_get(lint->document->root, info->section), info->key);
		const char *base = arena_printf(lint->arena, "/%s/%s", info->section, info->key).p;
		for (size_t k = 0; k < json_array_size(own); k++) {
			struct match_result by =
				pattern_covered(lint->policy->list[pairs[i].strict], info->type,
						json_str(json_array_get(own, k)), lint->arena);
			if (by.match == MATCH_MUST)
				lint_report(lint, false,
					    arena_printf(lint->arena, "%s.%s.ineffective",
							 info->section, info->key)
						    .p,
					    pointer_index(lint->arena, base, k),
					    "never allowed: %s.%s %s %.*s", strict->section,
					    strict->key, pairs[i].what, STR_ARG(by.pattern));
		}
	}
}

/* Commands are looked at one by one, without what joins them. */
static void check_operators(const struct lint *lint, enum policy_list_id id)
{
	static const char *const operators[] = {"&&", "||", ";", "&",    ">",
						">>", "<",  "(", "2>&1", "2>/dev/null"};
	const struct list_info *info = &list_infos[id];
	const json_t *own = json_get_array(json_object_get(lint->document->root, info->section),
					   info->key);
	const char *base = arena_printf(lint->arena, "/%s/%s", info->section, info->key).p;
	for (size_t i = 0; i < json_array_size(own); i++) {
		struct str rest = json_str(json_array_get(own, i)), word;
		while (str_split(&rest, ' ', &word))
			for (size_t k = 0; k < ARRAY_SIZE(operators); k++)
				if (str_is(word, operators[k]))
					lint_report(
						lint, false,
						arena_printf(lint->arena, "%s.%s.never_matches",
							     info->section, info->key)
							.p,
						pointer_index(lint->arena, base, i),
						"matches nothing: commands are looked at one by "
						"one, without %s; write a pattern for each",
						operators[k]);
	}
}

/* Two rules that meet the same and say the same. */
static void check_rules(const struct lint *lint)
{
	const json_t *rules = json_get_array(lint->document->root, "rules");
	json_t *seen = json_object();
	for (size_t i = 0; seen && i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);
		char *match = json_text(json_object_get(rule, "match"),
					JSON_COMPACT | JSON_SORT_KEYS);
		json_t *before = match ? json_object_get(seen, match) : NULL;
		if (before)
			lint_report(lint, false, "rules.shadowed",
				    pointer_index(lint->arena, "/rules", i),
				    "matches the same as the rule %s; keep the stricter one",
				    json_string_value(json_object_get(before, "id")));
		else if (match)
			(void)json_object_set(seen, match, (json_t *)rule);
		free(match);
	}
	json_decref(seen);
}

static void check_exceptions(const struct lint *lint)
{
	const json_t *list = json_object_get(lint->document->root, "exceptions"), *one;
	size_t i;
	json_array_foreach (list, i, one) {
		const json_t *item = json_object_get(one, "remove");
		const json_t *value = json_object_get(one, "value");
		lint_report(
			lint, false, "exceptions.loosens",
			pointer_index(lint->arena, "/exceptions", i),
			"%s%.100s in %.100s of %.100s until %.40s, as %.100s has agreed: %.200s",
			item ? "takes away " : "weakens to ",
			item ? json_string_value(item) : strictness_text(value),
			json_string_value(json_object_get(one, "path")),
			json_string_value(json_object_get(one, "parent")),
			json_string_value(json_object_get(one, "expires")),
			json_string_value(json_object_get(one, "approved_by")),
			json_string_value(json_object_get(one, "reason")));
	}
}

void lint_loaded(const struct lint *lint)
{
	check_exceptions(lint);
	check_sections(lint);
	for (int id = 0; id < POLICY_LISTS; id++)
		check_shadows(lint, (enum policy_list_id)id);
	check_ineffective(lint);
	check_operators(lint, LIST_COMMANDS_BLOCK);
	check_operators(lint, LIST_COMMANDS_APPROVE);
	check_operators(lint, LIST_COMMANDS_ALLOW);
	check_rules(lint);
}

/* ---- summary ---- */

/* A list counts its items, an object what its members count, anything else one when it is on. */
static json_int_t count_rules(const json_t *value)
{
	const char *key;
	json_t *member;
	json_int_t n = 0;
	if (json_is_array(value))
		return (json_int_t)json_array_size(value);
	if (!json_is_object(value))
		return value && !json_is_null(value) && !json_is_false(value) &&
		       !(json_is_string(value) && json_str(value).n == 0);
	json_object_foreach ((json_t *)value, key, member)
		n += count_rules(member);
	return n;
}

json_t *policy_summary(const json_t *document)
{
	static const char *const sections[] = {"filesystem", "commands", "git",       "mcp",
					       "approvals",  "evidence", "compliance"};
	const json_t *metadata = json_object_get(document, "metadata");
	const json_t *mode = json_object_get(metadata, "mode");
	json_t *counts = json_object();
	for (size_t i = 0; counts && i < ARRAY_SIZE(sections); i++)
		if (json_object_set_new(counts, sections[i],
					json_integer(count_rules(
						json_object_get(document, sections[i])))) < 0) {
			json_decref(counts);
			counts = NULL;
		}
	return json_pack(
		"{s:O?, s:O?, s:O?, s:O?, s:s, s:o}", "policy_id", json_object_get(metadata, "id"),
		"title", json_object_get(metadata, "title"), "version",
		json_object_get(metadata, "version"), "inherits",
		json_object_get(metadata, "inherits"), "mode",
		json_is_string(mode) ? json_string_value(mode) : "enforce", "rule_counts", counts);
}
