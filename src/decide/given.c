/* SPDX-License-Identifier: Apache-2.0
 *
 * Words that a command takes from its standard input and hands to the one inside it (xargs), where that input is known.
 */
#include "base/limits.h"
#include "decide/command.h"

enum { GIVEN_MAX = 64 };

struct given {
	struct str items[GIVEN_MAX];
	size_t n;
	bool overflow;
};

static void add(struct given *given, struct str item)
{
	if (given->n < GIVEN_MAX)
		given->items[given->n++] = item;
	else
		given->overflow = true;
}

static const struct seen_option *option_of(const struct command *c, const char *first,
					   const char *second)
{
	for (size_t i = 0; i < c->arguments.n_options; i++) {
		const char *name = knowledge_text(c->arguments.options[i].option->name);
		if (strcmp(name, first) == 0 || strcmp(name, second) == 0)
			return &c->arguments.options[i];
	}
	return NULL;
}

static void split_at(struct given *given, struct str text, char separator)
{
	struct str item;
	while (str_split(&text, separator, &item))
		if (item.n)
			add(given, item);
}

/* Blanks and line ends separate; what quotes and backslashes would do to that is left to the unknown. */
static void split_blanks(struct given *given, struct str text)
{
	size_t from = 0;
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && strchr("\"'\\", text.p[i]))
			given->overflow = true;
		if (i < text.n && !strchr(" \t\n", text.p[i]))
			continue;
		if (i > from)
			add(given, str_first(str_from_at(text, from), i - from));
		from = i + 1;
	}
}

/* One character, or what the usual backslashes stand for. */
static bool separator_of(struct decider *d, const struct seen_option *delimiter, char *ret)
{
	static const char from[] = "0nt\\", to[] = "\0\n\t\\";
	struct str text = value_is_known(delimiter->value) ? value_text(d->arena, delimiter->value)
							   : STR("");
	const char *at = text.n == 2 && text.p[0] == '\\' ? strchr(from, text.p[1]) : NULL;
	*ret = at ? to[at - from] : text.n ? text.p[0] : '\0';
	return at || (text.n == 1 && *ret != '\\');
}

bool is_standard_input(struct str name)
{
	static const char *const names[] = {"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"};
	return str_is_one_of(name, names, sizeof names / sizeof *names);
}

/* What the words are taken from: the file of -a, mostly standard input. */
static bool given_text(struct decider *d, const struct command *c, struct str *ret_text)
{
	const struct seen_option *file = option_of(c, "-a", "--arg-file");
	if (file && shell_substitution_output(file->value, ret_text))
		return true;
	bool standard = !file || (value_is_known(file->value) &&
				  is_standard_input(value_text(d->arena, file->value)));
	if (!standard || !c->scope.input || !value_is_known(*c->scope.input))
		return false;
	*ret_text = value_text(d->arena, *c->scope.input);
	return true;
}

static bool read_given(struct decider *d, const struct command *c, bool lines, struct given *given)
{
	struct str text;
	char separator;
	const struct seen_option *delimiter = option_of(c, "-d", "--delimiter");
	*given = (struct given){.n = 0};
	if (!given_text(d, c, &text))
		return false;
	if (option_of(c, "-0", "--null"))
		split_at(given, text, '\0');
	else if (delimiter && !separator_of(d, delimiter, &separator))
		return false;
	else if (delimiter)
		split_at(given, text, separator);
	else if (lines)
		split_at(given, text, '\n');
	else
		split_blanks(given, text);
	return !given->overflow && given->n;
}

static void run_each(struct decider *d, const struct given_words *inner, const struct given *given,
		     const struct scope *scope)
{
	for (size_t i = 0; i < given->n; i++) {
		struct word *words = ARENA_ARRAY(d->arena, inner->n, struct word);
		struct value item = value_from(d->arena, given->items[i]);
		memcpy(words, inner->words, inner->n * sizeof *words);
		for (size_t k = 0; k < inner->n; k++)
			words[k].value = value_replace(d->arena, words[k].value, inner->what, item);
		run_words(d, words, inner->n, scope);
	}
}

static void run_together(struct decider *d, const struct given_words *inner,
			 const struct given *given, const struct scope *scope)
{
	struct word *words = ARENA_ARRAY(d->arena, inner->n + given->n, struct word);
	memcpy(words, inner->words, inner->n * sizeof *words);
	for (size_t i = 0; i < given->n; i++)
		words[inner->n + i] = (struct word){.value = value_from(d->arena, given->items[i]),
						    .span = scope->span};
	run_words(d, words, inner->n + given->n, scope);
}

void given_words_run(struct decider *d, const struct command *c, const struct given_words *inner,
		     const struct scope *scope)
{
	struct given given;
	if (!read_given(d, c, inner->what.n > 0, &given))
		return;
	if (inner->what.n)
		run_each(d, inner, &given, scope);
	else
		run_together(d, inner, &given, scope);
}

/* As one word, whatever is in it. */
static struct value quoted(struct decider *d, struct str item)
{
	struct value v = value_from(d->arena, STR("'"));
	v = value_concat(d->arena, v,
			 value_replace(d->arena, value_from(d->arena, item), STR("'"),
				       value_from(d->arena, STR("'\\''"))));
	return value_concat(d->arena, v, value_from(d->arena, STR("'")));
}

static void run_text(struct decider *d, struct str text, struct str item, const struct scope *scope)
{
	static const char *const places[] = {"{}", "{1}"};
	struct value whole = value_from(d->arena, text);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		whole = value_replace(d->arena, whole, str_from(places[i]), quoted(d, item));
	if (!text.n)
		whole = value_from(d->arena, item);
	else if (str_find_char(text, '{') == STR_NPOS)
		whole = value_concat(d->arena,
				     value_concat(d->arena, whole, value_from(d->arena, STR(" "))),
				     quoted(d, item));
	system_text(d, value_text(d->arena, whole), scope);
}

void given_text_run(struct decider *d, const struct command *c, const struct given_words *inner,
		    const struct scope *scope)
{
	struct str text = STR("");
	struct given given = {.n = 0};
	size_t i = 0;
	for (; i < inner->n && word_is_known(&inner->words[i]); i++) {
		struct str word = value_text(d->arena, inner->words[i].value);
		if (str_is(word, ":::"))
			break;
		text = text.n ? arena_join3(d->arena, text, STR(" "), word) : word;
	}
	bool listed = i < inner->n;
	for (i++; i < inner->n && word_is_known(&inner->words[i]); i++)
		add(&given, value_text(d->arena, inner->words[i].value));
	if (i < inner->n || (!listed && !read_given(d, c, true, &given)))
		return;
	for (size_t k = 0; k < given.n; k++)
		run_text(d, text, given.items[k], scope);
}
