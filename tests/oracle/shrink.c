/* SPDX-License-Identifier: Apache-2.0
 *
 * Deletes ever smaller pieces until nothing more can go.
 */
#include "shrink.h"

#include "generate.h"

struct shrinker {
	struct buf *text;
	shrink_fails *fails;
	void *context;
	unsigned tries;
};

/* Replaces [from, to) when the text still fails with it. */
static bool try_replace(struct shrinker *s, size_t from, size_t to, struct str with)
{
	if (s->tries == 0 || from >= to || to > s->text->n)
		return false;
	s->tries--;
	struct buf next;
	buf_init(&next, GENERATE_MAX);
	struct str old = buf_str(s->text);
	buf_add(&next, str_first(old, from));
	buf_add(&next, with);
	buf_add(&next, str_from_at(old, to));
	bool better = !next.failed && s->fails(s->context, buf_str(&next));
	if (better) {
		buf_clear(s->text);
		buf_add(s->text, buf_str(&next));
	}
	buf_release(&next);
	return better;
}

static size_t piece_end(struct str text, size_t from, char separator)
{
	size_t end = str_find_char(str_from_at(text, from), separator);
	return end == STR_NPOS ? text.n : from + end + 1;
}

static bool delete_pieces(struct shrinker *s, char separator)
{
	bool progress = false;
	for (size_t from = 0; from < s->text->n && s->tries;) {
		size_t to = piece_end(buf_str(s->text), from, separator);
		if (try_replace(s, from, to, STR("")))
			progress = true;
		else
			from = to;
	}
	return progress;
}

static bool delete_bytes(struct shrinker *s, size_t n)
{
	bool progress = false;
	for (size_t from = 0; from < s->text->n && s->tries;) {
		size_t to = from + n < s->text->n ? from + n : s->text->n;
		if (try_replace(s, from, to, STR("")))
			progress = true;
		else
			from += n > 1 ? n / 2 : 1;
	}
	return progress;
}

void shrink_text(struct buf *text, shrink_fails *fails, void *context, unsigned tries)
{
	struct shrinker shrinker = {text, fails, context, tries};
	bool progress = true;
	while (progress && shrinker.tries) {
		progress = delete_pieces(&shrinker, '\n');
		progress |= delete_pieces(&shrinker, ';');
		progress |= delete_pieces(&shrinker, ' ');
		for (size_t n = text->n / 2; n > 0; n /= 2)
			progress |= delete_bytes(&shrinker, n);
	}
}
