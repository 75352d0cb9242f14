/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "json/document.h"
#include "json/json.h"

static int read_text(const char *text, json_t **ret, struct cavra_error *error)
{
	return json_read(str_from(text), 0, ret, error);
}

/* clang-format off */
static const struct {
	const char *text;
	int line, column;
	const char *says;
} bad[] = {
	{"",                       1, 1,  "empty"},
	{" \n ",                   2, 2,  "empty"},
	{"\xef\xbb\xbf{}",         1, 1,  "byte order mark"},
	{"{} {}",                  1, 4,  "follows the end"},
	{"{\"a\": 1,}",            1, 9,  "remove the comma"},
	{"[1, 2,]",                1, 7,  "remove the comma"},
	{"[1 2]",                  1, 4,  "is a comma missing"},
	{"[1,\n  2\n",             1, 1,  "close it with ']'"},
	{"{\"a\": {\"b\": 1}",     1, 1,  "close it with '}'"},
	{"{\"a\" 1}",              1, 6,  "':' is missing"},
	{"{a: 1}",                 1, 2,  "double quotes"},
	{"{'a': 1}",               1, 2,  "double quotes"},
	{"['a']",                  1, 2,  "double quotes"},
	{"[,1]",                   1, 2,  "value is missing"},
	{"{\"a\": }",              1, 7,  "value is missing"},
	{"{\"a\":",                1, 6,  "cut off"},
	{"[1] // x",               1, 5,  "follows the end"},
	{"[ /* x */ 1]",           1, 3,  "no comments"},
	{"# x\n1",                 1, 1,  "no comments"},
	{"True",                   1, 1,  "unknown word"},
	{"NaN",                    1, 1,  "unknown word"},
	{"[nulll]",                1, 2,  "unknown word"},
	{"+1",                     1, 1,  "no '+'"},
	{".5",                     1, 1,  "0.5"},
	{"1.",                     1, 3,  "digits behind its point"},
	{"1e",                     1, 3,  "exponent"},
	{"-",                      1, 2,  "without a number"},
	{"007",                    1, 1,  "leading zeros"},
	{"0x10",                   1, 1,  "not a number"},
	{"1_000",                  1, 1,  "not a number"},
	{"99999999999999999999",   1, 1,  "out of range"},
	{"[1, -99999999999999999999]", 1, 5, "out of range"},
	{"[1e999]",                1, 2,  "out of range"},
	{"\"abc",                  1, 1,  "does not end"},
	{"\"a\nb\"",               1, 3,  "\\n for a line break"},
	{"\"a\tb\"",               1, 3,  "\\t for a tab"},
	{"\"C:\\dir\"",            1, 4,  "\\\\ for a backslash"},
	{"\"\\u12\"",              1, 2,  "four hexadecimal digits"},
	{"\"\\ud800\"",            1, 2,  "surrogate"},
	{"\"\\ud800\\u0041\"",     1, 2,  "surrogate"},
	{"\"\\udc00\"",            1, 2,  "surrogate"},
	{"\"\\u0000\"",            1, 2,  "NUL"},
	{"\"\xff\"",               1, 2,  "UTF-8"},
	{"\"\xc0\x80\"",           1, 2,  "UTF-8"},
	{"\"\xed\xa0\x80\"",       1, 2,  "UTF-8"},
	{"\"\xc3\xa4\xc3\xa4\xff\"", 1, 4, "UTF-8"},
	{"{\"key\": 1,\n \"key\": 2}", 2, 2, "duplicate key \"key\""},
	{"{\"a\\\"b\": 1, \"a\\\"b\": 2}", 1, 13, "duplicate key \"a\\\"b\""},
	{"{\"x\": {\"a\": 1, \"\\u0061\": 2}}", 1, 16, "duplicate key"},
	{"{\"a\":1,\r\n\"a\":2}",  2, 1,  "duplicate key"},
};
/* clang-format on */

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct cavra_error error;
		json_t *value = NULL;
		assert_row(read_text(bad[i].text, &value, &error) == CAVRA_ERR_INPUT, i);
		assert_row(value == NULL, i);
		if (!strstr(error.text, bad[i].says))
			print_error("got \"%s\", want \"%s\"\n", error.text, bad[i].says);
		assert_row(strstr(error.text, bad[i].says), i);
		if (error.line != bad[i].line || error.column != bad[i].column)
			print_error("at %d:%d, want %d:%d\n", error.line, error.column, bad[i].line,
				    bad[i].column);
		assert_row(error.line == bad[i].line && error.column == bad[i].column, i);
	}
}

