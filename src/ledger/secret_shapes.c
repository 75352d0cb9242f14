/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys that are known by how they look, see secret_scan.h.
 *
 * Steps take as much as there is and never go back, so a shape costs what it is long; secret_run_end() remembers the last
 * run of each class, so that shapes that start inside each other do not measure it again.
 */
#include "ledger/secret_scan.h"

#include <endian.h>

enum { NEAR_BYTES = 160, LOOK_BYTES = 128, NO_MAXIMUM = 65535 };

size_t secret_run_end(struct secret_scan *scan, size_t at, unsigned class)
{
	unsigned i = (unsigned)__builtin_ctz(class);
	if (at < scan->run_to[i] && at >= scan->run_from[i])
		return scan->run_to[i];
	size_t end = at;
	while (end < scan->text.n && byte_is(scan->text.p[end], class))
		end++;
	scan->run_from[i] = at;
	scan->run_to[i] = end;
	return end;
}

/* What may stand in front of it, as part of the secret. */
static bool match_before(const struct secret_scan *scan, const struct secret_shape *shape,
			 size_t *at)
{
	size_t from = *at, n = 0, most = shape->before_byte ? shape->before + 2U : shape->before;
	if (shape->before_byte) {
		if (from <= scan->floor || scan->text.p[from - 1] != (char)shape->before_byte)
			return false;
		from--;
	}
	while (n < most && from > scan->floor &&
	       byte_is(scan->text.p[from - 1], shape->before_class)) {
		from--;
		n++;
	}
	*at = from;
	return n >= shape->before;
}

static bool match_step(struct secret_scan *scan, const struct secret_step *step, size_t *at)
{
	struct str rest = str_from_at(scan->text, *at);
	if (step->n) {
		if (!str_starts(rest, secret_text(step->text, step->n)))
			return false;
		*at += step->n;
		return true;
	}
	size_t end = rest.n && byte_is(rest.p[0], step->class)
			     ? secret_run_end(scan, *at, step->class)
			     : *at;
	size_t n = end - *at;
	*at = end;
	return n >= step->min && (n <= step->max || step->max == NO_MAXIMUM);
}

static bool has_needs(struct str secret, unsigned needs)
{
	unsigned has = 0;
	for (size_t i = 0; needs && i < secret.n && i < LOOK_BYTES; i++) {
		char c = secret.p[i];
		has |= ascii_is_digit(c) ? NEEDS_DIGIT : 0;
		has |= c >= 'A' && c <= 'Z' ? NEEDS_UPPER : 0;
		has |= c >= 'a' && c <= 'z' ? NEEDS_LOWER : 0;
		if ((has & needs) == needs)
			break;
	}
	return (has & needs) == needs;
}

/* Vendors' documentation writes keys that end so; and a key of one letter is no key. */
static bool is_example(struct str secret)
{
	size_t same = 1;
	if (str_ends(secret, STR("EXAMPLE")) || str_ends(secret, STR("EXAMPLEKEY")))
		return true;
	if (secret.n > LOOK_BYTES)
		return false;
	while (same < secret.n && secret.p[secret.n - 1 - same] == secret.p[secret.n - 1])
		same++;
	return same >= 12 && same + 12 >= secret.n;
}

static void open_near(struct secret_scan *scan, size_t at, unsigned opens)
{
	if (at >= scan->near_until)
		scan->near = 0;
	scan->near |= opens;
	scan->near_until = at + NEAR_BYTES;
}

static bool match(struct secret_scan *scan, const struct secret_shape *shape, size_t at,
		  struct secret_hit *ret)
{
	const struct secret_step *steps = &secret_steps[shape->step];
	size_t from = at, to = at;
	if (shape->before_class && !match_before(scan, shape, &from))
		return false;
	for (size_t i = 0; i < shape->n_steps; i++) {
		if (i && i == shape->from)
			from = at;
		if (!match_step(scan, &steps[i], &at))
			return false;
		if (i + 1U == shape->to)
			to = at;
	}
	struct str secret = str_make(scan->text.p + from, to - from);
	bool goes_on = at < scan->text.n && steps[shape->n_steps - 1].n == 0 &&
		       byte_is(scan->text.p[at], BYTE_ALNUM);
	if (goes_on || !has_needs(secret, shape->needs) || is_example(secret))
		return false;
	*ret = (struct secret_hit){from, to, shape->rule};
	return true;
}

static bool match_word(struct secret_scan *scan, const struct secret_shape *shape, size_t at)
{
	if (!match_step(scan, &secret_steps[shape->step], &at) ||
	    (at < scan->text.n && byte_is(scan->text.p[at], BYTE_ALNUM)))
		return false;
	open_near(scan, at, shape->opens);
	return true;
}

static uint32_t first_bytes(struct str text, size_t at)
{
	uint32_t key = 0;
	if (at + sizeof key <= text.n)
		memcpy(&key, text.p + at, sizeof key);
	else
		memcpy(&key, text.p + at, text.n - at);
	return le32toh(key);
}

bool secret_shape_look(struct secret_scan *scan, size_t at, struct secret_hit *ret)
{
	unsigned char c = (unsigned char)scan->text.p[at];
	uint32_t key = first_bytes(scan->text, at);
	for (size_t i = secret_shapes_first[c]; i < secret_shapes_first[c + 1U]; i++) {
		const struct secret_shape *shape = &secret_shapes[i];
		if ((key & secret_shape_keys[i].mask) != secret_shape_keys[i].key)
			continue;
		if (shape->near && (at >= scan->near_until || !(shape->near & scan->near)))
			continue;
		if (shape->word) {
			(void)match_word(scan, shape, at);
		} else if (match(scan, shape, at, ret)) {
			if (shape->opens)
				open_near(scan, ret->to, shape->opens);
			return true;
		}
	}
	return false;
}

bool secret_near_at(struct secret_scan *scan, size_t at, struct secret_hit *ret)
{
	for (size_t i = secret_shapes_near; i < secret_shapes_count; i++) {
		const struct secret_shape *shape = &secret_shapes[i];
		size_t from = at;
		unsigned class = secret_steps[shape->step].class;
		if (!(shape->near & scan->near))
			continue;
		/* Base64 may start with what starts no word. */
		while (from > scan->floor && byte_is(scan->text.p[from - 1], class) &&
		       at - from < 8)
			from--;
		if ((from == 0 || !byte_is(scan->text.p[from - 1], class)) &&
		    match(scan, shape, from, ret))
			return true;
	}
	return false;
}
