/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading one command pattern: words separated by spaces, '*' for anything.
 *
 * In block and approval lists '*' also passes from word to word, and options may stand between and behind the
 * words. In allow lists '*' stays in its word, but for one at the end, which takes all words that follow.
 */
#include "policy/pattern_list.h"

enum { PATTERN_WORDS = 128, OFFER_BYTES = 4 };

/* A pattern cut into words. */
struct words {
	struct str word[PATTERN_WORDS];
	size_t n;
};

static int split_words(struct str text, struct words *ret, struct cavra_error *error)
{
	struct str word;
	ret->n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\n' || text.p[i] == '\t' || text.p[i] == '\r')
			return error_set(error, CAVRA_ERR_POLICY,
					 "a tab or line break in a command pattern; separate words "
					 "by spaces");
	while (str_split(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (ret->n == PATTERN_WORDS)
			return error_set(error, CAVRA_ERR_LIMIT,
					 "command pattern of more than %d words",
					 (int)PATTERN_WORDS);
		ret->word[ret->n++] = word;
	}
	if (ret->n == 0)
		return error_set(error, CAVRA_ERR_POLICY,
				 "empty command pattern; write * for every command");
	return 0;
}

static bool is_option(struct str word)
{
	return word.n > 1 && word.p[0] == '-';
}

static bool has_star(struct str word)
{
	return str_find_char(word, '*') != STR_NPOS;
}

static void add_star(struct automaton_builder *out, bool crosses)
{
	if (out->n && out->element[out->n - 1].kind == ELEMENT_RUN)
		out->element[out->n - 1].crosses |= crosses;
	else
		automaton_add(out, (struct element){.kind = ELEMENT_RUN,
						    .set = ELEMENT_SET_ALL,
						    .crosses = crosses});
}

/* stars: whether they cross words. equals: "--x=y" may also be written "--x y". */
static void add_word(struct automaton_builder *out, struct str word, bool stars, bool equals)
{
	equals = equals && str_starts(word, STR("--"));
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '*')
			add_star(out, stars);
		else
			automaton_add(out, (struct element){.kind = ELEMENT_BYTE,
							    .byte = (unsigned char)word.p[i],
							    .equals = equals && word.p[i] == '='});
	}
}

/* Is an option, or what may be one, among the three words in front? Then this one may be its value. */
static bool may_be_value(const struct words *words, size_t i)
{
	for (size_t k = i > 3 ? i - 3 : 0; k < i; k++)
		if (is_option(words->word[k]) || has_star(words->word[k]))
			return true;
	return words->word[i].p[0] == '*';
}

static void read_deny(struct automaton_builder *out, const struct words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		struct str before = i ? words->word[i - 1] : STR("");
		struct element space = {
			.kind = ELEMENT_SPACE,
			.skip = is_option(words->word[i]) ? SKIP_ANY : SKIP_OPTIONS,
			.equals = str_starts(before, STR("--")),
			.joined = is_option(before) && before.n == 2,
			.values = may_be_value(words, i),
		};
		if (i)
			automaton_add(out, space);
		add_word(out, words->word[i], true, true);
	}
	automaton_add(out, (struct element){.kind = ELEMENT_END, .skip = SKIP_OPTIONS});
}

static void read_allow(struct automaton_builder *out, const struct words *words)
{
	struct str last = words->word[words->n - 1];
	bool open = str_ends(last, STR("*"));
	for (size_t i = 0; i < words->n; i++) {
		struct str word = words->word[i];
		struct element space = {.kind = ELEMENT_SPACE,
					.skip = open ? SKIP_OPTIONS : SKIP_NONE,
					.values = may_be_value(words, i)};
		if (i)
			automaton_add(out, space);
		/* "pytest*" is the word pytest; "agent/x*" goes on within its word. */
		if (i + 1 == words->n)
			while (word.n > 1 && str_ends(word, STR("*")) &&
			       (word.p[word.n - 2] == '*' || ascii_is_name(word.p[word.n - 2])))
				word.n--;
		add_word(out, word, false, false);
	}
	automaton_add(out,
		      (struct element){.kind = ELEMENT_END, .skip = open ? SKIP_ANY : SKIP_NONE});
}

/* The program's base name is what commands are matched by. */
static int cut_directory(struct words *words, enum pattern_mood mood, struct cavra_error *error)
{
	struct str base = str_basename(words->word[0]);
	if (base.n == words->word[0].n)
		return 0;
	if (mood == PATTERN_ALLOW || base.n == 0)
		return error_set(error, CAVRA_ERR_POLICY,
				 "'%.*s': commands are matched by the program's name without "
				 "directories; write '%.*s'",
				 STR_ARG(words->word[0]), STR_ARG(base.n ? base : STR("*")));
	words->word[0] = base;
	return 0;
}

static int finish(struct automaton_builder *out, struct automaton *ret, struct cavra_error *error)
{
	if (automaton_finish(out, false, ret))
		return 0;
	return error_set(error, CAVRA_ERR_LIMIT, "pattern is too long to match");
}

/* The words with the options moved behind the others, alone or each with the word behind it; false when
 * that changes nothing. `rm -rf .git` is also `rm .git -rf`.
 */
static bool move_options(const struct words *words, bool with_value, struct words *ret)
{
	bool changed = false;
	ret->n = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < words->n; i++) {
			bool option = is_option(words->word[i]);
			bool value = with_value && i && !option && is_option(words->word[i - 1]);
			if ((option || value) == (pass == 1))
				ret->word[ret->n++] = words->word[i];
		}
	for (size_t i = 0; i < words->n; i++)
		changed |= ret->word[i].p != words->word[i].p;
	return changed;
}

