/* SPDX-License-Identifier: Apache-2.0
 *
 * Random patterns and texts: the indexed lists must answer what the plain matcher answers, and what they
 * say of partly known text must hold for every concrete text that it may stand for.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "plain_match.h"

static uint64_t seed = 88172645463325252u;

static unsigned random_below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return n ? (unsigned)(seed >> 11) % n : 0;
}

static const char *pick(const char *const *from, size_t n)
{
	return from[random_below((unsigned)n)];
}
#define PICK(array) pick((array), ARRAY_SIZE(array))

struct text {
	char p[256];
	size_t n;
};

static void add(struct text *text, const char *more)
{
	size_t n = strlen(more);
	assert_true(text->n + n < sizeof text->p);
	memcpy(text->p + text->n, more, n);
	text->n += n;
}

static struct str str_of(const struct text *text)
{
	return str_make(text->p, text->n);
}

/* ---- paths ---- */

static const char *const pattern_parts[] = {"a",  "b",  "ab", ".a",  "A",   "*",    "?",
					    "**", "a*", "*b", "a*b", "*a*", "[ab]", "[!a]b",
					    ".*", "a?", "aa", "ba",  "b.a", "?b"};
static const char *const name_parts[] = {"a",  "b",   "ab",  ".a",  "A", "B",
					 "ba", "aab", "b.a", "aBb", "."};

static void random_pattern(struct text *text)
{
	static const char *const fronts[] = {"", "", "", "/", "**/", "**/"};
	static const char *const ends[] = {"", "", "", "/**", "/", "/*"};
	text->n = 0;
	add(text, PICK(fronts));
	unsigned n = 1 + random_below(3);
	for (unsigned i = 0; i < n; i++) {
		add(text, i ? "/" : "");
		add(text, PICK(pattern_parts));
	}
	add(text, PICK(ends));
}

static void random_name(struct text *text)
{
	text->n = 0;
	add(text, random_below(4) ? "" : "/");
	unsigned n = 1 + random_below(4);
	for (unsigned i = 0; i < n; i++) {
		add(text, i ? "/" : "");
		add(text, PICK(name_parts));
	}
}

enum { LIST = 24 };

/* A list and the texts it was made of. */
struct sample {
	struct arena arena;
	struct text text[LIST];
	struct str pattern[LIST];
	size_t n;
	struct pattern_list *list;
};

static void compile_paths(struct sample *sample, size_t n, enum pattern_mood mood)
{
	size_t bad;
	struct cavra_error error;
	arena_init(&sample->arena, MiB(64));
	sample->n = n;
	for (size_t i = 0; i < n; i++) {
		random_pattern(&sample->text[i]);
		sample->pattern[i] = str_of(&sample->text[i]);
	}
	int code = path_patterns_compile(&sample->arena, sample->pattern, n, mood, &sample->list,
					 &bad, &error);
	if (code < 0)
		print_error("%.*s: %s\n", STR_ARG(sample->pattern[bad]), error.text);
	assert_int_equal(code, 0);
}

static void test_known_paths(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct sample sample;
		bool deny = round % 2;
		compile_paths(&sample, 1 + random_below(LIST), deny ? PATTERN_DENY : PATTERN_ALLOW);
		for (int k = 0; k < 30; k++) {
			struct text name;
			size_t first = 0;
			random_name(&name);
			while (first < sample.n &&
			       !plain_path(sample.pattern[first], str_of(&name), deny))
				first++;
			struct value value = value_from(&sample.arena, str_of(&name));
			struct match_result got = path_match(sample.list, &value, 1, false,
							     &sample.arena);
			bool same = got.match == (first < sample.n ? MATCH_MUST : MATCH_NO) &&
				    (got.match == MATCH_NO || got.index == first);
			if (!same)
				print_error("%.*s: got %d by %.*s, want %.*s\n", (int)name.n,
					    name.p, got.match, STR_ARG(got.pattern),
					    STR_ARG(first < sample.n ? sample.pattern[first]
								     : STR("nothing")));
			assert_true(same);
		}
		arena_release(&sample.arena);
	}
}

/* ---- concrete texts of partly known ones ---- */

static const char *const any_texts[] = {"",   "a", "b",  "/",   ".",     "/a",
					"a/", "x", "ab", "/.a", "A/b/a", "-a"};
static const char *const number_texts[] = {"0", "1", "-1", "10", "7"};
static const char *const glob_sources[] = {"*", "?", "[ab]", "[!a]", "@(a|.a)"};
static const char *const glob_texts[] = {"", "a", "b", "ab", "A", ".", ".a", "x", "ba"};

/* How one element of a shell pattern was filled in. */
struct filling {
	struct text text;
	bool from_pattern[256]; /* bytes that a file-name match supplied */
	bool possible;
};

