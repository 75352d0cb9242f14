/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain backtracking matchers, see plain_match.h.
 */
#include "plain_match.h"

#include <stdlib.h>

#include "base/glob.h"

enum { PARTS = 64 };

struct parts {
	struct str part[PARTS];
	size_t n;
};

static struct parts split(struct str text, char separator)
{
	struct parts parts = {.n = 0};
	struct str piece;
	while (str_split(&text, separator, &piece))
		if (piece.n && parts.n < PARTS)
			parts.part[parts.n++] = piece;
	return parts;
}

static char fold(char c, bool ignore_case)
{
	return ignore_case ? ascii_lower(c) : c;
}

static bool bracket(struct str pattern, char c, bool ignore_case, size_t *length)
{
	bool hit = glob_bracket_matches(pattern, c, length);
	if (ignore_case && ascii_is_alpha(c))
		hit |= glob_bracket_matches(pattern, (char)(c ^ 0x20), length);
	return hit;
}

static bool component(struct str p, struct str s, bool ignore_case)
{
	if (p.n == 0)
		return s.n == 0;
	if (p.p[0] == '*')
		return component(str_from_at(p, 1), s, ignore_case) ||
		       (s.n && component(p, str_from_at(s, 1), ignore_case));
	if (s.n == 0)
		return false;
	struct str rest = str_from_at(s, 1);
	size_t length = 0;
	if (p.p[0] == '?')
		return component(str_from_at(p, 1), rest, ignore_case);
	if (p.p[0] == '[') {
		bool hit = bracket(p, s.p[0], ignore_case, &length);
		if (length)
			return hit && component(str_from_at(p, length), rest, ignore_case);
	}
	return fold(p.p[0], ignore_case) == fold(s.p[0], ignore_case) &&
	       component(str_from_at(p, 1), rest, ignore_case);
}

/* Does the pattern, from its part i on, take the name's parts j to n? */
static bool components(const struct parts *p, size_t i, const struct parts *s, size_t j, size_t n,
		       bool ignore_case)
{
	if (i == p->n)
		return j == n;
	if (str_is(p->part[i], "**"))
		return components(p, i + 1, s, j, n, ignore_case) ||
		       (j < n && components(p, i, s, j + 1, n, ignore_case));
	return j < n && component(p->part[i], s->part[j], ignore_case) &&
	       components(p, i + 1, s, j + 1, n, ignore_case);
}

bool plain_path(struct str pattern, struct str name, bool ignore_case)
{
	bool name_absolute = str_starts(name, STR("/"));
	bool absolute = str_starts(pattern, STR("/"));
	bool directory = pattern.n > 1 && str_ends(pattern, STR("/"));
	if (directory)
		pattern.n--;
	bool floating = str_find_char(pattern, '/') == STR_NPOS || str_starts(pattern, STR("**/"));
	bool below = str_ends(pattern, STR("/**"));
	struct parts p = split(pattern, '/'), s = split(name, '/');
	if (below || (p.n == 1 && str_is(p.part[0], "**")))
		while (p.n && str_is(p.part[p.n - 1], "**"))
			p.n--;
	if (name_absolute && !absolute && !floating)
		return false;
	for (size_t from = 0; from <= (floating ? s.n : 0); from++)
		for (size_t to = from; to <= s.n; to++)
			if (components(&p, 0, &s, from, to, ignore_case))
				return true;
	return false;
}

struct command {
	const struct command_word *word[PARTS];
	size_t n;
	bool deny;
	bool sure;
	bool skips;   /* options may stand between the words */
	bool follows; /* any words may follow */
};

static bool is_option(const struct command_word *word)
{
	return word->cls == CW_OPTION || word->cls == CW_OPTION_VALUE;
}

static struct str text_of(const struct command_word *word)
{
	return word->value.n ? word->value.seg[0].text : STR("");
}

static bool words_from(const struct parts *p, size_t i, const struct command *c, size_t w);

