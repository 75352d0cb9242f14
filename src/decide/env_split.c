/* SPDX-License-Identifier: Apache-2.0
 *
 * How env takes the text behind -S apart, which is not how a shell does: the manual of GNU coreutils, "env invocation".
 */
#include "base/array.h"
#include "base/buf.h"
#include "decide/command.h"

struct splitter {
	struct arena *arena;
	struct str text;
	size_t at;
	char *out; /* the word so far; room for the whole text */
	size_t n_out;
	bool in_word, quoted, double_quoted, unknown;
	struct word *words;
	size_t n, cap;
};

static void put(struct splitter *s, char c)
{
	s->out[s->n_out++] = c;
	s->in_word = true;
}

static void end_word(struct splitter *s)
{
	if (!s->in_word)
		return;
	struct value value = s->unknown ? value_any()
					: value_from(s->arena, str_make(s->out, s->n_out));
	/* A variable that is not set leaves no word. */
	ARENA_PUSH(s->arena, s->words, s->n, s->cap) = (struct word){.value = value,
								     .many = s->unknown};
	s->out += s->n_out;
	s->n_out = 0;
	s->in_word = s->unknown = false;
}

/* Behind a backslash. False: env refuses the text; *ret_end: nothing more is read. */
static bool escape(struct splitter *s, char c, bool *ret_end)
{
	static const char from[] = "fnrtv", to[] = "\f\n\r\t\v";
	const char *control = c ? strchr(from, c) : NULL;
	if (s->quoted) {
		if (c != '\\' && c != '\'') {
			put(s, '\\');
			return true;
		}
		s->at++;
		put(s, c);
		return true;
	}
	s->at++;
	if (control)
		put(s, to[control - from]);
	else if (c && strchr("\"#$'\\", c))
		put(s, c);
	else if (c == '_' && s->double_quoted)
		put(s, ' ');
	else if (c == '_')
		end_word(s);
	else if (c == 'c' && !s->double_quoted)
		*ret_end = true;
	else
		return false;
	return true;
}

/* "${NAME}", which is not known. */
static bool variable(struct splitter *s)
{
	struct str rest = str_from_at(s->text, s->at);
	size_t close = str_find_char(rest, '}');
	if (!str_starts(rest, STR("{")) || close == STR_NPOS)
		return false;
	s->at += close + 1;
	s->in_word = s->unknown = true;
	return true;
}

static bool take(struct splitter *s, char c, bool *ret_end)
{
	if (c == '\\')
		return escape(s, s->at < s->text.n ? s->text.p[s->at] : '\0', ret_end);
	if ((c == '\'' && !s->double_quoted) || (c == '"' && !s->quoted)) {
		bool *state = c == '"' ? &s->double_quoted : &s->quoted;
		*state = !*state;
		s->in_word = true;
		return true;
	}
	bool bare = !s->quoted && !s->double_quoted;
	if (bare && strchr(" \t\n\v\f\r", c)) {
		end_word(s);
		return true;
	}
	*ret_end = bare && c == '#' && !s->in_word;
	if (*ret_end || (c == '$' && !s->quoted))
		return *ret_end || variable(s);
	put(s, c);
	return true;
}

/* They may begin with options. False: env refuses the text. */
static bool split(struct arena *arena, struct str text, struct word **ret_words, size_t *ret_n)
{
	struct splitter s = {.arena = arena, .text = text, .out = arena_alloc(arena, text.n + 1)};
	bool end = false;
	while (s.at < text.n && !end) {
		char c = text.p[s.at++];
		if (!c || !take(&s, c, &end))
			return false;
	}
	if (s.quoted || s.double_quoted)
		return false;
	end_word(&s);
	*ret_words = s.words;
	*ret_n = s.n;
	return true;
}

bool env_run(struct decider *d, struct command *c, const struct inner_command *inner,
	     const struct scope *scope)
{
	bool attached = inner->head.n > 0;
	size_t from = inner->from + !attached, n, n_rest = from < inner->to ? inner->to - from : 0;
	struct word *words;
	if (!str_is(c->name, "env") || (!attached && inner->from >= inner->to))
		return false;
	struct value head = attached ? inner->head : c->words[inner->from].value;
	if ((!attached && c->words[inner->from].many) || !value_is_known(head) ||
	    !split(d->arena, value_text(d->arena, head), &words, &n))
		return false;
	struct word *all = ARENA_ARRAY(d->arena, n + n_rest + 1, struct word);
	all[0] = c->words[0];
	for (size_t i = 0; i < n; i++) {
		all[i + 1] = words[i];
		all[i + 1].span = scope->span;
	}
	for (size_t i = 0; i < n_rest; i++)
		all[n + 1 + i] = c->words[from + i];
	run_words(d, all, n + n_rest + 1, scope);
	return true;
}
