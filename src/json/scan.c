/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON text walked without building anything, see scan.h. Recursion is bounded by LIMIT_JSON_DEPTH.
 */
#include "json/scan.h"

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "json/pointer.h"

struct scan {
	struct str text;
	size_t at;
	int depth;
	size_t nodes;
	size_t text_bytes; /* of keys and strings, their escapes undone */
	bool allow_nul;
	struct cavra_error *error;
};

static int scan_value(struct scan *scan);

/* The byte here, '\0' at the end (a NUL in the text is refused like any other stray byte). */
static char here(const struct scan *scan)
{
	return scan->at < scan->text.n ? scan->text.p[scan->at] : '\0';
}

static bool at_end(const struct scan *scan)
{
	return scan->at >= scan->text.n;
}

static int fail_at(struct scan *scan, size_t offset, const char *what)
{
	int line, column;
	utf8_position(scan->text, offset, &line, &column);
	return error_at(scan->error, CAVRA_ERR_INPUT, line, column, "%s", what);
}

static int fail(struct scan *scan, const char *what)
{
	return fail_at(scan, scan->at, what);
}

static int fail_limit(struct scan *scan, const char *what, int limit, const char *instead)
{
	int line, column;
	utf8_position(scan->text, scan->at, &line, &column);
	return error_at(scan->error, CAVRA_ERR_LIMIT, line, column, "%s %d %s", what, limit,
			instead);
}

static void skip_blank(struct scan *scan)
{
	while (!at_end(scan) && memchr(" \t\n\r", here(scan), 4))
		scan->at++;
}