static void add_glob(struct filling *out, struct str element, unsigned choice)
{
	if (choice == 0) { /* the word stays as it is */
		memcpy(out->text.p + out->text.n, element.p, element.n);
		out->text.n += element.n;
		return;
	}
	struct str text = str_from(glob_texts[choice - 1]);
	out->possible &= glob_element_matches(element, text);
	bool extended = element.p[0] == '@';
	for (size_t i = 0; i < text.n; i++)
		out->from_pattern[out->text.n + i] = !extended;
	add(&out->text, text.p);
}

static unsigned choices(const struct seg *seg)
{
	switch (seg->kind) {
	case SEG_ANY:
		return ARRAY_SIZE(any_texts);
	case SEG_NUMBER:
		return ARRAY_SIZE(number_texts);
	case SEG_GLOB:
		return ARRAY_SIZE(glob_texts) + 1;
	case SEG_TEXT:
		break;
	}
	return 1;
}

static struct filling fill(struct value value, unsigned number)
{
	struct filling out = {.possible = true};
	size_t glob_start = SIZE_MAX, part_start = SIZE_MAX;
	for (size_t i = 0; i < value.n; i++) {
		const struct seg *seg = &value.seg[i];
		unsigned choice = number % choices(seg);
		number /= choices(seg);
		bool start = out.text.n == 0 || out.text.p[out.text.n - 1] == '/';
		if (seg->kind == SEG_GLOB && choice && start)
			part_start = out.text.n;
		if (seg->kind == SEG_GLOB && choice && start && seg->text.p[0] != '@')
			glob_start = out.text.n;
		if (seg->kind == SEG_GLOB)
			add_glob(&out, seg->text, choice);
		else if (seg->kind == SEG_TEXT)
			add(&out.text, seg->text.p);
		else
			add(&out.text,
			    seg->kind == SEG_ANY ? any_texts[choice] : number_texts[choice]);
		/* A name that starts with '.' is matched by no pattern that does not. */
		if (glob_start < out.text.n && out.text.p[glob_start] == '.')
			out.possible = false;
		/* No file has an empty name. */
		if (part_start < out.text.n && out.text.p[part_start] == '/')
			out.possible = false;
	}
	return out;
}

static unsigned fillings(struct value value)
{
	unsigned n = 1;
	for (size_t i = 0; i < value.n; i++)
		n *= choices(&value.seg[i]);
	return n;
}

static struct value random_value(struct arena *arena, const char *const *parts, size_t n_parts)
{
	struct value value = {NULL, 0};
	unsigned n = 1 + random_below(4);
	for (unsigned i = 0, unknown = 0; i < n; i++) {
		struct seg *seg = ARENA_NEW(arena, struct seg);
		*seg = (struct seg){SEG_TEXT, str_from(pick(parts, n_parts)), NULL};
		unsigned kind = unknown < 2 ? random_below(6) : 5;
		if (kind < 3) {
			static const enum seg_kind kinds[] = {SEG_ANY, SEG_NUMBER, SEG_GLOB};
			seg->kind = kinds[kind];
			seg->text = kind == 2 ? str_from(PICK(glob_sources)) : STR("");
			unknown++;
		}
		value = value_concat(arena, value, (struct value){seg, 1});
	}
	return value;
}

/* Tallies of answers, to see that the test is not about MATCH_MAY alone. */
struct tally {
	unsigned answer[3];
};

static void check_tally(const struct tally *tally)
{
	for (int i = 0; i < 3; i++) {
		if (tally->answer[i] <= 150)
			print_error("answer %d was given %u times\n", i, tally->answer[i]);
		assert_true(tally->answer[i] > 150);
	}
}

static bool plain_first(const struct sample *sample, struct str name, bool deny)
{
	for (size_t i = 0; i < sample->n; i++)
		if (plain_path(sample->pattern[i], name, deny))
			return true;
	return false;
}

static void test_partly_known_paths(void **state)
{
	static const char *const parts[] = {"a", "b", "/", "/a", "a/", ".", ".a", "ab/", "/b", "A"};
	struct tally tally = {{0}};
	(void)state;
	for (int round = 0; round < 6000; round++) {
		struct sample sample;
		bool deny = round % 2;
		compile_paths(&sample, 1 + random_below(3), deny ? PATTERN_DENY : PATTERN_ALLOW);
		struct value value = random_value(&sample.arena, parts, ARRAY_SIZE(parts));
		enum match got = path_match(sample.list, &value, 1, false, &sample.arena).match;
		tally.answer[got]++;
		for (unsigned k = 0, n = fillings(value); k < n && got != MATCH_MAY; k++) {
			struct filling filling = fill(value, k);
			struct str name = str_of(&filling.text);
			if (!filling.possible || str_find(name, STR("//")) != STR_NPOS ||
			    name.n == 0)
				continue;
			bool hit = plain_first(&sample, name, deny);
			if (hit != (got == MATCH_MUST))
				print_error("%.*s said %d of %.*s, which stands for %.*s\n",
					    STR_ARG(sample.pattern[0]), got,
					    STR_ARG(value_show(&sample.arena, value)),
					    STR_ARG(name));
			assert_true(hit == (got == MATCH_MUST));
		}
		arena_release(&sample.arena);
	}
	check_tally(&tally);
}