static void test_embedded_nul(void **state)
{
	struct cavra_error error;
	json_t *value;
	(void)state;
	assert_int_equal(json_read(str_make("[1\0]", 4), 0, &value, &error), CAVRA_ERR_INPUT);
	assert_int_equal(json_read(str_make("1\0", 2), 0, &value, &error), CAVRA_ERR_INPUT);
	assert_int_equal(json_read(STR("\"a\\u0000b\""), JSON_READ_NUL, &value, &error), 0);
	assert_int_equal(json_str(value).n, 3);
	json_decref(value);
	assert_int_equal(json_read(STR("{\"a\\u0000b\": 1}"), JSON_READ_NUL, &value, &error),
			 CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "NUL"));
}

/* n times open, one value, n times close. */
static int read_nested(size_t n, char open, char close, bool yaml)
{
	struct cavra_error error;
	struct document *document;
	char text[2 * 200 + 2] = "";
	memset(text, open, n);
	text[n] = '1';
	memset(text + n + 1, close, n);
	int code = yaml ? document_parse_yaml(text, 2 * n + 1, &document, &error)
			: document_parse_json(text, 2 * n + 1, &document, &error);
	if (code == 0)
		document_free(document);
	return code;
}

static void test_depth_cap(void **state)
{
	(void)state;
	for (int yaml = 0; yaml < 2; yaml++) {
		assert_int_equal(read_nested(LIMIT_JSON_DEPTH, '[', ']', yaml), 0);
		assert_int_equal(read_nested(LIMIT_JSON_DEPTH + 1, '[', ']', yaml),
				 CAVRA_ERR_LIMIT);
		assert_int_equal(read_nested(200, '[', ']', yaml), CAVRA_ERR_LIMIT);
	}
}

static int read_many(size_t n, bool yaml)
{
	struct cavra_error error;
	struct document *document;
	char *text = malloc(2 * n + 2);
	assert_non_null(text);
	text[0] = '[';
	for (size_t i = 0; i < n; i++)
		memcpy(text + 1 + 2 * i, "1,", 2);
	text[2 * n] = ']';
	int code = yaml ? document_parse_yaml(text, 2 * n + 1, &document, &error)
			: document_parse_json(text, 2 * n + 1, &document, &error);
	if (code == 0)
		document_free(document);
	free(text);
	return code;
}

static void test_node_cap(void **state)
{
	(void)state;
	/* The list is a value as well. */
	for (int yaml = 0; yaml < 2; yaml++) {
		assert_int_equal(read_many(LIMIT_JSON_NODES - 1, yaml), 0);
		assert_int_equal(read_many(LIMIT_JSON_NODES, yaml), CAVRA_ERR_LIMIT);
	}
}

static int read_long(size_t n, bool yaml)
{
	struct cavra_error error;
	struct document *document;
	char *text = malloc(n);
	assert_non_null(text);
	memset(text, 'x', n);
	text[0] = text[n - 1] = '"';
	int code = yaml ? document_parse_yaml(text, n, &document, &error)
			: document_parse_json(text, n, &document, &error);
	if (code == 0)
		document_free(document);
	free(text);
	return code;
}

