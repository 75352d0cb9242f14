/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the schema validator. schema_compile.c turns the document into nodes with rules, the
 * table in schema_keywords.c says what each keyword is made of and who checks it, schema_run.c
 * walks.
 */
#ifndef CAVRA_JSON_SCHEMA_PRIVATE_H
#define CAVRA_JSON_SCHEMA_PRIVATE_H

#include "base/arena.h"
#include "json/pattern.h"
#include "json/schema.h"

struct run;
struct frame;
struct rule;

/* What a keyword's value is. */
enum operand {
	OPERAND_ANY,
	OPERAND_TEXT,
	OPERAND_FLAG,
	OPERAND_NUMBER,
	OPERAND_POSITIVE,
	OPERAND_COUNT,
	OPERAND_LIST,
	OPERAND_TYPES,      /* a type name or a list of them */
	OPERAND_NAMES,      /* unique strings */
	OPERAND_NAME_LISTS, /* an object of such */
	OPERAND_PATTERN,
	OPERAND_REFERENCE,
	OPERAND_DIALECT,
	OPERAND_SCHEMA,
	OPERAND_SCHEMAS,  /* a list of schemas, not empty */
	OPERAND_NAMED,    /* an object of schemas */
	OPERAND_PATTERNS, /* an object of schemas, its keys are patterns */
	OPERANDS
};

/* Does the value meet the rule? Reports when it does not. */
typedef bool (*rule_check)(struct run *run, const struct rule *rule, const struct frame *frame);

struct keyword {
	const char *name;
	enum operand operand;
	rule_check check; /* NULL: nothing to check, or another keyword does it */
};
/* In the order in which they are checked. */
extern const struct keyword schema_keywords[];
extern const size_t schema_keywords_count;

struct child {
	struct str name;
	struct pattern *pattern;
	const struct node *node;
};

/* A keyword in a schema. */
struct rule {
	const struct keyword *keyword;
	const json_t *value;
	const struct node *node; /* OPERAND_SCHEMA, OPERAND_REFERENCE */
	struct child *children;  /* OPERAND_SCHEMAS, OPERAND_NAMED, OPERAND_PATTERNS */
	size_t n_children;
	struct pattern *pattern; /* OPERAND_PATTERN */
};

struct node {
	const json_t *json;
	struct str base;     /* URI of the resource it belongs to */
	const char *pointer; /* in the document */
	bool never;          /* the schema false */
	bool unevaluated;    /* must know what the keywords before have evaluated */
	struct rule *rules;
	size_t n_rules;
};

struct schema {
	json_t *document;
	struct arena arena;
	struct node always, never; /* the schemas true and false */
	const struct node *root;
};

const struct rule *node_rule(const struct node *node, const char *keyword);

/* Where in the instance, from the inside out. */
struct place {
	const struct place *parent;
	const char *key; /* NULL: an item */
	size_t index;
	enum position_of of;
};

/* Members and items that some keyword has evaluated. */
struct seen {
	json_t *keys; /* an object whose keys they are; NULL: none */
	bool *items;  /* NULL: none */
	size_t n_items;
};

/* One schema at one place. */
struct frame {
	const struct node *node;
	const json_t *value;
	const struct place *place; /* NULL: the root */
	struct seen *seen;         /* NULL: nobody wants to know */
};

struct run {
	schema_visitor visit;
	void *context;
	struct cavra_error *error;
	int quiet;    /* over 0: only tell whether it is valid */
	bool invalid; /* something was reported */
	bool stopped; /* nobody wants to hear more */
	int failure;  /* CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY */
	int depth;
	size_t work;
};

/* Is the value at the place valid under the node? On success adds what was evaluated to *seen, if
 * not NULL.
 */
bool schema_apply(struct run *run, const struct node *node, const json_t *value,
		  const struct place *place, struct seen *seen);
/* The same without reports. */
bool schema_matches(struct run *run, const struct node *node, const json_t *value,
		    const struct place *place, struct seen *seen);
/* Takes steps off the work; false, with run->failure set, when none are left. */
bool run_spend(struct run *run, size_t steps);
/* Always false. The keyword names the rule that is not met. */
bool run_report(struct run *run, const struct frame *frame, const char *keyword, const char *format,
		...) __attribute__((format(printf, 4, 5)));
bool run_matches_pattern(struct run *run, const struct pattern *pattern, struct str text);

void seen_key(struct run *run, struct seen *seen, const char *key);
void seen_item(struct run *run, struct seen *seen, size_t index, size_t n_items);
bool seen_has_key(const struct seen *seen, const char *key);
bool seen_has_item(const struct seen *seen, size_t index);

/* Numbers by value. */
int number_compare(const json_t *a, const json_t *b);
bool number_is_whole(const json_t *number);
bool number_is_multiple(const json_t *number, const json_t *of);
/* Equal as JSON Schema sees it. Spends work. */
bool json_same(struct run *run, const json_t *a, const json_t *b);
/* Does the value have the type ("integer" ...)? */
bool json_is_type(const json_t *value, struct str type);

/* What is near enough to have been meant; NULL without. */
struct guess {
	struct str wanted;
	struct str best;
	size_t distance;
};
struct guess guess_start(struct str wanted);
void guess_try(struct guess *guess, struct str candidate);
bool guess_found(const struct guess *guess);

#define DECLARE_CHECK(name) \
	bool name(struct run *run, const struct rule *rule, const struct frame *frame)
DECLARE_CHECK(check_type);
DECLARE_CHECK(check_enum);
DECLARE_CHECK(check_const);
DECLARE_CHECK(check_multiple_of);
DECLARE_CHECK(check_bound);
DECLARE_CHECK(check_length);
DECLARE_CHECK(check_pattern);
DECLARE_CHECK(check_items_count);
DECLARE_CHECK(check_unique_items);
DECLARE_CHECK(check_properties_count);
DECLARE_CHECK(check_required);
DECLARE_CHECK(check_dependent_required);
DECLARE_CHECK(check_ref);
DECLARE_CHECK(check_all_of);
DECLARE_CHECK(check_any_of);
DECLARE_CHECK(check_one_of);
DECLARE_CHECK(check_not);
DECLARE_CHECK(check_if);
DECLARE_CHECK(check_dependent_schemas);
DECLARE_CHECK(check_properties);
DECLARE_CHECK(check_pattern_properties);
DECLARE_CHECK(check_additional_properties);
DECLARE_CHECK(check_property_names);
DECLARE_CHECK(check_prefix_items);
DECLARE_CHECK(check_items);
DECLARE_CHECK(check_contains);
DECLARE_CHECK(check_unevaluated_items);
DECLARE_CHECK(check_unevaluated_properties);

#endif
