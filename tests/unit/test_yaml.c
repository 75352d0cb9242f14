/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/document.h"
#include "json/json.h"
#include "json/yaml.h"

/* Reads YAML and writes it as canonical JSON; on failure the error's text. */
static char *as_json(struct str text, struct cavra_error *error)
{
	struct document *document;
	struct buf out;
	buf_init(&out, 65536);
	int code = document_parse_yaml(text.p, text.n, &document, error);
	if (code == 0) {
		code = json_write_canonical(document->root, &out, error);
		document_free(document);
	}
	if (code < 0)
		buf_add_format(&out, "%d:%d %s", error->line, error->column, error->text);
	return buf_take(&out);
}

static void assert_reads(struct str text, const char *want, size_t row)
{
	struct cavra_error error;
	char *got = as_json(text, &error);
	if (strcmp(got, want) != 0)
		print_error("row %zu: got %s, want %s\n", row, got, want);
	assert_string_equal(got, want);
	free(got);
}

/* clang-format off */
static const struct {
	const char *text, *json;
} good[] = {
	/* Plain scalars are what JSON would write; all else is text. */
	{"null",               "null"},
	{"true",               "true"},
	{"false",              "false"},
	{"0",                  "0"},
	{"-0",                 "0"},
	{"-12",                "-12"},
	{"1.5e3",              "1500"},
	{"[Null, NULL, ~, True, TRUE, yes, no, on, off, Y]",
	 "[\"Null\",\"NULL\",\"~\",\"True\",\"TRUE\",\"yes\",\"no\",\"on\",\"off\",\"Y\"]"},
	{"[0x10, 0o7, 007, 1_000, +1, .5, 1., .inf, .nan, 1e, 12:30:45, 2024-01-01, 1.2.3]",
	 "[\"0x10\",\"0o7\",\"007\",\"1_000\",\"+1\",\".5\",\"1.\",\".inf\",\".nan\",\"1e\",\"12:30:45\",\"2024-01-01\",\"1.2.3\"]"},
	{"['1', \"true\", 'null', '']",  "[\"1\",\"true\",\"null\",\"\"]"},
	{"a: |\n  1\n",        "{\"a\":\"1\\n\"}"},
	{"a: >-\n  x\n  y\n",  "{\"a\":\"x y\"}"},
	/* What is empty is null. */
	{"a:\n",               "{\"a\":null}"},
	{"a:\nb: 1\n",         "{\"a\":null,\"b\":1}"},
	{"- \n- 1\n",          "[null,1]"},
	{"---\n",              "null"},
	{"{a: , b: }",         "{\"a\":null,\"b\":null}"},
	/* Keys are text. */
	{"1: x\ntrue: y\nnull: z\n\"\": e\n",  "{\"\":\"e\",\"1\":\"x\",\"null\":\"z\",\"true\":\"y\"}"},
	{"\"<<\": 1\n",        "{\"<<\":1}"},
	/* Layout. */
	{"a:\n- 1\n- 2\n",     "{\"a\":[1,2]}"},
	{"- - 1\n  - 2\n- x: y\n  z: w\n", "[[1,2],{\"x\":\"y\",\"z\":\"w\"}]"},
	{"a: [1,\n  2, {b: c}]\n", "{\"a\":[1,2,{\"b\":\"c\"}]}"},
	{"# top\na: 1 # end\n# b: 2\n", "{\"a\":1}"},
	{"--- \na: 1\n...\n",  "{\"a\":1}"},
	{"a: 'it''s'\nb: \"\\u00e9\\n\\x41\"\n", "{\"a\":\"it's\",\"b\":\"\xc3\xa9\\nA\"}"},
	{"a: x#y\nb: http://h:1/p?q=1#f\n", "{\"a\":\"x#y\",\"b\":\"http://h:1/p?q=1#f\"}"},
	{"a: -x\nb: ?x\nc: :x\n", "{\"a\":\"-x\",\"b\":\"?x\",\"c\":\":x\"}"},
	{"a: |\n  x\n\n   y\n\n", "{\"a\":\"x\\n\\n y\\n\"}"},
	{"a: |+\n  x\n\nb: 1\n", "{\"a\":\"x\\n\\n\",\"b\":1}"},
	{"a: |2\n    x\n",     "{\"a\":\"  x\\n\"}"},
	{"a: \"x\n  y\"\n",    "{\"a\":\"x y\"}"},
	{"{\"json\": [1, {\"is\": \"yaml\"}], \"too\":true}", "{\"json\":[1,{\"is\":\"yaml\"}],\"too\":true}"},
	{"a: 1\r\nb: 2\r\n",   "{\"a\":1,\"b\":2}"},
	{"a: \tb\n",           "{\"a\":\"b\"}"},
	{"a: |2\n  \tx\n",      "{\"a\":\"\\tx\\n\"}"},
	{"\xc3\xa4: \xf0\x9f\x90\xb2", "{\"\xc3\xa4\":\"\xf0\x9f\x90\xb2\"}"},
};