/* What a command must start with for this form, as far as that is plain to see. */
static void set_key(const struct words *words, struct command_form *form)
{
	struct str second = words->n > 1 ? words->word[1] : STR("");
	size_t star = str_find_char(second, '*');
	form->program = form->operand = STR("");
	form->operand_open = star != STR_NPOS;
	if (has_star(words->word[0]) || str_starts(words->word[0], STR("-")))
		return;
	form->program = words->word[0];
	if (!is_option(second))
		form->operand = str_first(second, star);
}

/* open: words may follow, whatever the last one looks like. */
static int add_form(struct arena *arena, const struct words *words, enum pattern_mood mood,
		    bool open, struct command_form *ret, struct cavra_error *error)
{
	struct automaton_builder out = {.arena = arena};
	if (mood == PATTERN_DENY)
		read_deny(&out, words);
	else
		read_allow(&out, words);
	if (open)
		out.element[out.n - 1].skip = SKIP_ANY;
	set_key(words, ret);
	return finish(&out, &ret->automaton, error);
}

int command_pattern_parse(struct arena *arena, struct str text, enum pattern_mood mood,
			  struct command_form ret[COMMAND_FORMS], size_t *ret_n,
			  struct cavra_error *error)
{
	struct words words = {.n = 0}, moved;
	*ret_n = 0;
	if (str_starts(text, STR("!")))
		return error_set(error, CAVRA_ERR_POLICY,
				 "'!' exceptions are for paths; write the command under allow or a "
				 "narrower pattern");
	int code = split_words(text, &words, error);
	if (code < 0 || (code = cut_directory(&words, mood, error)) < 0)
		return code;
	code = add_form(arena, &words, mood, false, &ret[(*ret_n)++], error);
	bool open = str_ends(words.word[words.n - 1], STR("*"));
	for (int with_value = 0; with_value < 2 && mood == PATTERN_DENY && code == 0; with_value++)
		if (move_options(&words, with_value, &moved))
			code = add_form(arena, &moved, mood, open, &ret[(*ret_n)++], error);
	return code;
}

static struct value word_text(struct arena *arena, struct str word)
{
	struct value value = value_from(arena, STR(""));
	struct str piece;
	for (bool first = true; str_split(&word, '*', &piece); first = false) {
		if (!first)
			value = value_concat(arena, value, value_any());
		value = value_concat(arena, value, value_from(arena, piece));
	}
	return value;
}

/* A star that passes from word to word is known only at the ends of its word. */
static bool has_inner_star(struct str word)
{
	size_t star = str_find_char(str_from_at(word, 1), '*');
	return star != STR_NPOS && star + 2 < word.n;
}

static enum command_word_class class_of(struct str word, bool first)
{
	if (is_option(word))
		return CW_OPTION;
	return first ? CW_PROGRAM : CW_OPERAND;
}

size_t command_pattern_words(struct arena *arena, struct str text, enum pattern_mood mood,
			     struct command_word **ret_words)
{
	static const struct command_word any = {.many = true, .cls = CW_OPERAND};
	struct words words = {.n = 0};
	size_t n = 0, cap = 0;
	*ret_words = NULL;
	if (str_find_char(text, '|') != STR_NPOS || split_words(text, &words, NULL) < 0 ||
	    cut_directory(&words, mood, NULL) < 0)
		return 0;
	for (size_t i = 0; i < words.n; i++) {
		struct str word = words.word[i];
		bool open = str_ends(word, STR("*")) && (mood == PATTERN_DENY || i + 1 == words.n);
		if (mood == PATTERN_DENY && has_inner_star(word))
			return 0;
		if (mood == PATTERN_DENY && i && word.n > 1 && word.p[0] == '*')
			ARENA_PUSH(arena, *ret_words, n, cap) = any;
		if (open && mood == PATTERN_ALLOW && word.n > 1 &&
		    ascii_is_name(word.p[word.n - 2]))
			word.n--;
		if (word.n > 1 || !open)
			ARENA_PUSH(arena, *ret_words, n, cap) = (struct command_word){
				.value = word_text(arena, word), .cls = class_of(word, i == 0)};
		if (open)
			ARENA_PUSH(arena, *ret_words, n, cap) = any;
	}
	return n;
}

static bool is_boundary(const struct automaton *automaton, unsigned at)
{
	const struct element *element = &automaton->element[at];
	return element->kind == ELEMENT_SPACE && !element->equals && !element->joined;
}

/* Its end in front of the first '=' of an option, which may be a space in the text. */
static unsigned before_equals(const struct automaton *automaton, struct byte_stretch stretch)
{
	unsigned to = stretch.from;
	while (to < stretch.to && !automaton->element[to].equals)
		to++;
	return to;
}

void command_pattern_offer(struct arena *arena, const struct automaton *automaton, uint32_t id,
			   struct literal **offers, size_t *n, size_t *cap)
{
	struct byte_stretch stretch;
	size_t first = *n;
	bool program = false;
	for (unsigned at = 0; next_stretch(automaton, at, &stretch); at = stretch.to) {
		stretch.to = before_equals(automaton, stretch);
		if (stretch.to == stretch.from) {
			stretch.to++;
			continue;
		}
		bool before = stretch.from == 0 || is_boundary(automaton, stretch.from - 1);
		bool behind = automaton->element[stretch.to].kind == ELEMENT_END ||
			      is_boundary(automaton, stretch.to);
		struct str text = stretch_text(arena, automaton, stretch, before ? ' ' : 0,
					       behind ? ' ' : 0);
		/* The program says the least: most commands of a list share theirs. */
		if (program && stretch.from > 0 && text.n >= OFFER_BYTES) {
			*n = first;
			program = false;
		}
		program |= stretch.from == 0;
		ARENA_PUSH(arena, *offers, *n, *cap) = (struct literal){text, id};
	}
}
