/* SPDX-License-Identifier: Apache-2.0
 *
 * Pattern lists. The first byte of the input says which kind, the lines up to an empty one are patterns, the rest is
 * what is matched, in the notation of tests/unit/partly.h: words of a command, or names, one a line.
 *
 * Checked: a list answers what its patterns answer alone, and what is said of partly known text holds when the
 * unknown parts are filled in.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "policy/match.h"

#include "../unit/partly.h"

enum { MAX_PATTERNS = 12, MAX_NAMES = 3 };

struct input {
	struct arena arena;
	char kind; /* p paths, c commands, | pipelines, n names, h hosts; capital: allow */
	bool is_tree;
	struct str pattern[MAX_PATTERNS];
	size_t n_patterns;
	struct value name[MAX_NAMES];
	size_t n_names;
	struct command_word word[PARTLY_WORDS];
	size_t n_words;
};

static enum pattern_mood mood(const struct input *input)
{
	return input->kind >= 'A' && input->kind <= 'Z' ? PATTERN_ALLOW : PATTERN_DENY;
}

static int compile(struct input *input, const struct str *patterns, size_t n,
		   struct pattern_list **ret, size_t *bad)
{
	struct cavra_error error = {.text = ""};
	struct arena *arena = &input->arena;
	int code;
	switch (ascii_lower(input->kind)) {
	case 'p':
		code = path_patterns_compile(arena, patterns, n, mood(input), ret, bad, &error);
		break;
	case 'n':
		code = name_patterns_compile(arena, patterns, n, input->is_tree, ret, bad, &error);
		break;
	case 'h':
		code = host_patterns_compile(arena, patterns, n, ret, bad, &error);
		break;
	default:
		code = command_patterns_compile(arena, patterns, n, mood(input), ret, bad, &error);
	}
	FUZZ_CHECK(code == 0 || (error.text[0] && *bad < n));
	return code;
}

static struct match_result match(struct input *input, const struct pattern_list *list)
{
	struct arena *arena = &input->arena;
	struct pipeline_stage stages[2] = {{input->word, input->n_words},
					   {input->word, input->n_words / 2}};
	switch (ascii_lower(input->kind)) {
	case 'p':
		return path_match(list, input->name, input->n_names, input->is_tree, arena);
	case 'n':
		return name_match(list, input->name[0], arena);
	case 'h':
		return host_match(list, input->name[0], (unsigned)input->n_names, arena);
	case '|':
		return pipeline_match(list, stages, 2, arena);
	default:
		return command_match(list, input->word, input->n_words, arena);
	}
}

/* An exception or a header changes what the patterns around it mean. */
static bool is_special(struct str pattern)
{
	return str_starts(pattern, STR("!")) || str_starts(pattern, STR("--- "));
}

static void check_alone(struct input *input, struct match_result together)
{
	struct match_result best = {.match = MATCH_NO};
	for (size_t i = 0; i < input->n_patterns; i++) {
		struct pattern_list *one;
		size_t bad;
		if (is_special(input->pattern[i]))
			return;
		if (compile(input, &input->pattern[i], 1, &one, &bad) < 0)
			abort();
		enum match alone = match(input, one).match;
		if (alone > best.match)
			best = (struct match_result){alone, (unsigned)i, input->pattern[i]};
	}
	/* Several names in an allow list may each need a pattern of their own. */
	if (mood(input) == PATTERN_ALLOW && input->n_names > 1)
		FUZZ_CHECK(together.match >= best.match);
	else
		FUZZ_CHECK(together.match == best.match);
	if (together.match != MATCH_NO && input->n_names == 1)
		FUZZ_CHECK(together.index == best.index);
}

/* Unknown parts become the shortest text that they may be; shell patterns stay as they are. */
static struct value fill(struct arena *arena, struct value value)
{
	struct str text = STR("");
	for (size_t i = 0; i < value.n; i++)
		text = arena_join(arena, text,
				  value.seg[i].kind == SEG_NUMBER ? STR("7") : value.seg[i].text);
	return value_from(arena, text);
}

static bool is_canonical(struct value value)
{
	struct str text = value.n ? value.seg[0].text : STR("");
	bool empty_part = str_find(text, STR("//")) != STR_NPOS || str_ends(text, STR("/"));
	return text.n && !empty_part;
}

static void check_filled(struct input *input, const struct pattern_list *list, enum match before)
{
	size_t used = 0;
	for (size_t i = 0; i < input->n_names; i++) {
		input->name[i] = fill(&input->arena, input->name[i]);
		if (ascii_lower(input->kind) == 'p' && !is_canonical(input->name[i]))
			return;
	}
	for (size_t i = 0; i < input->n_words; i++) {
		struct command_word word = input->word[i];
		if (word.many && i)
			continue;
		word.many = false;
		word.value = fill(&input->arena, word.value);
		input->word[used++] = word;
	}
	input->n_words = used;
	enum match after = match(input, list).match;
	if (before == MATCH_NO)
		FUZZ_CHECK(after == MATCH_NO);
	if (before == MATCH_MUST)
		FUZZ_CHECK(after == MATCH_MUST);
}

static bool read_input(struct input *input, struct str text)
{
	struct str line;
	if (text.n < 2)
		return false;
	input->kind = text.p[0];
	input->is_tree = text.p[1] == 't';
	text = str_from_at(text, 2);
	while (str_split(&text, '\n', &line) && line.n)
		if (input->n_patterns < MAX_PATTERNS)
			input->pattern[input->n_patterns++] = line;
	if (!text.p)
		return false;
	if (!memchr("pPnNhH", input->kind, 6)) {
		input->n_words = partly_words(&input->arena, arena_str(&input->arena, text).p,
					      input->word);
		return input->n_words > 0;
	}
	while (input->n_names < MAX_NAMES && str_split(&text, '\n', &line))
		input->name[input->n_names++] = partly_value(&input->arena, line);
	return input->n_names > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.kind = 0};
	struct pattern_list *list;
	size_t bad = 0;
	if (size > KiB(2))
		return 0;
	arena_init(&input.arena, MiB(64));
	if (read_input(&input, str_make((const char *)data, size)) && input.n_patterns &&
	    compile(&input, input.pattern, input.n_patterns, &list, &bad) == 0) {
		struct match_result together = match(&input, list);
		check_alone(&input, together);
		check_filled(&input, list, together.match);
	}
	arena_release(&input.arena);
	return 0;
}