static const struct {
	const char *text;
	int line, column;
	const char *says;
} bad[] = {
	{"",                        1, 1, "empty"},
	{"# nothing\n",             2, 1, "empty"},
	{"a: 1\n---\nb: 2\n",       2, 1, "second document"},
	{"a: 1\n...\nb: 2\n",       3, 1, "end of the value"},
	{"%YAML 1.2\n---\na: 1\n",  1, 1, "directives"},
	{"%FOO\n---\na: 1\n",       1, 5, "directives"},
	{"a: &x 1\n",               1, 4, "anchors"},
	{"&x a: 1\n",               1, 1, "anchors"},
	{"a: &x {b: 1}\n",          1, 4, "anchors"},
	{"a: *x\n",                 1, 4, "aliases"},
	{"a: !!int 1\n",            1, 4, "tags"},
	{"a: ! x\n",                1, 4, "tags"},
	{"a: !x [1]\n",             1, 4, "tags"},
	{"a: !foo!bar 1\n",         1, 4, "tags"},
	{"<<: {a: 1}\n",            1, 1, "merge keys"},
	{"a: {<<: 1}\n",            1, 5, "merge keys"},
	{"a: 1\nb: 2\na: 3\n",      3, 1, "duplicate key \"a\""},
	{"{a: 1, 'a': 2}\n",        1, 8, "duplicate key \"a\""},
	{"\xc3\xa4: {x: 1, x: 2}\n", 1, 11, "duplicate key \"x\""},
	{"[a]: 1\n",                1, 1, "a key is text"},
	{"{a: 1}: 1\n",             1, 1, "a key is text"},
	{"? a\n: b\n",              1, 1, "'?'"},
	{"{ ?a: 1 }\n",             1, 3, "'?'"},
	{": 1\n",                   1, 1, "key is missing"},
	{"a:\n\tb: 1\n",            2, 1, "indent with spaces"},
	{"a:\n  \tb: 1\n",          2, 3, "indent with spaces"},
	{"\ta: 1\n",                1, 1, "indent with spaces"},
	{"a: [\n\t1]\n",            2, 1, "indent with spaces"},
	{"a: \"x\n\ty\"\n",         2, 1, "indent with spaces"},
	{"\xc3\xa4: 1\nb:\n\tc: 1\n", 3, 1, "indent with spaces"},
	{"a: [1,\n2]\n",            2, 1, "indent this line"},
	{"a: [1\n]\n",              2, 1, "indent this line"},
	{"a: \"x\ny\"\n",           2, 1, "indent this line"},
	{"x:\n  y: [1\n  ]\n",      3, 3, "indent this line"},
	{"a: \"x\"#c\n",            1, 7, "space in front of its '#'"},
	{"a: [1]#c\n",              1, 7, "space in front of its '#'"},
	{"a: |#c\n  x\n",           1, 5, "space in front of its '#'"},
	{"a: |\n    \n  x\n",       1, 4, "lines of spaces"},
	{"a: |\n  x\n   ",          3, 1, "needs a line break"},
	{"a: |\n  x",               2, 1, "needs a line break"},
	{"a: >-\n  x\n  y",        3, 1, "needs a line break"},
	{"a:\n|\nb: 1\n",          2, 1, "indent this line"},
	{"a:\n[1]\n",              3, 1, "':' is missing"},
	{"a: |\n\n# b\n",          1, 4, "without text"},
	{"|\n# b\n",                1, 1, "without text"},
	{"a: [-]\n",                1, 5, "'-' without a value"},
	{"a: b: c\n",               1, 5, "':' where none can stand"},
	{"a: - b\n",                1, 4, "'-' where no list"},
	{"a: @x\n",                 1, 4, "quotes"},
	{"a: `x`\n",                1, 4, "quotes"},
	{"a: [1, 2\nb: 3\n",        2, 1, "indent this line"},
	{"a: {b: 1\n",              2, 1, "expected ',' or '}'"},
	{"a: \"x\n",                2, 1, "close its quotes"},
	{"a: 'x\n",                 2, 1, "close its quotes"},
	{"a: \"C:\\dir\"\n",        1, 7, "\\\\ for a backslash"},
	{"a: \"\\uZZZZ\"\n",        1, 7, "hexadecimal"},
	{"a: \"\\ud800\"\n",        1, 7, "no character"},
	{"a: \"\\0\"\n",            1, 4, "NUL"},
	{"\"\\0\": a\n",            1, 1, "NUL"},
	{"a: 1\n b: 2\n",           2, 3, "':' where none can stand"},
	{"a:\n  b: 1\n c: 2\n",     3, 2, "indentation"},
	{"a: 99999999999999999999", 1, 4, "out of range"},
	{"a: 1e999",                1, 4, "out of range"},
	{"a: \xff",                 1, 4, "UTF-8"},
	{"a: \x01",                 1, 4, "control character"},
	{"a: \x7f",                 1, 4, "control character"},
	{"a: \xc2\x85",             1, 4, "Unicode line break"},
	{"a: \xe2\x80\xa8",         1, 4, "Unicode line break"},
	{"\xef\xbb\xbf" "a: 1",     1, 1, "byte order mark"},
	{"a: 1\rb: 2",              1, 5, "carriage return"},
};
/* clang-format on */

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_reads(str_from(good[i].text), good[i].json, i);
}

