/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "json/json.h"
#include "json/schema.h"

static json_t *parse(const char *text)
{
	struct cavra_error error;
	json_t *value = NULL;
	if (json_read(str_from(text), 0, &value, &error) < 0)
		print_error("%s: %d:%d %s\n", text, error.line, error.column, error.text);
	assert_non_null(value);
	return value;
}

static int compile(const char *text, struct schema **ret, struct cavra_error *error)
{
	json_t *document = parse(text);
	int code = schema_compile(document, ret, error);
	json_decref(document);
	return code;
}

/* clang-format off */
static const struct {
	const char *schema, *says;
} refused[] = {
	{"1",                                     "/: a schema is an object, true or false"},
	{"{\"requird\": [\"a\"]}",                "/: the keyword \"requird\" is not implemented; did you mean \"required\"?"},
	{"{\"x-vendor\": 1}",                     "not implemented; remove it"},
	{"{\"properties\": {\"a\": {\"$dynamicRef\": \"#x\"}}}", "/properties/a: the keyword \"$dynamicRef\""},
	{"{\"$recursiveRef\": \"#\"}",            "not implemented"},
	{"{\"$vocabulary\": {}}",                 "not implemented"},
	{"{\"dependencies\": {}}",                "not implemented"},
	{"{\"additionalItems\": false}",          "not implemented"},
	{"{\"$schema\": \"http://json-schema.org/draft-07/schema#\"}", "/$schema: this is not https://json-schema.org/draft/2020-12/schema"},
	{"{\"type\": \"text\"}",                  "/type: this is not a type"},
	{"{\"type\": []}",                        "/type"},
	{"{\"type\": [\"null\", \"null\"]}",      "/type"},
	{"{\"type\": 7}",                         "/type"},
	{"{\"enum\": 1}",                         "a list"},
	{"{\"minLength\": -1}",                   "a whole number from 0"},
	{"{\"minLength\": 1.5}",                  "a whole number from 0"},
	{"{\"multipleOf\": 0}",                   "a number over 0"},
	{"{\"maximum\": \"1\"}",                  "a number"},
	{"{\"uniqueItems\": 1}",                  "true or false"},
	{"{\"required\": [\"a\", \"a\"]}",        "different strings"},
	{"{\"required\": \"a\"}",                 "different strings"},
	{"{\"dependentRequired\": {\"a\": \"b\"}}", "lists of different strings"},
	{"{\"allOf\": []}",                       "a list of schemas that is not empty"},
	{"{\"items\": [{}]}",                     "/items: a schema is an object"},
	{"{\"properties\": {\"a/b\": 1}}",        "/properties/a~1b: a schema is an object"},
	{"{\"properties\": []}",                  "an object of schemas"},
	{"{\"pattern\": \"(?=a)\"}",              "/pattern: regular expression: lookaround"},
	{"{\"patternProperties\": {\"[\": {}}}",  "/patternProperties: regular expression: a '[' is not closed"},
	{"{\"$ref\": \"#/$defs/gone\"}",          "/$ref: the reference leads to no schema"},
	{"{\"$ref\": \"#gone\"}",                 "leads nowhere"},
	{"{\"$ref\": \"other.json\"}",            "leads nowhere"},
	{"{\"$ref\": \"https://json-schema.org/draft/2020-12/schema\"}", "leads nowhere"},
	{"{\"$ref\": \"#/properties\", \"properties\": {}}", "leads to no schema"},
	{"{\"$id\": \"a#b\"}",                    "fragment"},
	{"{\"$defs\": {\"a\": {\"$anchor\": \"x\"}, \"b\": {\"$anchor\": \"x\"}}}", "rename one"},
};

