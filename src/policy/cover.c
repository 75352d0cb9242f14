/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cover.h"

#include "policy/pattern_list.h"

static struct match_result paths_covered(const struct pattern_list *list, struct str pattern,
					 struct arena *arena)
{
	struct value name[PATH_PATTERN_NAMES];
	struct match_result first = MATCH_NOTHING;
	size_t n = path_pattern_names(arena, pattern, name);
	for (size_t i = 0; i < n; i++) {
		struct match_result result = path_match_surely(list, &name[i]);
		if (result.match != MATCH_MUST || (i > 0 && result.index != first.index))
			return MATCH_NOTHING;
		first = result;
	}
	return first;
}

static struct match_result commands_covered(const struct pattern_list *list, struct list_type type,
					    struct str pattern, struct arena *arena)
{
	struct command_word *words;
	size_t n = command_pattern_words(arena, pattern, type.mood, &words);
	return n ? command_match(list, words, n, arena) : MATCH_NOTHING;
}

static struct match_result names_covered(const struct pattern_list *list, struct str pattern,
					 struct arena *arena)
{
	struct value name = value_from(arena, STR(""));
	struct str piece;
	for (bool first = true; str_split(&pattern, '*', &piece); first = false) {
		if (!first)
			name = value_concat(arena, name, value_any());
		name = value_concat(arena, name, value_from(arena, piece));
	}
	return name_match(list, name, arena);
}

static struct match_result hosts_covered(const struct pattern_list *list, struct str pattern)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq_nocase(list->source[i], pattern))
			return (struct match_result){MATCH_MUST, (unsigned)i, list->source[i]};
	return MATCH_NOTHING;
}

static struct match_result ask(const struct pattern_list *list, struct list_type type,
			       struct str pattern, struct arena *arena)
{
	switch (type.kind) {
	case LIST_PATHS:
		return paths_covered(list, pattern, arena);
	case LIST_COMMANDS:
		return commands_covered(list, type, pattern, arena);
	case LIST_NAMES:
	case LIST_NAMES_NOCASE:
		return names_covered(list, pattern, arena);
	case LIST_HOSTS:
		return hosts_covered(list, pattern);
	}
	return MATCH_NOTHING;
}

struct match_result pattern_covered(const struct pattern_list *list, struct list_type type,
				    struct str pattern, struct arena *arena)
{
	struct match_result result = list ? ask(list, type, pattern, arena) : MATCH_NOTHING;
	return result.match == MATCH_MUST ? result : MATCH_NOTHING;
}