static void test_errors(void **state)
{
	size_t wrong = 0;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct cavra_error error;
		struct document *document;
		int code = document_parse_yaml(bad[i].text, strlen(bad[i].text), &document, &error);
		assert_row(code == CAVRA_ERR_INPUT, i);
		if (error.line == bad[i].line && error.column == bad[i].column &&
		    strstr(error.text, bad[i].says))
			continue;
		print_error("row %zu: got %d:%d %s\nwant %d:%d %s\n", i, error.line, error.column,
			    error.text, bad[i].line, bad[i].column, bad[i].says);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void test_nul(void **state)
{
	struct cavra_error error;
	struct document *document;
	(void)state;
	assert_int_equal(document_parse_yaml("a: \0", 4, &document, &error), CAVRA_ERR_INPUT);
	assert_int_equal(error.column, 4);
	assert_int_equal(document_parse_yaml("a\0b: 1", 6, &document, &error), CAVRA_ERR_INPUT);
}

static void test_positions(void **state)
{
	static const char text[] = "# top\n"
				   "filesystem:\n"
				   "  block: [.env, \"**/*.pem\"]\n"
				   "  \xc3\xa4/b:   |\n"
				   "    text\n"
				   "empty:\n"
				   "list:\n"
				   "- x: 1\n"
				   "  y: [a,\n"
				   "    b]\n"
				   "- \n";
	static const struct {
		const char *pointer;
		int key_line, key_column, line, column;
	} rows[] = {
		{"", 2, 1, 2, 1},
		{"/filesystem", 2, 1, 3, 3},
		{"/filesystem/block", 3, 3, 3, 10},
		{"/filesystem/block/0", 3, 11, 3, 11},
		{"/filesystem/block/1", 3, 17, 3, 17},
		{"/filesystem/\xc3\xa4~1"
		 "b",
		 4, 3, 4, 10},
		{"/empty", 6, 1, 6, 1},
		{"/list", 7, 1, 8, 1},
		{"/list/0", 8, 3, 8, 3},
		{"/list/0/y/1", 10, 5, 10, 5},
		{"/list/1", 11, 2, 11, 2},
	};
	static const char *const nowhere[] = {
		"/gone", "/empty/x", "/list/2", "/list/x", "/filesystem/block/0/0", "x"};
	struct document *document;
	struct cavra_error error;
	int line, column;
	(void)state;
	assert_int_equal(document_parse_yaml(text, sizeof text - 1, &document, &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(
			document_position(document, rows[i].pointer, POSITION_KEY, &line, &column),
			i);
		if (line != rows[i].key_line || column != rows[i].key_column)
			print_error("key at %d:%d\n", line, column);
		assert_row(line == rows[i].key_line && column == rows[i].key_column, i);
		assert_row(document_position(document, rows[i].pointer, POSITION_VALUE, &line,
					     &column),
			   i);
		if (line != rows[i].line || column != rows[i].column)
			print_error("value at %d:%d\n", line, column);
		assert_row(line == rows[i].line && column == rows[i].column, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++)
		assert_row(!document_position(document, nowhere[i], POSITION_KEY, &line, &column),
			   i);
	document_free(document);
}

static const struct {
	const char *json, *yaml;
} written[] = {
	{"{\"a\":1,\"b\":[true,null,-1.5,\"x\"]}", "a: 1\nb:\n- true\n- null\n- -1.5\n- x\n"},
	{"{\"a\":{},\"b\":[],\"c\":\"\"}", "a: {}\nb: []\nc: \"\"\n"},
	{"{\"a\":[{\"b\":\"c d\"},[\"e\"]]}", "a:\n- b: c d\n- - e\n"},
	/* Text that this or another reader would take for something else. */
	{"[\"true\",\"Null\",\"NO\",\"y\",\"1\",\"-\",\"~\",\"0x1\",\"2026-01-31\",\"*a\"]",
	 "- \"true\"\n- \"Null\"\n- \"NO\"\n- \"y\"\n- \"1\"\n- \"-\"\n- \"~\"\n- \"0x1\"\n"
	 "- \"2026-01-31\"\n- \"*a\"\n"},
	{"[\"a: b\",\"a #b\",\"a*\",\"a\\nb\",\"\u00e4\",\"a'b\"]",
	 "- 'a: b'\n- 'a #b'\n- a*\n- \"a\\nb\"\n- \"\xc3\xa4\"\n- a'b\n"},
	{"{\"no\":1,\"a b\":2,\"\":3,\"<<\":4}", "\"no\": 1\na b: 2\n\"\": 3\n\"<<\": 4\n"},
};

static void test_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(written); i++) {
		struct cavra_error error;
		struct buf text;
		struct document *again;
		json_t *value;
		buf_init(&text, 4096);
		assert_int_equal(json_read(str_from(written[i].json), 0, &value, &error), 0);
		assert_int_equal(yaml_write(value, &text, &error), 0);
		if (!str_is(buf_str(&text), written[i].yaml))
			print_error("row %zu: got %s\n", i, text.p);
		assert_str(buf_str(&text), written[i].yaml);
		assert_int_equal(document_parse_yaml(text.p, text.n, &again, &error), 0);
		assert_true(json_equal(again->root, value));
		document_free(again);
		json_decref(value);
		buf_release(&text);
	}
}

static void test_written_over_the_maximum(void **state)
{
	struct cavra_error error;
	(void)state;
	json_t *value = json_string("ab");
	for (size_t max = 0; max < 4; max++) {
		struct buf text;
		buf_init(&text, max);
		assert_int_equal(yaml_write(value, &text, &error), max < 3 ? CAVRA_ERR_LIMIT : 0);
		buf_release(&text);
	}
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),  cmocka_unit_test(test_errors),
		cmocka_unit_test(test_nul),     cmocka_unit_test(test_positions),
		cmocka_unit_test(test_written), cmocka_unit_test(test_written_over_the_maximum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