/* ---- commands ---- */

static const char *const pattern_words[] = {"a",   "b",   "ab",    "a*",  "*b",  "*",   "-x",
					    "-x*", "--o", "--o=b", "--*", "a/*", "b-*", "a*b"};
static const char *const plain_words[] = {"a",     "b",    "ab",  "ba",  "-x",  "-xa",  "--o",
					  "--o=b", "--ob", "a/b", "b-a", "aab", "--o=a"};

static void random_command_pattern(struct text *text)
{
	text->n = 0;
	unsigned n = 1 + random_below(4);
	for (unsigned i = 0; i < n; i++) {
		add(text, i ? " " : "");
		const char *word = PICK(pattern_words);
		while (i == 0 && str_find_char(str_from(word), '/') != STR_NPOS)
			word = PICK(pattern_words);
		add(text, word);
	}
	add(text, random_below(4) ? "" : "*");
}

static void compile_commands(struct sample *sample, size_t n, enum pattern_mood mood)
{
	size_t bad;
	arena_init(&sample->arena, MiB(64));
	sample->n = n;
	for (size_t i = 0; i < n; i++) {
		random_command_pattern(&sample->text[i]);
		sample->pattern[i] = str_of(&sample->text[i]);
	}
	assert_int_equal(command_patterns_compile(&sample->arena, sample->pattern, n, mood,
						  &sample->list, &bad, NULL),
			 0);
}

/* Gives the words their classes: what stands behind "-x" may be its value. */
static void classify(struct command_word *words, size_t n, unsigned value_behind_x)
{
	for (size_t i = 0; i < n; i++) {
		struct str text = words[i].value.n && words[i].value.seg[0].kind == SEG_TEXT
					  ? words[i].value.seg[0].text
					  : STR("");
		bool behind = i > 1 && words[i - 1].value.n == 1 &&
			      str_is(words[i - 1].value.seg[0].text, "-x");
		words[i].cls = i == 0                       ? CW_PROGRAM
			       : str_starts(text, STR("-")) ? CW_OPTION
							    : CW_OPERAND;
		if (behind && value_behind_x && words[i].cls == CW_OPERAND)
			words[i].cls = CW_OPTION_VALUE;
	}
}

/* A pattern "-x y" may also mean "-xy", which the plain matcher leaves out. */
static bool may_be_joined(const struct sample *sample)
{
	for (size_t i = 0; i < sample->n; i++)
		if (str_find(sample->pattern[i], STR("-x ")) != STR_NPOS)
			return true;
	return false;
}

static void show_words(const struct command_word *words, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++)
		print_error("%.*s@%d ", STR_ARG(value_show(arena, words[i].value)), words[i].cls);
	print_error("\n");
}

static void test_known_commands(void **state)
{
	(void)state;
	unsigned hits = 0;
	for (int round = 0; round < 4000; round++) {
		struct sample sample;
		bool deny = round % 2;
		compile_commands(&sample, 1 + random_below(LIST),
				 deny ? PATTERN_DENY : PATTERN_ALLOW);
		for (int k = 0; k < 30; k++) {
			struct command_word words[6] = {{.many = false}};
			size_t n = 1 + random_below(6), first = 0;
			for (size_t i = 0; i < n; i++)
				words[i].value = value_from(&sample.arena,
							    str_from(PICK(plain_words)));
			classify(words, n, random_below(2));
			struct plain_mode sure = {deny, true}, may = {deny, false};
			while (first < sample.n &&
			       !plain_command(sample.pattern[first], words, n, sure))
				first++;
			bool possible = may_be_joined(&sample);
			for (size_t i = 0; i < sample.n; i++)
				possible |= plain_command(sample.pattern[i], words, n, may);
			struct match_result got = command_match(sample.list, words, n,
								&sample.arena);
			bool same = first < sample.n ? got.match == MATCH_MUST && got.index == first
						     : got.match == MATCH_NO ||
							       (got.match == MATCH_MAY && possible);
			hits += first < sample.n;
			if (!same) {
				show_words(words, n, &sample.arena);
				print_error("got %d by %.*s, want %.*s\n", got.match,
					    STR_ARG(got.pattern),
					    STR_ARG(first < sample.n ? sample.pattern[first]
								     : STR("nothing")));
			}
			assert_true(same);
		}
		arena_release(&sample.arena);
	}
	assert_in_range(hits, 10000, 110000);
}