/* Everything that is wrong, one line each: pointer, '!' for the key, keyword, text. */
static const struct {
	const char *schema, *instance, *findings;
} reports[] = {
	{"true", "1", ""},
	{"false", "1", " false nothing is allowed here; remove it\n"},
	{"{\"type\": \"string\"}", "1", " type this is a number; write a string\n"},
	{"{\"type\": [\"integer\", \"null\"]}", "[]", " type this is a list; write one of: a whole number, null\n"},
	{"{\"type\": \"integer\"}", "1.5", " type this is a number; write a whole number\n"},
	{"{\"type\": \"boolean\"}", "\"yes\"", " type this is a string; write true or false\n"},
	{"{\"enum\": [\"allow\", \"block\", 1]}", "\"blok\"",
	 " enum unknown value; did you mean \"block\"? Allowed are \"allow\", \"block\", 1\n"},
	{"{\"enum\": [\"allow\", \"block\"]}", "\"secret-token\"", " enum unknown value; write one of: \"allow\", \"block\"\n"},
	{"{\"const\": {\"b\": 1, \"a\": 2}}", "1", " const another value is expected; write {\"a\":2,\"b\":1}\n"},
	{"{\"maximum\": 5}", "6", " maximum too large; write at most 5\n"},
	{"{\"exclusiveMinimum\": 5}", "5", " exclusiveMinimum too small; write more than 5\n"},
	{"{\"multipleOf\": 0.01}", "1.005", " multipleOf no multiple of 0.01; write one\n"},
	{"{\"minLength\": 3}", "\"\\u00e4\\u00e4\"", " minLength too few characters; write at least 3\n"},
	{"{\"maxLength\": 1}", "\"\\ud83d\\udc32\"", ""},
	{"{\"maxItems\": 1}", "[1, 2]", " maxItems too many items; write at most 1\n"},
	{"{\"minProperties\": 1}", "{}", " minProperties too few keys; write at least 1\n"},
	{"{\"pattern\": \"^a\"}", "\"b\"", " pattern not of the form that is expected; write what matches ^a\n"},
	{"{\"pattern\": \"^a\", \"description\": \"a name with a\"}", "\"b\"",
	 " pattern not of the form that is expected; write a name with a\n"},
	{"{\"uniqueItems\": true}", "[1, 2, 1.0]", " uniqueItems items 0 and 2 (from 0) are the same; keep one\n"},
	{"{\"required\": [\"a\", \"b\"]}", "{}",
	 " required the key \"a\" is missing; add it\n required the key \"b\" is missing; add it\n"},
	{"{\"dependentRequired\": {\"a\": [\"b\"]}}", "{\"a\": 1}",
	 " dependentRequired the key \"b\" is missing, which \"a\" needs; add it\n"},
	{"{\"properties\": {\"colour\": {}, \"size\": {\"type\": \"integer\"}}, \"additionalProperties\": false}",
	 "{\"color\": 1, \"size\": \"x\", \"zzzzzz\": 2}",
	 "/size type this is a string; write a whole number\n"
	 "/color! additionalProperties unknown key \"color\"; did you mean \"colour\"?\n"
	 "/zzzzzz! additionalProperties unknown key \"zzzzzz\"; allowed are colour, size\n"},
	{"{\"$ref\": \"#/$defs/a\", \"unevaluatedProperties\": false, \"$defs\": {\"a\": {\"properties\": {\"class\": {}}}}}",
	 "{\"clas\": 1}", "/clas! unevaluatedProperties unknown key \"clas\"; did you mean \"class\"?\n"},
	{"{\"propertyNames\": {\"pattern\": \"^[a-z]+$\"}}", "{\"a/B~\": 1}",
	 "/a~1B~0! pattern not of the form that is expected; write what matches ^[a-z]+$\n"},
	{"{\"items\": {\"items\": {\"type\": \"null\"}}}", "[[null], [null, 1]]", "/1/1 type this is a number; write null\n"},
	{"{\"prefixItems\": [{}], \"items\": false}", "[1, 2]", "/1 false nothing is allowed here; remove it\n"},
	{"{\"contains\": {\"const\": 1}}", "[2]",
	 " contains only 0 items are as the schema wants; write at least 1 of them\n"},
	{"{\"contains\": {\"const\": 1}, \"maxContains\": 1}", "[1, 1]",
	 " maxContains 2 items are of a kind of which only 1 may be; remove some\n"},
	/* Of several forms, the one that was meant. */
	{"{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"object\", \"required\": [\"kind\"]}]}", "{}",
	 " required the key \"kind\" is missing; add it\n"},
	{"{\"oneOf\": [{\"$ref\": \"#/$defs/s\"}, {\"type\": \"array\"}], \"$defs\": {\"s\": {\"type\": \"string\", \"minLength\": 2}}}",
	 "\"x\"", " minLength too few characters; write at least 2\n"},
	{"{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}", "1",
	 " anyOf of none of the 2 forms that are allowed; see the schema\n"},
	{"{\"oneOf\": [{\"minimum\": 1}, {\"maximum\": 5}]}", "3",
	 " oneOf of more than one of the 2 forms; write what only one allows\n"},
	{"{\"not\": {\"type\": \"null\"}}", "null", " not of a form that is not allowed; see the schema\n"},
	{"{\"if\": {\"required\": [\"a\"]}, \"then\": {\"required\": [\"b\"]}, \"else\": {\"required\": [\"c\"]}}", "{\"a\": 1}",
	 " required the key \"b\" is missing; add it\n"},
	{"{\"$id\": \"http://x/y/root.json\", \"$ref\": \"../z/item.json#thing\","
	 " \"$defs\": {\"q\": {\"$id\": \"/z/item.json\", \"$defs\": {\"w\": {\"$anchor\": \"thing\", \"type\": \"null\"}}}}}", "1",
	 " type this is a number; write null\n"},
	{"{\"definitions\": {\"a\": {\"type\": \"null\"}}, \"$ref\": \"#/definitions/a\"}", "1", " type this is a number; write null\n"},
};

