/* SPDX-License-Identifier: Apache-2.0
 *
 * Grammars that are data.
 */
#include "grammar.h"

#include "base/array.h"
#include "random.h"

enum { DEPTH_MAX = 12, SIZE_MAX_OF_TEXT = 4096 };

static const struct {
	struct str sign, stands_for;
} signs[] = {
	{STR_INIT("\u23ce"), STR_INIT("\n")},
	{STR_INIT("\u21e5"), STR_INIT("\t")},
	{STR_INIT("\u2423"), STR_INIT(" ")},
	{STR_INIT("\u2205"), STR_INIT("")},
};

static const struct grammar_rule *find(const struct grammar *grammar, struct str name)
{
	for (size_t i = 0; i < grammar->n; i++)
		if (str_eq(grammar->rules[i].name, name))
			return &grammar->rules[i];
	return NULL;
}

/* Cuts what stands in front of the next «name» off *rest, and the name; false: there is none. */
static bool next_name(struct str *rest, struct str *ret_text, struct str *ret_name)
{
	static const struct str open = STR_INIT("«"), close = STR_INIT("»");
	size_t at = str_find(*rest, open);
	*ret_text = str_first(*rest, at == STR_NPOS ? rest->n : at);
	*ret_name = STR("");
	if (at == STR_NPOS)
		return false;
	*rest = str_from_at(*rest, at + open.n);
	size_t end = str_find(*rest, close);
	*ret_name = str_first(*rest, end == STR_NPOS ? rest->n : end);
	*rest = str_from_at(*rest, end == STR_NPOS ? rest->n : end + close.n);
	return true;
}

static struct str plain(struct arena *arena, struct str way)
{
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		size_t at;
		while ((at = str_find(way, signs[i].sign)) != STR_NPOS)
			way = arena_join3(arena, str_first(way, at), signs[i].stands_for,
					  str_from_at(way, at + signs[i].sign.n));
	}
	return way;
}

static bool names_are_there(const struct grammar *grammar)
{
	struct str text, name;
	for (size_t i = 0; i < grammar->n; i++)
		for (size_t k = 0; k < grammar->rules[i].n; k++) {
			struct str rest = grammar->rules[i].ways[k];
			while (next_name(&rest, &text, &name))
				if (!find(grammar, name))
					return false;
		}
	return grammar->n > 0;
}

bool grammar_read(struct arena *arena, struct str content, struct grammar *ret_grammar,
		  size_t *ret_line)
{
	struct str line;
	*ret_grammar = (struct grammar){0};
	for (*ret_line = 1; str_split(&content, '\n', &line); ++*ret_line) {
		if (!line.n || str_starts(line, STR("§#")))
			continue;
		if (str_starts(line, STR("§ "))) {
			ARENA_PUSH(arena, ret_grammar->rules, ret_grammar->n, ret_grammar->cap) =
				(struct grammar_rule){.name = str_from_at(line, STR("§ ").n)};
			continue;
		}
		if (!ret_grammar->n)
			return false;
		struct grammar_rule *rule = &ret_grammar->rules[ret_grammar->n - 1];
		ARENA_PUSH(arena, rule->ways, rule->n, rule->cap) = plain(arena, line);
	}
	for (size_t i = 0; i < ret_grammar->n; i++)
		if (!ret_grammar->rules[i].n)
			return false;
	return names_are_there(ret_grammar);
}

static void make(const struct grammar *grammar, const struct grammar_rule *rule,
		 struct random *random, int depth, struct buf *out)
{
	bool ends = depth > DEPTH_MAX || out->n > SIZE_MAX_OF_TEXT;
	struct str rest = rule->ways[ends ? 0 : random_below(random, (unsigned)rule->n)];
	struct str text, name;
	bool more = true;
	while (more) {
		more = next_name(&rest, &text, &name);
		buf_add(out, text);
		if (more)
			make(grammar, find(grammar, name), random, depth + 1, out);
	}
}

void grammar_make(const struct grammar *grammar, struct buf *out, uint64_t seed)
{
	struct random random = {seed};
	make(grammar, &grammar->rules[0], &random, 0, out);
}