/* The rest of pattern word i against the rest of word w. */
static bool inside(const struct parts *p, size_t i, struct str pattern, const struct command *c,
		   size_t w, struct str text)
{
	if (pattern.n == 0) {
		if (text.n == 0)
			return words_from(p, i + 1, c, w + 1);
		bool equals = c->deny && i + 1 < p->n && str_starts(p->part[i], STR("--")) &&
			      text.p[0] == '=';
		return equals && inside(p, i + 1, p->part[i + 1], c, w, str_from_at(text, 1));
	}
	struct str rest = str_from_at(pattern, 1);
	if (pattern.p[0] == '*') {
		if (inside(p, i, rest, c, w, text))
			return true;
		if (text.n)
			return inside(p, i, pattern, c, w, str_from_at(text, 1));
		return c->deny && w + 1 < c->n &&
		       inside(p, i, pattern, c, w + 1, text_of(c->word[w + 1]));
	}
	if (text.n && pattern.p[0] == text.p[0])
		return inside(p, i, rest, c, w, str_from_at(text, 1));
	bool space = c->deny && pattern.p[0] == '=' && str_starts(p->part[i], STR("--"));
	return space && text.n == 0 && w + 1 < c->n &&
	       inside(p, i, rest, c, w + 1, text_of(c->word[w + 1]));
}

static bool is_dashed(struct str word)
{
	return word.n > 1 && word.p[0] == '-';
}

/* May pattern word i mean the value of an option? */
static bool means_value(const struct parts *p, size_t i)
{
	for (size_t k = i > 3 ? i - 3 : 0; k < i; k++)
		if (is_dashed(p->part[k]) || str_find_char(p->part[k], '*') != STR_NPOS)
			return true;
	return p->part[i].p[0] == '*';
}

/* Pattern words from i on against words from w on, with options to be passed over. */
static bool words_from(const struct parts *p, size_t i, const struct command *c, size_t w)
{
	if (i == p->n) {
		if (w >= c->n || c->follows)
			return true;
		return c->deny && is_option(c->word[w]) && words_from(p, i, c, w + 1);
	}
	if (w >= c->n)
		return false;
	bool value = w && c->sure && c->word[w]->cls == CW_OPTION_VALUE;
	bool enters = i == 0 || !value || means_value(p, i);
	if (enters && inside(p, i, p->part[i], c, w, text_of(c->word[w])))
		return true;
	bool option = is_dashed(p->part[i]);
	if (i == 0 || !(c->skips && (is_option(c->word[w]) || (c->deny && option))))
		return false;
	return words_from(p, i, c, w + 1);
}

static struct command order(const struct command_word *words, size_t n, bool deny, bool sorted)
{
	struct command c = {.deny = deny};
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++) {
			bool later = sorted && i && is_option(&words[i]);
			if (later == (pass == 1))
				c.word[c.n++] = &words[i];
		}
	return c;
}

static struct parts options_last(const struct parts *p, bool with_value)
{
	struct parts moved = {.n = 0};
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < p->n; i++) {
			bool option = is_dashed(p->part[i]);
			bool before = i && is_dashed(p->part[i - 1]);
			bool later = option || (with_value && before);
			if (later == (pass == 1))
				moved.part[moved.n++] = p->part[i];
		}
	return moved;
}

static bool same(const struct parts *a, const struct parts *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->part[i], b->part[i]))
			return false;
	return true;
}

bool plain_command(struct str pattern, const struct command_word *words, size_t n,
		   struct plain_mode mode)
{
	bool deny = mode.deny;
	struct parts forms[3] = {split(pattern, ' ')};
	bool open = str_ends(pattern, STR("*"));
	struct str *last = &forms[0].part[forms[0].n - 1];
	if (!deny)
		while (last->n > 1 && str_ends(*last, STR("*")) &&
		       (ascii_is_name(last->p[last->n - 2]) || last->p[last->n - 2] == '*'))
			last->n--;
	forms[1] = options_last(&forms[0], false);
	forms[2] = options_last(&forms[0], true);
	for (int form = 0; form < (deny ? 3 : 1); form++)
		for (int sorted = 0; sorted < (deny ? 2 : 1); sorted++) {
			if (form && same(&forms[0], &forms[form]))
				continue;
			struct command c = order(words, n, deny, sorted);
			c.sure = mode.sure;
			c.skips = deny || open;
			/* Behind a form other than the written one, words may follow its star. */
			c.follows = open && (!deny || form);
			if (words_from(&forms[form], 0, &c, 0))
				return true;
		}
	return false;
}