static const struct {
	const char *number, *of;
	bool multiple;
} multiples[] = {
	{"0", "7", true},         {"21", "7", true},       {"22", "7", false},
	{"0.0075", "0.0001", true}, {"0.00751", "0.0001", false}, {"4.5", "1.5", true},
	{"1e308", "0.123456789", false}, {"1e308", "1e-300", true}, {"-0.3", "0.1", true},
	{"9223372036854775807", "7", true}, {"-9223372036854775808", "2", true}, {"1e-300", "1", false},
	{"12391239123", "1e-8", true}, {"3", "2.5", false}, {"5", "2.5", true},
};
/* clang-format on */

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct cavra_error error;
		struct schema *schema;
		assert_row(compile(refused[i].schema, &schema, &error) == CAVRA_ERR_INPUT, i);
		if (!strstr(error.text, refused[i].says))
			print_error("got %s\nwant %s\n", error.text, refused[i].says);
		assert_row(strstr(error.text, refused[i].says), i);
	}
}

static bool write_finding(void *context, const struct schema_finding *finding)
{
	buf_add_format(context, "%s%s %s %s\n", finding->pointer,
		       finding->of == POSITION_KEY ? "!" : "", finding->keyword, finding->text);
	return true;
}

static void test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		struct cavra_error error;
		struct schema *schema;
		struct buf findings;
		json_t *instance = parse(reports[i].instance);
		buf_init(&findings, 65536);
		assert_row(compile(reports[i].schema, &schema, &error) == 0, i);
		int code = schema_validate(schema, instance, write_finding, &findings, &error);
		assert_str(buf_str(&findings), reports[i].findings);
		assert_row(code == (*reports[i].findings ? CAVRA_ERR_INPUT : 0), i);
		/* Without a visitor the answer is the same. */
		assert_row(schema_validate(schema, instance, NULL, NULL, &error) == code, i);
		assert_row(schema_validate(schema, instance, NULL, NULL, NULL) == code, i);
		buf_release(&findings);
		schema_free(schema);
		json_decref(instance);
	}
}

static void test_multiples(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(multiples); i++) {
		struct cavra_error error;
		struct schema *schema;
		char text[100];
		json_t *number = parse(multiples[i].number);
		(void)snprintf(text, sizeof text, "{\"multipleOf\": %s}", multiples[i].of);
		assert_row(compile(text, &schema, &error) == 0, i);
		assert_row((schema_validate(schema, number, NULL, NULL, &error) == 0) ==
				   multiples[i].multiple,
			   i);
		schema_free(schema);
		json_decref(number);
	}
}

static bool stop_at_first(void *context, const struct schema_finding *finding)
{
	(void)finding;
	++*(int *)context;
	return false;
}

static void test_stops(void **state)
{
	struct cavra_error error;
	struct schema *schema;
	int visits = 0;
	json_t *instance = parse("{\"x\": {}}");
	(void)state;
	assert_int_equal(compile("{\"properties\": {\"x\": {\"required\": [\"a\", \"b\", \"c\"]}}}",
				 &schema, &error),
			 0);
	assert_int_equal(schema_validate(schema, instance, stop_at_first, &visits, &error),
			 CAVRA_ERR_INPUT);
	assert_int_equal(visits, 1);
	assert_string_equal(error.text, "/x: the key \"a\" is missing; add it");
	schema_free(schema);
	json_decref(instance);
}

static void test_document(void **state)
{
	static const char text[] = "modes:\n  - enforce\n  - strickt\n";
	struct cavra_error error;
	struct schema *schema;
	struct document *document;
	(void)state;
	assert_int_equal(
		compile("{\"properties\": {\"modes\": {\"items\": {\"enum\": [\"enforce\", \"strict\"]}}}}",
			&schema, &error),
		0);
	assert_int_equal(document_parse_yaml(text, sizeof text - 1, &document, &error), 0);
	assert_int_equal(schema_validate_document(schema, document, &error), CAVRA_ERR_INPUT);
	assert_int_equal(error.line, 3);
	assert_int_equal(error.column, 5);
	assert_non_null(strstr(error.text, "did you mean \"strict\"?"));
	assert_null(strstr(error.text, "/modes"));
	document_free(document);
	schema_free(schema);
}

/* A reference that leads to itself, and a schema that takes exponential time, end as "cannot tell".
 */
