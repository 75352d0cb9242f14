/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading words and assignments, arrays among them.
 */
#include "shell/reader.h"

bool word_node_text(const struct word_node *word, struct str *ret_text, bool *ret_quoted)
{
	if (!word || word->assign || !word->parts || word->parts->next ||
	    word->parts->kind != PART_TEXT)
		return false;
	*ret_text = word->parts->text;
	*ret_quoted = word->parts->quoted;
	return true;
}

static void read_array(struct reader *r, struct word_node *word);

static void read_assigned_value(struct reader *r, struct word_node *word)
{
	word->assign = true;
	if (reader_peek(r) == '(')
		read_array(r, word);
	else
		word->parts = read_parts(r, WORD_PLAIN, false);
}

static bool accept_assign(struct reader *r, struct word_node *word)
{
	if (reader_peek(r) == '+' && reader_peek_second(r) == '=') {
		(void)reader_next(r);
		word->append = true;
	} else if (reader_peek(r) != '=') {
		return false;
	}
	(void)reader_next(r);
	return true;
}

/* Returns where the next parts go. */
static struct part **append(struct part **tail, struct part *parts)
{
	*tail = parts;
	while (*tail)
		tail = &(*tail)->next;
	return tail;
}

static struct part **append_text(struct reader *r, struct part **tail, struct str text)
{
	struct part *part = ARENA_NEW(r->arena, struct part);
	part->kind = PART_TEXT;
	part->text = text;
	return append(tail, part);
}

/* name[subscript] that turned out to be no assignment is an ordinary word. */
static void subscripted_word(struct reader *r, struct word_node *word)
{
	struct part **tail = append_text(r, &word->parts,
					 arena_join(r->arena, word->name, STR("[")));
	tail = append(tail, word->subscript);
	tail = append_text(r, tail, STR("]"));
	(void)append(tail, read_parts(r, WORD_PLAIN, false));
	word->has_subscript = false;
	word->subscript = NULL;
	word->name = STR("");
}

/* Behind the name of a command the word ends at a blank or an operator, also inside brackets. */
static bool ends_word(const struct part *parts)
{
	for (; parts; parts = parts->next)
		for (size_t i = 0; parts->kind == PART_TEXT && !parts->quoted && i < parts->text.n;
		     i++)
			if (reader_is_meta((unsigned char)parts->text.p[i]))
				return true;
	return false;
}

/* Reads an assignment, or leaves everything unread and returns false. */
static bool read_assignment(struct reader *r, struct word_node *word, enum word_assign assign)
{
	size_t at = r->at;
	word->name = read_name(r);
	if (!word->name.n)
		return false;
	if (reader_peek(r) == '[') {
		(void)reader_next(r);
		word->has_subscript = true;
		word->subscript = read_parts(r, WORD_SUBSCRIPT, false);
		reader_expect(r, ']', "a subscript is never closed");
		if (assign == ASSIGN_ARGUMENT && ends_word(word->subscript))
			reader_fail(r, "a word that ends inside a subscript");
		if (accept_assign(r, word))
			read_assigned_value(r, word);
		else
			subscripted_word(r, word);
		return true;
	}
	if (accept_assign(r, word)) {
		read_assigned_value(r, word);
		return true;
	}
	r->at = at;
	word->name = STR("");
	return false;
}

static bool may_expand_braces(struct str text)
{
	struct str rest = str_from_at(text, str_find_char(text, '{'));
	return str_find_char(rest, ',') != STR_NPOS || str_find(rest, STR("..")) != STR_NPOS;
}

/* [key]=value inside an array, or an ordinary word */
static struct word_node *read_array_item(struct reader *r)
{
	struct word_node *item = ARENA_NEW(r->arena, struct word_node);
	size_t from = r->at;
	if (reader_peek(r) == '[') {
		(void)reader_next(r);
		item->has_subscript = true;
		item->subscript = read_parts(r, WORD_SUBSCRIPT, false);
		reader_expect(r, ']', "a subscript is never closed");
		if (!item->subscript)
			reader_fail(r, "empty brackets in an array"); /* which is no key to Bash */
		struct str text = str_make(r->text.p + from, r->at - from);
		if (str_find(text, STR("<(")) != STR_NPOS || str_find(text, STR(">(")) != STR_NPOS)
			reader_fail(r, "a process substitution in the brackets of an array");
		if (accept_assign(r, item)) {
			item->assign = true;
			item->parts = read_parts(r, WORD_PLAIN, false);
			/* Where they expand, the words that come of them have no keys. */
			if (may_expand_braces(str_make(r->text.p + from, r->at - from)))
				reader_fail(r, "braces behind a key in an array");
		} else {
			subscripted_word(r, item);
		}
	} else {
		item->parts = read_parts(r, WORD_PLAIN, false);
	}
	item->span = reader_span(r, from, r->at);
	return item;
}

static void read_array(struct reader *r, struct word_node *word)
{
	size_t from = r->at;
	(void)reader_next(r);
	word->is_array = true;
	struct word_node **tail = &word->items;
	if (!reader_enter(r))
		return;
	for (;;) {
		reader_skip_lines(r);
		int c = reader_peek(r);
		if (c == ')' || c == READER_END)
			break;
		if (reader_is_meta(c) &&
		    !((c == '<' || c == '>') && reader_peek_second(r) == '(')) {
			reader_fail(r, "unexpected character in an array");
			break;
		}
		*tail = read_array_item(r);
		tail = &(*tail)->next;
	}
	reader_leave(r);
	reader_expect(r, ')', "an array is never closed");
	struct str text = str_make(r->text.p + from, r->at - from);
	/* Bash prints what stands in a substitution and reads it again; not every array survives that. */
	if (r->substitutions &&
	    (str_find_char(text, '\\') != STR_NPOS || str_find_char(text, '\n') != STR_NPOS))
		reader_fail(r, "an array of several lines in a substitution");
	if (!reader_is_meta(reader_peek(r)))
		reader_fail(r, "text behind an array");
}

struct word_node *read_word(struct reader *r, enum word_assign assign, enum word_mode mode)
{
	struct word_node *word = ARENA_NEW(r->arena, struct word_node);
	(void)reader_peek(r);
	size_t from = r->at;
	if (assign == ASSIGN_NEVER || !read_assignment(r, word, assign))
		word->parts = read_parts(r, mode, false);
	word->end = r->at;
	word->span = reader_span(r, from, r->at);
	if (!word->parts && !word->assign)
		return NULL;
	return word;
}