static void test_size_cap(void **state)
{
	(void)state;
	for (int yaml = 0; yaml < 2; yaml++) {
		assert_int_equal(read_long(LIMIT_DOCUMENT_BYTES, yaml), 0);
		assert_int_equal(read_long(LIMIT_DOCUMENT_BYTES + 1, yaml), CAVRA_ERR_LIMIT);
	}
}

static const char positions_text[] = "{\n"
				     "  \"\xc3\xa4\": [1, {\"b\\u002f~\": \"x\"}, []],\n"
				     "  \"empty\" :  {},\n"
				     "  \"\": null\n"
				     "}\n";

static void test_positions(void **state)
{
	static const struct {
		const char *pointer;
		int key_line, key_column, line, column;
	} rows[] = {
		{"", 1, 1, 1, 1},
		{"/\xc3\xa4", 2, 3, 2, 8},
		{"/\xc3\xa4/0", 2, 9, 2, 9},
		{"/\xc3\xa4/1", 2, 12, 2, 12},
		{"/\xc3\xa4/1/b~1~0", 2, 13, 2, 25},
		{"/\xc3\xa4/2", 2, 31, 2, 31},
		{"/empty", 3, 3, 3, 14},
		{"/", 4, 3, 4, 7},
	};
	static const char *const nowhere[] = {"/x",          "/empty/x", "/\xc3\xa4/3",
					      "/\xc3\xa4/x", "x",        "/\xc3\xa4/0/0"};
	struct document *document;
	struct cavra_error error;
	int line, column;
	(void)state;
	assert_int_equal(
		document_parse_json(positions_text, sizeof positions_text - 1, &document, &error),
		0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(
			document_position(document, rows[i].pointer, POSITION_KEY, &line, &column),
			i);
		assert_row(line == rows[i].key_line && column == rows[i].key_column, i);
		assert_row(document_position(document, rows[i].pointer, POSITION_VALUE, &line,
					     &column),
			   i);
		assert_row(line == rows[i].line && column == rows[i].column, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++)
		assert_row(!document_position(document, nowhere[i], POSITION_KEY, &line, &column),
			   i);
	document_error(document, "/empty/gone", POSITION_VALUE, &error, CAVRA_ERR_POLICY, "no %s",
		       "way");
	assert_int_equal(error.line, 3);
	assert_int_equal(error.column, 14);
	assert_string_equal(error.text, "no way");
	document_free(document);
}

static void test_members(void **state)
{
	struct cavra_error error;
	struct str text = STR("before");
	json_int_t number = -1;
	bool flag = false;
	json_t *object;
	(void)state;
	assert_int_equal(
		read_text(
			"{\"s\": \"x\", \"i\": 7, \"b\": true, \"n\": null, \"o\": {}, \"a\": []}",
			&object, &error),
		0);
	assert_true(json_get_str(object, "s", &text));
	assert_str(text, "x");
	assert_false(json_get_str(object, "i", &text));
	assert_false(json_get_str(object, "gone", &text));
	assert_false(json_get_str(NULL, "s", &text));
	assert_false(json_get_str(json_object_get(object, "a"), "s", &text));
	assert_str(text, "x");
	assert_true(json_get_int(object, "i", &number) && number == 7);
	assert_false(json_get_int(object, "s", &number));
	assert_true(json_get_bool(object, "b", &flag) && flag);
	assert_false(json_get_bool(object, "i", &flag));
	assert_non_null(json_get_object(object, "o"));
	assert_null(json_get_object(object, "a"));
	assert_non_null(json_get_array(object, "a"));
	assert_null(json_get_array(object, "o"));
	assert_int_equal(json_want_str(object, "s", &text, &error), 1);
	assert_int_equal(json_want_str(object, "gone", &text, &error), 0);
	assert_int_equal(json_want_str(object, "n", &text, &error), 0);
	assert_int_equal(json_want_str(object, "i", &text, &error), CAVRA_ERR_INPUT);
	assert_string_equal(error.text, "\"i\" is of type integer; write a string");
	assert_int_equal(json_need_str(object, "s", &text, &error), 0);
	assert_int_equal(json_need_str(object, "gone", &text, &error), CAVRA_ERR_INPUT);
	assert_string_equal(error.text, "\"gone\" is missing; write a string");
	json_decref(object);
}

static char directory[] = "/tmp/cavra-test-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[256];
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	return path;
}

