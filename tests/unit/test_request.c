/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "decide/request.h"
#include "json/json.h"

static int parse(const char *text, struct request_document *document, json_t **root,
		 struct cavra_error *error)
{
	assert_int_equal(json_read(str_from(text), 0, root, error), 0);
	return request_from_json(*root, document, error);
}

static void test_fields(void **state)
{
	struct request_document document;
	struct cavra_error error;
	json_t *root;
	(void)state;
	assert_int_equal(
		parse("{\"id\": 5, \"action_type\": \"write_file\", \"target\": \"a\", \"requested_operation\": "
		      "\"rename\", \"destination\": \"b\", \"cwd\": \"/x\", \"agent_id\": \"i\", \"actor\": null, "
		      "\"session_id\": \"s\", \"repository\": \"r\", \"correlation_id\": \"c\"}",
		      &document, &root, &error),
		0);
	assert_str(document.request.action_type, "write_file");
	assert_str(document.request.operation, "rename");
	assert_str(document.request.destination, "b");
	assert_str(document.request.cwd, "/x");
	assert_str(document.request.actor, "");
	assert_str(document.request.correlation_id, "c");
	assert_int_equal(json_integer_value(document.id), 5);
	request_document_release(&document);
	json_decref(root);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *named;
	} rows[] = {
		{"[]", "object"},
		{"{}", "action_type"},
		{"{\"action_type\": \"read_file\", \"taget\": \"x\"}", "taget"},
		{"{\"action_type\": \"read_file\", \"target\": 1}", "target"},
		{"{\"action_type\": \"read_file\", \"target\": \" \"}", "target"},
		{"{\"action_type\": \"read_file\", \"target\": \"a\", \"operation\": \"write\"}",
		 "operation"},
		{"{\"action_type\": \"read_file\", \"target\": \"a\", \"destination\": \"b\"}",
		 "destination"},
		{"{\"action_type\": \"write_file\", \"target\": \"a\", \"operation\": \"rename\"}",
		 "destination"},
		{"{\"action_type\": \"x\", \"operation\": \"a\", \"requested_operation\": \"b\"}",
		 "disagree"},
		{"{\"action_type\": \"execute_command\", \"target\": \"a\", \"operation\": \"b\"}",
		 "two commands"},
		{"{\"action_type\": \"mcp_tool_call\", \"target\": \"a\"}", "server"},
		{"{\"action_type\": \"mcp_tool_call\", \"server\": \"a\", \"tool\": \"b\", \"target\": \"a:c\"}",
		 "target"},
		{"{\"action_type\": \"mcp_tool_call\", \"server\": \"a\", \"tool\": \"b\", \"arguments\": 1}",
		 "arguments"},
		{"{\"action_type\": \"x\", \"record\": 1}", "record"},
		{"{\"action_type\": \"x\", \"id\": 1.5}", "id"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct request_document document;
		struct cavra_error error;
		json_t *root;
		assert_row(parse(rows[i].text, &document, &root, &error) == CAVRA_ERR_INPUT, i);
		assert_row(strstr(error.text, rows[i].named) != NULL, i);
		request_document_release(&document);
		json_decref(root);
	}
}

/* In a target it is judged (and blocked); anywhere else nobody can act on it. */
static void test_nul(void **state)
{
	struct request request = {.action_type = STR("execute_command"),
				  .target = str_make("a\0b", 3)};
	struct cavra_error error;
	(void)state;
	assert_int_equal(request_check(&request, &error), 0);
	request.cwd = request.target;
	assert_int_equal(request_check(&request, &error), CAVRA_ERR_INPUT);
}

static void test_mcp(void **state)
{
	struct request_document document;
	struct cavra_error error;
	json_t *root;
	(void)state;
	assert_int_equal(
		parse("{\"action_type\": \"mcp_tool_call\", \"target\": \"a:b:c\", \"arguments\": {\"x\": [1]}}",
		      &document, &root, &error),
		0);
	assert_str(document.request.server, "a");
	assert_str(document.request.tool, "b:c");
	assert_str(document.request.arguments_text, "{\"x\":[1]}");
	assert_true(json_is_object(document.request.arguments));
	request_document_release(&document);
	json_decref(root);

	/* The client's own bytes: what does not parse is not an error but something to decide about. */
	assert_int_equal(
		parse("{\"action_type\": \"mcp_tool_call\", \"server\": \"a\", \"tool\": \"b\", \"arguments\": "
		      "\"{\\\"x\\\":1,\\\"x\\\":2}\"}",
		      &document, &root, &error),
		0);
	assert_str(document.request.arguments_text, "{\"x\":1,\"x\":2}");
	assert_true(document.request.arguments_malformed);
	assert_null(document.request.arguments);
	request_document_release(&document);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_mcp),
	};
	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
