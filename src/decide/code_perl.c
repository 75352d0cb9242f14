/* SPDX-License-Identifier: Apache-2.0
 *
 * Perl programs that only replace text, as in perl -pi -e 's/a/b/g', or print the lines that match: perl -ne 'print if /x/'.
 * Everything else that Perl can be is not understood.
 *
 * A substitution runs code by its flag e, by code in its pattern, and by what either part interpolates. So there is no
 * other flag than those listed, no "?{", and no "$" or "@" but in front of a digit or at the end of the pattern. The pattern
 * of a named character or property may load a module: no \N, \p, \P.
 */
#include "decide/code.h"

static bool has_code(struct str part, bool is_pattern)
{
	for (size_t i = 0; i < part.n; i++) {
		char c = part.p[i], next = i + 1 < part.n ? part.p[i + 1] : '\0';
		bool end = is_pattern && c == '$' && (!next || next == '|' || next == ')');
		if (c == '@' || (c == '$' && !end && (is_pattern || !ascii_is_digit(next))))
			return true;
		if (c == '?' && next != '\0' && strchr("{?p", next))
			return true;
		if (c == '\\' && next && strchr("NpPEQ", next))
			return true;
		i += c == '\\';
	}
	return false;
}

/* Up to the next delimiter that no backslash protects; the cursor is then behind it. */
static bool read_part(struct cursor *in, char delimiter, struct str *ret_part)
{
	size_t from = in->at;
	for (; !cursor_end(in); in->at++) {
		char c = cursor_peek(in, 0);
		if (c == '\\')
			in->at++;
		else if (c == delimiter)
			break;
	}
	if (cursor_end(in))
		return false;
	*ret_part = str_make(in->text.p + from, in->at - from);
	in->at++;
	return true;
}

static bool read_substitution(struct cursor *in)
{
	struct str pattern, replacement;
	char delimiter = cursor_peek(in, 1);
	if (cursor_peek(in, 0) != 's' || !delimiter || !strchr("/|!,", delimiter))
		return false;
	in->at += 2;
	if (!read_part(in, delimiter, &pattern) || !read_part(in, delimiter, &replacement))
		return false;
	while (cursor_peek(in, 0) && strchr("gimsx", cursor_peek(in, 0)))
		in->at++;
	return !has_code(pattern, true) && !has_code(replacement, false);
}

static void skip_blanks(struct cursor *in)
{
	while (cursor_peek(in, 0) == ' ' || cursor_peek(in, 0) == '\n')
		in->at++;
}

static bool read_word(struct cursor *in, const char *word)
{
	struct str rest = str_from_at(in->text, in->at);
	size_t n = strlen(word);
	if (!str_starts(rest, str_from(word)) || (rest.n > n && ascii_is_name(rest.p[n])))
		return false;
	in->at += n;
	return true;
}

/* "print if /pattern/", "print unless /pattern/i", "print" */
static bool read_print(struct cursor *in)
{
	struct str pattern;
	if (!read_word(in, "print"))
		return false;
	skip_blanks(in);
	if (cursor_end(in) || cursor_peek(in, 0) == ';')
		return true;
	if (!read_word(in, "if") && !read_word(in, "unless"))
		return false;
	skip_blanks(in);
	if (cursor_peek(in, 0) != '/')
		return false;
	in->at++;
	if (!read_part(in, '/', &pattern))
		return false;
	while (cursor_peek(in, 0) && strchr("imsx", cursor_peek(in, 0)))
		in->at++;
	return !has_code(pattern, true);
}

bool code_perl(struct code *code)
{
	struct cursor in = {.text = code->text};
	if (str_find_char(code->text, '\0') != STR_NPOS)
		return false;
	for (;;) {
		skip_blanks(&in);
		if (!read_print(&in) && !read_substitution(&in))
			return false;
		skip_blanks(&in);
		if (cursor_end(&in))
			return true;
		if (cursor_peek(&in, 0) != ';')
			return false;
		in.at++;
		skip_blanks(&in);
		if (cursor_end(&in))
			return true;
	}
}