static void write_file(const char *name, const char *text, size_t n)
{
	FILE *file = fopen(path_of(name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static int load(const char *name, struct cavra_error *error)
{
	struct document *document;
	int code = document_load(path_of(name), &document, error);
	if (code == 0)
		document_free(document);
	else
		assert_string_equal(error->file, path_of(name));
	return code;
}

static void test_load(void **state)
{
	struct cavra_error error;
	(void)state;
	assert_non_null(mkdtemp(directory));
	write_file("a.json", "{\"a\": 1}", 8);
	write_file("a.yaml", "a: 1\n", 5);
	write_file("a.yml", "a: [\n", 5);
	write_file("a.txt", "a: 1\n", 5);
	write_file("yaml.json", "a: 1\n", 5);
	assert_int_equal(symlink("a.json", path_of("link.json")), 0);
	assert_int_equal(mkdir(path_of("dir.yaml"), 0700), 0);
	assert_int_equal(mkfifo(path_of("fifo.yaml"), 0600), 0);
	assert_int_equal(symlink("/dev/zero", path_of("device.yaml")), 0);
	assert_int_equal(load("a.json", &error), 0);
	assert_int_equal(load("a.yaml", &error), 0);
	assert_int_equal(load("link.json", &error), 0);
	assert_int_equal(load("a.yml", &error), CAVRA_ERR_INPUT);
	assert_int_equal(error.line, 2);
	assert_int_equal(load("yaml.json", &error), CAVRA_ERR_INPUT);
	assert_int_equal(load("a.txt", &error), CAVRA_ERR_INPUT);
	assert_int_equal(load("gone.json", &error), CAVRA_ERR_NOT_FOUND);
	assert_int_equal(load("a.json/x.json", &error), CAVRA_ERR_NOT_FOUND);
	assert_int_equal(load("dir.yaml", &error), CAVRA_ERR_INPUT);
	assert_non_null(strstr(error.text, "directory"));
	/* These would wait or never end. */
	assert_int_equal(load("fifo.yaml", &error), CAVRA_ERR_INPUT);
	assert_int_equal(load("device.yaml", &error), CAVRA_ERR_INPUT);
}

static void test_load_size(void **state)
{
	struct cavra_error error;
	size_t n = LIMIT_DOCUMENT_BYTES + 1;
	char *text = malloc(n);
	(void)state;
	assert_non_null(text);
	memset(text, ' ', n);
	text[0] = '1';
	write_file("large.json", text, n - 1);
	assert_int_equal(load("large.json", &error), 0);
	write_file("large.json", text, n);
	assert_int_equal(load("large.json", &error), CAVRA_ERR_LIMIT);
	free(text);
}

static int remove_files(void **state)
{
	static const char *const names[] = {"a.json",      "a.yaml",    "a.yml",    "a.txt",
					    "yaml.json",   "link.json", "dir.yaml", "fifo.yaml",
					    "device.yaml", "large.json"};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		(void)remove(path_of(names[i]));
	(void)rmdir(directory);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),    cmocka_unit_test(test_embedded_nul),
		cmocka_unit_test(test_depth_cap), cmocka_unit_test(test_node_cap),
		cmocka_unit_test(test_size_cap),  cmocka_unit_test(test_positions),
		cmocka_unit_test(test_members),   cmocka_unit_test(test_load),
		cmocka_unit_test(test_load_size),
	};
	return cmocka_run_group_tests(tests, NULL, remove_files);
}
