/* SPDX-License-Identifier: Apache-2.0
 *
 * What YAML text must not hold, and what libyaml's complaints mean, see yaml.h.
 */
#include "base/array.h"
#include "base/utf8.h"
#include "json/yaml.h"
#include "json/yaml_layout.h"

const char yaml_tab_text[] = "a tab where only spaces may stand; indent with spaces";

const char yaml_key_text[] = "a key is missing before ':'; write one, or \"\" for the empty key";

static int fail_at(struct str text, size_t offset, struct cavra_error *error, const char *what)
{
	int line, column;
	utf8_position(text, offset, &line, &column);
	return error_at(error, CAVRA_ERR_INPUT, line, column, "%s", what);
}

/* YAML 1.1 breaks lines at U+0085, U+2028 and U+2029, YAML 1.2 does not. */
static const char *refuse_character(uint32_t c)
{
	if (c == UINT32_MAX)
		return "this is not UTF-8; save the file as UTF-8";
	if (c == 0)
		return "a NUL character; this is not a text file";
	if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
	    (c >= 0x7f && c < 0xa0 && c != 0x85))
		return "a control character; write it as \\xNN in double quotes";
	if (c == 0x85 || c == 0x2028 || c == 0x2029)
		return "a Unicode line break; write \\n, or it as \\uNNNN, in double quotes";
	if (c == 0xfeff)
		return "a byte order mark; save the file as UTF-8 without one";
	return NULL;
}

int yaml_check_text(struct str text, struct cavra_error *error)
{
	struct str rest = text;
	while (rest.n) {
		size_t offset = text.n - rest.n;
		uint32_t c = utf8_next(&rest);
		const char *what = c >= 0x20 && c < 0x7f ? NULL : refuse_character(c);
		if (c == '\r' && (rest.n == 0 || rest.p[0] != '\n'))
			what = "a carriage return without a line feed; end lines with a line feed";
		if (what)
			return fail_at(text, offset, error, what);
	}
	return 0;
}

const char *yaml_explain(const char *problem, char c)
{
	static const struct {
		const char *problem, *what;
	} table[] = {
		{"tab character", yaml_tab_text},
		{"cannot start any token",
		 "no value starts with this character; put the text in quotes"},
		{"mapping values are not allowed",
		 "a ':' where none can stand; check the indentation, or put the text in quotes"},
		{"block sequence entries are not allowed",
		 "a '-' where no list can start; put the list on its own lines"},
		{"mapping keys are not allowed",
		 "a '?' where no key can start; put the text in quotes"},
		{"could not find expected ':'",
		 "a ':' is missing behind the key; write key: value, or quote text of many lines"},
		{"did not find expected key",
		 "expected a key at the indentation of the keys above; check the indentation and quotes"},
		{"expected '-' indicator",
		 "expected '-' at the indentation of the items above; check the indentation"},
		{"expected ',' or ']'",
		 "expected ',' or ']' here; close the list, or put the text in quotes"},
		{"expected ',' or '}'",
		 "expected ',' or '}' here; close the mapping, or put the text in quotes"},
		{"expected node content",
		 "a value is missing here; write one, or put the text in quotes"},
		{"expected <document start>",
		 "something follows the end of the value; check the indentation"},
		{"unexpected document indicator",
		 "a quoted text runs into '---' or '...'; close its quotes"},
		{"unexpected end of stream", "a quoted text does not end; close its quotes"},
		{"unknown escape character",
		 "unknown escape in double quotes; write \\\\ for a backslash, or use single quotes"},
		{"hexdecimal number",
		 "the escape needs hexadecimal digits; write \\\\ for a backslash, or use single quotes"},
		{"invalid Unicode character",
		 "the escape is no character; write the character itself"},
		{"comment or line break",
		 "only a comment may follow '|' or '>'; start the text on the next line"},
		{"indentation indicator",
		 "the number behind '|' or '>' is 1 to 9; remove it or write one"},
		{"directive",
		 "directives (%) are not read here; remove the line, or quote the text"},
		{"alphabetic or numeric", "no name follows '&' or '*'; put the text in quotes"},
		{"tag", "tags (!name) are not read here; remove it, or quote the text"},
	};
	if (c == '\t')
		return yaml_tab_text;
	if (c == ':' && problem && strstr(problem, "expected key"))
		return yaml_key_text;
	for (size_t i = 0; problem && i < ARRAY_SIZE(table); i++)
		if (strstr(problem, table[i].problem))
			return table[i].what;
	return "not valid YAML here; check indentation and quotes";
}