static int hex_digit(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of a \u escape at text.p[from]; -1 when they are not four hexadecimal digits. */
static int hex_quad(struct str text, size_t from)
{
	int unit = 0;
	for (size_t i = from; i < from + 4; i++) {
		int digit = i < text.n ? hex_digit(text.p[i]) : -1;
		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static int scan_unicode_escape(struct scan *scan)
{
	int unit = hex_quad(scan->text, scan->at + 2);
	if (unit < 0)
		return fail(
			scan,
			"\\u needs four hexadecimal digits; write \\u00e9, or \\\\u for a backslash and a u");
	if (unit == 0 && !scan->allow_nul)
		return fail(scan, "a NUL character is not allowed in text; remove the \\u0000");
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return fail(scan,
			    "half of a surrogate pair; write both halves or the character itself");
	scan->at += 6;
	scan->text_bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
	if (unit < 0xd800 || unit > 0xdbff)
		return 0;
	scan->text_bytes++; /* both halves are one character of four bytes */
	int low = -1;
	if (str_starts(str_from_at(scan->text, scan->at), STR("\\u")))
		low = hex_quad(scan->text, scan->at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return fail_at(
			scan, scan->at - 6,
			"half of a surrogate pair; write both halves or the character itself");
	scan->at += 6;
	return 0;
}

static int scan_escape(struct scan *scan)
{
	char c = scan->at + 1 < scan->text.n ? scan->text.p[scan->at + 1] : '\0';
	if (c == 'u')
		return scan_unicode_escape(scan);
	if (c == '\0' || !memchr("\"\\/bfnrt", c, 8))
		return fail(scan, "unknown escape in a string; write \\\\ for a backslash");
	scan->at += 2;
	scan->text_bytes++;
	return 0;
}

static int scan_string(struct scan *scan)
{
	size_t start = scan->at++;
	for (;;) {
		unsigned char c = (unsigned char)here(scan);
		int code = 0;
		if (at_end(scan))
			return fail_at(
				scan, start,
				"the string that starts here does not end; close it with \"");
		if (c == '"')
			break;
		if (c == '\n' || c == '\r')
			return fail(
				scan,
				"a string ends on its line; close it with \", or write \\n for a line break");
		if (c < 0x20)
			return fail(
				scan,
				"a control character in a string; write \\t for a tab, \\u00XX for others");
		if (c == '\\') {
			code = scan_escape(scan);
		} else {
			size_t n = c < 0x80 ? 1 : utf8_length(str_from_at(scan->text, scan->at));
			if (n == 0)
				return fail(scan, "this is not UTF-8; save the text as UTF-8");
			scan->at += n;
			scan->text_bytes += n;
		}
		if (code < 0)
			return code;
	}
	scan->at++;
	return 0;
}

static bool skip_digits(struct scan *scan)
{
	size_t start = scan->at;
	while (ascii_is_digit(here(scan)))
		scan->at++;
	return scan->at > start;
}

static int scan_number(struct scan *scan)
{
	if (here(scan) == '-')
		scan->at++;
	size_t start = scan->at;
	if (!skip_digits(scan))
		return fail(scan,
			    "a '-' without a number; write digits behind it, or quote the text");
	if (scan->text.p[start] == '0' && scan->at > start + 1)
		return fail_at(scan, start,
			       "a number has no leading zeros; remove them, or quote it");
	if (here(scan) == '.') {
		scan->at++;
		if (!skip_digits(scan))
			return fail(scan, "a number needs digits behind its point; write 1.0");
	}
	if (here(scan) == 'e' || here(scan) == 'E') {
		scan->at++;
		if (here(scan) == '+' || here(scan) == '-')
			scan->at++;
		if (!skip_digits(scan))
			return fail(scan, "a number needs digits in its exponent; write 1e6");
	}
	if (ascii_is_name(here(scan)) || here(scan) == '.')
		return fail_at(scan, start,
			       "this is not a number; write 1, 2.5 or 1e6, or quote it");
	return 0;
}

bool json_scan_is_number(struct str s)
{
	struct scan scan = {.text = s};
	bool starts = s.n && (s.p[0] == '-' || ascii_is_digit(s.p[0]));
	return starts && scan_number(&scan) == 0 && at_end(&scan);
}

static int scan_word(struct scan *scan)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t start = scan->at;
	while (ascii_is_name(here(scan)))
		scan->at++;
	struct str word = str_make(scan->text.p + start, scan->at - start);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_is(word, words[i]))
			return 0;
	return fail_at(scan, start,
		       "an unknown word; write true, false, null, or text in double quotes");
}

/* Says what stands here instead of a value. */
static int fail_no_value(struct scan *scan)
{
	static const struct {
		char c;
		const char *what;
	} cases[] = {
		{'\'', "a string in single quotes; write it in double quotes"},
		{'/', "JSON has no comments; remove it"},
		{'#', "JSON has no comments; remove it"},
		{'+', "a number has no '+'; remove it"},
		{'.', "a number needs a digit in front of its point; write 0.5"},
		{',', "a value is missing before ','; write one, or remove the comma"},
		{']', "a value is missing before ']'; remove the comma in front of it"},
		{'}', "a value is missing before '}'; write one behind the ':'"},
	};
	if (at_end(scan))
		return fail(scan, "the text ends where a value is expected; is it cut off?");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (here(scan) == cases[i].c)
			return fail(scan, cases[i].what);
	return fail(
		scan,
		"no JSON value starts here; write a number, true, false, null, \"text\", [list] or {object}");
}

static int scan_key(struct scan *scan)
{
	if (here(scan) == '}')
		return fail(scan, "a key is missing before '}'; remove the comma in front of it");
	if (at_end(scan))
		return fail(scan, "the text ends where a key is expected; is it cut off?");
	if (here(scan) != '"')
		return fail(scan, "a key stands in double quotes; write \"key\": value");
	int code = scan_string(scan);
	if (code < 0)
		return code;
	skip_blank(scan);
	if (here(scan) != ':')
		return fail(scan, "a ':' is missing behind the key; write \"key\": value");
	scan->at++;
	skip_blank(scan);
	return 0;
}

/* Behind a value: 1 when another follows, 0 when the container ends here. */
static int scan_separator(struct scan *scan, size_t start, char close)
{
	skip_blank(scan);
	char c = here(scan);
	if (c == close || c == ',') {
		scan->at++;
		skip_blank(scan);
		return c == ',';
	}
	bool object = close == '}';
	if (at_end(scan))
		return fail_at(
			scan, start,
			object ? "the object that starts here does not end; close it with '}'"
			       : "the list that starts here does not end; close it with ']'");
	return fail(scan, object ? "expected ',' or '}' behind the value; is a comma missing?"
				 : "expected ',' or ']' behind the value; is a comma missing?");
}

static int scan_container(struct scan *scan, char close)
{
	size_t start = scan->at++;
	if (++scan->depth > LIMIT_JSON_DEPTH)
		return fail_limit(scan, "nested deeper than", LIMIT_JSON_DEPTH,
				  "levels; make it flatter");
	skip_blank(scan);
	int more = here(scan) != close;
	if (!more)
		scan->at++;
	while (more) {
		int code = close == '}' ? scan_key(scan) : 0;
		if (code == 0)
			code = scan_value(scan);
		if (code < 0)
			return code;
		more = scan_separator(scan, start, close);
		if (more < 0)
			return more;
	}
	scan->depth--;
	return 0;
}

static int scan_value(struct scan *scan)
{
	char c = here(scan);
	if (++scan->nodes > LIMIT_JSON_NODES)
		return fail_limit(scan, "more than", LIMIT_JSON_NODES, "values; make it smaller");
	if (c == '{')
		return scan_container(scan, '}');
	if (c == '[')
		return scan_container(scan, ']');
	if (c == '"')
		return scan_string(scan);
	if (c == '-' || ascii_is_digit(c))
		return scan_number(scan);
	if (ascii_is_name(c))
		return scan_word(scan);
	return fail_no_value(scan);
}

int json_scan_check(struct str text, bool allow_nul, size_t *ret_text_bytes,
		    struct cavra_error *error)
{
	struct scan scan = {.text = text, .allow_nul = allow_nul, .error = error};
	if (str_starts(text, STR("\xef\xbb\xbf")))
		return fail(&scan,
			    "the text starts with a byte order mark; save it as UTF-8 without one");
	skip_blank(&scan);
	if (at_end(&scan))
		return fail(&scan, "the text is empty; write a JSON value, such as {}");
	int code = scan_value(&scan);
	if (code < 0)
		return code;
	skip_blank(&scan);
	if (!at_end(&scan))
		return fail(&scan, "something follows the end of the value; remove it");
	*ret_text_bytes = scan.text_bytes;
	return 0;
}

/* The next character of a valid string literal's inside, cut off *rest and written as UTF-8. */
static size_t literal_next(struct str *rest, char ret_bytes[4])
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	ret_bytes[0] = rest->p[0];
	if (rest->p[0] != '\\') {
		*rest = str_from_at(*rest, 1);
		return 1;
	}
	const char *simple = memchr(plain, rest->p[1], sizeof plain - 1);
	if (simple) {
		ret_bytes[0] = meant[simple - plain];
		*rest = str_from_at(*rest, 2);
		return 1;
	}
	uint32_t c = (uint32_t)hex_quad(*rest, 2);
	*rest = str_from_at(*rest, 6);
	if (c >= 0xd800 && c <= 0xdbff) {
		c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)hex_quad(*rest, 2) - 0xdc00);
		*rest = str_from_at(*rest, 6);
	}
	return utf8_put(c, ret_bytes);
}

