/* SPDX-License-Identifier: Apache-2.0
 *
 * Layout rules on top of libyaml, see yaml_layout.h. The text is UTF-8 without lone carriage
 * returns.
 */
#include "json/yaml_layout.h"

#include "base/utf8.h"

static const char unindented[] =
	"this line belongs to the value above; close that, or indent this line deeper than its key";

static int fail_at(const struct yaml_layout *layout, size_t offset, const char *what)
{
	int line, column;
	utf8_position(layout->text, offset, &line, &column);
	return error_at(layout->error, CAVRA_ERR_INPUT, line, column, "%s", what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Byte offset of a character at or behind layout->at. */
static size_t offset_of(const struct yaml_layout *layout, size_t index)
{
	size_t at = layout->at;
	for (size_t i = layout->index; i < index && at < layout->text.n; i++)
		at += utf8_length(str_from_at(layout->text, at));
	return at;
}

/* Checks the blanks at the start of a line that stands in flow context or not in a block scalar. */
static int check_line_start(const struct yaml_layout *layout, size_t start, bool indented)
{
	struct str text = layout->text;
	size_t at = start;
	while (at < text.n && is_blank(text.p[at]))
		at++;
	if (at == text.n || text.p[at] == '\n' || text.p[at] == '#')
		return 0;
	size_t tab = str_find_char(str_make(text.p + start, at - start), '\t');
	if (tab != STR_NPOS)
		return fail_at(layout, start + tab, yaml_tab_text);
	if (indented && (int)(at - start) <= layout->indent)
		return fail_at(
			layout, at,
			"this line belongs to the value above; close that, or indent this line deeper than its key");
	return 0;
}

/* A character of a gap; *ret_next is where to go on. */
static int check_indicator(struct yaml_layout *layout, size_t at, size_t *ret_next)
{
	char c = layout->text.p[at];
	*ret_next = at + 1;
	if (c == '\n')
		return check_line_start(layout, at + 1, layout->flow > 0);
	if (c == '[' || c == '{')
		layout->flow++;
	if (c == ']' || c == '}')
		layout->flow--;
	if (c == '?')
		return fail_at(layout, at,
			       "'?' keys are not read here; write key: value, or quote the text");
	if (c != '#')
		return 0;
	char before = at ? layout->text.p[at - 1] : '\n';
	if (!is_blank(before) && before != '\n')
		return fail_at(
			layout, at,
			"a comment needs a space in front of its '#'; write one, or quote the text");
	size_t length = str_find_char(str_from_at(layout->text, at), '\n');
	*ret_next = length == STR_NPOS ? layout->text.n : at + length;
	return 0;
}

char yaml_layout_byte(const struct yaml_layout *layout, size_t index)
{
	size_t at = offset_of(layout, index);
	return at < layout->text.n ? layout->text.p[at] : '\0';
}

int yaml_layout_gap(struct yaml_layout *layout, size_t index)
{
	size_t end = offset_of(layout, index);
	int code = 0;
	for (size_t at = layout->at; code == 0 && at < end;)
		code = check_indicator(layout, at, &at);
	if (index > layout->index)
		layout->index = index;
	layout->at = end;
	return code;
}

/* The lines of a quoted or plain scalar behind its first. */
static int check_lines(const struct yaml_layout *layout, size_t end)
{
	int code = 0;
	for (size_t at = layout->at; code == 0 && at < end; at++)
		if (layout->text.p[at] == '\n')
			code = check_line_start(layout, at + 1, true);
	return code;
}

/* Offset behind the next line break, at most `end`. */
static size_t line_end(struct str text, size_t at, size_t end)
{
	size_t length = str_find_char(str_make(text.p + at, end - at), '\n');
	return length == STR_NPOS ? end : at + length + 1;
}

static size_t count_spaces(struct str text, size_t at)
{
	size_t n = 0;
	while (at + n < text.n && text.p[at + n] == ' ')
		n++;
	return n;
}

/* Does what follows start with a comment? A text block that is empty otherwise may as well hold it.
 */
static bool starts_comment(struct str text, size_t at)
{
	while (at < text.n && (is_blank(text.p[at]) || text.p[at] == '\n'))
		at++;
	return at < text.n && text.p[at] == '#';
}

static int check_block(const struct yaml_layout *layout, size_t end)
{
	struct str text = layout->text;
	size_t line = line_end(text, layout->at, end);
	struct str header = str_make(text.p + layout->at, line - layout->at);
	size_t comment = str_find_char(header, '#'), deepest = 0;
	if (comment != STR_NPOS && !is_blank(header.p[comment - 1]))
		return fail_at(layout, layout->at + comment,
			       "a comment needs a space in front of its '#'; write one");
	size_t spaces = count_spaces(text, line);
	while (line < end &&
	       (line + spaces == text.n || memchr("\r\n", text.p[line + spaces], 2))) {
		deepest = spaces > deepest ? spaces : deepest;
		line = line_end(text, line, end);
		spaces = count_spaces(text, line);
	}
	if (deepest && (line >= end || deepest > spaces))
		return fail_at(layout, layout->at,
			       "a text block starts with lines of spaces; make them empty");
	if (line >= end && starts_comment(text, end))
		return fail_at(layout, layout->at,
			       "a text block without text in front of a comment; write \"\"");
	/* Some readers add the line break that is missing, some do not. */
	size_t last = str_find_last_char(text, '\n') + 1;
	if (end >= last && last < text.n)
		return fail_at(layout, last,
			       "a text block at the end needs a line break behind it; add one");
	return 0;
}

int yaml_layout_start(const struct yaml_layout *layout, const yaml_event_t *event)
{
	if ((int)event->start_mark.column > layout->indent)
		return 0;
	return error_at(layout->error, CAVRA_ERR_INPUT, (int)event->start_mark.line + 1,
			(int)event->start_mark.column + 1, "%s", unindented);
}

int yaml_layout_scalar(struct yaml_layout *layout, const yaml_event_t *event)
{
	yaml_scalar_style_t style = event->data.scalar.style;
	int code = yaml_layout_gap(layout, event->start_mark.index);
	if (code < 0)
		return code;
	size_t end = offset_of(layout, event->end_mark.index);
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
		code = check_block(layout, end);
	else
		code = check_lines(layout, end);
	if (code == 0 && style == YAML_PLAIN_SCALAR_STYLE &&
	    str_is(str_make(layout->text.p + layout->at, end - layout->at), "-"))
		code = fail_at(layout, layout->at,
			       "a '-' without a value; write one, or quote the '-'");
	if (event->end_mark.index > layout->index)
		layout->index = event->end_mark.index;
	layout->at = end;
	return code;
}
