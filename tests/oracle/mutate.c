/* SPDX-License-Identifier: Apache-2.0
 *
 * Damage: deletes, repeats, moves and mixes pieces of existing texts, byte by byte and token by token.
 */
#include "generate.h"

#include "base/array.h"

static bool is_edge(char c)
{
	return strchr(" \t\n;&|<>(){}'\"`$\\#=[]", c) != NULL;
}

/* A piece of text: some bytes, or from one edge of a token to another. */
static struct str some_piece(struct random *random, struct str text)
{
	if (text.n == 0)
		return text;
	size_t from = random_below(random, (unsigned)text.n);
	size_t to = from + 1 + random_below(random, 12);
	if (random_one_in(random, 2)) {
		while (from > 0 && !is_edge(text.p[from - 1]))
			from--;
		while (to < text.n && !is_edge(text.p[to]))
			to++;
	}
	return str_make(text.p + from, (to < text.n ? to : text.n) - from);
}

static void replace(struct buf *text, size_t from, size_t n, struct str with)
{
	struct buf next;
	buf_init(&next, GENERATE_MAX);
	buf_add(&next, str_first(buf_str(text), from));
	buf_add(&next, with);
	buf_add(&next, str_from_at(buf_str(text), from + n));
	if (!next.failed) {
		buf_clear(text);
		buf_add(text, buf_str(&next));
	}
	buf_release(&next);
}

static void mutate_once(struct random *random, struct buf *text, struct str other)
{
	static const char *const tokens[] = {
		"'",       "\"",     "`",     "$(",   ")",         "${",       "}",       "((",
		"))",      "$((",    "[[",    "]]",   "<<E\n",     "\nE\n",    ";",       "&&",
		"||",      "|",      "&",     "\n",   "\\",        "\\\n",     "#",       "if ",
		"then ",   "fi",     "do ",   "done", "case ",     " in ",     "esac",    ";;",
		"{ ",      "(",      "$'",    "$\"",  "*",         "~",        "=",       "x=",
		"$x",      "!",      "<(",    ">",    "<",         "<<<",      "\t",      " ",
		"\r",      "\xff",   "\x01",  "\x7f", "function ", "eval ",    "coproc ", "time ",
		"select ", "until ", "+=(",   "[",    "]",         "@",        "@(",      "?",
		"-",       "{a,b}",  "${x:=", "${!",  "$[",        "\xc2\xa0",
	};
	struct str whole = buf_str(text);
	struct str piece = some_piece(random, whole);
	size_t at = piece.n ? (size_t)(piece.p - whole.p) : 0;
	switch (random_below(random, 6)) {
	case 0:
		replace(text, at, piece.n, STR(""));
		break;
	case 1:
		replace(text, at, 0, str_from(tokens[random_below(random, ARRAY_SIZE(tokens))]));
		break;
	case 2:
		replace(text, at, piece.n,
			str_from(tokens[random_below(random, ARRAY_SIZE(tokens))]));
		break;
	case 3:
		replace(text, at, 0, some_piece(random, other));
		break;
	case 4:
		replace(text, at, piece.n, some_piece(random, other));
		break;
	default:
		replace(text, random_below(random, (unsigned)whole.n + 1), 0, piece);
		break;
	}
}

void mutate_text(struct buf *out, const struct str *texts, size_t n, uint64_t seed)
{
	struct random random = {seed};
	struct buf text;
	buf_init(&text, GENERATE_MAX);
	buf_add(&text, texts[random_below(&random, (unsigned)n)]);
	for (unsigned times = 1 + random_below(&random, 4); times > 0; times--)
		mutate_once(&random, &text, texts[random_below(&random, (unsigned)n)]);
	/* NUL ends the text for Bash, and only there. */
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\0')
			text.p[i] = '0';
	buf_add(out, buf_str(&text));
	buf_release(&text);
}