/* Does the valid string literal (without quotes) spell the key that the pointer step means? */
static bool literal_is_step(struct str literal, struct str step)
{
	while (literal.n) {
		char bytes[4];
		size_t n = literal_next(&literal, bytes);
		for (size_t i = 0; i < n; i++) {
			if (step.n == 0)
				return false;
			size_t taken = step.p[0] == '~' && step.n > 1 ? 2 : 1;
			if (!pointer_step_is(str_first(step, taken), str_make(&bytes[i], 1)))
				return false;
			step = str_from_at(step, taken);
		}
	}
	return step.n == 0;
}

/* Steps into the container here: to the key and value that `step` names. */
static bool enter(struct scan *scan, struct str step, size_t *ret_key)
{
	bool object = here(scan) == '{';
	char close = object ? '}' : ']';
	size_t index = 0, wanted = 0;
	if (!object && (here(scan) != '[' || !str_to_size(step, &wanted)))
		return false;
	size_t start = scan->at++;
	skip_blank(scan);
	int more = here(scan) != close;
	for (; more > 0; index++) {
		*ret_key = scan->at;
		if (object && scan_key(scan) < 0)
			return false;
		if (object) {
			/* scan_key() stands behind the colon; the literal's end is the last quote
			 * before it.
			 */
			struct str text = str_make(scan->text.p + *ret_key + 1,
						   scan->at - *ret_key - 1);
			if (literal_is_step(str_first(text, str_find_last_char(text, '"')), step))
				return true;
		} else if (index == wanted) {
			return true;
		}
		if (scan_value(scan) < 0)
			return false;
		more = scan_separator(scan, start, close);
	}
	return false;
}

bool json_scan_locate(struct str text, struct str pointer, size_t *ret_key, size_t *ret_value)
{
	struct scan scan = {.text = text, .allow_nul = true};
	struct str step;
	skip_blank(&scan);
	size_t key = scan.at;
	while (pointer_next(&pointer, &step))
		if (!enter(&scan, step, &key))
			return false;
	if (pointer.n)
		return false;
	*ret_key = key;
	*ret_value = scan.at;
	return true;
}
