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

static bool read_given(struct decider *d, const struct command *c, bool lines, struct given *given)
{
	struct str text = value_text(d->arena, *c->scope.input);
	const struct seen_option *delimiter = option_of(c, "-d", "--delimiter");
	*given = (struct given){.n = 0};
	if (option_of(c, "-0", "--null"))
		split_at(given, text, '\0');
	else if (delimiter && value_is_known(delimiter->value) && delimiter->value.n)
		split_at(given, text, value_text(d->arena, delimiter->value).p[0]);
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
	if (!c->scope.input || !value_is_known(*c->scope.input) || option_of(c, "-a", "--arg-file"))
		return;
	if (!read_given(d, c, inner->what.n > 0, &given))
		return;
	if (inner->what.n)
		run_each(d, inner, &given, scope);
	else
		run_together(d, inner, &given, scope);
}