static const char *const unknown_words[] = {"", "a", "b", "-x", "--o=b", "ab", "-", "x"};

/* Words while unknown ones are filled in. */
struct filled {
	struct arena *arena;
	struct command_word word[24];
	bool loose[24]; /* nobody knew this word, so nobody knows what it is to the program */
	size_t n;
};

static void fill_word(struct filled *out, const struct command_word *word, struct str text,
		      bool loose)
{
	struct command_word *fresh = &out->word[out->n];
	*fresh = *word;
	fresh->many = false;
	fresh->value = value_from(out->arena, arena_str(out->arena, text));
	if (loose && out->n)
		fresh->cls = str_starts(text, STR("-")) ? CW_OPTION : CW_OPERAND;
	/* Behind an option that nobody knew, this may be its value. */
	bool behind = out->n && out->loose[out->n - 1] && out->word[out->n - 1].cls == CW_OPTION;
	if (behind && fresh->cls == CW_OPERAND && random_below(2))
		fresh->cls = CW_OPTION_VALUE;
	out->loose[out->n++] = loose;
}

static bool has_glob(struct value value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.seg[i].kind == SEG_GLOB)
			return true;
	return false;
}

/* One way to fill in the unknown words of a command. False: there are none so. */
static bool fill_words(const struct command_word *words, size_t n, struct filled *out)
{
	out->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct command_word operand = {.cls = CW_OPERAND};
		for (unsigned k = words[i].many ? random_below(3) : 0; k > 0; k--)
			fill_word(out, &operand, str_from(PICK(unknown_words)), true);
		if (words[i].many)
			continue;
		bool loose = !value_is_known(words[i].value) && words[i].cls == CW_OPERAND;
		/* A shell pattern may become several words. */
		for (unsigned k = has_glob(words[i].value) ? 1 + random_below(3) : 1; k > 0; k--) {
			struct filling filling = fill(words[i].value,
						      random_below(fillings(words[i].value)));
			if (!filling.possible)
				return false;
			fill_word(out, &words[i], str_of(&filling.text), loose);
		}
	}
	return true;
}

static bool any_command(const struct sample *sample, const struct filled *filled,
			struct plain_mode mode)
{
	for (size_t i = 0; i < sample->n; i++)
		if (plain_command(sample->pattern[i], filled->word, filled->n, mode))
			return true;
	return false;
}

static void test_partly_known_commands(void **state)
{
	static const char *const parts[] = {"a", "b", "-x", "ab", "--o", "=b", "a/", "-"};
	struct tally tally = {{0}};
	(void)state;
	for (int round = 0; round < 6000; round++) {
		struct sample sample;
		bool deny = round % 2;
		struct command_word words[5] = {{.many = false}};
		size_t n = 2 + random_below(4), unknown = 1 + random_below(2);
		compile_commands(&sample, 1 + random_below(3), deny ? PATTERN_DENY : PATTERN_ALLOW);
		for (size_t i = 0; i < n; i++)
			words[i].value = value_from(&sample.arena, str_from(PICK(plain_words)));
		for (size_t i = 0; i < unknown; i++) {
			struct command_word *word = &words[random_below((unsigned)n)];
			if (word != words && random_below(3) == 0)
				word->many = true, word->value = (struct value){NULL, 0};
			else
				word->value = random_value(&sample.arena, parts, ARRAY_SIZE(parts));
		}
		classify(words, n, 1);
		enum match got = command_match(sample.list, words, n, &sample.arena).match;
		tally.answer[got]++;
		for (unsigned k = 0; k < 200 && got != MATCH_MAY; k++) {
			struct filled filled = {.arena = &sample.arena};
			if (!fill_words(words, n, &filled))
				continue;
			bool hit = any_command(&sample, &filled,
					       (struct plain_mode){deny, got == MATCH_MUST});
			if (hit != (got == MATCH_MUST)) {
				print_error("%s %.*s said %d of\n", deny ? "deny" : "allow",
					    STR_ARG(sample.pattern[0]), got);
				show_words(words, n, &sample.arena);
				show_words(filled.word, filled.n, &sample.arena);
			}
			assert_true(hit == (got == MATCH_MUST));
		}
		arena_release(&sample.arena);
	}
	check_tally(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_paths),
		cmocka_unit_test(test_partly_known_paths),
		cmocka_unit_test(test_known_commands),
		cmocka_unit_test(test_partly_known_commands),
	};
	const char *other = getenv("CAVRA_TEST_SEED");
	if (other)
		seed = strtoull(other, NULL, 10) * 2654435761u + 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