static void test_caps(void **state)
{
	static const char bomb[] =
		"{\"$defs\": {\"a\": {\"anyOf\": [{\"$ref\": \"#/$defs/b\"}, {\"$ref\": \"#/$defs/b\"}]},"
		"\"b\": {\"anyOf\": [{\"$ref\": \"#/$defs/a\"}, {\"$ref\": \"#/$defs/a\"}]}},"
		"\"$ref\": \"#/$defs/a\"}";
	struct cavra_error error;
	struct schema *schema;
	json_t *instance = parse("1");
	(void)state;
	assert_int_equal(compile("{\"$ref\": \"#\"}", &schema, &error), 0);
	assert_int_equal(schema_validate(schema, instance, NULL, NULL, &error), CAVRA_ERR_LIMIT);
	schema_free(schema);
	/* Negation must not turn "cannot tell" into valid. */
	assert_int_equal(compile("{\"not\": {\"$ref\": \"#/not\"}}", &schema, &error), 0);
	assert_int_equal(schema_validate(schema, instance, NULL, NULL, &error), CAVRA_ERR_LIMIT);
	schema_free(schema);
	assert_int_equal(compile(bomb, &schema, &error), 0);
	assert_int_equal(schema_validate(schema, instance, NULL, NULL, &error), CAVRA_ERR_LIMIT);
	schema_free(schema);
	json_decref(instance);
}

/* {"allOf": [{"allOf": [... {"type": "null"} ...]}]}: schemas behind each other count. */
static int validate_chain(int length)
{
	struct cavra_error error;
	struct schema *schema;
	json_t *document = json_object(), *defs = json_object(), *null = json_null();
	char name[32], reference[64];
	for (int i = 0; i < length; i++) {
		json_t *link = json_object();
		(void)snprintf(name, sizeof name, "%d", i);
		(void)snprintf(reference, sizeof reference, "#/$defs/%d", i + 1);
		if (i + 1 < length)
			assert_int_equal(json_object_set_new(link, "$ref", json_string(reference)),
					 0);
		assert_int_equal(json_object_set_new(defs, name, link), 0);
	}
	assert_int_equal(json_object_set_new(document, "$defs", defs), 0);
	assert_int_equal(json_object_set_new(document, "$ref", json_string("#/$defs/0")), 0);
	assert_int_equal(schema_compile(document, &schema, &error), 0);
	json_decref(document);
	int code = schema_validate(schema, null, NULL, NULL, &error);
	schema_free(schema);
	return code;
}

static void test_depth_cap(void **state)
{
	(void)state;
	/* The document itself is one more. */
	assert_int_equal(validate_chain(LIMIT_SCHEMA_DEPTH - 1), 0);
	assert_int_equal(validate_chain(LIMIT_SCHEMA_DEPTH), CAVRA_ERR_LIMIT);
}

static int compile_anchors(size_t n)
{
	struct cavra_error error;
	struct schema *schema;
	json_t *document = json_object(), *defs = json_object();
	char name[32];
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(name, sizeof name, "a%zu", i);
		json_t *anchored = json_pack("{s:s}", "$anchor", name);
		assert_int_equal(json_object_set_new(defs, name, anchored), 0);
	}
	assert_int_equal(json_object_set_new(document, "$defs", defs), 0);
	int code = schema_compile(document, &schema, &error);
	if (code == 0)
		schema_free(schema);
	json_decref(document);
	return code;
}

static void test_names_cap(void **state)
{
	(void)state;
	/* The document is a name as well. */
	assert_int_equal(compile_anchors(LIMIT_SCHEMA_NAMES - 1), 0);
	assert_int_equal(compile_anchors(LIMIT_SCHEMA_NAMES), CAVRA_ERR_INPUT);
}

/* Each pattern is large, but none too large. */
static int compile_patterns(int n)
{
	struct cavra_error error;
	struct schema *schema;
	json_t *document = json_object(), *patterns = json_object();
	char text[32];
	for (int i = 0; i < n; i++) {
		(void)snprintf(text, sizeof text, "^%da{4000}$", i);
		assert_int_equal(json_object_set_new(patterns, text, json_true()), 0);
	}
	assert_int_equal(json_object_set_new(document, "patternProperties", patterns), 0);
	int code = schema_compile(document, &schema, &error);
	if (code == 0)
		schema_free(schema);
	json_decref(document);
	return code;
}

static void test_memory_cap(void **state)
{
	int n = 1, code;
	(void)state;
	while ((code = compile_patterns(n)) == 0)
		n *= 2;
	assert_int_equal(code, CAVRA_ERR_LIMIT);
	/* Within a factor of two on each side, at twelve bytes a state. */
	size_t over = (size_t)n * 4000 * 12;
	assert_true(over > LIMIT_SCHEMA_MEMORY / 2 && over / 2 < LIMIT_SCHEMA_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),    cmocka_unit_test(test_reports),
		cmocka_unit_test(test_multiples),  cmocka_unit_test(test_stops),
		cmocka_unit_test(test_document),   cmocka_unit_test(test_caps),
		cmocka_unit_test(test_depth_cap),  cmocka_unit_test(test_names_cap),
		cmocka_unit_test(test_memory_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
